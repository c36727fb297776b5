#include "text/html.h"

#include "../model/trees.h"

/* What CommonMark and GFM have examples of is tested there (tests/conformance); here stands the rest. */

static int setup(void **state) {
  return (*state = nt_arena_new()) ? 0 : -1;
}

static int teardown(void **state) {
  nt_arena_free(*state);
  return 0;
}

static void assert_html(const nt_node *node, const nt_html_options *options, const char *expected) {
  nt_buf out = {0};
  nt_buf_c(&out, "x"); /* what stands there already is no part of it */
  nt_html_write(node, options, &out);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr + 1, expected);
  nt_buf_deinit(&out);
}

static void attr(nt_arena *arena, nt_node *node, const char *name, const char *value) {
  nt_node_set_attr(node, arena, nt_str_c(name), nt_str_c(value));
}

static void attributes_are_written(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT), *p = tree_add(*state, root, NOTIS_NODE_PARAGRAPH, NULL);
  attr(*state, p, "id", "a");
  attr(*state, p, "class", "\"b\" & <c>");
  attr(*state, p, "hidden", "");
  attr(*state, tree_add(*state, p, NOTIS_NODE_TEXT, "Hello"), "lang", "en");
  attr(*state, tree_add(*state, p, NOTIS_NODE_LINE_BREAK, NULL), "class", "br");
  attr(*state, tree_add(*state, p, NOTIS_NODE_CODE, "1<2"), "class", "c");
  attr(*state, tree_add(*state, root, NOTIS_NODE_THEMATIC_BREAK, NULL), "class", "hr");
  assert_html(root, NULL,
              "<p id=\"a\" class=\"&quot;b&quot; &amp; &lt;c&gt;\" hidden=\"\"><span lang=\"en\">Hello</span>"
              "<br class=\"br\" />\n<code class=\"c\">1&lt;2</code></p>\n<hr class=\"hr\" />\n");
  attr(*state, root, "lang", "sv");
  nt_node_unlink(p);
  assert_html(root, NULL, "<div lang=\"sv\">\n<hr class=\"hr\" />\n</div>\n");
}

static void attributes_cannot_break_out(void **state) {
  nt_node *p = nt_node_new(*state, NOTIS_NODE_SPAN);
  attr(*state, p, "a><script", "1");
  attr(*state, p, "a b", "2");
  attr(*state, p, "", "3");
  attr(*state, p, "9", "4");
  attr(*state, p, "data-x", "5");
  attr(*state, p, "xml:lang", "6");
  assert_html(p, NULL, "<span data-x=\"5\" xml:lang=\"6\"></span>");
}

static void a_nodes_own_attributes_win(void **state) {
  nt_node *link = nt_node_new(*state, NOTIS_NODE_LINK), *image = tree_add(*state, link, NOTIS_NODE_IMAGE, "i.png");
  link->text = NT_STR("/a");
  attr(*state, link, "href", "/b");
  attr(*state, link, "title", "T");
  attr(*state, image, "alt", "no");
  attr(*state, image, "src", "no");
  attr(*state, image, "width", "80");
  assert_html(link, NULL, "<a href=\"/a\" title=\"T\"><img src=\"i.png\" alt=\"\" width=\"80\" /></a>");
  link->extra = NT_STR("U");
  assert_html(link, NULL, "<a href=\"/a\" title=\"U\"><img src=\"i.png\" alt=\"\" width=\"80\" /></a>");
}

