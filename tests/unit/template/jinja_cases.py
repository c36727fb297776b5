#!/usr/bin/env python3
"""Writes jinja_cases.txt: templates with what Jinja2 itself makes of them (with autoescape), as an independent oracle.

Run by hand when a case is added: python3 tests/unit/template/jinja_cases.py. Needs the Python package jinja2 (the
expected outputs now in the file were made by version 3.1). The variables stand under page.params, where Notis keeps
what a page was given. Only where Notis says so in docs/templates.md does it differ, and such cases are not here.
"""
import json
import os

import jinja2

CONTEXT = {
    "n": 7,
    "zero": 0,
    "neg": -3,
    "f": 2.5,
    "s": "hello",
    "empty": "",
    "html": "<b>\"R&D\" 'x'</b>",
    "yes": True,
    "no": False,
    "nums": [3, 1, 2],
    "none_": [],
    "words": ["banana", "Apple", "cherry", "apple"],
    "map": {"b": 2, "a": 1},
    "nested": {"x": {"y": [10, 20, 30]}},
    "people": [
        {"name": "Bo", "age": 30, "town": "Umeå"},
        {"name": "Åsa", "age": 25, "town": "Luleå"},
        {"name": "Ann", "age": 30, "town": "Umeå"},
    ],
    "pairs": [[1, "one"], [2, "two"]],
    "long": "The quick brown fox jumps over the lazy dog and then sleeps",
}

P = "{% set p = page.params %}"

