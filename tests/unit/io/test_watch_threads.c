/* The watch: what a tree's events come to, and what happens when the kernel drops them, has no more watches, or a root
 * goes away. The events are made before the watch looks, so that nothing here waits but where it says so. */
#include "base/buf.h"
#include "io/watch.h"
#include "tempdir.h"

#include <errno.h>

typedef struct fixture {
  nt_tempdir dir;
  nt_loop *loop;
  nt_watch *watch;
  nt_watch_news news[3]; /* gathered since the last look() */
  nt_buf told;           /* the paths of the first root, of each a line; folders end in '/' */
  size_t roots, limit;
} fixture;

static void tell(void *ud, size_t root, nt_watch_news news) {
  fixture *f = ud;
  f->news[root].changed |= news.changed;
  f->news[root].torn |= news.torn;
  f->news[root].writing = news.writing;
  f->news[root].everything |= news.everything;
  assert_true(news.changed || (!news.everything && !news.count));
  assert_true(!news.everything || !news.count);
  for (size_t i = 0; root == 0 && i < news.count; i++)
    nt_buf_format(&f->told, "%.*s%s\n", NT_FMT(news.paths[i].path), news.paths[i].folder ? "/" : "");
}

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  nt_tempdir_make(&f->dir);
  nt_tempdir_write(&f->dir, "s/content/a.md", "a");
  f->loop = nt_loop_new(0);
  *state = f;
  return 0;
}

static void begin(fixture *f, size_t count, const char *const *names) {
  char *real = realpath(f->dir.path, NULL);
  nt_str paths[3];
  nt_arena *arena = nt_arena_new();
  nt_watch_options options = {.loop = f->loop, .base = nt_str_c(real), .tell = tell, .ud = f, .limit = f->limit};
  for (size_t i = 0; i < count; i++) paths[i] = nt_arena_format(arena, "%s/%s", real, names[i]);
  if (!f->watch) f->watch = nt_watch_new(&options);
  nt_watch_set_roots(f->watch, paths, count);
  f->roots = count;
  nt_arena_free(arena);
  free(real);
}

static void begin_one(fixture *f) {
  begin(f, 1, (const char *[]){"s"});
}

static nt_watch_news look(fixture *f) {
  for (size_t i = 0; i < 3; i++) f->news[i].changed = f->news[i].torn = f->news[i].everything = false;
  nt_buf_clear(&f->told);
  nt_watch_look(f->watch);
  return f->news[0];
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_watch_close(f->watch);
  assert_true(nt_loop_free(f->loop));
  nt_tempdir_remove(&f->dir);
  nt_buf_deinit(&f->told);
  free(f);
  return 0;
}

static const char *at(fixture *f, const char *name) {
  return nt_tempdir_at(&f->dir, name);
}

static void write_file(fixture *f, const char *name) {
  nt_tempdir_write(&f->dir, name, "new");
}

#define assert_news(f, is_changed, is_writing)                                                                         \
  do {                                                                                                                 \
    nt_watch_news found = look(f);                                                                                     \
    assert_int_equal(found.changed, is_changed);                                                                       \
    assert_int_equal(found.writing, is_writing);                                                                       \
  } while (0)

static void nothing_is_told_of_nothing(void **state) {
  fixture *f = *state;
  begin_one(f);
  assert_news(f, false, false);
  free((char *)nt_test_read(at(f, "s/content/a.md")).ptr);
  assert_news(f, false, false);
}

static void files_that_come_go_and_change(void **state) {
  fixture *f = *state;
  begin_one(f);
  write_file(f, "s/content/a.md");
  nt_watch_news news = look(f);
  assert_true(news.changed);
  assert_true(news.torn);
  write_file(f, "s/content/b.md");
  assert_news(f, true, false);
  assert_int_equal(rename(at(f, "s/content/b.md"), at(f, "s/content/a.md")), 0);
  news = look(f);
  assert_true(news.changed);
  assert_false(news.torn); /* a rename is whole */
  assert_int_equal(unlink(at(f, "s/content/a.md")), 0);
  assert_news(f, true, false);
  assert_news(f, false, false);
}

