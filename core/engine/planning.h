/* A plan in the making, for the files that make it: plan.c runs them in a fixed order, so that which of two pages keeps
 * a path never depends on scheduling. */
#ifndef NT_ENGINE_PLANNING_H
#define NT_ENGINE_PLANNING_H

#include "engine/engine.h"
#include "engine/run.h"

typedef struct nt_planning {
  nt_site *site;
  nt_plan *plan;
  nt_run *run;
  nt_arena *arena;
  nt_diags *diags;
  nt_map folders; /* each folder that a page lies in -> the first page there */
} nt_planning;

/* The file of an URL: "/a/b/" is a/b/index.html, "/a/b" is a/b. False if it would lead out of the publication. */
bool nt_plan_path(nt_planning *p, nt_str url, nt_str extension, nt_str *path);
/* The page gets its path, unless somebody has it or is in the way: then NULL, and that is reported. */
nt_page_record *nt_plan_claim(nt_planning *p, const nt_page *page, nt_str owner, nt_where where);
/* Is there an output of that name that takes such pages (notis_takes)? False after reporting. */
bool nt_plan_output(nt_planning *p, nt_str output, uint32_t takes, nt_where where, nt_str what);
nt_str nt_plan_extension(nt_planning *p, nt_str output);

/* Each plans its part. */
void nt_plan_documents(nt_planning *p);
/* Tells each document's page where its translations are. */
void nt_plan_translations(nt_planning *p);
void nt_plan_lists(nt_planning *p);
void nt_plan_rest(nt_planning *p);

#endif
