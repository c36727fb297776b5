/* What a path says of a text, as the manual tells it: languages, names, and which texts are translations. */
#include "engine/content/identity.h"
#include "engine/inputs/languages.h"
#include "support.h"

typedef struct fixture {
  nt_arena *arena;
  nt_inputs in;
} fixture;

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  static const char *const codes[] = {"sv", "en", "se", "fi"};
  f->arena = nt_arena_new();
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    nt_push(&f->in.languages, ((nt_site_lang){.code = nt_str_c(codes[i])}));
  f->in.lang = NT_STR("sv");
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_vec_deinit(&f->in.languages);
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

static void equal(nt_str got, const char *expected, const char *of) {
  if (!nt_str_eq(got, nt_str_c(expected))) fail_msg("%s: %.*s, not %s", of, NT_FMT(got), expected);
}

static void test_lang_and_name(void **state) {
  static const char *const cases[][3] = {
      {"om.md", "", "om"},
      {"om.en.md", "en", "om"},
      {"om.de.md", "", "om.de"}, /* no language of this site */
      {"en/om.md", "en", "om"},
      {"en/om/index.md", "en", "om"},
      {"om/index.en.md", "en", "om"},
      {"index.en.md", "en", ""},
      {"en/index.md", "en", ""},
      {"a/en/b/om.md", "en", "a/b/om"},
      {"a/b/en/om.md", "en", "a/b/om"},
      {"en/a/se/om.md", "se", "en/a/om"}, /* the innermost */
      {"se/om.en.md", "en", "om"},
      {"english/om.md", "", "english/om"}, /* a path of addresses, not of files */
      {"en.md", "", "en"},
      {".en.md", "en", ""},
      {"en", "", "en"},
      {"om.en", "", "om"},
      {"svensk/om.sv.md", "sv", "svensk/om"},
      {"", "", ""},
  };
  fixture *f = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    equal(nt_identity_lang(&f->in, nt_str_c(cases[i][0])), cases[i][1], cases[i][0]);
    equal(nt_identity_name(&f->in, nt_str_c(cases[i][0]), f->arena), cases[i][2], cases[i][0]);
  }
}

static nt_str key(fixture *f, const char *id, const char *source, uint32_t parent) {
  nt_frozen *frozen = NT_NEW(f->arena, nt_frozen);
  nt_record record = {.id = nt_str_c(id), .made = frozen, .parent = parent};
  frozen->source = nt_str_c(source);
  return nt_identity_key(&f->in, &record, f->arena);
}

static void test_keys(void **state) {
  fixture *f = *state;
  equal(key(f, "text/content/om.md", "text", 0), "content/om.md", "plain");
  equal(key(f, "text/content/om.en.md", "text", 0), "content/om.md", "suffix");
  equal(key(f, "english/content/en/om.md", "english", 0), "content/om.md", "folder, of another source");
  equal(key(f, "text/content/en/om.se.md", "text", 0), "content/om.md", "both");
  equal(key(f, "text/content/om.en.md#bild", "text", 7), "content/om.md#bild", "derived");
  equal(key(f, "text/content/a#b.en.md", "text", 0), "content/a#b.md", "not derived");
  equal(key(f, "om.en.md", "", 0), "om.md", "added by a collect hook");
}

static void test_places_of_languages(void **state) {
  fixture *f = *state;
  assert_int_equal(nt_language_index(&f->in, NT_STR("se")), 2);
  assert_int_equal(nt_language_index(&f->in, NT_STR("de")), 4);
  assert_null(nt_language_find(&f->in, NT_STR("de")));
  assert_null(nt_language_find(&f->in, NT_STR("")));
}

/* A site that names none has one. */
static void test_one_language(void **state) {
  fixture *f = *state;
  f->in.languages.len = 1;
  equal(nt_identity_name(&f->in, NT_STR("en/om.en.md"), f->arena), "en/om.en", "no languages");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_lang_and_name, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_places_of_languages, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_one_language, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
