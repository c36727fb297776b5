#include "model/node.h"

/* What each type is and what it may hold, by notis_node_type. */
#define BIT(type) (1u << NOTIS_NODE_##type)

enum {
  FLOW = BIT(PARAGRAPH) | BIT(HEADING) | BIT(LIST) | BIT(QUOTE) | BIT(CODE_BLOCK) | BIT(THEMATIC_BREAK) | BIT(TABLE) |
         BIT(FIGURE) | BIT(SECTION) | BIT(DIV) | BIT(RAW_BLOCK) | BIT(FOOTNOTE_DEFINITION),
  PHRASING = BIT(TEXT) | BIT(SOFT_BREAK) | BIT(LINE_BREAK) | BIT(CODE) | BIT(EMPHASIS) | BIT(STRONG) |
             BIT(STRIKETHROUGH) | BIT(LINK) | BIT(IMAGE) | BIT(FOOTNOTE_REFERENCE) | BIT(SPAN) | BIT(RAW_INLINE)
};

typedef struct node_kind {
  const char *name;
  uint32_t holds; /* a bit for each type of child; 0 for a leaf */
} node_kind;

static const node_kind kinds[NOTIS_NODE_TYPES] = {
    [NOTIS_NODE_DOCUMENT] = {"document", FLOW},
    [NOTIS_NODE_PARAGRAPH] = {"paragraph", PHRASING},
    [NOTIS_NODE_HEADING] = {"heading", PHRASING},
    [NOTIS_NODE_LIST] = {"list", BIT(ITEM)},
    [NOTIS_NODE_ITEM] = {"item", FLOW},
    [NOTIS_NODE_QUOTE] = {"quote", FLOW},
    [NOTIS_NODE_CODE_BLOCK] = {"code_block", 0},
    [NOTIS_NODE_THEMATIC_BREAK] = {"thematic_break", 0},
    [NOTIS_NODE_TABLE] = {"table", BIT(TABLE_ROW) | BIT(CAPTION)},
    [NOTIS_NODE_TABLE_ROW] = {"table_row", BIT(TABLE_CELL)},
    [NOTIS_NODE_TABLE_CELL] = {"table_cell", PHRASING},
    [NOTIS_NODE_FIGURE] = {"figure", FLOW | BIT(CAPTION) | BIT(CREDIT) | BIT(IMAGE) | BIT(LINK) | BIT(RAW_INLINE)},
    [NOTIS_NODE_CAPTION] = {"caption", FLOW | PHRASING | BIT(CREDIT)},
    [NOTIS_NODE_CREDIT] = {"credit", PHRASING},
    [NOTIS_NODE_SECTION] = {"section", FLOW},
    [NOTIS_NODE_DIV] = {"div", FLOW},
    [NOTIS_NODE_FOOTNOTE_DEFINITION] = {"footnote_definition", FLOW},
    [NOTIS_NODE_RAW_BLOCK] = {"raw_block", 0},
    [NOTIS_NODE_TEXT] = {"text", 0},
    [NOTIS_NODE_SOFT_BREAK] = {"soft_break", 0},
    [NOTIS_NODE_LINE_BREAK] = {"line_break", 0},
    [NOTIS_NODE_CODE] = {"code", 0},
    [NOTIS_NODE_EMPHASIS] = {"emphasis", PHRASING},
    [NOTIS_NODE_STRONG] = {"strong", PHRASING},
    [NOTIS_NODE_STRIKETHROUGH] = {"strikethrough", PHRASING},
    [NOTIS_NODE_LINK] = {"link", PHRASING},
    [NOTIS_NODE_IMAGE] = {"image", PHRASING},
    [NOTIS_NODE_FOOTNOTE_REFERENCE] = {"footnote_reference", 0},
    [NOTIS_NODE_SPAN] = {"span", PHRASING},
    [NOTIS_NODE_RAW_INLINE] = {"raw_inline", 0},
};

nt_node *nt_node_new(nt_arena *arena, notis_node_type type) {
  nt_node *node = NT_NEW(arena, nt_node);
  node->type = (uint8_t)type;
  return node;
}

bool nt_node_is_block(const nt_node *node) {
  return node->type < NOTIS_NODE_TEXT;
}
bool nt_node_is_container(const nt_node *node) {
  return kinds[node->type].holds != 0;
}

const char *nt_node_type_name(notis_node_type type) {
  return (unsigned)type < NOTIS_NODE_TYPES ? kinds[type].name : "unknown";
}

notis_node_type nt_node_type_find(nt_str name) {
  for (unsigned type = 0; type < NOTIS_NODE_TYPES; type++)
    if (nt_str_eq(name, nt_str_c(kinds[type].name))) return (notis_node_type)type;
  return NOTIS_NODE_TYPES;
}

bool nt_node_may_hold(const nt_node *parent, notis_node_type child) {
  return (unsigned)child < NOTIS_NODE_TYPES && (kinds[parent->type].holds >> child & 1u);
}

/* ---- surgery ---- */

void nt_node_unlink(nt_node *node) {
  if (node->prev)
    node->prev->next = node->next;
  else if (node->parent)
    node->parent->first = node->next;
  if (node->next)
    node->next->prev = node->prev;
  else if (node->parent)
    node->parent->last = node->prev;
  node->parent = node->prev = node->next = NULL;
}

