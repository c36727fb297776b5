/* The builder: what a plugin says, call by call, becomes a document in an arena. The first misuse is reported and ends
 * the building: what was whole until then stays, and later calls do nothing. Depth costs no stack. */
#include "host/builder.h"

#include "host/internal.h"

enum { NODES_AT_ONCE = 32, POOL_BYTES = 4096, FIELDS_DEEPEST = 200 };
enum { KNOWN_FLAGS = 0x3F, PLACE_MAX = 1 << 30 };

/* A list or map that is open. */
typedef struct frame {
  nt_value value;
  nt_str key; /* set by field_key and used up by the next value */
  nt_pos key_pos;
  bool has_key;
} frame;

struct notis_builder {
  nt_arena *arena;
  nt_diags *diags;
  nt_str file;
  bool failed;

  frame *frames; /* the first is the fields themselves */
  size_t depth, frame_cap;

  nt_node *root, *open;
  bool document_opened; /* the plugin opened the document itself and has not closed it */
  nt_node *nodes;       /* room for `nodes_left` more */
  size_t nodes_left;
  char *pool; /* room for the texts of nodes, packed tightly */
  size_t pool_left;
  nt_node_pos *positions;
  size_t position_count, position_cap;
};

notis_builder *nt_builder_new(nt_arena *arena, nt_diags *diags, nt_str file) {
  notis_builder *b = NT_NEW(arena, notis_builder);
  b->arena = arena;
  b->diags = diags;
  b->file = file;
  b->frame_cap = 4;
  b->frames = NT_NEW_N(arena, frame, b->frame_cap);
  b->frames[0].value = nt_map_new(arena);
  b->depth = 1;
  b->root = b->open = nt_node_new(arena, NOTIS_NODE_DOCUMENT);
  b->root->origin = 1;
  b->position_cap = 64;
  b->positions = nt_arena_alloc(arena, b->position_cap * sizeof *b->positions);
  b->positions[b->position_count++] = (nt_node_pos){1, 1, 0, 0};
  return b;
}

/* ---- what both halves need ---- */

static nt_where where_of(const notis_builder *b, notis_place at) {
  bool known = at.line && at.line <= PLACE_MAX && at.column <= PLACE_MAX;
  return known ? nt_where_file(b->file, at.line, at.column ? at.column : 1) : nt_where_file(b->file, 0, 0);
}

static notis_status fail(notis_builder *b, nt_code code, notis_place at, nt_str a, nt_str c) {
  b->failed = true;
  nt_report(b->diags, code, where_of(b, at), a, c);
  return NOTIS_ERROR;
}

static nt_pos pos_of(notis_place at) {
  if (at.line == 0 || at.line > PLACE_MAX) return (nt_pos){0};
  return (nt_pos){.line = at.line, .column = (uint16_t)(at.column > UINT16_MAX ? UINT16_MAX : at.column)};
}

static bool is_clean(nt_str s) {
  return nt_utf8_check(s) == s.len && nt_str_find(s, '\0') == s.len;
}

static nt_str field_text(notis_builder *b, notis_str text) {
  nt_str s = nt_in(text);
  return is_clean(s) ? nt_arena_str(b->arena, s) : nt_plugin_text(b->arena, text, SIZE_MAX);
}

/* ---- fields ---- */

static void put_value(notis_builder *b, nt_value value, notis_place at) {
  if (b->failed) return;
  frame *top = &b->frames[b->depth - 1];
  value.pos = pos_of(at);
  if (top->value.type == NT_LIST) {
    nt_list_push(&top->value, b->arena, value);
  } else if (top->has_key) {
    nt_map_put(&top->value, b->arena, top->key, top->key_pos, value);
    top->has_key = false;
  } else {
    fail(b, NT_MSG_builder_no_key, at, nt_str_c(nt_type_name(value.type)), nt_str_n(NULL, 0));
  }
}

