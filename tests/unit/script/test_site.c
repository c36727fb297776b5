/* What hooks see of the site, and the events beside `document`. */
#include "script_support.h"

static void fill_site(bench *b) {
  static const struct {
    const char *id, *title, *topic;
    int year;
  } documents[] = {
      {"text/a.md", "A", "kultur", 2022}, {"text/b.md", "B", "vård", 2023}, {"text/c.md", "C", "kultur", 2024}};
  for (int i = 0; i < 3; i++) {
    nt_value fields = nt_map_new(b->fake.arena), topics = nt_list_new(b->fake.arena);
    nt_list_push(&topics, b->fake.arena, nt_string(nt_str_c(documents[i].topic)));
    fake_put(&b->fake, &fields, "title", nt_string(nt_str_c(documents[i].title)));
    fake_put(&b->fake, &fields, "year", nt_int(documents[i].year));
    fake_put(&b->fake, &fields, "topics", topics);
    fake_add(&b->fake, documents[i].id, "news", fields, NULL, i == 0 ? "/a/" : "");
  }
  nt_value params = nt_map_new(b->fake.arena);
  fake_put(&b->fake, &params, "color", nt_string(NT_STR("grön")));
  fake_put(&b->fake, &params, "size", nt_int(3));
  fake_put(&b->fake, &b->fake.config, "title", nt_string(NT_STR("Regionen")));
  fake_put(&b->fake, &b->fake.config, "params", params);
  fake_put(&b->fake, &b->fake.data, "data/mal.yaml", nt_value_copy(&params, b->fake.arena));
}

static nt_hook_result collect(bench *b, const char *body, nt_collected *out) {
  static char text[8192];
  snprintf(text, sizeof text, "local notis = require 'notis'\nnotis.on('collect', function(site, collect)\n%s\nend)\n",
           body);
  assert_loads(b, text);
  fill_site(b);
  return nt_vm_run_collect(b->vm, &b->fake.reader, out);
}

/* `return expression` as a redirect's target. */
static void check(const char *body, const char *expected) {
  bench b = {0};
  nt_collected out;
  char text[4096];
  snprintf(text, sizeof text, "local function f()\n%s\nend\ncollect:redirect('x', tostring(f()))", body);
  if (collect(&b, text, &out) != NT_HOOK_OK) bench_show(&b);
  assert_str(nt_value_str(nt_map_find(&out.redirects, NT_STR("x"))), expected);
  bench_end(&b);
}

static void check_fault(const char *body, nt_code code, unsigned line) {
  bench b = {0};
  nt_collected out;
  assert_int_equal(collect(&b, body, &out), NT_HOOK_FAILED);
  if (b.fake.diags.items[0].code != code) bench_show(&b);
  assert_int_equal(b.fake.diags.items[0].code, code);
  assert_int_equal(b.fake.diags.items[0].where.line, line);
  bench_end(&b);
}

#define TITLES                                                                                                         \
  "local s = ''\nfor d in q:each() do s = s .. d.title end\n"                                                          \
  "return s .. #q .. q:count() .. tostring(q[1] and q[1].title) .. tostring(q[9])"

