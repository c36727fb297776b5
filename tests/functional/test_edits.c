/* Any edits, in any order, with engines that are closed and opened: after each settled epoch the files are those that a
 * clean build gives, and so is what is said. NOTIS_EDITS and NOTIS_SEED in the environment make the story longer and
 * another; the program's argument "soak" has it tell one story after the other without end. */
#include "story.h"

#include <stdio.h>

enum { EDITS = 500, SEED = 3, SOAK_EDITS = 2000 };

static story_told *told;
static story_outcome *reference; /* what test_clean found right */
static story_outcome
    *unbroken; /* the same story without restarts: a new engine knows fewer good versions of broken texts */

static story tale(void) {
  return (story){.seed = story_setting("NOTIS_SEED", SEED), .length = story_setting("NOTIS_EDITS", EDITS)};
}

static story_outcome *outcomes_told(void) {
  size_t size = (told->chapters + 1) * sizeof *told->outcomes;
  story_outcome *copy = nt_alloc(size);
  memcpy(copy, told->outcomes, size);
  return copy;
}

static void test_clean(void **state) {
  story s = tale();
  s.restarts = s.orderly = true;
  assert_true(story_prove(&s, told));
  story_print_counts(told);
  reference = outcomes_told();
}

/* What is left of a damaged memo depends on the order in which its rows were written, and what is left of broken texts
 * on that: each outcome is right, but no two stories need have the same. */
static void test_damaged(void **state) {
  story s = tale();
  s.seed++;
  s.length /= 3;
  s.restarts = true;
  assert_true(story_prove(&s, told));
  assert_true(told->damaged > 0);
}

static void test_unbroken(void **state) {
  story s = tale();
  if (!story_live(&s, told)) fail_msg("edit %zu: %s", told->lines, told->why);
  unbroken = outcomes_told();
}

/* However many workers there are, told by path or not, behind links or not. */
static void test_ways(void **state) {
  static const struct {
    const char *name;
    unsigned workers;
    bool tells, linked, distrust;
  } ways[] = {{"1 worker, behind links", 1, .linked = true},
              {"8 workers, told by path", 8, .tells = true, .distrust = true}};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    story s = tale();
    s.restarts = s.orderly = s.diags = true;
    s.workers = ways[i].workers;
    s.tells = ways[i].tells;
    s.linked = ways[i].linked;
    s.distrust = ways[i].distrust;
    s.reference = reference;
    if (!story_live(&s, told)) fail_msg("%s, edit %zu: %s", ways[i].name, told->lines, told->why);
  }
}

/* What is told by path comes to the same as when everything may have changed, and those are read again that were told
 * of: of a burst in which no input changed, and none failed before, the inputs stay. */
static void test_told(void **state) {
  story s = tale();
  s.tells = s.diags = true;
  s.reference = unbroken;
  if (!story_live(&s, told)) fail_msg("told by path, edit %zu: %s", told->lines, told->why);
  print_message("told by path: %zu of %zu epochs read the inputs, %zu scans\n", told->loads, told->chapters,
                told->scans);
  assert_true(told->loads < told->chapters);
}

/* Is an engine that does not look at these keys caught? *latest is the last edit that it took. */
static bool is_missed(unsigned keys, const char *name, story *s, size_t *latest) {
  const char *how = s->warm ? "over restarts," : "";
  s->ignored_keys = keys;
  s->reference = unbroken;
  s->quiet = true;
  bool caught = !story_live(s, told);
  *latest = told->lines > *latest ? told->lines : *latest;
  if (!caught && s->warm && !told->warm) return true;
  if (caught)
    print_message("without %-8s %s edit %3zu shows it\n", name, how, told->lines);
  else
    print_error("without %-8s %s nothing shows it\n", name, how);
  /* Another story may have too few edits of some sort. */
  return caught || getenv("NOTIS_SEED") || getenv("NOTIS_EDITS");
}

/* Each class, and all: then nothing that is known is doubted. An engine that leaves out nothing comes as far in the
 * same way, and nothing shows. */
static void miss_classes(bool warm) {
  bool good = true;
  size_t latest = 0;
  for (int cls = 0; cls <= NT_KEY_CLASSES; cls++) {
    story s = tale();
    s.restarts = s.warm = warm;
    bool all = cls == NT_KEY_CLASSES;
    good &= is_missed(all ? ~0u : 1u << cls, all ? "any" : nt_key_class_name((nt_key_class)cls), &s, &latest);
    assert_true(!warm || told->warm);
  }
  story whole = tale();
  whole.restarts = whole.warm = warm;
  whole.length = latest;
  whole.reference = unbroken;
  if (!story_live(&whole, told)) fail_msg("with all keys, edit %zu: %s", told->lines, told->why);
  assert_true(good);
}

static void test_each_class(void **state) {
  miss_classes(false);
}

/* The same of engines that know only what the one before them kept. */
static void test_each_class_over_restarts(void **state) {
  miss_classes(true);
}

/* An engine that never looks at templates again is caught by an edit of one, whatever else was edited before. */
static void test_shrinking(void **state) {
  story s = {.seed = SEED, .length = EDITS, .restarts = true, .quiet = true, .ignored_keys = 1u << NT_KEY_TEMPLATE};
  assert_false(story_prove(&s, told));
  assert_true(told->differs);
  assert_true(told->edits <= 2);
}

/* Each story from a seed of its own, from the given one on, until one fails. */
static int soak(uint64_t seed) {
  told = story_told_new();
  for (size_t edits = 0;; seed++) {
    story s = {.seed = seed,
               .length = story_setting("NOTIS_EDITS", SOAK_EDITS),
               .restarts = true,
               .kills = true,
               .tells = seed % 2,
               .distrust = seed / 2 % 2,
               .linked = seed / 4 % 2,
               .progress = true};
    bool good = story_prove(&s, told);
    edits += told->lines;
    printf("\r\033[Kseed %llu: %s; %zu edits in all\n", (unsigned long long)seed, good ? "good" : told->why, edits);
    fflush(stdout);
    if (!good) return 1;
  }
}

int main(int argc, char **argv) {
  const struct CMUnitTest stories[] = {cmocka_unit_test(test_clean), cmocka_unit_test(test_damaged),
                                       cmocka_unit_test(test_ways), cmocka_unit_test(test_unbroken),
                                       cmocka_unit_test(test_told)};
  const struct CMUnitTest mutations[] = {cmocka_unit_test(test_each_class),
                                         cmocka_unit_test(test_each_class_over_restarts),
                                         cmocka_unit_test(test_shrinking)};
  if (argc > 1 && strcmp(argv[1], "soak") == 0) return soak(argc > 2 ? strtoull(argv[2], NULL, 10) : SEED);
  told = story_told_new();
  int failed = cmocka_run_group_tests(stories, NULL, NULL);
  if (story_setting("NOTIS_MUTATIONS", 1)) failed += cmocka_run_group_tests(mutations, NULL, NULL);
  story_told_free(told);
  free(reference);
  free(unbroken);
  return failed;
}
