#include "engine/trace/edges.h"

#include "engine/engine.h"
#include "engine/plan/addresses.h"
#include "engine/verdict.h"

/* A reader, as it was when it read: one that has run since has another version, and this entry counts no more. Entries
 * of the past are dropped where a list is gone through or would grow. */
typedef struct edge {
  nt_step_reader reader;
  uint32_t version;
} edge;

typedef struct edge_list {
  edge *items;
  uint32_t len, cap;
} edge_list;

/* What makes its nodes change. */
typedef enum group {
  OF_INPUTS,
  OF_ASSETS,
  OF_CLOCK,
  OF_DOCUMENT,       /* one document by name: found when that is touched */
  OF_COLUMNS_BEFORE, /* collect hooks */
  OF_COLUMNS,
  OF_QUESTIONS_BEFORE,
  OF_QUESTIONS,
  OF_COLLECT,
  OF_PLAN,
  GROUPS
} group;

typedef struct node {
  nt_key key;
  uint8_t phase; /* nt_query_phase: which of its answers */
  nt_hash hash;
  edge_list readers;
} node;

/* A document, as its readers saw it. The body stands apart: who shows a title in a list need not be asked about it. */
typedef struct slot {
  nt_hash asked; /* what questions are answered from */
  nt_hash fields, body, url;
  edge_list of_fields, of_body;
} slot;

enum { SORTS = 3 };

struct nt_edges {
  NT_VEC(slot) slots;
  NT_VEC(node) nodes;
  uint32_t *table; /* open addressing: index + 1 into nodes */
  size_t table_size;
  NT_VEC(uint32_t) groups[GROUPS];
  NT_VEC(uint32_t) versions[SORTS]; /* by number; odd while its edges count */
  uint64_t position;                /* in the log of touched documents */
  uint64_t loads;
  size_t questions; /* how many were left when those that nobody asks were forgotten last */
  nt_hash registrations[NT_BLOCKS + 1];
};

nt_step_reader nt_reader_document(const nt_record *record) {
  return record->slot;
}

nt_step_reader nt_reader_page(const nt_page_record *page) {
  return 1u << NT_READER_SORT | page->number;
}

static uint32_t number_of(nt_step_reader reader) {
  return reader & ((1u << NT_READER_SORT) - 1);
}

nt_edges *nt_edges_new(void) {
  return nt_zalloc(sizeof(nt_edges));
}

void nt_edges_free(nt_edges *e) {
  if (!e) return;
  for (size_t i = 0; i < e->slots.len; i++) {
    free(e->slots.items[i].of_fields.items);
    free(e->slots.items[i].of_body.items);
  }
  for (size_t i = 0; i < e->nodes.len; i++) free(e->nodes.items[i].readers.items);
  for (int i = 0; i < GROUPS; i++) nt_vec_deinit(&e->groups[i]);
  for (int i = 0; i < SORTS; i++) nt_vec_deinit(&e->versions[i]);
  nt_vec_deinit(&e->slots);
  nt_vec_deinit(&e->nodes);
  free(e->table);
  free(e);
}

/* ---- versions ---- */

static uint32_t *version_of(nt_edges *e, nt_step_reader reader) {
  uint32_t sort = reader >> NT_READER_SORT, number = number_of(reader);
  while (e->versions[sort].len <= number) nt_push(&e->versions[sort], 0);
  return &e->versions[sort].items[number];
}

static bool counts(nt_edges *e, edge of) {
  return *version_of(e, of.reader) == of.version;
}

void nt_edges_begin(nt_site *site, nt_step_reader reader) {
  uint32_t *version = version_of(site->edges, reader);
  *version = (*version + 2) | 1;
}

void nt_edges_forget(nt_site *site, nt_step_reader reader) {
  uint32_t *version = version_of(site->edges, reader);
  *version += *version & 1;
}

bool nt_edges_knows(const nt_site *site, nt_step_reader reader) {
  return *version_of(site->edges, reader) & 1;
}

/* ---- lists ---- */

static void drop_past(nt_edges *e, edge_list *list) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < list->len; i++)
    if (counts(e, list->items[i])) list->items[kept++] = list->items[i];
  list->len = kept;
}

static void list_add(nt_edges *e, edge_list *list, edge added) {
  if (list->len) {
    edge last = list->items[list->len - 1];
    if (last.reader == added.reader && last.version == added.version) return;
  }
  if (list->len == list->cap) {
    drop_past(e, list);
    if (list->len >= list->cap / 4 * 3) {
      list->cap = list->cap ? list->cap * 2 : 2;
      list->items = nt_realloc(list->items, list->cap * sizeof *list->items);
    }
  }
  list->items[list->len++] = added;
}

