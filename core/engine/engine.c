#include "engine/engine.h"

#include "base/clock.h"
#include "base/path.h"
#include "engine/inputs/config.h"
#include "engine/publish/out.h"

#include <stdlib.h>
#include <unistd.h>

static const nt_str notis_yaml = {"notis.yaml", 10};

/* ---- notis.yaml ---- */

typedef struct workspace {
  nt_engine *engine;
  nt_config_files files;
  nt_value config;
} workspace;

static nt_where where_of(const workspace *w, const char *key) {
  const nt_value *v = nt_map_find(&w->config, nt_str_c(key));
  return nt_config_where(&w->files, v ? v->pos : w->config.pos);
}

static void read_size(workspace *w, const nt_value *limits, const char *key, uint64_t *out) {
  const nt_value *v = nt_map_find(limits, nt_str_c(key));
  if (v && !nt_config_size(v, out))
    nt_report(&w->engine->diags, NT_MSG_config_bad_amount, nt_config_where(&w->files, v->pos), nt_value_str(v));
}

static void read_limits(workspace *w) {
  nt_engine *e = w->engine;
  const nt_value *limits = nt_map_find(&w->config, NT_STR("limits"));
  e->item_limit = 16 << 20;
  e->hook_memory = 64 << 20;
  e->hook_instructions = 50000000;
  e->removals = 0.2;
  read_size(w, limits, "item", &e->item_limit);
  read_size(w, limits, "hook_memory", &e->hook_memory);
  read_size(w, limits, "hook_instructions", &e->hook_instructions);
  const nt_value *removals = nt_map_find(limits, NT_STR("removals"));
  if (removals && !nt_config_percent(removals, &e->removals))
    nt_report(&e->diags, NT_MSG_config_bad_amount, nt_config_where(&w->files, removals->pos), nt_value_str(removals));
}

enum { MOST_WORKERS = 256 };

static void read_workers(workspace *w) {
  nt_engine *e = w->engine;
  const nt_value *v = nt_map_find(&w->config, NT_STR("workers"));
  if (!v || nt_str_eq(nt_value_str(v), NT_STR("auto"))) return;
  if (v->type != NT_INT || v->as.integer < 1 || v->as.integer > MOST_WORKERS) {
    nt_str given = v->type == NT_INT ? nt_arena_format(e->arena, "%lld", (long long)v->as.integer) : nt_value_str(v);
    nt_report(&e->diags, NT_MSG_config_bad_workers, nt_config_where(&w->files, v->pos), given);
  } else if (!e->options.workers) {
    e->options.workers = (unsigned)v->as.integer;
  }
}

static nt_file_stamp settings_stamp(nt_str root_path) {
  nt_file_stamp stamp = {0};
  nt_file_result result;
  nt_root *root = nt_root_open(root_path);
  int fd = root ? nt_file_open(root, notis_yaml, &result, &stamp) : -1;
  if (fd >= 0) close(fd);
  nt_root_close(root);
  return stamp;
}

bool nt_engine_settings_changed(const nt_engine *e) {
  nt_file_stamp now = settings_stamp(e->root);
  return memcmp(&now, &e->settings, sizeof now) != 0;
}

static bool read_workspace(workspace *w) {
  nt_engine *e = w->engine;
  e->settings = settings_stamp(e->root);
  nt_root *root = nt_root_open(e->root);
  nt_file_result result = NT_FILE_ABSENT;
  nt_str given = e->options.workspace.len ? e->options.workspace : NT_STR(".");
  if (root) result = nt_config_read(root, notis_yaml, notis_yaml, 1 << 20, e->arena, &w->files, &e->diags, &w->config);
  nt_root_close(root);
  if (result == NT_FILE_ABSENT)
    nt_report(&e->diags, NT_MSG_workspace_absent, (nt_where){0}, given);
  else
    nt_config_report_file(result, notis_yaml, nt_where_file(notis_yaml, 0, 0), &e->diags);
  if (result != NT_FILE_OK || !nt_config_holds_map(&w->config, notis_yaml, 0, &e->diags) || e->diags.errors)
    return false;
  if (!nt_schema_check(&nt_schema_workspace, &w->config, w->config.pos, &w->files, &e->diags)) return false;
  const nt_value *version = nt_map_find(&w->config, NT_STR("notis"));
  if (version->as.integer != 1)
    nt_report(&e->diags, NT_MSG_config_bad_version, where_of(w, "notis"),
              nt_arena_format(e->arena, "%lld", (long long)version->as.integer));
  nt_config_strings(nt_map_find(&w->config, NT_STR("sites")), NT_STR("sites"), &w->files, &e->diags);
  nt_config_strings(nt_map_find(&w->config, NT_STR("plugins")), NT_STR("plugins"), &w->files, &e->diags);
  read_workers(w);
  read_limits(w);
  nt_str out = nt_value_str(nt_map_find(&w->config, NT_STR("out")));
  e->out = e->options.out.len ? e->options.out : out.len ? out : NT_STR("public/{site}");
  return e->diags.errors == 0;
}

