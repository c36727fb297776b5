/* The parts of `notis new`: new.c the command and texts, new_site.c sites, new_fields.c texts of kinds that have no
 * archetype. */
#ifndef NT_CLI_NEW_H
#define NT_CLI_NEW_H

#include "cli/archetypes.h"
#include "cli/cli.h"
#include "model/kind.h"

/* Writes a file that is not there yet, and its folders; `path` is from the workspace's root. False after saying that it
 * is there, or cannot be written. */
bool nt_new_write(nt_cli *cli, nt_str root, nt_str path, nt_str bytes);
/* The workspace's absolute path; where it is not, it is made. Empty after saying why it cannot be. */
nt_str nt_new_root(nt_cli *cli);
/* The word that messages and built-in texts are chosen by: "sv" or "en". */
nt_str nt_new_language(nt_str lang);
int nt_new_site(nt_cli *cli, nt_str title);
/* A text with what its kind requires, and all that it may hold as comments. */
void nt_new_fields(const nt_kind *kind, const nt_placeholders *with, nt_buf *out);

#endif
