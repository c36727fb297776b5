/* What readers are told of files, and what they depend on. Sizes are those that the files are written with; the
 * fingerprint is what xxhsum -H3 0.8 says of the same bytes. */
#include "engine/run.h"
#include "small_site.h"

#define GIF "GIF89a\x25\x01\x17\x01\x80\x01\x01" /* 293 by 279 pixels: 0x0125 and 0x0117, no byte of it zero */

#define KIND                                                                                                           \
  "permalink: /{slug}/\nfields:\n  title: { type: text }\n  up: { type: ref }\n"                                       \
  "  all: { type: list, of: { type: ref, kind: article } }\n  news: { type: ref, kind: "

static int setup(void **state) {
  small_setup(state);
  small_site *f = *state;
  small_put(f, "s/kinds/article.yaml", KIND "news }\n");
  small_put(f, "s/content/om.md", "---\ntitle: Om\nup: mal\n---\n[x](djupt/x.pdf)\n");
  small_put(f, "s/content/mal.md", "---\ntitle: Mal\n---\n");
  small_put(f, "s/content/djupt/x.pdf", "%PDF");
  small_put(f, "s/content/bild.GIF", GIF);
  small_put(f, "s/static/css/a.css", "body{}");
  small_settle(f);
  return 0;
}

static void begin(small_site *f, nt_run_scope scope, nt_run *run) {
  nt_site *site = nt_engine_site(f->engine, NT_STR("s"));
  nt_run_start(run, site, &site->seats[0], scope);
}

static nt_docref om(nt_run *run) {
  return nt_record_ref(nt_records_find(&run->site->records, NT_STR("text/content/om.md")));
}

