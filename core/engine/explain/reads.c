/* What steps read, by names that people know. */
#include "engine/explain/explaining.h"

#include "base/path.h"
#include "engine/inputs/languages.h"
#include "engine/plan/addresses.h"

#include <unistd.h>

static const nt_record *slot_record(const nt_explaining *x, uint32_t slot) {
  return slot < x->site->records.slots.len ? x->site->records.slots.items[slot] : NULL;
}

static void put_document(const nt_explaining *x, nt_value *map, const nt_record *record) {
  if (!record) return;
  nt_put_str(x, map, "document", record->id);
  nt_put_str(x, map, "file", nt_explain_document_file(x, record));
}

static void put_place(const nt_explaining *x, nt_value *map, nt_where where) {
  if (!where.line) return;
  nt_put_str(x, map, "file", where.file);
  nt_put_int(x, map, "line", where.line);
}

/* ---- documents ---- */

static void put_field(const nt_explaining *x, nt_value *map, uint32_t slot, nt_str name) {
  if (name.len) nt_put_str(x, map, "field", name);
  if (slot == NT_SCOPE_ALL) {
    nt_put_bool(x, map, "all_documents", true);
    return;
  }
  const nt_record *r = slot_record(x, slot), *text = r;
  put_document(x, map, r);
  if (r && r->parent) text = slot_record(x, r->parent - 1);
  nt_where where = {.field = name};
  if (!name.len || !text || !text->parsed) return;
  nt_frozen_locate(text->parsed, &where);
  if (where.line) nt_put_int(x, map, "line", where.line);
}

static void put_url(const nt_explaining *x, nt_value *map, uint32_t slot, nt_str name) {
  size_t colon = nt_str_find(name, ':');
  if (slot != NT_SCOPE_ALL) {
    bool copy = nt_str_starts(name, NT_STR("file "));
    put_document(x, map, slot_record(x, slot));
    nt_put_text(x, map, copy ? "beside" : "link", copy ? nt_str_sub(name, 5, name.len) : name);
  } else {
    nt_put_str(x, map, "word", nt_str_sub(name, colon + 1, name.len));
    nt_put_text(x, map, "language", nt_str_sub(name, 0, colon));
  }
}

/* ---- questions ---- */

static nt_value condition_value(const nt_explaining *x, const nt_condition *c) {
  static const char *const words[] = {"eq", "ne", "lt", "le", "gt", "ge", "in"};
  nt_value map = nt_map_new(x->arena);
  nt_put_str(x, &map, "field", c->field);
  nt_put_str(x, &map, "is", nt_str_c(words[c->compare]));
  nt_put(x, &map, "value", nt_value_copy(&c->value, x->arena));
  return map;
}

static void put_query(const nt_explaining *x, nt_value *map, nt_str normal) {
  const nt_query *query = nt_query_read(normal, x->arena);
  nt_put_str(x, map, "question", NT_STR("list"));
  if (!query) return;
  nt_put_text(x, map, "collection", query->collection);
  nt_put_text(x, map, "language", query->lang);
  nt_value where = nt_list_new(x->arena), sort = nt_list_new(x->arena);
  for (size_t i = 0; i < query->condition_count; i++)
    nt_list_push(&where, x->arena, condition_value(x, &query->conditions[i]));
  for (size_t i = 0; i < query->sort_count; i++)
    nt_list_push(&sort, x->arena,
                 nt_string(nt_arena_format(x->arena, "%s%.*s", query->sorts[i].descending ? "-" : "",
                                           NT_FMT(query->sorts[i].field))));
  if (query->condition_count) nt_put(x, map, "where", where);
  if (query->sort_count) nt_put(x, map, "sort", sort);
  if (query->offset) nt_put_int(x, map, "offset", query->offset);
  if (query->limit) nt_put_int(x, map, "limit", query->limit);
  if (query->from_end) nt_put_bool(x, map, "from_end", true);
}

/* "<document>\n<field>\n<kind>\n<word>" */
static void put_reference(const nt_explaining *x, nt_value *map, nt_str rest) {
  nt_str parts[3];
  for (int i = 0; i < 3; i++) {
    size_t end = nt_str_find(rest, '\n');
    parts[i] = nt_str_sub(rest, 0, end);
    rest = nt_str_sub(rest, end + 1, rest.len);
  }
  put_document(x, map, nt_records_find(&x->site->records, parts[0]));
  nt_put_text(x, map, "field", parts[1]);
  nt_put_text(x, map, "kind", parts[2]);
  nt_put_str(x, map, "word", rest);
}

