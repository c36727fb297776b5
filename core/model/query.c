#include "model/query.h"

#include "base/vec.h"

static nt_query *copy_of(nt_arena *arena, const nt_query *query) {
  return nt_arena_copy(arena, query, sizeof *query);
}

nt_query *nt_query_of(nt_arena *arena, nt_str collection) {
  nt_query *query = NT_NEW(arena, nt_query);
  query->collection = nt_arena_str(arena, collection);
  return query;
}

nt_query *nt_query_where(nt_arena *arena, const nt_query *query, nt_str field, nt_compare compare, nt_value value) {
  nt_query *q = copy_of(arena, query);
  q->conditions = NT_NEW_N(arena, nt_condition, query->condition_count + 1);
  if (query->condition_count) memcpy(q->conditions, query->conditions, query->condition_count * sizeof *q->conditions);
  q->conditions[q->condition_count++] =
      (nt_condition){nt_arena_str(arena, field), compare, nt_value_copy(&value, arena)};
  return q;
}

nt_query *nt_query_sort(nt_arena *arena, const nt_query *query, nt_str key) {
  bool descending = nt_str_starts(key, NT_STR("-"));
  nt_str field = nt_str_sub(key, descending, key.len);
  nt_query *q = copy_of(arena, query);
  for (size_t i = 0; i < query->sort_count; i++)
    if (nt_str_eq(query->sorts[i].field, field)) return q; /* an earlier key decides already */
  q->sorts = NT_NEW_N(arena, nt_sort, query->sort_count + 1);
  if (query->sort_count) memcpy(q->sorts, query->sorts, query->sort_count * sizeof *q->sorts);
  q->sorts[q->sort_count++] = (nt_sort){nt_arena_str(arena, field), descending};
  return q;
}

nt_query *nt_query_lang(nt_arena *arena, const nt_query *query, nt_str lang) {
  nt_query *q = copy_of(arena, query);
  q->lang = lang;
  return q;
}

nt_query *nt_query_slice(nt_arena *arena, const nt_query *query, uint64_t offset, uint64_t limit) {
  nt_query *q = copy_of(arena, query);
  q->offset = offset;
  q->limit = limit;
  return q;
}

void nt_query_window(const nt_query *query, size_t count, size_t *first, size_t *wanted) {
  size_t passed = query->offset < count ? (size_t)query->offset : count, left = count - passed;
  *wanted = query->limit && query->limit < left ? (size_t)query->limit : left;
  *first = query->from_end ? left - *wanted : passed;
}

bool nt_compare_find(nt_str word, nt_compare *out) {
  static const struct {
    const char *word;
    nt_compare compare;
  } words[] = {{"eq", NT_EQ}, {"ne", NT_NE}, {"lt", NT_LT},  {"le", NT_LE}, {"lte", NT_LE},
               {"gt", NT_GT}, {"ge", NT_GE}, {"gte", NT_GE}, {"in", NT_IN}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (!nt_str_eq(word, nt_str_c(words[i].word))) continue;
    *out = words[i].compare;
    return true;
  }
  return false;
}

/* Encoded pieces that are put in order before they are written. */
typedef struct pieces {
  NT_VEC(nt_buf) bufs;
} pieces;

static nt_buf *piece_add(pieces *p) {
  nt_push(&p->bufs, (nt_buf){0});
  return &p->bufs.items[p->bufs.len - 1];
}

static int compare_pieces(const void *a, const void *b) {
  return nt_str_cmp(nt_buf_str((const nt_buf *)a), nt_buf_str((const nt_buf *)b));
}

/* How many differ, then each once, in order; frees them. */
static void put_pieces(pieces *p, nt_buf *out) {
  size_t kept = 0;
  if (p->bufs.len) qsort(p->bufs.items, p->bufs.len, sizeof *p->bufs.items, compare_pieces);
  for (size_t i = 0; i < p->bufs.len; i++) {
    if (kept && compare_pieces(&p->bufs.items[kept - 1], &p->bufs.items[i]) == 0)
      nt_buf_deinit(&p->bufs.items[i]);
    else
      p->bufs.items[kept++] = p->bufs.items[i];
  }
  nt_buf_varint(out, kept);
  for (size_t i = 0; i < kept; i++) {
    nt_buf_put(out, nt_buf_str(&p->bufs.items[i]));
    nt_buf_deinit(&p->bufs.items[i]);
  }
  nt_vec_deinit(&p->bufs);
}

static void put_string(nt_str s, nt_buf *out) {
  nt_buf_varint(out, s.len);
  nt_buf_put(out, s);
}

/* The choices of "in" are a set: neither their order nor their number of times is part of the question. */
static void put_condition(const nt_condition *c, nt_buf *out) {
  put_string(c->field, out);
  nt_buf_byte(out, (char)c->compare);
  if (c->compare != NT_IN || c->value.type != NT_LIST) {
    nt_value_encode(&c->value, out);
    return;
  }
  pieces choices = {0};
  for (size_t i = 0; i < c->value.as.list->len; i++) nt_value_encode(&c->value.as.list->items[i], piece_add(&choices));
  nt_buf_byte(out, NT_LIST);
  put_pieces(&choices, out);
}

