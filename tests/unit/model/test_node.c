#include "trees.h"

static const char *const small =
    "document(heading(text:Rubrik) paragraph(text:En  strong(text:stark) image:a.png(text:Bild)) "
    "list(item(paragraph(text:Punkt))) thematic_break)";

static int setup(void **state) {
  return (*state = nt_arena_new()) ? 0 : -1;
}

static int teardown(void **state) {
  nt_arena_free(*state);
  return 0;
}

static void walk_enters_and_leaves(void **state) {
  nt_node *root = tree_small(*state);
  assert_tree(root, small);
  assert_sound(root);
  size_t entered = 0, left = 0;
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) w.entering ? entered++ : left++;
  assert_int_equal(entered, 14);
  assert_int_equal(left, 8); /* document, heading, 2 paragraphs, strong, image, list, item */
}

static void walk_of_an_empty_container(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_PARAGRAPH);
  assert_tree(root, "paragraph()");
  assert_tree(nt_node_new(*state, NOTIS_NODE_SOFT_BREAK), "soft_break");
}

static void walk_stays_below_its_root(void **state) {
  nt_node *root = tree_small(*state);
  assert_tree(root->first->next, "paragraph(text:En  strong(text:stark) image:a.png(text:Bild))");
}

static void walk_skips(void **state) {
  nt_node *root = tree_small(*state);
  nt_buf seen = {0};
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    nt_buf_format(&seen, "%c%d ", w.entering ? '+' : '-', w.node->type);
    if (w.entering && w.node->type != NOTIS_NODE_DOCUMENT) nt_walk_skip(&w);
  }
  nt_buf_byte(&seen, '\0');
  assert_string_equal(seen.ptr, "+0 +2 -2 +1 -1 +3 -3 +7 -0 ");
  nt_buf_deinit(&seen);
}

static void walk_survives_unlinking(void **state) {
  nt_node *root = tree_small(*state);
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    bool leaf_text = w.entering && w.node->type == NOTIS_NODE_TEXT && w.node->text.ptr[0] == 'E';
    if (leaf_text || (!w.entering && w.node->type == NOTIS_NODE_STRONG) ||
        (!w.entering && w.node->type == NOTIS_NODE_LIST) || w.node->type == NOTIS_NODE_THEMATIC_BREAK)
      nt_node_unlink(w.node);
  }
  assert_tree(root, "document(heading(text:Rubrik) paragraph(image:a.png(text:Bild)))");
  assert_sound(root);
}

static void walk_sees_children_given_while_entering(void **state) {
  nt_node *root = tree_small(*state);
  size_t seen = 0;
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    if (w.entering && w.node->type == NOTIS_NODE_STRONG) {
      nt_node_unlink(w.node->first);
      tree_add(*state, w.node, NOTIS_NODE_CODE, "ny");
    }
    seen += w.entering && w.node->type == NOTIS_NODE_CODE;
  }
  assert_int_equal(seen, 1);
  assert_tree(root->first->next, "paragraph(text:En  strong(code:ny) image:a.png(text:Bild))");
}

static void surgery_moves_nodes(void **state) {
  nt_node *root = tree_small(*state), *heading = root->first, *list = root->last->prev;
  nt_node_append(root, heading);
  nt_node_prepend(root, list);
  nt_node_insert_before(list, root->last->prev);
  assert_tree(root, "document(thematic_break list(item(paragraph(text:Punkt))) "
                    "paragraph(text:En  strong(text:stark) image:a.png(text:Bild)) heading(text:Rubrik))");
  nt_node *paragraph = heading->prev;
  nt_node_insert_after(paragraph->first, paragraph->last);
  assert_tree(paragraph, "paragraph(text:En  image:a.png(text:Bild) strong(text:stark))");
  nt_node_insert_after(paragraph->last, paragraph->first);
  nt_node_replace(paragraph->first, paragraph->last);
  assert_tree(paragraph, "paragraph(text:En  strong(text:stark))");
  nt_node_replace(list, heading);
  assert_tree(root, "document(thematic_break heading(text:Rubrik) paragraph(text:En  strong(text:stark)))");
  assert_null(list->parent);
  assert_sound(root);
}

static void surgery_on_itself_changes_nothing(void **state) {
  nt_node *root = tree_small(*state);
  nt_node_insert_before(root->first, root->first);
  nt_node_insert_after(root->last, root->last);
  nt_node_replace(root->first, root->first);
  nt_node_append(root, root->last);
  nt_node_prepend(root, root->first);
  assert_tree(root, small);
  assert_sound(root);
  nt_node_unlink(root);
  assert_tree(root, small);
}

static void contains(void **state) {
  nt_node *root = tree_small(*state), *text = root->first->first;
  assert_true(nt_node_contains(root, text));
  assert_true(nt_node_contains(text, text));
  assert_false(nt_node_contains(text, root));
  assert_false(nt_node_contains(root->last, text));
}

static void clone_shares_nothing(void **state) {
  nt_arena *other = nt_arena_new();
  nt_node *root = tree_small(other);
  tree_number(root);
  nt_node *copy = nt_node_clone(root, *state);
  nt_node *part = nt_node_clone(root->first->next, *state);
  nt_arena_free(other);
  assert_tree(copy, small);
  assert_tree(part, "paragraph(text:En  strong(text:stark) image:a.png(text:Bild))");
  assert_null(part->parent);
  assert_null(part->next);
  assert_sound(copy);
  assert_int_equal(copy->first->number, 2);
  assert_int_equal(copy->first->origin, 2);
  assert_int_equal(copy->last->prev->flags, NOTIS_FLAG_ORDERED | NOTIS_FLAG_TIGHT);
  assert_true(nt_str_eq(nt_node_attr(copy->first, NT_STR("class")), NT_STR("a b")));
  assert_true(nt_str_eq(copy->first->next->last->extra, NT_STR("Titel")));
}

