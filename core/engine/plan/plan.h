/* The plan: every page that shall be published, and the table of URLs. */
#ifndef NT_ENGINE_PLAN_PLAN_H
#define NT_ENGINE_PLAN_PLAN_H

#include "engine/content/records.h"
#include "engine/inputs/inputs.h"
#include "engine/trace/trace.h"
#include "model/page.h"

/* Why a page was rendered: the first thing found that was not as it had been. */
typedef struct nt_why {
  uint64_t epoch; /* when; 0: not known */
  enum {
    NT_WHY_NEW,
    NT_WHY_KEY,
    NT_WHY_ALTERED,
    NT_WHY_AGAIN
  } reason; /* no trace; a key; its file was not as it was
               put; what it gave was not to be kept */
  nt_key key;
} nt_why;

/* What a page was last counted as (verdict.h). */
typedef struct nt_page_counted {
  bool params, params_failed, outputs, outputs_failed;
  bool speaks, speaking; /* it has something to say; it is among those that may */
} nt_page_counted;

/* A folder that some page lies in, or did in a plan before. */
typedef struct nt_folder {
  struct nt_folder *above;      /* NULL: the publication itself */
  struct nt_page_record *page;  /* that has the folder's own path, in this plan or not; NULL: none ever had */
  struct nt_page_record *first; /* that lies in it, if `draft` is the plan's */
  uint64_t draft;
} nt_folder;

/* A page with what its steps gave last time. Kept by path from epoch to epoch. */
typedef struct nt_page_record {
  uint32_t number;         /* in order of their first coming */
  nt_str path;             /* owned by the plan's path arena */
  nt_page page;            /* of the present plan, in its arena */
  nt_hash planned;         /* the hash of `page` */
  nt_str owner;            /* whose fault withholds it: a document's id, or what planned it */
  nt_folder *folder;       /* that it lies in; NULL: none, or it was never planned */
  nt_folder *below;        /* that has its path; NULL: none */
  nt_hash *planned_before; /* see nt_place_page.planned; NULL: not of a document */
  const nt_asset *asset;   /* bytes that pass through; NULL for a page */
  nt_str redirect;         /* where it leads, or empty */
  nt_step params;          /* the page hooks */
  nt_arena *hooked_arena;  /* of the page as they left it; NULL when there are none */
  nt_page *hooked;
  nt_step render;
  nt_step output;
  nt_hash bytes;  /* of what is or will be published */
  nt_hash done;   /* `planned`, when it was last looked at */
  nt_hash staged; /* of what was put to the target in this epoch */
  nt_why why;     /* its bytes were made last */
  nt_page_counted counted;
  bool present;     /* in the present plan */
  bool was_present; /* in the plan before this one */
  bool in_folders;  /* `folder` and `below` are known */
  bool withheld;    /* its render failed */
  bool due;         /* it is among those to be looked at (nt_site.due) */
  bool ran;         /* a step of it did, since its reads were last taken down */
  bool unkept;      /* the memo does not have it as it is */
} nt_page_record;

/* The documents that one name may mean, in order of their slots. */
typedef struct nt_named {
  nt_record *record;
  struct nt_named *next;
} nt_named;

typedef struct nt_plan {
  nt_arena *paths;
  nt_map records; /* path -> nt_page_record */
  NT_VEC(nt_page_record *) numbered;
  NT_VEC(nt_page_record *) by_path; /* those of them that there were at the last plan, in order of path */
  uint64_t made;                    /* how often */
  uint64_t draft;                   /* how often it was begun */
  nt_map folders;                   /* path -> nt_folder */
  NT_VEC(struct nt_place *) places; /* by slot: where documents go (places.h); NULL: not known */
  NT_VEC(nt_page_record *) pages;   /* the present ones, in order of path */
  nt_arena *arena;                  /* of the present plan */
  nt_inputs *inputs;                /* those it was made with: pages borrow from them */
  NT_VEC(nt_str) urls;              /* of documents, by slot; empty: none */
  nt_map by_url;                    /* URL -> the page record there */
  nt_map words;                     /* "sv:collection/nyheter" -> the page record it leads to */
  nt_map menus;                     /* "sv/main" -> nt_menu */
  NT_VEC(const nt_page *) shown;    /* those for people, in order of path */
  nt_hash shown_hash;
  nt_map by_name; /* a document's name, whole and its last part -> nt_named */
  nt_step step;

  /* What collect hooks added. */
  nt_step collect;
  nt_arena *collected_arena;
  nt_value collections, extra_pages, redirects;
  NT_VEC(nt_collection) added;  /* read from `collections` */
  NT_VEC(uint32_t) added_slots; /* of their documents */
} nt_plan;

struct nt_site;

void nt_plan_init(nt_plan *plan);
void nt_plan_deinit(nt_plan *plan);

/* On a worker. Runs the collect hooks unless nothing they read has changed. */
struct nt_collect_result;
typedef struct nt_collect_result {
  nt_arena *arena; /* NULL: as before */
  nt_value collections, pages, redirects;
  NT_VEC(nt_frozen *) documents;
  NT_VEC(nt_collection) added; /* read from `collections` */
  nt_step step;
  bool failed;
} nt_collect_result;
void nt_collect_run(struct nt_site *site, unsigned worker, nt_collect_result *out);
/* On the loop thread. */
void nt_collect_install(struct nt_site *site, nt_collect_result *result);

/* On a worker: lists every page. Writes only what belongs to the plan, which nobody reads meanwhile. */
void nt_plan_make(struct nt_site *site, unsigned worker);

/* What is known of the links in texts that are withheld: their files are not said to be without use. */
nt_hash nt_plan_withheld_hash(const struct nt_site *site);
/* The URL of a document from the publication's root, empty if it has no page. */
nt_str nt_plan_url(const nt_plan *plan, const nt_record *record);
nt_page_record *nt_plan_page(const nt_plan *plan, nt_str path);
void nt_places_free(nt_plan *plan);
/* A list's pages would all be other pages whenever one comes or goes: how many they are has a key of its own, and is no
 * part of what is planned. */
static inline bool nt_plan_counts_apart(const nt_page *page) {
  return page->collection.len > 0;
}
static inline nt_hash nt_plan_count_hash(const nt_page *page) {
  return nt_hash_combine(page->count, 1);
}
/* A page that has nothing yet but the next number. */
nt_page_record *nt_plan_number(nt_plan *plan);
/* A collection of site.yaml or of a collect hook; NULL if there is none. */
const nt_collection *nt_plan_collection(const struct nt_site *site, nt_str name, bool with_added);

#endif
