/* The source plugin: the calls of the host. */
#include "text.h"

#include <stdlib.h>

static notis_status source_open(const notis_services *host, notis_call *call, const notis_value *config,
                                notis_sink *sink, void **self) {
  text_source *source = calloc(1, sizeof *source);
  if (!source) return NOTIS_ERROR;
  source->host = host;
  if (!text_settings_read(source, call, config)) {
    text_settings_free(source);
    free(source);
    return NOTIS_ERROR;
  }
  *self = source;
  notis_str path = host->value_string(host->value_get(config, text_of("path")));
  notis_str match = host->value_string(host->value_get(config, text_of("match")));
  return sink ? host->sink_files(sink, path.len ? path : text_of("content"), match.len ? match : text_of("**/*.txt"))
              : NOTIS_OK;
}

/* Does the front matter say anything of this name itself? A key of the outermost map begins its line. */
static bool names(notis_str yaml, const char *key, notis_str *value) {
  size_t len = strlen(key);
  for (size_t at = 0; at < yaml.len;) {
    notis_str line = text_from(yaml, at);
    const char *end = memchr(line.ptr, '\n', line.len);
    at = end ? (size_t)(end - yaml.ptr) + 1 : yaml.len;
    if (end) line.len = (size_t)(end - line.ptr);
    *value = line.len > len ? text_trim(text_from(line, len + 1)) : (notis_str){0};
    if (line.len > len && memcmp(line.ptr, key, len) == 0 && line.ptr[len] == ':') return true;
  }
  return false;
}

static void read_own(text_reading *r, notis_str yaml) {
  notis_str unused;
  r->own_image = names(yaml, "image", &unused);
  r->own_links = names(yaml, "links", &unused);
  r->own_date = names(yaml, "date", &unused);
  r->own_title = names(yaml, "title", &r->title);
}

/* What the front matter says stands in place of what was found in the text. */
static notis_status source_parse(const void *self, notis_call *call, const notis_item *item, notis_builder *builder) {
  const text_source *source = self;
  text_reading r = {.source = source, .host = source->host, .call = call};
  notis_str all, yaml = item->yaml, body = item->body;
  notis_place yaml_at = item->yaml_at;
  uint32_t first_line = item->body_at.line ? item->body_at.line : 1;
  if (text_decode(&r, item->bytes, &all) != NOTIS_OK) return NOTIS_ERROR;
  if (r.narrow && (!text_widen(&r, yaml, &yaml) || !text_widen(&r, body, &body))) return NOTIS_ERROR;
  read_own(&r, yaml);
  if (!text_split(&r, body, first_line)) return NOTIS_ERROR;
  text_find_roles(&r);
  text_build(&r, builder);
  return yaml.len ? source->host->front_matter(builder, call, yaml, yaml_at) : NOTIS_OK;
}

static void source_close(void *self) {
  text_settings_free(self);
  free(self);
}

static const notis_source_api api = {
    .size = sizeof api,
    .open = source_open,
    .parse = source_parse,
    .close = source_close,
    .flags = NOTIS_SOURCE_RAW_BYTES,
};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI,
    .size = sizeof descriptor,
    .name = "source_text",
    .version = "1",
    .source = &api,
};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
