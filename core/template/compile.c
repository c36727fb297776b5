#include "template/compile.h"

#include "template/emit.h"
#include "template/parser.h"

const char nt_template_ops[] =
    "lit,out,outa,attr,need,at,slice,find,maybe,either,pick,truth,eq,lt,gt,le,ge,isin,add,sub,mul,div,idiv,mod,pow,neg,"
    "pos,concat,concatall,list,dict,items,unpack,loopv,cycle,callee,method,kw,bind,begin,finish,drop,filter,test,"
    "include,"
    "leave,imported,module,below,block,setns,scope,run,U,N,F,X,G";

bool nt_template_shared(nt_str *name) {
  if (!nt_str_starts(*name, NT_STR("shared:"))) return false;
  *name = nt_str_sub(*name, strlen("shared:"), name->len);
  return true;
}

static void keep(nt_compiled *c, nt_emit *g) {
  c->lua = nt_arena_str(c->arena, nt_buf_str(&g->out));
  c->literal_count = g->literals.len;
  if (g->literals.len) c->literals = nt_arena_copy(c->arena, g->literals.items, g->literals.len * sizeof *c->literals);
  c->place_count = g->places.len;
  c->places = nt_arena_copy(c->arena, g->places.items, g->places.len * sizeof *c->places);
  c->macro_count = g->macros.len;
  if (g->macros.len) c->macros = nt_arena_copy(c->arena, g->macros.items, g->macros.len * sizeof *c->macros);
}

static void generate(nt_compiled *c, const nt_template_ast *ast) {
  nt_emit g = {.arena = c->arena, .diags = &c->diags, .file = c->file};
  nt_template_place first = {.line = 1, .column = 1};
  nt_push(&g.places, first); /* the chunk's own first line */
  nt_emit_template(&g, ast);
  keep(c, &g);
  nt_buf_deinit(&g.out);
  nt_buf_deinit(&g.pending);
  nt_vec_deinit(&g.places);
  nt_vec_deinit(&g.literals);
  nt_vec_deinit(&g.macros);
}

nt_compiled *nt_template_compile(nt_str name, nt_str file, uint32_t layer, nt_str source) {
  nt_arena *arena = nt_arena_new();
  nt_compiled *c = NT_NEW(arena, nt_compiled);
  nt_template_ast ast = {0};
  c->arena = arena;
  c->refs = 1;
  c->name = nt_arena_str(arena, name);
  c->file = nt_arena_str(arena, file);
  c->layer = layer;
  nt_diags_init(&c->diags, arena);
  bool parsed = nt_template_parse(nt_arena_str(arena, source), c->file, arena, &c->diags, &ast);
  if (parsed) generate(c, &ast);
  c->good = c->diags.errors == 0;
  if (ast.extends) {
    c->extends = ast.extends->text;
    c->extends_shared = nt_template_shared(&c->extends);
    c->extends_place =
        (nt_template_place){.line = ast.extends->line, .column = ast.extends->column, .span = ast.extends->span};
  }
  return c;
}

void nt_compiled_free(nt_compiled *compiled) {
  if (compiled) nt_arena_free(compiled->arena);
}
