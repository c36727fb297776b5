#include "engine/plan/addresses.h"

#include "base/path.h"
#include "base/url.h"
#include "text/escape.h"
#include "text/locale.h"

nt_str nt_address_of(const nt_site *site, const nt_record *record) {
  return nt_plan_url(&site->plan, record);
}

nt_str nt_address_href(const nt_site *site, nt_str url, nt_str tail, nt_arena *arena) {
  nt_buf out = {0};
  nt_buf_put(&out, site->inputs->base_path);
  for (size_t at = 0; at < url.len;) {
    size_t end = at + nt_str_find(nt_str_sub(url, at, url.len), '/');
    nt_escape_component(nt_str_sub(url, at, end), &out);
    if (end < url.len) nt_buf_byte(&out, '/');
    at = end + 1;
  }
  nt_buf_put(&out, tail);
  nt_str kept = nt_arena_str(arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return kept;
}

/* ---- parts of a link ---- */

/* A path from the site's root, of one that is seen from a folder; empty if it leads out. */
static nt_str seen_from(nt_str folder, nt_str path, nt_arena *arena) {
  nt_str normal, joined = nt_path_join(arena, folder, path);
  return nt_path_normal(joined, arena, &normal) ? nt_nfc_copy(normal, arena) : nt_str_n("", 0);
}

/* ---- what a path names ---- */

static const nt_record *text_at(const nt_site *site, nt_str path, nt_arena *arena) {
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_str id = nt_path_join(arena, site->sources.items.items[i]->name, path);
    const nt_record *r = nt_records_find(&site->records, id);
    if (r && r->listed) return r;
  }
  return NULL;
}

static nt_target dead(nt_code why, nt_str about) {
  return (nt_target){.lead = NT_LEAD_DEAD, .why = why, .about = about};
}

/* Some words of an address are the browser's: "#", "#top", and a text to be found (":~:text="). */
static bool is_for_the_browser(nt_str anchor) {
  return !anchor.len || nt_str_eq(anchor, NT_STR("top")) || nt_str_search(anchor, NT_STR(":~:")) < anchor.len;
}

static nt_str anchor_of(nt_str tail) {
  return nt_str_sub(tail, nt_str_find(tail, '#') + 1, tail.len);
}

static nt_str nearest_anchor(const nt_links *links, nt_str anchor) {
  enum { MOST = 2000 };
  nt_str best = nt_str_n("", 0);
  size_t least = anchor.len / 4 + 1;
  for (size_t i = 0; i < links->anchor_count && i < MOST; i++) {
    size_t distance = nt_str_distance(anchor, links->anchors[i], least);
    if (distance >= least) continue;
    least = distance;
    best = links->anchors[i];
  }
  return best;
}

bool nt_address_has_place(const nt_record *document, nt_str tail, nt_arena *arena) {
  const nt_links *links = &document->frozen->links;
  nt_str anchor = anchor_of(tail);
  return is_for_the_browser(anchor) || nt_links_has_anchor(links, anchor) ||
         nt_links_has_anchor(links, nt_url_decode(anchor, arena));
}

void nt_address_explain(nt_target *target, nt_arena *arena) {
  if (target->lead != NT_LEAD_DEAD || target->why != NT_MSG_link_no_anchor) return;
  nt_str anchor = nt_url_decode(anchor_of(target->tail), arena);
  target->about = nearest_anchor(&target->document->frozen->links, anchor);
  if (target->about.len) target->why = NT_MSG_link_no_anchor_near;
}

static void check_anchor(const nt_record *document, nt_target *target, nt_arena *arena) {
  if (nt_address_has_place(document, target->tail, arena)) return;
  target->lead = NT_LEAD_DEAD;
  target->why = NT_MSG_link_no_anchor;
}

static nt_target follow_text(const nt_site *site, const nt_record *to, nt_str tail, nt_arena *arena) {
  nt_target target = {.lead = NT_LEAD_PAGE, .document = to, .tail = tail};
  if (to->frozen && !to->displaced) target.url = nt_address_of(site, to);
  if (!target.url.len) return dead(NT_MSG_link_unpublished, to->path);
  check_anchor(to, &target, arena);
  return target;
}

/* ---- files ---- */