static void figures(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT), *figure = tree_add(*state, root, NOTIS_NODE_FIGURE, NULL);
  nt_node *image = tree_add(*state, figure, NOTIS_NODE_IMAGE, "a b.jpg");
  tree_add(*state, image, NOTIS_NODE_TEXT, "En <bild>");
  nt_node *caption = tree_add(*state, figure, NOTIS_NODE_CAPTION, NULL);
  tree_add(*state, caption, NOTIS_NODE_TEXT, "Text ");
  nt_node *credit = tree_add(*state, caption, NOTIS_NODE_CREDIT, NULL);
  tree_add(*state, credit, NOTIS_NODE_TEXT, "Foto: Å");
  attr(*state, credit, "class", "liten");
  assert_html(root, NULL,
              "<figure>\n<img src=\"a%20b.jpg\" alt=\"En &lt;bild&gt;\" />\n<figcaption>Text "
              "<span class=\"credit liten\">Foto: Å</span></figcaption>\n</figure>\n");
  nt_node_append(figure, credit);
  nt_node_unlink(caption);
  assert_html(figure, NULL,
              "<figure>\n<img src=\"a%20b.jpg\" alt=\"En &lt;bild&gt;\" />\n"
              "<span class=\"credit liten\">Foto: Å</span>\n</figure>\n");
}

static void divisions(void **state) {
  nt_node *section = nt_node_new(*state, NOTIS_NODE_SECTION), *div = tree_add(*state, section, NOTIS_NODE_DIV, NULL);
  nt_node *p = tree_add(*state, div, NOTIS_NODE_PARAGRAPH, NULL);
  attr(*state, div, "class", "faktaruta");
  tree_add(*state, tree_add(*state, p, NOTIS_NODE_SPAN, NULL), NOTIS_NODE_TEXT, "a");
  assert_html(section, NULL, "<section>\n<div class=\"faktaruta\">\n<p><span>a</span></p>\n</div>\n</section>\n");
}

static void table_captions(void **state) {
  nt_node *table = nt_node_new(*state, NOTIS_NODE_TABLE), *caption = tree_add(*state, table, NOTIS_NODE_CAPTION, NULL);
  tree_add(*state, caption, NOTIS_NODE_TEXT, "Tabell 1");
  nt_node *row = tree_add(*state, table, NOTIS_NODE_TABLE_ROW, NULL);
  nt_node *cell = tree_add(*state, row, NOTIS_NODE_TABLE_CELL, NULL);
  cell->number = NOTIS_ALIGN_RIGHT;
  attr(*state, cell, "align", "left");
  attr(*state, cell, "class", "tal");
  assert_html(table, NULL,
              "<table>\n<caption>Tabell 1</caption>\n<tbody>\n<tr>\n<td align=\"right\" class=\"tal\"></td>\n</tr>\n"
              "</tbody>\n</table>\n");
  cell->number = 99;
  assert_html(cell, NULL, "<td align=\"left\" class=\"tal\"></td>");
}

static void raw_nodes_of_other_formats_are_left_out(void **state) {
  nt_node *p = nt_node_new(*state, NOTIS_NODE_PARAGRAPH), *raw = tree_add(*state, p, NOTIS_NODE_RAW_INLINE, "<wbr>");
  raw->extra = NT_STR("latex");
  assert_html(p, NULL, "<p></p>\n");
  raw->extra = NT_STR("html");
  assert_html(p, NULL, "<p><wbr></p>\n");
}

static void tight_items_with_attributes_have_paragraphs(void **state) {
  nt_node *list = nt_node_new(*state, NOTIS_NODE_LIST), *item = tree_add(*state, list, NOTIS_NODE_ITEM, NULL);
  nt_node *p = tree_add(*state, item, NOTIS_NODE_PARAGRAPH, NULL);
  list->flags = NOTIS_FLAG_TIGHT | NOTIS_FLAG_ORDERED;
  list->number = 0;
  tree_add(*state, p, NOTIS_NODE_TEXT, "a");
  assert_html(list, NULL, "<ol start=\"0\">\n<li>a</li>\n</ol>\n");
  attr(*state, p, "class", "b");
  assert_html(list, NULL, "<ol start=\"0\">\n<li>\n<p class=\"b\">a</p>\n</li>\n</ol>\n");
}

