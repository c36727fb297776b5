/* Runs a fuzz target without libFuzzer: over the files that are named, or else over inputs made from the target's own
 * samples by a generator that a seed decides, so that a failure can be had again.
 *
 *     fuzz_yaml [-runs=N] [-seed=N] [file…] */
#include "base/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Inputs that the target offers to be mutated, ended by NULL. */
extern const char *const nt_fuzz_samples[];

/* xorshift64*: the same numbers on every machine. */
static uint64_t next(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 2685821657736338717u;
}

static size_t below(uint64_t *state, size_t limit) {
  return limit ? (size_t)(next(state) % limit) : 0;
}

static nt_str pick(uint64_t *state) {
  size_t count = 0;
  while (nt_fuzz_samples[count]) count++;
  return nt_str_c(nt_fuzz_samples[below(state, count)]);
}

static void insert(nt_buf *input, size_t at, nt_str part) {
  nt_buf_reserve(input, part.len);
  memmove(input->ptr + at + part.len, input->ptr + at, input->len - at);
  if (part.len) memcpy(input->ptr + at, part.ptr, part.len);
  input->len += part.len;
}

static void cut(nt_buf *input, size_t at, size_t len) {
  if (len > input->len - at) len = input->len - at;
  memmove(input->ptr + at, input->ptr + at + len, input->len - at - len);
  input->len -= len;
}

static void mutate(nt_buf *input, uint64_t *state) {
  static const char marks[] = "\n\t :-#'\"[]{}|>&*!%@`,?.~\r\\<>()=/0123456789TZe\xEF\xBB\xBF\xC3\xA5\x01\xFF";
  size_t at = below(state, input->len + 1);
  nt_str sample = pick(state);
  size_t from = below(state, sample.len), len = below(state, 40);
  switch (below(state, 6)) {
  case 0:
    if (at < input->len) input->ptr[at] = (char)(input->ptr[at] ^ (1 << below(state, 8)));
    break;
  case 1: cut(input, at, len); break;
  case 2: insert(input, at, nt_str_sub(sample, from, from + len)); break;
  case 3: insert(input, at, nt_str_n(marks + below(state, sizeof marks - 1), 1)); break;
  case 4:
    for (size_t i = below(state, 300); i > 0; i--) insert(input, at, nt_str_n(marks + len % (sizeof marks - 1), 1));
    break;
  default: input->len = at;
  }
}

/* The input lies in memory of exactly its size, so that a read beyond it is seen. */
static void run(nt_str input) {
  uint8_t *exact = nt_alloc(input.len);
  if (input.len) memcpy(exact, input.ptr, input.len);
  LLVMFuzzerTestOneInput(exact, input.len);
  free(exact);
}

static int run_file(const char *path) {
  FILE *file = fopen(path, "rb");
  nt_buf bytes = {0};
  if (!file) {
    perror(path);
    return 1;
  }
  for (size_t got = 1; got;) {
    nt_buf_reserve(&bytes, 65536);
    got = fread(bytes.ptr + bytes.len, 1, 65536, file);
    bytes.len += got;
  }
  fclose(file);
  run(nt_buf_str(&bytes));
  nt_buf_deinit(&bytes);
  return 0;
}

static void run_mutated(uint64_t runs, uint64_t seed) {
  nt_buf input = {0};
  for (uint64_t i = 0; i < runs; i++) {
    uint64_t state = (seed + 1) * 0x9E3779B97F4A7C15u + i * 0xBF58476D1CE4E5B9u;
    nt_buf_clear(&input);
    nt_buf_put(&input, pick(&state));
    for (size_t n = below(&state, 8); n > 0; n--) mutate(&input, &state);
    run(nt_buf_str(&input));
  }
  nt_buf_deinit(&input);
}

int main(int argc, char **argv) {
  uint64_t runs = 10000, seed = 1;
  int status = 0, files = 0;
  for (int i = 1; i < argc; i++) {
    if (sscanf(argv[i], "-runs=%" SCNu64, &runs) == 1 || sscanf(argv[i], "-seed=%" SCNu64, &seed) == 1) continue;
    status |= run_file(argv[i]);
    files++;
  }
  if (!files) run_mutated(runs, seed);
  return status;
}
