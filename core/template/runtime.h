/* What the runtime's files share: the state of one VM's templates, the kinds of values that templates meet, and errors.
 *
 *   cache.c      compiled templates, shared by the workers     value.c    kinds, truth, equality, order, text
 *   methods.c    what texts and maps have after a dot
 *   runtime.c    the render, loading into a VM                 items.c    elements, attributes, values as data
 *   write.c      values into the buffer, escaped               operate.c  attributes, comparison, arithmetic
 *   fault.c      errors at the template's place                call.c     calls, the border to scripts
 *   flow.c       loops, macros, includes, blocks               filters_*.c, tests.c
 */
#ifndef NT_TEMPLATE_RUNTIME_H
#define NT_TEMPLATE_RUNTIME_H

#include "base/map.h"
#include "base/vec.h"
#include "template/compile.h"
#include "template/names.h"
#include "template/template.h"

#include <lauxlib.h>

/* Work in C is charged to the budget: about as long as an instruction takes. */
enum { NT_ITEMS_PER_STEP = 2, NT_BYTES_PER_STEP = 8, NT_BYTES_AT_ONCE = 4096 };
enum { NT_TEMPLATE_INCLUDES = 50, NT_TEMPLATE_RANGE = 100000, NT_VALUE_DEPTH = 40 };

/* ---- compiled templates (cache.c) ---- */

/* A reference that the caller gives back with nt_template_cache_drop; the cache may be freed before. */
nt_compiled *nt_template_cache_take(nt_template_cache *cache, const nt_template_source *source);
void nt_template_cache_drop(nt_compiled *compiled);

/* ---- one VM ---- */

typedef struct nt_loaded {
  nt_compiled *compiled;
  int ref;         /* the chunk's table, in the registry */
  uint64_t render; /* in which its warnings were last reported */
} nt_loaded;

typedef enum nt_meta {
  NT_META_LIST,
  NT_META_GROUP,
  NT_META_DICT,
  NT_META_NAMESPACE,
  NT_META_KEYWORDS,
  NT_META_MODULE,
  NT_META_SAFE,
  NT_METAS
} nt_meta;

/* Lives in the VM as a userdata and ends with it. */
typedef struct nt_rendering {
  nt_vm *vm;
  nt_template_cache *cache; /* of the render that runs */
  nt_reader *reader;
  const nt_page *page;
  nt_buf *out;
  NT_VEC(nt_buf *) captures; /* buffers that catch output; the first `catching` are in use */
  size_t catching;
  nt_buf *page_out;
  size_t includes;
  size_t mark; /* of the observer, before the page's own template; each include has the next */
  size_t written; /* bytes not yet charged */
  uint64_t render;
  bool lenient; /* an unknown name is undefined, not an error */
  bool failed;
  size_t failed_at; /* how many diagnostics there were when it was reported */
  nt_template_place script_place;
  nt_str script_file;
  nt_str script_name; /* empty while no script's function runs */
  NT_VEC(nt_loaded) loaded;
  nt_map index; /* of loaded: key -> number + 1 */
  nt_arena *arena;
  nt_buf scratch;
  const void *metas[NT_METAS];
  int meta_refs[NT_METAS];
  int ops_ref; /* a list of the runtime's functions, in the order of nt_template_ops */
  int tests_ref;
  int filters_ref;
  int root_ref; /* the outermost context of the render that runs */
  int root_meta_ref;
  int run_ref; /* the driver, see runtime.c */
} nt_rendering;

/* The run behind a function of ours. */
static inline nt_rendering *nt_rendering_of(lua_State *L) {
  return (nt_rendering *)lua_touserdata(L, lua_upvalueindex(1));
}
/* Made when the VM first needs it. */
nt_rendering *nt_rendering_get(nt_vm *vm);
/* Makes the tables and functions; leaves nothing on the stack. */
void nt_rendering_open(lua_State *L, nt_rendering *run);
const nt_locale *nt_rendering_get_locale(nt_rendering *run);
/* Finds, compiles and loads; pushes the chunk's table, or nothing and false if there is no such template. Raises when
 * it is faulty. */
bool nt_rendering_load(lua_State *L, nt_rendering *run, nt_str name, uint32_t from_layer, nt_compiled **out);
/* The template's part of the page begins. */
size_t nt_rendering_enter(nt_rendering *run, const nt_compiled *compiled);

/* ---- values (value.c) ---- */

typedef enum nt_kind_of {
  NT_IS_UNDEFINED,
  NT_IS_NULL,
  NT_IS_BOOL,
  NT_IS_INT,
  NT_IS_FLOAT,
  NT_IS_STRING,
  NT_IS_SAFE,
  NT_IS_LIST, /* our table */
  NT_IS_DICT, /* our table: { keys, values by key } */
  NT_IS_MODULE,
  NT_IS_KEYWORDS,
  NT_IS_TABLE, /* a script's table */
  NT_IS_FUNCTION,
  NT_IS_VALUE_LIST,
  NT_IS_VALUE_MAP,
  NT_IS_TIME,
  NT_IS_MARKUP,
  NT_IS_DOCUMENT,
  NT_IS_NODE,
  NT_IS_PAGE,
  NT_IS_SITE,
  NT_IS_QUERY,
  NT_IS_OTHER
} nt_kind_of;

