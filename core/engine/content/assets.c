#include "engine/content/assets.h"

#include "base/path.h"
#include "engine/engine.h"
#include "text/image.h"

#include <stdlib.h>
#include <unistd.h>

/* What is known of a file as its stamp was. Kept by layer and path. */
typedef struct known {
  nt_file_stamp stamp;
  uint64_t salt;
  bool looked, hashed, readable;
  nt_image image;
  nt_hash content;
  nt_hash version; /* what steps depend on; 0: not asked for. It stays when the bytes do, whatever the stamp */
  bool doubtful;   /* the two below are of an earlier stamp: the bytes have not been compared */
  nt_hash content_before, version_before;
} known;

struct nt_assets {
  nt_arena *arena;        /* of the table */
  NT_VEC(nt_asset) files; /* in order of path */
  nt_map by_path;
  nt_hash hash;
  uv_mutex_t lock; /* guards what follows */
  nt_arena *kept;
  nt_map known;
  uint64_t changes; /* of what is known */
};

nt_assets *nt_assets_new(void) {
  nt_assets *a = nt_zalloc(sizeof *a);
  a->arena = nt_arena_new();
  a->kept = nt_arena_new();
  a->hash = 1;
  uv_mutex_init(&a->lock);
  return a;
}

void nt_assets_free(nt_assets *a) {
  if (!a) return;
  nt_vec_deinit(&a->files);
  nt_map_deinit(&a->by_path);
  nt_map_deinit(&a->known);
  uv_mutex_destroy(&a->lock);
  nt_arena_free(a->kept);
  nt_arena_free(a->arena);
  free(a);
}

/* ---- what scans list ---- */

/* What file managers and editors leave in a folder. Names that begin with a dot are not listed at all. */
static bool is_litter(nt_str path) {
  static const char *const names[] = {"Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini", "Icon\r"};
  nt_str base = nt_path_base(path);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (nt_str_eq(base, nt_str_c(names[i]))) return true;
  return nt_str_ends(base, NT_STR("~")) || nt_str_starts(base, NT_STR("~$"));
}

/* A source may stand on the whole site: what the site itself is made from is not beside its texts. */
bool nt_assets_is_of_the_site(nt_str path) {
  static const char *const folders[] = {"templates", "scripts", "static", "data", "i18n", "kinds", "archetypes"};
  nt_str first = nt_str_sub(path, 0, nt_str_find(path, '/'));
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (nt_str_eq(first, nt_str_c(folders[i]))) return true;
  return nt_str_eq(path, NT_STR("site.yaml"));
}

bool nt_assets_is_beside(nt_str path) {
  return !is_litter(path) && !nt_assets_is_of_the_site(path);
}

static bool under_a_problem(const nt_file_list *list, nt_str path) {
  for (size_t i = 0; i < list->problems.len; i++) {
    nt_str p = list->problems.items[i].path;
    if (nt_str_starts(path, p) && (path.len == p.len || path.ptr[p.len] == '/')) return true;
  }
  return false;
}

/* Small files are read where their stamp does not tell, on the loop: only what was written within the clock's grain of
 * the scan is read at all. Of a large one each look is taken for another version. */
static uint64_t version_of(const nt_source *source, nt_str file, const nt_file_stamp *stamp) {
  enum { SMALL = 1 << 20 };
  nt_file_result result;
  nt_hash hash = source->generation;
  if (stamp->size > SMALL) return hash;
  int fd = nt_file_open(source->site->inputs->layers[0].root, file, &result, NULL);
  if (fd < 0) return hash;
  if (!nt_file_hash(fd, &hash)) hash = source->generation;
  close(fd);
  return hash;
}

static nt_asset *keep_file(nt_source *source, nt_arena *arena, nt_str file, const nt_file_stamp *stamp) {
  nt_buf name = {0};
  nt_nfc(file, &name);
  nt_asset asset = {.path = nt_arena_str(arena, nt_buf_str(&name)), .file = nt_arena_str(arena, file)};
  asset.stamp = *stamp;
  nt_push(&source->beside, asset);
  nt_buf_deinit(&name);
  return &source->beside.items[source->beside.len - 1];
}

