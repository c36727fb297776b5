/* The command line: what was asked for, and the commands that answer. One file per command. */
#ifndef NT_CLI_CLI_H
#define NT_CLI_CLI_H

#include "engine/engine.h"

#include <stdio.h>

enum { NT_EXIT_GOOD = 0, NT_EXIT_CONTENT = 1, NT_EXIT_USAGE = 2, NT_EXIT_ENGINE = 3 };

typedef struct nt_cli {
  nt_arena *arena;
  nt_language language;
  bool json, quiet, color, terminal;
  bool last; /* explain the last epoch */
  const char *command;
  nt_engine_options engine;
  NT_VEC(nt_str) words; /* what follows the command and is no option */
  nt_str plugin_dir;    /* plugins/ beside the program */
  size_t printed_errors, printed_warnings;
} nt_cli;

/* `trim` has the allocator give back what the calling thread has freed; may be NULL. */
int nt_cli_run(int argc, char **argv, void (*trim)(void *ud));
/* Reads the arguments; false after saying what is wrong with them. */
bool nt_cli_arguments(nt_cli *cli, int argc, char **argv);

int nt_cli_build(nt_cli *cli);
int nt_cli_check(nt_cli *cli);
int nt_cli_watch(nt_cli *cli);
int nt_cli_verify(nt_cli *cli);
int nt_cli_list(nt_cli *cli);
int nt_cli_explain(nt_cli *cli);
int nt_cli_config(nt_cli *cli);
int nt_cli_new(nt_cli *cli);
int nt_cli_help(nt_cli *cli);

/* A text of the catalogue with its arguments in place. */
nt_str nt_cli_text(nt_cli *cli, nt_code code, nt_str a, nt_str b);
/* A mistake on the command line, with its hint; the exit code for it. */
int nt_cli_usage(nt_cli *cli, nt_code code, nt_str a, nt_str b);

/* The same about a command that there is not, with the nearest that there is. */
int nt_cli_unknown_command(nt_cli *cli, nt_str name);

/* Prints diagnostics with the line they are about, a caret and a hint; alike ones together. */
void nt_cli_diags(nt_cli *cli, const nt_engine *engine, nt_str site, const nt_diags *diags);
/* Opens the engine and prints what is wrong with the workspace; NULL then. */
nt_engine *nt_cli_engine(nt_cli *cli, bool check);
/* The same, brought up to date, and what came of it printed. */
nt_engine *nt_cli_settle(nt_cli *cli, bool check);
/* A site's settings as an epoch that begins now reads them; what is wrong with them is printed. */
nt_inputs *nt_cli_inputs(nt_cli *cli, const nt_engine *engine, const nt_site *site);
/* What a run of the engine comes to, after its diagnostics were printed. */
int nt_cli_exit_code(const nt_engine *engine);

/* What a site's epoch came to, in numbers: those that its counters have more than before. */
void nt_cli_summary(nt_cli *cli, const nt_site *site, const nt_site_counters *before, double seconds);

/* Where the time of a site's last epoch went, if that was asked for. */
void nt_cli_profile(nt_cli *cli, const nt_site *site);

/* Progress on a terminal; elsewhere it says nothing. */
void nt_cli_progress(void *ud, const nt_site *site);
void nt_cli_progress_clear(nt_cli *cli);

#endif
