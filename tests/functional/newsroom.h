/* The site that most of these tests publish: news from a feed and from files, notes that a hook stamps, and a page for
 * each thing that a page may depend on and that nothing else shows. */
#ifndef FUNCTIONAL_NEWSROOM_H
#define FUNCTIONAL_NEWSROOM_H

#include "workspace.h"

/* Configuration, kinds, templates, scripts, data and messages; no items. */
void newsroom_write(workspace *w);
/* News number n of the feed as it is at first: a title, a date that follows the number, a topic, a text. */
void newsroom_put(feed *f, int n);
const char *newsroom_id(int n, char out[16]);
/* The items of the sets "notes", "pages" and "marked", and the texts in content/. */
void newsroom_fill(workspace *w, int news);

enum { NEWSROOM_NOTES = 5, NEWSROOM_MARKED = 3, NEWSROOM_TEXTS = 12 };

#endif
