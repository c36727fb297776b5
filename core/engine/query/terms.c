#include "engine/query/terms.h"

#include "base/url.h"
#include "engine/engine.h"
#include "engine/inputs/languages.h"
#include "engine/query/term_index.h"

/* A taxonomy in a language, and its index as it last was. */
typedef struct memo {
  nt_query_phase phase;
  nt_str taxonomy, lang;
  uv_mutex_t lock; /* held while it is made: the others wait for it */
  uint64_t turn;   /* when it was last found to be right */
  nt_step step;
  nt_term_index index;
  uint64_t pages_turn; /* when this was made, which the plan must precede */
  nt_map pages;        /* slug -> the first page that lists its documents */
  nt_hash pages_hash;
} memo;

struct nt_term_indexes {
  uv_mutex_t lock;
  nt_arena *arena;
  nt_map memos[2]; /* by phase: "sv/topics" -> memo */
};

nt_term_indexes *nt_term_indexes_new(void) {
  nt_term_indexes *all = nt_zalloc(sizeof *all);
  uv_mutex_init(&all->lock);
  all->arena = nt_arena_new();
  return all;
}

static void memo_free(memo *m) {
  nt_step_deinit(&m->step);
  nt_term_index_deinit(&m->index);
  nt_map_deinit(&m->pages);
  uv_mutex_destroy(&m->lock);
  free(m);
}

void nt_term_indexes_free(nt_term_indexes *all) {
  const nt_map_entry *e;
  for (int phase = 0; phase < 2; phase++) {
    for (size_t i = 0; nt_map_each(&all->memos[phase], &i, &e);) memo_free(e->value);
    nt_map_deinit(&all->memos[phase]);
  }
  uv_mutex_destroy(&all->lock);
  nt_arena_free(all->arena);
  free(all);
}

void nt_terms_split(nt_str collection, nt_str *taxonomy, nt_str *slug) {
  size_t slash = nt_str_find_last(collection, '/');
  *taxonomy = slash < collection.len ? nt_str_sub(collection, 0, slash) : nt_str_n("", 0);
  *slug = nt_str_sub(collection, slash + 1, collection.len);
}

/* ---- the memo ---- */

static nt_hash documents_hash(const nt_term_index *index, nt_str slug) {
  const nt_term_documents *d = nt_map_get(&index->by_slug, slug);
  return d ? d->hash : NT_HASH_ABSENT;
}

static void make(nt_site *site, memo *m) {
  nt_evaluation ev;
  const nt_taxonomy *configured = nt_inputs_taxonomy(site->inputs, m->taxonomy);
  const nt_value *config = configured ? &configured->config : NULL;
  nt_evaluation_init(&ev, site, m->phase);
  nt_evaluation_trace_config(&ev, 0, nt_arena_format(ev.arena, "taxonomies/%.*s", NT_FMT(m->taxonomy)));
  if (config)
    nt_term_index_make(&m->index, &ev, m->taxonomy, m->lang, config);
  else
    nt_term_index_deinit(&m->index);
  nt_step_set(&m->step, &ev.tracer, NT_STEP_OK, m->index.list_hash, NULL);
  nt_evaluation_deinit(&ev);
}

static memo *find_memo(nt_site *site, nt_str taxonomy, nt_str lang, nt_query_phase phase) {
  nt_term_indexes *all = nt_queries_indexes(site->queries);
  nt_buf key = {0};
  nt_buf_format(&key, "%.*s/%.*s", NT_FMT(lang), NT_FMT(taxonomy));
  uv_mutex_lock(&all->lock);
  memo *m = nt_map_get(&all->memos[phase], nt_buf_str(&key));
  if (!m) {
    m = nt_zalloc(sizeof *m);
    uv_mutex_init(&m->lock);
    m->phase = phase;
    nt_str kept = nt_arena_str(all->arena, nt_buf_str(&key));
    m->lang = nt_str_sub(kept, 0, lang.len);
    m->taxonomy = nt_str_sub(kept, lang.len + 1, kept.len);
    nt_map_set(&all->memos[phase], kept, m);
  }
  uv_mutex_unlock(&all->lock);
  nt_buf_deinit(&key);
  return m;
}

