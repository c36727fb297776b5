/* The text form of what is explained: explain.c the command, explain_read.c what a step read, in words. */
#ifndef NT_CLI_EXPLAIN_H
#define NT_CLI_EXPLAIN_H

#include "cli/cli.h"

nt_str nt_explain_member(const nt_value *map, const char *key); /* a text, or empty */
/* What was read, as it stands in a sentence: "title in s/content/om.md", "the template base.html". */
nt_str nt_explain_read_text(nt_cli *cli, const nt_value *read);
/* And as it stands under a heading of its class: "base.html". */
nt_str nt_explain_read_short(nt_cli *cli, const nt_value *read);
/* The heading of a class. */
nt_str nt_explain_read_class(nt_cli *cli, size_t cls);
/* Why a page was made, from its "rendered". */
nt_str nt_explain_reason(nt_cli *cli, const nt_value *rendered);
/* On one line, and no longer than fits one. */
nt_str nt_explain_shown(nt_cli *cli, const nt_value *value);

#endif
