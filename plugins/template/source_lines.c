/* A source to copy. It publishes files like this one:
 *
 *     Ny bro över älven
 *
 *     Bron öppnas i maj. Den är 120 meter
 *     lång.
 *
 *     Mer om bron kommer i höst.
 *
 * The first line is the title; each run of lines after it is a paragraph. */
#include <notis/plugin.h>

#include <stdlib.h>
#include <string.h>

/* One instance: what a site's configuration made of this plugin. A site may have several. Whatever parse() needs stands
 * here and never changes after open(): parse() runs on many threads with the same instance. */
typedef struct lines {
  const notis_services *host;
} lines;

/* Strings in the interface have a length; this makes one of a C string. */
static notis_str text(const char *terminated) {
  return (notis_str){terminated, strlen(terminated)};
}

/* A setting of site.yaml, or what it is if the site does not say. */
static notis_str setting(const notis_services *host, const notis_value *config, const char *name,
                         const char *otherwise) {
  const notis_value *value = host->value_get(config, text(name));
  return host->value_type(value) == NOTIS_STRING ? host->value_string(value) : text(otherwise);
}

/* Called once for each instance, before anything else. Our items are files, so we only say which: the host lists them,
 * reads them, and watches them for changes. (A source of another sort would start a thread here, and tell the sink of
 * each item with sink_begin, sink_upsert and sink_end.) */
static notis_status open_source(const notis_services *host, notis_call *call, const notis_value *config,
                                notis_sink *sink, void **self) {
  lines *instance = calloc(1, sizeof *instance);
  if (!instance) return NOTIS_ERROR;
  instance->host = host;
  *self = instance;
  return host->sink_files(sink, setting(host, config, "path", "content"), setting(host, config, "match", "**/*.lines"));
}

/* Where we are in a file. Keeping count of lines lets every node and message say where it came from. */
typedef struct reading {
  notis_str rest;
  uint32_t number; /* of the line that comes next */
} reading;

/* The next line without its end, CRLF too; false at the end of the text. */
static bool next_line(reading *r, notis_str *line) {
  if (r->rest.len == 0) return false;
  const char *end = memchr(r->rest.ptr, '\n', r->rest.len);
  size_t len = end ? (size_t)(end - r->rest.ptr) : r->rest.len, used = end ? len + 1 : len;
  *line = (notis_str){r->rest.ptr, len};
  if (len > 0 && line->ptr[len - 1] == '\r') line->len--;
  r->rest.ptr += used;
  r->rest.len -= used;
  r->number++;
  return true;
}

static bool is_blank(notis_str line) {
  for (size_t i = 0; i < line.len; i++)
    if (line.ptr[i] != ' ' && line.ptr[i] != '\t') return false;
  return true;
}

/* A node without children. Every node is opened and closed; what is opened between becomes its child. */
static void add_leaf(const notis_services *host, notis_builder *builder, notis_node_type type, notis_str content,
                     notis_place at) {
  notis_node_info info = {.size = sizeof info, .type = type, .text = content, .at = at};
  if (host->node_open(builder, &info) == NOTIS_OK) host->node_close(builder);
}

/* A line becomes text in a paragraph, which is opened at its first line. */
static void add_line(const notis_services *host, notis_builder *builder, bool first, notis_str line, notis_place at) {
  if (first) {
    notis_node_info info = {.size = sizeof info, .type = NOTIS_NODE_PARAGRAPH, .at = at};
    host->node_open(builder, &info);
  } else {
    add_leaf(host, builder, NOTIS_NODE_SOFT_BREAK, (notis_str){0}, at);
  }
  add_leaf(host, builder, NOTIS_NODE_TEXT, line, at);
}

static void add_paragraphs(const notis_services *host, notis_builder *builder, reading *r) {
  bool inside = false;
  for (notis_str line; next_line(r, &line);) {
    notis_place at = {.line = r->number - 1, .column = 1, .length = (uint32_t)line.len};
    bool blank = is_blank(line);
    if (!blank) add_line(host, builder, !inside, line, at);
    if (blank && inside) host->node_close(builder);
    inside = !blank;
  }
  if (inside) host->node_close(builder);
}

/* Turns one item into a document: first its fields, then its body. Pure: it reads only `self` and the item. The host
 * has already cut off front matter, if there is any, and made sure that the bytes are UTF-8. */
static notis_status parse(const void *self, notis_call *call, const notis_item *item, notis_builder *builder) {
  const notis_services *host = ((const lines *)self)->host;
  reading r = {.rest = item->body, .number = item->body_at.line ? item->body_at.line : 1};
  notis_str title = {0};
  if (item->yaml.len && host->front_matter(builder, call, item->yaml, item->yaml_at) != NOTIS_OK) return NOTIS_ERROR;
  while (next_line(&r, &title) && is_blank(title)) {}
  if (is_blank(title)) {
    notis_place whole = {0};
    host->report(call, NOTIS_SEVERITY_ERROR, whole, text("The file has no text, and so no title"),
                 text("Write the title on the first line."));
    return NOTIS_ERROR;
  }
  notis_place at = {.line = r.number - 1, .column = 1, .length = (uint32_t)title.len};
  host->field_key(builder, text("title"), at);
  host->field_string(builder, title, at);
  add_paragraphs(host, builder, &r);
  return NOTIS_OK;
}

/* Called once, after the last parse. A thread that open() started must have ended when this returns. */
static void close_source(void *self) {
  free(self);
}

/* The rest is what the host looks at when it loads the file. Functions that are left out are NULL; plugin.h says which
 * ones may be. */
static const notis_source_api source = {
    .size = sizeof source, .open = open_source, .parse = parse, .close = close_source};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI, .size = sizeof descriptor, .name = "source_lines", .version = "1.0", .source = &source};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
