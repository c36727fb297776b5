/* Where the pages of documents go, kept from plan to plan: a document that is as it was when the last plan was made,
 * with inputs that have not been read since, is neither asked for its fields nor has its addresses written again. */
#ifndef NT_ENGINE_PLAN_PLACES_H
#define NT_ENGINE_PLAN_PLACES_H

#include "engine/plan/planning.h"

/* One page of a document. */
typedef struct nt_place_page {
  nt_str output, url;
  nt_str path;            /* empty: it is not planned, which was reported */
  nt_page_record *record; /* the one of that path; NULL: not known yet */
  nt_hash planned;        /* of the page without its alternates; NT_HASH_ABSENT: not made yet */
} nt_place_page;

typedef struct nt_place {
  nt_hash of;      /* the document and the inputs; NT_HASH_ABSENT: something was said of it, which must be said again */
  nt_arena *arena; /* of this, and of what pages borrow */
  nt_value date;   /* null if the document has none */
  nt_str url;      /* of its first page; empty: it has none */
  nt_str lang, template_name;
  const nt_kind *kind;
  nt_place_page *pages;
  size_t count;
} nt_place;

/* The place of a document in force, right for it and for the inputs. */
nt_place *nt_place_bring(nt_planning *p, const nt_record *record);

#endif
