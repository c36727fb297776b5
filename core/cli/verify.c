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

/* What came of it. */
typedef struct comparison {
  size_t files;
  bool no_room; /* nothing could be compared, and neither the site nor the engine is at fault */
  nt_diags diags;
} comparison;

static bool tell_of_the_disk(const nt_diags *diags) {
  static const nt_code codes[] = {NT_MSG_durable_write,  NT_MSG_durable_sync,   NT_MSG_durable_rename,
                                  NT_MSG_durable_remove, NT_MSG_durable_mkdirs, NT_MSG_durable_rmdir,
                                  NT_MSG_durable_clear};
  for (size_t i = 0; i < diags->len; i++)
    for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
      if (diags->items[i].code == codes[k]) return true;
  return false;
}

/* Builds one site beside, and compares. */
static void compare(nt_cli *cli, nt_engine *engine, nt_site *site, nt_str beside, comparison *c) {
  nt_verify_clear(beside, &c->diags);
  nt_engine *clean = nt_verify_open(engine, site, beside);
  const nt_diags *said = &clean->diags;
  if (!said->errors) {
    nt_engine_settle(clean);
    said = &clean->sites[0].diags;
  }
  if (clean->site_count && !clean->diags.errors && !clean->sites[0].failed) {
    c->files = nt_verify_compare(engine, site, clean, &clean->sites[0], &c->diags);
  } else {
    c->no_room = tell_of_the_disk(said);
    nt_cli_diags(cli, clean, site->name, said);
    nt_report(&c->diags, c->no_room ? NT_MSG_verify_no_room : NT_MSG_verify_clean_failed, (nt_where){0}, site->name,
              beside);
  }
  nt_engine_close(clean);
  nt_verify_clear(beside, &c->diags);
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
static int verify(nt_cli *cli, nt_engine *engine, nt_site *site) {
  enum { TRIES = 3 };
  nt_arena *arena = nt_arena_new();
  nt_str beside = nt_verify_folder(engine, arena);
  comparison c;
  for (int i = 0; i < TRIES; i++) {
    int64_t start = nt_clock_now();
    uint64_t before = changes(engine);
    c = (comparison){0};
    nt_diags_init(&c.diags, arena);
    compare(cli, engine, site, beside, &c);
    if (c.diags.errors && !c.no_room && i + 1 < TRIES) {
      nt_engine_refresh(engine);
      nt_engine_settle(engine);
      if (changes(engine) != before && !site->failed) continue;
    }
    nt_cli_diags(cli, engine, site->name, &c.diags);
    if (!c.no_room) print_verdict(cli, site, c.files, c.diags.errors, (double)(nt_clock_now() - start) / 1e9);
    break;
  }
  int code = c.no_room ? NT_EXIT_CONTENT : c.diags.errors ? NT_EXIT_ENGINE : NT_EXIT_GOOD;
  nt_arena_free(arena);
  return code;
}

int nt_cli_verify(nt_cli *cli) {
  nt_engine *engine = nt_cli_settle(cli, false);
  if (!engine) return NT_EXIT_USAGE;
  int code = nt_cli_exit_code(engine);
  for (size_t i = 0; i < engine->site_count; i++) {
    if (engine->sites[i].failed) continue; /* nothing new was published, and why not is said */
    int of_site = verify(cli, engine, &engine->sites[i]);
    if (of_site > code) code = of_site;
  }
  return nt_engine_close(engine) ? code : NT_EXIT_ENGINE;
}
