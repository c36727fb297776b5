#include "base/diag.h"

void nt_diags_init(nt_diags *diags, nt_arena *arena) {
  *diags = (nt_diags){.arena = arena};
}

nt_diag *nt_diags_add(nt_diags *diags, const nt_diag *diag) {
  if (diags->len == diags->cap) {
    diags->cap = diags->cap ? diags->cap * 2 : 4;
    nt_diag *grown = nt_arena_alloc(diags->arena, diags->cap * sizeof *grown);
    if (diags->len) memcpy(grown, diags->items, diags->len * sizeof *grown);
    diags->items = grown;
  }
  nt_diag *copy = &diags->items[diags->len++];
  *copy = *diag;
  copy->where.file = nt_arena_str(diags->arena, diag->where.file);
  copy->where.doc = nt_arena_str(diags->arena, diag->where.doc);
  copy->where.field = nt_arena_str(diags->arena, diag->where.field);
  for (size_t i = 0; i < NT_DIAG_ARGS; i++) copy->args[i] = nt_arena_str(diags->arena, diag->args[i]);
  copy->hint = nt_arena_str(diags->arena, diag->hint);
  copy->trace = nt_arena_str(diags->arena, diag->trace);
  if (copy->severity == NT_ERROR) diags->errors++;
  return copy;
}

nt_diag *nt_report_args(nt_diags *diags, nt_code code, nt_where where, const nt_str *args) {
  nt_diag diag = {.severity = nt_message_get(code)->severity, .code = code, .where = where};
  for (size_t i = 0; args && i < NT_DIAG_ARGS && args[i].ptr; i++) diag.args[i] = args[i];
  return nt_diags_add(diags, &diag);
}

static void fill_in(const char *text, const nt_diag *diag, nt_buf *out) {
  for (const char *p = text; *p; p++) {
    if (p[0] == '{' && p[1] >= '0' && p[1] < '0' + NT_DIAG_ARGS && p[2] == '}') {
      nt_buf_put(out, diag->args[p[1] - '0']);
      p += 2;
    } else {
      nt_buf_byte(out, *p);
    }
  }
}

void nt_diag_message(const nt_diag *diag, nt_language language, nt_buf *out) {
  fill_in(nt_message_get(diag->code)->text[language], diag, out);
}

void nt_diag_hint(const nt_diag *diag, nt_language language, nt_buf *out) {
  if (diag->hint.len)
    nt_buf_put(out, diag->hint);
  else
    fill_in(nt_message_get(diag->code)->hint[language], diag, out);
}
