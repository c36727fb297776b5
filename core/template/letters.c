/* The other case of a letter: Latin, Greek and Cyrillic, by the pairs of Unicode's blocks. The templates' layer sees no
 * ICU, and upper and lower must not depend on a locale. */
#include "template/runtime.h"

typedef struct letter_range {
  uint32_t from, to; /* upper-case letters */
  int step;          /* 1: each has its partner `shift` above; 2: upper and lower take turns */
  uint32_t shift;
} letter_range;

static const letter_range ranges[] = {
    {'A', 'Z', 1, 32},      {0xC0, 0xD6, 1, 32},    {0xD8, 0xDE, 1, 32},   {0x100, 0x12E, 2, 1},  {0x132, 0x136, 2, 1},
    {0x139, 0x147, 2, 1},   {0x14A, 0x176, 2, 1},   {0x179, 0x17D, 2, 1},  {0x1CD, 0x1DB, 2, 1},  {0x1DE, 0x1EE, 2, 1},
    {0x1F8, 0x21E, 2, 1},   {0x222, 0x232, 2, 1},   {0x388, 0x38A, 1, 37}, {0x391, 0x3A1, 1, 32}, {0x3A3, 0x3AB, 1, 32},
    {0x400, 0x40F, 1, 80},  {0x410, 0x42F, 1, 32},  {0x460, 0x480, 2, 1},  {0x48A, 0x4BE, 2, 1},  {0x4D0, 0x52E, 2, 1},
    {0x1E00, 0x1E94, 2, 1}, {0x1EA0, 0x1EFE, 2, 1},
};

uint32_t nt_letter_lower(uint32_t c) {
  if (c == 0x178) return 0xFF;
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    const letter_range *r = &ranges[i];
    if (c < r->from || c > r->to) continue;
    if (r->step == 1 || (c - r->from) % 2 == 0) return c + r->shift;
  }
  return c;
}

uint32_t nt_letter_upper(uint32_t c) {
  if (c == 0xFF) return 0x178;
  if (c == 0x3C2) return 0x3A3;
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    const letter_range *r = &ranges[i];
    if (c < r->from + r->shift || c > r->to + r->shift) continue;
    if (r->step == 1 || (c - r->shift - r->from) % 2 == 0) return c - r->shift;
  }
  return c;
}
