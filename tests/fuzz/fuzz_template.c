/* Templates: whatever comes in, it compiles to Lua that Lua accepts, or there is a diagnostic whose place is in the
 * text; and a page is rendered or a diagnostic says why not. */
#include "template/compile.h"
#include "template/template.h"

#include "../unit/script/fake_reader.h"

#include <lauxlib.h>
#include <stdlib.h>

extern const char *const nt_fuzz_samples[];
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const nt_fuzz_samples[] = {
    "{% extends 'base' %}{% block a %}{{ super() }}{{ doc.title|upper ~ '<' }}{% endblock %}",
    "{% for k, v in page.params if v %}{{ loop.index }}{{ k }}={{ v }}{% else %}none{% endfor %}",
    "{% set x = [1, 2.5, 'a', {'k': none}] %}{% set y %}b{% endset %}{{ x[3].k }}{{ y|length }}{{ x[1:]|join(',') }}",
    "{% macro m(a, b='c') %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(b=2, a=3) }}{% include 'base' %}",
    "{% if a is defined and not 1 > 2 or 3 in [3] %}x{% elif none %}y{% else %}{{ 'q' if true else 1 // 2 ** 3 }}{% "
    "endif %}",
    "{% with a = 1 %}{% filter upper|trim %} {{- a -}} {% endfilter %}{% endwith %}{% raw %}{{ }}{% endraw %}{# c #}",
    "{% import 'lib' as l %}{% from 'lib' import f as g %}{{ l.f(1) }}{{ g(2) }}{{ self.a() }}{% block a scoped %}{% "
    "endblock %}",
    "{% set n = namespace(c=0) %}{% for i in range(9) %}{% set n.c = n.c + i % 2 %}{% endfor %}{{ n.c|number(2) }}",
    "{{ doc.topics|sort|first|default('x', true)|truncate(3, end='')|replace('a', '&')|e }}{{ 'k'|t(a=1) }}",
    NULL,
};

static void require(bool truth) {
  if (!truth) abort();
}

static void check_places(const nt_diags *diags, nt_str text) {
  uint32_t lines = 1;
  for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
  for (size_t i = 0; i < diags->len; i++) {
    require(diags->items[i].where.line >= 1 && diags->items[i].where.line <= lines);
    require(diags->items[i].where.column >= 1 && diags->items[i].where.column <= text.len + 1);
  }
}

static void try_compile(nt_str text) {
  nt_compiled *compiled = nt_template_compile(NT_STR("main"), NT_STR("main"), 0, text);
  check_places(&compiled->diags, text);
  if (compiled->good) {
    lua_State *L = luaL_newstate();
    require(luaL_loadbufferx(L, compiled->lua.ptr, compiled->lua.len, "@main", "t") == LUA_OK);
    lua_close(L);
  }
  nt_compiled_free(compiled);
}

static void try_render(nt_str text) {
  fake_reader fake;
  nt_vm_options options = {.instructions = 200000, .memory = 16 << 20};
  nt_page page = {.path = NT_STR("a.html"), .url = NT_STR("/a.html"), .lang = NT_STR("sv")};
  nt_str name = NT_STR("main");
  nt_buf out = {0};
  fake_init(&fake);
  nt_value fields = nt_map_new(fake.arena), topics = nt_list_new(fake.arena);
  nt_list_push(&topics, fake.arena, nt_string(NT_STR("b")));
  nt_list_push(&topics, fake.arena, nt_string(NT_STR("å")));
  fake_put(&fake, &fields, "title", nt_string(NT_STR("A & b")));
  fake_put(&fake, &fields, "topics", topics);
  page.document = fake_add(&fake, "a.md", "news", fields, NULL, "/a/");
  page.params = fields;
  nt_template_source source = {name, name, text, nt_hash_bytes(text), 0};
  nt_push(&fake.templates, source);
  fake_add_template(&fake, "base", 0, "<{% block a %}{{ page.url }}{% endblock %}>");
  fake_add_template(&fake, "lib", 0, "{% macro f(x) %}{{ x }}{% endmacro %}");
  nt_template_cache *cache = nt_template_cache_new();
  nt_vm *vm = nt_vm_new(&options);
  require(nt_vm_load(vm, NULL, 0, &fake.diags));
  bool good = nt_template_render(cache, vm, &fake.reader, &name, 1, &page, &out);
  require(good || fake.diags.errors > 0);
  require(good || out.len == 0);
  nt_vm_free(vm);
  nt_template_cache_free(cache);
  nt_buf_deinit(&out);
  fake_deinit(&fake);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  nt_str text = nt_str_n((const char *)data, size);
  try_compile(text);
  try_render(text);
  return 0;
}
