/* Text as XML and JSON want it. What is no UTF-8 becomes U+FFFD, so that a feed can always be read. */
#ifndef FEED_WRITE_H
#define FEED_WRITE_H

#include <notis/plugin.h>

#include <string.h>

typedef struct feed_writer {
  const notis_services *host;
  notis_buffer *out;
} feed_writer;

static inline notis_str feed_str(const char *terminated) {
  return (notis_str){terminated, strlen(terminated)};
}

static inline void feed_put(const feed_writer *w, const char *terminated) {
  w->host->append(w->out, feed_str(terminated));
}

/* As text; characters that XML 1.0 has no room for (2.2) are left out. */
void feed_put_xml(const feed_writer *w, notis_str text);
/* "<name>text</name>\n" with so many spaces before it. */
void feed_put_element(const feed_writer *w, int indent, const char *name, notis_str text);
/* " name="text"". */
void feed_put_attribute(const feed_writer *w, const char *name, notis_str text);
/* In quotes (RFC 8259, 7). */
void feed_put_json(const feed_writer *w, notis_str text);

#endif
