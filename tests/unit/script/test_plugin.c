/* Lua plugins behind the C vtables, over a host that writes down what it is told. */
#include "script/plugin_lua.h"
#include "script_support.h"

static nt_buf said;        /* everything, in order */
static unsigned sink_room; /* upserts until FULL */

static nt_str text_of(notis_str s) {
  return nt_str_n(s.ptr ? s.ptr : "", s.len);
}
#define SAY(...) nt_buf_format(&said, __VA_ARGS__)

static void on_report(notis_call *call, notis_severity severity, notis_place at, notis_str message, notis_str hint) {
  SAY("report %d %u:%u %.*s\n", (int)severity, at.line, at.column, NT_FMT(text_of(message)));
}
static void on_report_code(notis_call *call, notis_place at, const char *code, const notis_str *args, size_t count) {
  SAY("%s %.*s %.*s\n", code, NT_FMT(text_of(args[0])), NT_FMT(text_of(args[1])));
}
static void on_append(notis_buffer *out, notis_str bytes) {
  nt_buf_put((nt_buf *)out, text_of(bytes));
}

static const nt_value *value_in(const notis_value *v) {
  return (const nt_value *)v;
}
static notis_type on_type(const notis_value *v) {
  return v ? (notis_type)value_in(v)->type : NOTIS_NULL;
}
static bool on_bool(const notis_value *v) {
  return value_in(v)->as.boolean;
}
static int64_t on_int(const notis_value *v) {
  return value_in(v)->as.integer;
}
static double on_float(const notis_value *v) {
  return value_in(v)->as.number;
}
static notis_str on_string(const notis_value *v) {
  return (notis_str){value_in(v)->as.string.ptr, value_in(v)->as.string.len};
}
static size_t on_length(const notis_value *v) {
  return nt_value_len(value_in(v));
}
static const notis_value *on_at(const notis_value *v, size_t i, notis_str *key) {
  if (value_in(v)->type == NT_LIST) return (const notis_value *)&value_in(v)->as.list->items[i];
  const nt_entry *entry = &value_in(v)->as.map->entries[i];
  if (key) *key = (notis_str){entry->key.ptr, entry->key.len};
  return (const notis_value *)&entry->value;
}

static notis_status on_begin(notis_sink *sink, uint64_t generation) {
  return SAY("begin\n"), NOTIS_OK;
}
static notis_status on_upsert(notis_sink *sink, notis_str id, notis_str fingerprint) {
  if (!sink_room) return NOTIS_FULL;
  sink_room--;
  SAY("upsert %.*s %.*s\n", NT_FMT(text_of(id)), NT_FMT(text_of(fingerprint)));
  return NOTIS_OK;
}
static notis_status on_end(notis_sink *sink, uint64_t generation, notis_scan_end end) {
  return SAY("end %d\n", (int)end), NOTIS_OK;
}
static notis_status on_files(notis_sink *sink, notis_str path, notis_str match) {
  return SAY("files %.*s %.*s\n", NT_FMT(text_of(path)), NT_FMT(text_of(match))), NOTIS_OK;
}

static void on_key(notis_builder *b, notis_str key, notis_place at) {
  SAY("key %.*s@%u:%u ", NT_FMT(text_of(key)), at.line, at.column);
}
static void on_field_string(notis_builder *b, notis_str s, notis_place at) {
  SAY("string %.*s\n", NT_FMT(text_of(s)));
}
static void on_field_int(notis_builder *b, int64_t n, notis_place at) {
  SAY("int %d\n", (int)n);
}
static void on_field_list(notis_builder *b, notis_place at) {
  SAY("list ");
}
static void on_field_map(notis_builder *b, notis_place at) {
  SAY("map ");
}
static void on_field_end(notis_builder *b) {
  SAY("end\n");
}
static notis_status on_front_matter(notis_builder *b, notis_call *call, notis_str yaml, notis_place at) {
  return SAY("yaml %.*s@%u\n", NT_FMT(text_of(yaml)), at.line), NOTIS_OK;
}
static notis_status on_open(notis_builder *b, const notis_node_info *info) {
  if (info->type == NOTIS_NODE_CREDIT) return NOTIS_ERROR;
  return SAY("<%d %d %.*s@%u:%u>", (int)info->type, info->number, NT_FMT(text_of(info->text)), info->at.line,
             info->at.column),
         NOTIS_OK;
}
static void on_attribute(notis_builder *b, notis_str name, notis_str value) {
  SAY("[%.*s=%.*s]", NT_FMT(text_of(name)), NT_FMT(text_of(value)));
}
static void on_close(notis_builder *b) {
  SAY("</>");
}

