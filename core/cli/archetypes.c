#include "cli/archetypes.h"

#include "text/locale.h"
#include "text/yaml.h"

enum { SLUG_MOST = 80, SLUG_LEAST = 20 };

nt_str nt_builtin_find(nt_str path) {
  for (size_t i = 0; i < nt_builtin_count; i++)
    if (nt_str_eq(nt_str_c(nt_builtins[i].path), path))
      return nt_str_n((const char *)nt_builtins[i].bytes, nt_builtins[i].len);
  return nt_str_n(NULL, 0);
}

/* ---- titles ---- */

/* Control characters, line and paragraph separators, and what is no character at all. */
static bool is_unprintable(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || (c & 0xfffe) == 0xfffe;
}

nt_str nt_title_line(nt_str title, nt_arena *arena) {
  nt_buf out = {0};
  for (size_t at = 0; at < title.len;) {
    size_t from = at;
    bool space = is_unprintable(nt_utf8_next(title, &at)) || title.ptr[from] == ' ';
    if (!space)
      nt_buf_put(&out, nt_str_sub(title, from, at));
    else if (out.len && out.ptr[out.len - 1] != ' ')
      nt_buf_byte(&out, ' ');
  }
  nt_str line = nt_arena_str(arena, nt_str_trim(nt_buf_str(&out)));
  nt_buf_deinit(&out);
  return line;
}

nt_str nt_file_slug(nt_str title, nt_arena *arena) {
  nt_buf out = {0};
  nt_slug(title, &out);
  nt_str slug = nt_arena_str(arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  if (slug.len <= SLUG_MOST) return slug;
  size_t hyphen = nt_str_find_last(nt_str_sub(slug, 0, SLUG_MOST + 1), '-');
  return nt_str_sub(slug, 0, hyphen >= SLUG_LEAST && hyphen <= SLUG_MOST ? hyphen : SLUG_MOST);
}

/* ---- placeholders ---- */

static void quote_inner(nt_str line, nt_buf *out) {
  for (size_t i = 0; i < line.len; i++) {
    if (line.ptr[i] == '"' || line.ptr[i] == '\\') nt_buf_byte(out, '\\');
    nt_buf_byte(out, line.ptr[i]);
  }
}

void nt_yaml_quoted(nt_str line, nt_buf *out) {
  nt_buf_byte(out, '"');
  quote_inner(line, out);
  nt_buf_byte(out, '"');
}

static void put_title(nt_str title, bool yaml, bool quoted, nt_buf *out) {
  if (!yaml)
    nt_buf_put(out, title);
  else if (quoted)
    quote_inner(title, out);
  else
    nt_yaml_quoted(title, out);
}

static void fill_part(nt_str part, bool yaml, const nt_placeholders *with, nt_buf *out) {
  while (part.len) {
    size_t open = nt_str_find(part, '{');
    nt_buf_put(out, nt_str_sub(part, 0, open));
    bool quoted = open && part.ptr[open - 1] == '"';
    part = nt_str_sub(part, open, part.len);
    if (!part.len) return;
    size_t close = nt_str_find(part, '}');
    nt_str name = nt_str_sub(part, 1, close);
    bool known = true;
    if (nt_str_eq(name, NT_STR("title")))
      put_title(with->title, yaml, quoted, out);
    else if (nt_str_eq(name, NT_STR("date")))
      nt_buf_put(out, with->date);
    else if (nt_str_eq(name, NT_STR("year")))
      nt_buf_put(out, with->year);
    else if (nt_str_eq(name, NT_STR("slug")))
      nt_buf_put(out, with->slug);
    else
      known = false;
    if (!known) nt_buf_byte(out, '{');
    part = nt_str_sub(part, known ? close + 1 : 1, part.len);
  }
}

void nt_archetype_fill(nt_str archetype, bool yaml, const nt_placeholders *with, nt_buf *out) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_front_matter front = {0};
  nt_diags_init(&diags, arena);
  if (!yaml && nt_front_matter_split(archetype, NT_STR(""), &diags, &front) && front.present) {
    size_t body = (size_t)(front.body.ptr - archetype.ptr);
    fill_part(nt_str_sub(archetype, 0, body), true, with, out);
    archetype = nt_str_sub(archetype, body, archetype.len);
  }
  fill_part(archetype, yaml, with, out);
  nt_arena_free(arena);
}