# Each is a template, or a dict of templates whose "main" is rendered.
CASES = [
    # text, white space, comments, raw
    "plain",
    "a {# comment #} b",
    "a {#- c -#} b",
    "a\n{%- if true %} b {%- endif %}\nc",
    "a {{- 1 }} b {{ 2 -}} c",
    "a  {%- set x = 1 -%}  b",
    "{% raw %}{{ x }} {% y %} {# z #}{% endraw %}",
    "{% raw -%}  {{ x }}  {%- endraw %}!",
    "line\n",
    "line\n\n",
    "{% if true %}\n  x\n{% endif %}\n",
    # literals
    "{{ 1 }} {{ 1.5 }} {{ 'a' }} {{ \"b\" }} {{ 1_000 }} {{ 1e3 }} {{ 1.0 }} {{ 10.25e-3 }}",
    "{{ 'a' 'b' }}",
    r"{{ 'a\tb\\c\'d' }}",
    "{{ 'å\\u00e4' }}",
    "{{ [1, 2, 3][1] }} {{ {'a': 5}['a'] }} {{ {'a': 5}.a }} {{ (1, 2)[0] }}",
    "{{ [1, 2,]|length }} {{ {}|length }} {{ ()|length }}",
    # attributes and indexes
    "{{ page.params.nested.x.y[1] }}",
    "{{ page.params['nested']['x'].y[-1] }}",
    "{{ page.params.nested.x.y.0 }}",
    "[{{ page.params.absent }}]",
    "[{{ page.params.nums[9] }}]",
    "{{ page.params.s[0] }}{{ page.params.s[-1] }}",
    "{{ page.params.s[1:3] }} {{ page.params.s[:2] }} {{ page.params.s[-2:] }} {{ page.params.s[::-1] }}",
    "{{ page.params.nums[1:]|join(',') }} {{ page.params.nums[::2]|join(',') }}",
    # arithmetic
    "{{ 1 + 2 }} {{ 5 - 7 }} {{ 3 * 4 }} {{ 7 / 2 }} {{ 7 // 2 }} {{ 7 % 3 }} {{ 2 ** 10 }}",
    "{{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 4 / 2 }}",
    "{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 2 ** 3 * 2 }} {{ 10 - 2 - 3 }} {{ 2 * 3 % 4 }}",
    "{{ -2 ** 2 }} {{ - 2 + 3 }} {{ +3 }} {{ -page.params.n }} {{ 2 ** -1 }}",
    "{{ 0.1 + 0.2 }} {{ 1 / 3 }} {{ 1e16 }} {{ 1e15 }} {{ 123456.789 }} {{ 1e-5 }} {{ 100 / 10 }}",
    "{{ 'a' * 3 }} {{ 'a' + 'b' }} {{ ([1] + [2])|join(',') }}",
    # text
    "{{ 'a' ~ 1 ~ 'b' ~ 2.5 }}",
    "{{ 1 ~ 2 + 3 if false else 'x' }}",
    "{{ 'x' ~ 1 + 2 if false else 1 ~ 2 * 3 }}",
    "{{ page.params.html }}",
    "{{ page.params.html|safe }}",
    "{{ '<i>'|safe ~ page.params.html }}",
    "{{ '<i>' ~ page.params.html }}",
    "{{ ('<i>'|safe + '<b>') }}",
    "{{ '<' }}",
    "{{ page.params.html|e }} {{ page.params.html|e|e }} {{ page.params.html|forceescape }}",
    # comparison, logic
    "{{ 'y' if 1 < 2 }}{{ 'y' if 1 > 2 }}{{ 'y' if 1 <= 1 }}{{ 'y' if 2 >= 3 }}{{ 'y' if 1 == 1.0 }}{{ 'y' if 1 != 1 }}",
    "{{ 'y' if 1 < 2 < 3 }}{{ 'n' if 1 < 2 > 3 }}",
    "{{ 'y' if 'a' < 'b' }}{{ 'y' if 'B' < 'a' }}{{ 'y' if 'a' == 'a' }}{{ 'y' if '1' == 1 }}",
    "{{ 'y' if 2 in [1, 2] }}{{ 'y' if 'el' in 'hello' }}{{ 'y' if 'a' in {'a': 1} }}{{ 'y' if 3 not in [1, 2] }}",
    "{{ 'y' if true and not false }}{{ 'y' if not true or false }}",
    "{{ 0 or 'x' }} {{ 'a' or 'x' }} {{ '' or 0 or 'z' }} {{ 1 and 2 }} {{ 0 and 2 }} {{ [] or 'e' }}",
    "{{ 'a' if page.params.no else 'b' }} {{ 'a' if page.params.yes else 'b' }} [{{ 'a' if false }}]",
    "{{ 1 if false else 2 if false else 3 }}",
    "{% if [1, [2, 3]] == [1, [2, 3]] %}eq{% endif %}{% if {'a': 1} == {'a': 1} %}eq{% endif %}{% if [1] == [2] %}ne{% endif %}",
    "{% for v in [0, 1, '', 'a', [], [0], {}, {'a': 0}, none, 0.0, 0.1, false] %}{{ 'T' if v else 'F' }}{% endfor %}",
    # if
    "{% if page.params.n > 5 %}big{% elif page.params.n > 3 %}mid{% else %}small{% endif %}",
    "{% if false %}a{% elif true %}b{% else %}c{% endif %}",
    "{% if page.params.absent %}a{% else %}b{% endif %}",
    "{% if nosuchname %}a{% else %}b{% endif %}",
    # for
    "{% for x in page.params.nums %}{{ x }},{% endfor %}",
    "{% for x in page.params.none_ %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in page.params.absent %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in page.params.nums %}{{ loop.index }}/{{ loop.length }}:{{ loop.index0 }}:{{ loop.revindex }}:{{ loop.revindex0 }} {% endfor %}",
    "{% for x in page.params.nums %}{% if loop.first %}<{% endif %}{{ x }}{% if loop.last %}>{% else %},{% endif %}{% endfor %}",
    "{% for x in page.params.nums %}[{{ loop.previtem }}|{{ x }}|{{ loop.nextitem }}]{% endfor %}",
    "{% for x in page.params.nums %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for x in page.params.nums if x > 1 %}{{ loop.index }}/{{ loop.length }}={{ x }} {% endfor %}",
    "{% for x in page.params.nums if x > 9 %}x{% else %}none{% endfor %}",
    "{% for a, b in page.params.pairs %}{{ a }}={{ b }};{% endfor %}",
    "{% for k, v in page.params.map.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in page.params.map %}{{ k }}{% endfor %}",
    "{% for c in 'abc' %}{{ c }}.{% endfor %}",
    "{% for x in [1, 2] %}{% for y in [3, 4] %}{{ loop.depth }}{{ loop.depth0 }}{{ x }}{{ y }} {% endfor %}{{ loop.index }}{% endfor %}",
    "{% for x in range(3) %}{{ x }}{% endfor %} {% for x in range(2, 5) %}{{ x }}{% endfor %} {% for x in range(5, 0, -2) %}{{ x }}{% endfor %}",
    "{% for x in 1, 2, 3 %}{{ x }}{% endfor %}",
    # set and scope
    "{% set x = 1 %}{{ x }}{% set x = x + 1 %}{{ x }}",
    "{% set a, b = 1, 2 %}{{ b }}{{ a }}",
    "{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}",
    "{% set x = 0 %}{% if true %}{% set x = 5 %}{% endif %}{{ x }}",
    "{% for i in [1, 2] %}{% if i == 1 %}{% set y = 'one' %}{% endif %}[{{ y|default('none') }}]{% endfor %}",
    "{% set x = 'o' %}{% for i in [1, 2] %}{% if i == 2 %}{% set x = 'i' %}{% endif %}{{ x }}{% endfor %}",
    "{% set t %}a{{ 1 }}<b>{% endset %}{{ t }}|{{ t|length }}",
    "{% set t | upper %}abc{% endset %}{{ t }}",
    "{% set ns = namespace(found=false, n=0) %}{% for i in [1, 2, 3] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
    "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}[{{ a|default('gone') }}]",
    "{% set a = 5 %}{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "{% for x in [1] %}{% set x = 9 %}{{ x }}{% endfor %}",
    "{% filter upper %}ab{{ 'c' }}{% endfilter %}",
    "{% filter replace('a', 'b')|upper %}xa{% endfilter %}",
    "{% macro m() %}{{ a }}{% endmacro %}{% set a = 1 %}{{ m() }}",
    "{% set a = 1 %}{% macro m() %}{{ a }}{% endmacro %}{% set a = 2 %}{{ m() }}",
    # macros
    "{% macro m(a, b=2) %}[{{ a }},{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=4, a=5) }}{{ m() }}",
    "{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}{{ m('<i>') }}{{ m(m('a')) }}",
    "{% macro f(n) %}{{ n }}{% if n > 0 %},{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(3) }}",
    "{% set g = 'G' %}{% macro m() %}{{ g }}{% endmacro %}{{ m() }}",
    "{% for i in [1, 2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}",
    {"main": "{% import 'lib' as lib %}{{ lib.b('x') }}{{ lib.v }}", "lib": "{% macro b(t) %}<b>{{ t }}</b>{% endmacro %}{% set v = 3 %}ignored"},
    {"main": "{% from 'lib' import b, c as d %}{{ b('x') }}{{ d('y') }}", "lib": "{% macro b(t) %}<b>{{ t }}</b>{% endmacro %}{% macro c(t) %}<i>{{ t }}</i>{{ b(t) }}{% endmacro %}"},
    # inheritance
    {"main": "{% extends 'base' %}{% block a %}A2{% endblock %}", "base": "<{% block a %}A{% endblock %}{% block b %}B{% endblock %}>"},
    {"main": "{% extends 'base' %}{% block a %}({{ super() }}){% endblock %}", "base": "<{% block a %}A{% endblock %}>"},
    {"main": "{% extends 'mid' %}{% block a %}3{{ super() }}{% endblock %}", "mid": "{% extends 'base' %}{% block a %}2{{ super() }}{% endblock %}", "base": "{% block a %}1{% endblock %}!"},
    {"main": "{% extends 'mid' %}{% block b %}B3{% endblock %}", "mid": "{% extends 'base' %}{% block a %}[{% block b %}B2{% endblock %}]{% endblock %}", "base": "{% block a %}{% endblock %}"},
    {"main": "{% extends 'base' %}{% set t = 'child' %}{% block a %}{{ t }}{% endblock %}", "base": "{{ t|default('none') }}-{% block a %}{% endblock %}"},
    {"main": "{% extends 'base' %}{% block t %}T{% endblock %}", "base": "<title>{% block t %}{% endblock %}</title><h1>{{ self.t() }}</h1>"},
    {"main": "{% extends 'base' %}{% macro m(x) %}<{{ x }}>{% endmacro %}{% block a %}{{ m(1) }}{% endblock %}", "base": "{% block a %}{% endblock %}"},
    {"main": "{% extends 'base' %}{% block a %}{% for i in [1, 2] %}{{ super() }}{% endfor %}{% endblock %}", "base": "{% block a %}x{% endblock %}"},
    {"main": "{% extends 'base' %}{% block a %}{% set s = super() %}{{ s|upper }}{% endblock %}", "base": "{% block a %}x<b>{% endblock %}"},
    "{% for i in [1, 2] %}{% block a scoped %}{{ i }}{% endblock %}{% endfor %}",
    "{% set x = 1 %}{% block a %}{{ x }}{% set x = 2 %}{{ x }}{% endblock %}{{ x }}",
    # include
    {"main": "a{% include 'x' %}c", "x": "b\n"},
    {"main": "{% set v = 1 %}{% for i in [1, 2] %}{% include 'x' %}{% endfor %}", "x": "{{ v }}{{ i }} "},
    {"main": "[{% include 'nope' ignore missing %}]", "x": ""},
    {"main": "[{% include ['nope', 'x'] %}]", "x": "found"},
    {"main": "{% set v = 'x' %}{% include v %}", "x": "dyn"},
    {"main": "{% set v = 1 %}{% include 'x' %}{{ v }}", "x": "{% set v = 2 %}{{ v }}"},
    {"main": "{% set v = 1 %}{% include 'x' without context %}", "x": "{{ v|default('none') }}"},
    {"main": "{% include 'x' %}", "x": "{% extends 'y' %}{% block a %}X{% endblock %}", "y": "({% block a %}Y{% endblock %})"},
    {"main": "{% block a %}main{% endblock %}{% include 'x' %}", "x": "{% block a %}inc{% endblock %}"},
    # tests
    "{% for v in [1, 2, 'a', 2.5] %}{{ 'n' if v is number }}{{ 's' if v is string }}{{ 'i' if v is integer }}{{ 'f' if v is float }} {% endfor %}",
    "{{ 'd' if page.params.n is defined }}{{ 'u' if page.params.absent is undefined }}{{ 'x' if nosuch is defined }}{{ 'ok' if nosuch is not defined }}",
    "{{ 'e' if 4 is even }}{{ 'o' if 3 is odd }}{{ 'd' if 9 is divisibleby 3 }}{{ 'd' if 9 is divisibleby(4) }}{{ 'e' if -2 is even }}{{ 'o' if -3 is odd }}",
    "{{ 'm' if {} is mapping }}{{ 's' if [] is sequence }}{{ 'i' if 'a' is iterable }}{{ 'x' if 1 is iterable }}{{ 'n' if none is none }}{{ 'x' if 0 is none }}",
    "{{ 'a' if 1 is in [1] }}{{ 'b' if 2 is not in [1] }}{{ 'c' if 1 is eq 1 }}{{ 'd' if 1 is lt 2 }}{{ 'e' if 'ab' is lower }}{{ 'f' if 'AB' is upper }}{{ 't' if true is true }}{{ 'g' if 1 is true }}",
    "{{ 'y' if not 3 is even }}{{ 'z' if 1 + 3 is odd }}",
    # filters
    "{{ 'aBc'|upper }} {{ 'aBc'|lower }} {{ 'ab cd'|title }} {{ 'ab CD'|capitalize }} {{ 'ÅÄÖ'|lower }} {{ 'åäö'|upper }}",
    "[{{ '  a b '|trim }}] [{{ 'xxaxx'|trim('x') }}] {{ 'aaa'|replace('a', 'b', 2) }} {{ 'abc'|replace('b', '') }}",
    "{{ page.params.html|upper }} {{ '<b>'|safe|upper }} {{ '<b>'|safe|replace('b', '<i>') }}",
    "{{ page.params.long|truncate(20) }}|{{ page.params.long|truncate(20, true) }}|{{ 'short'|truncate(20) }}|{{ page.params.long|truncate(20, end='!') }}|{{ page.params.long|truncate(57) }}|{{ page.params.long|truncate(50, leeway=0) }}",
    "{{ nosuch|default('x') }} {{ page.params.absent|default('y') }} {{ ''|default('z') }}{{ ''|default('z', true) }} {{ 0|d('w', boolean=true) }} {{ 5|d('w') }}",
    "{{ page.params.nums|length }} {{ 'åäö'|length }} {{ page.params.map|length }} {{ page.params.nums|count }}",
    "{{ page.params.nums|first }} {{ page.params.nums|last }} [{{ []|first }}] {{ 'abc'|first }} {{ 'abc'|last }}",
    "{{ page.params.nums|sort|join(',') }} {{ page.params.nums|sort(reverse=true)|join(',') }} {{ page.params.nums|reverse|join(',') }} {{ 'abc'|reverse }}",
    "{{ page.params.people|sort(attribute='age')|map(attribute='name')|join(',') }}",
    "{{ page.params.people|sort(attribute='age', reverse=true)|map(attribute='name')|join(',') }}",
    "{{ page.params.people|map(attribute='age')|sum }} {{ page.params.people|sum(attribute='age') }} {{ [1.5, 2]|sum }} {{ []|sum }}",
    "{{ page.params.words|map('upper')|join(' ') }} {{ page.params.words|map('replace', 'a', 'o')|join(' ') }} {{ [1, 2]|map('string')|list|length }}",
    "{{ page.params.people|selectattr('age', 'eq', 30)|map(attribute='name')|join(',') }} {{ page.params.people|rejectattr('age', 'gt', 25)|map(attribute='name')|join(',') }}",
    "{{ page.params.nums|select('odd')|join(',') }} {{ page.params.nums|reject('gt', 1)|join(',') }} {{ [0, 1, '']|select|list|length }}",
    "{{ page.params.people|groupby('town')|length }}{% for g in page.params.people|groupby('age') %}[{{ g.grouper }}:{{ g.list|map(attribute='name')|join('+') }}]{% endfor %}{% for k, v in page.params.people|groupby('age') %}{{ k }}={{ v|length }};{% endfor %}",
    "{{ ['a', 'A', 'b', 'a']|unique|join(',') }} {{ [1, 2, 1]|unique|join(',') }} {{ page.params.people|unique(attribute='age')|map(attribute='name')|join(',') }}",
    "{% for row in [1, 2, 3, 4, 5]|batch(2) %}{{ row|join(',') }};{% endfor %} {% for row in [1, 2, 3]|batch(2, 'x') %}{{ row|join(',') }};{% endfor %}",
    "{{ ['<a>', 'b']|join('<br>') }} {{ ['<a>', '<b>'|safe]|join('&') }} {{ ['a', 'b']|join('<br>'|safe) }} {{ page.params.people|join(', ', attribute='name') }}",
    "{{ 2.5|round }} {{ 3.5|round }} {{ 2.567|round(2) }} {{ 2.1|round(method='ceil') }} {{ 2.9|round(0, 'floor') }} {{ 7|round }} {{ 1234|round(-2) }}",
    "{{ '42'|int }} {{ '4.7'|int }} {{ 'x'|int }} {{ 'x'|int(9) }} {{ 3.9|int }} {{ -3.9|int }} {{ '1.5'|float }} {{ 'x'|float }} {{ 3|float }} {{ -5|abs }} {{ -5.5|abs }}",
    "{{ '<p>a <b>b</b>\n c &amp; d</p><!-- x -->'|striptags }}",
    "{{ 'a b&c/å'|urlencode }} {{ {'a': 1, 'b c': 'd/e'}|urlencode }}",
    "{{ 'x<y&z'|tojson }} {{ 1.5|tojson }} {{ true|tojson }} {{ none|tojson }} {{ []|tojson }} {{ \"it's\"|tojson }}",
    "{{ [3, 1, 2]|min }} {{ [3, 1, 2]|max }} ",
    "{% for k, v in page.params.map|dictsort %}{{ k }}{{ v }}{% endfor %} {% for k, v in page.params.map|items %}{{ k }}{{ v }}{% endfor %}",
    "{{ 'one two  three'|wordcount }} {{ 'abc'|list|join('-') }} {{ 5|string|length }}",
    "{{ -1|abs }} {{ 'a'|upper ~ 'b' }} {{ ('a' ~ 'b')|upper }}",
    # what is safe stays safe, and what is not is escaped, in whichever place it stands
    "{{ 'a|b<'|replace('|', '<br>'|safe) }} {{ 'R&amp;D'|safe|replace('&', 'och') }} {{ ('a<b'|e)|replace('<', '>') }} {{ 'a<b'|replace('<'|safe, 'x') }}",
    "{{ 'abc'|replace('', '-') }} {{ 'abc'|replace('', '-', 2) }} {{ 'aXbX'|replace('X', '', 1) }} {{ 'a<'|replace('a', 'b') }} {{ 'aaa'|replace('a', '<b>'|safe, 0) }}",
    "{{ ['<', '<'|safe]|join('&') }} {{ ['<']|join('&'|safe) }} {{ ['<', '>']|join('&') }} {{ page.params.html ~ '<'|safe }} {{ '<'|safe + page.params.html }} {{ page.params.html + '<'|safe }}",
    "{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m('<') ~ '<' }} {{ [m('&'), '&']|join('-') }} {{ m('a')|upper }} {{ m(m('&')) }}",
    "{% set x %}<{{ '<' }}>{% endset %}{{ x ~ '<' }} {{ x|length }} {{ x|replace('<', '(') }} {{ x|e }} {{ x|forceescape }}",
    # numbers beyond what a digit can say
    "{{ 7|round(-400) }} {{ 15|round(-1) }} {{ 2.5|round(-1) }} {{ 1.5|round(400) }} {{ 'abc def'|truncate(9223372036854775807) }}",
    # methods that Jinja borrows from Python
    "{{ 'abc'.upper() }} {{ ' a '.strip() }} {{ 'a,b'.split(',')|join('-') }} {{ 'y' if 'abc'.startswith('a') }} {{ 'abc'.replace('a', 'x') }} {{ ' a  b '.split()|length }}",
    "{{ page.params.map.keys()|join(',') }} {{ page.params.map.values()|join(',') }} {{ page.params.map.get('a') }} {{ page.params.map.get('z', 'dflt') }} {{ dict(a=1).a }}",
    "{% for k, v in {'x': 1, 'y': 2}.items() %}{{ k }}{{ v }}{% endfor %}",
]


def main():
    params = CONTEXT
    lines = [
        "# Made by jinja_cases.py with Jinja2; see there. Do not edit by hand.",
        "=== context",
        json.dumps(params, ensure_ascii=False),
    ]
    for case in CASES:
        templates = case if isinstance(case, dict) else {"main": case}
        env = jinja2.Environment(loader=jinja2.DictLoader(templates), autoescape=True)
        output = env.get_template("main").render(page={"params": params})
        lines.append("=== case")
        for name, text in templates.items():
            lines += ["--- " + name, text]
        # The same character in another spelling.
        lines += ["--- expected", output.replace("&#34;", "&quot;")]
    lines.append("=== end\n")
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jinja_cases.txt")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines))


if __name__ == "__main__":
    main()
