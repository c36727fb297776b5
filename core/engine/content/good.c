#include "engine/content/good.h"

#include "base/path.h"
#include "engine/content/reading.h"
#include "engine/engine.h"
#include "engine/memo/keep.h"
#include "engine/memo/store.h"
#include "host/durable.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- the source of good bytes ---- */

static bool is_committed(const nt_site *site, const nt_record *record) {
  return record->good_epoch <= site->goods.committed;
}

/* The newest that were committed: what was not has been dropped. They may be on their way into the memo; what it has
 * until then is of this item's past, or of another's. */
static bool take(const nt_reading *r, nt_buf *out) {
  const nt_site *site = r->run.site;
  const nt_record *record = r->record;
  unsigned reader = (unsigned)(r->run.seat - site->seats);
  if (record->held && record->held[record->good_row].ptr) {
    nt_buf_put(out, record->held[record->good_row]);
    return true;
  }
  if (!site->memo || record->goods[record->good_row] == NT_HASH_ABSENT) return false;
  nt_memo_wait(site->memo);
  return nt_memo_read(site->memo, reader, NT_MEMO_ITEMS, nt_good_key(record, record->good_row), out) &&
         record->goods[record->good_row] == nt_hash_bytes(nt_buf_str(out));
}

/* What the state holds is newer, or the same: it is written when the item breaks, and goes when it is whole. */
static bool find(const nt_reading *r, nt_buf *out) {
  const nt_good *held = nt_map_get(&r->run.site->goods.held, r->record->id);
  if (!held) return take(r, out);
  nt_buf_put(out, held->bytes);
  return true;
}

/* ---- standing in ---- */

static bool is_at_fault(const nt_record *r) {
  return r->trouble.state == NT_STEP_FAILED || r->parse.state == NT_STEP_FAILED || r->hooks.state == NT_STEP_FAILED;
}

bool nt_record_is_at_fault(const nt_record *r) {
  return r->standin || is_at_fault(r);
}

const nt_step *nt_record_own_hooks(const nt_record *r) {
  return r->standin ? &r->standin->hooks : &r->hooks;
}

const nt_step *nt_record_own_parse(const nt_record *r) {
  return r->standin ? &r->standin->parse : &r->parse;
}

uint8_t nt_record_own_item_hooks(const nt_record *r) {
  return r->standin ? r->standin->item_hooks : r->item_hooks;
}

bool nt_good_holds(nt_reading *r) {
  nt_site *site = r->run.site;
  const nt_standin *s = r->record->standin;
  if (!s || !nt_step_holds(site, r->run.seat, NT_RUN_DOCUMENT, &s->parse)) return false;
  if (s->parse.state == NT_STEP_FAILED) return true;
  return s->hooks.state == NT_STEP_FAILED && nt_standing_holds(&s->standing, site->inputs->now.seconds) &&
         nt_step_holds(site, r->run.seat, NT_RUN_DOCUMENT, &s->hooks);
}

void nt_good_dismiss(nt_record *record) {
  nt_standin *s = record->standin;
  if (!s) return;
  nt_step_deinit(&s->parse);
  nt_step_deinit(&s->hooks);
  nt_buf_deinit(&s->bytes);
  free(s);
  record->standin = NULL;
  nt_step_deinit(&record->parse); /* of bytes that are not the item's */
  nt_step_deinit(&record->hooks);
}

static void hold_row(nt_record *record, unsigned row, nt_str bytes) {
  if (!record->held) record->held = nt_zalloc(2 * sizeof *record->held);
  free((char *)record->held[row].ptr);
  record->held[row] = bytes.ptr ? nt_heap_str(bytes) : bytes;
}

void nt_good_forget(nt_record *record) {
  for (unsigned row = 0; record->held && row < 2; row++) free((char *)record->held[row].ptr);
  free(record->held);
  record->held = NULL;
  record->goods[0] = record->goods[1] = NT_HASH_ABSENT;
  record->good_epoch = 0;
  record->good_row = 0;
}

static void drop(const nt_site *site, nt_record *record) {
  if (is_committed(site, record)) return;
  if (record->held) hold_row(record, record->good_row, nt_str_n(NULL, 0));
  record->goods[record->good_row] = NT_HASH_ABSENT;
  record->good_row ^= 1;
  record->good_epoch = 0;
  record->unkept = true;
}

