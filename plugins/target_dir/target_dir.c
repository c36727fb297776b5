/* Publishes into a directory of the file system: each file is replaced whole, by rename. */
#include "target_dir.h"

#include <stdlib.h>
#include <string.h>

static const notis_place nowhere;

static notis_str text_of(const char *terminated) {
  return (notis_str){terminated, strlen(terminated)};
}

static bool equals(notis_str s, const char *terminated) {
  size_t len = strlen(terminated);
  return s.len == len && memcmp(s.ptr, terminated, len) == 0;
}

void target_say(const target *self, notis_call *call, const char *code, notis_str about) {
  self->host->report_code(call, nowhere, code, &about, 1);
}

/* ---- paths ---- */

static notis_str join(const target *self, const char *tail, size_t len, full_path *out) {
  memcpy(out->text, self->root, self->root_len);
  out->len = self->root_len;
  if (len) {
    out->text[out->len++] = '/';
    memcpy(out->text + out->len, tail, len);
    out->len += len;
  }
  return (notis_str){out->text, out->len};
}

notis_str target_full(const target *self, notis_str path, full_path *out) {
  return join(self, path.ptr, path.len, out);
}

notis_str target_staged(const target *self, int order, notis_str path, full_path *out) {
  char tail[PATH_LIMIT] = STAGE "/0";
  size_t len = sizeof STAGE + 1;
  tail[len - 1] = (char)('0' + order);
  if (path.len) {
    tail[len++] = '/';
    memcpy(tail + len, path.ptr, path.len);
  }
  return join(self, tail, len + path.len, out);
}

static bool name_is_good(notis_str name) {
  return name.len > 0 && name.len <= NAME_LIMIT && !equals(name, ".") && !equals(name, "..");
}

bool target_path_is_good(const target *self, notis_str path) {
  if (!path.ptr || path.len == 0 || memchr(path.ptr, '\0', path.len)) return false;
  if (self->root_len + sizeof "/" STAGE "/0/" + path.len > PATH_LIMIT) return false;
  for (size_t from = 0; from <= path.len;) {
    const char *slash = memchr(path.ptr + from, '/', path.len - from);
    size_t to = slash ? (size_t)(slash - path.ptr) : path.len;
    notis_str name = {path.ptr + from, to - from};
    if (!name_is_good(name) || (from == 0 && equals(name, STAGE))) return false;
    from = to + 1;
  }
  return true;
}

/* ---- open and close ---- */

static bool read_settings(target *self, notis_call *call, const notis_value *config) {
  const notis_services *host = self->host;
  bool good = true;
  for (size_t i = 0; i < host->value_length(config); i++) {
    notis_str key;
    const notis_value *value = host->value_at(config, i, &key);
    if (equals(key, "sync")) {
      self->sync = host->value_bool(value);
      if (host->value_type(value) == NOTIS_BOOL) continue;
      target_say(self, call, "target_sync_type", key);
    } else if (equals(key, "path") || equals(key, "use")) {
      continue;
    } else {
      target_say(self, call, "target_unknown_key", key);
    }
    good = false;
  }
  return good;
}

/* The root may be anything but the file system's own; the longest name that is staged in it must fit. */
static bool read_root(target *self, notis_call *call, const notis_value *config) {
  notis_str path = self->host->value_string(self->host->value_get(config, text_of("path")));
  while (path.len > 0 && path.ptr[path.len - 1] == '/') path.len--;
  if (path.len == 0 || path.ptr[0] != '/' || path.len > PATH_LIMIT / 2 || memchr(path.ptr, '\0', path.len)) {
    target_say(self, call, "target_no_path", path);
    return false;
  }
  self->root = malloc(path.len + 1);
  if (!self->root) abort();
  memcpy(self->root, path.ptr, path.len);
  self->root[path.len] = '\0';
  self->root_len = path.len;
  return true;
}

static void forget(target *self) {
  for (int i = 0; i < ORDERS; i++) {
    names_clear(&self->puts[i]);
    names_clear(&self->staged[i]);
  }
  names_clear(&self->removes);
  self->begun = false;
}

static void close_target(void *ud) {
  target *self = ud;
  forget(self);
  free(self->root);
  free(self);
}

static notis_status open_target(const notis_services *host, notis_call *call, const notis_value *config, void **out) {
  target *self = calloc(1, sizeof *self);
  if (!self) abort();
  self->host = host;
  bool settings = read_settings(self, call, config), root = read_root(self, call, config);
  if (!settings || !root) {
    close_target(self);
    return NOTIS_ERROR;
  }
  *out = self;
  return NOTIS_OK;
}

/* ---- staging ---- */

notis_status target_unstage(target *self, notis_call *call) {
  full_path buffer;
  notis_str stage = target_full(self, text_of(STAGE), &buffer);
  notis_status status = self->host->tree_remove(call, stage);
  return status == NOTIS_GONE ? NOTIS_OK : status;
}

static notis_status begin(void *ud, notis_call *call, notis_commit_mode mode) {
  target *self = ud;
  full_path buffer;
  forget(self);
  notis_str stage = target_full(self, text_of(STAGE), &buffer);
  notis_file_kind kind = self->host->file_kind(call, stage);
  notis_status status = NOTIS_OK;
  if (kind != NOTIS_FILE_NONE && kind != NOTIS_FILE_DIRECTORY) {
    target_say(self, call, "target_not_folder", stage);
    return NOTIS_ERROR;
  }
  self->resuming = mode == NOTIS_COMMIT_RESUME;
  if (!self->resuming && kind == NOTIS_FILE_DIRECTORY) status = target_unstage(self, call);
  if (!self->resuming && status == NOTIS_OK) status = self->host->directory_make(call, stage);
  self->begun = status == NOTIS_OK;
  return status;
}

