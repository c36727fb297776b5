/* A tree is its count of nodes (4 bytes, little-endian), then each node in pre-order:
 *
 *     head    type | HAS_MORE | HAS_TEXT | HAS_CHILDREN
 *     more    a bit for each of what follows, only with HAS_MORE
 *     flags   one byte;  number  zig-zag varint;  origin  varint
 *     text    varint length and bytes;  extra  likewise
 *     attrs   varint count, then names and values as texts
 *     the children, closed by one END byte, only with HAS_CHILDREN
 *
 * An origin is left out where it is one more than the last that was not 0: a tree that no hook has touched has none in
 * its bytes. There is one encoding of each tree; anything else is damage. */
#include "model/nodecode.h"

enum { TYPE_MASK = 31, HAS_MORE = 32, HAS_TEXT = 64, HAS_CHILDREN = 128, END = TYPE_MASK };
enum { MORE_FLAGS = 1, MORE_NUMBER = 2, MORE_ORIGIN = 4, MORE_EXTRA = 8, MORE_ATTRS = 16, MORE_ALL = 31 };
enum { COUNT_BYTES = 4, LONGEST_VARINT = 10 };

_Static_assert((int)NOTIS_NODE_TYPES <= (int)END, "a node's type must fit beside END in five bits");

/* ---- writing ---- */

typedef struct encoder {
  nt_buf *out;
  uint32_t count;
  uint32_t last_origin;
  bool origins;  /* write them at all? */
  bool explicit; /* was any written? */
} encoder;

/* These write where room was reserved. */
static char *put_varint(char *p, uint64_t number) {
  while (number >= 0x80) {
    *p++ = (char)(number | 0x80);
    number >>= 7;
  }
  *p++ = (char)number;
  return p;
}

static char *put_str(char *p, nt_str s) {
  p = put_varint(p, s.len);
  if (s.len) memcpy(p, s.ptr, s.len);
  return p + s.len;
}

static void encode_attrs(nt_buf *out, const nt_attr *attrs) {
  uint64_t count = 0;
  for (const nt_attr *a = attrs; a; a = a->next) count++;
  nt_buf_varint(out, count);
  for (const nt_attr *a = attrs; a; a = a->next) {
    nt_buf_reserve(out, a->name.len + a->value.len + 2 * LONGEST_VARINT);
    char *p = put_str(out->ptr + out->len, a->name);
    out->len = (size_t)(put_str(p, a->value) - out->ptr);
  }
}

static unsigned more_of(encoder *e, const nt_node *node) {
  unsigned more = (node->flags ? MORE_FLAGS : 0) | (node->number ? MORE_NUMBER : 0) |
                  (node->extra.len ? MORE_EXTRA : 0) | (node->attrs ? MORE_ATTRS : 0);
  if (e->origins && node->origin != e->last_origin + 1) more |= MORE_ORIGIN;
  if (node->origin) e->last_origin = node->origin;
  return more;
}

static void encode_node(encoder *e, const nt_node *node) {
  nt_buf *out = e->out;
  unsigned more = more_of(e, node);
  nt_buf_reserve(out, node->text.len + node->extra.len + 3 + 4 * LONGEST_VARINT);
  char *p = out->ptr + out->len;
  *p++ =
      (char)(node->type | (more ? HAS_MORE : 0) | (node->text.len ? HAS_TEXT : 0) | (node->first ? HAS_CHILDREN : 0));
  if (more) {
    *p++ = (char)more;
    if (more & MORE_FLAGS) *p++ = (char)node->flags;
    if (more & MORE_NUMBER) p = put_varint(p, nt_zigzag(node->number));
    if (more & MORE_ORIGIN) p = put_varint(p, node->origin);
    if (more & MORE_ORIGIN) e->explicit = true;
  }
  if (node->text.len) p = put_str(p, node->text);
  if (more & MORE_EXTRA) p = put_str(p, node->extra);
  out->len = (size_t)(p - out->ptr);
  if (more & MORE_ATTRS) encode_attrs(out, node->attrs);
  e->count++;
}

