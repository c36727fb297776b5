#include "text/shortcode.h"

#include "../model/trees.h"

static int setup(void **state) {
  return (*state = nt_arena_new()) ? 0 : -1;
}

static int teardown(void **state) {
  nt_arena_free(*state);
  return 0;
}

static nt_node *paragraph(nt_arena *arena, nt_node *root, const char *text) {
  nt_node *p = tree_add(arena, root, NOTIS_NODE_PARAGRAPH, NULL);
  if (text) tree_add(arena, p, NOTIS_NODE_TEXT, text);
  return p;
}

static void assert_one(nt_arena *arena, const char *text, const char *name) {
  nt_node *root = nt_node_new(arena, NOTIS_NODE_DOCUMENT);
  size_t count;
  paragraph(arena, root, text);
  nt_shortcode *found = nt_shortcodes_find(root, arena, &count);
  assert_int_equal(count, name ? 1 : 0);
  if (name) assert_true(nt_str_eq(found[0].name, nt_str_c(name)));
}

static void what_is_one(void **state) {
  assert_one(*state, "{{< img src=\"x\" >}}", "img");
  assert_one(*state, "{{<img>}}", "img");
  assert_one(*state, "{{% note %}}", "note");
  assert_one(*state, "a {{< img-right\nsrc >}}", "img-right");
  assert_one(*state, "{{< hextra/card />}}", "hextra/card");
  assert_one(*state, "{{< year/>}}", "year");
}

static void what_is_none(void **state) {
  assert_one(*state, "{{< /note >}}", NULL);
  assert_one(*state, "{{</* note */>}}", NULL);
  assert_one(*state, "{{ title }}", NULL);
  assert_one(*state, "{{< 5 > 3 }}", NULL);
  assert_one(*state, "{{<", NULL);
  assert_one(*state, "{{< note", NULL);
  assert_one(*state, "{{< note%}}", NULL);
  assert_one(*state, "[note]text[/note]", NULL);
  assert_one(*state, "{ {< note >} }", NULL);
}

/* Quotes and brackets end a text node; a line break is a node of its own. */
static void over_several_nodes(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT), *p = paragraph(*state, root, "Se {{");
  size_t count;
  root->first->first->origin = 7;
  tree_add(*state, p, NOTIS_NODE_TEXT, "<")->origin = 8;
  tree_add(*state, p, NOTIS_NODE_SOFT_BREAK, NULL);
  tree_add(*state, p, NOTIS_NODE_TEXT, "kort ")->origin = 9;
  tree_add(*state, tree_add(*state, p, NOTIS_NODE_EMPHASIS, NULL), NOTIS_NODE_TEXT, ">}} och {{< kort >}}");
  nt_shortcode *found = nt_shortcodes_find(root, *state, &count);
  assert_int_equal(count, 1);
  assert_int_equal(found[0].count, 2);
  assert_int_equal(found[0].origin, 7);
  assert_int_equal(found[0].bytes, 3);
  assert_int_equal(found[0].lines, 0);
}

static void code_is_not_looked_at(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT), *p = paragraph(*state, root, "{{< ");
  size_t count;
  tree_add(*state, p, NOTIS_NODE_CODE, "{{< img >}}");
  tree_add(*state, p, NOTIS_NODE_TEXT, "img >}}");
  tree_add(*state, root, NOTIS_NODE_CODE_BLOCK, "{{< img >}}\n");
  assert_null(nt_shortcodes_find(root, *state, &count));
  assert_int_equal(count, 0);
}

/* Two blocks are never read as one; HTML that stands as it is may hold one, at its own line. */
static void blocks(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT);
  size_t count;
  paragraph(*state, root, "{{<");
  paragraph(*state, root, "img >}}");
  nt_node *html = tree_add(*state, root, NOTIS_NODE_RAW_BLOCK, "<div>\nå {{< tal 1 >}}\n</div>\n{{< tal 2 >}}\n");
  html->origin = 4;
  nt_shortcode *found = nt_shortcodes_find(root, *state, &count);
  assert_int_equal(count, 1);
  assert_true(nt_str_eq(found[0].name, NT_STR("tal")));
  assert_int_equal(found[0].count, 2);
  assert_int_equal(found[0].origin, 4);
  assert_int_equal(found[0].lines, 1);
  assert_int_equal(found[0].bytes, 3); /* å is two */
}

static void no_more_names_than_the_limit(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT);
  size_t count;
  for (int i = 0; i < 3 * NT_SHORTCODES; i++)
    paragraph(*state, root, nt_arena_format(*state, "{{< a%d >}}%c", i, '\0').ptr);
  nt_shortcode *found = nt_shortcodes_find(root, *state, &count);
  assert_int_equal(count, NT_SHORTCODES);
  assert_true(nt_str_eq(found[NT_SHORTCODES - 1].name, NT_STR("a63")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_one),
      cmocka_unit_test(what_is_none),
      cmocka_unit_test(over_several_nodes),
      cmocka_unit_test(code_is_not_looked_at),
      cmocka_unit_test(blocks),
      cmocka_unit_test(no_more_names_than_the_limit),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