static void levels_are_from_1_to_6(void **state) {
  nt_node *heading = nt_node_new(*state, NOTIS_NODE_HEADING);
  assert_html(heading, NULL, "<h1></h1>\n");
  heading->number = 2000000000;
  assert_html(heading, NULL, "<h6></h6>\n");
}

/* The forms that cmark-gfm 0.29.0.gfm.6 prints for "a[^x y]" twice and "[^x]: b". */
static void footnotes(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT), *p = tree_add(*state, root, NOTIS_NODE_PARAGRAPH, NULL);
  for (int i = 0; i < 2; i++) {
    nt_node *reference = tree_add(*state, p, NOTIS_NODE_FOOTNOTE_REFERENCE, "å");
    reference->number = 1;
    reference->extra = i ? NT_STR("2") : NT_STR("1");
  }
  nt_node *note = tree_add(*state, root, NOTIS_NODE_FOOTNOTE_DEFINITION, "å");
  note->number = 1;
  tree_add(*state, tree_add(*state, note, NOTIS_NODE_PARAGRAPH, NULL), NOTIS_NODE_TEXT, "b");
  const char *expected =
      "<p><sup class=\"footnote-ref\"><a href=\"#fn-%C3%A5\" id=\"fnref-%C3%A5\" data-footnote-ref>1</a></sup>"
      "<sup class=\"footnote-ref\"><a href=\"#fn-%C3%A5\" id=\"fnref-%C3%A5-2\" data-footnote-ref>1</a></sup></p>\n"
      "<section class=\"footnotes\" data-footnotes>\n<ol>\n<li id=\"fn-%C3%A5\">\n<p>b <a href=\"#fnref-%C3%A5\" "
      "class=\"footnote-backref\" data-footnote-backref aria-label=\"Back to content\">↩</a> <a "
      "href=\"#fnref-%C3%A5-2\" class=\"footnote-backref\" data-footnote-backref aria-label=\"Back to content\">↩<sup "
      "class=\"footnote-ref\">2</sup></a></p>\n</li>\n</ol>\n</section>\n";
  assert_html(root, NULL, expected);
  nt_node_unlink(p->first); /* a hook took the first reference away: no link may lead to it */
  nt_buf out = {0};
  nt_html_write(root, NULL, &out);
  assert_int_equal(nt_str_search(nt_buf_str(&out), NT_STR("href=\"#fnref-%C3%A5\"")), out.len);
  assert_int_not_equal(nt_str_search(nt_buf_str(&out), NT_STR("href=\"#fnref-%C3%A5-2\"")), out.len);
  nt_buf_deinit(&out);
}

static nt_node *task(nt_arena *arena, nt_node *list, bool checked, const char *text) {
  nt_node *item = tree_add(arena, list, NOTIS_NODE_ITEM, NULL);
  item->flags = (uint8_t)(NOTIS_FLAG_TASK | (checked ? NOTIS_FLAG_CHECKED : 0));
  tree_add(arena, tree_add(arena, item, NOTIS_NODE_PARAGRAPH, NULL), NOTIS_NODE_TEXT, text);
  return item;
}

/* A form control must have a name (WCAG 2.2, 4.1.2); <label> holds phrasing content only (HTML, 4.10.4). */
static void boxes_have_labels(void **state) {
  nt_html_options options = {.accessible = true};
  nt_node *tight = nt_node_new(*state, NOTIS_NODE_LIST), *loose = nt_node_new(*state, NOTIS_NODE_LIST);
  tight->flags = NOTIS_FLAG_TIGHT;
  task(*state, tight, true, "Ett");
  tree_add(*state, task(*state, tight, false, "Två"), NOTIS_NODE_THEMATIC_BREAK, NULL);
  task(*state, loose, false, "A & \"B\"");
  tree_add(*state, tight, NOTIS_NODE_ITEM, NULL)->flags = NOTIS_FLAG_TASK;
  assert_html(tight, &options,
              "<ul>\n<li><label><input type=\"checkbox\" checked=\"\" disabled=\"\" /> Ett</label></li>\n"
              "<li><label><input type=\"checkbox\" disabled=\"\" /> Två</label>\n<hr />\n</li>\n"
              "<li><input type=\"checkbox\" disabled=\"\" aria-label=\"\" /> </li>\n</ul>\n");
  assert_html(loose, &options,
              "<ul>\n<li><input type=\"checkbox\" disabled=\"\" aria-label=\"A &amp; &quot;B&quot;\" /> \n"
              "<p>A &amp; &quot;B&quot;</p>\n</li>\n</ul>\n");
}

