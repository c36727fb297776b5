/* Documents: the one that a document hook changes, the frozen ones that everything else reads, and places in them. */
#include "script/state.h"

/* ---- reading ---- */

static bool is(nt_str key, const char *word) {
  return nt_str_eq(key, nt_str_c(word));
}

bool nt_document_attr(lua_State *L, nt_document *document, nt_str key, nt_null_mode mode) {
  if (is(key, "body")) return nt_push_node(L, nt_document_body(document), document, 0, true), true;
  if (is(key, "id")) return nt_lua_push_str(L, document->id), true;
  if (is(key, "kind")) return nt_lua_push_str(L, document->kind), true;
  if (is(key, "lang")) return nt_lua_push_str(L, document->lang), true;
  if (is(key, "source")) return nt_lua_push_str(L, document->source), true;
  if (is(key, "file")) return nt_lua_push_str(L, document->file), true;
  if (is(key, "url")) nt_raise(L, NT_MSG_script_url_early, document->id);
  nt_value *field = nt_map_find(&document->fields, key);
  if (!field) return false;
  if (field->type == NT_MAP && mode == NT_NULL_IS_NIL)
    nt_push_writable(L, field);
  else
    nt_lua_push_value(L, field, mode);
  return true;
}

bool nt_frozen_attr(lua_State *L, nt_docref document, nt_str key, nt_null_mode mode) {
  nt_reader *reader = nt_need_reader(L);
  if (is(key, "body")) {
    nt_push_node(L, (nt_node *)reader->ops->body(reader, document), NULL, document, false);
    return true;
  }
  if (is(key, "url")) return nt_push_url(L, reader->ops->url(reader, document)), true;
  const nt_value *value = reader->ops->field(reader, document, key);
  if (!value) return false;
  nt_lua_push_value(L, value, mode);
  return true;
}

void nt_push_document(lua_State *L, nt_document *document) {
  if (nt_identity_get(L, document)) return;
  nt_document_ref *ref = nt_ref_new(L, NT_LUA_DOCUMENT, sizeof *ref, 0);
  ref->document = document;
  nt_identity_set(L, document);
}

void nt_lua_push_frozen(lua_State *L, nt_docref document) {
  nt_vm *vm = nt_vm_of(L);
  if (!document) {
    lua_pushnil(L);
    return;
  }
  lua_rawgeti(L, LUA_REGISTRYINDEX, vm->identities);
  if (lua_rawgeti(L, -1, (lua_Integer)document) == LUA_TUSERDATA) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  nt_frozen_ref *ref = nt_ref_new(L, NT_LUA_FROZEN, sizeof *ref, 0);
  ref->document = document;
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, (lua_Integer)document);
  lua_remove(L, -2);
  vm->identities_used = true;
}

static int document_index(lua_State *L) {
  const nt_document_ref *ref = nt_ref_check(L, 1, NT_LUA_DOCUMENT);
  if (nt_method_push(L, 2) || nt_document_attr(L, ref->document, nt_check_str(L, 2), NT_NULL_IS_NIL)) return 1;
  lua_pushnil(L);
  return 1;
}

static int frozen_index(lua_State *L) {
  const nt_frozen_ref *ref = nt_ref_check(L, 1, NT_LUA_FROZEN);
  if (nt_method_push(L, 2) || nt_frozen_attr(L, ref->document, nt_check_str(L, 2), NT_NULL_IS_NIL)) return 1;
  lua_pushnil(L);
  return 1;
}

/* ---- writing ---- */

static void set_body(lua_State *L, nt_document *document) {
  nt_node *body = nt_check_body(L, 3, document->arena);
  nt_node *old = nt_document_body(document);
  while (old->first) nt_node_unlink(old->first);
  while (body->first) nt_node_append(old, body->first);
  document->body_changed = true;
  nt_vm_of(L)->mutations++;
}

static int document_newindex(lua_State *L) {
  static const char *const fixed[] = {"id", "kind", "source", "file", "url", "field", "drop", "derive", "ref"};
  nt_document *document = ((nt_document_ref *)nt_ref_check(L, 1, NT_LUA_DOCUMENT))->document;
  nt_str key = nt_check_text(L, 2);
  lua_settop(L, 3);
  if (is(key, "body")) return set_body(L, document), 0;
  if (is(key, "lang")) {
    document->lang = nt_copy_arg(L, 3, document->arena);
    return 0;
  }
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
    if (is(key, fixed[i])) nt_raise(L, NT_MSG_script_readonly, key);
  nt_value value = nt_check_value(L, 3, document->arena);
  nt_entry *entry = nt_map_entry_find(&document->fields, key);
  if (entry) {
    value.pos = entry->value.pos; /* a fault in the new value is shown where the old one stood */
    entry->value = value;
  } else {
    nt_map_put(&document->fields, document->arena, nt_arena_str(document->arena, key), (nt_pos){0}, value);
  }
  return 0;
}

