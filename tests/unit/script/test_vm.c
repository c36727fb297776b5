#include "script_support.h"

static const char *const head = "local notis = require 'notis'\n";

static nt_str run_body(bench *b, const char *body) {
  static char text[8192];
  snprintf(text, sizeof text, "%snotis.on('document', function(doc)\n%s\nend)\n", head, body);
  if (!bench_load(b, text)) {
    bench_show(b);
    return NT_STR("(not loaded)");
  }
  return bench_out(b);
}

static void check_body(const char *body, const char *expected) {
  bench b = {0};
  assert_str(run_body(&b, body), expected);
  bench_end(&b);
}

static void test_runs_a_hook(void **state) {
  check_body("doc.title = 'Hej'; doc.out = doc.title .. '/' .. doc.id .. '/' .. doc.kind", "Hej/text/a.md/news");
}

static void test_pairs_are_ordered(void **state) {
  check_body("local t, s = {b=1, a=2, [true]=3, [10]=4, 'x', 'y', [2.5]=6, [-1]=7}, {}\n"
             "for k, v in pairs(t) do s[#s+1] = tostring(k) .. '=' .. tostring(v) end\n"
             "local k, n = nil, 0\n"
             "repeat k = next(t, k); n = n + (k ~= nil and 1 or 0) until k == nil\n"
             "doc.out = table.concat(s, ' ') .. ' ' .. n",
             "1=x 2=y -1=7 2.5=6 10=4 a=2 b=1 true=3 8");
}

static void test_addresses_do_not_print(void **state) {
  check_body("doc.out = tostring({}) .. tostring(print) .. string.format('%s', {}) .. tostring(doc) ..\n"
             "  tostring(function() end) .. tostring(pcall(string.format, '%p', {}))",
             "tablefunctiontabledocumentfunctionfalse");
}

static void test_random_repeats(void **state) {
  const char *body = "doc.out = math.random(1000000) .. ' ' .. math.random(5, 5) .. ' ' .. tostring(math.random() < 1)";
  bench b = {0};
  nt_str first = run_body(&b, body), second = bench_out(&b);
  assert_true(nt_str_eq(first, second));
  assert_true(nt_str_ends(first, NT_STR(" 5 true")));
  bench_end(&b);
}

static void test_what_is_not_there(void **state) {
  check_body("local s = ''\n"
             "for _, n in ipairs{'io','os','debug','coroutine','load','loadstring','loadfile','dofile',\n"
             "  'collectgarbage','package'} do s = s .. tostring(_G[n]) .. ' ' end\n"
             "doc.out = s .. tostring(string.dump) .. tostring(math.randomseed) .. tostring(getmetatable(''))",
             "nil nil nil nil nil nil nil nil nil nil nilnilnil");
}

static void test_fault_has_file_and_line(void **state) {
  bench b = {0};
  assert_str(run_body(&b, "local x = nil\nlocal function inner() return x.y end\ndoc.out = inner()"), "(failed)");
  const nt_diag *diag = &b.fake.diags.items[0];
  assert_str(diag->where.file, "a.lua");
  assert_int_equal(diag->where.line, 4);
  assert_int_equal(diag->where.column, 0);
  assert_str(diag->where.doc, "text/a.md");
  assert_non_null(strstr(bench_message(&b, 0), "attempt to index a nil value (upvalue 'x')"));
  assert_null(strstr(bench_message(&b, 0), "a.lua:"));
  assert_true(nt_str_starts(diag->trace, NT_STR("a.lua:4")));
  bench_end(&b);
}

static void test_error_values(void **state) {
  const char *const bodies[] = {"error({})", "error(nil)", "error('plain', 0)", "error(doc)",
                                "error({message='inner'})"};
  const char *const texts[] = {"a table", "a nil", "plain", "a userdata", "inner"};
  for (size_t i = 0; i < 5; i++) {
    bench b = {0};
    assert_str(run_body(&b, bodies[i]), "(failed)");
    assert_int_equal(b.fake.diags.len, 1);
    assert_int_equal(b.fake.diags.items[0].where.line, 3);
    assert_non_null(strstr(bench_message(&b, 0), texts[i]));
    bench_end(&b);
  }
}

