#include "engine/content/records.h"

#include "engine/content/good.h"
#include "model/nodecode.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- frozen documents ---- */

/* Where each field was written: its path ("image.src", "goals[2].text"), line and column, one after the other. */
static void put_positions(const nt_value *value, nt_buf *path, nt_buf *out, int depth) {
  size_t prefix = path->len;
  for (size_t i = 0; i < nt_value_len(value); i++) {
    path->len = prefix;
    const nt_value *child = nt_value_at(value, i);
    nt_value_put_step(value, i, path);
    if (child->pos.line) {
      nt_buf_varint(out, path->len);
      nt_buf_put(out, nt_buf_str(path));
      nt_buf_varint(out, child->pos.line);
      nt_buf_varint(out, child->pos.column);
    }
    if (depth < 4) put_positions(child, path, out, depth + 1);
  }
  path->len = prefix;
}

/* For each markup field where it was written, then the positions of its nodes. */
static void put_markup_positions(const nt_document *document, nt_buf *out) {
  nt_buf nodes = {0};
  for (const nt_markup_place *m = document->markups; m; m = m->next) {
    nt_buf_clear(&nodes);
    nt_node_positions_encode(m->positions, m->count, &nodes);
    nt_buf_varint(out, m->at.line);
    nt_buf_varint(out, m->at.column);
    nt_buf_varint(out, nodes.len);
    nt_buf_put(out, nt_buf_str(&nodes));
  }
  nt_buf_deinit(&nodes);
}

static bool find_in_markup(nt_str places, const nt_where *field, uint32_t node, nt_node_pos *out) {
  uint64_t line, column, len;
  for (size_t at = 0; nt_varint_read(places, &at, &line);) {
    if (!nt_varint_read(places, &at, &column) || !nt_varint_read(places, &at, &len) || len > places.len - at)
      return false;
    if (line == field->line && column == field->column)
      return nt_node_position_find(nt_str_sub(places, at, at + (size_t)len), node, out);
    at += (size_t)len;
  }
  return false;
}

static bool find_position(nt_str positions, nt_str field, nt_where *where) {
  uint64_t len, line, column;
  for (size_t at = 0; nt_varint_read(positions, &at, &len) && len <= positions.len - at;) {
    nt_str path = nt_str_sub(positions, at, at + (size_t)len);
    at += (size_t)len;
    if (!nt_varint_read(positions, &at, &line) || !nt_varint_read(positions, &at, &column)) return false;
    if (!nt_str_eq(path, field)) continue;
    where->line = (uint32_t)line;
    where->column = (uint32_t)column;
    return true;
  }
  return false;
}

static nt_blob *blob_new(nt_str bytes) {
  nt_blob *blob = nt_zalloc(sizeof *blob);
  blob->holders = 1;
  blob->hash = nt_hash_bytes(bytes);
  blob->len = bytes.len;
  blob->bytes = nt_alloc(bytes.len + 1);
  if (bytes.len) memcpy(blob->bytes, bytes.ptr, bytes.len);
  return blob;
}

/* Two in a row. Looks for the first one only, since memmem() takes many times as long for so short a text. */
static bool has_braces(nt_str s) {
  for (size_t at; (at = nt_str_find(s, '{')) + 1 < s.len; s = nt_str_sub(s, at + 1, s.len))
    if (s.ptr[at + 1] == '{') return true;
  return false;
}

/* Few bodies hold two braces in a row: the others are not walked. */
static void freeze_shortcodes(nt_frozen *f, nt_document *document, const nt_frozen *before) {
  if (!before || document->body_changed) {
    if (has_braces(nt_str_n(f->blob->bytes, f->blob->len)))
      f->shortcodes = nt_shortcodes_find(nt_document_body(document), f->arena, &f->shortcode_count);
    return;
  }
  if (!before->shortcode_count) return;
  f->shortcode_count = before->shortcode_count;
  f->shortcodes = NT_NEW_N(f->arena, nt_shortcode, f->shortcode_count);
  for (size_t i = 0; i < f->shortcode_count; i++) {
    f->shortcodes[i] = before->shortcodes[i];
    f->shortcodes[i].name = nt_arena_str(f->arena, before->shortcodes[i].name);
  }
}

