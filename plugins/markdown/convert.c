/* The parser's tree becomes the builder's, in one walk over places that were found before. */
#include "convert.h"

#include "guard.h"
#include "locate.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* A reference to a footnote, in the order of the walk. */
typedef struct footnote_use {
  int32_t number;
  uint32_t ordinal;
  size_t order;
  uint32_t line, column;
} footnote_use;

typedef struct converter {
  const markdown_source *source;
  const notis_services *host;
  notis_builder *builder;
  markdown_places places;
  size_t at; /* the next place */
  char *scratch;
  size_t scratch_len, scratch_cap;
  int column;               /* of the next table cell */
  const uint8_t *alignment; /* of the table's columns */
  int columns;
  int definitions; /* footnotes, so far */
  notis_str text;
  notis_str *labels; /* of the footnotes, by number - 1 */
  size_t label_count;
  footnote_use *uses;
  size_t use_count, uses_seen;
  notis_status status;
} converter;

static notis_str str(const char *s) {
  return (notis_str){s, s ? strlen(s) : 0};
}

/* ---- scratch ---- */

static bool put(converter *c, const char *bytes, size_t len) {
  if (!len) return true;
  if (c->scratch_cap - c->scratch_len < len) {
    size_t cap = c->scratch_cap ? c->scratch_cap : 256;
    while (cap - c->scratch_len < len) cap *= 2;
    char *grown = realloc(c->scratch, cap);
    if (!grown) {
      c->status = NOTIS_ERROR;
      return false;
    }
    c->scratch = grown;
    c->scratch_cap = cap;
  }
  memcpy(c->scratch + c->scratch_len, bytes, len);
  c->scratch_len += len;
  return true;
}

/* ---- nodes ---- */

static notis_node_info info_of(converter *c, notis_node_type type) {
  const markdown_place *p = &c->places.items[c->at++];
  return (notis_node_info){.size = sizeof(notis_node_info),
                           .type = type,
                           .at = {p->line, p->column, 0},
                           .text_at = {p->text_line, p->text_column, 0}};
}

static void open_node(converter *c, const notis_node_info *info) {
  if (c->host->node_open(c->builder, info) != NOTIS_OK) c->status = NOTIS_ERROR;
}

static void leaf(converter *c, const notis_node_info *info) {
  open_node(c, info);
  c->host->node_close(c->builder);
}

/* Texts beside each other become one. Returns the last of them. */
static cmark_node *text_run(converter *c, cmark_node *node) {
  notis_node_info info = info_of(c, NOTIS_NODE_TEXT);
  info.text = str(cmark_node_get_literal(node));
  cmark_node *next = cmark_node_next(node);
  if (next && cmark_node_get_type(next) == CMARK_NODE_TEXT) {
    c->scratch_len = 0;
    if (!put(c, info.text.ptr, info.text.len)) return node;
    for (; next && cmark_node_get_type(next) == CMARK_NODE_TEXT; next = cmark_node_next(next)) {
      notis_str more = str(cmark_node_get_literal(next));
      if (!put(c, more.ptr, more.len)) return node;
      c->at++;
      node = next;
    }
    info.text = (notis_str){c->scratch, c->scratch_len};
  }
  if (info.text.len) leaf(c, &info);
  return node;
}

/* ---- raw HTML ---- */

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The tags of GFM's extension "Disallowed Raw HTML" (6.11). */
static bool is_filtered(const char *at) {
  static const char *const names[] = {"title",   "textarea", "style",  "xmp",      "iframe",
                                      "noembed", "noframes", "script", "plaintext"};
  at += at[1] == '/' ? 2 : 1;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t n = 0;
    while (names[i][n] && (at[n] | 32) == names[i][n]) n++;
    if (!names[i][n] && (is_space(at[n]) || at[n] == '>' || (at[n] == '/' && at[n + 1] == '>'))) return true;
  }
  return false;
}

