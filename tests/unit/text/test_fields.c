/* The kind is the design's own example, and what a document may and may not hold is said there. */
#include "support.h"
#include "text/fields.h"
#include "text/json.h"
#include "text/yaml.h"

static const char news[] =
    "label: Nyhet\n"
    "permalink: /nyheter/{date.year}/{slug}/\n"
    "template: news.html\n"
    "outputs: [html]\n"
    "unknown_fields: warn\n"
    "fields:\n"
    "  title:   { type: text, required: true, max: 10, hint: \"Skriv det viktigaste först\" }\n"
    "  date:    { type: datetime, required: true, from: [cms_date, datum] }\n"
    "  day:     { type: date }\n"
    "  lead:    { type: markdown, max: 40 }\n"
    "  image:   { type: image, fields: { src: { type: file, required: true }, alt: { type: text, required: true } } }\n"
    "  topics:  { type: list, of: term, max: 3 }\n"
    "  report:  { type: ref, kind: report }\n"
    "  count:   { type: integer, min: 1, max: 10 }\n"
    "  share:   { type: number, min: 0, max: 1.5 }\n"
    "  pinned:  { type: boolean, default: false }\n"
    "  link:    { type: url }\n"
    "  contact: { type: email }\n"
    "  level:   { type: enum, values: [low, high], default: low }\n"
    "  when:    { type: list, of: { type: map, fields: { from: { type: date, required: true } } } }\n"
    "  any:     map\n";

typedef struct world {
  nt_arena *arena;
  nt_diags diags;
  nt_kind kind;
  nt_value raw, out;
  bool good;
} world;

static world read_kind(const char *yaml) {
  world w = {.arena = nt_arena_new()};
  nt_diags_init(&w.diags, w.arena);
  nt_value v;
  assert_true(nt_yaml_parse(nt_str_c(yaml), NT_STR("kinds/news.yaml"), (nt_pos){1, 1, 0}, w.arena, &w.diags, &v));
  w.good = nt_kind_read(NT_STR("news"), NT_STR("kinds/news.yaml"), &v, w.arena, &w.diags, &w.kind);
  return w;
}

static bool to_markup(void *ud, nt_str text, nt_pos at, nt_arena *arena, nt_diags *diags, nt_value *out) {
  *out = nt_markup(nt_arena_format(arena, "<%.*s>", NT_FMT(text)));
  return true;
}

static void apply_with(world *w, const char *yaml, const nt_kind *kind, const nt_zone *zone) {
  assert_true(nt_yaml_parse(nt_str_c(yaml), NT_STR("a.md"), (nt_pos){1, 1, 0}, w->arena, &w->diags, &w->raw));
  nt_fields_context context = {.zone = zone, .markup = to_markup, .file = NT_STR("a.md"), .text = nt_str_c(yaml)};
  w->good = nt_fields_apply(kind, &w->raw, &context, w->arena, &w->diags, &w->out);
}

static world apply(const char *yaml) {
  world w = read_kind(news);
  assert_true(w.good && w.diags.len == 0);
  apply_with(&w, yaml, &w.kind, NULL);
  return w;
}

static void done(world *w) {
  nt_arena_free(w->arena);
}

static void check_json(const nt_value *value, const char *expected) {
  nt_buf out = {0};
  nt_json_write(value, 0, &out);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr, expected);
  nt_buf_deinit(&out);
}

static void kind_is_read(void **state) {
  world w = read_kind(news);
  assert_true(w.good);
  assert_int_equal(w.diags.len, 0);
  assert_int_equal(w.kind.field_count, 15);
  assert_true(nt_str_eq(w.kind.label, NT_STR("Nyhet")));
  assert_true(nt_str_eq(w.kind.template_name, NT_STR("news.html")));
  assert_int_equal(w.kind.permalinks[0].pos.line, 2);
  assert_int_equal(w.kind.output_count, 1);
  assert_int_equal(w.kind.fields[0].type, NT_FIELD_TEXT);
  assert_true(w.kind.fields[0].required);
  assert_int_equal(w.kind.fields[0].max.as.integer, 10);
  assert_int_equal(w.kind.fields[1].from_count, 2);
  assert_int_equal(w.kind.fields[5].of->type, NT_FIELD_TERM);
  assert_true(nt_str_eq(w.kind.fields[6].kind, NT_STR("report")));
  assert_int_equal(w.kind.fields[13].of->fields[0].type, NT_FIELD_DATE);
  assert_int_equal(w.kind.fields[14].type, NT_FIELD_MAP);
  done(&w);
}

