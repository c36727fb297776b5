#include "host/host.h"

#include "support.h"

typedef struct fixture {
  nt_arena *arena;
  nt_diags diags;
  notis_builder *builder;
  nt_document document;
} fixture;

static const notis_services *const host = &nt_services;

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->arena = nt_arena_new();
  nt_diags_init(&f->diags, f->arena);
  f->builder = nt_builder_new(f->arena, &f->diags, NT_STR("content/a.md"));
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

static notis_str s(const char *text) {
  return (notis_str){text, strlen(text)};
}

static notis_place at(uint32_t line, uint32_t column) {
  return (notis_place){line, column, 0};
}

static notis_status open_node(fixture *f, notis_node_type type, const char *text, uint32_t line) {
  notis_node_info info = {.size = sizeof info, .type = type, .text = s(text), .at = at(line, 1)};
  return host->node_open(f->builder, &info);
}

static void assert_fault(fixture *f, nt_code code) {
  nt_builder_finish(f->builder, &f->document);
  assert_int_equal(f->diags.len, 1);
  assert_int_equal(f->diags.items[0].code, code);
  assert_non_null(f->document.body);
  assert_int_equal(f->document.fields.type, NT_MAP);
}

static void nothing_is_an_empty_document(void **state) {
  fixture *f = *state;
  nt_builder_finish(f->builder, &f->document);
  assert_int_equal(f->diags.len, 0);
  assert_int_equal(f->document.body->type, NOTIS_NODE_DOCUMENT);
  assert_int_equal(f->document.body->origin, 1);
  assert_int_equal(f->document.position_count, 1);
  assert_int_equal(nt_value_len(&f->document.fields), 0);
}

/* What is not UTF-8, and NUL, become U+FFFD in the texts of nodes as in fields. */
static void texts_of_nodes_are_cleaned(void **state) {
  fixture *f = *state;
  notis_node_info info = {.size = sizeof info,
                          .type = NOTIS_NODE_CODE_BLOCK,
                          .text = {"a\xFF\0z", 4},
                          .extra = {"\xC3", 1},
                          .at = at(1, 1)};
  assert_int_equal(host->node_open(f->builder, &info), NOTIS_OK);
  host->node_close(f->builder);
  nt_builder_finish(f->builder, &f->document);
  const nt_node *node = f->document.body->first;
  assert_true(nt_str_eq(node->text, NT_STR("a\uFFFD\uFFFDz")));
  assert_true(nt_str_eq(node->extra, NT_STR("\uFFFD")));
}

static void fields_are_built(void **state) {
  fixture *f = *state;
  host->field_key(f->builder, s("title"), at(2, 1));
  host->field_string(f->builder, s("Å"), at(2, 8));
  host->field_key(f->builder, s("tags"), at(3, 1));
  host->field_list(f->builder, at(3, 7));
  host->field_int(f->builder, -3, at(3, 8));
  host->field_map(f->builder, at(3, 9));
  host->field_key(f->builder, s("deep"), at(3, 10));
  host->field_float(f->builder, 1.5, at(3, 16));
  host->field_end(f->builder);
  host->field_null(f->builder, at(3, 20));
  host->field_end(f->builder);
  host->field_key(f->builder, s("draft"), at(4, 1));
  host->field_bool(f->builder, true, at(4, 70000));
  host->field_key(f->builder, s("date"), at(5, 1));
  host->field_time(f->builder, (notis_time){.seconds = 86400, .date_only = 7}, at(5, 7));
  nt_builder_finish(f->builder, &f->document);
  assert_int_equal(f->diags.len, 0);
  const nt_value *fields = &f->document.fields;
  const nt_value *title = nt_map_find(fields, NT_STR("title")), *tags = nt_map_find(fields, NT_STR("tags"));
  assert_true(nt_str_eq(nt_value_str(title), NT_STR("Å")));
  assert_int_equal(title->pos.line, 2);
  assert_int_equal(title->pos.column, 8);
  assert_int_equal(nt_value_len(tags), 3);
  assert_int_equal(tags->as.list->items[0].as.integer, -3);
  assert_true(nt_map_path(&tags->as.list->items[1], NT_STR("deep"))->as.number == 1.5);
  assert_int_equal(tags->as.list->items[2].type, NT_NULL);
  assert_int_equal(nt_map_find(fields, NT_STR("draft"))->pos.column, 65535);
  assert_int_equal(nt_map_find(fields, NT_STR("date"))->as.time.date_only, 1);
}

