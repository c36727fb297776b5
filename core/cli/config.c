/* notis config [site]: the merged configuration, and where each value was written */
#include "cli/cli.h"
#include "text/json.h"

typedef struct printer {
  const nt_inputs *in;
  FILE *out;
} printer;

static void origin(const printer *p, nt_pos pos) {
  nt_where where = nt_config_where(&p->in->files, pos);
  if (where.line) fprintf(p->out, "  # %.*s:%u", NT_FMT(where.file), where.line);
  fputc('\n', p->out);
}

static void print_value(const printer *p, const nt_value *value, nt_pos key_pos, int depth);

static void print_map(const printer *p, const nt_value *map, int depth) {
  for (size_t i = 0; i < map->as.map->len; i++) {
    const nt_entry *e = &map->as.map->entries[i];
    fprintf(p->out, "%*s%.*s:", depth * 2, "", NT_FMT(e->key));
    print_value(p, &e->value, e->key_pos, depth);
  }
}

static void print_list(const printer *p, const nt_value *list, int depth) {
  for (size_t i = 0; i < list->as.list->len; i++) {
    fprintf(p->out, "%*s-", depth * 2, "");
    print_value(p, &list->as.list->items[i], list->as.list->items[i].pos, depth);
  }
}

/* Scalars in JSON's form, which YAML reads alike. */
static void print_value(const printer *p, const nt_value *value, nt_pos key_pos, int depth) {
  if (value->type == NT_MAP && value->as.map->len) {
    origin(p, key_pos);
    print_map(p, value, depth + 1);
  } else if (value->type == NT_LIST && value->as.list->len) {
    origin(p, key_pos);
    print_list(p, value, depth + 1);
  } else {
    nt_buf text = {0};
    nt_json_write(value, 0, &text);
    fprintf(p->out, " %.*s", NT_FMT(nt_buf_str(&text)));
    nt_buf_deinit(&text);
    origin(p, value->pos.line ? value->pos : key_pos);
  }
}

static void print_site(nt_cli *cli, const nt_site *site, const nt_inputs *in) {
  printer p = {in, stdout};
  if (cli->json) {
    nt_buf text = {0};
    nt_json_write(&in->config, 2, &text);
    printf("%.*s\n", NT_FMT(nt_buf_str(&text)));
    nt_buf_deinit(&text);
    return;
  }
  printf("# %.*s\n", NT_FMT(site->name));
  if (in->config.type == NT_MAP) print_map(&p, &in->config, 0);
}

int nt_cli_config(nt_cli *cli) {
  cli->engine.sites = cli->words.items;
  cli->engine.site_count = cli->words.len;
  nt_engine *engine = nt_cli_engine(cli, true);
  int code = engine ? NT_EXIT_GOOD : NT_EXIT_USAGE;
  for (size_t i = 0; engine && i < engine->site_count; i++) {
    nt_inputs *in = nt_cli_inputs(cli, engine, &engine->sites[i]);
    if (!in->configured) code = NT_EXIT_USAGE;
    print_site(cli, &engine->sites[i], in);
    nt_inputs_free(in);
  }
  if (engine) nt_engine_close(engine);
  return code;
}