static const struct {
  const char *yaml;
  nt_code code;
  unsigned line, column;
  const char *suggestion;
} kind_faults[] = {
    {"lable: x\n", NT_MSG_kind_unknown_key_near, 1, 1, "label"},
    {"zzzzzz: x\n", NT_MSG_kind_unknown_key, 1, 1,
     "label, permalink, template, outputs, unknown_fields, future, fields"},
    {"fields:\n  a: { type: txet }\n", NT_MSG_kind_unknown_type_near, 2, 14, "text"},
    {"fields:\n  a: { type: 7 }\n", NT_MSG_kind_unknown_type, 2, 14, NULL},
    {"fields:\n  a: { requird: true, type: text }\n", NT_MSG_kind_unknown_key_near, 2, 8, "required"},
    {"fields:\n  a: { required: true }\n", NT_MSG_kind_no_type, 2, 6, NULL},
    {"fields:\n  a: { type: enum }\n", NT_MSG_kind_no_values, 2, 6, NULL},
    {"fields:\n  a: { type: text, max: stor }\n", NT_MSG_fields_not_number, 2, 25, NULL},
    {"fields:\n  a: { type: text, required: ja }\n", NT_MSG_fields_not_boolean, 2, 30, NULL},
    {"fields:\n  a: { type: date, default: igår }\n", NT_MSG_fields_not_date, 2, 29, NULL},
    {"fields:\n  a: { type: list, of: { type: trem } }\n", NT_MSG_kind_unknown_type_near, 2, 32, "term"},
    {"fields: [a]\n", NT_MSG_fields_not_map, 1, 9, NULL},
    {"unknown_fields: alow\n", NT_MSG_kind_unknown_word_near, 1, 17, "allow"},
    {"permalink: /x/{titel}/\n", NT_MSG_kind_permalink_field, 1, 12, NULL},
    {"permalink: /x/{slug.year}/\n", NT_MSG_kind_permalink_field, 1, 12, NULL},
    {"permalink: /x/{}/\n", NT_MSG_kind_permalink_field, 1, 12, NULL},
    {"permalink: /../{slug}/\n", NT_MSG_kind_permalink, 1, 12, NULL},
    {"permalink: /x/{slug\n", NT_MSG_kind_permalink, 1, 12, NULL},
    {"permalink: { sv: '/x/{slug}/', en: '/x/{slog}/' }\n", NT_MSG_kind_permalink_field, 1, 36, NULL},
    {"permalink: { sv: 7 }\n", NT_MSG_fields_not_text, 1, 18, NULL},
    {"permalink: [/x/]\n", NT_MSG_fields_not_text, 1, 12, NULL},
    {"future: ja\n", NT_MSG_kind_unknown_word, 1, 9, "withhold, publish"},
    {"fields: { draft: text }\n", NT_MSG_kind_common_type, 1, 11, "boolean"},
    {"fields: { embargo: { type: text } }\n", NT_MSG_kind_common_type, 1, 11, "datetime"},
    {"fields: { aliases: url }\n", NT_MSG_kind_common_type, 1, 11, "list"},
    {"permalink: \"/x y/{slug}\"\n", NT_MSG_kind_permalink, 1, 12, NULL},
    {"[]\n", NT_MSG_fields_not_map, 1, 1, NULL},
};

