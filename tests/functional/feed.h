/* A source whose items the test holds in its hand. The items are one table; each engine reads it through a port of its
 * own, and each instance of the source through one set of the table. What instances tell their engine they say from
 * threads of their own.
 *
 *      test ──feed_put, feed_drop──► table ◄──read── source_feed ◄── engine
 *           ──feed_send────────────► thread ──sink──────────────────►
 *
 * site.yaml: `feed: { use: source_feed, set: news, mark: "…" }`; the mark becomes a field of every document. An item is
 * front matter and lines: each a paragraph, and one like "-> goal words" a link. */
#ifndef FUNCTIONAL_FEED_H
#define FUNCTIONAL_FEED_H

#include "base/vec.h"

#include <notis/plugin.h>
#include <pthread.h>

typedef struct feed_item {
  char *set, *id, *bytes; /* heap */
  unsigned version;
  bool there;
  notis_status answer; /* what read() says instead, whatever the source announced; NOTIS_OK: nothing */
} feed_item;

typedef struct feed {
  pthread_mutex_t lock; /* guards the items */
  NT_VEC(feed_item) items;
  unsigned version;
} feed;

typedef struct feed_instance feed_instance;
enum { FEED_INSTANCES = 8 };

typedef struct feed_port {
  feed *feed;
  notis_plugin_descriptor descriptor;
  pthread_mutex_t lock; /* guards what follows */
  feed_instance *instances[FEED_INSTANCES];
  notis_scan_end ending; /* how scans end when an instance is opened */
  bool broken;           /* open() fails */
  unsigned opened, full, resumed;
  pthread_cond_t filled;
} feed_port;

void feed_init(feed *f);
void feed_deinit(feed *f);
void feed_put(feed *f, const char *set, const char *id, const char *bytes);
/* As feed_put, from a format. */
void feed_format(feed *f, const char *set, const char *id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void feed_drop(feed *f, const char *set, const char *id);
void feed_set_answer(feed *f, const char *set, const char *id, notis_status answer);

void feed_port_init(feed_port *port, feed *f);
void feed_port_deinit(feed_port *port);

typedef enum feed_verb {
  FEED_UPSERT, /* with the version that the table has */
  FEED_TOUCH,  /* with another fingerprint and the same bytes */
  FEED_REMOVE,
  FEED_SCAN,        /* the whole set, as the table has it now */
  FEED_SCAN_PARTIAL /* nothing of it, and it ends so */
} feed_verb;

typedef struct feed_word {
  feed_verb verb;
  const char *id;
} feed_word;

/* Does a source read that set? */
bool feed_is_open(feed_port *port, const char *set);
/* Says it to the engine, from a thread that has ended when this returns; the last answer that was not OK. */
notis_status feed_send(feed_port *port, const char *set, const feed_word *words, size_t count);
/* Likewise, but does not wait: feed_join does. FULL is waited out. */
pthread_t feed_start(feed_port *port, const char *set, const feed_word *words, size_t count);
void feed_join(pthread_t thread);
/* Until the sink has answered FULL; the loop must not run meanwhile. */
void feed_wait_full(feed_port *port);

/* A sink that the test keeps, to use when it should not. */
notis_sink *feed_sink(feed_port *port, const char *set);
const notis_services *feed_services(feed_port *port, const char *set);

#endif
