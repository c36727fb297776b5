/* A document: what it is now, and everything that shows something of it. */
#include "engine/explain/explaining.h"

#include "engine/content/states.h"
#include "engine/plan/addresses.h"

/* ---- its state ---- */

/* What is wrong with its own bytes, for which others may stand in. */
static const char *own_fault(const nt_record *r) {
  const nt_step *parse = nt_record_own_parse(r), *hooks = nt_record_own_hooks(r);
  if (r->trouble.state == NT_STEP_FAILED) return "unreadable";
  if (parse->state == NT_STEP_DROPPED || hooks->state == NT_STEP_DROPPED) return "dropped";
  if (parse->state == NT_STEP_FAILED) return nt_record_own_item_hooks(r) == NT_STEP_FAILED ? "hook" : "text";
  return hooks->state == NT_STEP_FAILED ? "hook" : "gone";
}

/* Why there is no page of it, where its state does not keep it back; NULL if it is in force. */
static const char *why_withheld(const nt_record *r) {
  if (r->frozen && r->displaced) return r->astray ? "reference" : "address";
  return r->frozen ? NULL : own_fault(r);
}

static void put_state(const nt_explaining *x, nt_value *map, const nt_record *r) {
  bool held = nt_record_is_held(r);
  const char *why = held ? NULL : why_withheld(r);
  const nt_standing *by = r->parsed && r->text_standing.state != NT_STATE_PUBLISHED ? &r->text_standing : &r->standing;
  nt_put_str(x, map, "state", why ? NT_STR("withheld") : nt_str_c(nt_state_name(nt_record_state(r))));
  if (why) nt_put_str(x, map, "withheld_for", nt_str_c(why));
  if (r->standin) nt_put_str(x, map, "older_for", nt_str_c(own_fault(r)));
  if ((held || r->frozen) && by->until && by->until != INT64_MAX) nt_put_instant(x, map, "until", by->until);
}

static bool is_about(const nt_diag *d, const nt_record *r, nt_str file) {
  return nt_str_eq(d->where.doc, r->id) || (!r->parent && nt_str_eq(d->where.file, file));
}

static void put_faults(const nt_explaining *x, nt_value *map, const nt_record *r) {
  nt_value list = nt_list_new(x->arena);
  nt_str file = nt_explain_document_file(x, r);
  for (size_t i = 0; i < x->site->diags.len; i++) {
    const nt_diag *d = &x->site->diags.items[i];
    if (!is_about(d, r, file)) continue;
    nt_buf text = {0};
    nt_value fault = nt_map_new(x->arena);
    nt_diag_message(d, x->language, &text);
    nt_put_str(x, &fault, "severity",
               d->severity == NT_ERROR     ? NT_STR("error")
               : d->severity == NT_WARNING ? NT_STR("warning")
                                           : NT_STR("note"));
    nt_put_str(x, &fault, "code", nt_str_c(nt_message_get(d->code)->name));
    nt_put_str(x, &fault, "message", nt_buf_str(&text));
    if (d->where.line) nt_put_int(x, &fault, "line", d->where.line);
    nt_list_push(&list, x->arena, fault);
    nt_buf_deinit(&text);
  }
  nt_put(x, map, "faults", list);
}

/* ---- its pages, and what leads to them ---- */

static nt_value own_pages(const nt_explaining *x, const nt_record *r) {
  nt_value list = nt_list_new(x->arena);
  const nt_plan *plan = &x->site->plan;
  for (size_t i = 0; i < plan->pages.len; i++) {
    const nt_page_record *record = plan->pages.items[i];
    if (!nt_str_eq(record->owner, r->id) || record->redirect.len) continue;
    nt_value page = nt_explain_page_name(x, record);
    nt_put_bool(x, &page, "withheld", record->withheld);
    nt_list_push(&list, x->arena, page);
  }
  return list;
}

static nt_value redirects_to(const nt_explaining *x, nt_str url) {
  nt_value list = nt_list_new(x->arena);
  const nt_plan *plan = &x->site->plan;
  nt_str href = url.len ? nt_address_href(x->site, url, nt_str_n("", 0), x->arena) : url;
  for (size_t i = 0; href.len && i < plan->pages.len; i++) {
    const nt_page_record *record = plan->pages.items[i];
    if (!nt_str_eq(record->redirect, href)) continue;
    nt_value redirect = nt_explain_page_name(x, record);
    nt_put_str(x, &redirect, "planned_by", record->owner);
    nt_list_push(&list, x->arena, redirect);
  }
  return list;
}

