/* Addresses: those of a site at "https://host/bas", and references as a browser resolves them (RFC 3986, 5).
 *
 * The plan keeps URLs from the publication's root ("/om/"). What scripts, templates and plugins are given is ready for
 * an href: it begins with the site's base path ("/bas/om/"). */
#ifndef NT_BASE_URL_H
#define NT_BASE_URL_H

#include "base/arena.h"
#include "base/buf.h"

/* The parts of "https://host:8080/bas/": "https", "host:8080", "/bas" (no slash at the end). Empty what is not there.
 */
typedef struct nt_site_url {
  nt_str scheme, host, base;
} nt_site_url;

nt_site_url nt_site_url_split(nt_str site_url);
/* "//x", "mailto:x", "https://x": does it lead elsewhere, whatever the site's address is? */
bool nt_url_is_elsewhere(nt_str url);
/* The bytes before a query or fragment. */
size_t nt_url_path_length(nt_str url);
/* "a%20b" is "a b"; what is no escape stays as it is, and so does "%00". */
nt_str nt_url_decode(nt_str text, nt_arena *arena);
/* An URL from the publication's root, ready for an href. What does not begin with one slash is left as it is. */
nt_str nt_url_rooted(nt_str site_url, nt_str url, nt_arena *arena);
/* The whole address of an URL that is ready for an href, or is from the publication's root. */
nt_str nt_url_absolute(nt_str site_url, nt_str url, nt_arena *arena);
/* The whole address of a reference that stands on the page at `base`, a whole address itself. */
nt_str nt_url_resolve(nt_str base, nt_str reference, nt_arena *arena);

#endif