static void test_error_raised_again_keeps_its_place(void **state) {
  bench b = {0};
  assert_str(run_body(&b, "local ok, e = pcall(function()\nerror('deep')\nend)\nerror(e, 0)"), "(failed)");
  assert_int_equal(b.fake.diags.items[0].where.line, 4);
  assert_non_null(strstr(bench_message(&b, 0), ": deep"));
  bench_end(&b);
}

static void test_syntax_error(void **state) {
  bench b = {0};
  assert_false(bench_load(&b, "local a = 1\n\nlocal = 2\n"));
  assert_int_equal(b.fake.diags.items[0].where.line, 3);
  assert_int_equal(b.fake.diags.items[0].code, NT_MSG_script_syntax);
  assert_true(nt_str_starts(b.fake.diags.items[0].args[0], NT_STR("<name> expected")));
  bench_end(&b);
}

static void test_bytecode_is_refused(void **state) {
  bench b = {0};
  assert_false(bench_load(&b, "\x1bLua"));
  assert_int_equal(b.fake.diags.items[0].code, NT_MSG_script_syntax);
  bench_end(&b);
}

static void check_budget(const char *body) {
  bench b = {.options.instructions = 200000};
  assert_str(run_body(&b, body), "(failed)");
  assert_int_equal(b.fake.diags.len, 1);
  assert_int_equal(b.fake.diags.items[0].code, NT_MSG_script_budget);
  assert_str(b.fake.diags.items[0].where.file, "a.lua");
  assert_true(b.fake.diags.items[0].where.line >= 3);
  assert_int_equal(nt_vm_last_fault(b.vm), NT_FAULT_BUDGET);
  bench_end(&b);
}

static void test_budget_cannot_be_caught(void **state) {
  check_budget("while true do end");
  check_budget("while true do pcall(function() while true do end end) end");
  check_budget("xpcall(function() while true do end end, function() while true do end end) while true do end");
  check_budget("local m = {} local v = setmetatable({}, m) m.__close = function() while true do end end\n"
               "local t <close> = v while true do pcall(error) end");
  check_budget("local s = ('x'):rep(1000000) while true do s = s .. 'y' end");
  check_budget("local t = {} for i = 1, 100000 do t[i] = i end while true do table.insert(t, 1, 0) end");
  check_budget("string.find(('a'):rep(4000), '.-.-.-.-.-.-x')");
  check_budget("string.gsub(('a'):rep(4000), '.-.-.-.-.-.-x', '')");
  check_budget("for w in string.gmatch(('a'):rep(4000), '.-.-.-.-.-.-x') do end");
}

/* Loops in C in which Lua's hook cannot fire, however long a table says that it is. */
static void test_budget_sees_loops_in_c(void **state) {
  const char *long_table = "local t = setmetatable({}, {__len = function() return 1 << 50 end, __index = {}, "
                           "__newindex = {}})\n";
  static const char *const calls[] = {
      "table.insert(t, 1, nil)", "table.remove(t, 1)",
      "local n = 0 local u = setmetatable({}, {__index = {}, __newindex = {}, __len = "
      "function() n = n + 1 return n == 1 and 0 or 1 << 50 end}) table.insert(u, 1, nil) "
      "table.insert(u, 1, nil)",
      "table.concat(setmetatable({}, {__index = table.concat}), '', 1, 1 << 50)"};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    char body[1024];
    snprintf(body, sizeof body, "%s%s", long_table, calls[i]);
    check_budget(body);
  }
}

/* The steps before a broken pattern is found to be so are paid for when the fault is caught. */
static void test_budget_counts_broken_patterns(void **state) {
  check_budget("for i = 1, 1000 do pcall(string.find, ('a'):rep(30) .. 'bcd', 'a-a-a-cd%') end");
  check_budget("for i = 1, 1000 do pcall(string.gsub, ('a'):rep(30) .. 'bcd', 'a-a-a-cd[', '') end");
  check_budget("for i = 1, 1000 do pcall(string.match, ('a'):rep(30) .. 'bcd', 'a-a-a-cd%1') end");
}

