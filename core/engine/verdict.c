#include "engine/verdict.h"

#include "base/map.h"
#include "engine/content/states.h"
#include "engine/site.h"

#include <stdlib.h>

/* ---- the tally ---- */

static void count(size_t *total, bool *before, bool now) {
  *total += (size_t)now - (size_t)*before;
  *before = now;
}

static size_t *count_of(nt_tally *tally, unsigned as) {
  return as == NT_AS_PUBLISHED  ? &tally->documents
         : as == NT_AS_WITHHELD ? &tally->withheld
                                : &tally->held[as - NT_AS_HELD];
}

static unsigned counted_as(const nt_record *r) {
  if (r->frozen) return r->displaced ? NT_AS_WITHHELD : NT_AS_PUBLISHED;
  if (nt_record_is_held(r)) return NT_AS_HELD + nt_record_state(r);
  return r->listed ? NT_AS_WITHHELD : NT_AS_NOTHING;
}

static bool step_speaks(const nt_step *step) {
  return step->diag_count || step->fleeting;
}

static bool document_speaks(const nt_record *r) {
  return r->stale || step_speaks(&r->trouble) || step_speaks(&r->parse) || step_speaks(&r->hooks) ||
         (r->frozen && r->frozen->shortcode_count);
}

void nt_verdict_count_document(nt_site *site, nt_record *r) {
  nt_tally *t = &site->tally;
  nt_shown *shown = &r->shown;
  unsigned as = counted_as(r);
  if (shown->as != NT_AS_NOTHING) --*count_of(t, shown->as);
  if (as != NT_AS_NOTHING) ++*count_of(t, as);
  shown->as = (uint8_t)as;
  count(&t->hooks, &shown->hooks, r->hooks.state != NT_STEP_NONE);
  count(&t->hooks_failed, &shown->hooks_failed, r->hooks.state == NT_STEP_FAILED);
  count(&t->items, &shown->item, r->listed && r->item_hooks != NT_STEP_NONE);
  count(&t->items_failed, &shown->item_failed, r->listed && r->item_hooks == NT_STEP_FAILED);
  shown->speaks = document_speaks(r);
  if (shown->speaks && !shown->speaking) nt_push(&t->speaking, r);
  shown->speaking |= shown->speaks;
}

void nt_verdict_count_page(nt_site *site, nt_page_record *page) {
  nt_tally *t = &site->tally;
  bool present = page->present;
  count(&t->params, &page->counted.params, present && page->params.state != NT_STEP_NONE);
  count(&t->params_failed, &page->counted.params_failed, present && page->params.state == NT_STEP_FAILED);
  count(&t->outputs, &page->counted.outputs, present && page->output.state != NT_STEP_NONE);
  count(&t->outputs_failed, &page->counted.outputs_failed, present && page->output.state == NT_STEP_FAILED);
  page->counted.speaks = step_speaks(&page->params) || step_speaks(&page->render) || step_speaks(&page->output);
  if (page->counted.speaks && !page->counted.speaking) nt_push(&t->speaking_pages, page);
  page->counted.speaking |= page->counted.speaks;
}

void nt_verdict_tell_counts(nt_site *site) {
  nt_atomic_set(&site->counters.documents, site->tally.documents);
  nt_atomic_set(&site->counters.withheld, site->tally.withheld);
  for (int state = 0; state < NT_STATES; state++) nt_atomic_set(&site->counters.held[state], site->tally.held[state]);
}

/* Those that have fallen silent leave. */
static void drop_silent(nt_tally *t) {
  size_t kept = 0;
  for (size_t i = 0; i < t->speaking.len; i++) {
    nt_record *r = t->speaking.items[i];
    r->shown.speaking = r->shown.speaks;
    if (r->shown.speaks) t->speaking.items[kept++] = r;
  }
  t->speaking.len = kept;
  kept = 0;
  for (size_t i = 0; i < t->speaking_pages.len; i++) {
    nt_page_record *page = t->speaking_pages.items[i];
    page->counted.speaking = page->counted.speaks;
    if (page->counted.speaks) t->speaking_pages.items[kept++] = page;
  }
  t->speaking_pages.len = kept;
}

/* ---- what was said ---- */

static void add_diags(nt_site *site, const nt_diag *diags, size_t count) {
  for (size_t i = 0; i < count; i++) nt_diags_add(&site->diags, &diags[i]);
}

