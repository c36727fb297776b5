/* Diagnostics as they are read: the line, the caret under the right character, those that are alike together. */
#include "cli/cli.h"
#include "tempdir.h"

typedef struct fixture {
  nt_tempdir dir;
  nt_cli cli;
  nt_engine engine;
  nt_diags diags;
  nt_buf said;
} fixture;

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  nt_tempdir_make(&f->dir);
  f->cli.arena = nt_arena_new();
  f->engine.root = nt_str_c(f->dir.path);
  nt_diags_init(&f->diags, f->cli.arena);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_tempdir_remove(&f->dir);
  nt_arena_free(f->cli.arena);
  nt_buf_deinit(&f->said);
  free(f);
  return 0;
}

/* What printing writes to a stream. */
static nt_str print(fixture *f, FILE *stream) {
  char path[512];
  snprintf(path, sizeof path, "%s/said", f->dir.path);
  fflush(stream);
  int kept = dup(fileno(stream)), file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  dup2(file, fileno(stream));
  nt_cli_diags(&f->cli, &f->engine, NT_STR("s"), &f->diags);
  fflush(stream);
  dup2(kept, fileno(stream));
  close(kept);
  close(file);
  nt_str text = nt_test_read(path);
  nt_buf_clear(&f->said);
  nt_buf_put(&f->said, text);
  nt_buf_byte(&f->said, '\0');
  free((char *)text.ptr);
  return nt_str_n(f->said.ptr, f->said.len - 1);
}

static void report_at(fixture *f, const char *file, uint32_t line, uint32_t column, uint32_t span) {
  nt_where where = nt_where_file(nt_str_c(file), line, column);
  where.span = span;
  nt_report(&f->diags, NT_MSG_collection_unknown, where, NT_STR("x"), NT_STR("a, b"));
}

static void assert_said(fixture *f, const char *expected) {
  nt_str said = print(f, stderr);
  if (!nt_str_eq(said, nt_str_c(expected))) fail_msg("said:\n%.*s\nexpected:\n%s", NT_FMT(said), expected);
}

static const char message[] = "error: there is no collection \"x\" [collection_unknown]\n";
static const char hint[] = "      = the collections of this site: a, b\n";

static void check_one(fixture *f, const char *place, const char *below) {
  char expected[2048];
  snprintf(expected, sizeof expected, "%s: %s%s%s", place, message, below, hint);
  assert_said(f, expected);
}

static void a_caret_stands_under_its_character(void **state) {
  fixture *f = *state;
  nt_tempdir_write(&f->dir, "a.md", "first\nåäö x end\n");
  report_at(f, "a.md", 2, 8, 1); /* six bytes of letters, a space, and then x */
  check_one(f, "a.md:2:5", "    2 | åäö x end\n      |     ^\n");
}

static void a_span_counts_characters(void **state) {
  fixture *f = *state;
  nt_tempdir_write(&f->dir, "a.md", "åäö\tx\r\n");
  report_at(f, "a.md", 1, 3, 4);
  check_one(f, "a.md:1:2", "    1 | åäö x\n      |  ^^\n");
}

static void the_end_of_a_line_has_a_caret_too(void **state) {
  fixture *f = *state;
  nt_tempdir_write(&f->dir, "a.md", "ab\n");
  report_at(f, "a.md", 1, 3, 2);
  check_one(f, "a.md:1:3", "    1 | ab\n      |   ^\n");
}

static void without_the_line_the_place_is_enough(void **state) {
  fixture *f = *state;
  report_at(f, "none.md", 7, 3, 1);
  check_one(f, "none.md:7:3", "");
}

static void a_line_that_is_not_there(void **state) {
  fixture *f = *state;
  nt_tempdir_write(&f->dir, "a.md", "one\n");
  report_at(f, "a.md", 9, 1, 1);
  check_one(f, "a.md:9:1", "");
}

/* What a file holds must not steer the terminal. */
static void control_characters_are_not_printed(void **state) {
  fixture *f = *state;
  nt_tempdir_write(&f->dir, "a.md", "a\033[31mb\n");
  report_at(f, "a.md", 1, 1, 1);
  check_one(f, "a.md:1:1", "    1 | a?[31mb\n      | ^\n");
}

static void a_long_line_is_cut_around_its_place(void **state) {
  fixture *f = *state;
  char line[4001], *x;
  memset(line, '.', sizeof line - 1);
  line[sizeof line - 1] = '\0';
  line[2000] = 'X';
  nt_tempdir_write(&f->dir, "a.md", line);
  report_at(f, "a.md", 1, 2001, 1);
  nt_str said = print(f, stderr);
  x = strchr(said.ptr, 'X');
  assert_non_null(x);
  const char *shown = strstr(said.ptr, " | ") + 3, *under = strstr(shown, " | ") + 3;
  assert_in_range(strcspn(shown, "\n"), 100, 200);
  assert_int_equal(strcspn(under, "^"), x - shown);
}

static void alike_ones_are_told_together(void **state) {
  fixture *f = *state;
  for (uint32_t i = 1; i <= 20; i++) report_at(f, "a.md", i, 1, 1);
  nt_str said = print(f, stderr);
  size_t times = 0;
  for (const char *at = said.ptr; (at = strstr(at, "[collection_unknown]")); at++) times++;
  assert_true(times >= 1 && times <= 3);
  assert_non_null(strstr(said.ptr, "more places"));
}

static void swedish(void **state) {
  fixture *f = *state;
  f->cli.language = NT_SWEDISH;
  report_at(f, "a.md", 1, 1, 1);
  assert_said(f,
              "a.md:1:1: fel: samlingen ”x” finns inte [collection_unknown]\n      = webbplatsens samlingar: a, b\n");
}

static void json(void **state) {
  fixture *f = *state;
  f->cli.json = true;
  nt_tempdir_write(&f->dir, "a.md", "åx\n");
  report_at(f, "a.md", 1, 3, 1);
  nt_str said = print(f, stdout);
  const char *expected =
      "{\"type\":\"diagnostic\",\"severity\":\"error\",\"code\":\"collection_unknown\",\"site\":\"s\","
      "\"file\":\"a.md\",\"line\":1,\"column\":2,\"message\":\"there is no collection \\\"x\\\"\","
      "\"hint\":\"the collections of this site: a, b\"}\n";
  if (!nt_str_eq(said, nt_str_c(expected))) fail_msg("said: %.*s", NT_FMT(said));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_caret_stands_under_its_character, setup, teardown),
      cmocka_unit_test_setup_teardown(a_span_counts_characters, setup, teardown),
      cmocka_unit_test_setup_teardown(the_end_of_a_line_has_a_caret_too, setup, teardown),
      cmocka_unit_test_setup_teardown(without_the_line_the_place_is_enough, setup, teardown),
      cmocka_unit_test_setup_teardown(a_line_that_is_not_there, setup, teardown),
      cmocka_unit_test_setup_teardown(control_characters_are_not_printed, setup, teardown),
      cmocka_unit_test_setup_teardown(a_long_line_is_cut_around_its_place, setup, teardown),
      cmocka_unit_test_setup_teardown(alike_ones_are_told_together, setup, teardown),
      cmocka_unit_test_setup_teardown(swedish, setup, teardown),
      cmocka_unit_test_setup_teardown(json, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