static bool same_version(const nt_asset *a, const nt_asset *b) {
  return a && nt_str_eq(a->file, b->file) && memcmp(&a->stamp, &b->stamp, sizeof a->stamp) == 0;
}

/* A file that could hide a change at the look before is read once more at this one. `before` is of the table, which
 * outlives a source that is opened anew. */
static void tell_versions_apart(nt_source *source, nt_asset *asset, const nt_asset *before, int64_t started) {
  bool same = same_version(before, asset);
  asset->racy = nt_source_is_racy(&asset->stamp, started);
  if (same) asset->salt = before->salt;
  if (asset->racy || (same && before->racy)) asset->salt = version_of(source, asset->file, &asset->stamp);
}

void nt_assets_scanned(nt_source *source, const nt_file_list *list, bool whole, int64_t started) {
  nt_arena *arena = nt_arena_new_sized(512), *before_arena = source->beside_arena;
  nt_asset *before = source->beside.items;
  size_t before_count = source->beside.len;
  source->beside.items = NULL;
  source->beside.len = source->beside.cap = 0;
  for (size_t i = 0; i < list->files.len; i++) {
    const nt_file_entry *file = &list->files.items[i];
    if (nt_source_takes(source, file->path) || !nt_assets_is_beside(file->path)) continue;
    nt_asset *asset = keep_file(source, arena, file->path, &file->stamp);
    tell_versions_apart(source, asset, nt_map_get(&source->site->assets->by_path, asset->path), started);
  }
  for (size_t i = 0; !whole && i < before_count; i++)
    if (under_a_problem(list, before[i].file))
      keep_file(source, arena, before[i].file, &before[i].stamp)->salt = before[i].salt;
  source->beside_arena = arena;
  source->beside_gone = 0;
  nt_arena_free(before_arena);
  free(before);
}

/* The names of files that came and went fill the arena in time. */
static void drop_names(nt_source *source) {
  enum { SOME = 1000 };
  if (source->beside_gone < SOME + source->beside.len) return;
  nt_arena *arena = nt_arena_new_sized(512);
  for (size_t i = 0; i < source->beside.len; i++) {
    nt_asset *asset = &source->beside.items[i];
    asset->path = nt_arena_str(arena, asset->path);
    asset->file = nt_arena_str(arena, asset->file);
  }
  nt_arena_free(source->beside_arena);
  source->beside_arena = arena;
  source->beside_gone = 0;
}

static bool renew(nt_source *source, nt_asset *asset, const nt_file_stamp *stamp, int64_t started) {
  nt_asset before = *asset;
  asset->stamp = *stamp;
  asset->salt = 0;
  tell_versions_apart(source, asset, nt_map_get(&source->site->assets->by_path, asset->path), started);
  return memcmp(&before.stamp, stamp, sizeof *stamp) != 0 || before.salt != asset->salt;
}

static bool is_of_texts(const nt_source *source, const nt_told_paths *told) {
  for (size_t i = 0; i < told->len; i++)
    if (told->items[i].folder || !nt_source_takes(source, told->items[i].path)) return false;
  return true;
}

bool nt_assets_looked(nt_source *source, const nt_told_paths *told, const nt_file_list *list, int64_t started) {
  if (is_of_texts(source, told)) return false;
  nt_map found = {0}; /* file -> what a source has not met yet */
  const nt_map_entry *e;
  size_t kept = 0;
  for (size_t i = 0; i < list->files.len; i++)
    if (!nt_source_takes(source, list->files.items[i].path) && nt_assets_is_beside(list->files.items[i].path))
      nt_map_set(&found, list->files.items[i].path, &list->files.items[i]);
  bool changed = false;
  for (size_t i = 0; i < source->beside.len; i++) {
    nt_asset *asset = &source->beside.items[i];
    bool is_told = nt_told_holds(told, asset->file);
    const nt_file_entry *now = is_told ? nt_map_remove(&found, asset->file) : NULL;
    if (now) changed |= renew(source, asset, &now->stamp, started);
    if (now || !is_told) source->beside.items[kept++] = *asset;
  }
  changed |= kept < source->beside.len || found.live;
  source->beside_gone += source->beside.len - kept;
  source->beside.len = kept;
  for (size_t i = 0; nt_map_each(&found, &i, &e);) {
    const nt_file_entry *file = e->value;
    renew(source, keep_file(source, source->beside_arena, file->path, &file->stamp), &file->stamp, started);
  }
  nt_map_deinit(&found);
  drop_names(source);
  return changed;
}

