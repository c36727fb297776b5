/* Document hooks, and what they derive. */
#include "engine/content/reading.h"

#include "engine/content/bodies.h"
#include "engine/engine.h"
#include "engine/inputs/languages.h"

static const nt_kind *kind_of(nt_reading *r, const nt_document *doc) {
  const nt_kind *kind = nt_inputs_kind(r->run.site->inputs, doc->kind);
  nt_run_trace(&r->run, NT_KEY_CONFIG, 0, nt_arena_format(r->run.reader.arena, "kinds/%.*s", NT_FMT(doc->kind)),
               kind ? kind->hash : NT_HASH_ABSENT);
  return kind;
}

/* What was said from `first` on is about this document; its field is found there when it is told. */
static void name_document(nt_diags *diags, size_t first, const nt_document *doc) {
  for (size_t i = first; i < diags->len; i++)
    if (!diags->items[i].where.line) diags->items[i].where.doc = doc->id;
}

/* A document that a hook derived obeys its kind's rules. */
static void add_derived(nt_reading *r, nt_document *doc) {
  nt_fields_context context = nt_reading_fields(r);
  const nt_kind *kind = kind_of(r, doc);
  nt_value raw = doc->fields;
  nt_where where = {.doc = doc->id, .file = r->file};
  r->document = doc;
  size_t mark = nt_str_find_last(doc->id, '#'), first = r->run.diags.len;
  doc->name = nt_str_sub(doc->id, mark + 1, doc->id.len);
  if (!kind)
    nt_report(&r->run.diags, NT_MSG_kind_unknown, where, doc->kind, NT_STR(""));
  else if (nt_fields_apply(kind, &raw, &context, doc->arena, &r->run.diags, &doc->fields) &&
           nt_language_check(r->run.site->inputs, doc->lang, where, &r->run.diags))
    nt_push(&r->update->derived, nt_frozen_new(doc, NULL));
  name_document(&r->run.diags, first, doc);
}

/* A hook may write what it likes, but not leave open when and where its document is published. */
static bool obeys(nt_reading *r, nt_document *doc) {
  nt_fields_context context = nt_reading_fields(r);
  const nt_kind *kind = kind_of(r, doc);
  size_t first = r->run.diags.len;
  r->document = doc;
  bool good = kind && nt_fields_common(kind, &context, doc->arena, &r->run.diags, &doc->fields);
  good &= nt_language_check(r->run.site->inputs, doc->lang, (nt_where){.file = r->file}, &r->run.diags);
  name_document(&r->run.diags, first, doc);
  return good;
}

static nt_frozen *freeze(nt_reading *r, nt_document *doc) {
  nt_frozen *frozen = nt_frozen_new(doc, r->record->parsed);
  if (frozen->hash != r->record->parsed->hash) return frozen;
  nt_frozen_free(frozen);
  return r->record->parsed;
}

void nt_reading_hooks(nt_reading *r, nt_vm *vm) {
  nt_record *record = r->record;
  nt_site *site = r->run.site;
  nt_span span = nt_span_work(site->profile, NT_STEP_DOCUMENT);
  nt_run_start(&r->run, site, r->run.seat, NT_RUN_DOCUMENT);
  nt_run_trace_hooks(&r->run, NT_EVENT_DOCUMENT);
  nt_run_trace(&r->run, NT_KEY_SCRIPT, NT_BLOCKS, nt_str_n("", 0), site->inputs->registrations[NT_BLOCKS]);
  nt_run_trace(&r->run, NT_KEY_FILE, record->slot, NT_STR("parsed"), record->parsed->hash);
  nt_document doc;
  nt_documents derived = {0};
  nt_str body = {0};
  nt_body_get(&r->run, record, record->parsed, &body);
  nt_frozen_thaw(record->parsed, body, r->run.reader.arena, &doc);
  r->run.reader.lang = doc.lang;
  nt_hook_result result = nt_vm_run_blocks(vm, &r->run.reader, &doc);
  if (result == NT_HOOK_OK) result = nt_vm_run_document(vm, &r->run.reader, &doc, &derived);
  bool good = !r->run.lost && result == NT_HOOK_OK && obeys(r, &doc);
  r->update->derives = true;
  for (size_t i = 0; good && i < derived.len; i++) add_derived(r, derived.items[i]);
  nt_record_set_made(record, good ? freeze(r, &doc) : NULL);
  nt_step_state state = good ? NT_STEP_OK : result == NT_HOOK_DROPPED ? NT_STEP_DROPPED : NT_STEP_FAILED;
  record->unkept = true;
  nt_run_finish(&r->run, &record->hooks, state, good ? record->made->hash : NT_HASH_ABSENT);
  nt_span_end(span);
}
