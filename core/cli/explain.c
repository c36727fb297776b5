/* notis explain: what became of a page, a text or a file, and why. */
#include "cli/explain.h"
#include "engine/explain/explain.h"
#include "engine/trace/trace.h"
#include "text/date.h"
#include "text/json.h"

enum { LONGEST = 20, LONGEST_LAST = 200 };

static const nt_str none = {"", 0};

static nt_str say(nt_cli *cli, nt_code code) {
  return nt_cli_text(cli, code, none, none);
}

/* Names of files may hold anything; a terminal is not to obey them. */
static void print(nt_str text) {
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    putchar(c < 0x20 || c == 0x7F ? '?' : c);
  }
}

static void print_line(int depth, nt_str text) {
  printf("%*s", depth * 2, "");
  print(text);
  putchar('\n');
}

static void print_heading(nt_cli *cli, nt_code code) {
  putchar('\n');
  print_line(0, say(cli, code));
}

/* A label, and what it is, in columns. Labels have letters of more than a byte. */
static void print_pair(int depth, nt_str label, size_t width, nt_str text) {
  size_t letters = nt_utf8_count(label);
  printf("%*s", depth * 2, "");
  print(label);
  printf("%*s  ", letters < width ? (int)(width - letters) : 0, "");
  print(text);
  putchar('\n');
}

static void print_fact(nt_cli *cli, nt_code label, nt_str text) {
  if (text.len) print_pair(1, say(cli, label), 11, text);
}

static void print_more(nt_cli *cli, int depth, size_t left) {
  if (left) print_line(depth, nt_cli_text(cli, NT_MSG_explain_more, nt_arena_format(cli->arena, "%zu", left), none));
}

static nt_str member(const nt_value *map, const char *key) {
  return nt_explain_member(map, key);
}
static const nt_value *part(const nt_value *map, const char *key) {
  return nt_map_find(map, nt_str_c(key));
}
static bool is_true(const nt_value *map, const char *key) {
  const nt_value *v = part(map, key);
  return v && v->type == NT_BOOL && v->as.boolean;
}
static nt_str number(nt_cli *cli, const nt_value *map, const char *key) {
  const nt_value *v = part(map, key);
  return v && v->type == NT_INT ? nt_arena_format(cli->arena, "%lld", (long long)v->as.integer) : none;
}

/* ---- hooks ---- */

static void print_change(nt_cli *cli, const nt_value *change) {
  const nt_value *before = part(change, "before"), *after = part(change, "after");
  nt_str nothing = say(cli, NT_MSG_explain_hook_absent);
  nt_diag text = {.code = NT_MSG_explain_hook_change,
                  .args = {member(change, "field"), before ? nt_explain_shown(cli, before) : nothing,
                           after ? nt_explain_shown(cli, after) : nothing}};
  nt_buf line = {0};
  nt_diag_message(&text, cli->language, &line);
  print_line(2, nt_buf_str(&line));
  nt_buf_deinit(&line);
}

static void print_hook(nt_cli *cli, const nt_value *hook) {
  nt_str at = nt_arena_format(cli->arena, "%.*s:%.*s", NT_FMT(member(hook, "file")), NT_FMT(number(cli, hook, "line")));
  const nt_value *changes = part(hook, "changes"), *derived = part(hook, "derived");
  print_pair(1, member(hook, "event"), 8, at);
  for (size_t i = 0; i < nt_value_len(changes); i++) print_change(cli, nt_value_at(changes, i));
  if (is_true(hook, "body")) print_line(2, say(cli, NT_MSG_explain_hook_body));
  if (is_true(hook, "bytes"))
    print_line(2, nt_cli_text(cli, NT_MSG_explain_hook_bytes, number(cli, hook, "length_before"),
                              number(cli, hook, "length_after")));
  for (size_t i = 0; i < nt_value_len(derived); i++)
    print_line(2, nt_cli_text(cli, NT_MSG_explain_hook_derives, nt_value_str(nt_value_at(derived, i)), none));
  if (is_true(hook, "dropped")) print_line(2, say(cli, NT_MSG_explain_hook_dropped));
  if (is_true(hook, "failed")) print_line(2, say(cli, NT_MSG_explain_hook_failed));
  bool changed = nt_value_len(changes) || nt_value_len(derived) || is_true(hook, "body") || is_true(hook, "bytes");
  if (!changed && !is_true(hook, "dropped") && !is_true(hook, "failed"))
    print_line(2, say(cli, NT_MSG_explain_hook_nothing));
}