static const nt_value *title; /* of every document */
static notis_str on_path(const notis_page *page) {
  return (notis_str){"a.txt", 5};
}
static const notis_document *on_document(notis_call *call, const notis_page *page) {
  return (const notis_document *)page;
}
static size_t on_page_length(notis_call *call, const notis_page *page) {
  return 2;
}
static const notis_document *on_page_at(notis_call *call, const notis_page *page, size_t i) {
  return (const notis_document *)page;
}
static notis_str on_id(const notis_document *document) {
  return (notis_str){"text/a", 6};
}
static const notis_value *on_field(notis_call *call, const notis_document *document, notis_str name) {
  return nt_str_eq(text_of(name), NT_STR("title")) ? (const notis_value *)title : NULL;
}
static const notis_value *on_config(notis_call *call, notis_str path) {
  return (const notis_value *)title;
}
static notis_status on_write(notis_call *call, notis_str path, notis_str bytes) {
  if (nt_str_eq(text_of(path), NT_STR("/bad"))) return NOTIS_ERROR;
  return SAY("write %.*s %.*s\n", NT_FMT(text_of(path)), NT_FMT(text_of(bytes))), NOTIS_OK;
}
static notis_status on_file_remove(notis_call *call, notis_str path) {
  return SAY("remove %.*s\n", NT_FMT(text_of(path))), NOTIS_GONE;
}

static const notis_services services = {.size = sizeof services,
                                        .abi = NOTIS_ABI,
                                        .report = on_report,
                                        .report_code = on_report_code,
                                        .append = on_append,
                                        .value_type = on_type,
                                        .value_bool = on_bool,
                                        .value_int = on_int,
                                        .value_float = on_float,
                                        .value_string = on_string,
                                        .value_length = on_length,
                                        .value_at = on_at,
                                        .sink_begin = on_begin,
                                        .sink_upsert = on_upsert,
                                        .sink_end = on_end,
                                        .sink_files = on_files,
                                        .field_key = on_key,
                                        .field_string = on_field_string,
                                        .field_int = on_field_int,
                                        .field_list = on_field_list,
                                        .field_map = on_field_map,
                                        .field_end = on_field_end,
                                        .front_matter = on_front_matter,
                                        .node_open = on_open,
                                        .node_attribute = on_attribute,
                                        .node_close = on_close,
                                        .page_path = on_path,
                                        .page_document = on_document,
                                        .page_length = on_page_length,
                                        .page_at = on_page_at,
                                        .document_id = on_id,
                                        .document_field = on_field,
                                        .site_config = on_config,
                                        .file_write = on_write,
                                        .file_remove = on_file_remove};

typedef struct plugin_bench {
  nt_arena *arena;
  nt_diags diags;
  nt_lua_plugin *plugin;
  const notis_plugin_descriptor *descriptor;
  nt_value config;
} plugin_bench;

static bool start(plugin_bench *p, const char *body) {
  nt_vm_options options = {.instructions = 1000000};
  nt_buf text = {0};
  nt_buf_format(&text, "local notis = require 'notis'\n%s", body);
  p->arena = nt_arena_new();
  nt_diags_init(&p->diags, p->arena);
  nt_script_source source = {.file = NT_STR("plugins/p.lua"), .bytes = nt_buf_str(&text)};
  p->plugin = nt_lua_plugin_load(&source, &options, &p->diags);
  nt_buf_deinit(&text);
  nt_buf_clear(&said);
  p->config = nt_map_new(p->arena);
  nt_map_put(&p->config, p->arena, NT_STR("path"), (nt_pos){0}, nt_string(NT_STR("in")));
  if (p->plugin) p->descriptor = nt_lua_plugin_descriptor(p->plugin);
  return p->plugin != NULL;
}

static void stop(plugin_bench *p) {
  nt_lua_plugin_free(p->plugin);
  nt_arena_free(p->arena);
  nt_buf_deinit(&said);
}

static const notis_value *config_of(const plugin_bench *p) {
  return (const notis_value *)&p->config;
}
static notis_str in(const char *s) {
  return (notis_str){s, strlen(s)};
}

