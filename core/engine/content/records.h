/* The table of a site's documents: for each, what its steps gave last time and what is in force now.
 *
 * A record keeps its slot for as long as the process runs, so a slot names a document in traces; the generation in a
 * docref tells a document from an earlier one with the same id. Records change only on the loop thread, between the
 * jobs that read them; what a job makes it hands over in an nt_record_update. */
#ifndef NT_ENGINE_CONTENT_RECORDS_H
#define NT_ENGINE_CONTENT_RECORDS_H

#include "base/map.h"
#include "engine/content/links.h"
#include "engine/inputs/inputs.h"
#include "engine/trace/trace.h"
#include "model/document.h"
#include "text/shortcode.h"
#include "text/state.h"

/* A body's bytes, shared by the parsed document and the one in force when no hook touched it. Both belong to one
 * record, so whoever has the record counts. Once they lie in the memo they are no longer here (bodies.h). */
typedef struct nt_blob {
  unsigned holders;
  uint8_t kept;  /* in the memo: bit 0 as the parsed document's, bit 1 as that of what hooks left */
  uint32_t turn; /* of the flush that took it there; 0: none did */
  nt_hash hash;  /* of the bytes as they stand, origins and all */
  size_t len;
  char *bytes; /* NULL: in the memo only */
} nt_blob;

/* A document as it is kept: fields decoded, the body as bytes. Never changed once it is in a record. */
typedef struct nt_frozen {
  nt_arena *arena;
  nt_str id, file, source, kind, lang, name;
  nt_value fields;
  nt_hash *field_hashes; /* one for each entry of fields */
  nt_hash fields_hash;
  nt_blob *blob; /* nodecode */
  nt_hash body_hash;
  nt_str positions;        /* of the parsed body, nodecode form */
  nt_str field_positions;  /* where each field was written */
  nt_str markup_positions; /* of the nodes in markup fields */
  nt_links links;
  nt_hash hash;             /* of everything but positions */
  nt_shortcode *shortcodes; /* of the body; what nobody replaced */
  size_t shortcode_count;
} nt_frozen;

/* Keeps the document; the result owns all it holds. A body that nobody changed is that of `before`, which then must
 * be what the document was thawed from; NULL otherwise. */
nt_frozen *nt_frozen_new(nt_document *document, const nt_frozen *before);
void nt_frozen_free(nt_frozen *frozen);
/* For a document out of the memo, whose body stays there: of that length and hash, kept as nt_blob.kept says; or that
 * of another document. */
void nt_frozen_body_away(nt_frozen *frozen, size_t len, nt_hash hash, uint8_t kept);
void nt_frozen_share_body(nt_frozen *frozen, const nt_frozen *other);
/* A document that hooks may change, with the frozen one's content; `body` is what nt_body_get() gave of it. */
void nt_frozen_thaw(const nt_frozen *frozen, nt_str body, nt_arena *arena, nt_document *out);
/* NULL if there is no such field; "id", "kind", "lang", "source" and "file" are read into *meta and returned. For the
 * hash there are also ":links", ":anchors" and ":name", which no field can be called. */
const nt_value *nt_frozen_field(const nt_frozen *frozen, nt_str name, nt_value *meta);
nt_hash nt_frozen_field_hash(const nt_frozen *frozen, nt_str name);
/* Turns a place by node or field into line and column. With both, it is a link: where its destination stands. */
void nt_frozen_locate(const nt_frozen *frozen, nt_where *where);
/* The place of a document's n-th link; it stays right when only the places of nodes change. */
nt_where nt_frozen_link_where(const nt_frozen *frozen, size_t link, nt_arena *arena);
/* Turns such a place into one by node and field. */
void nt_frozen_locate_link(const nt_frozen *frozen, nt_where *where);

/* What was last made known of a document: what others see of it, and what it is counted as. */
typedef struct nt_shown {
  nt_hash hash;     /* of all that others see; NT_HASH_ABSENT: nothing */
  nt_hash withheld; /* its part of nt_records.withheld */
  int64_t until;    /* when its state changes next */
  uint8_t as;       /* nt_counted_as (verdict.h) */
  bool hooks, hooks_failed, item, item_failed;
  bool speaks, speaking; /* it has something to say; it is among those that may */
} nt_shown;

