/* A collection's map in site.yaml, read into a query and the layout of its list. What a hook adds has passed no schema,
 * so every type is looked at. */
#include "engine/inputs/settings.h"

typedef struct reading {
  nt_arena *arena;
  nt_diags *diags;
  nt_where where;
} reading;

static void read_kinds(nt_collection *c, const nt_value *kinds, nt_arena *arena) {
  size_t count = !kinds ? 0 : kinds->type == NT_STRING ? 1 : kinds->type == NT_LIST ? kinds->as.list->len : 0;
  c->kinds = NT_NEW_N(arena, nt_str, count);
  for (size_t i = 0; i < count; i++) {
    nt_str name = kinds->type == NT_STRING ? kinds->as.string : nt_value_str(&kinds->as.list->items[i]);
    if (name.len) c->kinds[c->kind_count++] = name;
  }
  if (!c->kind_count) return;
  nt_value list = nt_list_new(arena);
  for (size_t i = 0; i < c->kind_count; i++) nt_list_push(&list, arena, nt_string(c->kinds[i]));
  c->query = nt_query_where(arena, c->query, NT_STR("kind"), NT_IN, list);
}

/* field: value, or field: { gte: value, … } */
static void read_condition(reading *r, nt_collection *c, const nt_entry *e) {
  if (e->value.type != NT_MAP) {
    c->query = nt_query_where(r->arena, c->query, e->key, NT_EQ, e->value);
    return;
  }
  for (size_t i = 0; i < e->value.as.map->len; i++) {
    const nt_entry *op = &e->value.as.map->entries[i];
    nt_compare compare;
    nt_where where = r->where;
    where.line = op->key_pos.line;
    where.column = op->key_pos.column;
    if (nt_compare_find(op->key, &compare))
      c->query = nt_query_where(r->arena, c->query, e->key, compare, op->value);
    else
      nt_report(r->diags, NT_MSG_config_bad_condition, where, op->key);
  }
}

static void read_sort(nt_collection *c, const nt_value *sort, nt_arena *arena) {
  if (sort && sort->type == NT_STRING) c->query = nt_query_sort(arena, c->query, sort->as.string);
  for (size_t i = 0; sort && sort->type == NT_LIST && i < sort->as.list->len; i++)
    c->query = nt_query_sort(arena, c->query, nt_value_str(&sort->as.list->items[i]));
}

static void read_ids(nt_collection *c, const nt_value *ids, nt_arena *arena) {
  if (!ids || ids->type != NT_LIST) return;
  c->ids = NT_NEW_N(arena, nt_str, ids->as.list->len);
  for (size_t i = 0; i < ids->as.list->len; i++) c->ids[c->id_count++] = nt_value_str(&ids->as.list->items[i]);
}

static void report_negative(reading *r, const nt_value *v) {
  if (!v || v->type != NT_INT || v->as.integer >= 0) return;
  nt_str number = nt_arena_format(r->arena, "%lld", (long long)v->as.integer);
  nt_report(r->diags, NT_MSG_config_bad_amount, nt_where_pos(r->where.file, v->pos), number);
}

/* ---- the list ---- */

static uint64_t count_at(const nt_value *config, const char *key) {
  const nt_value *v = nt_map_find(config, nt_str_c(key));
  return v && v->type == NT_INT && v->as.integer > 0 ? (uint64_t)v->as.integer : 0;
}

/* A text, or a map by language; NULL if it is neither. */
static const nt_value *by_lang(const nt_value *config, const char *key) {
  const nt_value *v = nt_map_find(config, nt_str_c(key));
  return v && (v->type == NT_STRING || v->type == NT_MAP) ? v : NULL;
}

static void read_outputs(const nt_value *outputs, nt_arena *arena, nt_listing *list) {
  bool named = outputs && outputs->type == NT_MAP;
  list->outputs = NT_NEW_N(arena, nt_list_output, named ? nt_value_len(outputs) : 1);
  if (!named) list->outputs[list->output_count++] = (nt_list_output){.name = NT_STR("html")};
  for (size_t i = 0; named && i < nt_value_len(outputs); i++) {
    const nt_entry *e = &outputs->as.map->entries[i];
    list->outputs[list->output_count++] = (nt_list_output){.name = e->key,
                                                           .path = nt_value_str(nt_map_find(&e->value, NT_STR("path"))),
                                                           .limit = count_at(&e->value, "limit"),
                                                           .pos = e->key_pos};
  }
}

void nt_listing_read(const nt_value *config, nt_arena *arena, nt_listing *out) {
  const nt_value *params = nt_map_find(config, NT_STR("params"));
  *out = (nt_listing){.path = by_lang(config, "path"),
                      .page_path = by_lang(config, "page_path"),
                      .title = by_lang(config, "title"),
                      .params = params && params->type == NT_MAP ? params : NULL,
                      .template_name = nt_value_str(nt_map_find(config, NT_STR("template"))),
                      .per_page = count_at(config, "per_page")};
  out->from_oldest = nt_str_eq(nt_value_str(nt_map_find(config, NT_STR("number_from"))), NT_STR("oldest"));
  read_outputs(nt_map_find(config, NT_STR("outputs")), arena, out);
}

/* ---- the whole ---- */

bool nt_collection_read(nt_str name, const nt_value *config, nt_where where, nt_arena *arena, nt_diags *diags,
                        nt_collection *out) {
  reading r = {arena, diags, where};
  size_t before = diags->errors;
  *out = (nt_collection){.name = name, .config = *config, .query = nt_query_of(arena, NT_STR(""))};
  read_kinds(out, nt_map_find(config, NT_STR("kind")), arena);
  const nt_value *conditions = nt_map_find(config, NT_STR("where"));
  for (size_t i = 0; conditions && conditions->type == NT_MAP && i < conditions->as.map->len; i++)
    read_condition(&r, out, &conditions->as.map->entries[i]);
  read_sort(out, nt_map_find(config, NT_STR("sort")), arena);
  read_ids(out, nt_map_find(config, NT_STR("documents")), arena);
  report_negative(&r, nt_map_find(config, NT_STR("limit")));
  report_negative(&r, nt_map_find(config, NT_STR("per_page")));
  if (count_at(config, "limit")) out->query = nt_query_slice(arena, out->query, 0, count_at(config, "limit"));
  nt_listing_read(config, arena, &out->list);
  nt_str path = out->list.path ? nt_value_str(out->list.path) : NT_STR("");
  if (path.len && path.ptr[0] != '/') nt_report(diags, NT_MSG_config_bad_path, where, path);
  return diags->errors == before;
}