static void check_memory(const char *body) {
  bench b = {.options.memory = 1 << 20, .options.instructions = 300000};
  if (!nt_str_eq(run_body(&b, body), NT_STR("(failed)"))) fail_msg("let through: %s", body);
  if (nt_vm_last_fault(b.vm) != NT_FAULT_MEMORY) fail_msg("another fault: %s", body);
  assert_true(nt_arena_size(b.fake.arena) < (size_t)16 << 20);
  bench_end(&b);
}

/* What scripts make outside Lua: fields, nodes, diagnostics. */
static void test_memory_outside_lua_is_bounded(void **state) {
  check_memory("local s = ('x'):rep(100000) for i = 1, 5000 do doc.x = s end");
  check_memory("local s = ('x'):rep(100000) for i = 1, 5000 do doc.body:append(notis.node('paragraph', {s})) end");
  check_memory("local s = ('x'):rep(100000) for i = 1, 5000 do notis.node('code_block', {text = s}) end");
  check_memory("local s = ('x'):rep(100000) for i = 1, 5000 do notis.text('a'):attr('title', s) end");
  check_memory("local s = ('x'):rep(100000) for i = 1, 5000 do print(s) end");
  check_memory("local p = notis.node('paragraph', {('x'):rep(100000)}) for i = 1, 5000 do p:clone() end");
  check_memory("doc.l = {('x'):rep(100000)} for i = 1, 5000 do doc.m = doc.l end");
  check_memory("doc.body:append(notis.node('paragraph', {('x'):rep(100000)})) for i = 1, 5000 do doc.m = doc.body end");
  check_memory("local t = {'x'} for i = 1, 60 do t = {t, t} end doc.x = t");
  check_memory("local t = {} for i = 1, 1000 do t[i] = i end for i = 1, 5000 do doc.x = t end");
}

/* Values are copied and encoded by recursion: however a script nests them, they can be decoded again. */
static void test_values_cannot_be_nested_without_end(void **state) {
  static const char *const ways[] = {"doc.m = {} for i = 1, 3000 do doc.m = {a = doc.m} end",
                                     "doc.m = {z = 1} local m = doc.m for i = 1, 3000 do m.a = {z = 1} m = m.a end",
                                     "doc.m = {z = 1} for i = 1, 3000 do doc.m.a = doc.m end"};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    bench b = {0};
    nt_buf bytes = {0};
    nt_value back;
    char text[512];
    snprintf(text, sizeof text, "require('notis').on('document', function(doc)\n%s\nend)", ways[i]);
    assert_loads(&b, text);
    nt_document *document = bench_document(&b, "text/a.md", "news");
    assert_int_equal(bench_run(&b, document), NT_HOOK_FAILED);
    if (b.fake.diags.items[0].code != NT_MSG_script_no_value) fail_msg("%s: %s", ways[i], bench_message(&b, 0));
    nt_value_encode(&document->fields, &bytes);
    assert_true(nt_value_decode(nt_buf_str(&bytes), b.fake.arena, &back));
    nt_buf_deinit(&bytes);
    bench_end(&b);
  }
}

static void test_zero_bytes_do_not_reach_texts(void **state) {
  check_body("local s = ''\n"
             "for _, f in ipairs{function() doc.x = 'a\\0' end, function() doc.x = {['\\0'] = 1} end,\n"
             "  function() doc.x = {{'\\0'}} end, function() doc.body:append('\\0') end,\n"
             "  function() notis.node('paragraph', {class = 'a\\0b'}) end, function() doc.lang = '\\0' end}\n"
             "do s = s .. tostring(pcall(f)) end doc.out = s",
             "false"
             "false"
             "false"
             "false"
             "false"
             "false");
}

