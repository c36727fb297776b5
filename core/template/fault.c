/* Errors at the template's place. A chunk is named "@template:N", N its number in the VM; its lines are places. */
#include "template/runtime.h"

#include <stdlib.h>

static const char prefix[] = "template:";

static const nt_compiled *compiled_of(const nt_rendering *run, nt_str source) {
  if (!nt_str_starts(source, NT_STR("template:"))) return NULL;
  size_t number = 0;
  for (size_t i = strlen(prefix); i < source.len; i++) {
    if (source.ptr[i] < '0' || source.ptr[i] > '9' || number > run->loaded.len) return NULL;
    number = number * 10 + (size_t)(source.ptr[i] - '0');
  }
  return number < run->loaded.len ? run->loaded.items[number].compiled : NULL;
}

static const nt_template_place *place_of(const nt_compiled *compiled, uint32_t line) {
  if (compiled->place_count == 0) return NULL;
  if (line < 1) line = 1;
  if (line > compiled->place_count) line = (uint32_t)compiled->place_count;
  return &compiled->places[line - 1];
}

const nt_template_place *nt_find_place(lua_State *L, nt_rendering *run, int skip, nt_str *file) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline <= 0 || frame.source[0] != '@') continue;
    const nt_compiled *compiled = compiled_of(run, nt_str_c(frame.source + 1));
    if (!compiled || skip-- > 0) continue;
    *file = compiled->file;
    return place_of(compiled, (uint32_t)frame.currentline);
  }
  return NULL;
}

nt_where nt_place_where(nt_str file, const nt_template_place *place) {
  nt_where where = nt_where_file(file, place ? place->line : 0, place ? place->column : 0);
  if (place) where.span = place->span;
  return where;
}

int nt_fail_reported(lua_State *L, nt_rendering *run) {
  run->failed = true;
  run->failed_at = run->reader->diags->len;
  lua_pushlightuserdata(L, run);
  lua_error(L);
  abort();
}

int nt_fail_at(lua_State *L, nt_rendering *run, nt_where where, nt_code code, const nt_str *args) {
  nt_report_args(run->reader->diags, code, where, args);
  nt_fail_reported(L, run);
}

int nt_fail_args(lua_State *L, nt_rendering *run, int skip, nt_code code, const nt_str *args) {
  nt_str file = {NULL, 0};
  const nt_template_place *place = nt_find_place(L, run, skip, &file);
  nt_fail_at(L, run, nt_place_where(file, place), code, args);
}

/* ---- what the script layer reported ---- */

/* "template:3:12 (f)" becomes "templates/news.html:4:7 (f)". */
static nt_str translate_line(const nt_rendering *run, nt_str line, nt_arena *arena) {
  nt_str rest = nt_str_sub(line, strlen(prefix), line.len);
  size_t colon = strlen(prefix) + nt_str_find(rest, ':');
  const nt_compiled *compiled = compiled_of(run, nt_str_sub(line, 0, colon));
  if (!compiled || colon >= line.len) return line;
  size_t end = colon + 1;
  uint32_t number = 0;
  while (end < line.len && line.ptr[end] >= '0' && line.ptr[end] <= '9')
    number = number * 10 + (uint32_t)(line.ptr[end++] - '0');
  const nt_template_place *place = place_of(compiled, number);
  nt_str tail = nt_str_sub(line, end, line.len);
  return nt_arena_format(arena, "%.*s:%u:%u%.*s", NT_FMT(compiled->file), place->line, place->column, NT_FMT(tail));
}

static nt_str translate_trace(const nt_rendering *run, nt_str trace, nt_arena *arena) {
  nt_buf out = {0};
  while (trace.len) {
    size_t end = nt_str_find(trace, '\n');
    nt_str line = nt_str_sub(trace, 0, end);
    if (out.len) nt_buf_byte(&out, '\n');
    nt_buf_put(&out, nt_str_starts(line, NT_STR("template:")) ? translate_line(run, line, arena) : line);
    trace = nt_str_sub(trace, end + 1, trace.len);
  }
  nt_str text = nt_arena_str(arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return text;
}

static void forward(nt_rendering *run, const nt_diag *from, nt_diags *to) {
  nt_diag diag = *from;
  const nt_compiled *compiled = compiled_of(run, diag.where.file);
  if (compiled) diag.where = nt_place_where(compiled->file, place_of(compiled, diag.where.line));
  if (diag.trace.len) diag.trace = translate_trace(run, diag.trace, to->arena);
  nt_diags_add(to, &diag);
}

void nt_forward_diags(nt_rendering *run, const nt_diags *from, nt_diags *to) {
  for (size_t i = 0; i < from->len; i++)
    if (!run->failed || i != run->failed_at) forward(run, &from->items[i], to);
  if (run->script_name.len)
    nt_report(to, NT_MSG_template_script_called, nt_place_where(run->script_file, &run->script_place),
              run->script_name);
}
