/* What a template may ask for, and where it ends: size, depth, memory, steps, numbers. */
#include "template_support.h"

/* A short template can ask for a very long text, or for data that holds itself many times. */
static void memory_is_bounded(void **state) {
  static const char *const texts[] = {
      "{{ ('a' * 100000)|replace('a', 'b' * 100000)|length }}",
      "{{ ('a' * 100000)|replace('', 'b' * 100000)|length }}",
      "{{ ('a' * 100000)|list|join('b' * 100000)|length }}",
      "{% set n = namespace(a=[1]) %}{% for i in range(35) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a }}",
      "{% set n = namespace(a={'k': 1}) %}{% for i in range(35) %}{% set n.a = {'a': n.a, 'b': n.a} %}{% endfor %}{{ "
      "n.a|json }}",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    stage s;
    stage_begin(&s, NULL);
    nt_vm_free(s.vm);
    s.options.memory = 4 << 20;
    s.vm = nt_vm_new(&s.options);
    assert_true(nt_vm_load(s.vm, NULL, 0, &s.fake.diags));
    fake_add_template(&s.fake, "main", 0, texts[i]);
    assert_string_equal(stage_render(&s, "main"), "");
    if (s.fake.diags.len != 1 || s.fake.diags.items[0].code != NT_MSG_script_memory)
      fail_msg("%s: %s", texts[i], stage_faults(&s));
    assert_true(nt_arena_size(s.fake.arena) < (size_t)64 << 20);
    stage_end(&s);
  }
}

static void numbers_are_clamped(void **state) {
  check("",
        "{{ 'abc'|truncate(9223372036854775807, leeway=9223372036854775807) }} {{ 7|round(-9223372036854775807 - 1) }}"
        " {{ 9223372036854775807|round(-1) > 0 }} {{ 1.5|round(9223372036854775807, 'ceil') }}",
        "abc 0 true 1.5");
}

static void repeat(nt_buf *out, const char *text, size_t times) {
  while (times--) nt_buf_c(out, text);
}

static void check_large(const char *before, const char *unit, const char *after, size_t times, const char *one) {
  nt_buf source = {0}, expected = {0};
  nt_buf_c(&source, before);
  repeat(&source, unit, times);
  nt_buf_c(&source, after);
  nt_buf_byte(&source, '\0');
  repeat(&expected, one, times);
  nt_buf_byte(&expected, '\0');
  check(NULL, source.ptr, expected.ptr);
  nt_buf_deinit(&source);
  nt_buf_deinit(&expected);
}

static void large_templates_work(void **state) {
  check_large("", "{% if page.url %}{{ page.url }}{% endif %}", "", 10000, "/a/");
  check_large("", "{% set x = 1 %}{{ x }}", "", 10000, "1");
  check_large("{% for i in [1] %}", "{{ i }}", "{% endfor %}", 10000, "1");
  check_large("{% block b %}", "{% for x in [1] %}{{ x }}{% endfor %}", "{% endblock %}", 5000, "1");
  check_large("", "{% for x in [1] %}{{ x }}{% set y = x %}{% endfor %}", "", 20000, "1");
  check_large("{% for i in [1] %}{% if i %}{% set a = i %}", "{{ a }}", "{% endif %}{% endfor %}", 50000, "1");
  check_large("{% block a %}{% set t = '' %}", "{% set t = t ~ 'x' %}", "{{ t }}{% endblock %}", 9000, "x");
  check_large("{% if false %}", "{% elif false %}", "{% endif %}", 3000, "");
  check_large("", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1) }}", "", 3000, "1");
}

/* More variables in one scope than a Lua function has room for. */
static void many_variables_spill(void **state) {
  nt_buf source = {0}, expected = {0};
  nt_buf_c(&source, "{% block b %}");
  for (int i = 0; i < 400; i++) nt_buf_format(&source, "{%% set v%d = %d %%}", i, i);
  for (int i = 0; i < 400; i++) nt_buf_format(&source, "{{ v%d }} ", i);
  nt_buf_c(&source, "{% for a, b in [[v399, v0]] %}{{ a }}{{ b }}{% endfor %}{% macro m(p) %}{{ p }}{{ v5 }}{% "
                    "endmacro %}{{ m(7) }}{% endblock %}");
  for (int i = 0; i < 400; i++) nt_buf_format(&expected, "%d ", i);
  nt_buf_c(&expected, "399075");
  nt_buf_byte(&source, '\0');
  nt_buf_byte(&expected, '\0');
  check(NULL, source.ptr, expected.ptr);
  nt_buf_deinit(&source);
  nt_buf_deinit(&expected);
}

