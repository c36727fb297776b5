/* The checks that every descriptor passes, whether it came from a shared object or from memory. */
#include "host/host.h"
#include "support.h"

static notis_status any_source(const notis_services *h, notis_call *c, const notis_value *v, notis_sink *k, void **s) {
  return NOTIS_OK;
}
static notis_status any_open(const notis_services *h, notis_call *c, const notis_value *v, void **s) {
  return NOTIS_OK;
}
static notis_status any_parse(const void *s, notis_call *c, const notis_item *i, notis_builder *b) {
  return NOTIS_OK;
}
static notis_status any_render(const void *s, notis_call *c, const notis_page *p, notis_buffer *b) {
  return NOTIS_OK;
}
static void any_close(void *self) {}

static const notis_source_api source = {
    .size = sizeof source, .open = any_source, .parse = any_parse, .close = any_close};
static const notis_output_api output = {.size = sizeof output,
                                        .takes = NOTIS_TAKES_DOCUMENT,
                                        .extension = "txt",
                                        .open = any_open,
                                        .render = any_render,
                                        .close = any_close};

static notis_plugin_descriptor good(void) {
  return (notis_plugin_descriptor){.abi = NOTIS_ABI,
                                   .size = sizeof(notis_plugin_descriptor),
                                   .name = "plain",
                                   .version = "1.0",
                                   .source = &source,
                                   .output = &output};
}

typedef struct fixture {
  nt_host *host;
  nt_arena *arena;
  nt_diags diags;
} fixture;

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->host = nt_host_new();
  f->arena = nt_arena_new();
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

static void assert_refused(fixture *f, const void *descriptor, nt_code code) {
  f->diags.len = 0;
  assert_null(nt_host_add(f->host, NT_STR("x.so"), descriptor, &f->diags));
  assert_int_equal(f->diags.len, 1);
  assert_int_equal(f->diags.items[0].code, code);
  assert_true(nt_str_eq(f->diags.items[0].where.file, NT_STR("x.so")));
  assert_int_equal(nt_host_count(f->host), 0);
}

static void test_good(void **state) {
  fixture *f = *state;
  notis_plugin_descriptor d = good();
  char name[] = "plain";
  d.name = name;
  const nt_plugin *p = nt_host_add(f->host, NT_STR("x.so"), &d, &f->diags);
  assert_non_null(p);
  name[0] = '?'; /* the descriptor may go: everything was copied */
  assert_ptr_equal(nt_host_find(f->host, NT_STR("plain")), p);
  assert_ptr_equal(nt_host_at(f->host, 0), p);
  assert_null(nt_host_at(f->host, 1));
  assert_null(nt_host_find(f->host, NT_STR("other")));
  assert_ptr_equal(p->source.parse, any_parse);
  assert_ptr_equal(p->descriptor.source, &p->source);
  assert_string_equal(p->output.extension, "txt");
  assert_null(p->descriptor.target);
  assert_null(p->target.open);
  d.name = "plain";
  assert_null(nt_host_add(f->host, NT_STR("y.so"), &d, &f->diags));
  assert_int_equal(f->diags.items[0].code, NT_MSG_plugin_duplicate);
  assert_true(nt_str_eq(f->diags.items[0].args[1], NT_STR("x.so")));
}

/* A plugin of a later version has longer structs; what we do not know of them is left alone. */
static void test_longer_structs(void **state) {
  fixture *f = *state;
  struct {
    notis_plugin_descriptor d;
    void *more[3];
  } longer = {.d = good(), .more = {longer.more, longer.more, longer.more}};
  struct {
    notis_source_api api;
    void *more;
  } api = {.api = source, .more = &api};
  longer.d.size = sizeof longer;
  api.api.size = sizeof api;
  longer.d.source = &api.api;
  const nt_plugin *p = nt_host_add(f->host, NT_STR("x.so"), &longer.d, &f->diags);
  assert_non_null(p);
  assert_ptr_equal(p->source.open, any_source);
}

