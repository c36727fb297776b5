#include "cli/cli.h"

#ifdef NOTIS_MIMALLOC
#include <mimalloc.h>

static void trim(void *ud) {
  (void)ud;
  mi_collect(true);
}
#else
static void (*const trim)(void *ud) = NULL;
#endif

int main(int argc, char **argv) {
#ifdef NOTIS_MIMALLOC
  mi_option_set_default(mi_option_decommit_delay, 0); /* pages that wait for later would wait while nothing goes on */
#endif
  return nt_cli_run(argc, argv, trim);
}
