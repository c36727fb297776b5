/* Diagnostics for people and for programs. */
#include "base/path.h"
#include "cli/cli.h"
#include "text/json.h"

/* How many alike are printed one by one. */
enum { ALIKE = 3, LONGEST_LINE = 160 };

typedef struct printer {
  nt_cli *cli;
  const nt_engine *engine;
  nt_str site;
  nt_root *root;
} printer;

static const char *color(const printer *p, const char *code) {
  return p->cli->color ? code : "";
}

/* The path as the user can open it: with the -C that was given. */
static nt_str shown(const printer *p, nt_str file) {
  nt_str workspace = p->cli->engine.workspace;
  if (!file.len || !workspace.len || nt_str_eq(workspace, NT_STR("."))) return file;
  return nt_path_join(p->cli->arena, workspace, file);
}

/* Moves past a line that ends with LF, CRLF or CR, as texts and YAML have them. */
static nt_str take_line(nt_str *rest) {
  size_t end = 0;
  while (end < rest->len && rest->ptr[end] != '\n' && rest->ptr[end] != '\r') end++;
  nt_str line = nt_str_sub(*rest, 0, end);
  *rest = nt_str_sub(*rest, end, rest->len);
  *rest = nt_str_sub(*rest, nt_str_starts(*rest, NT_STR("\r\n")) ? 2 : rest->len > 0, rest->len);
  return line;
}

/* The line's text, without its end; NULL pointer if the file cannot be read. */
static nt_str source_line(const printer *p, const nt_where *where, nt_buf *bytes) {
  nt_str file = where->file;
  if (!p->root || !where->line || !file.len || nt_file_read(p->root, file, 64 << 20, bytes, NULL) != NT_FILE_OK)
    return nt_str_n(NULL, 0);
  nt_str rest = nt_buf_str(bytes);
  for (uint32_t line = 1; line < where->line; line++) {
    if (!rest.len) return nt_str_n(NULL, 0);
    take_line(&rest);
  }
  return take_line(&rest);
}

/* Columns are bytes within; people count characters, and none for a byte order mark. */
static uint32_t shown_column(const nt_where *where, nt_str line) {
  if (!line.ptr || !where->column) return where->column;
  nt_str before = nt_str_sub(line, 0, where->column - 1);
  return (uint32_t)nt_utf8_count(before) + !nt_str_starts(before, NT_STR("\xEF\xBB\xBF"));
}

static void put_safe(FILE *out, nt_str text) {
  for (size_t at = 0; at < text.len;) {
    size_t from = at;
    uint32_t c = nt_utf8_next(text, &at);
    if (c == '\t')
      fputc(' ', out);
    else if (c < 0x20 || c == 0x7F)
      fputc('?', out);
    else if (c == 0xFFFD) /* a text in another encoding */
      fputs("\xEF\xBF\xBD", out);
    else
      fwrite(text.ptr + from, 1, at - from, out);
  }
}

/* A window of a long line around the column; *cut is how many characters are left out before it. */
static nt_str window(nt_str line, uint32_t column, size_t *cut) {
  *cut = 0;
  if (line.len <= LONGEST_LINE) return line;
  size_t from = column > LONGEST_LINE / 2 ? column - LONGEST_LINE / 2 : 0;
  if (from > line.len) from = line.len;
  while (from > 0 && from < line.len && ((unsigned char)line.ptr[from] & 0xC0) == 0x80) from--;
  size_t to = from + LONGEST_LINE < line.len ? from + LONGEST_LINE : line.len;
  while (to < line.len && ((unsigned char)line.ptr[to] & 0xC0) == 0x80) to++;
  *cut = nt_utf8_count(nt_str_sub(line, 0, from));
  return nt_str_sub(line, from, to);
}

static void print_line(const printer *p, const nt_where *where, nt_str line) {
  size_t cut;
  uint32_t column = shown_column(where, line);
  nt_str part = window(line, where->column, &cut);
  fprintf(stderr, "%s%5u |%s ", color(p, "\033[2m"), where->line, color(p, "\033[0m"));
  put_safe(stderr, part);
  fputc('\n', stderr);
  if (!column || column <= cut) return;
  size_t span = where->span ? nt_utf8_count(nt_str_sub(line, where->column - 1, where->column - 1 + where->span)) : 1;
  fprintf(stderr, "%s      |%s %*s%s", color(p, "\033[2m"), color(p, "\033[0m"), (int)(column - cut - 1), "",
          color(p, "\033[1;31m"));
  if (!span) span = 1; /* at the end of the line there is no character to underline */
  for (size_t i = 0; i < span && i < LONGEST_LINE; i++) fputc('^', stderr);
  fprintf(stderr, "%s\n", color(p, "\033[0m"));
}

static void print_place(const printer *p, const nt_where *where, uint32_t column) {
  nt_str file = shown(p, where->file.len ? where->file : where->doc);
  if (file.len) put_safe(stderr, file);
  if (file.len && where->line) fprintf(stderr, ":%u", where->line);
  if (file.len && where->line && column) fprintf(stderr, ":%u", column);
  if (!file.len && p->site.len) put_safe(stderr, p->site);
  if (file.len || p->site.len) fputs(": ", stderr);
}

static void print_indented(const char *prefix, nt_str text) {
  while (text.len) {
    size_t end = nt_str_find(text, '\n');
    fputs(prefix, stderr);
    put_safe(stderr, nt_str_sub(text, 0, end));
    fputc('\n', stderr);
    text = nt_str_sub(text, end + 1, text.len);
  }
}

