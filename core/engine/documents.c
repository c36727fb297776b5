#include "engine/documents.h"

#include "base/path.h"
#include "engine/engine.h"
#include "engine/run.h"
#include "model/nodecode.h"
#include "text/headings.h"
#include "text/json.h"
#include "text/scalar_place.h"
#include "text/yaml.h"

/* One record on its way. */
typedef struct reading {
  nt_run run;
  nt_record_update *update;
  nt_record *record;
  const nt_source *source;
  nt_buf bytes;
  nt_str file;           /* what diagnostics call it */
  nt_pos head;           /* where the front matter opens, or the text begins */
  nt_document *document; /* whose fields are held against its kind */
  nt_str text;           /* the item's bytes, as item hooks left them */
} reading;

static nt_where at_file(const reading *r, uint32_t line, uint32_t column) {
  return nt_where_file(r->file, line, column);
}

static void put_in_force(nt_record *record, nt_frozen *frozen) {
  if (record->frozen != record->parsed) nt_frozen_free(record->frozen);
  record->frozen = frozen;
}

/* ---- reading the item ---- */

static bool read_file(reading *r) {
  nt_inputs *in = r->run.site->inputs;
  nt_file_stamp stamp;
  nt_file_result result = nt_file_read(in->layers[0].root, r->record->path, in->item_limit, &r->bytes, &stamp);
  if (result == NT_FILE_ABSENT) {
    r->update->gone = true;
    return false;
  }
  if (result != NT_FILE_OK) {
    nt_config_report_file(result, r->file, at_file(r, 0, 0), &r->run.diags);
    return false;
  }
  return true;
}

static bool read_plugin(reading *r) {
  notis_buffer out = {.buf = &r->bytes};
  notis_call call = nt_run_call(&r->run, r->source->plugin->name, r->file);
  notis_str id = {r->record->path.ptr, r->record->path.len};
  notis_str fingerprint = {r->record->fingerprint.ptr, r->record->fingerprint.len};
  notis_status status = r->source->plugin->source.read
                            ? r->source->plugin->source.read(r->source->self, &call, id, fingerprint, &out)
                            : NOTIS_ERROR;
  r->update->gone = status == NOTIS_GONE;
  if (status == NOTIS_OK && r->bytes.len <= r->run.site->inputs->item_limit) return true;
  if (status == NOTIS_OK) nt_config_report_file(NT_FILE_TOO_LARGE, r->file, at_file(r, 0, 0), &r->run.diags);
  if (status == NOTIS_ERROR && !r->run.diags.errors)
    nt_report0(&r->run.diags, NT_MSG_item_parse_failed, at_file(r, 0, 0));
  return false;
}

/* Out of force, with all that its steps gave: what comes next begins from nothing. */
static void withhold(reading *r) {
  nt_record *record = r->record;
  put_in_force(record, NULL);
  nt_frozen_free(record->parsed);
  record->parsed = NULL;
  nt_step_deinit(&record->parse);
  nt_step_deinit(&record->hooks);
  r->update->derives = true;
}

/* Fills r->bytes and the record's hash of them; false if there is nothing to parse. */
static bool read_item(reading *r) {
  nt_record *record = r->record;
  nt_run_start(&r->run, r->run.site, r->run.seat, NT_RUN_DOCUMENT);
  bool good = r->source->files ? read_file(r) : read_plugin(r);
  if (good) {
    nt_step_deinit(&record->trouble);
    record->item = nt_hash_bytes(nt_buf_str(&r->bytes));
    record->stale = false;
  } else if (!r->update->gone) {
    nt_run_finish(&r->run, &record->trouble, NT_STEP_FAILED, 0);
    record->stale = true;
    withhold(r);
  }
  return good;
}

/* ---- parse ---- */

/* The item's path below its source's. */
static nt_str path_in_source(const reading *r) {
  nt_str path = r->record->path, prefix = r->source->path;
  return prefix.len && path.len > prefix.len ? nt_str_sub(path, prefix.len + 1, path.len) : path;
}

