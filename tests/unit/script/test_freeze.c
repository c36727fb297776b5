/* Every way we know to carry something from one document to the next. Each is refused, with the name of what would have
 * held it and the line; and what the hook sees the second time is what it saw the first. */
#include "script_support.h"

typedef struct way {
  const char *how;
  const char *script; /* after `local notis = require 'notis'`, which is line 1; sets doc.seen to what it finds */
  nt_code code;
  const char *name;
  unsigned line;
} way;

static const way at_run[] = {
    {"an upvalue that counts",
     "local count = 0\nnotis.on('document', function(doc)\ndoc.seen = count\ncount = count + 1 end)",
     NT_MSG_script_upvalue, "count", 3},
    {"an upvalue of an inner function",
     "local last\nlocal function keep(x) last = x end\nnotis.on('document', function(doc) doc.seen = last; "
     "keep(doc.id) end)",
     NT_MSG_script_upvalue, "last", 4},
    {"an upvalue that becomes a closure",
     "local f = function() return 0 end\nnotis.on('document', function(doc) local n = f()\n"
     "doc.seen = n; f = function() return n + 1 end end)",
     NT_MSG_script_upvalue, "f", 3},
    {"an upvalue that goes from 1 to 1.0",
     "local n = 1\nnotis.on('document', function(doc) doc.seen = math.type(n); n = 1.0 end)", NT_MSG_script_upvalue,
     "n", 3},
    {"an upvalue that goes from 0.0 to -0.0",
     "local n = 0.0\nnotis.on('document', function(doc) doc.seen = tostring(1 / n); n = -0.0 end)",
     NT_MSG_script_upvalue, "n", 3},
    {"an upvalue that becomes nil",
     "local n = {}\nnotis.on('document', function(doc) doc.seen = n == nil; n = nil end)", NT_MSG_script_upvalue, "n",
     3},
    {"a new value for _ENV",
     "notis.on('document', function(doc) doc.seen = mark or 0; local e = {mark = 1, tostring = tostring}\n_ENV = e "
     "end)",
     NT_MSG_script_upvalue, "_ENV", 2},
    {"an upvalue changed behind a pcall",
     "local n = 0\nnotis.on('document', function(doc) doc.seen = n; pcall(function() n = n + 1; error('x') end) end)",
     NT_MSG_script_upvalue, "n", 3},
    {"an upvalue changed before a fault",
     "local n = 0\nnotis.on('document', function(doc) if n > 0 then doc.seen = n end; n = n + 1; error('x') end)",
     NT_MSG_script_upvalue, "n", 3},
    {"a global", "notis.on('document', function(doc)\ndoc.seen = count or 0\ncount = 1 end)", NT_MSG_script_sealed,
     "count", 4},
    {"a global by _G", "notis.on('document', function(doc) doc.seen = count or 0\n_G.count = 1 end)",
     NT_MSG_script_sealed, "count", 3},
    {"a global by rawset", "notis.on('document', function(doc) doc.seen = count or 0\nrawset(_G, 'count', 1) end)",
     NT_MSG_script_sealed, "count", 3},
    {"a table", "local t = {}\nnotis.on('document', function(doc) doc.seen = t[1] or 0\nt[1] = doc.id end)",
     NT_MSG_script_sealed, "1", 4},
    {"a key that was there", "local t = {n = 1}\nnotis.on('document', function(doc) doc.seen = t.n\nt.n = t.n + 1 end)",
     NT_MSG_script_sealed, "n", 4},
    {"a table in a table",
     "local t = {a = {b = {}}}\nnotis.on('document', function(doc) doc.seen = t.a.b.c or 0\nt.a.b.c = 1 end)",
     NT_MSG_script_sealed, "c", 4},
    {"a table that is a key",
     "local k = {}\nlocal t = {[k] = 1}\nnotis.on('document', function(doc) doc.seen = k.n or 0\nk.n = 1 end)",
     NT_MSG_script_sealed, "n", 5},
    {"rawset on a table", "local t = {}\nnotis.on('document', function(doc) doc.seen = #t\nrawset(t, 1, 1) end)",
     NT_MSG_script_sealed, "1", 4},
    {"table.insert", "local t = {}\nnotis.on('document', function(doc) doc.seen = #t\ntable.insert(t, 1) end)",
     NT_MSG_script_sealed, "1", 4},
    {"table.remove", "local t = {1, 2}\nnotis.on('document', function(doc) doc.seen = #t\ntable.remove(t) end)",
     NT_MSG_script_sealed, "2", 4},
    {"table.move", "local t = {}\nnotis.on('document', function(doc) doc.seen = #t\ntable.move({7}, 1, 1, 1, t) end)",
     NT_MSG_script_sealed, "1", 4},
    {"table.sort", "local t = {2, 1}\nnotis.on('document', function(doc) doc.seen = t[1]\ntable.sort(t) end)",
     NT_MSG_script_sealed, "table.sort", 4},
    {"a metatable set on a table",
     "local t = {}\nnotis.on('document', function(doc) doc.seen = t.x or 0\nsetmetatable(t, {__index = {x = 1}}) end)",
     NT_MSG_script_sealed, "setmetatable", 4},
    {"the metatable of a table",
     "local t = setmetatable({}, {__index = {x = 1}})\nnotis.on('document', function(doc) doc.seen = t.x\n"
     "getmetatable(t).__index = {x = 2} end)",
     NT_MSG_script_sealed, "__index", 4},
    {"__newindex that stores",
     "local store = {}\nlocal t = setmetatable({}, {__newindex = function(_, k, v) store[k] = v end})\n"
     "notis.on('document', function(doc) doc.seen = store.a or 0\nt.a = 1 end)",
     NT_MSG_script_sealed, "a", 5},
    {"__index that remembers",
     "local seen = {}\nlocal t = setmetatable({}, {__index = function(self, k)\nrawset(self, k, 1) return 1 end})\n"
     "notis.on('document', function(doc) doc.seen = rawget(t, 'a') or 0; local _ = t.a end)",
     NT_MSG_script_sealed, "a", 4},
    {"__index that hands out what it reads from",
     "local t = setmetatable({n = 0}, {__index = function(self) return self end})\n"
     "notis.on('document', function(doc) doc.seen = t.n; local inner = t.x\ninner.n = inner.n + 1 end)",
     NT_MSG_script_sealed, "n", 4},
    {"a class and its methods' table",
     "local C = {}\nC.__index = C\nnotis.on('document', function(doc) local o = setmetatable({}, C); doc.seen = o.n or "
     "0\n"
     "o.own = 1; C.n = 1 end)",
     NT_MSG_script_sealed, "n", 5},
    {"the metatable of an object made in the call",
     "local C = {}\nC.__index = C\nnotis.on('document', function(doc) local o = setmetatable({}, C); doc.seen = o.n or "
     "0\n"
     "getmetatable(o).n = 1 end)",
     NT_MSG_script_sealed, "n", 5},
    {"the string table", "notis.on('document', function(doc) doc.seen = string.n or 0\nstring.n = 1 end)",
     NT_MSG_script_sealed, "n", 3},
    {"the math table", "notis.on('document', function(doc) doc.seen = math.n or 0\nrawset(math, 'n', 1) end)",
     NT_MSG_script_sealed, "n", 3},
    {"the API's table", "notis.on('document', function(doc) doc.seen = notis.n or 0\nnotis.n = 1 end)",
     NT_MSG_script_sealed, "n", 3},
    {"a table inside the API's",
     "notis.on('document', function(doc) doc.seen = notis.format.n or 0\nnotis.format.n = 1 end)", NT_MSG_script_sealed,
     "n", 3},
    {"a module", "local m = require 'mod'\nnotis.on('document', function(doc) doc.seen = m.n or 0\nm.n = 1 end)",
     NT_MSG_script_sealed, "n", 4},
    {"a module that is required again",
     "require 'mod'\nnotis.on('document', function(doc) doc.seen = require('mod').n or 0\nrequire('mod').n = 1 end)",
     NT_MSG_script_sealed, "n", 4},
    {"a subscription", "notis.on('document', function(doc) doc.seen = 0\nnotis.on('document', print) end)",
     NT_MSG_script_register_late, NULL, 3},
    {"a list that is marked", "local t = notis.list{}\nnotis.on('document', function(doc) doc.seen = #t\nt[1] = 1 end)",
     NT_MSG_script_sealed, "1", 4},
    {"a mark on a table", "local t = {}\nnotis.on('document', function(doc) doc.seen = 0\nnotis.map(t) end)",
     NT_MSG_script_sealed, "notis.map", 4},
    {"a closure's own counter",
     "local function make() local n = 0 return function()\nn = n + 1 return n end end\nlocal next_one = "
     "make()\nnotis.on('document', function(doc) doc.seen = next_one() end)",
     NT_MSG_script_upvalue, "n", 2},
    {"a loop variable that closures keep",
     "local f = {} for i = 1, 1 do f[i] = function()\ni = i + 1 return i end end\nnotis.on('document', function(doc) "
     "doc.seen = f[1]() end)",
     NT_MSG_script_upvalue, "i", 2},
    {"arguments that a closure keeps",
     "local function hold(...) local all = {...} return function() return all end end\nlocal held = "
     "hold(0)\nnotis.on('document', function(doc) doc.seen = held()[1]\nheld()[1] = 1 end)",
     NT_MSG_script_sealed, "1", 5},
    {"__call that counts",
     "local n = 0\nlocal t = setmetatable({}, {__call = function()\nn = n + 1 return n end})\nnotis.on('document', "
     "function(doc) doc.seen = t() end)",
     NT_MSG_script_upvalue, "n", 3},
    {"__tostring that counts",
     "local n = 0\nlocal t = setmetatable({}, {__tostring = function()\nn = n + 1 return '' .. n "
     "end})\nnotis.on('document', function(doc) doc.seen = tostring(t) end)",
     NT_MSG_script_upvalue, "n", 3},
    {"__len that counts",
     "local n = 0\nlocal t = setmetatable({}, {__len = function()\nn = n + 1 return n end})\nnotis.on('document', "
     "function(doc) doc.seen = #t end)",
     NT_MSG_script_upvalue, "n", 3},
    {"__eq that counts",
     "local n = 0\nlocal m = {__eq = function()\nn = n + 1 return true end}\nlocal a, b = setmetatable({}, m), "
     "setmetatable({}, m)\nnotis.on('document', function(doc) doc.seen = n; local _ = a == b end)",
     NT_MSG_script_upvalue, "n", 6},
    {"__lt that counts, by sort",
     "local n = 0\nlocal m = {__lt = function()\nn = n + 1 return false end}\nnotis.on('document', function(doc) "
     "doc.seen = n; table.sort{setmetatable({}, m), setmetatable({}, m)} end)",
     NT_MSG_script_upvalue, "n", 5},
    {"__pairs that counts",
     "local n = 0\nlocal t = setmetatable({}, {__pairs = function(t)\nn = n + 1 return next, {}, nil "
     "end})\nnotis.on('document', function(doc) doc.seen = n; for _ in pairs(t) do end end)",
     NT_MSG_script_upvalue, "n", 5},
    {"__index of a table that gsub asks",
     "local n = 0\nlocal t = setmetatable({}, {__index = function()\nn = n + 1 return '' end})\nnotis.on('document', "
     "function(doc) doc.seen = n; local _ = ('a'):gsub('a', t) end)",
     NT_MSG_script_upvalue, "n", 5},
    {"__close that counts",
     "local n, m = 0, {}\nlocal close = function()\nn = n + 1 end\nnotis.on('document', function(doc) doc.seen = n; "
     "local m = {} local c = setmetatable({}, m) m.__close = close; local d <close> = c end)",
     NT_MSG_script_upvalue, "n", 5},
    {"a handler of xpcall that counts",
     "local n = 0\nnotis.on('document', function(doc) doc.seen = n; xpcall(error, function()\nn = n + 1 end) end)",
     NT_MSG_script_upvalue, "n", 3},
    {"a callback of gsub that sets a global",
     "notis.on('document', function(doc) doc.seen = mark or 0; local _ = ('a'):gsub('a', function()\nmark = 1 end) "
     "end)",
     NT_MSG_script_sealed, "mark", 3},
    {"a comparison of sort that sets a field",
     "local t = {}\nnotis.on('document', function(doc) doc.seen = t.n or 0; table.sort({1, 2}, function()\nt.n = 1 "
     "return false end) end)",
     NT_MSG_script_sealed, "n", 4},
    {"two tables that change places",
     "local a, b = {}, {}\nlocal first = a\nnotis.on('document', function(doc) doc.seen = a == first\na, b = b, a end)",
     NT_MSG_script_upvalue, "a", 4},
    {"a function of C for another",
     "local f = tostring\nnotis.on('document', function(doc) doc.seen = f == tostring\nf = type end)",
     NT_MSG_script_upvalue, "f", 3},
    {"the sign of a nan", "local n = 0/0\nnotis.on('document', function(doc) doc.seen = ('%s'):format(n)\nn = -n end)",
     NT_MSG_script_upvalue, "n", 3},
    {"a document that is kept",
     "local kept\nnotis.on('document', function(doc) doc.seen = kept == nil\nkept = doc end)", NT_MSG_script_upvalue,
     "kept", 3},
    {"a node that is kept",
     "local kept\nnotis.on('document', function(doc) doc.seen = kept == nil\nkept = notis.node('paragraph') end)",
     NT_MSG_script_upvalue, "kept", 3},
    {"an iterator that is kept",
     "local kept\nnotis.on('document', function(doc) doc.seen = kept == nil\nkept = ('a b'):gmatch('%a') end)",
     NT_MSG_script_upvalue, "kept", 3},
    {"a document as a key",
     "local t = {}\nnotis.on('document', function(doc) doc.seen = next(t) == nil\nt[doc] = 1 end)",
     NT_MSG_script_sealed, "document", 4},
    {"an error's table",
     "local e = {}\nnotis.on('document', function(doc) doc.seen = e.n or 0; local _, caught = pcall(error, "
     "e)\ncaught.n = 1 end)",
     NT_MSG_script_sealed, "n", 4},
    {"what __metatable shows",
     "local store = {}\nlocal t = setmetatable({}, {__metatable = store})\nnotis.on('document', function(doc) doc.seen "
     "= store.n or 0\ngetmetatable(t).n = 1 end)",
     NT_MSG_script_sealed, "n", 5},
    {"rawset on a metatable",
     "local t = setmetatable({}, {__index = {}})\nnotis.on('document', function(doc) doc.seen = "
     "rawget(getmetatable(t), 'n') or 0\nrawset(getmetatable(t), 'n', 1) end)",
     NT_MSG_script_sealed, "n", 4},
    {"a table at the end of a chain of __index",
     "local c = {}\nlocal a = setmetatable({}, {__index = setmetatable({}, {__index = c})})\nnotis.on('document', "
     "function(doc) doc.seen = a.n or 0\nc.n = 1 end)",
     NT_MSG_script_sealed, "n", 5},
    {"a key that is taken away", "local t = {n = 1}\nnotis.on('document', function(doc) doc.seen = t.n\nt.n = nil end)",
     NT_MSG_script_sealed, "n", 4},
    {"table.insert at a position",
     "local t = {1}\nnotis.on('document', function(doc) doc.seen = #t\ntable.insert(t, 1, 0) end)",
     NT_MSG_script_sealed, "2", 4},
    {"_G in _G", "notis.on('document', function(doc) doc.seen = _G._G == _G\n_G._G = {} end)", NT_MSG_script_sealed,
     "_G", 3},
    {"a function of the environment", "notis.on('document', function(doc) doc.seen = print ~= nil\nprint = nil end)",
     NT_MSG_script_sealed, "print", 3},
    {"a filter that is registered late",
     "notis.on('document', function(doc) doc.seen = 0\nnotis.filter('x', print) end)", NT_MSG_script_register_late,
     NULL, 3},
    {"a block that is registered late", "notis.on('document', function(doc) doc.seen = 0\nnotis.block('x', print) end)",
     NT_MSG_script_register_late, NULL, 3},
};

