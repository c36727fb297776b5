/* What a step read, in words. */
#include "cli/explain.h"

#include "engine/trace/trace.h"
#include "text/date.h"
#include "text/json.h"

static const nt_str none = {"", 0};

nt_str nt_explain_member(const nt_value *map, const char *key) {
  return nt_value_str(nt_map_find(map, nt_str_c(key)));
}

static bool is_true(const nt_value *map, const char *key) {
  const nt_value *v = nt_map_find(map, nt_str_c(key));
  return v && v->type == NT_BOOL && v->as.boolean;
}

static uint64_t number(const nt_value *map, const char *key) {
  const nt_value *v = nt_map_find(map, nt_str_c(key));
  return v && v->type == NT_INT ? (uint64_t)v->as.integer : 0;
}

/* ---- values ---- */

nt_str nt_explain_shown(nt_cli *cli, const nt_value *value) {
  enum { LONGEST = 60 };
  nt_buf text = {0}, out = {0};
  if (value->type == NT_TIME)
    nt_date_rfc3339(value->as.time, &text);
  else
    nt_json_write(value, 0, &text);
  size_t at = 0, shown = 0;
  for (; at < text.len && shown < LONGEST; shown++) {
    size_t from = at;
    nt_utf8_next(nt_buf_str(&text), &at);
    nt_buf_put(&out, nt_str_sub(nt_buf_str(&text), from, at));
  }
  if (at < text.len) nt_buf_c(&out, "…");
  nt_str kept = nt_arena_str(cli->arena, nt_buf_str(&out));
  nt_buf_deinit(&text);
  nt_buf_deinit(&out);
  return kept;
}

/* ---- questions ---- */

static void put_conditions(nt_cli *cli, const nt_value *where, nt_buf *out) {
  static const char *const words[][2] = {{"eq", "="}, {"ne", "≠"}, {"lt", "<"}, {"le", "≤"},
                                         {"gt", ">"}, {"ge", "≥"}, {"in", "∈"}};
  for (size_t i = 0; i < nt_value_len(where); i++) {
    const nt_value *c = nt_value_at(where, i);
    nt_str is = nt_explain_member(c, "is");
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
      if (nt_str_eq(is, nt_str_c(words[w][0]))) is = nt_str_c(words[w][1]);
    nt_str value = nt_explain_shown(cli, nt_map_find(c, NT_STR("value")));
    nt_buf_format(out, ", %.*s %.*s %.*s", NT_FMT(nt_explain_member(c, "field")), NT_FMT(is), NT_FMT(value));
  }
}

