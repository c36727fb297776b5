#include "engine/run.h"

#include "base/path.h"
#include "engine/engine.h"
#include "model/nodecode.h"

#include <stdio.h>

static nt_run *run_of(nt_reader *reader) {
  return (nt_run *)reader;
}

void nt_run_trace(nt_run *run, nt_key_class cls, uint32_t scope, nt_str name, nt_hash hash) {
  uint32_t id = name.len ? nt_names_cached(run->site->names, &run->seat->names, name) : 0;
  nt_tracer_add(&run->seat->tracer, nt_key_of(cls, scope, id), hash);
}

void nt_run_trace_hooks(nt_run *run, nt_event event) {
  nt_run_trace(run, NT_KEY_SCRIPT, event, nt_str_n("", 0), run->site->inputs->registrations[event]);
}

/* ---- hashes of what can be read ---- */

static nt_hash config_hash(const nt_site *site, nt_str path) {
  if (nt_str_starts(path, NT_STR("kinds/"))) {
    const nt_kind *kind = nt_inputs_kind(site->inputs, nt_str_sub(path, 6, path.len));
    return kind ? kind->hash : NT_HASH_ABSENT;
  }
  if (nt_str_starts(path, NT_STR("collections/"))) { /* whose name may hold a dot */
    const nt_collection *c = nt_inputs_collection(site->inputs, nt_str_sub(path, 12, path.len));
    return c ? nt_value_hash(&c->config) : NT_HASH_ABSENT;
  }
  if (nt_str_eq(path, NT_STR("site/basics"))) return site->inputs->basics;
  bool type_only = nt_str_starts(path, NT_STR("type:"));
  if (type_only) path = nt_str_sub(path, 5, path.len);
  const nt_value *v = path.len ? nt_map_path(&site->inputs->config, path) : &site->inputs->config;
  if (!v) return NT_HASH_ABSENT;
  return type_only ? (nt_hash)v->type + 1 : nt_value_hash(v);
}

static nt_hash added_hash(const nt_site *site, nt_str path) {
  const nt_value *v = nt_map_find(&site->plan.collections, path);
  return v ? nt_value_hash(v) : NT_HASH_ABSENT;
}

/* Collect hooks do not see what they themselves gave the time before. */
static const nt_record *record_by_id(const nt_site *site, nt_run_scope scope, nt_str id) {
  const nt_record *r = nt_records_find(&site->records, id);
  if (!r || !r->frozen || scope == NT_RUN_DOCUMENT) return NULL;
  return scope == NT_RUN_COLLECT && r->source == NT_SOURCE_NONE ? NULL : r;
}

static nt_hash query_name_hash(nt_site *site, nt_run_scope scope, uint32_t name) {
  nt_str text = nt_names_str(site->names, name);
  if (nt_str_starts(text, NT_STR("id:"))) {
    const nt_record *r = record_by_id(site, scope, nt_str_sub(text, 3, text.len));
    return r ? r->id_hash + r->generation : NT_HASH_ABSENT;
  }
  if (nt_str_starts(text, NT_STR("page:"))) {
    const nt_page_record *page = nt_plan_page(&site->plan, nt_str_sub(text, 5, text.len));
    return page ? page->planned : NT_HASH_ABSENT;
  }
  if (nt_str_eq(text, NT_STR("assets"))) return site->inputs->assets_hash;
  if (nt_str_eq(text, NT_STR("collected"))) return site->plan.collect.value;
  if (nt_str_starts(text, NT_STR("hooked:"))) {
    const nt_page_record *page = nt_plan_page(&site->plan, nt_str_sub(text, 7, text.len));
    return page ? nt_hash_combine(page->planned, page->params.value) : NT_HASH_ABSENT;
  }
  if (nt_str_starts(text, NT_STR("bytes:"))) {
    const nt_page_record *page = nt_plan_page(&site->plan, nt_str_sub(text, 6, text.len));
    return page ? page->render.value : NT_HASH_ABSENT;
  }
  return nt_queries_hash(site, name, scope == NT_RUN_COLLECT ? NT_BEFORE_COLLECT : NT_AFTER_COLLECT);
}

static nt_hash url_hash(nt_str url) {
  return url.len ? nt_hash_bytes(url) : NT_HASH_ABSENT;
}

static nt_str own_url(const nt_site *site, const nt_record *record) {
  return nt_plan_url(&site->plan, record->id);
}

