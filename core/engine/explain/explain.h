/* What became of a text or a page and why, gathered after an epoch into values that are printed or written as JSON:
 * what docs/explain.md says of them is a promise to programs.
 *
 *     word ──find──► a page, a document, a file ──explain──► a map
 *
 * Loop thread, while the sites are idle. What hooks change is found by running them once more, with somebody looking
 * on (script/vm.h); nothing that an epoch depends on is touched by that. */
#ifndef NT_ENGINE_EXPLAIN_EXPLAIN_H
#define NT_ENGINE_EXPLAIN_EXPLAIN_H

#include "engine/engine.h"

typedef struct nt_explained {
  nt_site *site;
  enum {
    NT_EXPLAINED_PAGE,     /* a page or file of the plan */
    NT_EXPLAINED_KEPT,     /* one that stays as it was published, because its document is withheld */
    NT_EXPLAINED_DOCUMENT, /* a text, or what a hook made of one */
    NT_EXPLAINED_FILE      /* a template, script, data file, …: `path`, from the workspace's root */
  } sort;
  nt_page_record *page;
  nt_record *document; /* also of a kept page, NULL if that is not known */
  nt_str path;
} nt_explained;

typedef struct nt_explained_list {
  NT_VEC(nt_explained) items;
} nt_explained_list;

/* Everything that the word may mean: the path or address of a page, a document's id, a file seen from here, from the
 * workspace or from its site; where it is none of these, what ends in it. */
void nt_explain_find(nt_engine *engine, nt_str word, nt_arena *arena, nt_explained_list *out);
/* Does a file lie there, where a site is published, that Notis did not write? */
bool nt_explain_is_foreign(const nt_engine *engine, nt_str word, nt_arena *arena);
/* What may have been meant, divided by commas; empty if nothing is near. */
nt_str nt_explain_nearest(const nt_engine *engine, nt_str word, nt_arena *arena);
/* How one of several is told from the others: "norrbotten: index.html". */
nt_str nt_explained_name(const nt_explained *what, nt_arena *arena);

/* Faults are told in the language; everything else is the same in all. */
nt_value nt_explain(const nt_explained *what, nt_language language, nt_arena *arena);
/* Why each page of the last epoch was made, and of those that an epoch now would make. */
nt_value nt_explain_last(nt_site *site, nt_arena *arena);

#endif
