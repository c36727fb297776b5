/* Where words, files and addresses lead. */
#include "base/url.h"
#include "template/filters.h"

static bool is_nothing(lua_State *L, nt_rendering *run) {
  nt_kind_of kind = nt_is(L, run, 1);
  if (kind != NT_IS_UNDEFINED && kind != NT_IS_NULL) return false;
  lua_pushliteral(L, "");
  return true;
}

/* "/x" stands below the publication's root, with the site's base path or without it, "x" below the page. */
static int filter_absolute_url(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_arena *arena = run->reader->arena;
  if (is_nothing(L, run)) return 1;
  nt_str url = nt_filter_text(L, run, "absolute_url"), site = run->reader->site_url;
  bool rooted = nt_str_starts(url, NT_STR("/")) && !nt_str_starts(url, NT_STR("//"));
  nt_str page = nt_url_absolute(site, nt_url_rooted(site, run->page->url, arena), arena);
  nt_lua_push_str(L, rooted ? nt_url_absolute(site, url, arena) : nt_url_resolve(page, url, arena));
  return 1;
}

static nt_where here(lua_State *L, nt_rendering *run) {
  nt_str file = {NULL, 0};
  const nt_template_place *place = nt_find_place(L, run, 0, &file);
  return nt_place_where(file, place);
}

/* A word of the configuration, "collection/nyheter", ready for an href. */
static int filter_url(lua_State *L) { /* word, lang */
  nt_rendering *run = nt_rendering_of(L);
  nt_reader *reader = run->reader;
  nt_str url = {NULL, 0}, lang = run->page->lang.len ? run->page->lang : reader->lang;
  if (is_nothing(L, run)) return 1;
  nt_str word = nt_arena_str(reader->arena, nt_filter_text(L, run, "url"));
  lang = nt_arena_str(reader->arena, nt_arg_text(L, run, "url", 2, lang));
  nt_read found = reader->ops->address ? reader->ops->address(reader, word, lang, here(L, run), &url) : NT_READ_ABSENT;
  if (found == NT_READ_FAILED) nt_fail_reported(L, run);
  if (found != NT_READ_OK) nt_fail(L, run, NT_MSG_template_no_address, word);
  nt_lua_push_str(L, url);
  return 1;
}

int nt_global_asset(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_reader *reader = run->reader;
  nt_str url, path = nt_arena_str(reader->arena, nt_filter_text(L, run, "asset"));
  nt_read found = reader->ops->asset ? reader->ops->asset(reader, path, &url) : NT_READ_ABSENT;
  if (found == NT_READ_FAILED) nt_fail_reported(L, run);
  if (found != NT_READ_OK) nt_fail(L, run, NT_MSG_template_no_asset, path);
  nt_lua_push_str(L, url);
  return 1;
}

const luaL_Reg nt_filters_url[] = {{"absolute_url", filter_absolute_url}, {"url", filter_url}, {NULL, NULL}};
