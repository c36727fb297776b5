#include "engine/inputs/inputs.h"

#include "base/path.h"
#include "engine/inputs/settings.h"

#include <stdlib.h>

const nt_kind *nt_inputs_kind(const nt_inputs *in, nt_str name) {
  for (size_t i = 0; i < in->kinds.len; i++)
    if (nt_str_eq(in->kinds.items[i].name, name)) return &in->kinds.items[i];
  return NULL;
}

const nt_collection *nt_inputs_collection(const nt_inputs *in, nt_str name) {
  for (size_t i = 0; i < in->collections.len; i++)
    if (nt_str_eq(in->collections.items[i].name, name)) return &in->collections.items[i];
  return NULL;
}

const nt_taxonomy *nt_inputs_taxonomy(const nt_inputs *in, nt_str name) {
  for (size_t i = 0; i < in->taxonomies.len; i++)
    if (nt_str_eq(in->taxonomies.items[i].name, name)) return &in->taxonomies.items[i];
  return NULL;
}

void nt_inputs_set_now(nt_inputs *in, int64_t seconds) {
  in->now = nt_date_in_zone((nt_time){.seconds = seconds}, in->zone);
}

/* ---- files of the layers ---- */

static nt_str shown_path(nt_inputs *in, uint32_t layer, nt_str path) {
  return nt_inputs_shown(in, layer, path, in->arena);
}

nt_str nt_inputs_shown(const nt_inputs *in, uint32_t layer, nt_str path, nt_arena *arena) {
  return nt_path_join(arena, in->layers[layer].dir, path);
}

bool nt_inputs_is_unlisted(const nt_inputs *in, nt_str path) {
  for (size_t i = 0; i < in->unlisted.len; i++) {
    nt_str p = in->unlisted.items[i].path;
    if (nt_str_starts(path, p) && (path.len == p.len || path.ptr[p.len] == '/')) return true;
  }
  return false;
}

static bool said_before(const nt_inputs *in, uint32_t layer, nt_str path) {
  for (size_t i = 0; i < in->unlisted.len; i++)
    if (in->unlisted.items[i].layer == layer && nt_str_eq(in->unlisted.items[i].path, path)) return true;
  return false;
}

/* What could not be listed. That there is no such folder is no fault. */
static void report_problems(nt_inputs *in, uint32_t layer, const char *dir, const nt_file_list *list) {
  for (size_t i = 0; i < list->problems.len; i++) {
    const nt_file_problem *p = &list->problems.items[i];
    nt_str shown = shown_path(in, layer, p->path);
    bool absent = p->result == NT_FILE_ABSENT && nt_str_eq(p->path, nt_str_c(dir));
    if (absent || said_before(in, layer, p->path)) continue;
    nt_config_report_file(p->result, shown, nt_where_file(shown, 0, 0), &in->diags);
    nt_push(&in->unlisted, ((nt_unlisted){p->path, layer}));
  }
}

/* Calls fn for each file below `dir` of every layer, the nearest layer's first. Another layer's file with a path that
 * was seen before is hidden, and passed over. */
static void each_file(nt_inputs *in, const char *dir, const char *glob,
                      void (*fn)(nt_inputs *in, uint32_t layer, const nt_file_entry *file)) {
  nt_map seen = {0};
  for (uint32_t layer = 0; layer < in->layer_count; layer++) {
    nt_file_list list = {0};
    nt_file_list_read(in->layers[layer].root, nt_str_c(dir), in->arena, &list);
    for (size_t i = 0; i < list.files.len; i++) {
      nt_file_entry *file = &list.files.items[i];
      if (!nt_glob(nt_str_c(glob), file->path) || nt_map_has(&seen, file->path)) continue;
      nt_map_set(&seen, file->path, file);
      fn(in, layer, file);
    }
    report_problems(in, layer, dir, &list);
    nt_file_list_deinit(&list);
  }
  nt_map_deinit(&seen);
}

