#include "engine/query/spellings.h"

#include "base/buf.h"
#include "text/locale.h"

#include <stdlib.h>

void nt_spellings_forget(nt_spellings *s) {
  for (size_t i = 0; i < s->written.len; i++) free(s->written.items[i]);
  nt_vec_deinit(&s->written);
  nt_vec_deinit(&s->all);
  nt_map_deinit(&s->by_text);
  nt_arena_free(s->arena);
  *s = (nt_spellings){0};
}

static void forget_one(nt_spellings *s, uint32_t slot) {
  if (slot >= s->written.len) return;
  free(s->written.items[slot]);
  s->written.items[slot] = NULL;
}

void nt_spellings_follow(nt_spellings *s, const nt_records *records) {
  const nt_touched *t = &records->touched;
  if (s->position < t->first) nt_spellings_forget(s);
  if (!s->arena)
    s->arena = nt_arena_new();
  else
    for (uint64_t at = s->position - t->first; at < t->slots.len; at++) forget_one(s, t->slots.items[at]);
  s->position = nt_records_position(records);
  while (s->written.len < records->slots.len) nt_push(&s->written, NULL);
}

/* ---- what a document writes ---- */

static uint32_t number_of(nt_spellings *s, nt_str text, nt_names *names) {
  size_t known = (size_t)nt_map_get(&s->by_text, text);
  if (known) return (uint32_t)known - 1;
  nt_buf slug = {0};
  nt_slug(text, &slug);
  nt_spelling added = {.text = nt_arena_str(s->arena, text)};
  if (slug.len) added.slug = nt_names_str(names, nt_names_id(names, nt_buf_str(&slug)));
  nt_buf_deinit(&slug);
  nt_push(&s->all, added);
  nt_map_set(&s->by_text, added.text, (void *)s->all.len); /* NOLINT: a number, no address */
  return (uint32_t)s->all.len - 1;
}

/* A year may be a term; what is neither text nor number is one without letters. */
static nt_written write_down(nt_spellings *s, const nt_value *v, size_t at, nt_names *names) {
  nt_buf digits = {0};
  if (v->type == NT_INT) nt_buf_format(&digits, "%lld", (long long)v->as.integer);
  nt_str text = v->type == NT_STRING ? nt_str_trim(v->as.string) : nt_buf_str(&digits);
  nt_written written = {number_of(s, text, names), (uint32_t)at};
  nt_buf_deinit(&digits);
  return written;
}

static nt_written_list *read_field(nt_spellings *s, const nt_value *field, nt_names *names) {
  bool is_list = field && field->type == NT_LIST;
  size_t len = is_list ? field->as.list->len : field ? 1 : 0;
  nt_written_list *list = nt_alloc(sizeof *list + len * sizeof *list->items);
  list->len = 0;
  for (size_t i = 0; i < len; i++) {
    const nt_value *item = is_list ? &field->as.list->items[i] : field;
    if (item->type != NT_NULL) list->items[list->len++] = write_down(s, item, is_list ? i + 1 : 0, names);
  }
  return list;
}

const nt_written_list *nt_spellings_of(nt_spellings *s, const nt_record *r, nt_str field, nt_names *names) {
  nt_written_list **list = &s->written.items[r->slot];
  if (!*list) *list = read_field(s, nt_map_find(&r->frozen->fields, field), names);
  return *list;
}