static void freeze_body(nt_frozen *f, nt_document *document, const nt_frozen *before, nt_buf *scratch) {
  if (before && !document->body_changed) {
    f->blob = before->blob;
    f->blob->holders++;
    f->body_hash = before->body_hash;
  } else {
    nt_buf_clear(scratch);
    f->body_hash = nt_node_encode_hashed(nt_document_body(document), scratch);
    f->blob = blob_new(nt_buf_str(scratch));
  }
  freeze_shortcodes(f, document, before);
}

/* The fields in the canonical encoding, hashed entry by entry on the way. */
static void encode_fields(const nt_value *fields, nt_hash *hashes, nt_buf *out) {
  size_t count = fields->as.map->len;
  nt_buf_byte(out, NT_MAP);
  nt_buf_varint(out, count);
  for (size_t i = 0; i < count; i++) {
    const nt_entry *e = &fields->as.map->entries[i];
    nt_buf_varint(out, e->key.len);
    nt_buf_put(out, e->key);
    size_t start = out->len;
    nt_value_encode(&e->value, out);
    hashes[i] = nt_hash_bytes(nt_str_sub(nt_buf_str(out), start, out->len));
  }
}

static void freeze_fields(nt_frozen *f, nt_str encoded, const nt_hash *hashes, size_t count) {
  f->field_hashes = nt_arena_copy(f->arena, hashes, count * sizeof *hashes);
  encoded = nt_arena_str(f->arena, encoded);
  f->fields_hash = nt_hash_bytes(encoded);
  if (!nt_value_decode(encoded, f->arena, &f->fields)) f->fields = nt_map_new(f->arena);
}

static void freeze_positions(nt_frozen *f, const nt_document *document, nt_buf *scratch) {
  nt_buf path = {0};
  nt_buf_clear(scratch);
  nt_node_positions_encode(document->positions, document->position_count, scratch);
  f->positions = nt_arena_str(f->arena, nt_buf_str(scratch));
  nt_buf_clear(scratch);
  put_positions(&document->fields, &path, scratch, 0);
  f->field_positions = nt_arena_str(f->arena, nt_buf_str(scratch));
  nt_buf_clear(scratch);
  put_markup_positions(document, scratch);
  f->markup_positions = nt_arena_str(f->arena, nt_buf_str(scratch));
  nt_buf_deinit(&path);
}

/* About what a frozen document takes, which is kept by the thousand. */
static size_t room_for(const nt_document *document, size_t encoded) {
  enum { USUAL = 500, OF_POSITIONS = 300, OF_POSITION = 2 };
  size_t names = document->id.len + document->file.len + document->source.len + document->name.len;
  size_t entries = document->fields.as.map->len * (sizeof(nt_entry) + sizeof(nt_hash));
  size_t positions = document->position_count ? OF_POSITIONS + document->position_count * OF_POSITION : 0;
  return sizeof(nt_frozen) + USUAL + names + entries + encoded + positions;
}

nt_frozen *nt_frozen_new(nt_document *document, const nt_frozen *before) {
  nt_buf fields = {0}, scratch = {0};
  size_t count = document->fields.as.map->len;
  nt_hash *hashes = NT_NEW_N(document->arena, nt_hash, count);
  encode_fields(&document->fields, hashes, &fields);
  nt_arena *arena = nt_arena_new_sized(room_for(document, fields.len));
  nt_frozen *f = NT_NEW(arena, nt_frozen);
  f->arena = arena;
  f->id = nt_arena_str(arena, document->id);
  f->file = nt_arena_str(arena, document->file);
  f->source = nt_arena_str(arena, document->source);
  f->kind = nt_arena_str(arena, document->kind);
  f->lang = nt_arena_str(arena, document->lang);
  f->name = nt_arena_str(arena, document->name);
  freeze_body(f, document, before, &scratch);
  freeze_fields(f, nt_buf_str(&fields), hashes, count);
  freeze_positions(f, document, &scratch);
  nt_links_collect(document, before && !document->body_changed ? &before->links : NULL, arena, &f->links);
  nt_hash named = nt_hash_combine(nt_hash_bytes(f->lang), nt_hash_bytes(f->name));
  named = nt_hash_combine(nt_hash_combine(nt_hash_bytes(f->kind), named), nt_hash_bytes(f->id));
  f->hash = nt_hash_combine(named, nt_hash_combine(f->fields_hash, f->body_hash));
  nt_buf_deinit(&fields);
  nt_buf_deinit(&scratch);
  return f;
}

