/* Documents: decoding one must cost little, for a restart decodes them all. The row's bytes are copied once, whole, and
 * everything borrows from the copy. */
#include "engine/memo/codec.h"

#include <stdlib.h>

/* ---- links and shortcodes ---- */

static void encode_links(const nt_links *links, nt_buf *out) {
  nt_buf_varint(out, links->count);
  nt_buf_varint(out, links->body_count);
  for (size_t i = 0; i < links->count; i++) {
    nt_encode_str(links->items[i].to, out);
    nt_encode_str(links->items[i].field, out);
    nt_buf_varint(out, (uint64_t)links->items[i].node << 1 | links->items[i].image);
  }
  nt_buf_varint(out, links->anchor_count);
  nt_buf_varint(out, links->body_anchor_count);
  for (size_t i = 0; i < links->anchor_count; i++) nt_encode_str(links->anchors[i], out);
  nt_encode_hash(links->hash, out);
  nt_encode_hash(links->anchors_hash, out);
}

static void decode_links(nt_decoder *d, nt_arena *arena, nt_links *out) {
  out->count = nt_decode_count(d, 3);
  out->body_count = (size_t)nt_decode_number(d);
  out->items = NT_NEW_N(arena, nt_link, out->count);
  for (size_t i = 0; i < out->count; i++) {
    nt_link *link = &out->items[i];
    link->to = nt_decode_str(d);
    link->field = nt_decode_str(d);
    uint64_t node = nt_decode_number(d);
    link->node = (uint32_t)(node >> 1);
    link->image = node & 1;
  }
  out->anchor_count = nt_decode_count(d, 1);
  out->body_anchor_count = (size_t)nt_decode_number(d);
  out->anchors = NT_NEW_N(arena, nt_str, out->anchor_count);
  for (size_t i = 0; i < out->anchor_count; i++) out->anchors[i] = nt_decode_str(d);
  out->hash = nt_decode_hash(d);
  out->anchors_hash = nt_decode_hash(d);
  if (out->body_count > out->count || out->body_anchor_count > out->anchor_count) d->damaged = true;
  if (!d->damaged) nt_links_put_in_order(out, arena);
}

static void encode_shortcodes(const nt_frozen *f, nt_buf *out) {
  nt_buf_varint(out, f->shortcode_count);
  for (size_t i = 0; i < f->shortcode_count; i++) {
    const nt_shortcode *s = &f->shortcodes[i];
    nt_encode_str(s->name, out);
    nt_buf_varint(out, s->count);
    nt_buf_varint(out, s->origin);
    nt_buf_varint(out, s->lines);
    nt_buf_varint(out, s->bytes);
  }
}

static void decode_shortcodes(nt_decoder *d, nt_frozen *f) {
  f->shortcode_count = nt_decode_count(d, 5);
  f->shortcodes = NT_NEW_N(f->arena, nt_shortcode, f->shortcode_count);
  for (size_t i = 0; i < f->shortcode_count; i++) {
    nt_shortcode *s = &f->shortcodes[i];
    s->name = nt_decode_str(d);
    s->count = (uint32_t)nt_decode_number(d);
    s->origin = (uint32_t)nt_decode_number(d);
    s->lines = (uint32_t)nt_decode_number(d);
    s->bytes = (uint32_t)nt_decode_number(d);
  }
}

/* ---- a document ---- */

static void encode_parts(const nt_frozen *f, nt_buf *out) {
  const nt_str texts[] = {
      f->id, f->file, f->source, f->kind, f->lang, f->name, f->positions, f->field_positions, f->markup_positions};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) nt_encode_str(texts[i], out);
  nt_encode_value(&f->fields, out);
  nt_buf_put(out, nt_str_n((const char *)f->field_hashes, nt_value_len(&f->fields) * sizeof *f->field_hashes));
  nt_encode_hash(f->fields_hash, out);
  nt_encode_hash(f->body_hash, out);
  nt_encode_hash(f->hash, out);
  encode_links(&f->links, out);
  encode_shortcodes(f, out);
  nt_buf_varint(out, f->blob->len);
  nt_encode_hash(f->blob->hash, out);
}

void nt_encode_frozen(const nt_frozen *f, nt_buf *out) {
  nt_buf parts = {0};
  encode_parts(f, &parts);
  nt_encode_str(nt_buf_str(&parts), out);
  nt_buf_deinit(&parts);
}

static void decode_parts(nt_decoder *d, uint8_t kept, nt_frozen *f) {
  nt_str *const texts[] = {&f->id,
                           &f->file,
                           &f->source,
                           &f->kind,
                           &f->lang,
                           &f->name,
                           &f->positions,
                           &f->field_positions,
                           &f->markup_positions};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = nt_decode_str(d);
  f->fields = nt_decode_value(d, f->arena);
  if (f->fields.type != NT_MAP) d->damaged = true;
  size_t hashes = nt_value_len(&f->fields) * sizeof *f->field_hashes;
  const void *raw = nt_decode_raw(d, hashes);
  if (raw) f->field_hashes = nt_arena_copy(f->arena, raw, hashes);
  f->fields_hash = nt_decode_hash(d);
  f->body_hash = nt_decode_hash(d);
  f->hash = nt_decode_hash(d);
  decode_links(d, f->arena, &f->links);
  decode_shortcodes(d, f);
  size_t len = (size_t)nt_decode_number(d);
  nt_frozen_body_away(f, len, nt_decode_hash(d), kept);
}

