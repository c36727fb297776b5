#include "engine/query/term_index.h"

#include "engine/engine.h"
#include "engine/inputs/languages.h"
#include "engine/query/question.h"

#include <stdlib.h>

/* A term in the making. */
typedef struct entry {
  nt_term term;
  nt_str key; /* collation key of the label */
  NT_VEC(nt_docref) refs;
  nt_hash hash;              /* of their documents */
  const struct tally *usual; /* the spelling most used, of equals the smaller by bytes */
  size_t spellings;
  bool named; /* site.yaml says what it is called */
} entry;

/* A spelling that is in use. */
typedef struct tally {
  nt_str text;
  entry *term;  /* NULL: it leaves no slug */
  size_t count; /* how many times it is written */
} tally;

typedef struct making {
  nt_term_index *index;
  nt_evaluation *ev;
  nt_str taxonomy, lang;
  tally *tallies; /* by the spelling's number */
  size_t used;    /* how many of them */
  nt_map entries; /* slug -> entry */
  bool doubtful;  /* there is something to say */
  size_t unsaid;  /* spellings that are told of together */
} making;

/* Names are few, and a page keeps them for as long as its plan holds. */
static nt_str lasting(making *m, nt_str text) {
  nt_names *names = m->ev->site->names;
  return nt_names_str(names, nt_names_id(names, text));
}

/* ---- counting ---- */

static entry *entry_of(making *m, nt_str slug) {
  entry *e = nt_map_get(&m->entries, slug);
  if (e) return e;
  e = NT_NEW(m->ev->arena, entry);
  e->term.slug = slug;
  e->hash = 1;
  nt_map_set(&m->entries, slug, e);
  return e;
}

static void begin_tally(making *m, tally *t, const nt_spelling *spelling) {
  t->text = spelling->text;
  if (spelling->slug.len) t->term = entry_of(m, spelling->slug);
  m->doubtful |= !t->term || ++t->term->spellings > 1;
  m->used++;
}

static void count_document(making *m, const nt_ranked *ranked, const nt_written_list *written) {
  for (uint32_t i = 0; i < written->len; i++) {
    uint32_t number = written->items[i].spelling;
    tally *t = &m->tallies[number];
    if (!t->count++) begin_tally(m, t, &m->index->spellings.all.items[number]);
    entry *e = t->term;
    bool twice = e && e->refs.len && e->refs.items[e->refs.len - 1] == ranked->ref; /* it may be spelled both ways */
    if (!e || twice) continue;
    nt_push(&e->refs, ranked->ref);
    e->hash = nt_hash_combine(e->hash, ranked->id);
  }
}

static const nt_written_list *written_by(making *m, const nt_ranked *ranked) {
  const nt_record *record = nt_records_at(&m->ev->site->records, ranked->ref);
  return nt_spellings_of(&m->index->spellings, record, m->taxonomy, m->ev->site->names);
}

