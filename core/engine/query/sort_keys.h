/* What documents are put in order by: for each document and order, bytes that compare as the order has it.
 *
 *     value of each sort ──► absent last ─ type ─ value, turned round when descending ──► id
 *
 * Texts are there as the language's collation keys, which cost more than all the rest of a question: a key is kept, and
 * shared by all questions in that order, for as long as the fields that it was made of hash as before. */
#ifndef NT_ENGINE_QUERY_SORT_KEYS_H
#define NT_ENGINE_QUERY_SORT_KEYS_H

#include "engine/content/records.h"
#include "model/query.h"
#include "text/locale.h"

/* No two documents have the same. */
typedef struct nt_sort_key {
  nt_hash made_of;
  size_t len;
  char bytes[];
} nt_sort_key;

static inline int nt_sort_key_cmp(const nt_sort_key *a, const nt_sort_key *b) {
  return nt_str_cmp(nt_str_n(a->bytes, a->len), nt_str_n(b->bytes, b->len));
}

typedef struct nt_order nt_order;   /* of a query's sorts in a language; lasts as long as its table */
typedef struct nt_orders nt_orders; /* of one site; any thread may ask */

nt_orders *nt_orders_new(void);
void nt_orders_free(nt_orders *orders);
nt_order *nt_orders_get(nt_orders *orders, const nt_locale *locale, const nt_sort *sorts, size_t count);
/* The keys of documents in force. A key lasts until its document has been touched, and is not looked at after that. */
void nt_order_keys(nt_order *order, const nt_record *const *records, size_t count, const nt_sort_key **out);

#endif
