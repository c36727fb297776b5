/* The life of a site, as a test has it lived: edits, singly and in bursts, engines that are closed, killed and opened
 * again with more or fewer workers, memos that are lost, old and damaged, people who ask. After each epoch the outcome
 * is held against a clean build, or against what another life came to there.
 *
 *     chapter 1: edit, edit, edit        settled, checked
 *     chapter 2: edit                    the engine was closed before and is opened after
 *     chapter 3: edit, edit              an engine in a process of its own is killed over them, then one goes on
 *
 * A seed gives the same story whatever engines do, and leaving chapters out of it leaves a story. */
#ifndef FUNCTIONAL_STORY_H
#define FUNCTIONAL_STORY_H

#include "region.h"

typedef enum story_end {
  STORY_SETTLE, /* the engine takes the edits in */
  STORY_REOPEN, /* the same, and then it is closed and opened again with nothing changed */
  STORY_AWAY,   /* no engine runs while the edits are made */
  STORY_KILL    /* the one that takes them in is killed */
} story_end;

typedef enum story_memo {
  STORY_KEPT,
  STORY_LOST,
  STORY_CUT,
  STORY_FLIPPED,
  STORY_OLD /* that of an earlier chapter is put in its place, and the other way round the next time */
} story_memo;

/* What somebody asks when a chapter has ended (story_asides.c). */
typedef enum story_aside { STORY_NO_ASIDE, STORY_CHECK, STORY_EXPLAIN, STORY_VERIFY } story_aside;

/* What is left out of a story: an edit, or how its chapter ends. */
enum { STORY_LEFT_OUT = 1, STORY_ENDS_PLAINLY = 2 };

/* An edit, and what follows it. The last of a burst, or the only one, ends a chapter. */
typedef struct story_line {
  region_edit edit;
  bool joined;   /* the next one is made before anything else happens */
  story_end end; /* what follows describes the engine that goes on */
  unsigned workers;
  uint64_t shuffle, moment; /* which failpoint kills, or with the lowest bit the time that it may run, in µs */
  story_memo memo;
  story_aside aside;
} story_line;

typedef struct story_outcome {
  uint64_t files, said;
} story_outcome;

typedef struct story_count {
  const char *sort;
  size_t count;
} story_count;

enum { STORY_SORTS = 96, STORY_LONGEST = 200000 };

/* What a story's process tells the one that began it, in memory that both have. */
typedef struct story_told {
  size_t loads, scans;           /* how often the last engine read its inputs, and listed a source's files */
  size_t lines, edits, chapters; /* that were reached, and of those the ones that were made */
  size_t warm;                   /* restarts that found what had been done before */
  size_t stopped, faulty, restarts, kills, killed, damaged, asides;
  bool differs; /* the outcome at the last chapter is not what it should be */
  char why[64];
  story_count counts[STORY_SORTS];
  story_outcome outcomes[STORY_LONGEST]; /* of each chapter; the first is that of the site as it begins */
} story_told;

typedef struct story {
  uint64_t seed;
  size_t length;                  /* in edits */
  const uint8_t *left;            /* one story_left for each edit; NULL: all are made */
  const story_outcome *reference; /* instead of clean builds: what each chapter should come to */
  bool diags;                     /* then what is said must be the same too */
  bool tells;                     /* edits are told by path, not that everything may have changed */
  bool linked;                    /* the workspace, and the folder of its site, are links */
  bool restarts, kills;           /* may the engine be closed, and killed? */
  size_t killed;                  /* not 0: each chapter ends so, and the story when so many engines were */
  bool orderly;          /* memos are lost, never damaged: what is left of one depends on the order of its rows */
  bool warm;             /* it is closed after each chapter */
  unsigned workers;      /* 0: as the story has it */
  unsigned ignored_keys; /* as in nt_engine_options */
  nt_str ignored_name;
  bool last_only; /* only the last chapter is checked */
  bool distrust;  /* as in nt_engine_options */
  bool quiet;     /* nothing is printed */
  bool say;       /* every edit is printed */
  bool progress;  /* a line for every hundred chapters */
} story;

/* Lives it in a process of its own, so that one that crashes or hangs is told of like any other. True if all was as it
 * should be. */
bool story_live(const story *s, story_told *told);
/* Memory for what is told. */
story_told *story_told_new(void);
void story_told_free(story_told *told);
void story_print_counts(const story_told *told);
/* Lives it; one that fails is told again with as much left out as can be, and how to live that again is printed. With
 * NOTIS_ONLY=3,17- in the environment only these edits are made; "-" is a chapter that ends as others do. */
bool story_prove(story *s, story_told *told);

/* A number of the environment: NOTIS_SEED, NOTIS_EDITS, NOTIS_SHRINK (the seconds that shrinking may take). */
uint64_t story_setting(const char *name, uint64_t otherwise);

#endif
