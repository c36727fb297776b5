#include "engine/menus.h"

#include "engine/words.h"

typedef struct entry {
  const nt_entry *said;
  double weight;
  size_t at; /* in the configuration */
} entry;

static int by_weight(const void *a, const void *b) {
  const entry *x = a, *y = b;
  int order = (x->weight > y->weight) - (x->weight < y->weight);
  return order ? order : (x->at > y->at) - (x->at < y->at);
}

static double weight_of(const nt_value *map) {
  const nt_value *v = nt_map_find(map, NT_STR("weight"));
  return !v ? 0 : v->type == NT_INT ? (double)v->as.integer : v->as.number;
}

/* What the menu says, else what the page is called, else where it leads. */
static nt_str title_of(nt_planning *p, const nt_value *map, const nt_word_target *target, nt_str lang) {
  nt_str title = nt_setting_text(p->site->inputs, nt_map_find(map, NT_STR("title")), lang);
  if (title.len || !target->page) return title.len ? title : target->url;
  title = target->page->title;
  if (!title.len && target->page->document) {
    nt_reader *reader = &p->run->reader;
    title = nt_value_str(reader->ops->field(reader, target->page->document, NT_STR("title")));
  }
  return title.len ? nt_arena_str(p->arena, title) : target->url;
}

static void put(nt_planning *p, nt_value *map, const char *key, nt_value value) {
  nt_map_put(map, p->arena, nt_str_c(key), (nt_pos){0}, value);
}

/* The same fault in each language is one. */
static void add_entry(nt_planning *p, const nt_entry *said, const nt_site_lang *lang, nt_value *list) {
  const nt_value *to = nt_map_find(&said->value, NT_STR("to"));
  nt_value map = nt_map_new(p->arena);
  nt_word_target target;
  if (!nt_word_find(p->site, nt_value_str(to), lang->code, p->arena, &target)) {
    if (lang == p->site->inputs->languages.items)
      nt_report(p->diags, target.why, nt_config_where(&p->site->inputs->files, to->pos), nt_value_str(to),
                target.about);
    return;
  }
  put(p, &map, "title", nt_string(title_of(p, &said->value, &target, lang->code)));
  put(p, &map, "url", nt_string(nt_word_href(p->site, &target, p->arena)));
  put(p, &map, "lang", target.page && target.page->lang.len ? nt_string(target.page->lang) : nt_null());
  put(p, &map, "current", nt_bool(false));
  nt_list_push(list, p->arena, map);
}

static void make(nt_planning *p, const nt_entry *menu, const nt_site_lang *lang) {
  size_t count = nt_value_len(&menu->value);
  entry *entries = NT_NEW_N(p->arena, entry, count);
  nt_menu *made = NT_NEW(p->arena, nt_menu);
  made->entries = nt_list_new(p->arena);
  for (size_t i = 0; i < count; i++) {
    const nt_entry *said = &menu->value.as.map->entries[i];
    entries[i] = (entry){said, weight_of(&said->value), i};
  }
  if (count) qsort(entries, count, sizeof *entries, by_weight);
  for (size_t i = 0; i < count; i++) add_entry(p, entries[i].said, lang, &made->entries);
  made->hash = nt_value_hash(&made->entries);
  nt_str name = nt_arena_format(p->arena, "%.*s/%.*s", NT_FMT(lang->code), NT_FMT(menu->key));
  nt_map_set(&p->plan->menus, name, made);
}

void nt_plan_menus(nt_planning *p) {
  const nt_value *menus = p->run->reader.ops->config(&p->run->reader, NT_STR("menus"));
  const nt_inputs *in = p->site->inputs;
  for (size_t i = 0; i < nt_value_len(menus); i++)
    for (size_t l = 0; l < in->languages.len; l++) make(p, &menus->as.map->entries[i], &in->languages.items[l]);
}

const nt_menu *nt_menu_find(const nt_plan *plan, nt_str name) {
  return nt_map_get(&plan->menus, name);
}
