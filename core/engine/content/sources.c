#include "engine/content/sources.h"

#include "base/path.h"
#include "engine/content/assets.h"
#include "engine/content/documents.h"
#include "engine/content/scans.h"
#include "engine/engine.h"
#include "engine/run.h"
#include "engine/trace/edges.h"

/* ---- what a plugin says ---- */

static nt_mailbox *mailbox_of(notis_sink *sink) {
  return ((nt_source *)nt_sink_ud(sink))->mailbox;
}

notis_status nt_source_begin(notis_sink *sink, uint64_t generation) {
  return nt_mailbox_put(mailbox_of(sink), (nt_mail){.kind = NT_MAIL_BEGIN, .generation = generation});
}

notis_status nt_source_upsert(notis_sink *sink, nt_str id, nt_str fingerprint) {
  return nt_mailbox_put(mailbox_of(sink), (nt_mail){.kind = NT_MAIL_UPSERT, .id = id, .fingerprint = fingerprint});
}

notis_status nt_source_remove(notis_sink *sink, nt_str id) {
  return nt_mailbox_put(mailbox_of(sink), (nt_mail){.kind = NT_MAIL_REMOVE, .id = id});
}

notis_status nt_source_end(notis_sink *sink, uint64_t generation, notis_scan_end end) {
  return nt_mailbox_put(mailbox_of(sink), (nt_mail){.kind = NT_MAIL_END, .generation = generation, .end = end});
}

notis_status nt_source_files(notis_sink *sink, nt_str path, nt_str match) {
  nt_source *source = nt_sink_ud(sink); /* called from open(), before anyone else looks at the source */
  if (source->state != NT_SOURCE_OPENING) return NOTIS_ERROR;
  source->files = true;
  nt_str normal = nt_str_n("", 0); /* "" and "." are the whole site */
  if (path.len && !nt_path_normal(path, source->arena, &normal) && !nt_str_eq(nt_str_trim(path), NT_STR(".")))
    return NOTIS_ERROR;
  source->path = normal;
  source->match = nt_arena_str(source->arena, match);
  return NOTIS_OK;
}

/* ---- what came and went ---- */

/* Not a path to be joined: what a source calls its items may well begin with '/'. */
static nt_str id_of(const nt_source *source, nt_str path, nt_arena *arena) {
  nt_buf name = {0};
  nt_nfc(path, &name);
  nt_str id = nt_arena_format(arena, "%.*s/%.*s", NT_FMT(source->name), NT_FMT(nt_buf_str(&name)));
  nt_buf_deinit(&name);
  return id;
}

nt_record *nt_source_item(const nt_source *source, nt_str path) {
  nt_arena *arena = nt_arena_new_sized(512);
  nt_record *r = nt_records_find(&source->site->records, id_of(source, path, arena));
  nt_arena_free(arena);
  return r;
}

bool nt_source_item_is(nt_source *source, nt_str path, nt_str fingerprint, bool racy) {
  nt_site *site = source->site;
  nt_arena *arena = nt_arena_new_sized(512);
  nt_str id = id_of(source, path, arena);
  nt_record *r = nt_records_get(&site->records, id);
  bool taken = source->files && r->seen == source->generation && r->listed && !nt_str_eq(r->path, path);
  nt_arena_free(arena);
  if (taken) return false;
  bool same = r->fingerprint.ptr && nt_str_eq(r->fingerprint, fingerprint) && nt_str_eq(r->path, path) && !r->racy;
  if (!r->path.len || !nt_str_eq(r->path, path)) r->path = nt_arena_str(site->records.arena, path);
  r->source = source->index;
  r->seen = source->generation;
  r->racy = racy;
  if (!same) {
    free((char *)r->fingerprint.ptr);
    r->fingerprint = nt_heap_str(fingerprint);
    r->stale = r->unkept = true;
  }
  if (!same || !r->listed) { /* one out of the memo is as it was there, and only comes to be listed */
    r->listed = true;
    nt_site_mark(site, r);
    nt_site_changed(site, false);
  }
  return true;
}

void nt_source_item_gone(nt_source *source, nt_str path) {
  nt_record *r = nt_source_item(source, path);
  if (!r || !r->listed) return;
  r->listed = false; /* what it gave goes at the next turn of the documents */
  source->site->unlisted = true;
  nt_site_changed(source->site, false);
}

/* Scans are counted by us: a source may use a number of its own twice, and one that is opened anew begins again. */
void nt_source_scan_begins(nt_source *source, uint64_t generation) {
  source->scanning = true;
  source->generation = ++source->site->sources.scans;
  source->announced = generation;
}