static const char a_source[] =
    "notis.source { name = 'lua_text', version = '2',\n"
    "  discover = function(sink, config) for i = 1, 3 do sink:upsert(config.path .. '/' .. i, 'f' .. i) end end,\n"
    "  read = function(id, fingerprint) if id ~= 'gone' then return id .. fingerprint end end,\n"
    "  parse = function(item, builder)\n"
    "    builder:front_matter(item.yaml, item.yaml_line)\n"
    "    builder:field('title', item.id, 1, 2)\n"
    "    builder:field('list', {'a', 7})\n"
    "    builder:open('heading', {level = 2, id = 'x'}, 3, 1)\n"
    "    builder:text(item.body, 3, 4)\n"
    "    builder:close()\n"
    "    builder:node('thematic_break')\n"
    "  end }\n";

static void test_a_source(void **state) {
  plugin_bench p = {0};
  assert_true(start(&p, a_source));
  assert_string_equal(p.descriptor->name, "lua_text");
  assert_string_equal(p.descriptor->version, "2");
  assert_null(p.descriptor->output);
  const notis_source_api *api = p.descriptor->source;
  void *self = p.descriptor->data;
  sink_room = 2;
  assert_int_equal(api->open(&services, NULL, config_of(&p), NULL, &self), NOTIS_OK);
  assert_str(nt_buf_str(&said), "begin\nupsert in/1 f1\nupsert in/2 f2\n");
  sink_room = 5;
  api->resume(self);
  api->resume(self);
  assert_str(nt_buf_str(&said), "begin\nupsert in/1 f1\nupsert in/2 f2\nupsert in/3 f3\nend 0\n");
  nt_buf out = {0};
  assert_int_equal(api->read(self, NULL, in("id"), in("fp"), (notis_buffer *)&out), NOTIS_OK);
  assert_str(nt_buf_str(&out), "idfp");
  assert_int_equal(api->read(self, NULL, in("gone"), in("fp"), (notis_buffer *)&out), NOTIS_GONE);
  nt_buf_clear(&said);
  notis_item item = {.size = sizeof item,
                     .id = in("text/a"),
                     .bytes = in("---\nb"),
                     .yaml = in("t: 1"),
                     .yaml_at = {2, 1, 0},
                     .body = in("hej")};
  assert_int_equal(api->parse(self, NULL, &item, NULL), NOTIS_OK);
  assert_str(nt_buf_str(&said), "yaml t: 1@2\nkey title@1:2 string text/a\nkey list@0:0 list string a\nint 7\nend\n"
                                "<2 2 @3:1>[id=x]<18 0 hej@3:4></></><7 0 @0:0></>");
  api->close(self);
  nt_buf_deinit(&out);
  stop(&p);
}

static void test_a_source_of_files(void **state) {
  plugin_bench p = {0};
  assert_true(start(&p, "notis.source { name = 'f', discover = function(sink, c) sink:files(c.path, '*.txt') end,\n"
                        "parse = function(item, builder) builder:error('fel', 4, 2); builder:node('paragraf') end }"));
  void *self = p.descriptor->data;
  assert_int_equal(p.descriptor->source->open(&services, NULL, config_of(&p), NULL, &self), NOTIS_OK);
  assert_str(nt_buf_str(&said), "files in *.txt\n");
  assert_null(p.descriptor->source->read);
  nt_buf_clear(&said);
  notis_item item = {.size = sizeof item};
  assert_int_equal(p.descriptor->source->parse(self, NULL, &item, NULL), NOTIS_ERROR);
  assert_str(nt_buf_str(&said),
             "report 0 4:2 fel\n"
             "script_plugin_stopped plugins/p.lua:3 there is no part of a text called \"paragraf\"\n");
  p.descriptor->source->close(self);
  stop(&p);
}

static void test_an_output(void **state) {
  plugin_bench p = {0};
  assert_true(start(&p, "notis.output { name = 'o', extension = 'txt', takes = {'document', 'site'},\n"
                        "page_limit = 7, render = function(page, config) local d = page.document\n"
                        "return page.path .. d.id .. d.title .. tostring(d.nix) .. #page:documents() .. "
                        "page:site('title') .. config.path end }"));
  nt_value hej = nt_string(NT_STR("Hej"));
  title = &hej;
  const notis_output_api *api = p.descriptor->output;
  assert_string_equal(api->extension, "txt");
  assert_int_equal(api->takes, NOTIS_TAKES_DOCUMENT | NOTIS_TAKES_SITE);
  assert_int_equal(api->page_limit, 7);
  void *self = p.descriptor->data;
  assert_int_equal(api->open(&services, NULL, config_of(&p), &self), NOTIS_OK);
  nt_buf out = {0};
  int page;
  assert_int_equal(api->render(self, NULL, (const notis_page *)&page, (notis_buffer *)&out), NOTIS_OK);
  assert_str(nt_buf_str(&out), "a.txttext/aHejnil2Hejin");
  nt_buf_deinit(&out);
  api->close(self);
  stop(&p);
}

