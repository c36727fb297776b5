/* The value tree: what front matter, data files, configuration and documents' fields are made of.
 *
 * Values live in an arena and are not freed one by one. Maps keep the order of their keys; an integer is not a float.
 * Every value knows where it was written; positions take no part in comparison, encoding or hash. */
#ifndef NT_BASE_VALUE_H
#define NT_BASE_VALUE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"

/* In the order of notis_type in notis/plugin.h. */
typedef enum nt_type {
  NT_NULL,
  NT_BOOL,
  NT_INT,
  NT_FLOAT,
  NT_STRING,
  NT_TIME,
  NT_LIST,
  NT_MAP,
  NT_MARKUP /* a node tree in its canonical encoding (model/nodecode.h) */
} nt_type;

/* Where a value was written: 1-based line and byte column, line 0 if nowhere. `file` indexes a table that its holder
 * keeps (a configuration is merged from several files); 0 is the only file elsewhere. */
typedef struct nt_pos {
  uint32_t line;
  uint16_t column; /* 65535 stands for anything beyond */
  uint16_t file;
} nt_pos;

/* Same fields and meanings as notis_time in notis/plugin.h. */
typedef struct nt_time {
  int64_t seconds;
  int32_t nanoseconds;
  int16_t offset;
  uint8_t date_only;
  uint8_t unzoned;
} nt_time;

typedef struct nt_value nt_value;
typedef struct nt_entry nt_entry;

typedef struct nt_list {
  nt_value *items;
  size_t len;
  size_t cap;
} nt_list;

typedef struct nt_dict {
  nt_entry *entries;
  size_t len;
  size_t cap;
  uint32_t *index; /* built by nt_dict_index() for large maps, else NULL */
  size_t index_size;
} nt_dict;

struct nt_value {
  nt_type type;
  nt_pos pos;
  union {
    bool boolean;
    int64_t integer;
    double number;
    nt_str string; /* also NT_MARKUP's bytes */
    nt_time time;
    nt_list *list;
    nt_dict *map;
  } as;
};

struct nt_entry {
  nt_str key;
  nt_pos key_pos;
  nt_value value;
};

static inline nt_value nt_null(void) {
  nt_value v;
  memset(&v, 0, sizeof v);
  return v;
}
nt_value nt_bool(bool boolean);
nt_value nt_int(int64_t integer);
nt_value nt_float(double number);
nt_value nt_string(nt_str borrowed);
nt_value nt_timestamp(nt_time time);
nt_value nt_markup(nt_str encoded);
nt_value nt_list_new(nt_arena *arena);
nt_value nt_map_new(nt_arena *arena);

const char *nt_type_name(nt_type type);

/* Growth takes from the arena that the list or map was made in. */
void nt_list_push(nt_value *list, nt_arena *arena, nt_value item);
/* Replaces in place, or appends. The key must live as long as the arena. */
void nt_map_put(nt_value *map, nt_arena *arena, nt_str key, nt_pos key_pos, nt_value value);
bool nt_map_drop(nt_value *map, nt_str key);
/* NULL if absent or if `map` is no map (NULL too). */
nt_value *nt_map_find(const nt_value *map, nt_str key);
nt_entry *nt_map_entry_find(const nt_value *map, nt_str key);
/* "a.b.c" through nested maps. */
nt_value *nt_map_path(const nt_value *map, nt_str path);
/* Makes lookups in this map constant time; worth it from about 16 keys. The map must not change afterwards. */
void nt_dict_index(nt_value *map, nt_arena *arena);

static inline size_t nt_value_len(const nt_value *v) {
  return !v ? 0 : v->type == NT_LIST ? v->as.list->len : v->type == NT_MAP ? v->as.map->len : 0;
}
/* The string, or an empty one for any other type and for NULL. */
static inline nt_str nt_value_str(const nt_value *v) {
  return v && v->type == NT_STRING ? v->as.string : nt_str_n("", 0);
}

/* The i-th value of a list or map, which has that many. */
static inline const nt_value *nt_value_at(const nt_value *v, size_t i) {
  return v->type == NT_LIST ? &v->as.list->items[i] : &v->as.map->entries[i].value;
}
/* Puts what leads to it behind the path so far: "goals[2].text", counted from 1. */
void nt_value_put_step(const nt_value *value, size_t i, nt_buf *path);

/* Everything, strings too. */
nt_value nt_value_copy(const nt_value *value, nt_arena *arena);
/* As the encoding compares them: 1 and 1.0 differ, maps with another order differ. */
bool nt_value_eq(const nt_value *a, const nt_value *b);
/* A total order for sorting: by type first, then by value; -1, 0 or 1. Integers and floats compare as numbers. */
int nt_value_cmp(const nt_value *a, const nt_value *b);

/* The canonical encoding, shared by hash, memo and plugin ABI. Without positions.
 * A tag byte (nt_type), then: bool, one byte; integer, zig-zag varint; float, 8 bytes little-endian; string and markup,
 * varint length and bytes; time, zig-zag seconds, varint nanoseconds, zig-zag offset, one byte of flags; list, varint
 * count and values; map, varint count, then for each key varint length, bytes, value. */
void nt_value_encode(const nt_value *value, nt_buf *out);
/* Strings borrow from `bytes`. False if the bytes are damaged. read() moves *at behind the value, and others may follow.
 */
bool nt_value_read(nt_str bytes, size_t *at, nt_arena *arena, nt_value *out);
bool nt_value_decode(nt_str bytes, nt_arena *arena, nt_value *out);
nt_hash nt_value_hash(const nt_value *value);

/* Reads what nt_buf_varint wrote; false at the end or on a number that does not fit. */
bool nt_varint_read(nt_str bytes, size_t *at, uint64_t *number);

static inline uint64_t nt_zigzag(int64_t n) {
  return ((uint64_t)n << 1) ^ (uint64_t)(n >> 63);
}
static inline int64_t nt_unzigzag(uint64_t n) {
  return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

#endif
