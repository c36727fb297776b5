/* Any edits, with engines that are killed over them at any instant: the next engine goes on, what it publishes is what
 * a clean build gives, and nothing half written is left. NOTIS_KILLS in the environment makes it more. */
#include "story.h"

enum { KILLS = 60, SEED = 5, MOST_EDITS = 500 };

static void test_kills(void **state) {
  story_told *told = story_told_new();
  size_t wanted = story_setting("NOTIS_KILLS", KILLS), killed = 0, kills = 0;
  for (uint64_t seed = story_setting("NOTIS_SEED", SEED); killed < wanted; seed++) {
    story s = {.seed = seed, .length = MOST_EDITS, .restarts = true, .kills = true, .killed = wanted - killed};
    assert_true(story_prove(&s, told));
    killed += told->killed;
    kills += told->kills;
  }
  print_message("%zu engines killed, %zu were done before\n", killed, kills - killed);
  story_told_free(told);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_kills)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