static void encode(encoder *e, const nt_node *root) {
  size_t start = e->out->len;
  nt_buf_put(e->out, NT_STR("\0\0\0\0"));
  for (const nt_node *node = root;;) {
    encode_node(e, node);
    if (node->first) {
      node = node->first;
      continue;
    }
    while (node != root && !node->next) {
      nt_buf_byte(e->out, END);
      node = node->parent;
    }
    if (node == root) break;
    node = node->next;
  }
  for (int i = 0; i < COUNT_BYTES; i++) e->out->ptr[start + (size_t)i] = (char)(e->count >> 8 * i);
}

void nt_node_encode(const nt_node *root, nt_buf *out) {
  encoder e = {.out = out, .origins = true};
  encode(&e, root);
}

nt_hash nt_node_hash(const nt_node *root) {
  nt_buf bytes = {0};
  encoder e = {.out = &bytes};
  encode(&e, root);
  nt_hash hash = nt_hash_bytes(nt_buf_str(&bytes));
  nt_buf_deinit(&bytes);
  return hash;
}

nt_hash nt_node_encode_hashed(const nt_node *root, nt_buf *out) {
  size_t start = out->len;
  encoder e = {.out = out, .origins = true};
  encode(&e, root);
  if (e.explicit) return nt_node_hash(root);
  return nt_hash_bytes(nt_str_n(out->ptr + start, out->len - start));
}

/* ---- reading ---- */

typedef struct decoder {
  const unsigned char *at, *end;
  nt_arena *arena;
  uint32_t last_origin;
} decoder;

static bool get_varint(decoder *d, uint64_t *out) {
  uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && d->at < d->end; shift += 7) {
    unsigned char byte = *d->at++;
    number |= (uint64_t)(byte & 127) << shift;
    if (byte >= 128) continue;
    *out = number;
    return (byte || !shift) && (shift < 63 || byte <= 1);
  }
  return false;
}

static bool get_str(decoder *d, nt_str *out) {
  uint64_t length;
  if (!get_varint(d, &length) || length > (uint64_t)(d->end - d->at)) return false;
  *out = nt_str_n((const char *)d->at, (size_t)length);
  d->at += length;
  return true;
}

static bool get_byte(decoder *d, unsigned *out) {
  if (d->at == d->end) return false;
  *out = *d->at++;
  return true;
}

static bool decode_attrs(decoder *d, nt_attr **link) {
  uint64_t count;
  if (!get_varint(d, &count) || count == 0 || count > (uint64_t)(d->end - d->at)) return false;
  for (; count; count--) {
    nt_attr *attr = NT_NEW(d->arena, nt_attr);
    if (!get_str(d, &attr->name) || !get_str(d, &attr->value)) return false;
    *link = attr;
    link = &attr->next;
  }
  return true;
}

static bool decode_small(decoder *d, unsigned more, nt_node *node) {
  unsigned flags = 0;
  uint64_t number = 0, origin = 0;
  if (more & MORE_FLAGS && (!get_byte(d, &flags) || flags == 0)) return false;
  if (more & MORE_NUMBER && (!get_varint(d, &number) || number == 0 || number > UINT32_MAX)) return false;
  if (more & MORE_ORIGIN) {
    if (!get_varint(d, &origin) || origin > UINT32_MAX || origin == (uint64_t)d->last_origin + 1) return false;
    node->origin = (uint32_t)origin;
  }
  node->flags = (uint8_t)flags;
  node->number = (int32_t)nt_unzigzag(number);
  return true;
}

/* Everything but its place in the tree. */
static bool decode_node(decoder *d, unsigned head, nt_node *node) {
  unsigned more = 0;
  *node = (nt_node){.type = (uint8_t)(head & TYPE_MASK), .origin = d->last_origin + 1};
  if (node->type >= NOTIS_NODE_TYPES) return false;
  if (head & HAS_MORE && (!get_byte(d, &more) || more == 0 || more > MORE_ALL || !decode_small(d, more, node)))
    return false;
  if (head & HAS_TEXT && (!get_str(d, &node->text) || node->text.len == 0)) return false;
  if (more & MORE_EXTRA && (!get_str(d, &node->extra) || node->extra.len == 0)) return false;
  if (more & MORE_ATTRS && !decode_attrs(d, &node->attrs)) return false;
  if (node->origin) d->last_origin = node->origin;
  return !(head & HAS_CHILDREN) || nt_node_is_container(node);
}