void nt_query_normal(const nt_query *query, nt_buf *out) {
  put_string(query->collection, out);
  put_string(query->lang, out);
  pieces conditions = {0};
  for (size_t i = 0; i < query->condition_count; i++) put_condition(&query->conditions[i], piece_add(&conditions));
  put_pieces(&conditions, out);
  nt_buf_varint(out, query->sort_count);
  for (size_t i = 0; i < query->sort_count; i++) {
    put_string(query->sorts[i].field, out);
    nt_buf_byte(out, query->sorts[i].descending);
  }
  nt_buf_varint(out, query->offset);
  nt_buf_varint(out, query->limit);
  nt_buf_byte(out, query->from_end);
}

static bool get_string(nt_str bytes, size_t *at, nt_str *out) {
  uint64_t len;
  if (!nt_varint_read(bytes, at, &len) || len > bytes.len - *at) return false;
  *out = nt_str_sub(bytes, *at, *at + (size_t)len);
  *at += (size_t)len;
  return true;
}

/* Each takes a byte at least, so that a damaged count cannot ask for more than there is. */
static bool get_count(nt_str bytes, size_t *at, size_t *out) {
  uint64_t count;
  if (!nt_varint_read(bytes, at, &count) || count > bytes.len - *at) return false;
  *out = (size_t)count;
  return true;
}

static bool get_choices(nt_str bytes, size_t *at, nt_arena *arena, nt_value *out) {
  size_t count;
  *out = nt_list_new(arena);
  if (*at >= bytes.len || bytes.ptr[*at] != NT_LIST) return nt_value_read(bytes, at, arena, out);
  ++*at;
  if (!get_count(bytes, at, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    nt_value choice;
    if (!nt_value_read(bytes, at, arena, &choice)) return false;
    nt_list_push(out, arena, choice);
  }
  return true;
}

static bool get_condition(nt_str bytes, size_t *at, nt_arena *arena, nt_condition *out) {
  if (!get_string(bytes, at, &out->field) || *at >= bytes.len) return false;
  out->compare = (nt_compare)bytes.ptr[(*at)++];
  if (out->compare == NT_IN) return get_choices(bytes, at, arena, &out->value);
  return out->compare < NT_IN && nt_value_read(bytes, at, arena, &out->value);
}

static bool get_sort(nt_str bytes, size_t *at, nt_sort *out) {
  if (!get_string(bytes, at, &out->field) || *at >= bytes.len) return false;
  out->descending = bytes.ptr[(*at)++] != 0;
  return true;
}

bool nt_query_read(nt_str normal, nt_arena *arena, nt_query *out) {
  size_t at = 0;
  *out = (nt_query){0};
  if (!get_string(normal, &at, &out->collection) || !get_string(normal, &at, &out->lang)) return false;
  if (!get_count(normal, &at, &out->condition_count)) return false;
  out->conditions = NT_NEW_N(arena, nt_condition, out->condition_count);
  for (size_t i = 0; i < out->condition_count; i++)
    if (!get_condition(normal, &at, arena, &out->conditions[i])) return false;
  if (!get_count(normal, &at, &out->sort_count)) return false;
  out->sorts = NT_NEW_N(arena, nt_sort, out->sort_count);
  for (size_t i = 0; i < out->sort_count; i++)
    if (!get_sort(normal, &at, &out->sorts[i])) return false;
  if (!nt_varint_read(normal, &at, &out->offset) || !nt_varint_read(normal, &at, &out->limit)) return false;
  if (at + 1 != normal.len) return false;
  out->from_end = normal.ptr[at] != 0;
  return true;
}

/* "Not a number" is none: it has no order and equals only itself. */
static bool is_number(const nt_value *v) {
  return v->type == NT_INT || (v->type == NT_FLOAT && v->as.number == v->as.number);
}

/* Numbers are equal by size and times by instant, whatever way they were written. */
static bool same(const nt_value *a, const nt_value *b) {
  bool ordered = (is_number(a) && is_number(b)) || (a->type == NT_TIME && b->type == NT_TIME);
  return ordered ? nt_value_cmp(a, b) == 0 : nt_value_eq(a, b);
}

static bool equals(const nt_value *field, const nt_value *wanted) {
  if (same(field, wanted)) return true;
  if (field->type != NT_LIST) return false;
  for (size_t i = 0; i < field->as.list->len; i++)
    if (same(&field->as.list->items[i], wanted)) return true;
  return false;
}

static bool is_in(const nt_value *field, const nt_value *choices) {
  if (choices->type != NT_LIST) return false;
  for (size_t i = 0; i < choices->as.list->len; i++)
    if (equals(field, &choices->as.list->items[i])) return true;
  return false;
}

/* Only numbers, texts and times have an order, and only among themselves. */
static bool is_ordered(const nt_value *a, const nt_value *b) {
  if (is_number(a)) return is_number(b);
  return a->type == b->type && (a->type == NT_STRING || a->type == NT_TIME);
}

bool nt_condition_holds(const nt_condition *condition, const nt_value *value) {
  nt_value absent = nt_null();
  const nt_value *field = value ? value : &absent, *wanted = &condition->value;
  switch (condition->compare) {
  case NT_EQ: return equals(field, wanted);
  case NT_NE: return !equals(field, wanted);
  case NT_IN: return is_in(field, wanted);
  default: break;
  }
  if (!is_ordered(field, wanted)) return false;
  int order = nt_value_cmp(field, wanted);
  switch (condition->compare) {
  case NT_LT: return order < 0;
  case NT_LE: return order <= 0;
  case NT_GT: return order > 0;
  default: return order >= 0;
  }
}