static void print_hooks(nt_cli *cli, const nt_value *hooks) {
  if (!nt_value_len(hooks)) return;
  print_heading(cli, NT_MSG_explain_hooks);
  for (size_t i = 0; i < nt_value_len(hooks); i++) print_hook(cli, nt_value_at(hooks, i));
}

/* ---- what was read ---- */

static size_t widest_class(nt_cli *cli) {
  size_t widest = 0;
  for (size_t cls = 0; cls < NT_KEY_CLASSES; cls++) {
    size_t width = nt_utf8_count(nt_explain_read_class(cli, cls));
    if (width > widest) widest = width;
  }
  return widest;
}

/* Fields are told by the text that they are of: "title, date in s/content/om.md". */
static nt_str fields_of(nt_cli *cli, const nt_value *reads, size_t first, nt_map *done) {
  const nt_value *read = nt_value_at(reads, first);
  nt_str file = member(read, "file"), names = none;
  for (size_t i = first; i < nt_value_len(reads); i++) {
    const nt_value *other = nt_value_at(reads, i);
    if (!nt_str_eq(member(other, "class"), NT_STR("field")) || !nt_str_eq(member(other, "file"), file)) continue;
    nt_str name = nt_explain_read_short(cli, other);
    nt_str key = nt_arena_format(cli->arena, "%.*s\n%.*s", NT_FMT(file), NT_FMT(name));
    if (nt_map_set(done, key, done)) continue;
    names = nt_arena_format(cli->arena, "%.*s%s%.*s", NT_FMT(names), names.len ? ", " : "", NT_FMT(name));
  }
  if (!names.len) return none;
  if (!file.len) file = say(cli, NT_MSG_explain_read_every_text);
  return nt_cli_text(cli, NT_MSG_explain_read_of, names, file);
}

static void print_class(nt_cli *cli, const nt_value *reads, size_t cls, size_t width) {
  nt_map done = {0};
  size_t shown = 0, left = 0;
  nt_str name = nt_str_c(nt_key_class_name((nt_key_class)cls));
  for (size_t i = 0; i < nt_value_len(reads); i++) {
    const nt_value *read = nt_value_at(reads, i), *holds = part(read, "holds");
    if (!nt_str_eq(member(read, "class"), name)) continue;
    nt_str text = cls == NT_KEY_FIELD ? fields_of(cli, reads, i, &done) : nt_explain_read_short(cli, read);
    if (!text.len || (cls != NT_KEY_FIELD && nt_map_set(&done, text, &done))) continue;
    if (holds && !holds->as.boolean) text = nt_cli_text(cli, NT_MSG_explain_no_longer, text, none);
    if (shown < LONGEST) print_pair(1, shown ? none : nt_explain_read_class(cli, cls), width, text);
    left += shown++ >= LONGEST;
  }
  if (left)
    print_pair(1, none, width, nt_cli_text(cli, NT_MSG_explain_more, nt_arena_format(cli->arena, "%zu", left), none));
  nt_map_deinit(&done);
}

static void print_reads(nt_cli *cli, const nt_value *reads) {
  size_t width = widest_class(cli);
  if (!nt_value_len(reads)) return;
  print_heading(cli, NT_MSG_explain_reads);
  for (size_t cls = 0; cls < NT_KEY_CLASSES; cls++) print_class(cli, reads, cls, width);
}

/* ---- lists of things ---- */

static size_t widest_of(const nt_value *list, const char *name) {
  size_t widest = 0;
  for (size_t i = 0; i < nt_value_len(list) && i < LONGEST; i++) {
    size_t width = nt_utf8_count(member(nt_value_at(list, i), name));
    if (width > widest) widest = width;
  }
  return widest;
}

/* One line each: a name, and what is said of it. */
static void print_list(nt_cli *cli, nt_code heading, const nt_value *list, const char *name, const char *detail) {
  size_t widest = widest_of(list, name), count = nt_value_len(list);
  if (!count) return;
  print_heading(cli, heading);
  for (size_t i = 0; i < count && i < LONGEST; i++)
    print_pair(1, member(nt_value_at(list, i), name), widest, member(nt_value_at(list, i), detail));
  print_more(cli, 1, count > LONGEST ? count - LONGEST : 0);
}

static void print_templates(nt_cli *cli, const nt_value *list) {
  if (!nt_value_len(list)) return;
  print_heading(cli, NT_MSG_explain_templates);
  for (size_t i = 0; i < nt_value_len(list); i++) {
    nt_str file = member(nt_value_at(list, i), "file");
    print_pair(1, member(nt_value_at(list, i), "template"), widest_of(list, "template"),
               file.len ? file : say(cli, NT_MSG_explain_template_absent));
  }
}

/* ---- a page ---- */

