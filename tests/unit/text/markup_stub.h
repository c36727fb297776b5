/* The document model has tests of its own: in these, markup is whatever text the two functions below give. They are
 * weak, so that the real ones stand where both are linked. */
#ifndef NOTIS_TESTS_MARKUP_STUB_H
#define NOTIS_TESTS_MARKUP_STUB_H

#include "model/nodecode.h"

__attribute__((weak)) nt_node *nt_node_decode(nt_str bytes, nt_arena *arena) {
  nt_node *node = NT_NEW(arena, nt_node);
  node->text = bytes;
  return node;
}

__attribute__((weak)) void nt_node_plain_text(const nt_node *node, nt_buf *out) {
  nt_buf_put(out, node->text);
}

#endif
