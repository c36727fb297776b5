/* From an item's bytes to a document that obeys its kind. */
#include "engine/content/reading.h"

#include "base/path.h"
#include "engine/content/identity.h"
#include "engine/engine.h"
#include "engine/inputs/languages.h"
#include "model/nodecode.h"
#include "text/headings.h"
#include "text/json.h"
#include "text/locale.h"
#include "text/scalar_place.h"
#include "text/yaml.h"

/* The item's path below its source's. */
/* Composed: a file's name has the letters that people write, however the disk keeps them. */
static nt_str path_in_source(const nt_reading *r) {
  nt_str path = r->record->path, prefix = r->source->path;
  if (prefix.len && path.len > prefix.len) path = nt_str_sub(path, prefix.len + 1, path.len);
  return nt_nfc_copy(path, r->run.reader.arena);
}

/* The kind that the text names, else its source's, else its top folder's, else article. */
static const nt_kind *look_up_kind(nt_reading *r, nt_str name) {
  const nt_kind *kind = nt_inputs_kind(r->run.site->inputs, name);
  nt_run_trace(&r->run, NT_KEY_CONFIG, 0, nt_arena_format(r->run.reader.arena, "kinds/%.*s", NT_FMT(name)),
               kind ? kind->hash : NT_HASH_ABSENT);
  return kind;
}

static const nt_kind *kind_of(nt_reading *r, const nt_value *named) {
  nt_inputs *in = r->run.site->inputs;
  nt_str name = nt_value_str(named);
  if (!name.len) name = r->source->kind;
  if (!name.len) {
    nt_str folders = nt_identity_folders(in, path_in_source(r), r->run.reader.arena);
    nt_str top = nt_str_sub(folders, 0, nt_str_find(folders, '/'));
    name = top.len && look_up_kind(r, top) ? top : NT_STR("article");
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

/* A text may say its language itself; else its path does, its source, or the folder that the source reads. */
static nt_str language_of(const nt_reading *r, const nt_value *named) {
  const nt_inputs *in = r->run.site->inputs;
  if (nt_value_str(named).len) return nt_value_str(named);
  nt_str lang = nt_identity_lang(in, path_in_source(r));
  if (!lang.len) lang = r->source->lang;
  if (!lang.len && r->source->files)
    lang = nt_identity_lang(in, nt_path_join(r->run.reader.arena, r->source->path, NT_STR("x")));
  return lang.len ? lang : in->lang;
}

/* A field of type markdown, in the source's own syntax. */
static bool parse_markup(void *ud, nt_str text, nt_pos at, nt_arena *arena, nt_diags *diags, nt_value *out) {
  nt_reading *r = ud;
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

nt_fields_context nt_reading_fields(nt_reading *r) {
  return (nt_fields_context){.zone = r->run.site->inputs->zone, .markup = parse_markup, .ud = r, .file = r->file};
}

/* Words that mean the same in every kind; they are no fields of it. */
static const char *const common_words[] = {"kind", "lang", "slug", "template"};
enum { COMMON_KIND, COMMON_LANG, COMMON_WORDS = sizeof common_words / sizeof *common_words };

/* The common words are texts; null is as if they were not there. */
static bool check_common(nt_reading *r, const nt_value *common) {
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
static bool apply_kind(nt_reading *r, const nt_value *raw, nt_document *doc) {
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
  const nt_kind *kind = kind_of(r, common[COMMON_KIND].type == NT_STRING ? &common[COMMON_KIND] : NULL);
  if (!kind) return false;
  doc->kind = kind->name;
  doc->lang = language_of(r, &common[COMMON_LANG]);
  doc->name = nt_identity_name(r->run.site->inputs, path_in_source(r), arena);
  nt_fields_context context = nt_reading_fields(r);
  bool known =
      nt_language_check(r->run.site->inputs, doc->lang, nt_where_pos(r->file, common[COMMON_LANG].pos), &r->run.diags);
  if (!nt_fields_apply(kind, &own, &context, arena, &r->run.diags, &doc->fields) || !known) return false;
  for (size_t c = COMMON_LANG + 1; c < COMMON_WORDS; c++)
    if (common[c].type == NT_STRING)
      nt_map_put(&doc->fields, arena, nt_str_c(common_words[c]), common[c].pos, common[c]);
  return true;
}

static bool parse_text(nt_reading *r, nt_str text, nt_document *doc) {
  nt_arena *arena = r->run.reader.arena;
  nt_front_matter split;
  if (!nt_front_matter_split(text, r->file, &r->run.diags, &split)) return false;
  if (!nt_str_trim(nt_str_sub(text, nt_str_starts(text, NT_STR("\xEF\xBB\xBF")) ? 3 : 0, text.len)).len)
    nt_report0(&r->run.diags, NT_MSG_item_empty, nt_reading_at(r, 0, 0));
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
  if (status != NOTIS_OK && !r->run.diags.errors)
    nt_report0(&r->run.diags, NT_MSG_item_parse_failed, nt_reading_at(r, 0, 0));
  if (status != NOTIS_OK || r->run.diags.errors) return false;
  nt_value raw = doc->fields;
  if (!apply_kind(r, &raw, doc)) return false;
  nt_heading_ids(doc->body, arena);
  return true;
}

static nt_step_state run_item_hooks(nt_reading *r, nt_str *text) {
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

void nt_reading_parse(nt_reading *r) {
  nt_record *record = r->record;
  nt_span span = nt_span_work(r->run.site->profile, NT_STEP_PARSE);
  nt_run_start(&r->run, r->run.site, r->run.seat, NT_RUN_DOCUMENT);
  nt_str which = record->standin ? NT_STR("good") : nt_str_n("", 0);
  nt_run_trace(&r->run, NT_KEY_FILE, record->slot, which, record->standin ? record->standin->item : record->item);
  nt_str plugin = nt_arena_format(r->run.reader.arena, "source/%.*s", NT_FMT(r->source->name));
  nt_run_trace(&r->run, NT_KEY_PLUGIN, 0, plugin, r->source->version);
  nt_str text = nt_buf_str(&r->bytes);
  nt_document doc = {.arena = r->run.reader.arena};
  nt_frozen *parsed = NULL;
  nt_step_state state = run_item_hooks(r, &text);
  bool raw = r->source->plugin->source.flags & NOTIS_SOURCE_RAW_BYTES;
  if (state == NT_STEP_OK)
    state = (raw || nt_config_check_text(text, r->file, &r->run.diags)) && parse_text(r, text, &doc) ? NT_STEP_OK
                                                                                                     : NT_STEP_FAILED;
  if (state == NT_STEP_OK) parsed = nt_frozen_new(&doc, NULL);
  nt_run_finish(&r->run, &record->parse, state, parsed ? parsed->hash : NT_HASH_ABSENT);
  nt_record_set_parsed(record, parsed);
  nt_span_end(span);
}
