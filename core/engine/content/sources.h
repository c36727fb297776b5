/* The sources of a site: plugin instances that say which items there are, and the scans of those whose items are files.
 *
 *      plugin ──sink──► mailbox (bounded) ──┐
 *      scan on a worker ────────────────────┴─ deliver ──► records: marked for a document job, or gone
 *
 * Delivery is the only thing that changes which documents there are, and workers read that without a lock: it happens
 * between jobs, when the site is idle or at its documents. What comes while pages are rendered waits. */
#ifndef NT_ENGINE_CONTENT_SOURCES_H
#define NT_ENGINE_CONTENT_SOURCES_H

#include "base/vec.h"
#include "engine/content/mailbox.h"
#include "engine/inputs/inputs.h"
#include "host/host.h"
#include "host/strand.h"
#include "io/pool.h"

struct nt_site;

typedef enum nt_source_state { NT_SOURCE_OPENING, NT_SOURCE_OPEN, NT_SOURCE_FAILED } nt_source_state;

/* A path from the site's root; heap. A folder stands for all that is or was in it. */
typedef struct nt_told {
  nt_str path;
  bool folder;
} nt_told;

enum { NT_MOST_TOLD = 4096 };

typedef struct nt_told_paths {
  nt_told *items;
  size_t len, cap;
} nt_told_paths;

typedef struct nt_source {
  struct nt_site *site;
  uint32_t index;
  nt_str name;
  nt_str kind; /* of its items when they name none */
  nt_str lang; /* of its items when nothing else says, or empty */
  const nt_plugin *plugin;
  nt_hash version; /* of plugin and configuration: in the trace of what it parsed */
  nt_arena *arena; /* config, diagnostics */
  nt_value config;
  nt_where where; /* of the configuration */
  nt_diags diags;
  nt_source_state state;
  void *self;
  bool opened_well; /* open() answered OK: close() is due */
  nt_strand *strand;
  notis_sink *sink;
  nt_post opened;
  nt_mailbox *mailbox;

  bool files; /* its items are files below `path` that match */
  nt_str path, match;
  bool plain;              /* the last scan of everything met nothing but files, and left none out */
  bool scan_out;           /* one of its files, or it waits to be applied */
  bool list_all;           /* then everything is to be listed */
  nt_told_paths told;      /* or these are to be looked at */
  NT_VEC(nt_asset) beside; /* files below `path` that are no texts of its own */
  nt_arena *beside_arena;
  size_t beside_gone;   /* whose names still lie in the arena */
  bool scanning;        /* between begin and end */
  bool complete;        /* it has ended a scan since it was opened */
  bool whole;           /* and the last one was COMPLETE */
  uint64_t generation;  /* of the scan that is open or was last, in the site's own count */
  uint64_t announced;   /* the same, as the source calls it */
  nt_arena *scan_arena; /* of the diagnostics of the last scan */
  nt_diags scan_diags;
} nt_source;

typedef struct nt_sources {
  NT_VEC(nt_source *) items;
  unsigned running;        /* opens and scans that are out, or wait to be delivered */
  struct nt_scan *scanned; /* scans that wait */
  uint64_t scans;
} nt_sources;

/* Loop thread. Opens what the inputs name and closes what they no longer do; a source whose configuration changed is
 * opened anew. If the site says so, the files of the others are listed again. */
void nt_sources_update(struct nt_site *site);
/* Something came, changed or went in the site's folder. Which sources have to do with it? */
typedef enum nt_told_of {
  NT_TOLD_ELSEWHERE, /* it lies in no source */
  NT_TOLD_NOTHING,   /* it is of no interest to any that it lies in */
  NT_TOLD_ITEMS      /* nt_sources_look() will look there */
} nt_told_of;
nt_told_of nt_sources_told(struct nt_site *site, nt_str path, bool folder);
/* Looks at what was told and has not been looked at. The site is idle or at its documents. */
void nt_sources_look(struct nt_site *site);
/* In what was told, or in a folder of it? In order of path. */
bool nt_told_holds(const nt_told_paths *told, nt_str path);
void nt_sources_close(struct nt_site *site);
/* Puts every document in line whose source can be asked for it. */
void nt_sources_mark(struct nt_site *site);
/* Takes in what sources have sent and what scans have found. No job of the site may be out. */
void nt_sources_deliver(struct nt_site *site);
bool nt_sources_waiting(const struct nt_site *site);
/* Nothing is being opened or scanned, and nothing waits in a sink. */
bool nt_sources_quiet(const struct nt_site *site);

/* Is the file, by its path from the site's root, one of the texts that this source says are its own? */
bool nt_source_takes(const nt_source *source, nt_str file);
/* May the stamp, taken at a look that began then, hide a change? Git's racy-stat rule. */
bool nt_source_is_racy(const nt_file_stamp *stamp, int64_t started);

/* Could every source be opened? */
bool nt_sources_sound(const struct nt_site *site);

/* The engine's side of a sink, called on any thread; nt_host_engine's functions. */
notis_status nt_source_begin(notis_sink *sink, uint64_t generation);
notis_status nt_source_upsert(notis_sink *sink, nt_str id, nt_str fingerprint);
notis_status nt_source_remove(notis_sink *sink, nt_str id);
notis_status nt_source_end(notis_sink *sink, uint64_t generation, notis_scan_end end);
notis_status nt_source_files(notis_sink *sink, nt_str path, nt_str match);

#endif