static void print_made(nt_cli *cli, const nt_value *rendered) {
  if (!rendered || rendered->type != NT_MAP) return;
  nt_str reason = nt_explain_reason(cli, rendered);
  print_fact(cli, NT_MSG_explain_made,
             is_true(rendered, "now")
                 ? nt_cli_text(cli, NT_MSG_explain_made_now, reason, none)
                 : nt_cli_text(cli, NT_MSG_explain_made_in, number(cli, rendered, "epoch"), reason));
}

static void print_list_part(nt_cli *cli, const nt_value *page) {
  nt_str text = member(page, "collection");
  const nt_value *first = part(page, "first"), *shown = part(page, "shown");
  if (!text.len || !first || !shown) return;
  nt_str from = nt_arena_format(cli->arena, "%lld", (long long)first->as.integer + 1);
  nt_str to = nt_arena_format(cli->arena, "%lld", (long long)(first->as.integer + shown->as.integer));
  nt_str where = nt_cli_text(cli, NT_MSG_explain_list_part, number(cli, page, "number"), number(cli, page, "count"));
  nt_str texts = shown->as.integer ? nt_cli_text(cli, NT_MSG_explain_list_texts, from, to) : none;
  print_fact(cli, NT_MSG_explain_list,
             nt_arena_format(cli->arena, "%.*s, %.*s%s%.*s", NT_FMT(text), NT_FMT(where), texts.len ? ", " : "",
                             NT_FMT(texts)));
}

static void print_document(nt_cli *cli, const nt_value *document);

static void print_page(nt_cli *cli, const nt_value *page) {
  const nt_value *document = part(page, "document");
  print_fact(cli, NT_MSG_explain_address, member(page, "url"));
  print_fact(cli, NT_MSG_explain_output, member(page, "output"));
  print_fact(cli, NT_MSG_explain_language, member(page, "language"));
  if (is_true(page, "kept")) {
    print_fact(cli, NT_MSG_explain_state, say(cli, NT_MSG_explain_kept));
    if (document) print_document(cli, document);
    return;
  }
  if (is_true(page, "withheld")) print_fact(cli, NT_MSG_explain_state, say(cli, NT_MSG_explain_page_withheld));
  if (document) print_fact(cli, NT_MSG_explain_text, member(document, "file"));
  if (document) print_fact(cli, NT_MSG_explain_kind, member(document, "kind"));
  if (!document) print_fact(cli, NT_MSG_explain_planned, member(page, "planned_by"));
  print_fact(cli, NT_MSG_explain_leads, member(page, "redirect"));
  print_fact(cli, NT_MSG_explain_copy, member(page, "copy_of"));
  print_list_part(cli, page);
  print_made(cli, part(page, "rendered"));
  print_hooks(cli, part(page, "hooks"));
  print_templates(cli, part(page, "templates"));
  print_reads(cli, part(page, "reads"));
}

/* ---- a document ---- */

static nt_str state_text(nt_cli *cli, const nt_value *document) {
  static const struct {
    const char *state;
    nt_code text;
  } states[] = {{"published", NT_MSG_explain_published},      {"draft", NT_MSG_explain_draft},
                {"embargo", NT_MSG_explain_embargo},          {"future", NT_MSG_explain_future},
                {"expired", NT_MSG_explain_expired},          {"reference", NT_MSG_explain_withheld_reference},
                {"address", NT_MSG_explain_withheld_address}, {"unreadable", NT_MSG_explain_withheld_unreadable},
                {"dropped", NT_MSG_explain_withheld_dropped}, {"text", NT_MSG_explain_withheld_text},
                {"hook", NT_MSG_explain_withheld_hook},       {"gone", NT_MSG_explain_withheld_gone}};
  nt_str word = member(document, "withheld_for"), text = none;
  if (!word.len) word = member(document, "state");
  for (size_t i = 0; i < sizeof states / sizeof *states; i++)
    if (nt_str_eq(word, nt_str_c(states[i].state))) text = say(cli, states[i].text);
  const nt_value *until = part(document, "until");
  if (member(document, "older_for").len) text = nt_cli_text(cli, NT_MSG_explain_older, text, none);
  return until ? nt_cli_text(cli, NT_MSG_explain_until, text, nt_explain_shown(cli, until)) : text;
}

