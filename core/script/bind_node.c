/* Nodes: what they are and what stands in them. Those of the document that a hook was given, and those that a hook
 * made, can be changed; those of frozen documents only read. Moving them about is in bind_tree.c. */
#include "script/state.h"

#include "model/nodecode.h"
#include "script/tree.h"
#include "text/html.h"

void nt_push_node(lua_State *L, nt_node *node, nt_document *document, nt_docref frozen, bool writable) {
  if (!node) {
    lua_pushnil(L);
    return;
  }
  if (nt_identity_get(L, node)) return;
  nt_node_ref *ref = nt_ref_new(L, NT_LUA_NODE, sizeof *ref, 0);
  ref->node = node;
  ref->document = document;
  ref->frozen = frozen;
  if (writable) ref->ref.flags |= NT_REF_WRITABLE;
  nt_identity_set(L, node);
}

void nt_push_relative(lua_State *L, const nt_node_ref *from, nt_node *node) {
  nt_push_node(L, node, from->document, from->frozen, (from->ref.flags & NT_REF_WRITABLE) != 0);
}

/* A node of two bytes takes a hundred when it is decoded. */
enum { NODE_BYTES = 32 };

static nt_node *decode_markup(lua_State *L, nt_value_ref *ref) {
  if (!ref->markup) nt_vm_take(L, ref->value.as.string.len * NODE_BYTES);
  if (!ref->markup) ref->markup = nt_node_decode(ref->value.as.string, nt_work_arena(L));
  if (!ref->markup) nt_raise(L, NT_MSG_script_no_value, NT_STR("markup"));
  return ref->markup;
}

nt_node_ref nt_check_node(lua_State *L, int index) {
  nt_ref *ref = nt_ref_at(L, index);
  if (ref && ref->kind == NT_LUA_MARKUP) {
    nt_ref_alive(L, ref);
    return (nt_node_ref){.ref = *ref, .node = decode_markup(L, (nt_value_ref *)ref)};
  }
  return *(nt_node_ref *)nt_ref_check(L, index, NT_LUA_NODE);
}

/* ---- attributes by name ---- */

typedef enum member {
  NONE,
  TYPE,
  LEVEL,
  START,
  ORDERED,
  TIGHT,
  TASK,
  CHECKED,
  HEAD,
  ALIGN,
  DESTINATION,
  TITLE,
  INFO,
  FORMAT,
  LABEL,
  TEXT,
  NUMBER,
  ID,
  CLASS,
  LANG
} member;

typedef struct member_rule {
  const char *name;
  member is;
  uint64_t types; /* that have it; 0 for all */
} member_rule;

#define BIT(type) (UINT64_C(1) << NOTIS_NODE_##type)

static const member_rule rules[] = {
    {"type", TYPE, 0},
    {"level", LEVEL, BIT(HEADING)},
    {"start", START, BIT(LIST)},
    {"ordered", ORDERED, BIT(LIST)},
    {"tight", TIGHT, BIT(LIST)},
    {"task", TASK, BIT(ITEM)},
    {"checked", CHECKED, BIT(ITEM)},
    {"head", HEAD, BIT(TABLE_ROW)},
    {"align", ALIGN, BIT(TABLE_CELL)},
    {"destination", DESTINATION, BIT(LINK) | BIT(IMAGE)},
    {"title", TITLE, BIT(LINK) | BIT(IMAGE)},
    {"info", INFO, BIT(CODE_BLOCK)},
    {"format", FORMAT, BIT(RAW_BLOCK) | BIT(RAW_INLINE)},
    {"label", LABEL, BIT(FOOTNOTE_DEFINITION) | BIT(FOOTNOTE_REFERENCE)},
    {"number", NUMBER, BIT(FOOTNOTE_DEFINITION) | BIT(FOOTNOTE_REFERENCE)},
    {"text", TEXT, BIT(TEXT) | BIT(CODE) | BIT(CODE_BLOCK) | BIT(RAW_BLOCK) | BIT(RAW_INLINE)},
    {"id", ID, 0},
    {"class", CLASS, 0},
    {"lang", LANG, 0},
};

