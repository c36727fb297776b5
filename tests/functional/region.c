#include "region.h"

#include "base/path.h"

#include <stdio.h>
#include <unistd.h>

/* ---- parts of the inputs ---- */

static bool is_first_of_file(size_t part) {
  for (size_t i = 0; i < part; i++)
    if (strcmp(region_parts[i].file, region_parts[part].file) == 0) return false;
  return true;
}

/* As a watch tells it: a file that is written may be told of twice, and one of several only as a folder. */
static void tell(region *r, nt_str path) {
  size_t layer = nt_str_find(path, '/');
  nt_str dir = nt_str_sub(path, 0, layer), file = nt_str_sub(path, layer + 1, path.len);
  unsigned how = (unsigned)(nt_hash_bytes(path) + r->told++) % 5;
  if (how == 0) nt_site_told(r->w->site, dir, file, false);
  if (how == 1 && nt_path_dir(file).len)
    nt_site_told(r->w->site, dir, nt_path_dir(file), true);
  else
    nt_site_told(r->w->site, dir, file, false);
}

static void put_file(region *r, const char *path, nt_buf *bytes) {
  char full[4096];
  nt_buf_byte(bytes, '\0');
  snprintf(full, sizeof full, "%s/%s", r->w->dir, path);
  if (bytes->len > 1)
    workspace_write(r->w, path, bytes->ptr);
  else
    unlink(full);
  nt_buf_deinit(bytes);
  if (r->tells && r->w->site) tell(r, nt_str_c(path));
}

static void write_parts(region *r, const char *file) {
  nt_buf bytes = {0};
  for (size_t i = 0; i < region_part_count; i++)
    if (strcmp(region_parts[i].file, file) == 0) nt_buf_c(&bytes, region_parts[i].forms[r->forms[i]]);
  put_file(r, file, &bytes);
}

static unsigned forms_of(size_t part) {
  unsigned count = 0;
  while (count < REGION_FORMS && region_parts[part].forms[count]) count++;
  return count;
}

bool region_is_stopped(const region *r) {
  for (size_t i = 0; i < region_part_count; i++)
    if (region_parts[i].stops && r->forms[i]) return true;
  return false;
}

/* ---- texts ---- */

enum {
  NEWS = 16,
  REPORTS = 4,
  PAGES = 4,
  FEED = REGION_TEXTS - NEWS - REPORTS - PAGES,
  VALUES = 6,
  PLACES = 3,
  DATE = 1,
  NO_DATE = 5,
  REPORT = 13
};

/* The first value is the likeliest; "{n}" is the text's number and "{p}" that of its pair. */
static const struct {
  const char *name;
  const char *values[VALUES];
  bool seldom;
} fields[REGION_FIELDS] = {
    {"title", {"Ängar {n}", "Åar {n}", "öar {n}", "Wok & <b> {n}"}},
    {"date", {"2024-04-1{n}", "2023-12-31 23:30", "2024-06-12 08:00", "2024-06-20", "2022-02-02", "2021-04-31"}},
    {"topics", {"[kultur]", "", "[Kultur, natur]", "[natur, Å]", "[Natur, Å]", "[KULTUR, '2024']"}},
    {"slug", {"", "egen-{n}", "samma"}, true},
    {"kind", {"", "page"}, true},
    {"lang", {"", "en", "sv"}, true},
    {"translation_key", {"", "nyckel-{p}", "nyckel"}},
    {"draft", {"", "true"}, true},
    {"embargo", {"", "2024-06-12 08:00", "2024-06-05"}, true},
    {"expires", {"", "2024-06-15", "2024-06-12 09:00"}, true},
    {"aliases", {"", "/gammal-{n}/", "[/a-{n}.html, /gemensam/]"}},
    {"image", {"", "{ src: karta.gif, alt: Karta }", "{ src: /logo.svg, alt: Logga }", "{ src: saknas.gif, alt: X }"}},
    {"file", {"", "rapport.pdf", "/css/site.css", "tabell.pdf"}},
    {"report", {"", "r0", "content/report/r1.md"}},
    {"template", {"", "other.html"}},
    {"lead", {"", "Se [om](../page/p0.md).", "Kort."}},
};

static const char *const bodies[] = {
    "Text.\n\n## Bakgrund\n\nMer.\n",
    "Se [om](../page/p0.md#kontakt), [nästa](n1.md) och [översatt](n1.en.md#bakgrund).\n",
    "![Karta](karta.gif)\n\n[Rapporten](rapport.pdf) och [listan](/nyheter/).\n",
    "<a id=\"kontakt\"></a>Text {{< youtube id=\"x\" >}} och [rot](/statistik/).\n",
    "[Död](finns-inte.md), [ankare](n2.md#bakgrund) ![Ute](../report/delad.svg) [fil](/css/site.css)\n",
    "![Delad](bilder/delad.svg)\n\n```fakta\nEtt faktum.\n```\n\n[hit](#fakta)\n",
    "## Kontakt\n\n[upp](#kontakt) [fel](#fel) ord[^1]\n\n[^1]: Not med [länk](../report/r0.md).\n",
    "Mer om [rapporten](../report/r1.md) i [tabell](tabell.pdf) ![Karta](karta.gif)\n",
};

