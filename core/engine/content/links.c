#include "engine/content/links.h"

#include "base/url.h"
#include "base/vec.h"
#include "model/nodecode.h"

#include <stdlib.h>

typedef struct collector {
  nt_arena *arena;   /* of the result */
  nt_arena *scratch; /* of decoded fields */
  nt_buf path;       /* of the value that is looked at */
  nt_str field;
  NT_VEC(nt_link) links;
  NT_VEC(nt_str) anchors;
} collector;

bool nt_link_is_ours(nt_str to) {
  return to.len && !nt_url_is_elsewhere(to);
}

/* ---- anchors ---- */

static void add_anchor(collector *c, nt_str id) {
  if (id.len) nt_push(&c->anchors, nt_arena_str(c->arena, id));
}

static bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* The value of an attribute, where `at` stands behind its name: ="x", ='x' or =x. */
static nt_str attribute_value(nt_str html, size_t at) {
  while (at < html.len && (html.ptr[at] == ' ' || html.ptr[at] == '\n' || html.ptr[at] == '\t')) at++;
  if (at >= html.len || html.ptr[at] != '=') return nt_str_n(NULL, 0);
  for (at++; at < html.len && (html.ptr[at] == ' ' || html.ptr[at] == '\n' || html.ptr[at] == '\t');) at++;
  if (at < html.len && (html.ptr[at] == '"' || html.ptr[at] == '\'')) {
    nt_str rest = nt_str_sub(html, at + 1, html.len);
    return nt_str_sub(rest, 0, nt_str_find(rest, html.ptr[at]));
  }
  size_t end = at;
  while (end < html.len && !strchr(" \t\r\n\"'=<>`", html.ptr[end])) end++;
  return nt_str_sub(html, at, end);
}

/* Ids, and the names of <a>, which lead there too. More than a browser would find does no harm. */
static void raw_anchors(collector *c, nt_str html) {
  for (size_t i = 1; i < html.len; i++) {
    if (is_name_byte(html.ptr[i - 1]) || html.ptr[i - 1] == '>') continue;
    nt_str rest = nt_str_sub(html, i, html.len);
    bool id = nt_str_starts(rest, NT_STR("id")) || nt_str_starts(rest, NT_STR("ID"));
    size_t len = id ? 2 : nt_str_starts(rest, NT_STR("name")) ? 4 : 0;
    if (len && i + len < html.len && !is_name_byte(html.ptr[i + len])) add_anchor(c, attribute_value(html, i + len));
  }
}

static void footnote_anchor(collector *c, const nt_node *node) {
  bool definition = node->type == NOTIS_NODE_FOOTNOTE_DEFINITION;
  bool later = !definition && node->extra.len && !nt_str_eq(node->extra, NT_STR("1"));
  nt_push(&c->anchors, nt_arena_format(c->arena, "%s-%.*s%s%.*s", definition ? "fn" : "fnref", NT_FMT(node->text),
                                       later ? "-" : "", NT_FMT(later ? node->extra : nt_str_n("", 0))));
}

/* ---- trees ---- */

static void add_link(collector *c, const nt_node *node) {
  if (!nt_link_is_ours(node->text)) return;
  nt_link link = {.to = nt_arena_str(c->arena, node->text),
                  .field = c->field,
                  .node = node->origin,
                  .image = node->type == NOTIS_NODE_IMAGE};
  nt_push(&c->links, link);
}

static void collect_tree(collector *c, const nt_node *root) {
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    const nt_node *node = w.node;
    if (!w.entering) continue;
    if (node->attrs) add_anchor(c, nt_node_attr(node, NT_STR("id")));
    switch (node->type) {
    case NOTIS_NODE_LINK:
    case NOTIS_NODE_IMAGE: add_link(c, node); break;
    case NOTIS_NODE_FOOTNOTE_DEFINITION:
    case NOTIS_NODE_FOOTNOTE_REFERENCE: footnote_anchor(c, node); break;
    case NOTIS_NODE_RAW_BLOCK:
    case NOTIS_NODE_RAW_INLINE: raw_anchors(c, node->text); break;
    default: break;
    }
  }
}

