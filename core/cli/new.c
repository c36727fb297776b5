/* notis new site|hook|<kind> */
#include "cli/new.h"

#include "base/path.h"
#include "host/durable.h"
#include "text/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { LARGEST_ARCHETYPE = 1 << 20 };

/* ---- writing ---- */

nt_str nt_new_root(nt_cli *cli) {
  nt_str dir = cli->engine.workspace.len ? nt_arena_str(cli->arena, cli->engine.workspace) : NT_STR(".");
  char *absolute = realpath(dir.ptr, NULL);
  if (!absolute) {
    nt_cli_usage(cli, NT_MSG_cli_new_failed, dir, nt_str_c(strerror(errno)));
    return nt_str_n("", 0);
  }
  nt_str root = nt_arena_str(cli->arena, nt_str_c(absolute));
  free(absolute);
  return root;
}

static void say_made(nt_cli *cli, nt_str path) {
  nt_buf json = {0};
  nt_json_string(path, &json);
  if (cli->json)
    printf("{\"type\":\"file\",\"file\":%.*s}\n", NT_FMT(nt_buf_str(&json)));
  else if (!cli->quiet)
    printf("%.*s\n", NT_FMT(path));
  nt_buf_deinit(&json);
}

static bool write_all(int fd, nt_str bytes) {
  while (bytes.len) {
    ssize_t done = write(fd, bytes.ptr, bytes.len);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes = nt_str_sub(bytes, (size_t)done, bytes.len);
  }
  return true;
}

bool nt_new_write(nt_cli *cli, nt_str root, nt_str path, nt_str bytes) {
  nt_str whole = nt_path_join(cli->arena, root, path);
  nt_durable_mkdirs(nt_path_dir(whole), NULL); /* if it cannot be, the file cannot be opened */
  int fd = open(whole.ptr, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0 && errno == EEXIST) return nt_cli_usage(cli, NT_MSG_cli_new_exists, path, nt_str_n("", 0)), false;
  bool good = fd >= 0 && write_all(fd, bytes);
  int reason = errno;
  if (fd >= 0 && close(fd) < 0) good = false;
  if (!good) nt_cli_usage(cli, NT_MSG_cli_new_failed, path, nt_str_c(strerror(reason)));
  if (good) say_made(cli, path);
  return good;
}

/* ---- what is asked for ---- */

typedef struct new_text {
  nt_cli *cli;
  const nt_engine *engine;
  const nt_inputs *in;
  nt_str site;
  nt_str what; /* "hook", or a kind */
  nt_placeholders with;
} new_text;

static void set_placeholders(new_text *n, nt_str title) {
  nt_arena *arena = n->cli->arena;
  nt_civil day = nt_date_civil(n->in->now);
  n->with.title = title;
  n->with.year = nt_arena_format(arena, "%04d", (int)day.year);
  n->with.date = nt_arena_format(arena, "%04d-%02u-%02u", (int)day.year, (unsigned)day.month, (unsigned)day.day);
  n->with.slug = nt_file_slug(title, arena);
  if (!n->with.slug.len) n->with.slug = nt_arena_format(arena, "%.*s-%.*s", NT_FMT(n->what), NT_FMT(n->with.date));
}

nt_str nt_new_language(nt_str lang) {
  return nt_str_eq(lang, NT_STR("sv")) ? lang : NT_STR("en");
}

/* The nearest layer's archetype. */
static bool read_archetype(const new_text *n, nt_str name, nt_buf *out) {
  for (uint32_t i = 0; i < n->in->layer_count; i++) {
    nt_str path = nt_arena_format(n->cli->arena, "archetypes/%.*s", NT_FMT(name));
    nt_buf_clear(out);
    if (nt_file_read(n->in->layers[i].root, path, LARGEST_ARCHETYPE, out, NULL) == NT_FILE_OK) return true;
  }
  nt_buf_clear(out);
  return false;
}

