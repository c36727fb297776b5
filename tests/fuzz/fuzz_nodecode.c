/* Encoded trees: damaged bytes give no tree; what does is sound, is the only encoding of itself, and can be cloned,
 * hashed and written. The first byte of the input is the count of nodes, so that the samples can
 * be terminated. They encode a small tree, one that a hook has rearranged, a table, footnotes, deep quotes. */
#include "model/nodecode.h"
#include "text/headings.h"
#include "text/html.h"

#include <stdlib.h>

extern const char *const nt_fuzz_samples[];

const char *const nt_fuzz_samples[] = {
    "\016\200\242\022\004\002\002\151\144\006\162\165\142\162\151\153\005\143\154\141\163\163\003\141\040\142\122\006"
    "\122\165\142\162\151\153\037\201\122\003\105\156\040\227\122\005\163\164\141\162\153\037\372\010\005\141\056\160"
    "\156\147\005\124\151\164\145\154\122\004\102\151\154\144\037\037\243\003\003\015\204\201\122\005\120\165\156\153"
    "\164\037\037\037\007\037",
    "\016\200\241\004\004\122\003\105\156\040\227\122\005\163\164\141\162\153\037\372\010\005\141\056\160\156\147\005"
    "\124\151\164\145\154\122\004\102\151\154\144\037\037\243\003\003\015\204\201\122\005\120\165\156\153\164\037\037"
    "\037\047\004\115\242\026\004\002\002\002\151\144\006\162\165\142\162\151\153\005\143\154\141\163\163\003\141\040"
    "\142\122\006\122\165\142\162\151\153\037\037",
    "\014\200\210\251\001\040\252\002\002\122\001\170\037\252\002\004\122\001\170\037\037\211\252\002\002\122\001\170"
    "\037\252\002\004\122\001\170\037\037\037\037",
    "\007\200\201\173\012\002\001\156\001\061\173\012\002\001\156\001\062\037\360\002\002\001\156\201\125\001\143\037"
    "\037\037",
    "\041\200\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205\205"
    "\205\205\205\205\201\122\006\142\157\164\164\145\156\037\037\037\037\037\037\037\037\037\037\037\037\037\037\037"
    "\037\037\037\037\037\037\037\037\037\037\037\037\037\037\037\037\037",
    NULL,
};

static void require(bool truth) {
  if (!truth) abort();
}

static void check_links(const nt_node *root) {
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    if (!w.entering) continue;
    require(w.node->type < NOTIS_NODE_TYPES);
    require(!w.node->first || nt_node_is_container(w.node));
    for (const nt_node *child = w.node->first; child; child = child->next) {
      require(child->parent == w.node);
      require(child->next ? child->next->prev == child : w.node->last == child);
    }
  }
}

static void check_tree(nt_str bytes, nt_node *root, nt_arena *arena) {
  nt_buf out = {0};
  check_links(root);
  nt_node_encode(root, &out);
  require(nt_str_eq(nt_buf_str(&out), bytes));
  nt_node *clone = nt_node_clone(root, arena);
  require(nt_node_hash(clone) == nt_node_hash(root));
  nt_buf_clear(&out);
  nt_node_plain_text(root, &out);
  nt_heading_ids(clone, arena);
  nt_html_write(clone, NULL, &out);
  nt_buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  nt_arena *arena = nt_arena_new();
  nt_buf bytes = {0};
  nt_node_pos pos;
  nt_buf_put(&bytes, nt_str_n((const char[]){(char)data[0], 0, 0, 0}, 4));
  nt_buf_put(&bytes, nt_str_n((const char *)data + 1, size - 1));
  nt_node *root = nt_node_decode(nt_buf_str(&bytes), arena);
  if (root) check_tree(nt_buf_str(&bytes), root, arena);
  for (uint32_t origin = 0; origin < 8; origin++)
    nt_node_position_find(nt_str_n((const char *)data, size), origin, &pos);
  nt_buf_deinit(&bytes);
  nt_arena_free(arena);
  return 0;
}
