/* The folders that a site is made from. */
#include "engine/inputs/settings.h"

#include "base/path.h"

#include <errno.h>

/* One folder on the way: `open` while what it extends is looked at, so that meeting it again is a circle. */
typedef struct visited {
  nt_layer layer;
  nt_value config;
  bool open;
} visited;

/* Depth first, the last named first: a folder is done when all that it extends is, so the reverse of that order has
 * every folder before what it extends, and otherwise as named. */
typedef struct visit {
  nt_inputs *in;
  const nt_inputs_options *options;
  nt_root *workspace;
  visited all[NT_MAX_LAYERS];
  uint32_t count;
  uint32_t done[NT_MAX_LAYERS], done_count;
} visit;

static visited *find(visit *v, nt_str dir) {
  for (uint32_t i = 0; i < v->count; i++)
    if (nt_str_eq(v->all[i].layer.dir, dir)) return &v->all[i];
  return NULL;
}

static void read_config(visit *v, visited *at) {
  nt_inputs *in = v->in;
  nt_value config;
  size_t errors = in->diags.errors;
  bool is_site = at == v->all;
  nt_str shown = nt_path_join(in->arena, at->layer.dir, NT_STR("site.yaml"));
  nt_file_result result =
      nt_config_read(at->layer.root, NT_STR("site.yaml"), shown, 1 << 20, in->arena, &in->files, &in->diags, &config);
  if (result == NT_FILE_ABSENT && is_site)
    nt_report(&in->diags, NT_MSG_site_absent, nt_where_file(shown, 0, 0), v->options->site, shown);
  else if (result != NT_FILE_OK && result != NT_FILE_ABSENT)
    nt_config_report_file(result, shown, nt_where_file(shown, 0, 0), &in->diags);
  if (result == NT_FILE_OK && nt_config_holds_map(&config, shown, errors, &in->diags)) at->config = config;
}

static void extend(visit *v, const visited *from, const nt_value *name);

static void enter(visit *v, nt_str dir, nt_root *root) {
  visited *at = &v->all[v->count++];
  *at = (visited){.layer = {nt_arena_str(v->in->arena, dir), root}, .open = true};
  read_config(v, at);
  const nt_value *extends = nt_map_find(&at->config, NT_STR("extends"));
  if (extends && extends->type == NT_STRING) extend(v, at, extends);
  bool good = nt_config_strings(extends, NT_STR("extends"), &v->in->files, &v->in->diags);
  for (size_t i = extends && extends->type == NT_LIST && good ? extends->as.list->len : 0; i-- > 0;)
    extend(v, at, &extends->as.list->items[i]);
  at->open = false;
  v->done[v->done_count++] = (uint32_t)(at - v->all);
}

static void extend(visit *v, const visited *from, const nt_value *name) {
  nt_inputs *in = v->in;
  nt_str dir;
  nt_where where = nt_config_where(&in->files, name->pos);
  nt_str joined = nt_path_join(in->arena, from->layer.dir, nt_value_str(name));
  if (!nt_value_str(name).len || !nt_path_normal(joined, in->arena, &dir)) {
    nt_report(&in->diags, NT_MSG_extends_absent, where, joined);
    return;
  }
  const visited *met = find(v, dir);
  if (met) {
    if (met->open) nt_report(&in->diags, NT_MSG_extends_circle, where, dir);
    return;
  }
  if (v->count == NT_MAX_LAYERS) {
    nt_report(&in->diags, NT_MSG_extends_many, where, dir, nt_arena_format(in->arena, "%d", NT_MAX_LAYERS));
    return;
  }
  nt_root *root = nt_root_open_below(v->workspace, dir);
  if (root) {
    enter(v, dir, root);
    return;
  }
  nt_report(&in->diags, errno == EXDEV || errno == ELOOP ? NT_MSG_extends_outside : NT_MSG_extends_absent, where, dir);
  nt_push(&in->absent, dir);
}

bool nt_layers_read(nt_inputs *in, const nt_inputs_options *options) {
  visit v = {.in = in, .options = options, .workspace = nt_root_open(options->workspace)};
  nt_root *root = nt_root_open(nt_path_join(in->arena, options->workspace, options->site));
  if (root && v.workspace) {
    enter(&v, options->site, root);
  } else {
    nt_str shown = nt_path_join(in->arena, options->site, NT_STR("site.yaml"));
    nt_report(&in->diags, NT_MSG_site_absent, options->where, options->site, shown);
    nt_root_close(root);
  }
  for (uint32_t i = v.done_count; i-- > 0;) {
    const visited *at = &v.all[v.done[i]];
    in->layers[in->layer_count++] = at->layer;
    if (at->config.type == NT_MAP)
      in->config = in->config.type == NT_MAP ? nt_config_merge(&at->config, &in->config, in->arena) : at->config;
  }
  nt_root_close(v.workspace);
  return in->diags.errors == 0;
}
