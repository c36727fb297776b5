/* A page: one planned output file and what it shows. Frozen at the end of plan; only params and template may still
 * change, by `page` hooks, in a copy. */
#ifndef NT_MODEL_PAGE_H
#define NT_MODEL_PAGE_H

#include "model/document.h"
#include "model/query.h"

typedef struct nt_page {
  nt_str path;          /* of the file below the publication's root: "nyheter/2024/x/index.html" */
  nt_str url;           /* from the publication's root: "/nyheter/2024/x/" */
  nt_str output;        /* "html": the name of an output of the site */
  nt_str template_name; /* empty where the output needs none */
  nt_docref document;   /* 0 for a list page */
  nt_str kind;          /* the document's, else empty: decides the default template */
  nt_str collection;    /* a list page's, else empty */
  uint32_t number;      /* this list page, from 1 */
  uint32_t count;       /* how many pages the list has */
  uint64_t first;       /* index in the collection of the first document shown */
  uint64_t shown;       /* how many are shown */
  nt_str prev, next;    /* URLs of the neighbouring list pages, or empty */
  nt_str lang;
  nt_value params; /* a map: what a page hook or the collect hook that made the page gave it */
  nt_str origin;   /* who planned it, for diagnostics: a document's id, "collection/nyheter", a script's file */
} nt_page;

#endif
