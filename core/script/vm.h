/* One Lua VM: the scripts of one site, sealed after load, for one worker.
 *
 *      new ──load──► sealed ──run_*──► …  ──free
 *
 * Load runs every script once; they register hooks, filters and so on through `require "notis"`. Then everything
 * reachable from what was registered is frozen: tables become read-only, upvalues are compared after each call, and
 * what could carry state from one document to the next is refused. Every VM of a site is loaded with the same scripts
 * in the same order and so holds the same registrations.
 *
 * A VM belongs to one thread at a time. Each run_* is one protected call with its own instruction budget; what it reads
 * goes through the reader, and faults go to the reader's diagnostics with the script's file and line. */
#ifndef NT_SCRIPT_VM_H
#define NT_SCRIPT_VM_H

#include "model/reader.h"
#include "text/locale.h"

typedef struct nt_vm nt_vm;

typedef struct nt_script_source {
  nt_str file; /* what diagnostics call it: "sites/shared/scripts/10-lead.lua" */
  nt_str bytes;
  nt_hash hash;
} nt_script_source;

typedef struct nt_vm_options {
  uint64_t instructions; /* budget of one call, 0: 50 million */
  size_t memory;         /* bytes the VM may hold, 0: 64 MB */
  const nt_locale *locale;
  const nt_zone *zone;
  /* `require "x.y"` finds scripts/lib/x/y.lua of the nearest layer; false if there is none. */
  bool (*module)(void *ud, nt_str name, nt_script_source *out);
  /* The site's locale for one of its languages, NULL for others: they are opened as they are. May be NULL. */
  const nt_locale *(*language)(void *ud, nt_str lang);
  void *ud;
} nt_vm_options;

typedef enum nt_event {
  NT_EVENT_ITEM,
  NT_EVENT_DOCUMENT,
  NT_EVENT_COLLECT,
  NT_EVENT_PAGE,
  NT_EVENT_OUTPUT,
  NT_EVENTS
} nt_event;

typedef enum nt_hook_result {
  NT_HOOK_OK,
  NT_HOOK_DROPPED, /* a hook asked for the item or document to be left out */
  NT_HOOK_FAILED   /* a hook raised, or ran out of budget; reported */
} nt_hook_result;

/* Why the last call failed. Overruns of memory depend on what the VM held before: they are never memoised. */
typedef enum nt_vm_fault {
  NT_FAULT_NONE,
  NT_FAULT_RAISED,
  NT_FAULT_BUDGET,
  NT_FAULT_MEMORY,
  NT_FAULT_STATE
} nt_vm_fault;

/* Something of a script or template that runs. */
typedef struct nt_observed {
  enum { NT_OBSERVED_HOOK, NT_OBSERVED_BLOCK, NT_OBSERVED_TEMPLATE } sort;
  nt_event event; /* of a hook */
  nt_str file;    /* as diagnostics call it */
  uint32_t line;  /* where it is registered; 0 of a template */
} nt_observed;

/* Who looks on while a VM works, and may not change anything. begin() answers a mark that end() is given; whatever
 * began after that mark has ended too, for an error may have come in between. */
typedef struct nt_observer {
  size_t (*begin)(void *ud, const nt_observed *what);
  void (*end)(void *ud, size_t mark);
  void *ud;
} nt_observer;

nt_vm *nt_vm_new(const nt_vm_options *options);
void nt_vm_free(nt_vm *vm);
nt_vm_fault nt_vm_last_fault(const nt_vm *vm);
/* Between calls: forgets the last fault, and counts steps from here on. */
void nt_vm_count_anew(nt_vm *vm);
/* That calls took, as far as Lua's hook tells. */
uint64_t nt_vm_steps(const nt_vm *vm);
/* Memory ran out and could not be had back: the VM answers every call with a failure and must be replaced. */
bool nt_vm_is_dead(const nt_vm *vm);
/* From now on; NULL: nobody. Borrowed. */
void nt_vm_observe(nt_vm *vm, const nt_observer *observer);
/* Tell it, if there is one. */
size_t nt_vm_begin(nt_vm *vm, const nt_observed *what);
void nt_vm_end(nt_vm *vm, size_t mark);
/* Bytes that Lua holds. */
size_t nt_vm_memory(const nt_vm *vm);
/* Between calls: frees what none can reach any more. */
void nt_vm_trim(nt_vm *vm);
/* Runs the scripts in order and seals the VM. False after reporting: the site's scripts are not usable. Called once. */
bool nt_vm_load(nt_vm *vm, const nt_script_source *scripts, size_t count, nt_diags *diags);

/* What is registered, in running order, for listings and for the trace. NULL-pointer filter: every kind. */
typedef struct nt_subscriber {
  nt_str file;
  uint32_t line;
  nt_str kind;
} nt_subscriber;
size_t nt_vm_subscriber_count(const nt_vm *vm, nt_event event);
nt_subscriber nt_vm_subscriber(const nt_vm *vm, nt_event event, size_t index);
/* Does any subscriber of the event want this kind? */
bool nt_vm_wants(const nt_vm *vm, nt_event event, nt_str kind);
/* The order, files, lines and filters of everything registered: two VMs with equal hashes run the same hooks. */
nt_hash nt_vm_registration_hash(const nt_vm *vm);
/* Which filters, functions and tests templates find, and in which files; not where in them. */
nt_hash nt_vm_names_hash(const nt_vm *vm);
const char *nt_event_name(nt_event event);

/* `bytes` is replaced in place by what the hooks made of it (in the reader's arena). */
nt_hook_result nt_vm_run_item(nt_vm *vm, nt_reader *reader, nt_str id, nt_str kind, nt_str *bytes);

typedef struct nt_documents {
  nt_document **items;
  size_t len;
  size_t cap; /* in the reader's arena */
} nt_documents;
/* Changes the document in place; what it derives is appended to `derived`, in the same arena as the document. */
nt_hook_result nt_vm_run_document(nt_vm *vm, nt_reader *reader, nt_document *document, nt_documents *derived);

/* Is any fenced block given a meaning? */
bool nt_vm_has_blocks(const nt_vm *vm);
nt_hash nt_vm_blocks_hash(const nt_vm *vm);
/* Puts what their functions make in the place of the document's blocks. Before its document hooks. */
nt_hook_result nt_vm_run_blocks(nt_vm *vm, nt_reader *reader, nt_document *document);

/* What collect hooks add. Everything in the reader's arena. */
typedef struct nt_collected {
  nt_documents documents; /* id "<name>" given by the hook, fields and body as derived documents */
  nt_value collections;   /* a map: name -> map as in site.yaml, or with `documents`: a list of ids */
  nt_value pages; /* a list of maps: path, template, output, params; with a position-free `script` for diagnostics */
  nt_value redirects; /* a map: path -> target */
} nt_collected;
nt_hook_result nt_vm_run_collect(nt_vm *vm, nt_reader *reader, nt_collected *out);
/* May change page->params and page->template_name. */
nt_hook_result nt_vm_run_page(nt_vm *vm, nt_reader *reader, nt_page *page);
nt_hook_result nt_vm_run_output(nt_vm *vm, nt_reader *reader, const nt_page *page, nt_buf *bytes);

#endif