/* The kind that the text names, else its source's, else its top folder's, else article. */
static const nt_kind *look_up_kind(reading *r, nt_str name) {
  const nt_kind *kind = nt_inputs_kind(r->run.site->inputs, name);
  nt_run_trace(&r->run, NT_KEY_CONFIG, 0, nt_arena_format(r->run.reader.arena, "kinds/%.*s", NT_FMT(name)),
               kind ? kind->hash : NT_HASH_ABSENT);
  return kind;
}

static const nt_kind *kind_of(reading *r, const nt_value *named) {
  nt_inputs *in = r->run.site->inputs;
  nt_str name = nt_value_str(named);
  if (!name.len) name = r->source->kind;
  if (!name.len) {
    nt_str below = path_in_source(r);
    nt_str top = nt_str_sub(below, 0, nt_str_find(below, '/'));
    name = top.len < below.len && look_up_kind(r, top) ? top : NT_STR("article");
  }
  const nt_kind *kind = look_up_kind(r, name);
  if (kind) return kind;
  nt_buf names = {0};
  for (size_t i = 0; i < in->kinds.len; i++) {
    if (i) nt_buf_c(&names, ", ");
    nt_buf_put(&names, in->kinds.items[i].name);
  }
  nt_report(&r->run.diags, NT_MSG_kind_unknown, nt_where_pos(r->file, named ? named->pos : (nt_pos){0}), name,
            nt_buf_str(&names));
  nt_buf_deinit(&names);
  return NULL;
}

static bool is_language(const reading *r, nt_str word) {
  return word.len && nt_map_find(nt_map_find(&r->run.site->inputs->config, NT_STR("languages")), word);
}

/* "name.en.md", and "en/name.md", are in English when the site has that language; a text may say otherwise itself. */
static nt_str language_of(const reading *r, const nt_value *named) {
  nt_str path = path_in_source(r), stem = nt_path_stem(path);
  size_t dot = nt_str_find_last(stem, '.'), slash = nt_str_find(path, '/');
  nt_str suffix = dot < stem.len ? nt_str_sub(stem, dot + 1, stem.len) : nt_str_n("", 0);
  nt_str folder = slash < path.len ? nt_str_sub(path, 0, slash) : nt_str_n("", 0);
  if (nt_value_str(named).len) return nt_value_str(named);
  return is_language(r, suffix) ? suffix : is_language(r, folder) ? folder : r->run.site->inputs->lang;
}

/* What a permalink is made from: the path without extension, language suffix and a last "index". */
static nt_str name_of(const reading *r, nt_arena *arena) {
  nt_str path = path_in_source(r), dir = nt_path_dir(path), stem = nt_path_stem(path);
  size_t dot = nt_str_find_last(stem, '.');
  if (dot < stem.len && is_language(r, nt_str_sub(stem, dot + 1, stem.len))) stem = nt_str_sub(stem, 0, dot);
  if (nt_str_eq(stem, NT_STR("index")) || nt_str_eq(stem, NT_STR("_index"))) return dir;
  return nt_path_join(arena, dir, stem);
}

