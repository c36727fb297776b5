/* What the files that tell a story share: the life that is lived in a process of its own. */
#ifndef FUNCTIONAL_LIVING_H
#define FUNCTIONAL_LIVING_H

#include "story.h"

enum { STORY_BURST = 6, STORY_SITES = 2 };

typedef struct life {
  const story *story;
  story_told *told;
  workspace w;
  feed f;
  region region, model;
  char latest[STORY_BURST][REGION_WHAT]; /* the edits of the chapter */
  region_edit edits[STORY_BURST];
  unsigned latest_count;
  nt_arena *planned_arena;
  nt_map planned;               /* "s/path" of the pages that there were when the chapter began */
  uint64_t epochs[STORY_SITES]; /* the last of each site then */
  bool followed; /* the engine that was there when they were made took them in, and nothing was left from before */
  uint64_t before[STORY_SITES]; /* what each site had published when the last chapter ended; 0: not known */
} life;

void life_give_up(life *l, const char *why);

/* ---- story_check.c ---- */

tree life_published(const workspace *w);
/* Did an epoch of some site fail? */
bool life_failed(const workspace *w);
/* Everything that an engine says of its sites, but for what is said of the memo. */
void life_said(const nt_engine *engine, nt_buf *out);
story_outcome life_outcome(const life *l, const tree *is);
void life_print_difference(const life *l, const char *a, const tree *one, const char *b, const tree *other);
/* Holds what the chapter came to against what it should. */
bool life_check(life *l);

/* ---- story_asides.c ---- */

/* The pages that there are now, to know them by when a chapter has passed. */
void life_note_pages(life *l);

/* Between chapters: what is asked of the engine, or of one beside it, changes nothing. */
bool life_step_aside(life *l, story_aside aside, uint64_t random);

#endif