static void kind_faults_have_their_place(void **state) {
  for (size_t i = 0; i < sizeof kind_faults / sizeof *kind_faults; i++) {
    world w = read_kind(kind_faults[i].yaml);
    if (w.good || w.diags.len != 1) fail_msg("%s: %zu reports", kind_faults[i].yaml, w.diags.len);
    const nt_diag *d = &w.diags.items[0];
    if (d->code != kind_faults[i].code || d->where.line != kind_faults[i].line ||
        d->where.column != kind_faults[i].column)
      fail_msg("%s gave %s at %u:%u", kind_faults[i].yaml, nt_message_get(d->code)->name, d->where.line,
               d->where.column);
    if (kind_faults[i].suggestion && !nt_str_eq(d->args[1], nt_str_c(kind_faults[i].suggestion)))
      fail_msg("%s suggests %.*s", kind_faults[i].yaml, NT_FMT(d->args[1]));
    done(&w);
  }
}

static void whole_document(void **state) {
  world w = apply("topics: [kultur, mål]\n"
                  "title: Norrsken\n"
                  "datum: 2024-04-10 09:30 +0200\n"
                  "lead: Kort.\n"
                  "image: { alt: Ett hus, src: bilder/hus.jpg }\n"
                  "count: 3\nshare: 1\nlink: /om/\ncontact: a.b@exempel.se\nlevel: high\n"
                  "when: [{ from: 2024-01-01 }]\n");
  assert_true(w.good);
  assert_int_equal(w.diags.len, 0);
  nt_value *lead = nt_map_find(&w.out, NT_STR("lead"));
  assert_int_equal(lead->type, NT_MARKUP);
  lead->type = NT_STRING; /* to see the bytes that to_markup() gave */
  check_json(&w.out,
             "{\"title\":\"Norrsken\",\"date\":\"2024-04-10T09:30:00+02:00\",\"day\":null,\"lead\":\"<Kort.>\","
             "\"image\":{\"src\":\"bilder/hus.jpg\",\"alt\":\"Ett hus\"},\"topics\":[\"kultur\",\"mål\"],"
             "\"report\":null,\"count\":3,\"share\":1,\"pinned\":false,\"link\":\"/om/\","
             "\"contact\":\"a.b@exempel.se\",\"level\":\"high\",\"when\":[{\"from\":\"2024-01-01\"}],\"any\":null}");
  assert_int_equal(nt_map_find(&w.out, NT_STR("date"))->type, NT_TIME);
  assert_int_equal(nt_map_find(&w.out, NT_STR("title"))->pos.line, 2);
  done(&w);
}