/* A field of type markdown, in the source's own syntax. */
static bool parse_markup(void *ud, nt_str text, nt_pos at, nt_arena *arena, nt_diags *diags, nt_value *out) {
  reading *r = ud;
  const notis_source_api *api = &r->source->plugin->source;
  nt_document fragment = {.arena = arena};
  notis_builder *builder = nt_builder_new(arena, diags, r->file);
  notis_status status = NOTIS_OK;
  nt_scalar_place scalar = nt_scalar_place_find(r->text, at);
  if (api->fragment) {
    notis_call call = nt_run_call(&r->run, r->source->plugin->name, r->file);
    notis_place place = {.line = scalar.line, .column = scalar.column};
    status = api->fragment(r->source->self, &call, (notis_str){text.ptr, text.len}, place, builder);
  }
  nt_builder_finish(builder, &fragment);
  nt_markup_place *place_of = NT_NEW(arena, nt_markup_place);
  *place_of = (nt_markup_place){at, fragment.positions, fragment.position_count, r->document->markups};
  r->document->markups = place_of;
  for (size_t i = 0; i < fragment.position_count; i++) nt_scalar_place_apply(&scalar, at, &fragment.positions[i]);
  if (!api->fragment) {
    nt_node *p = nt_node_new(arena, NOTIS_NODE_PARAGRAPH), *t = nt_node_new(arena, NOTIS_NODE_TEXT);
    t->text = text;
    nt_node_append(p, t);
    nt_node_append(fragment.body, p);
  }
  nt_buf bytes = {0};
  nt_node_encode(fragment.body, &bytes);
  *out = nt_markup(nt_arena_str(arena, nt_buf_str(&bytes)));
  nt_buf_deinit(&bytes);
  return status == NOTIS_OK;
}

/* Words that mean the same in every kind; they are no fields of it. */
static const char *const common_words[] = {"kind", "lang", "slug", "template"};
enum { COMMON_WORDS = sizeof common_words / sizeof *common_words };

/* The common words are texts; null is as if they were not there. */
static bool check_common(reading *r, const nt_value *common) {
  size_t before = r->run.diags.errors;
  for (size_t c = 0; c < COMMON_WORDS; c++) {
    if (common[c].type == NT_STRING || common[c].type == NT_NULL) continue;
    nt_buf shown = {0};
    nt_json_write(&common[c], 0, &shown);
    nt_report(&r->run.diags, NT_MSG_fields_not_text, nt_where_pos(r->file, common[c].pos), nt_str_c(common_words[c]),
              nt_buf_str(&shown));
    nt_buf_deinit(&shown);
  }
  return r->run.diags.errors == before;
}

/* Holds the raw fields against the kind and completes the document. */
static bool apply_kind(reading *r, const nt_value *raw, nt_document *doc) {
  nt_arena *arena = doc->arena;
  r->document = doc;
  nt_value own = nt_map_new(arena), common[COMMON_WORDS] = {{0}};
  own.pos = r->head; /* where a missing field is missed */
  for (size_t i = 0; i < raw->as.map->len; i++) {
    const nt_entry *e = &raw->as.map->entries[i];
    bool taken = false;
    for (size_t c = 0; c < COMMON_WORDS; c++)
      if (nt_str_eq(e->key, nt_str_c(common_words[c]))) {
        common[c] = e->value;
        taken = true;
      }
    if (!taken) nt_map_put(&own, arena, e->key, e->key_pos, e->value);
  }
  if (!check_common(r, common)) return false;
  const nt_kind *kind = kind_of(r, common[0].type == NT_STRING ? &common[0] : NULL);
  if (!kind) return false;
  doc->kind = kind->name;
  doc->lang = language_of(r, &common[1]);
  doc->name = name_of(r, arena);
  nt_fields_context context = {.zone = r->run.site->inputs->zone, .markup = parse_markup, .ud = r, .file = r->file};
  if (!nt_fields_apply(kind, &own, &context, arena, &r->run.diags, &doc->fields)) return false;
  for (size_t c = 2; c < COMMON_WORDS; c++)
    if (common[c].type == NT_STRING)
      nt_map_put(&doc->fields, arena, nt_str_c(common_words[c]), common[c].pos, common[c]);
  return true;
}