static void test_queries(void **state) {
  check("local q = site:collection('nyheter')\n" TITLES, "ABC33Anil");
  check("local q = site:documents():sort('-year')\n" TITLES, "CBA33Cnil");
  check("local q = site:collection('n'):where{topics = 'kultur'}\n" TITLES, "AC22Anil");
  check("local q = site:collection('n'):where{year = {gte = 2023, lt = 2024}}\n" TITLES, "B11Bnil");
  check("local q = site:collection('n'):where{title = {'A', 'B'}}\n" TITLES, "AB22Anil");
  check("local q = site:collection('n'):where{title = {['in'] = {'C'}}}\n" TITLES, "C11Cnil");
  check("local q = site:collection('n'):limit(1):offset(1)\n" TITLES, "B11Bnil");
  check("local q = site:collection('n'):limit(0)\n" TITLES, "00nilnil");
  check("local q = site:collection('n'):where(function(d) return d.year ~= 2023 end)\n" TITLES, "AC22Anil");
  check("local q = site:collection('n'):limit(1):where(function(d) return d.year > 2022 end):sort('-year')\n" TITLES,
        "C11Cnil");
  check("local q = site:collection('n'):where(function(d) return d.year > 2022 end):where(function(d) return d.title "
        "~= 'B' end)\n" TITLES,
        "C11Cnil");
  check("local s = ''\nfor i, d in ipairs(site:documents()) do s = s .. i .. d.title end\nreturn s", "1A2B3C");
  check("local all = site:documents()\nlocal one = all:where{title = 'A'}\nreturn #all .. #one .. tostring(all[1] == "
        "one[1])",
        "31true");
  check("local d = site:document('text/a.md')\nreturn d.title .. d.url .. d.kind .. d.id .. d.topics[1] .. "
        "tostring(d.nix)",
        "A/a/newstext/a.mdkulturnil");
  check("return site:document('nowhere')", "nil");
}

static void test_query_faults(void **state) {
  check_fault("local n = #site:collection('missing')", NT_MSG_plugin_message, 3);
  check_fault("site:collection('n'):where{year = {gte = 1, large = 2}}", NT_MSG_script_unknown_compare, 3);
  check_fault("site:document('text/a.md').title = 'x'", NT_MSG_script_frozen_document, 3);
  check_fault("site:document('text/a.md').body:append('x')", NT_MSG_script_frozen_node, 3);
  check_fault("local q = site:documents():where(function(d) error('oj') end)\nreturn #q", NT_MSG_script_raised, 3);
  check_fault("site.title = 'x'", NT_MSG_script_readonly, 3);
}

static void test_configuration_at_its_deepest(void **state) {
  bench b = {0};
  nt_collected out;
  collect(
      &b,
      "local p = site.params\ncollect:redirect('x', site.title .. p.color .. tostring(site.nix) .. tostring(p.nix))",
      &out);
  assert_str(nt_value_str(nt_map_find(&out.redirects, NT_STR("x"))), "Regionengrönnilnil");
  assert_true(fake_traced(&b.fake, "config title"));
  assert_true(fake_traced(&b.fake, "config params.color"));
  assert_true(fake_traced(&b.fake, "config params.nix"));
  assert_false(fake_traced(&b.fake, "config params"));
  assert_false(fake_traced(&b.fake, "config params.size"));
  bench_end(&b);
  check("local s = ''\nfor k, v in pairs(site.params) do s = s .. k .. v end\nreturn s", "colorgrönsize3");
}

static void test_data_time_and_format(void **state) {
  check("return notis.data('data/mal.yaml').color", "grön");
  check("local n = notis.now()\nreturn n.year .. '-' .. n.month .. '-' .. n.day .. ' ' .. tostring(n < notis.now())",
        "2024-4-9 false");
  check("return notis.slug('Västerbottens mål')", "vasterbottens-mal");
  check("return notis.json{b = {1, 'x'}, a = notis.list{}}", "{\"a\":[],\"b\":[1,\"x\"]}");
  /* ICU 72, from CLDR: U+00A0 between groups */
  check("return notis.format.number(1234567.5)", "1\xc2\xa0"
                                                 "234\xc2\xa0"
                                                 "567,5");
  check("return notis.format.date(notis.now(), 'long')", "9 april 2024");
  check("return notis.format.percent(0.12)", "12\xc2\xa0%");
  check_fault("notis.data('data/nix.yaml')", NT_MSG_script_no_data, 3);
  check_fault("notis.now('dy')", NT_MSG_script_unknown_resolution, 3);
}

