#include "cli/cli.h"

int nt_cli_help(nt_cli *cli) {
  static const struct {
    const char *name;
    nt_code text;
  } topics[] = {{"build", NT_MSG_help_build},     {"check", NT_MSG_help_check}, {"watch", NT_MSG_help_watch},
                {"verify", NT_MSG_help_verify},   {"list", NT_MSG_help_list},   {"config", NT_MSG_help_config},
                {"explain", NT_MSG_help_explain}, {"new", NT_MSG_help_new}};
  nt_code code = NT_MSG_help_notis;
  for (size_t i = 0; cli->words.len && i < sizeof topics / sizeof *topics; i++)
    if (nt_str_eq(cli->words.items[0], nt_str_c(topics[i].name))) code = topics[i].text;
  if (cli->words.len && code == NT_MSG_help_notis && !nt_str_eq(cli->words.items[0], NT_STR("help")) &&
      !nt_str_eq(cli->words.items[0], NT_STR("version")))
    return nt_cli_unknown_command(cli, cli->words.items[0]);
  nt_str text = nt_cli_text(cli, code, nt_str_n("", 0), nt_str_n("", 0));
  nt_str options = nt_cli_text(cli, NT_MSG_help_options, nt_str_n("", 0), nt_str_n("", 0));
  printf("%.*s\n%.*s", NT_FMT(text), NT_FMT(options));
  return NT_EXIT_GOOD;
}