static notis_str filtered(converter *c, const char *html) {
  c->scratch_len = 0;
  for (const char *tag; (tag = strchr(html, '<')); html = tag + 1) {
    bool stop = is_filtered(tag);
    if (!put(c, html, (size_t)(tag - html)) || !put(c, stop ? "&lt;" : "<", stop ? 4 : 1)) return (notis_str){0};
  }
  if (!put(c, html, strlen(html))) return (notis_str){0};
  return (notis_str){c->scratch, c->scratch_len};
}

static void raw_as_text(converter *c, const notis_node_info *raw) {
  notis_node_info paragraph = *raw, text = *raw;
  paragraph.type = NOTIS_NODE_PARAGRAPH;
  paragraph.text = paragraph.extra = (notis_str){0};
  text.type = NOTIS_NODE_TEXT;
  text.extra = (notis_str){0};
  while (text.text.len && is_space(text.text.ptr[text.text.len - 1]) && raw->type == NOTIS_NODE_RAW_BLOCK)
    text.text.len--;
  if (raw->type == NOTIS_NODE_RAW_BLOCK) open_node(c, &paragraph);
  leaf(c, &text);
  if (raw->type == NOTIS_NODE_RAW_BLOCK) c->host->node_close(c->builder);
}

static void raw_html(converter *c, cmark_node *node, notis_node_type type) {
  notis_node_info info = info_of(c, type);
  const char *html = cmark_node_get_literal(node);
  info.text = c->source->raw == MARKDOWN_RAW_FILTER ? filtered(c, html) : str(html);
  info.extra = str("html");
  if (c->source->raw == MARKDOWN_RAW_ESCAPE)
    raw_as_text(c, &info);
  else if (c->source->raw != MARKDOWN_RAW_DROP)
    leaf(c, &info);
}

/* ---- what only GFM has ---- */

#ifdef MARKDOWN_GFM

static uint32_t task_flags(cmark_node *item) {
  if (strcmp(cmark_node_get_type_string(item), "tasklist") != 0) return 0;
  return NOTIS_FLAG_TASK | (cmark_gfm_extensions_get_tasklist_item_checked(item) ? NOTIS_FLAG_CHECKED : 0);
}

static int32_t alignment_of(char letter) {
  return letter == 'l' ? NOTIS_ALIGN_LEFT : letter == 'c' ? NOTIS_ALIGN_CENTER : letter == 'r' ? NOTIS_ALIGN_RIGHT : 0;
}

static void table_part(converter *c, cmark_node *node, notis_node_info *info) {
  if (info->type == NOTIS_NODE_TABLE) {
    c->alignment = cmark_gfm_extensions_get_table_alignments(node);
    c->columns = cmark_gfm_extensions_get_table_columns(node);
  } else if (info->type == NOTIS_NODE_TABLE_ROW) {
    c->column = 0;
    if (cmark_gfm_extensions_get_table_row_is_header(node)) info->flags = NOTIS_FLAG_HEAD;
  } else if (info->type == NOTIS_NODE_TABLE_CELL) {
    if (c->alignment && c->column < c->columns) info->number = alignment_of((char)c->alignment[c->column]);
    c->column++;
  }
}

/* The parser puts the definitions last, in the order of their numbers. */
static size_t count_footnotes(cmark_node *root) {
  size_t count = 0;
  for (cmark_node *n = cmark_node_last_child(root); n && cmark_node_get_type(n) == CMARK_NODE_FOOTNOTE_DEFINITION;
       n = cmark_node_previous(n))
    count++;
  return count;
}

static void add_label(converter *c, const markdown_place *place) {
  if (c->definitions < (int)c->label_count)
    c->labels[c->definitions++] = (notis_str){c->text.ptr + place->label, place->label_len};
}

static void add_use(converter *c, cmark_node *node, const markdown_place *place, size_t *cap) {
  if (c->use_count == *cap) {
    footnote_use *grown = realloc(c->uses, (*cap = *cap ? 2 * *cap : 16) * sizeof *grown);
    if (!grown) {
      c->status = NOTIS_ERROR;
      return;
    }
    c->uses = grown;
  }
  int32_t number = (int32_t)strtol(cmark_node_get_literal(node), NULL, 10);
  c->uses[c->use_count] = (footnote_use){number, 1, c->use_count, place->line, place->column};
  c->use_count++;
}

