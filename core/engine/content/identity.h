/* What a text's path says of it: its language, its name, and which others are translations of it.
 *
 *     content/en/om/kontakt.md     content/om/kontakt.en.md     content/om/kontakt.md
 *     all three are called om/kontakt in the source `content`, and the first two are in English
 *
 * A part of a path means a language only where the site has that language. */
#ifndef NT_ENGINE_CONTENT_IDENTITY_H
#define NT_ENGINE_CONTENT_IDENTITY_H

#include "engine/content/records.h"

/* The language that the suffix says, else the innermost folder that is one; empty if the path says nothing. */
nt_str nt_identity_lang(const nt_inputs *inputs, nt_str path);
/* The path's folders but for the one that is its language. */
nt_str nt_identity_folders(const nt_inputs *inputs, nt_str path, nt_arena *arena);
/* What a permalink is made from: the path within the source, without extension, language and a last "index". */
nt_str nt_identity_name(const nt_inputs *inputs, nt_str path, nt_arena *arena);
/* Equal for the documents whose paths from the site's root differ only in language. */
nt_str nt_identity_key(const nt_inputs *inputs, const nt_record *record, nt_arena *arena);

#endif