static int frozen_newindex(lua_State *L) {
  nt_ref_check(L, 1, NT_LUA_FROZEN);
  nt_push_tostring(L, 2);
  nt_raise(L, NT_MSG_script_frozen_document, nt_lua_str(L, -1));
}

/* ---- methods ---- */

nt_hook_state *nt_need_hook(lua_State *L, nt_event event) {
  nt_hook_state *hook = nt_vm_of(L)->hook;
  if (!hook || hook->event != event) nt_raise(L, NT_MSG_script_wrong_event, nt_str_c(nt_event_name(event)));
  return hook;
}

static int document_drop(lua_State *L) {
  nt_ref_check(L, 1, NT_LUA_DOCUMENT);
  nt_need_hook(L, NT_EVENT_DOCUMENT)->dropped = true;
  return 0;
}

static bool derived_name_good(nt_str name) {
  if (!name.len || nt_str_find(name, '#') != name.len) return false;
  for (size_t i = 0; i < name.len; i++)
    if ((unsigned char)name.ptr[i] < ' ') return false;
  return true;
}

static int document_derive(lua_State *L) {
  nt_document *parent = ((nt_document_ref *)nt_ref_check(L, 1, NT_LUA_DOCUMENT))->document;
  nt_hook_state *hook = nt_need_hook(L, NT_EVENT_DOCUMENT);
  nt_str name = nt_check_text(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  if (!derived_name_good(name)) nt_raise(L, NT_MSG_script_derived_name, name);
  nt_str id = nt_arena_format(parent->arena, "%.*s#%.*s", NT_FMT(parent->id), NT_FMT(name));
  for (size_t i = 0; i < hook->derived->len; i++)
    if (nt_str_eq(hook->derived->items[i]->id, id)) nt_raise(L, NT_MSG_script_derived_twice, id);
  nt_document *made = nt_document_from_table(L, 3, parent->arena, id, parent);
  nt_documents_add(hook->derived, nt_vm_of(L)->reader->arena, made);
  nt_push_document(L, made);
  return 1;
}

static int document_field(lua_State *L) {
  nt_document *document = ((nt_document_ref *)nt_ref_check(L, 1, NT_LUA_DOCUMENT))->document;
  nt_push_field(L, document, 0, nt_copy_arg(L, 2, nt_need_reader(L)->arena));
  return 1;
}

static int frozen_field(lua_State *L) {
  const nt_frozen_ref *ref = nt_ref_check(L, 1, NT_LUA_FROZEN);
  nt_push_field(L, NULL, ref->document, nt_copy_arg(L, 2, nt_need_reader(L)->arena));
  return 1;
}

/* ---- making ---- */

void nt_documents_add(nt_documents *documents, nt_arena *arena, nt_document *document) {
  if (documents->len == documents->cap) {
    size_t cap = documents->cap ? documents->cap * 2 : 8;
    nt_document **grown = nt_arena_alloc(arena, cap * sizeof(nt_document *));
    if (documents->len) memcpy(grown, documents->items, documents->len * sizeof *grown);
    documents->items = grown;
    documents->cap = cap;
  }
  documents->items[documents->len++] = document;
}

/* Takes a text out of the map of fields; the fallback where it is not there. */
static nt_str take_text(lua_State *L, nt_value *fields, const char *key, nt_str fallback) {
  const nt_value *value = nt_map_find(fields, nt_str_c(key));
  if (!value || value->type == NT_NULL) return fallback;
  if (value->type != NT_STRING) nt_raise(L, NT_MSG_script_document_key, nt_str_c(key));
  nt_str text = value->as.string;
  nt_map_drop(fields, nt_str_c(key));
  return text;
}

/* The fields are a copy of the table without `body`, which is no value. */
static nt_value fields_of(lua_State *L, int table, nt_arena *arena) {
  lua_newtable(L);
  int copy = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING && is(nt_lua_str(L, -2), "body")) continue;
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, copy);
  }
  nt_value fields = nt_check_map(L, copy, arena);
  lua_settop(L, copy - 1);
  return fields;
}