static void put_question(const nt_explaining *x, nt_value *map, nt_str name) {
  static const struct {
    const char *prefix, *question, *member;
  } sorts[] = {{"id:", "document", "document"},
               {"item:", "item", "document"},
               {"page:", "planned", "path"},
               {"hooked:", "page", "path"},
               {"count:", "count", "path"},
               {"bytes:", "bytes", "path"},
               {"menu:", "menu", "name"},
               {"term:", "term", "name"},
               {"terms:", "terms", "name"},
               {"term-faults:", "terms", "name"},
               {"term-pages:", "term-pages", "name"}};
  static const char *const whole[] = {"pages", "assets", "withheld", "collected"};
  for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
    nt_str prefix = nt_str_c(sorts[i].prefix);
    if (!nt_str_starts(name, prefix)) continue;
    nt_put_str(x, map, "question", nt_str_c(sorts[i].question));
    nt_put_str(x, map, sorts[i].member, nt_str_sub(name, prefix.len, name.len));
    return;
  }
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    if (!nt_str_eq(name, nt_str_c(whole[i]))) continue;
    nt_put_str(x, map, "question", name);
    return;
  }
  if (nt_str_starts(name, NT_STR("ref:"))) {
    nt_put_str(x, map, "question", NT_STR("reference"));
    put_reference(x, map, nt_str_sub(name, 4, name.len));
    return;
  }
  put_query(x, map, name);
}

/* ---- what the site is made of ---- */

static void put_setting(const nt_explaining *x, nt_value *map, uint32_t scope, nt_str name) {
  const nt_inputs *in = x->site->inputs;
  bool sort_only = nt_str_starts(name, NT_STR("type:"));
  nt_str path = sort_only ? nt_str_sub(name, 5, name.len) : name;
  nt_put_str(x, map, "setting", path);
  if (sort_only) nt_put_bool(x, map, "sort_only", true);
  if (scope) {
    nt_put_bool(x, map, "by_hooks", true);
    return;
  }
  if (nt_str_starts(path, NT_STR("kinds/"))) {
    const nt_kind *kind = nt_inputs_kind(in, nt_str_sub(path, 6, path.len));
    if (kind) nt_put_str(x, map, "file", kind->file);
    return;
  }
  const nt_value *v = nt_map_path(&in->config, path);
  if (nt_str_starts(path, NT_STR("collections/"))) {
    const nt_collection *c = nt_inputs_collection(in, nt_str_sub(path, 12, path.len));
    v = c ? &c->config : NULL;
  }
  if (v) put_place(x, map, nt_config_where(&in->files, v->pos));
}

nt_str nt_explain_template_file(const nt_explaining *x, nt_key key) {
  nt_template_source source;
  nt_str name = nt_names_str(x->site->names, key.name);
  nt_read read = nt_inputs_template(x->site->inputs, name, nt_key_scope_of(key), NULL, &source);
  return read == NT_READ_OK ? source.file : nt_str_n("", 0);
}

static void put_template(const nt_explaining *x, nt_value *map, nt_key key, nt_str name) {
  nt_str file = nt_explain_template_file(x, key);
  nt_put_str(x, map, "template", name);
  if (nt_key_scope_of(key)) nt_put_int(x, map, "from_layer", nt_key_scope_of(key));
  nt_put(x, map, "file", file.len ? nt_string(nt_arena_str(x->arena, file)) : nt_null());
}

nt_str nt_explain_data_file(const nt_explaining *x, nt_str name) {
  const nt_inputs *in = x->site->inputs;
  nt_str normal;
  nt_file_result result = NT_FILE_ABSENT;
  if (!nt_path_normal(name, x->arena, &normal)) return nt_str_n("", 0);
  for (uint32_t layer = 0; layer < in->layer_count && result == NT_FILE_ABSENT; layer++) {
    int fd = nt_file_open(in->layers[layer].root, normal, &result, NULL);
    if (fd >= 0) close(fd);
    if (fd >= 0) return nt_inputs_shown(in, layer, normal, x->arena);
  }
  return nt_str_n("", 0);
}

