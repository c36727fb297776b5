/* The hashes of what can be read, and the question whether a step need run at all. */
#include "engine/clock.h"
#include "engine/content/good.h"
#include "engine/engine.h"
#include "engine/plan/addresses.h"
#include "engine/plan/menus.h"
#include "engine/plan/words.h"
#include "engine/query/terms.h"
#include "engine/run.h"

nt_hash nt_key_config(const nt_site *site, nt_str path) {
  if (nt_str_starts(path, NT_STR("kinds/"))) {
    const nt_kind *kind = nt_inputs_kind(site->inputs, nt_str_sub(path, 6, path.len));
    return kind ? kind->hash : NT_HASH_ABSENT;
  }
  if (nt_str_starts(path, NT_STR("collections/"))) { /* whose name may hold a dot */
    const nt_collection *c = nt_inputs_collection(site->inputs, nt_str_sub(path, 12, path.len));
    return c ? nt_value_hash(&c->config) : NT_HASH_ABSENT;
  }
  if (nt_str_starts(path, NT_STR("taxonomies/"))) {
    const nt_taxonomy *taxonomy = nt_inputs_taxonomy(site->inputs, nt_str_sub(path, 11, path.len));
    return taxonomy ? nt_value_hash(&taxonomy->config) : NT_HASH_ABSENT;
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
const nt_record *nt_run_record(const nt_site *site, nt_run_scope scope, nt_str id) {
  const nt_record *r = nt_records_find(&site->records, id);
  if (!r || !r->frozen || scope == NT_RUN_DOCUMENT) return NULL;
  return scope == NT_RUN_COLLECT && r->source == NT_SOURCE_NONE ? NULL : r;
}

static nt_str take_line(nt_str *rest) {
  size_t end = nt_str_find(*rest, '\n');
  nt_str line = nt_str_sub(*rest, 0, end);
  *rest = nt_str_sub(*rest, end < rest->len ? end + 1 : end, rest->len);
  return line;
}

/* "<document>\n<field>\n<kind>\n<word>". What the field is declared with is asked anew: it may have changed. */
static nt_hash reference_hash(const nt_site *site, nt_str word) {
  nt_str id = take_line(&word), field = take_line(&word), kind = take_line(&word);
  const nt_record *from = nt_records_find(&site->records, id);
  if (!from || !from->frozen) return NT_HASH_ABSENT;
  nt_arena *arena = nt_arena_new();
  nt_str of = kind.len ? kind : nt_address_ref_kind(site, from, field);
  const nt_record *to = nt_address_refer(site, from, word, of, arena);
  nt_arena_free(arena);
  return to && !to->displaced ? to->id_hash + to->generation : NT_HASH_ABSENT;
}

static nt_hash query_name_hash(nt_site *site, nt_run_scope scope, uint32_t name) {
  nt_str text = nt_names_str(site->names, name);
  if (nt_str_starts(text, NT_STR("id:"))) {
    const nt_record *r = nt_run_record(site, scope, nt_str_sub(text, 3, text.len));
    return r ? r->id_hash + r->generation : NT_HASH_ABSENT;
  }
  if (nt_str_starts(text, NT_STR("item:"))) {
    const nt_record *r = nt_records_find(&site->records, nt_str_sub(text, 5, text.len));
    return r && r->listed && r->source != NT_SOURCE_NONE ? r->id_hash : NT_HASH_ABSENT;
  }
  if (nt_str_starts(text, NT_STR("page:"))) {
    const nt_page_record *page = nt_plan_page(&site->plan, nt_str_sub(text, 5, text.len));
    return page ? page->planned : NT_HASH_ABSENT;
  }
  if (nt_str_starts(text, NT_STR("count:"))) {
    const nt_page_record *page = nt_plan_page(&site->plan, nt_str_sub(text, 6, text.len));
    return page ? nt_plan_count_hash(&page->page) : NT_HASH_ABSENT;
  }
  if (nt_str_starts(text, NT_STR("menu:"))) {
    const nt_menu *menu = nt_menu_find(&site->plan, nt_str_sub(text, 5, text.len));
    return menu ? menu->hash : NT_HASH_ABSENT;
  }
  if (nt_str_eq(text, NT_STR("pages"))) return site->plan.shown_hash;
  if (nt_str_eq(text, NT_STR("assets"))) return nt_hash_combine(site->inputs->assets_hash, nt_assets_hash(site));
  if (nt_str_eq(text, NT_STR("withheld"))) return nt_plan_withheld_hash(site);
  if (nt_str_starts(text, NT_STR("ref:"))) return reference_hash(site, nt_str_sub(text, 4, text.len));
  if (nt_str_eq(text, NT_STR("collected"))) return site->plan.collect.value;
  if (nt_str_starts(text, NT_STR("hooked:"))) {
    const nt_page_record *page = nt_plan_page(&site->plan, nt_str_sub(text, 7, text.len));
    return page ? nt_hash_combine(page->planned, page->params.value) : NT_HASH_ABSENT;
  }
  if (nt_str_starts(text, NT_STR("bytes:"))) {
    const nt_page_record *page = nt_plan_page(&site->plan, nt_str_sub(text, 6, text.len));
    return page ? page->render.value : NT_HASH_ABSENT;
  }
  nt_query_phase phase = scope == NT_RUN_COLLECT ? NT_BEFORE_COLLECT : NT_AFTER_COLLECT;
  nt_hash hash;
  return nt_terms_key(site, phase, text, &hash) ? hash : nt_queries_hash(site, name, phase);
}

static const nt_record *slot_record(const nt_site *site, uint32_t slot) {
  return slot < site->records.slots.len ? site->records.slots.items[slot] : NULL;
}

nt_hash nt_key_clock(nt_site *site, uint32_t resolution) {
  nt_value now = nt_timestamp(nt_clock_cut(site->inputs->now, (nt_resolution)resolution, site->inputs->zone));
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

/* Of a file as it is seen from a text, "content/om.md\nkarta.png"; or of the bytes of one of static/. */
static nt_hash asset_now(nt_site *site, uint32_t bytes, nt_str name) {
  nt_arena *arena = nt_arena_new();
  nt_str found;
  nt_hash hash;
  size_t line = nt_str_find(name, '\n');
  if (bytes)
    nt_address_static(site, name, arena, &hash);
  else
    hash = nt_asset_version(
        site, nt_address_file(site, nt_str_sub(name, 0, line), nt_str_sub(name, line + 1, name.len), arena, &found));
  nt_arena_free(arena);
  return hash;
}

static nt_hash named_now(nt_site *site, nt_run_scope scope, nt_key key, nt_str name) {
  const nt_value *value;
  const nt_record *r;
  nt_template_source source;
  nt_str text;
  nt_hash hash = NT_HASH_ABSENT;
  switch (nt_key_class_of(key)) {
  case NT_KEY_DATA: nt_inputs_data(site->inputs, name, NULL, &value, &hash); return hash;
  case NT_KEY_CONFIG: return nt_key_scope_of(key) ? added_hash(site, name) : nt_key_config(site, name);
  case NT_KEY_URL:
    if (nt_key_scope_of(key) == NT_SCOPE_ALL) return nt_word_hash(site, name);
    r = slot_record(site, nt_key_scope_of(key));
    if (!r) return NT_HASH_ABSENT;
    return name.len ? nt_address_link_hash(site, r, name) : nt_address_hash(nt_address_of(site, r));
  case NT_KEY_ASSET: return asset_now(site, nt_key_scope_of(key), name);
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
    if (nt_str_eq(nt_names_str(site->names, key.name), NT_STR("good")))
      return r->standin ? r->standin->item : NT_HASH_ABSENT;
    return r->parsed ? r->parsed->hash : NT_HASH_ABSENT;
  }
  case NT_KEY_BODY: {
    const nt_record *r = slot_record(site, nt_key_scope_of(key));
    return r && r->frozen ? r->frozen->body_hash : NT_HASH_ABSENT;
  }
  case NT_KEY_QUERY: return query_name_hash(site, scope, key.name);
  case NT_KEY_CLOCK: return nt_key_clock(site, nt_key_scope_of(key));
  default: return named_now(site, scope, key, nt_names_str(site->names, key.name));
  }
}

bool nt_key_is_ignored(const nt_site *site, nt_key key) {
  const nt_engine_options *options = &site->engine->options;
  if (!(options->ignored_keys >> nt_key_class_of(key) & 1)) return false;
  return nt_str_starts(nt_names_str(site->names, key.name), options->ignored_name);
}

const nt_trace_entry *nt_step_changed(nt_site *site, nt_run_scope scope, const nt_step *step) {
  nt_span span = nt_span_work(site->profile, NT_WORK_CHECKING);
  const nt_trace_entry *changed = NULL;
  for (uint32_t i = 0; i < step->count && !changed; i++) {
    const nt_trace_entry *e = &step->trace[i];
    if (!nt_key_is_ignored(site, e->key) && nt_key_now(site, scope, e->key) != e->hash) changed = e;
  }
  nt_span_end(span);
  return changed;
}

bool nt_step_holds(nt_site *site, nt_seat *seat, nt_run_scope scope, const nt_step *step) {
  (void)seat;
  return step->state != NT_STEP_NONE && !step->fleeting && !nt_step_changed(site, scope, step);
}
