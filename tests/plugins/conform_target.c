#include "conform.h"
#include "host/durable.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* An instance under test. Each call gets its own notis_call, as in the engine. */
typedef struct session {
  const conform_target *t;
  void *self;
  size_t errors; /* reported since it was opened */
} session;

static notis_status after(session *s, conform_call *c, notis_status status) {
  s->errors += c->diags.errors;
  if (status == NOTIS_ERROR) assert_true(c->diags.errors > 0);
  conform_end(c);
  return status;
}

static session opened(const conform_target *t) {
  session s = {.t = t, .self = t->plugin->descriptor.data};
  conform_call c;
  conform_begin(&c, NULL, NULL);
  notis_status status = t->plugin->target.open(&nt_services, &c.call, conform_config(t->config), &s.self);
  assert_int_equal(after(&s, &c, status), NOTIS_OK);
  return s;
}

static void closed(session *s) {
  s->t->plugin->target.close(s->self);
}

static notis_status begin(session *s, notis_commit_mode mode) {
  conform_call c;
  conform_begin(&c, NULL, NULL);
  return after(s, &c, s->t->plugin->target.begin(s->self, &c.call, mode));
}

static notis_status put(session *s, const char *path, const char *bytes, uint32_t order) {
  conform_call c;
  conform_begin(&c, NULL, NULL);
  notis_put what = {
      .size = sizeof what, .path = conform_str(nt_str_c(path)), .bytes = conform_str(nt_str_c(bytes)), .order = order};
  return after(s, &c, s->t->plugin->target.put(s->self, &c.call, &what));
}

static notis_status drop(session *s, const char *path) {
  conform_call c;
  conform_begin(&c, NULL, NULL);
  return after(s, &c, s->t->plugin->target.remove(s->self, &c.call, conform_str(nt_str_c(path))));
}

static notis_status commit(session *s) {
  conform_call c;
  conform_begin(&c, NULL, NULL);
  return after(s, &c, s->t->plugin->target.commit(s->self, &c.call));
}

static void give_up(session *s) {
  conform_call c;
  conform_begin(&c, NULL, NULL);
  s->t->plugin->target.abort(s->self, &c.call);
  conform_end(&c);
}

static void assert_published(const conform_target *t, const char *path, const char *bytes) {
  nt_str got = t->look(t->ud, path);
  if (!bytes) {
    assert_null(got.ptr);
    return;
  }
  assert_non_null(got.ptr);
  assert_string_equal(got.ptr, bytes);
  free((char *)got.ptr);
}

void conform_target_opens_and_closes(const conform_target *t) {
  for (int i = 0; i < 2; i++) {
    session s = opened(t);
    closed(&s);
  }
  session one = opened(t), two = opened(t);
  closed(&one);
  closed(&two);
}

