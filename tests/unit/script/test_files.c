/* Files, assets, menus and referred texts as Lua sees them; figures and tables as hooks build them. */
#include "script_support.h"
#include "text/html.h"

static void load(bench *b, const char *event, const char *arguments, const char *body) {
  static char text[8192];
  snprintf(text, sizeof text, "local notis = require 'notis'\nnotis.on('%s', function(%s)\n%s\nend)\n", event,
           arguments, body);
  assert_loads(b, text);
  fake_add_file(&b->fake, "bil aga.pdf", "content/n/bil aga.pdf", "pdf", "application/pdf", 3355443, 0, 0, "/n/b.pdf");
  fake_add_file(&b->fake, "karta.png", "content/n/karta.png", "png", "image/png", 10, 640, 480, "/n/karta.png");
  fake_put(&b->fake, &b->fake.words, "asset:/site.css", nt_string(NT_STR("/site.css?v=1")));
}

/* ---- in a document hook ---- */

static nt_node *add(bench *b, nt_node *parent, notis_node_type type, const char *text) {
  nt_node *node = nt_node_new(b->fake.arena, type);
  node->text = nt_str_c(text);
  nt_node_append(parent, node);
  return node;
}

/* A paragraph with a link, and one with nothing but a picture, whose alternative text is "Karta". */
static nt_document *sample(bench *b, const char *link) {
  nt_document *document = bench_document(b, "text/n/a.md", "news");
  document->file = NT_STR("content/n/a.md");
  add(b, add(b, add(b, document->body, NOTIS_NODE_PARAGRAPH, ""), NOTIS_NODE_LINK, link), NOTIS_NODE_TEXT, "här");
  nt_node *image = add(b, add(b, document->body, NOTIS_NODE_PARAGRAPH, ""), NOTIS_NODE_IMAGE, "karta.png");
  add(b, image, NOTIS_NODE_TEXT, "Karta");
  return document;
}

static void check_link(const char *link, const char *expected, const char *traced) {
  bench b = {0};
  load(
      &b, "document", "doc",
      "local f = doc.body:first('link'):file()\n"
      "doc.out = f and f.path .. ' ' .. f.format .. ' ' .. f.media .. ' ' .. f.size .. ' ' .. tostring(f.width) .. ' ' "
      ".. tostring(f.url) or 'nil'");
  nt_document *document = sample(&b, link);
  if (bench_run(&b, document) != NT_HOOK_OK) bench_show(&b);
  assert_str(nt_value_str(nt_map_find(&document->fields, NT_STR("out"))), expected);
  if (traced) assert_true(fake_traced(&b.fake, traced));
  for (size_t i = 0; !traced && i < b.fake.trace.len; i++)
    assert_false(nt_str_starts(b.fake.trace.items[i], NT_STR("file ")));
  bench_end(&b);
}

/* RFC 3986: the path ends at '?' or '#', and %20 is a space; a scheme or "//" leads elsewhere. */
static void links_have_files(void **state) {
  static const char facts[] = "content/n/bil aga.pdf pdf application/pdf 3355443 nil nil";
  check_link("bil%20aga.pdf", facts, "file content/n/a.md bil aga.pdf");
  check_link("bil aga.pdf?x=1#sida=2", facts, "file content/n/a.md bil aga.pdf");
  check_link("nosuch.pdf", "nil", "file content/n/a.md nosuch.pdf");
  check_link("50%.pdf", "nil", "file content/n/a.md 50%.pdf");
  check_link("a%2.pdf%2", "nil", "file content/n/a.md a%2.pdf%2");
  check_link("#kontakt", "nil", NULL);
  check_link("", "nil", NULL);
  check_link("a%00b", "nil", "file content/n/a.md a%00b"); /* stands for nothing that a path can hold */
  check_link("%ff.pdf", "nil", NULL);
  check_link("https://x.example/bil%20aga.pdf", "nil", NULL);
  check_link("//x.example/a.pdf", "nil", NULL);
  check_link("mailto:a@x.example", "nil", NULL);
}

