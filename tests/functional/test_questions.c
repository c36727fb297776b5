/* Questions held against an evaluation that knows no more than what a question means: every document is looked at,
 * those that meet it are sorted, and a part is cut out. Documents come, change and go at random in between. */
#include "engine/query/queries.h"
#include "newsroom.h"

#include <stdlib.h>

enum { ITEMS = 70, ROUNDS = 150, QUESTIONS = 400, ASKED = 60 };

typedef struct random_source {
  uint64_t state;
} random_source;

static unsigned pick(random_source *r, unsigned below) {
  return (unsigned)(nt_random_next(&r->state) % below);
}

/* ---- documents ---- */

static const char *const titles[] = {"apa", "Apa", "åka", "ärta", "öl", "zon", "wok", "vak", "vägg", "''",
                                     "a b", "a-b", "É",   "e",    "10", "9",   "Zon", "ål",  "al",   "null"};
static const char *const numbers[] = {"3", "3.0", "-2", "1.5", "0", "-0.0", "10", "9007199254740993", "null", "1e300"};
static const char *const times[] = {"2024-01-01",           "2024-01-01T00:00:00+01:00",
                                    "2024-06-01T12:00:00Z", "2024-06-01T14:00:00+02:00",
                                    "1999-12-31",           "null"};
static const char *const lists[] = {"[x]", "[x, y]", "[y, x]", "[y, y]", "[]", "[3]", "[x, z, w]", "null"};
static const char *const maps[] = {"{ deep: 1 }", "{ deep: 2 }", "{ deep: x }", "{ other: 1 }", "null"};
static const char *const topics[] = {"[Kultur]", "[kultur, vård]", "[Vård]", "[Vård, Resor, KULTUR]", "[]", "null"};

#define SOME(r, list) (list)[pick((r), sizeof(list) / sizeof *(list))]

static void put_item(feed *f, random_source *r, unsigned n) {
  char id[16];
  nt_buf text = {0};
  snprintf(id, sizeof id, "i%02u", n);
  nt_buf_format(&text, "---\nlang: %s\n", pick(r, 3) ? "sv" : "en");
  if (pick(r, 8)) nt_buf_format(&text, "title: %s\n", SOME(r, titles));
  if (pick(r, 4)) nt_buf_format(&text, "number: %s\n", SOME(r, numbers));
  if (pick(r, 4)) nt_buf_format(&text, "when: %s\n", SOME(r, times));
  if (pick(r, 4)) nt_buf_format(&text, "list: %s\n", SOME(r, lists));
  if (pick(r, 4)) nt_buf_format(&text, "map: %s\n", SOME(r, maps));
  if (pick(r, 4)) nt_buf_format(&text, "topics: %s\n", SOME(r, topics));
  if (pick(r, 2)) nt_buf_format(&text, "flag: %s\n", pick(r, 2) ? "true" : "false");
  nt_buf_format(&text, "draft: %s\n---\n%u\n%c", pick(r, 9) ? "false" : "true", pick(r, 100), '\0');
  feed_put(f, "items", id, text.ptr);
  nt_buf_deinit(&text);
}

/* ---- questions ---- */

static nt_value some_value(random_source *r, nt_arena *a) {
  switch (pick(r, 8)) {
  case 0: return nt_null();
  case 1: return nt_bool(pick(r, 2));
  case 2: return nt_int((int64_t)pick(r, 5) - 2);
  case 3: return nt_float(pick(r, 2) ? 3.0 : 1.5);
  case 4: return nt_timestamp((nt_time){.seconds = pick(r, 2) ? 1717243200 : 1704063600});
  default: break;
  }
  static const char *const texts[] = {"x", "y", "apa", "åka", "sv", "en", "item", "feed/i07", "feed/i30"};
  return nt_string(nt_arena_str(a, nt_str_c(SOME(r, texts))));
}

static const char *const fields[] = {"title", "number", "when", "list", "map",  "map.deep",
                                     "flag",  "lang",   "id",   "kind", "file", "absent"};

/* One that the field may well hold. */
static nt_value likely_value(random_source *r, nt_arena *a, nt_str field) {
  static const char *const words[] = {"x", "y", "z"};
  static const int64_t integers[] = {0, 3, -2};
  if (nt_str_eq(field, NT_STR("title"))) return nt_string(nt_str_c(SOME(r, titles)));
  if (nt_str_eq(field, NT_STR("list"))) return nt_string(nt_str_c(SOME(r, words)));
  if (nt_str_eq(field, NT_STR("number"))) return pick(r, 2) ? nt_int(SOME(r, integers)) : nt_float(1.5);
  if (nt_str_eq(field, NT_STR("map.deep"))) return nt_int(1 + pick(r, 2));
  if (nt_str_eq(field, NT_STR("flag"))) return nt_bool(pick(r, 2));
  return some_value(r, a);
}

