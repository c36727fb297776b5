#include "base/path.h"
#include "host/durable.h"
#include "tempdir.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A new directory for each test, and paths in it. */
typedef struct place {
  nt_arena *arena;
  nt_diags diags;
  nt_tempdir dir;
  const char *root;
} place;

static int make_place(void **state) {
  place *p = nt_zalloc(sizeof *p);
  p->arena = nt_arena_new();
  nt_diags_init(&p->diags, p->arena);
  nt_tempdir_make(&p->dir);
  p->root = p->dir.path;
  *state = p;
  return 0;
}

static int drop_place(void **state) {
  place *p = *state;
  char command[256];
  snprintf(command, sizeof command, "chmod -R u+w '%s'; rm -rf '%s'", p->root, p->root);
  assert_int_equal(system(command), 0);
  nt_arena_free(p->arena);
  free(p);
  return 0;
}

static nt_str in(place *p, const char *name) {
  return nt_arena_format(p->arena, "%s/%s", p->root, name);
}

static void assert_holds(nt_str path, const char *bytes) {
  nt_str got = nt_test_read(path.ptr);
  assert_non_null(got.ptr);
  assert_string_equal(got.ptr, bytes);
  free((char *)got.ptr);
}

static void assert_reported(place *p, nt_code code) {
  assert_int_equal(p->diags.len, 1);
  assert_int_equal(p->diags.items[0].code, code);
  assert_true(p->diags.items[0].args[1].len > 0);
}

static void test_write_creates_and_truncates(void **state) {
  place *p = *state;
  assert_int_equal(nt_durable_write(in(p, "a"), NT_STR("longer than"), &p->diags), NT_DURABLE_OK);
  assert_int_equal(nt_durable_write(in(p, "a"), NT_STR("short"), &p->diags), NT_DURABLE_OK);
  assert_holds(in(p, "a"), "short");
  assert_int_equal(p->diags.len, 0);
}

static void test_write_follows_no_link(void **state) {
  place *p = *state;
  nt_durable_write(in(p, "outside"), NT_STR("mine"), NULL);
  assert_int_equal(symlink(in(p, "outside").ptr, in(p, "link").ptr), 0);
  assert_int_equal(nt_durable_write(in(p, "link"), NT_STR("yours"), &p->diags), NT_DURABLE_FAILED);
  assert_reported(p, NT_MSG_durable_write);
  assert_holds(in(p, "outside"), "mine");
}

static void test_paths_that_cannot_be(void **state) {
  place *p = *state;
  char longest[8192];
  memset(longest, 'a', sizeof longest);
  assert_int_equal(nt_durable_write(nt_str_n(longest, sizeof longest), NT_STR("x"), NULL), NT_DURABLE_FAILED);
  assert_int_equal(nt_durable_remove(nt_str_n("/tmp/a\0b", 8), NULL), NT_DURABLE_FAILED);
  assert_int_equal(nt_durable_mkdirs(NT_STR(""), NULL), NT_DURABLE_FAILED);
  assert_int_equal(nt_durable_replace(nt_str_n(longest, 4094), NT_STR("x"), &p->diags), NT_DURABLE_FAILED);
  assert_reported(p, NT_MSG_durable_write);
}

static void test_absent_is_no_fault(void **state) {
  place *p = *state;
  nt_durable_write(in(p, "file"), NT_STR("x"), NULL);
  assert_int_equal(nt_durable_remove(in(p, "none"), &p->diags), NT_DURABLE_ABSENT);
  assert_int_equal(nt_durable_remove(in(p, "file/below"), &p->diags), NT_DURABLE_ABSENT);
  assert_int_equal(nt_durable_rename(in(p, "none"), in(p, "b"), &p->diags), NT_DURABLE_ABSENT);
  assert_int_equal(nt_durable_rmdir(in(p, "none"), &p->diags), NT_DURABLE_ABSENT);
  assert_int_equal(nt_durable_clear(in(p, "none"), &p->diags), NT_DURABLE_ABSENT);
  assert_int_equal(nt_durable_sync(in(p, "none"), &p->diags), NT_DURABLE_ABSENT);
  assert_int_equal(p->diags.len, 0);
}

/* ENOENT of the folder that the new name is in is not ENOENT of the file. */
static void test_rename_into_a_missing_folder(void **state) {
  place *p = *state;
  nt_durable_write(in(p, "a"), NT_STR("x"), NULL);
  assert_int_equal(nt_durable_rename(in(p, "a"), in(p, "no/b"), &p->diags), NT_DURABLE_FAILED);
  assert_reported(p, NT_MSG_durable_rename);
}

