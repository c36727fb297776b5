/* A build from nothing beside one that is up to date: what differs is named with the read that explains it. Engines
 * that leave a class of keys out of account are the ones that have something to be caught with. */
#include "engine/explain/verify.h"
#include "workspace.h"

static const char *const files[][2] = {
    {"s/site.yaml", "title: V\nurl: https://v.example/\n"
                    "sources: { feed: { use: source_feed, set: news, kind: news } }\n"
                    "collections: { alla: { kind: news, sort: [title], path: /alla/, template: list.html } }\n"},
    {"s/kinds/news.yaml", "permalink: /n/{slug}/\ntemplate: page.html\nunknown_fields: allow\n"
                          "fields:\n  title: { type: text, required: true }\n"},
    {"s/templates/page.html", "<h1>{{ doc.title }}</h1>\n<p>{{ doc.goal }} {{ doc.count }}</p>\n"},
    {"s/templates/list.html", "{% for d in documents %}{{ d.title }}\n{% endfor %}"},
    {"s/data/goals.yaml", "first: Ett\n"},
    {"s/scripts/10.lua", "local notis = require \"notis\"\n"
                         "notis.on(\"document\", function(doc)\n"
                         "  if doc.slug == \"a\" then doc.goal = notis.data(\"data/goals.yaml\").first end\nend)\n"},
};

typedef struct fixture {
  workspace w;
  feed f;
  feed_port port; /* of the engine beside */
  nt_arena *arena;
  nt_diags diags;
  size_t files;
} fixture;

static int setup(void **state) {
  fixture *x = nt_zalloc(sizeof *x);
  feed_init(&x->f);
  workspace_init(&x->w, &x->f);
  feed_port_init(&x->port, &x->f);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) workspace_write(&x->w, files[i][0], files[i][1]);
  feed_put(&x->f, "news", "a", "---\ntitle: A\nslug: a\n---\nText.\n");
  feed_put(&x->f, "news", "b", "---\ntitle: B\nslug: b\n---\nText.\n");
  x->w.options.allow_removals = true;
  x->arena = nt_arena_new();
  *state = x;
  return 0;
}

static int teardown(void **state) {
  fixture *x = *state;
  nt_arena_free(x->arena);
  feed_port_deinit(&x->port);
  workspace_deinit(&x->w);
  feed_deinit(&x->f);
  free(x);
  return 0;
}

static void verify(fixture *x) {
  nt_str beside = nt_verify_folder(x->w.engine, x->arena);
  nt_diags_init(&x->diags, x->arena);
  nt_engine *clean = nt_verify_open(x->w.engine, x->w.site, beside);
  assert_int_equal(clean->diags.errors, 0);
  assert_non_null(nt_engine_add_plugin(clean, &x->port.descriptor));
  nt_engine_settle(clean);
  assert_false(clean->sites[0].failed);
  x->files = nt_verify_compare(x->w.engine, x->w.site, clean, &clean->sites[0], &x->diags);
  assert_true(nt_engine_close(clean));
  nt_verify_clear(beside, NULL);
}

static void assert_told(const fixture *x, size_t at, nt_code code, const char *path, const char *step,
                        const char *read) {
  assert_true(at < x->diags.len);
  const nt_diag *d = &x->diags.items[at];
  assert_int_equal(d->code, code);
  assert_true(nt_str_eq(d->args[0], nt_str_c(path)));
  if (!nt_str_eq(d->args[1], nt_str_c(step)) || !nt_str_eq(d->args[2], nt_str_c(read)))
    fail_msg("%.*s / %.*s", NT_FMT(d->args[1]), NT_FMT(d->args[2]));
}

static void open_ignoring(fixture *x, nt_key_class cls) {
  x->w.options.ignored_keys = 1u << cls;
  workspace_open(&x->w);
}

static void what_is_equal(void **state) {
  fixture *x = *state;
  workspace_open(&x->w);
  verify(x);
  assert_int_equal(x->diags.len, 0);
  assert_int_equal(x->files, 3);
  feed_put(&x->f, "news", "a", "---\ntitle: Ny\nslug: a\n---\nText.\n");
  assert_int_equal(feed_send(&x->w.port, "news", &(feed_word){FEED_UPSERT, "a"}, 1), NOTIS_OK);
  workspace_refresh(&x->w);
  verify(x);
  assert_int_equal(x->diags.len, 0);
}

static void a_template_that_was_not_seen(void **state) {
  fixture *x = *state;
  open_ignoring(x, NT_KEY_TEMPLATE);
  workspace_write(&x->w, "s/templates/list.html", "{% for d in documents %}{{ d.title }}\n{% endfor %}<hr>\n");
  workspace_refresh(&x->w);
  verify(x);
  assert_int_equal(x->diags.len, 1);
  assert_told(x, 0, NT_MSG_verify_stale, "alla/index.html", "render", "template list.html");
  assert_int_equal(x->diags.items[0].where.line, 3);
  assert_true(nt_str_eq(x->diags.items[0].args[3], NT_STR("<hr>")));
}

