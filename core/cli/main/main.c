#include "cli/cli.h"

#include <malloc.h>

/* Much is allocated and freed by turns; giving each piece back to the system and taking it again costs more than the
 * work done in it. */
int main(int argc, char **argv) {
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
  return nt_cli_run(argc, argv);
}
