#include "engine/term_index.h"

#include "engine/languages.h"

#include <stdlib.h>

/* One way to write a term. */
typedef struct spelling {
  nt_str text;
  struct entry *term; /* NULL: it leaves no slug */
  size_t count;       /* how many times it is written */
} spelling;

/* A term in the making. */
typedef struct entry {
  nt_term term;
  nt_str key; /* collation key of the label */
  nt_term_documents *documents;
  NT_VEC(nt_docref) refs;
  const spelling *usual; /* the one most used, of equals the smaller by bytes */
  size_t spellings;
  bool named; /* site.yaml says what it is called */
} entry;

typedef struct making {
  nt_term_index *index;
  nt_evaluation *ev;
  nt_str taxonomy, lang;
  nt_map spellings; /* text -> spelling */
  nt_map entries;   /* slug -> entry */
  bool doubtful;    /* there is something to say */
  size_t unsaid;    /* spellings that are told of together */
} making;

/* ---- texts ---- */

/* Names are few, and a page keeps them for as long as its plan holds. */
static nt_str lasting(making *m, nt_str text) {
  nt_names *names = m->ev->site->names;
  return nt_names_str(names, nt_names_id(names, text));
}

static nt_str slug_of(making *m, nt_str text) {
  nt_buf slug = {0};
  nt_slug(text, &slug);
  nt_str kept = slug.len ? lasting(m, nt_buf_str(&slug)) : nt_str_n("", 0);
  nt_buf_deinit(&slug);
  return kept;
}

static entry *entry_of(making *m, nt_str slug) {
  entry *e = nt_map_get(&m->entries, slug);
  if (e) return e;
  e = NT_NEW(m->ev->arena, entry);
  e->term.slug = slug;
  nt_map_set(&m->entries, slug, e);
  return e;
}

static spelling *spelling_of(making *m, nt_str text) {
  spelling *s = nt_map_get(&m->spellings, text);
  if (s) return s;
  s = NT_NEW(m->ev->arena, spelling);
  s->text = text;
  nt_str slug = slug_of(m, text);
  if (slug.len) s->term = entry_of(m, slug);
  m->doubtful |= !s->term || ++s->term->spellings > 1;
  nt_map_set(&m->spellings, text, s);
  return s;
}

/* A term's text, empty if the value is none: a year may be one. */
static nt_str text_of(making *m, const nt_value *v) {
  if (v->type == NT_STRING) return nt_str_trim(v->as.string);
  return v->type == NT_INT ? nt_arena_format(m->ev->arena, "%lld", (long long)v->as.integer) : nt_str_n("", 0);
}

/* ---- documents ---- */

/* Calls fn for each term of the document; `at` counts from 1 in a list, and is 0 for a field that holds one text. */
static void each_term(making *m, const nt_record *r,
                      void (*fn)(making *m, const nt_record *r, nt_str text, size_t at)) {
  const nt_value *field = nt_map_find(&r->frozen->fields, m->taxonomy);
  if (!field || field->type == NT_NULL) return;
  if (field->type != NT_LIST) {
    fn(m, r, text_of(m, field), 0);
    return;
  }
  for (size_t i = 0; i < field->as.list->len; i++) {
    const nt_value *item = &field->as.list->items[i];
    if (item->type != NT_NULL) fn(m, r, text_of(m, item), i + 1);
  }
}

static void add(making *m, const nt_record *r, nt_str text, size_t at) {
  (void)at;
  spelling *s = spelling_of(m, text);
  s->count++;
  if (!s->term) return;
  entry *e = s->term;
  nt_docref ref = nt_record_ref(r);
  bool twice = e->refs.len && e->refs.items[e->refs.len - 1] == ref; /* one document may spell it both ways */
  if (!twice) nt_push(&e->refs, ref);
}

/* ---- labels ---- */

/* The title for a language, or for the first of those that stand in for it. */
static nt_str title_in(making *m, const nt_value *title) {
  if (!title || title->type != NT_MAP) return nt_value_str(title);
  const nt_inputs *in = m->ev->site->inputs;
  const nt_site_lang *lang = nt_language_find(in, m->lang.len ? m->lang : in->lang);
  for (size_t i = 0; lang && i < lang->chain_len; i++) {
    nt_str text = nt_value_str(nt_map_find(title, lang->chain[i]));
    if (text.len) return text;
  }
  return nt_str_n("", 0);
}

static void name_terms(making *m, const nt_value *config) {
  const nt_value *terms = nt_map_find(config, NT_STR("terms"));
  for (size_t i = 0; terms && terms->type == NT_MAP && i < terms->as.map->len; i++) {
    const nt_entry *each = &terms->as.map->entries[i];
    nt_str title = title_in(m, nt_map_find(&each->value, NT_STR("title")));
    entry *e = title.len ? nt_map_get(&m->entries, slug_of(m, each->key)) : NULL;
    if (!e) continue;
    e->named = true;
    e->term.label = lasting(m, title);
  }
}

static void choose_spellings(making *m) {
  const nt_map_entry *each;
  for (size_t i = 0; nt_map_each(&m->spellings, &i, &each);) {
    const spelling *s = each->value;
    if (!s->term) continue;
    const spelling **usual = &s->term->usual;
    bool more = !*usual || s->count > (*usual)->count;
    if (more || (s->count == (*usual)->count && nt_str_cmp(s->text, (*usual)->text) < 0)) *usual = s;
  }
}

static int by_label(const void *a, const void *b) {
  const entry *x = *(entry *const *)a, *y = *(entry *const *)b;
  int order = nt_str_cmp(x->key, y->key);
  return order ? order : nt_str_cmp(x->term.slug, y->term.slug);
}

/* ---- what is said ---- */

