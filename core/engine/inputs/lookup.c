/* The parts of the inputs that are read when they are first asked for. A lookup under the lock also reads the file: it
 * happens once per file and epoch, and two workers must not read the same one twice. */
#include "engine/inputs/inputs.h"

#include "base/path.h"
#include "engine/inputs/languages.h"
#include "text/yaml.h"

#include <stdio.h>

typedef struct data_file {
  nt_read result;
  nt_value value;
  nt_hash hash;
  nt_diags diags;
} data_file;

/* The nearest layer's file from `layer` on; *layer becomes the one that has it. */
static nt_file_result read_nearest(nt_inputs *in, nt_str path, uint32_t *layer, nt_buf *out) {
  nt_file_result result = NT_FILE_ABSENT;
  nt_str normal;
  if (!nt_path_normal(path, in->lazy, &normal)) return NT_FILE_ABSENT;
  for (; *layer < in->layer_count; ++*layer) {
    result = nt_file_read(in->layers[*layer].root, normal, 16 << 20, out, NULL);
    if (result != NT_FILE_ABSENT) break;
  }
  return result;
}

typedef struct template_file {
  nt_template_source source;
  nt_file_result result;
  nt_str shown; /* the file that is or could not be read */
} template_file;

static template_file *load_template(nt_inputs *in, nt_str name, uint32_t layer) {
  nt_buf bytes = {0};
  template_file *t = NT_NEW(in->lazy, template_file);
  nt_str path = NT_STR("templates"), normal;
  t->source.name = nt_arena_str(in->lazy, name);
  t->result = NT_FILE_ABSENT;
  if (nt_path_normal(name, in->lazy, &normal)) { /* nothing but what lies in templates/ is one */
    path = nt_path_join(in->lazy, path, normal);
    t->result = read_nearest(in, path, &layer, &bytes);
  }
  if (t->result != NT_FILE_ABSENT) t->shown = nt_inputs_shown(in, layer, path, in->lazy);
  if (t->result == NT_FILE_OK) {
    t->source.bytes = nt_arena_str(in->lazy, nt_buf_str(&bytes));
    t->source.file = t->shown;
    t->source.layer = layer;
    t->source.hash = nt_hash_combine(nt_hash_bytes(t->source.bytes), nt_hash_bytes(t->shown));
  } else if (t->result != NT_FILE_ABSENT) {
    t->source.hash = nt_hash_combine(t->result, nt_hash_bytes(t->shown)); /* neither absent nor what it will be */
  }
  nt_buf_deinit(&bytes);
  return t;
}

nt_read nt_inputs_template(nt_inputs *in, nt_str name, uint32_t from_layer, nt_diags *diags, nt_template_source *out) {
  char key[512];
  int length = snprintf(key, sizeof key, "%u:%.*s", from_layer, NT_FMT(name));
  *out = (nt_template_source){.hash = NT_HASH_ABSENT};
  if (length < 0 || (size_t)length >= sizeof key) return NT_READ_ABSENT;
  nt_str id = nt_str_n(key, (size_t)length);
  uv_mutex_lock(&in->lock);
  template_file *found = nt_map_get(&in->templates, id);
  if (!found) {
    found = load_template(in, name, from_layer);
    nt_map_set(&in->templates, nt_arena_str(in->lazy, id), found);
  }
  uv_mutex_unlock(&in->lock);
  *out = found->source;
  if (found->result == NT_FILE_OK || found->result == NT_FILE_ABSENT)
    return found->result == NT_FILE_OK ? NT_READ_OK : NT_READ_ABSENT;
  if (diags) nt_config_report_file(found->result, found->shown, nt_where_file(found->shown, 0, 0), diags);
  return NT_READ_FAILED;
}

bool nt_inputs_templates_sound(const nt_inputs *in) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&in->templates, &i, &e);) {
    const template_file *t = e->value;
    if (t->result != NT_FILE_OK && t->result != NT_FILE_ABSENT) return false;
  }
  return true;
}

static data_file *load_data(nt_inputs *in, nt_str path) {
  nt_buf bytes = {0};
  uint32_t layer = 0;
  data_file *d = NT_NEW(in->lazy, data_file);
  nt_diags_init(&d->diags, in->lazy);
  nt_file_result result = read_nearest(in, path, &layer, &bytes);
  if (result == NT_FILE_OK) {
    nt_str shown = nt_path_join(in->lazy, in->layers[layer].dir, path);
    nt_pos at = {.line = 1, .column = 1};
    bool good = nt_yaml_parse(nt_arena_str(in->lazy, nt_buf_str(&bytes)), shown, at, in->lazy, &d->diags, &d->value);
    d->result = good ? NT_READ_OK : NT_READ_FAILED;
    d->hash = good ? nt_value_hash(&d->value) : nt_hash_combine(nt_hash_bytes(nt_buf_str(&bytes)), 1);
  } else {
    d->result = result == NT_FILE_ABSENT ? NT_READ_ABSENT : NT_READ_FAILED;
    if (result != NT_FILE_ABSENT) {
      nt_str shown = nt_inputs_shown(in, layer, path, in->lazy);
      d->hash = nt_hash_combine((nt_hash)result, 2); /* a file that is there and cannot be read is not an absent one */
      nt_config_report_file(result, shown, nt_where_file(shown, 0, 0), &d->diags);
    }
  }
  nt_buf_deinit(&bytes);
  return d;
}

nt_read nt_inputs_data(nt_inputs *in, nt_str path, nt_diags *diags, const nt_value **out, nt_hash *hash) {
  uv_mutex_lock(&in->lock);
  data_file *d = nt_map_get(&in->data, path);
  if (!d) {
    d = load_data(in, path);
    nt_map_set(&in->data, nt_arena_str(in->lazy, path), d);
  }
  uv_mutex_unlock(&in->lock);
  for (size_t i = 0; diags && i < d->diags.len; i++) nt_diags_add(diags, &d->diags.items[i]);
  *out = &d->value;
  *hash = d->hash;
  return d->result;
}

bool nt_inputs_has_asked(nt_inputs *in, nt_str path, bool folder) {
  nt_arena *arena = nt_arena_new_sized(512);
  const nt_map_entry *e;
  nt_str asked;
  bool has = false;
  uv_mutex_lock(&in->lock);
  for (size_t i = 0; !has && nt_map_each(&in->data, &i, &e);)
    has = nt_path_normal(e->key, arena, &asked) && nt_str_starts(asked, path) &&
          (asked.len == path.len || (folder && asked.ptr[path.len] == '/'));
  uv_mutex_unlock(&in->lock);
  nt_arena_free(arena);
  return has;
}

nt_read nt_inputs_message(const nt_inputs *in, nt_str lang, nt_str key, nt_str *out) {
  const nt_site_lang *found = nt_language_find(in, lang);
  for (size_t i = 0; i < (found ? found->chain_len : 1); i++) {
    const nt_value *v = nt_map_path(nt_map_find(&in->messages, found ? found->chain[i] : lang), key);
    if (!v || v->type != NT_STRING) continue;
    *out = v->as.string;
    return NT_READ_OK;
  }
  return NT_READ_ABSENT;
}

bool nt_inputs_module(void *ud, nt_str name, nt_script_source *out) {
  const nt_inputs *in = ud;
  const nt_script_source *found = nt_map_get(&in->modules, name);
  if (found) *out = *found;
  return found != NULL;
}

nt_hash nt_inputs_script_hash(const nt_inputs *in, nt_str file) {
  const nt_script_source *found = nt_map_get(&in->script_hashes, file);
  return found ? found->hash : NT_HASH_ABSENT;
}
