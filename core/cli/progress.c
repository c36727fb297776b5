#include "cli/cli.h"

static const nt_code phase_texts[] = {
    [NT_PHASE_IDLE] = NT_MSG_cli_phase_done,     [NT_PHASE_HELD] = NT_MSG_cli_phase_held,
    [NT_PHASE_INPUTS] = NT_MSG_cli_phase_inputs, [NT_PHASE_DOCUMENTS] = NT_MSG_cli_phase_documents,
    [NT_PHASE_COLLECT] = NT_MSG_cli_phase_plan,  [NT_PHASE_PLAN] = NT_MSG_cli_phase_plan,
    [NT_PHASE_RENDER] = NT_MSG_cli_phase_render, [NT_PHASE_COMMIT] = NT_MSG_cli_phase_commit};

void nt_cli_progress(void *ud, const nt_site *site) {
  nt_cli *cli = ud;
  nt_str text = nt_cli_text(cli, phase_texts[site->phase], nt_str_n("", 0), nt_str_n("", 0));
  fprintf(stderr, "\r\033[K%.*s: %.*s", NT_FMT(site->name), NT_FMT(text));
  fflush(stderr);
}

void nt_cli_progress_clear(nt_cli *cli) {
  if (cli->engine.progress) fputs("\r\033[K", stderr);
}