/* The taxonomy's index, right for this turn; NULL if there is no such taxonomy. */
static memo *ask(nt_site *site, nt_str taxonomy, nt_str lang, nt_query_phase phase) {
  if (!nt_inputs_taxonomy(site->inputs, taxonomy)) return NULL;
  memo *m = find_memo(site, taxonomy, nt_language_narrow(site->inputs, lang), phase);
  uint64_t turn = nt_queries_current(site->queries);
  uv_mutex_lock(&m->lock);
  if (m->turn != turn) {
    nt_run_scope scope = phase == NT_BEFORE_COLLECT ? NT_RUN_COLLECT : NT_RUN_PAGE;
    bool holds = nt_step_holds(site, NULL, scope, &m->step);
    nt_span span = holds ? (nt_span){0} : nt_span_work(site->profile, NT_STEP_QUERY);
    if (!holds) make(site, m);
    nt_span_end(span);
    nt_site_count(site, NT_STEP_QUERY, !holds);
    m->turn = turn;
  }
  uv_mutex_unlock(&m->lock);
  return m;
}

/* ---- where terms are listed ---- */

static bool lists_term(const memo *m, const nt_page *page) {
  return page->term.len && !page->prev.len && !page->home.len && nt_str_eq(page->taxonomy, m->taxonomy) &&
         (!m->lang.len || nt_str_eq(page->lang, m->lang));
}

/* After the plan, whose pages nobody changes any more. */
static void find_pages(nt_site *site, memo *m) {
  uint64_t turn = nt_queries_current(site->queries);
  uv_mutex_lock(&m->lock);
  if (m->pages_turn != turn) {
    nt_map_clear(&m->pages);
    for (size_t i = 0; i < site->plan.pages.len; i++) {
      nt_page *page = &site->plan.pages.items[i]->page;
      if (lists_term(m, page) && !nt_map_has(&m->pages, page->term)) nt_map_set(&m->pages, page->term, page);
    }
    m->pages_hash = 1;
    for (size_t i = 0; i < m->index.list.len; i++) {
      const nt_page *page = nt_map_get(&m->pages, m->index.list.items[i].slug);
      m->pages_hash = nt_hash_combine(m->pages_hash, page ? nt_hash_bytes(page->url) : NT_HASH_ABSENT);
    }
    m->pages_turn = turn;
  }
  uv_mutex_unlock(&m->lock);
}

/* ---- reading ---- */

static void trace(nt_run *run, const char *class, nt_str lang, nt_str taxonomy, nt_hash hash) {
  nt_str name = nt_arena_format(run->reader.arena, "%s:%.*s/%.*s", class, NT_FMT(lang), NT_FMT(taxonomy));
  nt_run_trace(run, NT_KEY_QUERY, 0, name, hash);
}

static memo *read_index(nt_run *run, nt_str taxonomy, nt_str lang) {
  memo *m = ask(run->site, taxonomy, lang, run->scope == NT_RUN_COLLECT ? NT_BEFORE_COLLECT : NT_AFTER_COLLECT);
  if (!m) /* nothing else tells of its coming */
    nt_run_trace(run, NT_KEY_CONFIG, 0, nt_arena_format(run->reader.arena, "taxonomies/%.*s", NT_FMT(taxonomy)),
                 NT_HASH_ABSENT);
  trace(run, "terms", m ? m->lang : lang, taxonomy, m ? m->index.list_hash : NT_HASH_ABSENT);
  return m;
}

bool nt_terms_list(nt_run *run, nt_str taxonomy, nt_str lang, nt_terms *out) {
  memo *m = read_index(run, taxonomy, lang);
  *out = (nt_terms){0};
  if (!m) return false;
  *out = m->index.list;
  if (run->scope != NT_RUN_PLAN) return true;
  trace(run, "term-faults", m->lang, taxonomy, m->index.fault_hash);
  for (size_t i = 0; i < m->index.faults.len; i++) nt_diags_add(&run->diags, &m->index.faults.items[i]);
  return true;
}

