/* What the filters share. A filter is a function of (input, arguments …); an argument that was not given is nil. */
#ifndef NT_TEMPLATE_FILTERS_H
#define NT_TEMPLATE_FILTERS_H

#include "template/runtime.h"

bool nt_arg_given(lua_State *L, int index); /* neither nil nor null nor undefined */
lua_Integer nt_arg_integer(lua_State *L, nt_rendering *run, const char *filter, int index, lua_Integer fallback);
nt_str nt_arg_text(lua_State *L, nt_rendering *run, const char *filter, int index, nt_str fallback);
/* The input as text; raises for what is none. */
nt_str nt_filter_text(lua_State *L, nt_rendering *run, const char *filter);
/* Pushes the bytes as text, safe if the input was. */
int nt_filter_return(lua_State *L, nt_rendering *run, nt_buf *text);
/* Pushes the input's elements as a table at index `at`, which must be the next free one; returns how many. */
lua_Integer nt_filter_items(lua_State *L, nt_rendering *run, const char *filter, int at);
int nt_bad_input(lua_State *L, nt_rendering *run, const char *filter, const char *needs) __attribute__((noreturn));
/* Text without tags, comments and entities, with single spaces. */
void nt_strip_tags(nt_str html, nt_buf *out);

#endif
