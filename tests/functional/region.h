/* A site with everything that a site may have, and a stream of edits to it: every part of its inputs has several forms,
 * every field of its texts several values, and an edit makes one of them another. The same seed gives the same edits,
 * whatever the engine does. */
#ifndef FUNCTIONAL_REGION_H
#define FUNCTIONAL_REGION_H

#include "workspace.h"

enum { REGION_FORMS = 5, REGION_PARTS = 128, REGION_TEXTS = 28, REGION_FIELDS = 16, REGION_SORTS = 80 };

typedef struct region_part {
  const char *file;
  const char *sort; /* what an edit of it is called; NULL: it has one form */
  const char *forms[REGION_FORMS];
  bool stops;     /* every form but the first stops the site */
  bool withholds; /* or is a fault on some pages */
} region_part;

extern const region_part region_parts[];
extern const size_t region_part_count;

typedef struct region_text {
  bool there;
  unsigned place;                /* which of its paths */
  uint8_t values[REGION_FIELDS]; /* which of the values each field may have */
  unsigned body, version;
} region_text;

typedef struct region_count {
  const char *sort;
  size_t count;
} region_count;

typedef struct region {
  workspace *w;
  uint64_t random;
  bool tells; /* each file that an edit writes or removes, as a watch would */
  unsigned told;
  uint8_t forms[REGION_PARTS];
  region_text texts[REGION_TEXTS];
  region_count counts[REGION_SORTS];
} region;

/* Writes the site into the workspace and its feed, before the engine is opened. */
void region_init(region *r, workspace *w, uint64_t seed);
/* Below `below`, from the stream's own random numbers. */
unsigned region_pick(region *r, unsigned below);
/* Makes one edit and says it to the source, if it is one of the feed's. What it was, for people, in `what`. */
void region_edit(region *r, char *what, size_t size);
/* Does what stops the site stand in its inputs? */
bool region_is_stopped(const region *r);

#endif
