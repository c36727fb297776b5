#include "engine/records.h"

#include "model/nodecode.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- frozen documents ---- */

static void add_position(nt_value *out, nt_arena *arena, nt_str path, nt_pos pos) {
  nt_value pair = nt_list_new(arena);
  nt_list_push(&pair, arena, nt_int(pos.line));
  nt_list_push(&pair, arena, nt_int(pos.column));
  nt_map_put(out, arena, path, (nt_pos){0}, pair);
}

static void collect_positions(nt_value *out, nt_arena *arena, nt_str prefix, const nt_value *map, int depth) {
  for (size_t i = 0; i < map->as.map->len; i++) {
    const nt_entry *e = &map->as.map->entries[i];
    nt_str path = prefix.len ? nt_arena_format(arena, "%.*s.%.*s", NT_FMT(prefix), NT_FMT(e->key)) : e->key;
    if (e->value.pos.line) add_position(out, arena, path, e->value.pos);
    if (e->value.type == NT_MAP && depth < 4) collect_positions(out, arena, path, &e->value, depth + 1);
  }
}

static nt_blob *blob_new(nt_str bytes) {
  nt_blob *blob = nt_alloc(sizeof *blob + bytes.len);
  blob->holders = 1;
  blob->len = bytes.len;
  if (bytes.len) memcpy(blob->bytes, bytes.ptr, bytes.len);
  return blob;
}

static void freeze_body(nt_frozen *f, nt_document *document, const nt_frozen *before, nt_buf *scratch) {
  if (before && !document->body) {
    f->blob = before->blob;
    f->blob->holders++;
    f->body_hash = before->body_hash;
  } else {
    nt_buf_clear(scratch);
    nt_node_encode(nt_document_body(document), scratch);
    f->blob = blob_new(nt_buf_str(scratch));
    f->body_hash = nt_node_hash(document->body);
  }
  f->body = nt_str_n(f->blob->bytes, f->blob->len);
}

static void freeze_fields(nt_frozen *f, nt_str encoded) {
  if (!nt_value_decode(nt_arena_str(f->arena, encoded), f->arena, &f->fields)) f->fields = nt_map_new(f->arena);
  size_t count = f->fields.as.map->len;
  f->field_hashes = NT_NEW_N(f->arena, nt_hash, count);
  for (size_t i = 0; i < count; i++) f->field_hashes[i] = nt_value_hash(&f->fields.as.map->entries[i].value);
  f->fields_hash = nt_hash_bytes(encoded);
}

/* Fields and positions are first encoded into one buffer, so that the arena can be made to measure: it is kept by the
 * thousand. */
nt_frozen *nt_frozen_new(nt_document *document, const nt_frozen *before) {
  nt_buf bytes = {0}, scratch = {0};
  nt_arena *places_arena = nt_arena_new();
  nt_value places = nt_map_new(places_arena);
  nt_value_encode(&document->fields, &bytes);
  size_t fields_end = bytes.len;
  nt_node_positions_encode(document->positions, document->position_count, &bytes);
  size_t positions_end = bytes.len;
  collect_positions(&places, places_arena, nt_str_n("", 0), &document->fields, 0);
  if (places.as.map->len) nt_value_encode(&places, &bytes);
  nt_arena_free(places_arena);

  size_t names = document->id.len + document->file.len + document->source.len + document->name.len;
  size_t entries = document->fields.as.map->len * (sizeof(nt_entry) + 16);
  nt_arena *arena = nt_arena_new_sized(sizeof(nt_frozen) + 320 + names + bytes.len + entries + fields_end * 2);
  nt_frozen *f = NT_NEW(arena, nt_frozen);
  f->arena = arena;
  f->id = nt_arena_str(arena, document->id);
  f->file = nt_arena_str(arena, document->file);
  f->source = nt_arena_str(arena, document->source);
  f->kind = nt_arena_str(arena, document->kind);
  f->lang = nt_arena_str(arena, document->lang);
  f->name = nt_arena_str(arena, document->name);
  freeze_body(f, document, before, &scratch);
  freeze_fields(f, nt_str_sub(nt_buf_str(&bytes), 0, fields_end));
  f->positions = nt_arena_str(arena, nt_str_sub(nt_buf_str(&bytes), fields_end, positions_end));
  f->field_positions = nt_arena_str(arena, nt_str_sub(nt_buf_str(&bytes), positions_end, bytes.len));
  nt_hash named = nt_hash_combine(nt_hash_bytes(f->lang), nt_hash_bytes(f->name));
  named = nt_hash_combine(nt_hash_combine(nt_hash_bytes(f->kind), named), nt_hash_bytes(f->id));
  f->hash = nt_hash_combine(named, nt_hash_combine(f->fields_hash, f->body_hash));
  nt_buf_deinit(&scratch);
  nt_buf_deinit(&bytes);
  return f;
}