/* Two texts are a pair, and translations of each other while they are where they began. No two share a path. */
static const char *const places[2][PLACES] = {
    {"{f}/{s}.md", "{f}/djup/{s}.md", "{f}/{s}-ny.md"},
    {"{f}/{s}.en.md", "en/{f}/{s}.md", "{f}/{s}-x.md"},
};

static void fill(const char *text, int n, const char *folder, const char *stem, nt_buf *out) {
  for (; *text; text++) {
    if (text[0] != '{' || !strchr("npfs", text[1]) || text[2] != '}') {
      nt_buf_byte(out, *text);
      continue;
    }
    if (text[1] == 'f') nt_buf_c(out, folder);
    if (text[1] == 's') nt_buf_c(out, stem);
    if (text[1] == 'n') nt_buf_format(out, "%d", n);
    if (text[1] == 'p') nt_buf_format(out, "%d", n / 2);
    text += 2;
  }
}

static bool is_of_feed(int n) {
  return n >= NEWS + REPORTS + PAGES;
}

/* An item's id, or a path from the workspace's root. */
static void place_of(const region *r, int n, unsigned place, char out[64]) {
  static const struct {
    const char *folder;
    char letter;
    int first;
  } folders[] = {{"news", 'n', 0}, {"report", 'r', NEWS}, {"page", 'p', NEWS + REPORTS}};
  (void)r;
  int which = n < NEWS ? 0 : n < NEWS + REPORTS ? 1 : 2;
  nt_buf path = {0};
  char stem[16];
  if (is_of_feed(n)) {
    snprintf(out, 64, "f%d", n - NEWS - REPORTS - PAGES);
    return;
  }
  snprintf(stem, sizeof stem, "%c%d", folders[which].letter, (n - folders[which].first) / 2);
  nt_buf_c(&path, "s/content/");
  fill(places[n % 2][place], n, folders[which].folder, stem, &path);
  snprintf(out, 64, "%.*s", (int)path.len, path.ptr);
  nt_buf_deinit(&path);
}

static void text_bytes(const region_text *t, int n, nt_buf *out) {
  nt_buf_c(out, "---\n");
  for (size_t i = 0; i < REGION_FIELDS; i++) {
    const char *value = fields[i].values[t->values[i]];
    if (!*value) continue;
    bool quoted = strcmp(fields[i].name, "title") == 0 || strcmp(fields[i].name, "lead") == 0;
    nt_buf_format(out, "%s: %s", fields[i].name, quoted ? "\"" : "");
    fill(value, strcmp(fields[i].name, "date") == 0 ? n % 10 : n, "", "", out);
    nt_buf_c(out, quoted ? "\"\n" : "\n");
  }
  nt_buf_c(out, "---\n");
  nt_buf_c(out, is_of_feed(n) ? "-> f0 Till den första\nText.\n" : bodies[t->body]);
  nt_buf_format(out, "\nVersion %u.\n", t->version);
}

static void put_item(region *r, const char *id, bool there, nt_buf *bytes, feed_verb verb) {
  if (there) {
    nt_buf_byte(bytes, '\0');
    feed_put(r->w->feed, "news", id, bytes->ptr);
  } else {
    feed_drop(r->w->feed, "news", id);
    verb = FEED_REMOVE;
  }
  nt_buf_deinit(bytes);
  if (r->w->engine) assert_int_equal(feed_send(&r->w->port, "news", &(feed_word){verb, id}, 1), NOTIS_OK);
}

static void write_text(region *r, int n) {
  const region_text *t = &r->texts[n];
  char place[64];
  nt_buf bytes = {0};
  place_of(r, n, t->place, place);
  if (t->there) text_bytes(t, n, &bytes);
  if (is_of_feed(n))
    put_item(r, place, t->there, &bytes, FEED_UPSERT);
  else
    put_file(r, place, &bytes);
}

/* ---- the site ---- */

void region_init(region *r, workspace *w, uint64_t seed) {
  *r = (region){.w = w, .random = seed};
  assert_true(region_part_count <= REGION_PARTS);
  for (size_t i = 0; i < region_part_count; i++)
    if (is_first_of_file(i)) write_parts(r, region_parts[i].file);
  for (int n = 0; n < REGION_TEXTS; n++) {
    region_text *t = &r->texts[n];
    t->there = n % 7 != 6;
    t->body = (unsigned)n % (sizeof bodies / sizeof *bodies);
    t->values[0] = (uint8_t)(n % 4);
    t->values[1] = n % 3 ? 0 : 4;
    t->values[2] = (uint8_t)(n % 5);
    t->values[REPORT] = (uint8_t)(n % 3);
    write_text(r, n);
  }
}

unsigned region_pick(region *r, unsigned below) {
  return (unsigned)(nt_random_next(&r->random) % below);
}

/* ---- edits ---- */

static void count(region *r, const char *sort) {
  size_t i = 0;
  while (r->counts[i].sort && strcmp(r->counts[i].sort, sort) != 0) i++;
  assert_true(i < REGION_SORTS - 1);
  r->counts[i].sort = sort;
  r->counts[i].count++;
}

