/* Are nodes where the sources say? A generator writes texts of every inline in every sort of block, and notes the
 * offset of each thing as it writes it; each thing has a number of its own, by which the node is known again. */
#include "sources.h"

#include "base/vec.h"

typedef struct expected {
  size_t at;      /* of the node */
  size_t text_at; /* of its destination */
  uint8_t type;
  bool seen;
} expected;

typedef struct generator {
  nt_buf out;
  nt_buf prefix; /* of later lines of the block */
  NT_VEC(expected) things;
  NT_VEC(size_t) waiting; /* things whose definitions are to be written */
  uint32_t random;
  bool gfm;
  bool flat; /* in a line that cannot be broken */
  const char *line_end;
} generator;

static unsigned pick(generator *g, unsigned n) {
  g->random = g->random * 1664525u + 1013904223u;
  return (g->random >> 16) % n;
}

static size_t thing(generator *g, notis_node_type type, size_t at) {
  nt_push(&g->things, ((expected){.at = at, .type = (uint8_t)type}));
  return g->things.len - 1;
}

static void put(generator *g, const char *text) {
  nt_buf_c(&g->out, text);
}

static void word(generator *g) {
  size_t n = thing(g, NOTIS_NODE_TEXT, g->out.len);
  nt_buf_format(&g->out, "w%zux", n);
}

static void new_line(generator *g) {
  put(g, g->line_end);
  nt_buf_put(&g->out, nt_buf_str(&g->prefix));
}

/* ---- inlines ---- */

static void inlines(generator *g, int depth, int count);

static void destination(generator *g, size_t n) {
  g->things.items[n].text_at = g->out.len;
  nt_buf_format(&g->out, "d%zux", n);
}

static void inline_link(generator *g, int depth) {
  bool image = pick(g, 4) == 0;
  size_t n = thing(g, image ? NOTIS_NODE_IMAGE : NOTIS_NODE_LINK, g->out.len);
  put(g, image ? "![" : "[");
  image ? word(g) : inlines(g, depth - 1, 2);
  put(g, pick(g, 4) ? "](" : "]( ");
  bool pointed = pick(g, 4) == 0;
  if (pointed) put(g, "<");
  destination(g, n);
  if (pointed) put(g, ">");
  static const char *const tails[] = {")", " \"t\\\"i ] t\")", " 'tit)le' )", "\\(e(f)&amp;)"};
  unsigned tail = pick(g, pointed ? 3 : 4);
  put(g, tails[tail]);
}

static void reference_link(generator *g, int depth) {
  size_t n = thing(g, NOTIS_NODE_LINK, g->out.len);
  nt_push(&g->waiting, n);
  switch (pick(g, 3)) {
  case 0:
    put(g, "[");
    inlines(g, depth - 1, 2);
    nt_buf_format(&g->out, "][Räv  %zu]", n);
    break;
  case 1: nt_buf_format(&g->out, "[rÄv %zu][]", n); break;
  default: nt_buf_format(&g->out, "[rÄV %zu]", n);
  }
}

static void automatic_link(generator *g) {
  size_t n = thing(g, NOTIS_NODE_LINK, g->out.len);
  bool bare = g->gfm && pick(g, 2);
  if (!bare) put(g, "<");
  g->things.items[n].text_at = g->out.len;
  nt_buf_format(&g->out, "http://example.se/d%zux", n);
  if (!bare) put(g, ">");
}

static void marked(generator *g, notis_node_type type, const char *marker, int depth) {
  size_t n = thing(g, type, g->out.len);
  put(g, marker);
  nt_buf_format(&g->out, "m%zux ", n);
  inlines(g, depth - 1, 2);
  put(g, marker);
}

static void code_span(generator *g) {
  size_t n = thing(g, NOTIS_NODE_CODE, g->out.len);
  if (pick(g, 2) || g->flat) {
    nt_buf_format(&g->out, "``c%zux ` *a*``", n);
  } else {
    nt_buf_format(&g->out, "`c%zux", n);
    new_line(g);
    put(g, "two`");
  }
}

