/* Errors in scripts: those of Lua itself are texts that begin with "file:line:", ours are userdata that hold a code of
 * the catalogue and its arguments. Both become one diagnostic at the script's line. */
#include "script/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRACE_LEVELS = 20 };

typedef struct fault_ref {
  nt_ref ref;
  nt_code code;
  bool reported;
} fault_ref; /* user values: the arguments */

int nt_raise_args(lua_State *L, nt_code code, const nt_str *args) {
  fault_ref *fault = nt_ref_new(L, NT_REF_FAULT, sizeof *fault, NT_DIAG_ARGS);
  fault->ref.call = 0;
  fault->code = code;
  for (int i = 0; args && i < NT_DIAG_ARGS && args[i].ptr; i++) {
    nt_lua_push_str(L, args[i]);
    lua_setiuservalue(L, -2, i + 1);
  }
  lua_error(L);
  abort();
}

static nt_diag fault_diag(lua_State *L, int index) {
  const fault_ref *fault = lua_touserdata(L, index);
  nt_diag diag = {.code = fault->code};
  for (int i = 0; i < NT_DIAG_ARGS; i++) {
    lua_getiuservalue(L, index, i + 1);
    diag.args[i] = nt_lua_str(L, -1); /* held by the userdata */
    lua_pop(L, 1);
  }
  return diag;
}

int nt_fault_tostring(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  nt_diag diag = fault_diag(L, 1);
  nt_buf_clear(&vm->scratch);
  nt_diag_message(&diag, NT_ENGLISH, &vm->scratch);
  nt_lua_push_str(L, nt_buf_str(&vm->scratch));
  return 1;
}

bool nt_script_place(lua_State *L, int level, nt_str *file, uint32_t *line) {
  lua_Debug frame;
  for (; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline <= 0 || frame.source[0] != '@') continue;
    *file = nt_str_c(frame.source + 1);
    *line = (uint32_t)frame.currentline;
    return true;
  }
  return false;
}

static void set_place(nt_fault *fault, nt_str file, uint32_t line) {
  nt_buf_clear(&fault->file_bytes);
  nt_buf_put(&fault->file_bytes, file);
  fault->file = nt_buf_str(&fault->file_bytes);
  fault->line = line;
}

int nt_raise_reported(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  nt_diags *diags = vm->diags;
  nt_str file;
  uint32_t line;
  if (diags && diags->len && nt_script_place(L, 1, &file, &line)) {
    nt_where *where = &diags->items[diags->len - 1].where;
    if (!where->file.len && !where->doc.len) *where = nt_where_file(nt_arena_str(diags->arena, file), line, 0);
  }
  fault_ref *fault = nt_ref_new(L, NT_REF_FAULT, sizeof *fault, NT_DIAG_ARGS);
  fault->ref.call = 0;
  fault->code = NT_MSG_script_raised;
  fault->reported = true;
  lua_error(L);
  abort();
}

int nt_raise_unknown(lua_State *L, nt_code code, nt_str word, const char *const *known) {
  nt_str nearest = NT_STR("");
  size_t best = 3;
  nt_buf *list = &nt_vm_of(L)->scratch;
  nt_buf_clear(list);
  for (; *known; known++) {
    size_t distance = nt_str_distance(word, nt_str_c(*known), 2);
    if (distance < best) nearest = nt_str_c(*known), best = distance;
    if (list->len) nt_buf_c(list, ", ");
    nt_buf_c(list, *known);
  }
  nt_raise(L, code, word, nearest.len ? nearest : nt_buf_str(list));
}

/* ---- describing ---- */

/* "file:12: text" with the short form of the name that Lua writes; returns the length of the prefix, 0 if it has none.
 */
static size_t prefix_length(nt_str text, nt_str name, uint32_t *line) {
  if (!name.len || !nt_str_starts(text, name) || text.len < name.len + 4 || text.ptr[name.len] != ':') return 0;
  size_t at = name.len + 1, digits = at;
  uint32_t number = 0;
  while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9' && at - digits < 9)
    number = number * 10 + (uint32_t)(text.ptr[at++] - '0');
  if (at == digits || at + 1 >= text.len || text.ptr[at] != ':' || text.ptr[at + 1] != ' ') return 0;
  *line = number;
  return at + 2;
}

/* As Lua's own: what does not fit in LUA_IDSIZE keeps its end. */
static nt_str short_name(nt_str file, char out[LUA_IDSIZE]) {
  if (file.len < LUA_IDSIZE - 1) return file;
  size_t tail = LUA_IDSIZE - 4;
  memcpy(out, "...", 3);
  memcpy(out + 3, file.ptr + file.len - tail, tail);
  return nt_str_n(out, tail + 3);
}

static nt_str strip_frames(lua_State *L, nt_fault *fault, nt_str text) {
  lua_Debug frame;
  uint32_t line;
  for (int level = 1; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "S", &frame);
    if (frame.source[0] != '@') continue;
    size_t prefix = prefix_length(text, nt_str_c(frame.short_src), &line);
    if (!prefix) continue;
    set_place(fault, nt_str_c(frame.source + 1), line);
    return nt_str_sub(text, prefix, text.len);
  }
  return text;
}