static void print_text(const printer *p, const nt_diag *diag) {
  static const char *const colors[] = {"\033[1;31m", "\033[1;33m", "\033[1;36m"};
  static const nt_code words[] = {NT_MSG_cli_error, NT_MSG_cli_warning, NT_MSG_cli_note};
  nt_buf bytes = {0}, message = {0}, hint = {0};
  nt_str line = source_line(p, &diag->where, &bytes);
  nt_str word = nt_cli_text(p->cli, words[diag->severity], nt_str_n("", 0), nt_str_n("", 0));
  nt_diag_message(diag, p->cli->language, &message);
  nt_diag_hint(diag, p->cli->language, &hint);
  print_place(p, &diag->where, shown_column(&diag->where, line));
  fprintf(stderr, "%s%.*s:%s ", color(p, colors[diag->severity]), NT_FMT(word), color(p, "\033[0m"));
  put_safe(stderr, nt_buf_str(&message));
  fprintf(stderr, " %s[%s]%s\n", color(p, "\033[2m"), nt_message_get(diag->code)->name, color(p, "\033[0m"));
  if (line.ptr) print_line(p, &diag->where, line);
  print_indented("      = ", nt_buf_str(&hint));
  print_indented("        ", diag->trace);
  nt_buf_deinit(&bytes);
  nt_buf_deinit(&message);
  nt_buf_deinit(&hint);
}

static void json_member(nt_buf *out, const char *name, nt_str value) {
  if (!value.len) return;
  nt_buf_format(out, ",\"%s\":", name);
  nt_json_string(value, out);
}

static void print_json(const printer *p, const nt_diag *diag) {
  static const char *const severities[] = {"error", "warning", "note"};
  nt_buf bytes = {0}, message = {0}, hint = {0}, out = {0};
  nt_str line = source_line(p, &diag->where, &bytes);
  nt_diag_message(diag, p->cli->language, &message);
  nt_diag_hint(diag, p->cli->language, &hint);
  nt_buf_format(&out, "{\"type\":\"diagnostic\",\"severity\":\"%s\",\"code\":\"%s\"", severities[diag->severity],
                nt_message_get(diag->code)->name);
  json_member(&out, "site", p->site);
  json_member(&out, "file", shown(p, diag->where.file));
  if (diag->where.line) nt_buf_format(&out, ",\"line\":%u", diag->where.line);
  if (diag->where.line && diag->where.column) nt_buf_format(&out, ",\"column\":%u", shown_column(&diag->where, line));
  json_member(&out, "document", diag->where.doc);
  if (diag->count) nt_buf_format(&out, ",\"count\":%u", diag->count);
  json_member(&out, "message", nt_buf_str(&message));
  json_member(&out, "hint", nt_buf_str(&hint));
  json_member(&out, "trace", diag->trace);
  nt_buf_c(&out, "}\n");
  fwrite(out.ptr, 1, out.len, stdout);
  nt_buf_deinit(&bytes);
  nt_buf_deinit(&message);
  nt_buf_deinit(&hint);
  nt_buf_deinit(&out);
}

/* Do they say the same thing about different places? */
static bool alike(const nt_diag *a, const nt_diag *b) {
  if (a->code != b->code || a->severity != b->severity || !nt_str_eq(a->hint, b->hint)) return false;
  for (size_t i = 0; i < NT_DIAG_ARGS; i++)
    if (!nt_str_eq(a->args[i], b->args[i])) return false;
  return true;
}

static bool same_place(const nt_diag *a, const nt_diag *b) {
  return nt_str_eq(a->where.file, b->where.file) && a->where.line == b->where.line &&
         a->where.column == b->where.column && nt_str_eq(a->where.doc, b->where.doc);
}

/* One stands for a hundred alike: it names how many there are and where the next few lie. */
static void print_rest(const printer *p, const nt_diags *diags, size_t first, bool *done, size_t count) {
  nt_str text =
      nt_cli_text(p->cli, NT_MSG_cli_more_places, nt_arena_format(p->cli->arena, "%zu", count), nt_str_n("", 0));
  fprintf(stderr, "      = %.*s", NT_FMT(text));
  size_t named = 0;
  for (size_t i = first + 1; i < diags->len; i++) {
    if (done[i] || !alike(&diags->items[first], &diags->items[i])) continue;
    done[i] = true;
    if (named++ >= 5) continue;
    nt_str file = shown(p, diags->items[i].where.file.len ? diags->items[i].where.file : diags->items[i].where.doc);
    fprintf(stderr, "%s %.*s:%u", named > 1 ? "," : ":", NT_FMT(file), diags->items[i].where.line);
  }
  fputs(count > 5 ? " …\n" : "\n", stderr);
}

static void print_group(const printer *p, const nt_diags *diags, size_t first, bool *done) {
  size_t count = 0;
  for (size_t i = first + 1; i < diags->len; i++)
    if (!done[i] && alike(&diags->items[first], &diags->items[i])) {
      if (same_place(&diags->items[first], &diags->items[i]))
        done[i] = true; /* said by two steps that met the same thing */
      else
        count++;
    }
  print_text(p, &diags->items[first]);
  if (count > ALIKE) print_rest(p, diags, first, done, count);
}

void nt_cli_diags(nt_cli *cli, const nt_engine *engine, nt_str site, const nt_diags *diags) {
  printer p = {.cli = cli, .engine = engine, .site = site, .root = nt_root_open(engine->root)};
  bool *done = nt_zalloc(diags->len + 1);
  for (size_t i = 0; i < diags->len; i++) {
    const nt_diag *diag = &diags->items[i];
    if (done[i] || (diag->severity == NT_NOTE && cli->quiet)) continue;
    if (cli->json)
      print_json(&p, diag);
    else
      print_group(&p, diags, i, done);
  }
  free(done);
  nt_root_close(p.root);
}
