/* Trees for the tests of the node model. */
#ifndef NOTIS_TESTS_TREES_H
#define NOTIS_TESTS_TREES_H

#include "model/node.h"

#include "support.h"

static inline nt_node *tree_add(nt_arena *arena, nt_node *parent, notis_node_type type, const char *text) {
  nt_node *node = nt_node_new(arena, type);
  node->text = nt_str_c(text);
  nt_node_append(parent, node);
  return node;
}

/* document > (heading > text), (paragraph > text, strong > text, image > text), (list > item > paragraph > text), rule
 */
static inline nt_node *tree_small(nt_arena *arena) {
  nt_node *root = nt_node_new(arena, NOTIS_NODE_DOCUMENT);
  nt_node *heading = tree_add(arena, root, NOTIS_NODE_HEADING, NULL);
  heading->number = 2;
  nt_node_set_attr(heading, arena, NT_STR("id"), NT_STR("rubrik"));
  nt_node_set_attr(heading, arena, NT_STR("class"), NT_STR("a b"));
  tree_add(arena, heading, NOTIS_NODE_TEXT, "Rubrik");
  nt_node *paragraph = tree_add(arena, root, NOTIS_NODE_PARAGRAPH, NULL);
  tree_add(arena, paragraph, NOTIS_NODE_TEXT, "En ");
  tree_add(arena, tree_add(arena, paragraph, NOTIS_NODE_STRONG, NULL), NOTIS_NODE_TEXT, "stark");
  nt_node *image = tree_add(arena, paragraph, NOTIS_NODE_IMAGE, "a.png");
  image->extra = NT_STR("Titel");
  tree_add(arena, image, NOTIS_NODE_TEXT, "Bild");
  nt_node *list = tree_add(arena, root, NOTIS_NODE_LIST, NULL);
  list->number = -7;
  list->flags = NOTIS_FLAG_ORDERED | NOTIS_FLAG_TIGHT;
  nt_node *item = tree_add(arena, list, NOTIS_NODE_ITEM, NULL);
  tree_add(arena, tree_add(arena, item, NOTIS_NODE_PARAGRAPH, NULL), NOTIS_NODE_TEXT, "Punkt");
  tree_add(arena, root, NOTIS_NODE_THEMATIC_BREAK, NULL);
  return root;
}

/* Origins as a parse gives them. */
static inline void tree_number(nt_node *root) {
  uint32_t origin = 0;
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);)
    if (w.entering) w.node->origin = ++origin;
}

static inline nt_node *tree_deep(nt_arena *arena, size_t depth) {
  nt_node *root = nt_node_new(arena, NOTIS_NODE_DOCUMENT), *at = root;
  for (size_t i = 0; i < depth; i++) at = tree_add(arena, at, NOTIS_NODE_QUOTE, NULL);
  tree_add(arena, tree_add(arena, at, NOTIS_NODE_PARAGRAPH, NULL), NOTIS_NODE_TEXT, "botten");
  tree_number(root);
  return root;
}

/* "document(heading(text:Rubrik) …)" */
static inline void tree_print(const nt_node *root, nt_buf *out) {
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    if (!w.entering) {
      nt_buf_byte(out, ')');
      continue;
    }
    if (out->len && out->ptr[out->len - 1] != '(') nt_buf_byte(out, ' ');
    nt_buf_c(out, nt_node_type_name((notis_node_type)w.node->type));
    if (w.node->text.len) nt_buf_format(out, ":%.*s", NT_FMT(w.node->text));
    if (nt_node_is_container(w.node)) nt_buf_byte(out, '(');
  }
}

static inline void assert_tree(const nt_node *root, const char *expected) {
  nt_buf out = {0};
  tree_print(root, &out);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr, expected);
  nt_buf_deinit(&out);
}

/* Both directions of every link agree. */
static inline void assert_sound(const nt_node *root) {
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    if (!w.entering) continue;
    assert_true(w.node->type < NOTIS_NODE_TYPES);
    const nt_node *before = NULL;
    for (const nt_node *child = w.node->first; child; before = child, child = child->next) {
      assert_ptr_equal(child->parent, w.node);
      assert_ptr_equal(child->prev, before);
    }
    assert_ptr_equal(w.node->last, before);
  }
}

#endif
