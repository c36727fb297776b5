/* An engine that rests holds what it must know, and none of the room that its last epoch needed. However many edits
 * have come, that is no more than after the first of them. */
#include "engine/content/bodies.h"
#include "engine/memo/store.h"
#include "small_site.h"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
size_t __sanitizer_get_current_allocated_bytes(void); /* its header is not installed everywhere */
#else
#include <malloc.h>
#endif

enum { DOCUMENTS = 30, ROUNDS = 30 };

/* Of a round of edits in which files come and go the ledger's arena keeps names that it has no use for. */
enum { NAMES_OF_A_ROUND = 2048 };

static nt_site *site_of(small_site *f) {
  return nt_engine_site(f->engine, NT_STR("s"));
}

/* Bytes that are allocated and not freed, whatever the allocator keeps for itself. */
static size_t live(void) {
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
  return __sanitizer_get_current_allocated_bytes();
#else
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
#endif
}

static void rest(small_site *f) {
  while (!nt_engine_trim(f->engine)) {
    nt_memo_wait(site_of(f)->memo);
    nt_bodies_release(site_of(f));
  }
}

static void put_item(small_site *f, const char *name, int title, int topic, int body) {
  nt_str text = nt_arena_format(f->arena, "---\ntitle: Text %d\ndate: 2024-01-%02d\ntopics: [t%d]\n---\nord %d\n",
                                title, title % 28 + 1, topic, body);
  small_put(f, nt_arena_format(f->arena, "s/content/%s.md", name).ptr, text.ptr);
}

static void remove_item(small_site *f, const char *name) {
  unlink(nt_arena_format(f->arena, "%s/s/content/%s.md", f->root, name).ptr);
}

static int setup(void **state) {
  small_setup(state);
  small_site *f = *state;
  small_put(f, "s/site.yaml",
            "title: T\nurl: https://t.example/\nsources:\n"
            "  text: { use: source_markdown, path: content, match: '**/*.md' }\n"
            "collections:\n  alla: { kind: article, sort: [-date, title], path: /alla/, per_page: 10 }\n"
            "taxonomies:\n  topics: { of: [article], path: '/amnen/{term}/' }\n");
  small_put(f, "s/scripts/hooks.lua",
            "require('notis').on('document', function(doc)\n"
            "  doc.body:walk{ text = function(t) t.text = t.text:gsub('ord', 'ORD') end }\n"
            "end)\n");
  small_put(f, "s/templates/article.html", "{{ doc.title }}: {{ doc.body }}");
  small_put(f, "s/templates/list.html", "{% for d in page.items %}{{ d.title }} {% endfor %}");
  for (int i = 0; i < DOCUMENTS; i++) put_item(f, nt_arena_format(f->arena, "d%d", i).ptr, i, i % 3, i);
  return 0;
}

static void trimmed(void *ud) {
  nt_atomic_add(ud, 1);
}

static void what_only_work_needs_is_let_go(void **state) {
  small_site *f = *state;
  nt_atomic threads = {0};
  f->engine->options.trim = trimmed;
  f->engine->options.ud = &threads;
  small_settle(f);
  rest(f);
  for (unsigned i = 0; i < nt_pool_workers(f->engine->pool); i++) {
    const nt_seat *seat = &site_of(f)->seats[i];
    assert_null(seat->arena);
    assert_null(seat->out.ptr);
    assert_int_equal(seat->tracer.slot_count, 0);
  }
  for (size_t i = 0; i < site_of(f)->records.slots.len; i++)
    assert_null(site_of(f)->records.slots.items[i]->parsed->blob->bytes);
  small_put(f, "s/templates/article.html", "{{ doc.title }} - {{ doc.body }}");
  small_settle(f);
  small_assert(f, "d3", "Text 3 - <p>ORD 3</p>\n");
  assert_true(nt_engine_close(f->engine)); /* every thread has come to it by now */
  assert_true(nt_atomic_get(&threads) >= 3);
  nt_engine_options options = {.workspace = nt_str_c(f->root)};
  f->engine = nt_engine_open(&options);
}

/* What a site takes at rest follows how many texts it has, not how long they are. */
static void memory_follows_the_number_of_texts(void **state) {
  enum { LONG = 64 << 10 };
  small_site *f = *state;
  nt_buf text = {0};
  small_settle(f);
  rest(f);
  size_t before = live();
  for (int i = 0; i < DOCUMENTS; i++) {
    nt_buf_clear(&text);
    nt_buf_format(&text, "---\ntitle: Text %d\ndate: 2024-01-%02d\ntopics: [t%d]\n---\n", i, i % 28 + 1, i % 3);
    while (text.len < LONG) nt_buf_c(&text, "ord ");
    nt_buf_byte(&text, '\0');
    small_put(f, nt_arena_format(f->arena, "s/content/d%d.md", i).ptr, text.ptr);
  }
  nt_buf_deinit(&text);
  small_settle(f);
  for (size_t i = 0; i < site_of(f)->records.slots.len; i++) assert_null(site_of(f)->records.slots.items[i]->held);
  rest(f);
  assert_in_range(live(), 0, before + DOCUMENTS * LONG / 4);
}

/* One of each sort. What an edit brings the next round takes back, so that the site is as large at the end. */
static void edit_all(small_site *f, int round) {
  bool odd = round % 2;
  put_item(f, "d0", 0, 0, 1000 + round);
  put_item(f, "d1", odd ? 28 : 1, 1, 1);
  put_item(f, "d2", 2, odd, 2);
  remove_item(f, odd ? "brought" : "d3");
  put_item(f, odd ? "d3" : "brought", 3, 0, 3);
  remove_item(f, odd ? "renamed" : "original");
  put_item(f, odd ? "original" : "renamed", 4, 0, 4);
  small_put(f, "s/templates/article.html", odd ? "{{ doc.title }}, {{ doc.body }}" : "{{ doc.title }}; {{ doc.body }}");
  small_settle(f);
  rest(f);
}

static void memory_does_not_grow_with_edits(void **state) {
  small_site *f = *state;
  nt_arena *kept = f->arena;
  size_t first = 0, last = 0;
  f->engine->options.memo_off = true; /* SQLite's cache grows until it is full */
  small_settle(f);
  for (int round = 0; round < 3 * ROUNDS; round++) {
    f->arena = nt_arena_new();
    edit_all(f, round);
    nt_arena_free(f->arena);
    if (round == ROUNDS - 1) first = live();
    last = live();
  }
  f->arena = kept;
  assert_true(first > 0);
  assert_in_range(last, 0, first + 2 * ROUNDS * NAMES_OF_A_ROUND);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_only_work_needs_is_let_go, setup, small_teardown),
      cmocka_unit_test_setup_teardown(memory_follows_the_number_of_texts, setup, small_teardown),
      cmocka_unit_test_setup_teardown(memory_does_not_grow_with_edits, setup, small_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
