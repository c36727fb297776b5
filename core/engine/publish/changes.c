/* What a commit shall change: it puts what was staged, and removes what is published and no longer planned. */
#include "engine/content/states.h"
#include "engine/publish/committing.h"

/* A document or static file that is at fault now, if only in what it refers to: what was published of it stays. */
static bool at_fault(const nt_site *site, nt_str owner) {
  if (nt_inputs_is_unlisted(site->inputs, owner)) return true;
  const nt_record *r = nt_records_find(&site->records, owner);
  if (r && r->astray) return true;
  if (!r) r = nt_records_find(&site->records, nt_str_sub(owner, 0, nt_str_find_last(owner, '#')));
  if (r && r->parent) r = site->records.slots.items[r->parent - 1];
  if (!r || !r->listed || r->frozen) return false;
  if (r->standin) return r->parse.state == NT_STEP_FAILED || r->hooks.state == NT_STEP_FAILED;
  return r->parse.state == NT_STEP_FAILED || r->hooks.state == NT_STEP_FAILED || r->trouble.state == NT_STEP_FAILED;
}

/* The document whose state keeps the owner's pages back, itself or what it was derived from; NULL if none does. */
static const nt_record *held_by(const nt_site *site, nt_str owner) {
  const nt_record *r = nt_records_find(&site->records, owner);
  if (r && nt_record_is_held(r)) return r;
  if (r && !r->parent) return NULL;
  r = nt_records_find(&site->records, nt_str_sub(owner, 0, nt_str_find_last(owner, '#')));
  return r && nt_record_is_held(r) ? r : NULL;
}

static bool stays(const nt_site *site, nt_str owner) {
  return !held_by(site, owner) && (at_fault(site, owner) || nt_source_is_unknown(site, owner));
}

/* Its text says itself that it shall go, and when: nobody need consent to that. */
static bool has_expired(const nt_site *site, nt_str owner) {
  const nt_record *r = held_by(site, owner);
  return r && nt_record_state(r) == NT_STATE_EXPIRED;
}

uint32_t nt_page_order(const nt_page_record *page) {
  return page->asset ? 0 : page->page.collection.len ? 2 : 1;
}

/* A page that a cancelled round staged and that is no longer planned is taken away again, unless its document is only
 * at fault: then that was its newest good version. */
static void add_puts(nt_commit *c) {
  for (size_t i = 0; i < c->staged.len; i++) {
    const nt_page_record *page = c->staged.items[i];
    nt_change change = {.path = page->path, .owner = page->owner, .hash = page->staged, .order = 1};
    change.removed = !page->present && !stays(c->site, page->owner);
    if (page->present) change.order = nt_page_order(page);
    c->absent_known &= page->present;
    nt_push(&c->changes.list, change);
  }
}

/* Good bytes of items that are whole again, or gone. */
static void add_healed(nt_commit *c) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&c->site->goods.held, &i, &e);) {
    const nt_good *good = e->value;
    nt_change change = {.path = NT_STR("good"), .owner = good->id, .hash = good->item, .healed = true};
    if (nt_good_is_needless(c->site, good->id)) nt_push(&c->changes.list, change);
  }
}

static bool is_planned(const nt_commit *c, nt_str path) {
  const nt_page_record *page = nt_map_get(&c->site->plan.records, path);
  return page && page->present;
}

/* While the plan is the same, so are they, but for what commits have removed since. */
static void find_absent(nt_commit *c) {
  const nt_map_entry *e;
  if (c->absent_known && c->absent_of == c->site->plan.made) return;
  c->absent.len = 0;
  for (size_t i = 0; nt_map_each(&c->ledger, &i, &e);)
    if (!is_planned(c, e->key)) nt_push(&c->absent, e->value);
  c->absent_known = true;
  c->absent_of = c->site->plan.made;
}

/* *sudden: how many that no text has foretold. */
static void add_removals(nt_commit *c, size_t *sudden) {
  find_absent(c);
  for (size_t i = 0; i < c->absent.len; i++) {
    const nt_ledger_entry *entry = c->absent.items[i];
    const nt_page_record *page = nt_map_get(&c->site->plan.records, entry->path);
    if ((page && page->staged != NT_HASH_ABSENT) || stays(c->site, entry->owner)) continue;
    nt_push(&c->changes.list, ((nt_change){.path = entry->path, .owner = entry->owner, .removed = true}));
    *sudden += !has_expired(c->site, entry->owner);
  }
}

/* A handful is never too many: in a site of five pages one is a fifth. */
enum { ALWAYS_ALLOWED = 10 };

static bool removals_allowed(nt_commit *c, size_t count) {
  nt_site *site = c->site;
  if (site->engine->options.allow_removals || count <= ALWAYS_ALLOWED) return true;
  if ((double)count <= site->inputs->removals * (double)c->ledger.live) return true;
  nt_report(&c->diags, NT_MSG_removals_too_many, nt_where_file(site->name, 0, 0),
            nt_arena_format(c->changes_arena, "%zu", count), nt_arena_format(c->changes_arena, "%zu", c->ledger.live));
  return false;
}

static int by_order(const void *a, const void *b) {
  const nt_change *x = a, *y = b;
  if (x->healed != y->healed) return x->healed - y->healed;
  if (x->removed != y->removed) return x->removed - y->removed;
  if (x->order != y->order) return x->order < y->order ? -1 : 1;
  int order = nt_str_cmp(x->path, y->path);
  return order ? order : nt_str_cmp(x->owner, y->owner);
}

bool nt_changes_gather(nt_commit *c) {
  nt_changes *changes = &c->changes;
  size_t sudden = 0;
  add_puts(c);
  add_removals(c, &sudden);
  if (!removals_allowed(c, sudden)) return false;
  add_healed(c);
  if (changes->list.len) qsort(changes->list.items, changes->list.len, sizeof *changes->list.items, by_order);
  return true;
}