/* Each is put after a title and a date, so its own line is 3. */
static const struct {
  const char *yaml;
  nt_code code;
  unsigned column;
  const char *field;
} faults[] = {
    {"lead: [x]", NT_MSG_fields_not_text, 7, "lead"},
    {"lead: true", NT_MSG_fields_not_text, 7, "lead"},
    {"lead: ååååååååååååååååååååååååååååååååååååååååå", NT_MSG_fields_too_long, 7, "lead"},
    {"day: 10 april", NT_MSG_fields_not_date, 6, "day"},
    {"day: 20240410", NT_MSG_fields_not_date, 6, "day"},
    {"day: 2024-04-10 10:00", NT_MSG_fields_date_with_time, 6, "day"},
    {"day: 2023-02-29", NT_MSG_fields_no_such_date, 6, "day"},
    {"embargo: snart", NT_MSG_fields_not_datetime, 10, "embargo"},
    {"draft: ja", NT_MSG_fields_not_boolean, 8, "draft"},
    {"image: [x]", NT_MSG_fields_not_image, 8, "image"},
    {"image: { src: a.jpg }", NT_MSG_fields_missing, 8, "image.alt"},
    {"image: { src: a.jpg, alt: ' ' }", NT_MSG_fields_missing, 27, "image.alt"},
    {"image: { src: {}, alt: x }", NT_MSG_fields_not_file, 15, "image.src"},
    {"topics: kultur", NT_MSG_fields_not_list, 9, "topics"},
    {"topics: [a, {b: c}]", NT_MSG_fields_not_term, 13, "topics[2]"},
    {"topics: [a, b, c, d]", NT_MSG_fields_too_many, 9, "topics"},
    {"report: ''", NT_MSG_fields_not_ref, 9, "report"},
    {"count: 1.0", NT_MSG_fields_not_integer, 8, "count"},
    {"count: '1'", NT_MSG_fields_not_integer, 8, "count"},
    {"count: 0", NT_MSG_fields_too_small, 8, "count"},
    {"count: 11", NT_MSG_fields_too_large, 8, "count"},
    {"share: 1,5", NT_MSG_fields_not_number, 8, "share"},
    {"share: .nan", NT_MSG_fields_not_number, 8, "share"},
    {"share: 1.51", NT_MSG_fields_too_large, 8, "share"},
    {"pinned: yes", NT_MSG_fields_not_boolean, 9, "pinned"},
    {"link: www.exempel.se", NT_MSG_fields_not_url, 7, "link"},
    {"link: 'javascript:x'", NT_MSG_fields_not_url, 7, "link"},
    {"link: //exempel.se", NT_MSG_fields_not_url, 7, "link"},
    {"link: https://", NT_MSG_fields_not_url, 7, "link"},
    {"link: https://a b", NT_MSG_fields_not_url, 7, "link"},
    {"link: mailto:x", NT_MSG_fields_not_url, 7, "link"},
    {"contact: a@b", NT_MSG_fields_not_email, 10, "contact"},
    {"contact: a b@c.se", NT_MSG_fields_not_email, 10, "contact"},
    {"contact: '@c.se'", NT_MSG_fields_not_email, 10, "contact"},
    {"level: lwo", NT_MSG_fields_not_choice_near, 8, "level"},
    {"level: medium", NT_MSG_fields_not_choice, 8, "level"},
    {"when: [{}]", NT_MSG_fields_missing, 8, "when[1].from"},
    {"when: [{ from: x }]", NT_MSG_fields_not_date, 16, "when[1].from"},
    {"any: x", NT_MSG_fields_not_map, 6, "any"},
    {"tpics: [a]", NT_MSG_fields_unknown_near, 1, "tpics"},
    {"helt_annat: 1", NT_MSG_fields_unknown, 1, "helt_annat"},
    {"image: { src: a, alt: b, atl: c }", NT_MSG_fields_unknown_near, 26, "image.atl"},
};

static void faults_have_their_place(void **state) {
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    nt_buf yaml = {0};
    nt_buf_format(&yaml, "title: Ett\ndate: 2024-01-01\n%s\n%c", faults[i].yaml, '\0');
    world w = apply(yaml.ptr);
    if (w.diags.len != 1) fail_msg("%s: %zu reports", faults[i].yaml, w.diags.len);
    const nt_diag *d = &w.diags.items[0];
    assert_int_equal(w.good, d->severity != NT_ERROR);
    if (d->code != faults[i].code || d->where.line != 3 || d->where.column != faults[i].column ||
        !nt_str_eq(d->where.field, nt_str_c(faults[i].field)))
      fail_msg("%s gave %s at %u:%u in %.*s", faults[i].yaml, nt_message_get(d->code)->name, d->where.line,
               d->where.column, NT_FMT(d->where.field));
    nt_buf_deinit(&yaml);
    done(&w);
  }
}

static void accepted(void **state) {
  static const char *const lines[] = {"link: https://exempel.se/å?x=1#y",
                                      "link: mailto:a@b.se?subject=x",
                                      "link: ../om.md#kontakt",
                                      "link: /",
                                      "day: 2024-4-1",
                                      "embargo: 2024-04-10",
                                      "draft: false",
                                      "share: 0.5",
                                      "share: 1.5",
                                      "topics: []",
                                      "topics: [2024]",
                                      "image: ~",
                                      "any: { x: [1] }",
                                      "contact: åsa@räv.se",
                                      "kind: news",
                                      "lead: |\n  Två\n  rader",
                                      "translation_key: x",
                                      "when: []"};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    nt_buf yaml = {0};
    nt_buf_format(&yaml, "title: Ett\ndate: 2024-01-01\n%s\n%c", lines[i], '\0');
    world w = apply(yaml.ptr);
    if (!w.good || w.diags.len) fail_msg("%s: %s", lines[i], nt_message_get(w.diags.items[0].code)->name);
    nt_buf_deinit(&yaml);
    done(&w);
  }
}

