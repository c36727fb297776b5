#include "conform.h"

void conform_begin(conform_call *c, const nt_host_engine *engine, nt_reader *reader) {
  nt_arena *arena = nt_arena_new();
  *c = (conform_call){0};
  nt_diags_init(&c->diags, arena);
  c->call = (notis_call){.arena = arena,
                         .reader = reader,
                         .diags = &c->diags,
                         .file = NT_STR("sample"),
                         .plugin = NT_STR("tested"),
                         .engine = engine};
}

void conform_end(conform_call *c) {
  nt_arena_free(c->diags.arena);
}
