/* Ids of headings, so that links may lead to them. */
#ifndef NT_TEXT_HEADINGS_H
#define NT_TEXT_HEADINGS_H

#include "model/node.h"

/* Gives every heading without an `id` the slug of its text ("section" where nothing is left of it); the second with the
 * same slug gets "-2", and so on. No id that any node of the tree already has, or that a footnote is written with, is
 * given again. */
void nt_heading_ids(nt_node *root, nt_arena *arena);

#endif