static unsigned another(region *r, unsigned now, unsigned of) {
  return (now + 1 + region_pick(r, of - 1)) % of;
}

static void change_part(region *r, size_t part, char *what, size_t size) {
  const region_part *p = &region_parts[part];
  unsigned before = r->forms[part], form = another(r, before, forms_of(part));
  const char *sort = p->sort;
  if (strstr(sort, "file")) {
    bool is_static = sort[0] == 's';
    sort = !*p->forms[before] ? (is_static ? "static file added" : "file added")
           : !*p->forms[form] ? (is_static ? "static file removed" : "file removed")
                              : (is_static ? "static file replaced" : "file replaced");
  }
  r->forms[part] = (uint8_t)form;
  write_parts(r, p->file);
  count(r, sort);
  snprintf(what, size, "%s: %s, form %u to %u", sort, p->file, before, form);
}

static bool is_faulty(size_t part) {
  return region_parts[part].stops || region_parts[part].withholds;
}

/* Faults are seldom made, and soon mended. */
static void edit_part(region *r, char *what, size_t size) {
  size_t part = 0;
  while (part < region_part_count && !(is_faulty(part) && r->forms[part] && !region_pick(r, 3))) part++;
  while (part == region_part_count || forms_of(part) < 2 ||
         (region_parts[part].stops && !r->forms[part] && region_pick(r, 3)))
    part = region_pick(r, (unsigned)region_part_count);
  change_part(r, part, what, size);
}

static void edit_clock(region *r, char *what, size_t size) {
  static const int hours[] = {0, -4, -2, 9, 13};
  int64_t at = june(1 + (int)region_pick(r, 28)) + hours[region_pick(r, 5)] * 3600, before = r->w->engine->options.at;
  const char *sort = at < before ? "clock back" : "clock forward";
  nt_engine_set_time(r->w->engine, at);
  nt_site_changed(r->w->site, false);
  count(r, sort);
  snprintf(what, size, "%s: to %lld", sort, (long long)at);
}

static const char *move_text(region *r, int n) {
  region_text *t = &r->texts[n];
  bool was = t->there;
  t->there = false;
  write_text(r, n); /* gone from where it was */
  t->place = another(r, t->place, PLACES);
  t->there = was;
  write_text(r, n);
  return "rename";
}

static const char *touch_text(region *r, int n) {
  region_text *t = &r->texts[n];
  char place[64];
  place_of(r, n, t->place, place);
  if (is_of_feed(n) && t->there)
    assert_int_equal(feed_send(&r->w->port, "news", &(feed_word){FEED_TOUCH, place}, 1), NOTIS_OK);
  else if (t->there)
    write_text(r, n);
  return "touch";
}

static bool is_at_fault(const region_text *t) {
  return t->there && t->values[DATE] == NO_DATE;
}

/* Fields that hold a text back, or move it, mostly have their likeliest value, so that there is something to publish.
 */
static const char *change_field(region *r, int n) {
  region_text *t = &r->texts[n];
  size_t field = DATE;
  while (!is_at_fault(t) && fields[field = region_pick(r, REGION_FIELDS)].seldom && !t->values[field] &&
         region_pick(r, 5))
    continue;
  unsigned values = 0;
  while (values < VALUES && fields[field].values[values]) values++;
  bool back = t->values[field] && region_pick(r, fields[field].seldom ? 4 : 2);
  t->values[field] = back ? 0 : (uint8_t)another(r, t->values[field], values);
  write_text(r, n);
  return fields[field].name;
}

static const char *change_body(region *r, int n) {
  region_text *t = &r->texts[n];
  t->version++;
  if (region_pick(r, 3)) t->body = another(r, t->body, sizeof bodies / sizeof *bodies);
  write_text(r, n);
  return "body";
}

static const char *come_or_go(region *r, int n) {
  region_text *t = &r->texts[n];
  t->there = !t->there;
  write_text(r, n);
  return t->there ? "new" : "delete";
}

/* A text that is not there is made rather than edited. */
static void edit_text(region *r, char *what, size_t size) {
  int n = 0;
  while (n < REGION_TEXTS && !(is_at_fault(&r->texts[n]) && !region_pick(r, 3))) n++;
  if (n == REGION_TEXTS) n = (int)region_pick(r, REGION_TEXTS);
  unsigned sort = region_pick(r, 20);
  const char *name = !r->texts[n].there || sort < 2 ? come_or_go(r, n)
                     : sort < 4                     ? move_text(r, n)
                     : sort < 5                     ? touch_text(r, n)
                     : sort < 9                     ? change_body(r, n)
                                                    : change_field(r, n);
  char place[64];
  place_of(r, n, r->texts[n].place, place);
  count(r, name);
  snprintf(what, size, "%s: %s", name, place);
}

void region_edit(region *r, char *what, size_t size) {
  unsigned sort = region_pick(r, 20);
  if (sort < 1)
    edit_clock(r, what, size);
  else if (sort < 10 || region_is_stopped(r))
    edit_part(r, what, size);
  else
    edit_text(r, what, size);
}
