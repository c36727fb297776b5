#include "region.h"

#include "base/path.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- parts of the inputs ---- */

static bool is_first_of_file(size_t part) {
  for (size_t i = 0; i < part; i++)
    if (strcmp(region_parts[i].file, region_parts[part].file) == 0) return false;
  return true;
}

/* Texts and files below "{d}" move with that folder. */
static const char *const folders[] = {"djup", "djupare", "arkiv/djup"};
enum { FOLDERS = sizeof folders / sizeof *folders };

static void full_path(const region *r, const char *path, char out[4096]) {
  const char *mark = strstr(path, "{d}");
  if (mark)
    snprintf(out, 4096, "%s/%.*s%s%s", r->w->dir, (int)(mark - path), path, folders[r->folder], mark + 3);
  else
    snprintf(out, 4096, "%s/%s", r->w->dir, path);
}

static void tell_site(nt_site *site, nt_str dir, nt_str file, bool folder, unsigned how) {
  if (how == 0) nt_site_told(site, dir, file, folder);
  if (how == 1 && nt_path_dir(file).len)
    nt_site_told(site, dir, nt_path_dir(file), true);
  else
    nt_site_told(site, dir, file, folder);
}

/* As a watch tells it: a file that is written may be told of twice, and one of several only as a folder. Only the last
 * site is made of what is its own. */
static void tell(region *r, nt_str path, bool folder) {
  if (!r->tells || !r->w->engine) return;
  size_t layer = nt_str_find(path, '/'), count = r->w->engine->site_count;
  nt_str dir = nt_str_sub(path, 0, layer), file = nt_str_sub(path, layer + 1, path.len);
  unsigned how = (unsigned)(nt_hash_bytes(path) + r->told++) % 5;
  bool own = nt_str_eq(dir, r->w->engine->sites[count - 1].name);
  for (size_t i = own ? count - 1 : 0; i < count; i++) tell_site(&r->w->engine->sites[i], dir, file, folder, how);
}

