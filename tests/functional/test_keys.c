/* Each class of trace key is needed: an engine that leaves it out of its traces publishes something else than a clean
 * build after the same edits, and the full one the same. */
#include "fixture.h"
#include "newsroom.h"

enum { NEWS = 30 };

static void send_one(workspace *w, const char *set, const char *id) {
  assert_int_equal(feed_send(&w->port, set, &(feed_word){FEED_UPSERT, id}, 1), NOTIS_OK);
}

/* ---- the edits, one for each class; none has what another shows rendered anew ---- */

static void edit_item(workspace *w) {
  workspace_write(w, "s/content/t0/text-0.md", "---\ntitle: Text 0\nlead: Efter\n---\nHelt ny.\n");
}

static void edit_data(workspace *w) {
  workspace_replace(w, "s/data/goals.yaml", "Ett", "Ettan");
}

static void edit_config(workspace *w) {
  workspace_replace(w, "s/site.yaml", "color: red", "color: blue");
}

static void edit_field(workspace *w) {
  feed_put(w->feed, "pages", "lead", "---\ntitle: lead\nslug: lead\ntemplate: lead.html\nlead: Efter\n---\nFöre.\n");
  send_one(w, "pages", "lead");
}

static void edit_body(workspace *w) {
  feed_put(w->feed, "pages", "body", "---\ntitle: body\nslug: body\ntemplate: body.html\nlead: Före\n---\nEfter.\n");
  send_one(w, "pages", "body");
}

static void edit_query(workspace *w) {
  feed_put(w->feed, "news", "new", "---\ntitle: Ny\ndate: 2001-01-01\nslug: new\ntopic: viktigt\n---\nNy.\n");
  send_one(w, "news", "new");
}

/* Another page links to it, and shows nothing else of it. */
static void edit_url(workspace *w) {
  feed_put(w->feed, "pages", "goal", "---\ntitle: Mål\nslug: moved\n---\nMålet.\n");
  send_one(w, "pages", "goal");
}

static void edit_template(workspace *w) {
  workspace_replace(w, "s/templates/own.html", "first", "second");
}

static void edit_message(workspace *w) {
  workspace_replace(w, "s/i18n/sv.yaml", "Mer", "Läs mer");
}

static void edit_script(workspace *w) {
  workspace_replace(w, "s/scripts/20-note.lua", "\"A\"", "\"B\"");
}

static void edit_plugin(workspace *w) {
  workspace_replace(w, "s/site.yaml", "mark: before", "mark: after");
}

static void edit_clock(workspace *w) {
  nt_engine_set_time(w->engine, june(11));
}

/* Its page shows how large it is, and nothing else of it. */
static void edit_asset(workspace *w) {
  workspace_write(w, "s/content/t0/karta.gif", "GIF89a\x26\x01\x18\x01\x80\x01\x01");
}

static const struct {
  nt_key_class cls;
  const char *what;
  void (*edit)(workspace *w);
  const char *shown; /* where it shows */
} edits[] = {
    {NT_KEY_FILE, "a text's file", edit_item, "texter/text-0/index.html"},
    {NT_KEY_DATA, "a data file", edit_data, "nyheter/n007/index.html"},
    {NT_KEY_CONFIG, "a setting", edit_config, "sidor/color/index.html"},
    {NT_KEY_FIELD, "a field", edit_field, "sidor/lead/index.html"},
    {NT_KEY_BODY, "a body", edit_body, "sidor/body/index.html"},
    {NT_KEY_QUERY, "a new text", edit_query, "viktigt/index.html"},
    {NT_KEY_URL, "an address", edit_url, "sidor/linker/index.html"},
    {NT_KEY_TEMPLATE, "a template", edit_template, "sidor/own/index.html"},
    {NT_KEY_MESSAGE, "a message", edit_message, "sidor/message/index.html"},
    {NT_KEY_SCRIPT, "a script", edit_script, "notiser/n0/index.html"},
    {NT_KEY_PLUGIN, "a plugin's configuration", edit_plugin, "sidor/m0/index.html"},
    {NT_KEY_CLOCK, "the day", edit_clock, "sidor/clock/index.html"},
    {NT_KEY_ASSET, "a picture", edit_asset, "texter/bild/index.html"},
};
enum { EDITS = sizeof edits / sizeof *edits };

static bool same_page(const tree *a, const tree *b, const char *path) {
  const nt_str *x = nt_map_get(&a->files, nt_str_c(path)), *y = nt_map_get(&b->files, nt_str_c(path));
  return x && y && nt_str_eq(*x, *y);
}

static void begin(fixture *x, unsigned ignored) {
  feed_init(&x->f);
  workspace_init(&x->w, &x->f);
  newsroom_write(&x->w);
  newsroom_fill(&x->w, NEWS);
  x->w.options.ignored_keys = ignored;
  workspace_open(&x->w);
}

static void end(fixture *x) {
  workspace_deinit(&x->w);
  feed_deinit(&x->f);
}

/* The whole sequence; what is published at the end, and what a clean build gives. */
static void run(unsigned ignored, tree *is, tree *should) {
  fixture x;
  begin(&x, ignored);
  for (size_t i = 0; i < EDITS; i++) {
    edits[i].edit(&x.w);
    workspace_refresh(&x.w);
    if (!ignored) workspace_assert_clean(&x.w, edits[i].what);
  }
  *is = workspace_published(&x.w);
  *should = workspace_clean(&x.w);
  end(&x);
}

static void test_all(void **state) {
  tree is, should;
  run(0, &is, &should);
  for (size_t i = 0; i < EDITS; i++) assert_true(same_page(&is, &should, edits[i].shown));
  tree_deinit(&is);
  tree_deinit(&should);
}

static void test_each(void **state) {
  bool covered[NT_KEY_CLASSES] = {0};
  for (size_t i = 0; i < EDITS; i++) {
    tree is, should;
    run(1u << edits[i].cls, &is, &should);
    bool shown = !same_page(&is, &should, edits[i].shown);
    print_message("without %-8s %-26s %s\n", nt_key_class_name(edits[i].cls), edits[i].what,
                  shown ? "is not seen" : "is seen all the same");
    assert_true(shown);
    covered[edits[i].cls] = true;
    tree_deinit(&is);
    tree_deinit(&should);
  }
  for (int cls = 0; cls < NT_KEY_CLASSES; cls++) assert_true(covered[cls]);
}

/* The other way round: that each edit shows is what makes the table above mean something. */
static void test_edits_show(void **state) {
  fixture x;
  begin(&x, 0);
  for (size_t i = 0; i < EDITS; i++) {
    tree before = workspace_published(&x.w);
    edits[i].edit(&x.w);
    workspace_refresh(&x.w);
    tree after = workspace_published(&x.w);
    assert_false(same_page(&before, &after, edits[i].shown));
    for (size_t k = 0; k < EDITS; k++)
      if (k != i) assert_true(same_page(&before, &after, edits[k].shown));
    tree_deinit(&before);
    tree_deinit(&after);
  }
  end(&x);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_all), cmocka_unit_test(test_edits_show),
                                     cmocka_unit_test(test_each)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
