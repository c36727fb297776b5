#include "text/shortcode.h"

#include "base/buf.h"
#include "base/vec.h"

/* A shortcode may be spread over several nodes, since quotes and angle brackets end a text: what is looked through is
 * the text of a whole block. */
typedef struct part {
  size_t start;
  const nt_node *node;
} part;

typedef struct finder {
  nt_arena *arena;
  nt_buf text;
  NT_VEC(part) parts;
  nt_shortcode *found;
  size_t count;
} finder;

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_of_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '/';
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

/* The name of the shortcode that begins at `at`; empty if none does. An example of one has a comment mark before its
 * name, and so is none. */
static nt_str name_at(nt_str text, size_t at) {
  nt_str none = nt_str_n("", 0);
  char mark = at + 2 < text.len ? text.ptr[at + 2] : '\0';
  if (text.ptr[at + 1] != '{' || (mark != '<' && mark != '%')) return none;
  for (at += 3; at < text.len && is_space(text.ptr[at]);) at++;
  size_t end = at;
  while (end < text.len && is_of_name(text.ptr[end])) end++;
  if (end == at || end == text.len || !is_letter(text.ptr[at])) return none;
  char next = text.ptr[end];
  if (!is_space(next) && next != (mark == '<' ? '>' : '%')) return none;
  while (text.ptr[end - 1] == '/') end--;
  return nt_str_sub(text, at, end);
}

static void note_place(const finder *f, size_t at, nt_shortcode *out) {
  size_t i = f->parts.len;
  while (i > 1 && f->parts.items[i - 1].start > at) i--;
  if (!i) return;
  const part *p = &f->parts.items[i - 1];
  size_t line = p->start;
  for (size_t b = p->start; b < at; b++)
    if (f->text.ptr[b] == '\n') {
      out->lines++;
      line = b + 1;
    }
  out->origin = p->node->origin;
  out->bytes = (uint32_t)(at - line);
}

static void note(finder *f, nt_str name, size_t at) {
  for (size_t i = 0; i < f->count; i++)
    if (nt_str_eq(f->found[i].name, name)) {
      f->found[i].count++;
      return;
    }
  if (f->count == NT_SHORTCODES) return;
  if (!f->found) f->found = NT_NEW_N(f->arena, nt_shortcode, NT_SHORTCODES);
  nt_shortcode *s = &f->found[f->count++];
  *s = (nt_shortcode){.name = nt_arena_str(f->arena, name), .count = 1};
  note_place(f, at, s);
}

static void end_block(finder *f) {
  nt_str text = nt_buf_str(&f->text);
  for (size_t at = 0; at + 1 < text.len; at++) {
    nt_str name = text.ptr[at] == '{' ? name_at(text, at) : nt_str_n("", 0);
    if (name.len) note(f, name, at);
  }
  nt_buf_clear(&f->text);
  f->parts.len = 0;
}

static void enter(finder *f, const nt_node *node) {
  switch (node->type) {
  case NOTIS_NODE_TEXT:
  case NOTIS_NODE_RAW_INLINE:
  case NOTIS_NODE_RAW_BLOCK:
    nt_push(&f->parts, ((part){f->text.len, node}));
    nt_buf_put(&f->text, node->text);
    break;
  case NOTIS_NODE_SOFT_BREAK:
  case NOTIS_NODE_LINE_BREAK: nt_buf_byte(&f->text, '\n'); break;
  case NOTIS_NODE_CODE: nt_buf_byte(&f->text, '\0'); break;
  default: break;
  }
}

nt_shortcode *nt_shortcodes_find(const nt_node *body, nt_arena *arena, size_t *count) {
  finder f = {.arena = arena};
  for (nt_walk w = nt_walk_start(body); nt_walk_next(&w);) {
    if (nt_node_is_block(w.node)) end_block(&f);
    if (w.entering) enter(&f, w.node);
  }
  end_block(&f);
  nt_buf_deinit(&f.text);
  nt_vec_deinit(&f.parts);
  *count = f.count;
  return f.found;
}
