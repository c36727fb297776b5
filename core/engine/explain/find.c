/* What a word on the command line means: people paste addresses, paths of published files, names of texts. */
#include "engine/explain/explaining.h"

#include "base/path.h"
#include "base/url.h"
#include "engine/publish/ledger.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct finding {
  nt_engine *engine;
  nt_site *site;
  nt_arena *arena;
  nt_str word;
  nt_str here, there; /* the word as a path from the workspace's root, as seen from here and from that root; or empty */
  nt_str absolute;    /* without its leading slash */
  nt_explained_list *out;
} finding;

static void add(finding *f, nt_explained found) {
  found.site = f->site;
  for (size_t i = 0; i < f->out->items.len; i++) {
    const nt_explained *e = &f->out->items.items[i];
    if (e->site == f->site && e->sort == found.sort && e->page == found.page && e->document == found.document &&
        nt_str_eq(e->path, found.path))
      return;
  }
  nt_push(&f->out->items, found);
}

static void add_page(finding *f, nt_page_record *page) {
  if (page) add(f, (nt_explained){.sort = NT_EXPLAINED_PAGE, .page = page});
}

static void add_document(finding *f, nt_record *document) {
  add(f, (nt_explained){.sort = NT_EXPLAINED_DOCUMENT, .document = document});
}

/* ---- paths ---- */

static bool below(nt_str root, nt_str path, nt_str *rest) {
  if (root.len && root.ptr[0] == '/') root = nt_str_sub(root, 1, root.len);
  if (!nt_str_starts(path, root) || path.len <= root.len + 1 || path.ptr[root.len] != '/') return false;
  *rest = nt_str_sub(path, root.len + 1, path.len);
  return true;
}

static void read_paths(finding *f) {
  char *cwd = realpath(".", NULL);
  nt_str from = cwd ? nt_str_sub(nt_str_c(cwd), 1, SIZE_MAX) : nt_str_n("", 0), word = f->word;
  bool rooted = word.len && word.ptr[0] == '/';
  nt_str whole = rooted ? nt_str_sub(word, 1, word.len) : nt_path_join(f->arena, from, word);
  if (!nt_path_normal(whole, f->arena, &f->absolute)) f->absolute = nt_str_n("", 0);
  if (!below(f->engine->root, f->absolute, &f->here)) f->here = nt_str_n("", 0);
  if (rooted || !nt_path_normal(word, f->arena, &f->there)) f->there = nt_str_n("", 0);
  free(cwd);
}

static bool is_file(const finding *f, nt_str path) {
  return path.len && (nt_str_eq(path, f->here) || nt_str_eq(path, f->there));
}

/* The word as the path of a published file: below the site's folder, or below where it is published. */
static nt_str published_path(const finding *f) {
  nt_str path, out = nt_engine_out(f->engine, f->site, f->arena);
  if (f->absolute.len && below(out, f->absolute, &path)) return path;
  if (f->there.len && below(out, nt_path_join(f->arena, nt_str_sub(f->engine->root, 1, SIZE_MAX), f->there), &path))
    return path;
  return f->there;
}

/* ---- pages ---- */

/* From the publication's root, as the plan has it. */
static nt_str address_of(const finding *f) {
  const nt_inputs *in = f->site->inputs;
  nt_str url = nt_str_sub(f->word, 0, nt_url_path_length(f->word)), whole = in->url;
  while (whole.len && whole.ptr[whole.len - 1] == '/') whole.len--;
  bool ours = nt_str_starts(url, whole) && (url.len == whole.len || url.ptr[whole.len] == '/');
  if (ours)
    url = url.len == whole.len ? NT_STR("/") : nt_str_sub(url, whole.len, url.len);
  else if (nt_url_is_elsewhere(url))
    return nt_str_n("", 0);
  else if (in->base_path.len && nt_str_starts(url, in->base_path))
    url = nt_str_sub(url, in->base_path.len, url.len);
  return nt_url_decode(url, f->arena);
}

