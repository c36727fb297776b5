/* What the rows of the memo hold. Rows are read by the engine that wrote them, on the machine that wrote them (their
 * version says so, and each row's hash that it is whole), but the decoders take nothing for granted: any bytes are
 * decoded or refused, with memory in proportion to their number. */
#ifndef NT_ENGINE_MEMO_CODEC_H
#define NT_ENGINE_MEMO_CODEC_H

#include "engine/content/records.h"
#include "engine/plan/plan.h"

/* ---- parts of rows ---- */

/* Once damaged, every read gives zero or nothing. Strings borrow from the bytes. */
typedef struct nt_decoder {
  nt_str bytes;
  size_t at;
  bool damaged;
} nt_decoder;

uint64_t nt_decode_number(nt_decoder *d);
nt_hash nt_decode_hash(nt_decoder *d);
bool nt_decode_flag(nt_decoder *d);
nt_str nt_decode_str(nt_decoder *d);
/* How many things follow, each of which takes `least` bytes or more. */
size_t nt_decode_count(nt_decoder *d, size_t least);
/* `len` bytes as they stand, or NULL. */
const void *nt_decode_raw(nt_decoder *d, size_t len);
/* Null if it is damaged; strings borrow. */
nt_value nt_decode_value(nt_decoder *d, nt_arena *arena);
/* Was all of it read, and was it sound? */
bool nt_decode_ended(const nt_decoder *d);

void nt_encode_hash(nt_hash hash, nt_buf *out);
void nt_encode_str(nt_str s, nt_buf *out);
void nt_encode_value(const nt_value *value, nt_buf *out);

void nt_encode_diags(const nt_diag *diags, size_t count, nt_buf *out);
/* Adds copies of them. */
void nt_decode_diags(nt_decoder *d, nt_diags *out);

/* The trace with its numbers of names and slots as they are. */
void nt_encode_step(const nt_step *step, nt_buf *out);
/* The step owns what it holds; empty if it is damaged. */
nt_step nt_decode_step(nt_decoder *d);

/* Everything but the body's bytes. */
void nt_encode_frozen(const nt_frozen *frozen, nt_buf *out);
/* Owned by the caller; its body lies in the memo, as nt_blob.kept says. NULL if it is damaged. */
nt_frozen *nt_decode_frozen(nt_decoder *d, uint8_t kept);

/* ---- rows ---- */

/* A document as NT_MEMO_RECORDS has it. What has been cleared keeps its slot, name and generation. */
typedef struct nt_record_row {
  nt_str id, path;    /* borrowed from the row, as is the fingerprint */
  nt_str fingerprint; /* ptr NULL: none */
  uint32_t generation;
  uint32_t parent;   /* slot + 1 */
  uint32_t source;   /* index */
  bool is_collected; /* added by a collect hook */
  bool racy, stale;
  nt_hash item, goods[2];
  uint64_t good_epoch;
  uint8_t good_row;
  uint8_t item_hooks;
  nt_step parse, hooks;
  nt_frozen *parsed, *made; /* owned; the same one when no hook changed it */
} nt_record_row;

void nt_encode_record(const nt_record *record, nt_buf *out);
/* False if it is damaged: there is nothing to free then. */
bool nt_decode_record(nt_str bytes, nt_record_row *out);
void nt_record_row_deinit(nt_record_row *row);

/* A page as NT_MEMO_PAGES has it. Strings and values lie in the record's own arena or the one given. */
typedef struct nt_page_row {
  nt_str path, owner;
  nt_step params, render, output;
  bool is_hooked;
  nt_arena *hooked_arena; /* of the two below; owned */
  nt_value hooked_params;
  nt_str hooked_template;
  nt_hash bytes;
  bool withheld;
  nt_why why;
} nt_page_row;

void nt_encode_page(const nt_page_record *page, nt_buf *out);
bool nt_decode_page(nt_str bytes, nt_page_row *out);
void nt_page_row_deinit(nt_page_row *row);

/* What collect hooks gave; their documents are rows of their own. */
typedef struct nt_collect_row {
  nt_step step;
  nt_arena *arena; /* owned */
  nt_value collections, pages, redirects;
  uint32_t *slots; /* in the arena */
  size_t slot_count;
} nt_collect_row;

void nt_encode_collect(const nt_plan *plan, nt_buf *out);
bool nt_decode_collect(nt_str bytes, nt_collect_row *out);
void nt_collect_row_deinit(nt_collect_row *row);

#endif
