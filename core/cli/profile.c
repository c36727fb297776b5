/* --profile: where the time of an epoch went, as a table or as JSON. */
#include "engine/explain/profile.h"
#include "cli/cli.h"
#include "text/json.h"

enum { LONGEST = 10 };

static const nt_str none = {"", 0};

static nt_str say(nt_cli *cli, nt_code code) {
  return nt_cli_text(cli, code, none, none);
}

static double number(const nt_value *map, const char *key) {
  const nt_value *v = nt_map_find(map, nt_str_c(key));
  return !v ? 0 : v->type == NT_INT ? (double)v->as.integer : v->type == NT_FLOAT ? v->as.number : 0;
}

static nt_str member(const nt_value *map, const char *key) {
  return nt_value_str(nt_map_find(map, nt_str_c(key)));
}

/* A heading with the names of its columns, in letters and not in bytes. */
static void print_heading(nt_cli *cli, nt_code heading, bool counts) {
  nt_str title = say(cli, heading), time = say(cli, NT_MSG_profile_ms), count = say(cli, NT_MSG_profile_count);
  size_t letters = nt_utf8_count(title), wide = nt_utf8_count(count);
  printf("\n%.*s%*s", NT_FMT(title), letters < 24 ? (int)(24 - letters) : 1, "");
  printf("%10.*s", NT_FMT(time));
  if (counts) printf("%*s%.*s", wide < 9 ? (int)(9 - wide) : 1, "", NT_FMT(count));
  putchar('\n');
}

static void print_time(nt_str name, double seconds) {
  printf("  %-22.*s%10.2f", NT_FMT(name), seconds * 1000);
}

static void print_phases(nt_cli *cli, const nt_value *phases) {
  print_heading(cli, NT_MSG_profile_phases, false);
  for (size_t i = 0; i < nt_value_len(phases); i++) {
    const nt_entry *e = &phases->as.map->entries[i];
    if (e->value.as.number == 0) continue;
    print_time(e->key, e->value.as.number);
    putchar('\n');
  }
}

static void print_steps(nt_cli *cli, const nt_value *steps) {
  print_heading(cli, NT_MSG_profile_steps, true);
  for (size_t i = 0; i < nt_value_len(steps); i++) {
    const nt_entry *e = &steps->as.map->entries[i];
    if (number(&e->value, "count") == 0) continue;
    print_time(e->key, number(&e->value, "seconds"));
    printf("%9.0f\n", number(&e->value, "count"));
  }
}

/* The times stand first: names are long. */
static void print_figures(nt_cli *cli, nt_code heading, const nt_value *list, const char *name) {
  size_t count = nt_value_len(list);
  if (!count) return;
  print_heading(cli, heading, true);
  for (size_t i = 0; i < count && i < LONGEST; i++) {
    const nt_value *one = nt_value_at(list, i);
    nt_str event = member(one, "event");
    printf("%34.2f%9.0f  %.*s%s%.*s\n", number(one, "seconds") * 1000, number(one, "count"), NT_FMT(event),
           event.len ? " " : "", NT_FMT(member(one, name)));
  }
  if (count <= LONGEST) return;
  nt_str more = nt_cli_text(cli, NT_MSG_explain_more, nt_arena_format(cli->arena, "%zu", count - LONGEST), none);
  printf("%*s%.*s\n", 45, "", NT_FMT(more));
}

static void print_pages(nt_cli *cli, const nt_value *pages) {
  if (!nt_value_len(pages)) return;
  print_heading(cli, NT_MSG_profile_pages, false);
  for (size_t i = 0; i < nt_value_len(pages); i++) {
    const nt_value *page = nt_value_at(pages, i), *steps = nt_map_find(page, NT_STR("steps"));
    printf("%34.2f  %.*s (", number(page, "seconds") * 1000, NT_FMT(member(page, "path")));
    for (size_t s = 0; s < nt_value_len(steps); s++) {
      const nt_entry *e = &steps->as.map->entries[s];
      printf("%s%.*s %.2f", s ? ", " : "", NT_FMT(e->key), e->value.as.number * 1000);
    }
    puts(")");
  }
}

static void print_table(nt_cli *cli, const nt_value *profile) {
  nt_str wall = nt_arena_format(cli->arena, "%.1f", number(profile, "seconds") * 1000);
  nt_str workers = nt_arena_format(cli->arena, "%.0f", number(profile, "workers"));
  nt_str busy = nt_arena_format(cli->arena, "%.0f", number(profile, "efficiency") * 100);
  nt_diag head = {.code = NT_MSG_profile_head, .args = {member(profile, "site"), wall, workers, busy}};
  nt_buf text = {0};
  nt_diag_message(&head, cli->language, &text);
  printf("\n%.*s\n", NT_FMT(nt_buf_str(&text)));
  nt_buf_deinit(&text);
  print_phases(cli, nt_map_find(profile, NT_STR("phases")));
  print_steps(cli, nt_map_find(profile, NT_STR("steps")));
  print_figures(cli, NT_MSG_profile_hooks, nt_map_find(profile, NT_STR("hooks")), "hook");
  print_figures(cli, NT_MSG_profile_templates, nt_map_find(profile, NT_STR("templates")), "template");
  print_figures(cli, NT_MSG_profile_outputs, nt_map_find(profile, NT_STR("outputs")), "output");
  print_pages(cli, nt_map_find(profile, NT_STR("pages")));
}

void nt_cli_profile(nt_cli *cli, const nt_site *site) {
  if (!site->profile) return;
  nt_value profile = nt_profile_value(site, cli->arena);
  if (!cli->json) {
    print_table(cli, &profile);
    return;
  }
  nt_buf text = {0};
  nt_json_write(&profile, 0, &text);
  printf("%.*s\n", NT_FMT(nt_buf_str(&text)));
  nt_buf_deinit(&text);
}