static nt_value translations_of(const nt_explaining *x, const nt_record *r, nt_str url) {
  nt_value list = nt_list_new(x->arena);
  const nt_page_record *first = url.len ? nt_map_get(&x->site->plan.by_url, url) : NULL;
  for (size_t i = 0; first && i < first->page.alternate_count; i++) {
    const nt_alternate *other = &first->page.alternates[i];
    if (nt_str_eq(other->lang, first->page.lang)) continue;
    const nt_page_record *there = nt_map_get(&x->site->plan.by_url, other->url);
    const nt_record *document = there ? nt_records_at(&x->site->records, there->page.document) : NULL;
    nt_value map = nt_map_new(x->arena);
    nt_put_str(x, &map, "language", other->lang);
    nt_put_str(x, &map, "url", other->url);
    if (document && document != r) nt_put_str(x, &map, "document", document->id);
    nt_list_push(&list, x->arena, map);
  }
  return list;
}

static nt_value derived_of(const nt_explaining *x, const nt_record *r) {
  nt_value list = nt_list_new(x->arena);
  for (size_t i = 0; i < r->derived_count; i++)
    nt_list_push(&list, x->arena, nt_string(x->site->records.slots.items[r->derived[i]]->id));
  return list;
}

/* ---- who reads it ---- */

typedef struct reading {
  nt_value fields;
  bool every_field, body, url, itself;
} reading;

static void note_field(const nt_explaining *x, reading *found, nt_str name) {
  found->every_field |= !name.len;
  if (!name.len) return;
  for (size_t i = 0; i < nt_value_len(&found->fields); i++)
    if (nt_str_eq(nt_value_str(nt_value_at(&found->fields, i)), name)) return;
  nt_list_push(&found->fields, x->arena, nt_string(name));
}

/* "ref:" and what follows ask where a document's reference leads: that is answered with the other. */
static void note_step(const nt_explaining *x, const nt_record *r, const nt_step *step, nt_str by_id, reading *found) {
  for (uint32_t i = 0; i < step->count; i++) {
    nt_key key = step->trace[i].key;
    nt_key_class cls = nt_key_class_of(key);
    if (cls == NT_KEY_QUERY) {
      nt_str name = nt_names_str(x->site->names, key.name);
      found->itself |= nt_str_eq(name, by_id);
      continue;
    }
    if (nt_key_scope_of(key) != r->slot) continue;
    if (cls == NT_KEY_FIELD) note_field(x, found, nt_names_str(x->site->names, key.name));
    found->body |= cls == NT_KEY_BODY;
    found->url |= cls == NT_KEY_URL && !key.name;
  }
}

static void add_reader(const nt_explaining *x, const nt_page_record *record, const reading *found, nt_value *list) {
  if (!nt_value_len(&found->fields) && !found->every_field && !found->body && !found->url && !found->itself) return;
  nt_value map = nt_explain_page_name(x, record);
  nt_put_text(x, &map, "collection", record->page.collection);
  nt_put(x, &map, "fields", found->fields);
  if (found->every_field) nt_put_bool(x, &map, "every_field", true);
  nt_put_bool(x, &map, "body", found->body);
  nt_put_bool(x, &map, "address", found->url);
  nt_list_push(list, x->arena, map);
}

static nt_value readers_of(const nt_explaining *x, const nt_record *r) {
  nt_value list = nt_list_new(x->arena);
  nt_str by_id = nt_arena_format(x->arena, "id:%.*s", NT_FMT(r->id));
  const nt_plan *plan = &x->site->plan;
  for (size_t i = 0; i < plan->pages.len; i++) {
    const nt_page_record *record = plan->pages.items[i];
    reading found = {.fields = nt_list_new(x->arena)};
    if (nt_str_eq(record->owner, r->id)) continue;
    note_step(x, r, &record->params, by_id, &found);
    note_step(x, r, &record->render, by_id, &found);
    note_step(x, r, &record->output, by_id, &found);
    add_reader(x, record, &found, &list);
  }
  return list;
}

nt_value nt_explain_document(const nt_explaining *x, const nt_record *r) {
  nt_value map = nt_explain_document_name(x, r), hooks = nt_list_new(x->arena);
  nt_str url = nt_plan_url(&x->site->plan, r);
  const nt_frozen *f = r->made ? r->made : r->parsed;
  if (f) nt_put_str(x, &map, "source", f->source);
  if (r->parent) nt_put_str(x, &map, "derived_from", x->site->records.slots.items[r->parent - 1]->id);
  put_state(x, &map, r);
  nt_put_text(x, &map, "url", url);
  put_faults(x, &map, r);
  nt_explain_document_hooks(x, r, &hooks);
  nt_put(x, &map, "hooks", hooks);
  nt_put(x, &map, "derived", derived_of(x, r));
  nt_put(x, &map, "pages", own_pages(x, r));
  nt_put(x, &map, "translations", translations_of(x, r, url));
  nt_put(x, &map, "redirects", redirects_to(x, url));
  nt_put(x, &map, "readers", readers_of(x, r));
  return map;
}