static void raw_inline(generator *g) {
  size_t n = thing(g, NOTIS_NODE_RAW_INLINE, g->out.len);
  nt_buf_format(&g->out, "<b data-h%zux=\"[*\"", n);
  if (pick(g, 2) && !g->flat) new_line(g);
  put(g, " x>");
}

static void one_inline(generator *g, int depth) {
  unsigned kind = pick(g, depth > 0 ? 14 : 6);
  switch (kind) {
  case 0: put(g, "\\*a\\\\ "); break;
  case 1: put(g, "&copy;&#38;x &amp;copy; a & b "); break;
  case 2: g->flat ? word(g) : new_line(g); break;
  case 3: g->flat ? word(g) : (put(g, "\\"), new_line(g)); break;
  case 6: code_span(g); break;
  case 7: raw_inline(g); break;
  case 8: marked(g, NOTIS_NODE_EMPHASIS, "*", 0); break;
  case 9: marked(g, NOTIS_NODE_STRONG, "**", 0); break;
  case 10: g->gfm ? marked(g, NOTIS_NODE_STRIKETHROUGH, "~~", 0) : word(g); break;
  case 11: inline_link(g, 0); break;
  case 12: reference_link(g, 0); break;
  case 13: automatic_link(g); break;
  default: word(g);
  }
}

static void inlines(generator *g, int depth, int count) {
  word(g);
  for (int i = 0; i < count; i++) {
    put(g, " ");
    one_inline(g, depth);
    put(g, " ");
    word(g);
  }
}

/* ---- blocks ---- */

static void blocks(generator *g, int depth, int count);

static void inside(generator *g, const char *first, const char *later, int depth) {
  size_t before = g->prefix.len;
  put(g, first);
  nt_buf_c(&g->prefix, later);
  blocks(g, depth - 1, 2);
  g->prefix.len = before;
}

static void table(generator *g) {
  g->flat = true;
  put(g, "| a | b \\| c |");
  new_line(g);
  put(g, "|---|:-:|");
  for (int row = 0; row < 2; row++) {
    new_line(g);
    for (int cell = 0; cell < 2; cell++) {
      put(g, pick(g, 2) ? "| " : "|   ");
      inlines(g, 1, 2);
      put(g, " ");
    }
    put(g, "|");
  }
  g->flat = false;
}

static void definition_before(generator *g) {
  put(g, "[unused]: /u 'title'");
  new_line(g);
  inlines(g, 1, 4);
}

static void heading(generator *g) {
  g->flat = true;
  put(g, pick(g, 2) ? "## " : "###   ");
  inlines(g, 1, 3);
  if (pick(g, 2)) put(g, " ##");
  g->flat = false;
}

static void underlined(generator *g) {
  inlines(g, 1, 3);
  new_line(g);
  put(g, "---");
}

static void footnote(generator *g, int depth) {
  size_t n = thing(g, NOTIS_NODE_FOOTNOTE_REFERENCE, g->out.len);
  size_t definition = thing(g, NOTIS_NODE_FOOTNOTE_DEFINITION, 0); /* n + 1, see number_of */
  nt_buf_format(&g->out, "[^f%zux] ", n);
  word(g);
  new_line(g);
  new_line(g);
  g->things.items[definition].at = g->out.len;
  g->things.items[definition].text_at = g->out.len + strlen("[^");
  nt_buf_format(&g->out, "[^f%zux]: ", n);
  size_t before = g->prefix.len;
  nt_buf_c(&g->prefix, "    ");
  inlines(g, 1, 4);
  g->prefix.len = before;
}

static void one_block(generator *g, int depth) {
  switch (pick(g, depth > 0 ? 12 : 7)) {
  case 0: heading(g); break;
  case 1: underlined(g); break;
  case 2: definition_before(g); break;
  case 3: g->gfm ? table(g) : inlines(g, 1, 4); break;
  case 7: inside(g, "> ", "> ", depth); break;
  case 8: inside(g, ">", ">", 1); break; /* a list in it would need another prefix */
  case 9: inside(g, "- ", "  ", depth); break;
  case 10: inside(g, g->prefix.len ? "10. " : "10.\t", "    ", depth); break;
  case 11: g->gfm && !g->prefix.len ? footnote(g, depth) : inside(g, "* > ", "  > ", depth); break;
  default: inlines(g, 1, 5);
  }
}