static void read_kind(nt_inputs *in, uint32_t layer, const nt_file_entry *file) {
  nt_value yaml;
  nt_kind kind = {0};
  size_t errors = in->diags.errors;
  nt_str shown = shown_path(in, layer, file->path), name = nt_path_stem(file->path);
  nt_file_result result =
      nt_config_read(in->layers[layer].root, file->path, shown, 1 << 20, in->arena, &in->files, &in->diags, &yaml);
  if (result != NT_FILE_OK)
    nt_config_report_file(result, shown, nt_where_file(shown, 0, 0), &in->diags);
  else if (nt_config_holds_map(&yaml, shown, errors, &in->diags) &&
           nt_kind_read(name, shown, &yaml, in->arena, &in->diags, &kind))
    nt_push(&in->kinds, kind);
}

static bool read_script(nt_inputs *in, uint32_t layer, nt_str path, nt_script_source *out) {
  nt_buf bytes = {0};
  nt_file_result result = nt_file_read(in->layers[layer].root, path, 1 << 20, &bytes, NULL);
  out->file = shown_path(in, layer, path);
  out->bytes = nt_arena_str(in->arena, nt_buf_str(&bytes));
  out->hash = nt_hash_bytes(out->bytes);
  nt_buf_deinit(&bytes);
  if (result != NT_FILE_OK && result != NT_FILE_ABSENT)
    nt_config_report_file(result, out->file, nt_where_file(out->file, 0, 0), &in->diags);
  return result == NT_FILE_OK && nt_config_check_text(out->bytes, out->file, &in->diags);
}

/* Shared scripts before the region's own: the furthest layer first, by name within each. */
static void read_scripts(nt_inputs *in) {
  for (uint32_t layer = in->layer_count; layer-- > 0;) {
    nt_file_list list = {0};
    nt_file_list_read(in->layers[layer].root, NT_STR("scripts"), in->arena, &list);
    for (size_t i = 0; i < list.files.len; i++) {
      nt_script_source script;
      if (!nt_glob(NT_STR("scripts/*.lua"), list.files.items[i].path)) continue;
      if (read_script(in, layer, list.files.items[i].path, &script)) nt_push(&in->scripts, script);
    }
    report_problems(in, layer, "scripts", &list);
    nt_file_list_deinit(&list);
  }
  for (size_t i = 0; i < in->scripts.len; i++)
    nt_map_set(&in->script_hashes, in->scripts.items[i].file, &in->scripts.items[i]);
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&in->script_hashes, &i, &e);) {
    const nt_script_source *script = e->value;
    nt_hash one = nt_hash_combine(nt_hash_bytes(script->file), script->hash);
    in->vm_hash = nt_hash_combine(in->vm_hash, one);
  }
}

/* scripts/lib/x/y.lua is the module "x.y". */
static void read_module(nt_inputs *in, uint32_t layer, const nt_file_entry *file) {
  nt_script_source *module = NT_NEW(in->arena, nt_script_source);
  if (!read_script(in, layer, file->path, module)) return;
  char *name = nt_arena_copy(in->arena, file->path.ptr + 12, file->path.len - 12 - 4);
  for (size_t i = 0; i < file->path.len - 12 - 4; i++)
    if (name[i] == '/') name[i] = '.';
  nt_map_set(&in->modules, nt_str_n(name, file->path.len - 12 - 4), module);
  nt_map_set(&in->script_hashes, module->file, module);
}

static void read_asset(nt_inputs *in, uint32_t layer, const nt_file_entry *file) {
  nt_asset asset = {
      .path = nt_str_sub(file->path, 7, file->path.len), .file = file->path, .layer = layer, .stamp = file->stamp};
  nt_push(&in->assets, asset);
  in->assets_hash = nt_hash_combine(in->assets_hash, nt_hash_combine(nt_hash_bytes(asset.file), layer));
  in->assets_hash =
      nt_hash_combine(in->assets_hash, nt_hash_bytes(nt_str_n((const char *)&asset.stamp, sizeof asset.stamp)));
}

static void read_messages(nt_inputs *in, uint32_t layer, const nt_file_entry *file) {
  nt_value yaml, by_lang;
  nt_str shown = shown_path(in, layer, file->path);
  nt_file_result result =
      nt_config_read(in->layers[layer].root, file->path, shown, 1 << 20, in->arena, &in->files, &in->diags, &yaml);
  nt_config_report_file(result, shown, nt_where_file(shown, 0, 0), &in->diags);
  if (yaml.type == NT_NULL || !nt_config_holds_map(&yaml, shown, in->diags.errors, &in->diags)) return;
  by_lang = nt_map_new(in->arena);
  nt_map_put(&by_lang, in->arena, nt_path_stem(file->path), yaml.pos, yaml);
  in->messages = nt_config_merge(&in->messages, &by_lang, in->arena);
}

