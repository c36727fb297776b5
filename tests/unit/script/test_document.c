/* Documents and nodes in document hooks. */
#include "script_support.h"
#include "text/html.h"

static nt_node *add(bench *b, nt_node *parent, notis_node_type type, const char *text) {
  nt_node *node = nt_node_new(b->fake.arena, type);
  node->text = nt_str_c(text);
  nt_node_append(parent, node);
  return node;
}

/* # Rubrik / En [länk](a.md) och [en till](b.md). / > citat */
static nt_document *sample(bench *b) {
  nt_document *document = bench_document(b, "text/a.md", "news");
  nt_node *heading = add(b, document->body, NOTIS_NODE_HEADING, "");
  heading->number = 1;
  add(b, heading, NOTIS_NODE_TEXT, "Rubrik");
  nt_node *paragraph = add(b, document->body, NOTIS_NODE_PARAGRAPH, "");
  add(b, paragraph, NOTIS_NODE_TEXT, "En ");
  add(b, add(b, paragraph, NOTIS_NODE_LINK, "a.md"), NOTIS_NODE_TEXT, "länk");
  add(b, paragraph, NOTIS_NODE_TEXT, " och ");
  add(b, add(b, paragraph, NOTIS_NODE_LINK, "b.md"), NOTIS_NODE_TEXT, "en till");
  nt_node *quote = add(b, document->body, NOTIS_NODE_QUOTE, "");
  add(b, add(b, quote, NOTIS_NODE_PARAGRAPH, ""), NOTIS_NODE_TEXT, "citat");
  return document;
}

static void load(bench *b, const char *body) {
  static char text[8192];
  snprintf(text, sizeof text, "local notis = require 'notis'\nnotis.on('document', function(doc)\n%s\nend)\n", body);
  assert_loads(b, text);
}

/* doc.out, or the HTML of the body where that is "-". */
static void check(const char *body, const char *expected, const char *expected_html) {
  bench b = {0};
  load(&b, body);
  nt_document *document = sample(&b);
  nt_hook_result result = bench_run(&b, document);
  if (result != NT_HOOK_OK) bench_show(&b);
  assert_int_equal(result, NT_HOOK_OK);
  if (expected) assert_str(nt_value_str(nt_map_find(&document->fields, NT_STR("out"))), expected);
  nt_buf html = {0};
  nt_html_write(document->body, NULL, &html);
  if (expected_html) assert_str(nt_buf_str(&html), expected_html);
  nt_buf_deinit(&html);
  bench_end(&b);
}

static void check_fault(const char *body, nt_code code, unsigned line) {
  bench b = {0};
  load(&b, body);
  assert_int_equal(bench_run(&b, sample(&b)), NT_HOOK_FAILED);
  if (b.fake.diags.items[0].code != code) bench_show(&b);
  assert_int_equal(b.fake.diags.items[0].code, code);
  assert_int_equal(b.fake.diags.items[0].where.line, line);
  assert_str(b.fake.diags.items[0].where.file, "a.lua");
  bench_end(&b);
}

static void test_reading_the_tree(void **state) {
  check("local s = {}\nfor link in doc.body:each('link') do s[#s+1] = link.destination .. '=' .. link:text() end\n"
        "doc.out = table.concat(s, ',')",
        "a.md=länk,b.md=en till", NULL);
  check("doc.out = doc.body:first('paragraph'):text()", "En länk och en till", NULL);
  check("local h = doc.body:first('heading')\n"
        "doc.out = h.type .. h.level .. h:text() .. tostring(h:prev()) .. tostring(h:next()) .. tostring(h:parent())",
        "heading1Rubriknilparagraphdocument", NULL);
  check("local n = 0\nfor child in doc.body:children() do n = n + 1 end\ndoc.out = tostring(n)", "3", NULL);
  check("local s = ''\ndoc.body:walk{link = function(l) s = s .. l.destination end,\n"
        "quote = function() return false end, text = function(t) s = s .. t.text end}\ndoc.out = s",
        "RubrikEn a.mdlänk och b.mden till", NULL);
  check("local a, b = doc.body:first('link'), doc.body:first('link')\nlocal set = {[a] = 1}\n"
        "doc.out = tostring(a == b) .. tostring(set[b])",
        "true1", NULL);
  check("doc.out = tostring(doc.body:first('image')) .. doc.body:first('link').title .. tostring(doc.nothing)",
        "nilnil", NULL);
}

