/* The page and the documents that a Lua output is given. Everything goes through the same services that a C output has.
 */
#include "script/plugin.h"

static nt_plugin_state *state_of(lua_State *L) {
  return nt_vm_of(L)->plugin;
}

static bool is(nt_str key, const char *word) {
  return nt_str_eq(key, nt_str_c(word));
}

static const notis_page *check_page(lua_State *L) {
  return nt_plugin_check_pointer(L, 1, NT_REF_PLUGIN_PAGE);
}

static void push_document(lua_State *L, const notis_document *document) {
  if (document)
    nt_plugin_push_pointer(L, NT_REF_PLUGIN_DOCUMENT, document);
  else
    lua_pushnil(L);
}

void nt_plugin_push_page(lua_State *L, const notis_page *page) {
  nt_plugin_push_pointer(L, NT_REF_PLUGIN_PAGE, page);
}

static void push_value(lua_State *L, const notis_value *value) {
  nt_value copy = nt_plugin_value(state_of(L)->host, state_of(L)->call, value, nt_work_arena(L));
  nt_lua_push_value(L, &copy, NT_NULL_IS_NIL);
}

static void push_text(lua_State *L, notis_str text) {
  nt_lua_push_str(L, nt_plugin_text(text));
}

static void push_text_or_nil(lua_State *L, notis_str text) {
  if (text.len)
    push_text(L, text);
  else
    lua_pushnil(L);
}

/* ---- pages ---- */