/* Only a complete scan removes what it did not see. */
void nt_source_scan_ends(nt_source *source, notis_scan_end end) {
  nt_site *site = source->site;
  source->scanning = false;
  source->complete = true;
  source->whole = end == NOTIS_COMPLETE;
  for (size_t i = 0; end == NOTIS_COMPLETE && i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    if (!r->listed || r->parent || r->source != source->index || r->seen == source->generation) continue;
    r->listed = false;
    site->unlisted = true;
    nt_site_changed(site, false);
  }
  if (end == NOTIS_PARTIAL || source->scan_diags.len) nt_site_changed(site, false); /* to be said, or no longer so */
  nt_arena_reset(source->scan_arena);
  nt_diags_init(&source->scan_diags, source->scan_arena);
  if (end == NOTIS_PARTIAL) nt_report(&source->scan_diags, NT_MSG_scan_partial, (nt_where){0}, source->name);
}

static void apply_mail(void *ud, const nt_mail *mail) {
  nt_source *source = ud;
  if (source->state != NT_SOURCE_OPEN) return;
  switch (mail->kind) {
  case NT_MAIL_BEGIN: nt_source_scan_begins(source, mail->generation); break;
  case NT_MAIL_UPSERT: nt_source_item_is(source, mail->id, mail->fingerprint, false); break;
  case NT_MAIL_REMOVE: nt_source_item_gone(source, mail->id); break;
  case NT_MAIL_END: /* of another scan than the one that is open: nothing is known about what it did not see */
    nt_source_scan_ends(source, mail->generation == source->announced ? mail->end : NOTIS_PARTIAL);
    break;
  }
}

static void on_mail(void *ud) {
  nt_source *source = ud;
  if (source->site->phase != NT_PHASE_IDLE) nt_site_changed(source->site, false); /* else delivery finds out */
  nt_site_pump(source->site);
}

/* On the strand: a plugin that takes its time there does not keep the loop waiting. */
static void resume_run(void *ud) {
  nt_source *source = ud;
  source->plugin->source.resume(source->self);
}

static void take_mail(nt_source *source) {
  bool was_full = nt_mailbox_take(source->mailbox, apply_mail);
  if (was_full && source->state == NT_SOURCE_OPEN && source->plugin->source.resume)
    nt_strand_post(source->strand, (nt_task){resume_run, NULL, source});
}

/* ---- files ---- */

bool nt_source_takes(const nt_source *source, nt_str file) {
  nt_str prefix = source->path;
  if (source->state != NT_SOURCE_OPEN || !source->files) return false;
  if (prefix.len && (!nt_str_starts(file, prefix) || file.len == prefix.len || file.ptr[prefix.len] != '/'))
    return false;
  nt_str below = prefix.len ? nt_str_sub(file, prefix.len + 1, file.len) : file;
  return nt_glob(source->match.len ? source->match : NT_STR("**"), below);
}

/* A file that changed no earlier than a moment before it is looked at may change again within the clock's grain. */
bool nt_source_is_racy(const nt_file_stamp *stamp, int64_t started) {
  int64_t changed = stamp->ctime > stamp->mtime ? stamp->ctime : stamp->mtime;
  return changed + 20000000 >= started;
}

static void list_all(nt_site *site) {
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_source *source = site->sources.items.items[i];
    if (source->state == NT_SOURCE_OPEN && source->files) nt_scan_begin(source);
  }
}

/* Without inputs there is no folder to look in; an epoch comes before there are. */
void nt_sources_look(nt_site *site) {
  for (size_t i = 0; site->inputs && site->inputs->usable && i < site->sources.items.len; i++) {
    nt_source *source = site->sources.items.items[i];
    if (source->state == NT_SOURCE_OPEN && source->files) nt_scan_begin_look(source);
  }
}

/* ---- delivery ---- */

bool nt_sources_waiting(const nt_site *site) {
  if (site->sources.scanned) return true;
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_source *source = site->sources.items.items[i];
    if (source->state != NT_SOURCE_OPENING && nt_mailbox_has(source->mailbox)) return true;
  }
  return false;
}

/* What is sent from within open() waits until open() has returned: before, nobody could read it. */
void nt_sources_deliver(nt_site *site) {
  if (nt_scans_apply(site) && nt_assets_update(site)) { /* hooks that looked at a file look again */
    nt_site_changed(site, false);
    nt_edges_assets(site);
  }
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_source *source = site->sources.items.items[i];
    if (source->state != NT_SOURCE_OPENING) take_mail(source);
  }
}

/* ---- opening and closing ---- */