/* ---- sites ---- */

static bool is_wanted(const nt_engine *e, nt_str name) {
  if (!e->options.site_count) return true;
  for (size_t i = 0; i < e->options.site_count; i++)
    if (nt_str_eq(e->options.sites[i], name)) return true;
  return false;
}

static void check_wanted(workspace *w, const nt_value *sites) {
  nt_engine *e = w->engine;
  nt_buf names = {0};
  for (size_t i = 0; i < sites->as.list->len; i++) {
    if (i) nt_buf_c(&names, ", ");
    nt_buf_put(&names, nt_value_str(&sites->as.list->items[i]));
  }
  for (size_t i = 0; i < e->options.site_count; i++) {
    bool found = false;
    for (size_t k = 0; k < sites->as.list->len; k++)
      found |= nt_str_eq(e->options.sites[i], nt_value_str(&sites->as.list->items[k]));
    if (!found)
      nt_report(&e->diags, NT_MSG_site_unknown, where_of(w, "sites"), e->options.sites[i], nt_buf_str(&names));
  }
  nt_buf_deinit(&names);
}

static void open_sites(workspace *w) {
  nt_engine *e = w->engine;
  const nt_value *sites = nt_map_find(&w->config, NT_STR("sites"));
  check_wanted(w, sites);
  if (e->diags.errors) return;
  size_t count = sites->as.list->len;
  e->pool = nt_pool_new(e->loop, e->options.workers, count ? (unsigned)count : 1, e->options.shuffle_seed);
  e->sites = nt_zalloc((count ? count : 1) * sizeof *e->sites);
  nt_str *dirs = nt_arena_alloc(e->arena, (count + 1) * sizeof *dirs);
  size_t dir_count = 0;
  for (size_t i = 0; i < count; i++) {
    const nt_value *v = &sites->as.list->items[i];
    nt_str name;
    if (!nt_path_normal(nt_value_str(v), e->arena, &name)) {
      nt_report(&e->diags, NT_MSG_site_absent, nt_config_where(&w->files, v->pos), nt_value_str(v),
                NT_STR("site.yaml"));
      continue;
    }
    for (size_t k = 0; k < e->site_count; k++)
      if (nt_str_eq(e->sites[k].name, name))
        nt_report(&e->diags, NT_MSG_site_twice, nt_config_where(&w->files, v->pos), name);
    dirs[dir_count++] = name;
    if (!is_wanted(e, name) || e->diags.errors) continue;
    nt_site_init(&e->sites[e->site_count], e, (unsigned)i, name);
    e->sites[e->site_count].where = nt_config_where(&w->files, v->pos);
    e->site_count++;
  }
  nt_out_check(e, dirs, dir_count, e->options.out.len ? (nt_where){0} : where_of(w, "out"));
}

/* ---- plugins ---- */

static void load_plugins(workspace *w) {
  nt_engine *e = w->engine;
  for (size_t i = 0; i < e->options.plugin_dir_count; i++)
    nt_plugins_load_directory(e, e->options.plugin_dirs[i], e->options.plugin_dirs[i]);
  const nt_value *dirs = nt_map_find(&w->config, NT_STR("plugins"));
  for (size_t i = 0; dirs && i < dirs->as.list->len; i++) {
    nt_str dir = nt_value_str(&dirs->as.list->items[i]);
    nt_plugins_load_directory(e, nt_path_join(e->arena, e->root, dir), dir);
    nt_push(&e->own_plugin_dirs, nt_arena_str(e->arena, dir));
  }
}

/* ---- the engine ---- */

nt_engine *nt_engine_open(const nt_engine_options *options) {
  nt_engine *e = nt_zalloc(sizeof *e);
  e->options = *options;
  nt_lock_init(&e->lock);
  e->arena = nt_arena_new();
  nt_diags_init(&e->diags, e->arena);
  e->host = nt_host_new();
  e->locales = nt_locales_new();
  e->loop = nt_loop_new(options->shuffle_seed);
  nt_str given = nt_arena_str(e->arena, options->workspace.len ? options->workspace : NT_STR("."));
  char *absolute = realpath(given.ptr, NULL);
  e->root = nt_arena_str(e->arena, absolute ? nt_str_c(absolute) : given);
  free(absolute);
  workspace w = {.engine = e};
  if (read_workspace(&w)) {
    load_plugins(&w);
    nt_outputs_open(e);
    nt_code held = options->explains ? NT_MSG_explain_locked : NT_MSG_state_locked;
    if (!options->check || options->explains)
      nt_lock_take(&e->lock, nt_engine_state(e, e->arena), held, e->arena, &e->diags);
    if (!e->diags.errors) open_sites(&w);
  }
  nt_vec_deinit(&w.files.names);
  return e;
}

