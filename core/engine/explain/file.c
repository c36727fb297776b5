/* A template, script, data file or other file of a site: who uses it. */
#include "engine/explain/explaining.h"

/* Is it the file that a key was answered from? A script is named as itself. */
static bool is_from(const nt_explaining *x, nt_key key, nt_str file) {
  nt_str name = nt_names_str(x->site->names, key.name);
  switch (nt_key_class_of(key)) {
  case NT_KEY_TEMPLATE: return nt_str_eq(nt_explain_template_file(x, key), file);
  case NT_KEY_DATA: return nt_str_ends(file, name) && nt_str_eq(nt_explain_data_file(x, name), file);
  case NT_KEY_SCRIPT: return nt_str_eq(name, file);
  case NT_KEY_CONFIG:
  case NT_KEY_MESSAGE: {
    nt_value read = nt_explain_key(x, key);
    return nt_str_eq(nt_value_str(nt_map_find(&read, NT_STR("file"))), file);
  }
  default: return false;
  }
}

/* Many steps read the same: whether a key is from the file is found out once. */
typedef struct answers {
  const nt_explaining *x;
  nt_str file;
  nt_map known; /* place and name of a key -> a yes or a no */
} answers;

static bool asks(answers *a, nt_key key) {
  static const char yes, no;
  nt_str id = nt_str_n((const char *)&key, sizeof key);
  const void *known = nt_map_get(&a->known, id);
  if (!known) {
    known = is_from(a->x, key, a->file) ? &yes : &no;
    nt_map_set(&a->known, nt_arena_str(a->x->arena, id), (void *)known);
  }
  return known == &yes;
}

static bool reads(answers *a, const nt_step *step) {
  for (uint32_t i = 0; i < step->count; i++)
    if (asks(a, step->trace[i].key)) return true;
  return false;
}

static bool is_copy(const nt_explaining *x, const nt_page_record *page, nt_str file) {
  const nt_asset *asset = page->asset;
  return asset && nt_str_eq(nt_inputs_shown(x->site->inputs, asset->layer, asset->file, x->arena), file);
}

static int by_id(const void *a, const void *b) {
  return nt_str_cmp((*(const nt_record *const *)a)->id, (*(const nt_record *const *)b)->id);
}

/* The table's order is that in which they came. */
static nt_value documents_of(const nt_explaining *x, answers *a) {
  NT_VEC(const nt_record *) all = {0};
  nt_value list = nt_list_new(x->arena);
  for (size_t i = 0; i < x->site->records.slots.len; i++) {
    const nt_record *r = x->site->records.slots.items[i];
    if (r->listed && (reads(a, &r->parse) || reads(a, &r->hooks))) nt_push(&all, r);
  }
  if (all.len) qsort(all.items, all.len, sizeof *all.items, by_id);
  for (size_t i = 0; i < all.len; i++) nt_list_push(&list, x->arena, nt_explain_document_name(x, all.items[i]));
  nt_vec_deinit(&all);
  return list;
}

nt_value nt_explain_file(const nt_explaining *x, nt_str file) {
  nt_value map = nt_map_new(x->arena), pages = nt_list_new(x->arena);
  nt_site *site = x->site;
  answers a = {.x = x, .file = file};
  for (size_t i = 0; i < site->plan.pages.len; i++) {
    const nt_page_record *page = site->plan.pages.items[i];
    if (reads(&a, &page->params) || reads(&a, &page->render) || reads(&a, &page->output) || is_copy(x, page, file))
      nt_list_push(&pages, x->arena, nt_explain_page_name(x, page));
  }
  nt_put_str(x, &map, "file", file);
  nt_put_bool(x, &map, "whole_site", reads(&a, &site->plan.collect) || reads(&a, &site->plan.step));
  nt_put(x, &map, "documents", documents_of(x, &a));
  nt_put(x, &map, "pages", pages);
  nt_map_deinit(&a.known);
  return map;
}
