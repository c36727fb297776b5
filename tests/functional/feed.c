#include "feed.h"

#include <stdarg.h>
#include <stdio.h>

struct feed_instance {
  feed_port *port;
  const notis_services *host;
  notis_sink *sink;
  char set[64], mark[64];
  uint64_t generation;
  pthread_t scanner;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t room;
  unsigned resumed;
  bool closing;
};

static char *heap(const char *text) {
  size_t len = strlen(text) + 1;
  char *copy = nt_alloc(len);
  memcpy(copy, text, len);
  return copy;
}

static notis_str words_of(const char *text) {
  return (notis_str){text, strlen(text)};
}

/* ---- the table ---- */

void feed_init(feed *f) {
  *f = (feed){0};
  pthread_mutex_init(&f->lock, NULL);
}

void feed_deinit(feed *f) {
  for (size_t i = 0; i < f->items.len; i++) {
    free(f->items.items[i].set);
    free(f->items.items[i].id);
    free(f->items.items[i].bytes);
  }
  nt_vec_deinit(&f->items);
  pthread_mutex_destroy(&f->lock);
}

/* With the lock held; NULL if it has never been there. */
static feed_item *find(feed *f, const char *set, const char *id, size_t id_len) {
  for (size_t i = 0; i < f->items.len; i++) {
    feed_item *item = &f->items.items[i];
    if (strcmp(item->set, set) == 0 && strlen(item->id) == id_len && memcmp(item->id, id, id_len) == 0) return item;
  }
  return NULL;
}

void feed_put(feed *f, const char *set, const char *id, const char *bytes) {
  pthread_mutex_lock(&f->lock);
  feed_item *item = find(f, set, id, strlen(id));
  if (!item) {
    nt_push(&f->items, ((feed_item){.set = heap(set), .id = heap(id)}));
    item = &f->items.items[f->items.len - 1];
  }
  free(item->bytes);
  item->bytes = heap(bytes);
  item->version = ++f->version;
  item->there = true;
  pthread_mutex_unlock(&f->lock);
}

void feed_format(feed *f, const char *set, const char *id, const char *format, ...) {
  char bytes[4096];
  va_list args;
  va_start(args, format);
  vsnprintf(bytes, sizeof bytes, format, args);
  va_end(args);
  feed_put(f, set, id, bytes);
}

void feed_drop(feed *f, const char *set, const char *id) {
  pthread_mutex_lock(&f->lock);
  feed_item *item = find(f, set, id, strlen(id));
  if (item) item->there = false;
  pthread_mutex_unlock(&f->lock);
}

void feed_set_answer(feed *f, const char *set, const char *id, notis_status answer) {
  pthread_mutex_lock(&f->lock);
  feed_item *item = find(f, set, id, strlen(id));
  if (item) item->answer = answer;
  pthread_mutex_unlock(&f->lock);
}

/* ---- saying it ---- */

typedef struct saying {
  feed_instance *instance;
  NT_VEC(feed_word) words;
  notis_status answer;
} saying;

static void fingerprint_of(feed *f, const char *set, const char *id, char out[32]) {
  pthread_mutex_lock(&f->lock);
  feed_item *item = find(f, set, id, strlen(id));
  snprintf(out, 32, "v%u", item ? item->version : 0);
  pthread_mutex_unlock(&f->lock);
}

/* FULL is waited out, until resume() or close(). */
static notis_status upsert(feed_instance *in, const char *id, const char *fingerprint) {
  for (;;) {
    pthread_mutex_lock(&in->lock);
    unsigned before = in->resumed;
    pthread_mutex_unlock(&in->lock);
    notis_status status = in->host->sink_upsert(in->sink, words_of(id), words_of(fingerprint));
    if (status != NOTIS_FULL) return status;
    pthread_mutex_lock(&in->port->lock);
    in->port->full++;
    pthread_cond_broadcast(&in->port->filled);
    pthread_mutex_unlock(&in->port->lock);
    pthread_mutex_lock(&in->lock);
    while (in->resumed == before && !in->closing) pthread_cond_wait(&in->room, &in->lock);
    bool closing = in->closing;
    pthread_mutex_unlock(&in->lock);
    if (closing) return NOTIS_CLOSED;
  }
}

/* The table may change while it is read out: what is said is its state at one moment. */
static void scan(feed_instance *in, notis_scan_end end) {
  feed *f = in->port->feed;
  NT_VEC(char *) ids = {0};
  uint64_t generation = ++in->generation;
  in->host->sink_begin(in->sink, generation);
  pthread_mutex_lock(&f->lock);
  for (size_t i = 0; end == NOTIS_COMPLETE && i < f->items.len; i++)
    if (f->items.items[i].there && strcmp(f->items.items[i].set, in->set) == 0)
      nt_push(&ids, heap(f->items.items[i].id));
  pthread_mutex_unlock(&f->lock);
  notis_status status = NOTIS_OK;
  for (size_t i = 0; i < ids.len; i++) {
    char fingerprint[32];
    fingerprint_of(f, in->set, ids.items[i], fingerprint);
    if (status != NOTIS_CLOSED) status = upsert(in, ids.items[i], fingerprint);
    free(ids.items[i]);
  }
  nt_vec_deinit(&ids);
  in->host->sink_end(in->sink, generation, end);
}

