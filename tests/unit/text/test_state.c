/* When a document may be seen. Instants were computed with date(1). */
#include "support.h"
#include "text/fields.h"
#include "text/json.h"
#include "text/state.h"
#include "text/yaml.h"

enum { NOW = 1718013600 /* 2024-06-10T10:00:00Z, twelve o'clock in Stockholm */, HOUR = 3600, DAY = 86400 };

typedef struct fixture {
  nt_arena *arena;
  nt_diags diags;
  nt_zone *zone;
} fixture;

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->arena = nt_arena_new();
  nt_diags_init(&f->diags, f->arena);
  f->zone = nt_zone_open(NT_STR("Europe/Stockholm"));
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_zone_close(f->zone);
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

static nt_value yaml(fixture *f, const char *text) {
  nt_value v;
  assert_true(nt_yaml_parse(nt_str_c(text), NT_STR("a.md"), (nt_pos){1, 1, 0}, f->arena, &f->diags, &v));
  return v;
}

static nt_kind kind_of(fixture *f, const char *text) {
  nt_value v = yaml(f, text);
  nt_kind kind;
  if (!nt_kind_read(NT_STR("news"), NT_STR("kinds/news.yaml"), &v, f->arena, &f->diags, &kind)) fail_msg("%s", text);
  return kind;
}

static nt_value fields_of(fixture *f, const nt_kind *kind, const char *text, bool good) {
  nt_value raw = yaml(f, text), out;
  nt_fields_context context = {.zone = f->zone, .file = NT_STR("a.md")};
  if (nt_fields_apply(kind, &raw, &context, f->arena, &f->diags, &out) != good) fail_msg("%s", text);
  return out;
}

static const char declared[] = "fields: { title: text, date: datetime }\n";

static void check(fixture *f, const char *kind_text, const char *text, int64_t now, nt_state state, int64_t until) {
  nt_kind kind = kind_of(f, kind_text);
  nt_value fields = fields_of(f, &kind, text, true);
  nt_standing s = nt_state_of(&fields, &kind, f->zone, now);
  if (s.state != state || s.until != until)
    fail_msg("%s at %lld: %s until %lld", text, (long long)now, nt_state_name(s.state), (long long)s.until);
  assert_true(nt_standing_holds(&s, now));
}

static void test_one_word_each(void **state) {
  fixture *f = *state;
  check(f, declared, "title: A", NOW, NT_STATE_PUBLISHED, INT64_MAX);
  check(f, declared, "draft: true", NOW, NT_STATE_DRAFT, INT64_MAX);
  check(f, declared, "draft: false", NOW, NT_STATE_PUBLISHED, INT64_MAX);
  check(f, declared, "draft: null\nembargo: null\nexpires: null\ndate: null", NOW, NT_STATE_PUBLISHED, INT64_MAX);
  check(f, declared, "embargo: 2024-06-11 12:00", NOW, NT_STATE_EMBARGO, NOW + DAY);
  check(f, declared, "date: 2024-06-11 12:00", NOW, NT_STATE_FUTURE, NOW + DAY);
  check(f, declared, "expires: 2024-06-11 12:00", NOW, NT_STATE_PUBLISHED, NOW + DAY);
  check(f, declared, "expires: 2024-06-09 12:00", NOW, NT_STATE_EXPIRED, INT64_MAX);
}

/* To the second: an embargo ends, and a text expires, at the instant that is written. */
static void test_edges(void **state) {
  fixture *f = *state;
  check(f, declared, "embargo: 2024-06-10T10:00:00Z", NOW - 1, NT_STATE_EMBARGO, NOW);
  check(f, declared, "embargo: 2024-06-10T10:00:00Z", NOW, NT_STATE_PUBLISHED, INT64_MAX);
  check(f, declared, "embargo: 2024-06-10T10:00:00.5Z", NOW, NT_STATE_EMBARGO, NOW + 1);
  check(f, declared, "date: 2024-06-10 12:00", NOW - 1, NT_STATE_FUTURE, NOW);
  check(f, declared, "date: 2024-06-10 12:00", NOW, NT_STATE_PUBLISHED, INT64_MAX);
  check(f, declared, "expires: 2024-06-10 12:00", NOW - 1, NT_STATE_PUBLISHED, NOW);
  check(f, declared, "expires: 2024-06-10 12:00", NOW, NT_STATE_EXPIRED, INT64_MAX);
  /* A day is its first instant in the site's zone. */
  check(f, declared, "embargo: 2024-06-15", 1718402399, NT_STATE_EMBARGO, 1718402400);
  check(f, declared, "embargo: 2024-06-15", 1718402400, NT_STATE_PUBLISHED, INT64_MAX);
  check(f, declared, "expires: 2024-06-15", 1718402400, NT_STATE_EXPIRED, INT64_MAX);
}