/* As Lua's own, with what __index and __newindex say. */
static void test_table_functions(void **state) {
  check_body(
      "local t, s = {1, 2, 3}, ''\n"
      "table.insert(t, 2, 9) table.insert(t, 5, 8) table.insert(t, 7)\n"
      "s = table.concat(t, ',') .. ' ' .. table.remove(t, 1) .. table.remove(t) .. table.remove(t, 2)\n"
      "s = s .. ' ' .. table.concat(t, ',') .. ' ' .. tostring(table.remove({})) .. tostring(table.remove({}, 0))\n"
      "s = s .. tostring(table.remove({1}, 2)) .. table.concat({1, 2, 3}, '-', 2, 3) .. table.concat({}, 'x')\n"
      "s = s .. tostring(pcall(table.insert, {}, 3, 1)) .. tostring(pcall(table.remove, {1, 2}, 5))\n"
      "s = s .. tostring(pcall(table.insert, {})) .. tostring(pcall(table.insert, {}, 1, 2, 3))\n"
      "local back = {1, 2}\n"
      "local p = setmetatable({}, {__len = function() return #back end, __index = back, __newindex = back})\n"
      "table.insert(p, 1, 0) doc.out = s .. ' ' .. table.concat(back, ',')",
      "1,9,2,3,8,7 172 9,3,8 nilnilnil2-3false"
      "false"
      "false"
      "false 0,1,2");
}

static void test_budget_is_the_same_each_time(void **state) {
  bench b = {.options.instructions = 100000};
  run_body(&b, "doc.n = 0\nlocal t = {}\nwhile true do doc.n = doc.n + 1; t[#t + 1] = {tostring(doc.n)} end");
  int64_t reached[2];
  for (int i = 0; i < 2; i++) {
    nt_document *document = bench_document(&b, "text/a.md", "news");
    assert_int_equal(bench_run(&b, document), NT_HOOK_FAILED);
    reached[i] = nt_map_find(&document->fields, NT_STR("n"))->as.integer;
  }
  assert_true(reached[0] > 1000);
  assert_int_equal(reached[0], reached[1]);
  bench_end(&b);
}

static void test_memory_is_bounded_and_the_vm_goes_on(void **state) {
  bench b = {.options.memory = 8 << 20};
  static const char script[] = "local notis = require 'notis'\n"
                               "notis.on('document', {kind='big'}, function(doc)\n"
                               "  local t = {}\n"
                               "  while true do pcall(function() t[#t + 1] = ('x'):rep(100000) .. #t end) end\n"
                               "end)\n"
                               "notis.on('document', {kind='rep'}, function(doc) pcall(string.rep, 'x', 1 << 40) end)\n"
                               "notis.on('document', {kind='small'}, function(doc) doc.out = 'fine' end)\n";
  assert_loads(&b, script);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(bench_run(&b, bench_document(&b, "text/a.md", "big")), NT_HOOK_FAILED);
    assert_int_equal(b.fake.diags.items[b.fake.diags.len - 1].code, NT_MSG_script_memory);
    assert_int_equal(nt_vm_last_fault(b.vm), NT_FAULT_MEMORY);
    assert_str(b.fake.diags.items[b.fake.diags.len - 1].where.file, "a.lua");
    assert_int_equal(bench_run(&b, bench_document(&b, "text/a.md", "rep")), NT_HOOK_FAILED);
    assert_int_equal(nt_vm_last_fault(b.vm), NT_FAULT_MEMORY);
    assert_false(nt_vm_is_dead(b.vm));
    assert_int_equal(bench_run(&b, bench_document(&b, "text/a.md", "small")), NT_HOOK_OK);
  }
  assert_int_equal(b.fake.diags.len, 6);
  bench_end(&b);
}

/* Wherever memory runs out, the call ends with a diagnostic and nothing leaks. */
static void test_memory_runs_out_anywhere(void **state) {
  static const char script[] = "local notis = require 'notis'\n"
                               "local t = {a = {1, 2, 3}, b = setmetatable({}, {__index = {x = 1}})}\n"
                               "notis.on('document', function(doc)\n"
                               "  local all = {}\n"
                               "  for k, v in pairs(t) do all[#all + 1] = k end\n"
                               "  for i = 1, 50 do all[#all + 1] = ('%d %s'):format(i, all[1]):gsub('%w', '%0%0') end\n"
                               "  table.sort(all)\n"
                               "  doc.list = all\n"
                               "  doc.body:append(notis.node('paragraph', {'Hej ', notis.node('strong', all)}))\n"
                               "  for node in doc.body:each() do pcall(error, node) end\n"
                               "  doc:derive('x', {title = doc.body:text(), body = doc.body:clone()})\n"
                               "  doc.out = 'done'\n"
                               "end)\n";
  size_t failed = 0, done = 0;
  for (size_t limit = 8000; limit < 80000; limit += 97) {
    bench b = {.options.memory = limit};
    if (!bench_load(&b, script)) {
      assert_true(b.fake.diags.errors > 0);
    } else {
      nt_document *document = bench_document(&b, "text/a.md", "news");
      nt_hook_result result = bench_run(&b, document);
      assert_true(result == NT_HOOK_OK ? b.fake.diags.errors == 0 : b.fake.diags.errors > 0);
      if (result != NT_HOOK_OK) assert_int_equal(nt_vm_last_fault(b.vm), NT_FAULT_MEMORY);
      result == NT_HOOK_OK ? done++ : failed++;
    }
    bench_end(&b);
  }
  assert_true(done > 50 && failed > 50);
}

