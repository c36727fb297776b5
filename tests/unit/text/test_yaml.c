/* The cases are the examples of YAML 1.2.2, chapters 2 and 10 (by number), and the schema's own tables; what each means
 * is given as JSON, read from the specification and not from our output. */
#include "support.h"
#include "text/json.h"
#include "text/yaml.h"

typedef struct meaning {
  const char *name;
  const char *yaml;
  const char *json;
} meaning;

static const meaning chapter_2[] = {
    {"2.1", "- Mark McGwire\n- Sammy Sosa\n- Ken Griffey\n", "[\"Mark McGwire\",\"Sammy Sosa\",\"Ken Griffey\"]"},
    {"2.2", "hr:  65    # Home runs\navg: 0.278 # Batting average\nrbi: 147   # Runs Batted In\n",
     "{\"hr\":65,\"avg\":0.278,\"rbi\":147}"},
    {"2.3", "american:\n- Boston Red Sox\n- Detroit Tigers\nnational:\n- New York Mets\n",
     "{\"american\":[\"Boston Red Sox\",\"Detroit Tigers\"],\"national\":[\"New York Mets\"]}"},
    {"2.4", "-\n  name: Mark McGwire\n  hr:   65\n-\n  name: Sammy Sosa\n  avg:  0.288\n",
     "[{\"name\":\"Mark McGwire\",\"hr\":65},{\"name\":\"Sammy Sosa\",\"avg\":0.288}]"},
    {"2.5", "- [name        , hr, avg  ]\n- [Mark McGwire, 65, 0.278]\n",
     "[[\"name\",\"hr\",\"avg\"],[\"Mark McGwire\",65,0.278]]"},
    {"2.6", "Mark McGwire: {hr: 65, avg: 0.278}\nSammy Sosa: {\n    hr: 63,\n    avg: 0.288,\n }\n",
     "{\"Mark McGwire\":{\"hr\":65,\"avg\":0.278},\"Sammy Sosa\":{\"hr\":63,\"avg\":0.288}}"},
    {"2.9", "---\nhr: # 1998 hr ranking\n- Mark McGwire\n- Sammy Sosa\n# 1998 rbi ranking\nrbi:\n- Sammy Sosa\n",
     "{\"hr\":[\"Mark McGwire\",\"Sammy Sosa\"],\"rbi\":[\"Sammy Sosa\"]}"},
    {"2.10",
     "---\nhr:\n- Mark McGwire\n# Following node labeled SS\n- &SS Sammy Sosa\nrbi:\n- *SS # Subsequent\n- Ken\n",
     "{\"hr\":[\"Mark McGwire\",\"Sammy Sosa\"],\"rbi\":[\"Sammy Sosa\",\"Ken\"]}"},
    {"2.12",
     "---\n# Products purchased\n- item    : Super Hoop\n  quantity: 1\n- item    : Basketball\n  quantity: 4\n",
     "[{\"item\":\"Super Hoop\",\"quantity\":1},{\"item\":\"Basketball\",\"quantity\":4}]"},
    {"2.13", "# ASCII Art\n--- |\n  \\//||\\/||\n  // ||  ||__\n", "\"\\\\//||\\\\/||\\n// ||  ||__\\n\""},
    {"2.14", "--- >\n  Mark McGwire's\n  year was crippled\n  by a knee injury.\n",
     "\"Mark McGwire's year was crippled by a knee injury.\\n\""},
    {"2.15",
     "--- >\n Sammy Sosa completed another\n fine season.\n\n   63 Home Runs\n   0.288 Average\n\n What a year!\n",
     "\"Sammy Sosa completed another fine season.\\n\\n  63 Home Runs\\n  0.288 Average\\n\\nWhat a year!\\n\""},
    {"2.16", "name: Mark\naccomplishment: >\n  Mark set a\n  record.\nstats: |\n  65 Home Runs\n  0.278\n",
     "{\"name\":\"Mark\",\"accomplishment\":\"Mark set a record.\\n\",\"stats\":\"65 Home Runs\\n0.278\\n\"}"},
    {"2.17",
     "unicode: \"Sosa did fine.\\u263A\"\ncontrol: \"\\b1998\\t1999\\t2000\\n\"\nhex esc: \"\\x0d\\x0a is \\r\\n\"\n\n"
     "single: '\"Howdy!\" he cried.'\nquoted: ' # Not a ''comment''.'\ntie-fighter: '|\\-*-/|'\n",
     "{\"unicode\":\"Sosa did fine.\xE2\x98\xBA\",\"control\":\"\\b1998\\t1999\\t2000\\n\",\"hex esc\":\"\\r\\n is "
     "\\r\\n\",\"single\":\"\\\"Howdy!\\\" he cried.\",\"quoted\":\" # Not a "
     "'comment'.\",\"tie-fighter\":\"|\\\\-*-/|\"}"},
    {"2.18", "plain:\n  This unquoted scalar\n  spans many lines.\n\nquoted: \"So does this\n  quoted scalar.\\n\"\n",
     "{\"plain\":\"This unquoted scalar spans many lines.\",\"quoted\":\"So does this quoted scalar.\\n\"}"},
    {"2.19", "canonical: 12345\ndecimal: +12345\noctal: 0o14\nhexadecimal: 0xC\n",
     "{\"canonical\":12345,\"decimal\":12345,\"octal\":12,\"hexadecimal\":12}"},
    {"2.20",
     "canonical: 1.23015e+3\nexponential: 12.3015e+02\nfixed: 1230.15\nnegative infinity: -.inf\nnot a number: .nan\n",
     "{\"canonical\":1230.15,\"exponential\":1230.15,\"fixed\":1230.15,\"negative infinity\":null,\"not a "
     "number\":null}"},
    {"2.21", "null:\nbooleans: [ true, false ]\nstring: '012345'\n",
     "{\"null\":null,\"booleans\":[true,false],\"string\":\"012345\"}"},
    {"2.22", "canonical: 2001-12-15T02:59:43.1Z\nspaced: 2001-12-14 21:59:43.10 -5\ndate: 2002-12-14\n",
     "{\"canonical\":\"2001-12-15T02:59:43.1Z\",\"spaced\":\"2001-12-14 21:59:43.10 -5\",\"date\":\"2002-12-14\"}"},
    {"2.23",
     "---\nnot-date: !!str 2002-04-28\npicture: !!binary |\n R0lGODlhDAAMAIQAAP\napplication: !something |\n text\n",
     "{\"not-date\":\"2002-04-28\",\"picture\":\"R0lGODlhDAAMAIQAAP\\n\",\"application\":\"text\\n\"}"},
    {"2.24",
     "%TAG ! tag:clarkevans.com,2002:\n--- !shape\n- !circle\n  center: &ORIGIN {x: 73, y: 129}\n  radius: 7\n"
     "- !label\n  start: *ORIGIN\n  color: 0xFFEEBB\n",
     "[{\"center\":{\"x\":73,\"y\":129},\"radius\":7},{\"start\":{\"x\":73,\"y\":129},\"color\":16772795}]"},
    {"2.25", "--- !!set\n? Mark McGwire\n? Sammy Sosa\n", "{\"Mark McGwire\":null,\"Sammy Sosa\":null}"},
    {"2.26", "--- !!omap\n- Mark McGwire: 65\n- Sammy Sosa: 63\n", "[{\"Mark McGwire\":65},{\"Sammy Sosa\":63}]"},
};

