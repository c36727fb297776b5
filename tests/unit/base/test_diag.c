/* Diagnostics and the catalogue they draw on. */
#include "base/diag.h"
#include "support.h"

/* {0} … {3}, as bits. */
static unsigned places(const char *text) {
  unsigned found = 0;
  for (const char *p = text; *p; p++)
    if (p[0] == '{' && p[1] >= '0' && p[1] < '0' + NT_DIAG_ARGS && p[2] == '}') found |= 1u << (p[1] - '0');
  return found;
}

/* Both languages say the same: the same arguments, a hint in both or in none, and valid UTF-8. */
static void the_catalogue_is_whole(void **state) {
  for (int code = 0; code < NT_MSG_COUNT; code++) {
    const nt_message *m = nt_message_get((nt_code)code);
    bool good = m->name && m->text[0][0] && m->text[1][0] && places(m->text[0]) == places(m->text[1]);
    good = good && !m->hint[0][0] == !m->hint[1][0] && places(m->hint[0]) == places(m->hint[1]);
    for (int l = 0; l < 2 && good; l++) {
      nt_str text = nt_str_c(m->text[l]), hint = nt_str_c(m->hint[l]);
      good = nt_utf8_check(text) == text.len && nt_utf8_check(hint) == hint.len;
    }
    if (!good) fail_msg("%s", m->name);
  }
}

static void a_report_copies_what_it_is_given(void **state) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  char file[] = "a.md", name[] = "nyheter";
  nt_buf text = {0};
  nt_diags_init(&diags, arena);
  for (int i = 0; i < 20; i++) /* beyond the list's first size */
    nt_report(&diags, NT_MSG_collection_unknown, nt_where_file(nt_str_c(file), 1, 2), nt_str_c(name), NT_STR("a"));
  memset(file, 'x', 4);
  memset(name, 'x', 4);
  assert_int_equal(diags.len, 20);
  assert_int_equal(diags.errors, 20);
  assert_true(nt_str_eq(diags.items[0].where.file, NT_STR("a.md")));
  nt_diag_message(&diags.items[0], NT_SWEDISH, &text);
  assert_true(nt_str_eq(nt_buf_str(&text), NT_STR("samlingen ”nyheter” finns inte")));
  nt_buf_deinit(&text);
  nt_arena_free(arena);
}

static void only_errors_count_as_errors(void **state) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags, copy;
  nt_diags_init(&diags, arena);
  nt_diags_init(&copy, arena);
  nt_report(&diags, NT_MSG_item_empty, (nt_where){0}, NT_STR(""));
  assert_int_equal(diags.errors, 0);
  nt_report0(&diags, NT_MSG_item_nul, (nt_where){0});
  assert_int_equal(diags.errors, 1);
  for (size_t i = 0; i < diags.len; i++) nt_diags_add(&copy, &diags.items[i]);
  assert_int_equal(copy.errors, 1);
  nt_arena_free(arena);
}

/* An argument is never looked into for places of its own. */
static void arguments_are_taken_as_they_are(void **state) {
  nt_diag diag = {.code = NT_MSG_collection_unknown, .args = {NT_STR("{1}%s{0}"), NT_STR("secret")}};
  nt_buf text = {0};
  nt_diag_message(&diag, NT_ENGLISH, &text);
  assert_true(nt_str_eq(nt_buf_str(&text), NT_STR("there is no collection \"{1}%s{0}\"")));
  nt_buf_deinit(&text);
}

static void a_hint_of_its_own_stands_instead(void **state) {
  nt_diag diag = {.code = NT_MSG_collection_unknown, .args = {NT_STR("x"), NT_STR("a, b")}};
  nt_buf text = {0};
  nt_diag_hint(&diag, NT_ENGLISH, &text);
  assert_true(nt_str_eq(nt_buf_str(&text), NT_STR("the collections of this site: a, b")));
  nt_buf_clear(&text);
  diag.hint = NT_STR("another {0}");
  nt_diag_hint(&diag, NT_ENGLISH, &text);
  assert_true(nt_str_eq(nt_buf_str(&text), NT_STR("another {0}")));
  nt_buf_deinit(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_catalogue_is_whole),           cmocka_unit_test(a_report_copies_what_it_is_given),
      cmocka_unit_test(only_errors_count_as_errors),      cmocka_unit_test(arguments_are_taken_as_they_are),
      cmocka_unit_test(a_hint_of_its_own_stands_instead),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
