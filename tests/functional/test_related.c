/* Each text shows three others of its topic, a question that no other text asks. What that takes must not grow with how
 * many texts there are: not at first, and not when one more comes. */
#include "engine/query/queries.h"
#include "newsroom.h"

static void put_news(feed *f, int n) {
  char id[16];
  snprintf(id, sizeof id, "n%05d", n);
  feed_format(f, "news", id, "---\ntitle: Nyhet %d\nslug: %s\ndate: 20%02d-%02d-%02d\ntopic: t%d\n---\nText.\n", n, id,
              n % 20, 1 + n % 12, 1 + n % 28, n % 10);
}

static void write_site(workspace *w) {
  workspace_write(w, "s/site.yaml",
                  "title: T\nurl: https://t.example/\n"
                  "sources: { feed: { use: source_feed, set: news, kind: news } }\n"
                  "collections: { nyheter: { kind: news, sort: [-date, title] } }\n");
  workspace_write(w, "s/kinds/news.yaml",
                  "label: Nyhet\npermalink: /{slug}/\ntemplate: news.html\noutputs: [html]\n"
                  "fields:\n  title: { type: text }\n  date: { type: date }\n  topic: { type: text }\n");
  workspace_write(w, "s/templates/news.html",
                  "{% for d in site.collection('nyheter').where({'topic': doc.topic, 'id': {'ne': doc.id}}).limit(3) %}"
                  "{{ d.title }}\n{% endfor %}");
}

typedef struct cost {
  double first, more; /* documents looked at for each text; for one more */
} cost;

static cost cost_of(int items) {
  workspace w;
  feed f;
  cost c;
  feed_init(&f);
  workspace_init(&w, &f);
  write_site(&w);
  for (int i = 0; i < items; i++) put_news(&f, i);
  workspace_open(&w);
  if (w.site->diags.len) workspace_print_diags(&w);
  assert_false(w.site->failed);
  uint64_t before = nt_queries_considered(w.site->queries);
  c.first = (double)before / items;
  put_news(&f, items);
  char id[16];
  snprintf(id, sizeof id, "n%05d", items);
  assert_int_equal(feed_send(&w.port, "news", &(feed_word){FEED_UPSERT, id}, 1), NOTIS_OK);
  nt_engine_settle(w.engine);
  c.more = (double)(nt_queries_considered(w.site->queries) - before) / items;
  workspace_assert_clean(&w, "one more");
  workspace_deinit(&w);
  feed_deinit(&f);
  return c;
}

static void test_cost(void **state) {
  (void)state;
  cost few = cost_of(200), many = cost_of(800);
  print_message("documents looked at for each text: %.1f of 200, %.1f of 800; for one more %.2f, %.2f\n", few.first,
                many.first, few.more, many.more);
  assert_true(many.first < few.first * 1.25 && many.first < 10);
  assert_true(many.more < few.more * 1.25 && many.more < 2);
}

/* Each round gives every text another topic, and with it another question: those of the rounds before are dropped. */
static void test_forgotten(void **state) {
  enum { ITEMS = 200, ROUNDS = 6 };
  (void)state;
  feed_word words[ITEMS];
  char ids[ITEMS][16];
  workspace w;
  feed f;
  feed_init(&f);
  workspace_init(&w, &f);
  write_site(&w);
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < ITEMS; i++) {
      snprintf(ids[i], sizeof ids[i], "n%05d", i);
      words[i] = (feed_word){FEED_UPSERT, ids[i]};
      feed_format(&f, "news", ids[i], "---\ntitle: Nyhet %d\nslug: %s\ndate: 2024-01-01\ntopic: r%d-%d\n---\nText.\n",
                  i, ids[i], round, i % 10);
    }
    if (!round) workspace_open(&w);
    if (round) assert_int_equal(feed_send(&w.port, "news", words, ITEMS), NOTIS_OK);
    nt_engine_settle(w.engine);
    assert_false(w.site->failed);
  }
  assert_in_range(nt_queries_count(w.site->queries), ITEMS, 3 * ITEMS + 256);
  workspace_assert_clean(&w, "the last round");
  workspace_deinit(&w);
  feed_deinit(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cost), cmocka_unit_test(test_forgotten)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
