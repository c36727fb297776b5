/* The source plugin: its settings, and the calls of the host. */
#include "convert.h"

#include <stdlib.h>
#include <string.h>

static notis_str text(const char *s) {
  return (notis_str){s, strlen(s)};
}

static bool same(notis_str a, const char *b) {
  return a.len == strlen(b) && (!a.len || memcmp(a.ptr, b, a.len) == 0);
}

/* ---- settings ---- */

typedef struct setting_call {
  const notis_services *host;
  notis_call *call;
  bool good;
} setting_call;

static void refuse(setting_call *s, const char *code, const char *key, const char *value, const char *expected) {
  notis_str args[3] = {text(key), text(value), text(expected)};
  s->host->report_code(s->call, (notis_place){0}, code, args, 3);
  s->good = false;
}

/* A terminated copy that lives as long as the call. */
static const char *copy(setting_call *s, notis_str value) {
  char *c = s->host->allocate(s->call, value.len + 1);
  if (!c) return "?";
  if (value.len) memcpy(c, value.ptr, value.len);
  c[value.len] = '\0';
  return c;
}

static void read_raw(setting_call *s, const notis_value *value, markdown_source *source) {
  static const char *const words[] = {"allow", "filter", "escape", "drop"};
  notis_str word = s->host->value_string(value);
  for (int i = 0; i < 4; i++)
    if (same(word, words[i])) {
      source->raw = (markdown_raw)i;
      return;
    }
  refuse(s, "markdown_bad_option", "raw_html", copy(s, word), "allow, filter, escape, drop");
}

static void read_smart(setting_call *s, const notis_value *value, markdown_source *source) {
  if (s->host->value_type(value) != NOTIS_BOOL)
    refuse(s, "markdown_bad_option", "smart", copy(s, s->host->value_string(value)), "true, false");
  else
    source->smart = s->host->value_bool(value);
}

#ifdef MARKDOWN_GFM
static void read_extensions(setting_call *s, const notis_value *value, markdown_source *source) {
  static const char *const words[] = {"table", "strikethrough", "autolink", "tasklist", "footnotes"};
  source->extensions = 0;
  if (s->host->value_type(value) != NOTIS_LIST)
    refuse(s, "markdown_bad_option", "extensions", copy(s, s->host->value_string(value)), "[table, strikethrough, …]");
  for (size_t i = 0; i < s->host->value_length(value); i++) {
    notis_str word = s->host->value_string(s->host->value_at(value, i, NULL));
    uint32_t found = 0;
    for (uint32_t w = 0; w < 5; w++)
      if (same(word, words[w])) found = 1u << w;
    source->extensions |= found;
    if (!found)
      refuse(s, "markdown_bad_option", "extensions", copy(s, word),
             "table, strikethrough, autolink, tasklist, footnotes");
  }
}
#endif

typedef void read_fn(setting_call *s, const notis_value *value, markdown_source *source);

/* Those without a reader are the host's, or handed to sink_files. */
static const struct {
  const char *key;
  read_fn *read;
} settings[] = {
    {"raw_html", read_raw},
    {"smart", read_smart},
#ifdef MARKDOWN_GFM
    {"extensions", read_extensions},
#endif
    {"use", NULL},
    {"path", NULL},
    {"match", NULL},
    {"kind", NULL},
    {"lang", NULL},
    {"heading_ids", NULL},
};

static void read_settings(setting_call *s, const notis_value *config, markdown_source *source) {
  enum { COUNT = sizeof settings / sizeof *settings };
  for (size_t i = 0; i < s->host->value_length(config); i++) {
    notis_str key = {0};
    const notis_value *value = s->host->value_at(config, i, &key);
    size_t at = 0;
    while (at < COUNT && !same(key, settings[at].key)) at++;
    if (at == COUNT)
      refuse(s, "markdown_unknown_option", copy(s, key), "", "");
    else if (settings[at].read)
      settings[at].read(s, value, source);
  }
}

/* ---- the calls ---- */

static notis_status source_open(const notis_services *host, notis_call *call, const notis_value *config,
                                notis_sink *sink, void **self) {
  setting_call s = {host, call, true};
  markdown_source source = {.host = host};
#ifdef MARKDOWN_GFM
  source.extensions = MARKDOWN_EVERY;
#endif
  read_settings(&s, config, &source);
  if (!s.good) return NOTIS_ERROR;
  markdown_prepare();
  notis_str path = host->value_string(host->value_get(config, text("path")));
  notis_str match = host->value_string(host->value_get(config, text("match")));
  markdown_source *kept = malloc(sizeof *kept);
  if (!kept) return NOTIS_ERROR;
  *kept = source;
  *self = kept;
  return sink ? host->sink_files(sink, path.len ? path : text("content"), match.len ? match : text("**/*.md"))
              : NOTIS_OK;
}

/* A host that is older than these members gives the whole text as the body. */
static notis_status source_parse(const void *self, notis_call *call, const notis_item *item, notis_builder *builder) {
  const markdown_source *source = self;
  if (item->size < offsetof(notis_item, body_at) + sizeof item->body_at)
    return markdown_convert(source, call, item->bytes, (notis_place){1, 1, 0}, builder);
  notis_status fields = source->host->front_matter(builder, call, item->yaml, item->yaml_at);
  notis_status body = markdown_convert(source, call, item->body, item->body_at, builder);
  return fields != NOTIS_OK ? fields : body;
}

static notis_status source_fragment(const void *self, notis_call *call, notis_str fragment, notis_place at,
                                    notis_builder *builder) {
  return markdown_convert(self, call, fragment, at, builder);
}

static void source_close(void *self) {
  free(self);
}

static const notis_source_api api = {
    .size = sizeof api,
    .open = source_open,
    .parse = source_parse,
    .fragment = source_fragment,
    .close = source_close,
};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI,
    .size = sizeof descriptor,
    .name = MARKDOWN_NAME,
    .version = "1",
    .source = &api,
};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
