#include "text/locale.h"

#include <unicode/uchar.h>

uint32_t nt_letter_upper(uint32_t letter) {
  return (uint32_t)u_toupper((UChar32)letter);
}

uint32_t nt_letter_lower(uint32_t letter) {
  return (uint32_t)u_tolower((UChar32)letter);
}