static void test_deep_recursion_ends(void **state) {
  bench b = {0};
  assert_str(run_body(&b, "local function f(n) return 1 + f(n + 1) end f(1)"), "(failed)");
  assert_non_null(strstr(bench_message(&b, 0), "stack overflow"));
  bench_end(&b);
}

static void test_globals_are_a_file_s_own(void **state) {
  bench b = {0};
  const char *const scripts[] = {"secret = 1", "local notis = require 'notis'\nnotis.on('document', function(doc)\n"
                                               "doc.out = tostring(secret) end)"};
  assert_true(bench_load_all(&b, scripts, 2));
  assert_str(bench_out(&b), "nil");
  bench_end(&b);
}

static void test_subscribers_in_order(void **state) {
  bench b = {0};
  const char *const scripts[] = {
      "local n = require 'notis'\nn.on('document', function(d) d.out = (d.out or '') .. '1' end)\n"
      "n.on('document', {kind='report'}, function(d) d.out = d.out .. 'r' end)\n",
      "local n = require 'notis'\nn.on('document', {kind='news'}, function(d) d.out = d.out .. '2' end)\n"};
  assert_true(bench_load_all(&b, scripts, 2));
  assert_str(bench_out(&b), "12");
  assert_int_equal(nt_vm_subscriber_count(b.vm, NT_EVENT_DOCUMENT), 3);
  assert_int_equal(nt_vm_subscriber(b.vm, NT_EVENT_DOCUMENT, 1).line, 3);
  assert_str(nt_vm_subscriber(b.vm, NT_EVENT_DOCUMENT, 1).kind, "report");
  assert_str(nt_vm_subscriber(b.vm, NT_EVENT_DOCUMENT, 2).file, "b.lua");
  assert_null(nt_vm_subscriber(b.vm, NT_EVENT_DOCUMENT, 0).kind.ptr);
  assert_true(nt_vm_wants(b.vm, NT_EVENT_DOCUMENT, NT_STR("anything")));
  assert_false(nt_vm_wants(b.vm, NT_EVENT_PAGE, NT_STR("news")));
  bench_end(&b);
}

static void test_required_files_are_traced(void **state) {
  bench b = {.module_name = "x.y", .module_text = "local M = {}\nfunction M.shout(s) return s:upper() end\nreturn M"};
  static const char script[] = "local notis, m = require 'notis', require 'x.y'\n"
                               "notis.on('document', function(doc) doc.out = m.shout('hej') end)\n"
                               "notis.filter('shout', m.shout)\n";
  assert_loads(&b, script);
  assert_str(bench_out(&b), "HEJ");
  assert_true(fake_traced(&b.fake, "script a.lua"));
  assert_true(fake_traced(&b.fake, "script lib.lua"));
  bench_end(&b);
}

static void test_require_faults(void **state) {
  bench b = {.module_name = "loop", .module_text = "return require 'loop'"};
  assert_false(bench_load(&b, "require 'loop'"));
  assert_int_equal(b.fake.diags.items[0].code, NT_MSG_script_require_cycle);
  bench_end(&b);
  bench c = {0};
  assert_false(bench_load(&c, "\nrequire 'nowhere'"));
  assert_int_equal(c.fake.diags.items[0].code, NT_MSG_script_no_module);
  assert_int_equal(c.fake.diags.items[0].where.line, 2);
  bench_end(&c);
}