static member find_member(const nt_node *node, nt_str key) {
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    if (!nt_str_eq(key, nt_str_c(rules[i].name))) continue;
    return !rules[i].types || rules[i].types >> node->type & 1 ? rules[i].is : NONE;
  }
  return NONE;
}

static const char *const align_names[] = {"none", "left", "center", "right", NULL};

static uint8_t flag_of(member is) {
  switch (is) {
  case ORDERED: return NOTIS_FLAG_ORDERED;
  case TIGHT: return NOTIS_FLAG_TIGHT;
  case TASK: return NOTIS_FLAG_TASK;
  case CHECKED: return NOTIS_FLAG_CHECKED;
  case HEAD: return NOTIS_FLAG_HEAD;
  default: return 0;
  }
}

static void push_attribute(lua_State *L, const nt_node *node, nt_str name) {
  nt_str value = nt_node_attr(node, name);
  if (value.ptr)
    nt_lua_push_str(L, value);
  else
    lua_pushnil(L);
}

bool nt_node_attr_push(lua_State *L, const nt_node_ref *ref, nt_str key) {
  const nt_node *node = ref->node;
  member is = find_member(node, key);
  switch (is) {
  case NONE: return false;
  case TYPE: lua_pushstring(L, nt_node_type_name(node->type)); return true;
  case LEVEL:
  case START:
  case NUMBER: lua_pushinteger(L, node->number); return true;
  case ALIGN: lua_pushstring(L, align_names[node->number >= 0 && node->number < 4 ? node->number : 0]); return true;
  case DESTINATION:
  case LABEL:
  case TEXT: nt_lua_push_str(L, node->text); return true;
  case TITLE:
  case INFO:
  case FORMAT: nt_lua_push_str(L, node->extra); return true;
  case ID:
  case CLASS:
  case LANG: push_attribute(L, node, key); return true;
  default: lua_pushboolean(L, (node->flags & flag_of(is)) != 0); return true;
  }
}

static int node_index(lua_State *L) {
  const nt_node_ref *ref = nt_ref_check(L, 1, NT_LUA_NODE);
  if (nt_node_attr_push(L, ref, nt_lua_str(L, 2)) || nt_method_push(L, 2)) return 1;
  lua_pushnil(L);
  return 1;
}

/* ---- writing ---- */

static int check_number(lua_State *L, int index, lua_Integer least, lua_Integer most) {
  lua_Integer number = luaL_checkinteger(L, index);
  luaL_argcheck(L, number >= least && number <= most, index, "number out of range");
  return (int)number;
}

static void set_attribute(lua_State *L, nt_node *node, nt_str name, int value) {
  nt_str text = lua_isnil(L, value) ? nt_str_n(NULL, 0) : nt_check_text(L, value);
  if (!lua_isnil(L, value) && !text.ptr) text.ptr = "";
  nt_vm_take(L, sizeof(nt_attr) + name.len + text.len);
  nt_node_set_attr(node, nt_work_arena(L), name, text);
}

static void set_member(lua_State *L, nt_node *node, member is, nt_str key, int value) {
  nt_arena *arena = nt_work_arena(L);
  uint8_t flag = flag_of(is);
  switch (is) {
  case LEVEL: node->number = check_number(L, value, 1, 6); break;
  case START: node->number = check_number(L, value, 0, 999999999); break;
  case ALIGN: node->number = luaL_checkoption(L, value, NULL, align_names); break;
  case DESTINATION:
  case LABEL:
  case TEXT: node->text = nt_copy_arg(L, value, arena); break;
  case TITLE:
  case INFO:
  case FORMAT: node->extra = nt_copy_arg(L, value, arena); break;
  case ID:
  case CLASS:
  case LANG: set_attribute(L, node, key, value); break;
  default:
    if (!flag) nt_raise(L, NT_MSG_script_readonly, key);
    node->flags = (uint8_t)(lua_toboolean(L, value) ? node->flags | flag : node->flags & ~flag);
  }
}