static void push_alternates(lua_State *L, const nt_plugin_state *state, const notis_page *page) {
  notis_str lang, url;
  lua_newtable(L);
  for (size_t i = 0; state->host->page_alternate(page, i, &lang, &url); i++) {
    lua_createtable(L, 0, 2);
    push_text(L, lang);
    lua_setfield(L, -2, "lang");
    push_text(L, url);
    lua_setfield(L, -2, "url");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static bool push_of_list(lua_State *L, const nt_plugin_state *state, const notis_page *page, nt_str key) {
  if (is(key, "title"))
    push_text_or_nil(L, state->host->page_title(state->call, page));
  else if (is(key, "home"))
    push_text_or_nil(L, state->host->page_home(page));
  else if (is(key, "number"))
    lua_pushinteger(L, state->host->page_number(page));
  else if (is(key, "count"))
    lua_pushinteger(L, state->host->page_count(page));
  else if (is(key, "alternates"))
    push_alternates(L, state, page);
  else
    return false;
  return true;
}

static int page_index(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  const notis_page *page = check_page(L);
  nt_str key = nt_check_str(L, 2);
  if (nt_method_push(L, 2) || push_of_list(L, state, page, key)) return 1;
  if (is(key, "path"))
    push_text(L, state->host->page_path(page));
  else if (is(key, "url"))
    push_text(L, state->host->page_url(page));
  else if (is(key, "template"))
    push_text(L, state->host->page_template(page));
  else if (is(key, "lang"))
    push_text_or_nil(L, state->host->page_lang(page));
  else if (is(key, "params"))
    push_value(L, state->host->page_params(page));
  else if (is(key, "document"))
    push_document(L, state->host->page_document(state->call, page));
  else
    lua_pushnil(L);
  return 1;
}

/* The documents of a list page, as a list. */
static int page_documents(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  const notis_page *page = check_page(L);
  size_t count = state->host->page_length(state->call, page);
  lua_newtable(L);
  for (size_t i = 0; i < count; i++) {
    push_document(L, state->host->page_at(state->call, page, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* The pages that a page of the site is to list. */
static int page_site_pages(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  const notis_page *page = check_page(L);
  size_t count = state->host->page_site_length(state->call, page);
  lua_newtable(L);
  for (size_t i = 0; i < count; i++) {
    nt_vm_charge(L, 1);
    nt_plugin_push_page(L, state->host->page_site_at(state->call, page, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static int page_site(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  check_page(L);
  push_value(L, state->host->site_config(state->call, nt_plugin_str(nt_check_text(L, 2))));
  return 1;
}

static int page_absolute_url(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  check_page(L);
  push_text(L, state->host->absolute_url(state->call, nt_plugin_str(nt_check_text(L, 2))));
  return 1;
}

static int page_format_time(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  check_page(L);
  nt_time t = ((const nt_value_ref *)nt_ref_check(L, 2, NT_LUA_TIME))->value.as.time;
  notis_time time = {t.seconds, t.nanoseconds, t.offset, t.date_only, t.unzoned};
  nt_str style = nt_check_text(L, 3);
  notis_str text = state->host->format_time(state->call, time, nt_plugin_str(style));
  if (!text.len) nt_raise(L, NT_MSG_script_date_style, style);
  push_text(L, text);
  return 1;
}

/* ---- writing ---- */

/* What is written so comes before the text that render() returns. */
static notis_buffer *check_out(lua_State *L) {
  check_page(L);
  return state_of(L)->out;
}

static int page_write(lua_State *L) {
  notis_buffer *out = check_out(L);
  nt_str text = nt_check_str(L, 2);
  nt_vm_charge(L, text.len / 64);
  state_of(L)->host->append(out, nt_plugin_str(text));
  return 0;
}

/* HTML as on the site's pages. */
static int page_html(lua_State *L) {
  notis_buffer *out = check_out(L);
  state_of(L)->host->html(state_of(L)->call, (const notis_node *)nt_check_node(L, 2).node, out);
  return 0;
}

/* The page by its template. */
static int page_render(lua_State *L) {
  notis_buffer *out = check_out(L);
  if (state_of(L)->host->render_template(state_of(L)->call, check_page(L), out) != NOTIS_OK) nt_raise_reported(L);
  return 0;
}

/* ---- documents; what is not a field of theirs is asked of the page, for a field may have any name ---- */

static const notis_document *check_document(lua_State *L) {
  check_page(L);
  return nt_plugin_check_pointer(L, 2, NT_REF_PLUGIN_DOCUMENT);
}

static notis_str name_at(lua_State *L, int index) {
  return nt_plugin_str(lua_isnoneornil(L, index) ? NT_STR("") : nt_check_text(L, index));
}

static int page_document_tag(lua_State *L) {
  push_text(L, state_of(L)->host->document_tag(state_of(L)->call, check_document(L)));
  return 1;
}

static int page_document_html(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  notis_str html = state->host->document_html(state->call, check_document(L), name_at(L, 3), lua_toboolean(L, 4));
  if (html.ptr)
    push_text(L, html);
  else
    lua_pushnil(L);
  return 1;
}

static int page_document_text(lua_State *L) {
  push_text(L, state_of(L)->host->document_text(state_of(L)->call, check_document(L), name_at(L, 3)));
  return 1;
}

static int page_document_file(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  notis_str url, media;
  uint64_t size;
  notis_status status = state->host->document_file(state->call, check_document(L), name_at(L, 3), &url, &media, &size);
  if (status != NOTIS_OK) return lua_pushnil(L), 1;
  lua_createtable(L, 0, 3);
  push_text(L, url);
  lua_setfield(L, -2, "url");
  push_text(L, media);
  lua_setfield(L, -2, "media");
  lua_pushinteger(L, (lua_Integer)size);
  lua_setfield(L, -2, "size");
  return 1;
}

static int document_index(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  const notis_document *document = nt_plugin_check_pointer(L, 1, NT_REF_PLUGIN_DOCUMENT);
  nt_str key = nt_check_str(L, 2);
  if (is(key, "id"))
    push_text(L, state->host->document_id(document));
  else if (is(key, "url"))
    push_text(L, state->host->document_url(state->call, document));
  else if (is(key, "body")) /* read-only, and good during this call */
    nt_push_node(L, (nt_node *)state->host->document_body(state->call, document), NULL, 0, false);
  else
    push_value(L, state->host->document_field(state->call, document, nt_plugin_str(key)));
  return 1;
}

static const luaL_Reg page_methods[] = {{"documents", page_documents},
                                        {"site_pages", page_site_pages},
                                        {"site", page_site},
                                        {"absolute_url", page_absolute_url},
                                        {"format_time", page_format_time},
                                        {"write", page_write},
                                        {"html", page_html},
                                        {"render", page_render},
                                        {"document_tag", page_document_tag},
                                        {"document_html", page_document_html},
                                        {"document_text", page_document_text},
                                        {"document_file", page_document_file},
                                        {NULL, NULL}};
static const luaL_Reg page_meta[] = {{"__index", page_index}, {NULL, NULL}};
static const luaL_Reg document_meta[] = {{"__index", document_index}, {NULL, NULL}};
const nt_binding nt_bind_plugin_page = {"page", page_meta, page_methods};
const nt_binding nt_bind_plugin_document = {"document", document_meta, NULL};
