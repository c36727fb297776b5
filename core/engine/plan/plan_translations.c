/* Which documents are each other's translations. A group is known by the key that its texts name, or by their path
 * without the language; a key that only one document names says nothing, and its path counts. */
#include "engine/content/identity.h"
#include "engine/inputs/languages.h"
#include "engine/plan/planning.h"

#include <stdlib.h>

/* A page of a document, with what puts it in order: its group, its output, its language, its id. */
typedef struct member {
  nt_str group;
  nt_str output;
  size_t language;
  const nt_record *document;
  nt_page *page;
} member;

typedef NT_VEC(member) members;

static int by_group(const void *a, const void *b) {
  const member *x = a, *y = b;
  int order = nt_str_cmp(x->group, y->group);
  if (!order) order = nt_str_cmp(x->output, y->output);
  if (!order) order = (x->language > y->language) - (x->language < y->language);
  return order ? order : nt_str_cmp(x->document->id, y->document->id);
}

static nt_str key_of(const nt_record *r) {
  return nt_str_trim(nt_value_str(nt_map_find(&r->frozen->fields, NT_STR("translation_key"))));
}

/* Keys by how many documents name them: the first is its value until there is a second, then NULL. */
static void find_keys(const nt_site *site, nt_map *keys) {
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    nt_str key = r->frozen ? key_of(r) : nt_str_n("", 0);
    if (key.len) nt_map_set(keys, key, nt_map_has(keys, key) ? NULL : r);
  }
}

static nt_str group_of(nt_planning *p, const nt_map *keys, const nt_record *r) {
  nt_str key = key_of(r);
  if (key.len && !nt_map_get(keys, key)) return nt_arena_format(p->arena, "key %.*s", NT_FMT(key));
  return nt_arena_format(p->arena, "path %.*s", NT_FMT(nt_identity_key(p->site->inputs, r, p->arena)));
}

static void gather(nt_planning *p, members *all) {
  nt_map keys = {0};
  find_keys(p->site, &keys);
  for (size_t i = 0; i < p->plan->pages.len; i++) {
    nt_page *page = &p->plan->pages.items[i]->page;
    const nt_record *r = nt_records_at(&p->site->records, page->document);
    if (!r) continue;
    size_t language = nt_language_index(p->site->inputs, page->lang);
    nt_push(all, ((member){group_of(p, &keys, r), page->output, language, r, page}));
  }
  nt_map_deinit(&keys);
}

static void report_twice(nt_planning *p, const member *late, const member *first) {
  const nt_frozen *f = late->document->frozen;
  nt_where where = {.doc = f->id, .file = f->file, .line = 1, .column = 1};
  if (nt_str_eq(late->page->url, nt_plan_url(p->plan, late->document))) /* once, not for each output */
    nt_report(p->diags, NT_MSG_translation_twice, where, f->id, first->document->id, late->page->lang);
}

/* One page for each language; of two in one language that with the smaller id. */
static void link_group(nt_planning *p, member *group, size_t count) {
  nt_alternate *alternates = NT_NEW_N(p->arena, nt_alternate, count);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (kept && group[i].language == group[kept - 1].language) {
      report_twice(p, &group[i], &group[kept - 1]);
      continue;
    }
    group[kept] = group[i];
    alternates[kept++] = (nt_alternate){group[i].page->lang, group[i].page->url};
  }
  for (size_t i = 0; i < kept; i++) {
    group[i].page->alternates = alternates;
    group[i].page->alternate_count = kept;
  }
}

void nt_plan_translations(nt_planning *p) {
  if (p->site->inputs->languages.len < 2) return;
  members all = {0};
  gather(p, &all);
  if (all.len) qsort(all.items, all.len, sizeof *all.items, by_group);
  for (size_t from = 0, to; from < all.len; from = to) {
    for (to = from + 1; to < all.len; to++)
      if (!nt_str_eq(all.items[to].group, all.items[from].group) ||
          !nt_str_eq(all.items[to].output, all.items[from].output))
        break;
    link_group(p, all.items + from, to - from);
  }
  nt_vec_deinit(&all);
}
