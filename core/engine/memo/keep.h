/* What a site writes to its memo, and how it comes back from it.
 *
 *     document job, render job ── encode their rows ──► install: put ──┐
 *     end of an epoch ── names, what collect hooks gave ──► put ───────┴─► flush
 *
 * Numbers of names and slots of documents stay what they are from process to process, so traces are stored as they
 * stand. What is flushed together is one whole: a row never tells of a name or slot that the memo does not know. */
#ifndef NT_ENGINE_MEMO_KEEP_H
#define NT_ENGINE_MEMO_KEEP_H

#include "engine/site.h"

typedef struct nt_keep nt_keep;

/* Loop thread, in a phase that has no job out, when the site's state is open: no other engine has the memo then. What
 * an earlier process kept is there when `then` is called; the first time only, and not for a check or an engine that is
 * to do without. */
void nt_keep_begin(nt_site *site, void (*then)(nt_site *site));
void nt_keep_close(nt_site *site);
/* Says what is to be said of the memo in this epoch. */
void nt_keep_report(nt_site *site);

/* On the worker that has the document or page: its row, if it is another than what is kept. */
void nt_keep_encode_document(const nt_site *site, nt_record *record, nt_buf *row);
void nt_keep_encode_page(const nt_site *site, nt_page_record *page, nt_buf *row);
/* Is anything kept? Any thread. */
bool nt_keep_is_on(const nt_site *site);
/* Loop thread: such a row; an empty one means that what is kept stays. Pages' rows are taken. */
void nt_keep_document(nt_site *site, nt_record *record, nt_str row);
void nt_keep_page(nt_site *site, const nt_page_record *page, nt_buf *row);
/* Loop thread: its item's newest good bytes, which may be none at all. */
void nt_keep_good(nt_site *site, nt_record *record, nt_str bytes);
/* Loop thread: a document that was put in force, or cleared, without a job of its own. */
void nt_keep_changed(nt_site *site, nt_record *record);
/* Loop thread: what collect hooks gave is another. */
void nt_keep_collected(nt_site *site);
/* Loop thread, at the end of an epoch, whether good or failed, when no job is out. */
void nt_keep_flush(nt_site *site);

#endif
