/* Pages that show no document and no list: those of site.yaml, those that hooks added, and the outputs of the whole
 * site, which come last of these because they tell of the others. */
#include "engine/inputs/languages.h"
#include "engine/plan/planning.h"

#include "base/path.h"

/* ---- in each language ---- */

static void add_alternates(nt_planning *p, const nt_page_lang *langs, nt_page *page) {
  const nt_inputs *in = p->site->inputs;
  if (in->languages.len < 2) return;
  page->alternates = NT_NEW_N(p->arena, nt_alternate, in->languages.len);
  for (size_t i = 0; i < in->languages.len; i++)
    if (langs[i].url.len)
      page->alternates[page->alternate_count++] = (nt_alternate){in->languages.items[i].code, langs[i].url};
}

void nt_plan_by_lang(nt_planning *p, const nt_page *pattern, const nt_value *params, const nt_page_lang *langs,
                     nt_str owner, nt_where where) {
  const nt_inputs *in = p->site->inputs;
  if (!nt_plan_output(p, pattern->output, NOTIS_TAKES_SITE, where, owner)) return;
  for (size_t i = 0; i < in->languages.len; i++) {
    nt_page page = *pattern;
    page.url = langs[i].url;
    page.title = langs[i].title;
    page.lang = in->languages.items[i].code;
    page.params = params ? nt_value_copy(params, p->arena) : nt_map_new(p->arena);
    if (page.title.len) nt_map_put(&page.params, p->arena, NT_STR("title"), (nt_pos){0}, nt_string(page.title));
    add_alternates(p, langs, &page);
    if (!page.url.len) continue;
    if (nt_plan_path(p, page.url, nt_plan_extension(p, page.output), &page.path))
      nt_plan_word(p, page.lang, owner, nt_plan_claim(p, &page, owner, where));
    else
      nt_report(p->diags, NT_MSG_path_outside, where, page.url);
  }
}

static bool is_in(const nt_page_config *config, nt_str lang) {
  if (!config->languages) return true;
  for (size_t i = 0; i < nt_value_len(config->languages); i++)
    if (nt_str_eq(nt_value_str(&config->languages->as.list->items[i]), lang)) return true;
  return false;
}

static void plan_page(nt_planning *p, const nt_page_config *config) {
  const nt_inputs *in = p->site->inputs;
  nt_str owner = nt_arena_format(p->arena, "pages/%.*s", NT_FMT(config->name));
  nt_page page = {.output = config->output, .origin = owner, .unlisted = config->unlisted};
  page.template_name = config->template_name;
  if (!page.template_name.len) page.template_name = nt_arena_format(p->arena, "%.*s.html", NT_FMT(config->name));
  nt_page_lang *langs = NT_NEW_N(p->arena, nt_page_lang, in->languages.len);
  for (size_t i = 0; i < in->languages.len; i++) {
    nt_str lang = in->languages.items[i].code;
    if (is_in(config, lang)) langs[i].url = nt_setting_path(in, config->path, lang, p->arena);
    langs[i].title = nt_setting_text(in, config->title, lang);
  }
  nt_plan_by_lang(p, &page, config->params, langs, owner, nt_config_where(&in->files, config->pos));
}

/* ---- of hooks ---- */

static void plan_extra(nt_planning *p, const nt_value *map) {
  nt_str script = nt_value_str(nt_map_find(map, NT_STR("script")));
  nt_where where = nt_where_file(script, 0, 0);
  nt_str output = nt_value_str(nt_map_find(map, NT_STR("output")));
  nt_str lang = nt_value_str(nt_map_find(map, NT_STR("lang")));
  nt_page page = {.url = nt_value_str(nt_map_find(map, NT_STR("path"))),
                  .template_name = nt_value_str(nt_map_find(map, NT_STR("template"))),
                  .output = output.len ? output : NT_STR("html"),
                  .lang = nt_language_find(p->site->inputs, lang) ? lang : p->site->inputs->lang,
                  .origin = script};
  const nt_value *params = nt_map_find(map, NT_STR("params"));
  page.params = params && params->type == NT_MAP ? nt_value_copy(params, p->arena) : nt_map_new(p->arena);
  if (!nt_plan_output(p, page.output, NOTIS_TAKES_SITE, where, page.url)) return;
  if (!page.url.len || page.url.ptr[0] != '/')
    nt_report0(p->diags, NT_MSG_page_bad_path, where);
  else if (!nt_plan_path(p, page.url, nt_plan_extension(p, page.output), &page.path))
    nt_report(p->diags, NT_MSG_path_outside, where, page.url);
  else
    nt_plan_claim(p, &page, script, where);
}