static void let_go(nt_blob *blob) {
  if (!blob || --blob->holders) return;
  free(blob->bytes);
  free(blob);
}

void nt_frozen_free(nt_frozen *frozen) {
  if (!frozen) return;
  let_go(frozen->blob);
  nt_arena_free(frozen->arena);
}

void nt_frozen_body_away(nt_frozen *f, size_t len, nt_hash hash, uint8_t kept) {
  f->blob = nt_zalloc(sizeof *f->blob);
  *f->blob = (nt_blob){.holders = 1, .kept = kept, .hash = hash, .len = len};
}

void nt_frozen_share_body(nt_frozen *f, const nt_frozen *other) {
  let_go(f->blob);
  f->blob = other->blob;
  f->blob->holders++;
}

void nt_frozen_thaw(const nt_frozen *f, nt_str body, nt_arena *arena, nt_document *out) {
  *out = (nt_document){.arena = arena,
                       .id = f->id,
                       .file = f->file,
                       .source = f->source,
                       .kind = f->kind,
                       .lang = f->lang,
                       .name = f->name};
  out->fields = nt_value_copy(&f->fields, arena);
  out->encoded = body;
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
  if (nt_str_eq(name, NT_STR(":links"))) return f->links.hash;
  if (nt_str_eq(name, NT_STR(":anchors"))) return f->links.anchors_hash;
  if (nt_str_eq(name, NT_STR(":name"))) return nt_hash_bytes(f->name);
  const nt_entry *e = nt_map_entry_find(&f->fields, name);
  nt_str text;
  if (e) return f->field_hashes[e - f->fields.as.map->entries];
  return meta_field(f, name, &text) ? nt_hash_bytes(text) : NT_HASH_ABSENT;
}

/* The node in the markup field of that name if there is one, else in the body. */
static bool find_node(const nt_frozen *f, const nt_where *where, nt_node_pos *pos) {
  nt_where field = {0};
  if (where->field.len && find_position(f->field_positions, where->field, &field) &&
      find_in_markup(f->markup_positions, &field, where->node, pos))
    return true;
  return nt_node_position_find(f->positions, where->node, pos);
}

void nt_frozen_locate(const nt_frozen *f, nt_where *where) {
  nt_node_pos pos;
  if (!where->file.len) where->file = f->file;
  if (where->line) return;
  if (where->node && find_node(f, where, &pos)) {
    where->line = pos.text_line && where->field.len ? pos.text_line : pos.line;
    where->column = pos.text_line && where->field.len ? pos.text_column : pos.column;
    return;
  }
  if (!where->field.len || find_position(f->field_positions, where->field, where)) return;
  find_position(f->field_positions, nt_str_sub(where->field, 0, nt_str_find(where->field, '[')), where);
}

static const nt_str link_mark = {":link ", 6};

nt_where nt_frozen_link_where(const nt_frozen *f, size_t link, nt_arena *arena) {
  return (nt_where){.doc = f->id, .file = f->file, .field = nt_arena_format(arena, "%s%zu", link_mark.ptr, link)};
}

void nt_frozen_locate_link(const nt_frozen *f, nt_where *where) {
  if (!nt_str_starts(where->field, link_mark)) return;
  size_t n = 0;
  for (size_t i = link_mark.len; i < where->field.len; i++) n = n * 10 + (size_t)(where->field.ptr[i] - '0');
  where->field = NT_STR("body");
  if (n >= f->links.count) return;
  where->node = f->links.items[n].node;
  if (f->links.items[n].field.len) where->field = f->links.items[n].field;
}

/* ---- the table ---- */

void nt_records_init(nt_records *records) {
  *records = (nt_records){.arena = nt_arena_new()};
}

