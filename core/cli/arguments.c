#include "cli/cli.h"

#include "base/path.h"
#include "text/date.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct option {
  const char *name;
  const char *letter;
  bool takes_value;
  bool (*set)(nt_cli *cli, nt_str value);
} option;

static bool set_workspace(nt_cli *cli, nt_str value) {
  cli->engine.workspace = value;
  return true;
}

static bool set_out(nt_cli *cli, nt_str value) {
  cli->engine.out = value;
  return value.len > 0;
}

static bool set_workers(nt_cli *cli, nt_str value) {
  char *end;
  unsigned long count = strtoul(value.ptr, &end, 10);
  cli->engine.workers = (unsigned)count;
  return value.len && !*end && count >= 1 && count <= 256;
}

static bool set_at(nt_cli *cli, nt_str value) {
  nt_zone *zone = nt_zone_open(NT_STR("Europe/Stockholm"));
  nt_time time = {0};
  nt_date_result result = nt_date_parse(value, zone, &time);
  nt_zone_close(zone);
  cli->engine.at = time.seconds;
  cli->engine.at_set = true;
  return result == NT_DATE_OK || result == NT_DATE_AMBIGUOUS;
}

static bool set_format(nt_cli *cli, nt_str value) {
  cli->json = nt_str_eq(value, NT_STR("json"));
  return cli->json || nt_str_eq(value, NT_STR("text"));
}

static bool set_language(nt_cli *cli, nt_str value) {
  cli->language = nt_str_eq(value, NT_STR("sv")) ? NT_SWEDISH : NT_ENGLISH;
  return nt_str_eq(value, NT_STR("sv")) || nt_str_eq(value, NT_STR("en"));
}

static bool set_quiet(nt_cli *cli, nt_str value) {
  (void)value;
  return cli->quiet = true;
}

static bool set_allow_removals(nt_cli *cli, nt_str value) {
  (void)value;
  return cli->engine.allow_removals = true;
}

static bool set_last(nt_cli *cli, nt_str value) {
  (void)value;
  return cli->last = true;
}

static bool set_profile(nt_cli *cli, nt_str value) {
  (void)value;
  return cli->engine.profile = true;
}

static bool set_help(nt_cli *cli, nt_str value) {
  (void)value;
  if (cli->command) nt_push(&cli->words, nt_str_c(cli->command));
  cli->command = "help";
  return true;
}

static bool set_version(nt_cli *cli, nt_str value) {
  (void)value;
  cli->command = "version";
  return true;
}

static bool set_shuffle(nt_cli *cli, nt_str value) {
  cli->engine.shuffle_seed = strtoull(value.ptr, NULL, 10);
  return cli->engine.shuffle_seed != 0;
}

static const option options[] = {
    {"--workspace", "-C", true, set_workspace}, {"--out", NULL, true, set_out},
    {"--workers", "-j", true, set_workers},     {"--at", NULL, true, set_at},
    {"--format", NULL, true, set_format},       {"--lang", NULL, true, set_language},
    {"--quiet", "-q", false, set_quiet},        {"--allow-removals", NULL, false, set_allow_removals},
    {"--shuffle", NULL, true, set_shuffle},     {"--help", "-h", false, set_help},
    {"--last", NULL, false, set_last},          {"--profile", NULL, false, set_profile},
    {"--version", NULL, false, set_version}};
enum { OPTIONS = sizeof options / sizeof *options };

static const option *find_option(nt_str name) {
  for (size_t i = 0; i < OPTIONS; i++)
    if (nt_str_eq(name, nt_str_c(options[i].name)) ||
        (options[i].letter && nt_str_eq(name, nt_str_c(options[i].letter))))
      return &options[i];
  return NULL;
}

static nt_str nearest_option(nt_str name) {
  nt_str best = NT_STR("--help");
  size_t least = 4;
  for (size_t i = 0; i < OPTIONS; i++) {
    size_t distance = nt_str_distance(name, nt_str_c(options[i].name), least);
    if (distance < least) {
      least = distance;
      best = nt_str_c(options[i].name);
    }
  }
  return best;
}

/* One option at argv[*i]: "--name value", "--name=value". */
static bool read_option(nt_cli *cli, int argc, char **argv, int *i) {
  nt_str word = nt_str_c(argv[*i]);
  size_t equals = nt_str_starts(word, NT_STR("--")) ? nt_str_find(word, '=') : word.len;
  nt_str name = nt_str_sub(word, 0, equals);
  const option *o = find_option(name);
  bool title = nt_str_find(word, ' ') < word.len || !nt_str_starts(word, NT_STR("--"));
  if (!o && title && cli->command && strcmp(cli->command, "new") == 0) {
    nt_cli_usage(cli, NT_MSG_cli_new_dash, word, nt_str_n("", 0));
    return false;
  }
  if (!o) {
    nt_cli_usage(cli, NT_MSG_cli_unknown_option, name, nearest_option(name));
    return false;
  }
  nt_str value = nt_str_sub(word, equals + 1, word.len);
  if (o->takes_value && equals == word.len) {
    if (*i + 1 >= argc) {
      nt_cli_usage(cli, NT_MSG_cli_missing_value, name, nt_str_n("", 0));
      return false;
    }
    value = nt_str_c(argv[++*i]);
  }
  bool surplus = !o->takes_value && equals < word.len;
  if (!surplus && o->set(cli, value)) return true;
  nt_cli_usage(cli, NT_MSG_cli_bad_value, value, name);
  return false;
}

/* Messages are for the one who reads them: the language of the session, nothing else of it. */
static nt_language session_language(void) {
  static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  for (size_t i = 0; i < 3; i++) {
    const char *value = getenv(variables[i]);
    if (value && *value) return strncmp(value, "sv", 2) == 0 ? NT_SWEDISH : NT_ENGLISH;
  }
  return NT_ENGLISH;
}

static nt_str beside_program(nt_arena *arena) {
  char path[4096];
  ssize_t len = readlink("/proc/self/exe", path, sizeof path);
  nt_str dir = nt_path_dir(nt_str_n(path, len > 0 ? (size_t)len : 0));
  return nt_path_join(arena, dir, NT_STR("plugins"));
}

bool nt_cli_arguments(nt_cli *cli, int argc, char **argv) {
  cli->language = session_language();
  cli->terminal = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO);
  cli->color = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
  cli->plugin_dir = beside_program(cli->arena);
  bool options_end = false; /* after "--", so that a title may begin with a dash */
  for (int i = 1; i < argc; i++) {
    if (!options_end && strcmp(argv[i], "--") == 0) {
      options_end = true;
    } else if (!options_end && argv[i][0] == '-' && argv[i][1]) {
      if (!read_option(cli, argc, argv, &i)) return false;
    } else if (!cli->command) {
      cli->command = argv[i];
    } else {
      nt_push(&cli->words, nt_str_c(argv[i]));
    }
  }
  if (!cli->command) cli->command = "help";
  return true;
}