void nt_assets_forget_source(nt_source *source) {
  nt_vec_deinit(&source->beside);
  nt_arena_free(source->beside_arena);
  source->beside_arena = NULL;
}

/* ---- the table ---- */

static bool is_a_text(const nt_site *site, nt_str file) {
  for (size_t i = 0; i < site->sources.items.len; i++)
    if (nt_source_takes(site->sources.items.items[i], file)) return true;
  return false;
}

static int by_path(const void *a, const void *b) {
  const nt_asset *x = a, *y = b;
  int order = nt_str_cmp(x->path, y->path);
  return order ? order : nt_str_cmp(x->file, y->file);
}

static nt_hash stamp_hash(const nt_asset *asset) {
  nt_hash stamp = nt_hash_bytes(nt_str_n((const char *)&asset->stamp, sizeof asset->stamp));
  return nt_hash_combine(nt_hash_combine(stamp, asset->layer), asset->salt);
}

static nt_hash table_hash(const nt_assets *a) {
  nt_hash hash = 1;
  for (size_t i = 0; i < a->files.len; i++) {
    hash = nt_hash_combine(hash, nt_hash_bytes(a->files.items[i].file));
    hash = nt_hash_combine(hash, stamp_hash(&a->files.items[i]));
  }
  return hash;
}

bool nt_assets_update(nt_site *site) {
  nt_assets *a = site->assets;
  nt_hash before = a->hash;
  a->files.len = 0;
  nt_map_clear(&a->by_path);
  nt_arena_reset(a->arena);
  for (size_t s = 0; s < site->sources.items.len; s++) {
    const nt_source *source = site->sources.items.items[s];
    for (size_t i = 0; i < source->beside.len; i++) {
      nt_asset asset = source->beside.items[i];
      if (is_a_text(site, asset.file)) continue;
      asset.path = nt_arena_str(a->arena, asset.path);
      asset.file = nt_arena_str(a->arena, asset.file);
      nt_push(&a->files, asset);
    }
  }
  if (a->files.len) qsort(a->files.items, a->files.len, sizeof *a->files.items, by_path);
  size_t kept = 0;
  for (size_t i = 0; i < a->files.len; i++) /* of two sources in one folder, or names of other bytes: the first */
    if (!kept || !nt_str_eq(a->files.items[kept - 1].path, a->files.items[i].path))
      a->files.items[kept++] = a->files.items[i];
  a->files.len = kept;
  for (size_t i = 0; i < kept; i++) nt_map_set(&a->by_path, a->files.items[i].path, &a->files.items[i]);
  a->hash = table_hash(a);
  return a->hash != before;
}

nt_hash nt_assets_hash(const nt_site *site) {
  return site->assets->hash;
}

size_t nt_assets_count(const nt_site *site) {
  return site->assets->files.len;
}

const nt_asset *nt_assets_at(const nt_site *site, size_t index) {
  return &site->assets->files.items[index];
}

const nt_asset *nt_assets_find(const nt_site *site, nt_str path) {
  if (nt_str_starts(path, NT_STR("static/")))
    return nt_map_get(&site->inputs->assets_by_path, nt_str_sub(path, 7, path.len));
  return nt_map_get(&site->assets->by_path, path);
}

bool nt_asset_is_static(const nt_asset *asset) {
  return nt_str_starts(asset->file, NT_STR("static/"));
}

/* ---- what is in a file ---- */

static size_t read_piece(void *ud, uint64_t offset, void *out, size_t len) {
  return nt_file_read_at(*(const int *)ud, offset, out, len);
}