static void hidden_names_are_passed_over(void **state) {
  fixture *f = *state;
  nt_tempdir_write(&f->dir, "s/.git/index", "x");
  begin_one(f);
  write_file(f, "s/content/.a.md.swp");
  write_file(f, "s/.git/index");
  write_file(f, "public/s/index.html"); /* beside the root */
  write_file(f, ".notis/state/lock");
  assert_news(f, false, false);
}

/* Half a file is waited for until its writer closes it, or it is gone. */
static void writers_are_waited_for(void **state) {
  fixture *f = *state;
  begin_one(f);
  FILE *file = fopen(at(f, "s/content/a.md"), "wb");
  fputs("half", file);
  fflush(file);
  assert_news(f, false, true);
  assert_string_equal(strrchr(nt_watch_writing(f->watch, 0).ptr, '/'), "/a.md");
  write_file(f, "s/content/b.md"); /* another one is told of, but it is still being written */
  assert_news(f, true, true);
  fclose(file);
  assert_news(f, true, false);
  file = fopen(at(f, "s/content/new.md"), "wb"); /* made, and nothing written yet */
  assert_news(f, false, true);
  assert_int_equal(unlink(at(f, "s/content/new.md")), 0);
  assert_news(f, true, false);
  fclose(file);
}

/* Who read a file may know of its writer before any event tells. */
static void a_writer_that_was_met(void **state) {
  fixture *f = *state;
  FILE *file = fopen(at(f, "s/content/a.md"), "wb");
  begin_one(f);
  nt_watch_look(f->watch);
  char *path = realpath(at(f, "s/content/a.md"), NULL);
  f->news[0].torn = false;
  nt_watch_met_writer(f->watch, nt_str_c(path));
  assert_true(f->news[0].torn);
  assert_true(f->news[0].writing);
  fclose(file);
  assert_news(f, true, false);
  nt_watch_met_writer(f->watch, nt_str_c(path)); /* who is done by now */
  assert_true(f->news[0].torn);
  assert_true(f->news[0].changed);
  assert_false(f->news[0].writing);
  assert_true(nt_str_eq(nt_buf_str(&f->told), NT_STR("content/a.md\ncontent/a.md\n")));
  free(path);
}

/* Who truncates by path never opens it; who links a file never closes it. */
static void without_a_close(void **state) {
  fixture *f = *state;
  begin_one(f);
  assert_int_equal(truncate(at(f, "s/content/a.md"), 0), 0);
  assert_news(f, true, false);
  int fd = open(at(f, "s/content"), O_TMPFILE | O_WRONLY, 0666);
  if (fd < 0) return; /* a file system that cannot */
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  assert_int_equal(write(fd, "x", 1), 1);
  assert_int_equal(linkat(AT_FDCWD, name, AT_FDCWD, at(f, "s/content/t.md"), AT_SYMLINK_FOLLOW), 0);
  assert_news(f, false, true); /* still open */
  close(fd);
  assert_news(f, true, false);
  assert_int_equal(link(at(f, "s/content/t.md"), at(f, "s/content/u.md")), 0);
  assert_news(f, true, false);
}

static void new_and_moved_folders(void **state) {
  fixture *f = *state;
  begin_one(f);
  write_file(f, "s/content/x/y/z/one.md");
  assert_news(f, true, false);
  write_file(f, "s/content/x/y/z/one.md");
  assert_news(f, true, false);
  assert_int_equal(rename(at(f, "s/content/x"), at(f, "s/content/w")), 0);
  assert_news(f, true, false);
  write_file(f, "s/content/w/y/z/one.md");
  assert_news(f, true, false);
  write_file(f, "out/deep/two.md");
  assert_int_equal(rename(at(f, "out"), at(f, "s/content/in")), 0);
  assert_news(f, true, false);
  write_file(f, "s/content/in/deep/two.md");
  assert_news(f, true, false);
  assert_int_equal(rename(at(f, "s/content/in"), at(f, "gone")), 0);
  assert_news(f, true, false);
  write_file(f, "gone/deep/two.md"); /* no longer ours */
  assert_news(f, false, false);
}