static void blocks(generator *g, int depth, int count) {
  for (int i = 0; i < count; i++) {
    if (i) {
      new_line(g);
      new_line(g);
    }
    one_block(g, depth);
  }
}

static void definitions(generator *g) {
  for (size_t i = 0; i < g->waiting.len; i++) {
    size_t n = g->waiting.items[i];
    put(g, g->line_end);
    put(g, pick(g, 2) ? g->line_end : "");
    if (i == 0) put(g, g->line_end);
    nt_buf_format(&g->out, "[RÄV %zu]:%s", n, pick(g, 3) ? " " : g->line_end);
    destination(g, n);
  }
}

/* ---- the check ---- */

static nt_node_pos place(const generator *g, size_t at, size_t text_at) {
  nt_node_pos pos = {1, 1, 0, 0};
  for (size_t i = 0; i < at || i < text_at; i++) {
    bool end = g->out.ptr[i] == '\n';
    if (i < at) pos.column = end ? 1 : pos.column + 1;
    if (i < at && end) pos.line++;
  }
  if (!text_at) return pos;
  nt_node_pos text = place(g, text_at, 0);
  pos.text_line = text.line;
  pos.text_column = text.column;
  return pos;
}

static nt_str number_text(const nt_node *node, char *letter) {
  switch (node->type) {
  case NOTIS_NODE_TEXT: *letter = 'w'; return node->text;
  case NOTIS_NODE_CODE: *letter = 'c'; return node->text;
  case NOTIS_NODE_RAW_INLINE: *letter = 'h'; return node->text;
  case NOTIS_NODE_LINK:
  case NOTIS_NODE_IMAGE: *letter = 'd'; return node->text;
  case NOTIS_NODE_FOOTNOTE_DEFINITION:
  case NOTIS_NODE_FOOTNOTE_REFERENCE: *letter = 'f'; return node->text;
  case NOTIS_NODE_EMPHASIS:
  case NOTIS_NODE_STRONG:
  case NOTIS_NODE_STRIKETHROUGH: *letter = 'm'; return node->first ? node->first->text : NT_STR("");
  default: *letter = 0; return NT_STR("");
  }
}

/* The number of the thing that the node is, or SIZE_MAX. `lead` is how many blanks stand before it in its text. */
static size_t number_of(const generator *g, const nt_node *node, size_t *lead) {
  char letter;
  nt_str text = number_text(node, &letter);
  size_t at = 0, n = 0;
  *lead = 0;
  if (node->type == NOTIS_NODE_TEXT) {
    while (at < text.len && text.ptr[at] == ' ') at++;
    *lead = at;
  } else if (node->type != NOTIS_NODE_CODE) {
    while (at + 1 < text.len && !(text.ptr[at] == letter && text.ptr[at + 1] >= '0' && text.ptr[at + 1] <= '9')) at++;
  }
  if (!letter || at >= text.len || text.ptr[at++] != letter) return SIZE_MAX;
  for (; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++) n = n * 10 + (size_t)(text.ptr[at] - '0');
  if (node->type == NOTIS_NODE_FOOTNOTE_DEFINITION) n++;
  return at < text.len && text.ptr[at] == 'x' && n < g->things.len && g->things.items[n].type == node->type ? n
                                                                                                            : SIZE_MAX;
}

static void fail_at(const generator *g, const nt_node *node, nt_node_pos wanted, nt_node_pos got) {
  printf("%.*s\n----\n%s %.*s: expected %u:%u (%u:%u), got %u:%u (%u:%u)\n", NT_FMT(nt_buf_str(&g->out)),
         nt_node_type_name((notis_node_type)node->type), NT_FMT(node->text), wanted.line, wanted.column,
         wanted.text_line, wanted.text_column, got.line, got.column, got.text_line, got.text_column);
  fail();
}

