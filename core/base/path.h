/* Paths inside a site or a publication: relative, '/' between names, nothing that leads out. */
#ifndef NT_BASE_PATH_H
#define NT_BASE_PATH_H

#include "base/arena.h"

/* a/./b//../c becomes a/c. False if it is absolute, empty, holds a NUL, or would lead out of the root. */
bool nt_path_normal(nt_str path, nt_arena *arena, nt_str *out);
/* "a" and "b/c" become "a/b/c"; an absolute second part stands alone; empty parts vanish. */
nt_str nt_path_join(nt_arena *arena, nt_str a, nt_str b);
nt_str nt_path_dir(nt_str path);  /* "a/b/c.md" -> "a/b"; "c.md" -> "" */
nt_str nt_path_base(nt_str path); /* -> "c.md" */
nt_str nt_path_stem(nt_str path); /* -> "c" */
nt_str nt_path_ext(nt_str path);  /* -> "md", or empty; a leading dot is no extension */

/* Shell patterns by path segment: ? and * do not match '/', a segment of ** matches any number of segments, {a,b} is
 * a choice, [a-z] a class. A pattern with more than some two hundred stars and choices matches nothing. */
bool nt_glob(nt_str pattern, nt_str path);

#endif