static const meaning chapter_10[] = {
    {"10.1",
     "Block style: !!map\n  Clark : Evans\n  Ingy  : döt Net\n\nFlow style: !!map { Clark: Evans, Ingy: döt Net }\n",
     "{\"Block style\":{\"Clark\":\"Evans\",\"Ingy\":\"döt Net\"},\"Flow style\":{\"Clark\":\"Evans\",\"Ingy\":\"döt "
     "Net\"}}"},
    {"10.2", "Block style: !!seq\n- Clark Evans\n- Ingy döt Net\n\nFlow style: !!seq [ Clark Evans, Ingy döt Net ]\n",
     "{\"Block style\":[\"Clark Evans\",\"Ingy döt Net\"],\"Flow style\":[\"Clark Evans\",\"Ingy döt Net\"]}"},
    {"10.3", "Block style: !!str |-\n  String: just a theory.\n\nFlow style: !!str \"String: just a theory.\"\n",
     "{\"Block style\":\"String: just a theory.\",\"Flow style\":\"String: just a theory.\"}"},
    {"10.4", "!!null null: value for null key\nkey with null value: !!null null\n",
     "{\"null\":\"value for null key\",\"key with null value\":null}"},
    {"10.5", "YAML is a superset of JSON: !!bool true\nPluto is a planet: !!bool false\n",
     "{\"YAML is a superset of JSON\":true,\"Pluto is a planet\":false}"},
    {"10.6", "negative: !!int -12\nzero: !!int 0\npositive: !!int 34\n",
     "{\"negative\":-12,\"zero\":0,\"positive\":34}"},
    {"10.7", "negative: !!float -1\nzero: !!float 0\npositive: !!float 2.3e4\ninfinity: !!float .inf\n",
     "{\"negative\":-1.0,\"zero\":0.0,\"positive\":23000.0,\"infinity\":null}"},
    {"10.9",
     "A null: null\nAlso a null: # Empty\nNot a null: \"\"\nBooleans: [ true, True, false, FALSE ]\n"
     "Integers: [ 0, 0o7, 0x3A, -19 ]\nFloats: [\n  0., -0.0, .5, +12e03, -2E+05 ]\n"
     "Also floats: [\n  .inf, -.Inf, +.INF, .NAN ]\n",
     "{\"A null\":null,\"Also a null\":null,\"Not a null\":\"\",\"Booleans\":[true,true,false,false],"
     "\"Integers\":[0,7,58,-19],\"Floats\":[0.0,-0.0,0.5,12000.0,-200000.0],\"Also floats\":[null,null,null,null]}"},
    {"null words", "[null, Null, NULL, ~, nULL, none]", "[null,null,null,null,\"nULL\",\"none\"]"},
    {"bool words", "[true, TRUE, tRUE, yes, no, NO, on, Off, y]",
     "[true,true,\"tRUE\",\"yes\",\"no\",\"NO\",\"on\",\"Off\",\"y\"]"},
    {"no numbers", "[0o8, 0xG, +0x1, 1_000, 1e, 1.2.3, 12:30, ., -, +, .e1, e1, 1.5e+, 0b1, -.nan, '1']",
     "[\"0o8\",\"0xG\",\"+0x1\",\"1_000\",\"1e\",\"1.2.3\",\"12:30\",\".\",\"-\",\"+\",\".e1\",\"e1\",\"1.5e+\","
     "\"0b1\","
     "\"-.nan\",\"1\"]"},
    {"leading zeros", "[0123, 007, -01, 00, 01.5, 0, -0, 0.5, 00012]",
     "[\"0123\",\"007\",\"-01\",\"00\",\"01.5\",0,0,0.5,\"00012\"]"},
    {"edges", "[9223372036854775807, -9223372036854775808, 9223372036854775808, 0x7FFFFFFFFFFFFFFF, 1e999, 1e-999]",
     "[9223372036854775807,-9223372036854775808,\"9223372036854775808\",9223372036854775807,\"1e999\",0.0]"},
    {"non-specific tag", "! 12", "\"12\""},
    {"string tag", "[!!str 12, !!str true, !!str ~, !!str ]", "[\"12\",\"true\",\"~\",\"\"]"},
};

