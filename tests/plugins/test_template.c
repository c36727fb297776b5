/* The two plugins that a newcomer copies: what every source and every output must do, and what these two say they do.
 */
#include "conform.h"

typedef struct fixture {
  nt_arena *arena;
  nt_diags diags;
  nt_host *host;
  nt_value config;
  conform_source source;
} fixture;

static const char sample[] =
    "\nNy bro över älven\r\n\nBron öppnas i maj. Den är 120 meter\nlång.\n  \n\nMer om bron kommer i höst.";

static const nt_plugin *load(fixture *f, const char *name) {
  nt_str file = nt_arena_format(f->arena, "%s/plugins/%s.so", getenv("NOTIS_BUILD_DIR"), name);
  const nt_plugin *plugin = nt_host_load(f->host, file, &f->diags);
  assert_non_null(plugin);
  return plugin;
}

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->arena = nt_arena_new();
  f->host = nt_host_new();
  nt_diags_init(&f->diags, f->arena);
  f->config = nt_map_new(f->arena);
  f->source = (conform_source){.plugin = load(f, "source_lines"),
                               .config = &f->config,
                               .path = NT_STR("content/bro.lines"),
                               .sample = nt_str_n(sample, sizeof sample - 1)};
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_host_free(f->host);
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

static nt_str asked_path, asked_match;
static notis_status files(notis_sink *sink, nt_str path, nt_str match) {
  asked_path = path;
  asked_match = match;
  return NOTIS_OK;
}
static const nt_host_engine engine = {.sink_files = files};

/* The document of some text, in the fixture's arena. */
static notis_status parse(fixture *f, const char *text, nt_document *document, nt_diags *diags) {
  conform_call c;
  void *self = NULL;
  conform_begin(&c, NULL, NULL);
  nt_diags_init(diags, f->arena);
  c.call.diags = diags;
  notis_sink *sink = nt_sink_new(f->host, NT_STR("lines"), &engine, NULL);
  const notis_source_api *api = &f->source.plugin->source;
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
  assert_true(nt_str_eq(asked_path, NT_STR("content")) && nt_str_eq(asked_match, NT_STR("**/*.lines")));
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
  conform_output o = {.plugin = load(f, "output_text"), .config = &f->config, .reader = &reader, .page = &page};
  conform_output_all(&o);

  conform_call c;
  void *self = NULL;
  nt_buf out = {0};
  conform_begin(&c, NULL, &reader);
  notis_buffer buffer = {.buf = &out};
  const notis_output_api *api = &o.plugin->output;
  assert_int_equal(api->open(&nt_services, &c.call, NULL, &self), NOTIS_OK);
  assert_int_equal(api->render(self, &c.call, (const notis_page *)&page, &buffer), NOTIS_OK);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr, "Ny bro över älven\n=================\n\nBron öppnas i maj. Den är 120 meter\nlång.\n\n"
                               "Mer om bron kommer i höst.\n\n");
  buffer = (notis_buffer){.buf = &out, .limit = out.len + 4};
  api->render(self, &c.call, (const notis_page *)&page, &buffer);
  assert_true(buffer.full);
  nt_page list = {.collection = NT_STR("x")};
  assert_int_equal(api->render(self, &c.call, (const notis_page *)&list, &buffer), NOTIS_ERROR);
  api->close(self);
  nt_buf_deinit(&out);
  conform_end(&c);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with(test_source_conforms),
      with(test_source_reads),
      with(test_source_wants_a_title),
      with(test_output),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
