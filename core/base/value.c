#include "base/value.h"

#include <stdlib.h>

static nt_value of_type(nt_type type) {
  nt_value v = nt_null();
  v.type = type;
  return v;
}

nt_value nt_bool(bool boolean) {
  nt_value v = of_type(NT_BOOL);
  v.as.boolean = boolean;
  return v;
}

nt_value nt_int(int64_t integer) {
  nt_value v = of_type(NT_INT);
  v.as.integer = integer;
  return v;
}

nt_value nt_float(double number) {
  nt_value v = of_type(NT_FLOAT);
  v.as.number = number;
  return v;
}

nt_value nt_string(nt_str borrowed) {
  nt_value v = of_type(NT_STRING);
  v.as.string = borrowed;
  return v;
}

nt_value nt_timestamp(nt_time time) {
  nt_value v = of_type(NT_TIME);
  v.as.time = time;
  return v;
}

nt_value nt_markup(nt_str encoded) {
  nt_value v = of_type(NT_MARKUP);
  v.as.string = encoded;
  return v;
}

nt_value nt_list_new(nt_arena *arena) {
  nt_value v = of_type(NT_LIST);
  v.as.list = NT_NEW(arena, nt_list);
  return v;
}

nt_value nt_map_new(nt_arena *arena) {
  nt_value v = of_type(NT_MAP);
  v.as.map = NT_NEW(arena, nt_dict);
  return v;
}

const char *nt_type_name(nt_type type) {
  static const char *const names[] = {"null",      "boolean", "integer", "float", "string",
                                      "timestamp", "list",    "map",     "markup"};
  return names[type];
}

/* Room for one more in an arena's array: the old one is left behind. */
static void *grow(nt_arena *arena, void *items, size_t len, size_t *cap, size_t item_size) {
  if (len < *cap) return items;
  *cap = *cap ? *cap * 2 : 4;
  void *moved = nt_arena_alloc(arena, *cap * item_size);
  if (len) memcpy(moved, items, len * item_size);
  return moved;
}

void nt_list_push(nt_value *list, nt_arena *arena, nt_value item) {
  nt_list *l = list->as.list;
  l->items = grow(arena, l->items, l->len, &l->cap, sizeof *l->items);
  l->items[l->len++] = item;
}

static uint32_t *index_slot(const nt_dict *map, nt_str key) {
  size_t mask = map->index_size - 1, at = (size_t)nt_hash_bytes(key) & mask;
  while (map->index[at] && !nt_str_eq(map->entries[map->index[at] - 1].key, key)) at = (at + 1) & mask;
  return &map->index[at];
}

nt_entry *nt_map_entry_find(const nt_value *map, nt_str key) {
  if (!map || map->type != NT_MAP) return NULL;
  nt_dict *m = map->as.map;
  if (m->index) {
    uint32_t at = *index_slot(m, key);
    return at ? &m->entries[at - 1] : NULL;
  }
  for (size_t i = 0; i < m->len; i++)
    if (nt_str_eq(m->entries[i].key, key)) return &m->entries[i];
  return NULL;
}

nt_value *nt_map_find(const nt_value *map, nt_str key) {
  nt_entry *e = nt_map_entry_find(map, key);
  return e ? &e->value : NULL;
}

static void put_index(nt_buf *out, size_t index) {
  char digits[24];
  size_t at = sizeof digits;
  digits[--at] = ']';
  do digits[--at] = (char)('0' + index % 10);
  while (index /= 10);
  digits[--at] = '[';
  nt_buf_put(out, nt_str_n(digits + at, sizeof digits - at));
}

void nt_value_put_step(const nt_value *value, size_t i, nt_buf *path) {
  if (value->type == NT_LIST) {
    put_index(path, i + 1);
    return;
  }
  if (path->len) nt_buf_byte(path, '.');
  nt_buf_put(path, value->as.map->entries[i].key);
}

nt_value *nt_map_path(const nt_value *map, nt_str path) {
  while (map) {
    size_t dot = nt_str_find(path, '.');
    nt_value *found = nt_map_find(map, nt_str_sub(path, 0, dot));
    if (dot == path.len) return found;
    path = nt_str_sub(path, dot + 1, path.len);
    map = found;
  }
  return NULL;
}

void nt_map_put(nt_value *map, nt_arena *arena, nt_str key, nt_pos key_pos, nt_value value) {
  nt_entry *e = nt_map_entry_find(map, key);
  if (e) {
    e->key_pos = key_pos;
    e->value = value;
    return;
  }
  nt_dict *m = map->as.map;
  m->index = NULL;
  m->entries = grow(arena, m->entries, m->len, &m->cap, sizeof *m->entries);
  m->entries[m->len++] = (nt_entry){key, key_pos, value};
}

bool nt_map_drop(nt_value *map, nt_str key) {
  nt_entry *e = nt_map_entry_find(map, key);
  if (!e) return false;
  nt_dict *m = map->as.map;
  m->index = NULL;
  size_t at = (size_t)(e - m->entries);
  memmove(e, e + 1, (m->len - at - 1) * sizeof *e);
  m->len--;
  return true;
}

