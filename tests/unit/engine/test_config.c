/* Configuration: merging, what a map may hold, and amounts; and what a collection's map becomes. */
#include "engine/inputs/config.h"
#include "engine/inputs/inputs.h"
#include "support.h"
#include "text/json.h"
#include "text/yaml.h"

typedef struct fixture {
  nt_arena *arena;
  nt_diags diags;
  nt_config_files files;
} fixture;

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->arena = nt_arena_new();
  nt_diags_init(&f->diags, f->arena);
  nt_push(&f->files.names, NT_STR("site.yaml"));
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_vec_deinit(&f->files.names);
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

static nt_value yaml(fixture *f, const char *text) {
  nt_value value;
  if (!nt_yaml_parse(nt_str_c(text), NT_STR("site.yaml"), (nt_pos){.line = 1, .column = 1}, f->arena, &f->diags,
                     &value))
    fail_msg("bad YAML in the test: %s", text);
  return value;
}

static void assert_merged(fixture *f, const char *under, const char *over, const char *expected) {
  nt_value a = yaml(f, under), b = yaml(f, over), wanted = yaml(f, expected), got = nt_config_merge(&a, &b, f->arena);
  if (nt_value_eq(&got, &wanted)) return;
  nt_buf text = {0};
  nt_json_write(&got, 0, &text);
  fail_msg("%s over %s gave %.*s", over, under, NT_FMT(nt_buf_str(&text)));
}

static void maps_merge_and_the_rest_replaces(void **state) {
  fixture *f = *state;
  assert_merged(f, "{a: 1}", "{b: 2}", "{a: 1, b: 2}");
  assert_merged(f, "{a: 1, b: 2}", "{a: 3}", "{a: 3, b: 2}");
  assert_merged(f, "{a: {x: 1, y: 2}}", "{a: {y: 3, z: 4}}", "{a: {x: 1, y: 3, z: 4}}");
  assert_merged(f, "{a: [1, 2, 3]}", "{a: [4]}", "{a: [4]}");
  assert_merged(f, "{a: {x: 1}}", "{a: 2}", "{a: 2}");
  assert_merged(f, "{a: 2}", "{a: {x: 1}}", "{a: {x: 1}}");
  assert_merged(f, "{a: 2}", "{a: null}", "{a: null}");
  assert_merged(f, "{b: 1, a: 1}", "{a: 2, b: 2}", "{b: 2, a: 2}"); /* the order is that of what lies under */
}

static void a_merged_value_knows_where_it_was_written(void **state) {
  fixture *f = *state;
  nt_value a = yaml(f, "x: 1\ny: 2\n"), b = yaml(f, "\n\ny: 3\n"), merged = nt_config_merge(&a, &b, f->arena);
  assert_int_equal(nt_map_find(&merged, NT_STR("x"))->pos.line, 1);
  assert_int_equal(nt_map_find(&merged, NT_STR("y"))->pos.line, 3);
}