static void print_faults(nt_cli *cli, const nt_value *faults) {
  if (!nt_value_len(faults)) return;
  print_heading(cli, NT_MSG_explain_faults);
  for (size_t i = 0; i < nt_value_len(faults) && i < LONGEST; i++) {
    const nt_value *fault = nt_value_at(faults, i);
    nt_str line = number(cli, fault, "line");
    print_line(1, nt_arena_format(cli->arena, "%.*s%s%.*s [%.*s]", NT_FMT(line), line.len ? ": " : "",
                                  NT_FMT(member(fault, "message")), NT_FMT(member(fault, "code"))));
  }
  print_more(cli, 1, nt_value_len(faults) > LONGEST ? nt_value_len(faults) - LONGEST : 0);
}

/* "title, date, body, address" */
static void put_shows(nt_cli *cli, nt_value *reader) {
  const nt_value *fields = part(reader, "fields");
  nt_buf text = {0};
  for (size_t i = 0; i < nt_value_len(fields); i++)
    nt_buf_format(&text, "%s%.*s", text.len ? ", " : "", NT_FMT(nt_value_str(nt_value_at(fields, i))));
  static const struct {
    const char *member;
    nt_code text;
  } rest[] = {{"every_field", NT_MSG_explain_read_every_field},
              {"body", NT_MSG_explain_reader_body},
              {"address", NT_MSG_explain_address}};
  for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
    if (is_true(reader, rest[i].member))
      nt_buf_format(&text, "%s%.*s", text.len ? ", " : "", NT_FMT(say(cli, rest[i].text)));
  nt_map_put(reader, cli->arena, NT_STR("shows"), (nt_pos){0}, nt_string(nt_arena_str(cli->arena, nt_buf_str(&text))));
  nt_buf_deinit(&text);
}

static void print_names(nt_cli *cli, nt_code heading, const nt_value *ids) {
  if (!nt_value_len(ids)) return;
  print_heading(cli, heading);
  for (size_t i = 0; i < nt_value_len(ids) && i < LONGEST; i++) print_line(1, nt_value_str(nt_value_at(ids, i)));
  print_more(cli, 1, nt_value_len(ids) > LONGEST ? nt_value_len(ids) - LONGEST : 0);
}

static void print_document(nt_cli *cli, const nt_value *document) {
  const nt_value *readers = part(document, "readers");
  for (size_t i = 0; i < nt_value_len(readers); i++) put_shows(cli, &readers->as.list->items[i]);
  print_fact(cli, NT_MSG_explain_text, member(document, "file"));
  print_fact(cli, NT_MSG_explain_derived_from, member(document, "derived_from"));
  print_fact(cli, NT_MSG_explain_kind, member(document, "kind"));
  print_fact(cli, NT_MSG_explain_language, member(document, "language"));
  print_fact(cli, NT_MSG_explain_state, state_text(cli, document));
  print_fact(cli, NT_MSG_explain_address, member(document, "url"));
  print_faults(cli, part(document, "faults"));
  print_hooks(cli, part(document, "hooks"));
  print_names(cli, NT_MSG_explain_derived, part(document, "derived"));
  print_list(cli, NT_MSG_explain_pages, part(document, "pages"), "path", "output");
  print_list(cli, NT_MSG_explain_translations, part(document, "translations"), "language", "url");
  print_list(cli, NT_MSG_explain_redirects, part(document, "redirects"), "url", "planned_by");
  print_list(cli, NT_MSG_explain_readers, readers, "path", "shows");
}

/* ---- a file ---- */

static void print_file(nt_cli *cli, const nt_value *file) {
  const nt_value *pages = part(file, "pages"), *documents = part(file, "documents");
  bool whole = is_true(file, "whole_site");
  if (whole) print_line(1, say(cli, NT_MSG_explain_whole_site));
  if (!whole && !nt_value_len(pages) && !nt_value_len(documents)) print_line(1, say(cli, NT_MSG_explain_unused));
  print_list(cli, NT_MSG_explain_texts_using, documents, "file", "kind");
  print_list(cli, NT_MSG_explain_pages_using, pages, "path", "output");
}

/* ---- the last epoch ---- */

static void print_reasons(nt_cli *cli, const nt_value *pages) {
  size_t widest = 0, count = nt_value_len(pages);
  for (size_t i = 0; i < count && i < LONGEST_LAST; i++) {
    size_t width = nt_utf8_count(member(nt_value_at(pages, i), "path"));
    if (width > widest) widest = width;
  }
  for (size_t i = 0; i < count && i < LONGEST_LAST; i++)
    print_pair(1, member(nt_value_at(pages, i), "path"), widest,
               nt_explain_reason(cli, part(nt_value_at(pages, i), "rendered")));
  print_more(cli, 1, count > LONGEST_LAST ? count - LONGEST_LAST : 0);
}