static bool is_planned_at(const nt_site *site, nt_str url, const nt_asset *asset) {
  const nt_page_record *page = nt_plan_page(&site->plan, nt_str_sub(url, 1, url.len));
  return page && page->asset && nt_str_eq(page->asset->file, asset->file) && page->asset->layer == asset->layer;
}

static nt_str url_dir(nt_str url) {
  return nt_str_sub(url, 0, nt_str_find_last(url, '/') + 1);
}

/* A file beside a text is published beside the text's page, as far below it as it lies below the text's folder. */
static nt_target follow_asset(const nt_site *site, const nt_record *from, const nt_asset *asset, nt_str tail,
                              bool planned, nt_arena *arena) {
  nt_target target = {.lead = NT_LEAD_FILE, .asset = asset, .tail = tail};
  nt_str folder = nt_nfc_copy(nt_path_dir(from->path), arena), page = nt_address_of(site, from);
  if (nt_asset_is_static(asset)) {
    target.url = nt_arena_format(arena, "/%.*s", NT_FMT(asset->path));
  } else if (folder.len && !(nt_str_starts(asset->path, folder) && asset->path.ptr[folder.len] == '/')) {
    return dead(NT_MSG_link_file_elsewhere, asset->path);
  } else if (!page.len) {
    return dead(NT_MSG_link_file_no_page, asset->path);
  } else {
    nt_str below = nt_str_sub(asset->path, folder.len ? folder.len + 1 : 0, asset->path.len);
    target.url = nt_arena_format(arena, "%.*s%.*s", NT_FMT(url_dir(page)), NT_FMT(below));
  }
  if (planned && !is_planned_at(site, target.url, asset)) return dead(NT_MSG_link_file_displaced, asset->path);
  return target;
}

/* ---- links ---- */

/* As it is written, or with its escapes undone: a name may hold a '%' of its own. */
const nt_asset *nt_address_beside(const nt_site *site, const nt_record *from, nt_str link, nt_arena *arena) {
  nt_str written = nt_str_sub(link, 0, nt_url_path_length(link)), decoded = nt_url_decode(written, arena);
  if (!nt_link_is_ours(link) || nt_str_starts(link, NT_STR("/"))) return NULL;
  nt_str path = seen_from(nt_path_dir(from->path), written, arena);
  const nt_asset *asset = nt_assets_find(site, path);
  return asset ? asset : nt_assets_find(site, seen_from(nt_path_dir(from->path), decoded, arena));
}

static nt_target follow_relative(const nt_site *site, const nt_record *from, nt_str link, bool planned,
                                 nt_arena *arena) {
  size_t end = nt_url_path_length(link);
  nt_str written = nt_str_sub(link, 0, end), tail = nt_str_sub(link, end, link.len), looked = nt_str_n("", 0);
  for (int decoded = 0; decoded < 2; decoded++) {
    nt_str path = seen_from(nt_path_dir(from->path), decoded ? nt_url_decode(written, arena) : written, arena);
    if (!path.len) continue;
    looked = path;
    const nt_record *text = text_at(site, path, arena);
    if (text) return follow_text(site, text, tail, arena);
    const nt_asset *asset = nt_assets_find(site, path);
    if (asset) return follow_asset(site, from, asset, tail, planned, arena);
  }
  return dead(NT_MSG_link_no_file, looked);
}

/* The page at a path from the root; "/om" also finds "/om/". */
static const nt_page_record *page_as_written(const nt_site *site, nt_str path, nt_arena *arena) {
  nt_str below = nt_str_sub(path, 1, path.len), normal;
  bool folder = !below.len || below.ptr[below.len - 1] == '/';
  if (below.len && !nt_path_normal(below, arena, &normal)) return NULL;
  if (!below.len) normal = below;
  const nt_page_record *page = folder ? NULL : nt_plan_page(&site->plan, normal);
  return page ? page : nt_plan_page(&site->plan, nt_path_join(arena, normal, NT_STR("index.html")));
}

static const nt_page_record *page_at(const nt_site *site, nt_str path, nt_arena *arena) {
  const nt_page_record *page = page_as_written(site, path, arena);
  return page ? page : page_as_written(site, nt_nfc_copy(path, arena), arena);
}

/* The rest of a path that begins with the site's base path already; empty if it does not. */
static nt_str without_base(const nt_site *site, nt_str path) {
  nt_str base = site->inputs->base_path, rest = nt_str_sub(path, base.len, path.len);
  return base.len && nt_str_starts(path, base) && rest.len && rest.ptr[0] == '/' ? rest : nt_str_n("", 0);
}

