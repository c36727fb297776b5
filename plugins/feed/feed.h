/* A feed, whatever its format: what it says of itself, and its entries as the documents have them.
 *
 * Nothing here comes from the clock: the same documents give the same bytes whenever the feed is built. */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include "write.h"

typedef struct feed {
  feed_writer w;
  notis_call *call;
  const notis_page *page;
  size_t length;
  notis_str title;   /* "Nyheter – Region Västerbotten" */
  notis_str site;    /* "Region Västerbotten" */
  notis_str lang;    /* may be empty */
  notis_str self;    /* this feed's own address */
  notis_str home;    /* of the page that it belongs to; the site's if there is none */
  notis_str updated; /* RFC 3339: when the newest of its entries was; empty if none has a date */
  notis_time newest;
} feed;

typedef struct feed_file {
  notis_str url, media;
  uint64_t size;
} feed_file;

typedef struct feed_entry {
  const notis_document *document;
  notis_str id;             /* a tag URI */
  notis_str url;            /* whole; empty if the document has no page */
  notis_str title;          /* never empty */
  notis_str summary, lang;  /* may be empty */
  notis_str html;           /* may be empty */
  bool has_date;            /* then the next two hold */
  notis_time date, updated; /* the same if the document does not say when it was updated */
  notis_str *terms;         /* its topics, each once */
  size_t term_count;
  feed_file *files; /* to download */
  size_t file_count;
} feed_entry;

/* False if the page is no list. */
bool feed_open(feed *f, const notis_services *host, notis_call *call, const notis_page *page, notis_buffer *out);
/* False if there is no entry there. */
bool feed_read(feed *f, size_t index, feed_entry *entry);
/* "rfc822" or "rfc3339", always with a time of day. */
notis_str feed_time(const feed *f, notis_time time, const char *style);

/* open() and close() of an output without settings. */
notis_status feed_output_open(const notis_services *host, notis_call *call, const notis_value *config, void **self);
void feed_output_close(void *self);

#endif
