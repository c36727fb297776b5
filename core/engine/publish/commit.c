#include "engine/publish/committing.h"

#include "base/path.h"
#include "host/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STAGES_WAITING = 16 };

notis_call nt_commit_call(nt_commit *c) {
  return (notis_call){.arena = c->changes_arena, .diags = &c->diags, .file = c->site->name, .plugin = c->plugin->name};
}

static nt_str state_path(nt_commit *c, const char *name) {
  return nt_path_join(c->changes_arena, c->state, nt_str_c(name));
}

/* ---- the ledger ---- */

static const nt_ledger_entry *note_put(nt_commit *c, notis_call *call, const nt_change *change) {
  nt_ledger_entry *entry = nt_map_get(&c->ledger, change->path);
  if (!entry) {
    entry = NT_NEW(c->ledger_arena, nt_ledger_entry);
    entry->path = nt_arena_str(c->ledger_arena, change->path);
    nt_map_set(&c->ledger, entry->path, entry);
  }
  entry->hash = change->hash;
  if (!nt_str_eq(entry->owner, change->owner)) entry->owner = nt_arena_str(c->ledger_arena, change->owner);
  entry->stamp = nt_look_stamp(c, call, change->path);
  entry->altered = false;
  return entry;
}

/* Adds lines to the file; writes it anew when most of its lines are dead, or its end is not known to be whole. */
static bool write_ledger(nt_commit *c, nt_str lines, size_t count, bool sync) {
  enum { SPARE = 1024 };
  bool whole = c->rewrite || c->log.lines + count > 2 * c->ledger.live + SPARE;
  nt_str path = state_path(c, "ledger");
  if (!whole && !count) return true;
  nt_durable written = whole ? NT_DURABLE_ABSENT : nt_durable_append(path, lines, sync, &c->diags);
  c->log.lines += count;
  if (written == NT_DURABLE_ABSENT) {
    nt_buf text = {0};
    nt_ledger_write(&c->ledger, &text);
    written = nt_durable_replace(path, nt_buf_str(&text), &c->diags);
    c->log.lines = c->ledger.live;
    nt_buf_deinit(&text);
  }
  c->rewrite = written != NT_DURABLE_OK;
  return !c->rewrite;
}

/* Brings the ledger up to what was committed: what was put and removed, and what was found to be as it should. */
static bool keep_ledger(nt_commit *c, notis_call *call, bool sync) {
  nt_buf lines = {0};
  size_t count = 0;
  for (size_t i = 0; i < c->renewed.len; i++, count++) nt_ledger_put(c->renewed.items[i], &lines);
  c->renewed.len = 0;
  for (size_t i = 0; i < c->changes.list.len; i++) {
    const nt_change *change = &c->changes.list.items[i];
    if (change->healed || (change->removed && !nt_map_remove(&c->ledger, change->path))) continue;
    if (change->removed)
      nt_ledger_drop(change->path, &lines);
    else
      nt_ledger_put(note_put(c, call, change), &lines);
    count++;
  }
  bool good = write_ledger(c, nt_buf_str(&lines), count, sync);
  nt_buf_deinit(&lines);
  return good;
}

/* Each file is the old one or the new one, and nobody knows which. */
static void doubt_files(nt_commit *c) {
  for (size_t i = 0; i < c->changes.list.len; i++) {
    nt_ledger_entry *entry = nt_map_get(&c->ledger, c->changes.list.items[i].path);
    if (entry) entry->altered = true;
  }
}

/* The target replaces and removes; then the ledger says so; then the journal, if there is one, has done its duty. */
static bool carry_out(nt_commit *c, notis_call *call, bool journaled) {
  const notis_target_api *target = &c->plugin->target;
  for (size_t i = 0; i < c->changes.list.len; i++) {
    const nt_change *change = &c->changes.list.items[i];
    if (!change->removed || change->healed) continue;
    if (target->remove(c->self, call, nt_out_str(change->path)) == NOTIS_ERROR) return false;
  }
  if (target->commit(c->self, call) != NOTIS_OK) {
    doubt_files(c);
    return false;
  }
  c->begun = false;
  c->bare = false;
  if (!keep_ledger(c, call, journaled)) return false;
  for (size_t i = 0; i < c->changes.list.len; i++) {
    const nt_change *change = &c->changes.list.items[i];
    if (change->healed && !nt_good_remove(c->site, change->owner, call->diags)) return false;
  }
  nt_durable removed = journaled ? nt_durable_remove(state_path(c, "journal"), call->diags) : NT_DURABLE_OK;
  return removed == NT_DURABLE_OK || removed == NT_DURABLE_ABSENT;
}