static char byte_at(const generator *g, nt_node_pos pos) {
  size_t at = 0;
  for (uint32_t line = 1; line < pos.line; at++) line += g->out.ptr[at] == '\n';
  return g->out.ptr[at + pos.column - 1];
}

/* Blocks begin with their markers, or where their texts do. */
static void check_block(const generator *g, const nt_document *document, const nt_node *node) {
  nt_node_pos pos = document->positions[node->origin - 1];
  const char *marker = NULL;
  switch (node->type) {
  case NOTIS_NODE_QUOTE: marker = ">"; break;
  case NOTIS_NODE_LIST:
  case NOTIS_NODE_ITEM: marker = "-*1"; break;
  case NOTIS_NODE_HEADING: marker = "#w"; break;
  case NOTIS_NODE_TABLE:
  case NOTIS_NODE_TABLE_ROW: marker = "|"; break;
  default: break;
  }
  bool good = !marker || strchr(marker, byte_at(g, pos));
  if (node->first && (node->type == NOTIS_NODE_PARAGRAPH || node->type == NOTIS_NODE_TABLE_CELL)) {
    nt_node_pos first = document->positions[node->first->origin - 1];
    good = pos.line == first.line && pos.column == first.column;
  }
  if (!good) fail_at(g, node, (nt_node_pos){0}, pos);
}

static size_t check(generator *g, const nt_document *document) {
  size_t seen = 0;
  for (nt_walk w = nt_walk_start(document->body); nt_walk_next(&w);) {
    if (w.entering) check_block(g, document, w.node);
    size_t lead, n = w.entering ? number_of(g, w.node, &lead) : SIZE_MAX;
    if (n == SIZE_MAX) continue;
    expected *e = &g->things.items[n];
    nt_node_pos wanted = place(g, e->at - lead, e->text_at), got = document->positions[w.node->origin - 1];
    if (memcmp(&wanted, &got, sizeof got) != 0) fail_at(g, w.node, wanted, got);
    seen += !e->seen;
    e->seen = true;
  }
  return seen;
}

/* Every link, image, code span and so on must have been found; of words, those that begin a text. */
static size_t unseen(const generator *g) {
  size_t count = 0;
  for (size_t i = 0; i < g->things.len; i++) {
    const expected *e = &g->things.items[i];
    if (e->type != NOTIS_NODE_TEXT && !e->seen) {
      printf("%s %zu of this text is missing:\n%.*s\n", nt_node_type_name((notis_node_type)e->type), i,
             NT_FMT(nt_buf_str(&g->out)));
      count++;
    }
  }
  return count;
}

static void one_text(const source_run *run, uint32_t seed, bool gfm, size_t *checked) {
  generator g = {.random = seed, .gfm = gfm, .line_end = seed % 5 == 4 ? "\r\n" : "\n"};
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_document document;
  nt_diags_init(&diags, arena);
  blocks(&g, 3, 4);
  definitions(&g);
  put(&g, g.line_end);
  assert_int_equal(source_parse(run, nt_buf_str(&g.out), arena, &diags, &document), NOTIS_OK);
  *checked += check(&g, &document);
  assert_int_equal(unseen(&g), 0);
  nt_arena_free(arena);
  nt_buf_deinit(&g.out);
  nt_buf_deinit(&g.prefix);
  nt_vec_deinit(&g.things);
  nt_vec_deinit(&g.waiting);
}

static void places_are_right(const char *plugin, bool gfm) {
  source_run run = {0};
  size_t checked = 0;
  source_load(&run, plugin);
  assert_int_equal(source_open(&run, NULL), NOTIS_OK);
  for (uint32_t seed = 0; seed < 3000; seed++) one_text(&run, seed, gfm, &checked);
  printf("%s: %zu places checked\n", plugin, checked);
  assert_true(checked > 50000);
  source_free(&run);
}

static void places_of_gfm(void **state) {
  places_are_right("source_markdown", true);
}
static void places_of_commonmark(void **state) {
  places_are_right("source_commonmark", false);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(places_of_commonmark), cmocka_unit_test(places_of_gfm)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
