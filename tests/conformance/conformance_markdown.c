/* The examples of the CommonMark specification and of cmark-gfm, each parsed by the plugin, encoded, decoded, cloned,
 * gone over by a hook that leaves everything as it is (identity.lua), and written. What differs from the expected bytes
 * must be exactly what is listed here. */
#include "script/vm.h"
#include "sources.h"

typedef struct example {
  int number;
  nt_str extensions; /* the words after "example" */
  nt_str markdown, html;
} example;

typedef struct suite {
  const char *file, *plugin;
  const char *extensions; /* for every example; NULL for those that it names itself */
  bool filtered;          /* raw HTML by GFM's tag filter */
  const int *differ;      /* ends with 0 */
  int count;
} suite;

/* The library implements an earlier version of the specification: html blocks of "textarea" and two of emphasis. */
static const int commonmark_differ[] = {354, 625, 626, 0};
static const int none[] = {0};
/* The footnotes of this library's version have other ids and more attributes than those of the suite's year. */
static const int extensions_differ[] = {23, 0};
static const int regression_differ[] = {13, 0};

static const suite suites[] = {
    {"commonmark-spec/spec.txt", "source_commonmark", NULL, false, commonmark_differ, 652},
    {"cmark-gfm/test/spec.txt", "source_markdown", NULL, false, none, 673},
    {"cmark-gfm/test/extensions.txt", "source_markdown", "table strikethrough autolink tasklist footnotes", true,
     extensions_differ, 28},
    {"cmark-gfm/test/regression.txt", "source_markdown", NULL, false, regression_differ, 19},
};

static nt_str next_line(nt_str *rest) {
  size_t end = nt_str_find(*rest, '\n');
  nt_str line = nt_str_sub(*rest, 0, end);
  *rest = nt_str_sub(*rest, end + 1, rest->len);
  return line;
}

