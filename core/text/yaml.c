/* Values from libyaml's events. The open collections stand on a stack of our own, so nothing recurses; a finished one
 * is handed to the one below. Aliases are copies (strings are shared): a hook that changes one must not change the
 * others. What an anchor costs to copy and how deep it goes is known when it is finished, so an alias that is too much
 * is refused before anything is copied. */
#include "text/yaml.h"

#include "base/map.h"
#include "text/yaml_error.h"
#include "text/yaml_place.h"
#include "text/yaml_scalar.h"

#include <stdlib.h>

enum { DEEPEST = 200, MOST_ALIASED = 100000, LARGEST = 16 * 1024 * 1024, INDEXED = 16 };

typedef struct anchor {
  nt_value value;
  uint32_t size;   /* values in it, itself too */
  uint32_t height; /* collections within each other */
  bool open;       /* not finished: an alias to it would be a circle */
} anchor;

typedef struct frame {
  nt_value value; /* a list or map */
  nt_map seen;    /* key -> nt_entry number + 1, once the map is large */
  anchor *anchor;
  nt_str key;
  nt_pos key_pos;
  bool has_key;
  bool unwanted; /* the value of a key that was refused: read, but not kept */
  uint32_t size;
  uint32_t height;
} frame;

typedef struct builder {
  nt_arena *arena;
  nt_diags *diags;
  nt_yaml_place place;
  nt_map anchors;
  frame *stack;
  size_t depth;
  size_t aliased;
  size_t documents;
  nt_value root;
  bool failed; /* stop: what comes cannot be understood */
} builder;

static frame *top(builder *b) {
  return b->depth ? &b->stack[b->depth - 1] : NULL;
}

static nt_str borrow(const yaml_char_t *text) {
  return nt_str_c((const char *)text);
}

static void report_at(builder *b, nt_code code, nt_pos pos, nt_str first, nt_str second) {
  nt_report(b->diags, code, nt_where_pos(b->place.file, pos), first, second);
}

/* ---- maps ---- */

static const nt_entry *find_key(const frame *f, nt_str key) {
  const nt_dict *map = f->value.as.map;
  if (f->seen.live) {
    uintptr_t number = (uintptr_t)nt_map_get(&f->seen, key);
    return number ? &map->entries[number - 1] : NULL;
  }
  return nt_map_entry_find(&f->value, key);
}

static void append_entry(builder *b, frame *f, nt_value value) {
  nt_dict *map = f->value.as.map;
  if (map->len == map->cap) {
    size_t cap = map->cap ? map->cap * 2 : 8;
    nt_entry *grown = nt_arena_alloc(b->arena, cap * sizeof *grown);
    if (map->len) memcpy(grown, map->entries, map->len * sizeof *grown);
    map->entries = grown;
    map->cap = cap;
  }
  map->entries[map->len++] = (nt_entry){f->key, f->key_pos, value};
  if (map->len < INDEXED) return;
  for (size_t i = f->seen.live; i < map->len; i++)
    nt_map_set(&f->seen, map->entries[i].key, (void *)(uintptr_t)(i + 1)); // NOLINT(performance-no-int-to-ptr)
}

static void take_key(builder *b, frame *f, nt_str key, nt_pos pos) {
  const nt_entry *before = find_key(f, key);
  f->has_key = true;
  f->unwanted = before != NULL;
  f->key = key;
  f->key_pos = pos;
  if (before)
    report_at(b, NT_MSG_yaml_duplicate_key, pos, key,
              nt_arena_format(b->diags->arena, "%u", (unsigned)before->key_pos.line));
}

static bool wants_key(const frame *f) {
  return f && f->value.type == NT_MAP && !f->has_key;
}

static void refuse_key(builder *b, frame *f, nt_pos pos) {
  if (!b->failed) nt_report0(b->diags, NT_MSG_yaml_key_type, nt_where_pos(b->place.file, pos));
  f->has_key = f->unwanted = true;
}

/* ---- values find their place ---- */

static void deliver(builder *b, nt_value value, uint32_t size, uint32_t height) {
  frame *f = top(b);
  if (!f) {
    b->root = value;
    return;
  }
  f->size += size;
  if (height + 1 > f->height) f->height = height + 1;
  if (wants_key(f)) {
    refuse_key(b, f, value.pos);
    return;
  }
  if (f->value.type == NT_LIST)
    nt_list_push(&f->value, b->arena, value);
  else if (!f->unwanted)
    append_entry(b, f, value);
  f->has_key = f->unwanted = false;
}

static anchor *name_anchor(builder *b, const yaml_char_t *name) {
  if (!name) return NULL;
  anchor *a = NT_NEW(b->arena, anchor);
  nt_map_set(&b->anchors, nt_arena_str(b->arena, borrow(name)), a);
  return a;
}

