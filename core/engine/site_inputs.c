/* A round's inputs, and what the scripts among them register. */
#include "engine/engine.h"
#include "engine/publish/out.h"
#include "engine/run.h"

#include <stdlib.h>

typedef struct inputs_job {
  nt_job job;
  nt_site *site;
  nt_inputs_options options;
  nt_inputs *inputs;
  void (*then)(nt_site *site);
} inputs_job;

static nt_hash event_hash(nt_vm *vm, nt_event event) {
  nt_hash hash = 1;
  for (size_t i = 0; i < nt_vm_subscriber_count(vm, event); i++) {
    nt_subscriber s = nt_vm_subscriber(vm, event, i);
    hash = nt_hash_combine(hash, nt_hash_combine(nt_hash_bytes(s.file), nt_hash_bytes(s.kind)));
  }
  return hash;
}

/* Besides reading the inputs, loads the scripts once, so that their faults are said and known before any document. */
static void read_inputs(inputs_job *j, unsigned worker) {
  nt_site *site = j->site;
  j->inputs = nt_inputs_load(&j->options);
  nt_goods_load(site);
  if (j->inputs->configured && !nt_out_check_layers(site->engine, site, j->inputs))
    j->inputs->configured = j->inputs->usable = false;
  if (!j->inputs->usable) return;
  nt_inputs *before = site->inputs; /* the site is this job's while the phase lasts */
  site->inputs = j->inputs;
  nt_seat *seat = &site->seats[worker];
  if (!seat->vm_usable) nt_seat_drop_vm(seat); /* say again why */
  nt_vm *vm = nt_seat_vm(site, seat, &j->inputs->diags);
  if (vm) {
    for (int event = 0; event < NT_EVENTS; event++) j->inputs->registrations[event] = event_hash(vm, (nt_event)event);
    j->inputs->registrations[NT_EVENTS] = nt_vm_names_hash(vm);
    j->inputs->registrations[NT_BLOCKS] = nt_vm_blocks_hash(vm);
  }
  j->inputs->usable = vm != NULL;
  site->inputs = before;
}

static void inputs_work(nt_job *job, unsigned worker) {
  nt_span span = nt_span_job(((inputs_job *)job)->site->profile, worker);
  read_inputs((inputs_job *)job, worker);
  nt_span_end(span);
}

static void inputs_done(nt_post *post) {
  inputs_job *j = (inputs_job *)post;
  nt_site *site = j->site;
  site->in_flight--;
  nt_inputs_free(site->inputs);
  site->inputs = j->inputs;
  site->loads++;
  void (*then)(nt_site * site) = j->then;
  free(j);
  then(site);
}

nt_inputs_options nt_site_inputs_options(const nt_site *site) {
  const nt_engine *engine = site->engine;
  return (nt_inputs_options){.workspace = engine->root,
                             .site = site->name,
                             .item_limit = engine->item_limit,
                             .hook_memory = engine->hook_memory,
                             .hook_instructions = engine->hook_instructions,
                             .removals = engine->removals,
                             .now = site->instant,
                             .locales = engine->locales,
                             .where = site->where};
}

void nt_site_read_inputs(nt_site *site, void (*then)(nt_site *site)) {
  inputs_job *j = nt_zalloc(sizeof *j);
  j->site = site;
  j->then = then;
  j->job.work = inputs_work;
  j->job.post.run = inputs_done;
  j->options = nt_site_inputs_options(site);
  site->in_flight++;
  nt_pool_submit(site->engine->pool, site->lane, &j->job);
}
