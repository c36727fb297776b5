/* What a document refers to, and what can be referred to in it: collected once, where it is frozen, so that the plan
 * need not unpack a body to know which files go beside a page and which links lead nowhere. */
#ifndef NT_ENGINE_CONTENT_LINKS_H
#define NT_ENGINE_CONTENT_LINKS_H

#include "model/document.h"

typedef struct nt_link {
  nt_str to;     /* as it is written */
  nt_str field;  /* the markup field it stands in, "lead" or "goals[2].text"; empty for the body */
  uint32_t node; /* its origin there */
  bool image;
} nt_link;

typedef struct nt_links {
  nt_link *items; /* those that may lead to something of the site: the body's first */
  size_t count, body_count;
  nt_str *anchors; /* ids of nodes and in raw HTML: the body's first */
  size_t anchor_count, body_anchor_count;
  nt_str *by_text[2];         /* the anchors, and where the links lead, each in order: a text may have very many */
  nt_hash hash, anchors_hash; /* without the places of nodes */
} nt_links;

/* `before`: of a document whose body is this one's, NULL if there is none. The result lies in the arena. */
void nt_links_collect(nt_document *document, const nt_links *before, nt_arena *arena, nt_links *out);
/* Makes `by_text` of the others. */
void nt_links_put_in_order(nt_links *links, nt_arena *arena);
bool nt_links_has_anchor(const nt_links *links, nt_str id);
bool nt_links_has(const nt_links *links, nt_str to);

/* May it lead to something of the site? Not with a scheme ("mailto:…") or a host ("//cdn.example/"). */
bool nt_link_is_ours(nt_str to);

#endif
