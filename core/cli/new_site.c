/* A new site, and the workspace around it where there is none. */
#include "cli/new.h"

#include "base/path.h"
#include "host/durable.h"
#include "text/locale.h"
#include "text/yaml.h"

enum { LARGEST_SETTINGS = 1 << 20 };

/* ---- notis.yaml ---- */

static nt_str line_at(nt_str text, size_t at) {
  return nt_str_sub(text, at, at + nt_str_find(nt_str_sub(text, at, text.len), '\n'));
}

/* Where the line after this one begins. */
static size_t line_after(nt_str text, size_t at) {
  size_t next = at + line_at(text, at).len + 1;
  return next < text.len ? next : text.len;
}

/* A name that YAML would read as a number or the like stands in quotation marks. */
static void put_name(nt_str name, nt_buf *out) {
  bool plain = name.ptr[0] >= 'a' && name.ptr[0] <= 'z' && !nt_str_eq(name, NT_STR("true")) &&
               !nt_str_eq(name, NT_STR("false")) && !nt_str_eq(name, NT_STR("null"));
  if (plain)
    nt_buf_put(out, name);
  else
    nt_yaml_quoted(name, out);
}

/* sites: [a, b] */
static bool add_to_row(nt_str text, size_t at, nt_str name, nt_buf *out) {
  nt_str line = line_at(text, at);
  size_t open = nt_str_find(line, '['), close = nt_str_find(line, ']');
  if (open == line.len || close == line.len) return false;
  nt_buf_put(out, nt_str_sub(text, 0, at + close));
  if (nt_str_trim(nt_str_sub(line, open + 1, close)).len) nt_buf_c(out, ", ");
  put_name(name, out);
  nt_buf_put(out, nt_str_sub(text, at + close, text.len));
  return true;
}

/* sites: and below it "- a" on lines of their own, indented or not. */
static bool add_to_lines(nt_str text, size_t at, nt_str name, nt_buf *out) {
  nt_str indent = {NULL, 0};
  size_t after = line_after(text, at);
  for (size_t next = after; next < text.len; next = line_after(text, next)) {
    nt_str line = line_at(text, next);
    size_t spaces = 0;
    while (spaces < line.len && line.ptr[spaces] == ' ') spaces++;
    if (spaces == line.len || line.ptr[spaces] != '-') break;
    indent = nt_str_sub(line, 0, spaces);
    after = line_after(text, next);
  }
  if (!indent.ptr) return false;
  nt_buf_put(out, nt_str_sub(text, 0, after));
  if (out->len && out->ptr[out->len - 1] != '\n') nt_buf_byte(out, '\n');
  nt_buf_put(out, indent);
  nt_buf_c(out, "- ");
  put_name(name, out);
  nt_buf_byte(out, '\n');
  nt_buf_put(out, nt_str_sub(text, after, text.len));
  return true;
}

static const nt_value *sites_of(nt_str text, nt_arena *arena, nt_value *config) {
  nt_diags diags;
  nt_diags_init(&diags, arena);
  if (!nt_yaml_parse(text, NT_STR("notis.yaml"), (nt_pos){.line = 1, .column = 1}, arena, &diags, config)) return NULL;
  const nt_value *sites = nt_map_find(config, NT_STR("sites"));
  return sites && sites->type == NT_LIST ? sites : NULL;
}

static bool lists(const nt_value *sites, nt_str name) {
  for (size_t i = 0; sites && i < nt_value_len(sites); i++)
    if (nt_str_eq(nt_value_str(&sites->as.list->items[i]), name)) return true;
  return false;
}

/* What was written by a rule of thumb is read back: nothing but one more site may have come of it. */
static bool is_one_more(nt_str before, nt_str after, nt_str name, nt_arena *arena) {
  nt_value old_config, new_config;
  const nt_value *old_sites = sites_of(before, arena, &old_config), *sites = sites_of(after, arena, &new_config);
  if (!old_sites || !sites || nt_value_len(sites) != nt_value_len(old_sites) + 1 || !lists(sites, name)) return false;
  nt_map_find(&new_config, NT_STR("sites"))->as.list->len--;
  return nt_value_eq(&old_config, &new_config);
}

static bool add_site(nt_str text, nt_str name, nt_arena *arena, nt_buf *out) {
  for (size_t at = 0; at < text.len; at = line_after(text, at)) {
    if (!nt_str_starts(line_at(text, at), NT_STR("sites:"))) continue;
    bool added = add_to_row(text, at, name, out) || add_to_lines(text, at, name, out);
    return added && is_one_more(text, nt_buf_str(out), name, arena);
  }
  return false;
}

/* ---- the site ---- */

