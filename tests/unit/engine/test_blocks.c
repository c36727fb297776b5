/* Fenced blocks through the engine: what a text with one depends on, and what becomes of it when its function fails. */
#include "small_site.h"

static int setup(void **state) {
  small_setup(state);
  small_put(*state, "s/content/a.md", "---\ntitle: A\n---\n```ruta\nett\n```\n");
  small_put(*state, "s/content/b.md", "---\ntitle: B\n---\nett stycke\n");
  small_put(*state, "s/scripts/a.lua", "local notis = require 'notis'\n");
  return 0;
}

#define BLOCK(line) "local notis = require 'notis'\nnotis.block('ruta', function(text)\n" line "\nend)\n"
static const char plain[] = "<pre><code class=\"language-ruta\">ett\n</code></pre>\n";

static void test_a_block_follows_its_function(void **state) {
  small_site *f = *state;
  small_settle(f);
  small_assert(f, "a", plain);
  small_put(f, "s/scripts/a.lua", BLOCK("return notis.node('paragraph', { '1 ' .. text })"));
  small_settle(f);
  small_assert(f, "a", "<p>1 ett\n</p>\n");
  assert_int_equal(small_settle(f), 0);
  small_put(f, "s/scripts/a.lua", BLOCK("return notis.node('paragraph', { '2 ' .. text })"));
  assert_int_equal(small_settle(f), 1); /* the text without a block does not depend on it */
  small_assert(f, "a", "<p>2 ett\n</p>\n");
  small_assert(f, "b", "<p>ett stycke</p>\n");
  small_put(f, "s/scripts/a.lua", "local notis = require 'notis'\n");
  small_settle(f);
  small_assert(f, "a", plain);
}

/* A hook that was there before must run again when its text's block comes to mean something. */
static void test_blocks_come_before_hooks(void **state) {
  small_site *f = *state;
  static const char hook[] =
      "local notis = require 'notis'\n"
      "notis.on('document', function(doc) doc.body:append(notis.node('paragraph', { doc.body:first().type })) end)\n";
  small_put(f, "s/scripts/a.lua", hook);
  small_settle(f);
  small_assert(f, "b", "<p>ett stycke</p>\n<p>paragraph</p>\n");
  small_put(f, "s/scripts/b.lua", BLOCK("return notis.node('thematic_break')"));
  small_settle(f);
  small_assert(f, "a", "<hr />\n<p>thematic_break</p>\n");
}

static void test_a_block_that_fails(void **state) {
  small_site *f = *state;
  small_put(f, "s/scripts/a.lua", BLOCK("error('nej')"));
  small_settle(f);
  const nt_site *site = nt_engine_site(f->engine, NT_STR("s"));
  assert_null(small_page(f, "a").ptr);
  small_assert(f, "b", "<p>ett stycke</p>\n");
  assert_int_equal(site->diags.errors, 1);
  assert_int_equal(site->diags.items[0].code, NT_MSG_script_raised_document);
  assert_int_equal(site->diags.items[0].where.line, 3);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, small_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with(test_a_block_follows_its_function),
      with(test_blocks_come_before_hooks),
      with(test_a_block_that_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
