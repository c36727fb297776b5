/* References from one document to another, as fields of type ref have them. */
#include "engine/addresses.h"
#include "engine/planning.h"

#include "base/path.h"

#include <stdlib.h>

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

/* One reference. What it names does not depend on the plan. */
typedef struct reference {
  nt_record *from;
  const nt_record *to; /* NULL: nothing has that name */
  nt_str field, word;
  bool dead;
  size_t next; /* index + 1 of the next one to the same document */
} reference;

typedef struct settling {
  nt_planning *p;
  nt_record *from;
  NT_VEC(reference) all; /* by document, in order of ids */
  size_t *to;            /* by slot: index + 1 of the first to that document */
  NT_VEC(const nt_record *) withheld;
} settling;

static void note(void *ud, const nt_pointer *pointer) {
  settling *s = ud;
  if (pointer->type != NT_FIELD_REF) return;
  nt_arena *arena = s->p->run->reader.arena;
  const nt_record *to = nt_address_refer(s->p->site, s->from, pointer->value, pointer->field->kind, arena);
  reference ref = {.from = s->from, .to = to, .field = pointer->path, .word = pointer->value};
  if (to) ref.next = s->to[to->slot];
  nt_push(&s->all, ref);
  if (to) s->to[to->slot] = s->all.len;
}

static int by_id(const void *a, const void *b) {
  return nt_str_cmp((*(nt_record *const *)a)->id, (*(nt_record *const *)b)->id);
}

static void note_all(settling *s) {
  nt_planning *p = s->p;
  const nt_records *records = &p->site->records;
  nt_record **all = NT_NEW_N(p->run->reader.arena, nt_record *, records->slots.len + 1);
  size_t count = 0;
  for (size_t i = 0; i < records->slots.len; i++)
    if (records->slots.items[i]->frozen) all[count++] = records->slots.items[i];
  if (count) qsort(all, count, sizeof *all, by_id);
  s->to = NT_NEW_N(p->run->reader.arena, size_t, records->slots.len + 1);
  for (size_t i = 0; i < count; i++) {
    s->from = all[i];
    nt_plan_each_pointer(nt_inputs_kind(p->site->inputs, s->from->frozen->kind), &s->from->frozen->fields,
                         p->run->reader.arena, note, s);
  }
}

/* A document that another has displaced is withheld for that already. */
static void withhold(settling *s, reference *r) {
  if (r->dead || (r->from->displaced && !r->from->astray)) return;
  r->dead = true;
  if (!r->from->astray) nt_push(&s->withheld, (const nt_record *)r->from);
  r->from->astray = true;
}

/* Whoever refers to one that is withheld is withheld too. */
static void withhold_followers(settling *s) {
  for (size_t i = 0; i < s->withheld.len; i++)
    for (size_t r = s->to[s->withheld.items[i]->slot]; r; r = s->all.items[r - 1].next)
      withhold(s, &s->all.items[r - 1]);
}

/* True if documents were found that are to be withheld. One whose address another has is spared until nobody else is
 * left to be: it may get that address. */
static bool find_astray(settling *s) {
  s->withheld.len = 0;
  for (size_t i = 0; i < s->all.len; i++)
    if (!s->all.items[i].to || s->all.items[i].to->astray) withhold(s, &s->all.items[i]);
  bool settled = !s->withheld.len;
  for (size_t i = 0; settled && i < s->all.len; i++)
    if (s->all.items[i].to && s->all.items[i].to->displaced) withhold(s, &s->all.items[i]);
  withhold_followers(s);
  return s->withheld.len > 0;
}

static void report_dead(const settling *s) {
  for (size_t i = 0; i < s->all.len; i++) {
    const reference *r = &s->all.items[i];
    const nt_frozen *f = r->from->frozen;
    nt_where where = {.doc = f->id, .file = f->file, .field = r->field};
    if (r->dead) nt_report(s->p->diags, NT_MSG_ref_unresolved, where, r->field, r->word);
  }
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

/* The beginning of a long one will do. */
static void report_circle(nt_planning *p, const nt_record *start, nt_str path) {
  enum { MOST = 10 };
  nt_buf chain = {0};
  nt_buf_put(&chain, start->path);
  const nt_record *r = start;
  size_t named = 1;
  do {
    r = next(p, r, path);
    if (named++ < MOST || r == start) nt_buf_format(&chain, " → %.*s", NT_FMT(r->path));
    if (named == MOST + 1 && r != start) nt_buf_c(&chain, " → …");
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
static void settle_references(nt_planning *p) {
  settling s = {.p = p};
  note_all(&s);
  while (find_astray(&s)) {
    nt_plan_start_over(p);
    nt_diags_init(p->diags, p->diags->arena);
    name_all(p);
    nt_plan_documents(p);
  }
  report_dead(&s);
  nt_vec_deinit(&s.all);
  nt_vec_deinit(&s.withheld);
}

void nt_plan_settle(nt_planning *p) {
  const nt_records *records = &p->site->records;
  for (size_t i = 0; i < records->slots.len; i++) records->slots.items[i]->astray = false;
  name_all(p);
  nt_plan_documents(p);
  if (!has_references(p->site->inputs)) return;
  settle_references(p);
  report_circles(p);
}