/* ---- fields ---- */

enum { DEEPEST = 8 };

static void collect_value(collector *c, const nt_value *value, int depth) {
  if (depth > DEEPEST) return;
  if (value->type == NT_MARKUP) {
    const nt_node *root = nt_node_decode(value->as.string, c->scratch);
    c->field = nt_arena_str(c->arena, nt_buf_str(&c->path));
    if (root) collect_tree(c, root);
  }
  size_t prefix = c->path.len;
  for (size_t i = 0; i < nt_value_len(value); i++) {
    const nt_value *child = nt_value_at(value, i);
    if (child->type < NT_LIST) continue;
    c->path.len = prefix;
    nt_value_put_step(value, i, &c->path);
    collect_value(c, child, depth + 1);
  }
}

/* ---- the whole ---- */

static void take_body(collector *c, const nt_links *before) {
  for (size_t i = 0; i < before->body_count; i++) {
    nt_link link = before->items[i];
    link.to = nt_arena_str(c->arena, link.to);
    nt_push(&c->links, link);
  }
  for (size_t i = 0; i < before->body_anchor_count; i++) add_anchor(c, before->anchors[i]);
}

static nt_hash links_hash(const collector *c) {
  nt_hash hash = 1;
  for (size_t i = 0; i < c->links.len; i++) {
    const nt_link *link = &c->links.items[i];
    nt_hash one = nt_hash_combine(nt_hash_bytes(link->field), nt_hash_bytes(link->to));
    hash = nt_hash_combine(hash, nt_hash_combine(one, link->image));
  }
  return hash;
}

static nt_hash anchors_hash(const collector *c) {
  nt_hash hash = 1;
  for (size_t i = 0; i < c->anchors.len; i++) hash = nt_hash_combine(hash, nt_hash_bytes(c->anchors.items[i]));
  return hash;
}

static int by_bytes(const void *a, const void *b) {
  return nt_str_cmp(*(const nt_str *)a, *(const nt_str *)b);
}

void nt_links_put_in_order(nt_links *links, nt_arena *arena) {
  nt_str *to = NT_NEW_N(arena, nt_str, links->count);
  for (size_t i = 0; i < links->count; i++) to[i] = links->items[i].to;
  links->by_text[0] = nt_arena_copy(arena, links->anchors, links->anchor_count * sizeof(nt_str));
  links->by_text[1] = to;
  if (links->anchor_count) qsort(links->by_text[0], links->anchor_count, sizeof(nt_str), by_bytes);
  if (links->count) qsort(to, links->count, sizeof(nt_str), by_bytes);
}

void nt_links_collect(nt_document *document, const nt_links *before, nt_arena *arena, nt_links *out) {
  collector c = {.arena = arena, .scratch = document->arena};
  if (before)
    take_body(&c, before);
  else
    collect_tree(&c, nt_document_body(document));
  *out = (nt_links){.body_count = c.links.len, .body_anchor_count = c.anchors.len};
  collect_value(&c, &document->fields, 0);
  out->count = c.links.len;
  out->anchor_count = c.anchors.len;
  out->items = nt_arena_copy(arena, c.links.items, c.links.len * sizeof *c.links.items);
  out->anchors = nt_arena_copy(arena, c.anchors.items, c.anchors.len * sizeof *c.anchors.items);
  out->hash = links_hash(&c);
  out->anchors_hash = anchors_hash(&c);
  nt_links_put_in_order(out, arena);
  nt_vec_deinit(&c.links);
  nt_vec_deinit(&c.anchors);
  nt_buf_deinit(&c.path);
}

bool nt_links_has_anchor(const nt_links *links, nt_str id) {
  return links->anchor_count && bsearch(&id, links->by_text[0], links->anchor_count, sizeof id, by_bytes);
}

bool nt_links_has(const nt_links *links, nt_str to) {
  return links->count && bsearch(&to, links->by_text[1], links->count, sizeof to, by_bytes);
}
