/* notis verify */
#include "engine/explain/verify.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "text/json.h"

static void print_json(const nt_site *site, size_t files, size_t differ, double seconds) {
  nt_buf name = {0};
  nt_json_string(site->name, &name);
  printf("{\"type\":\"verified\",\"site\":%.*s,\"files\":%zu,\"differ\":%zu,\"seconds\":%.3f}\n",
         NT_FMT(nt_buf_str(&name)), files, differ, seconds);
  nt_buf_deinit(&name);
}

static void print_verdict(nt_cli *cli, const nt_site *site, size_t files, size_t differ, double seconds) {
  nt_arena *arena = cli->arena;
  if (cli->json) print_json(site, files, differ, seconds);
  if (cli->json || cli->quiet) return;
  nt_str text = nt_cli_text(cli, differ ? NT_MSG_cli_site_differs : NT_MSG_cli_site_verified,
                            nt_arena_format(arena, "%zu", files), nt_arena_format(arena, "%zu", differ));
  printf("%.*s: %.*s (%.2f s)\n", NT_FMT(site->name), NT_FMT(text), seconds);
}

/* Builds one site beside, and compares. */
static size_t compare(nt_cli *cli, nt_engine *engine, nt_site *site, nt_str beside, nt_diags *diags) {
  size_t files = 0;
  nt_verify_clear(beside, diags);
  nt_engine *clean = nt_verify_open(engine, site, beside);
  nt_cli_diags(cli, clean, site->name, &clean->diags);
  diags->errors += clean->diags.errors;
  if (!clean->diags.errors) {
    nt_engine_settle(clean);
    nt_site *other = &clean->sites[0];
    if (other->failed) {
      nt_report(diags, NT_MSG_verify_clean_failed, (nt_where){0}, site->name);
      nt_cli_diags(cli, clean, site->name, &other->diags);
    } else {
      files = nt_verify_compare(engine, site, clean, other, diags);
    }
  }
  nt_engine_close(clean);
  nt_verify_clear(beside, diags);
  return files;
}

static uint64_t changes(const nt_engine *engine) {
  uint64_t count = 0;
  for (size_t i = 0; i < engine->site_count; i++) {
    const nt_site_counters *c = &engine->sites[i].counters;
    count += nt_atomic_get(&c->put) + nt_atomic_get(&c->removed);
  }
  return count;
}

/* What was edited while it was compared is no difference: then it is done again, a few times at most. */
static size_t verify(nt_cli *cli, nt_engine *engine, nt_site *site) {
  enum { TRIES = 3 };
  nt_arena *arena = nt_arena_new();
  nt_str beside = nt_verify_folder(engine, arena);
  nt_diags diags;
  for (int i = 0; i < TRIES; i++) {
    int64_t start = nt_clock_now();
    uint64_t before = changes(engine);
    nt_diags_init(&diags, arena);
    size_t files = compare(cli, engine, site, beside, &diags);
    if (diags.errors && i + 1 < TRIES) {
      nt_engine_refresh(engine);
      nt_engine_settle(engine);
      if (changes(engine) != before && !site->failed) continue;
    }
    nt_cli_diags(cli, engine, site->name, &diags);
    print_verdict(cli, site, files, diags.errors, (double)(nt_clock_now() - start) / 1e9);
    break;
  }
  size_t errors = diags.errors;
  nt_arena_free(arena);
  return errors;
}

int nt_cli_verify(nt_cli *cli) {
  nt_engine *engine = nt_cli_settle(cli, false);
  if (!engine) return NT_EXIT_USAGE;
  int code = nt_cli_exit_code(engine);
  for (size_t i = 0; i < engine->site_count; i++) {
    if (engine->sites[i].failed) continue; /* nothing new was published, and why not is said */
    if (verify(cli, engine, &engine->sites[i])) code = NT_EXIT_ENGINE;
  }
  return nt_engine_close(engine) ? code : NT_EXIT_ENGINE;
}
