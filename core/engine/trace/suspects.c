/* What an epoch must look at: documents, pages, collect hooks and plan are suspect when something they read may have
 * changed (edges.h), and stay so until they have been looked at, through rounds that are cancelled and epochs that
 * fail. */
#include "engine/trace/suspects.h"

#include "engine/content/states.h"
#include "engine/engine.h"
#include "engine/trace/edges.h"

#include <stdlib.h>

/* ---- one ---- */

void nt_site_suspect_document(nt_site *site, nt_record *record) {
  bool has_steps = record->listed && !record->parent && record->source != NT_SOURCE_NONE;
  if (has_steps && site->sources.items.items[record->source]->state == NT_SOURCE_OPEN) nt_site_mark(site, record);
}

void nt_site_suspect_page(nt_site *site, nt_page_record *page) {
  if (!page->due) nt_push(&site->due, page);
  page->due = true;
}

void nt_site_show(nt_site *site, nt_record *record) {
  nt_state_settle(site, record);
  nt_records_show(&site->records, record);
  nt_verdict_count_document(site, record);
}

/* ---- when a round begins ---- */

/* What could not be read, or not be kept, is tried again. */
static void suspect_troubled(nt_site *site) {
  for (size_t i = 0; i < site->tally.speaking.len; i++) {
    nt_record *r = site->tally.speaking.items[i];
    bool own = nt_record_own_parse(r)->fleeting || nt_record_own_hooks(r)->fleeting;
    if (r->stale || own || r->parse.fleeting || r->hooks.fleeting) nt_site_suspect_document(site, r);
  }
}

static void suspect_everything(nt_site *site) {
  site->all_suspect = false;
  site->collect_suspect = site->plan_suspect = site->asked_anew = true;
  nt_sources_mark(site);
  for (size_t i = 0; i < site->plan.pages.len; i++) nt_site_suspect_page(site, site->plan.pages.items[i]);
}

void nt_suspects_begin(nt_site *site) {
  nt_states_turn(site);
  nt_edges_inputs(site);
  nt_edges_clock(site);
  if (site->all_suspect) suspect_everything(site);
  suspect_troubled(site);
}

/* ---- on the way ---- */

void nt_suspects_follow_document(nt_site *site, nt_record *record) {
  nt_step_reader reader = nt_reader_document(record);
  nt_edges_begin(site, reader);
  nt_edges_add(site, reader, NT_RUN_DOCUMENT, &record->trouble);
  nt_edges_add(site, reader, NT_RUN_DOCUMENT, &record->parse);
  nt_edges_add(site, reader, NT_RUN_DOCUMENT, &record->hooks);
  if (record->standin) {
    nt_edges_add(site, reader, NT_RUN_DOCUMENT, &record->standin->parse);
    nt_edges_add(site, reader, NT_RUN_DOCUMENT, &record->standin->hooks);
  }
  nt_site_show(site, record);
}

static void look_at_documents(nt_site *site, bool after_collect) {
  nt_edges_documents(site);
  nt_edges_collected(site);
  if (site->touched) nt_edges_columns(site, after_collect);
  site->touched &= !after_collect;
  if (site->asked_anew) nt_queries_turn(site->queries);
}

void nt_suspects_before_collect(nt_site *site) {
  look_at_documents(site, false);
}

void nt_suspects_ask_collect(nt_site *site) {
  if (site->asked_anew) nt_edges_questions(site, false);
}

void nt_suspects_follow_collect(nt_site *site) {
  nt_edges_begin(site, NT_READER_COLLECT);
  nt_edges_add(site, NT_READER_COLLECT, NT_RUN_COLLECT, &site->plan.collect);
  site->asked_anew = true; /* of the collections that it may have given */
}

void nt_suspects_before_plan(nt_site *site) {
  look_at_documents(site, true);
}

void nt_suspects_ask_plan(nt_site *site) {
  if (site->asked_anew) nt_edges_questions(site, true);
  site->asked_anew = false;
}

/* Pages that came, went or changed. What their hooks left is held against the plan it was made of. */
static void follow_pages(nt_site *site) {
  for (size_t i = 0; i < site->plan.numbered.len; i++) {
    nt_page_record *page = site->plan.numbered.items[i];
    if (!page->present && !page->was_present) continue;
    if (!page->present) nt_edges_forget(site, nt_reader_page(page));
    if (page->present && (!page->was_present || page->done != page->planned)) nt_site_suspect_page(site, page);
    nt_verdict_count_page(site, page);
  }
}

void nt_suspects_follow_plan(nt_site *site) {
  nt_edges_begin(site, NT_READER_PLAN);
  nt_edges_add(site, NT_READER_PLAN, NT_RUN_PLAN, &site->plan.step);
  nt_edges_documents(site);
  nt_edges_planned(site);
  nt_edges_columns(site, true);
  nt_edges_questions(site, true);
  follow_pages(site);
  site->plan_suspect = site->asked_anew = site->touched = false; /* what it read was so when it was made */
}

static int by_path(const void *a, const void *b) {
  return nt_str_cmp((*(nt_page_record *const *)a)->path, (*(nt_page_record *const *)b)->path);
}

void nt_suspects_order_pages(nt_site *site) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(nt_commit_amiss(site), &i, &e);) {
    nt_page_record *page = nt_plan_page(&site->plan, e->key);
    if (page) nt_site_suspect_page(site, page);
  }
  if (site->due.len) qsort(site->due.items, site->due.len, sizeof *site->due.items, by_path);
}

/* What its steps read, if one has run, and what they said. */
void nt_suspects_follow_page(nt_site *site, nt_page_record *page) {
  nt_step_reader reader = nt_reader_page(page);
  if (page->ran || !nt_edges_knows(site, reader)) {
    nt_edges_begin(site, reader);
    nt_edges_add(site, reader, NT_RUN_PAGE, &page->params);
    nt_edges_add(site, reader, NT_RUN_PAGE, &page->render);
    nt_edges_add(site, reader, NT_RUN_PAGE, &page->output);
  }
  page->ran = false;
  nt_verdict_count_page(site, page);
}

/* ---- at the end ---- */

/* A page whose step is not to be kept is looked at again. */
void nt_suspects_settle(nt_site *site) {
  size_t kept = 0;
  for (size_t i = 0; i < site->due.len; i++) {
    nt_page_record *page = site->due.items[i];
    page->due = page->present && (page->params.fleeting || page->render.fleeting || page->output.fleeting);
    if (page->due) site->due.items[kept++] = page;
  }
  site->due.len = kept;
  nt_edges_forget_questions(site);
}