/* What put and remove ask of their call before they do anything. */
static bool may_stage(target *self, notis_call *call, notis_str path) {
  if (!self->begun)
    target_say(self, call, "target_not_begun", path);
  else if (!target_path_is_good(self, path))
    target_say(self, call, "target_bad_path", path);
  else
    return true;
  return false;
}

static notis_status stage_file(target *self, notis_call *call, int order, const notis_put *what) {
  full_path buffer;
  notis_str folder = path_parent(what->path);
  if (!names_has(&self->staged[order], folder)) {
    notis_status made = self->host->directory_make(call, target_staged(self, order, folder, &buffer));
    if (made != NOTIS_OK) return made;
    names_add(&self->staged[order], folder);
  }
  notis_str staged = target_staged(self, order, what->path, &buffer);
  notis_status status =
      what->file ? self->host->file_copy(call, what->file, staged) : self->host->file_write(call, staged, what->bytes);
  return status == NOTIS_OK && self->sync ? self->host->file_sync(call, staged) : status;
}

/* Takes a file out of the stage, and the folders that hold nothing without it. */
static notis_status unstage_file(target *self, notis_call *call, int order, notis_str path) {
  full_path buffer;
  notis_str staged = target_staged(self, order, path, &buffer);
  if (self->host->file_kind(call, staged) != NOTIS_FILE_REGULAR) return NOTIS_OK;
  if (self->host->file_remove(call, staged) == NOTIS_ERROR) return NOTIS_ERROR;
  for (notis_str folder = path_parent(path); folder.len > 0; folder = path_parent(folder)) {
    notis_status status = self->host->directory_remove(call, target_staged(self, order, folder, &buffer));
    if (status == NOTIS_ERROR) return NOTIS_ERROR;
    if (status == NOTIS_AGAIN) break;
    names_drop(&self->staged[order], folder);
  }
  return NOTIS_OK;
}

/* Forgets a put; what it staged goes, except in the order where it will be written over. What an interrupted commit had
 * staged is not known to this one, so it looks. */
static notis_status unput(target *self, notis_call *call, notis_str path, int except) {
  for (int order = 0; order < ORDERS; order++) {
    bool put = names_has(&self->puts[order], path);
    names_drop(&self->puts[order], path);
    if (order != except && (put || self->resuming) && unstage_file(self, call, order, path) != NOTIS_OK)
      return NOTIS_ERROR;
  }
  return NOTIS_OK;
}

static notis_status put(void *ud, notis_call *call, const notis_put *what) {
  target *self = ud;
  int order = what->order < ORDERS ? (int)what->order : ORDERS - 1;
  if (!may_stage(self, call, what->path) || unput(self, call, what->path, order) != NOTIS_OK) return NOTIS_ERROR;
  names_drop(&self->removes, what->path);
  names_add(&self->puts[order], what->path);
  return self->resuming ? NOTIS_OK : stage_file(self, call, order, what);
}

static notis_status stage_removal(void *ud, notis_call *call, notis_str path) {
  target *self = ud;
  if (!may_stage(self, call, path) || unput(self, call, path, ORDERS) != NOTIS_OK) return NOTIS_ERROR;
  names_add(&self->removes, path);
  return NOTIS_OK;
}

static notis_status commit(void *ud, notis_call *call) {
  target *self = ud;
  if (self->begun) return target_commit(self, call);
  target_say(self, call, "target_not_begun", (notis_str){self->root, self->root_len});
  return NOTIS_ERROR;
}

static void abort_commit(void *ud, notis_call *call) {
  target *self = ud;
  if (self->begun) target_unstage(self, call);
  forget(self);
}

static notis_status look(void *ud, notis_call *call, notis_str path, uint64_t *stamp) {
  target *self = ud;
  full_path buffer;
  if (!target_path_is_good(self, path)) return NOTIS_GONE;
  return self->host->file_stamp(call, target_full(self, path, &buffer), stamp);
}

/* What stands there, seen from the root downward so that no link is passed. */
static notis_file_kind kind_below(target *self, notis_call *call, notis_str path) {
  full_path buffer;
  for (size_t to = 0; to < path.len; to++) {
    if (path.ptr[to] != '/') continue;
    notis_str folder = {path.ptr, to};
    notis_file_kind kind = self->host->file_kind(call, target_full(self, folder, &buffer));
    if (kind == NOTIS_FILE_NONE) return NOTIS_FILE_NONE;
    if (kind != NOTIS_FILE_DIRECTORY) return NOTIS_FILE_OTHER;
  }
  return self->host->file_kind(call, target_full(self, path, &buffer));
}

static notis_status inspect(void *ud, notis_call *call, notis_str path, notis_file_kind *kind, uint64_t *hash) {
  target *self = ud;
  full_path buffer;
  *kind = NOTIS_FILE_NONE;
  if (path.len && !target_path_is_good(self, path)) return NOTIS_OK;
  *kind = kind_below(self, call, path);
  if (*kind != NOTIS_FILE_REGULAR) return NOTIS_OK;
  if (self->host->file_hash(call, target_full(self, path, &buffer), hash) != NOTIS_OK) *hash = 0;
  return NOTIS_OK;
}

static const notis_target_api api = {.size = sizeof api,
                                     .open = open_target,
                                     .begin = begin,
                                     .put = put,
                                     .remove = stage_removal,
                                     .commit = commit,
                                     .abort = abort_commit,
                                     .close = close_target,
                                     .look = look,
                                     .takes_files = true,
                                     .inspect = inspect};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI, .size = sizeof descriptor, .name = "target_dir", .version = "1.0", .target = &api};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