/* Whether the body must be encoded again after the hook. */
static void check_changed(const char *body, bool expected) {
  bench b = {0};
  load(&b, body);
  nt_document *document = sample(&b);
  assert_int_equal(bench_run(&b, document), NT_HOOK_OK);
  if (document->body_changed != expected) fail_msg("body_changed is %d after: %s", document->body_changed, body);
  bench_end(&b);
}

static void test_changed_body(void **state) {
  check_changed("doc.title = 'x'", false);
  check_changed("doc.out = doc.body:first('paragraph'):text()", false);
  check_changed("doc.body:walk{link = function(l) local d = l.destination, l:attr('rel') end}", false);
  check_changed("local copy = doc.body:first('link'):clone()", false);
  static const char *const changes[] = {
      "doc.body = 'x'",
      "doc.body = nil",
      "doc.body:first('link').destination = 'c.md'",
      "doc.body:first('text').text = 'x'",
      "doc.body:first('paragraph').text = 'x'",
      "doc.body:first('heading').level = 2",
      "doc.body:first('heading').id = 'x'",
      "doc.body:first('link'):attr('rel', 'x')",
      "doc.body:append(doc.body:first('heading'))",
      "doc.body:first('paragraph'):prepend('x')",
      "doc.body:first('paragraph'):insert_before(notis.node('thematic_break'))",
      "doc.body:first('paragraph'):insert_after(notis.node('thematic_break'))",
      "doc.body:first('link'):replace(notis.text('x'))",
      "doc.body:first('link'):remove()",
      "notis.node('paragraph', {doc.body:first('link')})",
      "doc.body:walk{link = function(l) l:remove() end}",
      "doc:derive('x', {kind = 'goal', body = {doc.body:first('link')}})",
  };
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) check_changed(changes[i], true);
}

static const char after[] =
    "<p>En <a href=\"a.md\">länk</a> och <a href=\"b.md\">en till</a></p>\n<blockquote>\n<p>citat</p>\n</blockquote>\n";

static void test_changing_the_tree(void **state) {
  check("doc.body:first('heading'):remove()", NULL, after);
  check("for link in doc.body:each('link') do link:replace(link:text():upper()) end", NULL,
        "<h1>Rubrik</h1>\n<p>En LäNK och EN TILL</p>\n<blockquote>\n<p>citat</p>\n</blockquote>\n");
  check("for node in doc.body:each('paragraph', 'heading', 'quote') do node:remove() end\n"
        "doc.body:append(notis.node('paragraph', {id = 'x', class = 'y', 'Hej ', notis.node('strong', {'du'})}))",
        NULL, "<p class=\"y\" id=\"x\">Hej <strong>du</strong></p>\n");
  check("local h = doc.body:first('heading')\nh.level = 3; h.text = 'Ny & fin'\n"
        "doc.body:first('quote'):remove(); doc.body:first('paragraph'):remove()\n"
        "h:insert_after(notis.node('thematic_break')); h:insert_before(notis.node('code_block', {text = 'x < y', info "
        "= 'c'}))",
        NULL, "<pre><code class=\"language-c\">x &lt; y</code></pre>\n<h3>Ny &amp; fin</h3>\n<hr />\n");
  check("local q = doc.body:first('quote')\nlocal copy = q:clone()\nq:append(copy)\n"
        "doc.body:first('heading'):remove() doc.body:first('paragraph'):remove() doc.out = q:text()",
        "citat citat", "<blockquote>\n<p>citat</p>\n<blockquote>\n<p>citat</p>\n</blockquote>\n</blockquote>\n");
  check("doc.body = {'Bara text ', notis.node('emphasis', {'här'})}\ndoc.out = doc.body:html()",
        "<p>Bara text <em>här</em></p>\n", NULL);
  check("local l = doc.body:first('link')\nl:attr('rel', 'nofollow')\nl.destination = '/ny/'\n"
        "doc.out = l:attr('rel') .. tostring(l:attr('none'))",
        "nofollownil", NULL);
}

