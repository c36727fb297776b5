/* What the files of this layer share about a VM. Nothing above includes it.
 *
 *   vm.c       life, load, registrations        sandbox.c  the environment that scripts see
 *   call.c     the one protected call, budget   order.c    ordered iteration, stable sorting
 *   fault.c    errors: codes, places, traces    strings.c  string functions; pattern.c the matcher
 *   freeze.c   sealing; watch.c upvalue checks  value.c    values in and out of Lua
 *   run.c      the events                       blocks.c   fenced blocks in texts
 *   bind_*.c   one noun each
 */
#ifndef NT_SCRIPT_STATE_H
#define NT_SCRIPT_STATE_H

#include "base/map.h"
#include "base/vec.h"
#include "script/lua.h"

#include <lauxlib.h>

enum { NT_HOOK_STRIDE = 1000 };

/* Kinds of userdata beyond those that templates know (nt_lua_kind). */
enum {
  NT_REF_ITEM = NT_LUA_QUERY + 1,
  NT_REF_COLLECT,
  NT_REF_CONFIG,
  NT_REF_FIELD,
  NT_REF_FAULT,
  NT_REF_SINK, /* the rest are what a plugin's functions are given */
  NT_REF_BUILDER,
  NT_REF_FILES,
  NT_REF_PUT_FILE,
  NT_REF_PLUGIN_PAGE,
  NT_REF_PLUGIN_DOCUMENT,
  NT_REF_KINDS
};

/* ---- a VM ---- */

typedef struct nt_script_file {
  nt_str file;
  nt_hash hash;
  struct {
    size_t *items;
    size_t len;
    size_t cap;
  } needs; /* files that it requires, by index, also through others */
} nt_script_file;

/* One registration: who is called, and which top-level script asked for it. */
typedef struct nt_registered {
  nt_subscriber at; /* kind: the filter, or the registered name */
  int ref;
  size_t file;
} nt_registered;

typedef struct nt_registrations {
  nt_registered *items;
  size_t len;
  size_t cap;
} nt_registrations;

enum { NT_REGISTRIES = NT_REGISTRY_BLOCK + 1 };

/* How a value was reached while sealing. */
typedef struct nt_origin {
  nt_str name;
  nt_str file;
  uint32_t line;
} nt_origin;

typedef struct nt_watched {
  int function; /* index in the table of watched functions */
  int upvalue;
  nt_str name;
  nt_str file;
  uint32_t line;
} nt_watched;

typedef struct nt_locale_entry {
  nt_str lang;
  nt_locale *locale;
} nt_locale_entry;

typedef enum nt_phase { NT_PHASE_NEW, NT_PHASE_LOADING, NT_PHASE_SEALED } nt_phase;

/* What went wrong in the call that is running; filled where the error is raised, reported when the call is left. */
typedef struct nt_fault {
  bool set;
  bool reported; /* whoever raised it has already said why */
  nt_code code;
  nt_str args[NT_DIAG_ARGS]; /* in text */
  nt_buf text;
  nt_str file; /* in text's sibling, below */
  nt_buf file_bytes;
  uint32_t line;
  nt_buf trace;
} nt_fault;

/* What hooks of one event leave behind. */
typedef struct nt_hook_state {
  nt_event event;
  bool dropped;
  nt_documents *derived;
  nt_collected *collected;
} nt_hook_state;

struct nt_vm {
  lua_State *L;
  nt_vm_options options;
  nt_arena *arena; /* names and files of what is registered */
  nt_phase phase;
  bool failed_load;
  bool dead;

  size_t used; /* bytes that Lua holds */
  size_t collect_at;
  unsigned denied; /* allocations refused in this call */
  size_t taken;    /* bytes outside Lua that this call has asked for */

  nt_reader *reader;
  nt_diags *diags;
  nt_document *document;          /* that a document hook is changing, else NULL */
  const nt_page *page;            /* that is made, else NULL */
  struct nt_hook_state *hook;     /* what the running hook may add to, else NULL */
  const nt_registered *running;   /* the subscriber that is called, for faults without a place */
  const nt_observer *observer;    /* NULL: nobody looks on */
  struct nt_plugin_state *plugin; /* of a plugin's VM, else NULL */
  nt_arena *work;                 /* of a plugin's call, which has no reader */
  bool plugin_failed;             /* the plugin's function reported an error of its own */
  unsigned depth;                 /* calls within calls */
  uint32_t call;                  /* number of the outermost call that is running; 0 while none is */
  uint32_t calls;
  int64_t steps;  /* left in this call */
  uint64_t spent; /* steps of the calls since somebody began to count */
  bool exhausted;
  bool memory_out;
  nt_vm_fault last_fault;
  uint64_t seed;
  uint64_t random;
  uint32_t mutations; /* of any node tree, in this call */
  nt_fault fault;
  nt_buf scratch; /* for bytes on their way into Lua: freed with the VM even if Lua raises meanwhile */

