/* Questions to a built site: order, conditions and slices. The order of words is that of Svenska Akademiens ordlista:
 * å, ä, ö last in that order, v and w apart, small before large only where nothing else tells. */
#include "engine/query/queries.h"
#include "newsroom.h"

static int setup(void **state) {
  static const struct {
    const char *id, *fields;
  } items[] = {
      {"a1", "title: ärta\nnumber: 3"},       {"a2", "title: åka\nnumber: 1.5"},
      {"a3", "title: zon\nnumber: -2"},       {"a4", "title: öl\nnumber: 10"},
      {"a5", "title: apa\nlist: [x, y]"},     {"a6", "title: wok\nnumber: 1"},
      {"a7", "title: vägg\nlist: [y]"},       {"a8", "title: apa\nnumber: 3.0"},
      {"a9", "title: Apa\nmap: { deep: 2 }"}, {"b1", "title: vak\nmap: { deep: 1 }"},
  };
  workspace *w = nt_zalloc(sizeof *w);
  feed *f = nt_zalloc(sizeof *f);
  feed_init(f);
  workspace_init(w, f);
  workspace_write(w, "s/site.yaml",
                  "title: T\nurl: https://t.example/\nlanguages: { sv: { name: Svenska } }\n"
                  "sources: { feed: { use: source_feed, set: words, kind: word } }\n"
                  "collections:\n"
                  "  words: { kind: word, sort: title }\n"
                  "  backwards: { kind: word, sort: -title }\n"
                  "  numbers: { kind: word, sort: [-number, title] }\n"
                  "  three: { kind: word, sort: title, limit: 3 }\n"
                  "  some: { kind: word, where: { number: { gte: 1, lt: 10 } }, sort: number }\n");
  workspace_write(w, "s/kinds/word.yaml",
                  "label: Ord\nfields:\n  title: { type: text }\n  number: { type: number }\n"
                  "  list: { type: list }\n  map: { type: map }\n");
  for (size_t i = 0; i < sizeof items / sizeof *items; i++)
    feed_format(f, "words", items[i].id, "---\n%s\n---\n", items[i].fields);
  workspace_open(w);
  if (w->site->diags.len) workspace_print_diags(w);
  *state = w;
  return 0;
}

static int teardown(void **state) {
  workspace *w = *state;
  feed *f = w->feed;
  workspace_deinit(w);
  feed_deinit(f);
  free(f);
  free(w);
  return 0;
}

/* The ids of the answer, without the source's name. */
static void assert_answer(workspace *w, const nt_query *q, const char *wanted) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_docrefs found;
  uint32_t name;
  nt_hash hash;
  nt_buf ids = {0};
  nt_diags_init(&diags, arena);
  assert_true(nt_queries_ask(w->site, q, NT_AFTER_COLLECT, &diags, &found, &name, &hash));
  for (size_t i = 0; i < found.len; i++) {
    const nt_record *r = nt_records_at(&w->site->records, found.items[i]);
    assert_non_null(r);
    if (i) nt_buf_byte(&ids, ' ');
    nt_buf_put(&ids, nt_str_sub(r->id, 5, r->id.len)); /* "feed/" */
  }
  nt_buf_byte(&ids, '\0');
  assert_string_equal(ids.ptr, wanted);
  nt_buf_deinit(&ids);
  nt_arena_free(arena);
}

static const nt_query *of(nt_arena *a, const char *collection) {
  return nt_query_of(a, nt_str_c(collection));
}

static nt_query *where(nt_arena *a, const nt_query *q, const char *field, nt_compare compare, nt_value value) {
  return nt_query_where(a, q, nt_str_c(field), compare, value);
}

static void test_swedish(void **state) {
  nt_arena *a = nt_arena_new();
  assert_answer(*state, of(a, "words"), "a5 a8 a9 b1 a7 a6 a3 a2 a1 a4");
  /* Equal titles end in the id whatever the direction. */
  assert_answer(*state, of(a, "backwards"), "a4 a1 a2 a3 a6 a7 b1 a9 a5 a8");
  nt_arena_free(a);
}