static bool parse_text(reading *r, nt_str text, nt_document *doc) {
  nt_arena *arena = r->run.reader.arena;
  nt_front_matter split;
  if (!nt_str_trim(text).len) nt_report0(&r->run.diags, NT_MSG_item_empty, at_file(r, 1, 1));
  if (!nt_front_matter_split(text, r->file, &r->run.diags, &split)) return false;
  if (!nt_str_trim(nt_str_sub(text, nt_str_starts(text, NT_STR("\xEF\xBB\xBF")) ? 3 : 0, text.len)).len)
    nt_report0(&r->run.diags, NT_MSG_item_empty, at_file(r, 0, 0));
  r->text = text;
  r->head = (nt_pos){.line = split.present ? split.yaml_line - 1 : 1, .column = 1};
  notis_item item = {.size = sizeof item,
                     .id = {r->record->id.ptr, r->record->id.len},
                     .path = {r->record->path.ptr, r->record->path.len},
                     .bytes = {text.ptr, text.len},
                     .yaml = {split.yaml.ptr, split.yaml.len},
                     .yaml_at = {.line = split.yaml_line, .column = 1},
                     .body = {split.body.ptr, split.body.len},
                     .body_at = {.line = split.body_line, .column = 1}};
  notis_builder *builder = nt_builder_new(arena, &r->run.diags, r->file);
  notis_call call = nt_run_call(&r->run, r->source->plugin->name, r->file);
  notis_status status = r->source->plugin->source.parse(r->source->self, &call, &item, builder);
  nt_builder_finish(builder, doc);
  doc->id = r->record->id;
  doc->file = r->file;
  doc->source = r->source->name;
  if (status != NOTIS_OK && !r->run.diags.errors) nt_report0(&r->run.diags, NT_MSG_item_parse_failed, at_file(r, 0, 0));
  if (status != NOTIS_OK || r->run.diags.errors) return false;
  nt_value raw = doc->fields;
  if (!apply_kind(r, &raw, doc)) return false;
  nt_heading_ids(doc->body, arena);
  return true;
}

static nt_step_state run_item_hooks(reading *r, nt_str *text) {
  nt_site *site = r->run.site;
  nt_str kind = r->source->kind;
  nt_run_trace_hooks(&r->run, NT_EVENT_ITEM);
  r->record->item_hooks = NT_STEP_NONE;
  nt_vm *vm = site->inputs->scripts.len ? nt_seat_vm(site, r->run.seat, NULL) : NULL;
  if (!vm || !nt_vm_wants(vm, NT_EVENT_ITEM, kind)) return NT_STEP_OK;
  nt_hook_result result = nt_vm_run_item(vm, &r->run.reader, r->record->id, kind, text);
  nt_step_state state = result == NT_HOOK_OK        ? NT_STEP_OK
                        : result == NT_HOOK_DROPPED ? NT_STEP_DROPPED
                                                    : NT_STEP_FAILED;
  r->record->item_hooks = (uint8_t)state;
  return state;
}

static void parse(reading *r) {
  nt_record *record = r->record;
  nt_run_start(&r->run, r->run.site, r->run.seat, NT_RUN_DOCUMENT);
  nt_run_trace(&r->run, NT_KEY_FILE, record->slot, nt_str_n("", 0), record->item);
  nt_str plugin = nt_arena_format(r->run.reader.arena, "source/%.*s", NT_FMT(r->source->name));
  nt_run_trace(&r->run, NT_KEY_PLUGIN, 0, plugin, r->source->version);
  nt_str text = nt_buf_str(&r->bytes);
  nt_document doc = {.arena = r->run.reader.arena};
  nt_frozen *parsed = NULL;
  nt_step_state state = run_item_hooks(r, &text);
  if (state == NT_STEP_OK)
    state =
        nt_config_check_text(text, r->file, &r->run.diags) && parse_text(r, text, &doc) ? NT_STEP_OK : NT_STEP_FAILED;
  if (state == NT_STEP_OK) parsed = nt_frozen_new(&doc, NULL);
  nt_run_finish(&r->run, &record->parse, state, parsed ? parsed->hash : NT_HASH_ABSENT);
  if (record->frozen != record->parsed)
    nt_frozen_free(record->parsed);
  else if (record->parsed) { /* what is in force was the parsed document itself */
    nt_frozen_free(record->parsed);
    record->frozen = NULL;
  }
  record->parsed = parsed;
}