static void add_step(nt_site *site, const nt_step *step) {
  add_diags(site, step->diags, step->diag_count);
}

static int by_place(const void *a, const void *b) {
  const nt_diag *x = a, *y = b;
  int order = nt_str_cmp(x->where.file, y->where.file);
  if (!order) order = nt_str_cmp(x->where.doc, y->where.doc);
  if (!order) order = (x->where.line > y->where.line) - (x->where.line < y->where.line);
  if (!order) order = (x->where.column > y->where.column) - (x->where.column < y->where.column);
  if (!order) order = (x->code > y->code) - (x->code < y->code);
  for (size_t i = 0; !order && i < NT_DIAG_ARGS; i++) order = nt_str_cmp(x->args[i], y->args[i]);
  if (!order) order = (x->where.node > y->where.node) - (x->where.node < y->where.node);
  if (!order) order = nt_str_cmp(x->where.field, y->where.field);
  if (!order) order = nt_str_cmp(x->hint, y->hint);
  return order ? order : nt_str_cmp(x->trace, y->trace);
}

/* Steps that met the same thing, as every page meets its template, say it once. Sorted by place. */
static void drop_repeated(nt_diags *diags) {
  size_t kept = 0;
  for (size_t i = 0; i < diags->len; i++) {
    const nt_diag *d = &diags->items[i], *last = kept ? &diags->items[kept - 1] : NULL;
    bool placed = d->where.file.len || d->where.doc.len;
    if (last && placed && by_place(last, d) == 0 && nt_str_eq(last->hint, d->hint)) {
      diags->errors -= d->severity == NT_ERROR;
      continue;
    }
    diags->items[kept++] = *d;
  }
  diags->len = kept;
}

/* A place by document and node becomes one by line and column. */
static void locate(nt_site *site, nt_where *where) {
  const nt_record *r = where->doc.len ? nt_records_find(&site->records, where->doc) : NULL;
  if (r && r->frozen) nt_frozen_locate_link(r->frozen, where);
  if (r && r->parent) r = site->records.slots.items[r->parent - 1];
  if (r && r->parsed) nt_frozen_locate(r->parsed, where);
}

/* Shortcodes that no hook replaced, in the texts that are published. */
static void add_shortcodes(nt_site *site, const nt_record *r) {
  for (size_t i = 0; r->frozen && !r->displaced && i < r->frozen->shortcode_count; i++) {
    const nt_shortcode *s = &r->frozen->shortcodes[i];
    nt_where where = {.doc = r->frozen->id, .node = s->origin};
    locate(site, &where);
    where.node = 0;
    where.column = where.line ? (s->lines ? 0 : where.column - 1) + s->bytes + 1 : 0;
    where.line += where.line ? s->lines : 0;
    nt_report(&site->diags, NT_MSG_shortcode_unknown, where, s->name)->count = s->count;
  }
}

/* Those that say the same of different places. */
typedef struct alike {
  size_t first; /* where it is kept */
  uint32_t places, files;
  nt_str file; /* of the last; they come in order of file */
} alike;

static alike *alike_of(nt_map *groups, nt_diags *diags, const nt_diag *d, bool *is_new) {
  nt_str key = nt_arena_format(diags->arena, "%d %.*s", (int)d->code, NT_FMT(d->args[0]));
  alike *group = nt_map_get(groups, key);
  *is_new = !group;
  if (!group) nt_map_set(groups, key, group = NT_NEW(diags->arena, alike));
  return group;
}

/* What a site says once stands where it first does, and tells how often. Sorted by place. */
static void join_alike(nt_diags *diags) {
  nt_map groups = {0};
  const nt_map_entry *entry;
  size_t kept = 0;
  for (size_t i = 0; i < diags->len; i++) {
    nt_diag d = diags->items[i];
    bool stays = true;
    if (nt_message_get(d.code)->once) {
      alike *group = alike_of(&groups, diags, &d, &stays);
      if (stays) group->first = kept;
      group->places += d.count ? d.count : 1;
      group->files += stays || !nt_str_eq(group->file, d.where.file);
      group->file = d.where.file;
    }
    if (stays) diags->items[kept++] = d;
  }
  diags->len = kept;
  for (size_t i = 0; nt_map_each(&groups, &i, &entry);) {
    const alike *group = entry->value;
    nt_diag *d = &diags->items[group->first];
    d->count = group->places;
    d->args[1] = nt_arena_format(diags->arena, "%u", group->places);
    d->args[2] = nt_arena_format(diags->arena, "%u", group->files);
  }
  nt_map_deinit(&groups);
}