static void test_walks_survive_removal(void **state) {
  check("local n = 0\nfor node in doc.body:each() do n = n + 1; node:remove() end\ndoc.out = tostring(n)", "3", "");
  check("local n = 0\ndoc.body:walk{paragraph = function(p) n = n + 1; p:remove() end, link = function() n = n + 100 "
        "end}\n"
        "doc.out = tostring(n)",
        "2", NULL);
}

static void test_faults_in_the_tree(void **state) {
  check_fault("doc.body:first('paragraph'):append(notis.node('heading'))", NT_MSG_script_node_place, 3);
  check_fault("local q = doc.body:first('quote')\nq:first('paragraph'):parent():append(q)", NT_MSG_script_node_loop, 4);
  check_fault("doc.body:remove()", NT_MSG_script_node_root, 3);
  check_fault("notis.node('paragraf')", NT_MSG_script_unknown_node, 3);
  check_fault("doc.body:first('paragraph').level = 2", NT_MSG_script_node_member, 3);
  check_fault("doc.body:first('heading').level = 9", NT_MSG_script_raised_document, 3);
  check_fault("doc.body:each('lnk')", NT_MSG_script_unknown_node, 3);
  check_fault("doc.x = '\\xff'", NT_MSG_script_no_value, 3);
  check_fault("doc.x = print", NT_MSG_script_no_value, 3);
  check_fault("local t = {} t.t = t\ndoc.x = t", NT_MSG_script_no_value, 4);
  check_fault("doc.x = {1, 2, a = 3}", NT_MSG_script_no_value, 3);
  check_fault("doc.id = 'x'", NT_MSG_script_readonly, 3);
  check_fault("local u = doc.url", NT_MSG_script_url_early, 3);
}

static void test_fields(void **state) {
  bench b = {0};
  load(&b,
       "doc.list = {'a', {b = true}}\ndoc.empty = notis.map{}\ndoc.none = nil\ndoc.old = nil\ndoc.image.alt = 'ny'\n"
       "doc.n = 1; doc.f = 1.0\ndoc.lead = notis.node('paragraph', {'ingress'})\ndoc.lang = 'se'\ndoc.copy = doc.date\n"
       "doc.text = doc.lead:text() .. tostring(doc.date) .. doc.date.year .. #doc.list .. doc.list[2].b\n");
  nt_document *document = sample(&b);
  nt_value image = nt_map_new(b.fake.arena);
  fake_put(&b.fake, &image, "alt", nt_string(NT_STR("gammal")));
  fake_put(&b.fake, &document->fields, "old", nt_string(NT_STR("x")));
  fake_put(&b.fake, &document->fields, "image", image);
  fake_put(&b.fake, &document->fields, "date", nt_timestamp((nt_time){.seconds = 1712707200, .date_only = 1}));
  nt_hook_result result = bench_run(&b, document);
  /* tostring(true) is needed in Lua's concatenation: the last line raises */
  assert_int_equal(result, NT_HOOK_FAILED);
  assert_int_equal(b.fake.diags.items[0].where.line, 12);
  const nt_value *fields = &document->fields;
  assert_int_equal(nt_map_find(fields, NT_STR("list"))->as.list->items[1].type, NT_MAP);
  assert_int_equal(nt_map_find(fields, NT_STR("empty"))->type, NT_MAP);
  assert_int_equal(nt_map_find(fields, NT_STR("none"))->type, NT_NULL);
  assert_int_equal(nt_map_find(fields, NT_STR("old"))->type, NT_NULL);
  assert_str(nt_value_str(nt_map_path(fields, NT_STR("image.alt"))), "ny");
  assert_int_equal(nt_map_find(fields, NT_STR("n"))->type, NT_INT);
  assert_int_equal(nt_map_find(fields, NT_STR("f"))->type, NT_FLOAT);
  assert_int_equal(nt_map_find(fields, NT_STR("lead"))->type, NT_MARKUP);
  assert_int_equal(nt_map_find(fields, NT_STR("copy"))->as.time.date_only, 1);
  assert_str(document->lang, "se");
  bench_end(&b);
}