static const way at_load[] = {
    {"an iterator of pairs", "local step, t = pairs{1, 2}\nnotis.on('document', function(doc) doc.seen = step(t) end)",
     NT_MSG_script_seal_iterator, "step", 3},
    {"an iterator of gmatch in a table",
     "local t = {it = ('a b'):gmatch('%a')}\nnotis.on('document', function(doc) doc.seen = t.it() end)",
     NT_MSG_script_seal_iterator, "t.it", 3},
    {"a metatable with __gc",
     "local t = setmetatable({}, {__gc = print})\nnotis.on('document', function() return t end)",
     NT_MSG_script_metatable, "__gc", 2},
    {"a metatable with __mode",
     "local t = setmetatable({}, {__mode = 'k'})\nnotis.on('document', function() return t end)",
     NT_MSG_script_metatable, "__mode", 2},
    {"a metatable that gets __close later",
     "local m = {}\nlocal t = setmetatable({}, m)\nm.__close = print\nnotis.on('document', function() return t end)",
     NT_MSG_script_seal_metatable, "t", 5},
    {"a coroutine", "local co = coroutine.wrap(print)\nnotis.on('document', co)", NT_MSG_script_raised, NULL, 2},
    {"userdata of an error",
     "local ok, e = pcall(notis.now)\nnotis.on('document', function(doc) doc.seen = tostring(e) end)",
     NT_MSG_script_seal_userdata, "e", 3},
};