void nt_dict_index(nt_value *map, nt_arena *arena) {
  nt_dict *m = map->as.map;
  size_t size = 16;
  while (size < m->len * 2) size *= 2;
  m->index_size = size;
  m->index = NT_NEW_N(arena, uint32_t, size);
  for (size_t i = 0; i < m->len; i++) *index_slot(m, m->entries[i].key) = (uint32_t)i + 1;
}

nt_value nt_value_copy(const nt_value *value, nt_arena *arena) {
  nt_value copy = *value;
  switch (value->type) {
  case NT_STRING:
  case NT_MARKUP: copy.as.string = nt_arena_str(arena, value->as.string); break;
  case NT_LIST: {
    const nt_list *from = value->as.list;
    nt_list *to = copy.as.list = NT_NEW(arena, nt_list);
    to->items = nt_arena_alloc(arena, from->len * sizeof *to->items);
    to->len = to->cap = from->len;
    for (size_t i = 0; i < from->len; i++) to->items[i] = nt_value_copy(&from->items[i], arena);
    break;
  }
  case NT_MAP: {
    const nt_dict *from = value->as.map;
    nt_dict *to = copy.as.map = NT_NEW(arena, nt_dict);
    to->entries = nt_arena_alloc(arena, from->len * sizeof *to->entries);
    to->len = to->cap = from->len;
    for (size_t i = 0; i < from->len; i++) {
      const nt_entry *e = &from->entries[i];
      to->entries[i] = (nt_entry){nt_arena_str(arena, e->key), e->key_pos, nt_value_copy(&e->value, arena)};
    }
    if (from->index) nt_dict_index(&copy, arena);
    break;
  }
  default: break;
  }
  return copy;
}

static bool time_eq(nt_time a, nt_time b) {
  return a.seconds == b.seconds && a.nanoseconds == b.nanoseconds && a.offset == b.offset &&
         a.date_only == b.date_only && a.unzoned == b.unzoned;
}

bool nt_value_eq(const nt_value *a, const nt_value *b) {
  if (a->type != b->type) return false;
  switch (a->type) {
  case NT_NULL: return true;
  case NT_BOOL: return a->as.boolean == b->as.boolean;
  case NT_INT: return a->as.integer == b->as.integer;
  case NT_FLOAT: return memcmp(&a->as.number, &b->as.number, sizeof a->as.number) == 0;
  case NT_STRING:
  case NT_MARKUP: return nt_str_eq(a->as.string, b->as.string);
  case NT_TIME: return time_eq(a->as.time, b->as.time);
  case NT_LIST:
    if (a->as.list->len != b->as.list->len) return false;
    for (size_t i = 0; i < a->as.list->len; i++)
      if (!nt_value_eq(&a->as.list->items[i], &b->as.list->items[i])) return false;
    return true;
  case NT_MAP:
    if (a->as.map->len != b->as.map->len) return false;
    for (size_t i = 0; i < a->as.map->len; i++) {
      const nt_entry *x = &a->as.map->entries[i], *y = &b->as.map->entries[i];
      if (!nt_str_eq(x->key, y->key) || !nt_value_eq(&x->value, &y->value)) return false;
    }
    return true;
  }
  return false;
}

static int sign(double a, double b) {
  return (a > b) - (a < b);
}

static double as_number(const nt_value *v) {
  return v->type == NT_INT ? (double)v->as.integer : v->as.number;
}

static int compare_strings(nt_str a, nt_str b) {
  int c = nt_str_cmp(a, b);
  return (c > 0) - (c < 0);
}

static int compare_lists(const nt_list *a, const nt_list *b) {
  size_t n = a->len < b->len ? a->len : b->len;
  for (size_t i = 0; i < n; i++) {
    int c = nt_value_cmp(&a->items[i], &b->items[i]);
    if (c) return c;
  }
  return (a->len > n) - (b->len > n);
}

/* As lists of their entries. */
static int compare_maps(const nt_dict *a, const nt_dict *b) {
  size_t n = a->len < b->len ? a->len : b->len;
  for (size_t i = 0; i < n; i++) {
    int c = compare_strings(a->entries[i].key, b->entries[i].key);
    if (!c) c = nt_value_cmp(&a->entries[i].value, &b->entries[i].value);
    if (c) return c;
  }
  return (a->len > n) - (b->len > n);
}

int nt_value_cmp(const nt_value *a, const nt_value *b) {
  bool numbers = (a->type == NT_INT || a->type == NT_FLOAT) && (b->type == NT_INT || b->type == NT_FLOAT);
  if (a->type == NT_INT && b->type == NT_INT) return (a->as.integer > b->as.integer) - (a->as.integer < b->as.integer);
  if (numbers) return sign(as_number(a), as_number(b));
  if (a->type != b->type) return a->type < b->type ? -1 : 1;
  switch (a->type) {
  case NT_BOOL: return a->as.boolean - b->as.boolean;
  case NT_STRING:
  case NT_MARKUP: return compare_strings(a->as.string, b->as.string);
  case NT_TIME: {
    nt_time x = a->as.time, y = b->as.time;
    if (x.seconds != y.seconds) return x.seconds < y.seconds ? -1 : 1;
    return (x.nanoseconds > y.nanoseconds) - (x.nanoseconds < y.nanoseconds);
  }
  case NT_LIST: return compare_lists(a->as.list, b->as.list);
  case NT_MAP: return compare_maps(a->as.map, b->as.map);
  default: return 0;
  }
}