nt_kind_of nt_is(lua_State *L, const nt_rendering *run, int index);
/* A word of the template language for messages: "string". */
nt_str nt_is_name(nt_kind_of kind);
void nt_push_undefined(lua_State *L);
/* Sets the metatable of the table on the top. */
void nt_set_meta(lua_State *L, const nt_rendering *run, nt_meta meta);
void nt_push_safe(lua_State *L, const nt_rendering *run, nt_str html);
nt_str nt_safe_str(lua_State *L, int index);
bool nt_truth(lua_State *L, nt_rendering *run, int index);
bool nt_equal(lua_State *L, nt_rendering *run, int a, int b);
/* -1, 0, 1; false if the two have no order. */
bool nt_order(lua_State *L, nt_rendering *run, int a, int b, int *out);
bool nt_contains(lua_State *L, nt_rendering *run, int item, int in);
/* What a person reads: without escaping. In the reader's arena or in Lua's string at the index. */
nt_str nt_text(lua_State *L, nt_rendering *run, int index);
bool nt_is_text(nt_kind_of kind);                                               /* string, safe, markup or node */
bool nt_is_html(nt_kind_of kind);                                               /* written without escaping */
bool nt_number_of(lua_State *L, nt_rendering *run, int index, lua_Number *out); /* also of a boolean */
/* Pushes a table of the elements and returns how many; a map gives its keys, or pairs. -1, nothing pushed, if it has no
 * elements. */
lua_Integer nt_push_items(lua_State *L, nt_rendering *run, int index, bool pairs);
/* A new dict from two tables on the top: keys, values by key. */
void nt_make_dict(lua_State *L, const nt_rendering *run);
/* Pushes object.key or undefined. */
void nt_push_attr(lua_State *L, nt_rendering *run, int object, nt_str key);
void nt_push_at(lua_State *L, nt_rendering *run, int object, lua_Integer index);
/* "a.b.0" step by step. */
void nt_push_path(lua_State *L, nt_rendering *run, int object, nt_str path);
/* Any value as data: a document is its fields. False if it is none. */
bool nt_to_value(lua_State *L, nt_rendering *run, int index, int depth, nt_value *out);
void nt_float_text(double number, nt_buf *out);

/* ---- between templates and scripts (call.c) ---- */

/* Replaces the value at the index by what a script sees. */
void nt_to_script(lua_State *L, nt_rendering *run, int index);
/* The value on the top, which a script gave, as templates see it. */
void nt_from_script(lua_State *L, nt_rendering *run);
/* Calls a script's function that is below its `count` arguments on the top; leaves one result. */
void nt_call_script(lua_State *L, nt_rendering *run, nt_str name, int count);

/* Pushes a new context that sees the one at the index. */
void nt_push_derived(lua_State *L, int parent);

/* ---- output (write.c) ---- */

void nt_write(lua_State *L, nt_rendering *run, int index,
              nt_buf *out); /* escaped unless safe; raises if it cannot be shown */
/* {{ object.key }} */
void nt_write_attr(lua_State *L, nt_rendering *run, int object, nt_str key);
void nt_write_markup(nt_rendering *run, nt_docref from, const nt_node *node, nt_buf *out);

/* ---- errors (fault.c) ---- */

/* Reports at the place of the template that runs, `skip` template functions up, and ends the render. */
#define nt_fail(L, run, code, ...)                                                                                     \
  nt_fail_args((L), (run), 0, (code), (const nt_str[NT_DIAG_ARGS + 1]){__VA_ARGS__, {0}})
#define nt_fail_caller(L, run, code, ...)                                                                              \
  nt_fail_args((L), (run), 1, (code), (const nt_str[NT_DIAG_ARGS + 1]){__VA_ARGS__, {0}})
int nt_fail_args(lua_State *L, nt_rendering *run, int skip, nt_code code, const nt_str *args) __attribute__((noreturn));
/* At a given place, or without a report because there was one. */
int nt_fail_at(lua_State *L, nt_rendering *run, nt_where where, nt_code code, const nt_str *args)
    __attribute__((noreturn));
int nt_fail_reported(lua_State *L, nt_rendering *run) __attribute__((noreturn));
/* The place of the template function that runs; NULL if there is none. */
const nt_template_place *nt_find_place(lua_State *L, nt_rendering *run, int skip, nt_str *file);
nt_where nt_place_where(nt_str file, const nt_template_place *place);
/* Takes over what one call reported, with the generated chunk's names and lines made the template's. */
void nt_forward_diags(nt_rendering *run, const nt_diags *from, nt_diags *to);

/* ---- the functions that chunks call ---- */

extern const luaL_Reg nt_operate_ops[], nt_call_ops[], nt_flow_ops[], nt_write_ops[];
extern const luaL_Reg nt_filters_text[], nt_filters_list[], nt_filters_format[], nt_filters_url[], nt_tests[],
    nt_globals[];
int nt_global_asset(lua_State *L); /* filters_url.c */
/* The functions that a string or a map has after a dot; NULL if there is none. */
lua_CFunction nt_method_find(nt_kind_of kind, nt_str name);
/* A filter or test by name, built in or a script's, pushed with what it needs: false if there is none. */
void nt_push_filter(lua_State *L, nt_rendering *run, nt_str name);
void nt_push_test(lua_State *L, nt_rendering *run, nt_str name);

#endif