static void with_head(char *out, size_t size, const way *w) {
  snprintf(out, size, "local notis = require 'notis'\n%s\n", w->script);
}

static const nt_diag *find(const bench *b, nt_code code) {
  for (size_t i = 0; i < b->fake.diags.len; i++)
    if (b->fake.diags.items[i].code == code) return &b->fake.diags.items[i];
  return NULL;
}

static void check_named(const bench *b, const way *w) {
  const nt_diag *diag = find(b, w->code);
  if (!diag) {
    bench_show(b);
    fail_msg("%s was not refused", w->how);
  }
  if (diag->where.line != w->line) fail_msg("%s: line %u, expected %u", w->how, diag->where.line, w->line);
  if (w->name && !nt_str_eq(diag->args[0], nt_str_c(w->name)))
    fail_msg("%s: “%.*s”, expected “%s”", w->how, NT_FMT(diag->args[0]), w->name);
  assert_str(diag->where.file, "a.lua");
}

static void test_refused_while_running(void **state) {
  char text[2048];
  for (size_t i = 0; i < sizeof at_run / sizeof *at_run; i++) {
    const way *w = &at_run[i];
    bench b = {.module_name = "mod", .module_text = "return {}"};
    with_head(text, sizeof text, w);
    if (!bench_load(&b, text)) {
      bench_show(&b);
      fail_msg("%s did not load", w->how);
    }
    nt_value seen[3];
    for (int run = 0; run < 3; run++) {
      nt_document *document = bench_document(&b, "text/a.md", "news");
      if (bench_run(&b, document) != NT_HOOK_FAILED) fail_msg("%s was let through", w->how);
      const nt_value *value = nt_map_find(&document->fields, NT_STR("seen"));
      seen[run] = value ? *value : nt_null();
    }
    check_named(&b, w);
    if (!nt_value_eq(&seen[0], &seen[1]) || !nt_value_eq(&seen[0], &seen[2])) fail_msg("%s carried something", w->how);
    bench_end(&b);
  }
}