static const meaning ours[] = {
    {"empty", "", "null"},
    {"only comments", "# nothing\n\n", "null"},
    {"only a marker", "---\n", "null"},
    {"BOM",
     "\xEF\xBB\xBF"
     "a: 1\n",
     "{\"a\":1}"},
    {"CRLF", "a: 1\r\nb: |\r\n  x\r\n  y\r\nc: 'd\r\n  e'\r\n", "{\"a\":1,\"b\":\"x\\ny\\n\",\"c\":\"d e\"}"},
    {"merge is a key", "a: &x {k: 1}\nb:\n  <<: *x\n  c: 2\n", "{\"a\":{\"k\":1},\"b\":{\"<<\":{\"k\":1},\"c\":2}}"},
    {"keys become strings", "1: a\n2.50: b\ntrue: c\n~: d\n2024-01-01: e\n",
     "{\"1\":\"a\",\"2.50\":\"b\",\"true\":\"c\",\"~\":\"d\",\"2024-01-01\":\"e\"}"},
    {"anchor used again", "[&a 1, *a, &a 2, *a]", "[1,1,2,2]"},
    {"alias as key", "- &k name\n- *k : 1\n", "[\"name\",{\"name\":1}]"},
    {"tab after a value", "a: 1\t# x\nb:\t2\n", "{\"a\":1,\"b\":2}"},
    {"Swedish", "rubrik: \"Västerbottens mål\"\nämne: [å, ä, ö]\n",
     "{\"rubrik\":\"Västerbottens mål\",\"ämne\":[\"å\",\"ä\",\"ö\"]}"},
};

typedef struct reading {
  nt_arena *arena;
  nt_diags diags;
  nt_value value;
  bool good;
} reading;