static nt_query *add_condition(random_source *r, nt_arena *a, const nt_query *q) {
  nt_str field = nt_str_c(SOME(r, fields));
  nt_compare compare = pick(r, 3) ? (pick(r, 2) ? NT_EQ : NT_IN) : (nt_compare)pick(r, 7);
  nt_value value = likely_value(r, a, field);
  if (compare == NT_IN) {
    value = nt_list_new(a);
    for (unsigned i = pick(r, 5) ? 1 + pick(r, 3) : pick(r, 11); i > 0; i--)
      nt_list_push(&value, a, likely_value(r, a, field));
  }
  return nt_query_where(a, q, field, compare, value);
}

static const nt_query *some_question(random_source *r, nt_arena *a) {
  static const char *const collections[] = {"", "all", "all", "open", "few", "topics/kultur", "topics/vard", "listed"};
  static const char *const langs[] = {"", "sv", "en"};
  nt_query *q = nt_query_of(a, nt_str_c(SOME(r, collections)));
  for (unsigned i = pick(r, 3); i > 0; i--) q = add_condition(r, a, q);
  for (unsigned i = pick(r, 3); i > 0; i--)
    q = nt_query_sort(a, q, nt_arena_format(a, "%s%s", pick(r, 2) ? "-" : "", SOME(r, fields)));
  q = nt_query_lang(a, q, nt_str_c(SOME(r, langs)));
  return pick(r, 2) ? q : nt_query_slice(a, q, pick(r, 2) ? 0 : pick(r, 9), pick(r, 3) ? pick(r, 6) : 0);
}

/* ---- what they mean ---- */

typedef NT_VEC(const nt_record *) records;

static const nt_value *field_of(const nt_record *r, nt_str path, nt_value *meta) {
  size_t dot = nt_str_find(path, '.');
  const nt_value *v = nt_frozen_field(r->frozen, nt_str_sub(path, 0, dot), meta);
  return dot == path.len ? v : nt_map_find(v, nt_str_sub(path, dot + 1, path.len));
}

static bool meets(const nt_record *r, const nt_query *q, nt_str lang) {
  nt_value meta;
  if (lang.len && !nt_str_eq(r->frozen->lang, lang)) return false;
  for (size_t i = 0; i < q->condition_count; i++)
    if (!nt_condition_holds(&q->conditions[i], field_of(r, q->conditions[i].field, &meta))) return false;
  return true;
}

typedef struct order {
  const nt_query *query;
  const nt_locale *locale;
} order;

static int by_collation(const nt_locale *locale, nt_str a, nt_str b) {
  nt_buf x = {0}, y = {0};
  nt_collation_key(locale, a, &x);
  nt_collation_key(locale, b, &y);
  int result = nt_str_cmp(nt_buf_str(&x), nt_buf_str(&y));
  nt_buf_deinit(&x);
  nt_buf_deinit(&y);
  return result;
}

static int compare(const void *a, const void *b, void *ud) {
  const order *o = ud;
  const nt_record *x = *(const nt_record *const *)a, *y = *(const nt_record *const *)b;
  for (size_t i = 0; i < o->query->sort_count; i++) {
    nt_value meta_v, meta_w;
    const nt_sort *sort = &o->query->sorts[i];
    const nt_value *v = field_of(x, sort->field, &meta_v), *w = field_of(y, sort->field, &meta_w);
    bool no_v = !v || v->type == NT_NULL, no_w = !w || w->type == NT_NULL;
    if (no_v && no_w) continue;
    if (no_v || no_w) return no_v ? 1 : -1;
    bool texts = v->type == NT_STRING && w->type == NT_STRING;
    int result = texts ? by_collation(o->locale, v->as.string, w->as.string) : nt_value_cmp(v, w);
    if (result) return sort->descending ? -result : result;
  }
  return nt_str_cmp(x->id, y->id);
}

typedef struct tongues {
  nt_locale *sv, *en;
} tongues;

static void put_in_order(const tongues *t, const nt_query *q, nt_str lang, records *found) {
  order o = {q, nt_str_eq(lang, NT_STR("en")) ? t->en : t->sv};
  if (found->len) qsort_r(found->items, found->len, sizeof *found->items, compare, &o);
}

static void cut(records *found, uint64_t offset, uint64_t limit) {
  size_t from = offset < found->len ? (size_t)offset : found->len, count = found->len - from;
  if (limit && limit < count) count = (size_t)limit;
  if (count) memmove(found->items, found->items + from, count * sizeof *found->items);
  found->len = count;
}

static nt_query *by_date_and_title(nt_arena *a) {
  return nt_query_sort(a, nt_query_sort(a, nt_query_of(a, NT_STR("")), NT_STR("-when")), NT_STR("title"));
}