/* Outside the lock: two threads may look at one file at the same time, and see the same. */
static void look(const nt_site *site, const nt_asset *asset, bool hash, known *k) {
  nt_file_result result;
  int fd = nt_file_open(site->inputs->layers[asset->layer].root, asset->file, &result, NULL);
  k->readable = fd >= 0;
  if (fd < 0) return;
  if (hash)
    k->readable = nt_file_hash(fd, &k->content);
  else
    nt_image_look(read_piece, &fd, &k->image);
  close(fd);
}

/* A file of another size has other bytes, and is not read to find that out. */
static known renewed(const known *k, const nt_asset *asset) {
  known now = {.stamp = asset->stamp, .salt = asset->salt};
  if (k->stamp.size != asset->stamp.size || !(k->doubtful || (k->hashed && k->readable && k->version))) return now;
  now.doubtful = true;
  now.content_before = k->doubtful ? k->content_before : k->content;
  now.version_before = k->doubtful ? k->version_before : k->version;
  return now;
}

static known *get(nt_assets *a, const nt_asset *asset) {
  nt_buf name = {0};
  nt_buf_format(&name, "%u/%.*s", asset->layer, NT_FMT(asset->file));
  known *k = nt_map_get(&a->known, nt_buf_str(&name));
  if (!k) {
    k = NT_NEW(a->kept, known);
    nt_map_set(&a->known, nt_arena_str(a->kept, nt_buf_str(&name)), k);
  }
  nt_buf_deinit(&name);
  if (memcmp(&k->stamp, &asset->stamp, sizeof k->stamp) != 0 || k->salt != asset->salt) *k = renewed(k, asset);
  return k;
}

static known know(nt_site *site, const nt_asset *asset, bool hash) {
  nt_assets *a = site->assets;
  uv_mutex_lock(&a->lock);
  known k = *get(a, asset);
  uv_mutex_unlock(&a->lock);
  if (hash ? k.hashed : k.looked) return k;
  look(site, asset, hash, &k);
  uv_mutex_lock(&a->lock);
  known *kept = get(a, asset);
  a->changes++;
  kept->readable = k.readable;
  if (hash) {
    kept->hashed = true;
    kept->content = k.content;
  } else {
    kept->looked = true;
    kept->image = k.image;
  }
  uv_mutex_unlock(&a->lock);
  return k;
}

bool nt_asset_content(nt_site *site, const nt_asset *asset, nt_hash *out) {
  known k = know(site, asset, true);
  *out = k.content;
  return k.readable;
}

static nt_hash first_version(const nt_asset *asset) {
  return nt_hash_combine(stamp_hash(asset), nt_hash_bytes(asset->file));
}

nt_hash nt_asset_version(nt_site *site, const nt_asset *asset) {
  nt_assets *a = site->assets;
  if (!asset) return NT_HASH_ABSENT;
  uv_mutex_lock(&a->lock);
  bool doubtful = get(a, asset)->doubtful;
  uv_mutex_unlock(&a->lock);
  known k = doubtful ? know(site, asset, true) : (known){0};
  uv_mutex_lock(&a->lock);
  known *kept = get(a, asset);
  if (!kept->version) {
    bool same = doubtful && k.readable && k.content == kept->content_before;
    kept->version = same ? kept->version_before : first_version(asset);
    kept->doubtful = false;
    a->changes++;
  }
  nt_hash version = kept->version;
  uv_mutex_unlock(&a->lock);
  return version;
}

/* ---- from one process to the next ---- */

uint64_t nt_assets_known_changes(nt_assets *a) {
  uv_mutex_lock(&a->lock);
  uint64_t changes = a->changes;
  uv_mutex_unlock(&a->lock);
  return changes;
}

/* One after the other: the key's length and bytes, then what is known with the picture's format by its place in the
 * list below. */
typedef struct kept_known {
  nt_file_stamp stamp;
  uint64_t salt;
  nt_hash content, version;
  uint32_t width, height, key_len;
  uint8_t looked, hashed, readable, format;
} kept_known;