static nt_str swedish(void *ud, nt_str key) {
  (void)ud;
  return nt_str_eq(key, NT_STR("footnote_back")) ? NT_STR("Tillbaka \"hit\"") : nt_str_n(NULL, 0);
}
static nt_str silent(void *ud, nt_str key) {
  (void)ud, (void)key;
  return nt_str_n(NULL, 0);
}

static void footnotes_lead_back_in_the_pages_language(void **state) {
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT), *p = tree_add(*state, root, NOTIS_NODE_PARAGRAPH, NULL);
  tree_add(*state, p, NOTIS_NODE_FOOTNOTE_REFERENCE, "n")->number = 1;
  nt_node *note = tree_add(*state, root, NOTIS_NODE_FOOTNOTE_DEFINITION, "n");
  note->number = 1;
  static const char before[] = "<p><sup class=\"footnote-ref\"><a href=\"#fn-n\" id=\"fnref-n\" "
                               "data-footnote-ref>1</a></sup></p>\n<section class=\"footnotes\" "
                               "data-footnotes>\n<ol>\n<li id=\"fn-n\">\n<a href=\"#fnref-n\" "
                               "class=\"footnote-backref\" data-footnote-backref aria-label=\"";
  char expected[512];
  snprintf(expected, sizeof expected, "%sTillbaka &quot;hit&quot;\">↩</a>\n</li>\n</ol>\n</section>\n", before);
  assert_html(root, &(nt_html_options){.word = swedish}, expected);
  snprintf(expected, sizeof expected, "%sBack to content\">↩</a>\n</li>\n</ol>\n</section>\n", before);
  assert_html(root, &(nt_html_options){.word = silent}, expected);
  assert_html(root, NULL, expected);
  nt_node_unlink(p);
  assert_html(root, &(nt_html_options){.accessible = true},
              "<div class=\"footnotes\" data-footnotes>\n<ol>\n<li id=\"fn-n\">\n</li>\n</ol>\n</div>\n");
}

static nt_html_link resolve(void *ud, const nt_node *node, nt_str destination, nt_str *out) {
  (*(int *)ud)++;
  if (nt_str_eq(destination, NT_STR("gone"))) return NT_HTML_DEAD;
  if (!nt_str_eq(destination, NT_STR("om.md"))) return NT_HTML_KEEP;
  *out = NT_STR("/om/?a&b");
  return NT_HTML_MOVED;
}

static bool size(void *ud, const nt_node *image, uint32_t *width, uint32_t *height) {
  *width = 37;
  *height = 23;
  return nt_str_eq(image->text, NT_STR("x.png"));
}

static void destinations_are_resolved(void **state) {
  int asked = 0;
  nt_html_options options = {.resolve = resolve, .ud = &asked};
  nt_node *p = nt_node_new(*state, NOTIS_NODE_PARAGRAPH);
  tree_add(*state, p, NOTIS_NODE_LINK, "om.md");
  tree_add(*state, p, NOTIS_NODE_IMAGE, "x.png");
  assert_html(p, &options, "<p><a href=\"/om/?a&amp;b\"></a><img src=\"x.png\" alt=\"\" /></p>\n");
  assert_int_equal(asked, 2);
}

static nt_node *with_text(nt_arena *arena, nt_node *parent, notis_node_type type, const char *to, const char *text) {
  nt_node *node = tree_add(arena, parent, type, to);
  tree_add(arena, node, NOTIS_NODE_TEXT, text);
  return node;
}

