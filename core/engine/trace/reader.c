/* The one reader, as the engine has it: each read is written in the trace of the step that runs. */
#include "engine/clock.h"
#include "engine/content/bodies.h"
#include "engine/plan/addresses.h"
#include "engine/plan/menus.h"
#include "engine/plan/planning.h"
#include "engine/plan/words.h"
#include "engine/query/terms.h"
#include "engine/run.h"
#include "model/nodecode.h"

static nt_run *run_of(nt_reader *reader) {
  return (nt_run *)reader;
}

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
    nt_str bytes;
    if (nt_body_get(run, r, r->frozen, &bytes)) body = nt_node_decode(bytes, reader->arena);
  }
  return body ? body : nt_node_new(reader->arena, NOTIS_NODE_DOCUMENT);
}

static nt_str read_url(nt_reader *reader, nt_docref ref) {
  nt_run *run = run_of(reader);
  const nt_record *r = record_at(run, ref);
  if (!r || run->scope != NT_RUN_PAGE) return nt_str_n("", 0); /* addresses are known when everything is planned */
  nt_str url = nt_address_of(run->site, r);
  nt_run_trace(run, NT_KEY_URL, r->slot, nt_str_n("", 0), nt_address_hash(url));
  return url;
}

static nt_docref read_find(nt_reader *reader, nt_str id) {
  nt_run *run = run_of(reader);
  if (run->scope == NT_RUN_DOCUMENT) { /* other workers are still at the others */
    nt_report0(reader->diags, NT_MSG_query_too_early, (nt_where){0});
    return 0;
  }
  const nt_record *r = nt_run_record(run->site, run->scope, id);
  nt_run_trace(run, NT_KEY_QUERY, 0, nt_arena_format(reader->arena, "id:%.*s", NT_FMT(id)),
               r ? r->id_hash + r->generation : NT_HASH_ABSENT);
  return r ? nt_record_ref(r) : 0;
}

/* What scripts put into a page the plan has not seen, so that it is said here; the page is published all the same. */
static void report_dead(nt_run *run, const nt_record *from, nt_str link, nt_target *target) {
  if (nt_links_has(&from->frozen->links, link)) return;
  nt_address_explain(target, run->reader.arena);
  size_t errors = run->diags.errors;
  nt_where where = {.doc = from->frozen->id, .file = from->frozen->file};
  nt_plan_report_link(&run->diags, run->site->inputs, target->why, where, link, target->about);
  run->diags.errors = errors;
}

static nt_read read_resolve(nt_reader *reader, nt_docref from, nt_str link, nt_str *url, nt_code *why) {
  nt_run *run = run_of(reader);
  const nt_record *r = record_at(run, from);
  if (!r || run->scope != NT_RUN_PAGE || !nt_link_is_ours(link)) return NT_READ_ABSENT;
  nt_target target = nt_address_follow(run->site, r, link, true, reader->arena);
  nt_run_trace(run, NT_KEY_URL, r->slot, link, nt_address_target_hash(run->site, &target));
  if (target.lead == NT_LEAD_ELSEWHERE) return NT_READ_ABSENT;
  *why = target.why;
  if (target.lead == NT_LEAD_DEAD) {
    report_dead(run, r, link, &target);
    return NT_READ_FAILED;
  }
  *url = target.url.len ? nt_address_href(run->site, target.url, target.tail, reader->arena) : target.tail;
  return NT_READ_OK;
}

static nt_docref read_refer(nt_reader *reader, nt_docref from, nt_str field, nt_str word, nt_str kind) {
  nt_run *run = run_of(reader);
  const nt_record *r = record_at(run, from);
  if (!r || run->scope != NT_RUN_PAGE) return 0; /* names are known when everything is planned */
  nt_str of = kind.len ? kind : nt_address_ref_kind(run->site, r, field);
  const nt_record *to = nt_address_refer(run->site, r, word, of, reader->arena);
  if (to && to->displaced) to = NULL;
  nt_str name = nt_arena_format(reader->arena, "ref:%.*s\n%.*s\n%.*s\n%.*s", NT_FMT(r->id), NT_FMT(field), NT_FMT(kind),
                                NT_FMT(word));
  nt_run_trace(run, NT_KEY_QUERY, 0, name, to ? to->id_hash + to->generation : NT_HASH_ABSENT);
  return to ? nt_record_ref(to) : 0;
}

static nt_read read_file(nt_reader *reader, nt_str beside, nt_str path, nt_file_facts *out) {
  nt_run *run = run_of(reader);
  nt_str found, name = nt_arena_format(reader->arena, "%.*s\n%.*s", NT_FMT(beside), NT_FMT(path));
  const nt_asset *asset = nt_address_file(run->site, beside, path, reader->arena, &found);
  nt_run_trace(run, NT_KEY_ASSET, 0, name, nt_asset_version(run->site, asset));
  if (asset) nt_asset_facts(run->site, asset, reader->arena, out);
  return asset ? NT_READ_OK : NT_READ_ABSENT;
}

static nt_str read_file_url(nt_reader *reader, nt_docref from, nt_str path) {
  nt_run *run = run_of(reader);
  const nt_record *r = record_at(run, from);
  if (!r || run->scope != NT_RUN_PAGE) return nt_str_n("", 0);
  nt_target target = nt_address_follow_file(run->site, r, path, true, reader->arena);
  nt_run_trace(run, NT_KEY_URL, r->slot, nt_arena_format(reader->arena, "file %.*s", NT_FMT(path)),
               nt_address_target_hash(run->site, &target));
  if (target.lead != NT_LEAD_FILE) return nt_str_n("", 0);
  return nt_address_href(run->site, target.url, target.tail, reader->arena);
}