  struct {
    nt_script_file *items;
    size_t len;
    size_t cap;
  } files;
  struct {
    size_t *items;
    size_t len;
    size_t cap;
  } loading; /* files being loaded, innermost last */
  nt_registrations events[NT_EVENTS];
  nt_registrations registries[NT_REGISTRIES];
  nt_map registry_maps[NT_REGISTRIES];

  nt_registrations plugins; /* functions of notis.source, output and target */
  struct {
    nt_origin *items;
    size_t len;
    size_t cap;
  } origins; /* of what the sealing has found */
  struct {
    nt_watched *items;
    size_t len;
    size_t cap;
  } watched;
  int watched_functions; /* registry references */
  int watched_values;
  int metatables[NT_REF_KINDS]; /* registry references */
  int identities;               /* pointer -> userdata, of this call */
  bool identities_used;

  struct {
    nt_locale_entry *items;
    size_t len;
    size_t cap;
  } locales;
  struct {
    lua_CFunction format, insert, concat, move, unpack, rep, byte, utf8_len, utf8_codepoint, utf8_offset;
  } std; /* Lua's own, behind ours that count */
};

static inline nt_vm *nt_vm_of(lua_State *L) {
  return *(nt_vm **)lua_getextraspace(L);
}

/* ---- faults (fault.c) ---- */

/* Raises a message of the catalogue. It becomes a diagnostic at the script's line when nobody catches it. */
#define nt_raise(L, code, ...) nt_raise_args((L), (code), (const nt_str[NT_DIAG_ARGS + 1]){__VA_ARGS__, {0}})
int nt_raise_args(lua_State *L, nt_code code, const nt_str *args) __attribute__((noreturn));
/* Ends the call; the reason is already among the diagnostics. Gives the last one the script's place if it has none. */
int nt_raise_reported(lua_State *L) __attribute__((noreturn));
/* The message handler of the protected call. */
int nt_fault_handler(lua_State *L);
void nt_fault_clear(nt_fault *fault);
void nt_fault_deinit(nt_fault *fault);
void nt_fault_report(nt_vm *vm, nt_diags *diags);
/* The innermost script frame at or above a level; false if there is none. `file` borrows from Lua. */
bool nt_script_place(lua_State *L, int level, nt_str *file, uint32_t *line);
/* Raises "unknown X: did you mean Y". */
int nt_raise_unknown(lua_State *L, nt_code code, nt_str word, const char *const *known) __attribute__((noreturn));
/* The text of a fault userdata, in English, pushed. */
int nt_fault_tostring(lua_State *L);

/* ---- the protected call (call.c) ---- */

/* As nt_vm_call, also without a reader, while loading. */
bool nt_script_call(nt_vm *vm, nt_reader *reader, nt_diags *diags, int arguments, int results);
void nt_vm_exhaust(lua_State *L) __attribute__((noreturn));
/* The reader; raises while loading. */
nt_reader *nt_need_reader(lua_State *L);
void *nt_vm_allocate(void *ud, void *ptr, size_t old_size, size_t new_size);

/* ---- the environment ---- */

void nt_sandbox_open(nt_vm *vm);                  /* once; unprotected, for a new state */
void nt_sandbox_push_env(nt_vm *vm, size_t file); /* a new environment for a script file */
void nt_strings_open(lua_State *L);               /* leaves the string table on the stack */
void nt_order_open(lua_State *L, int env);        /* next, pairs, ipairs of env */
int nt_table_sort(lua_State *L);
int nt_notis_open(lua_State *L);    /* leaves the API table on the stack */
bool nt_push_modules(lua_State *L); /* the table of loaded modules, or nil */
int nt_require(lua_State *L);       /* upvalue 1: the file that asks */
/* tostring without addresses: the text is pushed. */
void nt_push_tostring(lua_State *L, int index);
/* Marks the closure on the top as ours, so that a frozen script may hold it. */
void nt_bless(lua_State *L);
/* Calls f(key, value) order: pushes a list of a table's (or frozen table's) keys in order, and their number. */
void nt_push_keys(lua_State *L, int table, lua_Integer *count);
/* Compiles text in a file's environment; the function is pushed. False after reporting. */
bool nt_script_compile(nt_vm *vm, const nt_script_source *source, size_t file, nt_diags *diags);
size_t nt_script_file_index(nt_vm *vm, const nt_script_source *source);
void nt_trace_file(nt_vm *vm, nt_reader *reader, size_t file);