/* ---- opening: what a kill left behind is completed first ---- */

/* The whole of a small file; false if it cannot be read. */
static bool slurp(nt_str path, nt_buf *out) {
  int fd = open(path.ptr, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t got;
  do {
    nt_buf_reserve(out, 1 << 16);
    got = read(fd, out->ptr + out->len, 1 << 16);
    if (got > 0) out->len += (size_t)got;
  } while (got > 0 || (got < 0 && errno == EINTR));
  close(fd);
  return got == 0;
}

static bool resume(nt_commit *c, notis_call *call) {
  const notis_target_api *target = &c->plugin->target;
  if (target->begin(c->self, call, NOTIS_COMMIT_RESUME) != NOTIS_OK) return false;
  for (size_t i = 0; i < c->changes.list.len; i++) {
    const nt_change *change = &c->changes.list.items[i];
    notis_put put = {.size = sizeof put, .path = nt_out_str(change->path), .order = change->order};
    if (!change->removed && !change->healed && target->put(c->self, call, &put) != NOTIS_OK) return false;
  }
  c->absent_known = false;
  return carry_out(c, call, true);
}

/* Does what a whole journal says, if there is one. */
static bool complete_journal(nt_commit *c, notis_call *call) {
  nt_buf text = {0};
  nt_arena *arena = nt_arena_new();
  bool good = true;
  if (slurp(state_path(c, "journal"), &text) && nt_journal_read(nt_buf_str(&text), arena, &c->changes))
    good = resume(c, call);
  c->changes.list.len = 0;
  c->unfinished = !good;
  nt_arena_free(arena);
  nt_buf_deinit(&text);
  return good;
}

static void read_ledger(nt_commit *c) {
  nt_buf text = {0};
  nt_str path = state_path(c, "ledger");
  if (slurp(path, &text)) nt_ledger_read(nt_buf_str(&text), c->ledger_arena, &c->ledger, &c->log);
  if (c->log.damaged) nt_report(&c->diags, NT_MSG_ledger_damaged, nt_where_file(path, 0, 0), path);
  c->rewrite = c->log.damaged || c->log.torn;
  nt_buf_deinit(&text);
}

static bool open_target(nt_commit *c, notis_call *call) {
  c->self = c->plugin->descriptor.data;
  if (c->plugin->target.open(&nt_services, call, (const notis_value *)&c->config, &c->self) == NOTIS_OK) return true;
  c->self = NULL;
  if (!call->diags->errors) nt_report(call->diags, NT_MSG_plugin_open_failed, (nt_where){0}, c->plugin->name);
  return false;
}

static void open_run(void *ud) {
  nt_commit *c = ud;
  notis_call call = nt_commit_call(c);
  c->failed = true;
  if (!c->open) {
    if (nt_durable_mkdirs(c->state, &c->diags) != NT_DURABLE_OK || !open_target(c, &call)) return;
    c->open = true;
    read_ledger(c);
  }
  c->failed = !complete_journal(c, &call);
  if (c->failed && !c->diags.errors) nt_report0(&c->diags, NT_MSG_commit_failed, nt_where_file(c->site->name, 0, 0));
}

static void post_done(void *ud) {
  nt_commit *c = ud;
  nt_loop_post(c->site->engine->loop, &c->post);
}

static void on_done(nt_post *post) {
  nt_commit *c = (nt_commit *)((char *)post - offsetof(nt_commit, post));
  c->done(c->site, !c->failed);
}

static void on_looked(nt_post *post) {
  nt_commit *c = (nt_commit *)((char *)post - offsetof(nt_commit, looked));
  c->looking = false;
  nt_site_pump(c->site);
}

static void post_to_strand(nt_commit *c, void (*run)(void *ud), void (*done)(nt_site *site, bool good)) {
  c->done = done;
  if (nt_strand_post(c->strand, (nt_task){run, post_done, c})) return;
  c->failed = true; /* no thread could be had */
  nt_report0(&c->diags, NT_MSG_commit_failed, nt_where_file(c->site->name, 0, 0));
  nt_loop_post(c->site->engine->loop, &c->post);
}

void nt_commit_begin_epoch(nt_site *site) {
  nt_commit *c = &site->commit;
  for (size_t i = 0; i < c->staged.len; i++) c->staged.items[i]->staged = NT_HASH_ABSENT;
  c->staged.len = c->blocked.len = 0;
  nt_map_clear(&c->sound);
  nt_arena_reset(c->changes_arena);
  nt_diags_init(&c->diags, c->changes_arena);
  c->changes.list.len = 0;
  c->begun = c->failed = false;
}

static void make(nt_site *site) {
  nt_commit *c = &site->commit;
  nt_engine *engine = site->engine;
  c->site = site;
  c->arena = nt_arena_new();
  c->ledger_arena = nt_arena_new();
  c->changes_arena = nt_arena_new();
  c->strand = nt_strand_new(STAGES_WAITING + 8);
  c->post.run = on_done;
  c->looked.run = on_looked;
  c->wants_look = true;
  c->plugin = nt_host_find(engine->host, NT_STR("target_dir"));
  c->state = nt_path_join(c->arena, nt_engine_state(engine, c->arena), site->name);
  c->config = nt_map_new(c->arena);
  nt_map_put(&c->config, c->arena, NT_STR("path"), (nt_pos){0}, nt_string(nt_engine_out(engine, site, c->arena)));
}

/* ---- looking ---- */

static void look_run(void *ud) {
  nt_commit *c = ud;
  notis_call call = nt_commit_call(c);
  nt_look_at_all(c, &call);
}

static void look_done(void *ud) {
  nt_commit *c = ud;
  nt_loop_post(c->site->engine->loop, &c->looked);
}

void nt_commit_look(nt_site *site) {
  nt_commit *c = &site->commit;
  if (!c->wants_look || c->looking) return;
  c->looking = nt_strand_post(c->strand, (nt_task){look_run, look_done, c});
  c->wants_look = !c->looking;
}

bool nt_commit_is_published(const nt_site *site, const nt_page_record *page) {
  const nt_ledger_entry *entry = nt_map_get(&site->commit.ledger, page->path);
  return entry && entry->hash == page->bytes && !entry->altered;
}

const nt_map *nt_commit_amiss(const nt_site *site) {
  return &site->commit.amiss;
}

/* ---- opening and looking, on the loop ---- */

void nt_commit_open(nt_site *site, void (*done)(nt_site *site, bool good)) {
  nt_commit *c = &site->commit;
  if (!c->arena) make(site);
  nt_commit_begin_epoch(site);
  if (c->plugin && c->plugin->target.open) {
    post_to_strand(c, open_run, done);
    return;
  }
  nt_report(&c->diags, NT_MSG_plugin_absent, (nt_where){0}, NT_STR("target_dir"));
  c->done = done;
  c->failed = true;
  nt_loop_post(site->engine->loop, &c->post);
}

/* ---- staging ---- */

static bool begin(nt_commit *c, notis_call *call) {
  if (!c->begun && !c->failed) c->failed = c->plugin->target.begin(c->self, call, NOTIS_COMMIT_NEW) != NOTIS_OK;
  c->begun = true;
  return !c->failed;
}

static int open_asset(nt_commit *c, notis_call *call, const nt_asset *asset) {
  nt_file_result result;
  int fd = nt_file_open(c->site->inputs->layers[asset->layer].root, asset->file, &result, NULL);
  nt_str shown = nt_inputs_shown(c->site->inputs, asset->layer, asset->file, call->arena);
  if (fd < 0) nt_config_report_file(result, shown, nt_where_file(shown, 0, 0), call->diags);
  return fd;
}

/* The file itself, or its bytes for a target that knows no files. What has gone since it was looked at is not put; the
 * next epoch will say what is there. */
static notis_status put_asset(nt_commit *c, notis_call *call, const nt_asset *asset, notis_put *put) {
  int fd = open_asset(c, call, asset);
  if (fd < 0) return NOTIS_GONE;
  notis_file file = {fd, asset->stamp.size};
  nt_buf bytes = {0};
  notis_status status = NOTIS_ERROR;
  if (c->plugin->target.takes_files) {
    put->file = &file;
    status = c->plugin->target.put(c->self, call, put);
  } else if (file.size > NT_BUFFER_LIMIT) {
    nt_str shown = nt_inputs_shown(c->site->inputs, asset->layer, asset->file, call->arena);
    nt_report(call->diags, NT_MSG_asset_too_large, nt_where_file(shown, 0, 0), shown);
    status = NOTIS_GONE;
  } else {
    nt_buf_reserve(&bytes, (size_t)file.size + 1);
    bytes.len = nt_file_read_at(fd, 0, bytes.ptr, (size_t)file.size);
    put->bytes = nt_out_str(nt_buf_str(&bytes));
    status = c->plugin->target.put(c->self, call, put);
  }
  nt_buf_deinit(&bytes);
  close(fd);
  return status;
}

/* What is published already, or may not be put where it belongs, is passed over. A file that the ledger has and nobody
 * has altered is ours to replace. */
static void stage_page(nt_commit *c, notis_call *call, nt_page_record *page, nt_str bytes) {
  bool staged_before = page->staged != NT_HASH_ABSENT; /* by a round that was cancelled */
  if (!staged_before) {
    if (nt_commit_is_published(c->site, page)) return;
    const nt_ledger_entry *entry = nt_map_get(&c->ledger, page->path);
    if ((!entry || entry->altered) && !nt_look_is_free(c, call, page)) {
      nt_push(&c->blocked, page->path);
      return;
    }
  }
  if (!begin(c, call)) return;
  notis_put put = {
      .size = sizeof put, .path = nt_out_str(page->path), .bytes = nt_out_str(bytes), .order = nt_page_order(page)};
  notis_status status =
      page->asset ? put_asset(c, call, page->asset, &put) : c->plugin->target.put(c->self, call, &put);
  if (status == NOTIS_OK) {
    page->staged = page->bytes;
    if (!staged_before) nt_push(&c->staged, page);
  } else if (status != NOTIS_GONE || !page->asset) {
    c->failed = true;
  }
}

static void stage_run(void *ud) {
  nt_stage *stage = ud;
  nt_commit *c = &stage->site->commit;
  notis_call call = nt_commit_call(c);
  for (size_t i = 0; i < stage->count; i++) {
    if (stage->pages[i].made) stage_page(c, &call, stage->pages[i].page, nt_buf_str(&stage->pages[i].bytes));
    nt_buf_deinit(&stage->pages[i].bytes);
  }
}

static void stage_done(void *ud) {
  nt_stage *stage = ud;
  nt_loop_post(stage->site->engine->loop, &stage->post);
}

static void on_staged(nt_post *post) {
  nt_stage *stage = (nt_stage *)post;
  stage->site->commit.waiting--;
  stage->done(stage);
}

bool nt_commit_stage(nt_site *site, nt_stage *stage) {
  nt_commit *c = &site->commit;
  if (c->waiting >= STAGES_WAITING) return false;
  stage->post.run = on_staged;
  c->waiting++;
  if (nt_strand_post(c->strand, (nt_task){stage_run, stage_done, stage})) return true;
  c->waiting--;
  return false;
}

/* ---- finishing ---- */

/* One new version of a file that the ledger has is one rename: before it nothing is changed, after it all is. Until the
 * ledger says so, its entry is another's than the file's, which the next start finds out by looking. */
static bool needs_journal(const nt_commit *c) {
  const nt_change *change = c->changes.list.items;
  return c->changes.list.len != 1 || change->removed || change->healed || !nt_map_has(&c->ledger, change->path);
}

static bool write_journal(nt_commit *c) {
  nt_buf journal = {0};
  nt_str path = state_path(c, "journal");
  nt_journal_write(&c->changes, &journal);
  bool good = nt_durable_replace(path, nt_buf_str(&journal), &c->diags) == NT_DURABLE_OK;
  if (!good) nt_durable_remove(path, NULL); /* it may stand there all the same; what it says is taken back */
  nt_buf_deinit(&journal);
  return good;
}

static void count_changes(nt_commit *c) {
  for (size_t i = 0; i < c->changes.list.len; i++) {
    const nt_change *change = &c->changes.list.items[i];
    if (!change->healed) nt_atomic_add(change->removed ? &c->site->counters.removed : &c->site->counters.put, 1);
  }
}

/* Somebody may remove it under a watch; the ledger is then written anew, as it is known. */
static bool has_state(nt_commit *c) {
  return access(c->state.ptr, F_OK) == 0 || nt_durable_mkdirs(c->state, &c->diags) == NT_DURABLE_OK;
}

/* From the journal on a failure leaves it, and the next start goes on. Without one all is done, or nothing. */
static bool change_all(nt_commit *c, notis_call *call) {
  bool journaled = needs_journal(c);
  if (!has_state(c) || !begin(c, call) || (journaled && !write_journal(c))) return false;
  bool good = carry_out(c, call, journaled);
  c->unfinished = journaled && !good;
  if (c->unfinished) c->begun = false; /* what is staged is needed yet */
  if (!good) nt_report0(&c->diags, NT_MSG_commit_failed, nt_where_file(c->site->name, 0, 0));
  count_changes(c);
  return good;
}

static bool is_absent(const nt_commit *c, const nt_ledger_entry *entry) {
  return nt_map_get(&c->ledger, entry->path) == entry;
}

/* What could not be committed is to be made again, as is what something stands in the way of. */
static void settle(nt_commit *c) {
  size_t kept = 0;
  for (size_t i = 0; i < c->absent.len; i++)
    if (is_absent(c, c->absent.items[i])) c->absent.items[kept++] = c->absent.items[i];
  c->absent.len = kept;
  if (!c->failed) nt_map_clear(&c->amiss);
  for (size_t i = 0; c->failed && i < c->staged.len; i++)
    nt_map_set(&c->amiss, c->staged.items[i]->path, c->staged.items[i]);
  for (size_t i = 0; i < c->blocked.len; i++) nt_map_set(&c->amiss, c->blocked.items[i], c);
}

static void finish_run(void *ud) {
  nt_commit *c = ud;
  notis_call call = nt_commit_call(c);
  if (!nt_good_write(c->site, &c->diags)) c->failed = true;
  if (!c->failed) c->failed = !nt_changes_gather(c);
  if (!c->failed) c->failed = c->changes.list.len ? !change_all(c, &call) : !keep_ledger(c, &call, false);
  if (c->begun) c->plugin->target.abort(c->self, &call);
  c->begun = false;
  settle(c);
  nt_vec_deinit(&c->changes.list); /* of a whole site, the first time */
}

/* What stands in is in the state also when nothing is committed: what is said of the epoch rests on it. */
static void abort_run(void *ud) {
  nt_commit *c = ud;
  notis_call call = nt_commit_call(c);
  nt_good_write(c->site, &c->diags);
  if (c->begun) c->plugin->target.abort(c->self, &call);
  c->begun = false;
  c->failed = true;
  settle(c);
}

void nt_commit_finish(nt_site *site, void (*done)(nt_site *site, bool good)) {
  post_to_strand(&site->commit, finish_run, done);
}

void nt_commit_abort(nt_site *site, void (*done)(nt_site *site, bool good)) {
  post_to_strand(&site->commit, abort_run, done);
}

static void close_run(void *ud) {
  nt_commit *c = ud;
  if (c->open) c->plugin->target.close(c->self);
}

void nt_commit_close(nt_site *site) {
  nt_commit *c = &site->commit;
  if (!c->arena) return;
  nt_strand_post(c->strand, (nt_task){close_run, NULL, c});
  nt_strand_close(c->strand);
  nt_vec_deinit(&c->changes.list);
  nt_vec_deinit(&c->staged);
  nt_vec_deinit(&c->blocked);
  nt_vec_deinit(&c->renewed);
  nt_vec_deinit(&c->absent);
  nt_map_deinit(&c->amiss);
  nt_map_deinit(&c->sound);
  nt_map_deinit(&c->ledger);
  nt_arena_free(c->changes_arena);
  nt_arena_free(c->ledger_arena);
  nt_arena_free(c->arena);
}
