/* Order does not show: over a thousand documents with every sort of hook give the same bytes whatever the number of
 * workers, the order in which work comes back, the directory, the time zone and the locale of the process. */
#include "newsroom.h"

#include <locale.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { NEWS = 1000, TEXTS = 100 };

static const char hooks[] =
    "local notis = require \"notis\"\n"
    "notis.on(\"document\", { kind = \"text\" }, function(doc)\n"
    "  doc.mark = string.format(\"%d %.2f %s\", math.random(1000), 1 / 3, (\"TITEL I\"):lower())\n"
    "  doc:derive(\"not\", { kind = \"note\", title = \"Om \" .. doc.title, slug = \"om-\" .. "
    "doc.title:lower():gsub(\" \", \"-\") })\n"
    "end)\n"
    "notis.on(\"collect\", function(site, collect)\n"
    "  local by_topic = {}\n"
    "  for doc in site:collection(\"nyheter\"):each() do\n"
    "    by_topic[doc.topic] = (by_topic[doc.topic] or 0) + 1\n"
    "  end\n"
    "  local lines = {}\n"
    "  for topic, count in pairs(by_topic) do lines[#lines + 1] = topic .. \" \" .. count end\n"
    "  collect:collection(\"urval\", { kind = { \"text\", \"note\" }, sort = \"title\", path = \"/urval/\", per_page = "
    "25,\n"
    "    template = \"list.html\" })\n"
    "  collect:page { path = \"/antal/\", template = \"start.html\", params = { newest = table.concat(lines, \"; \") } "
    "}\n"
    "end)\n"
    "notis.on(\"page\", function(page) page.params.seen = page.path end)\n"
    "notis.on(\"output\", function(page, bytes)\n"
    "  return bytes .. \"<!-- \" .. notis.format.number(1234567.5) .. \" \" .. page.path:upper() .. \" -->\\n\"\n"
    "end)\n";

typedef struct fixture {
  workspace w; /* holds the inputs; never built itself */
  feed f;
  tree reference; /* one worker, in order */
} fixture;

/* What the inputs give in a directory below `parent` (NULL: wherever temporary files go). */
static tree build(fixture *x, const char *parent, unsigned workers, uint64_t seed) {
  workspace w;
  char *before = getenv("TMPDIR") ? strdup(getenv("TMPDIR")) : NULL;
  if (parent) setenv("TMPDIR", parent, 1);
  workspace_init(&w, &x->f);
  if (parent) before ? setenv("TMPDIR", before, 1) : unsetenv("TMPDIR");
  free(before);
  tree_copy(x->w.dir, w.dir);
  w.options.workers = workers;
  w.options.shuffle_seed = seed;
  workspace_open(&w);
  if (w.site->failed || w.site->diags.len) workspace_print_diags(&w);
  assert_false(w.site->failed);
  assert_int_equal(w.site->diags.len, 0);
  tree published = workspace_published(&w);
  workspace_deinit(&w);
  return published;
}

static void assert_same(fixture *x, tree t, const char *what) {
  nt_str path = tree_difference(&x->reference, &t);
  if (path.len) print_error("%s: %.*s differs\n", what, NT_FMT(path));
  assert_int_equal(path.len, 0);
  tree_deinit(&t);
}

static int setup(void **state) {
  fixture *x = nt_zalloc(sizeof *x);
  feed_init(&x->f);
  workspace_init(&x->w, &x->f);
  newsroom_write(&x->w);
  newsroom_fill(&x->w, NEWS);
  static const char *const letters[] = {"Z", "å", "a", "Ä", "ö", "i", "I"};
  for (int n = 0; n < TEXTS; n++) {
    char path[64], text[256];
    snprintf(path, sizeof path, "s/content/å%d/Ö-%d.md", n % 5, n);
    snprintf(text, sizeof text, "---\ntitle: %s Text I %d\n---\nEtt [stycke](../å%d/Ö-%d.md).\n", letters[n % 7], n,
             (n + 1) % TEXTS % 5, (n + 1) % TEXTS);
    workspace_write(&x->w, path, text);
  }
  workspace_write(&x->w, "s/scripts/50-all.lua", hooks);
  *state = x;
  x->reference = build(x, NULL, 1, 0);
  return 0;
}

