/* Files beneath a root: what is read, what is listed, and what is refused. */
#include "io/files.h"
#include "tempdir.h"

#include <sys/socket.h>
#include <sys/un.h>

typedef struct fixture {
  nt_tempdir dir;
  nt_root *root;
  nt_arena *arena;
  nt_buf out;
} fixture;

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  nt_tempdir_make(&f->dir);
  nt_tempdir_write(&f->dir, "outside.txt", "secret");
  nt_tempdir_write(&f->dir, "site/a.txt", "alpha");
  nt_tempdir_write(&f->dir, "site/dir/b.txt", "beta");
  f->root = nt_root_open(nt_str_c(nt_tempdir_at(&f->dir, "site")));
  f->arena = nt_arena_new();
  *state = f;
  return f->root ? 0 : -1;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_root_close(f->root);
  nt_tempdir_remove(&f->dir);
  nt_arena_free(f->arena);
  nt_buf_deinit(&f->out);
  free(f);
  return 0;
}

static void link_to(fixture *f, const char *to, const char *name) {
  assert_int_equal(symlink(to, nt_tempdir_at(&f->dir, name)), 0);
}

static nt_file_result read_path(fixture *f, const char *path, uint64_t limit) {
  nt_buf_clear(&f->out);
  return nt_file_read(f->root, nt_str_c(path), limit, &f->out, NULL);
}

static void reading(void **state) {
  fixture *f = *state;
  assert_int_equal(read_path(f, "a.txt", 0), NT_FILE_OK);
  assert_true(nt_str_eq(nt_buf_str(&f->out), NT_STR("alpha")));
  assert_int_equal(read_path(f, "dir/b.txt", 0), NT_FILE_OK);
  assert_int_equal(read_path(f, "none.txt", 0), NT_FILE_ABSENT);
  assert_int_equal(read_path(f, "a.txt/none", 0), NT_FILE_ABSENT);
  assert_int_equal(read_path(f, "", 0), NT_FILE_ABSENT);
  assert_int_equal(read_path(f, "dir", 0), NT_FILE_DIRECTORY);
}

static void bytes_are_appended_and_taken_back(void **state) {
  fixture *f = *state;
  nt_buf_c(&f->out, "before ");
  assert_int_equal(nt_file_read(f->root, NT_STR("a.txt"), 0, &f->out, NULL), NT_FILE_OK);
  assert_true(nt_str_eq(nt_buf_str(&f->out), NT_STR("before alpha")));
  assert_int_equal(nt_file_read(f->root, NT_STR("a.txt"), 2, &f->out, NULL), NT_FILE_TOO_LARGE);
  assert_true(nt_str_eq(nt_buf_str(&f->out), NT_STR("before alpha")));
}

static void limits(void **state) {
  fixture *f = *state;
  assert_int_equal(read_path(f, "a.txt", 5), NT_FILE_OK);
  assert_int_equal(read_path(f, "a.txt", 4), NT_FILE_TOO_LARGE);
  nt_tempdir_write(&f->dir, "site/empty", "");
  assert_int_equal(read_path(f, "empty", 1), NT_FILE_OK);
  assert_int_equal(f->out.len, 0);
}

static void links(void **state) {
  fixture *f = *state;
  link_to(f, "a.txt", "site/inside");
  link_to(f, "../a.txt", "site/dir/up");
  link_to(f, "../outside.txt", "site/outside");
  link_to(f, nt_tempdir_at(&f->dir, "site/a.txt"), "site/absolute");
  link_to(f, "loop", "site/loop");
  assert_int_equal(read_path(f, "inside", 0), NT_FILE_OK);
  assert_int_equal(read_path(f, "dir/up", 0), NT_FILE_OK);
  assert_int_equal(read_path(f, "outside", 0), NT_FILE_OUTSIDE);
  assert_int_equal(read_path(f, "absolute", 0), NT_FILE_OUTSIDE);
  assert_int_equal(read_path(f, "../outside.txt", 0), NT_FILE_OUTSIDE);
  assert_int_equal(read_path(f, "loop", 0), NT_FILE_CIRCLE);
}

static void no_ordinary_files(void **state) {
  fixture *f = *state;
  assert_int_equal(mkfifo(nt_tempdir_at(&f->dir, "site/pipe"), 0666), 0);
  assert_int_equal(read_path(f, "pipe", 0), NT_FILE_SPECIAL); /* and it does not wait for a writer */
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", nt_tempdir_at(&f->dir, "site/socket"));
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(read_path(f, "socket", 0), NT_FILE_SPECIAL);
  close(fd);
}

static void stamps_tell_versions_apart(void **state) {
  fixture *f = *state;
  nt_file_stamp one, two, three;
  nt_file_read(f->root, NT_STR("a.txt"), 0, &f->out, &one);
  nt_file_read(f->root, NT_STR("a.txt"), 0, &f->out, &two);
  assert_memory_equal(&one, &two, sizeof one);
  nt_tempdir_write(&f->dir, "site/new", "gamma"); /* another inode, the same size */
  assert_int_equal(rename(nt_tempdir_at(&f->dir, "site/new"), nt_tempdir_at(&f->dir, "site/a.txt")), 0);
  nt_file_read(f->root, NT_STR("a.txt"), 0, &f->out, &three);
  assert_int_equal(one.size, three.size);
  assert_true(one.inode != three.inode);
}

