/* References from one document to another, as fields of type ref have them. */
#include "engine/addresses.h"
#include "engine/planning.h"

#include "base/path.h"

/* ---- names ---- */

static void name_record(nt_planning *p, nt_str name, nt_record *record) {
  if (!name.len) return;
  nt_named *named = NT_NEW(p->arena, nt_named), *first = nt_map_get(&p->plan->by_name, name);
  *named = (nt_named){record, first ? first->next : NULL};
  if (first)
    first->next = named;
  else
    nt_map_set(&p->plan->by_name, nt_arena_str(p->arena, name), named);
}

static void name_all(nt_planning *p) {
  const nt_records *records = &p->site->records;
  for (size_t i = 0; i < records->slots.len; i++) {
    nt_record *r = records->slots.items[i];
    if (!r->frozen) continue;
    nt_str name = r->frozen->name, last = nt_path_base(name);
    name_record(p, name, r);
    if (last.len != name.len) name_record(p, last, r);
  }
}

static bool is_reference(const nt_field *field, int depth) {
  if (field->type == NT_FIELD_REF) return true;
  if (depth > 8) return false;
  if (field->type == NT_FIELD_LIST) return field->of && is_reference(field->of, depth + 1);
  for (size_t i = 0; field->type == NT_FIELD_MAP && i < field->field_count; i++)
    if (is_reference(&field->fields[i], depth + 1)) return true;
  return false;
}

static bool has_references(const nt_inputs *in) {
  for (size_t k = 0; k < in->kinds.len; k++)
    for (size_t i = 0; i < in->kinds.items[k].field_count; i++)
      if (is_reference(&in->kinds.items[k].fields[i], 0)) return true;
  return false;
}

/* ---- references that name nothing ---- */

typedef struct edge {
  nt_record *from;
  const nt_record *to; /* NULL: nothing */
  nt_str path, value;
  size_t next; /* index + 1 of another one to the same document, or 0 */
} edge;

/* What refers to what, and who was found to refer to nothing. */
typedef struct graph {
  nt_planning *p;
  nt_diags *diags;
  nt_record *from; /* whose edges are added */
  NT_VEC(edge) edges;
  size_t *heads; /* for each slot the first edge to it: index + 1, or 0 */
  NT_VEC(uint32_t) astray;
} graph;

static void add_edge(void *ud, const nt_pointer *pointer) {
  graph *g = ud;
  if (pointer->type != NT_FIELD_REF) return;
  const nt_record *to =
      nt_address_refer(g->p->site, g->from, pointer->value, pointer->field->kind, g->p->run->reader.arena);
  nt_push(&g->edges, ((edge){g->from, to, pointer->path, pointer->value, 0}));
}

static void add_edges(graph *g) {
  size_t count;
  nt_record **all = nt_plan_by_id(g->p, &count);
  for (size_t i = 0; i < count; i++) {
    g->from = all[i];
    nt_plan_each_pointer(nt_inputs_kind(g->p->site->inputs, all[i]->frozen->kind), &all[i]->frozen->fields,
                         g->p->run->reader.arena, add_edge, g);
  }
  g->heads = NT_NEW_N(g->p->run->reader.arena, size_t, g->p->site->records.slots.len + 1);
  for (size_t i = g->edges.len; i; i--) {
    edge *e = &g->edges.items[i - 1];
    if (!e->to) continue;
    e->next = g->heads[e->to->slot];
    g->heads[e->to->slot] = i;
  }
}

static void go_astray(graph *g, const edge *e) {
  nt_where where = {.doc = e->from->frozen->id, .file = e->from->frozen->file, .field = e->path};
  nt_report(g->diags, NT_MSG_ref_unresolved, where, e->path, e->value);
  if (!e->from->astray) nt_push(&g->astray, e->from->slot);
  e->from->astray = true;
}

/* True if documents were found whose references name nothing, or one of those in turn: a chain of any length is found
 * at once, for after each find the documents are planned anew. */