/* "nyheter (sv), topics = "kultur", -date, 11–20" */
static nt_str list_text(nt_cli *cli, const nt_value *read) {
  nt_buf out = {0};
  nt_str collection = nt_explain_member(read, "collection"), lang = nt_explain_member(read, "language");
  nt_buf_put(&out, collection.len ? collection : nt_cli_text(cli, NT_MSG_explain_read_every_text, none, none));
  if (lang.len) nt_buf_format(&out, " (%.*s)", NT_FMT(lang));
  put_conditions(cli, nt_map_find(read, NT_STR("where")), &out);
  const nt_value *sort = nt_map_find(read, NT_STR("sort"));
  for (size_t i = 0; i < nt_value_len(sort); i++)
    nt_buf_format(&out, ", %.*s", NT_FMT(nt_value_str(nt_value_at(sort, i))));
  uint64_t offset = number(read, "offset"), limit = number(read, "limit");
  if (offset || limit) nt_buf_format(&out, ", %llu–", (unsigned long long)offset + 1);
  if (limit) nt_buf_format(&out, "%llu", (unsigned long long)(offset + limit));
  nt_str kept = nt_arena_str(cli->arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return kept;
}

static nt_str question_text(nt_cli *cli, const nt_value *read) {
  static const struct {
    const char *question, *member;
    nt_code text;
  } sorts[] = {{"document", "document", NT_MSG_explain_read_document},
               {"item", "document", NT_MSG_explain_read_document},
               {"planned", "path", NT_MSG_explain_read_planned},
               {"page", "path", NT_MSG_explain_read_page},
               {"count", "path", NT_MSG_explain_read_count},
               {"bytes", "path", NT_MSG_explain_read_bytes},
               {"menu", "name", NT_MSG_explain_read_menu},
               {"term", "name", NT_MSG_explain_read_term},
               {"terms", "name", NT_MSG_explain_read_terms},
               {"term-pages", "name", NT_MSG_explain_read_term_pages},
               {"pages", "question", NT_MSG_explain_read_pages},
               {"assets", "question", NT_MSG_explain_read_assets},
               {"withheld", "question", NT_MSG_explain_read_withheld},
               {"collected", "question", NT_MSG_explain_read_collected}};
  nt_str question = nt_explain_member(read, "question");
  for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
    if (nt_str_eq(question, nt_str_c(sorts[i].question)))
      return nt_cli_text(cli, sorts[i].text, nt_explain_member(read, sorts[i].member), none);
  if (nt_str_eq(question, NT_STR("reference")))
    return nt_cli_text(cli, NT_MSG_explain_read_reference, nt_explain_member(read, "word"),
                       nt_explain_member(read, "file"));
  return nt_cli_text(cli, NT_MSG_explain_read_list, list_text(cli, read), none);
}

/* ---- the rest ---- */

static nt_str field_name(nt_cli *cli, const nt_value *read) {
  nt_str name = nt_explain_member(read, "field");
  return name.len ? name : nt_cli_text(cli, NT_MSG_explain_read_every_field, none, none);
}

static nt_str url_text(nt_cli *cli, const nt_value *read) {
  nt_str file = nt_explain_member(read, "file"), word = nt_explain_member(read, "word");
  nt_str link = nt_explain_member(read, "link"), beside = nt_explain_member(read, "beside");
  if (beside.len) return nt_cli_text(cli, NT_MSG_explain_read_beside, beside, file);
  if (word.len) return nt_cli_text(cli, NT_MSG_explain_read_word, word, none);
  return link.len ? nt_cli_text(cli, NT_MSG_explain_read_link, link, file)
                  : nt_cli_text(cli, NT_MSG_explain_read_url, file, none);
}

static nt_str script_text(nt_cli *cli, const nt_value *read) {
  nt_str hooks = nt_explain_member(read, "hooks");
  if (nt_str_eq(hooks, NT_STR("filters"))) return nt_cli_text(cli, NT_MSG_explain_read_filters, none, none);
  if (nt_str_eq(hooks, NT_STR("blocks"))) return nt_cli_text(cli, NT_MSG_explain_read_blocks, none, none);
  return nt_cli_text(cli, NT_MSG_explain_read_hooks, hooks, none);
}

static nt_str clock_text(nt_cli *cli, const nt_value *read) {
  static const struct {
    const char *name;
    nt_code text;
  } all[] = {{"day", NT_MSG_explain_day},       {"hour", NT_MSG_explain_hour},   {"minute", NT_MSG_explain_minute},
             {"second", NT_MSG_explain_second}, {"month", NT_MSG_explain_month}, {"year", NT_MSG_explain_year}};
  nt_str by = nt_explain_member(read, "resolution");
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (nt_str_eq(by, nt_str_c(all[i].name))) by = nt_cli_text(cli, all[i].text, none, none);
  return nt_cli_text(cli, NT_MSG_explain_read_clock, by, none);
}

static nt_key_class class_of(const nt_value *read) {
  nt_str name = nt_explain_member(read, "class");
  for (int cls = 0; cls < NT_KEY_CLASSES; cls++)
    if (nt_str_eq(name, nt_str_c(nt_key_class_name((nt_key_class)cls)))) return (nt_key_class)cls;
  return NT_KEY_CLASSES;
}

nt_str nt_explain_read_short(nt_cli *cli, const nt_value *read) {
  nt_str setting = nt_explain_member(read, "setting"), lang = nt_explain_member(read, "language");
  switch (class_of(read)) {
  case NT_KEY_FILE:
  case NT_KEY_BODY: return nt_explain_member(read, "file");
  case NT_KEY_DATA: return nt_explain_member(read, "data");
  case NT_KEY_CONFIG:
    return nt_str_eq(setting, NT_STR("site/basics")) ? nt_cli_text(cli, NT_MSG_explain_read_basics, none, none)
                                                     : setting;
  case NT_KEY_FIELD: return field_name(cli, read);
  case NT_KEY_QUERY: return question_text(cli, read);
  case NT_KEY_URL: return url_text(cli, read);
  case NT_KEY_TEMPLATE: return nt_explain_member(read, "template");
  case NT_KEY_MESSAGE:
    return nt_arena_format(cli->arena, "%.*s (%.*s)", NT_FMT(nt_explain_member(read, "message")), NT_FMT(lang));
  case NT_KEY_SCRIPT: {
    nt_str file = nt_explain_member(read, "file");
    return file.len ? file : script_text(cli, read);
  }
  case NT_KEY_PLUGIN: return nt_explain_member(read, "plugin");
  case NT_KEY_CLOCK: return clock_text(cli, read);
  case NT_KEY_ASSET: return nt_explain_member(read, "path");
  default: return none;
  }
}

nt_str nt_explain_read_text(nt_cli *cli, const nt_value *read) {
  static const nt_code texts[NT_KEY_CLASSES] = {
      [NT_KEY_BODY] = NT_MSG_explain_read_body,       [NT_KEY_TEMPLATE] = NT_MSG_explain_read_template,
      [NT_KEY_MESSAGE] = NT_MSG_explain_read_message, [NT_KEY_PLUGIN] = NT_MSG_explain_read_plugin,
      [NT_KEY_SCRIPT] = NT_MSG_explain_read_script,   [NT_KEY_CONFIG] = NT_MSG_explain_read_config};
  nt_str item = nt_explain_read_short(cli, read), file = nt_explain_member(read, "file");
  nt_key_class cls = class_of(read);
  if (cls == NT_KEY_FIELD) {
    if (is_true(read, "all_documents")) file = nt_cli_text(cli, NT_MSG_explain_read_every_text, none, none);
    return nt_cli_text(cli, NT_MSG_explain_read_of, item, file);
  }
  if (cls == NT_KEY_SCRIPT && !file.len) return item;
  if (cls == NT_KEY_CONFIG && nt_str_eq(nt_explain_member(read, "setting"), NT_STR("site/basics"))) return item;
  return cls < NT_KEY_CLASSES && texts[cls] ? nt_cli_text(cli, texts[cls], item, none) : item;
}

nt_str nt_explain_read_class(nt_cli *cli, size_t cls) {
  static const nt_code texts[NT_KEY_CLASSES] = {
      NT_MSG_explain_reads_file,   NT_MSG_explain_reads_data,     NT_MSG_explain_reads_config,
      NT_MSG_explain_reads_field,  NT_MSG_explain_reads_body,     NT_MSG_explain_reads_query,
      NT_MSG_explain_reads_url,    NT_MSG_explain_reads_template, NT_MSG_explain_reads_message,
      NT_MSG_explain_reads_script, NT_MSG_explain_reads_plugin,   NT_MSG_explain_reads_clock,
      NT_MSG_explain_reads_asset};
  return nt_cli_text(cli, texts[cls], none, none);
}

nt_str nt_explain_reason(nt_cli *cli, const nt_value *rendered) {
  nt_str reason = nt_explain_member(rendered, "reason");
  if (nt_str_eq(reason, NT_STR("new"))) return nt_cli_text(cli, NT_MSG_explain_why_new, none, none);
  if (nt_str_eq(reason, NT_STR("altered"))) return nt_cli_text(cli, NT_MSG_explain_why_altered, none, none);
  if (nt_str_eq(reason, NT_STR("again"))) return nt_cli_text(cli, NT_MSG_explain_why_again, none, none);
  const nt_value *read = nt_map_find(rendered, NT_STR("read"));
  if (!read) return nt_cli_text(cli, NT_MSG_explain_why_unknown, none, none);
  return nt_cli_text(cli, NT_MSG_explain_why_changed, nt_explain_read_text(cli, read), none);
}
