#include "engine/publish/commit.h"

#include "base/path.h"
#include "engine/content/states.h"
#include "engine/engine.h"
#include "host/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STAGES_WAITING = 16 };

static notis_str out_str(nt_str s) {
  return (notis_str){s.ptr, s.len};
}

static notis_call call_of(nt_commit *c, nt_arena *arena, nt_diags *diags) {
  return (notis_call){.arena = arena, .diags = diags, .file = c->site->name, .plugin = c->plugin->name};
}

static nt_str state_path(nt_commit *c, const char *name) {
  return nt_path_join(c->arena, c->state, nt_str_c(name));
}

/* ---- what the target holds ---- */

static uint64_t stamp_of(nt_commit *c, notis_call *call, nt_str path) {
  uint64_t stamp = 0;
  if (!c->plugin->target.look) return 1;
  return c->plugin->target.look(c->self, call, out_str(path), &stamp) == NOTIS_OK ? stamp : 0;
}

static bool is_there(nt_commit *c, notis_call *call, const nt_ledger_entry *entry) {
  return entry->stamp && stamp_of(c, call, entry->path) == entry->stamp;
}

/* Brings the ledger up to what was committed, and writes it. */
static bool keep_ledger(nt_commit *c, notis_call *call) {
  for (size_t i = 0; i < c->changes.list.len; i++) {
    const nt_change *change = &c->changes.list.items[i];
    if (change->removed) {
      nt_map_remove(&c->ledger, change->path);
      continue;
    }
    nt_ledger_entry *entry = nt_map_get(&c->ledger, change->path);
    if (!entry) {
      entry = NT_NEW(c->ledger_arena, nt_ledger_entry);
      entry->path = nt_arena_str(c->ledger_arena, change->path);
      nt_map_set(&c->ledger, entry->path, entry);
    }
    entry->hash = change->hash;
    if (!nt_str_eq(entry->owner, change->owner)) entry->owner = nt_arena_str(c->ledger_arena, change->owner);
    entry->stamp = stamp_of(c, call, change->path);
  }
  nt_buf text = {0};
  nt_ledger_write(&c->ledger, &text);
  nt_durable written = nt_durable_replace(state_path(c, "ledger"), nt_buf_str(&text), call->diags);
  nt_buf_deinit(&text);
  return written == NT_DURABLE_OK;
}

/* The target replaces and removes; then the ledger says so; then the journal has done its duty. */
static bool carry_out(nt_commit *c, notis_call *call) {
  const notis_target_api *target = &c->plugin->target;
  for (size_t i = 0; i < c->changes.list.len; i++) {
    const nt_change *change = &c->changes.list.items[i];
    if (change->removed && target->remove(c->self, call, out_str(change->path)) == NOTIS_ERROR) return false;
  }
  if (target->commit(c->self, call) != NOTIS_OK || !keep_ledger(c, call)) return false;
  nt_durable removed = nt_durable_remove(state_path(c, "journal"), call->diags);
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
    notis_put put = {.size = sizeof put, .path = out_str(change->path), .order = change->order};
    if (!change->removed && target->put(c->self, call, &put) != NOTIS_OK) return false;
  }
  return carry_out(c, call);
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
  if (slurp(path, &text) && !nt_ledger_read(nt_buf_str(&text), c->ledger_arena, &c->ledger))
    nt_report(&c->diags, NT_MSG_ledger_damaged, nt_where_file(path, 0, 0), path);
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
  notis_call call = call_of(c, c->changes_arena, &c->diags);
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

static void post_to_strand(nt_commit *c, void (*run)(void *ud), void (*done)(nt_site *site, bool good)) {
  c->done = done;
  if (nt_strand_post(c->strand, (nt_task){run, post_done, c})) return;
  c->failed = true; /* no thread could be had */
  nt_report0(&c->diags, NT_MSG_commit_failed, nt_where_file(c->site->name, 0, 0));
  nt_loop_post(c->site->engine->loop, &c->post);
}

