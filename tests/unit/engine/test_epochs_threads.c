/* A small workspace through several epochs: what goes wrong and is mended, and what must hold when nothing changed. */
#include "engine/engine.h"
#include "tempdir.h"

typedef struct fixture {
  nt_tempdir dir;
  nt_engine *engine;
} fixture;

static const char site_yaml[] = "title: Prov\nurl: https://prov.example/\n"
                                "sources:\n  text: { use: source_markdown, path: content, match: \"**/*.md\" }\n"
                                "collections:\n  alla: { sort: [title], path: /alla/, template: list.html }\n";

static void write_file(fixture *f, const char *name, const char *text) {
  nt_tempdir_write(&f->dir, name, text);
}

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  nt_tempdir_make(&f->dir);
  write_file(f, "notis.yaml", "notis: 1\nsites: [s]\n");
  write_file(f, "s/site.yaml", site_yaml);
  write_file(f, "s/kinds/article.yaml",
             "permalink: /{path}/\ntemplate: page.html\noutputs: [html]\nunknown_fields: allow\n"
             "fields:\n  title: { type: text, required: true }\n  date: { type: date }\n");
  write_file(f, "s/templates/page.html", "<p>{{ doc.title }}</p>{{ doc.body }}\n");
  write_file(f, "s/templates/list.html", "{% for d in documents %}<li>{{ d.title }}</li>\n{% endfor %}");
  write_file(f, "s/content/a.md", "---\ntitle: A\n---\nAlfa.\n");
  write_file(f, "s/content/b.md", "---\ntitle: B\n---\nBeta.\n");
  *state = f;
  return 0;
}

static void close_engine(fixture *f) {
  if (f->engine) assert_true(nt_engine_close(f->engine));
  f->engine = NULL;
}

static int teardown(void **state) {
  fixture *f = *state;
  close_engine(f);
  nt_tempdir_remove(&f->dir);
  free(f);
  return 0;
}

/* A new process, as it were. */
static void start(fixture *f) {
  close_engine(f);
  const char *build = getenv("NOTIS_BUILD_DIR");
  char plugins[1024];
  snprintf(plugins, sizeof plugins, "%s/plugins", build ? build : "build");
  nt_str dir = nt_str_c(plugins);
  nt_engine_options options = {.workspace = nt_str_c(f->dir.path),
                               .plugin_dirs = &dir,
                               .plugin_dir_count = 1,
                               .workers = 3,
                               .at_set = true,
                               .distrust = true,
                               .at = 1735689600};
  f->engine = nt_engine_open(&options);
  for (size_t i = 0; i < f->engine->diags.len; i++)
    print_message("%s\n", nt_message_get(f->engine->diags.items[i].code)->name);
  assert_int_equal(f->engine->diags.errors, 0);
  nt_engine_settle(f->engine);
}

static void again(fixture *f) {
  nt_engine_refresh(f->engine);
  nt_engine_settle(f->engine);
}

static nt_site *site_of(fixture *f) {
  return nt_engine_site(f->engine, NT_STR("s"));
}

static bool said(fixture *f, nt_code code) {
  const nt_diags *diags = &site_of(f)->diags;
  for (size_t i = 0; i < diags->len; i++)
    if (diags->items[i].code == code) return true;
  return false;
}

static void assert_published(fixture *f, const char *path, const char *expected) {
  char name[512];
  snprintf(name, sizeof name, "public/s/%s", path);
  nt_str got = nt_test_read(nt_tempdir_at(&f->dir, name));
  bool same = expected ? got.ptr && nt_str_eq(got, nt_str_c(expected)) : !got.ptr;
  if (!same) {
    const nt_diags *diags = &site_of(f)->diags;
    for (size_t i = 0; i < diags->len; i++)
      print_message("%s %.*s\n", nt_message_get(diags->items[i].code)->name, NT_FMT(diags->items[i].args[0]));
    fail_msg("%s is %.*s", path, NT_FMT(got));
  }
  free((char *)got.ptr);
}

static uint64_t runs(fixture *f, nt_step_kind kind) {
  return nt_atomic_get(&site_of(f)->counters.run[kind]);
}

static const char page_a[] = "<p>A</p><p>Alfa.</p>\n";

/* ---- as it should be ---- */