static void all_faults_at_once(void **state) {
  world w = apply("lead: 1\ncount: x\nlevel: y\n");
  assert_false(w.good);
  assert_int_equal(w.diags.len, 4);
  assert_int_equal(w.diags.items[0].code, NT_MSG_fields_missing); /* title, with the kind's own hint */
  assert_int_equal(w.diags.items[0].where.line, 1);
  assert_true(nt_str_eq(w.diags.items[0].hint, NT_STR("Skriv det viktigaste först")));
  assert_int_equal(w.diags.items[1].code, NT_MSG_fields_missing);
  done(&w);
}

static void check_title(const char *yaml, const char *expected) {
  nt_buf text = {0};
  nt_buf_format(&text, "date: 2024-01-01\n%s\n%c", yaml, '\0');
  world w = apply(text.ptr);
  if (!w.good) fail_msg("%s: %s", yaml, nt_message_get(w.diags.items[0].code)->name);
  nt_str title = nt_value_str(nt_map_find(&w.out, NT_STR("title")));
  if (!nt_str_eq(title, nt_str_c(expected))) fail_msg("%s gave %.*s", yaml, NT_FMT(title));
  nt_buf_deinit(&text);
  done(&w);
}

/* Each is looked up where it was written; a walk from the top for each would take minutes. */
static void a_long_list_of_numbers_keeps_its_spelling(void **state) {
  enum { COUNT = 300000 };
  world w = read_kind("fields:\n  many: { type: list, of: text }\n  before: text\n");
  nt_buf yaml = {0};
  nt_buf_c(&yaml, "before: 2.50\nmany:\n");
  for (int i = 0; i < COUNT; i++) nt_buf_c(&yaml, i % 2 ? "- 1.10\n" : "- 0x1F\n");
  nt_buf_byte(&yaml, '\0');
  apply_with(&w, yaml.ptr, &w.kind, NULL);
  assert_true(w.good);
  const nt_value *many = nt_map_find(&w.out, NT_STR("many"));
  assert_int_equal(nt_value_len(many), COUNT);
  assert_true(nt_str_eq(nt_value_str(&many->as.list->items[COUNT - 1]), NT_STR("1.10")));
  assert_true(nt_str_eq(nt_value_str(&many->as.list->items[COUNT - 2]), NT_STR("0x1F")));
  assert_true(nt_str_eq(nt_value_str(nt_map_find(&w.out, NT_STR("before"))), NT_STR("2.50")));
  nt_buf_deinit(&yaml);
  nt_arena_free(w.arena);
}

/* Far beyond what an integer holds: the message says the number that was written. */
static void huge_numbers_are_named(void **state) {
  world w = apply("title: a\ndate: 2024-01-01\nshare: 1e300\n");
  assert_int_equal(w.diags.len, 1);
  assert_true(nt_str_eq(w.diags.items[0].args[1], NT_STR("1e+300")));
  nt_arena_free(w.arena);
}

static void numbers_as_text_keep_their_spelling(void **state) {
  check_title("title: 2024", "2024");
  check_title("title: 1.10", "1.10");
  check_title("title: 0x1F # hex", "0x1F");
  check_title("title: +5", "+5");
  check_title("title: 1e3", "1e3");
  check_title("title: &t 7", "7");
}

static void dates_in_the_site_s_zone(void **state) {
  nt_zone *zone = nt_zone_open(NT_STR("Europe/Stockholm"));
  world w = read_kind(news);
  apply_with(&w, "title: a\ndate: 2019-01-28 5:37:44 -0400\n", &w.kind, zone);
  assert_int_equal(nt_map_find(&w.out, NT_STR("date"))->as.time.seconds, 1548668264);
  assert_int_equal(nt_map_find(&w.out, NT_STR("date"))->as.time.offset, 60);
  apply_with(&w, "title: a\ndate: 2024-10-27 02:30\n", &w.kind, zone);
  assert_true(w.good);
  assert_int_equal(w.diags.len, 1);
  assert_int_equal(w.diags.items[0].code, NT_MSG_fields_time_twice);
  assert_int_equal(w.diags.items[0].severity, NT_WARNING);
  assert_int_equal(nt_map_find(&w.out, NT_STR("date"))->as.time.seconds, 1729992600);
  apply_with(&w, "title: a\ndate: 2024-03-31 02:30\n", &w.kind, zone);
  assert_false(w.good);
  assert_int_equal(w.diags.items[1].code, NT_MSG_fields_time_skipped);
  done(&w);
  nt_zone_close(zone);
}

