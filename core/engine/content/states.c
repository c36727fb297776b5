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

/* The least instant at which an answer that was given of the document no longer holds. */
static int64_t until_of(const nt_record *r) {
  int64_t until = INT64_MAX;
  if (r->made && r->standing.until) until = r->standing.until;
  if (r->parsed && r->text_standing.until && r->text_standing.until < until) until = r->text_standing.until;
  return until;
}

void nt_state_settle(nt_site *site, nt_record *r) {
  r->frozen = r->made && ask(site, r->made, &r->standing) == NT_STATE_PUBLISHED ? r->made : NULL;
  int64_t until = until_of(r), before = r->shown.until;
  site->next_state_doubtful |= before == site->next_state && until > before;
  if (until < site->next_state) site->next_state = until;
  r->shown.until = until;
}

static bool is_turning(const nt_site *site) {
  int64_t now = site->inputs->now.seconds;
  return now < site->stated || now >= site->next_state;
}

void nt_states_turn(nt_site *site) {
  if (!is_turning(site)) return;
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    if (r->parsed && !nt_standing_holds(&r->text_standing, site->inputs->now.seconds))
      nt_site_suspect_document(site, r);
  }
}

void nt_states_settle(nt_site *site) {
  const nt_records *records = &site->records;
  bool turning = is_turning(site);
  site->stated = site->inputs->now.seconds;
  if (!turning && !site->next_state_doubtful) return;
  site->next_state_doubtful = false;
  site->next_state = INT64_MAX;
  for (size_t i = 0; turning && i < records->slots.len; i++) nt_site_show(site, records->slots.items[i]);
  for (size_t i = 0; !turning && i < records->slots.len; i++)
    if (records->slots.items[i]->shown.until < site->next_state)
      site->next_state = records->slots.items[i]->shown.until;
}

nt_state nt_record_state(const nt_record *r) {
  if (r->parsed && r->text_standing.state != NT_STATE_PUBLISHED) return r->text_standing.state;
  return r->made ? r->standing.state : NT_STATE_PUBLISHED;
}

bool nt_record_is_held(const nt_record *r) {
  return !r->frozen && nt_record_state(r) != NT_STATE_PUBLISHED;
}
