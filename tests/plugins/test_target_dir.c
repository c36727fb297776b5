/* target_dir: what every target must do, and what only a directory can be asked. */
#include "conform.h"
#include "host/durable.h"
#include "tempdir.h"

#include <time.h>
#include <unistd.h>

typedef struct fixture {
  nt_arena *arena;
  nt_diags diags;
  nt_host *host;
  nt_tempdir dir;
  const char *root;
  nt_value config;
  conform_target target;
} fixture;

static nt_str in(fixture *f, const char *name) {
  return nt_arena_format(f->arena, "%s/public/%s", f->root, name);
}

static nt_str look(void *ud, const char *path) {
  fixture *f = ud;
  nt_str full = in(f, path);
  return nt_durable_kind(full) == NOTIS_FILE_REGULAR ? nt_test_read(full.ptr) : nt_str_n(NULL, 0);
}

static void shell(const char *format, const char *argument) {
  char command[256];
  snprintf(command, sizeof command, format, argument);
  assert_int_equal(system(command), 0);
}

static void reset(void *ud) {
  shell("rm -rf '%s/public'", ((fixture *)ud)->root);
}

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->arena = nt_arena_new();
  f->host = nt_host_new();
  nt_diags_init(&f->diags, f->arena);
  nt_tempdir_make(&f->dir);
  f->root = f->dir.path;
  nt_str file = nt_arena_format(f->arena, "%s/plugins/target_dir.so", getenv("NOTIS_BUILD_DIR"));
  f->config = nt_map_new(f->arena);
  nt_map_put(&f->config, f->arena, NT_STR("path"), (nt_pos){0}, nt_string(in(f, "")));
  f->target = (conform_target){
      .plugin = nt_host_load(f->host, file, &f->diags), .config = &f->config, .ud = f, .look = look, .reset = reset};
  assert_non_null(f->target.plugin);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  shell("rm -rf '%s'", f->root);
  nt_host_free(f->host);
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

