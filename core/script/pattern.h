/* Lua's string patterns (reference manual, 6.4.1), matched by our own code so that every step is counted: Lua's matcher
 * runs for hours on a pattern of six items, and no hook can interrupt it. */
#ifndef NT_SCRIPT_PATTERN_H
#define NT_SCRIPT_PATTERN_H

#include "base/str.h"

#include <lua.h>

enum { NT_CAPTURES = 32, NT_CAPTURE_OPEN = -1, NT_CAPTURE_POSITION = -2 };

typedef struct nt_capture {
  const char *start;
  ptrdiff_t len; /* or one of the two above */
} nt_capture;

typedef struct nt_match {
  lua_State *L;
  nt_str text;
  const char *pattern_end;
  int64_t steps; /* left */
  int depth;     /* of recursion, left */
  int captures;
  nt_capture capture[NT_CAPTURES];
} nt_match;

nt_match nt_match_start(lua_State *L, nt_str text, nt_str pattern);
/* The end of the match that begins exactly at `from`, or NULL. Raises for a malformed pattern and for a spent budget.
 */
const char *nt_match_at(nt_match *match, const char *from, const char *pattern);
/* Gives the steps that were taken to the budget; call it before anything that may raise. */
void nt_match_finish(nt_match *match);

#endif
