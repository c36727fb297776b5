/* Bodies that lie in the memo and not in memory: steps have them all the same, and what cannot be read back is made
 * anew. */
#include "engine/content/bodies.h"
#include "engine/memo/store.h"
#include "small_site.h"

enum { DOCUMENTS = 40 };

static nt_site *site_of(small_site *f) {
  return nt_engine_site(f->engine, NT_STR("s"));
}

static nt_str name_of(small_site *f, int number) {
  return nt_arena_format(f->arena, "d%d", number);
}

/* Every second document has its body changed. */
static const char hooks[] = "require('notis').on('document', function(doc)\n"
                            "  if doc.title == 'changes' then\n"
                            "    doc.body:walk{ text = function(t) t.text = t.text:gsub('ord', 'ORD') end }\n"
                            "  end\n"
                            "end)\n";

static int setup(void **state) {
  static const char *const titles[] = {"changes", "plain"};
  small_setup(state);
  small_site *f = *state;
  small_put(f, "s/scripts/hooks.lua", hooks);
  for (int i = 0; i < DOCUMENTS; i++) {
    nt_str name = nt_arena_format(f->arena, "s/content/d%d.md", i);
    small_put(f, name.ptr, nt_arena_format(f->arena, "---\ntitle: %s\n---\nord %d\n", titles[i % 2], i).ptr);
  }
  nt_memo_found found;
  f->engine->options.memo_off = true; /* the site has this one instead */
  nt_str path = nt_arena_format(f->arena, "%s/bodies", f->root);
  site_of(f)->memo = nt_memo_open(path, 1, nt_pool_workers(f->engine->pool), &found);
  assert_int_equal(found, NT_MEMO_NEW);
  return 0;
}

/* The memo goes before the site, as its owner would have it. */
static int teardown(void **state) {
  small_site *f = *state;
  nt_memo_close(site_of(f)->memo);
  site_of(f)->memo = NULL;
  return small_teardown(state);
}

static bool is_away(const nt_frozen *document) {
  return document && !document->blob->bytes;
}

static size_t count_away(small_site *f) {
  const nt_records *records = &site_of(f)->records;
  size_t away = 0;
  for (size_t i = 0; i < records->slots.len; i++) {
    away += is_away(records->slots.items[i]->parsed);
    away += records->slots.items[i]->made != records->slots.items[i]->parsed && is_away(records->slots.items[i]->made);
  }
  return away;
}

static void put_all(small_site *f) {
  nt_records *records = &site_of(f)->records;
  for (size_t i = 0; i < records->slots.len; i++) nt_bodies_put(site_of(f), records->slots.items[i]);
}

static void put_away(small_site *f) {
  put_all(f);
  nt_bodies_flush(site_of(f));
  nt_memo_wait(site_of(f)->memo);
  nt_bodies_release(site_of(f));
}

static void assert_pages(small_site *f, const char *before, const char *after) {
  for (int i = 0; i < DOCUMENTS; i++) {
    const char *word = i % 2 ? "ord" : "ORD";
    nt_str expected = nt_arena_format(f->arena, "%s<p>%s %d</p>\n%s", before, word, i, after);
    small_assert(f, name_of(f, i).ptr, expected.ptr);
  }
}

static void pages_are_rendered_of_what_lies_in_the_memo(void **state) {
  small_site *f = *state;
  small_settle(f);
  assert_pages(f, "", "");
  assert_int_equal(count_away(f), 0);
  put_all(f);
  nt_bodies_release(site_of(f)); /* nothing has been flushed yet */
  assert_int_equal(count_away(f), 0);
  put_away(f);
  assert_true(count_away(f) >= DOCUMENTS + DOCUMENTS / 2);
  uint64_t parsed = nt_atomic_get(&site_of(f)->counters.run[NT_STEP_PARSE]);
  small_put(f, "s/templates/article.html", "<b>{{ doc.body }}</b>");
  small_settle(f);
  assert_pages(f, "<b>", "</b>");
  small_put(f, "s/scripts/hooks.lua",
            "require('notis').on('document', function(doc)\n"
            "  doc.body:walk{ text = function(t) t.text = t.text:gsub('ord', 'Ord') end }\n"
            "end)\n");
  assert_int_equal(small_settle(f), DOCUMENTS);
  small_assert(f, "d0", "<b><p>Ord 0</p>\n</b>");
  small_assert(f, "d1", "<b><p>Ord 1</p>\n</b>");
  assert_int_equal(nt_atomic_get(&site_of(f)->counters.run[NT_STEP_PARSE]), parsed);
}