void nt_commit_begin_epoch(nt_site *site) {
  nt_commit *c = &site->commit;
  for (size_t i = 0; i < site->due.len; i++) site->due.items[i]->staged = NT_HASH_ABSENT;
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
  c->plugin = nt_host_find(engine->host, NT_STR("target_dir"));
  c->state = nt_path_join(c->arena, nt_engine_state(engine, c->arena), site->name);
  c->config = nt_map_new(c->arena);
  nt_map_put(&c->config, c->arena, NT_STR("path"), (nt_pos){0}, nt_string(nt_engine_out(engine, site, c->arena)));
}

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

static uint32_t order_of(const nt_page_record *page) {
  return page->asset ? 0 : page->page.collection.len ? 2 : 1;
}

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
    put->bytes = out_str(nt_buf_str(&bytes));
    status = c->plugin->target.put(c->self, call, put);
  }
  nt_buf_deinit(&bytes);
  close(fd);
  return status;
}

static void stage_page(nt_commit *c, notis_call *call, nt_page_record *page, nt_str bytes) {
  const nt_ledger_entry *entry = nt_map_get(&c->ledger, page->path);
  bool staged_before = page->staged != NT_HASH_ABSENT; /* by a round that was cancelled */
  if (!staged_before && entry && entry->hash == page->bytes && is_there(c, call, entry)) return;
  if (!begin(c, call)) return;
  notis_put put = {.size = sizeof put, .path = out_str(page->path), .bytes = out_str(bytes), .order = order_of(page)};
  notis_status status =
      page->asset ? put_asset(c, call, page->asset, &put) : c->plugin->target.put(c->self, call, &put);
  if (status == NOTIS_OK)
    page->staged = page->bytes;
  else if (status != NOTIS_GONE || !page->asset)
    c->failed = true;
}