static void report_term(making *m, const nt_record *r, nt_str text, size_t at) {
  enum { MOST = 100 };
  const spelling *s = nt_map_get(&m->spellings, text);
  const entry *e = s->term;
  if (e && (e->named || s == e->usual)) return;
  nt_str field = at ? nt_arena_format(m->ev->arena, "%.*s[%zu]", NT_FMT(m->taxonomy), at) : m->taxonomy;
  nt_where where = {.doc = r->frozen->id, .file = r->frozen->file, .field = field};
  nt_diags *faults = &m->index->faults;
  if (e && faults->len - faults->errors >= MOST)
    m->unsaid++;
  else if (e)
    nt_report(faults, NT_MSG_term_spelled_twice, where, text, e->usual->text, m->taxonomy);
  else
    nt_report(faults, NT_MSG_term_without_slug, where, text, m->taxonomy);
  nt_hash said = nt_hash_combine(nt_hash_bytes(where.doc), nt_hash_bytes(field));
  said = nt_hash_combine(said, nt_hash_combine(nt_hash_bytes(text), nt_hash_bytes(e ? e->usual->text : text)));
  m->index->fault_hash = nt_hash_combine(m->index->fault_hash, said);
}

static void report_all(making *m) {
  for (size_t i = 0; i < m->ev->found.len; i++) each_term(m, m->ev->found.items[i].record, report_term);
  if (!m->unsaid) return;
  nt_where where = nt_where_file(m->ev->site->name, 0, 0);
  nt_report(&m->index->faults, NT_MSG_terms_spelled_more, where, nt_arena_format(m->ev->arena, "%zu", m->unsaid),
            m->taxonomy);
}

/* ---- the index ---- */

static void finish_entry(making *m, entry *e, const nt_locale *locale, nt_buf *key) {
  nt_term_index *index = m->index;
  if (!e->named) e->term.label = lasting(m, e->usual->text);
  e->term.count = e->refs.len;
  nt_buf_clear(key);
  nt_collation_key(locale, e->term.label, key);
  e->key = nt_arena_str(m->ev->arena, nt_buf_str(key));
  nt_term_documents *d = NT_NEW(index->arena, nt_term_documents);
  d->refs = (nt_docrefs){nt_arena_copy(index->arena, e->refs.items, e->refs.len * sizeof(nt_docref)), e->refs.len};
  d->hash = nt_queries_answer(m->ev->site, e->refs.items, e->refs.len);
  nt_map_set(&index->by_slug, e->term.slug, d);
  nt_vec_deinit(&e->refs);
}

static nt_hash term_hash(const nt_term *t) {
  return nt_hash_combine(nt_hash_combine(nt_hash_bytes(t->slug), nt_hash_bytes(t->label)), t->count);
}

static void finish(making *m) {
  const nt_map_entry *each;
  nt_buf key = {0};
  size_t count = 0;
  nt_term_index *index = m->index;
  entry **all = NT_NEW_N(m->ev->arena, entry *, m->entries.live);
  const nt_locale *locale = nt_language_locale(m->ev->site->inputs, m->lang);
  for (size_t i = 0; nt_map_each(&m->entries, &i, &each);) finish_entry(m, all[count++] = each->value, locale, &key);
  nt_buf_deinit(&key);
  if (count) qsort(all, count, sizeof(entry *), by_label);
  nt_term *terms = NT_NEW_N(index->arena, nt_term, count);
  index->list_hash = nt_hash_combine(count, 1);
  for (size_t i = 0; i < count; i++) {
    terms[i] = all[i]->term;
    index->list_hash = nt_hash_combine(index->list_hash, term_hash(&terms[i]));
  }
  index->list = (nt_terms){terms, count};
}

/* Documents of the taxonomy's kinds in its order. */
static const nt_query *query_of(making *m, const nt_value *config) {
  nt_arena *arena = m->ev->arena;
  nt_query *q = nt_query_lang(arena, nt_query_of(arena, NT_STR("")), m->lang);
  const nt_value *of = nt_map_find(config, NT_STR("of")), *sort = nt_map_find(config, NT_STR("sort"));
  if (of && of->type == NT_STRING) q = nt_query_where(arena, q, NT_STR("kind"), NT_EQ, *of);
  if (of && of->type == NT_LIST) q = nt_query_where(arena, q, NT_STR("kind"), NT_IN, *of);
  if (sort && sort->type == NT_STRING) q = nt_query_sort(arena, q, sort->as.string);
  for (size_t i = 0; sort && sort->type == NT_LIST && i < sort->as.list->len; i++)
    q = nt_query_sort(arena, q, nt_value_str(&sort->as.list->items[i]));
  return q;
}

void nt_term_index_make(nt_term_index *index, nt_evaluation *ev, nt_str taxonomy, nt_str lang, const nt_value *config) {
  *index = (nt_term_index){.arena = nt_arena_new()};
  nt_diags_init(&index->faults, index->arena);
  making m = {.index = index, .ev = ev, .taxonomy = taxonomy, .lang = lang};
  const nt_query *query = query_of(&m, config);
  nt_evaluation_trace(ev, query);
  nt_evaluation_trace_column(ev, taxonomy);
  nt_evaluation_consider_all(ev, query);
  nt_evaluation_sort(ev, query);
  for (size_t i = 0; i < ev->found.len; i++) each_term(&m, ev->found.items[i].record, add);
  choose_spellings(&m);
  name_terms(&m, config);
  if (m.doubtful) report_all(&m);
  finish(&m);
  nt_map_deinit(&m.spellings);
  nt_map_deinit(&m.entries);
}

void nt_term_index_deinit(nt_term_index *index) {
  nt_map_deinit(&index->by_slug);
  nt_arena_free(index->arena);
  *index = (nt_term_index){0};
}