/* The arrow stands for a tab. */
static nt_str with_tabs(nt_arena *arena, nt_str text) {
  nt_str arrow = NT_STR("→");
  nt_buf out = {0};
  while (text.len) {
    size_t at = nt_str_search(text, arrow);
    nt_buf_put(&out, nt_str_sub(text, 0, at));
    if (at < text.len) nt_buf_byte(&out, '\t');
    text = nt_str_sub(text, at + arrow.len, text.len);
  }
  nt_str copy = nt_arena_str(arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return copy;
}

/* The two examples that cmark-gfm's own tests call "disabled" write the attributes of the boxes in another order than
 * its renderer and its other suite do. */
static nt_str with_boxes(nt_arena *arena, nt_str text) {
  static const char *const pairs[][2] = {
      {"<input disabled=\"\" type=\"checkbox\">", "<input type=\"checkbox\" disabled=\"\" />"},
      {"<input checked=\"\" disabled=\"\" type=\"checkbox\">",
       "<input type=\"checkbox\" checked=\"\" disabled=\"\" />"}};
  for (int i = 0; i < 2; i++) {
    nt_buf out = {0};
    for (nt_str from = nt_str_c(pairs[i][0]); text.len;) {
      size_t at = nt_str_search(text, from);
      nt_buf_put(&out, nt_str_sub(text, 0, at));
      if (at < text.len) nt_buf_c(&out, pairs[i][1]);
      text = nt_str_sub(text, at + from.len, text.len);
    }
    text = nt_arena_str(arena, nt_buf_str(&out));
    nt_buf_deinit(&out);
  }
  return text;
}

static bool next_example(nt_str *rest, nt_arena *arena, example *out) {
  nt_str fence = NT_STR("````````````````````````````````"), line = {0}, from;
  while (rest->len) {
    line = next_line(rest);
    if (nt_str_starts(line, fence) && nt_str_starts(nt_str_sub(line, fence.len, line.len), NT_STR(" example"))) break;
    line = nt_str_n(NULL, 0);
  }
  if (!line.ptr) return false;
  out->number++;
  out->extensions = nt_str_trim(nt_str_sub(line, fence.len + 8, line.len));
  from = *rest;
  while (rest->len && !nt_str_eq(line = next_line(rest), NT_STR("."))) {}
  out->markdown = with_tabs(arena, nt_str_n(from.ptr, (size_t)(line.ptr - from.ptr)));
  from = *rest;
  while (rest->len && !nt_str_eq(line = next_line(rest), fence)) {}
  out->html = with_tabs(arena, nt_str_n(from.ptr, (size_t)(line.ptr - from.ptr)));
  return true;
}

static nt_vm *load_identity(void) {
  const char *root = getenv("NOTIS_SOURCE_DIR");
  char path[4096];
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_vm_options options = {0};
  snprintf(path, sizeof path, "%s/tests/conformance/identity.lua", root ? root : ".");
  nt_diags_init(&diags, arena);
  nt_str text = nt_test_read(path);
  nt_script_source source = {.file = nt_str_c("identity.lua"), .bytes = text};
  nt_vm *vm = nt_vm_new(&options);
  if (!text.ptr || !nt_vm_load(vm, &source, 1, &diags)) {
    printf("%s cannot be loaded\n", path);
    exit(1);
  }
  free((char *)text.ptr);
  nt_arena_free(arena);
  return vm;
}

/* The body as the hook leaves it, with other nodes in it; NULL when it failed. */
static const nt_node *hooked(nt_vm *vm, const nt_node *body, nt_arena *arena, nt_diags *diags) {
  static const nt_reader_ops nothing = {0};
  nt_reader reader = {.ops = &nothing, .arena = arena, .diags = diags};
  nt_document document = {.arena = arena, .id = NT_STR("a"), .kind = NT_STR("article")};
  document.fields = nt_map_new(arena);
  document.body = nt_node_clone(body, arena);
  const nt_node *before = document.body->first;
  nt_documents derived = {0};
  bool fine = nt_vm_run_document(vm, &reader, &document, &derived) == NT_HOOK_OK;
  if (fine && (!before || document.body->first != before)) return document.body;
  nt_buf message = {0};
  if (diags->len) nt_diag_message(&diags->items[0], NT_ENGLISH, &message);
  printf("the hook failed: %.*s\n", NT_FMT(nt_buf_str(&message)));
  nt_buf_deinit(&message);
  return NULL;
}

/* Text to HTML the long way round. */
static nt_str through(const source_run *run, nt_vm *vm, nt_str markdown, nt_arena *arena) {
  nt_diags diags;
  nt_document document;
  nt_buf bytes = {0}, html = {0};
  nt_diags_init(&diags, arena);
  if (source_parse(run, markdown, arena, &diags, &document) != NOTIS_OK || diags.len) return NT_STR("(not parsed)");
  nt_node_encode(document.body, &bytes);
  const nt_node *decoded = nt_node_decode(nt_buf_str(&bytes), arena);
  if (!decoded || nt_node_hash(decoded) != nt_node_hash(document.body)) return NT_STR("(not decoded)");
  const nt_node *body = hooked(vm, decoded, arena, &diags);
  if (body) nt_html_write(body, NULL, &html);
  nt_str copy = nt_arena_str(arena, nt_buf_str(&html));
  nt_buf_deinit(&bytes);
  nt_buf_deinit(&html);
  return copy;
}

static void open_for(source_run *run, const suite *s, nt_str words) {
  nt_value config = nt_map_new(run->arena);
  bool gfm = strcmp(s->plugin, "source_markdown") == 0, filter = s->filtered || nt_str_eq(words, NT_STR("tagfilter"));
  if (nt_str_eq(words, NT_STR("tagfilter"))) words = NT_STR("");
  if (nt_str_eq(words, NT_STR("disabled"))) words = NT_STR("tasklist");
  if (s->extensions) words = nt_str_c(s->extensions);
  nt_str terminated = nt_arena_str(run->arena, words);
  if (gfm) nt_map_put(&config, run->arena, NT_STR("extensions"), (nt_pos){0}, source_words(run->arena, terminated.ptr));
  if (filter) nt_map_put(&config, run->arena, NT_STR("raw_html"), (nt_pos){0}, nt_string(NT_STR("filter")));
  source_close(run);
  if (source_open(run, &config) != NOTIS_OK) printf("the source cannot be opened\n"), exit(1);
}

static bool listed(const int *numbers, int number) {
  for (; *numbers; numbers++)
    if (*numbers == number) return true;
  return false;
}

static int run_suite(const suite *s, nt_vm *vm) {
  nt_arena *texts = nt_arena_new();
  nt_str file = nt_test_read(nt_test_corpus(s->file)), rest = file;
  source_run run = {0};
  example e = {0};
  int passed = 0, differed = 0, surprises = 0;
  source_load(&run, s->plugin);
  while (next_example(&rest, texts, &e)) {
    nt_arena *arena = nt_arena_new();
    open_for(&run, s, e.extensions);
    nt_str html = through(&run, vm, e.markdown, arena);
    if (nt_str_eq(e.extensions, NT_STR("disabled"))) e.html = with_boxes(arena, e.html);
    bool same = nt_str_eq(html, e.html) || nt_str_eq(e.html, NT_STR("<IGNORE>\n"));
    same ? passed++ : differed++;
    if (same == listed(s->differ, e.number)) {
      surprises++;
      printf("%s example %d %s\n--- markdown\n%.*s--- expected\n%.*s--- got\n%.*s---\n", s->file, e.number,
             same ? "passes, though it is listed" : "differs", NT_FMT(e.markdown), NT_FMT(e.html), NT_FMT(html));
    }
    nt_arena_free(arena);
  }
  printf("%s: %d of %d pass, %d differ as listed\n", s->file, passed, e.number, differed - surprises);
  if (s->count && e.number != s->count) {
    surprises++;
    printf("%s: %d examples were expected\n", s->file, s->count);
  }
  source_free(&run);
  nt_arena_free(texts);
  free((char *)file.ptr);
  return surprises;
}

int main(void) {
  int surprises = 0;
  nt_vm *vm = load_identity();
  for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) surprises += run_suite(&suites[i], vm);
  nt_vm_free(vm);
  return surprises ? 1 : 0;
}
