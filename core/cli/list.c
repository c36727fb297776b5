/* notis list sites|documents|pages|hooks|plugins */
#include "cli/cli.h"
#include "engine/content/states.h"
#include "engine/run.h"

static void line(const nt_site *site, nt_str a, nt_str b, nt_str c) {
  if (site) printf("%.*s\t", NT_FMT(site->name));
  printf("%.*s", NT_FMT(a));
  if (b.len || c.len) printf("\t%.*s", NT_FMT(b));
  if (c.len) printf("\t%.*s", NT_FMT(c));
  putchar('\n');
}

static void list_sites(nt_cli *cli, const nt_engine *engine) {
  for (size_t i = 0; i < engine->site_count; i++) {
    const nt_site *site = &engine->sites[i];
    if (site->inputs) line(NULL, site->name, site->inputs->title, site->inputs->url);
  }
  (void)cli;
}

/* What became of a document: its state, or that it is withheld. */
static nt_str state_of(const nt_record *r) {
  if (nt_record_is_held(r)) return nt_str_c(nt_state_name(nt_record_state(r)));
  return r->frozen && !r->displaced ? nt_str_c(nt_state_name(NT_STATE_PUBLISHED)) : NT_STR("withheld");
}

static void list_document(const nt_site *site, const nt_record *r) {
  const nt_frozen *f = r->made ? r->made : r->parsed;
  nt_str none = NT_STR("-"), kind = f ? f->kind : none, lang = f ? f->lang : none;
  nt_str state = state_of(r), url = nt_plan_url(&site->plan, r);
  printf("%.*s\t%.*s\t%.*s\t%.*s\t%.*s", NT_FMT(site->name), NT_FMT(r->id), NT_FMT(kind), NT_FMT(lang), NT_FMT(state));
  if (url.len) printf("\t%.*s", NT_FMT(url));
  putchar('\n');
}

static int by_id(const void *a, const void *b) {
  return nt_str_cmp((*(const nt_record *const *)a)->id, (*(const nt_record *const *)b)->id);
}

static void list_documents(nt_cli *cli, const nt_engine *engine) {
  (void)cli;
  for (size_t i = 0; i < engine->site_count; i++) {
    const nt_site *site = &engine->sites[i];
    NT_VEC(const nt_record *) all = {0};
    for (size_t r = 0; r < site->records.slots.len; r++) {
      const nt_record *record = site->records.slots.items[r];
      if (record->listed || record->made) nt_push(&all, record);
    }
    if (all.len) qsort(all.items, all.len, sizeof *all.items, by_id);
    for (size_t r = 0; r < all.len; r++) list_document(site, all.items[r]);
    nt_vec_deinit(&all);
  }
}

static void list_pages(nt_cli *cli, const nt_engine *engine) {
  (void)cli;
  for (size_t i = 0; i < engine->site_count; i++)
    for (size_t p = 0; p < engine->sites[i].plan.pages.len; p++) {
      const nt_page_record *page = engine->sites[i].plan.pages.items[p];
      line(&engine->sites[i], page->path, page->asset ? NT_STR("static") : page->page.output, page->owner);
    }
}

static void list_hooks(nt_cli *cli, const nt_engine *engine) {
  for (size_t i = 0; i < engine->site_count; i++) {
    nt_site *site = &engine->sites[i];
    nt_vm *vm = site->inputs && site->inputs->configured ? nt_seat_vm(site, &site->seats[0], NULL) : NULL;
    for (int event = 0; vm && event < NT_EVENTS; event++)
      for (size_t h = 0; h < nt_vm_subscriber_count(vm, (nt_event)event); h++) {
        nt_subscriber s = nt_vm_subscriber(vm, (nt_event)event, h);
        line(site, nt_str_c(nt_event_name((nt_event)event)), s.kind.ptr ? s.kind : NT_STR("*"),
             nt_arena_format(cli->arena, "%.*s:%u", NT_FMT(s.file), s.line));
      }
  }
}

static void list_plugins(nt_cli *cli, const nt_engine *engine) {
  for (size_t i = 0; i < nt_host_count(engine->host); i++) {
    const nt_plugin *p = nt_host_at(engine->host, i);
    nt_str what = p->source.open ? NT_STR("source") : p->output.open ? NT_STR("output") : NT_STR("target");
    line(NULL, p->name, what, nt_arena_format(cli->arena, "%.*s\t%.*s", NT_FMT(p->version), NT_FMT(p->file)));
  }
}

static const struct {
  const char *name;
  void (*print)(nt_cli *cli, const nt_engine *engine);
} lists[] = {{"sites", list_sites},
             {"documents", list_documents},
             {"pages", list_pages},
             {"hooks", list_hooks},
             {"plugins", list_plugins}};

int nt_cli_list(nt_cli *cli) {
  nt_str what = cli->words.len ? cli->words.items[0] : nt_str_n("", 0);
  void (*print)(nt_cli *, const nt_engine *) = NULL;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    if (nt_str_eq(what, nt_str_c(lists[i].name))) print = lists[i].print;
  if (!print) return nt_cli_usage(cli, NT_MSG_cli_list_what, what, nt_str_n("", 0));
  cli->engine.sites = cli->words.items + 1;
  cli->engine.site_count = cli->words.len - 1;
  nt_engine *engine = nt_cli_engine(cli, true);
  if (!engine) return NT_EXIT_USAGE;
  nt_engine_settle(engine);
  nt_cli_progress_clear(cli);
  for (size_t i = 0; i < engine->site_count; i++)
    if (!engine->sites[i].inputs->usable) nt_cli_diags(cli, engine, engine->sites[i].name, &engine->sites[i].diags);
  print(cli, engine);
  int code = nt_cli_exit_code(engine);
  return nt_engine_close(engine) ? code : NT_EXIT_ENGINE;
}