static void a_site_is_published_and_holds(void **state) {
  fixture *f = *state;
  start(f);
  assert_published(f, "a/index.html", page_a);
  assert_published(f, "alla/index.html", "<li>A</li>\n<li>B</li>\n");
  uint64_t parsed = runs(f, NT_STEP_PARSE), planned = runs(f, NT_STEP_PLAN), rendered = runs(f, NT_STEP_RENDER);
  again(f);
  assert_int_equal(runs(f, NT_STEP_PARSE), parsed);
  assert_int_equal(runs(f, NT_STEP_PLAN), planned);
  assert_int_equal(runs(f, NT_STEP_RENDER), rendered);
  write_file(f, "s/content/a.md", "---\ntitle: A\n---\nOmega.\n");
  again(f);
  assert_published(f, "a/index.html", "<p>A</p><p>Omega.</p>\n");
  assert_int_equal(runs(f, NT_STEP_PARSE), parsed + 1);
  assert_int_equal(runs(f, NT_STEP_RENDER), rendered + 1);
}

/* ---- traces ---- */

/* The folder's name becomes a kind: whoever looked for it and did not find it must look again. */
static void a_kind_that_comes_is_taken(void **state) {
  fixture *f = *state;
  write_file(f, "s/content/news/x.md", "---\ntitle: X\n---\n");
  start(f);
  assert_published(f, "news/x/index.html", "<p>X</p>");
  write_file(f, "s/kinds/news.yaml",
             "permalink: /nytt/{slug}/\ntemplate: page.html\noutputs: [html]\n"
             "fields:\n  title: { type: text, required: true }\n");
  again(f);
  assert_published(f, "nytt/x/index.html", "<p>X</p>");
  assert_published(f, "news/x/index.html", NULL);
}

/* ---- collect hooks ---- */

static const char collect_lua[] = "local notis = require 'notis'\n"
                                  "notis.on('collect', function(site, collect)\n"
                                  "  collect:page{ path = '/egen/', template = 'own.html', params = { n = 7 } }\n"
                                  "  collect:collection('urval', { path = '/urval/', template = 'list.html',\n"
                                  "    documents = site:collection('alla') })\n"
                                  "end)\n";

/* The hooks run again and give the same: the plan holds, and what it borrowed from the hooks' value must still be
 * there. */
static void the_same_from_collect_hooks_holds(void **state) {
  fixture *f = *state;
  char changed[1024];
  write_file(f, "s/scripts/collect.lua", collect_lua);
  write_file(f, "s/templates/own.html", "{{ page.params.n }}");
  start(f);
  assert_published(f, "egen/index.html", "7");
  assert_published(f, "urval/index.html", "<li>A</li>\n<li>B</li>\n");
  uint64_t collected = runs(f, NT_STEP_COLLECT), planned = runs(f, NT_STEP_PLAN);
  snprintf(changed, sizeof changed, "-- another comment\n%s", collect_lua);
  write_file(f, "s/scripts/collect.lua", changed);
  again(f);
  assert_int_equal(runs(f, NT_STEP_COLLECT), collected + 1);
  assert_int_equal(runs(f, NT_STEP_PLAN), planned);
  write_file(f, "s/templates/own.html", "n = {{ page.params.n }}");
  write_file(f, "s/templates/list.html", "{% for d in documents %}{{ d.title }} {% endfor %}");
  again(f);
  assert_published(f, "egen/index.html", "n = 7");
  assert_published(f, "urval/index.html", "A B ");
}

/* Its fault stops this commit and the next, though the hook does not run again. */
static void a_bad_collection_of_a_hook_stays_a_fault(void **state) {
  fixture *f = *state;
  write_file(f, "s/scripts/collect.lua",
             "local notis = require 'notis'\nnotis.on('collect', function(site, collect)\n"
             "  collect:collection('urval', { path = 'utan-streck/' })\nend)\n");
  start(f);
  for (int round = 0; round < 2; round++) {
    assert_true(site_of(f)->failed);
    assert_true(said(f, NT_MSG_config_bad_path));
    assert_published(f, "a/index.html", NULL);
    again(f);
  }
  write_file(f, "s/scripts/collect.lua", collect_lua);
  write_file(f, "s/templates/own.html", "");
  again(f);
  assert_false(site_of(f)->failed);
  assert_published(f, "a/index.html", page_a);
}

static void a_hook_cannot_take_an_items_id(void **state) {
  fixture *f = *state;
  write_file(f, "s/scripts/collect.lua",
             "local notis = require 'notis'\nnotis.on('collect', function(site, collect)\n"
             "  collect:document{ id = 'text/content/a.md', kind = 'article', title = 'Tagen' }\nend)\n");
  start(f);
  assert_true(said(f, NT_MSG_script_derived_twice));
  assert_published(f, "a/index.html", page_a);
  again(f);
  assert_published(f, "a/index.html", page_a);
}