static void test_unknown_event_names_the_nearest(void **state) {
  bench b = {0};
  assert_false(bench_load(&b, "local notis = require 'notis'\nnotis.on('documnt', function() end)"));
  assert_int_equal(b.fake.diags.items[0].code, NT_MSG_script_unknown_event);
  assert_str(b.fake.diags.items[0].args[1], "document");
  assert_int_equal(b.fake.diags.items[0].where.line, 2);
  bench_end(&b);
  bench c = {0};
  assert_false(bench_load(&c, "local notis = require 'notis'\nnotis.on('document', {kin='news'}, function() end)"));
  assert_str(c.fake.diags.items[0].args[1], "kind");
  bench_end(&c);
}

static void test_registration_hash(void **state) {
  static const char *const scripts[] = {"local n = require 'notis'\nn.on('page', function() end)",
                                        "local n = require 'notis'\nn.on('page', function() end)",
                                        "local n = require 'notis'\nn.on('page', {kind='news'}, function() end)",
                                        "local n = require 'notis'\nn.on('item', function() end)"};
  nt_hash hash[4];
  for (int i = 0; i < 4; i++) {
    bench b = {0};
    assert_loads(&b, scripts[i]);
    hash[i] = nt_vm_registration_hash(b.vm);
    bench_end(&b);
  }
  assert_true(hash[0] == hash[1]);
  assert_true(hash[0] != hash[2] && hash[0] != hash[3] && hash[2] != hash[3]);
}

static void test_print_is_a_note(void **state) {
  bench b = {0};
  run_body(&b, "print('a', 1, {})\ndoc.out = ''");
  assert_int_equal(b.fake.diags.len, 1);
  assert_int_equal(b.fake.diags.items[0].severity, NT_NOTE);
  assert_int_equal(b.fake.diags.items[0].where.line, 3);
  assert_str(b.fake.diags.items[0].args[0], "a\t1\ttable");
  bench_end(&b);
}

static void test_sort_is_stable(void **state) {
  check_body("local t = {}\nfor i = 1, 300 do t[i] = {k = i % 3, n = i} end\n"
             "table.sort(t, function(a, b) return a.k < b.k end)\n"
             "local good = true\n"
             "for i = 2, 300 do good = good and (t[i-1].k < t[i].k or (t[i-1].k == t[i].k and t[i-1].n < t[i].n)) end\n"
             "local w = {'b', 'a', 'c'}\ntable.sort(w)\ndoc.out = tostring(good) .. table.concat(w)",
             "trueabc");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_runs_a_hook),
      cmocka_unit_test(test_pairs_are_ordered),
      cmocka_unit_test(test_addresses_do_not_print),
      cmocka_unit_test(test_random_repeats),
      cmocka_unit_test(test_what_is_not_there),
      cmocka_unit_test(test_fault_has_file_and_line),
      cmocka_unit_test(test_error_values),
      cmocka_unit_test(test_error_raised_again_keeps_its_place),
      cmocka_unit_test(test_syntax_error),
      cmocka_unit_test(test_bytecode_is_refused),
      cmocka_unit_test(test_budget_cannot_be_caught),
      cmocka_unit_test(test_budget_sees_loops_in_c),
      cmocka_unit_test(test_budget_counts_broken_patterns),
      cmocka_unit_test(test_memory_outside_lua_is_bounded),
      cmocka_unit_test(test_values_cannot_be_nested_without_end),
      cmocka_unit_test(test_zero_bytes_do_not_reach_texts),
      cmocka_unit_test(test_table_functions),
      cmocka_unit_test(test_budget_is_the_same_each_time),
      cmocka_unit_test(test_memory_is_bounded_and_the_vm_goes_on),
      cmocka_unit_test(test_memory_runs_out_anywhere),
      cmocka_unit_test(test_deep_recursion_ends),
      cmocka_unit_test(test_globals_are_a_file_s_own),
      cmocka_unit_test(test_subscribers_in_order),
      cmocka_unit_test(test_required_files_are_traced),
      cmocka_unit_test(test_require_faults),
      cmocka_unit_test(test_unknown_event_names_the_nearest),
      cmocka_unit_test(test_registration_hash),
      cmocka_unit_test(test_print_is_a_note),
      cmocka_unit_test(test_sort_is_stable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