/* The memo knows another version of every second one, and none of the rest. */
static void what_was_lost_is_made_anew(void **state) {
  small_site *f = *state;
  nt_records *records = &site_of(f)->records;
  small_settle(f);
  put_away(f);
  for (size_t slot = 0; slot < records->slots.len; slot++)
    for (uint64_t as = 0; as < 2; as++)
      if (slot % 2)
        nt_memo_remove(site_of(f)->memo, NT_MEMO_BODIES, 2 * slot + as);
      else
        nt_memo_put(site_of(f)->memo, NT_MEMO_BODIES, 2 * slot + as, NT_STR("an earlier one"));
  nt_memo_flush(site_of(f)->memo, NULL, NULL);
  nt_memo_wait(site_of(f)->memo);
  small_put(f, "s/templates/article.html", "<i>{{ doc.body }}</i>");
  small_settle(f);
  assert_false(site_of(f)->failed);
  assert_pages(f, "<i>", "</i>");
  assert_int_equal(count_away(f), 0);
  put_away(f);
  assert_true(count_away(f) >= DOCUMENTS + DOCUMENTS / 2);
}

static void hooks_that_lost_a_body_run_again(void **state) {
  small_site *f = *state;
  small_settle(f);
  put_away(f);
  nt_memo_empty(site_of(f)->memo);
  nt_memo_flush(site_of(f)->memo, NULL, NULL);
  nt_memo_wait(site_of(f)->memo);
  small_put(f, "s/scripts/hooks.lua",
            "require('notis').on('document', function(doc)\n"
            "  doc.body:walk{ text = function(t) t.text = t.text:gsub('ord', 'Ord') end }\n"
            "end)\n");
  small_settle(f);
  assert_false(site_of(f)->failed);
  for (int i = 0; i < DOCUMENTS; i++)
    small_assert(f, name_of(f, i).ptr, nt_arena_format(f->arena, "<p>Ord %d</p>\n", i).ptr);
}

/* What was changed since it was put is not what was flushed. */
static void a_body_that_changed_stays(void **state) {
  small_site *f = *state;
  small_settle(f);
  put_all(f);
  nt_bodies_flush(site_of(f));
  small_put(f, "s/content/d1.md", "---\ntitle: plain\n---\nord annat\n");
  small_settle(f);
  nt_memo_wait(site_of(f)->memo);
  nt_bodies_release(site_of(f));
  const nt_record *r = nt_records_find(&site_of(f)->records, NT_STR("text/content/d1.md"));
  assert_non_null(r);
  assert_false(is_away(r->made));
  assert_true(is_away(nt_records_find(&site_of(f)->records, NT_STR("text/content/d3.md"))->made));
  small_put(f, "s/templates/article.html", "<u>{{ doc.body }}</u>");
  small_settle(f);
  small_assert(f, "d1", "<u><p>ord annat</p>\n</u>");
  small_assert(f, "d3", "<u><p>ord 3</p>\n</u>");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(pages_are_rendered_of_what_lies_in_the_memo, setup, teardown),
      cmocka_unit_test_setup_teardown(what_was_lost_is_made_anew, setup, teardown),
      cmocka_unit_test_setup_teardown(hooks_that_lost_a_body_run_again, setup, teardown),
      cmocka_unit_test_setup_teardown(a_body_that_changed_stays, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
