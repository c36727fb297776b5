#include "text/headings.h"

#include "../model/trees.h"

static int setup(void **state) {
  return (*state = nt_arena_new()) ? 0 : -1;
}

static int teardown(void **state) {
  nt_arena_free(*state);
  return 0;
}

static nt_node *heading(nt_arena *arena, nt_node *root, const char *text) {
  nt_node *node = tree_add(arena, root, NOTIS_NODE_HEADING, NULL);
  node->number = 2;
  if (*text) tree_add(arena, node, NOTIS_NODE_TEXT, text);
  return node;
}

static void assert_id(const nt_node *node, const char *expected) {
  nt_str id = nt_node_attr(node, NT_STR("id"));
  assert_non_null(id.ptr);
  assert_string_equal(id.ptr, expected);
}

static void headings_get_slugs(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT);
  nt_node *a = heading(*state, root, "Västerbottens mål");
  nt_node *quote = tree_add(*state, root, NOTIS_NODE_QUOTE, NULL), *b = heading(*state, quote, "Så ");
  tree_add(*state, tree_add(*state, b, NOTIS_NODE_EMPHASIS, NULL), NOTIS_NODE_CODE, "gick det");
  nt_heading_ids(root, *state);
  assert_id(a, "vasterbottens-mal");
  assert_id(b, "sa-gick-det");
}

static void ids_are_unique(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT), *h[7];
  static const char *const texts[] = {"Mål", "Mål", "Mål 3", "Mål", "Mål", "", "?!"};
  static const char *const ids[] = {"mal", "mal-2", "mal-3", "mal-4", "mal-5", "section", "section-2"};
  for (int i = 0; i < 7; i++) h[i] = heading(*state, root, texts[i]);
  nt_heading_ids(root, *state);
  for (int i = 0; i < 7; i++) assert_id(h[i], ids[i]);
}

static void given_ids_stay(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT);
  nt_node *first = heading(*state, root, "Om oss"), *given = heading(*state, root, "Annat");
  nt_node *span = tree_add(*state, first, NOTIS_NODE_SPAN, NULL);
  nt_node_set_attr(given, *state, NT_STR("id"), NT_STR("om-oss"));
  nt_node_set_attr(span, *state, NT_STR("id"), NT_STR("om-oss-2"));
  nt_heading_ids(root, *state);
  nt_heading_ids(root, *state);
  assert_id(given, "om-oss");
  assert_id(first, "om-oss-3");
}

static void footnotes_keep_theirs(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT);
  nt_node *a = heading(*state, root, "fn 1"), *b = heading(*state, root, "fnref 1");
  nt_node *c = heading(*state, root, "fnref 1 2");
  nt_node *reference = tree_add(*state, a, NOTIS_NODE_FOOTNOTE_REFERENCE, "1");
  reference->extra = NT_STR("1");
  tree_add(*state, b, NOTIS_NODE_FOOTNOTE_REFERENCE, "1")->extra = NT_STR("2");
  tree_add(*state, root, NOTIS_NODE_FOOTNOTE_DEFINITION, "1");
  nt_heading_ids(root, *state);
  assert_id(a, "fn-1-2");
  assert_id(b, "fnref-1-3"); /* -2 is the second reference's */
  assert_id(c, "fnref-1-2-2");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {TEST(headings_get_slugs), TEST(ids_are_unique), TEST(given_ids_stay),
                                     TEST(footnotes_keep_theirs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
