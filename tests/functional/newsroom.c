#include "newsroom.h"

#include <stdio.h>

static const char *const files[][2] = {
    {"s/site.yaml",
     "title: Nyhetsrummet\n"
     "url: https://nyheter.example/\n"
     "timezone: Europe/Stockholm\n"
     "languages: { sv: { name: Svenska } }\n"
     "sources:\n"
     "  feed:   { use: source_feed, set: news, kind: news }\n"
     "  notes:  { use: source_feed, set: notes, kind: note }\n"
     "  pages:  { use: source_feed, set: pages, kind: page }\n"
     "  marked: { use: source_feed, set: marked, kind: page, mark: before }\n"
     "  text:   { use: source_markdown, path: content, match: \"**/*.md\", kind: text }\n"
     "collections:\n"
     "  nyheter: { kind: news, sort: [-date, title], path: /nyheter/, per_page: 20, template: list.html }\n"
     "  viktigt: { kind: news, where: { topic: viktigt }, sort: [title], path: /viktigt/,"
     " template: list.html }\n"
     "  texter:  { kind: text, sort: [title], path: /texter/, template: list.html }\n"
     "params: { color: red, unread: 1 }\n"},
    {"s/kinds/news.yaml", "label: Nyhet\n"
                          "permalink: /nyheter/{slug}/\n"
                          "template: news.html\n"
                          "outputs: [html]\n"
                          "fields:\n"
                          "  title:   { type: text, required: true }\n"
                          "  date:    { type: datetime, required: true }\n"
                          "  topic:   { type: text }\n"
                          "  goal:    { type: text }\n"
                          "  unread:  { type: text }\n"
                          "  summary: { type: text }\n"},
    {"s/kinds/note.yaml", "label: Notis\n"
                          "permalink: /notiser/{slug}/\n"
                          "template: note.html\n"
                          "outputs: [html]\n"
                          "fields:\n"
                          "  title: { type: text, required: true }\n"
                          "  stamp: { type: text }\n"},
    {"s/kinds/page.yaml", "label: Sida\n"
                          "permalink: /sidor/{slug}/\n"
                          "template: page.html\n"
                          "outputs: [html]\n"
                          "fields:\n"
                          "  title: { type: text, required: true }\n"
                          "  lead:  { type: text }\n"
                          "  mark:  { type: text }\n"},
    {"s/kinds/text.yaml", "label: Text\n"
                          "permalink: /texter/{slug}/\n"
                          "template: page.html\n"
                          "outputs: [html]\n"
                          "fields:\n"
                          "  title: { type: text, required: true }\n"
                          "  lead:  { type: text }\n"
                          "  mark:  { type: text }\n"},
    {"s/templates/base.html", "<!doctype html>\n<title>{% block title %}{% endblock %}</title>\n"
                              "{% block main %}{% endblock %}\n"},
    {"s/templates/news.html", "{% extends \"base.html\" %}{% block title %}{{ doc.title }}{% endblock %}\n"
                              "{% block main %}<p>{{ doc.date | date(\"long\") }} {{ doc.summary }}</p>\n"
                              "{{ doc.body }}{% endblock %}\n"},
    {"s/templates/note.html", "<p>{{ doc.title }} {{ doc.stamp }}</p>\n"},
    {"s/templates/page.html", "<h1>{{ doc.title }}</h1>{{ doc.mark }}\n{{ doc.body }}\n"},
    {"s/templates/lead.html", "<p>{{ doc.lead }}</p>\n"},
    {"s/templates/body.html", "{{ doc.body }}\n"},
    {"s/templates/color.html", "<p>{{ site.params.color }}</p>\n"},
    {"s/templates/message.html", "<p>{{ \"more\" | t }}</p>\n"},
    {"s/templates/own.html", "<p>own: first</p>\n"},
    {"s/templates/clock.html", "<p>{{ today() }}</p>\n"},
    {"s/templates/list.html", "<h1>{{ page.number }}/{{ page.count }}</h1>\n"
                              "{% for d in documents %}<a href=\"{{ d.url }}\">{{ d.title }}</a>\n{% endfor %}\n"},
    {"s/templates/start.html", "<h1>Start</h1>{{ page.params.newest }}\n"},
    {"s/i18n/sv.yaml", "more: Mer\nunread: Oläst\n"},
    {"s/data/goals.yaml", "first: Ett\nsecond: Två\n"},
    {"s/scripts/10-news.lua",
     "local notis = require \"notis\"\n"
     "notis.on(\"document\", { kind = \"news\" }, function(doc)\n"
     "  doc.summary = doc.goal and notis.data(\"data/goals.yaml\")[doc.goal] or doc.title:upper()\n"
     "end)\n"},
    {"s/scripts/20-note.lua", "local notis = require \"notis\"\n"
                              "notis.on(\"document\", { kind = \"note\" }, function(doc) doc.stamp = \"A\" end)\n"},
    {"s/scripts/30-start.lua", "local notis = require \"notis\"\n"
                               "notis.on(\"collect\", function(site, collect)\n"
                               "  local newest = {}\n"
                               "  for doc in site:collection(\"nyheter\"):limit(3):each() do\n"
                               "    newest[#newest + 1] = doc.title\n"
                               "  end\n"
                               "  collect:page { path = \"/\", template = \"start.html\",\n"
                               "    params = { newest = table.concat(newest, \", \") } }\n"
                               "end)\n"},
    {"s/scripts/40-today.lua", "local notis = require \"notis\"\n"
                               "notis.global(\"today\", function() return tostring(notis.now(\"day\")) end)\n"},
};

