/* Files that pass through, as texts and pages refer to them, and the texts that fields refer to. In document hooks the
 * facts of a file are there, but no address: those are given when all texts are in. */
#include "script/state.h"

#include "base/url.h"

/* Who asks: the text that a path is seen from. */
typedef struct asker {
  nt_str file;      /* what diagnostics call it; empty: paths are from the site's root */
  nt_docref frozen; /* 0 in a document hook */
} asker;

static asker asker_of_frozen(nt_reader *reader, nt_docref document) {
  asker from = {.frozen = document};
  if (document) from.file = nt_value_str(reader->ops->field(reader, document, NT_STR("file")));
  return from;
}

/* Markup in a field belongs to no node of its own: it is taken for the text that is worked on, or that has the page. */
static asker asker_of_node(lua_State *L, const nt_node_ref *ref) {
  const nt_vm *vm = nt_vm_of(L);
  const nt_document *document = ref->document ? ref->document : vm->document;
  if (document) return (asker){.file = document->file};
  return asker_of_frozen(nt_need_reader(L), ref->frozen ? ref->frozen : vm->page ? vm->page->document : 0);
}

/* ---- facts ---- */

static void put(nt_value *map, nt_arena *arena, const char *key, nt_value value) {
  nt_map_put(map, arena, nt_str_c(key), (nt_pos){0}, value);
}

static nt_value known(uint32_t number) {
  return number ? nt_int(number) : nt_null();
}

static nt_value facts_value(nt_reader *reader, const nt_file_facts *facts) {
  nt_arena *arena = reader->arena;
  nt_value map = nt_map_new(arena);
  put(&map, arena, "path", nt_string(facts->path));
  put(&map, arena, "format", nt_string(facts->format));
  put(&map, arena, "media", nt_string(facts->media));
  put(&map, arena, "size", nt_int((int64_t)facts->size));
  put(&map, arena, "width", known(facts->width));
  put(&map, arena, "height", known(facts->height));
  return map;
}

/* Pushes what is known of the file, or nil. What cannot be read has been reported. */
static int push_file(lua_State *L, asker from, nt_str path) {
  nt_reader *reader = nt_need_reader(L);
  nt_file_facts facts = {0};
  nt_read found = reader->ops->file ? reader->ops->file(reader, from.file, path, &facts) : NT_READ_ABSENT;
  if (found != NT_READ_OK) return lua_pushnil(L), 1;
  nt_value map = facts_value(reader, &facts);
  if (from.frozen) {
    nt_str url =
        nt_vm_of(L)->page && reader->ops->file_url ? reader->ops->file_url(reader, from.frozen, path) : nt_str_n("", 0);
    put(&map, reader->arena, "url", url.len ? nt_string(url) : nt_null());
  }
  nt_lua_push_value(L, &map, NT_NULL_IS_NIL);
  return 1;
}

int nt_document_file(lua_State *L) {
  const nt_ref *ref = nt_ref_at(L, 1);
  nt_reader *reader = nt_need_reader(L);
  asker from;
  if (ref && ref->kind == NT_LUA_DOCUMENT)
    from = (asker){.file = ((const nt_document_ref *)nt_ref_check(L, 1, NT_LUA_DOCUMENT))->document->file};
  else
    from = asker_of_frozen(reader, ((const nt_frozen_ref *)nt_ref_check(L, 1, NT_LUA_FROZEN))->document);
  if (lua_isnoneornil(L, 2)) return lua_pushnil(L), 1;
  return push_file(L, from, nt_copy_arg(L, 2, reader->arena));
}

/* The path in a link's destination, its escapes read; empty if it leads elsewhere, or they are no text. */
static nt_str destination_path(nt_str link, nt_arena *arena) {
  nt_str path = nt_str_sub(link, 0, nt_url_path_length(link)), decoded = nt_url_decode(path, arena);
  bool text = nt_utf8_check(decoded) == decoded.len && nt_str_find(decoded, '\0') == decoded.len;
  return text && !nt_url_is_elsewhere(link) ? decoded : nt_str_n("", 0);
}

int nt_node_file(lua_State *L) {
  nt_node_ref ref = nt_check_node(L, 1);
  nt_reader *reader = nt_need_reader(L);
  if (ref.node->type != NOTIS_NODE_LINK && ref.node->type != NOTIS_NODE_IMAGE)
    nt_raise(L, NT_MSG_script_node_member, nt_str_c(nt_node_type_name(ref.node->type)), NT_STR("file"));
  nt_str path = destination_path(ref.node->text, reader->arena);
  if (!path.len) return lua_pushnil(L), 1;
  return push_file(L, asker_of_node(L, &ref), path);
}

/* ---- assets ---- */

int nt_asset_url(lua_State *L) {
  nt_reader *reader = nt_need_reader(L);
  nt_str path = nt_copy_arg(L, 1, reader->arena), url;
  nt_read found = reader->ops->asset ? reader->ops->asset(reader, path, &url) : NT_READ_ABSENT;
  if (found == NT_READ_FAILED) nt_raise_reported(L);
  if (found != NT_READ_OK) nt_raise(L, NT_MSG_script_no_asset, path);
  nt_lua_push_str(L, url);
  return 1;
}

/* ---- texts that a field names ---- */

typedef struct referring {
  nt_docref from;
  nt_str field, kind; /* kind: empty for the field's own */
} referring;

static nt_docref refer(nt_reader *reader, const referring *r, const nt_value *word) {
  if (!word || word->type != NT_STRING || !reader->ops->refer) return 0;
  return reader->ops->refer(reader, r->from, r->field, word->as.string, r->kind);
}

/* The texts of a list that are there. */
static void push_referred(lua_State *L, const referring *r, const nt_value *list) {
  nt_reader *reader = nt_need_reader(L);
  lua_Integer count = 0;
  lua_newtable(L);
  for (size_t i = 0; i < list->as.list->len; i++) {
    nt_docref found = refer(reader, r, &list->as.list->items[i]);
    if (!found) continue;
    nt_lua_push_frozen(L, found);
    lua_rawseti(L, -2, ++count);
  }
}

/* doc:ref(field, [kind]) */
int nt_document_ref_of(lua_State *L) {
  const nt_ref *ref = nt_ref_at(L, 1);
  if (ref && ref->kind == NT_LUA_DOCUMENT) nt_raise(L, NT_MSG_script_ref_early, NT_STR(""));
  referring r = {.from = ((const nt_frozen_ref *)nt_ref_check(L, 1, NT_LUA_FROZEN))->document, .kind = NT_STR("")};
  nt_reader *reader = nt_need_reader(L);
  r.field = nt_copy_arg(L, 2, reader->arena);
  if (!lua_isnoneornil(L, 3)) r.kind = nt_copy_arg(L, 3, reader->arena);
  const nt_value *value = reader->ops->field(reader, r.from, r.field);
  if (value && value->type == NT_LIST)
    push_referred(L, &r, value);
  else
    nt_lua_push_frozen(L, refer(reader, &r, value));
  return 1;
}