static notis_status say_one(feed_instance *in, const feed_word *word) {
  char fingerprint[32], touched[48];
  switch (word->verb) {
  case FEED_REMOVE: return in->host->sink_remove(in->sink, words_of(word->id));
  case FEED_SCAN: scan(in, NOTIS_COMPLETE); return NOTIS_OK;
  case FEED_SCAN_PARTIAL: scan(in, NOTIS_PARTIAL); return NOTIS_OK;
  default: break;
  }
  fingerprint_of(in->port->feed, in->set, word->id, fingerprint);
  snprintf(touched, sizeof touched, "%s%s", fingerprint, word->verb == FEED_TOUCH ? " touched" : "");
  return upsert(in, word->id, touched);
}

static void *say(void *ud) {
  saying *s = ud;
  for (size_t i = 0; i < s->words.len; i++) {
    notis_status status = say_one(s->instance, &s->words.items[i]);
    if (status != NOTIS_OK) s->answer = status;
  }
  return s;
}

static feed_instance *find_instance(feed_port *port, const char *set) {
  feed_instance *found = NULL;
  pthread_mutex_lock(&port->lock);
  for (int i = 0; i < FEED_INSTANCES && !found; i++)
    if (port->instances[i] && strcmp(port->instances[i]->set, set) == 0) found = port->instances[i];
  pthread_mutex_unlock(&port->lock);
  return found;
}

bool feed_is_open(feed_port *port, const char *set) {
  return find_instance(port, set) != NULL;
}

static feed_instance *instance_of(feed_port *port, const char *set) {
  feed_instance *found = find_instance(port, set);
  if (!found) {
    fprintf(stderr, "no source reads the set %s\n", set);
    abort();
  }
  return found;
}

pthread_t feed_start(feed_port *port, const char *set, const feed_word *words, size_t count) {
  pthread_t thread;
  saying *s = nt_zalloc(sizeof *s);
  s->instance = instance_of(port, set);
  for (size_t i = 0; i < count; i++) nt_push(&s->words, words[i]);
  if (pthread_create(&thread, NULL, say, s) != 0) abort();
  return thread;
}

static notis_status join(pthread_t thread) {
  void *result;
  pthread_join(thread, &result);
  saying *s = result;
  notis_status answer = s->answer;
  nt_vec_deinit(&s->words);
  free(s);
  return answer;
}

void feed_join(pthread_t thread) {
  join(thread);
}

void feed_wait_full(feed_port *port) {
  pthread_mutex_lock(&port->lock);
  while (!port->full) pthread_cond_wait(&port->filled, &port->lock);
  pthread_mutex_unlock(&port->lock);
}

notis_status feed_send(feed_port *port, const char *set, const feed_word *words, size_t count) {
  return join(feed_start(port, set, words, count));
}

notis_sink *feed_sink(feed_port *port, const char *set) {
  return instance_of(port, set)->sink;
}

const notis_services *feed_services(feed_port *port, const char *set) {
  return instance_of(port, set)->host;
}

/* ---- the plugin ---- */

static void setting(const notis_services *host, const notis_value *config, const char *name, char out[64]) {
  notis_str value = host->value_string(host->value_get(config, words_of(name)));
  snprintf(out, 64, "%.*s", (int)value.len, value.ptr ? value.ptr : "");
}

static void *first_scan(void *ud) {
  feed_instance *in = ud;
  scan(in, in->port->ending);
  return NULL;
}

static void enlist(feed_port *port, feed_instance *in, feed_instance *instead_of) {
  pthread_mutex_lock(&port->lock);
  for (int i = 0; i < FEED_INSTANCES; i++) {
    if (port->instances[i] != instead_of) continue;
    port->instances[i] = in;
    break;
  }
  port->opened += in != NULL;
  pthread_mutex_unlock(&port->lock);
}

/* The first scan may begin before open() has returned. */
static notis_status open_feed(const notis_services *host, notis_call *call, const notis_value *config, notis_sink *sink,
                              void **self) {
  feed_port *port = *self;
  if (port->broken) return NOTIS_ERROR;
  feed_instance *in = nt_zalloc(sizeof *in);
  in->port = port;
  in->host = host;
  in->sink = sink;
  setting(host, config, "set", in->set);
  setting(host, config, "mark", in->mark);
  pthread_mutex_init(&in->lock, NULL);
  pthread_cond_init(&in->room, NULL);
  enlist(port, in, NULL);
  *self = in;
  return pthread_create(&in->scanner, NULL, first_scan, in) == 0 ? NOTIS_OK : NOTIS_ERROR;
}

