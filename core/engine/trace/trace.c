#include "engine/trace/trace.h"

const char *nt_key_class_name(nt_key_class cls) {
  static const char *const names[NT_KEY_CLASSES] = {"file",     "data",    "config", "field",  "body",  "query", "url",
                                                    "template", "message", "script", "plugin", "clock", "asset"};
  return names[cls];
}

const char *nt_step_kind_name(nt_step_kind kind) {
  static const char *const names[NT_STEP_KINDS] = {"parse", "document", "query",  "collect",
                                                   "plan",  "page",     "render", "output"};
  return names[kind];
}

void nt_tracer_deinit(nt_tracer *tracer) {
  nt_vec_deinit(&tracer->entries);
  free(tracer->slots);
  free(tracer->stamps);
  *tracer = (nt_tracer){0};
}

void nt_tracer_start(nt_tracer *tracer) {
  tracer->entries.len = 0;
  tracer->stamp++;
}

static size_t slot_of(const nt_tracer *tracer, nt_key key) {
  uint64_t mixed = ((uint64_t)key.place << 32 | key.name) * 0x9E3779B97F4A7C15u;
  size_t mask = tracer->slot_count - 1, at = (size_t)(mixed >> 32) & mask;
  while (tracer->stamps[at] == tracer->stamp) {
    nt_key other = tracer->entries.items[tracer->slots[at] - 1].key;
    if (other.place == key.place && other.name == key.name) break;
    at = (at + 1) & mask;
  }
  return at;
}

static void grow(nt_tracer *tracer) {
  size_t count = tracer->slot_count ? tracer->slot_count * 2 : 256;
  free(tracer->slots);
  free(tracer->stamps);
  tracer->slots = nt_zalloc(count * sizeof *tracer->slots);
  tracer->stamps = nt_zalloc(count * sizeof *tracer->stamps);
  tracer->slot_count = count;
  tracer->stamp = 1;
  for (size_t i = 0; i < tracer->entries.len; i++) {
    size_t at = slot_of(tracer, tracer->entries.items[i].key);
    tracer->slots[at] = (uint32_t)i + 1;
    tracer->stamps[at] = tracer->stamp;
  }
}

void nt_tracer_add(nt_tracer *tracer, nt_key key, nt_hash hash) {
  if ((tracer->entries.len + 1) * 2 > tracer->slot_count) grow(tracer);
  size_t at = slot_of(tracer, key);
  if (tracer->stamps[at] == tracer->stamp) return;
  nt_push(&tracer->entries, ((nt_trace_entry){key, hash}));
  tracer->slots[at] = (uint32_t)tracer->entries.len;
  tracer->stamps[at] = tracer->stamp;
}

void nt_step_deinit(nt_step *step) {
  free(step->trace);
  nt_arena_free(step->arena);
  *step = (nt_step){0};
}

void nt_step_set(nt_step *step, const nt_tracer *tracer, nt_step_state state, nt_hash value, const nt_diags *diags) {
  nt_step_deinit(step);
  step->state = (uint8_t)state;
  step->value = value;
  step->count = (uint32_t)tracer->entries.len;
  step->trace = nt_alloc(step->count * sizeof *step->trace);
  if (step->count) memcpy(step->trace, tracer->entries.items, step->count * sizeof *step->trace);
  if (!diags || !diags->len) return;
  nt_diags copy;
  step->arena = nt_arena_new_sized(512);
  nt_diags_init(&copy, step->arena);
  for (size_t i = 0; i < diags->len; i++) nt_diags_add(&copy, &diags->items[i]);
  step->diags = copy.items;
  step->diag_count = copy.len;
}