static bool is_read(nt_edges *e, edge_list *list) {
  for (uint32_t i = 0; i < list->len; i++)
    if (counts(e, list->items[i])) return true;
  list->len = 0;
  return false;
}

/* ---- nodes ---- */

static nt_query_phase phase_of(nt_key key, nt_run_scope scope) {
  nt_key_class cls = nt_key_class_of(key);
  if (cls != NT_KEY_FIELD && cls != NT_KEY_QUERY) return NT_AFTER_COLLECT;
  if (scope == NT_RUN_COLLECT) return NT_BEFORE_COLLECT;
  return cls == NT_KEY_FIELD && scope == NT_RUN_PLAN ? NT_BEFORE_PLAN : NT_AFTER_COLLECT;
}

static nt_run_scope scope_of(nt_query_phase phase) {
  return phase == NT_BEFORE_COLLECT ? NT_RUN_COLLECT : phase == NT_BEFORE_PLAN ? NT_RUN_PLAN : NT_RUN_PAGE;
}

static bool begins(nt_str name, const char *const *words) {
  for (; *words; words++)
    if (nt_str_starts(name, nt_str_c(*words))) return true;
  return false;
}

static group group_of_query(nt_str name, nt_query_phase phase) {
  static const char *const of_document[] = {"id:", "item:", NULL};
  static const char *const of_plan[] = {"page:", "count:", "hooked:", "bytes:", "menu:", "ref:", NULL};
  if (begins(name, of_document)) return OF_DOCUMENT;
  if (begins(name, of_plan) || nt_str_eq(name, NT_STR("pages"))) return OF_PLAN;
  if (nt_str_eq(name, NT_STR("assets")) || nt_str_eq(name, NT_STR("withheld")) || nt_str_eq(name, NT_STR("collected")))
    return OF_COLLECT;
  return phase == NT_BEFORE_COLLECT ? OF_QUESTIONS_BEFORE : OF_QUESTIONS;
}

static group group_of(const nt_site *site, nt_key key, nt_query_phase phase) {
  switch (nt_key_class_of(key)) {
  case NT_KEY_FIELD: return phase == NT_BEFORE_COLLECT ? OF_COLUMNS_BEFORE : OF_COLUMNS;
  case NT_KEY_QUERY: return group_of_query(nt_names_str(site->names, key.name), phase);
  case NT_KEY_CONFIG: return nt_key_scope_of(key) ? OF_COLLECT : OF_INPUTS;
  case NT_KEY_URL: return OF_PLAN;
  case NT_KEY_ASSET: return nt_key_scope_of(key) ? OF_PLAN : OF_ASSETS;
  case NT_KEY_CLOCK: return OF_CLOCK;
  default: return OF_INPUTS;
  }
}

static size_t place_of(const nt_edges *e, nt_key key, nt_query_phase phase) {
  uint64_t mixed = (((uint64_t)key.place << 32 | key.name) + phase) * 0x9E3779B97F4A7C15u;
  size_t mask = e->table_size - 1, at = (size_t)(mixed >> 32) & mask;
  for (; e->table[at]; at = (at + 1) & mask) {
    const node *n = &e->nodes.items[e->table[at] - 1];
    if (n->key.place == key.place && n->key.name == key.name && n->phase == phase) break;
  }
  return at;
}

static void grow_table(nt_edges *e) {
  free(e->table);
  e->table_size = e->table_size ? e->table_size * 2 : 1024;
  e->table = nt_zalloc(e->table_size * sizeof *e->table);
  for (size_t i = 0; i < e->nodes.len; i++) {
    const node *n = &e->nodes.items[i];
    e->table[place_of(e, n->key, (nt_query_phase)n->phase)] = (uint32_t)i + 1;
  }
}

static node *find_node(nt_edges *e, nt_key key, nt_query_phase phase) {
  uint32_t found = e->table_size ? e->table[place_of(e, key, phase)] : 0;
  return found ? &e->nodes.items[found - 1] : NULL;
}

static node *get_node(nt_site *site, nt_key key, nt_query_phase phase, nt_hash hash) {
  nt_edges *e = site->edges;
  node *found = find_node(e, key, phase);
  if (found) return found;
  if ((e->nodes.len + 1) * 2 > e->table_size) grow_table(e);
  nt_push(&e->nodes, ((node){.key = key, .phase = (uint8_t)phase, .hash = hash}));
  e->table[place_of(e, key, phase)] = (uint32_t)e->nodes.len;
  nt_push(&e->groups[group_of(site, key, phase)], (uint32_t)e->nodes.len - 1);
  return &e->nodes.items[e->nodes.len - 1];
}

/* ---- suspects ---- */