/* The page is right by the document that it shows: the document's hooks should have run. */
static void data_that_a_hook_did_not_see(void **state) {
  fixture *x = *state;
  open_ignoring(x, NT_KEY_DATA);
  workspace_write(&x->w, "s/data/goals.yaml", "first: Annat\n");
  workspace_refresh(&x->w);
  verify(x);
  assert_int_equal(x->diags.len, 1);
  assert_told(x, 0, NT_MSG_verify_stale, "n/a/index.html", "document feed/a", "data data/goals.yaml");
  assert_int_equal(x->diags.items[0].where.line, 2);
  assert_int_equal(x->diags.items[0].where.column, 4);
}

static void pages_that_should_not_be_there(void **state) {
  fixture *x = *state;
  open_ignoring(x, NT_KEY_CONFIG);
  workspace_replace(&x->w, "s/kinds/news.yaml", "/n/{slug}/", "/ny/{slug}/");
  workspace_refresh(&x->w);
  verify(x);
  assert_int_equal(x->diags.len, 4);
  for (size_t i = 0; i < 2; i++) assert_int_equal(x->diags.items[i].code, NT_MSG_verify_surplus);
  for (size_t i = 2; i < 4; i++) assert_int_equal(x->diags.items[i].code, NT_MSG_verify_missing);
  assert_told(x, 0, NT_MSG_verify_surplus, "n/a/index.html", "plan", "config kinds/news");
  assert_told(x, 3, NT_MSG_verify_missing, "ny/b/index.html", "plan", "config kinds/news");
}

/* A source that counts: no document is parsed to the same thing twice. */
static const notis_source_api *pure;
static const notis_services *services;
static int64_t counted;

static notis_status open_counting(const notis_services *host, notis_call *call, const notis_value *config,
                                  notis_sink *sink, void **self) {
  services = host;
  return pure->open(host, call, config, sink, self);
}

static notis_status parse_counting(const void *self, notis_call *call, const notis_item *item, notis_builder *builder) {
  notis_status status = pure->parse(self, call, item, builder);
  services->field_key(builder, (notis_str){"count", 5}, (notis_place){0});
  services->field_int(builder, ++counted, (notis_place){0});
  return status;
}

static void a_step_that_is_not_pure(void **state) {
  fixture *x = *state;
  notis_source_api counting = *(pure = x->port.descriptor.source);
  counting.open = open_counting;
  counting.parse = parse_counting;
  x->port.descriptor.source = x->w.port.descriptor.source = &counting;
  x->w.options.workers = 1;
  workspace_open(&x->w);
  verify(x);
  assert_int_equal(x->diags.len, 2);
  assert_told(x, 0, NT_MSG_verify_impure, "n/a/index.html", "parse feed/a", "");
  assert_told(x, 1, NT_MSG_verify_impure, "n/b/index.html", "parse feed/b", "");
}

static void a_file_that_something_else_altered(void **state) {
  fixture *x = *state;
  workspace_open(&x->w);
  workspace_write(&x->w, "public/s/n/b/index.html", "<h1>C</h1>\n");
  workspace_write(&x->w, "public/s/inte-var.html", "x");
  verify(x);
  assert_int_equal(x->diags.len, 1);
  assert_told(x, 0, NT_MSG_verify_differs, "n/b/index.html", "", "");
  workspace_refresh(&x->w);
  verify(x);
  assert_int_equal(x->diags.len, 0);
}

/* Nobody but a fault says that it is to be there, and nothing but the ledger says what it was. */
static void a_page_that_a_fault_keeps(void **state) {
  fixture *x = *state;
  workspace_open(&x->w);
  feed_put(&x->f, "news", "a", "---\nslug: a\n---\nText.\n");
  assert_int_equal(feed_send(&x->w.port, "news", &(feed_word){FEED_UPSERT, "a"}, 1), NOTIS_OK);
  workspace_refresh(&x->w);
  assert_true(x->w.site->diags.errors > 0);
  verify(x);
  assert_int_equal(x->diags.len, 0);
  assert_int_equal(x->files, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(what_is_equal),
                                     TEST(a_template_that_was_not_seen),
                                     TEST(data_that_a_hook_did_not_see),
                                     TEST(pages_that_should_not_be_there),
                                     TEST(a_step_that_is_not_pure),
                                     TEST(a_file_that_something_else_altered),
                                     TEST(a_page_that_a_fault_keeps)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