void newsroom_write(workspace *w) {
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) workspace_write(w, files[i][0], files[i][1]);
}

const char *newsroom_id(int n, char out[16]) {
  snprintf(out, 16, "n%03d", n);
  return out;
}

/* Titles that Swedish sorts otherwise than bytes do. */
void newsroom_put(feed *f, int n) {
  static const char *const words[] = {"Ängar", "Ögon", "Åar", "zebror", "Älvar", "bad", "Vägar", "wok"};
  char id[16];
  feed_format(f, "news", newsroom_id(n, id),
              "---\ntitle: %s %03d\ndate: 20%02d-%02d-%02d\ntopic: %s\nslug: n%03d\n%s---\nText %d.\nMer text.\n",
              words[n % 8], n, 10 + n / 336, n / 28 % 12 + 1, n % 28 + 1, n % 4 ? "annat" : "viktigt", n,
              n % 50 == 7 ? "goal: first\n" : "", n);
}

static void put_pages(feed *f) {
  static const char *const own[] = {"color", "message", "own", "clock", "lead", "body"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    feed_format(f, "pages", own[i], "---\ntitle: %s\nslug: %s\ntemplate: %s.html\nlead: Före\n---\nFöre.\n", own[i],
                own[i], own[i]);
  feed_put(f, "pages", "goal", "---\ntitle: Mål\nslug: goal\n---\nMålet.\n");
  feed_put(f, "pages", "linker", "---\ntitle: Länk\nslug: linker\n---\n-> goal Till målet\n");
}

void newsroom_fill(workspace *w, int news) {
  for (int n = 0; n < news; n++) newsroom_put(w->feed, n);
  for (int n = 0; n < NEWSROOM_NOTES; n++) {
    char id[16];
    feed_format(w->feed, "notes", newsroom_id(n, id), "---\ntitle: Notis %d\nslug: n%d\n---\n", n, n);
  }
  for (int n = 0; n < NEWSROOM_MARKED; n++) {
    char id[16];
    feed_format(w->feed, "marked", newsroom_id(n, id), "---\ntitle: Märkt %d\nslug: m%d\n---\n", n, n);
  }
  put_pages(w->feed);
  for (int n = 0; n < NEWSROOM_TEXTS; n++) {
    char path[64], text[256];
    snprintf(path, sizeof path, "s/content/t%d/text-%d.md", n % 3, n);
    snprintf(text, sizeof text,
             "---\ntitle: Text %d\nlead: Före\n---\nEtt *stycke* %d.\n\n[Nästa](../t%d/text-%d.md)\n", n, n,
             (n + 1) % NEWSROOM_TEXTS % 3, (n + 1) % NEWSROOM_TEXTS);
    workspace_write(w, path, text);
  }
  workspace_write(w, "s/content/t0/bild.md", "---\ntitle: Bild\nlead: Före\n---\n![Karta](karta.gif)\n");
  workspace_write(w, "s/content/t0/karta.gif", "GIF89a\x25\x01\x17\x01\x80\x01\x01");
}