static void nodes_are_built(void **state) {
  fixture *f = *state;
  notis_node_info link = {.size = sizeof link,
                          .type = NOTIS_NODE_LINK,
                          .flags = 1u << 30,
                          .text = s("u"),
                          .extra = s("t"),
                          .at = {3, 4, 0},
                          .text_at = {3, 9, 0}};
  assert_int_equal(open_node(f, NOTIS_NODE_DOCUMENT, "", 2), NOTIS_OK);
  host->node_attribute(f->builder, s("lang"), s("sv"));
  assert_int_equal(open_node(f, NOTIS_NODE_PARAGRAPH, "", 3), NOTIS_OK);
  assert_int_equal(host->node_open(f->builder, &link), NOTIS_OK);
  host->node_attribute(f->builder, s("rel"), s("me"));
  host->node_close(f->builder);
  assert_int_equal(open_node(f, NOTIS_NODE_TEXT, "x", 3), NOTIS_OK);
  host->node_close(f->builder);
  host->node_close(f->builder);
  host->node_close(f->builder);
  nt_builder_finish(f->builder, &f->document);
  assert_int_equal(f->diags.len, 0);
  const nt_node *body = f->document.body, *built = body->first->first;
  assert_true(nt_str_eq(nt_node_attr(body, NT_STR("lang")), NT_STR("sv")));
  assert_int_equal(built->type, NOTIS_NODE_LINK);
  assert_int_equal(built->flags, 0);
  assert_int_equal(built->origin, 3);
  assert_true(nt_str_eq(built->text, NT_STR("u")) && nt_str_eq(built->extra, NT_STR("t")));
  assert_true(nt_str_eq(nt_node_attr(built, NT_STR("rel")), NT_STR("me")));
  assert_true(nt_str_eq(built->next->text, NT_STR("x")));
  static const nt_node_pos expected[] = {{2, 1, 0, 0}, {3, 1, 0, 0}, {3, 4, 3, 9}, {3, 1, 0, 0}};
  assert_int_equal(f->document.position_count, 4);
  assert_memory_equal(f->document.positions, expected, sizeof expected);
}

/* A plugin built with an older header knows a shorter struct. */
static void short_info_is_read_as_far_as_it_goes(void **state) {
  fixture *f = *state;
  notis_node_info info = {.type = NOTIS_NODE_CODE_BLOCK, .text = s("x"), .extra = s("never read")};
  info.size = offsetof(notis_node_info, extra);
  assert_int_equal(host->node_open(f->builder, &info), NOTIS_OK);
  host->node_close(f->builder);
  nt_builder_finish(f->builder, &f->document);
  assert_int_equal(f->document.body->first->extra.len, 0);
}

static void many_nodes_deeply(void **state) {
  fixture *f = *state;
  for (uint32_t i = 1; i <= 100000; i++) assert_int_equal(open_node(f, NOTIS_NODE_QUOTE, "", i), NOTIS_OK);
  for (uint32_t i = 1; i <= 100000; i++) host->node_close(f->builder);
  nt_builder_finish(f->builder, &f->document);
  assert_int_equal(f->diags.len, 0);
  assert_int_equal(f->document.position_count, 100001);
  assert_int_equal(f->document.positions[77777].line, 77777);
}

static void misplaced_nodes_are_refused(void **state) {
  fixture *f = *state;
  assert_int_equal(open_node(f, NOTIS_NODE_PARAGRAPH, "", 1), NOTIS_OK);
  assert_int_equal(open_node(f, NOTIS_NODE_PARAGRAPH, "", 2), NOTIS_ERROR);
  assert_int_equal(open_node(f, NOTIS_NODE_TEXT, "late", 2), NOTIS_ERROR);
  host->node_close(f->builder);
  host->node_close(f->builder);
  assert_fault(f, NT_MSG_builder_node_misplaced);
  assert_int_equal(f->diags.items[0].where.line, 2);
}

static void unknown_nodes_are_refused(void **state) {
  fixture *f = *state;
  assert_int_equal(open_node(f, (notis_node_type)999, "", 1), NOTIS_ERROR);
  assert_fault(f, NT_MSG_builder_node_misplaced);
}

static void second_documents_are_refused(void **state) {
  fixture *f = *state;
  assert_int_equal(open_node(f, NOTIS_NODE_DOCUMENT, "", 1), NOTIS_OK);
  assert_int_equal(open_node(f, NOTIS_NODE_DOCUMENT, "", 1), NOTIS_ERROR);
  assert_fault(f, NT_MSG_builder_node_misplaced);
}

