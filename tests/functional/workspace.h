/* A workspace in a directory of its own, its engine, and what the same inputs give when built from nothing. */
#ifndef FUNCTIONAL_WORKSPACE_H
#define FUNCTIONAL_WORKSPACE_H

#include "engine/engine.h"
#include "feed.h"
#include "support.h"
#include "trees.h"

typedef struct workspace {
  char *dir;
  feed *feed;
  feed_port port;
  nt_engine_options options;
  nt_str plugins;
  char plugin_dir[4096];
  nt_engine *engine;
  nt_site *site; /* the only one, "s" */
  uint64_t before[NT_STEP_KINDS];
} workspace;

/* An hour on a day in the site's zone: 2024-06-DD 12:00 in Stockholm. */
int64_t june(int day);

/* An empty workspace with one site "s" that has nothing but notis.yaml; dir is heap. */
void workspace_init(workspace *w, feed *f);
void workspace_deinit(workspace *w);
void workspace_write(workspace *w, const char *path, const char *text);
/* In a file of the site: the first `from` becomes `to`. Fails the test if there is none. */
void workspace_replace(workspace *w, const char *path, const char *from, const char *to);

/* Opens the engine with w->options; the sources have begun when it returns. */
void workspace_open(workspace *w);
void workspace_close(workspace *w);
/* Did the engine find, when it was opened, most of what one before it had done? */
bool workspace_is_warm(const workspace *w);
/* Everything that came is in and published; inputs are looked at again. */
void workspace_refresh(workspace *w);

tree workspace_published(workspace *w);
/* What the same inputs, items and instant give in another directory with a state of its own. */
tree workspace_clean(workspace *w);
/* Fails the test, naming `when` and the first path, unless what is published is what a clean build gives. */
void workspace_assert_clean(workspace *w, const char *when);
/* NULL if it is not published; heap. */
char *workspace_page(workspace *w, const char *path);
void workspace_print_diags(const workspace *w);
size_t workspace_count_diags(const workspace *w, nt_code code);

/* Counters: how many steps of a kind ran since the last mark. */
void workspace_mark(workspace *w);
uint64_t workspace_ran(const workspace *w, nt_step_kind kind);

#endif
