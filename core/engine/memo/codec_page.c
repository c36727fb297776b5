/* Pages, and what collect hooks gave. */
#include "engine/memo/codec.h"

#include <stdlib.h>

/* ---- a page ---- */

static void encode_why(const nt_why *why, nt_buf *out) {
  nt_buf_varint(out, why->epoch);
  nt_buf_varint(out, (uint64_t)why->reason);
  nt_buf_put(out, nt_str_n((const char *)&why->key, sizeof why->key));
}

static nt_why decode_why(nt_decoder *d) {
  nt_why why = {.epoch = nt_decode_number(d)};
  uint64_t reason = nt_decode_number(d);
  const void *key = nt_decode_raw(d, sizeof why.key);
  if (reason > NT_WHY_AGAIN) d->damaged = true;
  if (key) memcpy(&why.key, key, sizeof why.key);
  if (!d->damaged) why.reason = reason;
  return why;
}

void nt_encode_page(const nt_page_record *page, nt_buf *out) {
  nt_encode_str(page->path, out);
  nt_encode_str(page->owner, out);
  nt_encode_hash(page->bytes, out);
  nt_buf_byte(out, page->withheld);
  encode_why(&page->why, out);
  nt_encode_step(&page->params, out);
  nt_encode_step(&page->render, out);
  nt_encode_step(&page->output, out);
  bool is_hooked = page->hooked_arena && page->params.state != NT_STEP_NONE;
  nt_buf_byte(out, is_hooked);
  if (!is_hooked) return;
  nt_encode_str(page->hooked->template_name, out);
  nt_encode_value(&page->hooked->params, out);
}

static void decode_hooked(nt_decoder *d, nt_page_row *out) {
  out->is_hooked = nt_decode_flag(d);
  if (!out->is_hooked) return;
  nt_decoder own = *d;
  out->hooked_arena = nt_arena_new_sized(512);
  own.bytes = nt_arena_str(out->hooked_arena, d->bytes);
  out->hooked_template = nt_decode_str(&own);
  out->hooked_params = nt_decode_value(&own, out->hooked_arena);
  d->at = own.at;
  d->damaged = own.damaged;
}

bool nt_decode_page(nt_str bytes, nt_page_row *out) {
  nt_decoder d = {.bytes = bytes};
  *out = (nt_page_row){.path = nt_decode_str(&d)};
  out->owner = nt_decode_str(&d);
  out->bytes = nt_decode_hash(&d);
  out->withheld = nt_decode_flag(&d);
  out->why = decode_why(&d);
  out->params = nt_decode_step(&d);
  out->render = nt_decode_step(&d);
  out->output = nt_decode_step(&d);
  decode_hooked(&d, out);
  if (out->params.state != NT_STEP_NONE && !out->is_hooked) d.damaged = true;
  if (nt_decode_ended(&d) && out->path.len) return true;
  nt_page_row_deinit(out);
  return false;
}

void nt_page_row_deinit(nt_page_row *row) {
  nt_step_deinit(&row->params);
  nt_step_deinit(&row->render);
  nt_step_deinit(&row->output);
  nt_arena_free(row->hooked_arena);
  row->hooked_arena = NULL;
}

/* ---- what collect hooks gave ---- */

void nt_encode_collect(const nt_plan *plan, nt_buf *out) {
  nt_encode_step(&plan->collect, out);
  nt_encode_value(&plan->collections, out);
  nt_encode_value(&plan->extra_pages, out);
  nt_encode_value(&plan->redirects, out);
  nt_buf_varint(out, plan->added_slots.len);
  for (size_t i = 0; i < plan->added_slots.len; i++) nt_buf_varint(out, plan->added_slots.items[i]);
}

bool nt_decode_collect(nt_str bytes, nt_collect_row *out) {
  *out = (nt_collect_row){.arena = nt_arena_new()};
  nt_decoder d = {.bytes = nt_arena_str(out->arena, bytes)};
  out->step = nt_decode_step(&d);
  out->collections = nt_decode_value(&d, out->arena);
  out->pages = nt_decode_value(&d, out->arena);
  out->redirects = nt_decode_value(&d, out->arena);
  out->slot_count = nt_decode_count(&d, 1);
  out->slots = NT_NEW_N(out->arena, uint32_t, out->slot_count);
  for (size_t i = 0; i < out->slot_count; i++) out->slots[i] = (uint32_t)nt_decode_number(&d);
  bool shaped = out->collections.type == NT_MAP && out->pages.type == NT_LIST && out->redirects.type == NT_MAP;
  if (nt_decode_ended(&d) && shaped) return true;
  nt_collect_row_deinit(out);
  return false;
}

void nt_collect_row_deinit(nt_collect_row *row) {
  nt_step_deinit(&row->step);
  nt_arena_free(row->arena);
  row->arena = NULL;
}
