/* Escaping for the places where text ends up. */
#ifndef NT_TEXT_ESCAPE_H
#define NT_TEXT_ESCAPE_H

#include "base/buf.h"

/* & < > " become entities, as cmark writes them: right in text and in double-quoted attributes. */
void nt_escape_html(nt_str text, nt_buf *out);
/* Also ' for templates, where the author's quotes are not ours. */
void nt_escape_attribute(nt_str text, nt_buf *out);
/* Percent-encodes what an URL cannot hold and leaves existing escapes alone; then escapes & and '. As cmark's href. */
void nt_escape_href(nt_str url, nt_buf *out);
/* One component of an URL's path or query: everything but unreserved characters is percent-encoded (RFC 3986, 2.3). */
void nt_escape_component(nt_str text, nt_buf *out);

#endif
