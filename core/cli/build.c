/* notis build, notis check */
#include "base/clock.h"
#include "cli/cli.h"
#include "text/json.h"

/* What its state keeps back, by state. */
static const struct {
  nt_state state;
  nt_code text;
} held_texts[] = {{NT_STATE_DRAFT, NT_MSG_cli_held_draft},
                  {NT_STATE_EMBARGO, NT_MSG_cli_held_embargo},
                  {NT_STATE_FUTURE, NT_MSG_cli_held_future},
                  {NT_STATE_EXPIRED, NT_MSG_cli_held_expired}};
enum { HELD = sizeof held_texts / sizeof *held_texts };

static void print_json_held(const nt_site *site) {
  for (size_t i = 0; i < HELD; i++)
    printf("%s\"%s\":%llu", i ? "," : "", nt_state_name(held_texts[i].state),
           (unsigned long long)nt_atomic_get(&site->counters.held[held_texts[i].state]));
}

static void print_held(nt_cli *cli, const nt_site *site) {
  size_t named = 0;
  for (size_t i = 0; i < HELD; i++) {
    unsigned long long count = nt_atomic_get(&site->counters.held[held_texts[i].state]);
    nt_str number = nt_arena_format(cli->arena, "%llu", count), none = nt_str_n("", 0);
    if (!count) continue;
    printf("%s%.*s", named++ ? ", " : "; ", NT_FMT(nt_cli_text(cli, held_texts[i].text, number, none)));
  }
}

static unsigned long long since(const nt_atomic *now, const nt_atomic *before) {
  return (unsigned long long)(nt_atomic_get(now) - nt_atomic_get(before));
}

static void print_json_summary(const nt_site *site, const nt_site_counters *before, double seconds) {
  const nt_site_counters *c = &site->counters;
  nt_buf name = {0}; /* a folder's name may hold anything */
  nt_json_string(site->name, &name);
  printf("{\"type\":\"site\",\"site\":%.*s,\"published\":%s,\"documents\":%llu,\"withheld\":%llu,\"held\":{",
         NT_FMT(nt_buf_str(&name)), site->failed || site->engine->options.check ? "false" : "true",
         (unsigned long long)nt_atomic_get(&c->documents), (unsigned long long)nt_atomic_get(&c->withheld));
  print_json_held(site);
  printf("},\"pages\":%zu,\"written\":%llu,\"removed\":%llu,\"seconds\":%.3f,\"steps\":{", site->plan.pages.len,
         since(&c->put, &before->put), since(&c->removed, &before->removed), seconds);
  for (int kind = 0; kind < NT_STEP_KINDS; kind++)
    printf("%s\"%s\":{\"run\":%llu,\"kept\":%llu}", kind ? "," : "", nt_step_kind_name((nt_step_kind)kind),
           since(&c->run[kind], &before->run[kind]), since(&c->kept[kind], &before->kept[kind]));
  printf("}}\n");
  nt_buf_deinit(&name);
}

void nt_cli_summary(nt_cli *cli, const nt_site *site, const nt_site_counters *before, double seconds) {
  const nt_site_counters *c = &site->counters;
  nt_arena *arena = cli->arena;
  if (cli->json) {
    print_json_summary(site, before, seconds);
    return;
  }
  if (cli->quiet) return;
  nt_code code = site->failed        ? NT_MSG_cli_site_failed
                 : cli->engine.check ? NT_MSG_cli_site_checked
                                     : NT_MSG_cli_site_built;
  nt_str counts = nt_arena_format(arena, "%llu", (unsigned long long)nt_atomic_get(&c->documents));
  nt_str pages = nt_arena_format(arena, "%zu", site->plan.pages.len);
  nt_str text = nt_cli_text(cli, code, counts, pages);
  printf("%.*s: %.*s", NT_FMT(site->name), NT_FMT(text));
  if (!site->failed && !cli->engine.check) {
    nt_str put = nt_arena_format(arena, "%llu", since(&c->put, &before->put));
    nt_str removed = nt_arena_format(arena, "%llu", since(&c->removed, &before->removed));
    printf(", %.*s", NT_FMT(nt_cli_text(cli, NT_MSG_cli_site_changes, put, removed)));
  }
  if (!site->failed) print_held(cli, site);
  printf(" (%.2f s)\n", seconds);
  if (!site->failed && !cli->engine.check) printf("  %.*s\n", NT_FMT(nt_engine_out(site->engine, site, arena)));
}

nt_engine *nt_cli_settle(nt_cli *cli, bool check) {
  int64_t start = nt_clock_now();
  cli->engine.sites = cli->words.items;
  cli->engine.site_count = cli->words.len;
  nt_engine *engine = nt_cli_engine(cli, check);
  if (!engine) return NULL;
  nt_engine_settle(engine);
  nt_cli_progress_clear(cli);
  double seconds = (double)(nt_clock_now() - start) / 1e9;
  for (size_t i = 0; i < engine->site_count; i++)
    nt_cli_diags(cli, engine, engine->sites[i].name, &engine->sites[i].diags);
  const nt_site_counters none = {0};
  for (size_t i = 0; i < engine->site_count; i++) nt_cli_summary(cli, &engine->sites[i], &none, seconds);
  for (size_t i = 0; i < engine->site_count; i++) nt_cli_profile(cli, &engine->sites[i]);
  return engine;
}

static int run(nt_cli *cli, bool check) {
  nt_engine *engine = nt_cli_settle(cli, check);
  if (!engine) return NT_EXIT_USAGE;
  int code = nt_cli_exit_code(engine);
  return nt_engine_close(engine) ? code : NT_EXIT_ENGINE;
}

int nt_cli_build(nt_cli *cli) {
  return run(cli, false);
}

int nt_cli_check(nt_cli *cli) {
  return run(cli, true);
}