static nt_target follow_rooted(const nt_site *site, nt_str link, bool planned, nt_arena *arena) {
  size_t end = nt_url_path_length(link);
  nt_str path = nt_url_decode(nt_str_sub(link, 0, end), arena);
  nt_target target = {.lead = NT_LEAD_PAGE, .url = path, .tail = nt_str_sub(link, end, link.len)};
  if (!planned) return target;
  nt_str rest = without_base(site, path);
  const nt_page_record *page = page_at(site, path, arena);
  if (!page && rest.len) page = page_at(site, rest, arena);
  if (!page) return dead(NT_MSG_link_no_page, path);
  target.url = page->page.url;
  target.asset = page->asset;
  if (page->asset) target.lead = NT_LEAD_FILE;
  const nt_record *document = page->asset ? NULL : nt_records_at(&site->records, page->page.document);
  if (document) {
    target.document = document;
    check_anchor(document, &target, arena);
  }
  return target;
}

nt_target nt_address_follow(const nt_site *site, const nt_record *from, nt_str link, bool planned, nt_arena *arena) {
  if (!nt_link_is_ours(link) || link.ptr[0] == '?') return (nt_target){.lead = NT_LEAD_ELSEWHERE};
  if (link.ptr[0] == '/') return follow_rooted(site, link, planned, arena);
  if (link.ptr[0] != '#') return follow_relative(site, from, link, planned, arena);
  nt_target target = {.lead = NT_LEAD_PAGE, .document = from, .tail = link};
  check_anchor(from, &target, arena);
  return target;
}

nt_target nt_address_follow_word(const nt_site *site, nt_str word, nt_arena *arena) {
  if (nt_str_starts(word, NT_STR("/"))) return follow_rooted(site, word, true, arena);
  size_t end = nt_url_path_length(word);
  nt_str path = seen_from(nt_str_n("", 0), nt_str_sub(word, 0, end), arena);
  const nt_record *text = path.len ? text_at(site, path, arena) : NULL;
  return text ? follow_text(site, text, nt_str_sub(word, end, word.len), arena) : dead(NT_MSG_address_absent, path);
}

/* ---- fields ---- */

/* *name is the first of them that there is, else the first of all. */
static const nt_asset *first_file(const nt_site *site, const nt_str *folders, size_t count, nt_str path,
                                  nt_arena *arena, nt_str *name) {
  for (size_t i = 0; i < count; i++) {
    nt_str found = seen_from(folders[i], path, arena);
    const nt_asset *asset = found.len ? nt_assets_find(site, found) : NULL;
    if (asset || i == 0) *name = found;
    if (asset) return asset;
  }
  return NULL;
}

static const nt_asset *file_as_written(const nt_site *site, nt_str beside, nt_str path, nt_arena *arena, nt_str *name) {
  nt_str own = nt_arena_format(arena, "%.*s/", NT_FMT(site->name));
  const nt_record *text = nt_records_find(&site->records, beside);
  if (text)
    beside = text->path;
  else if (nt_str_starts(beside, own))
    beside = nt_str_sub(beside, own.len, beside.len);
  bool rooted = nt_str_starts(path, NT_STR("/"));
  const nt_str folders[] = {rooted ? NT_STR("static") : nt_path_dir(beside), nt_str_n("", 0)};
  return first_file(site, folders, rooted ? 1 : 2, nt_str_sub(path, rooted, path.len), arena, name);
}

/* Also with its escapes undone, or from the root with the site's base path, as links may be written. */
const nt_asset *nt_address_file(const nt_site *site, nt_str beside, nt_str path, nt_arena *arena, nt_str *name) {
  const nt_asset *asset = file_as_written(site, beside, path, arena, name);
  nt_str decoded = nt_url_decode(path, arena), rest = without_base(site, decoded), found;
  if (!asset && decoded.ptr != path.ptr) asset = file_as_written(site, beside, decoded, arena, &found);
  if (!asset && rest.len) asset = file_as_written(site, beside, rest, arena, &found);
  return asset;
}