void nt_frozen_free(nt_frozen *frozen) {
  if (!frozen) return;
  if (--frozen->blob->holders == 0) free(frozen->blob);
  nt_arena_free(frozen->arena);
}

void nt_frozen_thaw(const nt_frozen *f, nt_arena *arena, nt_document *out) {
  *out = (nt_document){.arena = arena, .id = f->id, .file = f->file, .source = f->source, .kind = f->kind, .lang = f->lang, .name = f->name};
  out->fields = nt_value_copy(&f->fields, arena);
  out->encoded = f->body;
}

static const char *const meta_names[] = {"id", "kind", "lang", "source", "file"};

static bool meta_field(const nt_frozen *f, nt_str name, nt_str *out) {
  const nt_str values[] = {f->id, f->kind, f->lang, f->source, f->file};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    if (nt_str_eq(name, nt_str_c(meta_names[i]))) {
      *out = values[i];
      return true;
    }
  return false;
}

const nt_value *nt_frozen_field(const nt_frozen *f, nt_str name, nt_value *meta) {
  const nt_value *found = nt_map_find(&f->fields, name);
  nt_str text;
  if (found || !meta_field(f, name, &text)) return found;
  *meta = nt_string(text);
  return meta;
}

nt_hash nt_frozen_field_hash(const nt_frozen *f, nt_str name) {
  const nt_entry *e = nt_map_entry_find(&f->fields, name);
  nt_str text;
  if (e) return f->field_hashes[e - f->fields.as.map->entries];
  return meta_field(f, name, &text) ? nt_hash_bytes(text) : NT_HASH_ABSENT;
}

void nt_frozen_locate(const nt_frozen *f, nt_where *where) {
  nt_node_pos pos;
  if (!where->file.len) where->file = f->file;
  if (where->line) return;
  if (where->node && nt_node_position_find(f->positions, where->node, &pos)) {
    where->line = pos.text_line && where->field.len ? pos.text_line : pos.line;
    where->column = pos.text_line && where->field.len ? pos.text_column : pos.column;
    return;
  }
  nt_arena *arena = nt_arena_new();
  nt_value places;
  if (where->field.len && nt_value_decode(f->field_positions, arena, &places)) {
    const nt_value *at = nt_map_find(&places, where->field);
    if (at && nt_value_len(at) == 2) {
      where->line = (uint32_t)at->as.list->items[0].as.integer;
      where->column = (uint32_t)at->as.list->items[1].as.integer;
    }
  }
  nt_arena_free(arena);
}

/* ---- the table ---- */

void nt_records_init(nt_records *records) { *records = (nt_records){.arena = nt_arena_new()}; }

void nt_record_clear(nt_record *r) {
  nt_step_deinit(&r->trouble);
  nt_step_deinit(&r->parse);
  nt_step_deinit(&r->hooks);
  if (r->frozen != r->parsed) nt_frozen_free(r->frozen);
  nt_frozen_free(r->parsed);
  r->parsed = r->frozen = NULL;
  free((char *)r->fingerprint.ptr);
  r->fingerprint = nt_str_n(NULL, 0);
  free(r->derived);
  r->derived = NULL;
  r->derived_count = 0;
  r->item = NT_HASH_ABSENT;
  r->listed = r->dirty = false;
  r->generation++;
}

void nt_records_deinit(nt_records *records) {
  for (size_t i = 0; i < records->slots.len; i++) {
    nt_record_clear(records->slots.items[i]);
    free(records->slots.items[i]);
  }
  nt_vec_deinit(&records->slots);
  nt_map_deinit(&records->by_id);
  nt_arena_free(records->arena);
}

nt_record *nt_records_find(const nt_records *records, nt_str id) { return nt_map_get(&records->by_id, id); }

nt_record *nt_records_get(nt_records *records, nt_str id) {
  nt_record *r = nt_records_find(records, id);
  if (r) return r;
  r = nt_zalloc(sizeof *r);
  r->slot = (uint32_t)records->slots.len;
  r->generation = 1;
  r->id = nt_arena_str(records->arena, id);
  r->id_hash = nt_hash_bytes(id);
  r->source = NT_SOURCE_NONE;
  nt_push(&records->slots, r);
  nt_map_set(&records->by_id, r->id, r);
  return r;
}

nt_record *nt_records_at(const nt_records *records, nt_docref ref) {
  uint32_t slot = (uint32_t)ref;
  if (!slot || slot > records->slots.len) return NULL;
  nt_record *r = records->slots.items[slot - 1];
  return r->generation == (uint32_t)(ref >> 32) && r->frozen ? r : NULL;
}
