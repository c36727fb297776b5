/* Each bad plugin gets a diagnostic with its place, and nothing crashes. */
#include "conform.h"
#include "model/nodecode.h"
#include "tempdir.h"

#include <dlfcn.h>

typedef struct fixture {
  nt_arena *arena;
  nt_diags diags;
  nt_host *host;
  notis_sink *sink;
  void *self;
  const nt_plugin *plugin;
  size_t upserts;
  nt_document document;
} fixture;

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->arena = nt_arena_new();
  f->host = nt_host_new();
  nt_diags_init(&f->diags, f->arena);
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

static nt_str file_of(fixture *f, const char *way) {
  return nt_arena_format(f->arena, "%s/bad_%s.so", BADPLUGINS, way);
}

static void assert_refused(fixture *f, const char *way, nt_code code) {
  f->diags.len = 0;
  assert_null(nt_host_load(f->host, file_of(f, way), &f->diags));
  assert_true(f->diags.len > 0);
  assert_int_equal(f->diags.items[0].code, code);
  assert_true(nt_str_eq(f->diags.items[0].where.file, file_of(f, way)));
}

static void test_refused_when_loaded(void **state) {
  fixture *f = *state;
  assert_refused(f, "abi", NT_MSG_plugin_abi);
  assert_refused(f, "short", NT_MSG_plugin_struct_size);
  assert_refused(f, "short_api", NT_MSG_plugin_struct_size);
  assert_refused(f, "symbol", NT_MSG_plugin_no_entry);
  assert_refused(f, "null", NT_MSG_plugin_no_descriptor);
  assert_refused(f, "functions", NT_MSG_plugin_no_function);
  assert_int_equal(f->diags.len, 3);
  assert_refused(f, "name", NT_MSG_plugin_name);
  assert_refused(f, "nothing", NT_MSG_plugin_offers_nothing);
  assert_refused(f, "undefined", NT_MSG_plugin_load);
  assert_int_equal(nt_host_count(f->host), 0);
}

static void test_folder(void **state) {
  fixture *f = *state;
  assert_false(nt_host_load_directory(f->host, NT_STR(BADPLUGINS "/folder"), &f->diags));
  assert_int_equal(f->diags.len, 2);
  assert_true(nt_str_ends(f->diags.items[0].where.file, NT_STR("/aa.so")));
  assert_int_equal(f->diags.items[1].code, NT_MSG_plugin_load);
}

/* ---- those that load ---- */

static notis_status take_begin(notis_sink *sink, uint64_t generation) {
  return NOTIS_OK;
}
static notis_status take_upsert(notis_sink *sink, nt_str id, nt_str fingerprint) {
  ((fixture *)nt_sink_ud(sink))->upserts++;
  return NOTIS_OK;
}
static const nt_host_engine engine = {.sink_begin = take_begin, .sink_upsert = take_upsert};

static notis_status open_bad(fixture *f, const char *way) {
  f->plugin = nt_host_load(f->host, file_of(f, way), &f->diags);
  assert_non_null(f->plugin);
  f->sink = nt_sink_new(f->host, f->plugin->name, &engine, f);
  conform_call c;
  conform_begin(&c, &engine, NULL);
  c.call.diags = &f->diags;
  notis_status status = f->plugin->source.open(&nt_services, &c.call, NULL, f->sink, &f->self);
  conform_end(&c);
  return status;
}

static void close_bad(fixture *f) {
  f->plugin->source.close(f->self);
  nt_sink_close(f->sink);
}

/* Opens, parses one item, closes; the document is in the fixture. */
static notis_status parse_bad(fixture *f, const char *way) {
  assert_int_equal(open_bad(f, way), NOTIS_OK);
  conform_call c;
  conform_begin(&c, &engine, NULL);
  c.call.diags = &f->diags;
  c.call.file = NT_STR("content/a.bad");
  notis_builder *builder = nt_builder_new(f->arena, &f->diags, c.call.file);
  notis_item item = {.size = sizeof item, .bytes = {"x", 1}, .body = {"x", 1}, .body_at = {1, 1, 0}};
  notis_status status = f->plugin->source.parse(f->self, &c.call, &item, builder);
  nt_builder_finish(builder, &f->document);
  conform_end(&c);
  close_bad(f);
  return status;
}

