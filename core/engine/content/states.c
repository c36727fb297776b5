#include "engine/content/states.h"

static nt_state ask(const nt_site *site, const nt_frozen *document, nt_standing *standing) {
  const nt_inputs *in = site->inputs;
  int64_t now = in->now.seconds;
  if (!nt_standing_holds(standing, now))
    *standing = nt_state_of(&document->fields, nt_inputs_kind(in, document->kind), in->zone, now);
  return standing->state;
}

nt_state nt_state_of_text(const nt_site *site, nt_record *r) {
  return ask(site, r->parsed, &r->text_standing);
}

void nt_state_settle(const nt_site *site, nt_record *r) {
  r->frozen = r->made && ask(site, r->made, &r->standing) == NT_STATE_PUBLISHED ? r->made : NULL;
}

static void look_ahead(nt_site *site, const nt_standing *standing) {
  if (standing->until < site->next_state) site->next_state = standing->until;
}

void nt_states_settle(nt_site *site) {
  site->next_state = INT64_MAX;
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    nt_state_settle(site, r);
    nt_records_touch_changed(&site->records, r);
    if (r->made) look_ahead(site, &r->standing);
    if (r->parsed) look_ahead(site, &r->text_standing);
  }
}

nt_state nt_record_state(const nt_record *r) {
  if (r->parsed && r->text_standing.state != NT_STATE_PUBLISHED) return r->text_standing.state;
  return r->made ? r->standing.state : NT_STATE_PUBLISHED;
}

bool nt_record_is_held(const nt_record *r) {
  return !r->frozen && nt_record_state(r) != NT_STATE_PUBLISHED;
}

void nt_states_count(nt_site *site) {
  uint64_t documents = 0, withheld = 0, held[NT_STATES] = {0};
  for (size_t i = 0; i < site->records.slots.len; i++) {
    const nt_record *r = site->records.slots.items[i];
    if (r->frozen)
      ++*(r->displaced ? &withheld : &documents);
    else if (nt_record_is_held(r))
      held[nt_record_state(r)]++;
    else
      withheld += r->listed;
  }
  nt_atomic_set(&site->counters.documents, documents);
  nt_atomic_set(&site->counters.withheld, withheld);
  for (int state = 0; state < NT_STATES; state++) nt_atomic_set(&site->counters.held[state], held[state]);
}
