#include "base/thread.h"

#include "base/arena.h"

#include <locale.h>

void nt_thread_begin(void) {
  locale_t neutral = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* always the same one: there is nothing to free */
  if (!neutral) nt_out_of_memory();
  uselocale(neutral);
}