/* A folder that comes with a file which somebody has begun to write before it was watched. */
static void a_writer_in_a_new_folder(void **state) {
  fixture *f = *state;
  begin_one(f);
  write_file(f, "s/content/n/a.md");
  FILE *file = fopen(at(f, "s/content/n/b.md"), "wb");
  fputs("half", file);
  fflush(file);
  assert_news(f, true, true);
  fclose(file);
  assert_news(f, true, false);
}

static void links_inside(void **state) {
  fixture *f = *state;
  nt_tempdir_write(&f->dir, "s/.store/pics/p.txt", "p");
  nt_tempdir_write(&f->dir, "s/.store/one.md", "1");
  nt_tempdir_write(&f->dir, "elsewhere/o.md", "o");
  assert_int_equal(symlink("../.store/pics", at(f, "s/content/pics")), 0);
  assert_int_equal(symlink("..", at(f, "s/content/loop")), 0);
  assert_int_equal(symlink("../../elsewhere", at(f, "s/content/out")), 0);
  begin_one(f);
  write_file(f, "s/.store/pics/q.txt");
  assert_news(f, true, false);
  write_file(f, "elsewhere/o.md"); /* is refused by those who read */
  assert_news(f, false, false);
  assert_int_equal(symlink("../.store/one.md", at(f, "s/content/one.md")), 0);
  assert_news(f, true, false);
  write_file(f, "s/.store/one.md");
  assert_news(f, true, false);
  assert_int_equal(symlink("../.store/two.md", at(f, "s/content/two.md")), 0); /* leads nowhere as yet */
  assert_news(f, true, false);
  write_file(f, "s/.store/two.md");
  assert_news(f, true, false);
}

/* Where a link leads comes and goes with the folders above, also such as are not there yet. */
static void links_to_what_comes_later(void **state) {
  fixture *f = *state;
  assert_int_equal(symlink("../.store/a/b/one.md", at(f, "s/content/one.md")), 0);
  begin_one(f);
  write_file(f, "s/.store/other/x.md");
  assert_news(f, true, false);
  write_file(f, "s/.store/a/b/one.md");
  assert_news(f, true, false);
  write_file(f, "s/.store/a/b/one.md");
  assert_news(f, true, false);
  assert_int_equal(rename(at(f, "s/.store/a"), at(f, "s/.store/c")), 0);
  assert_news(f, true, false);
  assert_int_equal(rename(at(f, "s/.store/c"), at(f, "s/.store/a")), 0);
  assert_news(f, true, false);
  write_file(f, "s/.store/a/b/one.md");
  assert_news(f, true, false);
  assert_int_equal(rename(at(f, "s/.store"), at(f, "s/.away")), 0);
  assert_news(f, true, false);
  assert_int_equal(rename(at(f, "s/.away"), at(f, "s/.store")), 0);
  assert_news(f, true, false);
  write_file(f, "s/.store/a/b/one.md");
  assert_news(f, true, false);
}

/* The root itself is deleted, comes back, is replaced, and is a link. */
static void roots_come_and_go(void **state) {
  fixture *f = *state;
  begin_one(f);
  assert_int_equal(rename(at(f, "s"), at(f, "was")), 0);
  assert_news(f, true, false);
  write_file(f, "was/content/a.md");
  assert_news(f, false, false);
  write_file(f, "s/content/a.md");
  assert_news(f, true, false);
  write_file(f, "s/content/a.md");
  assert_news(f, true, false);
  assert_int_equal(rename(at(f, "s"), at(f, "old")), 0);
  assert_int_equal(rename(at(f, "was"), at(f, "s")), 0);
  assert_news(f, true, false);
  write_file(f, "s/content/a.md");
  assert_news(f, true, false);
  assert_int_equal(rename(at(f, "s"), at(f, "target")), 0);
  assert_int_equal(symlink("target", at(f, "s")), 0);
  assert_news(f, true, false);
  write_file(f, "target/content/a.md");
  assert_news(f, true, false);
  assert_int_equal(unlink(at(f, "s")), 0);
  assert_int_equal(symlink("old", at(f, "s")), 0);
  assert_news(f, true, false);
  write_file(f, "old/content/a.md");
  assert_news(f, true, false);
}

