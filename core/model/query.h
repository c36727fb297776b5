/* A query over the frozen documents of a site, in one normal form, so that equal questions are one memoised step.
 *
 *     site:collection("nyheter"):where{ topics = "kultur", year = { gte = 2023 } }:sort("-date", "title"):limit(10)
 */
#ifndef NT_MODEL_QUERY_H
#define NT_MODEL_QUERY_H

#include "base/buf.h"
#include "base/value.h"

typedef enum nt_compare {
  NT_EQ, /* a list field: holds the value */
  NT_NE,
  NT_LT,
  NT_LE,
  NT_GT,
  NT_GE,
  NT_IN /* the value is a list */
} nt_compare;

typedef struct nt_condition {
  nt_str field; /* a path: "image.credit"; "kind", "lang", "id" and "source" are fields of every document */
  nt_compare compare;
  nt_value value;
} nt_condition;

typedef struct nt_sort {
  nt_str field;
  bool descending;
} nt_sort;

typedef struct nt_query {
  nt_str collection; /* empty for every document of the site; "topics/kultur" for those of a taxonomy's term */
  nt_str lang;       /* only documents in this language; empty for all */
  nt_condition *conditions;
  size_t condition_count;
  nt_sort *sorts; /* none: the collection's own order */
  size_t sort_count;
  uint64_t offset;
  uint64_t limit; /* 0: no limit */
  bool from_end;  /* `offset` is how many come after those that are wanted; where there are no conditions */
} nt_query;

/* Each returns a new query in the arena and leaves the old one as it was. */
nt_query *nt_query_of(nt_arena *arena, nt_str collection);
nt_query *nt_query_where(nt_arena *arena, const nt_query *query, nt_str field, nt_compare compare, nt_value value);
nt_query *nt_query_sort(nt_arena *arena, const nt_query *query, nt_str key); /* "-date" sorts descending */
nt_query *nt_query_lang(nt_arena *arena, const nt_query *query, nt_str lang);
nt_query *nt_query_slice(nt_arena *arena, const nt_query *query, uint64_t offset, uint64_t limit);

/* Of `count` documents that meet it: the first that is wanted, and how many are. */
void nt_query_window(const nt_query *query, size_t count, size_t *first, size_t *wanted);

/* "eq ne lt le gt ge in", also "lte gte"; false if there is no such word. */
bool nt_compare_find(nt_str word, nt_compare *out);
/* Conditions sorted by field, comparison and value; the same bytes for the same question. */
void nt_query_normal(const nt_query *query, nt_buf *out);
/* The question that has this normal form; strings borrow from it. False if there is none. */
bool nt_query_read(nt_str normal, nt_arena *arena, nt_query *out);
/* Does a field's value (NULL if absent) meet the condition? */
bool nt_condition_holds(const nt_condition *condition, const nt_value *value);

#endif