static void test_what_collect_adds(void **state) {
  bench b = {0};
  nt_collected out;
  nt_hook_result result = collect(&b,
                                  "collect:document{id = 'mal/1', kind = 'goal', title = 'Ett', body = {'text'}}\n"
                                  "collect:collection('nya', {documents = site:documents():limit(2), per_page = 5})\n"
                                  "collect:collection('valda', {documents = {site:documents()[3], 'text/a.md'}})\n"
                                  "collect:page{path = '/karta/', template = 'karta.html', params = {}}\n"
                                  "collect:redirect('/gammal', '/ny/')",
                                  &out);
  if (result != NT_HOOK_OK) bench_show(&b);
  assert_int_equal(result, NT_HOOK_OK);
  assert_int_equal(out.documents.len, 1);
  assert_str(out.documents.items[0]->id, "mal/1");
  assert_str(out.documents.items[0]->kind, "goal");
  assert_int_equal(nt_value_len(&out.documents.items[0]->fields), 1);
  const nt_value *ids = nt_map_path(&out.collections, NT_STR("nya.documents"));
  assert_int_equal(nt_value_len(ids), 2);
  assert_str(ids->as.list->items[1].as.string, "text/b.md");
  ids = nt_map_path(&out.collections, NT_STR("valda.documents"));
  assert_str(ids->as.list->items[0].as.string, "text/c.md");
  assert_str(ids->as.list->items[1].as.string, "text/a.md");
  const nt_value *page = &out.pages.as.list->items[0];
  assert_str(nt_value_str(nt_map_find(page, NT_STR("script"))), "a.lua");
  assert_int_equal(nt_map_find(page, NT_STR("params"))->type, NT_MAP);
  assert_str(nt_value_str(nt_map_find(&out.redirects, NT_STR("/gammal"))), "/ny/");
  bench_end(&b);
  check_fault("collect:page{path = '/x/', tmplate = 'a'}", NT_MSG_script_unknown_key, 3);
  check_fault("collect:page{template = 'a'}", NT_MSG_script_page_path, 3);
  check_fault("collect:document{id = 'a', title = 'x'}", NT_MSG_script_document_kind, 3);
  check_fault("collect:document{kind = 'a'}", NT_MSG_script_document_id, 3);
  check_fault("collect:redirect('a', 'b')\ncollect:redirect('a', 'c')", NT_MSG_script_redirect_twice, 4);
  check_fault("notis.error(site:document('text/a.md'), 'fel')", NT_MSG_plugin_message, 0);
}

static void test_item_page_output(void **state) {
  bench b = {0};
  assert_loads(&b,
               "local notis = require 'notis'\n"
               "notis.on('item', {kind = 'news'}, function(item) item.bytes = item.id .. item.bytes:upper() end)\n"
               "notis.on('item', {kind = 'bad'}, function(item) item:drop() end)\n"
               "notis.on('page', function(page) page.params.year = page.document.year; page.template = 'b.html' end)\n"
               "notis.on('output', function(page, bytes) return bytes .. page.params.year end)\n"
               "notis.on('output', function(page, bytes) end)\n"
               "notis.on('page', {kind = 'x'}, function(page) page.path = 'y' end)\n"
               "notis.on('output', {kind = 'x'}, function() return 1 end)\n");
  fill_site(&b);
  nt_str bytes = NT_STR("hej");
  assert_int_equal(nt_vm_run_item(b.vm, &b.fake.reader, NT_STR("text/a.md"), NT_STR("news"), &bytes), NT_HOOK_OK);
  assert_str(bytes, "text/a.mdHEJ");
  assert_int_equal(nt_vm_run_item(b.vm, &b.fake.reader, NT_STR("x"), NT_STR("bad"), &bytes), NT_HOOK_DROPPED);
  nt_page page = {
      .path = NT_STR("a/index.html"), .document = 1, .kind = NT_STR("news"), .params = nt_map_new(b.fake.arena)};
  nt_value *before = nt_map_find(&page.params, NT_STR("year"));
  assert_null(before);
  assert_int_equal(nt_vm_run_page(b.vm, &b.fake.reader, &page), NT_HOOK_OK);
  assert_int_equal(nt_map_find(&page.params, NT_STR("year"))->as.integer, 2022);
  assert_str(page.template_name, "b.html");
  nt_buf out = {0};
  nt_buf_c(&out, "<p>");
  assert_int_equal(nt_vm_run_output(b.vm, &b.fake.reader, &page, &out), NT_HOOK_OK);
  assert_str(nt_buf_str(&out), "<p>2022");
  page.kind = NT_STR("x");
  assert_int_equal(nt_vm_run_page(b.vm, &b.fake.reader, &page), NT_HOOK_FAILED);
  assert_int_equal(b.fake.diags.items[0].code, NT_MSG_script_readonly);
  assert_int_equal(nt_vm_run_output(b.vm, &b.fake.reader, &page, &out), NT_HOOK_FAILED);
  assert_int_equal(b.fake.diags.items[1].code, NT_MSG_script_output_result);
  nt_buf_deinit(&out);
  bench_end(&b);
}