/* ---- document hooks ---- */

/* A document that a hook derived obeys its kind's rules. */
static void add_derived(reading *r, nt_document *doc) {
  nt_fields_context context = {.zone = r->run.site->inputs->zone, .markup = parse_markup, .ud = r, .file = r->file};
  const nt_kind *kind = nt_inputs_kind(r->run.site->inputs, doc->kind);
  nt_value raw = doc->fields;
  nt_where where = {.doc = doc->id, .file = r->file};
  r->document = doc;
  nt_run_trace(&r->run, NT_KEY_CONFIG, 0, nt_arena_format(r->run.reader.arena, "kinds/%.*s", NT_FMT(doc->kind)),
               kind ? kind->hash : NT_HASH_ABSENT);
  size_t mark = nt_str_find_last(doc->id, '#');
  doc->name = nt_str_sub(doc->id, mark + 1, doc->id.len);
  if (!kind)
    nt_report(&r->run.diags, NT_MSG_kind_unknown, where, doc->kind, NT_STR(""));
  else if (nt_fields_apply(kind, &raw, &context, doc->arena, &r->run.diags, &doc->fields))
    nt_push(&r->update->derived, nt_frozen_new(doc, NULL));
}

static void run_hooks(reading *r, nt_vm *vm) {
  nt_record *record = r->record;
  nt_site *site = r->run.site;
  nt_run_start(&r->run, site, r->run.seat, NT_RUN_DOCUMENT);
  nt_run_trace_hooks(&r->run, NT_EVENT_DOCUMENT);
  nt_run_trace(&r->run, NT_KEY_SCRIPT, NT_BLOCKS, nt_str_n("", 0), site->inputs->registrations[NT_BLOCKS]);
  nt_run_trace(&r->run, NT_KEY_FILE, record->slot, NT_STR("parsed"), record->parsed->hash);
  nt_document doc;
  nt_documents derived = {0};
  nt_frozen_thaw(record->parsed, r->run.reader.arena, &doc);
  r->run.reader.lang = doc.lang;
  nt_hook_result result = nt_vm_run_blocks(vm, &r->run.reader, &doc);
  if (result == NT_HOOK_OK) result = nt_vm_run_document(vm, &r->run.reader, &doc, &derived);
  nt_frozen *frozen = NULL;
  r->update->derives = true;
  if (result == NT_HOOK_OK) {
    for (size_t i = 0; i < derived.len; i++) add_derived(r, derived.items[i]);
    frozen = nt_frozen_new(&doc, record->parsed);
    if (frozen->hash == record->parsed->hash) {
      nt_frozen_free(frozen);
      frozen = record->parsed;
    }
  }
  put_in_force(record, frozen);
  nt_step_state state = result == NT_HOOK_OK        ? NT_STEP_OK
                        : result == NT_HOOK_DROPPED ? NT_STEP_DROPPED
                                                    : NT_STEP_FAILED;
  nt_run_finish(&r->run, &record->hooks, state, frozen ? frozen->hash : NT_HASH_ABSENT);
}

static void bring_into_force(reading *r) {
  nt_record *record = r->record;
  nt_site *site = r->run.site;
  if (!record->parsed) {
    put_in_force(record, NULL);
    nt_step_deinit(&record->hooks);
    r->update->derives = true;
    return;
  }
  nt_vm *vm = site->inputs->scripts.len ? nt_seat_vm(site, r->run.seat, NULL) : NULL;
  if (!vm || (!nt_vm_wants(vm, NT_EVENT_DOCUMENT, record->parsed->kind) && !nt_vm_has_blocks(vm))) {
    nt_step_deinit(&record->hooks);
    put_in_force(record, record->parsed);
    r->update->derives = true;
    return;
  }
  bool holds = nt_step_holds(site, r->run.seat, NT_RUN_DOCUMENT, &record->hooks);
  /* A parse that gave the same document in new bytes: what is in force goes on, or is the new object. */
  if (holds && !record->frozen && record->hooks.value == record->parsed->hash) record->frozen = record->parsed;
  if (!holds) run_hooks(r, vm);
  nt_site_count(site, NT_STEP_DOCUMENT, !holds);
}