static void nothing_before_commit(const conform_target *t, session *s) {
  assert_int_equal(begin(s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(put(s, "a/index.html", "one", 1), NOTIS_OK);
  assert_int_equal(put(s, "style.css", "", 0), NOTIS_OK);
  assert_published(t, "a/index.html", NULL);
  assert_published(t, "style.css", NULL);
  assert_int_equal(commit(s), NOTIS_OK);
  assert_published(t, "a/index.html", "one");
  assert_published(t, "style.css", "");
  assert_int_equal(commit(s), NOTIS_OK); /* idempotent */
  assert_published(t, "a/index.html", "one");
}

static void abort_changes_nothing(const conform_target *t, session *s) {
  assert_int_equal(begin(s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(put(s, "a/index.html", "two", 1), NOTIS_OK);
  assert_int_equal(drop(s, "style.css"), NOTIS_OK);
  give_up(s);
  assert_published(t, "a/index.html", "one");
  assert_published(t, "style.css", "");
}

static void new_discards_what_was_staged(const conform_target *t, session *s) {
  assert_int_equal(begin(s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(put(s, "left", "never", 2), NOTIS_OK);
  assert_int_equal(begin(s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(put(s, "a/index.html", "three", 1), NOTIS_OK);
  assert_int_equal(drop(s, "style.css"), NOTIS_OK);
  assert_int_equal(drop(s, "never/was/here"), NOTIS_OK);
  assert_int_equal(commit(s), NOTIS_OK);
  assert_published(t, "left", NULL);
  assert_published(t, "style.css", NULL);
  assert_published(t, "a/index.html", "three");
}

/* Of several words about a path the last one counts, also where its whole folder is new. */
static void last_word_counts(const conform_target *t, session *s) {
  assert_int_equal(begin(s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(put(s, "new/dropped", "never", 1), NOTIS_OK);
  assert_int_equal(put(s, "new/kept", "first", 1), NOTIS_OK);
  assert_int_equal(put(s, "new/kept", "second", 1), NOTIS_OK);
  assert_int_equal(put(s, "new/later", "page", 1), NOTIS_OK);
  assert_int_equal(put(s, "new/later", "list", 2), NOTIS_OK);
  assert_int_equal(put(s, "new/sooner", "list", 2), NOTIS_OK);
  assert_int_equal(put(s, "new/sooner", "page", 1), NOTIS_OK);
  assert_int_equal(put(s, "gone/dropped", "never", 0), NOTIS_OK);
  assert_int_equal(drop(s, "new/dropped"), NOTIS_OK);
  assert_int_equal(drop(s, "gone/dropped"), NOTIS_OK);
  assert_int_equal(put(s, "gone", "a file now", 0), NOTIS_OK);
  assert_int_equal(commit(s), NOTIS_OK);
  assert_published(t, "new/dropped", NULL);
  assert_published(t, "new/kept", "second");
  assert_published(t, "new/later", "list");
  assert_published(t, "new/sooner", "page");
  assert_published(t, "gone", "a file now");
}

void conform_target_stages(const conform_target *t) {
  t->reset(t->ud);
  session s = opened(t);
  nothing_before_commit(t, &s);
  abort_changes_nothing(t, &s);
  new_discards_what_was_staged(t, &s);
  last_word_counts(t, &s);
  assert_int_equal(s.errors, 0);
  assert_int_equal(begin(&s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(commit(&s), NOTIS_OK); /* of nothing */
  assert_published(t, "a/index.html", "three");
  closed(&s);
}

/* Without a file, of one that has the bytes; as the engine hands it over. */
static notis_status put_file(session *s, const char *path, const char *bytes, uint32_t order) {
  conform_call c;
  FILE *temporary = tmpfile();
  assert_non_null(temporary);
  assert_int_equal(fwrite(bytes, 1, strlen(bytes), temporary), strlen(bytes));
  assert_int_equal(fflush(temporary), 0);
  conform_begin(&c, NULL, NULL);
  notis_file file = {fileno(temporary), strlen(bytes)};
  notis_put what = {.size = sizeof what, .path = conform_str(nt_str_c(path)), .order = order, .file = &file};
  notis_status status = after(s, &c, s->t->plugin->target.put(s->self, &c.call, &what));
  fclose(temporary);
  return status;
}

/* A target that takes files publishes the same from a file as from its bytes. */
void conform_target_takes_files(const conform_target *t) {
  if (!t->plugin->target.takes_files) return;
  t->reset(t->ud);
  session s = opened(t);
  assert_int_equal(begin(&s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(put_file(&s, "a/film.bin", "a film", 0), NOTIS_OK);
  assert_int_equal(put_file(&s, "empty.bin", "", 0), NOTIS_OK);
  assert_int_equal(put_file(&s, "a/last", "a longer file", 0), NOTIS_OK);
  assert_int_equal(put(&s, "a/last", "bytes", 0), NOTIS_OK);
  assert_int_equal(put(&s, "b/last", "longer bytes", 0), NOTIS_OK);
  assert_int_equal(put_file(&s, "b/last", "a file", 0), NOTIS_OK);
  assert_published(t, "a/film.bin", NULL);
  assert_int_equal(commit(&s), NOTIS_OK);
  assert_published(t, "a/film.bin", "a film");
  assert_published(t, "empty.bin", "");
  assert_published(t, "a/last", "bytes");
  assert_published(t, "b/last", "a file");
  closed(&s);
}

void conform_target_refuses_paths(const conform_target *t) {
  static const char *const bad[] = {"",      "/",    "/a", "..",  "../a", "a/../../b", "a/..",
                                    "a/./b", "a//b", "a/", "./a", ".",    "a/../b"};
  t->reset(t->ud);
  session s = opened(t);
  assert_int_equal(begin(&s, NOTIS_COMMIT_NEW), NOTIS_OK);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_int_equal(put(&s, bad[i], "x", 1), NOTIS_ERROR);
    assert_int_equal(drop(&s, bad[i]), NOTIS_ERROR);
  }
  char longest[300];
  memset(longest, 'a', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  assert_int_equal(put(&s, longest, "x", 1), NOTIS_ERROR);
  give_up(&s);
  assert_int_equal(put(&s, "a", "x", 1), NOTIS_ERROR); /* nothing was begun */
  assert_int_equal(commit(&s), NOTIS_ERROR);
  closed(&s);
}

static void swap(const conform_target *t, session *s, const char *old, const char *new) {
  assert_int_equal(begin(s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(put(s, new, new, 1), NOTIS_OK);
  assert_int_equal(drop(s, old), NOTIS_OK);
  assert_int_equal(commit(s), NOTIS_OK);
  assert_published(t, new, new);
  assert_int_equal(commit(s), NOTIS_OK);
  assert_published(t, new, new);
}

void conform_target_swaps_file_and_folder(const conform_target *t) {
  t->reset(t->ud);
  session s = opened(t);
  assert_int_equal(begin(&s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(put(&s, "a/b/c", "first", 1), NOTIS_OK);
  assert_int_equal(commit(&s), NOTIS_OK);
  swap(t, &s, "a/b/c", "a");
  swap(t, &s, "a", "a/b/c");
  swap(t, &s, "a/b/c", "a/b");
  swap(t, &s, "a/b", "a/b/x/y/z");
  assert_int_equal(s.errors, 0);
  closed(&s);
}

/* ---- kills ---- */

typedef struct change {
  const char *path;
  const char *before; /* NULL: not there */
  const char *after;
  uint32_t order;
} change;

static const change changes[] = {
    {"style.css", "css 1", "css 2", 0},
    {"n/2024/a/index.html", "a 1", "a 2", 1},
    {"n/2024/b/index.html", NULL, "b 2", 1},
    {"n/index.html", "list 1", "list 2", 2},
    {"n/2023/old/index.html", "o", NULL, 0},
    {"n/2023/older.html", "p", NULL, 0},
    {"was/file", "f", NULL, 0},
    {"was/file/now/folder", NULL, "g", 1},
    {"was/folder/x", "h", NULL, 0},
    {"was/folder", NULL, "i", 1},
    {"empty", NULL, "", 1},
};
enum { CHANGES = sizeof changes / sizeof *changes };

/* What is published before: nothing at all, or what the changes say. */
typedef enum setting { EMPTY, CHANGED } setting;

static void publish_before(const conform_target *t, setting before) {
  t->reset(t->ud);
  if (before == EMPTY) return;
  session s = opened(t);
  begin(&s, NOTIS_COMMIT_NEW);
  for (size_t i = 0; i < CHANGES; i++)
    if (changes[i].before) put(&s, changes[i].path, changes[i].before, changes[i].order);
  assert_int_equal(commit(&s), NOTIS_OK);
  closed(&s);
}

static void stage_changes(session *s, notis_commit_mode mode) {
  assert_int_equal(begin(s, mode), NOTIS_OK);
  for (size_t i = 0; i < CHANGES; i++) {
    const change *c = &changes[i];
    notis_status status =
        c->after ? put(s, c->path, mode == NOTIS_COMMIT_RESUME ? NULL : c->after, c->order) : drop(s, c->path);
    assert_int_equal(status, NOTIS_OK);
  }
}

/* Runs a commit, armed from its first moment, in a child. False when it lived. */
static bool killed(const conform_target *t, notis_commit_mode mode, uint64_t at) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    session s = opened(t);
    stage_changes(&s, mode);
#ifdef NOTIS_TESTING
    nt_failpoint_arm(at);
#endif
    _exit(commit(&s) == NOTIS_OK ? 0 : 1);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  if (WIFSIGNALED(status)) assert_int_equal(WTERMSIG(status), SIGKILL);
  if (WIFEXITED(status)) assert_int_equal(WEXITSTATUS(status), 0);
  return WIFSIGNALED(status);
}

static bool is_either(nt_str got, const char *before, const char *after) {
  if (!got.ptr) return !before || !after;
  return (before && strcmp(got.ptr, before) == 0) || (after && strcmp(got.ptr, after) == 0);
}

static bool holds(const conform_target *t, const char *path, const char *bytes) {
  nt_str got = t->look(t->ud, path);
  bool same = got.ptr && strcmp(got.ptr, bytes) == 0;
  free((char *)got.ptr);
  return same;
}

/* A path that is on its way from file to folder, or back, may for a moment be neither. The list shows the pages. */
static void assert_whole(const conform_target *t, setting before) {
  if (holds(t, "n/index.html", "list 2")) {
    assert_true(holds(t, "n/2024/a/index.html", "a 2"));
    assert_true(holds(t, "n/2024/b/index.html", "b 2"));
  }
  for (size_t i = 0; i < CHANGES; i++) {
    nt_str got = t->look(t->ud, changes[i].path);
    assert_true(is_either(got, before == EMPTY ? NULL : changes[i].before, changes[i].after));
    free((char *)got.ptr);
  }
}

static void assert_done(const conform_target *t) {
  for (size_t i = 0; i < CHANGES; i++) assert_published(t, changes[i].path, changes[i].after);
}

static void resume(const conform_target *t) {
  session s = opened(t);
  stage_changes(&s, NOTIS_COMMIT_RESUME);
  assert_int_equal(commit(&s), NOTIS_OK);
  assert_int_equal(s.errors, 0);
  closed(&s);
  assert_done(t);
}

#ifdef NOTIS_TESTING
static void survive_kills(const conform_target *t, setting before) {
  uint64_t at = 1;
  for (; publish_before(t, before), killed(t, NOTIS_COMMIT_NEW, at); at++) {
    assert_whole(t, before);
    if (at % 5 == 0) /* and the resumption is killed too, a little further on each time */
      for (uint64_t again = 1; killed(t, NOTIS_COMMIT_RESUME, again); again++) assert_whole(t, before);
    resume(t);
  }
  assert_done(t);
  print_message("killed at %d moments of a commit\n", (int)(at - 1));
  assert_true(at > 10);
}
#endif

/* A kill may also come when all is staged and journalled, before the target has heard of the removals. What was staged
 * and is no longer wanted must then not be seen at any moment of the resumption. */
static bool resumed_without_dropped(const conform_target *t, uint64_t kill_at) {
  t->reset(t->ud);
  session s = opened(t);
  assert_int_equal(begin(&s, NOTIS_COMMIT_NEW), NOTIS_OK);
  assert_int_equal(put(&s, "new/dropped", "never", 1), NOTIS_OK);
  assert_int_equal(put(&s, "new/kept", "kept", 1), NOTIS_OK);
  closed(&s);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    s = opened(t);
    bool good = begin(&s, NOTIS_COMMIT_RESUME) == NOTIS_OK && put(&s, "new/kept", NULL, 1) == NOTIS_OK &&
                drop(&s, "new/dropped") == NOTIS_OK;
#ifdef NOTIS_TESTING
    nt_failpoint_arm(kill_at);
#endif
    _exit(good && commit(&s) == NOTIS_OK ? 0 : 1);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_published(t, "new/dropped", NULL);
  if (WIFSIGNALED(status)) return false;
  assert_int_equal(WEXITSTATUS(status), 0);
  assert_published(t, "new/kept", "kept");
  return true;
}

void conform_target_survives_kills(const conform_target *t) {
  for (uint64_t at = 1; !resumed_without_dropped(t, at);) at++;
#ifdef NOTIS_TESTING
  survive_kills(t, EMPTY);
  survive_kills(t, CHANGED);
#endif
}

void conform_target_all(const conform_target *t) {
  conform_target_opens_and_closes(t);
  conform_target_stages(t);
  conform_target_takes_files(t);
  conform_target_refuses_paths(t);
  conform_target_swaps_file_and_folder(t);
  conform_target_survives_kills(t);
}
