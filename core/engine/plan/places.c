#include "engine/plan/places.h"

#include "base/path.h"
#include "engine/inputs/languages.h"

static nt_hash made_of(const nt_planning *p, const nt_record *r) {
  return nt_hash_combine(r->frozen->hash, nt_hash_combine(p->site->loads, r->generation));
}

/* The first output has the document's own URL; others stand beside it with their extension. */
static void find_page(nt_planning *p, const nt_place *place, nt_str output, nt_where where, nt_place_page *out) {
  nt_str url = place->url, ext = nt_path_ext(url);
  bool first = out == place->pages, folder = url.ptr[url.len - 1] == '/';
  *out = (nt_place_page){.output = output, .url = url};
  if (!nt_plan_output(p, output, NOTIS_TAKES_DOCUMENT, where, where.doc)) return;
  if (!first && !folder)
    out->url = nt_arena_format(place->arena, "%.*s.%.*s", NT_FMT(nt_str_sub(url, 0, url.len - ext.len - (ext.len > 0))),
                               NT_FMT(nt_plan_extension(p, output)));
  if (!nt_plan_path(p, out->url, nt_plan_extension(p, output), &out->path)) {
    nt_report(p->diags, NT_MSG_path_outside, where, out->url);
    return;
  }
  out->path = nt_arena_str(place->arena, out->path);
  if (!first && folder) out->url = nt_arena_format(place->arena, "/%.*s", NT_FMT(out->path));
}

static bool find_url(nt_planning *p, const nt_frozen *f, nt_where where, nt_place *place) {
  nt_str permalink = place->kind ? nt_kind_permalink(place->kind, f->lang) : nt_str_n("", 0), url;
  if (!permalink.len || !nt_permalink(permalink, &f->fields, f->name, where, p->arena, p->diags, &url)) return false;
  nt_str root = nt_language_find(p->site->inputs, f->lang)->path;
  place->url = root.len > 1 ? nt_arena_format(place->arena, "%.*s%.*s", (int)root.len - 1, root.ptr, NT_FMT(url))
                            : nt_arena_str(place->arena, url);
  return true;
}

/* About what a place takes, which is kept by the thousand. */
static size_t room_for(const nt_frozen *f, const nt_kind *kind) {
  enum { USUAL = 96, OF_PAGE = 32 };
  size_t url = kind ? nt_kind_permalink(kind, f->lang).len + f->name.len : 0, pages = kind ? kind->output_count : 0;
  return sizeof(nt_place) + USUAL + url + pages * (sizeof(nt_place_page) + OF_PAGE + url);
}

static nt_place *find_place(nt_planning *p, const nt_record *r) {
  const nt_frozen *f = r->frozen;
  const nt_kind *kind = nt_inputs_kind(p->site->inputs, f->kind);
  size_t said = p->diags->len;
  nt_arena *arena = nt_arena_new_sized(room_for(f, kind));
  nt_place *place = NT_NEW(arena, nt_place);
  const nt_value *date = nt_map_find(&f->fields, NT_STR("date"));
  nt_where where = {.doc = f->id, .file = f->file, .line = 1, .column = 1};
  place->arena = arena;
  if (date && date->type == NT_TIME) place->date = *date;
  place->kind = kind;
  if (find_url(p, f, where, place)) {
    nt_str template_name = nt_value_str(nt_map_find(&f->fields, NT_STR("template")));
    place->lang = nt_arena_str(arena, f->lang);
    place->template_name = template_name.len ? nt_arena_str(arena, template_name) : place->kind->template_name;
    place->count = place->kind->output_count;
    place->pages = NT_NEW_N(arena, nt_place_page, place->count);
    for (size_t i = 0; i < place->count; i++) find_page(p, place, place->kind->outputs[i], where, &place->pages[i]);
  }
  place->of = p->diags->len == said ? made_of(p, r) : NT_HASH_ABSENT;
  return place;
}

nt_place *nt_place_bring(nt_planning *p, const nt_record *r) {
  nt_plan *plan = p->plan;
  while (plan->places.len <= r->slot) nt_push(&plan->places, NULL);
  nt_place **place = &plan->places.items[r->slot];
  if (*place && (*place)->of != NT_HASH_ABSENT && (*place)->of == made_of(p, r)) return *place;
  if (*place) nt_arena_free((*place)->arena);
  return *place = find_place(p, r);
}

void nt_places_free(nt_plan *plan) {
  for (size_t i = 0; i < plan->places.len; i++)
    if (plan->places.items[i]) nt_arena_free(plan->places.items[i]->arena);
  nt_vec_deinit(&plan->places);
}
