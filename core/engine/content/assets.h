/* Files that pass through: those of static/, and those beside texts, which are all the files below a source's folder
 * that no source takes as texts. The table of the latter is made from what scans have listed, and changes only between
 * jobs; what is known of a file is read from it when it is first asked for, and kept for as long as its stamp says that
 * it is the same. */
#ifndef NT_ENGINE_CONTENT_ASSETS_H
#define NT_ENGINE_CONTENT_ASSETS_H

#include "engine/content/sources.h"
#include "engine/inputs/inputs.h"

typedef struct nt_assets nt_assets;

struct nt_site;

nt_assets *nt_assets_new(void);
void nt_assets_free(nt_assets *assets);

/* Loop thread, no job out. What a scan of a source listed; `whole` unless parts of it could not be looked at, and then
 * what is not listed may still be there. `started` is the clock's at the scan's beginning. */
void nt_assets_scanned(nt_source *source, const nt_file_list *list, bool whole, int64_t started);
/* The same of what a look found of what was told; true if anything is another than before. */
bool nt_assets_looked(nt_source *source, const nt_told_paths *told, const nt_file_list *list, int64_t started);
/* May a file of that path, which no source takes, be one beside texts? */
bool nt_assets_is_beside(nt_str path);
/* Does a path of a layer lie in a folder that the site is made from, or a folder hold such? */
bool nt_assets_is_of_the_site(nt_str path);
/* Makes the table from what the sources have; true if it is another than before. */
bool nt_assets_update(struct nt_site *site);
void nt_assets_forget_source(nt_source *source);

/* The hash of all files beside texts. */
nt_hash nt_assets_hash(const struct nt_site *site);
size_t nt_assets_count(const struct nt_site *site);
const nt_asset *nt_assets_at(const struct nt_site *site, size_t index); /* in order of path */

/* By path from the site's root, NFC: "content/x/karta.png", "static/css/site.css". NULL if there is none. */
const nt_asset *nt_assets_find(const struct nt_site *site, nt_str path);
bool nt_asset_is_static(const nt_asset *asset);

/* What is known of files, for the memo: how often that changed, all of it, and all of it back. */
uint64_t nt_assets_known_changes(nt_assets *assets);
void nt_assets_known_encode(const nt_assets *assets, nt_buf *out);
bool nt_assets_known_decode(nt_assets *assets, nt_str bytes);

/* From any thread. */
void nt_asset_facts(struct nt_site *site, const nt_asset *asset, nt_arena *arena, nt_file_facts *out);
/* It is used as a picture, and is none; formats that are not looked into pass. */
bool nt_asset_is_broken_image(struct nt_site *site, const nt_asset *asset);
/* What a step depends on when it has looked at a file, or looked for one (NULL): another one when its bytes may be other
 * ones. A new stamp alone makes no new version: the file is read again. */
nt_hash nt_asset_version(struct nt_site *site, const nt_asset *asset);
/* The hash of its bytes; false if they cannot be read. */
bool nt_asset_content(struct nt_site *site, const nt_asset *asset, nt_hash *out);

#endif