/* The query that says what a collection of the site below is. */
static const nt_query *meaning(nt_arena *a, nt_str name) {
  nt_query *q = nt_query_of(a, NT_STR(""));
  if (nt_str_eq(name, NT_STR("all"))) return nt_query_sort(a, q, NT_STR("title"));
  if (nt_str_eq(name, NT_STR("open")))
    return nt_query_sort(a, nt_query_where(a, q, NT_STR("flag"), NT_EQ, nt_bool(true)), NT_STR("-number"));
  if (nt_str_eq(name, NT_STR("few")))
    return nt_query_slice(a, nt_query_sort(a, nt_query_sort(a, q, NT_STR("-number")), NT_STR("title")), 0, 7);
  return name.len && !nt_str_eq(name, NT_STR("listed")) ? by_date_and_title(a) : q;
}

static bool has_topic(const nt_record *r, nt_str slug) {
  const nt_value *list = nt_map_find(&r->frozen->fields, NT_STR("topics"));
  nt_buf own = {0};
  bool has = false;
  for (size_t i = 0; i < nt_value_len(list); i++) {
    nt_buf_clear(&own);
    nt_slug(nt_value_str(&list->as.list->items[i]), &own);
    has |= nt_str_eq(nt_buf_str(&own), slug);
  }
  nt_buf_deinit(&own);
  return has;
}

static bool is_of(const nt_record *r, nt_str collection) {
  if (!r->frozen || r->displaced) return false;
  if (nt_str_starts(collection, NT_STR("topics/"))) return has_topic(r, nt_str_sub(collection, 7, collection.len));
  if (nt_str_eq(collection, NT_STR("listed")))
    return nt_str_eq(r->id, NT_STR("feed/i11")) || nt_str_eq(r->id, NT_STR("feed/i05")) ||
           nt_str_eq(r->id, NT_STR("feed/i40"));
  return true;
}

/* In the order in which the hook below lists them. */
static void put_as_listed(records *found) {
  static const char *const ids[] = {"feed/i11", "feed/i05", "feed/i40"};
  size_t kept = 0;
  for (size_t i = 0; i < 3; i++)
    for (size_t n = kept; n < found->len; n++)
      if (nt_str_eq(found->items[n]->id, nt_str_c(ids[i]))) {
        const nt_record *r = found->items[n];
        found->items[n] = found->items[kept];
        found->items[kept++] = r;
        break;
      }
}

static void evaluate(const workspace *w, const tongues *t, const nt_query *q, nt_arena *a, records *found) {
  const nt_query *own = meaning(a, q->collection);
  size_t kept = 0;
  found->len = 0;
  for (size_t i = 0; i < w->site->records.slots.len; i++) {
    const nt_record *r = w->site->records.slots.items[i];
    if (is_of(r, q->collection) && meets(r, own, q->lang)) nt_push(found, r);
  }
  put_in_order(t, own, q->lang, found);
  if (nt_str_eq(q->collection, NT_STR("listed"))) put_as_listed(found);
  cut(found, own->offset, own->limit);
  for (size_t i = 0; i < found->len; i++)
    if (meets(found->items[i], q, nt_str_n("", 0))) found->items[kept++] = found->items[i];
  found->len = kept;
  if (q->sort_count) put_in_order(t, q, q->lang, found);
  cut(found, q->offset, q->limit);
}

/* ---- both ---- */

static void print_ids(const char *what, const records *list) {
  print_error("%s:", what);
  for (size_t i = 0; i < list->len; i++) print_error(" %.*s", NT_FMT(list->items[i]->id));
  print_error("\n");
}

static void print_question(const nt_query *q) {
  print_error("\"%.*s\" in \"%.*s\" from %u, at most %u\n", NT_FMT(q->collection), NT_FMT(q->lang), (unsigned)q->offset,
              (unsigned)q->limit);
  for (size_t i = 0; i < q->condition_count; i++) {
    const nt_condition *c = &q->conditions[i];
    print_error("  %.*s compared by %d with %s\n", NT_FMT(c->field), (int)c->compare, nt_type_name(c->value.type));
  }
  for (size_t i = 0; i < q->sort_count; i++)
    print_error("  by %s%.*s\n", q->sorts[i].descending ? "-" : "", NT_FMT(q->sorts[i].field));
}