static void open_run(void *ud) {
  nt_source *source = ud;
  notis_call call = {.arena = source->arena,
                     .diags = &source->diags,
                     .file = source->site->name,
                     .plugin = source->plugin->name,
                     .engine = &nt_engine_services};
  source->self = source->plugin->descriptor.data;
  notis_status status = source->plugin->source.open(&nt_services, &call, (const notis_value *)&source->config,
                                                    source->sink, &source->self);
  source->opened_well = status == NOTIS_OK;
  if (source->opened_well) return;
  source->self = NULL;
  if (!source->diags.errors) nt_report(&source->diags, NT_MSG_plugin_open_failed, (nt_where){0}, source->plugin->name);
}

/* A plugin does not know where its settings are written. */
static void place_diags(nt_source *source) {
  for (size_t i = 0; i < source->diags.len; i++)
    if (!source->diags.items[i].where.line) source->diags.items[i].where = source->where;
}

static void open_done(void *ud) {
  nt_source *source = ud;
  nt_loop_post(source->site->engine->loop, &source->opened);
}

static void on_opened(nt_post *post) {
  nt_source *source = (nt_source *)((char *)post - offsetof(nt_source, opened));
  nt_site *site = source->site;
  place_diags(source);
  source->state = source->diags.errors ? NT_SOURCE_FAILED : NT_SOURCE_OPEN;
  site->sources.running--;
  if (source->state == NT_SOURCE_OPEN && source->files) {
    nt_scan_begin(source);
    for (uint32_t i = source->index + 1; i < site->sources.items.len; i++) { /* which may have taken files of its */
      nt_source *later = site->sources.items.items[i];
      if (later->state == NT_SOURCE_OPEN && later->files && later->complete) nt_scan_begin(later);
    }
  }
  nt_sources_mark(site);
  nt_site_pump(site);
}

static void begin_open(nt_source *source) {
  source->state = NT_SOURCE_OPENING;
  source->site->sources.running++;
  if (nt_strand_post(source->strand, (nt_task){open_run, open_done, source})) return;
  nt_report(&source->diags, NT_MSG_plugin_open_failed, (nt_where){0}, source->plugin->name); /* no thread to be had */
  nt_loop_post(source->site->engine->loop, &source->opened);
}

/* What kept a source from opening may be mended by now. */
static void open_failed_again(nt_site *site) {
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_source *source = site->sources.items.items[i];
    if (source->state != NT_SOURCE_FAILED || source->opened_well) continue;
    nt_diags_init(&source->diags, source->arena);
    begin_open(source);
  }
}

static void report_unknown(nt_site *site, const nt_source_config *config) {
  nt_buf names = {0};
  for (size_t i = 0; i < nt_host_count(site->engine->host); i++) {
    const nt_plugin *plugin = nt_host_at(site->engine->host, i);
    if (!plugin->source.open) continue;
    if (names.len) nt_buf_c(&names, ", ");
    nt_buf_put(&names, plugin->name);
  }
  nt_report(&site->faults, NT_MSG_source_unknown, nt_config_where(&site->inputs->files, config->pos), config->plugin,
            nt_buf_str(&names));
  nt_buf_deinit(&names);
}

static nt_hash source_version(const nt_plugin *plugin, const nt_value *config) {
  return nt_hash_combine(nt_plugin_version(plugin), nt_value_hash(config));
}

static nt_source *source_new(nt_site *site, const nt_source_config *config, const nt_plugin *plugin) {
  nt_source *source = nt_zalloc(sizeof *source);
  source->site = site;
  source->index = (uint32_t)site->sources.items.len;
  source->arena = nt_arena_new();
  source->scan_arena = nt_arena_new();
  nt_diags_init(&source->diags, source->arena);
  nt_diags_init(&source->scan_diags, source->scan_arena);
  source->name = nt_arena_str(source->arena, config->name);
  source->kind = nt_arena_str(source->arena, config->kind);
  source->lang = nt_arena_str(source->arena, config->lang);
  source->plugin = plugin;
  source->config = nt_value_copy(config->config, source->arena);
  source->where = nt_config_where(&site->inputs->files, config->pos);
  source->where.file = nt_arena_str(source->arena, source->where.file);
  source->version = source_version(plugin, config->config);
  source->opened.run = on_opened;
  source->mailbox = nt_mailbox_new(site->engine->loop, on_mail, source);
  source->sink = nt_sink_new(site->engine->host, plugin->name, &nt_engine_services, source);
  source->strand = nt_strand_new(16);
  return source;
}

static void close_run(void *ud) {
  nt_source *source = ud;
  if (source->opened_well) source->plugin->source.close(source->self);
}

