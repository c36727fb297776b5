/* What the target holds, compared with the ledger: a file whose stamp is another is read, and only other bytes count.
 * And what stands where a page is to be, though Notis did not put it there: it is named, and left alone. */
#include "base/path.h"
#include "engine/publish/committing.h"

typedef struct found {
  notis_file_kind kind;
  nt_hash hash;
} found;

uint64_t nt_look_stamp(nt_commit *c, notis_call *call, nt_str path) {
  uint64_t stamp = 0;
  if (!c->plugin->target.look) return 1;
  return c->plugin->target.look(c->self, call, nt_out_str(path), &stamp) == NOTIS_OK ? stamp : 0;
}

static found inspect(nt_commit *c, notis_call *call, nt_str path) {
  found f = {NOTIS_FILE_NONE, NT_HASH_ABSENT};
  if (c->plugin->target.inspect) c->plugin->target.inspect(c->self, call, nt_out_str(path), &f.kind, &f.hash);
  return f;
}

/* ---- the files of the ledger ---- */

/* The stamp is taken before the bytes are read: a file that changes meanwhile is seen at the next look. */
static void look_at(nt_commit *c, notis_call *call, nt_ledger_entry *entry) {
  uint64_t stamp = nt_look_stamp(c, call, entry->path);
  if (stamp && stamp == entry->stamp && !entry->altered) return;
  found f = stamp ? inspect(c, call, entry->path) : (found){NOTIS_FILE_NONE, NT_HASH_ABSENT};
  entry->altered = f.kind != NOTIS_FILE_REGULAR || f.hash != entry->hash;
  if (entry->altered) {
    nt_map_set(&c->amiss, entry->path, entry);
  } else if (stamp != entry->stamp) {
    entry->stamp = stamp;
    nt_push(&c->renewed, entry);
  }
}

void nt_look_at_all(nt_commit *c, notis_call *call) {
  const nt_map_entry *e;
  c->bare = c->plugin->target.inspect && inspect(c, call, NT_STR("")).kind == NOTIS_FILE_NONE;
  for (size_t i = 0; nt_map_each(&c->ledger, &i, &e);) look_at(c, call, e->value);
}

/* ---- what stands in the way ---- */

static bool is_below(nt_str path, nt_str folder) {
  return path.len > folder.len && nt_str_starts(path, folder) && path.ptr[folder.len] == '/';
}

/* A folder with files of ours goes when they do; that is known when all removals are. */
static bool holds_ours(const nt_commit *c, nt_str folder) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&c->ledger, &i, &e);)
    if (is_below(e->key, folder)) return true;
  return false;
}

/* The next folder on the way to a file, from the top down. */
static bool next_folder(nt_str path, nt_str *folder) {
  size_t from = folder->len ? folder->len + 1 : 0;
  size_t len = nt_str_find(nt_str_sub(path, from, path.len), '/');
  *folder = nt_str_sub(path, 0, from + len);
  return folder->len < path.len;
}

static bool is_sound(nt_commit *c, notis_call *call, nt_str folder, notis_file_kind *kind) {
  if (nt_map_has(&c->sound, folder)) return true;
  *kind = inspect(c, call, folder).kind;
  if (*kind != NOTIS_FILE_DIRECTORY) return false;
  nt_map_set(&c->sound, folder, c);
  return true;
}

/* What is there and is not ours; an empty path if nothing is. A file of ours that a folder is to replace goes first. */
static nt_str obstacle(nt_commit *c, notis_call *call, const nt_page_record *page) {
  nt_str folder = nt_str_n("", 0), none = folder;
  notis_file_kind kind;
  while (next_folder(page->path, &folder))
    if (!is_sound(c, call, folder, &kind))
      return kind == NOTIS_FILE_NONE || nt_map_has(&c->ledger, folder) ? none : folder;
  found f = inspect(c, call, page->path);
  bool same = f.kind == NOTIS_FILE_REGULAR && f.hash == page->bytes; /* a ledger that was lost has forgotten them */
  if (f.kind == NOTIS_FILE_NONE || same) return none;
  bool ours = f.kind == NOTIS_FILE_DIRECTORY ? holds_ours(c, page->path) : nt_map_has(&c->ledger, page->path);
  return ours ? none : page->path;
}

bool nt_look_is_free(nt_commit *c, notis_call *call, const nt_page_record *page) {
  if (c->bare || !c->plugin->target.inspect) return true;
  nt_str path = obstacle(c, call, page);
  if (!path.len) return true;
  nt_str out = nt_engine_out(c->site->engine, c->site, call->arena), root = c->site->engine->root;
  if (is_below(out, root)) out = nt_str_sub(out, root.len + 1, out.len);
  nt_report(call->diags, NT_MSG_publish_in_the_way, nt_where_file(nt_path_join(call->arena, out, path), 0, 0), path);
  return false;
}
