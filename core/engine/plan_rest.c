/* What hooks added. */
#include "engine/planning.h"

static void plan_extra(nt_planning *p, const nt_value *map) {
  nt_str script = nt_value_str(nt_map_find(map, NT_STR("script")));
  nt_where where = nt_where_file(script, 0, 0);
  nt_str output = nt_value_str(nt_map_find(map, NT_STR("output")));
  nt_page page = {.url = nt_value_str(nt_map_find(map, NT_STR("path"))),
                  .template_name = nt_value_str(nt_map_find(map, NT_STR("template"))),
                  .output = output.len ? output : NT_STR("html"),
                  .lang = p->site->inputs->lang,
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

static void plan_redirect(nt_planning *p, const nt_entry *e) {
  nt_page page = {.url = e->key, .output = NT_STR(""), .params = nt_map_new(p->arena), .origin = NT_STR("redirect")};
  if (!nt_plan_path(p, page.url, NT_STR("html"), &page.path)) {
    nt_report(p->diags, NT_MSG_path_outside, (nt_where){0}, page.url);
    return;
  }
  nt_page_record *record = nt_plan_claim(p, &page, NT_STR("redirect"), (nt_where){0});
  if (record) record->redirect = nt_value_str(&e->value);
}

void nt_plan_rest(nt_planning *p) {
  const nt_plan *plan = p->plan;
  for (size_t i = 0; i < nt_value_len(&plan->extra_pages); i++) plan_extra(p, &plan->extra_pages.as.list->items[i]);
  for (size_t i = 0; i < nt_value_len(&plan->redirects); i++) plan_redirect(p, &plan->redirects.as.map->entries[i]);
}
