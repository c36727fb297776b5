#include "engine/words.h"

#include "base/url.h"
#include "engine/addresses.h"

#include <strings.h>

/* Addresses that are no places but programs, or pages of somebody's making under the site's name. */
static bool is_program(nt_str word) {
  static const char *const schemes[] = {"javascript", "vbscript", "data"};
  nt_str scheme = nt_str_sub(word, 0, nt_str_find(word, ':'));
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    if (scheme.len == strlen(schemes[i]) && strncasecmp(scheme.ptr, schemes[i], scheme.len) == 0) return true;
  return false;
}

static bool passes(nt_str word) {
  return nt_str_starts(word, NT_STR("#")) || nt_str_starts(word, NT_STR("?")) ||
         (nt_url_is_elsewhere(word) && !is_program(word));
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

/* The same page in another language: where it lacks the place that is named, its beginning. */
static void translate(const nt_site *site, nt_word_target *out, nt_str lang, nt_str *tail, nt_arena *arena) {
  for (size_t i = 0; i < out->page->alternate_count; i++) {
    const nt_alternate *a = &out->page->alternates[i];
    if (!nt_str_eq(a->lang, lang) || nt_str_eq(a->url, out->page->url)) continue;
    out->page = page_at(site, a->url);
    const nt_record *document = out->page ? nt_records_at(&site->records, out->page->document) : NULL;
    size_t anchor = nt_str_find(*tail, '#');
    if (!document || anchor == tail->len || nt_address_has_place(document, *tail, arena)) return;
    *tail = nt_str_sub(*tail, 0, anchor);
    return;
  }
}

bool nt_word_find(const nt_site *site, nt_str word, nt_str lang, nt_arena *arena, nt_word_target *out) {
  *out = (nt_word_target){.url = word, .why = NT_MSG_address_absent};
  out->leads = passes(word);
  if (out->leads) return true;
  size_t end = nt_url_path_length(word);
  nt_str path = nt_str_sub(word, 0, end), tail = nt_str_sub(word, end, word.len);
  bool rooted = nt_str_starts(word, NT_STR("/"));
  out->page = rooted || !path.len ? NULL : named(site, path, lang, arena);
  if (!out->page) {
    nt_target target = nt_address_follow_word(site, word, arena);
    if (target.lead == NT_LEAD_DEAD && target.document) {
      nt_address_explain(&target, arena);
      out->why = target.why;
      out->about = target.about;
    }
    if (target.lead == NT_LEAD_DEAD) return false;
    out->page = page_at(site, target.url);
  }
  if (!rooted) translate(site, out, lang, &tail, arena);
  out->url = nt_arena_format(arena, "%.*s%.*s", NT_FMT(out->page->url), NT_FMT(tail));
  out->leads = out->ours = true;
  return true;
}

nt_str nt_word_href(const nt_site *site, const nt_word_target *target, nt_arena *arena) {
  return target->ours ? nt_url_rooted(site->inputs->url, target->url, arena) : target->url;
}

nt_hash nt_word_target_hash(const nt_site *site, const nt_word_target *target, nt_arena *arena) {
  if (!target->leads) return nt_hash_combine(target->why, nt_hash_bytes(target->about));
  return nt_hash_bytes(nt_word_href(site, target, arena));
}

nt_hash nt_word_hash(const nt_site *site, nt_str name) {
  nt_arena *arena = nt_arena_new_sized(1024);
  size_t colon = nt_str_find(name, ':');
  nt_word_target target;
  nt_word_find(site, nt_str_sub(name, colon + 1, name.len), nt_str_sub(name, 0, colon), arena, &target);
  nt_hash hash = nt_word_target_hash(site, &target, arena);
  nt_arena_free(arena);
  return hash;
}
