/* Trees of nodes: walking, moving and making them. Walks go over the nodes that were there when they began, in reading
 * order, and pass over those that have been taken away meanwhile. */
#include "script/tree.h"

#include "model/nodecode.h"

/* ---- types ---- */

static const char *const type_words[] = {"document",
                                         "paragraph",
                                         "heading",
                                         "list",
                                         "item",
                                         "quote",
                                         "code_block",
                                         "thematic_break",
                                         "table",
                                         "table_row",
                                         "table_cell",
                                         "figure",
                                         "caption",
                                         "credit",
                                         "section",
                                         "div",
                                         "footnote_definition",
                                         "raw_block",
                                         "text",
                                         "soft_break",
                                         "line_break",
                                         "code",
                                         "emphasis",
                                         "strong",
                                         "strikethrough",
                                         "link",
                                         "image",
                                         "footnote_reference",
                                         "span",
                                         "raw_inline",
                                         NULL};

static notis_node_type check_type(lua_State *L, int index) {
  nt_str name = nt_check_str(L, index);
  notis_node_type type = nt_node_type_find(name);
  if (type == NOTIS_NODE_TYPES) nt_raise_unknown(L, NT_MSG_script_unknown_node, name, type_words);
  return type;
}

/* The types named from an argument on, as bits; none named: all. */
static uint64_t check_types(lua_State *L, int from) {
  uint64_t types = 0;
  for (int i = from; i <= lua_gettop(L); i++) types |= UINT64_C(1) << check_type(L, i);
  return types ? types : UINT64_MAX;
}

/* ---- walking ---- */

typedef struct snapshot {
  nt_node_ref root;
  uint32_t mutations; /* when it was taken: until then nothing can be gone */
  size_t len;
  size_t at;
  nt_node *items[];
} snapshot;

static size_t count_nodes(const nt_node *root, uint64_t types) {
  size_t count = 0;
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);)
    if (w.entering && w.node != root && types >> w.node->type & 1) count++;
  return count;
}

/* Pushes the nodes below the one at the index, of those types. */
static snapshot *push_snapshot(lua_State *L, nt_node_ref root, uint64_t types) {
  size_t count = count_nodes(root.node, types);
  nt_vm_charge(L, count);
  snapshot *s = lua_newuserdatauv(L, sizeof *s + count * sizeof *s->items, 0);
  *s = (snapshot){.root = root, .mutations = nt_vm_of(L)->mutations};
  for (nt_walk w = nt_walk_start(root.node); nt_walk_next(&w);)
    if (w.entering && w.node != root.node && types >> w.node->type & 1) s->items[s->len++] = w.node;
  return s;
}

/* Is the node still below the root? */
static bool below(lua_State *L, const nt_node *root, const nt_node *node) {
  size_t steps = 0;
  while (node && node != root) {
    node = node->parent;
    steps++;
  }
  nt_vm_charge(L, steps / 4);
  return node == root;
}

static nt_node *snapshot_next(lua_State *L, snapshot *s) {
  nt_vm *vm = nt_vm_of(L);
  while (s->at < s->len) {
    nt_node *node = s->items[s->at++];
    if (vm->mutations == s->mutations || below(L, s->root.node, node)) return node;
  }
  return NULL;
}

static int each_step(lua_State *L) {
  snapshot *s = lua_touserdata(L, lua_upvalueindex(1));
  nt_ref_alive(L, &s->root.ref);
  nt_push_relative(L, &s->root, snapshot_next(L, s));
  return 1;
}

int nt_node_each(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  push_snapshot(L, ref, check_types(L, 2));
  lua_pushcclosure(L, each_step, 1);
  return 1;
}

int nt_node_first(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  uint64_t types = check_types(L, 2);
  size_t steps = 0;
  nt_node *found = NULL;
  for (nt_walk w = nt_walk_start(ref.node); !found && nt_walk_next(&w); steps++)
    if (w.entering && w.node != ref.node && types >> w.node->type & 1) found = w.node;
  nt_vm_charge(L, steps);
  nt_push_relative(L, &ref, found);
  return 1;
}

/* The types that the table of functions at the index names. */
static uint64_t visitor_types(lua_State *L, int visitor) {
  uint64_t types = 0;
  lua_Integer count;
  nt_push_content(L, visitor);
  int content = lua_gettop(L);
  nt_push_keys(L, content, &count);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, content + 1, i);
    types |= UINT64_C(1) << check_type(L, -1);
    lua_pop(L, 1);
  }
  lua_settop(L, content);
  lua_replace(L, visitor);
  return types;
}