static nt_value term_value(const nt_run *run, const memo *m, const nt_term *t) {
  nt_arena *arena = run->reader.arena;
  nt_value map = nt_map_new(arena), title = nt_string(t->label), slug = nt_string(t->slug);
  const nt_page *page = nt_map_get(&m->pages, t->slug);
  nt_str url = page ? nt_url_rooted(run->site->inputs->url, page->url, arena) : nt_str_n("", 0);
  nt_map_put(&map, arena, NT_STR("title"), (nt_pos){0}, title);
  nt_map_put(&map, arena, NT_STR("term"), (nt_pos){0}, slug);
  nt_map_put(&map, arena, NT_STR("url"), (nt_pos){0}, nt_string(url));
  nt_map_put(&map, arena, NT_STR("count"), (nt_pos){0}, nt_int((int64_t)t->count));
  return map;
}

const nt_value *nt_terms_read(nt_reader *reader, nt_str taxonomy, nt_str lang) {
  nt_run *run = (nt_run *)reader;
  if (run->scope != NT_RUN_PAGE) return NULL;
  memo *m = read_index(run, taxonomy, lang);
  if (!m) return NULL;
  find_pages(run->site, m);
  trace(run, "term-pages", m->lang, taxonomy, m->pages_hash);
  nt_value *list = NT_NEW(reader->arena, nt_value);
  *list = nt_list_new(reader->arena);
  for (size_t i = 0; i < m->index.list.len; i++)
    nt_list_push(list, reader->arena, term_value(run, m, &m->index.list.items[i]));
  return list;
}

/* ---- for queries ---- */

bool nt_terms_documents(nt_site *site, nt_str collection, nt_str lang, nt_query_phase phase, nt_docrefs *out,
                        uint32_t *name, nt_hash *hash) {
  nt_str taxonomy, slug;
  nt_terms_split(collection, &taxonomy, &slug);
  const memo *m = ask(site, taxonomy, lang, phase);
  *out = (nt_docrefs){0};
  if (!m) return false;
  const nt_term_documents *d = nt_map_get(&m->index.by_slug, slug);
  if (d) *out = d->refs;
  nt_buf key = {0};
  nt_buf_format(&key, "term:%.*s/%.*s", NT_FMT(m->lang), NT_FMT(collection));
  *name = nt_names_id(site->names, nt_buf_str(&key));
  nt_buf_deinit(&key);
  *hash = documents_hash(&m->index, slug);
  return true;
}

bool nt_terms_key(nt_site *site, nt_query_phase phase, nt_str name, nt_hash *hash) {
  size_t colon = nt_str_find(name, ':');
  nt_str class = nt_str_sub(name, 0, colon), rest = nt_str_sub(name, colon + 1, name.len);
  nt_str lang = nt_str_sub(rest, 0, nt_str_find(rest, '/')), taxonomy, slug = nt_str_n("", 0);
  bool one = nt_str_eq(class, NT_STR("term")), list = nt_str_eq(class, NT_STR("terms"));
  bool faults = nt_str_eq(class, NT_STR("term-faults")), pages = nt_str_eq(class, NT_STR("term-pages"));
  if (!one && !list && !faults && !pages) return false;
  taxonomy = nt_str_sub(rest, lang.len + 1, rest.len);
  if (one) nt_terms_split(nt_str_sub(rest, lang.len + 1, rest.len), &taxonomy, &slug);
  memo *m = ask(site, taxonomy, lang, phase);
  if (m && pages) find_pages(site, m);
  *hash = !m       ? NT_HASH_ABSENT
          : one    ? documents_hash(&m->index, slug)
          : list   ? m->index.list_hash
          : faults ? m->index.fault_hash
                   : m->pages_hash;
  return true;
}