/* Everything it sent is thrown away: it is called when the site closes or the source is no longer wanted. */
static void source_free(nt_source *source) {
  nt_sink_close(source->sink);
  nt_strand_post(source->strand, (nt_task){close_run, NULL, source});
  nt_strand_close(source->strand);
  nt_mailbox_close(source->mailbox);
  nt_assets_forget_source(source);
  nt_scan_forget_told(source);
  nt_arena_free(source->arena);
  nt_arena_free(source->scan_arena);
  free(source);
}

void nt_sources_close(nt_site *site) {
  for (size_t i = 0; i < site->sources.items.len; i++) source_free(site->sources.items.items[i]);
  nt_vec_deinit(&site->sources.items);
}

static bool unchanged(nt_site *site) {
  nt_inputs *in = site->inputs;
  if (in->sources.len != site->sources.items.len) return false;
  for (size_t i = 0; i < in->sources.len; i++) {
    const nt_source_config *config = &in->sources.items[i];
    const nt_source *source = site->sources.items.items[i];
    const nt_plugin *plugin = nt_host_find(site->engine->host, config->plugin);
    if (!plugin || !nt_str_eq(config->name, source->name) ||
        source_version(plugin, config->config) != source->version || !nt_str_eq(config->kind, source->kind))
      return false;
  }
  return true;
}

/* Documents stay in force until the source that is opened anew under the same name says otherwise; those of a source
 * that is no more have lost theirs. `before`: the names that records number their sources by. */
static void hand_over_records(nt_site *site, const nt_str *before, size_t count) {
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    if (r->source >= count) continue; /* a collect hook's, or gone for long */
    uint32_t now = 0;
    while (now < site->sources.items.len && !nt_str_eq(site->sources.items.items[now]->name, before[r->source])) now++;
    if (now < site->sources.items.len)
      r->source = now;
    else
      r->listed = r->parent != 0; /* what is derived goes with its parent */
  }
  site->unlisted = true;
}

/* Nobody can be asked for what came before: each document is marked when its source is open. */
static void unmark_records(nt_site *site) {
  for (size_t i = 0; i < site->dirty.len; i++) site->dirty.items[i]->dirty = false;
  site->dirty.len = 0;
}

static nt_str *source_names(const nt_site *site, nt_arena *arena) {
  nt_str *names = NT_NEW_N(arena, nt_str, site->sources.items.len + 1);
  for (size_t i = 0; i < site->sources.items.len; i++)
    names[i] = nt_arena_str(arena, site->sources.items.items[i]->name);
  return names;
}

/* When the list of sources changes, all are opened anew: records name their source by index. */
void nt_sources_update(nt_site *site) {
  nt_inputs *in = site->inputs;
  if (unchanged(site)) {
    if (site->relist) list_all(site);
    site->relist = false;
    open_failed_again(site);
    return;
  }
  site->relist = false; /* they all do when they are opened */
  nt_arena *arena = nt_arena_new();
  size_t count = site->sources.items.len;
  nt_str *before = source_names(site, arena);
  nt_sources_close(site);
  unmark_records(site);
  for (size_t i = 0; i < in->sources.len; i++) {
    const nt_plugin *plugin = nt_host_find(site->engine->host, in->sources.items[i].plugin);
    if (!plugin || !plugin->source.open) {
      report_unknown(site, &in->sources.items[i]);
      continue;
    }
    nt_source *source = source_new(site, &in->sources.items[i], plugin);
    nt_push(&site->sources.items, source);
    begin_open(source);
  }
  hand_over_records(site, before, count);
  nt_arena_free(arena);
}

void nt_sources_mark(nt_site *site) {
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    if (!r->listed || r->parent || r->source == NT_SOURCE_NONE) continue;
    if (site->sources.items.items[r->source]->state == NT_SOURCE_OPEN) nt_site_mark(site, r);
  }
}

bool nt_sources_sound(const nt_site *site) {
  for (size_t i = 0; i < site->sources.items.len; i++)
    if (site->sources.items.items[i]->state == NT_SOURCE_FAILED) return false;
  return true;
}

bool nt_sources_quiet(const nt_site *site) {
  if (site->sources.running) return false;
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_source *source = site->sources.items.items[i];
    if (source->state == NT_SOURCE_FAILED) continue;
    if (source->scanning || !source->complete) return false;
    if (!nt_mailbox_quiet(source->mailbox)) return false;
  }
  return true;
}

bool nt_source_is_unknown(const nt_site *site, nt_str owner) {
  const nt_record *r = nt_records_find(&site->records, owner);
  for (size_t i = 0; i < site->sources.items.len; i++) {
    const nt_source *source = site->sources.items.items[i];
    bool its = owner.len > source->name.len && nt_str_starts(owner, source->name) && owner.ptr[source->name.len] == '/';
    if (its && !source->whole) return source->state != NT_SOURCE_OPEN || !r || !r->seen || r->listed;
  }
  return false;
}