static nt_read read_asset(nt_reader *reader, nt_str path, nt_str *url) {
  nt_run *run = run_of(reader);
  nt_hash content;
  if (run->scope != NT_RUN_PAGE) return NT_READ_ABSENT;
  const nt_asset *asset = nt_address_static(run->site, path, reader->arena, &content);
  nt_run_trace(run, NT_KEY_ASSET, 1, path, content);
  if (!asset) return NT_READ_ABSENT;
  nt_str file = nt_arena_format(reader->arena, "/%.*s", NT_FMT(asset->path));
  nt_str mark = nt_arena_format(reader->arena, "?v=%08x", (unsigned)(content >> 32));
  *url = nt_address_href(run->site, file, mark, reader->arena);
  return NT_READ_OK;
}

static nt_str page_language(const nt_run *run) {
  return run->reader.lang.len ? run->reader.lang : run->site->inputs->lang;
}

static bool names_language(const nt_query *query) {
  for (size_t i = 0; i < query->condition_count; i++)
    if (nt_str_eq(query->conditions[i].field, NT_STR("lang"))) return true;
  return false;
}

/* A page shows what is in its own language, unless it says which it wants. */
static bool is_of_page(const nt_run *run, const nt_query *query) {
  return run->scope == NT_RUN_PAGE && query->collection.len && !query->lang.len && !names_language(query);
}

static nt_read read_address(nt_reader *reader, nt_str word, nt_str lang, nt_where where, nt_str *url) {
  nt_run *run = run_of(reader);
  nt_word_target target;
  *url = nt_str_n("", 0);
  if (run->scope != NT_RUN_PAGE) {
    nt_report(reader->diags, NT_MSG_address_too_early, where, word);
    return NT_READ_FAILED;
  }
  bool found = nt_word_find(run->site, word, lang, reader->arena, &target);
  if (found) *url = nt_word_href(run->site, &target, reader->arena);
  nt_run_trace(run, NT_KEY_URL, NT_SCOPE_ALL, nt_arena_format(reader->arena, "%.*s:%.*s", NT_FMT(lang), NT_FMT(word)),
               nt_word_target_hash(run->site, &target, reader->arena));
  if (!found) nt_report(reader->diags, target.why, where, word, target.about);
  return found ? NT_READ_OK : NT_READ_FAILED;
}

static const nt_value *read_menu(nt_reader *reader, nt_str name, nt_str lang) {
  nt_run *run = run_of(reader);
  if (run->scope != NT_RUN_PAGE) return NULL;
  nt_str key = nt_arena_format(reader->arena, "menu:%.*s/%.*s", NT_FMT(lang), NT_FMT(name));
  const nt_menu *menu = nt_menu_find(&run->site->plan, nt_str_sub(key, 5, key.len));
  nt_run_trace(run, NT_KEY_QUERY, 0, key, menu ? menu->hash : NT_HASH_ABSENT);
  return menu ? &menu->entries : NULL;
}

static nt_pages read_pages(nt_reader *reader) {
  nt_run *run = run_of(reader);
  const nt_plan *plan = &run->site->plan;
  if (run->scope != NT_RUN_PAGE) return (nt_pages){0};
  nt_run_trace(run, NT_KEY_QUERY, 0, NT_STR("pages"), plan->shown_hash);
  return (nt_pages){plan->shown.items, plan->shown.len};
}

static uint32_t read_page_count(nt_reader *reader, const nt_page *page) {
  if (nt_plan_counts_apart(page))
    nt_run_trace(run_of(reader), NT_KEY_QUERY, 0, nt_arena_format(reader->arena, "count:%.*s", NT_FMT(page->path)),
                 nt_plan_count_hash(page));
  return page->count;
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
  if (is_of_page(run, query)) query = nt_query_lang(reader->arena, query, page_language(run));
  bool good = nt_queries_ask(run->site, query, phase, diags, out, &name, &hash);
  nt_tracer_add(&run->seat->tracer, nt_key_of(NT_KEY_QUERY, 0, name), hash);
  return good ? NT_READ_OK : NT_READ_FAILED;
}

static const nt_value *read_config(nt_reader *reader, nt_str path) {
  nt_run *run = run_of(reader);
  const nt_value *v = path.len ? nt_map_path(&run->site->inputs->config, path) : &run->site->inputs->config;
  nt_run_trace(run, NT_KEY_CONFIG, 0, path, nt_key_config(run->site, path));
  return v;
}

static nt_type read_config_type(nt_reader *reader, nt_str path) {
  nt_run *run = run_of(reader);
  const nt_value *v = path.len ? nt_map_path(&run->site->inputs->config, path) : &run->site->inputs->config;
  nt_str name = nt_arena_format(reader->arena, "type:%.*s", NT_FMT(path));
  nt_run_trace(run, NT_KEY_CONFIG, 0, name, nt_key_config(run->site, name));
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
  nt_run_trace(run, NT_KEY_CLOCK, resolution, nt_str_n("", 0), nt_key_clock(run->site, resolution));
  return nt_clock_cut(run->site->inputs->now, resolution, run->site->inputs->zone);
}

const nt_reader_ops nt_run_reader = {.field = read_field,
                                     .fields = read_fields,
                                     .body = read_body,
                                     .url = read_url,
                                     .find = read_find,
                                     .resolve = read_resolve,
                                     .terms = nt_terms_read,
                                     .address = read_address,
                                     .menu = read_menu,
                                     .pages = read_pages,
                                     .page_count = read_page_count,
                                     .refer = read_refer,
                                     .file = read_file,
                                     .file_url = read_file_url,
                                     .asset = read_asset,
                                     .query = read_query,
                                     .config = read_config,
                                     .config_type = read_config_type,
                                     .data = read_data,
                                     .message = read_message,
                                     .template_source = read_template,
                                     .script = read_script,
                                     .now = read_now};