/* Unlike kinds and assets, the messages of all layers merge: each is read, the furthest first. */
static void read_all_messages(nt_inputs *in) {
  in->messages = nt_map_new(in->arena);
  for (uint32_t layer = in->layer_count; layer-- > 0;) {
    nt_file_list list = {0};
    nt_file_list_read(in->layers[layer].root, NT_STR("i18n"), in->arena, &list);
    for (size_t i = 0; i < list.files.len; i++)
      if (nt_glob(NT_STR("i18n/*.yaml"), list.files.items[i].path)) read_messages(in, layer, &list.files.items[i]);
    report_problems(in, layer, "i18n", &list);
    nt_file_list_deinit(&list);
  }
}

/* Of names that are the same text the first has it. */
static void index_assets(nt_inputs *in) {
  nt_buf name = {0};
  for (size_t i = in->assets.len; i-- > 0;) {
    nt_buf_clear(&name);
    nt_nfc(in->assets.items[i].path, &name);
    nt_map_set(&in->assets_by_path, nt_arena_str(in->arena, nt_buf_str(&name)), &in->assets.items[i]);
  }
  nt_buf_deinit(&name);
}

nt_inputs *nt_inputs_load(const nt_inputs_options *options) {
  nt_inputs *in = nt_zalloc(sizeof *in);
  in->holders = 1;
  in->arena = nt_arena_new();
  in->lazy = nt_arena_new();
  uv_mutex_init(&in->lock);
  nt_diags_init(&in->diags, in->arena);
  if (!nt_layers_read(in, options) ||
      !nt_schema_check(&nt_schema_site, &in->config, in->config.pos, &in->files, &in->diags))
    return in;
  each_file(in, "kinds", "kinds/*.yaml", read_kind);
  if (!nt_inputs_kind(in, NT_STR("article"))) nt_push(&in->kinds, *nt_kind_article(in->arena));
  nt_settings_read(in, options);
  each_file(in, "scripts/lib", "scripts/lib/**/*.lua", read_module);
  read_scripts(in);
  read_all_messages(in);
  in->vm_hash = nt_hash_combine(in->vm_hash, nt_hash_combine(in->hook_memory, in->hook_instructions));
  in->vm_hash = nt_hash_combine(in->vm_hash, nt_hash_combine(in->languages.len, (uintptr_t)in->zone));
  for (size_t i = 0; i < in->languages.len; i++)
    in->vm_hash = nt_hash_combine(nt_hash_combine(in->vm_hash, nt_hash_bytes(in->languages.items[i].code)),
                                  (uintptr_t)in->languages.items[i].locale);
  in->usable = in->configured = in->diags.errors == 0;
  each_file(in, "static", "static/**", read_asset); /* one that cannot be published is withheld alone */
  index_assets(in);
  return in;
}

nt_inputs *nt_inputs_share(nt_inputs *in) {
  __atomic_fetch_add(&in->holders, 1, __ATOMIC_RELAXED);
  return in;
}

void nt_inputs_free(nt_inputs *in) {
  if (!in || __atomic_fetch_sub(&in->holders, 1, __ATOMIC_ACQ_REL) > 1) return;
  for (uint32_t i = 0; i < in->layer_count; i++) nt_root_close(in->layers[i].root);
  nt_vec_deinit(&in->files.names);
  nt_vec_deinit(&in->absent);
  nt_vec_deinit(&in->sources);
  nt_vec_deinit(&in->kinds);
  nt_vec_deinit(&in->languages);
  nt_vec_deinit(&in->collections);
  nt_vec_deinit(&in->taxonomies);
  nt_vec_deinit(&in->pages);
  nt_vec_deinit(&in->scripts);
  nt_vec_deinit(&in->assets);
  nt_vec_deinit(&in->unlisted);
  nt_map_deinit(&in->assets_by_path);
  nt_map_deinit(&in->script_hashes);
  nt_map_deinit(&in->templates);
  nt_map_deinit(&in->data);
  nt_map_deinit(&in->modules);
  uv_mutex_destroy(&in->lock);
  nt_arena_free(in->lazy);
  nt_arena_free(in->arena);
  free(in);
}
