/* The lists of a site: collections and taxonomies. */
#include "engine/settings.h"

static void check_number(nt_inputs *in, const nt_value *v) {
  if (v && v->type == NT_INT && v->as.integer < 0)
    nt_report(&in->diags, NT_MSG_config_bad_amount, nt_config_where(&in->files, v->pos),
              nt_arena_format(in->arena, "%lld", (long long)v->as.integer));
}

static bool is_below(nt_inputs *in, nt_str path) {
  return nt_settings_is_path(nt_arena_format(in->arena, "/%.*s", NT_FMT(path)));
}

/* Below the list's path: whatever page it is, its number must be in it. */
static void check_page_path(nt_inputs *in, const nt_value *v) {
  nt_settings_check_by_lang(in, v);
  size_t count = !v ? 0 : v->type == NT_MAP ? nt_value_len(v) : 1;
  for (size_t i = 0; i < count; i++) {
    const nt_value *one = v->type == NT_MAP ? &v->as.map->entries[i].value : v;
    nt_str path = nt_value_str(one);
    nt_where where = nt_config_where(&in->files, one->pos);
    if (path.len && !is_below(in, path))
      nt_report(&in->diags, NT_MSG_config_page_path, where, path);
    else if (nt_str_search(path, NT_STR("{number}")) == path.len)
      nt_report(&in->diags, NT_MSG_config_placeholder, where, NT_STR("page_path"), NT_STR("{number}"));
  }
}

static void check_number_from(nt_inputs *in, const nt_value *v) {
  nt_str word = nt_value_str(v);
  if (v && !nt_str_eq(word, NT_STR("newest")) && !nt_str_eq(word, NT_STR("oldest")))
    nt_report(&in->diags, NT_MSG_config_choice, nt_config_where(&in->files, v->pos), word, NT_STR("newest, oldest"));
}

/* Whatever stands below the list's path needs one. */
static void check_outputs(nt_inputs *in, const nt_listing *list, const nt_value *said) {
  for (size_t i = 0; said && i < list->output_count; i++) {
    const nt_list_output *o = &list->outputs[i];
    nt_where where = nt_config_where(&in->files, o->pos);
    const nt_value *settings = nt_map_find(said, o->name);
    check_number(in, nt_map_find(settings, NT_STR("limit")));
    if (nt_str_starts(o->path, NT_STR("/")))
      nt_settings_check_path(in, nt_map_find(settings, NT_STR("path")), "path", NULL);
    else if (!list->path)
      nt_report(&in->diags, NT_MSG_config_missing_key, where, NT_STR("path"));
    else if (o->path.len && !is_below(in, o->path))
      nt_report(&in->diags, NT_MSG_config_bad_path, where, o->path);
  }
}

static void check_listing(nt_inputs *in, const nt_listing *list, const nt_value *config, const char *placeholder) {
  nt_settings_check_path(in, list->path, "path", placeholder);
  nt_settings_check_by_lang(in, list->title);
  check_page_path(in, list->page_path);
  check_number_from(in, nt_map_find(config, NT_STR("number_from")));
  check_outputs(in, list, nt_map_find(config, NT_STR("outputs")));
}

static void check_kinds(nt_inputs *in, const nt_value *kinds, const char *key) {
  if (!kinds || !nt_config_strings(kinds, nt_str_c(key), &in->files, &in->diags)) return;
  if (kinds->type == NT_STRING) nt_settings_check_kind(in, kinds->as.string, kinds->pos);
  for (size_t i = 0; kinds->type == NT_LIST && i < nt_value_len(kinds); i++)
    nt_settings_check_kind(in, nt_value_str(&kinds->as.list->items[i]), kinds->as.list->items[i].pos);
}

static void read_collection(nt_inputs *in, const nt_entry *e) {
  nt_collection c;
  nt_where where = nt_config_where(&in->files, e->value.pos.line ? e->value.pos : e->key_pos);
  check_kinds(in, nt_map_find(&e->value, NT_STR("kind")), "kind");
  bool good = nt_collection_read(e->key, &e->value, where, in->arena, &in->diags, &c);
  check_listing(in, &c.list, &e->value, NULL);
  if (good) nt_push(&in->collections, c);
}

static void read_taxonomy(nt_inputs *in, const nt_entry *e) {
  const nt_value *terms = nt_map_find(&e->value, NT_STR("terms"));
  nt_taxonomy t = {.name = e->key,
                   .config = e->value,
                   .index = nt_map_find(&e->value, NT_STR("index")),
                   .index_template = nt_value_str(nt_map_find(&e->value, NT_STR("index_template")))};
  nt_listing_read(&e->value, in->arena, &t.list);
  check_kinds(in, nt_map_find(&e->value, NT_STR("of")), "of");
  check_number(in, nt_map_find(&e->value, NT_STR("per_page")));
  check_listing(in, &t.list, &e->value, "{term}");
  nt_settings_check_path(in, t.index, "index", NULL);
  for (size_t i = 0; i < nt_value_len(terms); i++)
    nt_settings_check_by_lang(in, nt_map_find(&terms->as.map->entries[i].value, NT_STR("title")));
  for (size_t i = 0; i < t.list.output_count; i++) { /* one file for all terms would be each term's */
    nt_str path = t.list.outputs[i].path;
    if (nt_str_starts(path, NT_STR("/")) && nt_str_search(path, NT_STR("{term}")) == path.len)
      nt_report(&in->diags, NT_MSG_config_placeholder, nt_config_where(&in->files, t.list.outputs[i].pos),
                NT_STR("path"), NT_STR("{term}"));
  }
  nt_push(&in->taxonomies, t);
}

void nt_settings_lists(nt_inputs *in) {
  const nt_value *collections = nt_map_find(&in->config, NT_STR("collections"));
  const nt_value *taxonomies = nt_map_find(&in->config, NT_STR("taxonomies"));
  for (size_t i = 0; i < nt_value_len(collections); i++) read_collection(in, &collections->as.map->entries[i]);
  for (size_t i = 0; i < nt_value_len(taxonomies); i++) read_taxonomy(in, &taxonomies->as.map->entries[i]);
}