/* A check commits nothing. */
static void note(nt_reading *r) {
  nt_site *site = r->run.site;
  nt_record *record = r->record;
  nt_str bytes = nt_buf_str(&r->bytes);
  if (!bytes.ptr || record->goods[record->good_row] == record->item || site->engine->options.check) return;
  if (is_committed(site, record)) record->good_row ^= 1;
  record->goods[record->good_row] = record->item;
  record->good_epoch = site->epoch;
  record->unkept = true;
  if (!nt_keep_is_on(site)) {
    hold_row(record, record->good_row, bytes);
    return;
  }
  if (record->held) hold_row(record, record->good_row, nt_str_n(NULL, 0));
  nt_buf_put(r->kept, bytes);
  r->update->has_good = true;
  r->update->good_len = bytes.len;
}

/* Said of a text that is about to be forgotten: the places are found now. */
static void locate(nt_step *step, const nt_frozen *text) {
  for (size_t i = 0; text && i < step->diag_count; i++) {
    nt_where *where = &step->diags[i].where;
    if (!nt_str_eq(where->doc, text->id)) continue;
    nt_frozen_locate(text, where);
    where->file = nt_arena_str(step->arena, where->file);
  }
}

/* That the hooks were given what parse gave is true as long as parse holds. */
static void forget_parsed(nt_site *site, nt_record *record, nt_step *hooks) {
  nt_key key = nt_key_of(NT_KEY_FILE, record->slot, nt_names_id(site->names, NT_STR("parsed")));
  uint32_t kept = 0;
  for (uint32_t i = 0; i < hooks->count; i++) {
    nt_trace_entry entry = hooks->trace[i];
    if (entry.key.place != key.place || entry.key.name != key.name) hooks->trace[kept++] = entry;
  }
  hooks->count = kept;
}

static void stand_in(nt_reading *r, nt_buf *bytes, nt_hash item) {
  nt_record *record = r->record;
  nt_standin *s = nt_zalloc(sizeof *s);
  locate(&record->hooks, record->parsed);
  s->bytes = *bytes;
  s->item = item;
  s->standing = record->text_standing;
  s->parse = record->parse;
  s->hooks = record->hooks;
  s->item_hooks = record->item_hooks;
  forget_parsed(r->run.site, record, &s->hooks);
  record->parse = record->hooks = (nt_step){0};
  record->standin = s;
}

bool nt_good_settle(nt_reading *r) {
  nt_record *record = r->record;
  nt_buf bytes = {0};
  if (!is_at_fault(record)) {
    note(r);
    return false;
  }
  drop(r->run.site, record);
  bool found = find(r, &bytes);
  nt_hash item = nt_hash_bytes(nt_buf_str(&bytes));
  if (!found || (item == record->item && record->trouble.state != NT_STEP_FAILED)) {
    nt_buf_deinit(&bytes); /* none, or they are at fault themselves now */
    return false;
  }
  stand_in(r, &bytes, item);
  return true;
}

void nt_good_parse(nt_reading *r) {
  nt_buf_clear(&r->bytes);
  nt_buf_put(&r->bytes, nt_buf_str(&r->record->standin->bytes));
  nt_reading_parse(r);
}

/* ---- the loop ---- */

void nt_good_follow(nt_site *site, nt_record *record) {
  if (record->standin) nt_push(&site->goods.unwritten, record);
}

void nt_goods_recover(nt_site *site) {
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_record *record = site->records.slots.items[i];
    if (record->goods[record->good_row] == NT_HASH_ABSENT || record->held) continue;
    nt_good_forget(record);
    record->stale = true;
    nt_site_suspect_document(site, record);
  }
}

/* ---- the state ---- */

static const char head[] = "notis-good 1 ";

static nt_str folder_of(const nt_site *site, nt_arena *arena) {
  nt_str state = nt_path_join(arena, nt_engine_state(site->engine, arena), site->name);
  return nt_path_join(arena, state, NT_STR("good"));
}

static nt_str path_of(const nt_site *site, nt_str id, nt_arena *arena) {
  return nt_path_join(arena, folder_of(site, arena), nt_arena_format(arena, "%016" PRIx64, nt_hash_bytes(id)));
}

static void good_free(nt_good *good) {
  if (!good) return;
  free((char *)good->id.ptr);
  free((char *)good->bytes.ptr);
  free(good);
}

static void hold(nt_goods *goods, nt_str id, nt_str bytes) {
  nt_good *good = nt_zalloc(sizeof *good);
  good->id = nt_heap_str(id);
  good->bytes = nt_heap_str(bytes);
  good->item = nt_hash_bytes(bytes);
  good_free(nt_map_remove(&goods->held, id));
  nt_map_set(&goods->held, good->id, good);
}