static void own_name_before_others(void **state) {
  world w = apply("title: a\ncms_date: 2023-01-01\ndate: 2024-01-01\n");
  assert_true(w.good && w.diags.len == 0);
  assert_int_equal(nt_map_find(&w.out, NT_STR("date"))->as.time.seconds, 1704067200);
  assert_null(nt_map_find(&w.out, NT_STR("cms_date")));
  done(&w);
  w = apply("title: a\ncms_date: 2024-01-01\ndate:\n");
  assert_true(w.good);
  assert_int_equal(nt_map_find(&w.out, NT_STR("date"))->as.time.seconds, 1704067200);
  done(&w);
}

static void unknown_fields(void **state) {
  world w = read_kind("unknown_fields: error\nfields: { title: text }\n");
  apply_with(&w, "titel: a\n", &w.kind, NULL);
  assert_false(w.good);
  assert_int_equal(w.diags.items[0].code, NT_MSG_fields_unknown_refused_near);
  done(&w);
  w = read_kind("unknown_fields: allow\nfields: { title: text }\n");
  apply_with(&w, "titel: a\nx: [1]\n", &w.kind, NULL);
  assert_true(w.good && w.diags.len == 0);
  check_json(&w.out, "{\"title\":null,\"titel\":\"a\",\"x\":[1]}");
  done(&w);
}

static void articles(void **state) {
  world w = {.arena = nt_arena_new()};
  nt_diags_init(&w.diags, w.arena);
  apply_with(&w, "title: 2024\ndate: 2019-01-28 5:37:44 -0400\ndeck: x\nexpires: 2020-01-01\n",
             nt_kind_article(w.arena), NULL);
  assert_true(w.good && w.diags.len == 0);
  check_json(&w.out, "{\"title\":\"2024\",\"date\":\"2019-01-28T05:37:44-04:00\",\"template\":null,\"deck\":\"x\","
                     "\"expires\":\"2020-01-01\"}");
  apply_with(&w, "", nt_kind_article(w.arena), NULL);
  assert_true(w.good);
  apply_with(&w, "- a\n", nt_kind_article(w.arena), NULL);
  assert_false(w.good);
  assert_int_equal(w.diags.items[0].code, NT_MSG_fields_not_fields);
  assert_int_equal(w.out.type, NT_MAP);
  done(&w);
}

static void check_permalink_in(const nt_zone *zone, const char *permalink, const char *fields, const char *name,
                               const char *expected) {
  nt_buf yaml = {0};
  nt_buf_format(&yaml, "permalink: %s\nunknown_fields: allow\nfields: { date: datetime, title: text, n: integer }\n%c",
                permalink, '\0');
  world w = read_kind(yaml.ptr);
  assert_true(w.good);
  apply_with(&w, fields, &w.kind, zone);
  nt_str url;
  bool good = nt_permalink(nt_kind_permalink(&w.kind, NT_STR("sv")), &w.out, nt_str_c(name),
                           nt_where_file(NT_STR("a.md"), 1, 1), w.arena, &w.diags, &url);
  if (expected && (!good || !nt_str_eq(url, nt_str_c(expected)))) fail_msg("%s gave %.*s", permalink, NT_FMT(url));
  if (!expected && (good || w.diags.items[0].code != NT_MSG_permalink_missing)) fail_msg("%s: no report", permalink);
  nt_buf_deinit(&yaml);
  done(&w);
}

static void check_permalink(const char *permalink, const char *fields, const char *name, const char *expected) {
  check_permalink_in(NULL, permalink, fields, name, expected);
}