/* ---- as templates read ---- */

static int read_things(lua_State *L) {
  nt_value list = nt_list_new(nt_vm_reader(nt_lua_vm(L))->arena);
  nt_list_push(&list, nt_vm_reader(nt_lua_vm(L))->arena, nt_int(7));
  nt_lua_push_frozen(L, 1);
  assert_int_equal(nt_lua_kind_of(L, 1), NT_LUA_FROZEN);
  assert_int_equal(nt_lua_frozen(L, 1), 1);
  assert_true(nt_lua_attr(L, 1, NT_STR("title")));
  assert_str(nt_lua_str(L, -1), "A");
  assert_false(nt_lua_attr(L, 1, NT_STR("nix")));
  assert_int_equal(lua_gettop(L), 2);
  assert_true(nt_lua_attr(L, 1, NT_STR("none")));
  assert_true(nt_lua_is_null(L, -1));
  nt_lua_push_value(L, &list, NT_NULL_IS_SENTINEL);
  assert_int_equal(nt_lua_kind_of(L, -1), NT_LUA_VALUE);
  assert_true(nt_lua_at(L, -1, 0));
  assert_int_equal(lua_tointeger(L, -1), 7);
  assert_false(nt_lua_at(L, -2, 1));
  assert_false(nt_lua_at(L, -2, -1));
  nt_lua_push_site(L);
  assert_int_equal(nt_lua_kind_of(L, -1), NT_LUA_SITE);
  assert_true(nt_lua_attr(L, -1, NT_STR("params")));
  assert_true(nt_lua_attr(L, -1, NT_STR("color")));
  assert_str(nt_lua_str(L, -1), "grön");
  assert_false(nt_lua_attr(L, -2, NT_STR("nix")));
  assert_false(nt_lua_attr(L, -1, NT_STR("len"))); /* a text has no attributes */
  lua_pushnil(L);
  assert_false(nt_lua_attr(L, -1, NT_STR("x")));
  return 0;
}

static void test_access_for_templates(void **state) {
  bench b = {0};
  assert_loads(&b, "require('notis').filter('twice', function(x) return x .. x end)");
  fill_site(&b);
  fake_put(&b.fake, &b.fake.documents.items[0].fields, "none", nt_null());
  lua_State *L = nt_vm_lua(b.vm);
  lua_pushcfunction(L, read_things);
  assert_true(nt_vm_call(b.vm, &b.fake.reader, 0, 0));
  assert_int_equal(lua_gettop(L), 0);
  assert_false(nt_vm_push_registered(b.vm, NT_REGISTRY_FILTER, NT_STR("nix")));
  assert_false(nt_vm_push_registered(b.vm, NT_REGISTRY_GLOBAL, NT_STR("twice")));
  assert_true(nt_vm_push_registered(b.vm, NT_REGISTRY_FILTER, NT_STR("twice")));
  lua_pushliteral(L, "x");
  assert_true(nt_vm_call(b.vm, &b.fake.reader, 1, 1));
  assert_str(nt_lua_str(L, -1), "xx");
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_queries),
      cmocka_unit_test(test_query_faults),
      cmocka_unit_test(test_configuration_at_its_deepest),
      cmocka_unit_test(test_data_time_and_format),
      cmocka_unit_test(test_what_collect_adds),
      cmocka_unit_test(test_item_page_output),
      cmocka_unit_test(test_access_for_templates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