/* Publishes in one call; the lists end with NULL. */
static notis_status publish(fixture *f, const char *const *puts, const char *const *removes) {
  const notis_target_api *api = &f->target.plugin->target;
  conform_call c;
  conform_begin(&c, NULL, NULL);
  void *self = NULL;
  assert_int_equal(api->open(&nt_services, &c.call, conform_config(&f->config), &self), NOTIS_OK);
  notis_status status = api->begin(self, &c.call, NOTIS_COMMIT_NEW);
  for (; status == NOTIS_OK && puts && *puts; puts++) {
    notis_put put = {.size = sizeof put, .path = conform_str(nt_str_c(*puts)), .bytes = {"new", 3}, .order = 1};
    status = api->put(self, &c.call, &put);
  }
  for (; status == NOTIS_OK && removes && *removes; removes++)
    status = api->remove(self, &c.call, conform_str(nt_str_c(*removes)));
  if (status == NOTIS_OK) status = api->commit(self, &c.call);
  if (status == NOTIS_ERROR) assert_true(c.diags.errors > 0);
  f->diags.len = 0;
  for (size_t i = 0; i < c.diags.len; i++) nt_diags_add(&f->diags, &c.diags.items[i]);
  api->close(self);
  conform_end(&c);
  return status;
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_opens_and_closes(void **state) {
  conform_target_opens_and_closes(&((fixture *)*state)->target);
}
static void test_stages(void **state) {
  conform_target_stages(&((fixture *)*state)->target);
  assert_true(((fixture *)*state)->target.plugin->target.takes_files);
  conform_target_takes_files(&((fixture *)*state)->target);
}
static void test_refuses_paths(void **state) {
  conform_target_refuses_paths(&((fixture *)*state)->target);
}
static void test_swaps(void **state) {
  conform_target_swaps_file_and_folder(&((fixture *)*state)->target);
}
static void test_survives_kills(void **state) {
  conform_target_survives_kills(&((fixture *)*state)->target);
}

static void test_kills_with_sync(void **state) {
  fixture *f = *state;
  nt_map_put(&f->config, f->arena, NT_STR("sync"), (nt_pos){0}, nt_bool(true));
  conform_target_survives_kills(&f->target);
}

static void test_settings(void **state) {
  fixture *f = *state;
  const notis_target_api *api = &f->target.plugin->target;
  struct {
    const char *key;
    nt_value value;
    nt_code code;
  } bad[] = {
      {"path", nt_string(NT_STR("relative")), NT_MSG_target_no_path},
      {"path", nt_string(NT_STR("/")), NT_MSG_target_no_path},
      {"path", nt_string(NT_STR("")), NT_MSG_target_no_path},
      {"path", nt_int(3), NT_MSG_target_no_path},
      {"sync", nt_string(NT_STR("yes")), NT_MSG_target_sync_type},
      {"sink", nt_bool(true), NT_MSG_target_unknown_key},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    nt_value config = nt_map_new(f->arena);
    nt_map_put(&config, f->arena, NT_STR("path"), (nt_pos){0}, nt_string(in(f, "")));
    nt_map_put(&config, f->arena, nt_str_c(bad[i].key), (nt_pos){0}, bad[i].value);
    conform_call c;
    void *self = NULL;
    conform_begin(&c, NULL, NULL);
    assert_int_equal(api->open(&nt_services, &c.call, conform_config(&config), &self), NOTIS_ERROR);
    assert_int_equal(c.diags.len, 1);
    assert_int_equal(c.diags.items[0].code, bad[i].code);
    conform_end(&c);
  }
}

/* Folders that became empty go, the root stays, and so does whatever was not ours. */
static void test_leaves_the_rest_alone(void **state) {
  fixture *f = *state;
  assert_int_equal(publish(f, LIST("a/b/c/one", "a/b/two", "d/three"), NULL), NOTIS_OK);
  assert_int_equal(nt_durable_write(in(f, "d/foreign"), NT_STR("x"), NULL), NT_DURABLE_OK);
  assert_int_equal(publish(f, NULL, LIST("a/b/c/one", "d/three")), NOTIS_OK);
  assert_int_equal(nt_durable_kind(in(f, "a/b/c")), NOTIS_FILE_NONE);
  assert_int_equal(nt_durable_kind(in(f, "a/b/two")), NOTIS_FILE_REGULAR);
  assert_int_equal(nt_durable_kind(in(f, "d/foreign")), NOTIS_FILE_REGULAR);
  assert_int_equal(publish(f, NULL, LIST("a/b/two")), NOTIS_OK);
  assert_int_equal(nt_durable_kind(in(f, "a")), NOTIS_FILE_NONE);
  assert_int_equal(publish(f, NULL, LIST("d/foreign")), NOTIS_OK);
  assert_int_equal(nt_durable_kind(in(f, ".notis-stage")), NOTIS_FILE_NONE);
  assert_int_equal(nt_durable_kind(nt_arena_format(f->arena, "%s/public", f->root)), NOTIS_FILE_DIRECTORY);
}

/* A removal that was interrupted between one folder and the one above it is completed by the next. */
static void test_half_of_the_folders_are_gone(void **state) {
  fixture *f = *state;
  assert_int_equal(publish(f, LIST("a/b/c/one", "d/two"), NULL), NOTIS_OK);
  assert_int_equal(nt_durable_remove(in(f, "a/b/c/one"), NULL), NT_DURABLE_OK);
  assert_int_equal(nt_durable_rmdir(in(f, "a/b/c"), NULL), NT_DURABLE_OK);
  assert_int_equal(publish(f, NULL, LIST("a/b/c/one")), NOTIS_OK);
  assert_int_equal(nt_durable_kind(in(f, "a")), NOTIS_FILE_NONE);
  assert_int_equal(nt_durable_kind(in(f, "d/two")), NOTIS_FILE_REGULAR);
}

/* A folder that is moved whole brings nothing that was dropped, nor a folder that is empty without it. */
static void test_drops_leave_no_folder(void **state) {
  fixture *f = *state;
  const notis_target_api *api = &f->target.plugin->target;
  conform_call c;
  conform_begin(&c, NULL, NULL);
  void *self = NULL;
  assert_int_equal(api->open(&nt_services, &c.call, conform_config(&f->config), &self), NOTIS_OK);
  assert_int_equal(api->begin(self, &c.call, NOTIS_COMMIT_NEW), NOTIS_OK);
  static const char *const paths[] = {"a/b/c/dropped", "a/kept", "a/b/c/later"};
  for (size_t i = 0; i < 3; i++) {
    notis_put put = {.size = sizeof put, .path = conform_str(nt_str_c(paths[i])), .bytes = {"x", 1}, .order = 1};
    assert_int_equal(api->put(self, &c.call, &put), NOTIS_OK);
    if (i != 1) assert_int_equal(api->remove(self, &c.call, put.path), NOTIS_OK);
  }
  assert_int_equal(api->commit(self, &c.call), NOTIS_OK);
  api->close(self);
  conform_end(&c);
  assert_int_equal(nt_durable_kind(in(f, "a/kept")), NOTIS_FILE_REGULAR);
  assert_int_equal(nt_durable_kind(in(f, "a/b")), NOTIS_FILE_NONE);
}

static void test_never_through_a_link(void **state) {
  fixture *f = *state;
  assert_int_equal(nt_durable_mkdirs(nt_arena_format(f->arena, "%s/outside", f->root), NULL), NT_DURABLE_OK);
  nt_str precious = nt_arena_format(f->arena, "%s/outside/precious", f->root);
  nt_durable_write(precious, NT_STR("x"), NULL);
  assert_int_equal(publish(f, LIST("a"), NULL), NOTIS_OK);
  assert_int_equal(symlink("../outside", in(f, "link").ptr), 0);
  assert_int_equal(publish(f, LIST("link/new"), NULL), NOTIS_ERROR);
  assert_int_equal(f->diags.items[0].code, NT_MSG_target_not_folder);
  assert_int_equal(publish(f, NULL, LIST("link/precious")), NOTIS_ERROR);
  assert_int_equal(nt_durable_kind(precious), NOTIS_FILE_REGULAR);
  assert_int_equal(publish(f, LIST("link"), NULL), NOTIS_OK); /* the link itself is replaced */
  assert_int_equal(nt_durable_kind(in(f, "link")), NOTIS_FILE_REGULAR);
  assert_int_equal(nt_durable_kind(precious), NOTIS_FILE_REGULAR);
}

/* The staging folder is a link that leads out, or a file. */
static void test_stage_that_is_no_folder(void **state) {
  fixture *f = *state;
  nt_durable_mkdirs(nt_arena_format(f->arena, "%s/outside", f->root), NULL);
  nt_str precious = nt_arena_format(f->arena, "%s/outside/precious", f->root);
  nt_durable_write(precious, NT_STR("x"), NULL);
  nt_durable_mkdirs(in(f, ""), NULL);
  assert_int_equal(symlink("../outside", in(f, ".notis-stage").ptr), 0);
  assert_int_equal(publish(f, LIST("a"), NULL), NOTIS_ERROR);
  assert_int_equal(nt_durable_kind(precious), NOTIS_FILE_REGULAR);
  nt_durable_remove(in(f, ".notis-stage"), NULL);
  assert_int_equal(publish(f, LIST(".notis-stage/a"), NULL), NOTIS_ERROR);
  assert_int_equal(f->diags.items[0].code, NT_MSG_target_bad_path);
}

/* What stands in the way and was not ours is left, and said; lists are then not published before their pages. */
static void test_foreign_things_in_the_way(void **state) {
  fixture *f = *state;
  nt_durable_mkdirs(in(f, "a/full"), NULL);
  nt_durable_write(in(f, "a/full/foreign"), NT_STR("x"), NULL);
  nt_durable_write(in(f, "file"), NT_STR("x"), NULL);
  assert_int_equal(publish(f, LIST("a/full"), NULL), NOTIS_ERROR);
  assert_int_equal(f->diags.items[0].code, NT_MSG_durable_rename);
  assert_int_equal(publish(f, LIST("file/below"), NULL), NOTIS_ERROR);
  assert_int_equal(f->diags.items[0].code, NT_MSG_target_not_folder);
  assert_int_equal(nt_durable_kind(in(f, "a/full/foreign")), NOTIS_FILE_REGULAR);
  assert_int_equal(nt_durable_kind(in(f, "file")), NOTIS_FILE_REGULAR);
}

static void test_a_folder_that_may_not_be_written(void **state) {
  fixture *f = *state;
  if (geteuid() == 0) skip();
  nt_durable_mkdirs(in(f, ""), NULL);
  shell("chmod a-w '%s/public'", f->root);
  assert_int_equal(publish(f, LIST("a"), NULL), NOTIS_ERROR);
  shell("chmod u+w '%s/public'", f->root);
}

static void test_ten_thousand_files(void **state) {
  fixture *f = *state;
  enum { MANY = 10000 };
  const char **paths = nt_zalloc((MANY + 1) * sizeof *paths);
  for (int i = 0; i < MANY; i++) paths[i] = nt_arena_format(f->arena, "n/2024/item-%d/index.html", i).ptr;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  assert_int_equal(publish(f, paths, NULL), NOTIS_OK);
  clock_gettime(CLOCK_MONOTONIC, &to);
  print_message("10,000 new files in %.0f ms\n",
                (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6);
  assert_int_equal(nt_durable_kind(in(f, "n/2024/item-9999/index.html")), NOTIS_FILE_REGULAR);
  assert_int_equal(publish(f, NULL, paths), NOTIS_OK);
  assert_int_equal(nt_durable_kind(in(f, "n")), NOTIS_FILE_NONE);
  free(paths);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with(test_opens_and_closes),
      with(test_stages),
      with(test_refuses_paths),
      with(test_swaps),
      with(test_survives_kills),
      with(test_kills_with_sync),
      with(test_settings),
      with(test_leaves_the_rest_alone),
      with(test_half_of_the_folders_are_gone),
      with(test_drops_leave_no_folder),
      with(test_never_through_a_link),
      with(test_stage_that_is_no_folder),
      with(test_foreign_things_in_the_way),
      with(test_a_folder_that_may_not_be_written),
      with(test_ten_thousand_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