static void test_refused_while_loading(void **state) {
  char text[2048];
  for (size_t i = 0; i < sizeof at_load / sizeof *at_load; i++) {
    bench b = {0};
    with_head(text, sizeof text, &at_load[i]);
    if (bench_load(&b, text)) fail_msg("%s was let through", at_load[i].how);
    check_named(&b, &at_load[i]);
    bench_end(&b);
  }
}

static void test_undone_upvalues_are_as_loaded(void **state) {
  bench b = {0};
  assert_loads(&b, "local notis = require 'notis'\nlocal a, b, c = {1}, 'x', nil\n"
                   "notis.on('document', {kind='bad'}, function() a, b, c = 1, 2, 3 end)\n"
                   "notis.on('document', {kind='news'}, function(doc) doc.out = a[1] .. b .. tostring(c) end)\n");
  assert_int_equal(bench_run(&b, bench_document(&b, "x", "bad")), NT_HOOK_FAILED);
  assert_int_equal(b.fake.diags.len, 3);
  assert_int_equal(nt_vm_last_fault(b.vm), NT_FAULT_STATE);
  assert_str(bench_out(&b), "1xnil");
  bench_end(&b);
}

static int make_frozen(lua_State *L) {
  nt_lua_push_frozen(L, 1);
  return 1;
}