static void test_derived_documents(void **state) {
  bench b = {0};
  load(&b, "local d = doc:derive('mal-1', {kind = 'goal', title = 'Mål 1', body = {'text'}})\nd.number = 1\n"
           "local e = doc:derive('mal-2', {})\n");
  nt_documents derived = {0};
  nt_document *document = sample(&b);
  assert_int_equal(nt_vm_run_document(b.vm, &b.fake.reader, document, &derived), NT_HOOK_OK);
  assert_int_equal(derived.len, 2);
  assert_str(derived.items[0]->id, "text/a.md#mal-1");
  assert_str(derived.items[0]->kind, "goal");
  assert_str(derived.items[1]->kind, "news");
  assert_str(nt_value_str(nt_map_find(&derived.items[0]->fields, NT_STR("title"))), "Mål 1");
  assert_int_equal(nt_map_find(&derived.items[0]->fields, NT_STR("number"))->as.integer, 1);
  assert_null(nt_map_find(&derived.items[0]->fields, NT_STR("kind")));
  assert_int_equal(derived.items[0]->body->first->type, NOTIS_NODE_PARAGRAPH);
  bench_end(&b);
  check_fault("doc:derive('a', {})\ndoc:derive('a', {})", NT_MSG_script_derived_twice, 4);
  check_fault("doc:derive('a#b', {})", NT_MSG_script_derived_name, 3);
}

static void test_drop_and_diagnostics(void **state) {
  bench b = {0};
  load(&b, "doc:drop()");
  assert_int_equal(bench_run(&b, sample(&b)), NT_HOOK_DROPPED);
  bench_end(&b);
  bench c = {0};
  load(&c, "notis.warn(doc:field('title'), 'för lång', 'korta')\nnotis.error(doc.body:first('link'), 'trasig')\n"
           "notis.warn(nil, 'hej')\ndoc.out = 'went on'");
  nt_document *document = sample(&c);
  nt_node *link = document->body->first->next->first->next;
  nt_node_pos positions[] = {{3, 5, 0, 0}};
  link->origin = 1;
  document->positions = positions;
  document->position_count = 1;
  assert_int_equal(bench_run(&c, document), NT_HOOK_FAILED);
  const nt_diag *diags = c.fake.diags.items;
  assert_int_equal(c.fake.diags.len, 3);
  assert_int_equal(diags[0].severity, NT_WARNING);
  assert_str(diags[0].where.field, "title");
  assert_str(diags[0].hint, "korta");
  assert_int_equal(diags[1].severity, NT_ERROR);
  assert_int_equal(diags[1].where.node, 1);
  assert_int_equal(diags[1].where.line, 3);
  assert_str(diags[1].where.doc, "text/a.md");
  assert_str(diags[2].where.file, "a.lua");
  assert_int_equal(diags[2].where.line, 5);
  assert_str(nt_value_str(nt_map_find(&document->fields, NT_STR("out"))), "went on");
  bench_end(&c);
}

static void test_a_deep_tree(void **state) {
  bench b = {0};
  load(&b, "local n = 0\nfor q in doc.body:each('quote') do n = n + 1 end\ndoc.out = n .. doc.body:text()\n"
           "doc.body:walk{quote = function(q) end}\ndoc.copy = doc.body:clone():html():sub(1, 12)");
  nt_document *document = bench_document(&b, "text/a.md", "news");
  nt_node *parent = document->body;
  for (int i = 0; i < 100000; i++) parent = add(&b, parent, NOTIS_NODE_QUOTE, "");
  assert_int_equal(bench_run(&b, document), NT_HOOK_OK);
  assert_str(nt_value_str(nt_map_find(&document->fields, NT_STR("out"))), "100000");
  assert_str(nt_value_str(nt_map_find(&document->fields, NT_STR("copy"))), "<blockquote>");
  bench_end(&b);
}

/* ---- fenced blocks ---- */

static nt_document *with_block(bench *b, const char *info, const char *text) {
  nt_document *document = bench_document(b, "text/a.md", "news");
  add(b, add(b, document->body, NOTIS_NODE_PARAGRAPH, ""), NOTIS_NODE_TEXT, "före");
  nt_node *quote = add(b, document->body, NOTIS_NODE_QUOTE, "");
  add(b, quote, NOTIS_NODE_CODE_BLOCK, text)->extra = nt_str_c(info);
  add(b, document->body, NOTIS_NODE_THEMATIC_BREAK, "");
  return document;
}