const nt_plugin *nt_engine_add_plugin(nt_engine *engine, const notis_plugin_descriptor *descriptor) {
  return nt_host_add(engine->host, NT_STR("(test)"), descriptor, &engine->diags);
}

static bool all_idle(void *ud) {
  nt_engine *e = ud;
  for (size_t i = 0; i < e->site_count; i++)
    if (!nt_site_idle(&e->sites[i])) return false;
  return true;
}

static bool all_at_rest(void *ud) {
  nt_engine *e = ud;
  for (size_t i = 0; i < e->site_count; i++)
    if (e->sites[i].phase != NT_PHASE_IDLE || e->sites[i].sources.running) return false;
  return true;
}

void nt_engine_settle(nt_engine *e) {
  for (size_t i = 0; i < e->site_count; i++) nt_site_pump(&e->sites[i]);
  nt_loop_run_until(e->loop, all_idle, e);
}

void nt_engine_refresh(nt_engine *e) {
  for (size_t i = 0; i < e->site_count; i++) {
    nt_site_changed(&e->sites[i], true);
    e->sites[i].commit.wants_look = true;
  }
}

void nt_engine_set_time(nt_engine *e, int64_t at) {
  e->options.at = at;
  e->options.at_set = true;
}

int64_t nt_engine_now(const nt_engine *e) {
  if (e->options.at_set) return e->options.at;
  return e->options.clock ? e->options.clock(e->options.ud) : nt_clock_now() / 1000000000;
}

nt_str nt_engine_state(const nt_engine *e, nt_arena *arena) {
  if (e->options.beside.len) return nt_path_join(arena, e->options.beside, NT_STR("state"));
  return nt_path_join(arena, e->root, NT_STR(".notis/state"));
}

nt_str nt_engine_out(const nt_engine *e, const nt_site *site, nt_arena *arena) {
  if (e->options.beside.len)
    return nt_path_join(arena, nt_path_join(arena, e->options.beside, NT_STR("public")), site->name);
  nt_buf path = {0};
  nt_str rest = e->out, mark = NT_STR("{site}");
  for (size_t at = nt_str_search(rest, mark); at < rest.len; at = nt_str_search(rest, mark)) {
    nt_buf_put(&path, nt_str_sub(rest, 0, at));
    nt_buf_put(&path, site->name);
    rest = nt_str_sub(rest, at + mark.len, rest.len);
  }
  nt_buf_put(&path, rest);
  nt_str absolute;
  if (e->options.out.len && e->out.ptr[0] != '/') { /* named on the command line: from where the user stands */
    char *here = realpath(".", NULL);
    absolute = nt_path_join(arena, here ? nt_str_c(here) : NT_STR("."), nt_buf_str(&path));
    free(here);
  } else {
    absolute = nt_path_join(arena, e->root, nt_buf_str(&path));
  }
  nt_buf_deinit(&path);
  return absolute;
}

nt_site *nt_engine_site(nt_engine *e, nt_str name) {
  for (size_t i = 0; i < e->site_count; i++)
    if (nt_str_eq(e->sites[i].name, name)) return &e->sites[i];
  return NULL;
}

void nt_engine_stop(nt_engine *e) {
  for (size_t i = 0; i < e->site_count; i++) {
    nt_site *site = &e->sites[i];
    site->closing = site->stopping = true;
    nt_atomic_set(&site->cancel, true);
    nt_site_pump(site);
  }
}

bool nt_engine_close(nt_engine *e) {
  for (size_t i = 0; i < e->site_count; i++) e->sites[i].closing = true;
  if (e->site_count) nt_loop_run_until(e->loop, all_at_rest, e);
  for (size_t i = 0; i < e->site_count; i++) nt_site_deinit(&e->sites[i]);
  free(e->sites);
  if (e->pool) nt_pool_free(e->pool);
  nt_outputs_close(e);
  nt_host_free(e->host);
  nt_plugins_deinit(&e->plugins);
  nt_vec_deinit(&e->own_plugin_dirs);
  bool good = nt_loop_free(e->loop);
  nt_locales_free(e->locales);
  nt_lock_deinit(&e->lock);
  nt_arena_free(e->arena);
  free(e);
  return good;
}