/* Scripts have nowhere to keep one; C might by mistake. */
static void test_userdata_after_its_call(void **state) {
  bench b = {0};
  assert_loads(&b, "local notis = require 'notis'\nnotis.filter('title', function(x)\nreturn x.title end)\n");
  nt_value map = nt_map_new(b.fake.arena);
  fake_put(&b.fake, &map, "title", nt_string(NT_STR("hej")));
  fake_add(&b.fake, "text/a.md", "news", map, NULL, "/a/");
  lua_State *L = nt_vm_lua(b.vm);
  lua_pushcfunction(L, make_frozen);
  assert_true(nt_vm_call(b.vm, &b.fake.reader, 0, 1));
  assert_true(nt_vm_push_registered(b.vm, NT_REGISTRY_FILTER, NT_STR("title")));
  lua_insert(L, -2);
  assert_false(nt_vm_call(b.vm, &b.fake.reader, 1, 1));
  assert_int_equal(b.fake.diags.items[0].code, NT_MSG_script_after_use);
  assert_int_equal(b.fake.diags.items[0].where.line, 3);
  assert_int_equal(lua_gettop(L), 0);
  bench_end(&b);
}

static void test_frozen_tables_still_read(void **state) {
  bench b = {0};
  assert_loads(
      &b,
      "local notis = require 'notis'\n"
      "local t = {10, 20, 30, x = 'y', n = {deep = true}}\n"
      "local C = {}\nC.__index = C\nC.__tostring = function(self) return 'C:' .. self.name end\n"
      "C.__add = function(a, b) return a.name .. b.name end\n"
      "function C.new(name) return setmetatable({name = name}, C) end\nfunction C:shout() return self.name:upper() "
      "end\n"
      "local D = setmetatable({}, {__index = C, __call = function(self, x) return 'called' .. x end})\nD.__index = D\n"
      "local made = C.new('made')\n"
      "notis.on('document', function(doc)\n"
      "  local out = {}\n"
      "  local function add(...) for i = 1, select('#', ...) do out[#out + 1] = tostring((select(i, ...))) end end\n"
      "  for i, v in ipairs(t) do add(i, v) end\n"
      "  for k, v in pairs(t) do add(k) end\n"
      "  add(#t, rawlen(t), rawget(t, 'x'), next({}), next(t), t.n.deep, table.concat(t, ','), table.unpack(t))\n"
      "  add(made, made:shout(), made + C.new('b'), C.new('c'):shout(), setmetatable({name='d'}, D):shout(), D(1))\n"
      "  add(getmetatable(made) == C, rawequal(getmetatable(C.new('x')), C), t == t)\n"
      "  doc.out = table.concat(out, ' ')\n"
      "end)\n");
  assert_str(bench_out(&b), "1 10 2 20 3 30 1 2 3 n x 3 3 y nil 1 true 10,20,30 10 20 30 "
                            "C:made MADE madeb C D called1 true true true");
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_refused_while_running),         cmocka_unit_test(test_refused_while_loading),
      cmocka_unit_test(test_undone_upvalues_are_as_loaded), cmocka_unit_test(test_userdata_after_its_call),
      cmocka_unit_test(test_frozen_tables_still_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
