#include "engine/publish/ledger.h"

#include <inttypes.h>
#include <stdio.h>

static const char ledger_head[] = "notis-ledger 2\n", journal_head[] = "notis-journal 1\n";

static int by_path(const void *a, const void *b) {
  return nt_str_cmp((*(nt_ledger_entry *const *)a)->path, (*(nt_ledger_entry *const *)b)->path);
}

/* Names may hold anything but NUL: a newline, tab or backslash is written as an escape. */
static void put_name(nt_buf *out, nt_str name) {
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    if (c == '\n' || c == '\t' || c == '\\') nt_buf_byte(out, '\\');
    nt_buf_byte(out, c == '\n' ? 'n' : c == '\t' ? 't' : c);
  }
}

static nt_str get_name(nt_str text, nt_arena *arena) {
  char *name = nt_arena_alloc(arena, text.len + 1);
  size_t len = 0;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == '\\' && i + 1 < text.len) {
      c = text.ptr[++i];
      c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
    name[len++] = c;
  }
  name[len] = '\0';
  return nt_str_n(name, len);
}

/* Sixteen digits; a ledger has two such numbers for every page. */
static void put_hash(nt_buf *out, nt_hash hash) {
  static const char digits[] = "0123456789abcdef";
  nt_buf_reserve(out, 16);
  for (int shift = 60; shift >= 0; shift -= 4) out->ptr[out->len++] = digits[hash >> shift & 15];
}

static void put_end(nt_buf *out, size_t start) {
  nt_hash hash = nt_hash_bytes(nt_str_sub(nt_buf_str(out), start, out->len));
  nt_buf_format(out, "end %016" PRIx64 "\n", hash);
}

/* ---- the ledger's lines ---- */

enum { PROOF = 16 }; /* digits of the hash that a line begins with, before a blank */

static size_t begin_line(nt_buf *out) {
  put_hash(out, 0);
  nt_buf_byte(out, ' ');
  return out->len;
}

static void end_line(nt_buf *out, size_t start) {
  size_t end = out->len;
  put_hash(out, nt_hash_bytes(nt_str_sub(nt_buf_str(out), start, end)));
  memcpy(out->ptr + start - PROOF - 1, out->ptr + end, PROOF);
  out->len = end;
  nt_buf_byte(out, '\n');
}

void nt_ledger_put(const nt_ledger_entry *entry, nt_buf *out) {
  size_t start = begin_line(out);
  nt_buf_c(out, "put ");
  put_hash(out, entry->hash);
  nt_buf_byte(out, ' ');
  put_hash(out, entry->stamp);
  nt_buf_byte(out, '\t');
  put_name(out, entry->path);
  nt_buf_byte(out, '\t');
  put_name(out, entry->owner);
  end_line(out, start);
}

void nt_ledger_drop(nt_str path, nt_buf *out) {
  size_t start = begin_line(out);
  nt_buf_c(out, "gone\t");
  put_name(out, path);
  end_line(out, start);
}

void nt_ledger_write(const nt_map *ledger, nt_buf *out) {
  NT_VEC(const nt_ledger_entry *) entries = {0};
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(ledger, &i, &e);) nt_push(&entries, e->value);
  if (entries.len) qsort(entries.items, entries.len, sizeof *entries.items, by_path);
  nt_buf_c(out, ledger_head);
  for (size_t i = 0; i < entries.len; i++) nt_ledger_put(entries.items[i], out);
  nt_vec_deinit(&entries);
}

void nt_journal_write(const nt_changes *changes, nt_buf *out) {
  size_t start = out->len;
  nt_buf_c(out, journal_head);
  for (size_t i = 0; i < changes->list.len; i++) {
    const nt_change *c = &changes->list.items[i];
    nt_buf_format(out, "%s %u ", c->healed ? "heal" : c->removed ? "remove" : "put", c->order);
    put_hash(out, c->hash);
    nt_buf_byte(out, '\t');
    put_name(out, c->path);
    nt_buf_byte(out, '\t');
    put_name(out, c->owner);
    nt_buf_byte(out, '\n');
  }
  put_end(out, start);
}

/* ---- reading ---- */