/* A module is asked for while a page is made, by a VM that is older than the inputs. */
static void a_vm_outlives_a_refresh(void **state) {
  fixture *f = *state;
  write_file(f, "s/scripts/lib/ord.lua", "return { word = 'ord' }\n");
  write_file(f, "s/scripts/one.lua",
             "local notis = require 'notis'\nrequire 'ord'\n"
             "notis.filter('om', function(s) return require('ord').word .. s end)\n");
  write_file(f, "s/templates/page.html", "{{ doc.title | om }}");
  start(f);
  assert_published(f, "a/index.html", "ordA");
  for (int i = 0; i < 3; i++) {
    write_file(f, "s/content/a.md", i % 2 ? "---\ntitle: A\n---\n" : "---\ntitle: Å\n---\n");
    again(f);
    assert_published(f, "a/index.html", i % 2 ? "ordA" : "ordÅ");
  }
}

/* ---- faults that are mended ---- */

static void a_file_that_was_unreadable_comes_back(void **state) {
  fixture *f = *state;
  char large[4096];
  memset(large, 'x', sizeof large - 1);
  large[sizeof large - 1] = '\0';
  write_file(f, "notis.yaml", "notis: 1\nsites: [s]\nlimits: { item: 1 kB }\n");
  write_file(f, "s/scripts/one.lua",
             "local notis = require 'notis'\nnotis.on('document', function(doc)\n"
             "  doc.title = doc.title .. '!'\n  if doc.title == 'A!' then\n"
             "    doc:derive('bi', { kind = 'article', title = 'Bi' })\n  end\nend)\n");
  start(f);
  assert_published(f, "alla/index.html", "<li>A!</li>\n<li>B!</li>\n<li>Bi</li>\n");
  write_file(f, "s/content/a.md", large);
  again(f);
  assert_true(said(f, NT_MSG_file_too_large));
  assert_published(f, "alla/index.html", "<li>B!</li>\n");
  assert_published(f, "a/index.html", "<p>A!</p><p>Alfa.</p>\n"); /* its newest good version */
  write_file(f, "s/content/a.md", "---\ntitle: A\n---\nAlfa.\n"); /* the very bytes of before */
  again(f);
  assert_int_equal(site_of(f)->diags.len, 0);
  assert_published(f, "alla/index.html", "<li>A!</li>\n<li>B!</li>\n<li>Bi</li>\n");
}

static void a_target_that_could_not_write_is_tried_again(void **state) {
  fixture *f = *state;
  write_file(f, "public", "in the way");
  start(f);
  for (int i = 0; i < 2; i++) {
    assert_true(site_of(f)->failed);
    again(f);
  }
  assert_int_equal(unlink(nt_tempdir_at(&f->dir, "public")), 0);
  again(f);
  assert_false(site_of(f)->failed);
  assert_published(f, "a/index.html", page_a);
}

/* A commit fails half way, since a folder cannot make room for a file while it holds something of somebody else's. By
 * then a new file is out that no ledger knows. It is no longer wanted at the next epoch, and so must go. */
static void a_commit_that_failed_is_completed(void **state) {
  fixture *f = *state;
  write_file(f, "s/static/b/c.txt", "c");
  start(f);
  write_file(f, "public/s/b/theirs", "");
  write_file(f, "s/static/aa.txt", "aa");
  assert_int_equal(unlink(nt_tempdir_at(&f->dir, "s/static/b/c.txt")), 0);
  assert_int_equal(rmdir(nt_tempdir_at(&f->dir, "s/static/b")), 0);
  assert_int_equal(unlink(nt_tempdir_at(&f->dir, "s/content/b.md")), 0);
  write_file(f, "s/static/b", "b");
  again(f);
  assert_true(site_of(f)->failed);
  assert_int_equal(access(nt_tempdir_at(&f->dir, "public/s/aa.txt"), F_OK), 0);
  assert_int_equal(access(nt_tempdir_at(&f->dir, ".notis/state/s/journal"), F_OK), 0);
  assert_int_equal(unlink(nt_tempdir_at(&f->dir, "public/s/b/theirs")), 0);
  assert_int_equal(unlink(nt_tempdir_at(&f->dir, "s/static/aa.txt")), 0);
  again(f);
  assert_false(site_of(f)->failed);
  assert_int_not_equal(access(nt_tempdir_at(&f->dir, "public/s/aa.txt"), F_OK), 0);
  assert_published(f, "b", "b");
  assert_int_not_equal(access(nt_tempdir_at(&f->dir, ".notis/state/s/journal"), F_OK), 0);
}