/* Of a link that leads nowhere its text stays, also within one that does; of an image without a file nothing, except
 * where a link would be left without a word. */
static void what_leads_nowhere_is_left_out(void **state) {
  int asked = 0;
  nt_html_options options = {.resolve = resolve, .ud = &asked};
  nt_node *root = nt_node_new(*state, NOTIS_NODE_DOCUMENT), *p = tree_add(*state, root, NOTIS_NODE_PARAGRAPH, "");
  with_text(*state, p, NOTIS_NODE_LINK, "gone", "a");
  nt_node *outer = with_text(*state, p, NOTIS_NODE_LINK, "gone", "b");
  with_text(*state, outer, NOTIS_NODE_LINK, "om.md", "c");
  with_text(*state, p, NOTIS_NODE_IMAGE, "gone", "d");
  nt_node *link = tree_add(*state, p, NOTIS_NODE_LINK, "x");
  with_text(*state, link, NOTIS_NODE_IMAGE, "gone", "e");
  nt_node *images = tree_add(*state, root, NOTIS_NODE_PARAGRAPH, "");
  with_text(*state, images, NOTIS_NODE_IMAGE, "gone", "f");
  assert_html(root, &options, "<p>ab<a href=\"/om/?a&amp;b\">c</a><a href=\"x\">e</a></p>\n");
}

static void images_have_their_size(void **state) {
  nt_html_options options = {.size = size};
  nt_node *p = nt_node_new(*state, NOTIS_NODE_PARAGRAPH);
  tree_add(*state, p, NOTIS_NODE_IMAGE, "x.png");
  tree_add(*state, p, NOTIS_NODE_IMAGE, "y.png");
  nt_node *own = tree_add(*state, p, NOTIS_NODE_IMAGE, "x.png");
  nt_node_set_attr(own, *state, NT_STR("width"), NT_STR("10"));
  assert_html(p, &options,
              "<p><img src=\"x.png\" alt=\"\" width=\"37\" height=\"23\" /><img src=\"y.png\" alt=\"\" />"
              "<img src=\"x.png\" alt=\"\" width=\"10\" /></p>\n");
}

static void depth_does_not_matter(void **state) {
  nt_buf out = {0};
  nt_html_write(tree_deep(*state, 100000), NULL, &out);
  assert_int_equal(out.len, 100000 * strlen("<blockquote>\n</blockquote>\n") + strlen("<p>botten</p>\n"));
  nt_buf_deinit(&out);
}

static void any_tree_can_be_written(void **state) {
  for (int outer = 0; outer < NOTIS_NODE_TYPES; outer++)
    for (int inner = 0; inner < NOTIS_NODE_TYPES; inner++) {
      nt_buf out = {0};
      nt_node *root = nt_node_new(*state, (notis_node_type)outer);
      nt_node *node = nt_node_is_container(root) ? tree_add(*state, root, (notis_node_type)inner, NULL) : root;
      node->flags = 255;
      node->number = -1;
      nt_html_write(root, NULL, &out);
      nt_html_write(node, NULL, &out);
      nt_buf_deinit(&out);
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(attributes_are_written),
      TEST(attributes_cannot_break_out),
      TEST(a_nodes_own_attributes_win),
      TEST(figures),
      TEST(divisions),
      TEST(table_captions),
      TEST(raw_nodes_of_other_formats_are_left_out),
      TEST(tight_items_with_attributes_have_paragraphs),
      TEST(levels_are_from_1_to_6),
      TEST(footnotes),
      TEST(boxes_have_labels),
      TEST(footnotes_lead_back_in_the_pages_language),
      TEST(destinations_are_resolved),
      TEST(what_leads_nowhere_is_left_out),
      TEST(images_have_their_size),
      TEST(depth_does_not_matter),
      TEST(any_tree_can_be_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