static void print_last(nt_cli *cli, const nt_value *last) {
  nt_str epoch = number(cli, last, "epoch"), site = member(last, "site");
  print_line(0, epoch.len ? nt_cli_text(cli, NT_MSG_explain_last, site, epoch)
                          : nt_cli_text(cli, NT_MSG_explain_last_none, site, none));
  print_reasons(cli, part(last, "pages"));
  if (!nt_value_len(part(last, "pending"))) {
    print_line(0, say(cli, NT_MSG_explain_pending_none));
    return;
  }
  print_line(0, say(cli, NT_MSG_explain_pending));
  print_reasons(cli, part(last, "pending"));
}

/* ---- the command ---- */

static void print_json(const nt_value *value) {
  nt_buf text = {0};
  nt_json_write(value, 0, &text);
  printf("%.*s\n", NT_FMT(nt_buf_str(&text)));
  nt_buf_deinit(&text);
}

static void print_explained(nt_cli *cli, const nt_explained *what) {
  nt_value value = nt_explain(what, cli->language, cli->arena);
  if (cli->json) {
    print_json(&value);
    return;
  }
  print_line(0, nt_explained_name(what, cli->arena));
  if (what->sort == NT_EXPLAINED_DOCUMENT)
    print_document(cli, &value);
  else if (what->sort == NT_EXPLAINED_FILE)
    print_file(cli, &value);
  else
    print_page(cli, &value);
}

static int refuse(nt_cli *cli, nt_engine *engine, nt_str word, const nt_explained_list *found) {
  nt_diags diags;
  nt_diags_init(&diags, cli->arena);
  nt_str names = none, near = nt_explain_nearest(engine, word, cli->arena);
  for (size_t i = 0; i < found->items.len && i < 10; i++)
    names = nt_arena_format(cli->arena, "%.*s%s%.*s", NT_FMT(names), i ? ", " : "",
                            NT_FMT(nt_explained_name(&found->items.items[i], cli->arena)));
  if (found->items.len)
    nt_report(&diags, NT_MSG_explain_ambiguous, (nt_where){0}, word,
              nt_arena_format(cli->arena, "%zu", found->items.len), names);
  else if (nt_explain_is_foreign(engine, word, cli->arena))
    nt_report(&diags, NT_MSG_explain_foreign, (nt_where){0}, word);
  else if (near.len)
    nt_report(&diags, NT_MSG_explain_unknown_near, (nt_where){0}, word, near);
  else
    nt_report(&diags, NT_MSG_explain_unknown, (nt_where){0}, word);
  nt_cli_diags(cli, engine, none, &diags);
  return NT_EXIT_USAGE;
}

/* What stops a site says more than any explanation of what it was. */
static bool print_failures(nt_cli *cli, const nt_engine *engine) {
  bool usable = true;
  for (size_t i = 0; i < engine->site_count; i++) {
    const nt_site *site = &engine->sites[i];
    if (site->failed) nt_cli_diags(cli, engine, site->name, &site->diags);
    usable &= site->inputs && site->inputs->usable;
  }
  return usable;
}

static int explain_word(nt_cli *cli, nt_engine *engine, nt_str word) {
  nt_explained_list found = {0};
  int code = NT_EXIT_GOOD;
  nt_explain_find(engine, word, cli->arena, &found);
  if (found.items.len == 1)
    print_explained(cli, &found.items.items[0]);
  else
    code = refuse(cli, engine, word, &found);
  nt_vec_deinit(&found.items);
  return code;
}

static void explain_last(nt_cli *cli, nt_engine *engine) {
  for (size_t i = 0; i < engine->site_count; i++) {
    nt_value value = nt_explain_last(&engine->sites[i], cli->arena);
    if (cli->json)
      print_json(&value);
    else
      print_last(cli, &value);
  }
}

int nt_cli_explain(nt_cli *cli) {
  size_t words = cli->last ? 0 : 1;
  if (cli->words.len < words) return nt_cli_usage(cli, NT_MSG_explain_missing, none, none);
  cli->engine.sites = cli->words.items + words;
  cli->engine.site_count = cli->words.len - words;
  cli->engine.explains = true;
  nt_engine *engine = nt_cli_engine(cli, true);
  if (!engine) return NT_EXIT_USAGE;
  nt_engine_settle(engine);
  nt_cli_progress_clear(cli);
  int code = print_failures(cli, engine) ? NT_EXIT_GOOD : NT_EXIT_USAGE;
  if (code == NT_EXIT_GOOD && cli->last)
    explain_last(cli, engine);
  else if (code == NT_EXIT_GOOD)
    code = explain_word(cli, engine, cli->words.items[0]);
  return nt_engine_close(engine) ? code : NT_EXIT_ENGINE;
}
