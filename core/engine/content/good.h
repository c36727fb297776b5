/* The newest good bytes of items whose present bytes are at fault: they cannot be read, are no text, break their kind's
 * rules, or a hook raises on them. What was good when an epoch last was committed takes their place in everything that
 * the site gives, under the present rules; the fault is reported all the same.
 *
 *      found good ──► memo ──take, if committed───┐
 *                                                 ├──► stands in, while the item is at fault
 *      .notis/state/<site>/good/ ◄──written───────┘    (before anything that relies on it is published)
 *
 * They are state: the site is a function of them too. A commit in which the item has healed or gone removes them.
 *
 * The memo has two rows for each item, so that what is found good goes there at once: into the row of the newest that
 * were, but while those are the newest that were committed too, into the other. Bytes are committed when an epoch was
 * that found them good, or a later one. Bytes that never were are dropped when other ones are at fault; then the other
 * row is the newest. */
#ifndef NT_ENGINE_CONTENT_GOOD_H
#define NT_ENGINE_CONTENT_GOOD_H

#include "engine/content/records.h"

struct nt_site;
struct nt_reading;

/* What an item's own bytes came to, while others stand in for them: the record's `parse` and `hooks` are theirs. */
typedef struct nt_standin {
  nt_buf bytes; /* the good ones */
  nt_hash item; /* their hash */
  nt_step parse, hooks;
  uint8_t item_hooks;
  nt_standing standing; /* of the text that its own bytes gave, whose hooks failed */
} nt_standin;

/* Have its own bytes given a text, which was in force when a hook raised on it? Its time may run out. */
static inline bool nt_standin_asked(const nt_record *record) {
  return record->standin && record->standin->parse.state == NT_STEP_OK;
}

/* Good bytes that lie in the state. */
typedef struct nt_good {
  nt_str id, bytes;
  nt_hash item;
} nt_good;

typedef struct nt_goods {
  nt_map held; /* id -> nt_good; read by workers, changed while the site commits */
  bool loaded;
  NT_VEC(nt_record *) unwritten; /* records with something that stands in and that the state may not hold */
  uint64_t committed;            /* the last epoch that was; changes between epochs */
} nt_goods;

void nt_goods_deinit(nt_goods *goods);
/* Reads what lies in the state, once. By whoever has the site, before any document is looked at. */
void nt_goods_load(struct nt_site *site);

/* ---- the worker that has the record ---- */

/* Does what stands in for the item still do so: are its own bytes, which are there, the same and at fault as before? */
bool nt_good_holds(struct nt_reading *reading);
/* The item is looked at anew. */
void nt_good_dismiss(nt_record *record);
/* After its own bytes were read, parsed and given to the hooks: notes them if they are good. If they are at fault and
 * there are others that were good, these stand in: true, and they are to be parsed. */
bool nt_good_settle(struct nt_reading *reading);
/* Parses the bytes that stand in. */
void nt_good_parse(struct nt_reading *reading);

/* ---- the loop ---- */

/* A record's job is installed. */
void nt_good_follow(struct nt_site *site, nt_record *record);
/* The memo is lost: items that are as they were when they were found good are read again, and their bytes held. */
void nt_goods_recover(struct nt_site *site);
/* The item is gone, and its rows with it. */
void nt_good_forget(nt_record *record);
/* Of an item's two rows, the key in NT_MEMO_ITEMS. */
static inline uint64_t nt_good_key(const nt_record *record, unsigned row) {
  return 2 * (uint64_t)record->slot + row;
}

/* ---- the strand, while it commits or gives up ---- */

/* Writes to the state what stands in and is not there. False after reporting. */
bool nt_good_write(struct nt_site *site, nt_diags *diags);
/* Is this item whole again, or gone for certain, so that its good bytes are needed no more? */
bool nt_good_is_needless(const struct nt_site *site, nt_str id);
/* Removes an item's good bytes from the state. */
bool nt_good_remove(struct nt_site *site, nt_str id, nt_diags *diags);

#endif
