/* The site and its configuration, read at the deepest path that a script asks for: site.params.color depends on that
 * colour and not on what stands beside it. */
#include "script/state.h"

/* A map is not read here: only that it is one. */
static bool is_map(nt_reader *reader, nt_str path) {
  return reader->ops->config_type && reader->ops->config_type(reader, path) == NT_MAP;
}

static const nt_config_ref *check_config(lua_State *L, int index) {
  const nt_ref *ref = nt_ref_at(L, index);
  int kind = ref && ref->kind == NT_REF_CONFIG ? NT_REF_CONFIG : NT_LUA_SITE;
  return nt_ref_check(L, index, kind);
}

static void push_ref(lua_State *L, nt_str path, nt_null_mode mode) {
  nt_config_ref *ref = nt_ref_new(L, path.len ? NT_REF_CONFIG : NT_LUA_SITE, sizeof *ref, 0);
  ref->path = path;
  if (mode == NT_NULL_IS_SENTINEL) ref->ref.flags |= NT_REF_SENTINEL;
}

void nt_lua_push_site(lua_State *L) {
  push_ref(L, nt_str_n(NULL, 0), NT_NULL_IS_NIL);
}

bool nt_config_attr(lua_State *L, const nt_config_ref *ref, nt_str key, nt_null_mode mode) {
  nt_reader *reader = nt_need_reader(L);
  char small[256];
  nt_str path = key;
  if (!ref->path.len && nt_str_eq(key, NT_STR("languages"))) return nt_push_languages(L, mode), true;
  if (ref->path.len) {
    size_t len = ref->path.len + 1 + key.len;
    char *joined = len <= sizeof small ? small : nt_arena_alloc(reader->arena, len);
    memcpy(joined, ref->path.ptr, ref->path.len);
    joined[ref->path.len] = '.';
    memcpy(joined + ref->path.len + 1, key.ptr, key.len);
    path = nt_str_n(joined, len);
  }
  if (is_map(reader, path)) {
    push_ref(L, nt_arena_str(reader->arena, path), mode);
    return true;
  }
  const nt_value *value = reader->ops->config(reader, path);
  if (!value) return false;
  nt_lua_push_value(L, value, mode);
  return true;
}

static int config_index(lua_State *L) {
  const nt_config_ref *ref = check_config(L, 1);
  if (!ref->path.len && nt_method_push(L, 2)) return 1;
  nt_str key = nt_lua_str(L, 2);
  nt_null_mode mode = ref->ref.flags & NT_REF_SENTINEL ? NT_NULL_IS_SENTINEL : NT_NULL_IS_NIL;
  if (!key.len || !nt_config_attr(L, ref, key, mode)) lua_pushnil(L);
  return 1;
}

static int config_newindex(lua_State *L) {
  check_config(L, 1);
  nt_push_tostring(L, 2);
  nt_raise(L, NT_MSG_script_readonly, nt_lua_str(L, -1));
}

/* Going through a map reads all of it. */
static int config_pairs(lua_State *L) {
  const nt_config_ref *ref = check_config(L, 1);
  nt_reader *reader = nt_need_reader(L);
  if (!ref->path.len) nt_raise(L, NT_MSG_script_readonly, NT_STR("site"));
  nt_lua_push_value(L, reader->ops->config(reader, ref->path), NT_NULL_IS_NIL);
  if (luaL_getmetafield(L, -1, "__pairs") == LUA_TNIL) return 0;
  lua_insert(L, -2);
  lua_call(L, 1, 3);
  return 3;
}

static int config_len(lua_State *L) {
  const nt_config_ref *ref = check_config(L, 1);
  nt_reader *reader = nt_need_reader(L);
  lua_pushinteger(L, (lua_Integer)nt_value_len(ref->path.len ? reader->ops->config(reader, ref->path) : NULL));
  return 1;
}

static int config_tostring(lua_State *L) {
  lua_pushstring(L, check_config(L, 1)->path.len ? "map" : "site");
  return 1;
}

/* ---- the site's own ---- */

static int site_collection(lua_State *L) {
  nt_ref_check(L, 1, NT_LUA_SITE);
  nt_str name = nt_check_text(L, 2);
  luaL_argcheck(L, name.len > 0, 2, "empty name");
  nt_push_query(L, name);
  return 1;
}

static int site_documents(lua_State *L) {
  nt_ref_check(L, 1, NT_LUA_SITE);
  nt_push_query(L, nt_str_n(NULL, 0));
  return 1;
}

static int site_document(lua_State *L) {
  nt_ref_check(L, 1, NT_LUA_SITE);
  nt_reader *reader = nt_need_reader(L);
  nt_lua_push_frozen(L, reader->ops->find(reader, nt_check_str(L, 2)));
  return 1;
}

static const luaL_Reg methods[] = {{"collection", site_collection}, {"documents", site_documents},
                                   {"document", site_document},     {"menu", nt_site_menu},
                                   {"terms", nt_site_terms},        {NULL, NULL}};
static const luaL_Reg meta[] = {{"__index", config_index}, {"__newindex", config_newindex}, {"__pairs", config_pairs},
                                {"__len", config_len},     {"__tostring", config_tostring}, {NULL, NULL}};
const nt_binding nt_bind_config = {"site", meta, methods};
