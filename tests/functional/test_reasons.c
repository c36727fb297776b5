/* Why pages are made: after each edit the pages that were made, and the first thing that was another, by hand. */
#include "engine/explain/explain.h"
#include "workspace.h"

typedef struct fixture {
  workspace w;
  feed f;
  nt_arena *arena;
  uint64_t seen; /* the last epoch that was looked at */
} fixture;

static const char *const files[][2] = {
    {"s/site.yaml", "title: T\nurl: https://t.example/\nparams: { color: red }\n"
                    "sources:\n  feed: { use: source_feed, set: news, kind: news }\n"
                    "collections:\n  alla: { kind: news, sort: [title], path: /alla/, template: list.html }\n"},
    {"s/kinds/news.yaml", "permalink: /n/{slug}/\ntemplate: page.html\nunknown_fields: allow\n"
                          "fields:\n  title: { type: text }\n"},
    {"s/templates/page.html", "{% include 'foot.html' %}{{ doc.title }} {{ doc.body }} {{ site.params.color }}\n"},
    {"s/templates/foot.html", "fot\n"},
    {"s/templates/list.html", "{% for d in documents %}{{ d.title }} {% endfor %}\n"},
    {"s/scripts/hooks.lua", "local notis = require 'notis'\n"
                            "notis.on('page', function(page) page.params.x = notis.data('data/x.yaml').x end)\n"},
    {"s/data/x.yaml", "x: 1\n"},
};

static int setup(void **state) {
  fixture *x = nt_zalloc(sizeof *x);
  feed_init(&x->f);
  workspace_init(&x->w, &x->f);
  x->arena = nt_arena_new();
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) workspace_write(&x->w, files[i][0], files[i][1]);
  x->w.options.at = june(1);
  x->w.options.at_set = true;
  feed_put(&x->f, "news", "a", "---\ntitle: A\nslug: a\n---\nText.\n");
  feed_put(&x->f, "news", "b", "---\ntitle: B\nslug: b\n---\nText.\n");
  workspace_open(&x->w);
  workspace_refresh(&x->w);
  *state = x;
  return 0;
}

static int teardown(void **state) {
  fixture *x = *state;
  nt_arena_free(x->arena);
  workspace_deinit(&x->w);
  feed_deinit(&x->f);
  free(x);
  return 0;
}

static nt_str member(const nt_value *map, const char *key) {
  return nt_value_str(nt_map_find(map, nt_str_c(key)));
}

/* What was made since the last look, in the one epoch that made something; news of a feed may come in one of its own.
 */
static const nt_value *made(fixture *x, const nt_value *last) {
  const nt_value *now = nt_map_find(last, NT_STR("pending")), *epoch = nt_map_find(last, NT_STR("epoch"));
  bool later = epoch->type == NT_INT && (uint64_t)epoch->as.integer > x->seen;
  x->seen = x->w.site->epoch;
  return nt_value_len(now) || !later ? now : nt_map_find(last, NT_STR("pages"));
}

/* "path reason class what", one for each page. */
static void assert_made(fixture *x, const char *expected) {
  nt_value last = nt_explain_last(x->w.site, x->arena);
  const nt_value *pages = made(x, &last);
  nt_buf got = {0};
  for (size_t i = 0; i < nt_value_len(pages); i++) {
    const nt_value *page = nt_value_at(pages, i), *why = nt_map_find(page, NT_STR("rendered"));
    const nt_value *read = nt_map_find(why, NT_STR("read"));
    static const char *const names[] = {"field", "template", "data", "setting", "question"};
    nt_buf_format(&got, "%.*s %.*s", NT_FMT(member(page, "path")), NT_FMT(member(why, "reason")));
    if (read) nt_buf_format(&got, " %.*s", NT_FMT(member(read, "class")));
    for (size_t n = 0; read && n < sizeof names / sizeof *names; n++)
      if (member(read, names[n]).len) nt_buf_format(&got, " %.*s", NT_FMT(member(read, names[n])));
    nt_buf_byte(&got, '\n');
  }
  nt_buf_byte(&got, '\0');
  assert_string_equal(got.ptr, expected);
  nt_buf_deinit(&got);
}

