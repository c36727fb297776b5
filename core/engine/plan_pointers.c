/* The fields of a document that point at files and other documents. */
#include "engine/planning.h"

#include <stdlib.h>

typedef struct pointing {
  nt_arena *arena;
  nt_pointer_fn *fn;
  void *ud;
} pointing;

enum { DEEPEST = 8 };

bool nt_plan_field_points(const nt_field *field, int depth) {
  if (field->type == NT_FIELD_FILE || field->type == NT_FIELD_IMAGE || field->type == NT_FIELD_REF) return true;
  if (depth > DEEPEST) return false;
  if (field->type == NT_FIELD_LIST) return field->of && nt_plan_field_points(field->of, depth + 1);
  for (size_t i = 0; field->type == NT_FIELD_MAP && i < field->field_count; i++)
    if (nt_plan_field_points(&field->fields[i], depth + 1)) return true;
  return false;
}

static void point(pointing *p, const nt_field *field, const nt_value *value, nt_str path, bool in_list, int depth);

static void point_map(pointing *p, const nt_field *fields, size_t count, const nt_value *map, nt_str path, bool in_list,
                      int depth) {
  for (size_t i = 0; i < count; i++) {
    if (!nt_plan_field_points(&fields[i], depth)) continue;
    const nt_value *value = nt_map_find(map, fields[i].name);
    if (!value) continue;
    nt_str name = nt_arena_format(p->arena, "%.*s%s%.*s", NT_FMT(path), path.len ? "." : "", NT_FMT(fields[i].name));
    point(p, &fields[i], value, name, in_list, depth + 1);
  }
}

static void point_at(pointing *p, const nt_field *field, const nt_value *value, nt_str path, bool in_list) {
  nt_pointer pointer = {field->type, field, path, nt_value_str(value), in_list};
  if (pointer.value.len) p->fn(p->ud, &pointer);
}

static void point(pointing *p, const nt_field *field, const nt_value *value, nt_str path, bool in_list, int depth) {
  if (depth > DEEPEST) return;
  switch (field->type) {
  case NT_FIELD_FILE:
  case NT_FIELD_REF: point_at(p, field, value, path, in_list); break;
  case NT_FIELD_IMAGE:
    point_at(p, field, nt_map_find(value, NT_STR("src")), nt_arena_format(p->arena, "%.*s.src", NT_FMT(path)), in_list);
    break;
  case NT_FIELD_MAP: point_map(p, field->fields, field->field_count, value, path, in_list, depth); break;
  case NT_FIELD_LIST:
    for (size_t i = 0; field->of && value->type == NT_LIST && i < value->as.list->len; i++)
      point(p, field->of, &value->as.list->items[i], nt_arena_format(p->arena, "%.*s[%zu]", NT_FMT(path), i + 1), true,
            depth + 1);
    break;
  default: break;
  }
}

void nt_plan_each_pointer(const nt_kind *kind, const nt_value *fields, nt_arena *arena, nt_pointer_fn *fn, void *ud) {
  pointing p = {arena, fn, ud};
  if (kind) point_map(&p, kind->fields, kind->field_count, fields, nt_str_n("", 0), false, 0);
}

static int by_id(const void *a, const void *b) {
  return nt_str_cmp((*(nt_record *const *)a)->id, (*(nt_record *const *)b)->id);
}

nt_record **nt_plan_by_id(nt_planning *p, size_t *count) {
  const nt_records *records = &p->site->records;
  nt_record **all = NT_NEW_N(p->run->reader.arena, nt_record *, records->slots.len + 1);
  *count = 0;
  for (size_t i = 0; i < records->slots.len; i++) {
    nt_record *r = records->slots.items[i];
    if (r->frozen && !r->displaced) all[(*count)++] = r;
  }
  if (*count) qsort(all, *count, sizeof *all, by_id);
  return all;
}