static void attributes(void **state) {
  nt_node *node = nt_node_new(*state, NOTIS_NODE_SPAN);
  assert_null(nt_node_attr(node, NT_STR("id")).ptr);
  nt_node_set_attr(node, *state, NT_STR("id"), NT_STR("a"));
  nt_node_set_attr(node, *state, NT_STR("lang"), NT_STR("sv"));
  nt_node_set_attr(node, *state, NT_STR("id"), NT_STR("b"));
  nt_node_set_attr(node, *state, NT_STR("hidden"), NT_STR(""));
  assert_true(nt_str_eq(nt_node_attr(node, NT_STR("id")), NT_STR("b")));
  assert_non_null(nt_node_attr(node, NT_STR("hidden")).ptr);
  assert_true(nt_str_eq(node->attrs->name, NT_STR("id")));
  nt_node_set_attr(node, *state, NT_STR("id"), nt_str_n(NULL, 0));
  nt_node_set_attr(node, *state, NT_STR("none"), nt_str_n(NULL, 0));
  assert_null(nt_node_attr(node, NT_STR("id")).ptr);
  assert_true(nt_str_eq(node->attrs->name, NT_STR("lang")));
}

static void names_find_their_types(void **state) {
  for (int type = 0; type < NOTIS_NODE_TYPES; type++)
    assert_int_equal(nt_node_type_find(nt_str_c(nt_node_type_name((notis_node_type)type))), type);
  assert_int_equal(nt_node_type_find(NT_STR("code_block")), NOTIS_NODE_CODE_BLOCK);
  assert_int_equal(nt_node_type_find(NT_STR("blink")), NOTIS_NODE_TYPES);
}

static bool may(nt_arena *arena, notis_node_type parent, notis_node_type child) {
  return nt_node_may_hold(nt_node_new(arena, parent), child);
}

static void holding(void **state) {
  assert_true(may(*state, NOTIS_NODE_DOCUMENT, NOTIS_NODE_PARAGRAPH));
  assert_true(may(*state, NOTIS_NODE_PARAGRAPH, NOTIS_NODE_TEXT));
  assert_true(may(*state, NOTIS_NODE_TABLE_ROW, NOTIS_NODE_TABLE_CELL));
  assert_true(may(*state, NOTIS_NODE_FIGURE, NOTIS_NODE_IMAGE));
  assert_false(may(*state, NOTIS_NODE_PARAGRAPH, NOTIS_NODE_PARAGRAPH));
  assert_false(may(*state, NOTIS_NODE_DOCUMENT, NOTIS_NODE_TEXT));
  assert_false(may(*state, NOTIS_NODE_DOCUMENT, NOTIS_NODE_DOCUMENT));
  assert_false(may(*state, NOTIS_NODE_LIST, NOTIS_NODE_PARAGRAPH));
  assert_false(may(*state, NOTIS_NODE_TEXT, NOTIS_NODE_TEXT));
  assert_false(may(*state, NOTIS_NODE_DOCUMENT, NOTIS_NODE_TYPES));
}

static void assert_plain(const nt_node *node, const char *expected) {
  nt_buf out = {0};
  nt_buf_c(&out, "<");
  nt_node_plain_text(node, &out);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr + 1, expected);
  nt_buf_deinit(&out);
}

static void plain_text(void **state) {
  nt_node *root = tree_small(*state), *paragraph = root->first->next;
  assert_plain(root, "Rubrik En starkBild Punkt");
  nt_node_insert_before(paragraph->last, nt_node_new(*state, NOTIS_NODE_SOFT_BREAK));
  tree_add(*state, paragraph, NOTIS_NODE_RAW_INLINE, "<br>");
  tree_add(*state, paragraph, NOTIS_NODE_LINE_BREAK, NULL);
  tree_add(*state, paragraph, NOTIS_NODE_CODE, "x  =\n1");
  tree_add(*state, paragraph, NOTIS_NODE_TEXT, "!");
  nt_node_insert_after(paragraph, nt_node_new(*state, NOTIS_NODE_CODE_BLOCK));
  paragraph->next->text = NT_STR("a\n  b\n");
  assert_plain(root, "Rubrik En stark Bild x = 1! a b Punkt");
  assert_plain(nt_node_new(*state, NOTIS_NODE_DOCUMENT), "");
}

static void depth_does_not_matter(void **state) {
  nt_node *root = nt_node_clone(tree_deep(*state, 100000), *state);
  assert_plain(root, "botten");
  size_t depth = 0, deepest = 0;
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    depth += w.entering ? 1 : (size_t)-1;
    if (depth > deepest) deepest = depth;
  }
  assert_int_equal(deepest, 100003);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(walk_enters_and_leaves),
      TEST(walk_of_an_empty_container),
      TEST(walk_stays_below_its_root),
      TEST(walk_skips),
      TEST(walk_survives_unlinking),
      TEST(walk_sees_children_given_while_entering),
      TEST(surgery_moves_nodes),
      TEST(surgery_on_itself_changes_nothing),
      TEST(contains),
      TEST(clone_shares_nothing),
      TEST(attributes),
      TEST(names_find_their_types),
      TEST(holding),
      TEST(plain_text),
      TEST(depth_does_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