static void find_address(finding *f) {
  nt_str url = address_of(f);
  if (!url.len || url.ptr[0] != '/') return;
  nt_page_record *page = nt_map_get(&f->site->plan.by_url, url);
  if (!page) page = nt_map_get(&f->site->plan.by_url, nt_arena_format(f->arena, "%.*s/", NT_FMT(url)));
  if (!page) page = nt_plan_page(&f->site->plan, nt_str_sub(url, 1, url.len));
  add_page(f, page);
}

/* What a page's document at fault left published is in the ledger, and no longer in the plan. */
static bool read_ledger(const nt_engine *engine, const nt_site *site, nt_arena *arena, nt_map *ledger) {
  nt_root *root = nt_root_open(engine->root);
  nt_str path = nt_arena_format(arena, ".notis/state/%.*s/ledger", NT_FMT(site->name));
  nt_buf text = {0};
  nt_ledger_log log;
  bool good = root && nt_file_read(root, path, 0, &text, NULL) == NT_FILE_OK;
  if (good) nt_ledger_read(nt_arena_str(arena, nt_buf_str(&text)), arena, ledger, &log);
  nt_root_close(root);
  nt_buf_deinit(&text);
  return good;
}

static void find_kept(finding *f, nt_str path) {
  nt_map ledger = {0};
  const nt_ledger_entry *entry = NULL;
  if (path.len && read_ledger(f->engine, f->site, f->arena, &ledger)) entry = nt_map_get(&ledger, path);
  nt_record *owner = entry ? nt_records_find(&f->site->records, entry->owner) : NULL;
  if (owner && owner->listed)
    add(f, (nt_explained){.sort = NT_EXPLAINED_KEPT, .document = owner, .path = nt_arena_str(f->arena, path)});
  nt_map_deinit(&ledger);
}

/* ---- documents and files ---- */

static bool is_known(const nt_record *r) {
  return r->listed || r->made;
}

static void find_documents(finding *f) {
  nt_record *named = nt_records_find(&f->site->records, f->word);
  if (named && is_known(named)) add_document(f, named);
  for (size_t i = 0; i < f->site->records.slots.len; i++) {
    nt_record *r = f->site->records.slots.items[i];
    if (!is_known(r) || r->parent) continue;
    if (is_file(f, nt_path_join(f->arena, f->site->name, r->path)) || nt_str_eq(r->path, f->there)) add_document(f, r);
  }
}

static void find_layer_file(finding *f, nt_str path) {
  const nt_inputs *in = f->site->inputs;
  for (uint32_t i = 0; path.len && i < in->layer_count; i++) {
    nt_str rest;
    nt_file_result result;
    if (!below(in->layers[i].dir, path, &rest)) continue;
    int fd = nt_file_open(in->layers[i].root, rest, &result, NULL);
    if (fd < 0) continue;
    close(fd);
    add(f, (nt_explained){.sort = NT_EXPLAINED_FILE, .path = nt_inputs_shown(in, i, rest, f->arena)});
  }
}

/* A part of a path from its end: "om.md" for "s/content/om.md". */
static bool ends_in(nt_str path, nt_str end) {
  return path.len > end.len && nt_str_ends(path, end) && path.ptr[path.len - end.len - 1] == '/';
}

static void find_endings(finding *f) {
  if (!f->there.len) return;
  for (size_t i = 0; i < f->site->records.slots.len; i++) {
    nt_record *r = f->site->records.slots.items[i];
    if (is_known(r) && !r->parent && (ends_in(r->path, f->there) || nt_str_eq(nt_path_stem(r->path), f->there)))
      add_document(f, r);
  }
  for (size_t i = 0; i < f->site->plan.pages.len; i++)
    if (ends_in(f->site->plan.pages.items[i]->path, f->there)) add_page(f, f->site->plan.pages.items[i]);
}

/* ---- the word ---- */

static void find_exactly(finding *f) {
  nt_str path = published_path(f);
  size_t before = f->out->items.len;
  add_page(f, path.len ? nt_plan_page(&f->site->plan, path) : NULL);
  if (f->out->items.len == before) find_address(f);
  if (f->out->items.len == before) find_kept(f, path);
  find_documents(f);
  if (f->out->items.len > before) return;
  find_layer_file(f, f->here);
  find_layer_file(f, f->there);
  find_layer_file(f, f->there.len ? nt_path_join(f->arena, f->site->name, f->there) : f->there);
}