typedef struct new_site {
  nt_cli *cli;
  nt_str root;
  nt_str language;
  nt_placeholders with;
} new_site;

/* "min-region" is called Min region until somebody says better. */
static nt_str title_of(nt_str name, nt_str slug, nt_arena *arena) {
  if (!nt_str_eq(name, slug)) return name;
  nt_buf out = {0};
  for (size_t i = 0; i < slug.len; i++) nt_buf_byte(&out, slug.ptr[i] == '-' ? ' ' : slug.ptr[i]);
  if (out.ptr[0] >= 'a' && out.ptr[0] <= 'z') out.ptr[0] = (char)(out.ptr[0] - 'a' + 'A');
  nt_str title = nt_arena_str(arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return title;
}

/* Its own settings and texts have placeholders; kinds, templates and archetypes are as they are, braces and all. */
static bool is_filled(nt_str path) {
  return nt_str_eq(path, NT_STR("site.yaml")) || nt_str_starts(path, NT_STR("content/"));
}

static bool write_file(const new_site *n, nt_str path, nt_str bytes) {
  nt_buf text = {0};
  if (is_filled(path))
    nt_archetype_fill(bytes, nt_str_ends(path, NT_STR(".yaml")), &n->with, &text);
  else
    nt_buf_put(&text, bytes);
  bool good = nt_new_write(n->cli, n->root, nt_path_join(n->cli->arena, n->with.slug, path), nt_buf_str(&text));
  nt_buf_deinit(&text);
  return good;
}

static bool write_folder(const new_site *n, nt_str folder) {
  nt_str prefix = nt_arena_format(n->cli->arena, "site/%.*s/", NT_FMT(folder));
  for (size_t i = 0; i < nt_builtin_count; i++) {
    nt_str path = nt_str_c(nt_builtins[i].path);
    nt_str bytes = nt_str_n((const char *)nt_builtins[i].bytes, nt_builtins[i].len);
    if (nt_str_starts(path, prefix) && !write_file(n, nt_str_sub(path, prefix.len, path.len), bytes)) return false;
  }
  return true;
}

/* Last of all, so that what is listed is there. */
static bool write_workspace(const new_site *n) {
  nt_arena *arena = n->cli->arena;
  nt_str name = NT_STR("notis.yaml"), path = nt_path_join(arena, n->root, name);
  nt_buf before = {0}, after = {0};
  nt_root *root = nt_root_open(n->root);
  nt_file_result found = root ? nt_file_read(root, name, LARGEST_SETTINGS, &before, NULL) : NT_FILE_FAILED;
  bool good = true;
  nt_value config;
  if (found == NT_FILE_ABSENT) {
    nt_archetype_fill(nt_builtin_find(NT_STR("site/notis.yaml")), true, &n->with, &after);
    good = nt_new_write(n->cli, n->root, name, nt_buf_str(&after));
  } else if (found == NT_FILE_OK && lists(sites_of(nt_buf_str(&before), arena, &config), n->with.slug)) {
    good = true;
  } else if (found == NT_FILE_OK && add_site(nt_buf_str(&before), n->with.slug, arena, &after)) {
    good = nt_durable_replace(path, nt_buf_str(&after), NULL) == NT_DURABLE_OK;
    if (!good) nt_cli_usage(n->cli, NT_MSG_cli_new_by_hand, n->with.slug, nt_str_n("", 0));
  } else {
    nt_cli_usage(n->cli, NT_MSG_cli_new_by_hand, n->with.slug, nt_str_n("", 0));
    good = false;
  }
  nt_root_close(root);
  nt_buf_deinit(&before);
  nt_buf_deinit(&after);
  return good;
}

int nt_new_site(nt_cli *cli, nt_str title) {
  nt_arena *arena = cli->arena;
  new_site n = {.cli = cli, .with = {.slug = nt_file_slug(title, arena)}};
  n.language = cli->language == NT_SWEDISH ? NT_STR("sv") : NT_STR("en");
  if (!n.with.slug.len) return nt_cli_usage(cli, NT_MSG_cli_new_title, nt_str_n("", 0), nt_str_n("", 0));
  n.with.title = title_of(title, n.with.slug, arena);
  n.root = nt_new_root(cli);
  if (!n.root.len) return NT_EXIT_USAGE;
  nt_str whole = nt_path_join(arena, n.root, n.with.slug);
  if (nt_durable_kind(whole) != NOTIS_FILE_NONE)
    return nt_cli_usage(cli, NT_MSG_cli_new_exists, n.with.slug, nt_str_n("", 0));
  bool good = write_folder(&n, n.language) && write_folder(&n, NT_STR("both")) && write_workspace(&n);
  return good ? NT_EXIT_GOOD : NT_EXIT_USAGE;
}