/* The document that a relative link in `from` names, by file. */
static const nt_record *linked(const nt_site *site, const nt_record *from, nt_str link, nt_arena *arena) {
  nt_str path, joined = nt_path_join(arena, nt_path_dir(from->path), nt_str_sub(link, 0, nt_str_find(link, '#')));
  if (!joined.len || !nt_path_normal(joined, arena, &path)) return NULL;
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_str id = nt_path_join(arena, site->sources.items.items[i]->name, path);
    const nt_record *to = nt_records_find(&site->records, id);
    if (to && to->frozen) return to;
  }
  return NULL;
}

static nt_str resolve_link(const nt_site *site, const nt_record *from, nt_str link, nt_arena *arena) {
  const nt_record *to = linked(site, from, link, arena);
  nt_str url = to ? own_url(site, to) : nt_str_n("", 0);
  if (!url.len) return url;
  return nt_arena_format(arena, "%.*s%.*s%.*s", NT_FMT(site->inputs->base_path), NT_FMT(url),
                         NT_FMT(nt_str_sub(link, nt_str_find(link, '#'), link.len)));
}

/* A link that could name a file of ours: relative, without a scheme. */
static bool is_relative(nt_str link) {
  if (!link.len || link.ptr[0] == '/' || link.ptr[0] == '#' || link.ptr[0] == '?') return false;
  for (size_t i = 0; i < link.len; i++) {
    if (link.ptr[i] == ':') return false;
    if (link.ptr[i] == '/' || link.ptr[i] == '.') break;
  }
  return true;
}

static nt_hash link_hash(const nt_site *site, const nt_record *from, nt_str link) {
  nt_arena *arena = nt_arena_new();
  nt_hash hash = url_hash(resolve_link(site, from, link, arena));
  nt_arena_free(arena);
  return hash;
}

static const nt_record *slot_record(const nt_site *site, uint32_t slot) {
  return slot < site->records.slots.len ? site->records.slots.items[slot] : NULL;
}

static nt_time cut(nt_time now, nt_resolution resolution) {
  nt_civil c = nt_date_civil(now);
  unsigned month = resolution == NT_RES_YEAR ? 1 : c.month, day = resolution >= NT_RES_MONTH ? 1 : c.day;
  int64_t local = nt_days_from_civil(c.year, month, day) * 86400;
  if (resolution >= NT_RES_HOUR && resolution <= NT_RES_SECOND) local += c.hour * 3600;
  if (resolution == NT_RES_MINUTE || resolution == NT_RES_SECOND) local += c.minute * 60;
  if (resolution == NT_RES_SECOND) local += c.second;
  now.seconds = local - now.offset * 60;
  now.nanoseconds = 0;
  return now;
}

static nt_hash clock_hash(const nt_site *site, uint32_t resolution) {
  nt_value now = nt_timestamp(cut(site->inputs->now, (nt_resolution)resolution));
  return nt_value_hash(&now);
}

static nt_hash plugin_hash(const nt_site *site, nt_str name) {
  nt_str rest = nt_str_sub(name, 7, name.len);
  if (nt_str_starts(name, NT_STR("source/")))
    for (size_t i = 0; i < site->sources.items.len; i++)
      if (nt_str_eq(site->sources.items.items[i]->name, rest)) return site->sources.items.items[i]->version;
  if (nt_str_starts(name, NT_STR("output/"))) return nt_outputs_version(site->engine, rest);
  return NT_HASH_ABSENT;
}

static nt_query_phase column_phase(nt_run_scope scope) {
  return scope == NT_RUN_COLLECT ? NT_BEFORE_COLLECT : scope == NT_RUN_PLAN ? NT_BEFORE_PLAN : NT_AFTER_COLLECT;
}

static nt_hash field_now(nt_site *site, nt_run_scope scope, nt_key key) {
  nt_str name = nt_names_str(site->names, key.name);
  if (nt_key_scope_of(key) == NT_SCOPE_ALL) return nt_queries_column(site, name, column_phase(scope));
  const nt_record *r = slot_record(site, nt_key_scope_of(key));
  if (!r || !r->frozen) return NT_HASH_ABSENT;
  return name.len ? nt_frozen_field_hash(r->frozen, name) : r->frozen->fields_hash;
}