static void put_file(region *r, const char *path, nt_buf *bytes) {
  char full[4096];
  if (r->w) {
    full_path(r, path, full);
    nt_buf_byte(bytes, '\0');
    if (bytes->len > 1)
      workspace_write(r->w, full + strlen(r->w->dir) + 1, bytes->ptr);
    else
      unlink(full);
    tell(r, nt_str_c(full + strlen(r->w->dir) + 1), false);
  }
  nt_buf_deinit(bytes);
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

static bool is_stopped(const region *r) {
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
  REPORT = 13,
  RUIN = 16
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
    {"ruin", {"", "[", "\xff\xfe", "{ a: 1, a: 2 }"}, true},
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

enum { BODIES = sizeof bodies / sizeof *bodies };

/* Two texts are a pair, and translations of each other while they are where they began. No two share a path. */
static const char *const places[2][PLACES] = {
    {"{f}/{s}.md", "{f}/{d}/{s}.md", "{f}/{s}-ny.md"},
    {"{f}/{s}.en.md", "en/{f}/{s}.md", "{f}/{s}-x.md"},
};

static void fill(const char *text, int n, const char *folder, const char *stem, nt_buf *out) {
  for (; *text; text++) {
    if (text[0] != '{' || !text[1] || !strchr("npfs", text[1]) || text[2] != '}') {
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
static void place_of(int n, unsigned place, char out[64]) {
  static const struct {
    const char *folder;
    char letter;
    int first;
  } kinds[] = {{"news", 'n', 0}, {"report", 'r', NEWS}, {"page", 'p', NEWS + REPORTS}};
  int which = n < NEWS ? 0 : n < NEWS + REPORTS ? 1 : 2;
  nt_buf path = {0};
  char stem[16];
  if (is_of_feed(n)) {
    snprintf(out, 64, "f%d", n - NEWS - REPORTS - PAGES);
    return;
  }
  snprintf(stem, sizeof stem, "%c%d", kinds[which].letter, (n - kinds[which].first) / 2);
  nt_buf_c(&path, "s/content/");
  fill(places[n % 2][place], n, kinds[which].folder, stem, &path);
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
  nt_buf_byte(bytes, '\0');
  if (there)
    feed_put(r->w->feed, "news", id, bytes->ptr);
  else
    feed_drop(r->w->feed, "news", id);
  nt_buf_deinit(bytes);
  if (!there) verb = FEED_REMOVE;
  if (r->w->engine && feed_is_open(&r->w->port, "news"))
    assert_int_equal(feed_send(&r->w->port, "news", &(feed_word){verb, id}, 1), NOTIS_OK);
}

static void write_text(region *r, int n, feed_verb verb) {
  const region_text *t = &r->texts[n];
  char place[64];
  nt_buf bytes = {0};
  if (!r->w) return;
  place_of(n, t->place, place);
  if (t->there) text_bytes(t, n, &bytes);
  if (is_of_feed(n))
    put_item(r, place, t->there, &bytes, verb);
  else
    put_file(r, place, &bytes);
}

/* ---- the site ---- */

void region_init(region *r, workspace *w) {
  *r = (region){.w = w, .at = june(10)};
  assert_true(region_part_count <= REGION_PARTS);
  if (w) workspace_write(w, "notis.yaml", "notis: 1\nsites: [s, t]\nout: public/{site}\n");
  for (size_t i = 0; i < region_part_count; i++)
    if (is_first_of_file(i)) write_parts(r, region_parts[i].file);
  for (int n = 0; n < REGION_TEXTS; n++) {
    region_text *t = &r->texts[n];
    t->there = n % 7 != 6;
    t->body = (unsigned)n % BODIES;
    t->values[0] = (uint8_t)(n % 4);
    t->values[1] = n % 3 ? 0 : 4;
    t->values[2] = (uint8_t)(n % 5);
    t->values[REPORT] = (uint8_t)(n % 3);
    write_text(r, n, FEED_UPSERT);
  }
}

/* ---- choosing ---- */

static unsigned pick(uint64_t *random, unsigned below) {
  return (unsigned)(nt_random_next(random) % below);
}

static unsigned another(uint64_t *random, unsigned now, unsigned of) {
  return (now + 1 + pick(random, of - 1)) % of;
}

static bool is_faulty(size_t part) {
  return region_parts[part].stops || region_parts[part].withholds;
}

/* Faults are seldom made, and soon mended. */
static region_edit choose_part(const region *r, uint64_t *random) {
  size_t part = 0;
  while (part < region_part_count && !(is_faulty(part) && r->forms[part] && !pick(random, 3))) part++;
  while (part == region_part_count || forms_of(part) < 2 ||
         (region_parts[part].stops && !r->forms[part] && pick(random, 3)))
    part = pick(random, (unsigned)region_part_count);
  unsigned form = is_faulty(part) && r->forms[part] ? 0 : another(random, r->forms[part], forms_of(part));
  return (region_edit){.verb = REGION_PART, .which = (unsigned)part, .value = form};
}

static region_edit choose_clock(uint64_t *random) {
  static const int hours[] = {0, -4, -2, 9, 13};
  int64_t at = june(1 + (int)pick(random, 28)) + hours[pick(random, 5)] * 3600;
  return (region_edit){.verb = REGION_CLOCK, .at = at};
}

static bool is_at_fault(const region_text *t) {
  return t->there && (t->values[DATE] == NO_DATE || t->values[RUIN]);
}

static unsigned values_of(unsigned field) {
  unsigned count = 0;
  while (count < VALUES && fields[field].values[count]) count++;
  return count;
}

/* Fields that hold a text back, or move it, mostly have their likeliest value, so that there is something to publish.
 */
static region_edit choose_field(const region *r, unsigned n, uint64_t *random) {
  const region_text *t = &r->texts[n];
  unsigned field = t->values[RUIN] ? RUIN : DATE;
  while (!is_at_fault(t) && fields[field = pick(random, REGION_FIELDS)].seldom && !t->values[field] && pick(random, 5))
    continue;
  bool back = t->values[field] && pick(random, fields[field].seldom ? 4 : 2);
  unsigned value = back ? 0 : another(random, t->values[field], values_of(field));
  return (region_edit){.verb = REGION_FIELD, .which = n, .field = field, .value = value};
}

static region_edit choose_body(const region *r, unsigned n, uint64_t *random) {
  unsigned body = r->texts[n].body;
  if (pick(random, 3)) body = another(random, body, BODIES);
  return (region_edit){.verb = REGION_BODY, .which = n, .value = body, .version = r->texts[n].version + 1};
}

/* A text that is not there is made rather than edited. */
static region_edit choose_text(const region *r, uint64_t *random) {
  unsigned n = 0;
  while (n < REGION_TEXTS && !(is_at_fault(&r->texts[n]) && !pick(random, 3))) n++;
  if (n == REGION_TEXTS) n = pick(random, REGION_TEXTS);
  const region_text *t = &r->texts[n];
  unsigned sort = pick(random, 20);
  if (!t->there || sort < 2) return (region_edit){.verb = REGION_THERE, .which = n, .value = !t->there};
  if (sort < 4) return (region_edit){.verb = REGION_PLACE, .which = n, .value = another(random, t->place, PLACES)};
  if (sort < 5) return (region_edit){.verb = REGION_TOUCH, .which = n};
  return sort < 9 ? choose_body(r, n, random) : choose_field(r, n, random);
}

region_edit region_choose(const region *r, uint64_t *random) {
  unsigned sort = pick(random, 40);
  if (sort < 2) return choose_clock(random);
  if (sort < 3) return (region_edit){.verb = REGION_FOLDER, .value = another(random, r->folder, FOLDERS)};
  return sort < 20 || is_stopped(r) ? choose_part(r, random) : choose_text(r, random);
}

/* ---- making ---- */

static void place_text(region *r, int n, unsigned place) {
  region_text *t = &r->texts[n];
  bool was = t->there;
  t->there = false;
  write_text(r, n, FEED_UPSERT); /* gone from where it was */
  t->place = place;
  t->there = was;
  write_text(r, n, FEED_UPSERT);
}

/* With all that is in them, by rename. */
static void move_folders(region *r, unsigned to) {
  static const char *const below[] = {"s/content/news/{d}", "s/content/report/{d}", "s/content/page/{d}"};
  unsigned from = r->folder;
  for (size_t i = 0; r->w && i < sizeof below / sizeof *below; i++) {
    char old[4096], new[4096], parent[4096];
    r->folder = from;
    full_path(r, below[i], old);
    r->folder = to;
    full_path(r, below[i], new);
    snprintf(parent, sizeof parent, "%s", new);
    *strrchr(parent, '/') = '\0';
    mkdir(parent, 0777);
    rmdir(new); /* one that is empty may be left of the time before */
    rename(old, new);
    tell(r, nt_str_c(old + strlen(r->w->dir) + 1), true);
    tell(r, nt_str_c(new + strlen(r->w->dir) + 1), true);
  }
  r->folder = to;
}

void region_make(region *r, const region_edit *e) {
  region_text *t = &r->texts[e->verb == REGION_PART ? 0 : e->which];
  switch (e->verb) {
  case REGION_PART:
    r->forms[e->which] = (uint8_t)e->value;
    write_parts(r, region_parts[e->which].file);
    return;
  case REGION_FOLDER: move_folders(r, e->value); return;
  case REGION_CLOCK:
    r->at = e->at;
    if (r->w) r->w->options.at = e->at;
    if (r->w && r->w->engine) nt_engine_set_time(r->w->engine, e->at);
    for (size_t i = 0; r->tells && r->w->engine && i < r->w->engine->site_count; i++)
      nt_site_changed(&r->w->engine->sites[i], false);
    return;
  case REGION_PLACE: place_text(r, (int)e->which, e->value); return;
  case REGION_THERE: t->there = e->value; break;
  case REGION_FIELD: t->values[e->field] = (uint8_t)e->value; break;
  case REGION_BODY:
    t->body = e->value;
    t->version = e->version;
    break;
  case REGION_TOUCH: break;
  }
  if (e->verb != REGION_TOUCH || t->there)
    write_text(r, (int)e->which, e->verb == REGION_TOUCH ? FEED_TOUCH : FEED_UPSERT);
}

/* ---- what it is called ---- */

static const char *sort_of_file(const region *r, const region_edit *e) {
  const region_part *p = &region_parts[e->which];
  bool is_static = p->sort[0] == 's';
  if (!*p->forms[r->forms[e->which]]) return is_static ? "static file added" : "file added";
  if (!*p->forms[e->value]) return is_static ? "static file removed" : "file removed";
  return is_static ? "static file replaced" : "file replaced";
}

const char *region_sort(const region *r, const region_edit *e) {
  const char *sort = e->verb == REGION_PART ? region_parts[e->which].sort : "";
  switch (e->verb) {
  case REGION_PART: return strstr(sort, "file") ? sort_of_file(r, e) : sort;
  case REGION_THERE: return e->value ? "new" : "delete";
  case REGION_PLACE: return "rename";
  case REGION_BODY: return "body";
  case REGION_FIELD: return fields[e->field].name;
  case REGION_TOUCH: return "touch";
  case REGION_FOLDER: return "folder moved";
  default: return e->at < r->at ? "clock back" : "clock forward";
  }
}

void region_say(const region *r, const region_edit *e, char what[REGION_WHAT]) {
  const char *sort = region_sort(r, e);
  char place[64] = "";
  if (e->verb != REGION_PART && e->verb != REGION_CLOCK && e->verb != REGION_FOLDER)
    place_of((int)e->which, e->verb == REGION_PLACE ? e->value : r->texts[e->which].place, place);
  switch (e->verb) {
  case REGION_PART:
    snprintf(what, REGION_WHAT, "%s: %s, part %u, form %u to %u", sort, region_parts[e->which].file, e->which,
             r->forms[e->which], e->value);
    break;
  case REGION_FIELD:
    snprintf(what, REGION_WHAT, "%s: %s, \"%s\"", sort, place, fields[e->field].values[e->value]);
    break;
  case REGION_BODY: snprintf(what, REGION_WHAT, "%s: %s, text %u", sort, place, e->value); break;
  case REGION_FOLDER: snprintf(what, REGION_WHAT, "%s: %s to %s", sort, folders[r->folder], folders[e->value]); break;
  case REGION_CLOCK: snprintf(what, REGION_WHAT, "%s: to %lld", sort, (long long)e->at); break;
  default: snprintf(what, REGION_WHAT, "%s: %s", sort, place);
  }
}
