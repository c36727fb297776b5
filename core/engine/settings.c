/* The parts of site.yaml, read from what the schema has passed. */
#include "engine/settings.h"

#include "base/path.h"
#include "base/url.h"
#include "engine/languages.h"

static nt_str config_str(const nt_inputs *in, const char *key) {
  return nt_value_str(nt_map_find(&in->config, nt_str_c(key)));
}

static nt_where where_value(const nt_inputs *in, const nt_value *v) {
  return nt_config_where(&in->files, v ? v->pos : in->config.pos);
}

static nt_where config_where(const nt_inputs *in, const char *key) {
  return where_value(in, nt_map_find(&in->config, nt_str_c(key)));
}

/* A host and a path as an href has them: what is neither a letter nor a digit there must be written as %20. */
static bool is_address(nt_str rest) {
  nt_str host = nt_str_sub(rest, 0, nt_str_find(rest, '/')), path = nt_str_sub(rest, host.len, rest.len);
  for (size_t i = 0; i < rest.len; i++)
    if ((unsigned char)rest.ptr[i] <= ' ' || strchr("\"<>\\^`{|}?#\x7F", rest.ptr[i])) return false;
  for (size_t i = 0; i < path.len; i++)
    if ((unsigned char)path.ptr[i] > 0x7F) return false;
  return host.len && (!path.len || nt_settings_is_path(path));
}

static void read_url(nt_inputs *in) {
  in->url = config_str(in, "url");
  while (nt_str_ends(in->url, NT_STR("/"))) in->url.len--;
  bool http = nt_str_starts(in->url, NT_STR("http://")), https = nt_str_starts(in->url, NT_STR("https://"));
  nt_str rest = nt_str_sub(in->url, https ? 8 : 7, in->url.len);
  if ((http || https) && is_address(rest))
    in->base_path = nt_site_url_split(in->url).base;
  else
    nt_report(&in->diags, NT_MSG_config_bad_url, config_where(in, "url"), config_str(in, "url"));
}

static void read_basics(nt_inputs *in, const nt_inputs_options *options) {
  in->title = config_str(in, "title");
  read_url(in);
  nt_settings_languages(in);
  in->lang = in->languages.items[0].code;
  nt_language_read_chains(in, options->locales);
  in->locale = in->languages.items[0].locale;
  nt_str zone = config_str(in, "timezone");
  in->zone = nt_locales_zone(options->locales, zone.len ? zone : NT_STR("Europe/Stockholm"));
  if (!in->zone) nt_report(&in->diags, NT_MSG_config_bad_zone, config_where(in, "timezone"), zone);
  nt_inputs_set_now(in, options->now);
}

static void read_links(nt_inputs *in) {
  static const char *const words[] = {
      [NT_LINKS_ERROR] = "error", [NT_LINKS_WARN] = "warn", [NT_LINKS_IGNORE] = "ignore"};
  const nt_value *missing = nt_map_path(&in->config, NT_STR("links.missing"));
  for (int i = NT_LINKS_ERROR; missing && i <= NT_LINKS_IGNORE; i++) {
    in->links_missing = (nt_links_missing)i;
    if (nt_str_eq(nt_value_str(missing), nt_str_c(words[i]))) return;
  }
  in->links_missing = NT_LINKS_ERROR;
  if (missing)
    nt_report(&in->diags, NT_MSG_config_choice, where_value(in, missing), nt_value_str(missing),
              NT_STR("error, warn, ignore"));
}

static void check_since(nt_inputs *in) {
  const nt_value *since = nt_map_find(&in->config, NT_STR("since"));
  if (since && (since->as.integer < 1990 || since->as.integer > 9999))
    nt_report(&in->diags, NT_MSG_config_bad_year, where_value(in, since),
              nt_arena_format(in->arena, "%lld", (long long)since->as.integer));
}

static nt_hash basics_hash(const nt_inputs *in) {
  static const char *const keys[] = {"url", "languages", "timezone"};
  nt_hash hash = nt_hash_combine(in->item_limit, in->hook_instructions);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const nt_value *v = nt_map_find(&in->config, nt_str_c(keys[i]));
    hash = nt_hash_combine(hash, v ? nt_value_hash(v) : NT_HASH_ABSENT);
  }
  return hash;
}

static void lower_limit(nt_inputs *in, const nt_value *limits, const char *key, uint64_t *limit) {
  const nt_value *v = nt_map_find(limits, nt_str_c(key));
  uint64_t wanted;
  if (!v) return;
  if (!nt_config_size(v, &wanted))
    nt_report(&in->diags, NT_MSG_config_bad_amount, where_value(in, v), nt_value_str(v));
  else if (wanted > *limit)
    nt_report(&in->diags, NT_MSG_config_limit_raised, where_value(in, v), nt_str_c(key));
  else
    *limit = wanted;
}

static void read_limits(nt_inputs *in, const nt_inputs_options *options) {
  const nt_value *limits = nt_map_find(&in->config, NT_STR("limits"));
  in->item_limit = options->item_limit;
  in->hook_memory = options->hook_memory;
  in->hook_instructions = options->hook_instructions;
  in->removals = options->removals;
  lower_limit(in, limits, "item", &in->item_limit);
  lower_limit(in, limits, "hook_memory", &in->hook_memory);
  lower_limit(in, limits, "hook_instructions", &in->hook_instructions);
  const nt_value *removals = nt_map_find(limits, NT_STR("removals"));
  double ratio;
  if (!removals) return;
  if (!nt_config_percent(removals, &ratio))
    nt_report(&in->diags, NT_MSG_config_bad_amount, where_value(in, removals), nt_value_str(removals));
  else if (ratio > in->removals)
    nt_report(&in->diags, NT_MSG_config_limit_raised, where_value(in, removals), NT_STR("removals"));
  else
    in->removals = ratio;
}

void nt_settings_check_kind(nt_inputs *in, nt_str kind, nt_pos pos) {
  if (!kind.len || nt_inputs_kind(in, kind)) return;
  nt_buf names = {0};
  for (size_t i = 0; i < in->kinds.len; i++) {
    if (i) nt_buf_c(&names, ", ");
    nt_buf_put(&names, in->kinds.items[i].name);
  }
  nt_report(&in->diags, NT_MSG_config_unknown_kind, nt_config_where(&in->files, pos), kind, nt_buf_str(&names));
  nt_buf_deinit(&names);
}

static void read_sources(nt_inputs *in) {
  const nt_value *sources = nt_map_find(&in->config, NT_STR("sources"));
  for (size_t i = 0; sources && i < nt_value_len(sources); i++) {
    const nt_entry *e = &sources->as.map->entries[i];
    const nt_value *lang = nt_map_find(&e->value, NT_STR("lang"));
    nt_source_config s = {.name = e->key,
                          .plugin = nt_value_str(nt_map_find(&e->value, NT_STR("use"))),
                          .kind = nt_value_str(nt_map_find(&e->value, NT_STR("kind"))),
                          .lang = nt_value_str(lang),
                          .config = &e->value,
                          .pos = e->key_pos};
    nt_settings_check_kind(in, s.kind, e->value.pos);
    if (lang) nt_settings_check_lang(in, s.lang, lang->pos);
    nt_push(&in->sources, s);
  }
}

void nt_settings_read(nt_inputs *in, const nt_inputs_options *options) {
  read_basics(in, options);
  read_limits(in, options);
  in->basics = basics_hash(in);
  read_links(in);
  check_since(in);
  read_sources(in);
  nt_settings_lists(in);
  nt_settings_pages(in);
}
