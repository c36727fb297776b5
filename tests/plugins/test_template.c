/* The plugins that a newcomer copies, in C and in Lua: what every source, output and target must do, and what these say
 * they do, which is the same in both languages. */
#include "conform.h"
#include "host/durable.h"
#include "model/nodecode.h"
#include "script/plugin_lua.h"
#include "tempdir.h"

#include <unistd.h>

typedef struct flavour {
  const char *source, *output, *target; /* paths from the root of the build, or of the project for Lua */
} flavour;

static flavour in_c = {"plugins/source_lines.so", "plugins/output_text.so", NULL};
static flavour in_lua = {"plugins/template/lua/source_lines_lua.lua", "plugins/template/lua/output_text_lua.lua",
                         "plugins/template/lua/target_folder_lua.lua"};

typedef struct fixture {
  nt_arena *arena;
  nt_diags diags;
  nt_host *host;
  const flavour *flavour;
  nt_lua_plugin *scripts[2];
  size_t script_count;
  nt_value config;
  conform_source source;
} fixture;

static const char sample[] =
    "\nNy bro över älven\r\n\nBron öppnas i maj. Den är 120 meter\nlång.\n  \n\nMer om bron kommer i höst.";

static const nt_plugin *load_script(fixture *f, nt_str file) {
  nt_str bytes = nt_test_read(file.ptr);
  nt_script_source source = {.file = file, .bytes = bytes};
  nt_vm_options options = {0};
  nt_lua_plugin *script = nt_lua_plugin_load(&source, &options, &f->diags);
  free((char *)bytes.ptr);
  assert_non_null(script);
  f->scripts[f->script_count++] = script;
  return nt_host_add(f->host, file, nt_lua_plugin_descriptor(script), &f->diags);
}

static const nt_plugin *load(fixture *f, const char *name) {
  bool script = strstr(name, ".lua") != NULL;
  const char *root = getenv(script ? "NOTIS_SOURCE_DIR" : "NOTIS_BUILD_DIR");
  nt_str file = nt_arena_format(f->arena, "%s/%s", root, name);
  const nt_plugin *plugin = script ? load_script(f, file) : nt_host_load(f->host, file, &f->diags);
  assert_non_null(plugin);
  return plugin;
}

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->flavour = *state;
  f->arena = nt_arena_new();
  f->host = nt_host_new();
  nt_diags_init(&f->diags, f->arena);
  f->config = nt_map_new(f->arena);
  f->source = (conform_source){.plugin = load(f, f->flavour->source),
                               .config = &f->config,
                               .path = NT_STR("content/bro.lines"),
                               .sample = nt_str_n(sample, sizeof sample - 1)};
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_host_free(f->host);
  while (f->script_count) nt_lua_plugin_free(f->scripts[--f->script_count]);
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

static char asked[64]; /* what a sink is told is lent for the call */
static notis_status files(notis_sink *sink, nt_str path, nt_str match) {
  snprintf(asked, sizeof asked, "%.*s %.*s", NT_FMT(path), NT_FMT(match));
  return NOTIS_OK;
}
static const nt_host_engine engine = {.sink_files = files};

/* The document of some text, in the fixture's arena. */
static notis_status parse(fixture *f, const char *text, nt_document *document, nt_diags *diags) {
  conform_call c;
  conform_begin(&c, NULL, NULL);
  nt_diags_init(diags, f->arena);
  c.call.diags = diags;
  notis_sink *sink = nt_sink_new(f->host, NT_STR("lines"), &engine, NULL);
  const notis_source_api *api = &f->source.plugin->source;
  void *self = f->source.plugin->descriptor.data;
  assert_int_equal(api->open(&nt_services, &c.call, conform_config(&f->config), sink, &self), NOTIS_OK);
  notis_str bytes = conform_str(nt_str_c(text));
  notis_item item = {.size = sizeof item, .bytes = bytes, .body = bytes, .body_at = {1, 1, 0}};
  notis_builder *builder = nt_builder_new(f->arena, diags, NT_STR("bro.lines"));
  notis_status status = api->parse(self, &c.call, &item, builder);
  document->arena = f->arena;
  nt_builder_finish(builder, document);
  api->close(self);
  nt_sink_close(sink);
  conform_end(&c);
  return status;
}

static void test_source_conforms(void **state) {
  conform_source_all(&((fixture *)*state)->source);
}

static void test_source_reads(void **state) {
  fixture *f = *state;
  nt_document d = {0};
  nt_diags diags;
  assert_int_equal(parse(f, sample, &d, &diags), NOTIS_OK);
  assert_int_equal(diags.len, 0);
  assert_string_equal(asked, "content **/*.lines");
  const nt_value *title = nt_map_find(&d.fields, NT_STR("title"));
  assert_true(nt_str_eq(nt_value_str(title), NT_STR("Ny bro över älven")));
  assert_int_equal(title->pos.line, 2);
  const nt_node *first = d.body->first, *second = d.body->last;
  assert_ptr_equal(first->next, second);
  assert_int_equal(first->type, NOTIS_NODE_PARAGRAPH);
  assert_int_equal(d.positions[first->origin - 1].line, 4);
  assert_int_equal(d.positions[second->origin - 1].line, 8);
  nt_buf text = {0};
  nt_node_plain_text(first, &text);
  assert_true(nt_str_eq(nt_buf_str(&text), NT_STR("Bron öppnas i maj. Den är 120 meter lång.")));
  nt_buf_deinit(&text);
}