static int by_place(const void *a, const void *b) {
  const footnote_use *x = a, *y = b;
  if (x->number != y->number) return x->number < y->number ? -1 : 1;
  if (x->line != y->line) return x->line < y->line ? -1 : 1;
  if (x->column != y->column) return x->column < y->column ? -1 : 1;
  return (x->order > y->order) - (x->order < y->order);
}

static int by_order(const void *a, const void *b) {
  const footnote_use *x = a, *y = b;
  return (x->order > y->order) - (x->order < y->order);
}

/* The references to one footnote are numbered as they stand in the text, while the walk meets those in definitions
 * last. */
static void number_uses(converter *c) {
  if (!c->use_count) return;
  qsort(c->uses, c->use_count, sizeof *c->uses, by_place);
  for (size_t i = 1; i < c->use_count; i++)
    if (c->uses[i].number == c->uses[i - 1].number) c->uses[i].ordinal = c->uses[i - 1].ordinal + 1;
  qsort(c->uses, c->use_count, sizeof *c->uses, by_order);
}

static void footnotes(converter *c, cmark_node *root) {
  size_t at = 0, cap = 0;
  c->label_count = count_footnotes(root);
  if (!c->label_count) return;
  c->labels = calloc(c->label_count, sizeof *c->labels);
  if (!c->labels) {
    c->status = NOTIS_ERROR;
    return;
  }
  cmark_iter *iter = cmark_iter_new(root);
  for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
    if (event != CMARK_EVENT_ENTER) continue;
    cmark_node *node = cmark_iter_get_node(iter);
    const markdown_place *place = &c->places.items[at++];
    if (cmark_node_get_type(node) == CMARK_NODE_FOOTNOTE_DEFINITION) add_label(c, place);
    if (cmark_node_get_type(node) == CMARK_NODE_FOOTNOTE_REFERENCE) add_use(c, node, place, &cap);
  }
  cmark_iter_free(iter);
  c->definitions = 0;
  number_uses(c);
}

static void footnote_reference(converter *c) {
  notis_node_info info = info_of(c, NOTIS_NODE_FOOTNOTE_REFERENCE);
  if (c->uses_seen >= c->use_count) return;
  const footnote_use *use = &c->uses[c->uses_seen++];
  char digits[12], *d = digits + sizeof digits;
  for (uint32_t n = use->ordinal; n; n /= 10) *--d = (char)('0' + n % 10);
  info.number = use->number;
  if (use->number > 0 && (size_t)use->number <= c->label_count) info.text = c->labels[use->number - 1];
  info.extra = (notis_str){d, (size_t)(digits + sizeof digits - d)};
  leaf(c, &info);
}

#else

static uint32_t task_flags(cmark_node *item) {
  return 0;
}
static void table_part(converter *c, cmark_node *node, notis_node_info *info) {}
static void footnotes(converter *c, cmark_node *root) {}
static void footnote_reference(converter *c) {}

#endif

/* ---- the walk ---- */

static void list_info(cmark_node *node, notis_node_info *info) {
  if (cmark_node_get_list_tight(node)) info->flags |= NOTIS_FLAG_TIGHT;
  if (cmark_node_get_list_type(node) != CMARK_ORDERED_LIST) return;
  info->flags |= NOTIS_FLAG_ORDERED;
  if (cmark_node_get_list_delim(node) == CMARK_PAREN_DELIM) info->flags |= NOTIS_FLAG_PAREN;
  info->number = cmark_node_get_list_start(node);
}

static void open_container(converter *c, cmark_node *node, notis_node_type type) {
  notis_node_info info = info_of(c, type);
  switch (type) {
  case NOTIS_NODE_HEADING: info.number = cmark_node_get_heading_level(node); break;
  case NOTIS_NODE_LIST: list_info(node, &info); break;
  case NOTIS_NODE_ITEM: info.flags = task_flags(node); break;
  case NOTIS_NODE_LINK:
  case NOTIS_NODE_IMAGE:
    info.text = str(cmark_node_get_url(node));
    info.extra = str(cmark_node_get_title(node));
    break;
  case NOTIS_NODE_FOOTNOTE_DEFINITION:
    if (c->definitions < (int)c->label_count) info.text = c->labels[c->definitions];
    info.number = ++c->definitions;
    break;
  default: table_part(c, node, &info);
  }
  open_node(c, &info);
}