/* Two folders, one in the other and not there yet, and a file. */
static void several_roots(void **state) {
  fixture *f = *state;
  begin(f, 3, (const char *[]){"notis.yaml", "s/sub/deep", "s"});
  write_file(f, "notis.yaml");
  look(f);
  assert_true(f->news[0].changed && !f->news[1].changed && !f->news[2].changed);
  write_file(f, "s/sub/deep/a.md");
  look(f);
  assert_true(!f->news[0].changed && f->news[1].changed && f->news[2].changed);
  write_file(f, "s/content/a.md");
  look(f);
  assert_true(!f->news[0].changed && !f->news[1].changed && f->news[2].changed);
  begin(f, 2, (const char *[]){"notis.yaml", "s/sub/deep"});
  look(f);
  write_file(f, "s/sub/deep/a.md");
  look(f);
  assert_true(!f->news[0].changed && f->news[1].changed);
  write_file(f, "s/content/a.md"); /* the root that was above it is watched no more */
  look(f);
  assert_true(!f->news[0].changed && !f->news[1].changed);
}

static void the_base_goes_and_comes_back(void **state) {
  fixture *f = *state;
  char moved[300];
  begin_one(f);
  snprintf(moved, sizeof moved, "%s-moved", f->dir.path);
  assert_int_equal(rename(f->dir.path, moved), 0);
  look(f);
  assert_int_equal(rename(moved, f->dir.path), 0);
  assert_news(f, true, false);
  write_file(f, "s/content/a.md");
  assert_news(f, true, false);
}

/* More events than the kernel keeps, and a folder and a change that only they told of. */
static void an_overflow(void **state) {
  fixture *f = *state;
  nt_str most = nt_test_read("/proc/sys/fs/inotify/max_queued_events");
  long limit = most.ptr ? strtol(most.ptr, NULL, 10) : 16384;
  free((char *)most.ptr);
  begin_one(f);
  for (long i = 0; i < limit; i += 4) {
    write_file(f, "s/content/a.md");
    write_file(f, "s/content/b.md");
  }
  write_file(f, "s/content/late/c.md");
  assert_news(f, true, false);
  assert_news(f, false, false);
  write_file(f, "s/content/late/c.md");
  assert_news(f, true, false);
}

/* ---- paths ---- */

/* Nothing but these. */
#define assert_told(f, paths)                                                                                          \
  do {                                                                                                                 \
    assert_true(look(f).changed);                                                                                      \
    assert_false((f)->news[0].everything);                                                                             \
    nt_buf_byte(&(f)->told, '\0');                                                                                     \
    assert_string_equal((f)->told.ptr, paths);                                                                         \
  } while (0)

#define assert_everything(f)                                                                                           \
  do {                                                                                                                 \
    assert_true(look(f).everything);                                                                                   \
    assert_int_equal((f)->told.len, 0);                                                                                \
  } while (0)

static void what_changed_is_told(void **state) {
  fixture *f = *state;
  begin_one(f);
  write_file(f, "s/content/a.md");
  write_file(f, "s/content/b.md");
  write_file(f, "s/content/a.md"); /* each once */
  assert_told(f, "content/a.md\ncontent/b.md\n");
  assert_int_equal(rename(at(f, "s/content/a.md"), at(f, "s/c.md")), 0);
  assert_told(f, "content/a.md\nc.md\n");
  assert_int_equal(unlink(at(f, "s/c.md")), 0);
  assert_told(f, "c.md\n");
}

static void folders_are_told_as_a_whole(void **state) {
  fixture *f = *state;
  begin_one(f);
  write_file(f, "s/content/x/y/one.md");
  assert_told(f, "content/x/\n");
  write_file(f, "s/content/x/y/one.md");
  assert_told(f, "content/x/y/one.md\n");
  assert_int_equal(rename(at(f, "s/content/x"), at(f, "s/w")), 0);
  assert_told(f, "content/x/\nw/\n");
  assert_int_equal(rename(at(f, "s/w"), at(f, "s/v")), 0);
  write_file(f, "s/w"); /* a file where the folder was */
  assert_told(f, "w/\nv/\n");
  assert_int_equal(chmod(at(f, "s/v"), 0755), 0);
  assert_told(f, "v/\n");
}

