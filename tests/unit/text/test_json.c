/* Expected texts follow RFC 8259 by hand; jansson, which is not ours, reads back what we wrote. */
#include "model/nodecode.h"
#include "support.h"
#include "text/json.h"

#include <jansson.h>
#include <math.h>

static void check(nt_value value, int indent, const char *expected) {
  nt_buf out = {0};
  nt_json_write(&value, indent, &out);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr, expected);
  nt_buf_deinit(&out);
}

static void scalars(void **state) {
  check(nt_null(), 0, "null");
  check(nt_bool(true), 0, "true");
  check(nt_bool(false), 0, "false");
  check(nt_int(INT64_MIN), 0, "-9223372036854775808");
  check(nt_float(1), 0, "1.0");
  check(nt_float(-0.5), 0, "-0.5");
  check(nt_float(0.1), 0, "0.1");
  check(nt_float(0.1 + 0.2), 0, "0.30000000000000004");
  check(nt_float(1e300), 0, "1e+300");
  check(nt_float(INFINITY), 0, "null");
  check(nt_float(NAN), 0, "null");
  check(nt_timestamp((nt_time){.seconds = 1712734200, .offset = 120}), 0, "\"2024-04-10T09:30:00+02:00\"");
  check(nt_timestamp((nt_time){.seconds = 1712707200, .date_only = 1}), 0, "\"2024-04-10\"");
}

static void strings(void **state) {
  check(nt_string(NT_STR("a\"b\\c/d")), 0, "\"a\\\"b\\\\c/d\"");
  check(nt_string(NT_STR("\b\f\n\r\t")), 0, "\"\\b\\f\\n\\r\\t\"");
  check(nt_string(nt_str_n("\x00\x1f\x7f", 3)), 0, "\"\\u0000\\u001f\\u007f\"");
  check(nt_string(NT_STR("å\xF0\x9F\x98\x80")), 0, "\"å\xF0\x9F\x98\x80\"");
  check(nt_string(NT_STR("a\xFFz")), 0, "\"a\xEF\xBF\xBDz\"");
  check(nt_string(nt_str_n(NULL, 0)), 0, "\"\"");
}

static void script_safe(void **state) {
  check(nt_string(NT_STR("</script>")), 0, "\"<\\/script>\"");
  check(nt_string(NT_STR("<!--<script>")), 0, "\"\\u003c!--<script>\"");
  check(nt_string(NT_STR("a<b<")), 0, "\"a<b<\"");
}

/* "En ny notis" with a stressed word, as the plain text that the model gives. */
static void markup(void **state) {
  nt_arena *arena = nt_arena_new();
  nt_node *root = nt_node_new(arena, NOTIS_NODE_DOCUMENT), *paragraph = nt_node_new(arena, NOTIS_NODE_PARAGRAPH);
  nt_node *stress = nt_node_new(arena, NOTIS_NODE_EMPHASIS), *text[3];
  for (int i = 0; i < 3; i++) {
    text[i] = nt_node_new(arena, NOTIS_NODE_TEXT);
    text[i]->text = nt_str_c(((const char *[]){"En ", "ny", " \"notis\""})[i]);
  }
  nt_node_append(root, paragraph);
  nt_node_append(paragraph, text[0]);
  nt_node_append(paragraph, stress);
  nt_node_append(stress, text[1]);
  nt_node_append(paragraph, text[2]);
  nt_buf encoded = {0};
  nt_node_encode(root, &encoded);
  check(nt_markup(nt_buf_str(&encoded)), 0, "\"En ny \\\"notis\\\"\"");
  check(nt_markup(NT_STR("damaged")), 0, "\"\"");
  nt_buf_deinit(&encoded);
  nt_arena_free(arena);
}

static nt_value sample(nt_arena *arena) {
  nt_value map = nt_map_new(arena), list = nt_list_new(arena);
  nt_list_push(&list, arena, nt_int(1));
  nt_list_push(&list, arena, nt_list_new(arena));
  nt_map_put(&map, arena, NT_STR("z"), (nt_pos){0}, list);
  nt_map_put(&map, arena, NT_STR("a\n"), (nt_pos){0}, nt_map_new(arena));
  return map;
}

static void nested(void **state) {
  nt_arena *arena = nt_arena_new();
  check(sample(arena), 0, "{\"z\":[1,[]],\"a\\n\":{}}");
  check(sample(arena), 2, "{\n  \"z\": [\n    1,\n    []\n  ],\n  \"a\\n\": {}\n}");
  nt_arena_free(arena);
}

/* Every byte in a string, and numbers at the edges, survive another's reader. */
static void read_back(void **state) {
  nt_arena *arena = nt_arena_new();
  char every[128];
  for (int i = 0; i < 128; i++) every[i] = (char)i;
  nt_value list = nt_list_new(arena);
  nt_list_push(&list, arena, nt_string(nt_str_n(every, sizeof every)));
  static const double numbers[] = {5e-324, 1.7976931348623157e308, 123456789.123456789, -1e-7, 4503599627370497.5};
  for (size_t i = 0; i < 5; i++) nt_list_push(&list, arena, nt_float(numbers[i]));
  nt_buf out = {0};
  nt_json_write(&list, 1, &out);
  json_t *root = json_loadb(out.ptr, out.len, JSON_ALLOW_NUL, NULL);
  assert_non_null(root);
  assert_int_equal(json_string_length(json_array_get(root, 0)), 128);
  assert_memory_equal(json_string_value(json_array_get(root, 0)), every, 128);
  for (size_t i = 0; i < 5; i++) assert_true(json_real_value(json_array_get(root, i + 1)) == numbers[i]);
  json_decref(root);
  nt_buf_deinit(&out);
  nt_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(scalars),     cmocka_unit_test(strings),
                                     cmocka_unit_test(script_safe), cmocka_unit_test(nested),
                                     cmocka_unit_test(markup),      cmocka_unit_test(read_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
