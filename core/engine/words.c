#include "engine/words.h"

#include "base/path.h"

#include "engine/addresses.h"
#include <strings.h>

/* RFC 3986: a letter, then letters, digits, '+', '-' and '.', then ':'. */
static bool has_scheme(nt_str word) {
  for (size_t i = 0; i < word.len; i++) {
    char c = word.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == ':') return i > 0;
    if (!letter && !(i && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))) return false;
  }
  return false;
}

/* Addresses that are no places but programs, or pages of somebody's making under the site's name. */
static bool is_program(nt_str word) {
  static const char *const schemes[] = {"javascript", "vbscript", "data"};
  nt_str scheme = nt_str_sub(word, 0, nt_str_find(word, ':'));
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    if (scheme.len == strlen(schemes[i]) && strncasecmp(scheme.ptr, schemes[i], scheme.len) == 0) return true;
  return false;
}

static bool passes(nt_str word) {
  return nt_str_starts(word, NT_STR("#")) || nt_str_starts(word, NT_STR("?")) || nt_str_starts(word, NT_STR("//")) ||
         (has_scheme(word) && !is_program(word));
}

/* Where the anchor or query begins. */
static size_t end_of_path(nt_str word) {
  size_t anchor = nt_str_find(word, '#'), query = nt_str_find(word, '?');
  return anchor < query ? anchor : query;
}

static const nt_page *page_at(const nt_site *site, nt_str url) {
  const nt_page_record *record = nt_map_get(&site->plan.by_url, url);
  if (!record && url.len > 1) record = nt_plan_page(&site->plan, nt_str_sub(url, 1, url.len));
  return record ? &record->page : NULL;
}

static const nt_page *named(const nt_site *site, nt_str word, nt_str lang, nt_arena *arena) {
  nt_str key = nt_arena_format(arena, "%.*s:%.*s", NT_FMT(lang), NT_FMT(word));
  const nt_page_record *record = nt_map_get(&site->plan.words, key);
  for (size_t i = 0; !record && i < site->inputs->languages.len; i++) {
    key = nt_arena_format(arena, "%.*s:%.*s", NT_FMT(site->inputs->languages.items[i].code), NT_FMT(word));
    record = nt_map_get(&site->plan.words, key);
  }
  return record ? &record->page : NULL;
}

/* The document of a file, from whichever source has it. */
static const nt_page *of_file(const nt_site *site, nt_str path, nt_arena *arena) {
  nt_str normal;
  if (!nt_path_normal(path, arena, &normal)) return NULL;
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_str url = nt_plan_url(&site->plan, nt_path_join(arena, site->sources.items.items[i]->name, normal));
    if (url.len) return page_at(site, url);
  }
  return NULL;
}

static nt_str in_language(const nt_page *page, nt_str lang) {
  for (size_t i = 0; i < page->alternate_count; i++)
    if (nt_str_eq(page->alternates[i].lang, lang)) return page->alternates[i].url;
  return page->url;
}

bool nt_word_find(const nt_site *site, nt_str word, nt_str lang, nt_arena *arena, nt_word_target *out) {
  *out = (nt_word_target){.url = word, .why = NT_MSG_address_absent};
  if (passes(word)) return true;
  size_t end = end_of_path(word);
  nt_str path = nt_str_sub(word, 0, end), rest = nt_str_sub(word, end, word.len);
  bool from_root = nt_str_starts(path, NT_STR("/"));
  const nt_page *page = from_root ? page_at(site, path) : named(site, path, lang, arena);
  if (!page && !from_root && path.len) page = of_file(site, path, arena);
  if (!page) return false;
  nt_str url = from_root ? path : in_language(page, lang);
  out->page = from_root ? page : page_at(site, url);
  const nt_record *text = out->page ? nt_records_at(&site->records, out->page->document) : NULL;
  if (text && !nt_address_has_place(text, rest, arena, &out->why, &out->about)) return false;
  out->url = nt_arena_format(arena, "%.*s%.*s", NT_FMT(url), NT_FMT(rest));
  out->ours = true;
  return true;
}

nt_str nt_word_href(const nt_site *site, const nt_word_target *target, nt_arena *arena) {
  if (!target->ours) return target->url;
  return nt_arena_format(arena, "%.*s%.*s", NT_FMT(site->inputs->base_path), NT_FMT(target->url));
}

nt_hash nt_word_hash(const nt_site *site, nt_str name) {
  nt_arena *arena = nt_arena_new_sized(1024);
  size_t colon = nt_str_find(name, ':');
  nt_word_target target;
  nt_hash hash = NT_HASH_ABSENT;
  if (nt_word_find(site, nt_str_sub(name, colon + 1, name.len), nt_str_sub(name, 0, colon), arena, &target))
    hash = nt_hash_bytes(nt_word_href(site, &target, arena));
  nt_arena_free(arena);
  return hash;
}
