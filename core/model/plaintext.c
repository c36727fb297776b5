#include "model/node.h"

/* White space is held back until something follows it, so that none stands first, last or twice. */
typedef struct speech {
  nt_buf *out;
  size_t start;
  bool space;
} speech;

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static void say(speech *s, nt_str text) {
  size_t at = 0;
  while (at < text.len) {
    size_t from = at;
    while (at < text.len && !is_space(text.ptr[at])) at++;
    if (at > from) {
      if (s->space && s->out->len > s->start) nt_buf_byte(s->out, ' ');
      s->space = false;
      nt_buf_put(s->out, nt_str_sub(text, from, at));
    }
    while (at < text.len && is_space(text.ptr[at])) {
      s->space = true;
      at++;
    }
  }
}

void nt_node_plain_text(const nt_node *node, nt_buf *out) {
  speech s = {out, out->len, false};
  for (nt_walk w = nt_walk_start(node); nt_walk_next(&w);) {
    if (nt_node_is_block(w.node)) s.space = true;
    switch (w.node->type) {
    case NOTIS_NODE_TEXT:
    case NOTIS_NODE_CODE:
    case NOTIS_NODE_CODE_BLOCK: say(&s, w.node->text); break;
    case NOTIS_NODE_SOFT_BREAK:
    case NOTIS_NODE_LINE_BREAK: s.space = true; break;
    default: break;
    }
    if (w.node->type == NOTIS_NODE_CODE_BLOCK) s.space = true;
  }
}
