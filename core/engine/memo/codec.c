#include "engine/memo/codec.h"

/* ---- numbers and strings ---- */

static bool ran_out(nt_decoder *d, size_t len) {
  if (!d->damaged && len <= d->bytes.len - d->at) return false;
  d->damaged = true;
  return true;
}

uint64_t nt_decode_number(nt_decoder *d) {
  uint64_t number = 0;
  if (!d->damaged && !nt_varint_read(d->bytes, &d->at, &number)) d->damaged = true;
  return d->damaged ? 0 : number;
}

const void *nt_decode_raw(nt_decoder *d, size_t len) {
  if (ran_out(d, len)) return NULL;
  const void *raw = d->bytes.ptr + d->at;
  d->at += len;
  return raw;
}

nt_hash nt_decode_hash(nt_decoder *d) {
  nt_hash hash = 0;
  const void *raw = nt_decode_raw(d, sizeof hash);
  if (raw) memcpy(&hash, raw, sizeof hash);
  return hash;
}

bool nt_decode_flag(nt_decoder *d) {
  const char *raw = nt_decode_raw(d, 1);
  return raw && *raw;
}

nt_str nt_decode_str(nt_decoder *d) {
  uint64_t len = nt_decode_number(d);
  if (len > d->bytes.len) d->damaged = true;
  const char *raw = nt_decode_raw(d, (size_t)len);
  return raw ? nt_str_n(raw, (size_t)len) : nt_str_n("", 0);
}

size_t nt_decode_count(nt_decoder *d, size_t least) {
  uint64_t count = nt_decode_number(d);
  if (count > (d->bytes.len - d->at) / least) d->damaged = true;
  return d->damaged ? 0 : (size_t)count;
}

nt_value nt_decode_value(nt_decoder *d, nt_arena *arena) {
  nt_value value = nt_null();
  nt_str encoded = nt_decode_str(d);
  if (!d->damaged && !nt_value_decode(encoded, arena, &value)) d->damaged = true;
  return d->damaged ? nt_null() : value;
}

bool nt_decode_ended(const nt_decoder *d) {
  return !d->damaged && d->at == d->bytes.len;
}

void nt_encode_hash(nt_hash hash, nt_buf *out) {
  nt_buf_put(out, nt_str_n((const char *)&hash, sizeof hash));
}

void nt_encode_str(nt_str s, nt_buf *out) {
  nt_buf_varint(out, s.len);
  nt_buf_put(out, s);
}

void nt_encode_value(const nt_value *value, nt_buf *out) {
  nt_buf encoded = {0};
  nt_value_encode(value, &encoded);
  nt_encode_str(nt_buf_str(&encoded), out);
  nt_buf_deinit(&encoded);
}

/* ---- diagnostics ---- */

static void encode_where(const nt_where *where, nt_buf *out) {
  nt_encode_str(where->file, out);
  nt_buf_varint(out, where->line);
  nt_buf_varint(out, where->column);
  nt_buf_varint(out, where->span);
  nt_encode_str(where->doc, out);
  nt_buf_varint(out, where->node);
  nt_encode_str(where->field, out);
}

static nt_where decode_where(nt_decoder *d) {
  nt_where where = nt_where_file(nt_decode_str(d), 0, 0);
  where.line = (uint32_t)nt_decode_number(d);
  where.column = (uint32_t)nt_decode_number(d);
  where.span = (uint32_t)nt_decode_number(d);
  where.doc = nt_decode_str(d);
  where.node = (uint32_t)nt_decode_number(d);
  where.field = nt_decode_str(d);
  return where;
}

void nt_encode_diags(const nt_diag *diags, size_t count, nt_buf *out) {
  nt_buf_varint(out, count);
  for (size_t i = 0; i < count; i++) {
    const nt_diag *diag = &diags[i];
    nt_buf_varint(out, diag->severity);
    nt_buf_varint(out, diag->code);
    nt_buf_varint(out, diag->count);
    encode_where(&diag->where, out);
    for (size_t k = 0; k < NT_DIAG_ARGS; k++) nt_encode_str(diag->args[k], out);
    nt_encode_str(diag->hint, out);
    nt_encode_str(diag->trace, out);
  }
}

enum { LEAST_DIAG = 3 + 7 + NT_DIAG_ARGS + 2 };

void nt_decode_diags(nt_decoder *d, nt_diags *out) {
  size_t count = nt_decode_count(d, LEAST_DIAG);
  for (size_t i = 0; i < count && !d->damaged; i++) {
    uint64_t severity = nt_decode_number(d), code = nt_decode_number(d);
    nt_diag diag = {.count = (uint32_t)nt_decode_number(d)};
    diag.where = decode_where(d);
    for (size_t k = 0; k < NT_DIAG_ARGS; k++) diag.args[k] = nt_decode_str(d);
    diag.hint = nt_decode_str(d);
    diag.trace = nt_decode_str(d);
    if (severity > NT_NOTE || code >= NT_MSG_COUNT) d->damaged = true;
    if (d->damaged) return;
    diag.severity = (nt_severity)severity;
    diag.code = (nt_code)code;
    nt_diags_add(out, &diag);
  }
}

/* ---- steps ---- */

void nt_encode_step(const nt_step *step, nt_buf *out) {
  nt_buf_byte(out, (char)(step->state | (step->fleeting ? 0x80 : 0)));
  if (step->state == NT_STEP_NONE) return;
  nt_encode_hash(step->value, out);
  nt_buf_varint(out, step->count);
  nt_buf_put(out, nt_str_n((const char *)step->trace, step->count * sizeof *step->trace));
  nt_encode_diags(step->diags, step->diag_count, out);
}

static void decode_step_diags(nt_decoder *d, nt_step *step) {
  nt_diags diags;
  if (d->damaged || d->at >= d->bytes.len) {
    d->damaged = true;
  } else if (!d->bytes.ptr[d->at]) { /* hardly any step has something to say */
    d->at++;
  } else {
    step->arena = nt_arena_new_sized(512);
    nt_diags_init(&diags, step->arena);
    nt_decode_diags(d, &diags);
    step->diags = diags.items;
    step->diag_count = diags.len;
  }
}

nt_step nt_decode_step(nt_decoder *d) {
  nt_step step = {0};
  const uint8_t *head = nt_decode_raw(d, 1);
  uint8_t state = head ? *head & 0x7F : 0;
  if (state > NT_STEP_DROPPED) d->damaged = true;
  if (d->damaged || state == NT_STEP_NONE) return step;
  step.state = state;
  step.fleeting = *head & 0x80;
  step.value = nt_decode_hash(d);
  step.count = (uint32_t)nt_decode_count(d, sizeof *step.trace);
  const void *trace = nt_decode_raw(d, step.count * sizeof *step.trace);
  step.trace = nt_alloc(step.count * sizeof *step.trace);
  if (trace && step.count) memcpy(step.trace, trace, step.count * sizeof *step.trace);
  decode_step_diags(d, &step);
  if (d->damaged) nt_step_deinit(&step);
  return step;
}