static void suspect(nt_site *site, nt_step_reader reader) {
  uint32_t number = number_of(reader);
  switch (reader >> NT_READER_SORT) {
  case 0: nt_site_suspect_document(site, site->records.slots.items[number]); break;
  case 1: nt_site_suspect_page(site, site->plan.numbered.items[number]); break;
  default: *(reader == NT_READER_COLLECT ? &site->collect_suspect : &site->plan_suspect) = true;
  }
}

static void suspect_all(nt_site *site, edge_list *list) {
  drop_past(site->edges, list);
  for (uint32_t i = 0; i < list->len; i++) suspect(site, list->items[i].reader);
}

static void look_again(nt_site *site, node *n) {
  nt_hash hash = nt_key_now(site, scope_of((nt_query_phase)n->phase), n->key);
  if (hash == n->hash) return;
  n->hash = hash;
  suspect_all(site, &n->readers);
}

/* Nodes that nobody reads keep the hash they had: whoever comes to read one finds that out. */
static void look_at_group(nt_site *site, group which) {
  nt_edges *e = site->edges;
  for (size_t i = 0; i < e->groups[which].len; i++) {
    node *n = &e->nodes.items[e->groups[which].items[i]];
    if (is_read(e, &n->readers)) look_again(site, n);
  }
}

/* ---- what was read ---- */

static slot *get_slot(nt_edges *e, uint32_t number) {
  while (e->slots.len <= number) nt_push(&e->slots, (slot){0});
  return &e->slots.items[number];
}

/* NULL if the key has a node of its own, as a link seen from a document has: it may lead elsewhere though the document
 * is as it was. */
static edge_list *list_of_slot(nt_edges *e, nt_key key) {
  nt_key_class cls = nt_key_class_of(key);
  bool of_fields = cls == NT_KEY_FIELD || (cls == NT_KEY_URL && !key.name);
  if (nt_key_scope_of(key) == NT_SCOPE_ALL || (!of_fields && cls != NT_KEY_BODY)) return NULL;
  slot *s = get_slot(e, nt_key_scope_of(key));
  return of_fields ? &s->of_fields : &s->of_body;
}

/* What steps say of their own document or page: its source tells when that changes, or the plan. */
static bool is_own(const nt_site *site, nt_step_reader reader, nt_key key) {
  if (nt_key_class_of(key) == NT_KEY_FILE) return true;
  if (reader >> NT_READER_SORT != 1 || nt_key_class_of(key) != NT_KEY_QUERY) return false;
  const nt_page_record *page = site->plan.numbered.items[number_of(reader)];
  nt_str name = nt_names_str(site->names, key.name);
  if (nt_str_starts(name, NT_STR("hooked:")) || nt_str_starts(name, NT_STR("bytes:"))) return true;
  return nt_str_starts(name, NT_STR("page:")) && nt_str_eq(nt_str_sub(name, 5, name.len), page->path);
}

void nt_edges_add(nt_site *site, nt_step_reader reader, nt_run_scope scope, const nt_step *step) {
  nt_edges *e = site->edges;
  edge added = {reader, *version_of(e, reader)};
  for (uint32_t i = 0; i < step->count; i++) {
    nt_key key = step->trace[i].key;
    if (nt_key_is_ignored(site, key) || is_own(site, reader, key)) continue;
    edge_list *of_slot = list_of_slot(e, key);
    if (of_slot) {
      list_add(e, of_slot, added);
      continue;
    }
    node *n = get_node(site, key, phase_of(key, scope), step->trace[i].hash);
    if (n->hash != step->trace[i].hash) look_again(site, n);
    list_add(e, &n->readers, added);
  }
}

/* ---- what changed ---- */

static bool is_registered_anew(nt_edges *e, const nt_inputs *in, int event) {
  bool other = e->registrations[event] != in->registrations[event];
  e->registrations[event] = in->registrations[event];
  return other;
}

/* Which hooks there are says also who has none: no step has read that. */
void nt_edges_inputs(nt_site *site) {
  nt_edges *e = site->edges;
  if (e->loads == site->loads) return;
  e->loads = site->loads;
  const nt_inputs *in = site->inputs;
  bool documents = is_registered_anew(e, in, NT_EVENT_DOCUMENT) | is_registered_anew(e, in, NT_BLOCKS);
  bool pages = is_registered_anew(e, in, NT_EVENT_PAGE) | is_registered_anew(e, in, NT_EVENT_OUTPUT);
  if (documents) nt_sources_mark(site);
  for (size_t i = 0; pages && i < site->plan.pages.len; i++) nt_site_suspect_page(site, site->plan.pages.items[i]);
  look_at_group(site, OF_INPUTS);
  look_at_group(site, OF_ASSETS);
  site->asked_anew = true;
}

