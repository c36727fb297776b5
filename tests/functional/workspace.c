#include "workspace.h"

#include <stdio.h>

int64_t june(int day) {
  return 1717236000 + (int64_t)(day - 1) * 86400; /* 2024-06-01T10:00:00Z */
}

void workspace_write(workspace *w, const char *path, const char *text) {
  tree_write(w->dir, path, text);
}

void workspace_init(workspace *w, feed *f) {
  *w = (workspace){.dir = tree_temp(), .feed = f};
  const char *build = getenv("NOTIS_BUILD_DIR");
  snprintf(w->plugin_dir, sizeof w->plugin_dir, "%s/plugins", build ? build : "build");
  feed_port_init(&w->port, f);
  workspace_write(w, "notis.yaml", "notis: 1\nsites: [s]\nout: public/{site}\n");
  w->options.distrust = true;
  w->options.at_set = true;
  w->options.at = june(10);
}

void workspace_deinit(workspace *w) {
  if (w->engine) workspace_close(w);
  feed_port_deinit(&w->port);
  tree_delete(w->dir);
  free(w->dir);
}

void workspace_replace(workspace *w, const char *path, const char *from, const char *to) {
  char *text = tree_read(w->dir, path), *at = text ? strstr(text, from) : NULL;
  if (!at) fail_msg("%s does not hold \"%s\"", path, from);
  nt_buf out = {0};
  nt_buf_put(&out, nt_str_n(text, (size_t)(at - text)));
  nt_buf_c(&out, to);
  nt_buf_c(&out, at + strlen(from));
  nt_buf_byte(&out, '\0');
  workspace_write(w, path, out.ptr);
  nt_buf_deinit(&out);
  free(text);
}

static void print_diag(const nt_diag *d) {
  nt_buf text = {0};
  nt_diag_message(d, NT_ENGLISH, &text);
  fprintf(stderr, "    %.*s%.*s:%u: %.*s\n", NT_FMT(d->where.file), NT_FMT(d->where.doc), d->where.line,
          NT_FMT(nt_buf_str(&text)));
  nt_buf_deinit(&text);
}

void workspace_print_diags(const workspace *w) {
  for (size_t i = 0; i < w->site->diags.len; i++) print_diag(&w->site->diags.items[i]);
}

size_t workspace_count_diags(const workspace *w, nt_code code) {
  size_t count = 0;
  for (size_t i = 0; i < w->site->diags.len; i++) count += w->site->diags.items[i].code == code;
  return count;
}

void workspace_open(workspace *w) {
  w->options.workspace = nt_str_c(w->dir);
  w->plugins = nt_str_c(w->plugin_dir);
  w->options.plugin_dirs = &w->plugins;
  w->options.plugin_dir_count = 1;
  w->engine = nt_engine_open(&w->options);
  for (size_t i = 0; i < w->engine->diags.len; i++) print_diag(&w->engine->diags.items[i]);
  assert_int_equal(w->engine->diags.errors, 0);
  assert_non_null(nt_engine_add_plugin(w->engine, &w->port.descriptor));
  w->site = nt_engine_site(w->engine, NT_STR("s"));
  assert_non_null(w->site);
  memset(w->before, 0, sizeof w->before);
  nt_engine_settle(w->engine);
}

void workspace_close(workspace *w) {
  assert_true(nt_engine_close(w->engine)); /* nothing of ours was left open */
  w->engine = NULL;
  w->site = NULL;
}

void workspace_refresh(workspace *w) {
  nt_engine_refresh(w->engine);
  nt_engine_settle(w->engine);
}

tree workspace_published(workspace *w) {
  char path[4096];
  snprintf(path, sizeof path, "%s/public/s", w->dir);
  return tree_of(path);
}

char *workspace_page(workspace *w, const char *path) {
  char full[4096];
  snprintf(full, sizeof full, "public/s/%s", path);
  return tree_read(w->dir, full);
}

tree workspace_clean(workspace *w) {
  workspace clean;
  workspace_init(&clean, w->feed);
  tree_copy(w->dir, clean.dir);
  clean.options.at = w->engine ? w->engine->options.at : w->options.at;
  clean.options.workers = 1;
  workspace_open(&clean);
  if (clean.site->failed) workspace_print_diags(&clean);
  assert_false(clean.site->failed);
  tree published = workspace_published(&clean);
  workspace_deinit(&clean);
  return published;
}

static void print_file(const char *what, const tree *t, nt_str path) {
  const nt_str *bytes = nt_map_get(&t->files, path);
  if (bytes)
    fprintf(stderr, "  %s: %.*s\n", what, (int)(bytes->len < 2000 ? bytes->len : 2000), bytes->ptr);
  else
    fprintf(stderr, "  %s: none\n", what);
}

void workspace_assert_clean(workspace *w, const char *when) {
  tree is = workspace_published(w), should = workspace_clean(w);
  nt_str path = tree_difference(&is, &should);
  if (path.len) {
    fprintf(stderr, "%s: %.*s differs\n", when, NT_FMT(path));
    print_file("published", &is, path);
    print_file("clean", &should, path);
    workspace_print_diags(w);
  }
  assert_int_equal(path.len, 0);
  assert_false(w->site->failed);
  tree_deinit(&is);
  tree_deinit(&should);
}

void workspace_mark(workspace *w) {
  for (int i = 0; i < NT_STEP_KINDS; i++) w->before[i] = nt_atomic_get(&w->site->counters.run[i]);
}

uint64_t workspace_ran(const workspace *w, nt_step_kind kind) {
  return nt_atomic_get(&w->site->counters.run[kind]) - w->before[kind];
}