static void stage_run(void *ud) {
  nt_stage *stage = ud;
  nt_commit *c = &stage->site->commit;
  notis_call call = call_of(c, c->changes_arena, &c->diags);
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

/* A document or static file that is at fault now: what was published of it stays. */
static bool at_fault(const nt_site *site, nt_str owner) {
  if (nt_inputs_is_unlisted(site->inputs, owner)) return true;
  const nt_record *r = nt_records_find(&site->records, owner);
  if (!r) r = nt_records_find(&site->records, nt_str_sub(owner, 0, nt_str_find_last(owner, '#')));
  if (r && r->parent) r = site->records.slots.items[r->parent - 1];
  if (!r || !r->listed || r->frozen) return false;
  return r->parse.state == NT_STEP_FAILED || r->hooks.state == NT_STEP_FAILED || r->trouble.state == NT_STEP_FAILED;
}

/* What nobody could look at is not gone: a source that did not open, or that did not get to the end of its scan. */
static bool is_unknown(const nt_site *site, nt_str owner) {
  const nt_record *r = nt_records_find(&site->records, owner);
  for (size_t i = 0; i < site->sources.items.len; i++) {
    const nt_source *source = site->sources.items.items[i];
    bool its = owner.len > source->name.len && nt_str_starts(owner, source->name) && owner.ptr[source->name.len] == '/';
    if (its && !source->whole) return source->state != NT_SOURCE_OPEN || !r || r->listed;
  }
  return false;
}

/* The document whose state keeps the owner's pages back, itself or what it was derived from; NULL if none does. */
static const nt_record *held_by(const nt_site *site, nt_str owner) {
  const nt_record *r = nt_records_find(&site->records, owner);
  if (r && nt_record_is_held(r)) return r;
  if (r && !r->parent) return NULL;
  r = nt_records_find(&site->records, nt_str_sub(owner, 0, nt_str_find_last(owner, '#')));
  return r && nt_record_is_held(r) ? r : NULL;
}

static bool stays(const nt_site *site, nt_str owner) {
  return !held_by(site, owner) && (at_fault(site, owner) || is_unknown(site, owner));
}

/* Its text says itself that it shall go, and when: nobody need consent to that. */
static bool has_expired(const nt_site *site, nt_str owner) {
  const nt_record *r = held_by(site, owner);
  return r && nt_record_state(r) == NT_STATE_EXPIRED;
}

/* A page that a cancelled round staged and that is no longer planned is taken away again, unless its document is only
 * at fault: then that was its newest good version. */
static void add_puts(nt_commit *c) {
  for (size_t i = 0; i < c->site->due.len; i++) {
    const nt_page_record *page = c->site->due.items[i];
    if (page->staged == NT_HASH_ABSENT) continue;
    nt_change change = {.path = page->path, .owner = page->owner, .hash = page->staged, .order = 1};
    change.removed = !page->present && !stays(c->site, page->owner);
    if (page->present) change.order = order_of(page);
    nt_push(&c->changes.list, change);
  }
}

/* How many; *sudden is how many of them no text has foretold. */
static size_t add_removals(nt_commit *c, size_t *sudden) {
  const nt_map_entry *e;
  size_t count = 0;
  for (size_t i = 0; c->site->sweep && nt_map_each(&c->ledger, &i, &e);) {
    const nt_ledger_entry *entry = e->value;
    const nt_page_record *page = nt_map_get(&c->site->plan.records, entry->path);
    bool handled = page && (page->present || page->staged != NT_HASH_ABSENT);
    if (handled || stays(c->site, entry->owner)) continue;
    nt_push(&c->changes.list, ((nt_change){.path = entry->path, .owner = entry->owner, .removed = true}));
    count++;
    *sudden += !has_expired(c->site, entry->owner);
  }
  return count;
}

/* A handful is never too many: in a site of five pages one is a fifth. */
enum { ALWAYS_ALLOWED = 10 };

static bool removals_allowed(nt_commit *c, size_t count) {
  nt_site *site = c->site;
  if (site->engine->options.allow_removals || count <= ALWAYS_ALLOWED) return true;
  if ((double)count <= site->inputs->removals * (double)c->ledger.live) return true;
  nt_report(&c->diags, NT_MSG_removals_too_many, nt_where_file(site->name, 0, 0),
            nt_arena_format(c->changes_arena, "%zu", count), nt_arena_format(c->changes_arena, "%zu", c->ledger.live));
  return false;
}

static int by_order(const void *a, const void *b) {
  const nt_change *x = a, *y = b;
  if (x->removed != y->removed) return x->removed - y->removed;
  if (x->order != y->order) return x->order < y->order ? -1 : 1;
  return nt_str_cmp(x->path, y->path);
}

static void finish_run(void *ud) {
  nt_commit *c = ud;
  notis_call call = call_of(c, c->changes_arena, &c->diags);
  nt_changes *changes = &c->changes;
  if (!c->failed) add_puts(c);
  size_t sudden = 0, removed = c->failed ? 0 : add_removals(c, &sudden);
  if (!c->failed && !removals_allowed(c, sudden)) c->failed = true;
  if (!c->failed && changes->list.len) {
    qsort(changes->list.items, changes->list.len, sizeof *changes->list.items, by_order);
    nt_buf journal = {0};
    nt_journal_write(changes, &journal);
    nt_str path = state_path(c, "journal");
    c->failed = !begin(c, &call);
    if (!c->failed && nt_durable_replace(path, nt_buf_str(&journal), &c->diags) != NT_DURABLE_OK) {
      c->failed = true;
      nt_durable_remove(path, NULL); /* it may stand there all the same; what it says is taken back below */
    }
    nt_buf_deinit(&journal);
    /* From here on a failure leaves the journal, and the next start goes on. */
    if (!c->failed) {
      c->failed = !carry_out(c, &call);
      c->unfinished = c->failed;
      if (c->failed) nt_report0(&c->diags, NT_MSG_commit_failed, nt_where_file(c->site->name, 0, 0));
      nt_atomic_add(&c->site->counters.put, changes->list.len - removed);
      nt_atomic_add(&c->site->counters.removed, removed);
      c->begun = false;
    }
  }
  if (c->begun) c->plugin->target.abort(c->self, &call);
  c->begun = false;
}

static void abort_run(void *ud) {
  nt_commit *c = ud;
  notis_call call = call_of(c, c->changes_arena, &c->diags);
  if (c->begun) c->plugin->target.abort(c->self, &call);
  c->begun = false;
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
  nt_map_deinit(&c->ledger);
  nt_arena_free(c->changes_arena);
  nt_arena_free(c->ledger_arena);
  nt_arena_free(c->arena);
}
