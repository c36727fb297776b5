/* Which documents may be seen in this epoch: what is a draft, under embargo, dated in the future or expired is not in
 * force, so that it reaches no hook, address, query, list, feed, count or file.
 *
 * It depends on the instant, and is no step: it is asked of the text before its hooks and of the document that they
 * leave, and an answer is kept for as long as it holds (text/state.h). */
#ifndef NT_ENGINE_CONTENT_STATES_H
#define NT_ENGINE_CONTENT_STATES_H

#include "engine/site.h"

/* The text's own state, before its hooks. Whoever has the record. */
nt_state nt_state_of_text(const nt_site *site, nt_record *record);
/* Loop thread: puts what the hooks left in force, or out of it. */
void nt_state_settle(nt_site *site, nt_record *record);
/* Loop thread, when a round begins: puts documents in line whose text has another state at its instant. */
void nt_states_turn(nt_site *site);
/* Loop thread, when every document is in: settles those whose state the instant changes, and finds when the next one
 * does. */
void nt_states_settle(nt_site *site);
/* Is it the document's state, not a fault, that keeps it out of force? */
bool nt_record_is_held(const nt_record *record);
/* Its text's state when that holds it, else that of what its hooks left. */
nt_state nt_record_state(const nt_record *record);

#endif