/* As deep as the parser and the generated Lua can go, and one step beyond: a page or a diagnostic, nothing else. */
static void nesting_ends_in_a_diagnostic(void **state) {
  static const struct {
    const char *open, *middle, *close;
  } shapes[] = {{"{% if true %}", "x", "{% endif %}"},
                {"{% for i in [1] %}", "x", "{% endfor %}"},
                {"{% with a = 1 %}", "x", "{% endwith %}"},
                {"{% filter upper %}", "X", "{% endfilter %}"},
                {"{% set z %}", "x", "{% endset %}"},
                {"{% macro m() %}", "x", "{% endmacro %}"},
                {"{{ (", "1", ") }}"},
                {"{{ [", "1", "]|length }}"}};
  for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++) {
    size_t good = 0, refused = 0;
    for (size_t depth = 1; depth <= 110; depth += depth < 25 ? 8 : 1) {
      nt_buf source = {0};
      stage s;
      bool inner = shapes[shape].open[1] == '{';
      if (inner) nt_buf_c(&source, "{{ ");
      repeat(&source, inner ? shapes[shape].open + 3 : shapes[shape].open, depth);
      nt_buf_c(&source, shapes[shape].middle);
      if (inner) {
        for (size_t i = 0; i < depth; i++) nt_buf_byte(&source, shapes[shape].close[0]);
        nt_buf_c(&source, shapes[shape].close + 1);
      } else {
        repeat(&source, shapes[shape].close, depth);
      }
      nt_buf_byte(&source, '\0');
      stage_begin(&s, NULL);
      fake_add_template(&s.fake, "main", 0, source.ptr);
      stage_render(&s, "main");
      if (s.fake.diags.errors == 0) good++;
      if (s.fake.diags.errors) {
        if (s.fake.diags.items[0].code != NT_MSG_template_too_deep)
          fail_msg("%s x %zu: %s", shapes[shape].open, depth, stage_faults(&s));
        refused++;
      }
      stage_end(&s);
      nt_buf_deinit(&source);
    }
    assert_true(good > 3 && refused > 3);
  }
}

/* Every operator nested to the right, so that registers and levels of Lua's compiler run out at different depths. */
static void nested_operators_end_in_a_diagnostic(void **state) {
  static const char *const steps[] = {"1 + (",         "1 ~ (",  "[1, 2, 3, (",  "f(1, 2, 3, (",
                                      "1 if 1 else (", "0 or (", "not (",        "a[(",
                                      "{'a': (",       "1 < (",  "'x'|default(", "(1 if 0 else 2) * ("};
  for (size_t step = 0; step < sizeof steps / sizeof *steps; step++)
    for (size_t depth = 1; depth <= 101; depth++) {
      nt_buf source = {0};
      stage s;
      nt_buf_c(&source, "{{ ");
      repeat(&source, steps[step], depth);
      nt_buf_c(&source, "1");
      for (size_t i = 0; i < depth; i++)
        for (size_t k = strlen(steps[step]); k-- > 0;) {
          char c = steps[step][k];
          if (c == '(' && !strncmp(steps[step], "(1 if", 5) && k == 0) continue;
          if (c == '(' || c == '[' || c == '{') nt_buf_byte(&source, c == '(' ? ')' : c == '[' ? ']' : '}');
        }
      nt_buf_c(&source, " }}");
      nt_buf_byte(&source, '\0');
      stage_begin(&s, NULL);
      fake_add_template(&s.fake, "main", 0, source.ptr);
      stage_render(&s, "main");
      for (size_t i = 0; i < s.fake.diags.len; i++)
        if (s.fake.diags.items[i].code == NT_MSG_template_too_large)
          fail_msg("%s at %zu: %s", steps[step], depth, stage_faults(&s));
      stage_end(&s);
      nt_buf_deinit(&source);
    }
}

static void endless_templates_are_stopped(void **state) {
  stage s;
  stage_begin(&s, NULL);
  fake_add_template(&s.fake, "loop", 0,
                    "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}");
  fake_add_template(&s.fake, "macro", 0, "{% macro m() %}\n{{ m() }}{% endmacro %}{{ m() }}");
  assert_string_equal(stage_render(&s, "loop"), "");
  assert_true(s.fake.diags.errors > 0);
  assert_true(nt_str_eq(s.fake.diags.items[0].where.file, NT_STR("layer0/templates/loop")));
  assert_int_equal(s.fake.diags.items[0].where.line, 1);
  fake_add_template(&s.fake, "write", 0,
                    "{% set x = 'abcdefghij' * 10000 %}{% for a in range(99999) %}{{ x }}{% endfor %}");
  fake_add_template(&s.fake, "work", 0, "{% for a in range(99999) %}{{ range(99999)|sort|unique|length }}{% endfor %}");
  assert_string_equal(stage_render(&s, "macro"), "");
  assert_true(s.fake.diags.errors > 0);
  assert_string_equal(stage_render(&s, "write"), "");
  assert_true(s.fake.diags.errors > 0);
  assert_string_equal(stage_render(&s, "work"), "");
  assert_true(s.fake.diags.errors > 0);
  stage_end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_is_bounded),
      cmocka_unit_test(numbers_are_clamped),
      cmocka_unit_test(large_templates_work),
      cmocka_unit_test(many_variables_spill),
      cmocka_unit_test(nesting_ends_in_a_diagnostic),
      cmocka_unit_test(nested_operators_end_in_a_diagnostic),
      cmocka_unit_test(endless_templates_are_stopped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
