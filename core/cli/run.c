#include "cli/cli.h"

nt_str nt_cli_text(nt_cli *cli, nt_code code, nt_str a, nt_str b) {
  nt_diag diag = {.code = code, .args = {a, b}};
  nt_buf text = {0};
  nt_diag_message(&diag, cli->language, &text);
  nt_str kept = nt_arena_str(cli->arena, nt_buf_str(&text));
  nt_buf_deinit(&text);
  return kept;
}

int nt_cli_usage(nt_cli *cli, nt_code code, nt_str a, nt_str b) {
  nt_diag diag = {.code = code, .args = {a, b}};
  nt_buf text = {0}, hint = {0};
  nt_diag_message(&diag, cli->language, &text);
  nt_diag_hint(&diag, cli->language, &hint);
  fprintf(stderr, "notis: %.*s\n", NT_FMT(nt_buf_str(&text)));
  if (hint.len) fprintf(stderr, "  %.*s\n", NT_FMT(nt_buf_str(&hint)));
  nt_buf_deinit(&text);
  nt_buf_deinit(&hint);
  return NT_EXIT_USAGE;
}

nt_engine *nt_cli_engine(nt_cli *cli, bool check) {
  cli->engine.check = check;
  cli->engine.plugin_dirs = &cli->plugin_dir;
  cli->engine.plugin_dir_count = 1;
  cli->engine.ud = cli;
  cli->engine.progress = cli->terminal && !cli->quiet && !cli->json ? nt_cli_progress : NULL;
  nt_engine *engine = nt_engine_open(&cli->engine);
  nt_cli_diags(cli, engine, nt_str_n("", 0), &engine->diags);
  if (!engine->diags.errors) return engine;
  nt_engine_close(engine);
  return NULL;
}

nt_inputs *nt_cli_inputs(nt_cli *cli, const nt_engine *engine, const nt_site *site) {
  nt_inputs_options options = {.workspace = engine->root,
                               .site = site->name,
                               .item_limit = engine->item_limit,
                               .hook_memory = engine->hook_memory,
                               .hook_instructions = engine->hook_instructions,
                               .removals = engine->removals,
                               .now = nt_engine_now(engine),
                               .locales = engine->locales,
                               .where = site->where};
  nt_inputs *in = nt_inputs_load(&options);
  nt_cli_diags(cli, engine, site->name, &in->diags);
  return in;
}

int nt_cli_exit_code(const nt_engine *engine) {
  int code = NT_EXIT_GOOD;
  for (size_t i = 0; i < engine->site_count; i++) {
    const nt_site *site = &engine->sites[i];
    if (site->commit.failed && site->commit.diags.errors) code = code ? code : NT_EXIT_CONTENT;
    if (site->failed || site->diags.errors) code = code ? code : NT_EXIT_CONTENT;
    if (!site->inputs || !site->inputs->configured) code = NT_EXIT_USAGE;
  }
  return code;
}

typedef struct command {
  const char *name;
  int (*run)(nt_cli *cli);
} command;

static int version(nt_cli *cli) {
  (void)cli;
  printf("notis %s\n", NOTIS_VERSION);
  return NT_EXIT_GOOD;
}

static const command commands[] = {{"build", nt_cli_build},     {"check", nt_cli_check}, {"watch", nt_cli_watch},
                                   {"verify", nt_cli_verify},   {"list", nt_cli_list},   {"config", nt_cli_config},
                                   {"explain", nt_cli_explain}, {"new", nt_cli_new},     {"help", nt_cli_help},
                                   {"version", version}};
enum { COMMANDS = sizeof commands / sizeof *commands };

int nt_cli_unknown_command(nt_cli *cli, nt_str name) {
  nt_str best = NT_STR("help");
  size_t least = 3;
  for (size_t i = 0; i < COMMANDS; i++) {
    size_t distance = nt_str_distance(name, nt_str_c(commands[i].name), least);
    if (distance < least) {
      least = distance;
      best = nt_str_c(commands[i].name);
    }
  }
  return nt_cli_usage(cli, NT_MSG_cli_unknown_command, name, best);
}

static int dispatch(nt_cli *cli) {
  for (size_t i = 0; i < COMMANDS; i++)
    if (strcmp(cli->command, commands[i].name) == 0) return commands[i].run(cli);
  return nt_cli_unknown_command(cli, nt_str_c(cli->command));
}

int nt_cli_run(int argc, char **argv, void (*trim)(void *ud)) {
  nt_cli cli = {.arena = nt_arena_new(), .engine.trim = trim};
  int code = nt_cli_arguments(&cli, argc, argv) ? dispatch(&cli) : NT_EXIT_USAGE;
  nt_vec_deinit(&cli.words);
  nt_arena_free(cli.arena);
  return code;
}