void nt_node_set_member(lua_State *L, nt_node *node, nt_str key, int value) {
  member is = find_member(node, key);
  if (is == NONE && nt_str_eq(key, NT_STR("text")) && nt_node_may_hold(node, NOTIS_NODE_TEXT)) {
    while (node->first) nt_node_unlink(node->first);
    nt_vm_take(L, sizeof(nt_node));
    nt_node *text = nt_node_new(nt_work_arena(L), NOTIS_NODE_TEXT);
    text->text = nt_copy_arg(L, value, nt_work_arena(L));
    nt_node_append(node, text);
    nt_vm_of(L)->mutations++;
    return;
  }
  if (is == NONE) nt_raise(L, NT_MSG_script_node_member, nt_str_c(nt_node_type_name(node->type)), key);
  set_member(L, node, is, key, value);
}

/* Every change of a tree begins here, so that a body which hooks only read need not be encoded again. */
nt_node *nt_check_writable(lua_State *L, int index) {
  nt_node_ref ref = nt_check_node(L, index);
  if (!(ref.ref.flags & NT_REF_WRITABLE) || ref.ref.kind == NT_LUA_MARKUP)
    nt_raise(L, NT_MSG_script_frozen_node, NT_STR(""));
  nt_document *document = nt_vm_of(L)->document;
  if (document) document->body_changed = true;
  return ref.node;
}

static int node_newindex(lua_State *L) {
  nt_node *node = nt_check_writable(L, 1);
  nt_node_set_member(L, node, nt_check_str(L, 2), 3);
  return 0;
}

/* node:attr(name) reads, node:attr(name, value) writes; nil takes it away. */
static int node_attr(lua_State *L) {
  nt_str name = nt_check_text(L, 2);
  if (lua_gettop(L) < 3) {
    push_attribute(L, nt_check_node(L, 1).node, name);
    return 1;
  }
  set_attribute(L, nt_check_writable(L, 1), name, 3);
  return 0;
}

/* ---- text ---- */

static int node_text(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  nt_buf *out = &nt_vm_of(L)->scratch;
  nt_buf_clear(out);
  nt_node_plain_text(ref.node, out);
  nt_vm_charge(L, out->len / 4);
  nt_lua_push_str(L, nt_buf_str(out));
  return 1;
}

static int node_html(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  nt_buf *out = &nt_vm_of(L)->scratch;
  nt_buf_clear(out);
  nt_html_write(ref.node, NULL, out);
  nt_vm_charge(L, out->len / 4);
  nt_lua_push_str(L, nt_buf_str(out));
  return 1;
}

static int node_tostring(lua_State *L) {
  const nt_node_ref *ref = nt_ref_check(L, 1, NT_LUA_NODE);
  lua_pushstring(L, nt_node_type_name(ref->node->type));
  return 1;
}

/* `text` is a member of those that hold a text themselves, and a method of the others. */
static const luaL_Reg methods[] = {{"attr", node_attr},
                                   {"text", node_text},
                                   {"plain", node_text},
                                   {"html", node_html},
                                   {"file", nt_node_file},
                                   {"each", nt_node_each},
                                   {"first", nt_node_first},
                                   {"walk", nt_node_walk},
                                   {"parent", nt_node_parent},
                                   {"children", nt_node_children},
                                   {"next", nt_node_next_sibling},
                                   {"prev", nt_node_prev_sibling},
                                   {"append", nt_node_append_child},
                                   {"prepend", nt_node_prepend_child},
                                   {"insert_before", nt_node_put_before},
                                   {"insert_after", nt_node_put_after},
                                   {"replace", nt_node_replace_with},
                                   {"remove", nt_node_remove},
                                   {"clone", nt_node_copy},
                                   {NULL, NULL}};
static const luaL_Reg meta[] = {
    {"__index", node_index}, {"__newindex", node_newindex}, {"__tostring", node_tostring}, {NULL, NULL}};
const nt_binding nt_bind_node = {"node", meta, methods};