/* Each fault by its code and its place. */
static void schemas(void **state) {
  fixture *f = *state;
  static const struct {
    const char *yaml;
    int code; /* -1: good */
    uint32_t line, column;
    const char *argument;
  } cases[] = {
      {"title: T\nurl: https://x.example/\nsources: {}\n", -1, 0, 0, NULL},
      {"title: T\nurl: https://x.example/\nsources: {}\ntimezon: Europe/Stockholm\n", NT_MSG_config_unknown_key_near, 4,
       1, "timezone"},
      {"title: T\nurl: https://x.example/\nsources: {}\nxyzzy: 1\n", NT_MSG_config_unknown_key, 4, 1, NULL},
      {"title: 7\nurl: https://x.example/\nsources: {}\n", NT_MSG_config_wrong_type, 1, 8, NULL},
      {"url: https://x.example/\nsources: {}\n", NT_MSG_config_missing_key, 1, 1, NULL},
      {"title: T\nurl: https://x.example/\nsources:\n  text: { path: content }\n", NT_MSG_config_missing_key, 4, 3,
       NULL},
      {"title: T\nurl: https://x.example/\nsources:\n  text: { use: x, anything: [1] }\n", -1, 0, 0, NULL},
      {"title: T\nurl: https://x.example/\nsources: {}\ncollections:\n  a: { perpage: 3 }\n",
       NT_MSG_config_unknown_key_near, 5, 8, "per_page"},
      {"title: T\nurl: https://x.example/\nsources: {}\nlimits: { item: [] }\n", NT_MSG_config_wrong_type, 4, 17, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    nt_value config = yaml(f, cases[i].yaml);
    nt_diags_init(&f->diags, f->arena);
    bool good = nt_schema_check(&nt_schema_site, &config, config.pos, &f->files, &f->diags);
    if (good != (cases[i].code < 0) || f->diags.len != (size_t)!good) fail_msg("%s", cases[i].yaml);
    if (good) continue;
    const nt_diag *d = &f->diags.items[0];
    if ((int)d->code != cases[i].code || d->where.line != cases[i].line || d->where.column != cases[i].column)
      fail_msg("%s said at %u:%u of\n%s", nt_message_get(d->code)->name, d->where.line, d->where.column, cases[i].yaml);
    if (cases[i].argument) assert_true(nt_str_eq(d->args[1], nt_str_c(cases[i].argument)));
    assert_true(nt_str_eq(d->where.file, NT_STR("site.yaml")));
  }
}

static void every_fault_is_said_at_once(void **state) {
  fixture *f = *state;
  nt_value config = yaml(f, "title: 7\nsources: {}\nxyzzy: 1\n");
  assert_false(nt_schema_check(&nt_schema_site, &config, config.pos, &f->files, &f->diags));
  assert_int_equal(f->diags.len, 3);
}

static void sizes(void **state) {
  static const struct {
    const char *text;
    uint64_t bytes; /* 0: refused */
  } cases[] = {{"16 MB", 16777216},
               {"16MB", 16777216},
               {"500 kB", 512000},
               {"1 GB", 1073741824},
               {"12 B", 12},
               {"12", 12},
               {"MB", 0},
               {"1.5 MB", 0},
               {"-1 MB", 0},
               {"16 TB", 0},
               {"", 0},
               {"0 MB", 0},
               {"999999999999999 GB", 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    nt_value v = nt_string(nt_str_c(cases[i].text));
    uint64_t bytes = 1;
    bool good = nt_config_size(&v, &bytes);
    if (good != (cases[i].bytes > 0) || (good && bytes != cases[i].bytes)) fail_msg("%s", cases[i].text);
  }
  uint64_t bytes;
  nt_value number = nt_int(4096), none = nt_int(0), less = nt_int(-1), endless = nt_float(1e300);
  assert_true(nt_config_size(&number, &bytes));
  assert_int_equal(bytes, 4096);
  assert_false(nt_config_size(&none, &bytes)); /* which would mean no limit at all */
  assert_false(nt_config_size(&less, &bytes));
  assert_false(nt_config_size(&endless, &bytes));
}

static void percentages(void **state) {
  double ratio = -1;
  nt_value text = nt_string(NT_STR("20 %")), number = nt_float(12.5), none = nt_int(0),
           more = nt_string(NT_STR("101 %"));
  nt_value unit = nt_string(NT_STR("20 MB"));
  assert_true(nt_config_percent(&text, &ratio) && ratio == 0.2);
  assert_true(nt_config_percent(&number, &ratio) && ratio == 0.125);
  assert_true(nt_config_percent(&none, &ratio) && ratio == 0);
  assert_false(nt_config_percent(&more, &ratio));
  assert_false(nt_config_percent(&unit, &ratio));
}

static bool read_collection(fixture *f, const char *text, nt_collection *out) {
  nt_value config = yaml(f, text);
  nt_diags_init(&f->diags, f->arena);
  return nt_collection_read(NT_STR("c"), &config, nt_where_file(NT_STR("site.yaml"), 1, 1), f->arena, &f->diags, out);
}

static void collections(void **state) {
  fixture *f = *state;
  nt_collection c;
  assert_true(
      read_collection(f,
                      "kind: [news, report]\nwhere: { year: { gte: 2023 }, topics: kultur }\nsort: [-date, title]\n"
                      "limit: 30\nper_page: 10\npath: /nyheter/\ntemplate: list.html\n",
                      &c));
  assert_int_equal(c.kind_count, 2);
  assert_int_equal(c.query->condition_count, 3);
  assert_int_equal(c.query->sort_count, 2);
  assert_true(c.query->sorts[0].descending && nt_str_eq(c.query->sorts[0].field, NT_STR("date")));
  assert_int_equal(c.query->limit, 30);
  assert_int_equal(c.list.per_page, 10);
  assert_true(nt_str_eq(nt_setting_in(c.list.path, NT_STR("sv")), NT_STR("/nyheter/")));
  assert_null(c.ids);
  assert_true(read_collection(f, "documents: [text/b.md, text/a.md]\n", &c));
  assert_int_equal(c.id_count, 2);
  assert_true(nt_str_eq(c.ids[0], NT_STR("text/b.md")));
}

/* A hook's collection has passed no schema: whatever it holds is read without harm. */
static void odd_collections(void **state) {
  fixture *f = *state;
  nt_collection c;
  assert_true(read_collection(f, "kind: { a: b }\nsort: 7\nwhere: x\ndocuments: y\nlimit: many\nper_page: no\n", &c));
  assert_int_equal(c.kind_count, 0);
  assert_int_equal(c.list.per_page, 0);
  assert_int_equal(c.query->limit, 0);
  assert_false(read_collection(f, "path: nyheter/\n", &c));
  assert_int_equal(f->diags.items[0].code, NT_MSG_config_bad_path);
  assert_false(read_collection(f, "where:\n  year: { above: 3 }\n", &c));
  assert_int_equal(f->diags.items[0].code, NT_MSG_config_bad_condition);
  assert_int_equal(f->diags.items[0].where.line, 2);
  assert_int_equal(f->diags.items[0].where.column, 11);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(maps_merge_and_the_rest_replaces, setup, teardown),
      cmocka_unit_test_setup_teardown(a_merged_value_knows_where_it_was_written, setup, teardown),
      cmocka_unit_test_setup_teardown(schemas, setup, teardown),
      cmocka_unit_test_setup_teardown(every_fault_is_said_at_once, setup, teardown),
      cmocka_unit_test(sizes),
      cmocka_unit_test(percentages),
      cmocka_unit_test_setup_teardown(collections, setup, teardown),
      cmocka_unit_test_setup_teardown(odd_collections, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