static void test_several(void **state) {
  fixture *f = *state;
  const char *all = "embargo: 2024-06-11 12:00\ndate: 2024-06-12 12:00\nexpires: 2024-06-13 12:00";
  check(f, declared, all, NOW, NT_STATE_EMBARGO, NOW + DAY);
  check(f, declared, all, NOW + DAY, NT_STATE_FUTURE, NOW + 2 * DAY);
  check(f, declared, all, NOW + 2 * DAY, NT_STATE_PUBLISHED, NOW + 3 * DAY);
  check(f, declared, all, NOW + 3 * DAY, NT_STATE_EXPIRED, INT64_MAX);
  check(f, declared, "draft: true\nexpires: 2020-01-01", NOW, NT_STATE_DRAFT, INT64_MAX);
  /* It expires before its embargo ends: it is never seen. */
  const char *never = "embargo: 2024-06-12 12:00\nexpires: 2024-06-11 12:00";
  check(f, declared, never, NOW, NT_STATE_EMBARGO, NOW + DAY);
  check(f, declared, never, NOW + DAY, NT_STATE_EXPIRED, INT64_MAX);
  check(f, declared, never, NOW + 2 * DAY, NT_STATE_EXPIRED, INT64_MAX);
}

static void test_future_of_a_kind(void **state) {
  fixture *f = *state;
  const char *calendar = "future: publish\nfields: { date: datetime }\n";
  check(f, calendar, "date: 2030-01-01", NOW, NT_STATE_PUBLISHED, INT64_MAX);
  check(f, calendar, "date: 2030-01-01\nembargo: 2024-06-11 12:00", NOW, NT_STATE_EMBARGO, NOW + DAY);
  check(f, "future: withhold\nfields: { date: date }\n", "date: 2024-06-15", NOW, NT_STATE_FUTURE, 1718402400);
}

/* 2:30 comes twice on that night: at 0:30 and 1:30 by Greenwich. */
static void test_ambiguous_hour(void **state) {
  fixture *f = *state;
  check(f, declared, "embargo: 2024-10-27 02:30", 1729989000, NT_STATE_EMBARGO, 1729992600);
  assert_int_equal(f->diags.len, 1);
  assert_int_equal(f->diags.items[0].code, NT_MSG_fields_time_twice);
  check(f, declared, "embargo: 2024-10-27 02:30 +0200", 1729989000, NT_STATE_PUBLISHED, INT64_MAX);
}

/* An answer holds for exactly as long as it says: ask at every instant where something may change, and between. */
static void test_an_answer_holds(void **state) {
  fixture *f = *state;
  const char *days[] = {"null", "2024-06-09 12:00", "2024-06-10 12:00", "2024-06-11 12:00"};
  nt_kind kind = kind_of(f, declared);
  for (int n = 0; n < 64; n++) {
    nt_str text =
        nt_arena_format(f->arena, "embargo: %s\ndate: %s\nexpires: %s", days[n % 4], days[n / 4 % 4], days[n / 16]);
    nt_value fields = fields_of(f, &kind, text.ptr, true);
    for (int64_t from = NOW - 2 * DAY; from <= NOW + 2 * DAY; from += 12 * HOUR) {
      nt_standing s = nt_state_of(&fields, &kind, f->zone, from);
      for (int64_t at = NOW - 2 * DAY; at <= NOW + 2 * DAY; at += 12 * HOUR) {
        nt_state then = nt_state_of(&fields, &kind, f->zone, at).state;
        if (nt_standing_holds(&s, at) && then != s.state) fail_msg("%s: %lld", text.ptr, (long long)at);
      }
      if (s.until < NOW + 2 * DAY && nt_state_of(&fields, &kind, f->zone, s.until).state == s.state)
        fail_msg("%s: nothing changes", text.ptr);
    }
  }
}