static void add_documents(nt_site *site) {
  for (size_t i = 0; i < site->sources.items.len; i++) {
    const nt_source *source = site->sources.items.items[i];
    add_diags(site, source->diags.items, source->diags.len);
    add_diags(site, source->scan_diags.items, source->scan_diags.len);
  }
  for (size_t i = 0; i < site->tally.speaking.len; i++) {
    const nt_record *r = site->tally.speaking.items[i];
    if (!r->listed) continue;
    add_step(site, &r->trouble);
    add_step(site, &r->parse);
    add_step(site, &r->hooks);
    if (site->reached >= NT_PHASE_PLAN) add_shortcodes(site, r);
  }
}

static void add_pages(nt_site *site) {
  for (size_t i = 0; i < site->tally.speaking_pages.len; i++) {
    const nt_page_record *page = site->tally.speaking_pages.items[i];
    if (!page->present) continue;
    add_step(site, &page->params);
    add_step(site, &page->render);
    add_step(site, &page->output);
  }
}

/* Everything that the epoch's steps said, those that held too, in an order that no scheduling shows. What the steps of
 * phases that it did not come to once said may not be so any more. */
void nt_verdict_gather(nt_site *site) {
  nt_diags_init(&site->diags, site->epoch_arena);
  drop_silent(&site->tally);
  if (site->inputs) add_diags(site, site->inputs->diags.items, site->inputs->diags.len);
  add_diags(site, site->faults.items, site->faults.len);
  if (site->reached >= NT_PHASE_DOCUMENTS) add_documents(site);
  if (site->reached >= NT_PHASE_COLLECT) add_step(site, &site->plan.collect);
  if (site->reached >= NT_PHASE_PLAN) add_step(site, &site->plan.step);
  if (site->reached >= NT_PHASE_RENDER) add_pages(site);
  if (site->commit.arena) add_diags(site, site->commit.diags.items, site->commit.diags.len);
  for (size_t i = 0; i < site->diags.len; i++) locate(site, &site->diags.items[i].where);
  if (site->diags.len) qsort(site->diags.items, site->diags.len, sizeof *site->diags.items, by_place);
  drop_repeated(&site->diags);
  join_alike(&site->diags);
}

/* ---- may it be published? ---- */

/* A hook that raises on more than a fifth of its documents or pages is at fault itself. */
static bool hooks_sound(nt_site *site, nt_code code, size_t failed, size_t ran) {
  if (failed <= 1 || failed * 5 <= ran) return true;
  nt_arena *arena = site->epoch_arena;
  nt_report(&site->faults, code, nt_where_file(site->name, 0, 0), nt_arena_format(arena, "%zu", failed),
            nt_arena_format(arena, "%zu", ran));
  return false;
}

bool nt_verdict_documents(nt_site *site) {
  const nt_tally *t = &site->tally;
  return hooks_sound(site, NT_MSG_hooks_failing, t->items_failed, t->items) &&
         hooks_sound(site, NT_MSG_hooks_failing, t->hooks_failed, t->hooks);
}

bool nt_verdict_pages(nt_site *site) {
  const nt_tally *t = &site->tally;
  return hooks_sound(site, NT_MSG_hooks_failing_pages, t->params_failed, t->params) &&
         hooks_sound(site, NT_MSG_hooks_failing_pages, t->outputs_failed, t->outputs);
}

/* A template that does not load stops the commit; one that fails on a page, or that only a text asks for, withholds
 * that page. */
bool nt_verdict_templates(const nt_site *site) {
  if (!nt_inputs_templates_sound(site->inputs)) return false;
  for (size_t i = 0; i < site->tally.speaking_pages.len; i++) {
    const nt_page_record *page = site->tally.speaking_pages.items[i];
    const nt_step *step = &page->render;
    for (size_t d = 0; page->present && step->state == NT_STEP_FAILED && d < step->diag_count; d++)
      if (nt_template_is_unusable(step->diags[d].code) && !step->diags[d].where.doc.len) return false;
  }
  return true;
}
