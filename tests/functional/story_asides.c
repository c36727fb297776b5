/* What people ask while an engine watches: a check beside it, why a page is as it is, whether all is as a clean build.
 * The answers must be right, and nothing may be other afterwards than it was. */
#include "living.h"

#include "engine/explain/explain.h"
#include "engine/explain/verify.h"

#include <stdio.h>

static bool is_untouched(life *l, story_outcome before) {
  tree is = life_published(&l->w);
  story_outcome after = life_outcome(l, &is);
  tree_deinit(&is);
  if (after.files == before.files && after.said == before.said) return true;
  life_give_up(l, after.files == before.files ? "an aside changed what is said" : "an aside changed files");
  return false;
}

/* ---- check ---- */

/* A check knows no state, and so no good versions of broken texts; without faults it says what the watch says. */
static bool says_the_same(life *l, const nt_engine *beside) {
  nt_buf ours = {0}, theirs = {0};
  bool faults = false;
  for (size_t i = 0; i < beside->site_count; i++)
    faults |= beside->sites[i].diags.errors || l->w.engine->sites[i].diags.errors;
  life_said(l->w.engine, &ours);
  life_said(beside, &theirs);
  bool same = faults || nt_str_eq(nt_buf_str(&ours), nt_buf_str(&theirs));
  if (!same) life_give_up(l, "a check says something else");
  nt_buf_deinit(&ours);
  nt_buf_deinit(&theirs);
  return same;
}

static bool check_beside(life *l) {
  feed_port port;
  nt_engine_options options = l->w.options;
  options.check = true;
  feed_port_init(&port, &l->f);
  nt_engine *beside = nt_engine_open(&options);
  assert_int_equal(beside->diags.errors, 0);
  assert_non_null(nt_engine_add_plugin(beside, &port.descriptor));
  nt_engine_settle(beside);
  bool good = says_the_same(l, beside);
  assert_true(nt_engine_close(beside));
  feed_port_deinit(&port);
  return good;
}

/* ---- explain ---- */

static nt_str member(const nt_value *map, const char *key) {
  return nt_value_str(nt_map_find(map, nt_str_c(key)));
}

/* May this edit be what made that key another? What is made of texts and of what hooks do to them may be so by any. */
static bool explains(const region_edit *e, const nt_value *read) {
  static const struct {
    const char *cls, *member, *below;
  } classes[] = {{"template", "template", "/templates/"},
                 {"data", "data", "data/"},
                 {"message", NULL, "/i18n/"},
                 {"config", NULL, ".yaml"},
                 {"script", NULL, "/scripts/"}};
  const char *file = e->verb == REGION_PART ? region_parts[e->which].file : "";
  if (nt_str_eq(member(read, "class"), NT_STR("clock"))) return e->verb == REGION_CLOCK;
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    if (!nt_str_eq(member(read, "class"), nt_str_c(classes[i].cls))) continue;
    nt_str name = classes[i].member ? member(read, classes[i].member) : nt_str_n("", 0);
    size_t layer = nt_str_find(name, ':'); /* "shared:base.html" */
    return strstr(file, classes[i].below) &&
           nt_str_ends(nt_str_c(file), layer < name.len ? nt_str_sub(name, layer + 1, name.len) : name);
  }
  return true;
}

static bool is_explained(life *l, const nt_value *page) {
  const nt_value *why = nt_map_find(page, NT_STR("rendered"));
  const nt_value *read = why ? nt_map_find(why, NT_STR("read")) : NULL;
  if (!read) return true;
  for (unsigned i = 0; i < l->latest_count; i++)
    if (explains(&l->edits[i], read)) return true;
  nt_str cls = member(read, "class"), path = member(page, "path");
  life_give_up(l, "a page is explained by what did not change");
  if (!l->story->quiet) fprintf(stderr, "  %.*s: %.*s\n", NT_FMT(path), NT_FMT(cls));
  return false;
}

static nt_str name_of(const nt_site *site, nt_str path, nt_arena *arena) {
  return nt_arena_format(arena, "%.*s/%.*s", NT_FMT(site->name), NT_FMT(path));
}

void life_note_pages(life *l) {
  nt_map_deinit(&l->planned);
  nt_arena_free(l->planned_arena);
  l->planned_arena = nt_arena_new();
  for (size_t i = 0; i < l->w.engine->site_count; i++) {
    const nt_site *site = &l->w.engine->sites[i];
    l->epochs[i] = site->epoch;
    for (size_t p = 0; p < site->plan.pages.len; p++)
      nt_map_set(&l->planned, name_of(site, site->plan.pages.items[p]->path, l->planned_arena), l);
  }
}

/* The pages of the last round, each by something that this chapter's edits were of. One that comes back is made for
 * what has changed since it went. */
