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
  *run = (nt_run){.site = site, .seat = seat, .scope = scope};
  nt_diags_init(&run->diags, seat->arena);
  run->reader =
      (nt_reader){.ops = &nt_run_reader, .arena = seat->arena, .diags = &run->diags, .lang = site->inputs->lang};
  run->reader.site_url = site->inputs->url;
  nt_run_trace(run, NT_KEY_CONFIG, 0, NT_STR("site/basics"), site->inputs->basics);
}

void nt_run_finish(nt_run *run, nt_step *step, nt_step_state state, nt_hash value) {
  if (run->lost) state = NT_STEP_FAILED;
  nt_step_set(step, &run->seat->tracer, state, run->lost ? NT_HASH_ABSENT : value, run->lost ? NULL : &run->diags);
  nt_vm *vm = run->seat->vm;
  step->fleeting = state == NT_STEP_FAILED && vm && nt_vm_last_fault(vm) == NT_FAULT_MEMORY;
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