static void open_frame(notis_builder *b, nt_value value, notis_place at) {
  put_value(b, value, at);
  if (b->failed) return;
  if (b->depth == FIELDS_DEEPEST) {
    fail(b, NT_MSG_builder_too_deep, at, nt_arena_format(b->arena, "%d", FIELDS_DEEPEST), nt_str_n(NULL, 0));
    return;
  }
  if (b->depth == b->frame_cap) {
    frame *grown = NT_NEW_N(b->arena, frame, 2 * b->frame_cap);
    b->frames = memcpy(grown, b->frames, b->frame_cap * sizeof *grown);
    b->frame_cap *= 2;
  }
  b->frames[b->depth++] = (frame){.value = value};
}

notis_status nt_builder_front_matter(notis_builder *b, notis_call *call, notis_str yaml, notis_place at) {
  nt_value map = nt_null();
  nt_str text = nt_in(yaml);
  if (!b || b->failed) return NOTIS_ERROR;
  if (text.len == 0) return NOTIS_OK;
  if (!call || !call->engine || !call->engine->front_matter) return NOTIS_ERROR;
  /* The map's strings may be parts of the text, which is lent for this call only. */
  bool good = call->engine->front_matter(call, nt_arena_str(b->arena, text), pos_of(at), b->arena, &map);
  if (map.type == NT_MAP)
    for (size_t i = 0; i < map.as.map->len; i++) {
      const nt_entry *e = &map.as.map->entries[i];
      nt_map_put(&b->frames[0].value, b->arena, e->key, e->key_pos, e->value);
    }
  return good ? NOTIS_OK : NOTIS_ERROR;
}

void nt_builder_field_key(notis_builder *b, notis_str key, notis_place at) {
  if (!b || b->failed) return;
  frame *top = &b->frames[b->depth - 1];
  if (top->value.type != NT_MAP || top->has_key) {
    fail(b, NT_MSG_builder_key_misplaced, at, field_text(b, key), nt_str_n(NULL, 0));
    return;
  }
  top->key = field_text(b, key);
  top->key_pos = pos_of(at);
  top->has_key = true;
}

void nt_builder_field_null(notis_builder *b, notis_place at) {
  if (b) put_value(b, nt_null(), at);
}

void nt_builder_field_bool(notis_builder *b, bool value, notis_place at) {
  if (b) put_value(b, nt_bool(value), at);
}

void nt_builder_field_int(notis_builder *b, int64_t value, notis_place at) {
  if (b) put_value(b, nt_int(value), at);
}

void nt_builder_field_float(notis_builder *b, double value, notis_place at) {
  if (b) put_value(b, nt_float(value), at);
}

void nt_builder_field_string(notis_builder *b, notis_str value, notis_place at) {
  if (b) put_value(b, nt_string(field_text(b, value)), at);
}

void nt_builder_field_time(notis_builder *b, notis_time value, notis_place at) {
  nt_time time = {value.seconds, value.nanoseconds, value.offset, value.date_only != 0, value.unzoned != 0};
  if (b) put_value(b, nt_timestamp(time), at);
}

void nt_builder_field_list(notis_builder *b, notis_place at) {
  if (b) open_frame(b, nt_list_new(b->arena), at);
}

void nt_builder_field_map(notis_builder *b, notis_place at) {
  if (b) open_frame(b, nt_map_new(b->arena), at);
}

void nt_builder_field_end(notis_builder *b) {
  if (!b || b->failed) return;
  if (b->depth == 1 || b->frames[b->depth - 1].has_key)
    fail(b, NT_MSG_builder_end_misplaced, (notis_place){0}, nt_str_n(NULL, 0), nt_str_n(NULL, 0));
  else
    b->depth--;
}

/* ---- nodes ---- */

static nt_str pooled(notis_builder *b, notis_str text) {
  nt_str s = nt_in(text);
  if (s.len == 0) return nt_str_n(NULL, 0);
  if (!is_clean(s)) return nt_plugin_text(b->arena, text, SIZE_MAX);
  if (s.len > POOL_BYTES / 4) return nt_arena_str(b->arena, s);
  if (s.len > b->pool_left) {
    b->pool = nt_arena_alloc(b->arena, POOL_BYTES);
    b->pool_left = POOL_BYTES;
  }
  nt_str copy = nt_str_n(memcpy(b->pool, s.ptr, s.len), s.len);
  b->pool += s.len;
  b->pool_left -= s.len;
  return copy;
}

