#include "text/fields_parts.h"
#include "text/locale.h"

#include "base/path.h"

bool nt_permalink_next(nt_str permalink, size_t *at, nt_permalink_part *out) {
  nt_str rest = nt_str_sub(permalink, *at, permalink.len);
  if (!rest.len) return false;
  size_t open = nt_str_find(rest, '{');
  size_t close = open + nt_str_find(nt_str_sub(rest, open, rest.len), '}');
  *out = (nt_permalink_part){nt_str_sub(rest, 0, open), nt_str_n("", 0), nt_str_n("", 0)};
  if (close >= rest.len) {
    out->literal = rest;
    *at = permalink.len;
    return true;
  }
  nt_str inside = nt_str_trim(nt_str_sub(rest, open + 1, close));
  size_t dot = nt_str_find(inside, '.');
  out->field = nt_str_sub(inside, 0, dot);
  out->detail = nt_str_sub(inside, dot + 1, inside.len);
  *at += close + 1;
  return true;
}

/* A name may be a path: each of its segments becomes a slug, and those that leave nothing vanish. */
static void put_name(nt_str name, nt_buf *out) {
  size_t start = out->len;
  for (size_t at = 0; at < name.len;) {
    size_t end = at + nt_str_find(nt_str_sub(name, at, name.len), '/');
    size_t before = out->len;
    if (out->len > start) nt_buf_byte(out, '/');
    size_t slug = out->len;
    nt_slug(nt_str_sub(name, at, end), out);
    if (out->len == slug) out->len = before;
    at = end + 1;
  }
}

static void put_date(nt_time time, nt_str detail, nt_buf *out) {
  nt_civil c = nt_date_civil(time);
  if (nt_str_eq(detail, NT_STR("year")))
    nt_buf_format(out, "%04d", c.year);
  else if (nt_str_eq(detail, NT_STR("month")))
    nt_buf_format(out, "%02d", c.month);
  else if (nt_str_eq(detail, NT_STR("day")))
    nt_buf_format(out, "%02d", c.day);
  else
    nt_buf_format(out, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* False if the value gives nothing that can stand in an address. */
static bool put_value(const nt_value *value, nt_str detail, nt_buf *out) {
  size_t before = out->len;
  if (!value) return false;
  switch (value->type) {
  case NT_STRING: nt_slug(value->as.string, out); break;
  case NT_INT: nt_buf_format(out, "%lld", (long long)value->as.integer); break;
  case NT_TIME: put_date(value->as.time, detail, out); break;
  default: break;
  }
  return out->len > before;
}

static bool put_placeholder(const nt_permalink_part *part, const nt_value *fields, nt_str name, nt_buf *out) {
  if (!part->field.len) return true;
  const nt_value *value = nt_map_find(fields, part->field);
  bool present = value && value->type != NT_NULL;
  if (!present && nt_str_eq(part->field, NT_STR("path"))) return put_name(name, out), true;
  if (present || !nt_str_eq(part->field, NT_STR("slug"))) return put_value(value, part->detail, out);
  size_t before = out->len;
  nt_slug(nt_path_base(name), out);
  return out->len > before;
}

nt_str nt_kind_permalink(const nt_kind *kind, nt_str lang) {
  for (size_t i = 0; i < kind->permalink_count; i++)
    if (nt_str_eq(kind->permalinks[i].lang, lang)) return kind->permalinks[i].text;
  return kind->permalink_count ? kind->permalinks[0].text : nt_str_n("", 0);
}

bool nt_permalink(nt_str permalink, const nt_value *fields, nt_str name, nt_where where, nt_arena *arena,
                  nt_diags *diags, nt_str *out) {
  nt_buf url = {0};
  nt_permalink_part part;
  bool good = true;
  if (!nt_str_starts(permalink, NT_STR("/"))) nt_buf_byte(&url, '/');
  for (size_t at = 0; nt_permalink_next(permalink, &at, &part);) {
    bool doubled = url.len && nt_buf_str(&url).ptr[url.len - 1] == '/' && nt_str_starts(part.literal, NT_STR("/"));
    nt_buf_put(&url, nt_str_sub(part.literal, doubled, part.literal.len)); /* {path} of the topmost text is empty */
    if (put_placeholder(&part, fields, name, &url)) continue;
    where.field = part.field;
    nt_report(diags, NT_MSG_permalink_missing, where, part.field, permalink);
    good = false;
  }
  *out = nt_arena_str(arena, nt_buf_str(&url));
  nt_buf_deinit(&url);
  return good;
}
