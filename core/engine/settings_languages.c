/* The languages of a site, and settings that differ by language. */
#include "engine/languages.h"
#include "engine/settings.h"

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* RFC 5646 in outline: a language of two to eight letters, in lower case since folders and suffixes are named so, then
 * subtags of letters and digits. */
static bool is_tag(nt_str tag) {
  size_t start = 0;
  for (size_t i = 0; i <= tag.len; i++) {
    if (i == tag.len || tag.ptr[i] == '-') {
      if (i - start > 8 || i - start < (start ? 1u : 2u)) return false;
      start = i + 1;
    } else if (!is_letter(tag.ptr[i]) && !(start && is_digit(tag.ptr[i]))) {
      return false;
    } else if (!start && tag.ptr[i] < 'a') {
      return false;
    }
  }
  return true;
}

static bool check_tag(nt_inputs *in, nt_str tag, nt_pos pos) {
  if (is_tag(tag)) return true;
  nt_report(&in->diags, NT_MSG_config_bad_language, nt_config_where(&in->files, pos), tag);
  return false;
}

/* With a '/' at both ends; the default language stands at the root unless it says otherwise. */
static nt_str path_of(nt_inputs *in, const nt_entry *e, bool is_default) {
  const nt_value *said = nt_map_find(&e->value, NT_STR("path"));
  nt_str path = nt_value_str(said);
  if (!said) return is_default ? NT_STR("/") : nt_arena_format(in->arena, "/%.*s/", NT_FMT(e->key));
  nt_settings_check_path(in, said, "path", NULL);
  return nt_str_ends(path, NT_STR("/")) ? path : nt_arena_format(in->arena, "%.*s/", NT_FMT(path));
}

static void check_fallback(nt_inputs *in, const nt_value *fallback) {
  if (fallback && fallback->type == NT_STRING) check_tag(in, fallback->as.string, fallback->pos);
  for (size_t i = 0; fallback && fallback->type == NT_LIST && i < nt_value_len(fallback); i++) {
    const nt_value *one = &fallback->as.list->items[i];
    if (one->type == NT_STRING) check_tag(in, one->as.string, one->pos);
  }
}

void nt_settings_languages(nt_inputs *in) {
  const nt_value *all = nt_map_find(&in->config, NT_STR("languages"));
  for (size_t i = 0; i < nt_value_len(all); i++) {
    const nt_entry *e = &all->as.map->entries[i];
    nt_str name = nt_value_str(nt_map_find(&e->value, NT_STR("name")));
    check_tag(in, e->key, e->key_pos);
    check_fallback(in, nt_map_find(&e->value, NT_STR("fallback")));
    nt_push(&in->languages, ((nt_site_lang){e->key, name.len ? name : e->key, path_of(in, e, i == 0)}));
  }
  if (!in->languages.len) nt_push(&in->languages, ((nt_site_lang){NT_STR("sv"), NT_STR("sv"), NT_STR("/")}));
}

void nt_settings_check_lang(nt_inputs *in, nt_str code, nt_pos pos) {
  nt_language_check(in, code, nt_config_where(&in->files, pos), &in->diags);
}

void nt_settings_check_by_lang(nt_inputs *in, const nt_value *setting) {
  for (size_t i = 0; setting && setting->type == NT_MAP && i < nt_value_len(setting); i++)
    nt_settings_check_lang(in, setting->as.map->entries[i].key, setting->as.map->entries[i].key_pos);
}

/* From the root, with no empty part and none that leads upwards, and nothing that a browser would read otherwise. */
bool nt_settings_is_path(nt_str path) {
  if (!path.len || path.ptr[0] != '/') return false;
  for (size_t i = 0; i < path.len; i++)
    if ((unsigned char)path.ptr[i] <= ' ' || path.ptr[i] == 0x7F || strchr("?#\\\"<>", path.ptr[i])) return false;
  for (size_t start = 1, end; start < path.len; start = end + 1) {
    end = start + nt_str_find(nt_str_sub(path, start, path.len), '/');
    nt_str part = nt_str_sub(path, start, end);
    if (!part.len || nt_str_eq(part, NT_STR(".")) || nt_str_eq(part, NT_STR(".."))) return false;
  }
  return true;
}

static void check_one_path(nt_inputs *in, const nt_value *v, const char *key, const char *placeholder) {
  nt_str path = nt_value_str(v);
  nt_where where = nt_config_where(&in->files, v->pos);
  if (!nt_settings_is_path(path))
    nt_report(&in->diags, NT_MSG_config_bad_path, where, path);
  else if (placeholder && nt_str_search(path, nt_str_c(placeholder)) == path.len)
    nt_report(&in->diags, NT_MSG_config_placeholder, where, nt_str_c(key), nt_str_c(placeholder));
}

void nt_settings_check_path(nt_inputs *in, const nt_value *setting, const char *key, const char *placeholder) {
  nt_settings_check_by_lang(in, setting);
  if (setting && setting->type == NT_STRING) check_one_path(in, setting, key, placeholder);
  for (size_t i = 0; setting && setting->type == NT_MAP && i < nt_value_len(setting); i++)
    check_one_path(in, &setting->as.map->entries[i].value, key, placeholder);
}

nt_str nt_setting_in(const nt_value *setting, nt_str lang) {
  return nt_value_str(setting && setting->type == NT_MAP ? nt_map_find(setting, lang) : setting);
}

nt_str nt_setting_text(const nt_inputs *in, const nt_value *setting, nt_str lang) {
  nt_str text = nt_setting_in(setting, lang);
  return text.len ? text : nt_setting_in(setting, in->lang);
}

nt_str nt_setting_path(const nt_inputs *in, const nt_value *setting, nt_str lang, nt_arena *arena) {
  nt_str path = nt_setting_in(setting, lang);
  const nt_site_lang *l = nt_language_find(in, lang);
  if (!path.len || setting->type == NT_MAP || !l || l->path.len == 1) return path;
  return nt_arena_format(arena, "%.*s%.*s", NT_FMT(l->path), NT_FMT(nt_str_sub(path, 1, path.len)));
}
