/* A page: where it comes from, what its hooks change, what it is made of and why it was made. */
#include "engine/explain/explaining.h"

#include "base/path.h"
#include "engine/content/states.h"
#include "text/date.h"

/* ---- values ---- */

void nt_put(const nt_explaining *x, nt_value *map, const char *key, nt_value value) {
  nt_map_put(map, x->arena, nt_str_c(key), (nt_pos){0}, value);
}
void nt_put_str(const nt_explaining *x, nt_value *map, const char *key, nt_str text) {
  nt_put(x, map, key, nt_string(nt_arena_str(x->arena, text)));
}
void nt_put_int(const nt_explaining *x, nt_value *map, const char *key, uint64_t number) {
  nt_put(x, map, key, nt_int((int64_t)number));
}
void nt_put_bool(const nt_explaining *x, nt_value *map, const char *key, bool boolean) {
  nt_put(x, map, key, nt_bool(boolean));
}
void nt_put_text(const nt_explaining *x, nt_value *map, const char *key, nt_str text) {
  if (text.len) nt_put_str(x, map, key, text);
}
void nt_put_instant(const nt_explaining *x, nt_value *map, const char *key, int64_t seconds) {
  nt_time time = {.seconds = seconds};
  nt_put(x, map, key, nt_timestamp(nt_date_in_zone(time, x->site->inputs->zone)));
}

nt_str nt_explain_document_file(const nt_explaining *x, const nt_record *r) {
  const nt_frozen *f = r->parsed ? r->parsed : r->made;
  return f && f->file.len ? f->file : nt_path_join(x->arena, x->site->name, r->path);
}

nt_value nt_explain_document_name(const nt_explaining *x, const nt_record *r) {
  const nt_frozen *f = r->made ? r->made : r->parsed;
  nt_value map = nt_map_new(x->arena);
  nt_put_str(x, &map, "id", r->id);
  nt_put_str(x, &map, "file", nt_explain_document_file(x, r));
  if (f) nt_put_str(x, &map, "kind", f->kind);
  if (f) nt_put_str(x, &map, "language", f->lang);
  return map;
}

nt_value nt_explain_page_name(const nt_explaining *x, const nt_page_record *record) {
  nt_value map = nt_map_new(x->arena);
  nt_put_str(x, &map, "path", record->path);
  if (record->page.url.len) nt_put_str(x, &map, "url", record->page.url);
  nt_put_text(x, &map, "output", record->page.output);
  return map;
}

/* ---- why ---- */

nt_value nt_explain_why(const nt_explaining *x, const nt_why *why) {
  static const char *const reasons[] = {"new", "changed", "altered", "again"};
  if (!why->epoch) return nt_null();
  nt_value map = nt_map_new(x->arena);
  nt_put_int(x, &map, "epoch", why->epoch);
  nt_put_bool(x, &map, "now", why->epoch >= x->site->epoch);
  nt_put_str(x, &map, "reason", nt_str_c(reasons[why->reason]));
  if (why->reason == NT_WHY_KEY) nt_put(x, &map, "read", nt_explain_key(x, why->key));
  return map;
}

/* ---- the page ---- */

/* In the order in which they were looked for: those that a list of names goes through first, too. */
static nt_value templates_of(const nt_explaining *x, const nt_step *render) {
  nt_value list = nt_list_new(x->arena);
  for (uint32_t i = 0; i < render->count; i++) {
    nt_key key = render->trace[i].key;
    if (nt_key_class_of(key) == NT_KEY_TEMPLATE) nt_list_push(&list, x->arena, nt_explain_key(x, key));
  }
  for (size_t i = 0; i < list.as.list->len; i++) nt_map_drop(&list.as.list->items[i], NT_STR("class"));
  return list;
}

static nt_value reads_of(const nt_explaining *x, const nt_page_record *record, const nt_record *document) {
  nt_value list = nt_list_new(x->arena);
  if (document) {
    nt_explain_reads(x, &list, "parse", &document->parse, NT_RUN_DOCUMENT);
    nt_explain_reads(x, &list, "document", &document->hooks, NT_RUN_DOCUMENT);
  }
  nt_explain_reads(x, &list, "page", &record->params, NT_RUN_PAGE);
  nt_explain_reads(x, &list, "render", &record->render, NT_RUN_PAGE);
  nt_explain_reads(x, &list, "output", &record->output, NT_RUN_PAGE);
  return list;
}

static void put_shape(const nt_explaining *x, nt_value *map, const nt_page_record *record) {
  const nt_page *page = &record->page;
  nt_put_text(x, map, "language", page->lang);
  nt_put_str(x, map, "planned_by", record->owner);
  nt_put_text(x, map, "redirect", record->redirect);
  if (record->asset)
    nt_put_str(x, map, "copy_of",
               nt_inputs_shown(x->site->inputs, record->asset->layer, record->asset->file, x->arena));
  if (page->collection.len) {
    nt_put_str(x, map, "collection", page->collection);
    nt_put_int(x, map, "number", page->number);
    nt_put_int(x, map, "count", page->count);
    nt_put_int(x, map, "first", page->first);
    nt_put_int(x, map, "shown", page->shown);
  }
}

nt_value nt_explain_page(const nt_explaining *x, nt_page_record *record) {
  nt_value map = nt_explain_page_name(x, record), hooks = nt_list_new(x->arena);
  const nt_record *document = nt_records_at(&x->site->records, record->page.document);
  put_shape(x, &map, record);
  nt_put_bool(x, &map, "withheld", record->withheld);
  if (document) nt_put(x, &map, "document", nt_explain_document_name(x, document));
  nt_put(x, &map, "rendered", nt_explain_why(x, &record->why));
  if (document) nt_explain_document_hooks(x, document, &hooks);
  nt_explain_page_hooks(x, record, &hooks);
  nt_explain_output_hooks(x, record, &hooks);
  nt_put(x, &map, "hooks", hooks);
  nt_put(x, &map, "templates", templates_of(x, &record->render));
  nt_put(x, &map, "reads", reads_of(x, record, document));
  return map;
}

nt_value nt_explain_kept(const nt_explaining *x, nt_str path, const nt_record *owner) {
  nt_value map = nt_map_new(x->arena);
  nt_put_str(x, &map, "path", path);
  nt_put_bool(x, &map, "kept", true);
  if (owner) nt_put(x, &map, "document", nt_explain_document(x, owner));
  return map;
}