/* Returns the node from which the walk goes on. */
static cmark_node *enter(converter *c, cmark_node *node, notis_node_type type) {
  notis_node_info info;
  switch (type) {
  case NOTIS_NODE_TEXT: return text_run(c, node);
  case NOTIS_NODE_RAW_BLOCK:
  case NOTIS_NODE_RAW_INLINE: raw_html(c, node, type); break;
  case NOTIS_NODE_FOOTNOTE_REFERENCE: footnote_reference(c); break;
  case NOTIS_NODE_CODE_BLOCK:
  case NOTIS_NODE_CODE:
  case NOTIS_NODE_SOFT_BREAK:
  case NOTIS_NODE_LINE_BREAK:
  case NOTIS_NODE_THEMATIC_BREAK:
    info = info_of(c, type);
    if (type == NOTIS_NODE_CODE_BLOCK || type == NOTIS_NODE_CODE) info.text = str(cmark_node_get_literal(node));
    if (type == NOTIS_NODE_CODE_BLOCK) info.extra = str(cmark_node_get_fence_info(node));
    leaf(c, &info);
    break;
  case NOTIS_NODE_TYPES: c->at++; break;
  default: open_container(c, node, type);
  }
  return node;
}

static bool is_leaf(notis_node_type type) {
  switch (type) {
  case NOTIS_NODE_TEXT:
  case NOTIS_NODE_RAW_BLOCK:
  case NOTIS_NODE_RAW_INLINE:
  case NOTIS_NODE_FOOTNOTE_REFERENCE:
  case NOTIS_NODE_CODE_BLOCK:
  case NOTIS_NODE_CODE:
  case NOTIS_NODE_SOFT_BREAK:
  case NOTIS_NODE_LINE_BREAK:
  case NOTIS_NODE_THEMATIC_BREAK:
  case NOTIS_NODE_TYPES: return true;
  default: return false;
  }
}

static void convert(converter *c, cmark_node *root) {
  for (cmark_node *node = root; c->status == NOTIS_OK;) {
    notis_node_type type = markdown_type(node);
    node = enter(c, node, type);
    cmark_node *child = is_leaf(type) ? NULL : cmark_node_first_child(node);
    if (child) {
      node = child;
      continue;
    }
    if (!is_leaf(type)) c->host->node_close(c->builder);
    while (node != root && !cmark_node_next(node)) {
      node = cmark_node_parent(node);
      c->host->node_close(c->builder);
    }
    if (node == root) return;
    node = cmark_node_next(node);
  }
}

/* Reports a text that the parser had better not be given. */
static bool is_refused(const markdown_source *source, notis_call *call, notis_str text, notis_place at) {
  uint32_t line = source->extensions ? markdown_costly_line(text) : 0;
  if (!line) return false;
  source->host->report_code(call, (notis_place){at.line ? at.line + line - 1 : line, 1, 0}, "markdown_costly", NULL, 0);
  return true;
}

notis_status markdown_convert(const markdown_source *source, notis_call *call, notis_str text, notis_place at,
                              notis_builder *builder) {
  converter c = {.source = source, .host = source->host, .builder = builder, .text = text};
  if (!text.ptr) text = (notis_str){"", 0};
  if (is_refused(source, call, text, at)) return NOTIS_ERROR;
  markdown_memory memory;
  markdown_memory_begin(&memory);
  cmark_node *root = markdown_parse(source, text);
  if (root && markdown_locate(root, text, at, source->smart, &c.places)) {
    footnotes(&c, root);
    convert(&c, root);
  } else {
    c.status = NOTIS_ERROR;
  }
  markdown_memory_end(&memory);
  free(c.places.items);
  free(c.scratch);
  free(c.labels);
  free(c.uses);
  return c.status;
}
