#include "conform.h"
#include "model/nodecode.h"

#include <pthread.h>

typedef struct session {
  const conform_source *s;
  nt_host *host; /* holds the sink */
  notis_sink *sink;
  void *self;
} session;

static notis_status take_files(notis_sink *sink, nt_str path, nt_str match) {
  return NOTIS_OK;
}
static notis_status take_scan(notis_sink *sink, uint64_t generation) {
  return NOTIS_OK;
}
static notis_status take_end(notis_sink *sink, uint64_t generation, notis_scan_end end) {
  return NOTIS_OK;
}
static notis_status take_upsert(notis_sink *sink, nt_str id, nt_str fingerprint) {
  return NOTIS_OK;
}
static notis_status take_remove(notis_sink *sink, nt_str id) {
  return NOTIS_OK;
}
static const nt_host_engine any_engine = {.sink_begin = take_scan,
                                          .sink_upsert = take_upsert,
                                          .sink_remove = take_remove,
                                          .sink_end = take_end,
                                          .sink_files = take_files};

static session opened(const conform_source *s) {
  session open = {.s = s, .host = nt_host_new(), .self = s->plugin->descriptor.data};
  open.sink = nt_sink_new(open.host, s->plugin->name, &any_engine, NULL);
  conform_call c;
  conform_begin(&c, s->engine, NULL);
  notis_status status = s->plugin->source.open(&nt_services, &c.call, conform_config(s->config), open.sink, &open.self);
  assert_int_equal(status, NOTIS_OK);
  assert_int_equal(c.diags.errors, 0);
  conform_end(&c);
  return open;
}

static void closed(session *open) {
  open->s->plugin->source.close(open->self);
  nt_sink_close(open->sink);
  nt_host_free(open->host);
}

void conform_source_opens_and_closes(const conform_source *s) {
  for (int i = 0; i < 2; i++) {
    session open = opened(s);
    closed(&open);
  }
  session one = opened(s), two = opened(s);
  closed(&one);
  closed(&two);
}

static notis_item item_of(const conform_source *s, nt_str bytes) {
  notis_item item = {.size = sizeof item,
                     .id = conform_str(s->path),
                     .path = conform_str(s->path),
                     .bytes = conform_str(bytes),
                     .body = conform_str(bytes),
                     .body_at = {1, 1, 0}};
  if (s->split) s->split(bytes, &item);
  return item;
}

/* A document and what was said about it, as bytes that can be compared; on the heap. */
static notis_status parsed(const session *open, nt_str bytes, nt_buf *out) {
  conform_call c;
  conform_begin(&c, open->s->engine, NULL);
  notis_item item = item_of(open->s, bytes);
  notis_builder *builder = nt_builder_new(c.call.arena, &c.diags, open->s->path);
  notis_status status = open->s->plugin->source.parse(open->self, &c.call, &item, builder);
  nt_document document = {.arena = c.call.arena};
  nt_builder_finish(builder, &document);
  nt_value_encode(&document.fields, out);
  nt_node_encode(document.body, out);
  nt_node_positions_encode(document.positions, document.position_count, out);
  for (size_t i = 0; i < c.diags.len; i++) {
    nt_buf_format(out, "%u:%u ", c.diags.items[i].where.line, c.diags.items[i].where.column);
    nt_diag_message(&c.diags.items[i], NT_ENGLISH, out);
  }
  /* An answer is OK, or ERROR with its reason. */
  bool sane = status == NOTIS_OK || (status == NOTIS_ERROR && c.diags.errors > 0);
  conform_end(&c);
  return sane ? status : NOTIS_AGAIN;
}

static void assert_bears(const session *open, nt_str bytes) {
  nt_buf one = {0}, two = {0};
  notis_status first = parsed(open, bytes, &one), second = parsed(open, bytes, &two);
  assert_int_not_equal(first, NOTIS_AGAIN);
  assert_int_equal(first, second);
  assert_true(nt_str_eq(nt_buf_str(&one), nt_buf_str(&two)));
  nt_buf_deinit(&one);
  nt_buf_deinit(&two);
}

typedef struct reader {
  const session *open;
  nt_buf out;
  bool same;
} reader;

static void *parse_often(void *ud) {
  reader *r = ud;
  r->same = true;
  for (int i = 0; i < 50; i++) {
    nt_buf again = {0};
    nt_buf *to = i ? &again : &r->out;
    if (parsed(r->open, r->open->s->sample, to) != NOTIS_OK) r->same = false;
    if (i && !nt_str_eq(nt_buf_str(&again), nt_buf_str(&r->out))) r->same = false;
    nt_buf_deinit(&again);
  }
  return NULL;
}

void conform_source_is_pure(const conform_source *s) {
  enum { THREADS = 4 };
  session open = opened(s), other = opened(s);
  nt_buf expected = {0}, elsewhere = {0};
  assert_int_equal(parsed(&open, s->sample, &expected), NOTIS_OK);
  assert_int_equal(parsed(&other, s->sample, &elsewhere), NOTIS_OK);
  assert_true(nt_str_eq(nt_buf_str(&expected), nt_buf_str(&elsewhere)));
  assert_true(expected.len > 8); /* more than an empty map and an empty document */
  pthread_t threads[THREADS];
  reader readers[THREADS] = {{0}};
  for (int i = 0; i < THREADS; i++) {
    readers[i].open = &open;
    assert_int_equal(pthread_create(&threads[i], NULL, parse_often, &readers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    assert_true(readers[i].same);
    assert_true(nt_str_eq(nt_buf_str(&readers[i].out), nt_buf_str(&expected)));
    nt_buf_deinit(&readers[i].out);
  }
  nt_buf_deinit(&expected);
  nt_buf_deinit(&elsewhere);
  closed(&open);
  closed(&other);
}

/* Bytes of every value, the same on every machine. */
static nt_str noise(size_t len) {
  char *bytes = nt_alloc(len);
  uint32_t state = 2463534242u;
  for (size_t i = 0; i < len; i++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    bytes[i] = (char)(state >> 11);
  }
  return nt_str_n(bytes, len);
}

void conform_source_bears_anything(const conform_source *s) {
  session open = opened(s);
  assert_bears(&open, nt_str_n("", 0));
  assert_bears(&open, nt_str_n(NULL, 0));
  assert_bears(&open, NT_STR("\n"));
  assert_bears(&open, NT_STR("\xEF\xBB\xBF"));
  assert_bears(&open, NT_STR("a\0b\0\n\n\0"));
  assert_bears(&open, NT_STR("\xFF\xFE\n\n\xC3\n\xE2\x82\n\xED\xA0\x80 \xF5"));
  assert_bears(&open, NT_STR("rad\r\n\r\nrad\r\n"));
  for (size_t len = 0; len < s->sample.len; len += 64) assert_bears(&open, nt_str_sub(s->sample, 0, len));
  nt_str garbage = noise(1 << 20);
  assert_bears(&open, garbage);
  free((char *)garbage.ptr);
  closed(&open);
}

void conform_source_all(const conform_source *s) {
  conform_source_opens_and_closes(s);
  conform_source_is_pure(s);
  conform_source_bears_anything(s);
}