static void assert_said(fixture *f, const char *way, nt_code code) {
  parse_bad(f, way);
  assert_int_equal(f->diags.errors, 1);
  assert_int_equal(f->diags.items[0].code, code);
  assert_true(nt_str_eq(f->diags.items[0].where.file, NT_STR("content/a.bad")));
}

static void test_open_that_fails(void **state) {
  fixture *f = *state;
  assert_int_equal(open_bad(f, "open"), NOTIS_ERROR);
  assert_int_equal(f->diags.errors, 1);
  assert_true(nt_str_eq(f->diags.items[0].args[0], NT_STR("no connection")));
  assert_true(nt_str_eq(f->diags.items[0].hint, NT_STR("Is the server up?")));
}

static void test_ids_that_cannot_be(void **state) {
  fixture *f = *state;
  assert_int_equal(open_bad(f, "ids"), NOTIS_OK);
  close_bad(f);
  assert_int_equal(f->upserts, 1);
  nt_host_report_sinks(f->host, &f->diags);
  assert_int_equal(f->diags.len, 1);
  assert_int_equal(f->diags.items[0].code, NT_MSG_plugin_sink_refused);
  assert_true(nt_str_eq(f->diags.items[0].args[1], NT_STR("6")));
}

static void test_sink_after_close(void **state) {
  fixture *f = *state;
  assert_int_equal(open_bad(f, "late"), NOTIS_OK);
  void *library = dlopen(file_of(f, "late").ptr, RTLD_NOW | RTLD_NOLOAD);
  int (*send_late)(void) = NULL;
  void *symbol = dlsym(library, "bad_send_late");
  memcpy(&send_late, &symbol, sizeof symbol);
  assert_int_equal(send_late(), NOTIS_OK);
  assert_int_equal(f->upserts, 1);
  close_bad(f);
  assert_int_equal(send_late(), NOTIS_CLOSED);
  assert_int_equal(send_late(), NOTIS_CLOSED);
  assert_int_equal(f->upserts, 1);
  nt_host_report_sinks(f->host, &f->diags);
  nt_host_report_sinks(f->host, &f->diags); /* once said is enough */
  assert_int_equal(f->diags.len, 1);
  assert_int_equal(f->diags.items[0].code, NT_MSG_plugin_sink_closed);
  assert_true(nt_str_eq(f->diags.items[0].args[1], NT_STR("2")));
  dlclose(library);
}

static void test_places(void **state) {
  fixture *f = *state;
  assert_int_equal(parse_bad(f, "places"), NOTIS_ERROR);
  assert_int_equal(f->diags.len, 7);
  static const uint32_t expected[][2] = {{0, 0}, {0, 0}, {1, 1}, {7, 1}, {3, 4}, {3, 4}, {3, 4}};
  for (size_t i = 0; i < 7; i++) {
    assert_int_equal(f->diags.items[i].where.line, expected[i][0]);
    assert_int_equal(f->diags.items[i].where.column, expected[i][1]);
    assert_true(f->diags.items[i].where.span < 100);
    assert_true(f->diags.items[i].args[0].len > 0);
    assert_int_equal(nt_utf8_check(f->diags.items[i].args[0]), f->diags.items[i].args[0].len);
  }
  assert_true(nt_str_eq(f->diags.items[4].args[0], NT_STR("a\xEF\xBF\xBD"
                                                          "b\xEF\xBF\xBD%s%n{0}")));
}

static void test_unclosed(void **state) {
  assert_said(*state, "unclosed", NT_MSG_builder_left_open);
}
static void test_closes(void **state) {
  assert_said(*state, "closes", NT_MSG_builder_close_misplaced);
}
static void test_nesting(void **state) {
  assert_said(*state, "nesting", NT_MSG_builder_node_misplaced);
}
static void test_types(void **state) {
  assert_said(*state, "types", NT_MSG_builder_node_misplaced);
}
static void test_fields(void **state) {
  assert_said(*state, "fields", NT_MSG_builder_no_key);
}
static void test_depth(void **state) {
  assert_said(*state, "depth", NT_MSG_builder_too_deep);
}

/* A struct too short to have a type says that it is a document. */
static void test_sizes(void **state) {
  fixture *f = *state;
  parse_bad(f, "sizes");
  assert_int_equal(f->diags.errors, 1);
}

static void test_large(void **state) {
  fixture *f = *state;
  assert_int_equal(parse_bad(f, "list"), NOTIS_OK);
  assert_int_equal(nt_value_len(nt_map_find(&f->document.fields, NT_STR("list"))), 1000000);
  assert_int_equal(f->diags.len, 0);
}

