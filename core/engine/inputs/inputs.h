/* Everything about a site that is not an item: its layers, configuration, kinds, scripts, templates, data and messages,
 * as they were when an epoch began. Made on a worker, then only read; templates and data files are read when they are
 * first asked for and kept. */
#ifndef NT_ENGINE_INPUTS_INPUTS_H
#define NT_ENGINE_INPUTS_INPUTS_H

#include "base/map.h"
#include "engine/inputs/config.h"
#include "engine/inputs/locales.h"
#include "model/kind.h"
#include "model/query.h"
#include "model/reader.h"
#include "script/vm.h"
#include "text/fields.h"
#include "text/locale.h"

#include <uv.h>

enum { NT_MAX_LAYERS = 16, NT_BLOCKS = NT_EVENTS + 1 };

/* What comes of a link that leads nowhere, beside that it is left out. */
typedef enum nt_links_missing { NT_LINKS_ERROR, NT_LINKS_WARN, NT_LINKS_IGNORE } nt_links_missing;

/* A directory that a site is made from: itself first, then what it extends, nearest first. */
typedef struct nt_layer {
  nt_str dir; /* from the workspace's root */
  nt_root *root;
} nt_layer;

/* A language of the site, in the configuration's order: the first is the default. */
typedef struct nt_site_lang {
  nt_str code; /* "en" */
  nt_str name; /* in itself: "English"; the code if it is not said */
  nt_str path; /* of everything in it: begins and ends with '/' */
  const nt_str
      *chain; /* the languages that stand in for it, itself first: for messages that it lacks and for formats */
  size_t chain_len;
  const nt_locale *locale; /* the engine's: of the first in the chain that has one */
} nt_site_lang;

/* An output of a list of documents. */
typedef struct nt_list_output {
  nt_str name;    /* "rss" */
  nt_str path;    /* below the list's, or from the root; empty: not said */
  uint64_t limit; /* of entries; 0: not said */
  nt_pos pos;
} nt_list_output;

/* How a list of documents is laid out on pages. What differs by language is a text, or a map by language
 * (nt_setting_in); NULL if it is not said. */
typedef struct nt_listing {
  const nt_value *path, *page_path, *title, *params;
  nt_str template_name; /* empty: not said */
  uint64_t per_page;    /* 0: all on one page */
  bool from_oldest;     /* pages are numbered from the oldest document's */
  nt_list_output *outputs;
  size_t output_count;
} nt_listing;

typedef struct nt_collection {
  nt_str name;
  nt_value config; /* its map */
  nt_str *kinds;
  size_t kind_count;
  nt_query *query; /* conditions and sort; its collection is empty: every document */
  nt_listing list; /* its path is NULL if it has no pages */
  nt_str *ids;     /* of a collection that a collect hook listed by hand; NULL otherwise */
  size_t id_count;
} nt_collection;

/* Its name is the field that holds its terms. Which terms there are: engine/terms.h. */
typedef struct nt_taxonomy {
  nt_str name;
  nt_value config;       /* its map */
  nt_listing list;       /* of each term's pages; "{term}" stands for its slug in paths */
  const nt_value *index; /* the path of the page that lists the terms; NULL if there is none */
  nt_str index_template; /* empty: not said */
} nt_taxonomy;

/* A page without a document, once for each language. */
typedef struct nt_page_config {
  nt_str name;
  const nt_value *path, *title, *params, *languages;
  nt_str template_name, output;
  bool unlisted; /* in no sitemap */
  nt_pos pos;
} nt_page_config;

typedef struct nt_source_config {
  nt_str name;
  nt_str plugin;
  nt_str kind; /* of its items when they name none, or empty */
  nt_str lang; /* likewise */
  const nt_value *config;
  nt_pos pos;
} nt_source_config;

typedef struct nt_asset {
  nt_str path; /* of one of static/: below the publication's root; of one beside a text: from the site's root, NFC */
  nt_str file; /* from the layer's root, as the file system has it */
  uint32_t layer;
  nt_file_stamp stamp;
  bool racy;     /* its stamp may hide a change */
  uint64_t salt; /* tells versions apart that have the same stamp, else 0 */
} nt_asset;

/* A file or folder of a layer that could not be looked at; what is below it is unknown, not gone. */
typedef struct nt_unlisted {
  nt_str path; /* from the layer's root */
  uint32_t layer;
} nt_unlisted;