/* Nobody knows what else changed. */
static void without_a_single_name(void **state) {
  fixture *f = *state;
  begin_one(f);
  assert_int_equal(link(at(f, "s/content/a.md"), at(f, "s/content/hard.md")), 0);
  assert_everything(f);
  write_file(f, "s/content/a.md");
  assert_everything(f);
  assert_int_equal(unlink(at(f, "s/content/hard.md")), 0);
  look(f);
  write_file(f, "s/content/a.md");
  assert_told(f, "content/a.md\n");
  assert_int_equal(symlink("a.md", at(f, "s/content/soft.md")), 0);
  assert_everything(f);
  write_file(f, "s/content/b.md"); /* while there are links */
  assert_everything(f);
}

static void roots_are_everything(void **state) {
  fixture *f = *state;
  begin(f, 3, (const char *[]){"s", "s/content", "s/content/a.md"});
  write_file(f, "s/content/a.md");
  assert_told(f, "content/a.md\n");
  assert_true(f->news[1].changed && !f->news[1].everything); /* by its own name there */
  assert_true(f->news[2].everything);
  assert_int_equal(rename(at(f, "s"), at(f, "was")), 0);
  assert_everything(f);
  write_file(f, "s/content/a.md");
  assert_everything(f);
}

/* One event each. */
static void change_many(fixture *f, int count) {
  char name[64];
  for (int i = 0; i < count; i++) {
    snprintf(name, sizeof name, "s/content/%d.md", i);
    assert_int_equal(chmod(at(f, name), 0644), 0);
  }
}

static void too_many_are_everything(void **state) {
  enum { MOST = 4096 };
  fixture *f = *state;
  char name[64];
  for (int i = 0; i <= MOST; i++) {
    snprintf(name, sizeof name, "s/content/%d.md", i);
    write_file(f, name);
  }
  begin_one(f);
  change_many(f, MOST);
  assert_false(look(f).everything);
  size_t lines = 0;
  for (size_t i = 0; i < f->told.len; i++) lines += f->told.ptr[i] == '\n';
  assert_int_equal(lines, MOST);
  change_many(f, MOST + 1);
  assert_everything(f);
  change_many(f, 1);
  assert_told(f, "content/0.md\n");
}

/* ---- without watches ---- */

static bool has_changed(void *ud) {
  fixture *f = ud;
  for (size_t i = 0; i < f->roots; i++)
    if (f->news[i].changed) return true;
  return false;
}

/* The loop runs until the next look, a second later, tells of it. */
static void the_limit_makes_it_poll(void **state) {
  fixture *f = *state;
  f->limit = 2;
  begin_one(f);
  assert_int_equal(nt_watch_polls(f->watch), ENOSPC);
  nt_loop_run_until(f->loop, has_changed, f); /* the first look tells of what it finds */
  f->news[0].changed = false;
  write_file(f, "s/content/deep/b.md");
  nt_loop_run_until(f->loop, has_changed, f);
  nt_watch_look(f->watch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(nothing_is_told_of_nothing),
                                     TEST(files_that_come_go_and_change),
                                     TEST(hidden_names_are_passed_over),
                                     TEST(writers_are_waited_for),
                                     TEST(a_writer_that_was_met),
                                     TEST(without_a_close),
                                     TEST(new_and_moved_folders),
                                     TEST(a_writer_in_a_new_folder),
                                     TEST(links_inside),
                                     TEST(links_to_what_comes_later),
                                     TEST(roots_come_and_go),
                                     TEST(several_roots),
                                     TEST(the_base_goes_and_comes_back),
                                     TEST(an_overflow),
                                     TEST(what_changed_is_told),
                                     TEST(folders_are_told_as_a_whole),
                                     TEST(without_a_single_name),
                                     TEST(roots_are_everything),
                                     TEST(too_many_are_everything),
                                     TEST(the_limit_makes_it_poll)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