/* "notis-good 1 <hash of what comes after this line> <length of the id>", the id, a line end, the bytes. */
static void encode(nt_str id, nt_str bytes, nt_buf *out) {
  nt_buf rest = {0};
  nt_buf_put(&rest, id);
  nt_buf_byte(&rest, '\n');
  nt_buf_put(&rest, bytes);
  nt_buf_format(out, "%s%016" PRIx64 " %zu\n", head, nt_hash_bytes(nt_buf_str(&rest)), id.len);
  nt_buf_put(out, nt_buf_str(&rest));
  nt_buf_deinit(&rest);
}

/* What is not whole is as if it were not there. */
static void decode(nt_goods *goods, nt_str text) {
  char line[96];
  uint64_t hash;
  size_t len, end = nt_str_find(text, '\n');
  nt_str rest = nt_str_sub(text, end + 1, text.len);
  if (end >= sizeof line || !nt_str_starts(text, nt_str_c(head))) return;
  snprintf(line, sizeof line, "%.*s", NT_FMT(nt_str_sub(text, sizeof head - 1, end)));
  if (sscanf(line, "%" SCNx64 " %zu", &hash, &len) != 2 || hash != nt_hash_bytes(rest) || len >= rest.len) return;
  hold(goods, nt_str_sub(rest, 0, len), nt_str_sub(rest, len + 1, rest.len));
}

static void load_file(nt_goods *goods, int folder, const char *name) {
  nt_buf text = {0};
  ssize_t got = -1;
  int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  do {
    nt_buf_reserve(&text, 1 << 16);
    got = read(fd, text.ptr + text.len, 1 << 16);
    if (got > 0) text.len += (size_t)got;
  } while (got > 0);
  close(fd);
  if (got == 0) decode(goods, nt_buf_str(&text));
  nt_buf_deinit(&text);
}

void nt_goods_load(nt_site *site) {
  nt_arena *arena = nt_arena_new_sized(512);
  DIR *dir = site->goods.loaded ? NULL : opendir(folder_of(site, arena).ptr);
  site->goods.loaded = true;
  for (struct dirent *e; dir && (e = readdir(dir));)
    if (strlen(e->d_name) == 16) load_file(&site->goods, dirfd(dir), e->d_name);
  if (dir) closedir(dir);
  nt_arena_free(arena);
}

void nt_goods_deinit(nt_goods *goods) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&goods->held, &i, &e);) good_free(e->value);
  nt_map_deinit(&goods->held);
  nt_vec_deinit(&goods->unwritten);
}

static bool write_one(nt_site *site, const nt_record *record, nt_arena *arena, nt_diags *diags) {
  nt_str bytes = nt_buf_str(&record->standin->bytes);
  nt_buf text = {0};
  encode(record->id, bytes, &text);
  bool good = nt_durable_mkdirs(folder_of(site, arena), diags) == NT_DURABLE_OK &&
              nt_durable_replace(path_of(site, record->id, arena), nt_buf_str(&text), diags) == NT_DURABLE_OK;
  nt_buf_deinit(&text);
  if (good) hold(&site->goods, record->id, bytes);
  return good;
}

bool nt_good_write(nt_site *site, nt_diags *diags) {
  nt_goods *goods = &site->goods;
  nt_arena *arena = nt_arena_new_sized(512);
  bool good = true;
  for (size_t i = 0; good && i < goods->unwritten.len; i++) {
    const nt_record *record = goods->unwritten.items[i];
    const nt_good *held = nt_map_get(&goods->held, record->id);
    if (record->standin && (!held || held->item != record->standin->item)) good = write_one(site, record, arena, diags);
  }
  if (good) goods->unwritten.len = 0;
  nt_arena_free(arena);
  return good;
}

bool nt_good_is_needless(const nt_site *site, nt_str id) {
  const nt_record *record = nt_records_find(&site->records, id);
  if (record && record->listed) return !nt_record_is_at_fault(record);
  return !nt_source_is_unknown(site, id);
}

bool nt_good_remove(nt_site *site, nt_str id, nt_diags *diags) {
  nt_arena *arena = nt_arena_new_sized(512);
  nt_durable removed = nt_durable_remove(path_of(site, id, arena), diags);
  good_free(nt_map_remove(&site->goods.held, id));
  nt_arena_free(arena);
  return removed != NT_DURABLE_FAILED;
}
