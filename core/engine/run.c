#include "engine/run.h"

#include "engine/engine.h"

void nt_run_trace(nt_run *run, nt_key_class cls, uint32_t scope, nt_str name, nt_hash hash) {
  uint32_t id = name.len ? nt_names_cached(run->site->names, &run->seat->names, name) : 0;
  nt_tracer_add(&run->seat->tracer, nt_key_of(cls, scope, id), hash);
}

void nt_run_trace_hooks(nt_run *run, nt_event event) {
  nt_run_trace(run, NT_KEY_SCRIPT, event, nt_str_n("", 0), run->site->inputs->registrations[event]);
}

void nt_run_start(nt_run *run, nt_site *site, nt_seat *seat, nt_run_scope scope) {
  if (!seat->arena) seat->arena = nt_arena_new();
  nt_arena_reset(seat->arena);
  nt_tracer_start(&seat->tracer);
  if (seat->vm) nt_vm_count_anew(seat->vm);
  *run = (nt_run){.site = site, .seat = seat, .scope = scope};
  nt_diags_init(&run->diags, seat->arena);
  run->reader =
      (nt_reader){.ops = &nt_run_reader, .arena = seat->arena, .diags = &run->diags, .lang = site->inputs->lang};
  run->reader.site_url = site->inputs->url;
  nt_run_trace(run, NT_KEY_CONFIG, 0, NT_STR("site/basics"), site->inputs->basics);
}

/* In steps, of which a hundred million or more make a second. A job goes no further once its runs have taken a turn:
 * others may wait for the worker. A run that takes more than is fair would keep them from it at every phase they have.
 */
enum { TURN = 4000000, FAIR = 5 * TURN };

bool nt_turn_is_over(const nt_turn *turn) {
  return turn->seat->spent - turn->from >= TURN;
}

nt_turn nt_turn_begin(const nt_seat *seat) {
  return (nt_turn){seat, seat->spent};
}

/* What ran out of its steps or memory, whatever the site's limits are, may do so again. */
static void count_steps(nt_run *run, bool overran) {
  nt_site *site = run->site;
  uint64_t steps = nt_vm_steps(run->seat->vm);
  run->seat->spent += overran && steps < TURN ? TURN : steps;
  if (!overran && steps < FAIR) return;
  nt_atomic_set(&site->slow, true);
  nt_pool_set_slow(site->engine->pool, site->lane, true);
}

void nt_run_finish(nt_run *run, nt_step *step, nt_step_state state, nt_hash value) {
  if (run->lost) state = NT_STEP_FAILED;
  nt_step_set(step, &run->seat->tracer, state, run->lost ? NT_HASH_ABSENT : value, run->lost ? NULL : &run->diags);
  nt_vm_fault fault = run->seat->vm ? nt_vm_last_fault(run->seat->vm) : NT_FAULT_NONE;
  if (run->seat->vm) count_steps(run, fault == NT_FAULT_BUDGET || fault == NT_FAULT_MEMORY);
  step->fleeting = state == NT_STEP_FAILED && fault == NT_FAULT_MEMORY;
  if (step->fleeting) nt_atomic_set(&run->site->overrun, true);
  step->fleeting |= run->lost;
}

void nt_seat_drop_vm(nt_seat *seat) {
  nt_vm_free(seat->vm);
  nt_inputs_free(seat->vm_inputs);
  seat->vm = NULL;
  seat->vm_inputs = NULL;
}

nt_vm *nt_seat_vm(nt_site *site, nt_seat *seat, nt_diags *diags) {
  nt_inputs *in = site->inputs;
  if (seat->vm && (seat->vm_scripts != in->vm_hash || nt_vm_is_dead(seat->vm))) nt_seat_drop_vm(seat);
  if (!seat->vm) {
    nt_vm_options options = {.instructions = in->hook_instructions,
                             .memory = in->hook_memory,
                             .locale = in->locale,
                             .zone = in->zone,
                             .module = nt_inputs_module,
                             .language = nt_inputs_language,
                             .ud = in};
    nt_arena *arena = nt_arena_new();
    nt_diags own;
    nt_diags_init(&own, arena);
    seat->vm = nt_vm_new(&options);
    nt_vm_observe(seat->vm, nt_profile_observer(site->profile));
    seat->vm_inputs = nt_inputs_share(in);
    seat->vm_scripts = in->vm_hash;
    seat->vm_usable = nt_vm_load(seat->vm, in->scripts.items, in->scripts.len, &own);
    for (size_t i = 0; diags && i < own.len; i++) nt_diags_add(diags, &own.items[i]);
    nt_arena_free(arena);
  }
  return seat->vm_usable ? seat->vm : NULL;
}

void nt_seat_trim(nt_seat *seat) {
  nt_map_deinit(&seat->names.known);
  nt_tracer_deinit(&seat->tracer);
  nt_arena_free(seat->arena);
  nt_buf_deinit(&seat->out);
  seat->arena = NULL;
}

void nt_seat_deinit(nt_seat *seat) {
  nt_seat_drop_vm(seat);
  nt_seat_trim(seat);
}