/* Puts a node that is in no tree between two neighbours, either of which may be NULL. */
static void link_between(nt_node *parent, nt_node *prev, nt_node *node, nt_node *next) {
  node->parent = parent;
  node->prev = prev;
  node->next = next;
  if (prev)
    prev->next = node;
  else if (parent)
    parent->first = node;
  if (next)
    next->prev = node;
  else if (parent)
    parent->last = node;
}

void nt_node_append(nt_node *parent, nt_node *child) {
  nt_node_unlink(child);
  link_between(parent, parent->last, child, NULL);
}

void nt_node_prepend(nt_node *parent, nt_node *child) {
  nt_node_unlink(child);
  link_between(parent, NULL, child, parent->first);
}

void nt_node_insert_before(nt_node *sibling, nt_node *node) {
  if (sibling == node) return;
  nt_node_unlink(node);
  link_between(sibling->parent, sibling->prev, node, sibling);
}

void nt_node_insert_after(nt_node *sibling, nt_node *node) {
  if (sibling == node) return;
  nt_node_unlink(node);
  link_between(sibling->parent, sibling, node, sibling->next);
}

void nt_node_replace(nt_node *old, nt_node *with) {
  if (old == with) return;
  nt_node_insert_before(old, with);
  nt_node_unlink(old);
}

bool nt_node_contains(const nt_node *ancestor, const nt_node *node) {
  for (; node; node = node->parent)
    if (node == ancestor) return true;
  return false;
}

/* ---- copies ---- */

static nt_str copy_str(nt_str s, nt_arena *arena) {
  return s.len ? nt_arena_str(arena, s) : nt_str_n(NULL, 0);
}

static nt_attr *copy_attrs(const nt_attr *attrs, nt_arena *arena) {
  nt_attr *first = NULL, **end = &first;
  for (; attrs; attrs = attrs->next) {
    *end = NT_NEW(arena, nt_attr);
    (*end)->name = nt_arena_str(arena, attrs->name);
    (*end)->value = nt_arena_str(arena, attrs->value);
    end = &(*end)->next;
  }
  return first;
}

static nt_node *copy_one(const nt_node *node, nt_arena *arena) {
  nt_node *copy = nt_node_new(arena, (notis_node_type)node->type);
  copy->flags = node->flags;
  copy->number = node->number;
  copy->origin = node->origin;
  copy->text = copy_str(node->text, arena);
  copy->extra = copy_str(node->extra, arena);
  copy->attrs = copy_attrs(node->attrs, arena);
  return copy;
}

nt_node *nt_node_clone(const nt_node *node, nt_arena *arena) {
  nt_node *root = copy_one(node, arena), *parent = root;
  const nt_node *at = node;
  for (;;) {
    if (at->first) {
      at = at->first;
    } else {
      while (at != node && !at->next) {
        at = at->parent;
        if (at != node) parent = parent->parent;
      }
      if (at == node) return root;
      at = at->next;
    }
    nt_node *copy = copy_one(at, arena);
    link_between(parent, parent->last, copy, NULL);
    if (at->first) parent = copy;
  }
}

/* ---- attributes ---- */

nt_str nt_node_attr(const nt_node *node, nt_str name) {
  for (const nt_attr *attr = node->attrs; attr; attr = attr->next)
    if (nt_str_eq(attr->name, name)) return attr->value;
  return nt_str_n(NULL, 0);
}

void nt_node_set_attr(nt_node *node, nt_arena *arena, nt_str name, nt_str value) {
  nt_attr **link = &node->attrs;
  while (*link && !nt_str_eq((*link)->name, name)) link = &(*link)->next;
  if (!value.ptr) {
    if (*link) *link = (*link)->next;
    return;
  }
  if (!*link) {
    *link = NT_NEW(arena, nt_attr);
    (*link)->name = nt_arena_str(arena, name);
  }
  (*link)->value = nt_arena_str(arena, value);
}

/* ---- the walk ---- */

nt_walk nt_walk_start(const nt_node *root) {
  return (nt_walk){.root = root, .upcoming = (nt_node *)root, .upcoming_entering = true};
}

/* The step after the current one is chosen early for what was just left (it may be unlinked), and late for a container
 * that was just entered (its children may change): until then it is its own upcoming, to be entered. */
static void walk_past(nt_walk *walk, nt_node *node) {
  if (node == walk->root) {
    walk->upcoming = NULL;
  } else if (node->next) {
    walk->upcoming = node->next;
    walk->upcoming_entering = true;
  } else {
    walk->upcoming = node->parent;
    walk->upcoming_entering = false;
  }
}

bool nt_walk_next(nt_walk *walk) {
  if (walk->entering && walk->upcoming == walk->node && walk->upcoming_entering) {
    walk->upcoming_entering = walk->node->first != NULL;
    if (walk->node->first) walk->upcoming = walk->node->first;
  }
  walk->node = walk->upcoming;
  walk->entering = walk->upcoming_entering;
  if (!walk->node) return false;
  if (walk->entering && nt_node_is_container(walk->node)) {
    walk->upcoming = walk->node;
    walk->upcoming_entering = true;
  } else {
    walk_past(walk, walk->node);
  }
  return true;
}

void nt_walk_skip(nt_walk *walk) {
  if (walk->entering && walk->upcoming == walk->node) walk->upcoming_entering = false;
}