static void count_all(making *m) {
  const nt_ranking *ranking = &m->index->ranking;
  for (size_t i = 0; i < ranking->ranked.len; i++) written_by(m, &ranking->ranked.items[i]);
  m->tallies = NT_NEW_N(m->ev->arena, tally, m->index->spellings.all.len);
  for (size_t i = 0; i < ranking->ranked.len; i++)
    count_document(m, &ranking->ranked.items[i], written_by(m, &ranking->ranked.items[i]));
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

static nt_str slug_of(making *m, nt_str text) {
  nt_buf slug = {0};
  nt_slug(text, &slug);
  nt_str kept = nt_arena_str(m->ev->arena, nt_buf_str(&slug));
  nt_buf_deinit(&slug);
  return kept;
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
  for (size_t i = 0; i < m->index->spellings.all.len; i++) {
    const tally *t = &m->tallies[i];
    if (!t->term) continue;
    const tally **usual = &t->term->usual;
    bool more = !*usual || t->count > (*usual)->count;
    if (more || (t->count == (*usual)->count && nt_str_cmp(t->text, (*usual)->text) < 0)) *usual = t;
  }
}

static int by_label(const void *a, const void *b) {
  const entry *x = *(entry *const *)a, *y = *(entry *const *)b;
  int order = nt_str_cmp(x->key, y->key);
  return order ? order : nt_str_cmp(x->term.slug, y->term.slug);
}

/* ---- what is said ---- */

static void report_term(making *m, const nt_record *r, const nt_written *written) {
  enum { MOST = 100 };
  const tally *t = &m->tallies[written->spelling];
  const entry *e = t->term;
  nt_str field =
      written->at ? nt_arena_format(m->ev->arena, "%.*s[%u]", NT_FMT(m->taxonomy), written->at) : m->taxonomy;
  nt_where where = {.doc = r->frozen->id, .file = r->frozen->file, .field = field};
  nt_diags *faults = &m->index->faults;
  if (e && faults->len - faults->errors >= MOST)
    m->unsaid++;
  else if (e)
    nt_report(faults, NT_MSG_term_spelled_twice, where, t->text, e->usual->text, m->taxonomy);
  else
    nt_report(faults, NT_MSG_term_without_slug, where, t->text, m->taxonomy);
  nt_hash said = nt_hash_combine(nt_hash_bytes(where.doc), nt_hash_bytes(field));
  said = nt_hash_combine(said, nt_hash_combine(nt_hash_bytes(t->text), nt_hash_bytes(e ? e->usual->text : t->text)));
  m->index->fault_hash = nt_hash_combine(m->index->fault_hash, said);
}

static bool is_in_order(const making *m, const nt_written *written) {
  const tally *t = &m->tallies[written->spelling];
  return t->term && (t->term->named || t == t->term->usual);
}

static void report_all(making *m) {
  const nt_ranking *ranking = &m->index->ranking;
  for (size_t i = 0; i < ranking->ranked.len; i++) {
    const nt_record *r = nt_records_at(&m->ev->site->records, ranking->ranked.items[i].ref);
    const nt_written_list *written = written_by(m, &ranking->ranked.items[i]);
    for (uint32_t w = 0; w < written->len; w++)
      if (!is_in_order(m, &written->items[w])) report_term(m, r, &written->items[w]);
  }
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
  d->hash = nt_hash_combine(e->refs.len, e->hash);
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

static void rank(making *m, const nt_query *query, const nt_value *config) {
  nt_site *site = m->ev->site;
  const nt_locale *locale = nt_language_locale(site->inputs, m->lang);
  nt_ranking_of of = {.records = &site->records,
                      .phase = m->ev->phase,
                      .lang = m->lang,
                      .conditions = query,
                      .order = nt_orders_get(nt_queries_orders(site->queries), locale, query->sorts, query->sort_count),
                      .postings = nt_queries_postings(site->queries),
                      .considered = nt_queries_counter(site->queries)};
  nt_hash settings = nt_value_hash(config);
  nt_ranking_update(&m->index->ranking, &of, m->index->settings != settings);
  m->index->settings = settings;
}

static void begin_anew(nt_term_index *index) {
  nt_map_deinit(&index->by_slug);
  nt_arena_free(index->arena);
  index->arena = nt_arena_new();
  index->fault_hash = NT_HASH_ABSENT;
  nt_diags_init(&index->faults, index->arena);
}

void nt_term_index_make(nt_term_index *index, nt_evaluation *ev, nt_str taxonomy, nt_str lang, const nt_value *config) {
  enum { SPARE = 64 };
  making m = {.index = index, .ev = ev, .taxonomy = taxonomy, .lang = lang};
  const nt_query *query = query_of(&m, config);
  nt_evaluation_trace(ev, query);
  nt_evaluation_trace_column(ev, taxonomy);
  begin_anew(index);
  rank(&m, query, config);
  nt_spellings_follow(&index->spellings, &ev->site->records);
  count_all(&m);
  choose_spellings(&m);
  name_terms(&m, config);
  if (m.doubtful) report_all(&m);
  finish(&m);
  if (index->spellings.all.len > 2 * m.used + SPARE) nt_spellings_forget(&index->spellings);
  nt_map_deinit(&m.entries);
}

void nt_term_index_deinit(nt_term_index *index) {
  nt_map_deinit(&index->by_slug);
  nt_arena_free(index->arena);
  nt_ranking_deinit(&index->ranking);
  nt_spellings_forget(&index->spellings);
  *index = (nt_term_index){0};
}