static notis_status read_feed(void *self, notis_call *call, notis_str id, notis_str fingerprint, notis_buffer *out) {
  feed_instance *in = self;
  feed *f = in->port->feed;
  notis_status status = NOTIS_GONE;
  pthread_mutex_lock(&f->lock);
  const feed_item *item = find(f, in->set, id.ptr, id.len);
  char wanted[32];
  int len = snprintf(wanted, sizeof wanted, "v%u", item ? item->version : 0);
  bool same = fingerprint.len >= (size_t)len && memcmp(fingerprint.ptr, wanted, (size_t)len) == 0 &&
              (fingerprint.len == (size_t)len || fingerprint.ptr[len] == ' ');
  if (item && item->there && same) status = item->answer;
  if (status == NOTIS_OK) in->host->append(out, words_of(item->bytes));
  pthread_mutex_unlock(&f->lock);
  return status;
}

static void add_text(const notis_services *host, notis_builder *builder, notis_str text) {
  notis_node_info info = {.size = sizeof info, .type = NOTIS_NODE_TEXT, .text = text};
  host->node_open(builder, &info);
  host->node_close(builder);
}

/* "-> goal words" */
static void add_link(const notis_services *host, notis_builder *builder, notis_str line) {
  const char *goal = line.ptr + 3, *end = line.ptr + line.len, *space = memchr(goal, ' ', (size_t)(end - goal));
  if (!space) return;
  notis_node_info info = {.size = sizeof info, .type = NOTIS_NODE_LINK, .text = {goal, (size_t)(space - goal)}};
  host->node_open(builder, &info);
  add_text(host, builder, (notis_str){space + 1, (size_t)(end - space - 1)});
  host->node_close(builder);
}

static void add_line(const notis_services *host, notis_builder *builder, notis_str line) {
  notis_node_info paragraph = {.size = sizeof paragraph, .type = NOTIS_NODE_PARAGRAPH};
  host->node_open(builder, &paragraph);
  if (line.len > 3 && memcmp(line.ptr, "-> ", 3) == 0)
    add_link(host, builder, line);
  else
    add_text(host, builder, line);
  host->node_close(builder);
}

static notis_status parse_feed(const void *self, notis_call *call, const notis_item *item, notis_builder *builder) {
  const feed_instance *in = self;
  notis_status status = in->host->front_matter(builder, call, item->yaml, item->yaml_at);
  if (status != NOTIS_OK) return status;
  if (in->mark[0]) {
    in->host->field_key(builder, words_of("mark"), (notis_place){0});
    in->host->field_string(builder, words_of(in->mark), (notis_place){0});
  }
  for (size_t from = 0; from < item->body.len;) {
    const char *start = item->body.ptr + from, *end = memchr(start, '\n', item->body.len - from);
    size_t len = end ? (size_t)(end - start) : item->body.len - from;
    if (len) add_line(in->host, builder, (notis_str){start, len});
    from += len + 1;
  }
  return NOTIS_OK;
}

static void resume_feed(void *self) {
  feed_instance *in = self;
  pthread_mutex_lock(&in->port->lock);
  in->port->resumed++;
  pthread_mutex_unlock(&in->port->lock);
  pthread_mutex_lock(&in->lock);
  in->resumed++;
  pthread_cond_broadcast(&in->room);
  pthread_mutex_unlock(&in->lock);
}

static void close_feed(void *self) {
  feed_instance *in = self;
  pthread_mutex_lock(&in->lock);
  in->closing = true;
  pthread_cond_broadcast(&in->room);
  pthread_mutex_unlock(&in->lock);
  pthread_join(in->scanner, NULL);
  enlist(in->port, NULL, in);
  pthread_cond_destroy(&in->room);
  pthread_mutex_destroy(&in->lock);
  free(in);
}

static const notis_source_api api = {.size = sizeof api,
                                     .open = open_feed,
                                     .read = read_feed,
                                     .parse = parse_feed,
                                     .resume = resume_feed,
                                     .close = close_feed};

void feed_port_init(feed_port *port, feed *f) {
  *port = (feed_port){.feed = f,
                      .descriptor = {.abi = NOTIS_ABI,
                                     .size = sizeof(notis_plugin_descriptor),
                                     .name = "source_feed",
                                     .version = "1",
                                     .source = &api,
                                     .data = port}};
  pthread_mutex_init(&port->lock, NULL);
  pthread_cond_init(&port->filled, NULL);
}

void feed_port_deinit(feed_port *port) {
  pthread_cond_destroy(&port->filled);
  pthread_mutex_destroy(&port->lock);
}
