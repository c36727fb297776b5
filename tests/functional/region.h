/* A site with everything that a site may have, a smaller one that is made of the same, and edits to them: every part of
 * its inputs has several forms, every field of its texts several values, and an edit makes one of them another. An edit
 * says what is to be, not what to change, so that it means something whatever edits before it were left out. The same
 * seed gives the same edits. */
#ifndef FUNCTIONAL_REGION_H
#define FUNCTIONAL_REGION_H

#include "workspace.h"

enum { REGION_FORMS = 5, REGION_PARTS = 160, REGION_TEXTS = 28, REGION_FIELDS = 17, REGION_WHAT = 160 };

typedef struct region_part {
  const char *file;
  const char *sort; /* what an edit of it is called; NULL: it has one form */
  const char *forms[REGION_FORMS];
  bool stops;     /* every form but the first stops the site */
  bool withholds; /* or is a fault on some pages */
} region_part;

extern const region_part region_parts[];
extern const size_t region_part_count;

typedef enum region_verb {
  REGION_PART,   /* which part, which form */
  REGION_THERE,  /* which text, whether it is there */
  REGION_PLACE,  /* which text, which of its places */
  REGION_BODY,   /* which text, which body */
  REGION_FIELD,  /* which text, which field, which value */
  REGION_TOUCH,  /* which text */
  REGION_FOLDER, /* which of its names a folder of texts has */
  REGION_CLOCK   /* the instant */
} region_verb;

typedef struct region_edit {
  region_verb verb;
  unsigned which, field, value, version;
  int64_t at;
} region_edit;

typedef struct region_text {
  bool there;
  unsigned place;                /* which of its paths */
  uint8_t values[REGION_FIELDS]; /* which of the values each field may have */
  unsigned body, version;
} region_text;

typedef struct region {
  workspace *w; /* NULL: nothing is written; it only knows what would stand where */
  uint8_t forms[REGION_PARTS];
  region_text texts[REGION_TEXTS];
  unsigned folder;
  int64_t at;
  bool tells; /* each file that an edit writes or removes, as a watch would */
  unsigned told;
} region;

/* Writes the site into the workspace and its feed, before the engine is opened. */
void region_init(region *r, workspace *w);
/* Some edit that changes something, from a random state. */
region_edit region_choose(const region *r, uint64_t *random);
/* Makes it, and says it to the source if it is one of the feed's and there is an engine. */
void region_make(region *r, const region_edit *e);
/* What it is called, for counting: "kind, permalink". */
const char *region_sort(const region *r, const region_edit *e);
/* What it is, for people; as the region is before it is made. */
void region_say(const region *r, const region_edit *e, char what[REGION_WHAT]);

#endif