static void test_deep_tree(void **state) {
  fixture *f = *state;
  assert_int_equal(parse_bad(f, "tree"), NOTIS_OK);
  nt_buf bytes = {0};
  nt_node_encode(f->document.body, &bytes);
  assert_non_null(nt_node_decode(nt_buf_str(&bytes), f->arena));
  nt_buf_deinit(&bytes);
}

static void test_texts(void **state) {
  fixture *f = *state;
  assert_int_equal(parse_bad(f, "texts"), NOTIS_OK);
  const nt_entry *field = &f->document.fields.as.map->entries[0];
  assert_int_equal(nt_utf8_check(field->key), field->key.len);
  assert_int_equal(nt_utf8_check(field->value.as.string), field->value.as.string.len);
  assert_int_equal(nt_str_find(field->value.as.string, '\0'), field->value.as.string.len);
}

static void test_nulls(void **state) {
  fixture *f = *state;
  assert_int_equal(parse_bad(f, "nulls"), NOTIS_ERROR);
  assert_true(f->diags.errors > 0);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* ---- files that are replaced ---- */

static void copy_plugin(const char *name, const char *to, const char *mode) {
  char from[4096];
  const char *build = getenv("NOTIS_BUILD_DIR");
  snprintf(from, sizeof from, "%s/plugins/%s.so", build ? build : "build", name);
  nt_str bytes = nt_test_read(from);
  FILE *file = fopen(to, mode);
  assert_true(bytes.len && file && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len && fclose(file) == 0);
  free((char *)bytes.ptr);
}

static const nt_plugin *load_anew(fixture *f, const char *path) {
  nt_host_free(f->host);
  f->host = nt_host_new();
  f->diags.len = f->diags.errors = 0;
  return nt_host_load(f->host, nt_str_c(path), &f->diags);
}

/* What lies at the path is loaded, though the linker has loaded something else from there; what was written over is
 * refused, and so is what was broken. */
static void test_replaced_while_loaded(void **state) {
  fixture *f = *state;
  nt_tempdir dir;
  nt_tempdir_make(&dir);
  char path[512], other[512];
  snprintf(path, sizeof path, "%s", nt_tempdir_at(&dir, "x.so"));
  snprintf(other, sizeof other, "%s", nt_tempdir_at(&dir, "x.new"));
  copy_plugin("source_text", path, "wb");
  const nt_plugin *plugin = load_anew(f, path);
  assert_non_null(plugin);
  assert_string_equal(plugin->name.ptr, "source_text");
  nt_hash code = plugin->code;
  copy_plugin("source_markdown", other, "wb");
  assert_int_equal(rename(other, path), 0);
  plugin = load_anew(f, path);
  assert_non_null(plugin);
  assert_string_equal(plugin->name.ptr, "source_markdown");
  assert_int_not_equal(plugin->code, code);
  assert_non_null(load_anew(f, path));    /* the same again */
  copy_plugin("source_text", path, "ab"); /* its mapped part stays as it is, so that the process can end */
  assert_null(load_anew(f, path));
  assert_int_equal(f->diags.items[0].code, NT_MSG_plugin_written_over);
  nt_tempdir_write(&dir, "x.new", "no shared object");
  assert_int_equal(rename(other, path), 0);
  assert_null(load_anew(f, path));
  assert_int_equal(f->diags.items[0].code, NT_MSG_plugin_load);
  assert_int_equal(nt_str_search(f->diags.items[0].args[0], NT_STR("/./")), f->diags.items[0].args[0].len);
  copy_plugin("source_text", other, "wb");
  assert_int_equal(rename(other, path), 0);
  plugin = load_anew(f, path);
  assert_non_null(plugin);
  assert_int_equal(plugin->code, code);
  nt_tempdir_remove(&dir);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      with(test_refused_when_loaded),
      with(test_folder),
      with(test_replaced_while_loaded),
      with(test_open_that_fails),
      with(test_ids_that_cannot_be),
      with(test_sink_after_close),
      with(test_places),
      with(test_unclosed),
      with(test_closes),
      with(test_nesting),
      with(test_types),
      with(test_fields),
      with(test_depth),
      with(test_sizes),
      with(test_large),
      with(test_deep_tree),
      with(test_texts),
      with(test_nulls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