/* ---- freezing (freeze.c) ---- */

/* In a metatable of ours: the table is marked as a list or a map. */
extern const char nt_mark_key;
/* Pushes the table that holds the content of the table at the index: itself, or what lies behind a frozen one. */
bool nt_push_content(lua_State *L, int index); /* true if it is frozen */
bool nt_is_frozen(lua_State *L, int index);
/* Freezes the table at the index alone, at once: for our own tables. */
void nt_freeze_table(lua_State *L, int index);
/* Freezes everything reachable from the registrations; reports what cannot be. Protected by the caller. */
void nt_freeze_all(nt_vm *vm);
/* Stands for nil in the list of what variables held. */
extern const char nt_nil_key;
/* True if nothing changed; changes are undone and reported. */
bool nt_watch_check(nt_vm *vm, nt_diags *diags);
int nt_setmetatable(lua_State *L);
int nt_getmetatable(lua_State *L);

/* ---- userdata ---- */

/* Every full userdata that a script can see begins so. */
typedef struct nt_ref {
  uint16_t magic;
  uint8_t kind; /* nt_lua_kind, or one of those below */
  uint8_t flags;
  uint32_t call; /* the call that it belongs to; 0 for one that holds no pointers */
} nt_ref;

enum { NT_REF_MAGIC = 0x6e74 };
enum { NT_REF_WRITABLE = 1, NT_REF_SENTINEL = 2 };

typedef struct nt_value_ref {
  nt_ref ref;
  nt_value value;  /* for a time: all of it */
  nt_node *markup; /* decoded when first asked for */
  unsigned depth;  /* of a writable map below the field that holds it */
} nt_value_ref;

typedef struct nt_frozen_ref {
  nt_ref ref;
  nt_docref document;
} nt_frozen_ref;

typedef struct nt_document_ref {
  nt_ref ref;
  nt_document *document;
} nt_document_ref;

typedef struct nt_node_ref {
  nt_ref ref;
  nt_node *node;
  nt_document *document; /* writable when set */
  nt_docref frozen;      /* else where it comes from, may be 0 */
} nt_node_ref;

typedef struct nt_page_ref {
  nt_ref ref;
  nt_page *page;
} nt_page_ref;

typedef struct nt_config_ref {
  nt_ref ref;
  nt_str path; /* in the reader's arena; empty for the site */
} nt_config_ref;

typedef struct nt_query_ref {
  nt_ref ref;
  nt_query *query;
  bool ran;
  nt_docrefs found;
} nt_query_ref; /* user value 1: a list of predicates, or nil */

typedef struct nt_field_ref {
  nt_ref ref;
  nt_str field;
  nt_document *document; /* or NULL, and then */
  nt_docref frozen;
} nt_field_ref;

typedef struct nt_item_ref {
  nt_ref ref;
  nt_str id;
  nt_str kind;
  nt_str *bytes;
} nt_item_ref;

/* NULL if it is none of ours. */
static inline nt_ref *nt_ref_at(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA) return NULL;
  nt_ref *ref = (nt_ref *)lua_touserdata(L, index);
  return lua_rawlen(L, index) >= sizeof *ref && ref->magic == NT_REF_MAGIC ? ref : NULL;
}

/* A new userdata of the kind, zeroed after its head, pushed. */
void *nt_ref_new(lua_State *L, int kind, size_t size, int user_values);
/* The argument as that kind; raises for another one and for one that outlived its call. */
void *nt_ref_check(lua_State *L, int index, int kind);
/* Raises when its call is over. */
void nt_ref_alive(lua_State *L, const nt_ref *ref);
const char *nt_ref_name(int kind); /* "document" */
void nt_refs_open(lua_State *L);
/* Remembers or finds the userdata of a pointer in this call, so that equal things are the same key. */
bool nt_identity_get(lua_State *L, const void *pointer);
void nt_identity_set(lua_State *L, const void *pointer);

/* Each bind file gives what its userdata can do. Metamethods have the methods' table as their first upvalue. */
typedef struct nt_binding {
  const char *name; /* what messages call it */
  const luaL_Reg *meta;
  const luaL_Reg *methods; /* may be NULL */
} nt_binding;
extern const nt_binding nt_bind_value, nt_bind_time, nt_bind_markup, nt_bind_frozen, nt_bind_document, nt_bind_node,
    nt_bind_page, nt_bind_config, nt_bind_query, nt_bind_item, nt_bind_collect, nt_bind_field, nt_bind_fault,
    nt_bind_builder, nt_bind_sink, nt_bind_files, nt_bind_put_file, nt_bind_plugin_page, nt_bind_plugin_document;