static const char *const formats[] = {NULL, "png", "jpeg", "gif", "webp", "svg"};
enum { FORMATS = sizeof formats / sizeof *formats };

static uint8_t format_of(const nt_image *image) {
  uint8_t at = FORMATS - 1;
  while (at && !(image->format && strcmp(image->format, formats[at]) == 0)) at--;
  return at;
}

void nt_assets_known_encode(const nt_assets *a, nt_buf *out) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&a->known, &i, &e);) {
    const known *k = e->value;
    kept_known kept;
    memset(&kept, 0, sizeof kept); /* the gaps too: the same knowledge is the same bytes */
    kept.stamp = k->stamp;
    kept.salt = k->salt;
    kept.content = k->content;
    kept.version = k->version;
    kept.width = k->image.width;
    kept.height = k->image.height;
    kept.key_len = (uint32_t)e->key.len;
    kept.looked = k->looked;
    kept.hashed = k->hashed;
    kept.readable = k->readable;
    kept.format = format_of(&k->image);
    nt_buf_put(out, nt_str_n((const char *)&kept, sizeof kept));
    nt_buf_put(out, e->key);
  }
}

bool nt_assets_known_decode(nt_assets *a, nt_str bytes) {
  kept_known kept;
  for (size_t at = 0; at < bytes.len; at += kept.key_len) {
    if (bytes.len - at < sizeof kept) return false;
    memcpy(&kept, bytes.ptr + at, sizeof kept);
    at += sizeof kept;
    if (kept.key_len > bytes.len - at || kept.format >= FORMATS) return false;
    known *k = NT_NEW(a->kept, known);
    *k = (known){.stamp = kept.stamp, .salt = kept.salt, .content = kept.content, .version = kept.version};
    k->looked = kept.looked;
    k->hashed = kept.hashed;
    k->readable = kept.readable;
    k->image = (nt_image){formats[kept.format], kept.width, kept.height};
    nt_map_set(&a->known, nt_arena_str(a->kept, nt_str_sub(bytes, at, at + kept.key_len)), k);
  }
  return true;
}

/* ---- facts ---- */

/* Lower case as the media types are listed; ASCII only, as extensions are. */
static nt_str extension_of(nt_str path, char out[16]) {
  nt_str ext = nt_path_ext(path);
  if (ext.len >= 16) return nt_str_n("", 0);
  for (size_t i = 0; i < ext.len; i++)
    out[i] = (char)(ext.ptr[i] >= 'A' && ext.ptr[i] <= 'Z' ? ext.ptr[i] - 'A' + 'a' : ext.ptr[i]);
  return nt_str_n(out, ext.len);
}

static bool is_one_of(nt_str word, const char *const *words) {
  for (; *words; words++)
    if (nt_str_eq(word, nt_str_c(*words))) return true;
  return false;
}

static const char *const read_formats[] = {"png", "jpg", "jpeg", "gif", "webp", "svg", NULL};
/* Pictures that are not looked into. */
static const char *const other_formats[] = {"avif", "ico", "bmp", "tif", "tiff", "jxl", "heic", "apng", NULL};

/* Other files are not opened to see whether they are pictures: a film is not one. */
void nt_asset_facts(nt_site *site, const nt_asset *asset, nt_arena *arena, nt_file_facts *out) {
  char lower[16];
  nt_str ext = extension_of(asset->path, lower);
  nt_image image = {0};
  if (is_one_of(ext, read_formats)) image = know(site, asset, false).image;
  *out = (nt_file_facts){.path = nt_arena_str(arena, nt_asset_is_static(asset) ? asset->file : asset->path),
                         .format = image.format ? nt_str_c(image.format) : nt_arena_str(arena, ext),
                         .size = asset->stamp.size,
                         .width = image.width,
                         .height = image.height};
  out->media = nt_media_type(out->format);
}

bool nt_asset_is_broken_image(nt_site *site, const nt_asset *asset) {
  char lower[16];
  nt_str ext = extension_of(asset->path, lower);
  if (is_one_of(ext, other_formats)) return false;
  return !know(site, asset, false).image.format;
}