static reading read_yaml(nt_str yaml) {
  reading r = {.arena = nt_arena_new()};
  nt_diags_init(&r.diags, r.arena);
  r.good = nt_yaml_parse(yaml, NT_STR("a.yaml"), (nt_pos){1, 1, 0}, r.arena, &r.diags, &r.value);
  assert_int_equal(r.good, r.diags.errors == 0);
  return r;
}

static void check_meanings(const meaning *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    reading r = read_yaml(nt_str_c(cases[i].yaml));
    nt_buf json = {0};
    nt_json_write(&r.value, 0, &json);
    nt_buf_byte(&json, '\0');
    if (!r.good || strcmp(json.ptr, cases[i].json) != 0)
      fail_msg("%s: %s\n   gave %s\n    not %s", cases[i].name, r.good ? "other value" : "refused", json.ptr,
               cases[i].json);
    nt_buf_deinit(&json);
    nt_arena_free(r.arena);
  }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void specification_chapter_2(void **state) {
  check_meanings(chapter_2, COUNT(chapter_2));
}
static void specification_chapter_10(void **state) {
  check_meanings(chapter_10, COUNT(chapter_10));
}
static void our_own(void **state) {
  check_meanings(ours, COUNT(ours));
}

static void types(void **state) {
  reading r = read_yaml(NT_STR("[1, 1.0, '1', .inf, -.inf, .nan]"));
  const nt_value *items = r.value.as.list->items;
  assert_int_equal(items[0].type, NT_INT);
  assert_int_equal(items[1].type, NT_FLOAT);
  assert_int_equal(items[2].type, NT_STRING);
  assert_true(items[3].as.number > 1e308);
  assert_true(items[4].as.number < -1e308);
  assert_true(items[5].as.number != items[5].as.number);
  nt_arena_free(r.arena);
}

static const struct {
  const char *yaml;
  nt_code code;
  unsigned line, column;
} faults[] = {
    {"a: 1\nb: 2\na: 3\n", NT_MSG_yaml_duplicate_key, 3, 1},
    {"x: {å: 1, \"å\": 2}\n", NT_MSG_yaml_duplicate_key, 1, 12},
    {"1: a\n\"1\": b\n", NT_MSG_yaml_duplicate_key, 2, 1},
    {"? [a]\n: b\n", NT_MSG_yaml_key_type, 1, 3},
    {"{{a: 1}: 2}", NT_MSG_yaml_key_type, 1, 2},
    {"a: 1\n---\nb: 2\n", NT_MSG_yaml_documents, 2, 1},
    {"a: *b\n", NT_MSG_yaml_alias_unknown, 1, 4},
    {"a: &b [1, *b]\n", NT_MSG_yaml_alias_cycle, 1, 11},
    {"a: !!int x\n", NT_MSG_yaml_tag_value, 1, 4},
    {"a: !!bool 1\n", NT_MSG_yaml_tag_value, 1, 4},
    {"a:\n\tb: 1\n", NT_MSG_yaml_tab, 2, 1},
    {"a:\n  \tb: 1\n", NT_MSG_yaml_tab, 2, 3},
    {"title: Nytt: mer\n", NT_MSG_yaml_colon_in_text, 1, 12},
    {"title: Mål: mer\n", NT_MSG_yaml_colon_in_text, 1, 12},
    {"title: x\nauthor\ndate: y\n", NT_MSG_yaml_missing_colon, 2, 1},
    {"title:x\ndate: y\n", NT_MSG_yaml_missing_colon, 1, 1},
    {"a: 1\ntitle: \"x\nb: 2\n", NT_MSG_yaml_unclosed_quote, 2, 8},
    {"title: 'x\nb: 2\n", NT_MSG_yaml_unclosed_quote, 1, 8},
    {"tags: [a, b\ndate: 2024-01-01\n", NT_MSG_yaml_unclosed_list, 1, 7},
    {"å: [a, b", NT_MSG_yaml_unclosed_list, 1, 5},
    {"m: {a: 1\nb: 2\n", NT_MSG_yaml_unclosed_map, 1, 4},
    {"a: 1\n  b: 2\n", NT_MSG_yaml_indentation, 2, 3},
    {"a:\n    b: 1\n  c: 2\n", NT_MSG_yaml_indentation, 3, 3},
    {"a:\n  - x\n b: 1\n", NT_MSG_yaml_indentation, 3, 2},
    {"a: \"b\" c\n", NT_MSG_yaml_after_value, 1, 8},
    {"a: - b\n", NT_MSG_yaml_list_place, 1, 4},
    {"a: @b\n", NT_MSG_yaml_reserved, 1, 4},
    {"a: %b\n", NT_MSG_yaml_reserved, 1, 4},
    {"a: **b**\n", NT_MSG_yaml_reserved, 1, 4},
    {"a: `b`\n", NT_MSG_yaml_reserved, 1, 4},
    {"a: | b\n", NT_MSG_yaml_block_text, 1, 6},
    {"a: \"\\å\"\n", NT_MSG_yaml_escape, 1, 5},
    {"a: x\x01y\n", NT_MSG_yaml_control, 1, 5},
    {"a: b\nc: \xE5\n", NT_MSG_yaml_encoding, 2, 4},
    {"å: \xC3\n", NT_MSG_yaml_encoding, 1, 5},
    {"\xEF\xBB\xBF"
     "a: 1\na: 2\n",
     NT_MSG_yaml_duplicate_key, 2, 1},
    {"a: 1\r\nb: 2\r\nåå: [1]\r\nåå: 3\r\n", NT_MSG_yaml_duplicate_key, 4, 1},
};