static bool find_astray(nt_planning *p, nt_diags *diags) {
  graph g = {.p = p, .diags = diags};
  add_edges(&g);
  for (size_t i = 0; i < g.edges.len; i++) {
    const edge *e = &g.edges.items[i];
    if (!e->to || e->to->displaced) go_astray(&g, e);
  }
  for (size_t i = 0; i < g.astray.len; i++)
    for (size_t at = g.heads[g.astray.items[i]]; at; at = g.edges.items[at - 1].next)
      if (!g.edges.items[at - 1].from->astray) go_astray(&g, &g.edges.items[at - 1]);
  bool found = g.astray.len > 0;
  nt_vec_deinit(&g.edges);
  nt_vec_deinit(&g.astray);
  return found;
}

/* ---- circles ---- */

typedef struct next_of {
  nt_planning *p;
  const nt_record *from;
  nt_str path;
  const nt_record *to;
} next_of;

static void take_next(void *ud, const nt_pointer *pointer) {
  next_of *n = ud;
  if (pointer->type != NT_FIELD_REF || pointer->in_list || n->to || !nt_str_eq(pointer->path, n->path)) return;
  n->to = nt_address_refer(n->p->site, n->from, pointer->value, pointer->field->kind, n->p->run->reader.arena);
}

static const nt_record *next(nt_planning *p, const nt_record *from, nt_str path) {
  next_of n = {p, from, path, NULL};
  nt_plan_each_pointer(nt_inputs_kind(p->site->inputs, from->frozen->kind), &from->frozen->fields, p->run->reader.arena,
                       take_next, &n);
  return n.to && n.to->frozen && !n.to->displaced ? n.to : NULL;
}

static void report_circle(nt_planning *p, const nt_record *start, nt_str path) {
  nt_buf chain = {0};
  nt_buf_put(&chain, start->path);
  const nt_record *r = start;
  do {
    r = next(p, r, path);
    nt_buf_format(&chain, " → %.*s", NT_FMT(r->path));
  } while (r != start);
  nt_where where = {.doc = start->frozen->id, .file = start->frozen->file, .field = path};
  nt_report(p->diags, NT_MSG_ref_circle, where, path, nt_buf_str(&chain));
  nt_buf_deinit(&chain);
}

/* Each document has at most one next: a walk that meets itself has found a circle, one that meets another is over. */
static void find_circles(nt_planning *p, nt_record **all, size_t count, nt_str path) {
  uint32_t *walks = NT_NEW_N(p->run->reader.arena, uint32_t, p->site->records.slots.len + 1);
  for (size_t i = 0; i < count; i++) {
    const nt_record *r = all[i];
    uint32_t walk = (uint32_t)i + 1;
    while (r && !walks[r->slot]) {
      walks[r->slot] = walk;
      r = next(p, r, path);
    }
    if (r && walks[r->slot] == walk) report_circle(p, r, path);
  }
}

typedef struct paths {
  nt_map known;
} paths;

static void note_path(void *ud, const nt_pointer *pointer) {
  paths *all = ud;
  if (pointer->type == NT_FIELD_REF && !pointer->in_list) nt_map_set(&all->known, pointer->path, all);
}

static void report_circles(nt_planning *p) {
  size_t count;
  paths fields = {{0}};
  const nt_map_entry *e;
  nt_record **all = nt_plan_by_id(p, &count);
  for (size_t i = 0; i < count; i++)
    nt_plan_each_pointer(nt_inputs_kind(p->site->inputs, all[i]->frozen->kind), &all[i]->frozen->fields,
                         p->run->reader.arena, note_path, &fields);
  for (size_t i = 0; nt_map_each(&fields.known, &i, &e);) find_circles(p, all, count, e->key);
  nt_map_deinit(&fields.known);
}

/* ---- the whole ---- */

/* Who is withheld gives up its address, which another may then have: the documents are planned again without it. That
 * ends, since nobody comes back within one plan. */
void nt_plan_settle(nt_planning *p) {
  const nt_records *records = &p->site->records;
  nt_diags astray;
  nt_diags_init(&astray, p->diags->arena);
  for (size_t i = 0; i < records->slots.len; i++) records->slots.items[i]->astray = false;
  for (bool again = true; again;) {
    name_all(p);
    nt_plan_documents(p);
    again = has_references(p->site->inputs) && find_astray(p, &astray);
    if (!again) break;
    nt_plan_start_over(p);
    nt_diags_init(p->diags, p->diags->arena);
  }
  for (size_t i = 0; i < astray.len; i++) nt_diags_add(p->diags, &astray.items[i]);
  if (has_references(p->site->inputs)) report_circles(p);
}