void nt_edges_assets(nt_site *site) {
  look_at_group(site, OF_ASSETS);
}

void nt_edges_clock(nt_site *site) {
  look_at_group(site, OF_CLOCK);
}

/* Of what readers of one document's fields, or of its body, may have read. */
static void look_at_slot(nt_site *site, const nt_record *r) {
  slot *s = get_slot(site->edges, r->slot);
  const nt_frozen *f = r->frozen;
  nt_hash asked = NT_HASH_ABSENT, fields = NT_HASH_ABSENT, body = NT_HASH_ABSENT;
  if (f) {
    fields = nt_hash_combine(nt_hash_bytes(f->kind), nt_hash_bytes(f->lang));
    fields = nt_hash_combine(fields, nt_hash_combine(nt_hash_bytes(f->source), nt_hash_bytes(f->file)));
    fields = nt_hash_combine(fields, nt_hash_combine(nt_hash_bytes(f->name), f->fields_hash));
    asked = nt_hash_combine(fields, (nt_hash)r->generation << 2 | (r->source == NT_SOURCE_NONE) << 1 | r->displaced);
    fields = nt_hash_combine(fields, nt_hash_combine(f->links.hash, f->links.anchors_hash));
    body = f->body_hash;
  }
  site->asked_anew |= asked != s->asked;
  s->asked = asked;
  if (fields != s->fields) suspect_all(site, &s->of_fields);
  if (body != s->body) suspect_all(site, &s->of_body);
  s->fields = fields;
  s->body = body;
}

static void look_by_name(nt_site *site, const char *class, const nt_record *r) {
  nt_buf name = {0};
  nt_buf_c(&name, class);
  nt_buf_put(&name, r->id);
  uint32_t id = nt_names_known(site->names, nt_buf_str(&name));
  nt_buf_deinit(&name);
  for (int phase = 0; id && phase < NT_BEFORE_PLAN; phase++) {
    node *n = find_node(site->edges, nt_key_of(NT_KEY_QUERY, 0, id), (nt_query_phase)phase);
    if (n) look_again(site, n);
  }
}

void nt_edges_documents(nt_site *site) {
  nt_edges *e = site->edges;
  const nt_touched *log = &site->records.touched;
  site->touched |= e->position < nt_records_position(&site->records);
  for (; e->position < nt_records_position(&site->records); e->position++) {
    nt_record *r = site->records.slots.items[log->slots.items[e->position - log->first]];
    nt_verdict_count_document(site, r);
    look_at_slot(site, r);
    look_by_name(site, "id:", r);
    look_by_name(site, "item:", r);
  }
  nt_records_trim_touched(&site->records);
}

void nt_edges_columns(nt_site *site, bool after_collect) {
  look_at_group(site, after_collect ? OF_COLUMNS : OF_COLUMNS_BEFORE);
}

void nt_edges_questions(nt_site *site, bool after_collect) {
  look_at_group(site, after_collect ? OF_QUESTIONS : OF_QUESTIONS_BEFORE);
}

void nt_edges_collected(nt_site *site) {
  look_at_group(site, OF_COLLECT);
}

static void look_at_addresses(nt_site *site) {
  nt_edges *e = site->edges;
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_hash url = nt_address_hash(nt_address_of(site, site->records.slots.items[i]));
    slot *s = get_slot(e, (uint32_t)i);
    if (url != s->url) suspect_all(site, &s->of_fields);
    s->url = url;
  }
}

void nt_edges_planned(nt_site *site) {
  look_at_addresses(site);
  look_at_group(site, OF_PLAN);
}

/* ---- questions that nobody asks any more ---- */

static bool is_asked(void *ud, nt_key key, nt_query_phase phase) {
  node *n = find_node(ud, key, phase);
  return n && is_read(ud, &n->readers);
}

/* When most of them may be such: an epoch must not go through all questions. */
void nt_edges_forget_questions(nt_site *site) {
  enum { SPARE = 256 };
  nt_edges *e = site->edges;
  if (nt_queries_count(site->queries) < 2 * e->questions + SPARE) return;
  nt_queries_forget(site, NT_BEFORE_COLLECT, is_asked, e);
  nt_queries_forget(site, NT_AFTER_COLLECT, is_asked, e);
  e->questions = nt_queries_count(site->queries);
}

/* ---- the clock ---- */

uint64_t nt_edges_resolutions(nt_site *site) {
  nt_edges *e = site->edges;
  uint64_t read = 0;
  for (size_t i = 0; i < e->groups[OF_CLOCK].len; i++) {
    node *n = &e->nodes.items[e->groups[OF_CLOCK].items[i]];
    if (is_read(e, &n->readers)) read |= (uint64_t)1 << nt_key_scope_of(n->key);
  }
  return read;
}
