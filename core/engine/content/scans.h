/* Scans of the sources whose items are files: of all that a source has, or only of what was told to have changed.
 *
 *      told ──► paths of each source ──► a look, on a worker ──► items that come, change and go
 *                                             │
 *                                             └── links, problems, two files that want one item: all is listed
 *
 * A look finds exactly what a scan of everything would find, or leaves it to one. Of a source one at a time is out, so
 * that what is found later is applied later. */
#ifndef NT_ENGINE_CONTENT_SCANS_H
#define NT_ENGINE_CONTENT_SCANS_H

#include "engine/content/records.h"
#include "engine/content/sources.h"

/* Loop thread. Lists every file of the source, when what is out has come back. */
void nt_scan_begin(nt_source *source);
/* Looks at what was told of the source, if there is anything. */
void nt_scan_begin_look(nt_source *source);
/* Takes in what scans have found; true if files beside texts came, changed or went. */
bool nt_scans_apply(struct nt_site *site);
void nt_scan_forget_told(nt_source *source);

/* What a scan says of a source, also one of its own (sources.c). */
void nt_source_scan_begins(nt_source *source, uint64_t announced);
void nt_source_scan_ends(nt_source *source, notis_scan_end end);
/* False if another file of the scan has the id already: two names may differ only in how their letters are put
 * together. A scan comes in the order of the paths, so that the same one has it every time. */
bool nt_source_item_is(nt_source *source, nt_str path, nt_str fingerprint, bool racy);
void nt_source_item_gone(nt_source *source, nt_str path);
/* NULL if there was never one of that path. */
nt_record *nt_source_item(const nt_source *source, nt_str path);

#endif