static void faults_have_their_place(void **state) {
  for (size_t i = 0; i < COUNT(faults); i++) {
    reading r = read_yaml(nt_str_c(faults[i].yaml));
    if (r.good) fail_msg("accepted: %s", faults[i].yaml);
    const nt_diag *d = &r.diags.items[0];
    if (r.diags.len != 1 || d->code != faults[i].code || d->where.line != faults[i].line ||
        d->where.column != faults[i].column)
      fail_msg("%s\n  gave %zu, %s at %u:%u, not %s at %u:%u", faults[i].yaml, r.diags.len,
               nt_message_get(d->code)->name, d->where.line, d->where.column, nt_message_get(faults[i].code)->name,
               faults[i].line, faults[i].column);
    nt_arena_free(r.arena);
  }
}

static void duplicates_name_the_first(void **state) {
  reading r = read_yaml(NT_STR("a: 1\nb: 2\n\na: {x: [1]}\na: 4\nc: 5\n"));
  assert_int_equal(r.diags.len, 2);
  assert_true(nt_str_eq(r.diags.items[0].args[1], NT_STR("1")));
  assert_int_equal(nt_map_find(&r.value, NT_STR("a"))->as.integer, 1);
  assert_int_equal(nt_map_find(&r.value, NT_STR("c"))->as.integer, 5);
  assert_int_equal(nt_value_len(&r.value), 3);
  nt_arena_free(r.arena);
}

static void check_pos(const nt_value *map, const char *path, unsigned line, unsigned column) {
  const nt_value *v = nt_map_path(map, nt_str_c(path));
  assert_non_null(v);
  if (v->pos.line != line || v->pos.column != column)
    fail_msg("%s at %u:%u, not %u:%u", path, v->pos.line, v->pos.column, line, column);
}

static void positions_are_bytes_of_the_file(void **state) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_diags_init(&diags, arena);
  nt_value v;
  nt_str text = NT_STR("å: ä\r\nmål: {ö: 1, x: \"y\"}\r\nlista:\r\n  - ja\r\n");
  assert_true(nt_yaml_parse(text, NT_STR("f"), (nt_pos){7, 1, 3}, arena, &diags, &v));
  check_pos(&v, "å", 7, 5);
  check_pos(&v, "mål", 8, 7);
  check_pos(&v, "mål.ö", 8, 12);
  check_pos(&v, "mål.x", 8, 18);
  check_pos(&v, "lista", 10, 3);
  assert_int_equal(nt_map_entry_find(&v, NT_STR("mål"))->key_pos.column, 1);
  assert_int_equal(nt_map_entry_find(&v, NT_STR("mål"))->value.pos.file, 3);
  assert_int_equal(nt_map_path(&v, NT_STR("lista"))->as.list->items[0].pos.column, 5);
  nt_arena_free(arena);
}

static nt_str repeated(nt_buf *buf, const char *part, size_t times) {
  for (size_t i = 0; i < times; i++) nt_buf_c(buf, part);
  return nt_buf_str(buf);
}

static void check_refused(nt_str text, nt_code code) {
  reading r = read_yaml(text);
  assert_true(r.diags.len >= 1);
  if (r.diags.items[0].code != code) fail_msg("%s", nt_message_get(r.diags.items[0].code)->name);
  nt_arena_free(r.arena);
}

