/* The command line: what it comes to, and what is said of what it cannot mean. */
#include "cli/cli.h"
#include "support.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct fixture {
  nt_cli cli;
  char said[4096];
} fixture;

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->cli.arena = nt_arena_new();
  setenv("LC_ALL", "C", 1);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_vec_deinit(&f->cli.words);
  nt_arena_free(f->cli.arena);
  free(f);
  return 0;
}

/* What is said meanwhile on standard error lands in f->said. */
static bool read_words(fixture *f, const char *line) {
  static char copy[1024];
  static char program[] = "notis";
  char *argv[32] = {program};
  int argc = 1, pipes[2];
  snprintf(copy, sizeof copy, "%s", line);
  for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) argv[argc++] = word;
  nt_vec_deinit(&f->cli.words);
  f->cli = (nt_cli){.arena = f->cli.arena};
  fflush(stderr);
  int kept = dup(STDERR_FILENO);
  assert_int_equal(pipe(pipes), 0);
  dup2(pipes[1], STDERR_FILENO);
  bool good = nt_cli_arguments(&f->cli, argc, argv);
  fflush(stderr);
  dup2(kept, STDERR_FILENO);
  close(kept);
  close(pipes[1]);
  ssize_t got = read(pipes[0], f->said, sizeof f->said - 1);
  f->said[got > 0 ? got : 0] = '\0';
  close(pipes[0]);
  return good;
}

static void assert_refused(fixture *f, const char *line, const char *said) {
  if (read_words(f, line)) fail_msg("%s was taken", line);
  if (!strstr(f->said, said)) fail_msg("%s said: %s", line, f->said);
}

static void options(void **state) {
  fixture *f = *state;
  assert_true(read_words(f, "build -C sites vasterbotten --out=/tmp/x -j 3 --format json --lang sv -q --allow-removals "
                            "norrbotten --shuffle 7 --at 2025-01-01T08:00"));
  assert_string_equal(f->cli.command, "build");
  assert_int_equal(f->cli.words.len, 2);
  assert_true(nt_str_eq(f->cli.words.items[1], NT_STR("norrbotten")));
  assert_true(nt_str_eq(f->cli.engine.workspace, NT_STR("sites")));
  assert_true(nt_str_eq(f->cli.engine.out, NT_STR("/tmp/x")));
  assert_int_equal(f->cli.engine.workers, 3);
  assert_int_equal(f->cli.engine.shuffle_seed, 7);
  assert_true(f->cli.json && f->cli.quiet && f->cli.engine.allow_removals && f->cli.language == NT_SWEDISH);
  assert_true(f->cli.engine.at_set);
  assert_int_equal(f->cli.engine.at, 1735714800); /* 07:00 UTC: date -d '2025-01-01 08:00 CET' +%s */
}

static void commands(void **state) {
  fixture *f = *state;
  assert_true(read_words(f, ""));
  assert_string_equal(f->cli.command, "help");
  assert_true(read_words(f, "--version"));
  assert_string_equal(f->cli.command, "version");
  assert_true(read_words(f, "build --help"));
  assert_string_equal(f->cli.command, "help");
  assert_true(nt_str_eq(f->cli.words.items[0], NT_STR("build")));
}

static void mistakes(void **state) {
  fixture *f = *state;
  assert_refused(f, "build --worker 3", "--workers");
  assert_refused(f, "build --zzz", "--zzz");
  assert_refused(f, "build --workers", "needs a value");
  assert_refused(f, "build --workers 0", "\"0\"");
  assert_refused(f, "build --workers -1", "\"-1\"");
  assert_refused(f, "build --workers 257", "\"257\"");
  assert_refused(f, "build --workers 3x", "\"3x\"");
  assert_refused(f, "build --workers=", "--workers");
  assert_refused(f, "build --at yesterday", "yesterday");
  assert_refused(f, "build --at 2025-02-30", "2025-02-30");
  assert_refused(f, "build --format xml", "xml");
  assert_refused(f, "build --lang de", "de");
  assert_refused(f, "build --out=", "--out");
  assert_refused(f, "build --quiet=no", "--quiet");
  assert_refused(f, "build --shuffle x", "\"x\"");
}

static void the_sessions_language(void **state) {
  fixture *f = *state;
  static const struct {
    const char *all, *messages, *lang;
    nt_language language;
  } cases[] = {{NULL, NULL, NULL, NT_ENGLISH},       {NULL, NULL, "sv_SE.UTF-8", NT_SWEDISH},
               {NULL, "sv_SE", "en_US", NT_SWEDISH}, {"C", "sv_SE", "sv_SE", NT_ENGLISH},
               {"", "", "sv_SE.UTF-8", NT_SWEDISH},  {"sv_FI", "en_US", "en_US", NT_SWEDISH}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"},
               *values[] = {cases[i].all, cases[i].messages, cases[i].lang};
    for (int k = 0; k < 3; k++) values[k] ? setenv(names[k], values[k], 1) : unsetenv(names[k]);
    assert_true(read_words(f, "build"));
    if (f->cli.language != cases[i].language) fail_msg("case %zu", i);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(options, setup, teardown),
      cmocka_unit_test_setup_teardown(commands, setup, teardown),
      cmocka_unit_test_setup_teardown(mistakes, setup, teardown),
      cmocka_unit_test_setup_teardown(the_sessions_language, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