static void test_facts(void **state) {
  nt_run run;
  begin(*state, NT_RUN_DOCUMENT, &run);
  nt_file_facts facts = {0};
  const nt_reader_ops *ops = run.reader.ops;
  assert_int_equal(ops->file(&run.reader, NT_STR("s/content/om.md"), NT_STR("djupt/x.pdf"), &facts), NT_READ_OK);
  assert_true(nt_str_eq(facts.path, NT_STR("content/djupt/x.pdf")));
  assert_true(nt_str_eq(facts.media, NT_STR("application/pdf")));
  assert_int_equal(facts.size, 4);
  assert_int_equal(facts.width, 0);
  assert_int_equal(ops->file(&run.reader, NT_STR("text/content/om.md"), NT_STR("bild.GIF"), &facts), NT_READ_OK);
  assert_true(nt_str_eq(facts.format, NT_STR("gif")));
  assert_int_equal(facts.width, 293);
  assert_int_equal(facts.height, 279);
  assert_int_equal(ops->file(&run.reader, NT_STR("s/content/om.md"), NT_STR("content/bild.GIF"), &facts), NT_READ_OK);
  assert_int_equal(ops->file(&run.reader, NT_STR("s/content/om.md"), NT_STR("/css/a.css"), &facts), NT_READ_OK);
  assert_true(nt_str_eq(facts.path, NT_STR("static/css/a.css")));
  static const char *const none[] = {"x.pdf", "om.md", "/x.pdf", "../../../etc/passwd", "", "djupt"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    assert_int_equal(ops->file(&run.reader, NT_STR("s/content/om.md"), nt_str_c(none[i]), &facts), NT_READ_ABSENT);
}

static void test_addresses_of_files(void **state) {
  nt_run run;
  begin(*state, NT_RUN_PAGE, &run);
  const nt_reader_ops *ops = run.reader.ops;
  nt_str url = ops->file_url(&run.reader, om(&run), NT_STR("djupt/x.pdf"));
  assert_true(nt_str_eq(url, NT_STR("/om/djupt/x.pdf")));
  assert_int_equal(ops->file_url(&run.reader, om(&run), NT_STR("bild.GIF")).len, 0); /* nobody refers to it */
  url = ops->file_url(&run.reader, om(&run), NT_STR("/css/a.css"));
  assert_true(nt_str_eq(url, NT_STR("/css/a.css")));
}

static void test_fingerprints(void **state) {
  nt_run run;
  begin(*state, NT_RUN_PAGE, &run);
  nt_str url;
  assert_int_equal(run.reader.ops->asset(&run.reader, NT_STR("/css/a.css"), &url), NT_READ_OK);
  assert_true(nt_str_eq(url, NT_STR("/css/a.css?v=5f8b3aed")));
  assert_int_equal(run.reader.ops->asset(&run.reader, NT_STR("/css/b.css"), &url), NT_READ_ABSENT);
  assert_int_equal(run.reader.ops->asset(&run.reader, NT_STR("css/a.css"), &url), NT_READ_ABSENT);
}

static nt_docref refer(nt_run *run, const char *field, const char *word, const char *kind) {
  return run->reader.ops->refer(&run->reader, om(run), nt_str_c(field), nt_str_c(word), nt_str_c(kind));
}

static void test_references(void **state) {
  nt_run run;
  begin(*state, NT_RUN_PAGE, &run);
  nt_docref mal = nt_record_ref(nt_records_find(&run.site->records, NT_STR("text/content/mal.md")));
  assert_true(refer(&run, "up", "mal", "") == mal);
  assert_true(refer(&run, "up", "mal.md", "article") == mal);
  assert_int_equal(refer(&run, "up", "mal", "news"), 0);
  assert_int_equal(refer(&run, "up", "finns-inte", ""), 0);
  assert_true(refer(&run, "all", "mal", "") == mal);
  assert_int_equal(refer(&run, "news", "mal", ""), 0); /* as it is declared */
  assert_true(refer(&run, "news", "mal", "article") == mal);
  assert_true(refer(&run, "undeclared", "mal", "") == mal);
}

/* The hash of each thing that was read is what the key has now, and another when the file has changed. */
static void test_what_steps_depend_on(void **state) {
  small_site *f = *state;
  nt_site *site = nt_engine_site(f->engine, NT_STR("s"));
  nt_run run;
  begin(f, NT_RUN_PAGE, &run);
  nt_file_facts facts;
  nt_str url;
  nt_code why;
  run.reader.ops->file(&run.reader, NT_STR("s/content/om.md"), NT_STR("bild.GIF"), &facts);
  run.reader.ops->file(&run.reader, NT_STR("s/content/om.md"), NT_STR("ny.gif"), &facts);
  run.reader.ops->asset(&run.reader, NT_STR("/css/a.css"), &url);
  run.reader.ops->file_url(&run.reader, om(&run), NT_STR("ny.gif"));
  refer(&run, "up", "ny", "");
  refer(&run, "news", "mal", "");
  refer(&run, "all", "mal", "");
  run.reader.ops->resolve(&run.reader, om(&run), NT_STR("ny.md"), &url, &why);
  nt_step step = {0};
  nt_run_finish(&run, &step, NT_STEP_OK, 1);
  assert_true(nt_step_holds(site, &site->seats[0], NT_RUN_PAGE, &step));
  small_put(f, "s/content/bild.GIF", GIF "x");
  small_put(f, "s/content/ny.gif", GIF);
  small_put(f, "s/kinds/article.yaml", KIND "article }\n");
  small_put(f, "s/content/ny.md", "---\ntitle: Ny\n---\n");
  small_put(f, "s/content/om.md", "---\ntitle: Om\nup: mal\n---\n[x](djupt/x.pdf) [y](ny.gif)\n");
  small_put(f, "s/static/css/a.css", "body{ }");
  small_settle(f);
  size_t changed = 0;
  for (uint32_t i = 0; i < step.count; i++)
    changed += nt_key_now(site, NT_RUN_PAGE, step.trace[i].key) != step.trace[i].hash;
  assert_int_equal(changed, 7); /* all but "all" */
  nt_step_deinit(&step);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, small_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {with(test_facts), with(test_addresses_of_files), with(test_fingerprints),
                                     with(test_references), with(test_what_steps_depend_on)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
