/* Pages that lead elsewhere: of the configuration, of documents that have moved, of hooks. Each takes its path when
 * every page has its own; where it leads is looked up when all of them are known, since one may lead to another. */
#include "engine/plan/planning.h"
#include "engine/plan/words.h"

static void claim(nt_planning *p, nt_str from, nt_str to, nt_str lang, nt_str owner, nt_where where) {
  nt_page page = {.url = from, .output = NT_STR(""), .lang = lang, .params = nt_map_new(p->arena), .origin = owner};
  if (!nt_plan_path(p, from, NT_STR("html"), &page.path)) {
    nt_report(p->diags, NT_MSG_path_outside, where, from);
    return;
  }
  const nt_page_record *there = nt_plan_page(p->plan, page.path);
  if (there && nt_str_eq(there->page.url, to)) return; /* it is there already */
  if (there) nt_report(p->diags, NT_MSG_redirect_taken, where, from, there->owner);
  nt_page_record *record = there ? NULL : nt_plan_claim(p, &page, owner, where);
  if (!record) return;
  record->redirect = to;
  nt_push(&p->redirects, ((nt_redirect_plan){.record = record, .to = to, .where = where}));
}

static void claim_all(nt_planning *p, const nt_value *map, const char *what) {
  const nt_inputs *in = p->site->inputs;
  for (size_t i = 0; i < nt_value_len(map); i++) {
    const nt_entry *e = &map->as.map->entries[i];
    nt_where where = nt_plan_where(p, e->key_pos);
    claim(p, e->key, nt_value_str(&e->value), in->lang, nt_arena_format(p->arena, "%s %.*s", what, NT_FMT(e->key)),
          where);
  }
}

static void claim_aliases(nt_planning *p, const nt_record *r) {
  const nt_value *aliases = nt_map_find(&r->frozen->fields, NT_STR("aliases"));
  nt_str url = nt_plan_url(p->plan, r);
  if (!aliases || !url.len) return;
  nt_where where = {.doc = r->frozen->id, .file = r->frozen->file, .field = NT_STR("aliases")};
  size_t count = aliases->type == NT_LIST ? nt_value_len(aliases) : aliases->type == NT_STRING ? 1 : 0;
  for (size_t i = 0; i < count; i++) {
    const nt_value *v = aliases->type == NT_LIST ? &aliases->as.list->items[i] : aliases;
    nt_str alias = nt_arena_str(p->arena, nt_value_str(v));
    if (alias.len) claim(p, alias, url, nt_arena_str(p->arena, r->frozen->lang), r->id, where);
  }
}

static int by_id(const void *a, const void *b) {
  return nt_str_cmp((*(nt_record *const *)a)->id, (*(nt_record *const *)b)->id);
}

/* By id: the table's order is that in which documents came. */
static void claim_documents(nt_planning *p) {
  NT_VEC(nt_record *) all = {0};
  for (size_t i = 0; i < p->site->records.slots.len; i++) {
    nt_record *r = p->site->records.slots.items[i];
    if (r->frozen && nt_map_find(&r->frozen->fields, NT_STR("aliases"))) nt_push(&all, r);
  }
  if (all.len) qsort(all.items, all.len, sizeof *all.items, by_id);
  for (size_t i = 0; i < all.len; i++) claim_aliases(p, all.items[i]);
  nt_vec_deinit(&all);
}

void nt_plan_redirects(nt_planning *p) {
  claim_all(p, p->run->reader.ops->config(&p->run->reader, NT_STR("redirects")), "redirects");
  claim_documents(p);
  claim_all(p, &p->plan->redirects, "redirect");
}

/* ---- where they lead ---- */

/* Where each leads, and which redirect stands there. */
static void look_up(nt_planning *p) {
  nt_map by_path = {0};
  for (size_t i = 0; i < p->redirects.len; i++)
    nt_map_set(&by_path, p->redirects.items[i].record->path, &p->redirects.items[i]);
  for (size_t i = 0; i < p->redirects.len; i++) {
    nt_word_target target;
    nt_redirect_plan *r = &p->redirects.items[i], *next = NULL;
    bool found = nt_word_find(p->site, r->to, p->site->inputs->lang, p->arena, &target);
    if (found) r->href = nt_word_href(p->site, &target, p->arena);
    if (found && target.page) next = nt_map_get(&by_path, target.page->path);
    r->next = next ? (size_t)(next - p->redirects.items) + 1 : 0;
    r->end = found ? NT_LEADS_ON : NT_LEADS_NOWHERE;
  }
  nt_map_deinit(&by_path);
}

/* Each is walked over once: a walk ends where nothing follows, or where one has been. All of it shares that end, which
 * is a circle if it is of the same walk. */
static void follow(nt_planning *p) {
  nt_redirect_plan *all = p->redirects.items;
  for (size_t i = 0; i < p->redirects.len; i++) {
    size_t at = i + 1, last = at;
    for (; at && !all[at - 1].walked; at = all[at - 1].next) {
      all[at - 1].walked = i + 1;
      last = at;
    }
    int end = at && all[at - 1].walked == i + 1 ? NT_LEADS_IN_CIRCLE : all[at ? at - 1 : last - 1].end;
    for (at = i + 1; at && all[at - 1].walked == i + 1 && all[at - 1].end == NT_LEADS_ON; at = all[at - 1].next)
      all[at - 1].end = end;
  }
}

static void drop_withdrawn(nt_plan *plan) {
  size_t kept = 0;
  for (size_t i = 0; i < plan->pages.len; i++)
    if (plan->pages.items[i]->present) plan->pages.items[kept++] = plan->pages.items[i];
  plan->pages.len = kept;
}

void nt_plan_lead(nt_planning *p) {
  look_up(p);
  follow(p);
  for (size_t i = 0; i < p->redirects.len; i++) {
    nt_redirect_plan *r = &p->redirects.items[i];
    nt_code code = r->end == NT_LEADS_NOWHERE ? NT_MSG_redirect_absent : NT_MSG_redirect_circle;
    r->record->redirect = r->href;
    if (r->end == NT_LEADS_ON) continue;
    nt_report(p->diags, code, r->where, r->record->page.url, r->to);
    nt_map_remove(&p->plan->by_url, r->record->page.url);
    r->record->present = false;
  }
  drop_withdrawn(p->plan);
}