static void put_data(const nt_explaining *x, nt_value *map, nt_str name) {
  nt_str file = nt_explain_data_file(x, name);
  nt_put_str(x, map, "data", name);
  nt_put(x, map, "file", file.len ? nt_string(file) : nt_null());
}

static void put_message(const nt_explaining *x, nt_value *map, nt_str name) {
  const nt_inputs *in = x->site->inputs;
  size_t slash = nt_str_find(name, '/');
  nt_str lang = nt_str_sub(name, 0, slash), key = nt_str_sub(name, slash + 1, name.len);
  const nt_site_lang *found = nt_language_find(in, lang);
  nt_put_str(x, map, "message", key);
  nt_put_text(x, map, "language", lang);
  for (size_t i = 0; i < (found ? found->chain_len : 1); i++) {
    const nt_value *v = nt_map_path(nt_map_find(&in->messages, found ? found->chain[i] : lang), key);
    if (!v) continue;
    put_place(x, map, nt_config_where(&in->files, v->pos));
    return;
  }
}

static void put_script(const nt_explaining *x, nt_value *map, uint32_t scope, nt_str file) {
  if (file.len)
    nt_put_str(x, map, "file", file);
  else if (scope == NT_BLOCKS)
    nt_put_str(x, map, "hooks", NT_STR("blocks"));
  else
    nt_put_str(x, map, "hooks", scope == NT_EVENTS ? NT_STR("filters") : nt_str_c(nt_event_name((nt_event)scope)));
}

static void put_asset(const nt_explaining *x, nt_value *map, uint32_t bytes, nt_str name) {
  size_t line = nt_str_find(name, '\n');
  nt_put_str(x, map, "path", bytes ? name : nt_str_sub(name, line + 1, name.len));
  if (!bytes) nt_put_text(x, map, "seen_from", nt_str_sub(name, 0, line));
}

static void put_clock(const nt_explaining *x, nt_value *map, uint32_t resolution) {
  static const char *const names[] = {"day", "hour", "minute", "second", "month", "year"};
  if (resolution < sizeof names / sizeof *names) nt_put_str(x, map, "resolution", nt_str_c(names[resolution]));
}

static void put_bytes(const nt_explaining *x, nt_value *map, const nt_record *record, nt_str part) {
  put_document(x, map, record);
  nt_put_str(x, map, "part", part.len ? part : NT_STR("bytes"));
}

nt_value nt_explain_key(const nt_explaining *x, nt_key key) {
  nt_value map = nt_map_new(x->arena);
  nt_str name = nt_names_str(x->site->names, key.name);
  uint32_t scope = nt_key_scope_of(key);
  nt_put_str(x, &map, "class", nt_str_c(nt_key_class_name(nt_key_class_of(key))));
  switch (nt_key_class_of(key)) {
  case NT_KEY_FILE: put_bytes(x, &map, slot_record(x, scope), name); break;
  case NT_KEY_DATA: put_data(x, &map, name); break;
  case NT_KEY_CONFIG: put_setting(x, &map, scope, name); break;
  case NT_KEY_FIELD: put_field(x, &map, scope, name); break;
  case NT_KEY_BODY: put_document(x, &map, slot_record(x, scope)); break;
  case NT_KEY_QUERY: put_question(x, &map, name); break;
  case NT_KEY_URL: put_url(x, &map, scope, name); break;
  case NT_KEY_TEMPLATE: put_template(x, &map, key, name); break;
  case NT_KEY_MESSAGE: put_message(x, &map, name); break;
  case NT_KEY_SCRIPT: put_script(x, &map, scope, name); break;
  case NT_KEY_PLUGIN: nt_put_str(x, &map, "plugin", name); break;
  case NT_KEY_CLOCK: put_clock(x, &map, scope); break;
  case NT_KEY_ASSET: put_asset(x, &map, scope, name); break;
  case NT_KEY_CLASSES: break;
  }
  return map;
}

void nt_explain_reads(const nt_explaining *x, nt_value *list, const char *kind, const nt_step *step,
                      nt_run_scope scope) {
  for (uint32_t i = 0; i < step->count; i++) {
    nt_value read = nt_explain_key(x, step->trace[i].key);
    nt_put_str(x, &read, "step", nt_str_c(kind));
    nt_put_bool(x, &read, "holds", nt_key_now(x->site, scope, step->trace[i].key) == step->trace[i].hash);
    nt_list_push(list, x->arena, read);
  }
}