static void check_document(const char *body, const char *expected, const char *html) {
  bench b = {0};
  load(&b, "document", "doc", body);
  nt_document *document = sample(&b, "bil%20aga.pdf");
  nt_hook_result result = bench_run(&b, document);
  if (result != NT_HOOK_OK) bench_show(&b);
  assert_int_equal(result, NT_HOOK_OK);
  if (expected) assert_str(nt_value_str(nt_map_find(&document->fields, NT_STR("out"))), expected);
  nt_buf out = {0};
  nt_html_write(document->body, NULL, &out);
  if (html) assert_str(nt_buf_str(&out), html);
  nt_buf_deinit(&out);
  bench_end(&b);
}

static void documents_have_files(void **state) {
  check_document("local f = doc:file('karta.png')\ndoc.out = f.width .. 'x' .. f.height .. tostring(f.url)",
                 "640x480nil", NULL);
  check_document("doc.out = tostring(doc:file('x')) .. tostring(doc:file(nil)) .. tostring(doc:file(doc.nosuch))",
                 "nilnilnil", NULL);
  check_document("local f = doc.body:first('image'):file()\ndoc.out = f.width .. f.format", "640png", NULL);
  check_document("doc.image = notis.node('paragraph', { notis.node('image', { destination = 'karta.png' }) })\n"
                 "doc.out = doc.image:first('image'):file().format",
                 "png", NULL);
  check_document("for link in doc.body:each('link') do\n"
                 "  local f = link:file()\n"
                 "  if f then link:append(' (' .. f.format .. ', ' .. notis.format.size(f.size) .. ')') end\n"
                 "end",
                 NULL,
                 "<p><a href=\"bil%20aga.pdf\">här (pdf, 3,2\u00a0MB)</a></p>\n"
                 "<p><img src=\"karta.png\" alt=\"Karta\" /></p>\n");
}

static void check_fault(const char *event, const char *arguments, const char *body, nt_code code) {
  bench b = {0};
  load(&b, event, arguments, body);
  nt_collected out;
  nt_document *document = sample(&b, "x");
  fake_add(&b.fake, "text/b.md", "report", nt_null(), NULL, "/b/");
  bool collect = strcmp(event, "collect") == 0;
  nt_hook_result result = collect ? nt_vm_run_collect(b.vm, &b.fake.reader, &out) : bench_run(&b, document);
  assert_int_equal(result, NT_HOOK_FAILED);
  if (b.fake.diags.items[0].code != code) bench_show(&b);
  assert_int_equal(b.fake.diags.items[0].code, code);
  assert_int_equal(b.fake.diags.items[0].where.line, 3);
  bench_end(&b);
}

static void what_is_asked_too_early(void **state) {
  check_fault("document", "doc", "doc.body:first('paragraph'):file()", NT_MSG_script_node_member);
  check_fault("document", "doc", "doc:ref('report')", NT_MSG_script_ref_early);
  check_fault("document", "doc", "doc.ref = 1", NT_MSG_script_readonly);
  check_fault("document", "doc", "notis.asset('/nosuch.css')", NT_MSG_script_no_asset);
  check_fault("collect", "site", "site:menu('main')", NT_MSG_script_pages_only);
  check_fault("collect", "site", "site:terms('topics')", NT_MSG_script_pages_only);
}

/* ---- in a page hook ---- */