static void open_collection(builder *b, nt_value value, const yaml_char_t *anchor_name, nt_pos pos) {
  if (b->depth == DEEPEST) {
    report_at(b, NT_MSG_yaml_too_deep, pos, nt_arena_format(b->diags->arena, "%d", DEEPEST), nt_str_n(NULL, 0));
    b->failed = true;
    return;
  }
  frame *f = &b->stack[b->depth++];
  *f = (frame){.value = value, .size = 1, .height = 1, .anchor = name_anchor(b, anchor_name)};
  f->value.pos = pos;
  if (f->anchor) f->anchor->open = true;
}

static void close_collection(builder *b) {
  frame f = *top(b);
  b->depth--;
  if (f.value.type == NT_MAP && f.value.as.map->len >= INDEXED) nt_dict_index(&f.value, b->arena);
  nt_map_deinit(&f.seen);
  if (f.anchor) *f.anchor = (anchor){f.value, f.size, f.height, false};
  deliver(b, f.value, f.size, f.height);
}

/* ---- scalars ---- */

static bool is_core_tag(const yaml_char_t *tag, const char *name) {
  nt_str prefix = NT_STR("tag:yaml.org,2002:"), text = borrow(tag);
  return nt_str_starts(text, prefix) && nt_str_eq(nt_str_sub(text, prefix.len, text.len), nt_str_c(name));
}

/* Holds a value against an explicit tag of the core schema; any other tag makes a string. */
static nt_value tagged(builder *b, nt_str text, const yaml_char_t *tag, nt_pos pos) {
  static const struct {
    const char *name;
    nt_type type;
  } tags[] = {{"null", NT_NULL}, {"bool", NT_BOOL}, {"int", NT_INT}, {"float", NT_FLOAT}};
  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
    if (!is_core_tag(tag, tags[i].name)) continue;
    nt_value value = nt_yaml_resolve(text);
    if (value.type == NT_INT && tags[i].type == NT_FLOAT) value = nt_float((double)value.as.integer);
    if (value.type == tags[i].type) return value;
    report_at(b, NT_MSG_yaml_tag_value, pos, text, nt_str_c(tags[i].name));
    break;
  }
  return nt_string(text);
}

static nt_value scalar_value(builder *b, const yaml_event_t *event, nt_pos pos) {
  nt_str text = nt_str_n((const char *)event->data.scalar.value, event->data.scalar.length);
  const yaml_char_t *tag = event->data.scalar.tag;
  nt_value value = nt_string(text);
  if (tag && !(tag[0] == '!' && !tag[1]))
    value = tagged(b, text, tag, pos);
  else if (!tag && event->data.scalar.plain_implicit)
    value = nt_yaml_resolve(text);
  if (value.type == NT_STRING) value.as.string = nt_arena_str(b->arena, text);
  value.pos = pos;
  return value;
}

static void on_scalar(builder *b, const yaml_event_t *event, nt_pos pos) {
  nt_value value = scalar_value(b, event, pos);
  anchor *a = name_anchor(b, event->data.scalar.anchor);
  if (a) *a = (anchor){value, 1, 0, false};
  frame *f = top(b);
  if (!wants_key(f)) {
    deliver(b, value, 1, 0);
    return;
  }
  nt_str text = nt_str_n((const char *)event->data.scalar.value, event->data.scalar.length);
  take_key(b, f, value.type == NT_STRING ? value.as.string : nt_arena_str(b->arena, text), pos);
}

/* ---- aliases ---- */

static nt_value copy_shared(const nt_value *from, nt_arena *arena) {
  nt_value copy = *from;
  if (from->type == NT_LIST) {
    copy.as.list = nt_arena_copy(arena, from->as.list, sizeof *from->as.list);
    copy.as.list->cap = from->as.list->len;
    copy.as.list->items = nt_arena_alloc(arena, from->as.list->len * sizeof *copy.as.list->items);
    for (size_t i = 0; i < from->as.list->len; i++)
      copy.as.list->items[i] = copy_shared(&from->as.list->items[i], arena);
  } else if (from->type == NT_MAP) {
    const nt_dict *map = from->as.map;
    copy.as.map = nt_arena_copy(arena, map, sizeof *map);
    copy.as.map->cap = map->len;
    copy.as.map->entries = nt_arena_copy(arena, map->entries, map->len * sizeof *map->entries);
    for (size_t i = 0; i < map->len; i++) copy.as.map->entries[i].value = copy_shared(&map->entries[i].value, arena);
    if (map->index) nt_dict_index(&copy, arena);
  }
  return copy;
}

static void refuse_alias(builder *b, nt_code code, nt_pos pos, nt_str name) {
  report_at(b, code, pos, name, nt_arena_format(b->diags->arena, "%d", MOST_ALIASED));
  b->failed = code == NT_MSG_yaml_alias_limit;
  frame *f = top(b);
  nt_value nothing = nt_null();
  nothing.pos = pos;
  if (wants_key(f))
    f->has_key = f->unwanted = true;
  else
    deliver(b, nothing, 1, 0);
}