static void assert_question(workspace *w, const tongues *t, const nt_query *q, unsigned round) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_docrefs refs;
  uint32_t name;
  nt_hash hash;
  records wanted = {0}, given = {0};
  nt_diags_init(&diags, arena);
  evaluate(w, t, q, arena, &wanted);
  assert_true(nt_queries_ask(w->site, q, NT_AFTER_COLLECT, &diags, &refs, &name, &hash));
  for (size_t i = 0; i < refs.len; i++) {
    const nt_record *r = nt_records_at(&w->site->records, refs.items[i]);
    assert_non_null(r);
    nt_push(&given, r);
  }
  bool same = given.len == wanted.len;
  for (size_t i = 0; same && i < given.len; i++) same = given.items[i] == wanted.items[i];
  if (!same) {
    print_question(q);
    print_ids("wanted", &wanted);
    print_ids("given ", &given);
    fail_msg("in round %u", round);
  }
  assert_true(hash == nt_queries_answer(w->site, refs.items, refs.len));
  assert_true(hash == nt_queries_hash(w->site, name, NT_AFTER_COLLECT));
  nt_vec_deinit(&wanted);
  nt_vec_deinit(&given);
  nt_arena_free(arena);
}

/* Mostly a few of them; now and then all. */
static void change(workspace *w, feed *f, random_source *r) {
  feed_word words[ITEMS];
  static char ids[ITEMS][16];
  size_t count = pick(r, 12) ? 1 + pick(r, 4) : ITEMS;
  for (size_t i = 0; i < count; i++) {
    unsigned n = count == ITEMS ? (unsigned)i : pick(r, ITEMS);
    snprintf(ids[i], sizeof ids[i], "i%02u", n);
    words[i] = (feed_word){FEED_UPSERT, ids[i]};
    if (pick(r, 6)) {
      put_item(f, r, n);
    } else {
      feed_drop(f, "items", ids[i]);
      words[i].verb = FEED_REMOVE;
    }
  }
  assert_int_equal(feed_send(&w->port, "items", words, count), NOTIS_OK);
  nt_engine_settle(w->engine);
  assert_false(w->site->failed);
}

/* ---- the rounds ---- */

/* What is asked again after it was forgotten is answered anew. */
static bool is_even(void *ud, nt_key key, nt_query_phase phase) {
  (void)ud;
  return phase == NT_AFTER_COLLECT && key.name % 2 == 0;
}

static void write_site(workspace *w) {
  workspace_write(w, "s/site.yaml",
                  "title: T\nurl: https://t.example/\n"
                  "languages: { sv: { name: Svenska }, en: { name: English } }\n"
                  "sources: { feed: { use: source_feed, set: items, kind: item } }\n"
                  "collections:\n"
                  "  all: { kind: item, sort: title }\n"
                  "  open: { kind: item, where: { flag: true }, sort: -number }\n"
                  "  few: { kind: item, sort: [-number, title], limit: 7 }\n"
                  "taxonomies:\n"
                  "  topics: { of: item, sort: [-when, title] }\n");
  workspace_write(w, "s/kinds/item.yaml",
                  "label: Sak\nunknown_fields: allow\nfields:\n"
                  "  title: { type: text }\n  number: { type: number }\n  when: { type: datetime }\n"
                  "  list: { type: list }\n  map: { type: map }\n  flag: { type: boolean }\n"
                  "  topics: { type: list, of: { type: term } }\n");
  workspace_write(w, "s/templates/list.html", "-");
  workspace_write(w, "s/scripts/10.lua",
                  "require('notis').on('collect', function(site, collect)\n"
                  "  collect:collection('listed', { documents = { 'feed/i11', 'feed/i05', 'feed/i40' } })\n"
                  "end)\n");
}

static void run_with(uint64_t seed, unsigned workers) {
  random_source r = {seed};
  tongues t = {nt_locale_open(NT_STR("sv")), nt_locale_open(NT_STR("en"))};
  workspace w;
  feed f;
  nt_arena *arena = nt_arena_new();
  const nt_query *questions[QUESTIONS];
  feed_init(&f);
  workspace_init(&w, &f);
  write_site(&w);
  for (unsigned i = 0; i < ITEMS; i++) put_item(&f, &r, i);
  for (unsigned i = 0; i < QUESTIONS; i++) questions[i] = some_question(&r, arena);
  w.options.workers = workers;
  w.options.allow_removals = true;
  workspace_open(&w);
  if (w.site->failed) workspace_print_diags(&w);
  for (unsigned round = 0; round < ROUNDS; round++) {
    if (round) change(&w, &f, &r);
    if (round % 20 == 19) nt_queries_forget(w.site, NT_AFTER_COLLECT, is_even, NULL);
    for (unsigned i = 0; i < ASKED; i++) {
      unsigned asked = pick(&r, QUESTIONS);
      assert_question(&w, &t, questions[asked], round);
    }
  }
  workspace_deinit(&w);
  feed_deinit(&f);
  nt_locale_close(t.sv);
  nt_locale_close(t.en);
  nt_arena_free(arena);
}

static void test_random(void **state) {
  (void)state;
  const char *seed = getenv("NOTIS_SEED");
  for (uint64_t i = 0; i < 3; i++) run_with((seed ? strtoull(seed, NULL, 10) : 41) + i, 1 + 3 * (i & 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
