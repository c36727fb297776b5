/* The pages of a taxonomy: a list for each term, and one page that names the terms. */
#include "engine/plan/planning.h"
#include "engine/query/terms.h"

#include <stdlib.h>

/* A term in the languages that have it. */
typedef struct term_plan {
  nt_str slug;
  nt_list_lang *langs;
} term_plan;

typedef struct terms_plan {
  nt_planning *p;
  const nt_taxonomy *t;
  nt_where where;
  NT_VEC(term_plan) terms;
  nt_map by_slug; /* slug -> index + 1 */
  size_t *counts; /* terms by language */
} terms_plan;

static term_plan *term_of(terms_plan *tp, nt_str slug) {
  size_t at = (size_t)nt_map_get(&tp->by_slug, slug);
  if (at) return &tp->terms.items[at - 1];
  size_t languages = tp->p->site->inputs->languages.len;
  nt_push(&tp->terms, ((term_plan){slug, NT_NEW_N(tp->p->arena, nt_list_lang, languages)}));
  nt_map_set(&tp->by_slug, slug, (void *)tp->terms.len); /* NOLINT: an index, no address */
  return &tp->terms.items[tp->terms.len - 1];
}

/* On a site of one language no document is left out for its language. */
static void gather(terms_plan *tp, size_t index) {
  nt_planning *p = tp->p;
  const nt_inputs *in = p->site->inputs;
  const nt_site_lang *lang = &in->languages.items[index];
  nt_terms found = {0};
  if (!nt_terms_list(p->run, tp->t->name, in->languages.len > 1 ? lang->code : NT_STR(""), &found)) return;
  tp->counts[index] = found.len;
  nt_str path = nt_setting_path(in, tp->t->list.path, lang->code, p->arena);
  for (size_t i = 0; path.len && i < found.len; i++) {
    nt_str slug = nt_arena_str(p->arena, found.items[i].slug);
    term_of(tp, slug)->langs[index] = (nt_list_lang){.lang = lang->code,
                                                     .base = nt_plan_replace(p, path, "{term}", slug),
                                                     .title = nt_arena_str(p->arena, found.items[i].label),
                                                     .length = found.items[i].count,
                                                     .exists = true};
  }
}

static int by_slug(const void *a, const void *b) {
  return nt_str_cmp(((const term_plan *)a)->slug, ((const term_plan *)b)->slug);
}

static void plan_term(terms_plan *tp, const term_plan *term) {
  nt_str word = nt_arena_format(tp->p->arena, "%.*s/%.*s", NT_FMT(tp->t->name), NT_FMT(term->slug));
  nt_list_plan of = {.list = &tp->t->list,
                     .collection = word,
                     .taxonomy = tp->t->name,
                     .term = term->slug,
                     .owner = word,
                     .where = tp->where,
                     .langs = term->langs};
  nt_plan_listing(tp->p, &of);
}

static void plan_index(terms_plan *tp) {
  const nt_inputs *in = tp->p->site->inputs;
  const nt_taxonomy *t = tp->t;
  nt_page page = {.output = NT_STR("html"), .taxonomy = t->name, .origin = t->name};
  page.template_name = t->index_template.len ? t->index_template : NT_STR("terms.html");
  nt_page_lang *langs = NT_NEW_N(tp->p->arena, nt_page_lang, in->languages.len);
  for (size_t i = 0; t->index && i < in->languages.len; i++) {
    nt_str lang = in->languages.items[i].code;
    if (i == 0 || tp->counts[i]) langs[i].url = nt_setting_path(in, t->index, lang, tp->p->arena);
    langs[i].title = nt_setting_text(in, t->list.title, lang);
  }
  if (t->index) nt_plan_by_lang(tp->p, &page, t->list.params, langs, t->name, tp->where);
}

static void plan_taxonomy(nt_planning *p, const nt_taxonomy *t) {
  const nt_inputs *in = p->site->inputs;
  terms_plan tp = {.p = p, .t = t, .where = nt_config_where(&in->files, t->config.pos)};
  tp.counts = NT_NEW_N(p->arena, size_t, in->languages.len);
  for (size_t i = 0; i < in->languages.len; i++) gather(&tp, i);
  if (tp.terms.len) qsort(tp.terms.items, tp.terms.len, sizeof *tp.terms.items, by_slug);
  for (size_t i = 0; i < tp.terms.len; i++) plan_term(&tp, &tp.terms.items[i]);
  plan_index(&tp);
  nt_vec_deinit(&tp.terms);
  nt_map_deinit(&tp.by_slug);
}

void nt_plan_taxonomies(nt_planning *p) {
  const nt_inputs *in = p->site->inputs;
  p->run->reader.ops->config(&p->run->reader, NT_STR("taxonomies"));
  for (size_t i = 0; i < in->taxonomies.len; i++) plan_taxonomy(p, &in->taxonomies.items[i]);
}