/* About what the decoded form takes beside its bytes. */
static size_t room_for(nt_str bytes) {
  return sizeof(nt_frozen) + bytes.len + bytes.len / 2 + 256;
}

nt_frozen *nt_decode_frozen(nt_decoder *d, uint8_t kept) {
  nt_str bytes = nt_decode_str(d);
  if (d->damaged) return NULL;
  nt_arena *arena = nt_arena_new_sized(room_for(bytes));
  nt_frozen *f = NT_NEW(arena, nt_frozen);
  nt_decoder parts = {.bytes = nt_arena_str(arena, bytes)};
  f->arena = arena;
  decode_parts(&parts, kept, f);
  if (nt_decode_ended(&parts)) return f;
  d->damaged = true;
  nt_frozen_free(f);
  return NULL;
}

/* ---- a record ---- */

enum {
  RACY = 1,
  STALE = 2,
  COLLECTED = 4,
  PRINTED = 8, /* has a fingerprint */
  PARSED = 16,
  MADE_SAME = 32,
  MADE_OWN = 64,
  BODY_SHARED = 128, /* hooks left the body as it was parsed */
  GOOD_ROW = 256
};

/* While others stand in for an item's bytes, what its steps gave is theirs: it is read anew. */
static bool is_kept(const nt_record *r) {
  return !r->standin;
}

static unsigned flags_of(const nt_record *r) {
  unsigned flags = (r->racy ? RACY : 0) | (r->stale ? STALE : 0) | (r->source == NT_SOURCE_NONE ? COLLECTED : 0);
  if (r->good_row) flags |= GOOD_ROW;
  if (!is_kept(r)) return flags;
  if (r->fingerprint.ptr) flags |= PRINTED;
  if (r->parsed) flags |= PARSED;
  if (!r->made) return flags;
  if (r->parsed && r->made->blob == r->parsed->blob) flags |= BODY_SHARED;
  return flags | (r->made == r->parsed ? MADE_SAME : MADE_OWN);
}

void nt_encode_record(const nt_record *r, nt_buf *out) {
  static const nt_step none;
  bool whole = is_kept(r);
  nt_buf_varint(out, flags_of(r));
  nt_encode_str(r->id, out);
  nt_encode_str(r->path, out);
  nt_encode_str(r->fingerprint, out);
  nt_buf_varint(out, r->generation);
  nt_buf_varint(out, r->parent);
  nt_buf_varint(out, r->source == NT_SOURCE_NONE ? 0 : r->source);
  nt_encode_hash(r->item, out);
  for (unsigned i = 0; i < 2; i++) nt_encode_hash(r->goods[i], out);
  nt_buf_varint(out, r->good_epoch);
  nt_buf_varint(out, whole ? r->item_hooks : NT_STEP_NONE);
  nt_encode_step(whole ? &r->parse : &none, out);
  nt_encode_step(whole ? &r->hooks : &none, out);
  if (whole && r->parsed) nt_encode_frozen(r->parsed, out);
  if (whole && r->made && r->made != r->parsed) nt_encode_frozen(r->made, out);
}

static void decode_documents(nt_decoder *d, unsigned flags, nt_record_row *out) {
  if (flags & PARSED) out->parsed = nt_decode_frozen(d, 1);
  if (flags & MADE_OWN)
    out->made = nt_decode_frozen(d, 2);
  else if (flags & MADE_SAME)
    out->made = out->parsed;
  if (!(flags & BODY_SHARED) || !out->parsed || !out->made || out->made == out->parsed) return;
  if (out->made->body_hash == out->parsed->body_hash)
    nt_frozen_share_body(out->made, out->parsed);
  else
    d->damaged = true;
}

bool nt_decode_record(nt_str bytes, nt_record_row *out) {
  nt_decoder d = {.bytes = bytes};
  unsigned flags = (unsigned)nt_decode_number(&d);
  *out = (nt_record_row){.racy = flags & RACY, .stale = flags & STALE, .is_collected = flags & COLLECTED};
  out->good_row = (flags & GOOD_ROW) != 0;
  out->id = nt_decode_str(&d);
  out->path = nt_decode_str(&d);
  out->fingerprint = nt_decode_str(&d);
  if (!(flags & PRINTED)) out->fingerprint = nt_str_n(NULL, 0);
  out->generation = (uint32_t)nt_decode_number(&d);
  out->parent = (uint32_t)nt_decode_number(&d);
  out->source = (uint32_t)nt_decode_number(&d);
  out->item = nt_decode_hash(&d);
  for (unsigned i = 0; i < 2; i++) out->goods[i] = nt_decode_hash(&d);
  out->good_epoch = nt_decode_number(&d);
  out->item_hooks = (uint8_t)nt_decode_number(&d);
  out->parse = nt_decode_step(&d);
  out->hooks = nt_decode_step(&d);
  decode_documents(&d, flags, out);
  if (nt_decode_ended(&d) && out->id.len) return true;
  nt_record_row_deinit(out);
  return false;
}

void nt_record_row_deinit(nt_record_row *row) {
  nt_step_deinit(&row->parse);
  nt_step_deinit(&row->hooks);
  if (row->made != row->parsed) nt_frozen_free(row->made);
  nt_frozen_free(row->parsed);
  row->parsed = row->made = NULL;
}
