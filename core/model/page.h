/* A page: one planned output file and what it shows. Frozen at the end of plan; only params and template may still
 * change, by `page` hooks, in a copy. */
#ifndef NT_MODEL_PAGE_H
#define NT_MODEL_PAGE_H

#include "model/document.h"
#include "model/query.h"

/* The same page in a language of the site. */
typedef struct nt_alternate {
  nt_str lang;
  nt_str url; /* from the publication's root */
} nt_alternate;

typedef struct nt_page {
  nt_str path;          /* of the file below the publication's root: "nyheter/2024/x/index.html" */
  nt_str url;           /* from the publication's root: "/nyheter/2024/x/" */
  nt_str output;        /* "html": the name of an output of the site */
  nt_str template_name; /* empty where the output needs none */
  nt_docref document;   /* 0 for a list page */
  nt_str kind;          /* the document's, else empty: decides the default template */
  nt_str collection;    /* a list page's, else empty */
  uint32_t number;      /* this list page, from 1 */
  uint32_t count;       /* how many pages the list has; steps read it through the reader */
  uint64_t first;       /* how many of the collection's documents come before those that are shown */
  bool from_end;        /* `first` is how many come after them, so that it stays as it is when new ones come */
  uint64_t shown;       /* how many are shown */
  nt_str prev, next;    /* URLs of the neighbouring list pages, or empty */
  nt_str lang;
  nt_str title;             /* of a list, a term or a page without a document, in its language; else empty */
  nt_str taxonomy, term;    /* of a page that lists a term's documents: "topics", "kultur"; else empty */
  nt_str home;              /* of a feed: the URL of the page it belongs to; else empty */
  nt_alternate *alternates; /* this page in each language that has it, this one too, in the site's order */
  size_t alternate_count;   /* 0 where the site has one language */
  bool unlisted;            /* in no sitemap: an error page, a feed, a further list page of number 0 */
  nt_value params;          /* a map: what a page hook or the collect hook that made the page gave it */
  nt_str origin; /* who planned it, for diagnostics: a document's id, "collection/nyheter", a script's file */
} nt_page;

#endif
