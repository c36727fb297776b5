/* A plan in the making, for the files that make it: plan.c runs them in a fixed order, so that which of two pages keeps
 * a path never depends on scheduling. */
#ifndef NT_ENGINE_PLAN_PLANNING_H
#define NT_ENGINE_PLAN_PLANNING_H

#include "engine/engine.h"
#include "engine/run.h"

/* A redirect that has its path; where it leads is found out last. */
typedef struct nt_redirect_plan {
  nt_page_record *record;
  nt_str to; /* a word, see words.h */
  nt_where where;
  nt_str href;   /* where that leads; empty if nowhere */
  size_t next;   /* index + 1 of the redirect that stands there, or 0 */
  size_t walked; /* number of the walk that came here, from 1 */
  enum { NT_LEADS_ON, NT_LEADS_NOWHERE, NT_LEADS_IN_CIRCLE } end;
} nt_redirect_plan;

typedef struct nt_planning {
  nt_site *site;
  nt_plan *plan;
  nt_run *run;
  nt_arena *arena;   /* of the plan */
  nt_arena *scratch; /* of one document's links */
  nt_diags *diags;
  nt_value no_params;    /* an empty map, of all pages that nobody gives any */
  nt_record **referring; /* the documents that refer to anything, by id */
  size_t referring_count;
  size_t dead_links; /* in the document that is looked at */
  nt_map used;       /* files beside texts that a text refers to, by path */
  NT_VEC(nt_redirect_plan) redirects;
} nt_planning;

/* Fields of a document that say where something is, as its kind declares them. */
typedef struct nt_pointer {
  nt_field_type type; /* file, image or ref */
  const nt_field *field;
  nt_str path; /* "image.src", "goals[2].file" */
  nt_str value;
  bool in_list;
} nt_pointer;
/* Is it one of those, or may one be within it? `depth` is the field's own, 0 for a document's. */
bool nt_plan_field_points(const nt_field *field, int depth);
typedef void nt_pointer_fn(void *ud, const nt_pointer *pointer);
/* Calls fn for each that is filled in, in the kind's order. */
void nt_plan_each_pointer(const nt_kind *kind, const nt_value *fields, nt_arena *arena, nt_pointer_fn *fn, void *ud);
/* The documents in force that have their addresses, by id; in the arena of the run. */
nt_record **nt_plan_by_id(nt_planning *p, size_t *count);

/* Where a setting stands; what a collect hook gave has no place of its own. */
nt_where nt_plan_where(const nt_planning *p, nt_pos pos);
/* The file of an URL: "/a/b/" is a/b/index.html, "/a/b" is a/b. False if it would lead out of the publication. */
bool nt_plan_path(nt_planning *p, nt_str url, nt_str extension, nt_str *path);
/* The page gets its path, unless somebody has it or is in the way: then NULL, and that is reported. */
nt_page_record *nt_plan_claim(nt_planning *p, const nt_page *page, nt_str owner, nt_where where);
/* The same when the record of its path is known; NULL: it is not. */
nt_page_record *nt_plan_claim_for(nt_planning *p, nt_page_record *record, const nt_page *page, nt_str owner,
                                  nt_where where);
/* Is there an output of that name that takes such pages (notis_takes)? False after reporting. */
bool nt_plan_output(nt_planning *p, nt_str output, uint32_t takes, nt_where where, nt_str what);
nt_str nt_plan_extension(nt_planning *p, nt_str output);

/* What a word leads to in a language (words.h); the record may be NULL. */
void nt_plan_word(nt_planning *p, nt_str lang, nt_str word, nt_page_record *record);

/* A list of documents as it is in one language. */
typedef struct nt_list_lang {
  nt_str lang, base, title; /* `base` is the URL of its first page */
  uint64_t length;          /* documents */
  bool exists;
} nt_list_lang;

typedef struct nt_list_plan {
  const nt_listing *list;
  nt_str collection; /* what a query calls it: "nyheter", "topics/kultur" */
  nt_str taxonomy, term;
  nt_str owner; /* and the word that leads to it: "collection/nyheter", "topics/kultur" */
  nt_where where;
  nt_list_lang *langs; /* one for each language of the site */
} nt_list_plan;

/* Its list pages and feeds, in each language that has it. */
void nt_plan_listing(nt_planning *p, const nt_list_plan *list);
/* How many documents it has in a language; false after reporting. */
bool nt_plan_count(nt_planning *p, nt_str collection, nt_str lang, uint64_t *length);
nt_str nt_plan_replace(nt_planning *p, nt_str text, const char *placeholder, nt_str value);

/* A page without a document in one language; no URL: it is not there. */
typedef struct nt_page_lang {
  nt_str url, title;
} nt_page_lang;

/* One page in each language of the site that `langs` gives an URL. `owner` is also the word that leads to it. */
void nt_plan_by_lang(nt_planning *p, const nt_page *pattern, const nt_value *params, const nt_page_lang *langs,
                     nt_str owner, nt_where where);

/* Each plans its part. */
/* The documents, but for those whose references name nothing that is published: they are withheld, and with them those
 * that refer to them. */
void nt_plan_settle(nt_planning *p);
void nt_plan_documents(nt_planning *p);
/* Tells each document's page where its translations are. */
void nt_plan_translations(nt_planning *p);
void nt_plan_lists(nt_planning *p);
void nt_plan_taxonomies(nt_planning *p);
void nt_plan_pages(nt_planning *p);
void nt_plan_redirects(nt_planning *p);
/* When every page has its path: where redirects lead. Those that lead nowhere are reported and withdrawn. */
void nt_plan_lead(nt_planning *p);
/* Files beside texts, each beside the page of every text that refers to it; then those of static/. */
void nt_plan_files(nt_planning *p);
/* When everything has its place: what is said of links that lead nowhere, and of files that nobody refers to. */
void nt_plan_links(nt_planning *p);
void nt_plan_trace_links(nt_planning *p);
/* Says of a link what is to be said of it as the site has it with `links.missing`. */
void nt_plan_report_link(nt_diags *diags, const nt_inputs *inputs, nt_code code, nt_where where, nt_str link,
                         nt_str about);
/* Empties the plan, to begin it anew. */
void nt_plan_start_over(nt_planning *p);

#endif