static void adopt(nt_node *parent, nt_node *child) {
  child->parent = parent;
  child->prev = parent->last;
  if (parent->last)
    parent->last->next = child;
  else
    parent->first = child;
  parent->last = child;
}

/* `nodes` has room for `count`; the open parents are found through their own parent pointers. */
static bool decode(decoder *d, nt_node *nodes, size_t count) {
  nt_node *parent = NULL;
  for (size_t used = 0; used < count;) {
    unsigned head;
    if (!get_byte(d, &head)) return false;
    if (head == END) {
      if (!parent || !parent->first) return false;
      parent = parent->parent;
      continue;
    }
    if (used && !parent) return false;
    nt_node *node = &nodes[used++];
    if (!decode_node(d, head, node)) return false;
    if (parent) adopt(parent, node);
    if (head & HAS_CHILDREN) parent = node;
  }
  for (; parent; parent = parent->parent) {
    unsigned head;
    if (!parent->first || !get_byte(d, &head) || head != END) return false;
  }
  return d->at == d->end;
}

nt_node *nt_node_decode(nt_str bytes, nt_arena *arena) {
  if (bytes.len < COUNT_BYTES) return NULL;
  decoder d = {.at = (const unsigned char *)bytes.ptr, .arena = arena};
  d.end = d.at + bytes.len;
  size_t count = 0;
  for (int i = 0; i < COUNT_BYTES; i++) count |= (size_t)*d.at++ << 8 * i;
  if (count == 0 || count > bytes.len - COUNT_BYTES) return NULL;
  nt_node *nodes = nt_arena_alloc(arena, count * sizeof *nodes);
  return decode(&d, nodes, count) ? nodes : NULL;
}

/* ---- positions ---- */

/* Each is four numbers: the line as a difference from the one before; the column, as a difference on the same line;
 * then 0, or 1 + the zig-zag of text_line - line and the text's column. */

static uint32_t column_base(const nt_node_pos *before, uint32_t line) {
  return line == before->line ? before->column : 0;
}

void nt_node_positions_encode(const nt_node_pos *positions, size_t count, nt_buf *out) {
  nt_node_pos before = {0};
  for (size_t i = 0; i < count; i++) {
    const nt_node_pos *pos = &positions[i];
    nt_buf_reserve(out, 4 * LONGEST_VARINT);
    char *p = put_varint(out->ptr + out->len, nt_zigzag((int64_t)pos->line - before.line));
    p = put_varint(p, nt_zigzag((int64_t)pos->column - column_base(&before, pos->line)));
    p = put_varint(p, pos->text_line ? 1 + nt_zigzag((int64_t)pos->text_line - pos->line) : 0);
    if (pos->text_line) p = put_varint(p, pos->text_column);
    out->len = (size_t)(p - out->ptr);
    before = *pos;
  }
}

static bool next_position(decoder *d, nt_node_pos *pos) {
  uint64_t line, column, text_line, text_column = 0;
  if (!get_varint(d, &line) || !get_varint(d, &column) || !get_varint(d, &text_line)) return false;
  if (text_line && !get_varint(d, &text_column)) return false;
  uint32_t now = pos->line + (uint32_t)nt_unzigzag(line);
  pos->column = column_base(pos, now) + (uint32_t)nt_unzigzag(column);
  pos->line = now;
  pos->text_line = text_line ? now + (uint32_t)nt_unzigzag(text_line - 1) : 0;
  pos->text_column = (uint32_t)text_column;
  return true;
}

bool nt_node_position_find(nt_str encoded, uint32_t origin, nt_node_pos *out) {
  decoder d = {.at = (const unsigned char *)encoded.ptr};
  if (origin == 0 || encoded.len == 0) return false;
  d.end = d.at + encoded.len;
  nt_node_pos pos = {0};
  for (; origin; origin--)
    if (!next_position(&d, &pos)) return false;
  *out = pos;
  return true;
}
