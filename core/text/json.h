/* JSON of values. Timestamps are RFC 3339 strings, markup is its plain text. */
#ifndef NT_TEXT_JSON_H
#define NT_TEXT_JSON_H

#include "base/buf.h"
#include "base/value.h"

/* RFC 8259; keys in the map's order. indent 0 writes one line. "</" is written "<\/" so that it may stand in a script
 * element. */
void nt_json_write(const nt_value *value, int indent, nt_buf *out);
/* One string with its quotes. */
void nt_json_string(nt_str text, nt_buf *out);

#endif