/* body:walk{ link = fn, image = fn }: a function that returns false has its node's children passed over. */
int nt_node_walk(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  snapshot *s = push_snapshot(L, ref, visitor_types(L, 2));
  const nt_node *skipped = NULL;
  for (nt_node *node; (node = snapshot_next(L, s)) != NULL;) {
    if (skipped && below(L, skipped, node)) continue;
    lua_pushstring(L, nt_node_type_name(node->type));
    lua_rawget(L, 2);
    nt_push_relative(L, &ref, node);
    lua_call(L, 1, 1);
    skipped = lua_isboolean(L, -1) && !lua_toboolean(L, -1) ? node : NULL;
    lua_pop(L, 1);
  }
  return 0;
}

/* ---- relatives ---- */

static int push_of(lua_State *L, const nt_node_ref *ref, nt_node *node) {
  nt_push_relative(L, ref, node);
  return 1;
}

int nt_node_parent(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  return push_of(L, &ref, ref.node->parent);
}

int nt_node_next_sibling(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  return push_of(L, &ref, ref.node->next);
}

int nt_node_prev_sibling(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  return push_of(L, &ref, ref.node->prev);
}

static int children_step(lua_State *L) {
  snapshot *s = lua_touserdata(L, lua_upvalueindex(1));
  nt_ref_alive(L, &s->root.ref);
  nt_node *node = NULL;
  while (s->at < s->len && !node)
    if (s->items[s->at++]->parent == s->root.node) node = s->items[s->at - 1];
  nt_push_relative(L, &s->root, node);
  return 1;
}

int nt_node_children(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  size_t count = 0;
  for (nt_node *child = ref.node->first; child; child = child->next) count++;
  nt_vm_charge(L, count);
  snapshot *s = lua_newuserdatauv(L, sizeof *s + count * sizeof *s->items, 0);
  *s = (snapshot){.root = ref};
  for (nt_node *child = ref.node->first; child; child = child->next) s->items[s->len++] = child;
  lua_pushcclosure(L, children_step, 1);
  return 1;
}

/* ---- moving ---- */

static nt_node *new_node(lua_State *L, notis_node_type type) {
  nt_vm_take(L, sizeof(nt_node));
  return nt_node_new(nt_work_arena(L), type);
}

static nt_node *text_node(lua_State *L, int index) {
  nt_node *node = new_node(L, NOTIS_NODE_TEXT);
  node->text = nt_copy_arg(L, index, nt_work_arena(L));
  return node;
}

/* What is to be put somewhere: a node that can be moved, or a text. */
static nt_node *check_movable(lua_State *L, int index) {
  return lua_type(L, index) == LUA_TSTRING ? text_node(L, index) : nt_check_writable(L, index);
}

void nt_check_holds(lua_State *L, const nt_node *parent, const nt_node *child) {
  if (!nt_node_may_hold(parent, child->type))
    nt_raise(L, NT_MSG_script_node_place, nt_str_c(nt_node_type_name(child->type)),
             nt_str_c(nt_node_type_name(parent->type)));
  if (below(L, child, parent)) nt_raise(L, NT_MSG_script_node_loop, NT_STR(""));
}

static nt_node *check_parent(lua_State *L, const nt_node *node) {
  if (!node->parent) nt_raise(L, NT_MSG_script_node_root, nt_str_c(nt_node_type_name(node->type)));
  return node->parent;
}

static int put_child(lua_State *L, void (*put)(nt_node *, nt_node *)) {
  nt_node *parent = nt_check_writable(L, 1), *child = check_movable(L, 2);
  nt_check_holds(L, parent, child);
  put(parent, child);
  nt_vm_of(L)->mutations++;
  lua_settop(L, 1);
  return 1;
}

static int put_beside(lua_State *L, void (*put)(nt_node *, nt_node *)) {
  nt_node *sibling = nt_check_writable(L, 1), *node = check_movable(L, 2);
  nt_check_holds(L, check_parent(L, sibling), node);
  if (node != sibling) put(sibling, node);
  nt_vm_of(L)->mutations++;
  lua_settop(L, 1);
  return 1;
}

int nt_node_append_child(lua_State *L) {
  return put_child(L, nt_node_append);
}
int nt_node_prepend_child(lua_State *L) {
  return put_child(L, nt_node_prepend);
}
int nt_node_put_before(lua_State *L) {
  return put_beside(L, nt_node_insert_before);
}
int nt_node_put_after(lua_State *L) {
  return put_beside(L, nt_node_insert_after);
}
int nt_node_replace_with(lua_State *L) {
  return put_beside(L, nt_node_replace);
}

