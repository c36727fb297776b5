/* What the files of this room share. */
#ifndef NT_ENGINE_EXPLAIN_EXPLAINING_H
#define NT_ENGINE_EXPLAIN_EXPLAINING_H

#include "engine/explain/explain.h"
#include "engine/run.h"

typedef struct nt_explaining {
  nt_site *site;
  nt_arena *arena; /* of the values */
  nt_language language;
} nt_explaining;

/* ---- values ---- */

void nt_put(const nt_explaining *x, nt_value *map, const char *key, nt_value value);
void nt_put_str(const nt_explaining *x, nt_value *map, const char *key, nt_str text); /* copied */
void nt_put_int(const nt_explaining *x, nt_value *map, const char *key, uint64_t number);
void nt_put_bool(const nt_explaining *x, nt_value *map, const char *key, bool boolean);
/* Unless it is empty. */
void nt_put_text(const nt_explaining *x, nt_value *map, const char *key, nt_str text);
void nt_put_instant(const nt_explaining *x, nt_value *map, const char *key, int64_t seconds);

/* Its id, its file and what kind of text it is. */
nt_value nt_explain_document_name(const nt_explaining *x, const nt_record *record);
/* Where its text lies, from the workspace's root. */
nt_str nt_explain_document_file(const nt_explaining *x, const nt_record *record);

/* ---- what was read (reads.c) ---- */

/* A key as people and programs can read it: "class" and what belongs to that class. */
nt_value nt_explain_key(const nt_explaining *x, nt_key key);
/* One more for each key of the step's trace. */
void nt_explain_reads(const nt_explaining *x, nt_value *list, const char *kind, const nt_step *step,
                      nt_run_scope scope);
/* The file that has a template or data file, from the workspace's root; empty if there is none. */
nt_str nt_explain_template_file(const nt_explaining *x, nt_key key);
nt_str nt_explain_data_file(const nt_explaining *x, nt_str name);

/* Why a page was made last (page.c). */
nt_value nt_explain_why(const nt_explaining *x, const nt_why *why);

/* ---- hooks (hooks.c) ---- */

/* What each changes, in the order they run: of an item and its document, of a page, of its bytes. */
void nt_explain_document_hooks(const nt_explaining *x, const nt_record *record, nt_value *list);
void nt_explain_page_hooks(const nt_explaining *x, nt_page_record *page, nt_value *list);
void nt_explain_output_hooks(const nt_explaining *x, nt_page_record *page, nt_value *list);

/* ---- the things ---- */

nt_value nt_explain_page(const nt_explaining *x, nt_page_record *page);
nt_value nt_explain_kept(const nt_explaining *x, nt_str path, const nt_record *owner);
nt_value nt_explain_document(const nt_explaining *x, const nt_record *record);
nt_value nt_explain_file(const nt_explaining *x, nt_str file);
/* Name, path, output and address of a page. */
nt_value nt_explain_page_name(const nt_explaining *x, const nt_page_record *page);

#endif
