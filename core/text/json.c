#include "text/json.h"

#include "model/nodecode.h"
#include "text/date.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void put_escape(unsigned char c, nt_buf *out) {
  static const char names[] = "\bb\ff\nn\rr\tt\"\"\\\\";
  const char *name = NULL;
  for (const char *p = names; *p && !name; p += 2)
    if ((unsigned char)*p == c) name = p + 1;
  if (name) {
    nt_buf_byte(out, '\\');
    nt_buf_byte(out, *name);
  } else {
    nt_buf_format(out, "\\u%04x", c);
  }
}

/* "</" would end a script element, and "<!--" make the parser ignore its end: HTML, 4.12.1.3. */
static bool closes_script(nt_str text, size_t i) {
  return text.ptr[i] == '<' && i + 1 < text.len && (text.ptr[i + 1] == '/' || text.ptr[i + 1] == '!');
}

/* How many bytes at i can be written as they are; 0 if the first cannot. */
static size_t plain_run(nt_str text, size_t i) {
  size_t from = i;
  for (; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\' || c == 0x7F || c == '<') break;
  }
  return i - from;
}

void nt_json_string(nt_str text, nt_buf *out) {
  nt_buf_byte(out, '"');
  for (size_t i = 0; i < text.len;) {
    size_t run = plain_run(text, i);
    nt_buf_put(out, nt_str_sub(text, i, i + run));
    if ((i += run) >= text.len) break;
    unsigned char c = (unsigned char)text.ptr[i];
    if (c >= 0x80) {
      char utf8[4];
      nt_buf_put(out, nt_str_n(utf8, nt_utf8_put(utf8, nt_utf8_next(text, &i))));
      continue;
    }
    i++;
    if (c == '<' && closes_script(text, i - 1))
      nt_buf_c(out, text.ptr[i] == '/' ? "<\\" : "\\u003c");
    else if (c == '<')
      nt_buf_byte(out, '<');
    else
      put_escape(c, out);
  }
  nt_buf_byte(out, '"');
}

/* The shortest decimal that reads back as the same number, always with a point or an exponent: 1.0 is no integer.
 * JSON has no infinities. */
static void put_float(double number, nt_buf *out) {
  if (!isfinite(number)) {
    nt_buf_put(out, NT_STR("null"));
    return;
  }
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, number);
    if (strtod(text, NULL) == number) break;
  }
  nt_buf_c(out, text);
  if (!strpbrk(text, ".e")) nt_buf_put(out, NT_STR(".0"));
}

static void put_markup(nt_str encoded, nt_buf *out) {
  nt_arena *arena = nt_arena_new();
  nt_buf text = {0};
  const nt_node *root = nt_node_decode(encoded, arena);
  if (root) nt_node_plain_text(root, &text);
  nt_json_string(nt_buf_str(&text), out);
  nt_buf_deinit(&text);
  nt_arena_free(arena);
}

static void put_time(nt_time time, nt_buf *out) {
  nt_buf_byte(out, '"');
  nt_date_rfc3339(time, out);
  nt_buf_byte(out, '"');
}

static void new_line(int indent, int depth, nt_buf *out) {
  if (!indent) return;
  nt_buf_byte(out, '\n');
  for (int i = 0; i < indent * depth; i++) nt_buf_byte(out, ' ');
}

static void put_value(const nt_value *v, int indent, int depth, nt_buf *out);

static void put_list(const nt_list *list, int indent, int depth, nt_buf *out) {
  nt_buf_byte(out, '[');
  for (size_t i = 0; i < list->len; i++) {
    if (i) nt_buf_byte(out, ',');
    new_line(indent, depth + 1, out);
    put_value(&list->items[i], indent, depth + 1, out);
  }
  if (list->len) new_line(indent, depth, out);
  nt_buf_byte(out, ']');
}

static void put_map(const nt_dict *map, int indent, int depth, nt_buf *out) {
  nt_buf_byte(out, '{');
  for (size_t i = 0; i < map->len; i++) {
    if (i) nt_buf_byte(out, ',');
    new_line(indent, depth + 1, out);
    nt_json_string(map->entries[i].key, out);
    nt_buf_byte(out, ':');
    if (indent) nt_buf_byte(out, ' ');
    put_value(&map->entries[i].value, indent, depth + 1, out);
  }
  if (map->len) new_line(indent, depth, out);
  nt_buf_byte(out, '}');
}

/* Recursion is as deep as the value, which what reads values keeps below a few hundred. */
static void put_value(const nt_value *v, int indent, int depth, nt_buf *out) {
  switch (v->type) {
  case NT_NULL: nt_buf_put(out, NT_STR("null")); break;
  case NT_BOOL: nt_buf_c(out, v->as.boolean ? "true" : "false"); break;
  case NT_INT: nt_buf_format(out, "%lld", (long long)v->as.integer); break;
  case NT_FLOAT: put_float(v->as.number, out); break;
  case NT_STRING: nt_json_string(v->as.string, out); break;
  case NT_TIME: put_time(v->as.time, out); break;
  case NT_LIST: put_list(v->as.list, indent, depth, out); break;
  case NT_MAP: put_map(v->as.map, indent, depth, out); break;
  case NT_MARKUP: put_markup(v->as.string, out); break;
  }
}

void nt_json_write(const nt_value *value, int indent, nt_buf *out) {
  put_value(value, indent, 0, out);
}