/* The body after a function for the block "x"; its HTML, or the code and line of its fault. */
static void check_block(const char *function, const char *info, const char *expected, nt_code code, unsigned line) {
  bench b = {0};
  nt_buf script = {0}, html = {0};
  nt_buf_format(&script, "local notis = require 'notis'\nnotis.block('x', function(text, block, doc)\n%s\nend)%c",
                function, 0);
  assert_loads(&b, script.ptr);
  assert_true(nt_vm_has_blocks(b.vm));
  nt_document *document = with_block(&b, info, "ett\n");
  nt_hook_result result = nt_vm_run_blocks(b.vm, &b.fake.reader, document);
  if (expected) {
    if (result != NT_HOOK_OK) bench_show(&b);
    assert_int_equal(result, NT_HOOK_OK);
    nt_html_write(document->body, NULL, &html);
    assert_str(nt_buf_str(&html), expected);
  } else {
    assert_int_equal(result, NT_HOOK_FAILED);
    assert_int_equal(b.fake.diags.items[0].code, code);
    assert_int_equal(b.fake.diags.items[0].where.line, line);
  }
  nt_buf_deinit(&script);
  nt_buf_deinit(&html);
  bench_end(&b);
}

#define AROUND(inside) "<p>före</p>\n<blockquote>\n" inside "</blockquote>\n<hr />\n"

static void test_blocks(void **state) {
  static const char paragraph[] = "return notis.node('paragraph', { text .. block.info })";
  check_block(paragraph, "x bred", AROUND("<p>ett\nx bred</p>\n"), 0, 0);
  check_block(paragraph, "xy", AROUND("<pre><code class=\"language-xy\">ett\n</code></pre>\n"), 0, 0);
  check_block("return { notis.node('heading', { level = 2, 'a' }), 'b', notis.node('thematic_break') }", "x",
              AROUND("<h2>a</h2>\n<p>b</p>\n<hr />\n"), 0, 0);
  check_block("return 'bara text'", "x", AROUND("<p>bara text</p>\n"), 0, 0);
  check_block("return {}", "x", AROUND(""), 0, 0);
  check_block("block.info = 'y'", "x", AROUND("<pre><code class=\"language-y\">ett\n</code></pre>\n"), 0, 0);
  check_block("return notis.node('div', { class = 'ram', block })", "x",
              AROUND("<div class=\"ram\">\n<pre><code class=\"language-x\">ett\n</code></pre>\n</div>\n"), 0, 0);
  check_block("block:remove() return 'borta'", "x", AROUND("<p>borta</p>\n"), 0, 0);
  check_block("block:remove()", "x", AROUND(""), 0, 0);
  check_block(
      "return { block, block:clone() }", "x",
      AROUND(
          "<pre><code class=\"language-x\">ett\n</code></pre>\n<pre><code class=\"language-x\">ett\n</code></pre>\n"),
      0, 0);
  check_block("return block:clone()", "x", AROUND("<pre><code class=\"language-x\">ett\n</code></pre>\n"), 0, 0);
  check_block("doc.title = text", "x", AROUND("<pre><code class=\"language-x\">ett\n</code></pre>\n"), 0, 0);
}

static void test_blocks_that_fail(void **state) {
  check_block("error('nej')", "x", NULL, NT_MSG_script_raised_document, 3);
  check_block("notis.error(nil, 'nej')", "x", NULL, NT_MSG_plugin_message, 3);
  check_block("while true do end", "x", NULL, NT_MSG_script_budget, 3);
  check_block("return notis.node('item')", "x", NULL, NT_MSG_script_node_place, 2);
  check_block("return 7", "x", NULL, NT_MSG_script_raised_document, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reading_the_tree),   cmocka_unit_test(test_changed_body),
      cmocka_unit_test(test_changing_the_tree),  cmocka_unit_test(test_walks_survive_removal),
      cmocka_unit_test(test_faults_in_the_tree), cmocka_unit_test(test_fields),
      cmocka_unit_test(test_derived_documents),  cmocka_unit_test(test_drop_and_diagnostics),
      cmocka_unit_test(test_a_deep_tree),        cmocka_unit_test(test_blocks),
      cmocka_unit_test(test_blocks_that_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