/* In a metamethod: pushes the method of that name if there is one. */
bool nt_method_push(lua_State *L, int key);

/* ---- nouns ---- */

nt_str nt_check_str(lua_State *L, int index);  /* raises unless it is a string */
nt_str nt_check_text(lua_State *L, int index); /* …of valid UTF-8 */
nt_str nt_copy_arg(lua_State *L, int index, nt_arena *arena);
/* As nt_lua_to_value, raising when there is no such value. */
nt_value nt_check_value(lua_State *L, int index, nt_arena *arena);
nt_value nt_check_map(lua_State *L, int index, nt_arena *arena); /* an empty table is an empty map */
int nt_list_mark(lua_State *L);                                  /* notis.list, notis.map */
int nt_map_mark(lua_State *L);

/* Where hooks make things: the document's arena, else the step's. */
nt_arena *nt_work_arena(lua_State *L);
/* The hook that is running, if it is of the event; raises for another one. */
nt_hook_state *nt_need_hook(lua_State *L, nt_event event);

void nt_push_document(lua_State *L, nt_document *document);
/* With a document, or made by a hook (neither): writable. Else of a frozen one. */
void nt_push_node(lua_State *L, nt_node *node, nt_document *document, nt_docref frozen, bool writable);
void nt_push_config(lua_State *L, nt_str path, nt_null_mode mode);
void nt_push_query(lua_State *L, nt_str collection);
void nt_push_field(lua_State *L, nt_document *document, nt_docref frozen, nt_str field);
void nt_push_writable(lua_State *L, nt_value *map); /* a map that a hook may change */
/* The node behind a node or markup userdata. */
nt_node_ref nt_check_node(lua_State *L, int index);
/* A node, a list of nodes and texts, or a text, as a document node in the arena. */
nt_node *nt_check_body(lua_State *L, int index, nt_arena *arena);
int nt_node_make(lua_State *L); /* notis.node, notis.text */
int nt_text_make(lua_State *L);
/* The place that a script names: a document, node, field or nothing (then its own line). */
nt_where nt_check_where(lua_State *L, int index);
/* A document as a hook describes it in the table at the index. */
nt_document *nt_document_from_table(lua_State *L, int index, nt_arena *arena, nt_str id, const nt_document *parent);
void nt_documents_add(nt_documents *documents, nt_arena *arena, nt_document *document);

/* Each pushes what a noun has under a key; false (nothing pushed) if it has no such thing. */
bool nt_value_attr(lua_State *L, const nt_value_ref *ref, nt_str key);
bool nt_time_attr(lua_State *L, nt_time time, nt_str key);
bool nt_node_attr_push(lua_State *L, const nt_node_ref *ref, nt_str key);
bool nt_page_attr(lua_State *L, const nt_page_ref *ref, nt_str key, nt_null_mode mode);
bool nt_frozen_attr(lua_State *L, nt_docref document, nt_str key, nt_null_mode mode);
bool nt_document_attr(lua_State *L, nt_document *document, nt_str key, nt_null_mode mode);
bool nt_config_attr(lua_State *L, const nt_config_ref *ref, nt_str key, nt_null_mode mode);
/* Item of a query from 0. */
bool nt_query_at(lua_State *L, int index, int64_t at);

const nt_locale *nt_reader_locale(lua_State *L);
void nt_formats_open(lua_State *L); /* leaves notis.format on the stack */
int nt_slug_make(lua_State *L);
/* Of the site (bind_site.c). */
nt_str nt_language_name(nt_reader *reader, nt_str lang); /* "Svenska"; the code if the site does not say */
void nt_push_languages(lua_State *L, nt_null_mode mode);
int nt_site_menu(lua_State *L);
int nt_site_terms(lua_State *L);
/* Files that pass through (bind_file.c): doc:file, link:file and image:file, notis.asset; and doc:ref. */
int nt_document_file(lua_State *L);
int nt_node_file(lua_State *L);
int nt_document_ref_of(lua_State *L);
int nt_asset_url(lua_State *L);
/* An URL from the publication's root, as scripts and templates see it. */
void nt_push_url(lua_State *L, nt_str url);
int nt_json_make(lua_State *L);
/* notis.source, output and target (plugin_lua.c). */
int nt_plugin_source(lua_State *L);
int nt_plugin_output(lua_State *L);
int nt_plugin_target(lua_State *L);

#endif