nt_target nt_address_follow_file(const nt_site *site, const nt_record *from, nt_str path, bool planned,
                                 nt_arena *arena) {
  nt_str name;
  if (!nt_link_is_ours(path)) return (nt_target){.lead = NT_LEAD_ELSEWHERE};
  const nt_asset *asset = nt_address_file(site, from->path, path, arena, &name);
  if (asset) return follow_asset(site, from, asset, nt_str_n("", 0), planned, arena);
  return dead(NT_MSG_link_no_file, name);
}

/* ---- references ---- */

const nt_record *nt_address_refer(const nt_site *site, const nt_record *from, nt_str word, nt_str kind,
                                  nt_arena *arena) {
  const nt_str folders[] = {nt_path_dir(from->path), nt_str_n("", 0)};
  for (size_t i = 0; i < 2; i++) {
    nt_str path = seen_from(folders[i], word, arena);
    const nt_record *r = path.len ? text_at(site, path, arena) : NULL;
    if (r && r->frozen && (!kind.len || nt_str_eq(r->frozen->kind, kind))) return r;
  }
  word = nt_nfc_copy(word, arena);
  const nt_record *by_id = nt_records_find(&site->records, word);
  if (by_id && by_id->frozen && (!kind.len || nt_str_eq(by_id->frozen->kind, kind))) return by_id;
  const nt_record *only = NULL, *same_lang = NULL;
  size_t count = 0, in_lang = 0;
  for (const nt_named *n = nt_map_get(&site->plan.by_name, word); n && (count < 2 || in_lang < 2); n = n->next) {
    const nt_record *r = n->record;
    if (!r->frozen || (kind.len && !nt_str_eq(r->frozen->kind, kind))) continue;
    only = r;
    count++;
    if (!from->frozen || !nt_str_eq(r->frozen->lang, from->frozen->lang)) continue;
    same_lang = r;
    in_lang++;
  }
  return count == 1 ? only : in_lang == 1 ? same_lang : NULL;
}

nt_str nt_address_ref_kind(const nt_site *site, const nt_record *from, nt_str field) {
  const nt_kind *kind = nt_inputs_kind(site->inputs, from->frozen->kind);
  for (size_t i = 0; kind && i < kind->field_count; i++) {
    const nt_field *f = &kind->fields[i];
    if (!nt_str_eq(f->name, field)) continue;
    if (f->type == NT_FIELD_LIST && f->of) f = f->of;
    return f->kind;
  }
  return nt_str_n("", 0);
}

/* ---- fingerprints ---- */

const nt_asset *nt_address_static(nt_site *site, nt_str path, nt_arena *arena, nt_hash *content) {
  nt_str name;
  const nt_asset *asset = NULL;
  *content = NT_HASH_ABSENT;
  if (nt_str_starts(path, NT_STR("/"))) asset = nt_address_file(site, nt_str_n("", 0), path, arena, &name);
  if (!asset || !is_planned_at(site, nt_arena_format(arena, "/%.*s", NT_FMT(asset->path)), asset)) return NULL;
  return nt_asset_content(site, asset, content) ? asset : NULL;
}

/* ---- hashes ---- */

nt_hash nt_address_hash(nt_str url) {
  return url.len ? nt_hash_bytes(url) : NT_HASH_ABSENT;
}

nt_hash nt_address_target_hash(const nt_site *site, const nt_target *target) {
  if (target->lead == NT_LEAD_ELSEWHERE) return NT_HASH_ABSENT;
  if (target->lead == NT_LEAD_DEAD) {
    nt_hash hash = nt_hash_combine(target->why, nt_hash_bytes(target->about));
    bool explained = target->why == NT_MSG_link_no_anchor; /* from the anchors that there are */
    return explained ? nt_hash_combine(hash, target->document->frozen->links.anchors_hash) : hash;
  }
  return nt_hash_combine(nt_hash_bytes(target->url), nt_hash_bytes(target->tail));
}

nt_hash nt_address_link_hash(const nt_site *site, const nt_record *from, nt_str name) {
  if (!from->frozen) return NT_HASH_ABSENT;
  nt_arena *arena = nt_arena_new();
  nt_str mark = NT_STR("file ");
  nt_target target = nt_str_starts(name, mark)
                         ? nt_address_follow_file(site, from, nt_str_sub(name, mark.len, name.len), true, arena)
                         : nt_address_follow(site, from, name, true, arena);
  nt_hash hash = nt_address_target_hash(site, &target);
  nt_arena_free(arena);
  return hash;
}
