/* Telling a story that fails again, and again with less of it, until nothing can be left out. */
#include "story.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

enum { TRIES = 3, SECONDS = 120 };

typedef struct shrinking {
  story story;
  story_told *told;
  uint8_t *left;
  time_t end;
} shrinking;

static time_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec;
}

/* Engines are killed at an instant that the machine has a say in, so that those stories are tried again. */
static bool still_fails(shrinking *k) {
  for (int i = 0; i < TRIES; i++) {
    if (!story_live(&k->story, k->told)) return true;
    if (!k->told->kills) return false;
  }
  return false;
}

static bool leaves(shrinking *k, size_t from, size_t to, uint8_t what) {
  uint8_t *before = nt_alloc(k->story.length);
  bool some = false;
  memcpy(before, k->left, k->story.length);
  for (size_t i = from; i < to; i++) {
    some |= !(k->left[i] & (what | STORY_LEFT_OUT));
    k->left[i] |= what;
  }
  bool good = some && still_fails(k);
  if (!good) memcpy(k->left, before, k->story.length);
  free(before);
  return good;
}

/* All of `what` that can be left out in pieces of that size; true if something was. */
static bool pass(shrinking *k, size_t size, uint8_t what) {
  bool some = false;
  for (size_t from = 0; from < k->story.length && now() < k->end; from += size) {
    size_t to = from + size < k->story.length ? from + size : k->story.length;
    some |= leaves(k, from, to, what);
  }
  return some;
}

static void print_rest(const shrinking *k, const char *program) {
  const char *comma = "";
  fprintf(stderr, "to live it again:\n  NOTIS_SEED=%llu NOTIS_ONLY=", (unsigned long long)k->story.seed);
  for (size_t i = 0; i < k->story.length; i++) {
    if (k->left[i] & STORY_LEFT_OUT) continue;
    fprintf(stderr, "%s%zu%s", comma, i, k->left[i] & STORY_ENDS_PLAINLY ? "-" : "");
    comma = ",";
  }
  fprintf(stderr, " %s\n", program);
}

/* Stories end with the chapter that failed. */
static void shrink(story *s, story_told *told) {
  shrinking k = {.story = *s, .told = told, .left = nt_zalloc(told->lines + 1)};
  k.story.length = told->lines;
  k.story.left = k.left;
  k.story.quiet = k.story.last_only = true;
  k.story.progress = false;
  k.end = now() + (time_t)story_setting("NOTIS_SHRINK", SECONDS);
  if (!still_fails(&k)) k.story.last_only = false;
  for (size_t size = k.story.length / 2 ? k.story.length / 2 : 1;; size = size > 1 ? size / 2 : 1) {
    bool some = pass(&k, size, STORY_LEFT_OUT);
    if ((size == 1 && !some) || now() >= k.end) break;
  }
  pass(&k, 1, STORY_ENDS_PLAINLY);
  k.story.quiet = s->quiet;
  k.story.last_only = false;
  k.story.say = !s->quiet;
  if (!s->quiet) fprintf(stderr, "the shortest story found that fails:\n");
  for (int i = 0; i < TRIES && story_live(&k.story, told); i++) continue;
  if (!s->quiet) print_rest(&k, program_invocation_name);
  free(k.left);
}

/* "3,17-": all others are left out. The story then ends with the last. */
static void keep_only(story *s, const char *only, uint8_t *left) {
  memset(left, STORY_LEFT_OUT, s->length);
  while (*only) {
    char *end;
    size_t at = strtoull(only, &end, 10);
    if (end == only || at >= s->length) fail_msg("NOTIS_ONLY does not name edits: %s", only);
    left[at] = *end == '-' ? STORY_ENDS_PLAINLY : 0;
    only = end + (*end == '-');
    only += *only == ',';
  }
  s->left = left;
  s->say = true;
  while (s->length && left[s->length - 1] & STORY_LEFT_OUT) s->length--;
}

bool story_prove(story *s, story_told *told) {
  const char *only = getenv("NOTIS_ONLY");
  uint8_t *left = only ? nt_zalloc(STORY_LONGEST) : NULL;
  if (only) s->length = STORY_LONGEST;
  if (only) keep_only(s, only, left);
  bool good = story_live(s, told);
  if (!good && !only) shrink(s, told);
  s->left = NULL;
  free(left);
  return good;
}
