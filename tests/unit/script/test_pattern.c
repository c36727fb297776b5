/* Our matcher against Lua's own, on random patterns and texts; and the reference manual's examples. */
#include "script_support.h"

#include <lauxlib.h>
#include <lualib.h>

static const char *const manual[][4] = {
    /* expression, as the reference manual (6.4.1) or its prose has it */
    {"(string.gsub('hello world', '(%w+)', '%1 %1'))", "hello hello world world"},
    {"(string.gsub('hello world', '%w+', '%0 %0', 1))", "hello hello world"},
    {"(string.gsub('hello world from Lua', '(%w+)%s*(%w+)', '%2 %1'))", "world hello Lua from"},
    {"(string.gsub('abc', '%w', '%%%0'))", "%a%b%c"},
    {"(string.gsub('$name-$version.tar.gz', '%$(%w+)', {name='lua', version='5.4'}))", "lua-5.4.tar.gz"},
    {"(string.gsub('4+5 = $return 4+5$', '%$(.-)%$', function(s) return '9' end))", "4+5 = 9"},
    {"table.concat({string.find('flaaap', '()aa()')}, ' ')", "3 4 3 5"},
    {"string.match('THE (quick) fox', '%((%a+)%)')", "quick"},
    {"(string.gsub('THE (quick) fox', '%f[%a]%a+', 'X'))", "X (X) X"},
    {"string.match('x = (a(b)c)d', '%b()')", "(a(b)c)"},
    {"string.match('say \"it\\'s\" now', '([\"\\'])(.-)%1')", "\""},
    {"(string.gsub('abc', '', '-'))", "-a-b-c-"},
    {"string.match('  trim  ', '^%s*(.-)%s*$')", "trim"},
    {"string.match('2024-04-10', '^(%d%d%d%d)%-(%d%d)')", "2024"},
    {"string.match('a]b', '[]]')", "]"},
    {"string.match('a-b', '[a%-]+')", "a-"},
    {"string.match('x^', '[%^x]+')", "x^"},
};

static void test_the_manual_s_examples(void **state) {
  for (size_t i = 0; i < sizeof manual / sizeof *manual; i++) {
    bench b = {0};
    char text[512];
    snprintf(text, sizeof text, "require('notis').on('document', function(doc) doc.out = %s end)", manual[i][0]);
    assert_loads(&b, text);
    assert_str(bench_out(&b), manual[i][1]);
    bench_end(&b);
  }
}

static uint32_t next_random(uint32_t *seed) {
  return *seed = *seed * 1664525u + 1013904223u;
}

static size_t random_text(uint32_t *seed, char *out, size_t most, const char *letters) {
  size_t len = (next_random(seed) >> 16) % most, count = strlen(letters);
  for (size_t i = 0; i < len; i++) out[i] = letters[(next_random(seed) >> 16) % count];
  return len;
}

/* All results of one call as one text; errors as "!". */
static nt_str results(lua_State *L, const char *function, nt_str text, nt_str pattern, nt_buf *out) {
  int top = lua_gettop(L);
  nt_buf_clear(out);
  lua_getglobal(L, function);
  lua_pushlstring(L, text.ptr, text.len);
  lua_pushlstring(L, pattern.ptr, pattern.len);
  int status = lua_pcall(L, 2, LUA_MULTRET, 0);
  for (int i = top + 1; i <= lua_gettop(L); i++) {
    nt_buf_c(out, status ? "!" : luaL_tolstring(L, i, NULL));
    if (!status) lua_pop(L, 1);
    nt_buf_byte(out, '|');
  }
  lua_settop(L, top);
  return nt_buf_str(out);
}

/* Wrappers with the same behaviour, over whichever string table there is. */
static const char wrappers[] =
    "local find, match, gsub, gmatch = string.find, string.match, string.gsub, string.gmatch\n"
    "return find, match, function(s, p) return gsub(s, p, '<%0>') end,\n"
    "  function(s, p) return gsub(s, p, function(...) return select('#', ...) .. ';' end) end,\n"
    "  function(s, p) local r = '' for a, b in gmatch(s, p) do r = r .. tostring(a) .. tostring(b) .. ',' end return r "
    "end,\n"
    "  function(s, p) return find(s, p, 3) end, function(s, p) return match(s, p, -2) end\n";
static const char *const names[] = {"f1", "f2", "f3", "f4", "f5", "f6", "f7"};

static void open_wrappers(lua_State *L) {
  assert_int_equal(luaL_loadstring(L, wrappers), 0);
  if (lua_getglobal(L, "env") == LUA_TTABLE)
    lua_setupvalue(L, -2, 1);
  else
    lua_pop(L, 1);
  assert_int_equal(lua_pcall(L, 0, 7, 0), 0);
  for (int i = 6; i >= 0; i--) lua_setglobal(L, names[i]);
}

static int keep_env(lua_State *L) {
  lua_settop(L, 1);
  lua_newtable(L);
  lua_newtable(L);
  lua_getfield(L, 1, "string");
  for (int i = 0; i < 4; i++) {
    static const char *const functions[] = {"find", "match", "gsub", "gmatch"};
    lua_getfield(L, 4, functions[i]);
    lua_setfield(L, 3, functions[i]);
  }
  lua_pop(L, 1);
  lua_setfield(L, 2, "string");
  lua_getfield(L, 1, "select");
  lua_setfield(L, 2, "select");
  lua_getfield(L, 1, "tostring");
  lua_setfield(L, 2, "tostring");
  lua_setglobal(L, "env");
  return 0;
}

static void test_as_lua_s_own(void **state) {
  bench b = {0};
  assert_loads(&b, "require('notis').filter('env', function(keep) keep(_ENV) end)");
  lua_State *ours = nt_vm_lua(b.vm), *theirs = luaL_newstate();
  assert_true(nt_vm_push_registered(b.vm, NT_REGISTRY_FILTER, NT_STR("env")));
  lua_pushcfunction(ours, keep_env);
  assert_true(nt_vm_call(b.vm, &b.fake.reader, 1, 0));
  luaL_openlibs(theirs);
  open_wrappers(ours);
  open_wrappers(theirs);
  uint32_t seed = 20240410;
  nt_buf mine = {0}, lua = {0};
  size_t matched = 0;
  for (int i = 0; i < 40000; i++) {
    char text[24], pattern[12];
    nt_str t = nt_str_n(text, random_text(&seed, text, 16, "aab1 (-)]"));
    nt_str p = nt_str_n(pattern, random_text(&seed, pattern, 10, "aab.%%-*+?()[]^$1fbdws"));
    for (size_t f = 0; f < 7; f++) {
      nt_str got = results(ours, names[f], t, p, &mine), expected = results(theirs, names[f], t, p, &lua);
      matched += expected.len > 0 && expected.ptr[0] != '!' && expected.ptr[0] != 'n';
      if (!nt_str_eq(got, expected))
        fail_msg("%s(“%.*s”, “%.*s”): %.*s, Lua says %.*s", names[f], NT_FMT(t), NT_FMT(p), NT_FMT(got),
                 NT_FMT(expected));
    }
  }
  assert_true(matched > 10000); /* the test tests something */
  nt_buf_deinit(&mine);
  nt_buf_deinit(&lua);
  lua_close(theirs);
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_manual_s_examples), cmocka_unit_test(test_as_lua_s_own)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