/* The lines between the head and the hash, if the hash is right. */
static bool checked_lines(nt_str text, const char *head, nt_str *lines) {
  size_t head_len = strlen(head);
  char expected[64];
  if (!nt_str_starts(text, nt_str_n(head, head_len)) || text.len < head_len + 21) return false;
  nt_str body = nt_str_sub(text, 0, text.len - 21);
  int len = snprintf(expected, sizeof expected, "end %016" PRIx64 "\n", nt_hash_bytes(body));
  if (!nt_str_eq(nt_str_sub(text, text.len - 21, text.len), nt_str_n(expected, (size_t)len))) return false;
  *lines = nt_str_sub(body, head_len, body.len);
  return true;
}

typedef struct line {
  nt_str head, path, owner;
} line;

static bool next_line(nt_str *lines, nt_arena *arena, line *out) {
  if (!lines->len) return false;
  size_t end = nt_str_find(*lines, '\n');
  nt_str text = nt_str_sub(*lines, 0, end);
  *lines = nt_str_sub(*lines, end + 1, lines->len);
  size_t tab = nt_str_find(text, '\t');
  out->head = nt_str_sub(text, 0, tab);
  text = nt_str_sub(text, tab + 1, text.len);
  tab = nt_str_find(text, '\t');
  out->path = get_name(nt_str_sub(text, 0, tab), arena);
  out->owner = get_name(nt_str_sub(text, tab + 1, text.len), arena);
  return true;
}

/* The text of the next line that is whole, without its hash; false when there is none. */
static bool next_proven(nt_str *text, nt_str *out, size_t *broken) {
  while (text->len) {
    size_t end = nt_str_find(*text, '\n');
    nt_str whole = nt_str_sub(*text, 0, end);
    bool ended = end < text->len;
    *text = nt_str_sub(*text, ended ? end + 1 : end, text->len);
    nt_buf proof = {0};
    *out = nt_str_sub(whole, PROOF + 1, whole.len);
    put_hash(&proof, nt_hash_bytes(*out));
    bool good = ended && whole.len > PROOF && whole.ptr[PROOF] == ' ' &&
                nt_str_eq(nt_str_sub(whole, 0, PROOF), nt_buf_str(&proof));
    nt_buf_deinit(&proof);
    if (good) return true;
    ++*broken;
  }
  return false;
}

static void read_put(line l, nt_arena *arena, nt_map *ledger) {
  char head[64];
  nt_hash hash;
  uint64_t stamp;
  snprintf(head, sizeof head, "%.*s", NT_FMT(l.head));
  if (sscanf(head, "put %" SCNx64 " %" SCNx64, &hash, &stamp) != 2) return;
  nt_ledger_entry *e = nt_map_get(ledger, l.path);
  if (!e) {
    e = NT_NEW(arena, nt_ledger_entry);
    e->path = l.path;
    nt_map_set(ledger, e->path, e);
  }
  e->hash = hash;
  e->stamp = stamp;
  e->owner = l.owner;
}

void nt_ledger_read(nt_str text, nt_arena *arena, nt_map *ledger, nt_ledger_log *log) {
  nt_str head = nt_str_c(ledger_head), whole;
  size_t broken = 0;
  line l;
  nt_map_clear(ledger);
  *log = (nt_ledger_log){.damaged = !nt_str_starts(text, head)};
  if (!log->damaged) text = nt_str_sub(text, head.len, text.len);
  while (next_proven(&text, &whole, &broken)) {
    log->damaged |= broken > 0;
    log->lines++;
    if (!next_line(&whole, arena, &l)) continue;
    if (nt_str_starts(l.head, NT_STR("put "))) read_put(l, arena, ledger);
    if (nt_str_eq(l.head, NT_STR("gone"))) nt_map_remove(ledger, l.path);
  }
  log->torn = broken > 0;
}

bool nt_journal_read(nt_str text, nt_arena *arena, nt_changes *changes) {
  nt_str lines;
  line l;
  if (!checked_lines(text, journal_head, &lines)) return false;
  while (next_line(&lines, arena, &l)) {
    nt_change c = {.path = l.path, .owner = l.owner};
    char head[64];
    snprintf(head, sizeof head, "%.*s", NT_FMT(l.head));
    c.removed = nt_str_starts(l.head, NT_STR("remove"));
    c.healed = nt_str_starts(l.head, NT_STR("heal"));
    if (sscanf(head, "%*s %u %" SCNx64, &c.order, &c.hash) != 2) return false;
    nt_push(&changes->list, c);
  }
  return true;
}