static void too_many_closes_are_refused(void **state) {
  fixture *f = *state;
  host->node_close(f->builder);
  assert_fault(f, NT_MSG_builder_close_misplaced);
}

static void open_nodes_are_reported(void **state) {
  fixture *f = *state;
  open_node(f, NOTIS_NODE_QUOTE, "", 1);
  assert_fault(f, NT_MSG_builder_left_open);
}

static void open_fields_are_reported(void **state) {
  fixture *f = *state;
  host->field_key(f->builder, s("title"), at(1, 1));
  assert_fault(f, NT_MSG_builder_left_open);
  assert_true(nt_str_eq(f->diags.items[0].args[0], NT_STR("title")));
}

static void values_without_keys_are_refused(void **state) {
  fixture *f = *state;
  host->field_int(f->builder, 1, at(9, 2));
  assert_fault(f, NT_MSG_builder_no_key);
  assert_int_equal(f->diags.items[0].where.line, 9);
}

static void misplaced_keys_are_refused(void **state) {
  fixture *f = *state;
  host->field_key(f->builder, s("a"), at(1, 1));
  host->field_list(f->builder, at(1, 1));
  host->field_key(f->builder, s("b"), at(1, 1));
  assert_fault(f, NT_MSG_builder_key_misplaced);
}

static void misplaced_ends_are_refused(void **state) {
  fixture *f = *state;
  host->field_end(f->builder);
  assert_fault(f, NT_MSG_builder_end_misplaced);
}

static void endless_depth_is_refused(void **state) {
  fixture *f = *state;
  host->field_key(f->builder, s("a"), at(1, 1));
  for (int i = 0; i < 1000; i++) host->field_list(f->builder, at(1, 1));
  assert_fault(f, NT_MSG_builder_too_deep);
}

static void broken_text_in_fields_is_mended(void **state) {
  fixture *f = *state;
  host->field_key(f->builder, s("a\xff"), at(1, 1));
  host->field_string(f->builder, (notis_str){"b\0c", 3}, at(1, 1));
  nt_builder_finish(f->builder, &f->document);
  assert_true(nt_str_eq(nt_value_str(nt_map_find(&f->document.fields, NT_STR("a\xEF\xBF\xBD"))), NT_STR("b\xEF\xBF\xBD"
                                                                                                        "c")));
}

static bool yaml(notis_call *call, nt_str text, nt_pos pos, nt_arena *arena, nt_value *out) {
  *out = nt_map_new(arena);
  nt_value title = nt_string(text);
  title.pos = pos;
  nt_map_put(out, arena, NT_STR("yaml"), pos, title);
  return text.ptr[0] != '!';
}

static void front_matter_is_the_engines(void **state) {
  fixture *f = *state;
  nt_host_engine engine = {.front_matter = yaml};
  notis_call call = {.arena = f->arena, .diags = &f->diags};
  assert_int_equal(host->front_matter(f->builder, &call, s("a"), at(2, 1)), NOTIS_ERROR);
  call.engine = &engine;
  assert_int_equal(host->front_matter(f->builder, &call, s(""), at(2, 1)), NOTIS_OK);
  assert_int_equal(host->front_matter(f->builder, &call, s("a: 1"), at(2, 1)), NOTIS_OK);
  nt_builder_finish(f->builder, &f->document);
  const nt_value *found = nt_map_find(&f->document.fields, NT_STR("yaml"));
  assert_true(nt_str_eq(nt_value_str(found), NT_STR("a: 1")));
  assert_int_equal(found->pos.line, 2);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(nothing_is_an_empty_document),
      TEST(fields_are_built),
      TEST(texts_of_nodes_are_cleaned),
      TEST(nodes_are_built),
      TEST(short_info_is_read_as_far_as_it_goes),
      TEST(many_nodes_deeply),
      TEST(misplaced_nodes_are_refused),
      TEST(unknown_nodes_are_refused),
      TEST(second_documents_are_refused),
      TEST(too_many_closes_are_refused),
      TEST(open_nodes_are_reported),
      TEST(open_fields_are_reported),
      TEST(values_without_keys_are_refused),
      TEST(misplaced_keys_are_refused),
      TEST(misplaced_ends_are_refused),
      TEST(endless_depth_is_refused),
      TEST(broken_text_in_fields_is_mended),
      TEST(front_matter_is_the_engines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
