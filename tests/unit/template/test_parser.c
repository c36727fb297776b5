/* Syntax faults: which, and exactly where. The positions were counted by hand. */
#include "support.h"

#include "template/parser.h"

typedef struct fault_case {
  const char *source;
  const char *expected; /* "line:column code" each, joined by a space */
} fault_case;

static const fault_case cases[] = {
    {"plain { text } % #", ""},
    {"a {{ b }} {% if c %}d{% endif %} {# e #}", ""},
    {"{{ title", "1:1 template_unclosed_output"},
    {"x\n  {{ title }</p>", "2:3 template_unclosed_output"},
    {"{{ a {% if b %}{% endif %}", "1:1 template_unclosed_output"},
    {"{% if a }", "1:1 template_unclosed_tag 1:4 template_unclosed_block"},
    {"ab\ncd {# never", "2:4 template_unclosed_comment"},
    {"{% raw %} {{ x }}", "1:1 template_unclosed_block"},
    {"{{ 'abc }}", "1:4 template_unclosed_string"},
    {"{{ a ? b }}", "1:6 template_bad_character"},
    {"{{ a b }}", "1:6 template_expected"},
    {"{{ (a }}", "1:7 template_expected"},
    {"{{ }}", "1:4 template_expected_value"},
    {"{{ a + }}", "1:8 template_expected_value"},
    {"{{ a|'x' }}", "1:6 template_expected_name"},
    {"{{ a.'x' }}", "1:6 template_expected_name"},
    {"{{ not }}", "1:8 template_expected_value"},
    {"{{ and }}", "1:4 template_reserved"},
    {"{{ f(a=1, 2) }}", "1:11 template_argument_order"},
    {"{{ f(a=1, a=2) }}", "1:11 template_argument_twice"},
    {"{% fr x in y %}", "1:4 template_unknown_tag_near"},
    {"{% zzzzzzzz %}", "1:4 template_unknown_tag"},
    {"{% %}", "1:4 template_expected_tag"},
    {"{% call f() %}", "1:4 template_unsupported"},
    {"{% for x y %}{% endfor %}", "1:10 template_expected"},
    {"{% for x in %}{% endfor %}", "1:13 template_expected_value"},
    {"{% endif %}", "1:4 template_stray_end"},
    {"{% if a %}\n{% endfor %}{% endif %}", "2:4 template_wrong_end"},
    {"{% for x in y %}\n{% if a %}\n{% endfor %}", "2:4 template_unclosed_block"},
    {"{% block a %}x", "1:4 template_unclosed_block"},
    {"{% block a %}{% endblock b %}", "1:26 template_block_name"},
    {"{% block a %}{% endblock %}\n{% block a %}{% endblock %}", "2:10 template_block_twice"},
    {"{% macro m() %}{% block a %}{% endblock %}{% endmacro %}", "1:25 template_block_in_macro"},
    {"{% extends base %}", "1:12 template_extends_name"},
    {"{% extends 'a' %}{% extends 'b' %}", "1:21 template_extends_twice"},
    {"{% if a %}{% extends 'a' %}{% endif %}", "1:14 template_extends_place"},
    {"{% set x %}a", "1:4 template_unclosed_block"},
    {"{% set x = %}", "1:12 template_expected_value"},
    {"{% include %}", "1:12 template_expected_value"},
    {"{% import 'a' %}", "1:15 template_expected"},
    {"{% from 'a' import %}", "1:20 template_expected_value"},
    /* Several at once, and columns in bytes: å is two. */
    {"å {{ a b }}\n{{ c d }}\n{% fr %}", "1:9 template_expected 2:6 template_expected 3:4 template_unknown_tag_near"},
    {"\xEF\xBB\xBF{{ a b }}", "1:9 template_expected"},
    {"a\r\n{{ a b }}", "2:6 template_expected"},
    {"ab\xFF", "1:3 template_bad_utf8"},
};

static void parse(nt_str source, nt_arena *arena, nt_diags *diags, nt_template_ast *ast) {
  nt_diags_init(diags, arena);
  *ast = (nt_template_ast){0};
  nt_template_parse(source, NT_STR("t.html"), arena, diags, ast);
}

static void faults_stand_where_they_are(void **state) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    nt_arena *arena = nt_arena_new();
    nt_diags diags;
    nt_template_ast ast;
    nt_buf got = {0};
    parse(nt_str_c(cases[i].source), arena, &diags, &ast);
    for (size_t d = 0; d < diags.len; d++)
      nt_buf_format(&got, "%s%u:%u %s", d ? " " : "", diags.items[d].where.line, diags.items[d].where.column,
                    nt_message_get(diags.items[d].code)->name);
    nt_buf_byte(&got, '\0');
    if (strcmp(got.ptr, cases[i].expected) != 0)
      fail_msg("%s\n  expected: %s\n  got:      %s", cases[i].source, cases[i].expected, got.ptr);
    nt_buf_deinit(&got);
    nt_arena_free(arena);
  }
}

static void repeat(nt_buf *out, const char *text, size_t times) {
  while (times--) nt_buf_c(out, text);
}

/* Hostile nesting ends in a diagnostic, whatever it is made of. */
static void nesting_has_a_limit(void **state) {
  static const char *const openers[] = {"(", "[", "{1:", "not ", "-", "f(", "a[", "1 if 1 else ", "a.b|f("};
  static const char *const chains[] = {".a", "[0]", "()", "|upper", " + 1", " * 1"};
  for (size_t i = 0; i < sizeof openers / sizeof *openers + sizeof chains / sizeof *chains + 1; i++) {
    size_t count = sizeof openers / sizeof *openers;
    nt_buf source = {0};
    if (i < count) {
      nt_buf_c(&source, "{{ ");
      repeat(&source, openers[i], 100000);
    } else if (i - count < sizeof chains / sizeof *chains) {
      nt_buf_c(&source, "{{ a");
      repeat(&source, chains[i - count], 100000);
    } else {
      repeat(&source, "{% if a %}", 100000);
    }
    if (i < count + sizeof chains / sizeof *chains) nt_buf_c(&source, " }}");
    nt_arena *arena = nt_arena_new();
    nt_diags diags;
    nt_template_ast ast;
    parse(nt_buf_str(&source), arena, &diags, &ast);
    size_t deep = 0;
    for (size_t d = 0; d < diags.len; d++) deep += diags.items[d].code == NT_MSG_template_too_deep;
    if (deep != 1) fail_msg("%.20s: %zu", source.ptr + 3, deep);
    assert_true(diags.len <= NT_TEMPLATE_FAULTS);
    nt_arena_free(arena);
    nt_buf_deinit(&source);
  }
}

/* A flat run of one operator is no nesting. */
static void long_runs_are_flat(void **state) {
  static const char *const runs[] = {" ~ 'b'", " and b", " or b"};
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
    nt_buf source = {0};
    nt_buf_c(&source, "{{ a");
    repeat(&source, runs[i], 5000);
    nt_buf_c(&source, " }}");
    nt_arena *arena = nt_arena_new();
    nt_diags diags;
    nt_template_ast ast;
    parse(nt_buf_str(&source), arena, &diags, &ast);
    assert_int_equal(diags.len, 0);
    assert_int_equal(ast.body.first->expr->count, 5001);
    nt_arena_free(arena);
    nt_buf_deinit(&source);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(faults_stand_where_they_are),
      cmocka_unit_test(nesting_has_a_limit),
      cmocka_unit_test(long_runs_are_flat),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