static void test_mkdirs(void **state) {
  place *p = *state;
  assert_int_equal(nt_durable_mkdirs(in(p, "a/b//c/"), &p->diags), NT_DURABLE_OK);
  assert_int_equal(nt_durable_mkdirs(in(p, "a/b/c"), &p->diags), NT_DURABLE_OK);
  assert_int_equal(nt_durable_kind(in(p, "a/b/c")), NOTIS_FILE_DIRECTORY);
  assert_int_equal(p->diags.len, 0);
  nt_durable_write(in(p, "f"), NT_STR("x"), NULL);
  assert_int_equal(nt_durable_mkdirs(in(p, "f/g"), &p->diags), NT_DURABLE_FAILED);
  assert_reported(p, NT_MSG_durable_mkdirs);
}

static void test_rmdir_and_clear(void **state) {
  place *p = *state;
  nt_durable_mkdirs(in(p, "d/sub"), NULL);
  nt_durable_write(in(p, "d/f"), NT_STR("x"), NULL);
  assert_int_equal(nt_durable_rmdir(in(p, "d"), &p->diags), NT_DURABLE_NOT_EMPTY);
  assert_int_equal(nt_durable_clear(in(p, "d"), &p->diags), NT_DURABLE_OK);
  assert_int_equal(nt_durable_kind(in(p, "d/f")), NOTIS_FILE_NONE);
  assert_int_equal(nt_durable_kind(in(p, "d/sub")), NOTIS_FILE_DIRECTORY);
  assert_int_equal(nt_durable_rmdir(in(p, "d/sub"), &p->diags), NT_DURABLE_OK);
  assert_int_equal(nt_durable_rmdir(in(p, "d"), &p->diags), NT_DURABLE_OK);
  assert_int_equal(p->diags.len, 0);
}

/* Deeper than there are descriptors, and with a link to what must stay. */
static void test_remove_tree(void **state) {
  place *p = *state;
  nt_durable_write(in(p, "precious"), NT_STR("x"), NULL);
  nt_str deep = in(p, "tree");
  for (int i = 0; i < 400; i++) deep = nt_path_join(p->arena, deep, NT_STR("d"));
  assert_int_equal(nt_durable_mkdirs(deep, &p->diags), NT_DURABLE_OK);
  nt_durable_write(in(p, "tree/d/f"), NT_STR("x"), NULL);
  assert_int_equal(symlink("..", in(p, "tree/up").ptr), 0);
  assert_int_equal(nt_durable_remove_tree(in(p, "tree"), &p->diags), NT_DURABLE_OK);
  assert_int_equal(nt_durable_kind(in(p, "tree")), NOTIS_FILE_NONE);
  assert_int_equal(nt_durable_kind(in(p, "precious")), NOTIS_FILE_REGULAR);
  assert_int_equal(nt_durable_remove_tree(in(p, "tree"), &p->diags), NT_DURABLE_ABSENT);
  assert_int_equal(p->diags.len, 0);
}

static void test_replace(void **state) {
  place *p = *state;
  assert_int_equal(nt_durable_replace(in(p, "a"), NT_STR("one"), &p->diags), NT_DURABLE_OK);
  assert_int_equal(nt_durable_replace(in(p, "a"), NT_STR("two"), &p->diags), NT_DURABLE_OK);
  assert_holds(in(p, "a"), "two");
  assert_int_equal(nt_durable_kind(in(p, "a.new")), NOTIS_FILE_NONE);
}

/* Killed at each of its moments in turn, the file is wholly old or wholly new. */
static void test_replace_is_whole_at_every_failpoint(void **state) {
#ifdef NOTIS_TESTING
  place *p = *state;
  nt_failpoint_arm(0);
  nt_durable_replace(in(p, "a"), NT_STR("old"), NULL);
  uint64_t moments = nt_failpoint_count();
  assert_true(moments >= 6);
  bool seen_old = false, seen_new = false;
  for (uint64_t at = 1; at <= moments; at++) {
    nt_durable_replace(in(p, "a"), NT_STR("old"), NULL);
    pid_t child = fork();
    if (child == 0) {
      nt_failpoint_arm(at);
      nt_durable_replace(in(p, "a"), NT_STR("new"), NULL);
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    nt_str got = nt_test_read(in(p, "a").ptr);
    assert_true(strcmp(got.ptr, "old") == 0 || strcmp(got.ptr, "new") == 0);
    (got.ptr[0] == 'o' ? (seen_old = true) : (seen_new = true));
    free((char *)got.ptr);
  }
  assert_true(seen_old && seen_new);
#endif
}

#define in_place(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)

int main(void) {
  const struct CMUnitTest tests[] = {
      in_place(test_write_creates_and_truncates),
      in_place(test_write_follows_no_link),
      in_place(test_paths_that_cannot_be),
      in_place(test_absent_is_no_fault),
      in_place(test_rename_into_a_missing_folder),
      in_place(test_mkdirs),
      in_place(test_rmdir_and_clear),
      in_place(test_remove_tree),
      in_place(test_replace),
      in_place(test_replace_is_whole_at_every_failpoint),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