static int write_text(const new_text *n, nt_str dir, nt_str extension, nt_str bytes) {
  nt_arena *arena = n->cli->arena;
  nt_str name = nt_arena_format(arena, "%.*s.%.*s", NT_FMT(n->with.slug), NT_FMT(extension));
  nt_str path = nt_path_join(arena, nt_path_join(arena, n->site, dir), name);
  return nt_new_write(n->cli, n->engine->root, path, bytes) ? NT_EXIT_GOOD : NT_EXIT_USAGE;
}

static int new_hook(const new_text *n) {
  nt_buf archetype = {0}, text = {0};
  nt_str builtin = nt_arena_format(n->cli->arena, "hook.%.*s.lua", NT_FMT(nt_new_language(n->in->lang)));
  if (!read_archetype(n, NT_STR("hook.lua"), &archetype)) nt_buf_put(&archetype, nt_builtin_find(builtin));
  nt_archetype_fill(nt_buf_str(&archetype), false, &n->with, &text);
  int code = write_text(n, NT_STR("scripts"), NT_STR("lua"), nt_buf_str(&text));
  nt_buf_deinit(&archetype);
  nt_buf_deinit(&text);
  return code;
}

/* ---- where texts of a kind are ---- */

static nt_str setting(const nt_source_config *source, const char *key) {
  return nt_value_str(nt_map_find(source->config, nt_str_c(key)));
}

static bool is_markdown(const nt_source_config *source) {
  return setting(source, "path").len && nt_str_ends(setting(source, "match"), NT_STR(".md"));
}

/* The folder below a source of every kind: one that its addresses are called by, if it is there, else the kind's. */
static nt_str folder_of(const new_text *n, const nt_kind *kind, nt_str path) {
  nt_arena *arena = n->cli->arena;
  nt_str link = nt_kind_permalink(kind, n->in->lang);
  link = nt_str_sub(link, 1, link.len);
  nt_str first = nt_str_sub(link, 0, nt_str_find(link, '/'));
  nt_str named = nt_path_join(arena, path, first);
  nt_str whole = nt_path_join(arena, nt_path_join(arena, n->engine->root, n->site), named);
  bool there = first.len && nt_str_find(first, '{') == first.len &&
               nt_durable_kind(nt_arena_str(arena, whole)) == NOTIS_FILE_DIRECTORY;
  return there ? named : nt_path_join(arena, path, kind->name);
}

/* Empty if the site reads no Markdown. *said: texts there are of that kind without saying so. */
static nt_str source_folder(const new_text *n, const nt_kind *kind, bool *said) {
  const nt_inputs *in = n->in;
  *said = true;
  for (size_t i = 0; i < in->sources.len; i++)
    if (nt_str_eq(in->sources.items[i].kind, kind->name) && is_markdown(&in->sources.items[i]))
      return setting(&in->sources.items[i], "path");
  for (size_t i = 0; i < in->sources.len; i++) {
    if (in->sources.items[i].kind.len || !is_markdown(&in->sources.items[i])) continue;
    nt_str folder = folder_of(n, kind, setting(&in->sources.items[i], "path"));
    *said = nt_str_eq(nt_path_base(folder), kind->name);
    return folder;
  }
  return nt_str_n("", 0);
}

/* In a folder whose texts are not of this kind by themselves, the text says what it is. */
static void put_kind(const nt_kind *kind, nt_str text, nt_buf *out) {
  nt_str dashes = NT_STR("---\n");
  bool front = nt_str_starts(text, dashes);
  nt_buf_format(out, "---\nkind: %.*s\n", NT_FMT(kind->name));
  if (!front) nt_buf_put(out, dashes);
  nt_buf_put(out, front ? nt_str_sub(text, dashes.len, text.len) : text);
}

