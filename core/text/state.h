/* Whether a document may be seen at an instant: it may be a draft, under embargo, dated in the future, or expired. */
#ifndef NT_TEXT_STATE_H
#define NT_TEXT_STATE_H

#include "model/kind.h"
#include "text/date.h"

/* What is written first here is said first of a document that is several of them. */
typedef enum nt_state {
  NT_STATE_PUBLISHED,
  NT_STATE_DRAFT,
  NT_STATE_EXPIRED,
  NT_STATE_EMBARGO,
  NT_STATE_FUTURE,
  NT_STATES
} nt_state;

/* "published", "draft", "expired", "embargo", "future" */
const char *nt_state_name(nt_state state);

/* An answer holds for every instant from `since` to `until`, that one not included (INT64_MAX: for ever). */
typedef struct nt_standing {
  int64_t since, until; /* seconds since 1970; both 0: not asked yet */
  nt_state state;
} nt_standing;

static inline bool nt_standing_holds(const nt_standing *standing, int64_t now) {
  return now >= standing->since && now < standing->until;
}

/* Of the fields `draft` (true), `embargo` (later than now), `date` (later than now, unless the kind says `future:
 * publish`; NULL for a kind that is not known) and `expires` (not later than now). A day without a time is its first
 * instant; a time without a zone is the given zone's. A field of another type says nothing. Pure. */
nt_standing nt_state_of(const nt_value *fields, const nt_kind *kind, const nt_zone *zone, int64_t now);

#endif
