/* The node tree of a document's body. Sources of any format build it, outputs of any format walk it, Lua edits it.
 *
 * Nodes live in an arena and are never freed one by one; a node taken out of its tree is simply unreachable. Walking
 * never recurses: a tree may be as deep as its input was. */
#ifndef NT_MODEL_NODE_H
#define NT_MODEL_NODE_H

#include "base/arena.h"
#include "base/value.h"

#include <notis/plugin.h>

/* Types, flags and alignments are those of the plugin interface: NOTIS_NODE_*, NOTIS_FLAG_*, NOTIS_ALIGN_*. */
typedef struct nt_node nt_node;

typedef struct nt_attr {
  struct nt_attr *next;
  nt_str name; /* "id", "class" (space-separated), "lang", or any attribute */
  nt_str value;
} nt_attr;

struct nt_node {
  uint8_t type; /* notis_node_type */
  uint8_t flags;
  int32_t number;
  uint32_t origin; /* 1 + its index in pre-order of the tree as it was parsed; 0 for a node that a hook made */
  nt_node *parent, *prev, *next, *first, *last;
  nt_str text;
  nt_str extra;
  nt_attr *attrs; /* in order */
};

/* Where the nodes of a parsed tree stand in their item's bytes, by origin - 1. */
typedef struct nt_node_pos {
  uint32_t line;
  uint32_t column;
  uint32_t text_line; /* where the text (a link's destination) stands, 0 if not known */
  uint32_t text_column;
} nt_node_pos;

nt_node *nt_node_new(nt_arena *arena, notis_node_type type);
bool nt_node_is_block(const nt_node *node);
/* Can it have children? */
bool nt_node_is_container(const nt_node *node);
const char *nt_node_type_name(notis_node_type type); /* "code_block" */
/* NOTIS_NODE_TYPES if there is no such name. */
notis_node_type nt_node_type_find(nt_str name);
/* May `child` stand directly in `parent`? Blocks hold blocks, paragraphs and headings hold inlines, and so on. */
bool nt_node_may_hold(const nt_node *parent, notis_node_type child);

/* Tree surgery. The moved node is first taken out of where it was. A node must not be put below itself. */
void nt_node_unlink(nt_node *node);
void nt_node_append(nt_node *parent, nt_node *child);
void nt_node_prepend(nt_node *parent, nt_node *child);
void nt_node_insert_before(nt_node *sibling, nt_node *node);
void nt_node_insert_after(nt_node *sibling, nt_node *node);
void nt_node_replace(nt_node *old, nt_node *with);
bool nt_node_contains(const nt_node *ancestor, const nt_node *node); /* or is the same */
/* A copy with everything below it, strings too, in that arena; origins are kept. */
nt_node *nt_node_clone(const nt_node *node, nt_arena *arena);

/* NULL-pointer string if absent. */
nt_str nt_node_attr(const nt_node *node, nt_str name);
/* Copies both strings. An empty value with a NULL pointer takes the attribute away. */
void nt_node_set_attr(nt_node *node, nt_arena *arena, nt_str name, nt_str value);

/* The walk shared by everything that reads a tree: each node is entered, and each container also left.
 *
 *     for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) if (w.entering) …w.node…
 *
 * The current node may be changed, its children too while it is entered; it may be unlinked only when it is left (or
 * entered, for one that is no container). */
typedef struct nt_walk {
  const nt_node *root;
  nt_node *node;
  bool entering;
  nt_node *upcoming;
  bool upcoming_entering;
} nt_walk;

nt_walk nt_walk_start(const nt_node *root);
bool nt_walk_next(nt_walk *walk);
/* Called when a container was just entered: its children are passed over, and its leaving comes next. */
void nt_walk_skip(nt_walk *walk);

/* The text of everything below, as a reader hears it: breaks and block ends become one space, raw HTML is left out. */
void nt_node_plain_text(const nt_node *node, nt_buf *out);

#endif