/* A time of day is the site's, whatever offset it was written with; a day without one stays. */
static void permalinks_in_the_site_s_zone(void **state) {
  static const char permalink[] = "/{date}/{date.year}/";
  nt_zone *zone = nt_zone_open(NT_STR("Europe/Stockholm")), *west = nt_zone_open(NT_STR("America/New_York"));
  check_permalink_in(zone, permalink, "date: 2023-12-31T23:30:00Z", "x", "/2024-01-01/2024/");
  check_permalink_in(zone, permalink, "date: 2024-01-01 05:00 +0800", "x", "/2023-12-31/2023/");
  check_permalink_in(zone, permalink, "date: 2023-12-31 23:30", "x", "/2023-12-31/2023/");
  check_permalink_in(west, permalink, "date: 2024-01-01 00:30 +0100", "x", "/2023-12-31/2023/");
  check_permalink_in(zone, permalink, "date: 2023-12-31", "x", "/2023-12-31/2023/");
  check_permalink_in(west, permalink, "date: 2024-01-01", "x", "/2024-01-01/2024/");
  nt_zone_close(zone);
  nt_zone_close(west);
}

static void permalinks(void **state) {
  check_permalink("/nyheter/{date.year}/{slug}/", "date: 2024-04-10", "Västerbottens mål",
                  "/nyheter/2024/vasterbottens-mal/");
  check_permalink("/{date.year}/{date.month}/{date.day}/{slug}/", "{date: 2024-4-1, slug: Å å}", "x",
                  "/2024/04/01/a-a/");
  check_permalink("'{slug}.html'", "{}", "om/Oss här", "/oss-har.html");
  check_permalink("'{path}.html'", "{}", "om/Oss här", "/om/oss-har.html");
  check_permalink("/{path}/", "slug: annat", "topics/open-source", "/topics/open-source/");
  check_permalink("/{path}/", "{}", "", "/");
  check_permalink("/en/{path}/", "{}", "", "/en/");
  check_permalink("/{path}/", "path: eget", "om", "/eget/");
  check_permalink("/{title}-{n}/", "{title: \"A/../B\", n: -7}", "x", "/a-b--7/");
  check_permalink("/{date}/", "date: 2024-04-10 23:30 -0500", "x", "/2024-04-10/");
  check_permalink("/{extra}/", "extra: Mer", "x", "/mer/");
  check_permalink("/{date.year}/{slug}/", "{}", "x", NULL);
  check_permalink("/{slug}/", "{}", "!!!", NULL);
  check_permalink("/{slug}/", "slug: '-'", "x", NULL);
}

static void permalinks_by_language(void **state) {
  world w = read_kind("permalink: { sv: '/nyheter/{slug}/', en: '/news/{slug}/' }\nfuture: publish\n");
  assert_true(w.good && w.kind.future_published);
  assert_true(nt_str_eq(nt_kind_permalink(&w.kind, NT_STR("en")), NT_STR("/news/{slug}/")));
  assert_true(nt_str_eq(nt_kind_permalink(&w.kind, NT_STR("se")), NT_STR("/nyheter/{slug}/"))); /* the first */
  assert_int_equal(w.kind.permalinks[1].pos.column, 42);
  done(&w);
  w = read_kind("label: x\n");
  assert_true(w.good && !w.kind.future_published);
  assert_int_equal(nt_kind_permalink(&w.kind, NT_STR("sv")).len, 0);
  done(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(kind_is_read),
                                     cmocka_unit_test(kind_faults_have_their_place),
                                     cmocka_unit_test(permalinks_by_language),
                                     cmocka_unit_test(whole_document),
                                     cmocka_unit_test(faults_have_their_place),
                                     cmocka_unit_test(accepted),
                                     cmocka_unit_test(all_faults_at_once),
                                     cmocka_unit_test(a_long_list_of_numbers_keeps_its_spelling),
                                     cmocka_unit_test(huge_numbers_are_named),
                                     cmocka_unit_test(numbers_as_text_keep_their_spelling),
                                     cmocka_unit_test(dates_in_the_site_s_zone),
                                     cmocka_unit_test(own_name_before_others),
                                     cmocka_unit_test(unknown_fields),
                                     cmocka_unit_test(articles),
                                     cmocka_unit_test(permalinks_in_the_site_s_zone),
                                     cmocka_unit_test(permalinks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
