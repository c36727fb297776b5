/* Faults of a render: which, and at which line and byte column of which template. Positions were counted by hand. */
#include "template_support.h"

typedef struct fault_case {
  const char *main;
  const char *base; /* "base", layer 0, or NULL */
  const char *expected;
} fault_case;

static const fault_case cases[] = {
    /* names */
    {"a\n{{ ttle }}", NULL, "main:2:4 template_undefined ttle doc, page, site"},
    {"{{ pag }}", NULL, "main:1:4 template_undefined_near pag page"},
    {"{% for item in [1] %}\n{{ itm }}{% endfor %}", NULL, "main:2:4 template_undefined_near itm item"},
    {"{{ docc.title }}", NULL, "main:1:4 template_undefined_near docc doc"},
    {"{% for x in itemz %}{% endfor %}", NULL, "main:1:13 template_undefined itemz doc, page, site"},
    {"{{ nofunction(1) }}", NULL, "main:1:4 template_undefined nofunction doc, page, site"},
    /* attributes */
    {"{{ doc.imge.alt }}", NULL, "main:1:8 template_no_attribute_near imge doc image"},
    {"{{ doc.zzzz.alt }}", NULL, "main:1:8 template_no_attribute zzzz doc"},
    {"{{ doc.image.credit.x }}", NULL, "main:1:14 template_no_attribute credit doc.image"},
    {"{{ page.urll.x }}", NULL, "main:1:9 template_no_attribute_near urll page url"},
    {"{{ [1][5].x }}", NULL, "main:1:11 template_undefined_use x"},
    {"{{ doc.title() }}", NULL, "main:1:8 template_no_method title doc"},
    {"{{ 'a'.nope() }}", NULL, "main:1:8 template_no_method nope string"},
    {"{% set x = 1 %}{{ x() }}", NULL, "main:1:19 template_not_callable number"},
    /* operators */
    {"{{ 1 +\n 'a' }}", NULL, "main:1:6 template_operands + number string"},
    {"{{ 1 ~ 2 ~ (3 // 0) }}", NULL, "main:1:15 template_divide_zero"},
    {"{{ 1 / 0 }}", NULL, "main:1:6 template_divide_zero"},
    {"{{ 1 % 0 }}", NULL, "main:1:6 template_divide_zero"},
    {"{{ 'y' if 1 < 'a' }}", NULL, "main:1:13 template_operands < number string"},
    {"{{ -'a' }}", NULL, "main:1:4 template_operand - string"},
    {"{{ 1 in 2 }}", NULL, "main:1:6 template_not_iterable number"},
    /* loops and sets */
    {"{% for x in 5 %}{% endfor %}", NULL, "main:1:13 template_not_iterable number"},
    {"{% for a, b in [[1, 2, 3]] %}{% endfor %}", NULL, "main:1:4 template_unpack 2 3"},
    {"{% set x = {} %}{% set x.y = 1 %}", NULL, "main:1:24 template_not_namespace"},
    {"{{ range(1000000)|length }}", NULL, "main:1:4 template_range 100000"},
    {"{{ loop.index }}", NULL, "main:1:4 template_undefined loop doc, page, site"},
    {"{% for x in [1] %}{{ loop.indx }}{% endfor %}", NULL, "main:1:27 template_loop_field indx"},
    /* output */
    {"{{ doc }}", NULL, "main:1:4 template_cannot_print document"},
    {"{{ site }}", NULL, "main:1:4 template_cannot_print site"},
    {"{{ range }}", NULL, "main:1:4 template_undefined range doc, page, site"},
    /* filters and tests */
    {"{{ 1|uper }}", NULL, "main:1:6 template_unknown_filter_near uper upper"},
    {"{{ 1|qqqqqq }}", NULL, "main:1:6 template_unknown_filter qqqqqq"},
    {"{{ 1 is evn }}", NULL, "main:1:9 template_unknown_test_near evn even"},
    {"{{ 1 is qqqqqq }}", NULL, "main:1:9 template_unknown_test qqqqqq"},
    {"{{ [1]|upper }}", NULL, "main:1:8 template_filter_input upper list string"},
    {"{{ 'a'|number }}", NULL, "main:1:8 template_filter_input number string number"},
    {"{{ 'x'|date }}", NULL, "main:1:8 template_filter_input date string date"},
    {"{{ doc.date|date('no such way') }}", NULL, "main:1:13 template_bad_date_style no such way"},
    {"{{ 'a'|truncate('b') }}", NULL, "main:1:8 template_bad_argument truncate string number"},
    {"{{ 5|sort }}", NULL, "main:1:6 template_filter_input sort number list"},
    {"{{ 'a'|truncate(1, 2, 3, 4, 5) }}", NULL, "main:1:8 template_too_many_arguments truncate 4"},
    {"{{ 'a'|truncate(len=3) }}", NULL,
     "main:1:8 template_unknown_argument truncate len length, killwords, end, leeway"},
    {"{{ 'a'|replace('b') }}", NULL, "main:1:8 template_missing_argument replace new"},
    {"{{ ['a']|map('nofilter') }}", NULL, "main:1:10 template_unknown_filter nofilter"},
    {"{{ [doc]|join }}", NULL, "main:1:10 template_cannot_print document"},
    /* macros: the place is the call's */
    {"{% macro m(a) %}{% endmacro %}\n{{ m(1, 2) }}", NULL, "main:2:4 template_too_many_arguments m 1"},
    {"{% macro m(a) %}{% endmacro %}\n{{ m(b=1) }}", NULL, "main:2:4 template_unknown_argument m b a"},
    {"{% macro m(a) %}{% endmacro %}\n{{ m(1, a=1) }}", NULL, "main:2:4 template_argument_twice a"},
    {"{% macro m() %}\n{{ nope }}{% endmacro %}{{ m() }}", NULL, "main:2:4 template_undefined nope doc, page, site"},
    /* other templates */
    {"{% include 'nope' %}", NULL, "main:1:12 template_absent nope"},
    {"{% include 5 %}", NULL, "main:1:12 template_include_name number"},
    {"{% include 'shared:base' %}", "x", "main:1:12 template_absent_shared base"},
    {"{% import 'base' as b %}{{ b.m() }}", "", "main:1:30 template_no_method m b"},
    {"{% from 'base' import m %}", "", "main:1:23 template_import_absent m base"},
    {"{% extends 'nope' %}", NULL, "main:1:12 template_absent nope"},
    {"{% extends 'main' %}", NULL, "main:1:12 template_extends_cycle main"},
    {"{% extends 'base' %}", "{% extends 'main' %}", "base:1:12 template_extends_cycle main"},
    {"{% extends 'base' %}", "a\n {{ nope }}", "base:2:5 template_undefined nope doc, page, site"},
    {"{% extends 'base' %}{% block a %}\n{{ nope }}{% endblock %}", "{% block a %}{% endblock %}",
     "main:2:4 template_undefined nope doc, page, site"},
    {"{% include 'base' %}", "\n\n{{ 1/0 }}", "base:3:5 template_divide_zero"},
    {"{% include 'main' %}", NULL, "main:1:12 template_include_deep main"},
    {"{% include 'base' %}", "{{ a b }}{{ c d }}", "base:1:6 template_expected }} b; base:1:15 template_expected }} d"},
    {"{% block a %}{{ super() }}{% endblock %}", NULL, "main:1:17 template_no_super a"},
    {"{{ super() }}", NULL, "main:1:4 template_super_place"},
    {"{{ self.nope() }}", NULL, "main:1:9 template_no_block nope"},
    /* several compile-time faults at once */
    {"{{ a b }}\n{{ 'a'|truncate(x=1) }}", NULL, "main:1:6 template_expected }} b"},
    {"{{ 'a'|truncate(x=1) }}\n{{ super() }}", NULL,
     "main:1:8 template_unknown_argument truncate x length, killwords, end, leeway; main:2:4 template_super_place"},
};

