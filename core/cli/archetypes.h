/* What `notis new` begins with: files that are part of the program, their placeholders, and writing what comes of them
 * without touching what is there. */
#ifndef NT_CLI_ARCHETYPES_H
#define NT_CLI_ARCHETYPES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/value.h"

typedef struct nt_builtin {
  const char *path; /* below core/cli/archetypes: "site/sv/site.yaml" */
  const unsigned char *bytes;
  size_t len;
} nt_builtin;

extern const nt_builtin nt_builtins[]; /* in order of path */
extern const size_t nt_builtin_count;

/* NULL-pointer string if there is none. */
nt_str nt_builtin_find(nt_str path);

typedef struct nt_placeholders {
  nt_str title; /* on one line, without control characters: nt_title_line() */
  nt_str date;  /* "2025-05-14" */
  nt_str year;  /* "2025" */
  nt_str slug;
} nt_placeholders;

/* The title on one line: what YAML and Lua could not hold as it is becomes a space. Empty if nothing is left. */
nt_str nt_title_line(nt_str title, nt_arena *arena);
/* For a file's name: at most 80 letters, digits and hyphens, cut between words where it can be. May be empty. */
nt_str nt_file_slug(nt_str title, nt_arena *arena);
/* {title}, {date}, {year} and {slug} are replaced, anything else stays. Where the text is YAML (its front matter, or
 * with `yaml` all of it) the title is written as a text in quotation marks, so that it is what was meant whatever it
 * holds. */
void nt_archetype_fill(nt_str archetype, bool yaml, const nt_placeholders *with, nt_buf *out);
void nt_yaml_quoted(nt_str line, nt_buf *out);

#endif
