#include "engine/addresses.h"

#include "base/path.h"

nt_hash nt_address_hash(nt_str url) {
  return url.len ? nt_hash_bytes(url) : NT_HASH_ABSENT;
}

nt_str nt_address_of(const nt_site *site, const nt_record *record) {
  return nt_plan_url(&site->plan, record->id);
}

/* The document that a relative link in `from` names, by file. */
static const nt_record *linked(const nt_site *site, const nt_record *from, nt_str link, nt_arena *arena) {
  nt_str path, joined = nt_path_join(arena, nt_path_dir(from->path), nt_str_sub(link, 0, nt_str_find(link, '#')));
  if (!joined.len || !nt_path_normal(joined, arena, &path)) return NULL;
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_str id = nt_path_join(arena, site->sources.items.items[i]->name, path);
    const nt_record *to = nt_records_find(&site->records, id);
    if (to && to->frozen) return to;
  }
  return NULL;
}

nt_str nt_address_resolve(const nt_site *site, const nt_record *from, nt_str link, nt_arena *arena) {
  const nt_record *to = linked(site, from, link, arena);
  nt_str url = to ? nt_address_of(site, to) : nt_str_n("", 0);
  if (!url.len) return url;
  return nt_arena_format(arena, "%.*s%.*s%.*s", NT_FMT(site->inputs->base_path), NT_FMT(url),
                         NT_FMT(nt_str_sub(link, nt_str_find(link, '#'), link.len)));
}

/* A link that could name a file of ours: relative, without a scheme. */
bool nt_address_is_relative(nt_str link) {
  if (!link.len || link.ptr[0] == '/' || link.ptr[0] == '#' || link.ptr[0] == '?') return false;
  for (size_t i = 0; i < link.len; i++) {
    if (link.ptr[i] == ':') return false;
    if (link.ptr[i] == '/' || link.ptr[i] == '.') break;
  }
  return true;
}

nt_hash nt_address_link_hash(const nt_site *site, const nt_record *from, nt_str link) {
  nt_arena *arena = nt_arena_new();
  nt_hash hash = nt_address_hash(nt_address_resolve(site, from, link, arena));
  nt_arena_free(arena);
  return hash;
}