static nt_hash named_now(nt_site *site, nt_run_scope scope, nt_key key, nt_str name) {
  const nt_value *value;
  const nt_record *r;
  nt_template_source source;
  nt_str text;
  nt_hash hash = NT_HASH_ABSENT;
  switch (nt_key_class_of(key)) {
  case NT_KEY_DATA: nt_inputs_data(site->inputs, name, NULL, &value, &hash); return hash;
  case NT_KEY_CONFIG: return nt_key_scope_of(key) ? added_hash(site, name) : config_hash(site, name);
  case NT_KEY_URL:
    r = slot_record(site, nt_key_scope_of(key));
    if (!r) return NT_HASH_ABSENT;
    return name.len ? link_hash(site, r, name) : url_hash(own_url(site, r));
  case NT_KEY_TEMPLATE: nt_inputs_template(site->inputs, name, nt_key_scope_of(key), NULL, &source); return source.hash;
  case NT_KEY_MESSAGE: {
    size_t slash = nt_str_find(name, '/');
    bool found = nt_inputs_message(site->inputs, nt_str_sub(name, 0, slash), nt_str_sub(name, slash + 1, name.len),
                                   &text) == NT_READ_OK;
    return found ? nt_hash_bytes(text) : NT_HASH_ABSENT;
  }
  case NT_KEY_SCRIPT:
    return name.len ? nt_inputs_script_hash(site->inputs, name) : site->inputs->registrations[nt_key_scope_of(key)];
  case NT_KEY_PLUGIN: return plugin_hash(site, name);
  default: return NT_HASH_ABSENT;
  }
}

nt_hash nt_key_now(nt_site *site, nt_run_scope scope, nt_key key) {
  switch (nt_key_class_of(key)) {
  case NT_KEY_FIELD: return field_now(site, scope, key);
  case NT_KEY_FILE: {
    const nt_record *r = slot_record(site, nt_key_scope_of(key));
    if (!r || !key.name) return r ? r->item : NT_HASH_ABSENT;
    return r->parsed ? r->parsed->hash : NT_HASH_ABSENT;
  }
  case NT_KEY_BODY: {
    const nt_record *r = slot_record(site, nt_key_scope_of(key));
    return r && r->frozen ? r->frozen->body_hash : NT_HASH_ABSENT;
  }
  case NT_KEY_QUERY: return query_name_hash(site, scope, key.name);
  case NT_KEY_CLOCK: return clock_hash(site, nt_key_scope_of(key));
  default: return named_now(site, scope, key, nt_names_str(site->names, key.name));
  }
}

bool nt_step_holds(nt_site *site, nt_seat *seat, nt_run_scope scope, const nt_step *step) {
  (void)seat;
  if (step->state == NT_STEP_NONE || step->fleeting) return false;
  for (uint32_t i = 0; i < step->count; i++)
    if (nt_key_now(site, scope, step->trace[i].key) != step->trace[i].hash) return false;
  return true;
}

/* ---- the reader ---- */

static const nt_record *record_at(nt_run *run, nt_docref ref) {
  return nt_records_at(&run->site->records, ref);
}

static const nt_value *read_field(nt_reader *reader, nt_docref ref, nt_str name) {
  nt_run *run = run_of(reader);
  const nt_record *r = record_at(run, ref);
  if (!r) return NULL;
  nt_value *meta = NULL;
  const nt_value *found = nt_map_find(&r->frozen->fields, name);
  if (!found) {
    meta = NT_NEW(reader->arena, nt_value);
    found = nt_frozen_field(r->frozen, name, meta);
  }
  nt_run_trace(run, NT_KEY_FIELD, r->slot, name, nt_frozen_field_hash(r->frozen, name));
  return found;
}

static const nt_value *read_fields(nt_reader *reader, nt_docref ref) {
  nt_run *run = run_of(reader);
  const nt_record *r = record_at(run, ref);
  if (!r) return NULL;
  nt_run_trace(run, NT_KEY_FIELD, r->slot, nt_str_n("", 0), r->frozen->fields_hash);
  return &r->frozen->fields;
}

static const nt_node *read_body(nt_reader *reader, nt_docref ref) {
  nt_run *run = run_of(reader);
  const nt_record *r = record_at(run, ref);
  nt_node *body = NULL;
  if (r) {
    nt_run_trace(run, NT_KEY_BODY, r->slot, nt_str_n("", 0), r->frozen->body_hash);
    body = nt_node_decode(r->frozen->body, reader->arena);
  }
  return body ? body : nt_node_new(reader->arena, NOTIS_NODE_DOCUMENT);
}