static nt_node *next_node(notis_builder *b) {
  if (b->nodes_left == 0) {
    b->nodes = NT_NEW_N(b->arena, nt_node, NODES_AT_ONCE);
    b->nodes_left = NODES_AT_ONCE;
  }
  b->nodes_left--;
  return b->nodes++;
}

static uint32_t number_of_place(uint32_t n) {
  return n > PLACE_MAX ? 0 : n;
}

static nt_node_pos position(const notis_node_info *info) {
  return (nt_node_pos){number_of_place(info->at.line), number_of_place(info->at.column),
                       number_of_place(info->text_at.line), number_of_place(info->text_at.column)};
}

static void add_position(notis_builder *b, nt_node_pos pos) {
  if (b->position_count == b->position_cap) {
    nt_node_pos *grown = nt_arena_alloc(b->arena, 2 * b->position_cap * sizeof *grown);
    b->positions = memcpy(grown, b->positions, b->position_cap * sizeof *grown);
    b->position_cap *= 2;
  }
  b->positions[b->position_count++] = pos;
}

/* The document is always there; a plugin may open it, once and first, to say something about it. */
static notis_status open_document(notis_builder *b, const notis_node_info *info) {
  if (b->open != b->root || b->root->first || b->document_opened)
    return fail(b, NT_MSG_builder_node_misplaced, info->at, NT_STR("document"),
                nt_str_c(nt_node_type_name((notis_node_type)b->open->type)));
  b->document_opened = true;
  if (info->at.line) b->positions[0] = position(info);
  return NOTIS_OK;
}

notis_status nt_builder_node_open(notis_builder *b, const notis_node_info *given) {
  if (!b || !given || b->failed) return NOTIS_ERROR;
  notis_node_info copy, *info = &copy;
  memset(info, 0, sizeof *info);
  memcpy(info, given, given->size < sizeof *info ? given->size : sizeof *info);
  if (info->type == NOTIS_NODE_DOCUMENT) return open_document(b, info);
  if (!nt_node_may_hold(b->open, info->type))
    return fail(b, NT_MSG_builder_node_misplaced, info->at, nt_str_c(nt_node_type_name(info->type)),
                nt_str_c(nt_node_type_name((notis_node_type)b->open->type)));
  nt_node *node = next_node(b);
  add_position(b, position(info));
  node->type = (uint8_t)info->type;
  node->flags = (uint8_t)(info->flags & KNOWN_FLAGS);
  node->number = info->number;
  node->origin = (uint32_t)b->position_count;
  node->text = pooled(b, info->text);
  node->extra = pooled(b, info->extra);
  nt_node_append(b->open, node);
  b->open = node;
  return NOTIS_OK;
}

void nt_builder_node_attribute(notis_builder *b, notis_str name, notis_str value) {
  if (!b || b->failed || !name.ptr || !name.len) return;
  nt_node_set_attr(b->open, b->arena, field_text(b, name), field_text(b, value));
}

void nt_builder_node_close(notis_builder *b) {
  if (!b || b->failed) return;
  if (b->open != b->root)
    b->open = b->open->parent;
  else if (b->document_opened)
    b->document_opened = false;
  else
    fail(b, NT_MSG_builder_close_misplaced, (notis_place){0}, nt_str_n(NULL, 0), nt_str_n(NULL, 0));
}

void nt_builder_finish(notis_builder *b, nt_document *out) {
  nt_str none = nt_str_n(NULL, 0);
  if (!b->failed && (b->depth > 1 || b->frames[0].has_key))
    fail(b, NT_MSG_builder_left_open, (notis_place){0},
         b->frames[b->depth - 1].has_key ? b->frames[b->depth - 1].key : NT_STR("field_list/field_map"), none);
  if (!b->failed && (b->open != b->root || b->document_opened))
    fail(b, NT_MSG_builder_left_open, (notis_place){0}, nt_str_c(nt_node_type_name((notis_node_type)b->open->type)),
         none);
  out->fields = b->frames[0].value;
  out->body = b->root;
  out->positions = b->positions;
  out->position_count = b->position_count;
}
