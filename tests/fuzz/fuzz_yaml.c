/* Front matter and YAML: whatever comes in, there is a value or a diagnostic whose place is in the text, and what was
 * read can be encoded and decoded. Then it is held against a kind, as any front matter is. */
#include "text/fields.h"
#include "text/yaml.h"

#include <stdlib.h>

extern const char *const nt_fuzz_samples[];

const char *const nt_fuzz_samples[] = {
    "---\ntitle: \"Västerbottens mål\"\ndate: 2024-04-10 9:30\ntopics: [kultur, 'x']\n---\nText\n",
    "a: &x {k: [1, 2.5, ~, true]}\nb: *x\n<<: *x\n? c\n: !!int 7\n",
    "lead: |\n  En rad\n   till\n\n  slut\nfold: >-\n  a\n  b\n",
    "- - - a\n  - {b: c, \"d\\u00e5\": 'e''f'}\n-\n  x: .inf\n",
    "\xEF\xBB\xBF# c\r\n%YAML 1.2\r\n---\r\na: 0o17\r\nb: 0x1F\r\n...\r\n",
    "image: { src: a.jpg, alt: Ett hus }\ncount: 3\nlevel: low\n",
    "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]",
    "&a [&b [&c [*a, *b], *c], *c, *b]",
    NULL,
};

static void require(bool truth) {
  if (!truth) abort();
}

static uint32_t count_lines(nt_str text) {
  uint32_t lines = 1;
  for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
  return lines;
}

static void check_places(const nt_diags *diags, nt_str text) {
  uint32_t lines = count_lines(text);
  for (size_t i = 0; i < diags->len; i++) {
    require(diags->items[i].where.line >= 1 && diags->items[i].where.line <= lines);
    require(diags->items[i].where.column >= 1 && diags->items[i].where.column <= text.len + 1);
  }
}

static void check_value(const nt_value *value, nt_arena *arena) {
  nt_buf bytes = {0};
  nt_value back;
  nt_value_encode(value, &bytes);
  require(nt_value_decode(nt_buf_str(&bytes), arena, &back) && nt_value_eq(value, &back));
  nt_buf_deinit(&bytes);
}

static void try_yaml(nt_str text, nt_arena *arena) {
  nt_diags diags;
  nt_diags_init(&diags, arena);
  nt_value value, fields;
  bool good = nt_yaml_parse(text, NT_STR("f"), (nt_pos){1, 1, 0}, arena, &diags, &value);
  require(good == (diags.errors == 0));
  check_places(&diags, text);
  check_value(&value, arena);
  nt_fields_context context = {.file = NT_STR("f"), .text = text};
  nt_fields_apply(nt_kind_article(arena), &value, &context, arena, &diags, &fields);
  check_places(&diags, text);
  nt_kind kind;
  nt_kind_read(NT_STR("k"), NT_STR("f"), &value, arena, &diags, &kind);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_diags_init(&diags, arena);
  nt_str text = nt_str_n((const char *)data, size);
  nt_front_matter front;
  if (nt_front_matter_split(text, NT_STR("f"), &diags, &front)) {
    require(front.yaml.len + front.body.len <= size && front.body_line <= count_lines(text) + 1);
    try_yaml(front.present ? front.yaml : text, arena);
  } else {
    check_places(&diags, text);
  }
  nt_arena_free(arena);
  return 0;
}