static nt_str read_url(nt_reader *reader, nt_docref ref) {
  nt_run *run = run_of(reader);
  const nt_record *r = record_at(run, ref);
  if (!r || run->scope != NT_RUN_PAGE) return nt_str_n("", 0); /* addresses are known when everything is planned */
  nt_str url = own_url(run->site, r);
  nt_run_trace(run, NT_KEY_URL, r->slot, nt_str_n("", 0), url_hash(url));
  return url;
}

static nt_docref read_find(nt_reader *reader, nt_str id) {
  nt_run *run = run_of(reader);
  if (run->scope == NT_RUN_DOCUMENT) { /* other workers are still at the others */
    nt_report0(reader->diags, NT_MSG_query_too_early, (nt_where){0});
    return 0;
  }
  const nt_record *r = record_by_id(run->site, run->scope, id);
  nt_run_trace(run, NT_KEY_QUERY, 0, nt_arena_format(reader->arena, "id:%.*s", NT_FMT(id)),
               r ? r->id_hash + r->generation : NT_HASH_ABSENT);
  return r ? nt_record_ref(r) : 0;
}

static nt_read read_resolve(nt_reader *reader, nt_docref from, nt_str link, nt_str *url) {
  nt_run *run = run_of(reader);
  const nt_record *r = record_at(run, from);
  if (!r || run->scope != NT_RUN_PAGE || !is_relative(link)) return NT_READ_ABSENT;
  *url = resolve_link(run->site, r, link, reader->arena);
  nt_run_trace(run, NT_KEY_URL, r->slot, link, url_hash(*url));
  return url->len ? NT_READ_OK : NT_READ_ABSENT;
}

static nt_read read_query(nt_reader *reader, const nt_query *query, nt_diags *diags, nt_docrefs *out) {
  nt_run *run = run_of(reader);
  uint32_t name;
  nt_hash hash;
  *out = (nt_docrefs){0};
  if (run->scope == NT_RUN_DOCUMENT) {
    nt_report0(diags, NT_MSG_query_too_early, (nt_where){0});
    return NT_READ_FAILED;
  }
  nt_query_phase phase = run->scope == NT_RUN_COLLECT ? NT_BEFORE_COLLECT : NT_AFTER_COLLECT;
  bool good = nt_queries_ask(run->site, query, phase, diags, out, &name, &hash);
  nt_tracer_add(&run->seat->tracer, nt_key_of(NT_KEY_QUERY, 0, name), hash);
  return good ? NT_READ_OK : NT_READ_FAILED;
}

static const nt_value *read_config(nt_reader *reader, nt_str path) {
  nt_run *run = run_of(reader);
  const nt_value *v = path.len ? nt_map_path(&run->site->inputs->config, path) : &run->site->inputs->config;
  nt_run_trace(run, NT_KEY_CONFIG, 0, path, config_hash(run->site, path));
  return v;
}

static nt_type read_config_type(nt_reader *reader, nt_str path) {
  nt_run *run = run_of(reader);
  const nt_value *v = path.len ? nt_map_path(&run->site->inputs->config, path) : &run->site->inputs->config;
  nt_str name = nt_arena_format(reader->arena, "type:%.*s", NT_FMT(path));
  nt_run_trace(run, NT_KEY_CONFIG, 0, name, config_hash(run->site, name));
  return v ? v->type : NT_NULL;
}

static nt_read read_data(nt_reader *reader, nt_str path, nt_diags *diags, const nt_value **out) {
  nt_run *run = run_of(reader);
  nt_hash hash = NT_HASH_ABSENT;
  nt_read result = nt_inputs_data(run->site->inputs, path, diags, out, &hash);
  nt_run_trace(run, NT_KEY_DATA, 0, path, hash);
  return result;
}

static nt_read read_message(nt_reader *reader, nt_str lang, nt_str key, nt_str *out) {
  nt_run *run = run_of(reader);
  nt_read result = nt_inputs_message(run->site->inputs, lang, key, out);
  nt_str name = nt_arena_format(reader->arena, "%.*s/%.*s", NT_FMT(lang), NT_FMT(key));
  nt_run_trace(run, NT_KEY_MESSAGE, 0, name, result == NT_READ_OK ? nt_hash_bytes(*out) : NT_HASH_ABSENT);
  return result;
}

