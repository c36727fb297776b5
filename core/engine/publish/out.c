#include "engine/publish/out.h"

#include "base/path.h"

#include <stdlib.h>

/* The path with links followed as far as it exists, and the rest as it is written. */
static nt_str resolved(nt_str path, nt_arena *arena) {
  nt_str rest = NT_STR(""), normal;
  if (nt_path_normal(nt_str_sub(path, 1, path.len), arena, &normal)) path = nt_path_join(arena, NT_STR("/"), normal);
  for (;;) {
    char *real = realpath(nt_arena_str(arena, path).ptr, NULL);
    if (real) {
      nt_str joined = nt_path_join(arena, nt_str_c(real), rest);
      free(real);
      return joined;
    }
    if (path.len <= 1) return path;
    rest = nt_path_join(arena, nt_path_base(path), rest);
    path = nt_path_dir(path);
    if (!path.len) path = NT_STR("/");
  }
}

static bool holds(nt_str dir, nt_str path) {
  if (dir.len == 1) return true;
  return nt_str_starts(path, dir) && (path.len == dir.len || path.ptr[dir.len] == '/');
}

bool nt_out_touches(nt_str out, nt_str dir, nt_arena *arena) {
  nt_str a = resolved(out, arena), b = resolved(dir, arena);
  return holds(a, b) || holds(b, a);
}

static bool touches_one_of(nt_engine *e, nt_str out, const nt_str *dirs, size_t count) {
  if (nt_out_touches(out, nt_path_join(e->arena, e->root, NT_STR(".notis")), e->arena)) return true;
  for (size_t i = 0; i < count; i++)
    if (nt_out_touches(out, nt_path_join(e->arena, e->root, dirs[i]), e->arena)) return true;
  return false;
}

void nt_out_check(nt_engine *e, const nt_str *dirs, size_t count, nt_where where) {
  if (e->options.beside.len) return;
  for (size_t i = 0; i < e->site_count; i++) {
    nt_str out = nt_engine_out(e, &e->sites[i], e->arena);
    if (touches_one_of(e, out, dirs, count)) nt_report(&e->diags, NT_MSG_out_inside, where, out);
    for (size_t k = 0; k < i; k++) {
      nt_str other = nt_engine_out(e, &e->sites[k], e->arena);
      if (nt_str_eq(resolved(out, e->arena), resolved(other, e->arena)))
        nt_report(&e->diags, NT_MSG_out_shared, where, e->sites[k].name, e->sites[i].name, out);
    }
  }
}

bool nt_out_check_layers(const nt_engine *e, const nt_site *site, nt_inputs *in) {
  if (e->options.beside.len) return true;
  nt_str out = nt_engine_out(e, site, in->arena);
  size_t before = in->diags.errors;
  for (uint32_t i = 0; i < in->layer_count; i++) {
    nt_str dir = nt_path_join(in->arena, e->root, in->layers[i].dir);
    if (!nt_out_touches(out, dir, in->arena)) continue;
    nt_where where = nt_where_file(nt_inputs_shown(in, i, NT_STR("site.yaml"), in->arena), 0, 0);
    nt_report(&in->diags, NT_MSG_out_inside, where, out);
  }
  return in->diags.errors == before;
}
