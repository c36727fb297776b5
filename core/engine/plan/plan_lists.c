/* The list pages of collections and terms, and their feeds. */
#include "engine/inputs/languages.h"
#include "engine/plan/planning.h"

#include <stdlib.h>

/* ---- one list in one language ---- */

typedef struct listing {
  nt_planning *p;
  const nt_list_plan *of;
  const nt_list_lang *in;
  uint32_t count; /* of its pages */
  nt_str *urls;   /* theirs, from the first, the one at the list's own path; NULL: it has none */
} listing;

/* Numbered from the oldest, pages below the first are full and stay so: what is left over, and the newest full page,
 * are the first page's, which therefore holds from one to almost two pages' documents. */
static uint32_t count_pages(const nt_listing *list, uint64_t length) {
  uint64_t per_page = list->per_page, count;
  if (!per_page || length <= per_page) return 1;
  count = list->from_oldest ? length / per_page : (length + per_page - 1) / per_page;
  return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

nt_str nt_plan_replace(nt_planning *p, nt_str text, const char *placeholder, nt_str value) {
  nt_str mark = nt_str_c(placeholder);
  nt_buf out = {0};
  for (size_t at; (at = nt_str_search(text, mark)) < text.len; text = nt_str_sub(text, at + mark.len, text.len)) {
    nt_buf_put(&out, nt_str_sub(text, 0, at));
    nt_buf_put(&out, value);
  }
  nt_buf_put(&out, text);
  nt_str result = nt_arena_str(p->arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return result;
}

/* A path that is said below another. */
static nt_str below(nt_planning *p, nt_str base, nt_str path) {
  nt_str dir = nt_str_sub(base, 0, nt_str_find_last(base, '/') + 1);
  return nt_arena_format(p->arena, "%.*s%.*s", NT_FMT(dir), NT_FMT(path));
}

static nt_str numbered_url(nt_planning *p, const nt_list_plan *of, const nt_list_lang *in, uint32_t number) {
  nt_str path = nt_setting_in(of->list->page_path, in->lang);
  if (!path.len && of->list->page_path) path = nt_setting_in(of->list->page_path, p->site->inputs->lang);
  if (!path.len) path = nt_str_eq(in->lang, NT_STR("sv")) ? NT_STR("sida/{number}/") : NT_STR("page/{number}/");
  nt_str digits = nt_arena_format(p->arena, "%u", number);
  return below(p, in->base, nt_plan_replace(p, path, "{number}", digits));
}

/* Pages are counted here from the first, the one at the list's own path. */
static uint32_t number_at(const listing *l, uint32_t index) {
  return l->of->list->from_oldest ? l->count - index : index + 1;
}

static void find_urls(listing *l) {
  l->urls = NT_NEW_N(l->p->arena, nt_str, l->count);
  l->urls[0] = l->in->base;
  for (uint32_t i = 1; i < l->count; i++) l->urls[i] = numbered_url(l->p, l->of, l->in, number_at(l, i));
}

/* First pages are each other's, and those with the same number. */
static void add_alternates(const listing *l, uint32_t index, nt_page *page) {
  size_t languages = l->p->site->inputs->languages.len;
  if (languages < 2) return;
  page->alternates = NT_NEW_N(l->p->arena, nt_alternate, languages);
  for (size_t i = 0; i < languages; i++) {
    const nt_list_lang *in = &l->of->langs[i];
    if (!in->exists) continue;
    uint32_t count = count_pages(l->of->list, in->length);
    bool has = index == 0 || page->number < count + !l->of->list->from_oldest;
    nt_str url = index == 0 ? in->base : numbered_url(l->p, l->of, in, page->number);
    if (has) page->alternates[page->alternate_count++] = (nt_alternate){in->lang, url};
  }
}

static nt_page page_of(const listing *l, nt_str output, nt_str url) {
  const nt_list_plan *of = l->of;
  nt_page page = {.output = output,
                  .url = url,
                  .collection = of->collection,
                  .number = 1,
                  .count = 1,
                  .lang = l->in->lang,
                  .title = l->in->title,
                  .taxonomy = of->taxonomy,
                  .term = of->term,
                  .origin = of->owner};
  page.params = of->list->params ? nt_value_copy(of->list->params, l->p->arena) : nt_map_new(l->p->arena);
  if (page.title.len) nt_map_put(&page.params, l->p->arena, NT_STR("title"), (nt_pos){0}, nt_string(page.title));
  return page;
}

static nt_page_record *claim(const listing *l, nt_page *page) {
  if (nt_plan_path(l->p, page->url, nt_plan_extension(l->p, page->output), &page->path))
    return nt_plan_claim(l->p, page, l->of->owner, l->of->where);
  nt_report(l->p->diags, NT_MSG_path_outside, l->of->where, page->url);
  return NULL;
}

static void plan_page(const listing *l, uint32_t index) {
  const nt_listing *list = l->of->list;
  nt_page page = page_of(l, NT_STR("html"), l->urls[index]);
  uint64_t per_page = list->per_page ? list->per_page : l->in->length, left;
  page.template_name = list->template_name.len ? list->template_name : NT_STR("list.html");
  page.number = number_at(l, index);
  page.count = l->count;
  page.from_end = list->from_oldest && index;
  page.first = !list->from_oldest ? index * per_page : index ? (page.number - 1) * per_page : 0;
  left = l->in->length - page.first;
  page.shown = list->from_oldest && !index ? left - (l->count - 1) * per_page : left < per_page ? left : per_page;
  if (index > 0) page.prev = l->urls[index - 1];
  if (index + 1 < l->count) page.next = l->urls[index + 1];
  add_alternates(l, index, &page);
  nt_page_record *record = claim(l, &page);
  if (index == 0) nt_plan_word(l->p, l->in->lang, l->of->owner, record);
}

static void plan_pages(listing *l) {
  find_urls(l);
  for (uint32_t index = 0; index < l->count; index++) plan_page(l, index);
}

/* Feeds and the like: the newest of the whole list on one page. */
static void plan_feed(const listing *l, const nt_list_output *o, bool has_pages) {
  enum { ENTRIES = 30 };
  nt_planning *p = l->p;
  uint64_t limit = o->limit ? o->limit : ENTRIES;
  nt_str path = o->path.len
                    ? o->path
                    : nt_arena_format(p->arena, "%.*s.%.*s", NT_FMT(o->name), NT_FMT(nt_plan_extension(p, o->name)));
  path = nt_plan_replace(p, path, "{term}", l->of->term);
  nt_value from_root = nt_string(path);
  nt_str url = nt_str_starts(path, NT_STR("/")) ? nt_setting_path(p->site->inputs, &from_root, l->in->lang, p->arena)
                                                : below(p, l->in->base, path);
  nt_page page = page_of(l, o->name, url);
  page.shown = l->in->length < limit ? l->in->length : limit;
  page.home = has_pages ? l->in->base : nt_language_find(p->site->inputs, l->in->lang)->path;
  page.unlisted = true;
  nt_page_record *record = claim(l, &page);
  nt_str word = nt_arena_format(p->arena, "%.*s/%.*s", NT_FMT(l->of->owner), NT_FMT(o->name));
  nt_plan_word(p, l->in->lang, word, record);
}

void nt_plan_listing(nt_planning *p, const nt_list_plan *of) {
  const nt_str html = NT_STR("html");
  bool has_pages = false;
  for (size_t o = 0; o < of->list->output_count; o++) has_pages |= nt_str_eq(of->list->outputs[o].name, html);
  for (size_t o = 0; o < of->list->output_count; o++) {
    const nt_list_output *output = &of->list->outputs[o];
    if (!nt_plan_output(p, output->name, NOTIS_TAKES_COLLECTION, of->where, of->owner)) continue;
    for (size_t i = 0; i < p->site->inputs->languages.len; i++) {
      const nt_list_lang *in = &of->langs[i];
      listing l = {.p = p, .of = of, .in = in, .count = count_pages(of->list, in->length)};
      if (!in->exists) continue;
      if (nt_str_eq(output->name, html))
        plan_pages(&l);
      else
        plan_feed(&l, output, has_pages);
    }
  }
}

/* ---- collections ---- */

/* A collection that says which language its documents are in is a list of that language alone. */
static nt_str own_language(const nt_collection *c) {
  for (size_t i = 0; i < c->query->condition_count; i++) {
    const nt_condition *condition = &c->query->conditions[i];
    if (nt_str_eq(condition->field, NT_STR("lang")) && condition->compare == NT_EQ)
      return nt_value_str(&condition->value);
  }
  return nt_str_n("", 0);
}

bool nt_plan_count(nt_planning *p, nt_str collection, nt_str lang, uint64_t *length) {
  nt_docrefs found;
  nt_query *query = nt_query_of(p->arena, collection);
  if (p->site->inputs->languages.len > 1) query = nt_query_lang(p->arena, query, lang);
  if (p->run->reader.ops->query(&p->run->reader, query, p->diags, &found) != NT_READ_OK) return false;
  *length = found.len;
  return true;
}

static void plan_collection(nt_planning *p, const nt_collection *c) {
  const nt_inputs *in = p->site->inputs;
  nt_str own = own_language(c);
  bool feeds_only = !c->list.path && c->list.output_count && !nt_str_eq(c->list.outputs[0].name, NT_STR("html"));
  if (!c->list.path && !feeds_only) return; /* templates and scripts may ask for it */
  nt_list_plan of = {.list = &c->list,
                     .collection = c->name,
                     .owner = nt_arena_format(p->arena, "collection/%.*s", NT_FMT(c->name)),
                     .where = nt_plan_where(p, c->config.pos),
                     .langs = NT_NEW_N(p->arena, nt_list_lang, in->languages.len)};
  for (size_t i = 0; i < in->languages.len; i++) {
    const nt_site_lang *lang = &in->languages.items[i];
    nt_list_lang *l = &of.langs[i];
    if (own.len && !nt_str_eq(own, lang->code)) continue;
    l->lang = lang->code;
    l->title = nt_setting_text(in, c->list.title, lang->code);
    l->base = feeds_only ? lang->path
              : own.len  ? nt_setting_in(c->list.path, lang->code)
                         : nt_setting_path(in, c->list.path, lang->code, p->arena);
    if (!l->base.len || !nt_plan_count(p, c->name, lang->code, &l->length)) continue;
    l->exists = i == 0 || own.len || l->length;
  }
  nt_plan_listing(p, &of);
}

void nt_plan_lists(nt_planning *p) {
  const nt_inputs *in = p->site->inputs;
  p->run->reader.ops->config(&p->run->reader, NT_STR("collections"));
  for (size_t i = 0; i < in->collections.len; i++) plan_collection(p, &in->collections.items[i]);
  for (size_t i = 0; i < p->plan->added.len; i++) plan_collection(p, &p->plan->added.items[i]);
}
