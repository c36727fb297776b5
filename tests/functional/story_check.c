/* Whether what a life has come to is right: held against clean builds, or against what another life came to. */
#include "living.h"

#include <stdio.h>

/* ---- what is there ---- */

tree life_published(const workspace *w) {
  char path[4096];
  snprintf(path, sizeof path, "%s/public", w->dir);
  return tree_of(path);
}

/* A bit for each site whose epoch failed. */
static unsigned failed_sites(const workspace *w) {
  unsigned failed = 0;
  for (size_t i = 0; i < w->engine->site_count; i++) failed |= (unsigned)w->engine->sites[i].failed << i;
  return failed;
}

bool life_failed(const workspace *w) {
  return failed_sites(w) != 0;
}

static bool has_faults(const workspace *w) {
  for (size_t i = 0; i < w->engine->site_count; i++)
    if (w->engine->sites[i].diags.errors) return true;
  return false;
}

static void put_diag(const nt_diag *d, nt_buf *out) {
  const char *name = nt_message_get(d->code)->name;
  if (strcmp(name, "memo_damaged") == 0 || strcmp(name, "memo_unusable") == 0) return; /* it was, and is found late */
  nt_buf_format(out, "%d %.*s%s%.*s:%u:%u ", (int)d->severity, NT_FMT(d->where.file), d->where.file.len ? "" : " ",
                NT_FMT(d->where.file.len ? NT_STR("") : d->where.doc), d->where.line, d->where.column);
  nt_diag_message(d, NT_ENGLISH, out);
  nt_buf_byte(out, '\n');
}

void life_said(const nt_engine *engine, nt_buf *out) {
  for (size_t i = 0; i < engine->site_count; i++) {
    const nt_site *site = &engine->sites[i];
    nt_buf_format(out, "%.*s\n", NT_FMT(site->name));
    for (size_t d = 0; d < site->diags.len; d++) put_diag(&site->diags.items[d], out);
  }
}

story_outcome life_outcome(const life *l, const tree *is) {
  nt_buf text = {0};
  life_said(l->w.engine, &text);
  story_outcome o = {tree_hash(is), nt_hash_bytes(nt_buf_str(&text))};
  nt_buf_deinit(&text);
  return o;
}

/* ---- what differs ---- */

static void print_file(const char *what, const tree *t, nt_str path) {
  const nt_str *bytes = nt_map_get(&t->files, path);
  fprintf(stderr, "  %s: %.*s\n", what, bytes ? (int)(bytes->len < 3000 ? bytes->len : 3000) : 4,
          bytes ? bytes->ptr : "none");
}

static void print_lines(const char *what, nt_str a, nt_str b) {
  while (a.len) {
    size_t end = nt_str_find(a, '\n');
    nt_str line = nt_str_sub(a, 0, end);
    if (nt_str_search(b, line) == b.len) fprintf(stderr, "  %s: %.*s\n", what, NT_FMT(line));
    a = nt_str_sub(a, end + 1, a.len);
  }
}

void life_print_difference(const life *l, const char *a, const tree *one, const char *b, const tree *other) {
  nt_str path = tree_difference(one, other);
  if (l->story->quiet || !path.len) return;
  fprintf(stderr, "  %.*s\n", NT_FMT(path));
  print_file(a, one, path);
  print_file(b, other, path);
}

/* ---- clean builds ---- */

typedef struct clean {
  tree published;
  nt_buf said;
  unsigned failed;
} clean;

/* What the same inputs, items and instant give in another directory, without a memo; with the same state and published
 * files if `stateful`. */
static clean build_clean(const life *l, bool stateful) {
  workspace w;
  clean c = {0};
  workspace_init(&w, l->w.feed);
  if (stateful)
    tree_copy_all(l->w.dir, w.dir);
  else
    tree_copy(l->w.dir, w.dir);
  w.options.at = l->w.options.at;
  w.options.workers = 1;
  w.options.allow_removals = true;
  workspace_open(&w);
  c.failed = failed_sites(&w);
  life_said(w.engine, &c.said);
  c.published = life_published(&w);
  workspace_deinit(&w);
  return c;
}

static void tell_differences(const life *l, const tree *is, const clean *should, nt_str said) {
  if (l->story->quiet) return;
  life_print_difference(l, "published", is, "clean", &should->published);
  print_lines("said", said, nt_buf_str(&should->said));
  print_lines("clean says", nt_buf_str(&should->said), said);
}

static bool is_as_clean(life *l, const tree *is, bool stateful) {
  nt_buf said = {0};
  clean should = build_clean(l, stateful);
  life_said(l->w.engine, &said);
  bool files = tree_difference(is, &should.published).len == 0, failed = should.failed == failed_sites(&l->w);
  bool same = files && failed && nt_str_eq(nt_buf_str(&should.said), nt_buf_str(&said));
  if (!same) life_give_up(l, !files ? "files differ" : failed ? "what is said differs" : "one failed");
  if (!same) tell_differences(l, is, &should, nt_buf_str(&said));
  tree_deinit(&should.published);
  nt_buf_deinit(&should.said);
  nt_buf_deinit(&said);
  return same;
}

/* While a fault stops a site nothing of it changes. What a fault keeps as it was is as a clean build with the same
 * state keeps it; where there is none, state has no say. */
static bool is_right(life *l, const tree *is) {
  unsigned failed = failed_sites(&l->w);
  bool faults = has_faults(&l->w);
  l->told->stopped += failed != 0;
  l->told->faulty += faults && !failed;
  if (!is_as_clean(l, is, faults || failed)) return false;
  for (size_t i = 0; i < l->w.engine->site_count; i++) {
    if (!(failed >> i & 1) || !l->before[i]) continue;
    if (l->before[i] == tree_hash_below(is, l->w.engine->sites[i].name)) continue;
    life_give_up(l, "published, though it failed");
    return false;
  }
  return true;
}

static bool is_as_reference(life *l, story_outcome is) {
  story_outcome should = l->story->reference[l->told->chapters];
  if (is.files == should.files && (!l->story->diags || is.said == should.said)) return true;
  life_give_up(l, is.files == should.files ? "what is said differs" : "files differ");
  return false;
}

/* ---- a chapter's end ---- */

static bool nothing_is_left(life *l) {
  char *leftover = life_failed(&l->w) ? NULL : tree_leftover(l->w.dir);
  if (!leftover) return true;
  life_give_up(l, "something was left behind");
  if (!l->story->quiet) fprintf(stderr, "  %s\n", leftover);
  free(leftover);
  return false;
}

bool life_check(life *l) {
  tree is = life_published(&l->w);
  story_outcome outcome = life_outcome(l, &is);
  bool good = l->story->reference ? is_as_reference(l, outcome) : is_right(l, &is);
  good = good && nothing_is_left(l);
  l->told->outcomes[l->told->chapters] = outcome;
  for (size_t i = 0; i < l->w.engine->site_count; i++) l->before[i] = tree_hash_below(&is, l->w.engine->sites[i].name);
  tree_deinit(&is);
  return good;
}