/* ---- what is not gone ---- */

static void a_document_at_fault_keeps_its_page(void **state) {
  fixture *f = *state;
  write_file(f, "s/content/C#.md", "---\ntitle: C\n---\n");
  start(f);
  write_file(f, "s/content/C#.md", "---\nno title\n---\n");
  again(f);
  assert_true(site_of(f)->diags.errors > 0);
  bool kept = false;
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&site_of(f)->commit.ledger, &i, &e);)
    kept |= nt_str_eq(((nt_ledger_entry *)e->value)->owner, NT_STR("text/content/C#.md"));
  assert_true(kept);
}

/* In a new process nothing is remembered but the ledger. */
static void a_partial_scan_removes_nothing(void **state) {
  fixture *f = *state;
  start(f);
  close_engine(f);
  assert_int_equal(rename(nt_tempdir_at(&f->dir, "s/content"), nt_tempdir_at(&f->dir, "s/bort")), 0);
  start(f);
  assert_true(said(f, NT_MSG_scan_partial));
  assert_published(f, "a/index.html", page_a);
  close_engine(f);
  write_file(f, "s/content/c.md", "---\ntitle: C\n---\n"); /* a whole scan, and there they are not */
  start(f);
  assert_published(f, "a/index.html", NULL);
  assert_published(f, "c/index.html", "<p>C</p>");
}

/* ---- paths ---- */

static void the_earlier_keeps_an_address(void **state) {
  fixture *f = *state;
  write_file(f, "s/kinds/article.yaml",
             "permalink: /{slug}/\ntemplate: page.html\noutputs: [html]\n"
             "fields:\n  title: { type: text, required: true }\n  date: { type: date }\n");
  write_file(f, "s/content/x/lika.md", "---\ntitle: Senare\ndate: 2024-02-02\n---\n");
  write_file(f, "s/content/y/lika.md", "---\ntitle: Tidigare\ndate: 2024-01-01\n---\n");
  start(f);
  assert_published(f, "lika/index.html", "<p>Tidigare</p>");
  assert_true(said(f, NT_MSG_path_taken));
  write_file(f, "s/content/y/lika.md", "---\ntitle: Sist\ndate: 2024-03-03\n---\n");
  again(f);
  assert_published(f, "lika/index.html", "<p>Senare</p>");
}

static void lists_have_pages(void **state) {
  fixture *f = *state;
  char yaml[1024];
  snprintf(yaml, sizeof yaml, "%s  korta: { sort: [-title], path: /korta/, per_page: 1, template: list.html }\n",
           site_yaml);
  write_file(f, "s/site.yaml", yaml);
  start(f);
  assert_published(f, "korta/index.html", "<li>B</li>\n");
  assert_published(f, "korta/sida/2/index.html", "<li>A</li>\n");
  assert_published(f, "korta/sida/3/index.html", NULL);
  write_file(f, "s/content/c.md", "---\ntitle: C\n---\n");
  again(f);
  assert_published(f, "korta/sida/3/index.html", "<li>A</li>\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_site_is_published_and_holds, setup, teardown),
      cmocka_unit_test_setup_teardown(a_kind_that_comes_is_taken, setup, teardown),
      cmocka_unit_test_setup_teardown(the_same_from_collect_hooks_holds, setup, teardown),
      cmocka_unit_test_setup_teardown(a_bad_collection_of_a_hook_stays_a_fault, setup, teardown),
      cmocka_unit_test_setup_teardown(a_hook_cannot_take_an_items_id, setup, teardown),
      cmocka_unit_test_setup_teardown(a_vm_outlives_a_refresh, setup, teardown),
      cmocka_unit_test_setup_teardown(a_file_that_was_unreadable_comes_back, setup, teardown),
      cmocka_unit_test_setup_teardown(a_target_that_could_not_write_is_tried_again, setup, teardown),
      cmocka_unit_test_setup_teardown(a_commit_that_failed_is_completed, setup, teardown),
      cmocka_unit_test_setup_teardown(a_document_at_fault_keeps_its_page, setup, teardown),
      cmocka_unit_test_setup_teardown(a_partial_scan_removes_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(the_earlier_keeps_an_address, setup, teardown),
      cmocka_unit_test_setup_teardown(lists_have_pages, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
