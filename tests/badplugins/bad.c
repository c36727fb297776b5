/* Plugins that are each wrong in one way; the build compiles this file once for each, with BAD_<way> defined. */
#include <notis/plugin.h>

#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))

static const notis_services *host;
static notis_sink *kept_sink;

static UNUSED notis_str text(const char *s) {
  return (notis_str){s, strlen(s)};
}

static UNUSED notis_status open_source(const notis_services *services, notis_call *call, const notis_value *config,
                                       notis_sink *sink, void **self) {
  host = services;
  kept_sink = sink;
#ifdef BAD_open
  notis_place nowhere = {0};
  host->report(call, NOTIS_SEVERITY_ERROR, nowhere, text("no connection"), text("Is the server up?"));
  return NOTIS_ERROR;
#elif defined(BAD_ids)
  static char longest[5000];
  memset(longest, 'a', sizeof longest);
  host->sink_begin(sink, 1);
  host->sink_upsert(sink, (notis_str){"", 0}, text("f"));
  host->sink_upsert(sink, (notis_str){"a\0b", 3}, text("f"));
  host->sink_upsert(sink, text("\xFF"), text("f"));
  host->sink_upsert(sink, (notis_str){longest, sizeof longest}, text("f"));
  host->sink_upsert(sink, (notis_str){NULL, 3}, text("f"));
  host->sink_upsert(sink, text("good"), text("f"));
  host->sink_end(sink, 1, (notis_scan_end)9);
  return NOTIS_OK;
#else
  return NOTIS_OK;
#endif
}

static UNUSED notis_status parse(const void *self, notis_call *call, const notis_item *item, notis_builder *builder) {
  notis_node_info node = {.size = sizeof node, .type = NOTIS_NODE_PARAGRAPH, .at = {1, 1, 0}};
  notis_node_info leaf = {.size = sizeof leaf, .type = NOTIS_NODE_TEXT, .text = text("a")};
  notis_place at = {3, 4, 5};
  (void)node, (void)leaf, (void)at;
#ifdef BAD_places
  static const notis_place garbage[] = {
      {0, 9, 9}, {UINT32_MAX, UINT32_MAX, UINT32_MAX}, {1, 0, UINT32_MAX}, {7, UINT32_MAX, 0}};
  for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++)
    host->report(call, (notis_severity)(i * 77), garbage[i], text("here"), (notis_str){NULL, 99});
  host->report(NULL, NOTIS_SEVERITY_ERROR, at, text("lost"), text(""));
  host->report(call, NOTIS_SEVERITY_ERROR, at, (notis_str){"a\0b\xFF%s%n{0}", 11}, (notis_str){NULL, 0});
  host->report(call, NOTIS_SEVERITY_ERROR, at, (notis_str){NULL, 0}, (notis_str){NULL, 0});
  host->report_code(call, at, "no_such_code", NULL, 9);
  return NOTIS_ERROR;
#elif defined(BAD_unclosed)
  host->node_open(builder, &node);
  host->node_open(builder, &leaf);
#elif defined(BAD_closes)
  for (int i = 0; i < 5; i++) host->node_close(builder);
#elif defined(BAD_nesting)
  host->node_open(builder, &node);
  host->node_open(builder, &leaf);
  host->node_open(builder, &node);
#elif defined(BAD_types)
  node.type = (notis_node_type)200;
  host->node_open(builder, &node);
  node.type = (notis_node_type)-1;
  host->node_open(builder, &node);
#elif defined(BAD_sizes)
  node.size = 3;
  host->node_open(builder, &node);
#elif defined(BAD_fields)
  host->field_string(builder, text("no key"), at);
  host->field_end(builder);
#elif defined(BAD_list)
  host->field_key(builder, text("list"), at);
  host->field_list(builder, at);
  for (int i = 0; i < 1000000; i++) host->field_int(builder, i, at);
  host->field_end(builder);
#elif defined(BAD_depth)
  host->field_key(builder, text("list"), at);
  for (int i = 0; i < 100000; i++) host->field_list(builder, at);
#elif defined(BAD_tree)
  node.type = NOTIS_NODE_QUOTE;
  for (int i = 0; i < 100000; i++) host->node_open(builder, &node);
  for (int i = 0; i < 100000; i++) host->node_close(builder);
#elif defined(BAD_texts)
  host->field_key(builder, (notis_str){"k\0\xFF", 3}, at);
  host->field_string(builder, (notis_str){"v\0\xC3", 3}, at);
  host->node_open(builder, &node);
  host->node_attribute(builder, (notis_str){"id", 2}, (notis_str){"\xFF\0", 2});
  host->node_attribute(builder, (notis_str){NULL, 5}, (notis_str){NULL, 5});
  host->node_close(builder);
#elif defined(BAD_nulls)
  host->append(NULL, text("x"));
  host->value_at(NULL, 9, NULL);
  host->value_get(NULL, text("x"));
  host->node_info(NULL, &node);
  host->node_first(NULL);
  host->node_next(NULL);
  host->node_parent(NULL);
  host->node_attribute_get(NULL, text("x"));
  host->page_path(NULL);
  host->page_document(call, NULL);
  host->page_at(call, NULL, 3);
  host->document_field(call, NULL, text("x"));
  host->document_id(NULL);
  host->site_config(call, text("title"));
  host->html(call, NULL, NULL);
  host->render_template(NULL, NULL, NULL);
  host->sink_upsert(NULL, text("a"), text("b"));
  if (host->allocate(call, SIZE_MAX) || host->allocate(NULL, 1)) abort();
  if (host->file_write(call, (notis_str){NULL, 9}, text("x")) != NOTIS_ERROR) abort();
  return NOTIS_ERROR;
#endif
  return NOTIS_OK;
}

static UNUSED void close_source(void *self) {}

/* For the test: a call that comes after close. */
NOTIS_EXPORT int bad_send_late(void);
int bad_send_late(void) {
  return host->sink_upsert(kept_sink, text("late"), text("f"));
}

static const notis_source_api source = {
#ifdef BAD_short_api
    .size = 8,
#else
    .size = sizeof source,
#endif
#ifndef BAD_functions
    .open = open_source,
    .parse = parse,
    .close = close_source,
#endif
};

static const notis_plugin_descriptor descriptor = {
#ifdef BAD_abi
    .abi = 99,
#else
    .abi = NOTIS_ABI,
#endif
#ifdef BAD_short
    .size = 12,
#else
    .size = sizeof descriptor,
#endif
#ifndef BAD_name
    .name = "bad",
#endif
    .version = "1",
#ifndef BAD_nothing
    .source = &source,
#endif
};

#ifdef BAD_undefined
void notis_no_such_function(void);
#endif

#ifdef BAD_symbol
NOTIS_EXPORT const notis_plugin_descriptor *notis_plugging(void);
const notis_plugin_descriptor *notis_plugging(void) {
  return &descriptor;
}
#else
const notis_plugin_descriptor *notis_plugin(void) {
#ifdef BAD_undefined
  notis_no_such_function();
#endif
#ifdef BAD_null
  return NULL;
#else
  return &descriptor;
#endif
}
#endif
