/* Words of the configuration and of templates that lead somewhere:
 *
 *     content/om.md, content/om.md#kontakt       a text, by its file from the site's root
 *     collection/nyheter, collection/nyheter/rss  a collection's first list page, one of its feeds
 *     topics, topics/kultur, topics/kultur/rss    a taxonomy's index, a term, one of its feeds
 *     pages/start, outputs/sitemap               a page or output of the site
 *     /css/site.css                              a path from the publication's root
 *     https://…, mailto:…, #innehall             passed as it is
 *
 * What there is in the language that is asked for is taken in that language, else in the site's first that has it. */
#ifndef NT_ENGINE_WORDS_H
#define NT_ENGINE_WORDS_H

#include "engine/site.h"

typedef struct nt_word_target {
  nt_str url; /* from the publication's root, with what followed '#' or '?'; or as it was written */
  bool leads, ours;
  const nt_page *page; /* that stands there; NULL if it is not ours */
  nt_code why;         /* where it leads nowhere: what to say of it */
  nt_str about;        /* and what may have been meant */
} nt_word_target;

/* False if it leads nowhere, or to a text without the place that it names. When everything is planned. */
bool nt_word_find(const nt_site *site, nt_str word, nt_str lang, nt_arena *arena, nt_word_target *out);
/* Ready for an href: the target's URL with the site's base path. */
nt_str nt_word_href(const nt_site *site, const nt_word_target *target, nt_arena *arena);
/* Of the href, or of why there is none. */
nt_hash nt_word_target_hash(const nt_site *site, const nt_word_target *target, nt_arena *arena);
/* The same, by what the trace calls it: "sv:collection/nyheter". */
nt_hash nt_word_hash(const nt_site *site, nt_str name);

#endif