static void check_page(const char *body, const char *expected) {
  static char text[4096];
  bench b = {0};
  snprintf(text, sizeof text, "local function f()\n%s\nend\npage.params.out = tostring(f())", body);
  load(&b, "page", "page", text);
  b.fake.reader.site_url = NT_STR("https://exempel.test/bas");
  nt_value fields = nt_map_new(b.fake.arena), list = nt_list_new(b.fake.arena), entry = nt_map_new(b.fake.arena);
  nt_node *document = nt_node_new(b.fake.arena, NOTIS_NODE_DOCUMENT);
  add(&b, add(&b, document, NOTIS_NODE_PARAGRAPH, ""), NOTIS_NODE_LINK, "karta.png");
  fake_put(&b.fake, &fields, "report", nt_string(NT_STR("text/b.md")));
  fake_put(&b.fake, &entry, "title", nt_string(NT_STR("Nyheter")));
  fake_put(&b.fake, &entry, "url", nt_string(NT_STR("/bas/nyheter/")));
  nt_list_push(&list, b.fake.arena, entry);
  fake_put(&b.fake, &b.fake.menus, "main", list);
  fake_put(&b.fake, &b.fake.terms, "topics", list);
  nt_alternate alternates[] = {{NT_STR("sv"), NT_STR("/nyheter/a/")}, {NT_STR("en"), NT_STR("/en/news/a/")}};
  nt_page page = {.path = NT_STR("nyheter/a/index.html"),
                  .url = NT_STR("/nyheter/a/"),
                  .lang = NT_STR("sv"),
                  .count = 3,
                  .alternates = alternates,
                  .alternate_count = 2};
  page.document = fake_add(&b.fake, "text/a.md", "news", fields, document, "/nyheter/a/");
  fake_add(&b.fake, "text/b.md", "report", nt_null(), NULL, "/rapporter/b/");
  if (nt_vm_run_page(b.vm, &b.fake.reader, &page) != NT_HOOK_OK) bench_show(&b);
  assert_str(nt_value_str(nt_map_find(&page.params, NT_STR("out"))), expected);
  assert_int_equal(fake_traced(&b.fake, "count nyheter/a/index.html"), strstr(text, "count") != NULL);
  bench_end(&b);
}

static void pages_lead_about(void **state) {
  check_page("return page.url .. page.document.url .. page.alternates[2].url .. #page.alternates",
             "/bas/nyheter/a//bas/nyheter/a//bas/en/news/a/2");
  check_page("return tostring(page.next) .. tostring(page.home) .. tostring(page.title)", "nilnilnil");
  check_page("return page.document:ref('report').url .. tostring(page.document:ref('nosuch'))", "/bas/rapporter/b/nil");
  check_page("return page.document:file('karta.png').url", "/n/karta.png");
  check_page("return page.document.body:first('link'):file().url", "/n/karta.png");
  check_page("return tostring(page.count)", "3");
  check_page("return notis.asset('/site.css')", "/site.css?v=1");
}

/* ---- figures and tables ---- */

/* HTML's own words for these: https://html.spec.whatwg.org/ 4.4.12 figure, 4.9.10 th. */
static void a_picture_becomes_a_figure(void **state) {
  check_document("for paragraph in doc.body:each('paragraph') do\n"
                 "  local image = paragraph:first('image')\n"
                 "  if image then\n"
                 "    paragraph:replace(notis.node('figure', { image, notis.node('caption', { 'Byarna. ', "
                 "notis.node('credit', { 'Foto: Bo Ek' }) }) }))\n"
                 "  end\n"
                 "end",
                 NULL,
                 "<p><a href=\"bil%20aga.pdf\">här</a></p>\n"
                 "<figure>\n<img src=\"karta.png\" alt=\"Karta\" />\n"
                 "<figcaption>Byarna. <span class=\"credit\">Foto: Bo Ek</span></figcaption>\n</figure>\n");
}

static void key_figures_become_a_table(void **state) {
  check_document("local function cell(text, scope)\n"
                 "  return notis.node('table_cell', { attrs = scope and { scope = scope }, text })\n"
                 "end\n"
                 "doc.body = { notis.node('div', { class = 'table', notis.node('table', {\n"
                 "  notis.node('caption', { 'Nyckeltal' }),\n"
                 "  notis.node('table_row', { head = true, cell('Mått', 'col'), cell('Värde', 'col') }),\n"
                 "  notis.node('table_row', { cell('Byar', 'row'), cell('5') }),\n"
                 "}) }) }",
                 NULL,
                 "<div class=\"table\">\n<table>\n<caption>Nyckeltal</caption>\n<thead>\n<tr>\n"
                 "<th scope=\"col\">Mått</th>\n<th scope=\"col\">Värde</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
                 "<th scope=\"row\">Byar</th>\n<td>5</td>\n</tr>\n</tbody>\n</table>\n</div>\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(links_have_files),           cmocka_unit_test(documents_have_files),
      cmocka_unit_test(what_is_asked_too_early),    cmocka_unit_test(pages_lead_about),
      cmocka_unit_test(a_picture_becomes_a_figure), cmocka_unit_test(key_figures_become_a_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