static void test_sizes(void **state) {
  fixture *f = *state;
  notis_plugin_descriptor d = good();
  d.size = offsetof(notis_plugin_descriptor, data);
  assert_refused(f, &d, NT_MSG_plugin_struct_size);
  d.size = 0;
  assert_refused(f, &d, NT_MSG_plugin_struct_size);
  d.size = UINT32_MAX;
  assert_refused(f, &d, NT_MSG_plugin_struct_size);
  d = good();
  notis_source_api small = source;
  small.size = offsetof(notis_source_api, close);
  d.source = &small;
  assert_refused(f, &d, NT_MSG_plugin_struct_size);
}

static void test_abi_comes_first(void **state) {
  fixture *f = *state;
  uint32_t abi = NOTIS_ABI + 1; /* there is no more to read */
  assert_refused(f, &abi, NT_MSG_plugin_abi);
}

static void test_names(void **state) {
  fixture *f = *state;
  static const char *const bad[] = {"",    "A",   "1a",
                                    "a-b", "a.b", "å",
                                    "a b", "_a",  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    notis_plugin_descriptor d = good();
    d.name = bad[i];
    assert_refused(f, &d, NT_MSG_plugin_name);
  }
  notis_plugin_descriptor d = good();
  d.name = NULL;
  assert_refused(f, &d, NT_MSG_plugin_name);
  d = good();
  d.version = NULL;
  assert_refused(f, &d, NT_MSG_plugin_version);
  d.version = "1 0";
  assert_refused(f, &d, NT_MSG_plugin_version);
}

static void test_what_is_offered(void **state) {
  fixture *f = *state;
  notis_plugin_descriptor d = good();
  d.source = NULL;
  d.output = NULL;
  assert_refused(f, &d, NT_MSG_plugin_offers_nothing);
  notis_output_api o = output;
  d.output = &o;
  o.takes = 1u << 20;
  assert_refused(f, &d, NT_MSG_plugin_takes_nothing);
  o = output;
  o.extension = ".html";
  assert_refused(f, &d, NT_MSG_plugin_extension);
  o.extension = "a/b";
  assert_refused(f, &d, NT_MSG_plugin_extension);
  o.extension = NULL;
  assert_refused(f, &d, NT_MSG_plugin_extension);
  o = output;
  o.render = NULL;
  assert_refused(f, &d, NT_MSG_plugin_no_function);
}

static void test_every_missing_function_is_named(void **state) {
  fixture *f = *state;
  notis_plugin_descriptor d = good();
  notis_target_api t = {.size = sizeof t};
  d.target = &t;
  static const char *const names[] = {"open", "begin", "put", "remove", "commit", "abort", "close"};
  assert_null(nt_host_add(f->host, NT_STR("x.so"), &d, &f->diags));
  assert_int_equal(f->diags.len, 7);
  for (size_t i = 0; i < 7; i++)
    assert_true(nt_str_eq(f->diags.items[i].args[0], nt_arena_format(f->arena, "target.%s", names[i])));
}

static void test_files_that_are_no_plugins(void **state) {
  fixture *f = *state;
  assert_null(nt_host_load(f->host, NT_STR("/nonexistent/a.so"), &f->diags));
  assert_int_equal(f->diags.items[0].code, NT_MSG_plugin_load);
  assert_false(nt_host_load_directory(f->host, NT_STR("/nonexistent"), &f->diags));
  assert_int_equal(f->diags.items[1].code, NT_MSG_plugin_directory);
}

#define with_host(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with_host(test_good),
      with_host(test_longer_structs),
      with_host(test_sizes),
      with_host(test_abi_comes_first),
      with_host(test_names),
      with_host(test_what_is_offered),
      with_host(test_every_missing_function_is_named),
      with_host(test_files_that_are_no_plugins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