static nt_str key_text(builder *b, const nt_value *v) {
  switch (v->type) {
  case NT_STRING: return v->as.string;
  case NT_INT: return nt_arena_format(b->arena, "%lld", (long long)v->as.integer);
  case NT_FLOAT: return nt_arena_format(b->arena, "%.17g", v->as.number);
  case NT_BOOL: return nt_str_c(v->as.boolean ? "true" : "false");
  default: return nt_str_n("", 0);
  }
}

static void on_alias(builder *b, const yaml_event_t *event, nt_pos pos) {
  nt_str name = borrow(event->data.alias.anchor);
  const anchor *a = nt_map_get(&b->anchors, name);
  frame *f = top(b);
  if (!a || a->open) {
    refuse_alias(b, a ? NT_MSG_yaml_alias_cycle : NT_MSG_yaml_alias_unknown, pos, name);
  } else if (b->aliased + a->size > MOST_ALIASED) {
    refuse_alias(b, NT_MSG_yaml_alias_limit, pos, name);
  } else if (b->depth + a->height > DEEPEST) {
    report_at(b, NT_MSG_yaml_too_deep, pos, nt_arena_format(b->diags->arena, "%d", DEEPEST), nt_str_n(NULL, 0));
    b->failed = true;
  } else if (wants_key(f) && a->height == 0) {
    take_key(b, f, key_text(b, &a->value), pos);
  } else {
    b->aliased += a->size;
    nt_value copy = copy_shared(&a->value, b->arena);
    copy.pos = pos;
    deliver(b, copy, a->size, a->height);
  }
}

/* ---- the stream ---- */

static void on_document(builder *b, nt_pos pos) {
  if (b->documents++ == 0) return;
  nt_report0(b->diags, NT_MSG_yaml_documents, nt_where_pos(b->place.file, pos));
  b->failed = true;
}

static void on_event(builder *b, const yaml_event_t *event) {
  nt_pos pos = nt_yaml_place_mark(&b->place, event->start_mark.index);
  switch (event->type) {
  case YAML_DOCUMENT_START_EVENT: on_document(b, pos); break;
  case YAML_SCALAR_EVENT: on_scalar(b, event, pos); break;
  case YAML_ALIAS_EVENT: on_alias(b, event, pos); break;
  case YAML_SEQUENCE_START_EVENT:
    open_collection(b, nt_list_new(b->arena), event->data.sequence_start.anchor, pos);
    break;
  case YAML_MAPPING_START_EVENT: open_collection(b, nt_map_new(b->arena), event->data.mapping_start.anchor, pos); break;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT: close_collection(b); break;
  default: break;
  }
}

static void read_events(builder *b, yaml_parser_t *parser) {
  for (bool more = true; more && !b->failed;) {
    yaml_event_t event;
    if (!yaml_parser_parse(parser, &event)) {
      if (parser->error == YAML_MEMORY_ERROR) nt_out_of_memory();
      nt_yaml_error_report(parser, &b->place, b->diags);
      b->failed = true;
      break;
    }
    on_event(b, &event);
    more = event.type != YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
  }
}

static void build(builder *b) {
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) nt_out_of_memory();
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, (const unsigned char *)b->place.text.ptr, b->place.text.len);
  b->stack = nt_alloc(DEEPEST * sizeof *b->stack);
  read_events(b, &parser);
  while (b->depth) close_collection(b);
  free(b->stack);
  nt_map_deinit(&b->anchors);
  yaml_parser_delete(&parser);
}

bool nt_yaml_parse(nt_str text, nt_str file, nt_pos at, nt_arena *arena, nt_diags *diags, nt_value *out) {
  size_t errors = diags->errors;
  builder b = {.arena = arena, .diags = diags, .root = nt_null()};
  if (!at.line) at.line = 1;
  if (!at.column) at.column = 1;
  b.root.pos = at;
  *out = b.root;
  if (text.len > LARGEST) {
    nt_report(diags, NT_MSG_yaml_too_large, nt_where_pos(file, at), nt_arena_format(diags->arena, "%zu", text.len),
              nt_arena_format(diags->arena, "%d", LARGEST));
    return false;
  }
  if (nt_str_starts(text, NT_STR("\xEF\xBB\xBF"))) {
    text = nt_str_sub(text, 3, text.len);
    at.column = (uint16_t)(at.column < UINT16_MAX - 3 ? at.column + 3 : UINT16_MAX);
  }
  if (!text.len) return true;
  if (!nt_yaml_place_init(&b.place, text, file, at, diags)) return false;
  build(&b);
  *out = b.root;
  return diags->errors == errors;
}