static void prepare(stage *s, const fault_case *c) {
  nt_value fields = nt_map_new(s->fake.arena), image = nt_map_new(s->fake.arena);
  fake_put(&s->fake, &image, "alt", nt_string(NT_STR("Alt")));
  fake_put(&s->fake, &fields, "title", nt_string(NT_STR("T")));
  fake_put(&s->fake, &fields, "image", image);
  fake_put(&s->fake, &fields, "date", nt_timestamp((nt_time){.seconds = 1712700000}));
  s->page.document = fake_add(&s->fake, "text/a.md", "news", fields, NULL, "/a/");
  fake_add_template(&s->fake, "main", 0, c->main);
  if (c->base) fake_add_template(&s->fake, "base", 0, c->base);
  for (size_t i = 0; i < s->fake.templates.len; i++) s->fake.templates.items[i].file = s->fake.templates.items[i].name;
}

static void faults_stand_at_the_templates_place(void **state) {
  size_t failed = 0;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    stage s;
    stage_begin(&s, NULL);
    prepare(&s, &cases[i]);
    const char *got = stage_render(&s, "main");
    if (got[0] || strcmp(stage_faults(&s), cases[i].expected) != 0) {
      print_error("%s\n  expected: %s\n  got:      %s\n", cases[i].main, cases[i].expected, stage_faults(&s));
      failed++;
    }
    stage_end(&s);
  }
  assert_int_equal(failed, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(faults_stand_at_the_templates_place)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