int nt_node_remove(lua_State *L) {
  nt_node *node = nt_check_writable(L, 1);
  check_parent(L, node);
  nt_node_unlink(node);
  nt_vm_of(L)->mutations++;
  return 0;
}

static nt_node *clone(lua_State *L, const nt_node *root, nt_arena *arena) {
  size_t count = 0, bytes = 0;
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    if (!w.entering) continue;
    count++;
    bytes += sizeof(nt_node) + w.node->text.len + w.node->extra.len;
  }
  nt_vm_charge(L, count);
  nt_vm_take(L, bytes);
  return nt_node_clone(root, arena);
}

int nt_node_copy(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  nt_push_node(L, clone(L, ref.node, nt_work_arena(L)), ref.document, ref.frozen, true);
  return 1;
}

/* ---- making ---- */

int nt_text_make(lua_State *L) {
  nt_push_node(L, text_node(L, 1), nt_vm_of(L)->document, 0, true);
  return 1;
}

static void set_attributes(lua_State *L, nt_node *node, int table) {
  lua_Integer count;
  luaL_checktype(L, table, LUA_TTABLE);
  nt_push_content(L, table);
  int content = lua_gettop(L);
  nt_push_keys(L, content, &count);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, content + 1, i);
    lua_pushvalue(L, -1);
    lua_rawget(L, content);
    nt_str name = nt_check_text(L, -2), value = nt_check_text(L, -1);
    nt_vm_take(L, sizeof(nt_attr) + name.len + value.len);
    nt_node_set_attr(node, nt_work_arena(L), name, value);
    lua_pop(L, 2);
  }
  lua_settop(L, content - 1);
}

/* notis.node("link", { destination = "/", title = "…", id = …, attrs = {…}, "children", … }) */
static void fill_node(lua_State *L, nt_node *node, int content) {
  lua_Integer count;
  nt_push_keys(L, content, &count);
  int keys = lua_gettop(L);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_settop(L, keys);
    lua_rawgeti(L, keys, i);
    lua_pushvalue(L, -1);
    lua_rawget(L, content);
    if (lua_isinteger(L, keys + 1)) {
      nt_node *child = check_movable(L, keys + 2);
      nt_check_holds(L, node, child);
      nt_node_append(node, child);
    } else if (nt_str_eq(nt_check_str(L, keys + 1), NT_STR("attrs"))) {
      set_attributes(L, node, keys + 2);
    } else {
      nt_node_set_member(L, node, nt_lua_str(L, keys + 1), keys + 2);
    }
  }
  nt_vm_of(L)->mutations++;
}

int nt_node_make(lua_State *L) {
  nt_node *node = new_node(L, check_type(L, 1));
  if (node->type == NOTIS_NODE_HEADING) node->number = 2;
  if (!lua_isnoneornil(L, 2)) {
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    nt_push_content(L, 2);
    fill_node(L, node, 3);
  }
  nt_push_node(L, node, nt_vm_of(L)->document, 0, true);
  return 1;
}

/* Inlines are gathered into paragraphs. */
static void add_to_body(lua_State *L, nt_node *body, nt_node *child) {
  if (nt_node_is_block(child)) {
    nt_check_holds(L, body, child);
    nt_node_append(body, child);
    return;
  }
  nt_node *paragraph =
      body->last && body->last->type == NOTIS_NODE_PARAGRAPH && !body->last->origin ? body->last : NULL;
  if (!paragraph) {
    paragraph = new_node(L, NOTIS_NODE_PARAGRAPH);
    nt_node_append(body, paragraph);
  }
  nt_check_holds(L, paragraph, child);
  nt_node_append(paragraph, child);
}

nt_node *nt_check_body(lua_State *L, int index, nt_arena *arena) {
  index = lua_absindex(L, index);
  nt_node *body = nt_node_new(arena, NOTIS_NODE_DOCUMENT);
  if (lua_isnoneornil(L, index)) return body;
  nt_vm_of(L)->mutations++;
  if (lua_type(L, index) == LUA_TTABLE) {
    nt_push_content(L, index);
    int content = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, content, i) != LUA_TNIL; i++, lua_settop(L, content))
      add_to_body(L, body, check_movable(L, content + 1));
    lua_settop(L, content - 1);
    return body;
  }
  nt_node *node = check_movable(L, index);
  if (node->type == NOTIS_NODE_DOCUMENT) return clone(L, node, arena);
  add_to_body(L, body, node);
  return body;
}