/* ---- outputs of the whole site ---- */

static uint64_t count_listed(const nt_plan *plan) {
  uint64_t count = 0;
  for (size_t i = 0; i < plan->pages.len; i++) {
    const nt_page *page = &plan->pages.items[i]->page;
    count += nt_str_eq(page->output, NT_STR("html")) && !page->unlisted;
  }
  return count;
}

/* "sitemap.xml" becomes "sitemap-2.xml". */
static nt_str part_path(nt_planning *p, nt_str path, uint32_t number) {
  nt_str ext = nt_path_ext(path), stem = nt_str_sub(path, 0, path.len - ext.len - (ext.len > 0));
  return nt_arena_format(p->arena, "%.*s-%u%s%.*s", NT_FMT(stem), number, ext.len ? "." : "", NT_FMT(ext));
}

static void plan_output(nt_planning *p, const nt_entry *e, uint64_t listed) {
  const nt_inputs *in = p->site->inputs;
  const nt_value *own = nt_map_find(&e->value, NT_STR("limit"));
  nt_where where = nt_config_where(&in->files, e->key_pos);
  nt_str owner = nt_arena_format(p->arena, "outputs/%.*s", NT_FMT(e->key));
  if (!nt_plan_output(p, e->key, NOTIS_TAKES_SITE, where, owner)) return;
  uint64_t limit = nt_outputs_find(p->site->engine, e->key)->output.page_limit;
  if (own && (!limit || (uint64_t)own->as.integer < limit)) limit = (uint64_t)own->as.integer;
  nt_page page = {.output = e->key,
                  .url = nt_value_str(nt_map_find(&e->value, NT_STR("path"))),
                  .number = 1,
                  .count = 1,
                  .shown = listed,
                  .lang = in->lang,
                  .title = in->title,
                  .home = in->languages.items[0].path,
                  .params = nt_map_new(p->arena),
                  .unlisted = true,
                  .origin = owner};
  if (!nt_plan_path(p, page.url, nt_plan_extension(p, e->key), &page.path)) {
    nt_report(p->diags, NT_MSG_path_outside, where, page.url);
    return;
  }
  nt_str whole = page.path;
  bool split = limit && listed > limit;
  if (split) {
    page.number = 0;
    page.count = (uint32_t)((listed + limit - 1) / limit);
    page.shown = page.count;
  }
  nt_plan_word(p, in->lang, owner, nt_plan_claim(p, &page, owner, where));
  for (uint32_t number = 1; split && number <= page.count; number++) {
    page.number = number;
    page.first = (number - 1) * limit;
    page.shown = listed - page.first < limit ? listed - page.first : limit;
    page.path = part_path(p, whole, number);
    page.url = nt_arena_format(p->arena, "/%.*s", NT_FMT(page.path));
    nt_plan_claim(p, &page, owner, where);
  }
}

void nt_plan_pages(nt_planning *p) {
  const nt_inputs *in = p->site->inputs;
  const nt_plan *plan = p->plan;
  nt_reader *reader = &p->run->reader;
  reader->ops->config(reader, NT_STR("pages"));
  for (size_t i = 0; i < in->pages.len; i++) plan_page(p, &in->pages.items[i]);
  for (size_t i = 0; i < nt_value_len(&plan->extra_pages); i++) plan_extra(p, &plan->extra_pages.as.list->items[i]);
  const nt_value *outputs = reader->ops->config(reader, NT_STR("outputs"));
  if (nt_value_len(outputs)) reader->ops->config(reader, NT_STR("title"));
  uint64_t listed = count_listed(plan);
  for (size_t i = 0; i < nt_value_len(outputs); i++) plan_output(p, &outputs->as.map->entries[i], listed);
}