static nt_read read_template(nt_reader *reader, nt_str name, uint32_t from_layer, nt_template_source *out) {
  nt_run *run = run_of(reader);
  nt_read result = nt_inputs_template(run->site->inputs, name, from_layer, reader->diags, out);
  nt_run_trace(run, NT_KEY_TEMPLATE, from_layer, name, out->hash);
  return result;
}

static void read_script(nt_reader *reader, nt_str file) {
  nt_run *run = run_of(reader);
  nt_run_trace(run, NT_KEY_SCRIPT, 0, file, nt_inputs_script_hash(run->site->inputs, file));
}

static nt_time read_now(nt_reader *reader, nt_resolution resolution) {
  nt_run *run = run_of(reader);
  nt_run_trace(run, NT_KEY_CLOCK, resolution, nt_str_n("", 0), clock_hash(run->site, resolution));
  return cut(run->site->inputs->now, resolution);
}

static const nt_reader_ops reader_ops = {.field = read_field,
                                         .fields = read_fields,
                                         .body = read_body,
                                         .url = read_url,
                                         .find = read_find,
                                         .resolve = read_resolve,
                                         .query = read_query,
                                         .config = read_config,
                                         .config_type = read_config_type,
                                         .data = read_data,
                                         .message = read_message,
                                         .template_source = read_template,
                                         .script = read_script,
                                         .now = read_now};

/* ---- runs ---- */

void nt_run_start(nt_run *run, nt_site *site, nt_seat *seat, nt_run_scope scope) {
  if (!seat->arena) seat->arena = nt_arena_new();
  nt_arena_reset(seat->arena);
  seat->tracer.ignored = site->engine->options.ignored_keys;
  nt_tracer_start(&seat->tracer);
  *run = (nt_run){.site = site, .seat = seat, .scope = scope};
  nt_diags_init(&run->diags, seat->arena);
  run->reader = (nt_reader){.ops = &reader_ops, .arena = seat->arena, .diags = &run->diags, .lang = site->inputs->lang};
  run->reader.site_url = site->inputs->url;
  nt_run_trace(run, NT_KEY_CONFIG, 0, NT_STR("site/basics"), site->inputs->basics);
}

void nt_run_finish(nt_run *run, nt_step *step, nt_step_state state, nt_hash value) {
  nt_step_set(step, &run->seat->tracer, state, value, &run->diags);
  nt_vm *vm = run->seat->vm;
  step->fleeting = state == NT_STEP_FAILED && vm && nt_vm_last_fault(vm) == NT_FAULT_MEMORY;
  if (step->fleeting) nt_atomic_set(&run->site->overrun, true);
}

void nt_seat_drop_vm(nt_seat *seat) {
  nt_vm_free(seat->vm);
  nt_inputs_free(seat->vm_inputs);
  seat->vm = NULL;
  seat->vm_inputs = NULL;
}

nt_vm *nt_seat_vm(nt_site *site, nt_seat *seat, nt_diags *diags) {
  nt_inputs *in = site->inputs;
  if (seat->vm && (seat->vm_scripts != in->vm_hash || nt_vm_is_dead(seat->vm))) nt_seat_drop_vm(seat);
  if (!seat->vm) {
    nt_vm_options options = {.instructions = in->hook_instructions,
                             .memory = in->hook_memory,
                             .locale = in->locale,
                             .zone = in->zone,
                             .module = nt_inputs_module,
                             .ud = in};
    nt_arena *arena = nt_arena_new();
    nt_diags own;
    nt_diags_init(&own, arena);
    seat->vm = nt_vm_new(&options);
    seat->vm_inputs = nt_inputs_share(in);
    seat->vm_scripts = in->vm_hash;
    seat->vm_usable = nt_vm_load(seat->vm, in->scripts.items, in->scripts.len, &own);
    for (size_t i = 0; diags && i < own.len; i++) nt_diags_add(diags, &own.items[i]);
    nt_arena_free(arena);
  }
  return seat->vm_usable ? seat->vm : NULL;
}

void nt_seat_deinit(nt_seat *seat) {
  nt_seat_drop_vm(seat);
  nt_map_deinit(&seat->names.known);
  nt_tracer_deinit(&seat->tracer);
  nt_arena_free(seat->arena);
  nt_buf_deinit(&seat->out);
}
