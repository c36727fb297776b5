#include "cli/cli.h"

int main(int argc, char **argv) {
  return nt_cli_run(argc, argv);
}