static void too_deep(void **state) {
  nt_buf text = {0};
  check_refused(repeated(&text, "[", 10000), NT_MSG_yaml_too_deep);
  nt_buf_clear(&text);
  check_refused(repeated(&text, "- ", 10000), NT_MSG_yaml_too_deep);
  nt_buf_clear(&text);
  for (int i = 0; i < 300; i++) {
    repeated(&text, " ", (size_t)i);
    nt_buf_c(&text, "a:\n");
  }
  check_refused(nt_buf_str(&text), NT_MSG_yaml_too_deep);
  nt_buf_clear(&text);
  repeated(&text, "[", 150);
  reading r = read_yaml(repeated(&text, "]", 150));
  assert_true(r.good);
  nt_arena_free(r.arena);
  nt_buf_deinit(&text);
}

static void aliases_that_explode(void **state) {
  nt_buf text = {0};
  nt_buf_c(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
  for (int i = 1; i < 20; i++) nt_buf_format(&text, "a%d: &a%d [*a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1);
  check_refused(nt_buf_str(&text), NT_MSG_yaml_alias_limit);
  nt_buf_clear(&text);
  nt_buf_c(&text, "- &a0 []\n");
  for (int i = 1; i < 300; i++) nt_buf_format(&text, "- &a%d [*a%d]\n", i, i - 1);
  check_refused(nt_buf_str(&text), NT_MSG_yaml_too_deep);
  nt_buf_deinit(&text);
}

static void aliases_are_copies(void **state) {
  reading r = read_yaml(NT_STR("a: &x {k: [1]}\nb: *x\n"));
  assert_true(r.good);
  nt_list_push(nt_map_path(&r.value, NT_STR("b.k")), r.arena, nt_int(2));
  assert_int_equal(nt_value_len(nt_map_path(&r.value, NT_STR("a.k"))), 1);
  check_pos(&r.value, "b", 2, 4);
  nt_arena_free(r.arena);
}

static void too_large(void **state) {
  nt_buf text = {0};
  check_refused(repeated(&text, "# 34567890123456\n", 1024 * 1024), NT_MSG_yaml_too_large);
  nt_buf_deinit(&text);
}

/* 50,000 keys in one map must not cost the square of that. */
static void large_map(void **state) {
  nt_buf text = {0};
  for (int i = 0; i < 50000; i++) nt_buf_format(&text, "key%d: %d\n", i, i);
  nt_buf_c(&text, "key7: again\n");
  reading r = read_yaml(nt_buf_str(&text));
  assert_int_equal(r.diags.len, 1);
  assert_int_equal(r.diags.items[0].where.line, 50001);
  assert_true(nt_str_eq(r.diags.items[0].args[1], NT_STR("8")));
  assert_int_equal(nt_map_find(&r.value, NT_STR("key49999"))->as.integer, 49999);
  nt_arena_free(r.arena);
  nt_buf_deinit(&text);
}

static void what_could_be_read_is_kept(void **state) {
  reading r = read_yaml(NT_STR("title: Ett\nimage: {src: a.jpg, alt: [x\n"));
  assert_false(r.good);
  assert_true(nt_str_eq(nt_value_str(nt_map_path(&r.value, NT_STR("title"))), NT_STR("Ett")));
  assert_true(nt_str_eq(nt_value_str(nt_map_path(&r.value, NT_STR("image.src"))), NT_STR("a.jpg")));
  nt_arena_free(r.arena);
}

/* Every text has both languages, and arguments are the same in each. */
static void messages_are_whole(void **state) {
  reading r = read_yaml(NT_STR("a: 1\na: 2\n"));
  nt_buf text = {0};
  nt_diag_message(&r.diags.items[0], NT_SWEDISH, &text);
  assert_true(nt_str_search(nt_buf_str(&text), NT_STR("”a”")) < text.len);
  nt_buf_deinit(&text);
  nt_arena_free(r.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(specification_chapter_2),
                                     cmocka_unit_test(specification_chapter_10),
                                     cmocka_unit_test(our_own),
                                     cmocka_unit_test(types),
                                     cmocka_unit_test(faults_have_their_place),
                                     cmocka_unit_test(duplicates_name_the_first),
                                     cmocka_unit_test(positions_are_bytes_of_the_file),
                                     cmocka_unit_test(too_deep),
                                     cmocka_unit_test(aliases_that_explode),
                                     cmocka_unit_test(aliases_are_copies),
                                     cmocka_unit_test(too_large),
                                     cmocka_unit_test(large_map),
                                     cmocka_unit_test(what_could_be_read_is_kept),
                                     cmocka_unit_test(messages_are_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
