/* The list pages of collections. */
#include "engine/planning.h"

static nt_str list_url(nt_planning *p, const nt_collection *c, uint32_t number) {
  if (number == 1) return c->path;
  return nt_arena_format(p->arena, "%.*ssida/%u/", NT_FMT(c->path), number);
}

static void plan_list(nt_planning *p, const nt_collection *c) {
  nt_docrefs docs;
  nt_where where = nt_config_where(&p->site->inputs->files, c->config.pos);
  nt_str owner = nt_arena_format(p->arena, "collection/%.*s", NT_FMT(c->name));
  if (!c->path.len || !nt_plan_output(p, NT_STR("html"), NOTIS_TAKES_COLLECTION, where, owner)) return;
  if (p->run->reader.ops->query(&p->run->reader, nt_query_of(p->arena, c->name), p->diags, &docs) != NT_READ_OK) return;
  uint64_t per_page = c->per_page ? c->per_page : docs.len ? docs.len : 1;
  uint32_t count = docs.len ? (uint32_t)((docs.len + per_page - 1) / per_page) : 1;
  for (uint32_t number = 1; number <= count; number++) {
    uint64_t first = (number - 1) * per_page, left = docs.len - first;
    nt_page page = {.output = NT_STR("html"),
                    .template_name = c->template_name.len ? c->template_name : NT_STR("list.html"),
                    .collection = c->name,
                    .number = number,
                    .count = count,
                    .first = first,
                    .shown = left < per_page ? left : per_page,
                    .lang = p->site->inputs->lang,
                    .origin = owner,
                    .url = list_url(p, c, number)};
    const nt_value *params = nt_map_find(&c->config, NT_STR("params"));
    page.params = params ? nt_value_copy(params, p->arena) : nt_map_new(p->arena);
    const nt_value *title = nt_map_find(&c->config, NT_STR("title"));
    if (title) nt_map_put(&page.params, p->arena, NT_STR("title"), title->pos, nt_value_copy(title, p->arena));
    if (number > 1) page.prev = list_url(p, c, number - 1);
    if (number < count) page.next = list_url(p, c, number + 1);
    if (!nt_plan_path(p, page.url, NT_STR("html"), &page.path))
      nt_report(p->diags, NT_MSG_path_outside, where, page.url);
    else
      nt_plan_claim(p, &page, owner, where);
  }
}

void nt_plan_lists(nt_planning *p) {
  const nt_inputs *in = p->site->inputs;
  p->run->reader.ops->config(&p->run->reader, NT_STR("collections"));
  for (size_t i = 0; i < in->collections.len; i++) plan_list(p, &in->collections.items[i]);
  for (size_t i = 0; i < p->plan->added.len; i++) plan_list(p, &p->plan->added.items[i]);
}