static void edit(fixture *x, const char *bytes) {
  const feed_word word = {FEED_UPSERT, "a"};
  feed_put(&x->f, "news", "a", bytes);
  assert_int_equal(feed_send(&x->w.port, "news", &word, 1), NOTIS_OK);
  nt_engine_settle(x->w.engine);
}

static void what_is_new(void **state) {
  assert_made(*state, "alla/index.html new\nn/a/index.html new\nn/b/index.html new\n");
}

static void what_was_edited(void **state) {
  fixture *x = *state;
  edit(x, "---\ntitle: A\nslug: a\n---\nMer text.\n");
  assert_made(x, "n/a/index.html changed body\n");
  edit(x, "---\ntitle: C\nslug: a\n---\nMer text.\n");
  /* B comes before C: the order is the first that the list reads. */
  assert_made(x, "alla/index.html changed query list\nn/a/index.html changed field title\n");
}

static void what_the_site_is_made_of(void **state) {
  fixture *x = *state;
  workspace_write(&x->w, "s/templates/foot.html", "ny fot\n");
  workspace_refresh(&x->w);
  assert_made(x, "n/a/index.html changed template foot.html\nn/b/index.html changed template foot.html\n");
  workspace_replace(&x->w, "s/site.yaml", "red", "blue");
  workspace_refresh(&x->w);
  assert_made(x, "n/a/index.html changed config params.color\nn/b/index.html changed config params.color\n");
}

/* What a page hook read says more than that its page is another. */
static void what_a_page_hook_read(void **state) {
  fixture *x = *state;
  workspace_write(&x->w, "s/data/x.yaml", "x: 2\n");
  workspace_refresh(&x->w);
  assert_made(x, "alla/index.html changed data data/x.yaml\nn/a/index.html changed data data/x.yaml\n"
                 "n/b/index.html changed data data/x.yaml\n");
}

static void what_somebody_altered(void **state) {
  fixture *x = *state;
  workspace_write(&x->w, "public/s/n/b/index.html", "x");
  workspace_refresh(&x->w);
  assert_made(x, "n/b/index.html altered\n");
  workspace_refresh(&x->w);
  assert_made(x, "");
}

/* A plan that was made anew around a page that nothing changed for: the page is looked at as it is planned now. */
static void a_page_that_was_left_alone(void **state) {
  fixture *x = *state;
  workspace_write(
      &x->w, "s/scripts/out.lua",
      "require('notis').on('output', function(page, bytes) return bytes .. page.url .. page.template end)\n");
  workspace_refresh(&x->w);
  for (char id[] = "c"; *id < 'h'; ++*id) {
    feed_format(&x->f, "news", id, "---\ntitle: %s\nslug: %s\n---\nText.\n", id, id);
    assert_int_equal(feed_send(&x->w.port, "news", &(feed_word){FEED_UPSERT, id}, 1), NOTIS_OK);
    nt_engine_settle(x->w.engine);
  }
  nt_explained_list list = {0};
  nt_explain_find(x->w.engine, NT_STR("n/a/index.html"), x->arena, &list);
  assert_int_equal(list.items.len, 1);
  nt_value page = nt_explain(&list.items.items[0], NT_ENGLISH, x->arena);
  nt_vec_deinit(&list.items);
  const nt_value *hooks = nt_map_find(&page, NT_STR("hooks"));
  const nt_value *hook = nt_value_at(hooks, nt_value_len(hooks) - 1);
  assert_true(nt_str_eq(member(hook, "event"), NT_STR("output")));
  char *published = workspace_page(&x->w, "n/a/index.html");
  int64_t added = (int64_t)strlen("/n/a/page.html"), after = (int64_t)strlen(published);
  assert_int_equal(nt_map_find(hook, NT_STR("length_before"))->as.integer, after - added);
  assert_int_equal(nt_map_find(hook, NT_STR("length_after"))->as.integer, after);
  free(published);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(what_is_new, setup, teardown),
                                     cmocka_unit_test_setup_teardown(what_was_edited, setup, teardown),
                                     cmocka_unit_test_setup_teardown(what_the_site_is_made_of, setup, teardown),
                                     cmocka_unit_test_setup_teardown(what_a_page_hook_read, setup, teardown),
                                     cmocka_unit_test_setup_teardown(what_somebody_altered, setup, teardown),
                                     cmocka_unit_test_setup_teardown(a_page_that_was_left_alone, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