static void assert_listed(fixture *f, const char *path, const char *files, const char *problems) {
  nt_file_list list = {0};
  nt_buf got = {0}, wrong = {0};
  nt_file_list_read(f->root, nt_str_c(path), f->arena, &list);
  for (size_t i = 0; i < list.files.len; i++) nt_buf_format(&got, "%.*s ", NT_FMT(list.files.items[i].path));
  for (size_t i = 0; i < list.problems.len; i++)
    nt_buf_format(&wrong, "%.*s:%d ", NT_FMT(list.problems.items[i].path), list.problems.items[i].result);
  if (!nt_str_eq(nt_buf_str(&got), nt_str_c(files))) fail_msg("listed: %.*s", NT_FMT(nt_buf_str(&got)));
  if (!nt_str_eq(nt_buf_str(&wrong), nt_str_c(problems))) fail_msg("problems: %.*s", NT_FMT(nt_buf_str(&wrong)));
  nt_buf_deinit(&got);
  nt_buf_deinit(&wrong);
  nt_file_list_deinit(&list);
}

static const char *one_problem(const char *path, nt_file_result result) {
  static char text[256];
  snprintf(text, sizeof text, "%s:%d ", path, result);
  return text;
}

static void listing(void **state) {
  fixture *f = *state;
  nt_tempdir_write(&f->dir, "site/.hidden", "");
  nt_tempdir_write(&f->dir, "site/dir/.git/config", "");
  nt_tempdir_write(&f->dir, "site/Z.txt", "");
  assert_listed(f, "", "Z.txt a.txt dir/b.txt ", "");
  assert_listed(f, "dir", "dir/b.txt ", "");
  assert_listed(f, "none", "", one_problem("none", NT_FILE_ABSENT));
}

static void listing_through_links(void **state) {
  fixture *f = *state;
  link_to(f, "dir", "site/other");
  assert_listed(f, "", "a.txt dir/b.txt other/b.txt ", "");
}

static void assert_met(fixture *f, const char *expected) {
  nt_str path = nt_root_met_writer(f->root);
  assert_string_equal(path.ptr ? path.ptr : "", expected);
  free((char *)path.ptr);
}

/* Who reads what another has open for writing learns so afterwards, once. */
static void a_writer_is_met(void **state) {
  fixture *f = *state;
  assert_int_equal(read_path(f, "a.txt", 0), NT_FILE_OK);
  assert_met(f, "");
  FILE *file = fopen(nt_tempdir_at(&f->dir, "site/a.txt"), "wb");
  assert_int_equal(read_path(f, "a.txt", 0), NT_FILE_OK);
  assert_met(f, "a.txt");
  assert_met(f, "");
  nt_file_result result;
  close(nt_file_open(f->root, NT_STR("a.txt"), &result, NULL));
  assert_met(f, "a.txt");
  fclose(file);
  assert_int_equal(read_path(f, "a.txt", 0), NT_FILE_OK);
  assert_met(f, "");
}

static void a_link_to_a_directory_above_ends(void **state) {
  fixture *f = *state;
  link_to(f, "..", "site/dir/loop");
  assert_listed(f, "dir", "dir/b.txt dir/loop/a.txt ", one_problem("dir/loop/dir", NT_FILE_CIRCLE));
}

static void what_cannot_be_listed_is_a_problem(void **state) {
  fixture *f = *state;
  link_to(f, "../../outside.txt", "site/dir/outside");
  assert_listed(f, "dir", "dir/b.txt ", one_problem("dir/outside", NT_FILE_OUTSIDE));
  unlink(nt_tempdir_at(&f->dir, "site/dir/outside"));
  link_to(f, "gone", "site/dir/dangling");
  assert_listed(f, "dir", "dir/b.txt ", one_problem("dir/dangling", NT_FILE_ABSENT));
  unlink(nt_tempdir_at(&f->dir, "site/dir/dangling"));
  assert_int_equal(mkfifo(nt_tempdir_at(&f->dir, "site/dir/pipe"), 0666), 0);
  assert_listed(f, "dir", "dir/b.txt ", one_problem("dir/pipe", NT_FILE_SPECIAL));
}

/* A folder that may be listed but not entered: nothing in it is known to have gone. */
static void a_closed_folder_is_a_problem(void **state) {
  fixture *f = *state;
  bool root = geteuid() == 0; /* whom no permission stops */
  assert_int_equal(chmod(f->dir.path, 0755), 0);
  assert_int_equal(chmod(nt_tempdir_at(&f->dir, "site/dir"), 0444), 0);
  if (root) assert_int_equal(seteuid(65534), 0);
  assert_listed(f, "dir", "", one_problem("dir/b.txt", NT_FILE_DENIED));
  if (root) assert_int_equal(seteuid(0), 0);
  chmod(nt_tempdir_at(&f->dir, "site/dir"), 0755);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(reading, setup, teardown),
      cmocka_unit_test_setup_teardown(bytes_are_appended_and_taken_back, setup, teardown),
      cmocka_unit_test_setup_teardown(limits, setup, teardown),
      cmocka_unit_test_setup_teardown(links, setup, teardown),
      cmocka_unit_test_setup_teardown(no_ordinary_files, setup, teardown),
      cmocka_unit_test_setup_teardown(stamps_tell_versions_apart, setup, teardown),
      cmocka_unit_test_setup_teardown(listing, setup, teardown),
      cmocka_unit_test_setup_teardown(listing_through_links, setup, teardown),
      cmocka_unit_test_setup_teardown(a_writer_is_met, setup, teardown),
      cmocka_unit_test_setup_teardown(a_link_to_a_directory_above_ends, setup, teardown),
      cmocka_unit_test_setup_teardown(what_cannot_be_listed_is_a_problem, setup, teardown),
      cmocka_unit_test_setup_teardown(a_closed_folder_is_a_problem, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