static void test_source_wants_a_title(void **state) {
  fixture *f = *state;
  nt_document d = {0};
  nt_diags diags;
  assert_int_equal(parse(f, " \n\n", &d, &diags), NOTIS_ERROR);
  assert_int_equal(diags.errors, 1);
  assert_int_equal(parse(f, "", &d, &diags), NOTIS_ERROR);
}

/* ---- the output, over a reader that knows one document ---- */

static nt_value title_value;
static nt_node *body;
static const nt_value *field(nt_reader *reader, nt_docref document, nt_str name) {
  return document == 7 && nt_str_eq(name, NT_STR("title")) ? &title_value : NULL;
}
static const nt_node *get_body(nt_reader *reader, nt_docref document) {
  return body;
}
static const nt_reader_ops ops = {.field = field, .body = get_body};

static void test_output(void **state) {
  fixture *f = *state;
  nt_document d = {0};
  nt_diags diags;
  assert_int_equal(parse(f, sample, &d, &diags), NOTIS_OK);
  title_value = *nt_map_find(&d.fields, NT_STR("title"));
  body = d.body;
  nt_reader reader = {.ops = &ops};
  nt_page page = {.document = 7};
  conform_output o = {.plugin = load(f, f->flavour->output), .config = &f->config, .reader = &reader, .page = &page};
  conform_output_all(&o);

  conform_call c;
  void *self = o.plugin->descriptor.data;
  nt_buf out = {0};
  conform_begin(&c, NULL, &reader);
  notis_buffer buffer = {.buf = &out};
  const notis_output_api *api = &o.plugin->output;
  assert_int_equal(api->open(&nt_services, &c.call, NULL, &self), NOTIS_OK);
  notis_page handed = {&page, &reader};
  assert_int_equal(api->render(self, &c.call, &handed, &buffer), NOTIS_OK);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr, "Ny bro över älven\n=================\n\nBron öppnas i maj. Den är 120 meter\nlång.\n\n"
                               "Mer om bron kommer i höst.\n\n");
  buffer = (notis_buffer){.buf = &out, .limit = out.len + 4};
  api->render(self, &c.call, &handed, &buffer);
  assert_true(buffer.full);
  nt_page list = {.collection = NT_STR("x")};
  handed.page = &list;
  assert_int_equal(api->render(self, &c.call, &handed, &buffer), NOTIS_ERROR);
  api->close(self);
  nt_buf_deinit(&out);
  conform_end(&c);
}

/* ---- both languages, side by side ---- */

static const char *const texts[] = {
    sample, "", " \n\t\n", "a", "a\r", "a\r\r\nb\r\n", "\n\na\n\n\nb\nc\n \n\td", "a\n\n\xEF\xBB\xBF\xC3\xA5\n",
};

static void encode(fixture *f, const char *text, nt_buf *out) {
  nt_document d = {0};
  nt_diags diags;
  nt_buf_format(out, "%d ", (int)parse(f, text, &d, &diags));
  nt_value_encode(&d.fields, out);
  nt_node_encode(d.body, out);
  nt_node_positions_encode(d.positions, d.position_count, out);
  for (size_t i = 0; i < diags.len; i++) {
    nt_buf_format(out, "%u:%u ", diags.items[i].where.line, diags.items[i].where.column);
    nt_diag_message(&diags.items[i], NT_ENGLISH, out);
    nt_diag_hint(&diags.items[i], NT_ENGLISH, out);
  }
}

static void test_same_documents(void **state) {
  fixture *c = *state, *lua;
  void *other = &in_lua;
  setup(&other);
  lua = other;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    nt_buf one = {0}, two = {0};
    encode(c, texts[i], &one);
    encode(lua, texts[i], &two);
    assert_true(nt_str_eq(nt_buf_str(&one), nt_buf_str(&two)));
    nt_buf_deinit(&one);
    nt_buf_deinit(&two);
  }
  teardown(&other);
}

/* ---- the target ---- */

static nt_tempdir temporary;
static const char *folder;

static nt_str look(void *ud, const char *path) {
  nt_str full = nt_arena_format(((fixture *)ud)->arena, "%s/public/%s", folder, path);
  return nt_durable_kind(full) == NOTIS_FILE_REGULAR ? nt_test_read(full.ptr) : nt_str_n(NULL, 0);
}

static void reset(void *ud) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s/public'", folder);
  assert_int_equal(system(command), 0);
}

static void test_target_conforms(void **state) {
  fixture *f = *state;
  nt_tempdir_make(&temporary);
  folder = temporary.path;
  nt_value config = nt_map_new(f->arena);
  nt_str path = nt_arena_format(f->arena, "%s/public", folder);
  nt_map_put(&config, f->arena, NT_STR("path"), (nt_pos){0}, nt_string(path));
  conform_target t = {.plugin = load(f, f->flavour->target), .config = &config, .ud = f, .look = look, .reset = reset};
  assert_non_null(t.plugin->target.look);
  conform_target_all(&t);
  reset(f);
  assert_int_equal(rmdir(folder), 0);
}

#define with(test, flavour) cmocka_unit_test_prestate_setup_teardown(test, setup, teardown, &flavour)

int main(void) {
  const struct CMUnitTest tests[] = {
      with(test_source_conforms, in_c),
      with(test_source_conforms, in_lua),
      with(test_source_reads, in_c),
      with(test_source_reads, in_lua),
      with(test_source_wants_a_title, in_c),
      with(test_source_wants_a_title, in_lua),
      with(test_output, in_c),
      with(test_output, in_lua),
      with(test_same_documents, in_c),
      with(test_target_conforms, in_lua),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