static void update_record(nt_site *site, nt_seat *seat, nt_record_update *update) {
  reading r = {.update = update, .record = update->record};
  r.run.site = site;
  r.run.seat = seat;
  r.source = site->sources.items.items[update->record->source];
  nt_arena *names = nt_arena_new_sized(512);
  r.file = nt_path_join(names, site->name, update->record->path);
  bool was_stale = update->record->stale, there = !was_stale || read_item(&r);
  bool holds = there && nt_step_holds(site, seat, NT_RUN_DOCUMENT, &update->record->parse);
  /* The bytes are needed after all: a kind or an item hook changed. */
  if (there && !holds && !was_stale) there = read_item(&r);
  if (there) {
    if (!holds) parse(&r);
    nt_site_count(site, NT_STEP_PARSE, !holds);
    bring_into_force(&r);
  }
  nt_buf_deinit(&r.bytes);
  nt_arena_free(names);
}

/* ---- the job ---- */

static void work(nt_job *job, unsigned worker) {
  nt_document_job *batch = (nt_document_job *)job;
  nt_site *site = batch->site;
  for (size_t i = 0; i < batch->count; i++) {
    if (nt_atomic_get(&site->cancel))
      batch->updates[i].skipped = true;
    else
      update_record(site, &site->seats[worker], &batch->updates[i]);
  }
}

nt_document_job *nt_document_job_new(nt_site *site) {
  nt_document_job *batch = NULL;
  while (site->dirty.len && (!batch || batch->count < NT_DOCUMENT_BATCH)) {
    nt_record *record = site->dirty.items[--site->dirty.len];
    if (!record->dirty || record->queued || !record->listed) continue;
    if (!batch) {
      batch = nt_zalloc(sizeof *batch);
      batch->site = site;
      batch->job.work = work;
    }
    record->dirty = false;
    record->queued = true;
    batch->updates[batch->count++].record = record;
  }
  return batch;
}

/* What a hook derived before is taken out of force; what it derives now is put there. */
static void install_derived(nt_site *site, nt_record_update *update) {
  nt_record *parent = update->record;
  uint32_t *before = parent->derived;
  size_t before_count = parent->derived_count;
  parent->derived = update->derived.len ? nt_alloc(update->derived.len * sizeof(uint32_t)) : NULL;
  parent->derived_count = update->derived.len;
  for (size_t i = 0; i < before_count; i++) nt_record_clear(site->records.slots.items[before[i]]);
  free(before);
  for (size_t i = 0; i < update->derived.len; i++) {
    nt_frozen *frozen = update->derived.items[i];
    nt_record *record = nt_records_get(&site->records, frozen->id);
    if (record->frozen) nt_record_clear(record);
    record->parent = parent->slot + 1;
    record->source = parent->source;
    record->path = parent->path;
    record->frozen = frozen;
    record->listed = true;
    parent->derived[i] = record->slot;
  }
}

void nt_document_remove(nt_site *site, nt_record *record) {
  for (size_t i = 0; i < record->derived_count; i++) nt_record_clear(site->records.slots.items[record->derived[i]]);
  nt_record_clear(record);
}

void nt_document_job_install(nt_document_job *batch) {
  nt_site *site = batch->site;
  for (size_t i = 0; i < batch->count; i++) {
    nt_record_update *update = &batch->updates[i];
    nt_record *record = update->record;
    record->queued = false;
    if (update->skipped) {
      nt_site_mark(site, record);
    } else if (update->gone) {
      nt_document_remove(site, record);
    } else if (update->derives) {
      install_derived(site, update);
    }
    nt_vec_deinit(&update->derived);
    if (record->dirty) nt_push(&site->dirty, record); /* it changed again while the job held it */
  }
  free(batch);
}