static int teardown(void **state) {
  fixture *x = *state;
  tree_deinit(&x->reference);
  workspace_deinit(&x->w);
  feed_deinit(&x->f);
  free(x);
  return 0;
}

static const nt_str *page(const fixture *x, const char *path) {
  return nt_map_get(&x->reference.files, nt_str_c(path));
}

/* What is compared is worth comparing. */
static void test_reference(void **state) {
  fixture *x = *state;
  assert_true(x->reference.files.live > NEWS + 2 * TEXTS + NEWS / 20);
  const nt_str *counts = page(x, "antal/index.html");
  assert_non_null(counts);
  assert_true(nt_str_search(*counts, NT_STR("annat 750; viktigt 250")) < counts->len);
  assert_true(nt_str_search(*counts, NT_STR("<!-- 1\u00a0234\u00a0567,5 ANTAL/INDEX.HTML -->")) < counts->len);
}

static void test_workers(void **state) {
  static const unsigned workers[] = {1, 2, 8};
  static const uint64_t seeds[] = {1, 20240410, 0x9E3779B97F4A7C15u};
  for (size_t w = 0; w < 3; w++)
    for (size_t s = 0; s < 3; s++) {
      char what[64];
      snprintf(what, sizeof what, "%u workers, seed %llu", workers[w], (unsigned long long)seeds[s]);
      print_message("%s\n", what);
      assert_same(*state, build(*state, NULL, workers[w], seeds[s]), what);
    }
}

static void test_directory(void **state) {
  fixture *x = *state;
  char parent[4096];
  snprintf(parent, sizeof parent, "%s/en mapp med å", x->w.dir);
  workspace_write(&x->w, "en mapp med å/.keep", "");
  tree t = build(x, parent, 2, 3);
  char keep[4200];
  snprintf(keep, sizeof keep, "%s/.keep", parent);
  remove(keep);
  rmdir(parent);
  assert_same(x, t, "another directory");
}

static void test_zone(void **state) {
  static const char *const zones[] = {"America/New_York", "Pacific/Kiritimati"};
  for (size_t i = 0; i < 2; i++) {
    setenv("TZ", zones[i], 1);
    tzset();
    time_t now = 1717236000;
    struct tm local;
    localtime_r(&now, &local);
    assert_int_not_equal(local.tm_hour, 12); /* not the site's: the setting has taken */
    assert_same(*state, build(*state, NULL, 2, 5), zones[i]);
  }
  unsetenv("TZ");
  tzset();
}

/* Made here, so that neither root nor the system's own locales are needed. */
static void make_locale(const char *dir, const char *name) {
  char command[4400];
  snprintf(command, sizeof command, "localedef -c -i %.5s -f UTF-8 '%s/%s' >/dev/null 2>&1", name, dir, name);
  if (system(command) == -1) perror("localedef"); /* warnings give a status of 1: setlocale is the judge */
}

static void test_locale(void **state) {
  static const char *const names[] = {"sv_SE.UTF-8", "tr_TR.UTF-8", "C"};
  char *dir = tree_temp();
  setenv("LOCPATH", dir, 1);
  for (size_t i = 0; i < 3; i++) {
    if (strcmp(names[i], "C") != 0) make_locale(dir, names[i]);
    setenv("LANG", names[i], 1);
    setenv("LC_ALL", names[i], 1);
    const char *is = setlocale(LC_ALL, "");
    assert_non_null(is);
    assert_string_equal(is, names[i]);
    assert_string_equal(localeconv()->decimal_point, i < 2 ? "," : ".");
    assert_same(*state, build(*state, NULL, 2, 7), names[i]);
  }
  setlocale(LC_ALL, "C");
  unsetenv("LC_ALL");
  unsetenv("LANG");
  unsetenv("LOCPATH");
  tree_delete(dir);
  free(dir);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_reference), cmocka_unit_test(test_workers),
                                     cmocka_unit_test(test_directory), cmocka_unit_test(test_zone),
                                     cmocka_unit_test(test_locale)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
