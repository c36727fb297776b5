/* The bytes of an item, from its file or from its source's plugin. */
#include "engine/content/reading.h"

#include "engine/engine.h"

static bool read_file(nt_reading *r) {
  nt_inputs *in = r->run.site->inputs;
  nt_file_stamp stamp;
  nt_file_result result = nt_file_read(in->layers[0].root, r->record->path, in->item_limit, &r->bytes, &stamp);
  if (result == NT_FILE_ABSENT) {
    r->update->gone = true;
    return false;
  }
  if (result != NT_FILE_OK) {
    nt_config_report_file(result, r->file, nt_reading_at(r, 0, 0), &r->run.diags);
    return false;
  }
  return true;
}

static bool read_plugin(nt_reading *r) {
  notis_buffer out = {.buf = &r->bytes};
  notis_call call = nt_run_call(&r->run, r->source->plugin->name, r->file);
  notis_str id = {r->record->path.ptr, r->record->path.len};
  notis_str fingerprint = {r->record->fingerprint.ptr, r->record->fingerprint.len};
  notis_status status = r->source->plugin->source.read
                            ? r->source->plugin->source.read(r->source->self, &call, id, fingerprint, &out)
                            : NOTIS_ERROR;
  r->update->gone = status == NOTIS_GONE;
  if (status == NOTIS_OK && r->bytes.len <= r->run.site->inputs->item_limit) return true;
  if (status == NOTIS_OK) nt_config_report_file(NT_FILE_TOO_LARGE, r->file, nt_reading_at(r, 0, 0), &r->run.diags);
  if (status == NOTIS_ERROR && !r->run.diags.errors)
    nt_report0(&r->run.diags, NT_MSG_item_parse_failed, nt_reading_at(r, 0, 0));
  return false;
}

/* Out of force, with all that its steps gave: what comes next begins from nothing. */
static void withhold(nt_reading *r) {
  nt_record *record = r->record;
  nt_record_set_made(record, NULL);
  nt_record_set_parsed(record, NULL);
  nt_step_deinit(&record->parse);
  nt_step_deinit(&record->hooks);
  r->update->derives = true;
}

/* Fills r->bytes and the record's hash of them; false if there is nothing to parse. */
bool nt_reading_item(nt_reading *r) {
  nt_record *record = r->record;
  nt_run_start(&r->run, r->run.site, r->run.seat, NT_RUN_DOCUMENT);
  nt_buf_reserve(&r->bytes, 1); /* what was read is there, though it be empty (good.c) */
  bool good = r->source->files ? read_file(r) : read_plugin(r);
  if (good) {
    nt_step_deinit(&record->trouble);
    record->item = nt_hash_bytes(nt_buf_str(&r->bytes));
    record->stale = false;
    record->unkept = true;
  } else if (!r->update->gone) {
    nt_run_finish(&r->run, &record->trouble, NT_STEP_FAILED, 0);
    record->stale = record->unkept = true;
    withhold(r);
  }
  return good;
}