static void test_faults(void **state) {
  static const struct {
    const char *text;
    nt_code code;
    unsigned line, column;
  } faults[] = {{"title: A\ndraft: ja", NT_MSG_fields_not_boolean, 2, 8},
                {"title: A\nembargo: snart", NT_MSG_fields_not_datetime, 2, 10},
                {"expires: 2021-04-31", NT_MSG_fields_no_such_date, 1, 10},
                {"date: 2021-04-31", NT_MSG_fields_no_such_date, 1, 7},
                {"embargo: 2024-03-31 02:30", NT_MSG_fields_time_skipped, 1, 10},
                {"aliases: gammal", NT_MSG_fields_not_alias, 1, 10},
                {"aliases: [/a/, 7]", NT_MSG_fields_not_alias, 1, 16},
                {"aliases: [/a/../b/]", NT_MSG_fields_not_alias, 1, 11},
                {"aliases: //annan.example/", NT_MSG_fields_not_alias, 1, 10},
                {"aliases: { a: /b/ }", NT_MSG_fields_not_alias, 1, 10}};
  fixture *f = *state;
  nt_kind kind = kind_of(f, declared);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    nt_diags_init(&f->diags, f->arena);
    fields_of(f, &kind, faults[i].text, false);
    assert_int_equal(f->diags.len, 1);
    const nt_diag *d = &f->diags.items[0];
    if (d->code != faults[i].code || d->where.line != faults[i].line || d->where.column != faults[i].column)
      fail_msg("%s: %s at %u:%u", faults[i].text, nt_message_get(d->code)->name, d->where.line, d->where.column);
  }
}

static void check_aliases(fixture *f, const char *kind_text, const char *text, const char *expected) {
  nt_kind kind = kind_of(f, kind_text);
  nt_value fields = fields_of(f, &kind, text, true);
  nt_buf out = {0};
  nt_json_write(nt_map_find(&fields, NT_STR("aliases")), 0, &out);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr, expected);
  nt_buf_deinit(&out);
  assert_int_equal(f->diags.len, 0);
}

static void test_aliases(void **state) {
  fixture *f = *state;
  check_aliases(f, declared, "aliases: /gammal/", "[\"/gammal/\"]");
  check_aliases(f, declared, "aliases: [/a.html, /b/c/]", "[\"/a.html\",\"/b/c/\"]");
  check_aliases(f, "fields: { aliases: { type: list, of: text } }", "aliases: /a/", "[\"/a/\"]");
  check_aliases(f, "fields: { aliases: { type: list } }", "{}", "null");
}

/* What a hook wrote is held against the same types. */
static void test_again(void **state) {
  fixture *f = *state;
  nt_kind kind = kind_of(f, declared);
  nt_fields_context context = {.zone = f->zone, .file = NT_STR("a.md")};
  nt_value fields = yaml(f, "date: 2024-06-11 12:00\nembargo: 2024-06-12\naliases: /a/\ntitle: [x]");
  assert_true(nt_fields_common(&kind, &context, f->arena, &f->diags, &fields));
  assert_int_equal(nt_state_of(&fields, &kind, f->zone, NOW).state, NT_STATE_EMBARGO);
  assert_int_equal(nt_map_find(&fields, NT_STR("date"))->type, NT_TIME);
  assert_int_equal(nt_map_find(&fields, NT_STR("aliases"))->type, NT_LIST);
  assert_true(nt_fields_common(&kind, &context, f->arena, &f->diags, &fields)); /* what is right stays as it is */
  assert_int_equal(f->diags.len, 0);
  fields = yaml(f, "draft: 1\nexpires: sen");
  assert_false(nt_fields_common(&kind, &context, f->arena, &f->diags, &fields));
  assert_int_equal(f->diags.errors, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_one_word_each, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_edges, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_several, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_future_of_a_kind, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_ambiguous_hour, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_an_answer_holds, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_aliases, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_again, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
