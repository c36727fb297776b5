#include "text/headings.h"

#include "base/map.h"
#include "base/vec.h"
#include "text/locale.h"

typedef struct ids {
  nt_arena *arena;
  nt_map taken; /* by id; the value is the last number that was given after it, a uint32_t */
  nt_buf text, slug;
  NT_VEC(nt_node *) nameless;
} ids;

static void take(ids *i, nt_str id) {
  if (!id.len || nt_map_has(&i->taken, id)) return;
  uint32_t *number = NT_NEW(i->arena, uint32_t);
  *number = 1;
  nt_map_set(&i->taken, id, number);
}

static void take_footnote(ids *i, const nt_node *node) {
  nt_str label = node->text;
  if (node->type == NOTIS_NODE_FOOTNOTE_DEFINITION)
    take(i, nt_arena_format(i->arena, "fn-%.*s", NT_FMT(label)));
  else if (node->extra.len && !nt_str_eq(node->extra, NT_STR("1")))
    take(i, nt_arena_format(i->arena, "fnref-%.*s-%.*s", NT_FMT(label), NT_FMT(node->extra)));
  else
    take(i, nt_arena_format(i->arena, "fnref-%.*s", NT_FMT(label)));
}

static bool is_footnote(const nt_node *node) {
  return node->type == NOTIS_NODE_FOOTNOTE_DEFINITION || node->type == NOTIS_NODE_FOOTNOTE_REFERENCE;
}

/* What is taken before any heading is named, and which headings need a name. */
static void take_all(ids *i, const nt_node *root) {
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w);) {
    if (!w.entering) continue;
    nt_str id = w.node->attrs ? nt_node_attr(w.node, NT_STR("id")) : nt_str_n(NULL, 0);
    take(i, id);
    if (is_footnote(w.node)) take_footnote(i, w.node);
    if (w.node->type == NOTIS_NODE_HEADING && !id.ptr) nt_push(&i->nameless, w.node);
  }
}

static nt_str free_id(ids *i, nt_str slug) {
  uint32_t *number = nt_map_get(&i->taken, slug);
  nt_str id = nt_arena_str(i->arena, slug);
  while (number && nt_map_has(&i->taken, id)) id = nt_arena_format(i->arena, "%.*s-%u", NT_FMT(slug), ++*number);
  return id;
}

static void name_heading(ids *i, nt_node *heading) {
  nt_buf_clear(&i->text);
  nt_buf_clear(&i->slug);
  nt_node_plain_text(heading, &i->text);
  nt_slug(nt_buf_str(&i->text), &i->slug);
  nt_str id = free_id(i, i->slug.len ? nt_buf_str(&i->slug) : NT_STR("section"));
  nt_node_set_attr(heading, i->arena, NT_STR("id"), id);
  take(i, id);
}

void nt_heading_ids(nt_node *root, nt_arena *arena) {
  ids i = {.arena = arena};
  take_all(&i, root);
  for (size_t at = 0; at < i.nameless.len; at++) name_heading(&i, i.nameless.items[at]);
  nt_vec_deinit(&i.nameless);
  nt_map_deinit(&i.taken);
  nt_buf_deinit(&i.text);
  nt_buf_deinit(&i.slug);
}