/* A text that was caught and raised again names a place that is no longer on the stack. */
static nt_str strip_files(const nt_vm *vm, nt_fault *fault, nt_str text) {
  char buffer[LUA_IDSIZE];
  uint32_t line;
  for (size_t i = 0; i < vm->files.len; i++) {
    nt_str file = vm->files.items[i].file;
    size_t prefix = prefix_length(text, short_name(file, buffer), &line);
    if (!prefix) continue;
    set_place(fault, file, line);
    return nt_str_sub(text, prefix, text.len);
  }
  return text;
}

static void describe_text(lua_State *L, nt_fault *fault, nt_str text) {
  nt_str rest = strip_frames(L, fault, text);
  if (rest.len == text.len) rest = strip_files(nt_vm_of(L), fault, text);
  fault->code = NT_MSG_script_raised;
  nt_buf_put(&fault->text, rest);
  fault->args[0] = nt_buf_str(&fault->text);
}

static void describe_ref(lua_State *L, nt_fault *fault) {
  nt_diag diag = fault_diag(L, 1);
  size_t ends[NT_DIAG_ARGS];
  fault->code = diag.code;
  fault->reported = ((const fault_ref *)lua_touserdata(L, 1))->reported;
  for (int i = 0; i < NT_DIAG_ARGS; i++) {
    nt_buf_put(&fault->text, diag.args[i]);
    ends[i] = fault->text.len;
  }
  for (int i = 0; i < NT_DIAG_ARGS; i++)
    fault->args[i] = nt_str_sub(nt_buf_str(&fault->text), i ? ends[i - 1] : 0, ends[i]);
}

/* Runs no code of the script: hooks may be off here, and nothing would count its steps. */
static void describe_other(lua_State *L, nt_fault *fault) {
  if (lua_type(L, 1) == LUA_TTABLE) {
    nt_push_content(L, 1);
    lua_pushliteral(L, "message");
    lua_rawget(L, -2);
    if (lua_type(L, -1) == LUA_TSTRING) {
      describe_text(L, fault, nt_lua_str(L, -1));
      return;
    }
  }
  fault->code = NT_MSG_script_raised_value;
  nt_buf_c(&fault->text, luaL_typename(L, 1));
  fault->args[0] = nt_buf_str(&fault->text);
}

static void describe(lua_State *L, nt_fault *fault) {
  const nt_ref *ref = nt_ref_at(L, 1);
  if (ref && ref->kind == NT_REF_FAULT)
    describe_ref(L, fault);
  else if (lua_type(L, 1) == LUA_TSTRING)
    describe_text(L, fault, nt_lua_str(L, 1));
  else
    describe_other(L, fault);
}

static void write_trace(lua_State *L, nt_buf *out) {
  lua_Debug frame;
  int shown = 0;
  for (int level = 1; shown < TRACE_LEVELS && lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sln", &frame);
    if (frame.source[0] != '@' || frame.currentline <= 0) continue;
    if (shown++) nt_buf_byte(out, '\n');
    nt_buf_format(out, "%s:%d", frame.source + 1, frame.currentline);
    if (frame.name) nt_buf_format(out, " (%s)", frame.name);
  }
}

int nt_fault_handler(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  nt_fault *fault = &vm->fault;
  if (fault->set && vm->exhausted) return 1; /* its place is where the budget ended */
  nt_fault_clear(fault);
  fault->set = true;
  lua_settop(L, 1);
  describe(L, fault);
  lua_settop(L, 1);
  nt_str file;
  uint32_t line;
  if (!fault->file.len && nt_script_place(L, 1, &file, &line)) set_place(fault, file, line);
  write_trace(L, &fault->trace);
  return 1;
}

void nt_fault_clear(nt_fault *fault) {
  nt_buf text = fault->text, file = fault->file_bytes, trace = fault->trace;
  nt_buf_clear(&text);
  nt_buf_clear(&file);
  nt_buf_clear(&trace);
  *fault = (nt_fault){.text = text, .file_bytes = file, .trace = trace};
}

void nt_fault_deinit(nt_fault *fault) {
  nt_buf_deinit(&fault->text);
  nt_buf_deinit(&fault->file_bytes);
  nt_buf_deinit(&fault->trace);
}

void nt_fault_report(nt_vm *vm, nt_diags *diags) {
  const nt_fault *fault = &vm->fault;
  if (fault->reported || !diags) return;
  nt_where where = nt_where_file(fault->file, fault->line, 0);
  if (vm->document) where.doc = vm->document->id;
  nt_diag diag = {.severity = nt_message_get(fault->code)->severity, .code = fault->code, .where = where};
  memcpy(diag.args, fault->args, sizeof diag.args);
  if (vm->document && fault->code == NT_MSG_script_raised) {
    diag.code = NT_MSG_script_raised_document;
    diag.args[1] = vm->document->id;
  }
  diag.trace = nt_buf_str(&fault->trace);
  nt_diags_add(diags, &diag);
}