void nt_explain_find(nt_engine *engine, nt_str word, nt_arena *arena, nt_explained_list *out) {
  finding f = {.engine = engine, .arena = arena, .word = word, .out = out};
  read_paths(&f);
  for (size_t i = 0; i < engine->site_count; i++) {
    f.site = &engine->sites[i];
    if (f.site->inputs && f.site->inputs->usable) find_exactly(&f);
  }
  for (size_t i = 0; i < engine->site_count && !out->items.len; i++) {
    f.site = &engine->sites[i];
    if (f.site->inputs && f.site->inputs->usable) find_endings(&f);
  }
}

bool nt_explain_is_foreign(const nt_engine *engine, nt_str word, nt_arena *arena) {
  finding f = {.engine = (nt_engine *)engine, .arena = arena, .word = word};
  read_paths(&f);
  for (size_t i = 0; i < engine->site_count; i++) {
    nt_map ledger = {0};
    f.site = &engine->sites[i];
    nt_str path = published_path(&f), out = nt_engine_out(engine, f.site, arena);
    bool there = path.len && access(nt_path_join(arena, out, path).ptr, F_OK) == 0;
    bool ours = there && read_ledger(engine, f.site, arena, &ledger) && nt_map_has(&ledger, path);
    nt_map_deinit(&ledger);
    if (there && !ours) return true;
  }
  return false;
}

nt_str nt_explained_name(const nt_explained *what, nt_arena *arena) {
  nt_str name = what->page ? what->page->path : what->path.len ? what->path : what->document->id;
  return nt_arena_format(arena, "%.*s: %.*s", NT_FMT(what->site->name), NT_FMT(name));
}

/* ---- what may have been meant ---- */

enum { NEAREST = 3 };

typedef struct nearest {
  nt_str word;
  nt_str names[NEAREST]; /* the nearest first */
  size_t distances[NEAREST];
  size_t count, limit;
} nearest;

static void try_name(nearest *n, nt_str name) {
  size_t limit = n->count == NEAREST ? n->distances[NEAREST - 1] - 1 : n->limit;
  if (!name.len || (n->count == NEAREST && !n->distances[NEAREST - 1])) return;
  size_t distance = nt_str_distance(n->word, name, limit), at = 0;
  if (distance > limit) return;
  while (at < n->count && n->distances[at] <= distance) {
    if (nt_str_eq(n->names[at], name)) return;
    at++;
  }
  if (n->count < NEAREST) n->count++;
  for (size_t i = n->count - 1; i > at; i--) {
    n->names[i] = n->names[i - 1];
    n->distances[i] = n->distances[i - 1];
  }
  n->names[at] = name;
  n->distances[at] = distance;
}

static void try_site(nearest *n, const nt_site *site, nt_arena *arena) {
  for (size_t i = 0; i < site->plan.pages.len; i++) {
    try_name(n, site->plan.pages.items[i]->path);
    try_name(n, site->plan.pages.items[i]->page.url);
  }
  for (size_t i = 0; i < site->records.slots.len; i++) {
    const nt_record *r = site->records.slots.items[i];
    if (!is_known(r)) continue;
    try_name(n, r->id);
    try_name(n, r->path);
    try_name(n, nt_path_join(arena, site->name, r->path));
    try_name(n, nt_path_base(r->path));
  }
}

nt_str nt_explain_nearest(const nt_engine *engine, nt_str word, nt_arena *arena) {
  nearest n = {.word = word, .limit = word.len / 3 + 1};
  nt_str list = nt_str_n("", 0);
  for (size_t i = 0; i < engine->site_count; i++) try_site(&n, &engine->sites[i], arena);
  for (size_t i = 0; i < n.count; i++)
    list = nt_arena_format(arena, "%.*s%s%.*s", NT_FMT(list), i ? ", " : "", NT_FMT(n.names[i]));
  return list;
}