nt_document *nt_document_from_table(lua_State *L, int index, nt_arena *arena, nt_str id, const nt_document *parent) {
  nt_push_content(L, index);
  int table = lua_gettop(L);
  nt_document *made = NT_NEW(arena, nt_document);
  nt_str file, none = NT_STR("");
  uint32_t line;
  made->arena = arena;
  made->id = id;
  made->fields = fields_of(L, table, arena);
  made->kind = take_text(L, &made->fields, "kind", parent ? parent->kind : none);
  made->lang = take_text(L, &made->fields, "lang", parent ? parent->lang : nt_vm_of(L)->reader->lang);
  made->source = parent ? parent->source : none;
  made->file = parent ? parent->file : nt_script_place(L, 1, &file, &line) ? nt_arena_str(arena, file) : id;
  if (!made->kind.len) nt_raise(L, NT_MSG_script_document_kind, id);
  lua_getfield(L, table, "body");
  made->body = nt_check_body(L, -1, arena);
  lua_settop(L, table - 1);
  return made;
}

/* ---- places ---- */

void nt_push_field(lua_State *L, nt_document *document, nt_docref frozen, nt_str field) {
  nt_field_ref *ref = nt_ref_new(L, NT_REF_FIELD, sizeof *ref, 0);
  ref->document = document;
  ref->frozen = frozen;
  ref->field = field;
}

static nt_where frozen_where(lua_State *L, nt_docref document, const nt_node *node, nt_str field) {
  nt_reader *reader = nt_need_reader(L);
  nt_where where = nt_where_file(nt_value_str(reader->ops->field(reader, document, NT_STR("file"))), 0, 0);
  where.doc = nt_value_str(reader->ops->field(reader, document, NT_STR("id")));
  where.node = node ? node->origin : 0;
  where.field = field;
  return where;
}

static nt_where script_where(lua_State *L) {
  nt_str file = NT_STR("");
  uint32_t line = 0;
  nt_script_place(L, 1, &file, &line);
  return nt_where_file(file, line, 0);
}

nt_where nt_check_where(lua_State *L, int index) {
  const nt_ref *ref = nt_ref_at(L, index);
  nt_str none = nt_str_n(NULL, 0);
  if (lua_isnil(L, index)) return script_where(L);
  if (!ref) luaL_typeerror(L, index, "document, node, field or nil");
  nt_ref_alive(L, ref);
  switch (ref->kind) {
  case NT_LUA_DOCUMENT: return nt_document_where(((const nt_document_ref *)ref)->document, NULL, none);
  case NT_LUA_FROZEN: return frozen_where(L, ((const nt_frozen_ref *)ref)->document, NULL, none);
  case NT_REF_FIELD: {
    const nt_field_ref *field = (const nt_field_ref *)ref;
    if (field->document) return nt_document_where(field->document, NULL, field->field);
    return frozen_where(L, field->frozen, NULL, field->field);
  }
  case NT_LUA_NODE: {
    const nt_node_ref *node = (const nt_node_ref *)ref;
    if (node->document) return nt_document_where(node->document, node->node, none);
    return node->frozen ? frozen_where(L, node->frozen, node->node, none) : script_where(L);
  }
  default: luaL_typeerror(L, index, "document, node, field or nil"); return script_where(L);
  }
}

static int place_tostring(lua_State *L) {
  lua_pushstring(L, nt_ref_name(nt_ref_at(L, 1)->kind));
  return 1;
}

static const luaL_Reg document_methods[] = {{"field", document_field},   {"drop", document_drop},
                                            {"derive", document_derive}, {"file", nt_document_file},
                                            {"ref", nt_document_ref_of}, {NULL, NULL}};
static const luaL_Reg document_meta[] = {
    {"__index", document_index}, {"__newindex", document_newindex}, {"__tostring", place_tostring}, {NULL, NULL}};
static const luaL_Reg frozen_methods[] = {
    {"field", frozen_field}, {"file", nt_document_file}, {"ref", nt_document_ref_of}, {NULL, NULL}};
static const luaL_Reg frozen_meta[] = {
    {"__index", frozen_index}, {"__newindex", frozen_newindex}, {"__tostring", place_tostring}, {NULL, NULL}};
static const luaL_Reg field_meta[] = {{"__tostring", place_tostring}, {NULL, NULL}};
const nt_binding nt_bind_document = {"document", document_meta, document_methods};
const nt_binding nt_bind_frozen = {"document", frozen_meta, frozen_methods};
const nt_binding nt_bind_field = {"field", field_meta, NULL};