static nt_str kind_names(const new_text *n) {
  nt_buf names = {0};
  for (size_t i = 0; i < n->in->kinds.len; i++) nt_buf_format(&names, "%.*s, ", NT_FMT(n->in->kinds.items[i].name));
  nt_buf_c(&names, "hook, site");
  nt_str kept = nt_arena_str(n->cli->arena, nt_buf_str(&names));
  nt_buf_deinit(&names);
  return kept;
}

static int new_of_kind(const new_text *n) {
  nt_buf archetype = {0}, text = {0}, whole = {0};
  const nt_kind *kind = nt_inputs_kind(n->in, n->what);
  bool said = true;
  if (!kind) return nt_cli_usage(n->cli, NT_MSG_cli_new_what, n->what, kind_names(n));
  nt_str folder = source_folder(n, kind, &said);
  if (!folder.len) return nt_cli_usage(n->cli, NT_MSG_cli_new_no_source, n->site, kind->name);
  if (read_archetype(n, nt_arena_format(n->cli->arena, "%.*s.md", NT_FMT(kind->name)), &archetype))
    nt_archetype_fill(nt_buf_str(&archetype), false, &n->with, &text);
  else
    nt_new_fields(kind, &n->with, &text);
  if (!said) put_kind(kind, nt_buf_str(&text), &whole);
  int code = write_text(n, folder, NT_STR("md"), nt_buf_str(said ? &text : &whole));
  nt_buf_deinit(&archetype);
  nt_buf_deinit(&text);
  nt_buf_deinit(&whole);
  return code;
}

/* ---- the command ---- */

static nt_str site_names(nt_cli *cli, const nt_engine *engine) {
  nt_buf names = {0};
  for (size_t i = 0; i < engine->site_count; i++)
    nt_buf_format(&names, "%s%.*s", i ? ", " : "", NT_FMT(engine->sites[i].name));
  nt_str kept = nt_arena_str(cli->arena, nt_buf_str(&names));
  nt_buf_deinit(&names);
  return kept;
}

static int in_site(nt_cli *cli, const nt_engine *engine, nt_str what, nt_str title) {
  nt_inputs *in = nt_cli_inputs(cli, engine, &engine->sites[0]);
  int code = NT_EXIT_USAGE;
  if (in->configured) {
    new_text n = {.cli = cli, .engine = engine, .in = in, .site = engine->sites[0].name, .what = what};
    set_placeholders(&n, title);
    code = nt_str_eq(what, NT_STR("hook")) ? new_hook(&n) : new_of_kind(&n);
  }
  nt_inputs_free(in);
  return code;
}

static int new_in_workspace(nt_cli *cli, nt_str what, nt_str title) {
  cli->engine.sites = cli->words.items + 2;
  cli->engine.site_count = cli->words.len - 2;
  nt_engine *engine = nt_cli_engine(cli, true);
  if (!engine) return NT_EXIT_USAGE;
  int code = engine->site_count == 1 ? in_site(cli, engine, what, title)
                                     : nt_cli_usage(cli, NT_MSG_cli_new_which_site, what, site_names(cli, engine));
  return nt_engine_close(engine) ? code : NT_EXIT_ENGINE;
}

int nt_cli_new(nt_cli *cli) {
  nt_str none = nt_str_n("", 0);
  if (cli->words.len < 2) return nt_cli_usage(cli, NT_MSG_cli_new_missing, none, none);
  nt_str what = cli->words.items[0], title = cli->words.items[1];
  bool site = nt_str_eq(what, NT_STR("site"));
  if (cli->words.len > (site ? 2u : 3u))
    return nt_cli_usage(cli, NT_MSG_cli_new_surplus, cli->words.items[site ? 2 : 3], none);
  if (nt_utf8_check(title) < title.len) return nt_cli_usage(cli, NT_MSG_cli_new_title, none, none);
  title = nt_title_line(title, cli->arena);
  if (!title.len) return nt_cli_usage(cli, NT_MSG_cli_new_title, none, none);
  return site ? nt_new_site(cli, title) : new_in_workspace(cli, what, title);
}