void nt_record_set_made(nt_record *r, nt_frozen *made) {
  if (r->made != r->parsed) nt_frozen_free(r->made);
  r->unkept |= r->made != made;
  r->made = made;
  r->frozen = NULL;
  r->standing = (nt_standing){0};
}

void nt_record_set_parsed(nt_record *r, nt_frozen *parsed) {
  if (r->made == r->parsed) { /* also NULL */
    r->made = r->frozen = NULL;
    r->standing = (nt_standing){0};
  }
  nt_frozen_free(r->parsed);
  r->parsed = parsed;
  r->unkept = true;
  r->text_standing = (nt_standing){0};
}

void nt_records_touch(nt_records *records, const nt_record *record) {
  nt_push(&records->touched.slots, record->slot);
}

/* Of a text that is withheld the plan asks which files it means to use. */
static nt_hash withheld_part(const nt_record *r) {
  if (r->frozen || !r->listed || r->source == NT_SOURCE_NONE) return 0;
  nt_hash links = r->parsed ? nt_hash_combine(r->parsed->links.hash, r->parsed->fields_hash) : NT_HASH_ABSENT;
  return nt_hash_combine(r->id_hash, links);
}

static nt_hash seen_of(const nt_record *r, nt_hash withheld) {
  if (!r->frozen && !r->listed) return NT_HASH_ABSENT;
  const nt_frozen *f = r->frozen;
  nt_hash what = withheld;
  if (f) {
    what = nt_hash_combine(nt_hash_bytes(f->source), nt_hash_bytes(f->file));
    what = nt_hash_combine(nt_hash_combine(f->hash, r->generation), what);
  }
  unsigned how = (f != NULL) | (unsigned)r->displaced << 1 | (unsigned)(r->source == NT_SOURCE_NONE) << 2;
  return nt_hash_combine(what, nt_hash_combine(how, r->listed));
}

void nt_records_show(nt_records *records, nt_record *record) {
  nt_hash withheld = withheld_part(record), seen = seen_of(record, withheld);
  records->withheld += withheld - record->shown.withheld;
  record->shown.withheld = withheld;
  if (seen == record->shown.hash) return;
  record->shown.hash = seen;
  nt_records_touch(records, record);
}

uint64_t nt_records_position(const nt_records *records) {
  return records->touched.first + records->touched.slots.len;
}

void nt_records_trim_touched(nt_records *records) {
  nt_touched *t = &records->touched;
  size_t room = 2 * records->slots.len + 1024, gone = t->slots.len / 2;
  if (t->slots.len < room) return;
  memmove(t->slots.items, t->slots.items + gone, (t->slots.len - gone) * sizeof *t->slots.items);
  t->slots.len -= gone;
  t->first += gone;
}

void nt_record_clear(nt_record *r) {
  nt_good_dismiss(r);
  nt_good_forget(r);
  nt_step_deinit(&r->trouble);
  nt_step_deinit(&r->parse);
  nt_step_deinit(&r->hooks);
  nt_record_set_made(r, NULL);
  nt_record_set_parsed(r, NULL);
  free((char *)r->fingerprint.ptr);
  r->fingerprint = nt_str_n(NULL, 0);
  free(r->derived);
  r->derived = NULL;
  r->derived_count = 0;
  r->item = NT_HASH_ABSENT;
  r->listed = r->dirty = false;
  r->unkept = true;
  r->generation++;
}

void nt_records_deinit(nt_records *records) {
  for (size_t i = 0; i < records->slots.len; i++) {
    nt_record_clear(records->slots.items[i]);
    free(records->slots.items[i]);
  }
  nt_vec_deinit(&records->slots);
  nt_vec_deinit(&records->touched.slots);
  nt_map_deinit(&records->by_id);
  nt_arena_free(records->arena);
}

nt_record *nt_records_find(const nt_records *records, nt_str id) {
  return nt_map_get(&records->by_id, id);
}

nt_record *nt_records_get(nt_records *records, nt_str id) {
  nt_record *r = nt_records_find(records, id);
  if (r) return r;
  r = nt_zalloc(sizeof *r);
  r->slot = (uint32_t)records->slots.len;
  r->generation = 1;
  r->id = nt_arena_str(records->arena, id);
  r->id_hash = nt_hash_bytes(id);
  r->unkept = true;
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