static void test_a_target_keeps_what_it_was_given(void **state) {
  plugin_bench p = {0};
  assert_true(start(&p, "notis.target { name = 't',\n"
                        "begin = function(self, mode) self.staged = {} self.mode = mode end,\n"
                        "put = function(self, path, bytes, order) self.staged[#self.staged + 1] = {path, bytes} end,\n"
                        "remove = function(self, path) self.files:remove('/' .. path) end,\n"
                        "commit = function(self) for _, f in ipairs(self.staged) do self.files:write('/' .. f[1], f[2] "
                        ".. self.mode) end end }"));
  const notis_target_api *api = p.descriptor->target;
  void *self = p.descriptor->data;
  assert_int_equal(api->open(&services, NULL, config_of(&p), &self), NOTIS_OK);
  assert_int_equal(api->begin(self, NULL, NOTIS_COMMIT_NEW), NOTIS_OK);
  notis_put put = {.size = sizeof put, .path = in("a"), .bytes = in("x")};
  assert_int_equal(api->put(self, NULL, &put), NOTIS_OK);
  assert_int_equal(api->remove(self, NULL, in("b")), NOTIS_OK);
  assert_int_equal(api->commit(self, NULL), NOTIS_OK);
  assert_str(nt_buf_str(&said), "remove /b\nwrite /a xnew\n");
  put.path = in("bad");
  assert_int_equal(api->put(self, NULL, &put), NOTIS_OK);
  assert_int_equal(api->commit(self, NULL), NOTIS_ERROR); /* the host has said why */
  api->abort(self, NULL);
  api->close(self);
  stop(&p);
}

static void test_plugins_that_are_none(void **state) {
  static const struct {
    const char *script;
    nt_code code;
  } bad[] = {
      {"", NT_MSG_script_plugin_nothing},
      {"notis.source { name = 'x' }", NT_MSG_script_plugin_key},
      {"notis.output { name = 'x', render = print }", NT_MSG_script_plugin_key},
      {"notis.output { name = 'x', extension = 'a', takes = {'documnt'}, render = print }",
       NT_MSG_script_unknown_takes},
      {"notis.output { name = 'x', extension = 'a', page_limit = -1, render = print }", NT_MSG_script_plugin_key},
      {"notis.source = 1", NT_MSG_script_sealed},
      {"local x = = 1", NT_MSG_script_syntax},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    plugin_bench p = {0};
    assert_false(start(&p, bad[i].script));
    assert_int_equal(p.diags.items[0].code, bad[i].code);
    stop(&p);
  }
  bench b = {0};
  assert_false(bench_load(&b, "require('notis').source{name = 'x', discover = print, parse = print}"));
  assert_int_equal(b.fake.diags.items[0].code, NT_MSG_script_not_plugin);
  bench_end(&b);
}

static void test_a_plugin_is_sealed_and_bounded(void **state) {
  plugin_bench p = {0};
  assert_true(start(&p, "local n = 0\nnotis.output { name = 'o', extension = 'txt',\n"
                        "render = function(page) n = n + 1; while n == 1 do end; return tostring(n) end }"));
  void *self = p.descriptor->data;
  nt_buf out = {0};
  int page;
  p.descriptor->output->open(&services, NULL, config_of(&p), &self);
  assert_int_equal(p.descriptor->output->render(self, NULL, (const notis_page *)&page, (notis_buffer *)&out),
                   NOTIS_ERROR);
  nt_buf_byte(&said, '\0');
  assert_non_null(strstr(said.ptr, "did not finish within its 1000000 steps"));
  assert_non_null(strstr(said.ptr, "variable \"n\""));
  p.descriptor->output->close(self);
  nt_buf_deinit(&out);
  stop(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_source),
      cmocka_unit_test(test_a_source_of_files),
      cmocka_unit_test(test_an_output),
      cmocka_unit_test(test_a_target_keeps_what_it_was_given),
      cmocka_unit_test(test_plugins_that_are_none),
      cmocka_unit_test(test_a_plugin_is_sealed_and_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
