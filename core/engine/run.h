/* A step while it runs: the engine's side of the one reader, and the question whether a step need run at all. */
#ifndef NT_ENGINE_RUN_H
#define NT_ENGINE_RUN_H

#include "engine/site.h"

typedef enum nt_run_scope {
  NT_RUN_DOCUMENT, /* parse and document hooks: no other document can be seen */
  NT_RUN_COLLECT,  /* every document but what collect hooks add */
  NT_RUN_PLAN,     /* everything */
  NT_RUN_PAGE      /* everything but what the plan withholds */
} nt_run_scope;

typedef struct nt_run {
  nt_reader reader; /* the first member: ops cast back to nt_run */
  nt_site *site;
  nt_seat *seat;
  nt_run_scope scope;
  nt_docref document; /* that is rendered, or 0: links are seen from it */
  bool lost;          /* a body could not be had: what the step gives is nothing */
  nt_diags diags;
} nt_run;

/* Begins a step on a seat: its arena is emptied, its tracer started. One run at a time on a seat. */
void nt_run_start(nt_run *run, nt_site *site, nt_seat *seat, nt_run_scope scope);
/* Reads that are not the reader's: a key with the hash it has now. */
void nt_run_trace(nt_run *run, nt_key_class cls, uint32_t scope, nt_str name, nt_hash hash);
/* Which hooks there are for an event, in which order. */
void nt_run_trace_hooks(nt_run *run, nt_event event);
/* Puts the step into the memo. */
void nt_run_finish(nt_run *run, nt_step *step, nt_step_state state, nt_hash value);

/* A job's time with a worker. What is not done when it is over goes back in line, so that other sites wait for one
 * hook of this one at most. */
typedef struct nt_turn {
  const nt_seat *seat;
  uint64_t from;
} nt_turn;
nt_turn nt_turn_begin(const nt_seat *seat);
bool nt_turn_is_over(const nt_turn *turn);

/* Does everything that the step read have the hash it had then? */
bool nt_step_holds(nt_site *site, nt_seat *seat, nt_run_scope scope, const nt_step *step);
/* The first thing that it read and that is another now; NULL if all is as it was. */
const nt_trace_entry *nt_step_changed(nt_site *site, nt_run_scope scope, const nt_step *step);
/* Tests leave keys out, to show that each is needed. */
bool nt_key_is_ignored(const nt_site *site, nt_key key);
nt_hash nt_key_now(nt_site *site, nt_run_scope scope, nt_key key);

/* A document by id, as steps of that scope may see it. */
const nt_record *nt_run_record(const nt_site *site, nt_run_scope scope, nt_str id);
/* The hashes that keys of these names have now. */
nt_hash nt_key_config(const nt_site *site, nt_str path);
nt_hash nt_key_clock(nt_site *site, uint32_t resolution);

extern const nt_reader_ops nt_run_reader; /* reader.c */

/* The seat's VM, made and loaded with the present scripts if need be; NULL if they cannot be loaded (said once, when
 * the inputs are loaded). */
nt_vm *nt_seat_vm(nt_site *site, nt_seat *seat, nt_diags *diags);
void nt_seat_drop_vm(nt_seat *seat);
/* Between epochs: lets go of the room that steps need, and keeps what is dear to make. */
void nt_seat_trim(nt_seat *seat);
void nt_seat_deinit(nt_seat *seat);

/* The engine's side of a plugin call within a run. */
notis_call nt_run_call(nt_run *run, nt_str plugin, nt_str file);
extern const nt_host_engine nt_engine_services;
/* Some of its members (services.c). */
notis_status nt_engine_document_html(notis_call *call, nt_docref document, nt_str name, bool absolute, nt_buf *out);
nt_str nt_engine_document_tag(notis_call *call, nt_str id);
nt_str nt_engine_format_time(notis_call *call, nt_time time, nt_str style);
nt_str nt_engine_document_path(notis_call *call, nt_docref document);
nt_pages nt_engine_page_parts(notis_call *call, const nt_page *page);

#endif