typedef struct nt_inputs {
  unsigned holders; /* the site, its plan, and each VM that was made with them; counted atomically */
  nt_arena *arena;
  nt_diags diags;
  bool configured; /* no error in the configuration */
  bool usable;     /* nor in the scripts: the site can be built */
  nt_layer layers[NT_MAX_LAYERS];
  uint32_t layer_count;
  NT_VEC(nt_str) absent; /* folders that are to be layers and are not there */
  nt_config_files files;
  nt_value config;
  nt_str title, url;
  nt_str base_path;        /* of the url: "" or "/bas" */
  nt_str lang;             /* the default language */
  const nt_zone *zone;     /* the engine's */
  const nt_locale *locale; /* the engine's */
  uint64_t item_limit, hook_memory, hook_instructions;
  double removals;
  nt_links_missing links_missing;
  nt_time now; /* the epoch's instant in the site's zone */

  NT_VEC(nt_site_lang) languages; /* never empty */
  NT_VEC(nt_source_config) sources;
  NT_VEC(nt_kind) kinds;
  NT_VEC(nt_collection) collections;
  NT_VEC(nt_taxonomy) taxonomies;
  NT_VEC(nt_page_config) pages;
  NT_VEC(nt_script_source) scripts;     /* in running order */
  nt_map modules;                       /* "x.y" -> nt_script_source of scripts/lib/x/y.lua */
  nt_map script_hashes;                 /* file -> nt_script_source, of scripts and modules */
  nt_hash vm_hash;                      /* of scripts, modules and limits: a VM made with another must be made anew */
  nt_hash registrations[NT_BLOCKS + 1]; /* which hooks for each event, which names for templates, which blocks */
  NT_VEC(nt_unlisted) unlisted;
  NT_VEC(nt_asset) assets;
  nt_map assets_by_path; /* below the publication's root, NFC -> nt_asset */
  nt_hash assets_hash;
  nt_hash basics;    /* of what every step may lean on: address, languages, time zone, limits */
  nt_value messages; /* language -> map */

  uv_mutex_t lock; /* guards what follows */
  nt_arena *lazy;
  nt_map templates; /* "layer:name" -> what was found, or that nothing was */
  nt_map data;      /* path -> data file */
} nt_inputs;

typedef struct nt_inputs_options {
  nt_str workspace;                                    /* its directory, as given */
  nt_str site;                                         /* the site's directory from the workspace's root */
  uint64_t item_limit, hook_memory, hook_instructions; /* the workspace's: a site may lower them */
  double removals;
  int64_t now; /* seconds since 1970 */
  nt_locales *locales;
  nt_where where; /* that names the site */
} nt_inputs_options;

/* Never NULL; look at `usable` and `diags`. */
nt_inputs *nt_inputs_load(const nt_inputs_options *options);
/* From any thread, as nt_inputs_free() is. */
nt_inputs *nt_inputs_share(nt_inputs *inputs);
/* The instant of an epoch that takes the inputs as they are. While no job of the site is out. */
void nt_inputs_set_now(nt_inputs *inputs, int64_t seconds);
/* When nobody holds it any more, it is gone. */
void nt_inputs_free(nt_inputs *inputs);

const nt_kind *nt_inputs_kind(const nt_inputs *inputs, nt_str name); /* NULL if there is none */
const nt_collection *nt_inputs_collection(const nt_inputs *inputs, nt_str name);
const nt_taxonomy *nt_inputs_taxonomy(const nt_inputs *inputs, nt_str name);
/* What a setting that may differ by language says in one: the text itself, or the map's entry; empty if it has none. */
nt_str nt_setting_in(const nt_value *setting, nt_str lang);
/* For texts that are shown: if that language has none, the default language's. */
nt_str nt_setting_text(const nt_inputs *inputs, const nt_value *setting, nt_str lang);
/* For paths: a text lies below each language's own path, a map holds whole paths. Empty if that language has none. */
nt_str nt_setting_path(const nt_inputs *inputs, const nt_value *setting, nt_str lang, nt_arena *arena);
/* Reads a collection's map; used for those of site.yaml and those that collect hooks add. `where` for diagnostics. */
bool nt_collection_read(nt_str name, const nt_value *config, nt_where where, nt_arena *arena, nt_diags *diags,
                        nt_collection *out);

/* What diagnostics call a layer's file. */
nt_str nt_inputs_shown(const nt_inputs *inputs, uint32_t layer, nt_str path, nt_arena *arena);
/* Does the path, from a layer's root, lie in what could not be looked at? */
bool nt_inputs_is_unlisted(const nt_inputs *inputs, nt_str path);

/* Could every template that was asked for be read, or was not there? While no worker asks. */
bool nt_inputs_templates_sound(const nt_inputs *inputs);

/* From any thread: has a data file of that path been asked for, or one in that folder? Whether it was there or not. */
bool nt_inputs_has_asked(nt_inputs *inputs, nt_str path, bool folder);
/* From any thread; diags may be NULL. */
nt_read nt_inputs_template(nt_inputs *inputs, nt_str name, uint32_t from_layer, nt_diags *diags,
                           nt_template_source *out);
nt_read nt_inputs_data(nt_inputs *inputs, nt_str path, nt_diags *diags, const nt_value **out, nt_hash *hash);
/* In the first language of the chain that has it. */
nt_read nt_inputs_message(const nt_inputs *inputs, nt_str lang, nt_str key, nt_str *out);
/* The hash of a script or module by what diagnostics call it, NT_HASH_ABSENT if there is none. */
nt_hash nt_inputs_script_hash(const nt_inputs *inputs, nt_str file);
/* nt_vm_options.module and .language, with the inputs as ud. */
bool nt_inputs_module(void *ud, nt_str name, nt_script_source *out);
const nt_locale *nt_inputs_language(void *ud, nt_str lang);

#endif