static bool explain_last(life *l, nt_site *site, nt_arena *arena) {
  nt_value last = nt_explain_last(site, arena);
  const nt_value *made = nt_map_find(&last, NT_STR("pending"));
  for (size_t i = 0; i < nt_value_len(made); i++) {
    const nt_value *page = nt_value_at(made, i);
    if (nt_map_has(&l->planned, name_of(site, member(page, "path"), arena)) && !is_explained(l, page)) return false;
  }
  return true;
}

/* All that a page which is not withheld was read of is as it was read. */
static bool holds(life *l, const nt_value *all) {
  const nt_value *reads = nt_map_find(all, NT_STR("reads"));
  for (size_t i = 0; i < nt_value_len(reads); i++) {
    const nt_value *read = nt_value_at(reads, i), *is = nt_map_find(read, NT_STR("holds"));
    if (is->as.boolean) continue;
    nt_str path = member(all, "path"), cls = member(read, "class");
    life_give_up(l, "a page read what is another now");
    if (!l->story->quiet) fprintf(stderr, "  %.*s: %.*s\n", NT_FMT(path), NT_FMT(cls));
    return false;
  }
  return true;
}

static bool explain_page(life *l, nt_site *site, uint64_t random, nt_arena *arena) {
  if (!site->plan.pages.len) return true;
  nt_page_record *page = site->plan.pages.items[random % site->plan.pages.len];
  const nt_explained what = {.site = site, .sort = NT_EXPLAINED_PAGE, .page = page};
  nt_value all = nt_explain(&what, NT_ENGLISH, arena);
  assert_true(nt_str_eq(member(&all, "path"), page->path));
  return site->diags.errors || holds(l, &all);
}

/* Whatever the word means, and that may be several things. */
static void explain_file(life *l, const char *file, nt_arena *arena) {
  nt_explained_list list = {0};
  nt_explain_find(l->w.engine, nt_str_c(file), arena, &list);
  for (size_t i = 0; i < list.items.len; i++) nt_explain(&list.items.items[i], NT_SWEDISH, arena);
  nt_vec_deinit(&list.items);
}

static bool explain(life *l, uint64_t random) {
  nt_arena *arena = nt_arena_new();
  bool good = true;
  for (size_t i = 0; i < l->w.engine->site_count && good; i++) {
    nt_site *site = &l->w.engine->sites[i];
    if (site->failed) continue;
    good = explain_page(l, site, random, arena);
    if (good && l->followed && site->epoch > l->epochs[i]) good = explain_last(l, site, arena);
  }
  if (good) explain_file(l, region_parts[random % region_part_count].file, arena);
  nt_arena_free(arena);
  return good;
}

/* ---- verify ---- */

static bool verify_site(life *l, nt_site *site, nt_arena *arena) {
  feed_port port;
  nt_diags diags;
  nt_str beside = nt_verify_folder(l->w.engine, arena);
  nt_diags_init(&diags, arena);
  feed_port_init(&port, &l->f);
  nt_engine *clean = nt_verify_open(l->w.engine, site, beside);
  assert_int_equal(clean->diags.errors, 0);
  assert_non_null(nt_engine_add_plugin(clean, &port.descriptor));
  nt_engine_settle(clean);
  bool failed = clean->sites[0].failed;
  if (!failed) nt_verify_compare(l->w.engine, site, clean, &clean->sites[0], &diags);
  assert_true(nt_engine_close(clean));
  nt_verify_clear(beside, NULL);
  feed_port_deinit(&port);
  if (!failed && !diags.len) return true;
  life_give_up(l, failed ? "verify fails" : "verify finds something");
  for (size_t i = 0; i < diags.len && !l->story->quiet; i++) {
    nt_buf text = {0};
    nt_diag_message(&diags.items[i], NT_ENGLISH, &text);
    fprintf(stderr, "  %.*s\n", NT_FMT(nt_buf_str(&text)));
    nt_buf_deinit(&text);
  }
  return false;
}

static bool verify(life *l) {
  nt_arena *arena = nt_arena_new();
  bool good = true;
  for (size_t i = 0; i < l->w.engine->site_count && good; i++)
    if (!l->w.engine->sites[i].failed) good = verify_site(l, &l->w.engine->sites[i], arena);
  nt_arena_free(arena);
  return good;
}

bool life_step_aside(life *l, story_aside aside, uint64_t random) {
  bool good = true;
  switch (aside) {
  case STORY_CHECK: good = check_beside(l); break;
  case STORY_EXPLAIN: good = explain(l, random); break;
  case STORY_VERIFY: good = verify(l); break;
  default: return true;
  }
  l->told->asides++;
  return good && is_untouched(l, l->told->outcomes[l->told->chapters]);
}
