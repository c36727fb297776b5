/* Where documents and links lead: the URL table, asked by steps and by their traces. */
#ifndef NT_ENGINE_ADDRESSES_H
#define NT_ENGINE_ADDRESSES_H

#include "engine/site.h"

/* A document's URL from the publication's root, empty if it has no page. */
nt_str nt_address_of(const nt_site *site, const nt_record *record);
/* A link that could name a file of ours: relative, without a scheme. */
bool nt_address_is_relative(nt_str link);
/* Where a link in `from` leads, with the site's base path; empty if it is no file of the site. */
nt_str nt_address_resolve(const nt_site *site, const nt_record *from, nt_str link, nt_arena *arena);
nt_hash nt_address_hash(nt_str url);
nt_hash nt_address_link_hash(const nt_site *site, const nt_record *from, nt_str link);

#endif
