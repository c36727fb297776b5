/* Texts that others wrote. Of JSON's must-accept files, nearly all are YAML too, and jansson says what they mean; those
 * that are not are named. The front matter of real sites must be read without a fault. */
#include "support.h"
#include "text/yaml.h"

#include <jansson.h>

#include <ftw.h>
#include <glob.h>

/* Where YAML, or libyaml, differs from JSON. */
static const struct {
  const char *name, *reason;
} exceptions[] = {
    {"y_object_duplicated_key.json", "duplicate keys are errors"},
    {"y_object_duplicated_key_and_value.json", "duplicate keys are errors"},
    {"y_object_escaped_null_in_key.json", "jansson cannot say what it means"},
    {"y_string_accepted_surrogate_pair.json", "an escape in YAML is a whole character, not half of one"},
    {"y_string_accepted_surrogate_pairs.json", "the same"},
    {"y_string_last_surrogates_1_and_2.json", "the same"},
    {"y_string_surrogates_U+1D11E_MUSICAL_SYMBOL_G_CLEF.json", "the same"},
    {"y_string_unicode_U+10FFFE_nonchar.json", "the same"},
    {"y_string_unicode_U+1FFFE_nonchar.json", "the same"},
    {"y_string_nonCharacterInUTF-8_U+FFFF.json", "U+FFFF is not printable in YAML"},
    {"y_string_unescaped_char_delete.json", "libyaml takes no DEL, even in quotes"},
    {"y_string_with_del_character.json", "the same"},
};

static bool same(const json_t *json, const nt_value *v) {
  switch (json_typeof(json)) {
  case JSON_NULL: return v->type == NT_NULL;
  case JSON_TRUE:
  case JSON_FALSE: return v->type == NT_BOOL && v->as.boolean == json_is_true(json);
  case JSON_INTEGER: return v->type == NT_INT && v->as.integer == json_integer_value(json);
  case JSON_REAL: return v->type == NT_FLOAT && v->as.number == json_real_value(json);
  case JSON_STRING:
    return v->type == NT_STRING && nt_str_eq(v->as.string, nt_str_n(json_string_value(json), json_string_length(json)));
  case JSON_ARRAY:
    if (v->type != NT_LIST || json_array_size(json) != v->as.list->len) return false;
    for (size_t i = 0; i < v->as.list->len; i++)
      if (!same(json_array_get(json, i), &v->as.list->items[i])) return false;
    return true;
  case JSON_OBJECT: break;
  }
  if (v->type != NT_MAP || json_object_size(json) != v->as.map->len) return false;
  const char *key;
  size_t len;
  json_t *item;
  json_object_keylen_foreach((json_t *)json, key, len, item) {
    const nt_value *ours = nt_map_find(v, nt_str_n(key, len));
    if (!ours || !same(item, ours)) return false;
  }
  return true;
}

static bool is_exception(const char *path) {
  for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
    if (nt_str_ends(nt_str_c(path), nt_str_c(exceptions[i].name))) return true;
  return false;
}

static bool agrees(nt_str text) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_value value;
  nt_diags_init(&diags, arena);
  json_t *json = json_loadb(text.ptr, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  bool good = nt_yaml_parse(text, NT_STR("f"), (nt_pos){1, 1, 0}, arena, &diags, &value) && json && same(json, &value);
  if (json) json_decref(json);
  nt_arena_free(arena);
  return good;
}

static void json_is_yaml(void **state) {
  char pattern[4200];
  snprintf(pattern, sizeof pattern, "%s/test_parsing/y_*.json", nt_test_corpus("jsontestsuite"));
  glob_t found;
  assert_int_equal(glob(pattern, 0, NULL, &found), 0);
  size_t wrong = 0;
  for (size_t i = 0; i < found.gl_pathc; i++) {
    nt_str text = nt_test_read(found.gl_pathv[i]);
    if (agrees(text) == is_exception(found.gl_pathv[i])) {
      print_message("unexpected: %s\n", found.gl_pathv[i]);
      wrong++;
    }
    free((char *)text.ptr);
  }
  assert_int_equal(wrong, 0);
  assert_int_equal(found.gl_pathc, 95);
  globfree(&found);
}

static struct { size_t files, with_front_matter; } count;

static int read_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
  if (type != FTW_F || !nt_str_ends(nt_str_c(path), NT_STR(".md"))) return 0;
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_diags_init(&diags, arena);
  nt_str text = nt_test_read(path);
  nt_front_matter f;
  nt_value value;
  count.files++;
  bool good = nt_front_matter_split(text, nt_str_c(path), &diags, &f);
  count.with_front_matter += f.present;
  if (good)
    good = nt_yaml_parse(f.yaml, nt_str_c(path), (nt_pos){f.yaml_line, 1, 0}, arena, &diags, &value) &&
           (!f.present || value.type == NT_MAP);
  if (!good && diags.len)
    print_message("%s:%u:%u %s\n", path, diags.items[0].where.line, diags.items[0].where.column,
                  nt_message_get(diags.items[0].code)->name);
  free((char *)text.ptr);
  nt_arena_free(arena);
  return !good;
}

static void real_front_matter(void **state) {
  assert_int_equal(nftw(nt_test_corpus("digitalgov-news"), read_one, 8, FTW_PHYS), 0);
  assert_true(count.files >= 421); /* 369 news items and 52 topics */
  assert_true(count.with_front_matter >= 421);
  assert_int_equal(nftw(nt_test_corpus("digg-opensource"), read_one, 8, FTW_PHYS), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(json_is_yaml), cmocka_unit_test(real_front_matter)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