/* -number: 10 3 3.0 1.5 1 -2, then those that have none, by title. An integer and a float that are equal tie: title. */
static void test_absent_last(void **state) {
  nt_arena *a = nt_arena_new();
  assert_answer(*state, of(a, "numbers"), "a4 a8 a1 a2 a6 a3 a5 a9 b1 a7");
  assert_answer(*state, nt_query_sort(a, of(a, "words"), NT_STR("number")), "a3 a6 a2 a1 a8 a4 a5 a7 a9 b1");
  assert_answer(*state, nt_query_sort(a, of(a, "words"), NT_STR("-map.deep")), "a9 b1 a1 a2 a3 a4 a5 a6 a7 a8");
  nt_arena_free(a);
}

static void test_slices(void **state) {
  nt_arena *a = nt_arena_new();
  const nt_query *words = of(a, "words");
  assert_answer(*state, of(a, "three"), "a5 a8 a9");
  assert_answer(*state, nt_query_slice(a, words, 2, 3), "a9 b1 a7");
  assert_answer(*state, nt_query_slice(a, words, 8, 3), "a1 a4");
  assert_answer(*state, nt_query_slice(a, words, 10, 3), "");
  assert_answer(*state, nt_query_slice(a, words, 99, 0), "");
  assert_answer(*state, nt_query_slice(a, words, 7, 0), "a2 a1 a4");
  assert_answer(*state, nt_query_slice(a, of(a, "three"), 1, 5), "a8 a9");
  /* Sorting what a limited collection holds does not bring in others. */
  assert_answer(*state, nt_query_sort(a, of(a, "three"), NT_STR("-id")), "a9 a8 a5");
  assert_answer(*state, nt_query_slice(a, nt_query_sort(a, words, NT_STR("-number")), 1, 2), "a1 a8");
  nt_arena_free(a);
}

static void test_where(void **state) {
  nt_arena *a = nt_arena_new();
  const nt_query *words = of(a, "words");
  assert_answer(*state, of(a, "some"), "a6 a2 a1 a8");
  assert_answer(*state, where(a, words, "number", NT_EQ, nt_int(3)), "a8 a1");
  assert_answer(*state, where(a, words, "number", NT_LT, nt_float(1.5)), "a6 a3");
  assert_answer(*state, where(a, words, "list", NT_EQ, nt_string(NT_STR("y"))), "a5 a7");
  assert_answer(*state, where(a, words, "title", NT_EQ, nt_string(NT_STR("apa"))), "a5 a8");
  assert_answer(*state, where(a, where(a, words, "title", NT_EQ, nt_string(NT_STR("apa"))), "number", NT_EQ, nt_int(3)),
                "a8");
  assert_answer(*state, where(a, words, "map.deep", NT_GE, nt_int(2)), "a9");
  assert_answer(*state, where(a, words, "id", NT_EQ, nt_string(NT_STR("feed/b1"))), "b1");
  nt_value choices = nt_list_new(a);
  nt_list_push(&choices, a, nt_string(NT_STR("zon")));
  nt_list_push(&choices, a, nt_string(NT_STR("vak")));
  assert_answer(*state, where(a, words, "title", NT_IN, choices), "b1 a3");
  assert_answer(*state, where(a, words, "number", NT_NE, nt_int(3)), "a5 a9 b1 a7 a6 a3 a2 a4");
  /* Every document, by id when nothing else is said. */
  assert_answer(*state, of(a, ""), "a1 a2 a3 a4 a5 a6 a7 a8 a9 b1");
  assert_answer(*state, nt_query_slice(a, where(a, words, "number", NT_GT, nt_int(0)), 1, 2), "a6 a2");
  nt_arena_free(a);
}

static void test_unknown(void **state) {
  workspace *w = *state;
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_docrefs found;
  uint32_t name;
  nt_hash hash;
  nt_diags_init(&diags, arena);
  assert_false(nt_queries_ask(w->site, of(arena, "wrods"), NT_AFTER_COLLECT, &diags, &found, &name, &hash));
  assert_int_equal(diags.len, 1);
  assert_int_equal(diags.items[0].code, NT_MSG_collection_unknown);
  assert_int_equal(found.len, 0);
  nt_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_swedish), cmocka_unit_test(test_absent_last),
                                     cmocka_unit_test(test_slices), cmocka_unit_test(test_where),
                                     cmocka_unit_test(test_unknown)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
