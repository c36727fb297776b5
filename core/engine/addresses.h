/* Where documents, files and links lead: the URL table, asked by steps and by their traces. URLs here begin at the
 * publication's root and are as people write them; nt_address_href makes one ready for an href. */
#ifndef NT_ENGINE_ADDRESSES_H
#define NT_ENGINE_ADDRESSES_H

#include "engine/site.h"

/* A document's URL, empty if it has no page. */
nt_str nt_address_of(const nt_site *site, const nt_record *record);
/* Percent-encoded, with the site's base path before it and `tail` ("?…#…", as written) behind. */
nt_str nt_address_href(const nt_site *site, nt_str url, nt_str tail, nt_arena *arena);

typedef enum nt_lead {
  NT_LEAD_ELSEWHERE, /* out of the site: not ours to follow */
  NT_LEAD_PAGE,
  NT_LEAD_FILE, /* beside the text or of static/ */
  NT_LEAD_DEAD
} nt_lead;

typedef struct nt_target {
  nt_lead lead;
  nt_code why;               /* DEAD: its first argument is the link as written, its second `about`, see explain */
  nt_str about;              /* what was looked for, or what may have been meant */
  const nt_record *document; /* PAGE of one, else NULL */
  const nt_asset *asset;     /* FILE */
  nt_str url, tail;
} nt_target;

/* Where a link in a document leads. Before everything is planned, a path from the root and a file beside the text are
 * taken at their word. `links`: of the document, for its own anchors. */
nt_target nt_address_follow(const nt_site *site, const nt_record *from, nt_str link, bool planned, nt_arena *arena);
/* Of one that is dead, before it is told: looks for what may have been meant, which takes time. */
void nt_address_explain(nt_target *target, nt_arena *arena);
/* The same as follow for the path in a field of type file or image: a file beside the text, or with a leading '/' of
 * static/. */
nt_target nt_address_follow_file(const nt_site *site, const nt_record *from, nt_str path, bool planned,
                                 nt_arena *arena);

/* Where a word of the configuration or of a template leads that is a file's path from the site's root, or begins with
 * '/'. When everything is planned. */
nt_target nt_address_follow_word(const nt_site *site, nt_str word, nt_arena *arena);

/* The file that a relative link names, wherever it lies and whether it is published or not; NULL if it is none. */
const nt_asset *nt_address_beside(const nt_site *site, const nt_record *from, nt_str link, nt_arena *arena);
/* The file that reader.file() is asked for; *name is the path that it has or would have, for the trace. */
const nt_asset *nt_address_file(const nt_site *site, nt_str beside, nt_str path, nt_arena *arena, nt_str *name);
/* A published file of static/, by its path with a leading '/', and the hash of its bytes; NULL if there is none. */
const nt_asset *nt_address_static(nt_site *site, nt_str path, nt_arena *arena, nt_hash *content);
/* The document that a field of type ref names; NULL if there is none, or if several could be meant. */
const nt_record *nt_address_refer(const nt_site *site, const nt_record *from, nt_str word, nt_str kind,
                                  nt_arena *arena);
/* The kind that such a field of that document's kind is declared with; empty if it says none. */
nt_str nt_address_ref_kind(const nt_site *site, const nt_record *from, nt_str field);

/* Is the place that `tail` ("?…#…") names in the document, or none named? */
bool nt_address_has_place(const nt_record *document, nt_str tail, nt_arena *arena);

nt_hash nt_address_hash(nt_str url);
nt_hash nt_address_target_hash(const nt_site *site, const nt_target *target);
/* Of the key's name: a link, or after "file " the path of one. */
nt_hash nt_address_link_hash(const nt_site *site, const nt_record *from, nt_str name);

#endif