typedef struct nt_record {
  uint32_t slot;
  uint32_t generation;
  nt_str id;
  nt_hash id_hash;
  uint32_t source;    /* index of the site's source; NT_SOURCE_NONE for what a collect hook added */
  nt_str path;        /* of the file from the site's root, or the item's path within its source */
  nt_str fingerprint; /* heap; what the source said last */
  bool listed;        /* its source has it now */
  bool dirty;         /* waits for a document job */
  bool stale;         /* its bytes must be read again */
  bool racy;          /* its stamp may hide a change: its bytes are read at every scan */
  bool displaced;     /* its address is another document's: it has no page and is in no query */
  bool astray;        /* a reference of its names nothing: displaced for that */
  bool queued;        /* it belongs to a job until that is installed */
  bool lost;          /* a step did not get its body; set by any worker */
  bool unkept;        /* the memo does not have it as it is */
  bool made_is_kept;  /* the memo has a body of what hooks left */
  uint64_t seen;      /* generation of the last scan that listed it */

  nt_hash item;    /* the hash of its bytes as last read */
  nt_step trouble; /* diagnostics of an item that could not be read at all */
  nt_step parse;
  uint8_t item_hooks; /* nt_step_state: what they came to when it was parsed */
  nt_frozen *parsed;  /* the parse step's value */
  nt_step hooks;
  nt_frozen *made;            /* what the hooks left, or what another document's hook or a collect hook gave; may be the
                                 same as `parsed`; NULL when there is nothing good, or the text's own state holds it */
  nt_frozen *frozen;          /* what is in force: `made`, or NULL when it is held */
  nt_standing text_standing;  /* of `parsed`; see states.h */
  nt_standing standing;       /* of `made` */
  struct nt_standin *standin; /* for an item at fault (good.h); NULL: what is here is of its own bytes */
  nt_hash goods[2];           /* of the good bytes in its two rows (good.h); NT_HASH_ABSENT: there are none */
  uint64_t good_epoch;        /* that found the newest good */
  nt_str *held;               /* two rows of good bytes, heap, where no memo takes them; else NULL */
  uint8_t good_row;           /* where those are */
  uint32_t parent;            /* slot + 1 of the document it was derived from */
  uint32_t *derived;          /* slots, heap */
  size_t derived_count;
  nt_shown shown;
} nt_record;

enum { NT_SOURCE_NONE = UINT32_MAX };

/* The slots of documents in the order in which what others see of them changed: that they are in force, a field, the
 * body, whether they are displaced. Who keeps something that is derived from documents remembers how far it has read.
 */
typedef struct nt_touched {
  NT_VEC(uint32_t) slots;
  uint64_t first; /* position of slots.items[0]; what came earlier is no longer known */
} nt_touched;

typedef struct nt_records {
  nt_arena *arena; /* ids and paths */
  NT_VEC(nt_record *) slots;
  nt_map by_id;
  nt_touched touched;
  nt_hash withheld; /* sum over the texts that are not in force: what is known of their links */
} nt_records;

void nt_records_init(nt_records *records);
void nt_records_deinit(nt_records *records);
nt_record *nt_records_find(const nt_records *records, nt_str id); /* NULL */
nt_record *nt_records_get(nt_records *records, nt_str id);        /* made if absent */
/* Loop thread, between the jobs that read documents, or the job that makes the plan. */
void nt_records_touch(nt_records *records, const nt_record *record);
/* The same, after anything was done to the document: if others see it otherwise than before. */
void nt_records_show(nt_records *records, nt_record *record);
/* The position behind the last touch. */
uint64_t nt_records_position(const nt_records *records);
/* Forgets early touches when they are more than the documents: who stands before `first` looks at every document. */
void nt_records_trim_touched(nt_records *records);
/* The document is gone: frees what its steps gave. */
void nt_record_clear(nt_record *record);
/* Each takes the document (NULL: there is none) and frees the one before, which goes out of force. */
void nt_record_set_parsed(nt_record *record, nt_frozen *parsed);
void nt_record_set_made(nt_record *record, nt_frozen *made);

/* Its own bytes are: what is in force, if anything is, is another version. */
bool nt_record_is_at_fault(const nt_record *record);
/* What its own bytes came to. */
const nt_step *nt_record_own_parse(const nt_record *record);
const nt_step *nt_record_own_hooks(const nt_record *record);
uint8_t nt_record_own_item_hooks(const nt_record *record);

static inline nt_docref nt_record_ref(const nt_record *record) {
  return (uint64_t)record->generation << 32 | (record->slot + 1);
}
/* NULL if the reference is stale or the document is not in force. */
nt_record *nt_records_at(const nt_records *records, nt_docref ref);

#endif
