/* The inputs of the site in region.h, each in several forms. A file is its parts, one after the other; an empty file is
 * none. Forms differ in what one thing says, so that an edit is of one sort. */
#include "region.h"

#define SITE      "s/site.yaml"
#define NEWS_KIND "s/kinds/news.yaml"
#define NEIGHBOUR "t/" /* made of all that the first site is made of, with texts of its own */
#define NEWS_HOOK "s/scripts/10-news.lua"

const region_part region_parts[] = {
    /* ---- configuration ---- */
    {SITE,
     "config, layers",
     {"extends: [../shared]\n", "extends: [../shared, ../extra]\n", "extends: [../extra, ../shared]\n"}},
    {"extra/site.yaml", "config, shared", {"params: { layer: extra }\n", ""}},
    {"extra/templates/card.html", "partial, layer", {"<i>{{ doc.title }} {{ site.params.layer }}</i>\n", ""}},
    {"extra/i18n/sv.yaml", "message, shared", {"page: Blad\n", "page: Extrasida\n"}},
    {"extra/data/more.yaml", "data, layer", {"n: 7\n", "n: 8\n", ""}},
    {"extra/static/extra.txt", "static file", {"Extra\n", "Mer extra\n", ""}},
    {SITE, "config, title", {"title: Regionen\n", "title: Region Norr\n"}},
    {SITE, "config, address", {"url: https://region.example/\n", "url: https://region.example/bas/\n"}},
    {SITE,
     "config, languages",
     {"languages: { sv: { name: Svenska }, en: { name: English } }\n",
      "languages: { sv: { name: Svenska }, en: { name: In English, path: /english/ } }\n",
      "languages: { sv: { name: Svenska }, en: { name: English }, se: { name: Sámi, fallback: [sv] } }\n"}},
    {SITE,
     "config, sources",
     {"sources:\n  text: { use: source_markdown, path: content, match: \"**/*.md\" }\n",
      "sources:\n  text: { use: source_markdown, path: content, match: \"**/*.md\", lang: en }\n",
      "sources:\n  text: { use: source_markdown, path: content, match: \"{news,report,page}/**/*.md\" }\n"}},
    {SITE, NULL, {"  flow: { use: source_feed, set: news, kind: news,"}},
    {SITE, "config, sources", {" mark: A", " mark: B", " mark: C"}},
    {SITE, "config, sources", {" }\n", ", lang: en }\n"}},
    {SITE,
     NULL,
     {"collections:\n  nyheter: { kind: news, sort: [-date, title], template: list.html,\n"
      "    outputs: { html: {}, rss: { path: rss.xml, limit: 5 }, atom: { path: atom.xml }, jsonfeed: { path: "
      "feed.json "
      "} },\n"}},
    {SITE,
     "config, collections",
     {"    path: /nyheter/,", "    path: { sv: /nyheter/, en: /en/latest/ },", "    path: /aktuellt/,"}},
    {SITE, "config, collections", {" title: Nyheter,", " title: { sv: Nyheter, en: News },"}},
    {SITE,
     "config, collections",
     {" per_page: 3 }\n", " per_page: 4 }\n", " per_page: 3, number_from: oldest }\n",
      " per_page: 2, page_path: { sv: \"s{number}/\", en: \"p{number}/\" } }\n"}},
    {SITE,
     "config, collections",
     {"  rapporter: { kind: report, sort: title, path: /rapporter/, number_from: oldest, per_page: 2,"
      " template: list.html }\n",
      "  rapporter: { kind: report, sort: -title, path: /rapporter/, per_page: 2, template: list.html }\n", "",
      "  rapporter: { kind: [report, page], path: /rapporter/, template: list.html, outputs: { atom: { path: r.atom } "
      "} "
      "}\n"}},
    {SITE,
     "config, collections",
     {"  kultur: { kind: [news, report], where: { topics: kultur }, sort: title, limit: 4, path: /kultur/ }\n",
      "  kultur: { kind: [news, report], where: { topics: natur }, sort: title, limit: 4, path: /kultur/ }\n",
      "  kultur: { kind: [news, report], where: { topics: kultur }, sort: -title, limit: 2, path: /kultur/,"
      " title: Kultur }\n"}},
    {SITE,
     NULL,
     {"taxonomies:\n  topics: { of: [news, report], template: topic.html,\n"
      "    index_template: topics.html, outputs: { html: {}, rss: { path: rss.xml } }, title: Ämnen,"}},
    {SITE, "config, taxonomies", {" index: /amnen/,", " index: { sv: /amnen/, en: /en/topics/ },", ""}},
    {SITE,
     "config, taxonomies",
     {" path: \"/amnen/{term}/\",", " path: { sv: \"/amnen/{term}/\", en: \"/en/topics/{term}/\" },",
      " path: \"/om/{term}.html\","}},
    {SITE, "config, taxonomies", {" sort: [-date, title],", " sort: title,"}},
    {SITE, "config, taxonomies", {" per_page: 2,", " per_page: 3,", " per_page: 2, number_from: oldest,"}},
    {SITE,
     "config, taxonomies",
     {" terms: { kultur: { title: { sv: Kultur, en: Culture } } } }\n", " terms: { kultur: { title: Kulturen } } }\n",
      " }\n"}},
    {SITE,
     "config, menus",
     {"menus:\n  main:\n    nyheter: { to: collection/nyheter, weight: 1 }\n",
      "menus:\n  main:\n    nyheter: { to: collection/nyheter, weight: 8 }\n"}},
    {SITE,
     "config, menus",
     {"    om: { to: content/page/p0.md, weight: 5 }\n", "",
      "    om: { to: content/page/p0.md, weight: 5, title: { sv: Om oss, en: About } }\n"}},
    {SITE, "config, menus", {"    amne: { to: topics/kultur, weight: 3 }\n", "    amne: { to: pages/start }\n", ""}},
    {SITE, "config, menus", {"    ute: { to: \"https://x.example/\", title: X }\n", ""}},
    {SITE,
     "config, redirects",
     {"redirects:\n  /nyhetslista.html: collection/nyheter\n", "redirects:\n  /nyhetslista.html: content/page/p0.md\n",
      "redirects:\n  /nyhetslista.html: /b.html\n  /b.html: /nyhetslista.html\n",
      "redirects:\n  /lista.html: topics/natur\n"}},
    {SITE,
     "config, pages",
     {"pages:\n  start: { path: /, template: start.html, title: { sv: Start, en: Home }, params: { tone: warm } }\n",
      "pages:\n  start: { path: /, template: start.html, title: { sv: Start, en: Home }, params: { tone: cold } }\n",
      "pages:\n  start: { path: { sv: /, en: /en/home/ }, template: start.html, title: Start, params: { tone: warm } "
      "}\n"}},
    {SITE,
     "config, pages",
     {"  not_found: { path: /404.html, template: 404.html, sitemap: false, languages: [sv] }\n",
      "  not_found: { path: /404.html, template: 404.html, sitemap: false }\n",
      "  not_found: { path: /404.html, template: 404.html, languages: [sv] }\n"}},
    {SITE,
     "config, outputs",
     {"outputs: { sitemap: { path: /sitemap.xml } }\n", "outputs: { sitemap: { path: /sitemap.xml, limit: 12 } }\n",
      "outputs: { sitemap: { path: /karta.xml } }\n"}},
    {SITE,
     "config, links",
     {"links: { missing: warn }\n", "links: { missing: error }\n", "links: { missing: ignore }\n"}},
    {SITE, "config, since", {"since: 2019\n", "since: 2021\n", ""}},
    {SITE, "config, params", {"params: { color: red,", "params: { color: blue,"}},
    {SITE, "config, params", {" extra: x,", " extra: { a: 1 },", " extra: {},", " extra: y,"}},
    {SITE, "config, params", {" unread: 1 }\n", " unread: 2 }\n"}},
    {SITE, "config, lines", {"", "# En rad till.\n"}},
    {SITE, "fault, config", {"", "tittle: Regionen\n"}, .stops = true},
    {NEIGHBOUR "site.yaml", NULL, {"title: Grannen\nurl: https://granne.example/\nsources: { flow: { set: none } }\n"}},
    {NEIGHBOUR "site.yaml", "config, layers", {"extends: ../s\n", "extends: [../extra, ../s]\n"}},
    {"shared/site.yaml", "config, shared", {"params: { shared: 1 }\n", "# Samma.\nparams: { shared: 1 }\n"}},

    /* ---- kinds ---- */
    {NEWS_KIND, NULL, {"label: Nyhet\nunknown_fields: allow\noutputs: [html]\n"}},
    {NEWS_KIND,
     "kind, permalink",
     {"permalink: /nyheter/{date.year}/{slug}/\n", "permalink: { sv: \"/nyheter/{slug}/\", en: \"/news/{slug}/\" }\n",
      "permalink: /nyheter/{path}.html\n"}},
    {NEWS_KIND, "kind, template", {"template: news.html\n", "template: other.html\n"}},
    {NEWS_KIND, "kind, future", {"", "future: publish\n"}},
    {NEWS_KIND,
     NULL,
     {"fields:\n  title: { type: text, required: true }\n  date: { type: datetime, required: true }\n"
      "  lead: { type: markdown }\n  topics: { type: list, of: term }\n"
      "  image: { type: image, fields: { src: { type: file, required: true }, alt: { type: text, required: true } } }\n"
      "  file: { type: file }\n  report: { type: ref, kind: report }\n  mark: { type: text }\n"
      "  fact: { type: text }\n"}},
    {NEWS_KIND, "fault, kind", {"", "  extra: { type: textt }\n"}, .stops = true},
    {NEWS_KIND, "kind, fields", {"", "  extra: { type: text, default: Extra }\n"}},
    {"s/kinds/report.yaml",
     NULL,
     {"label: Rapport\nunknown_fields: allow\nfields:\n  title: { type: text, required: true }\n"
      "  topics: { type: list, of: term }\n  file: { type: file }\n  date: { type: datetime }\n"}},
    {"s/kinds/report.yaml",
     "kind, permalink",
     {"permalink: /rapporter/{slug}/\n", "permalink: { sv: \"/rapporter/{slug}/\", en: \"/reports/{slug}/\" }\n",
      "permalink: /rapporter/{path}.html\n"}},
    {"shared/kinds/page.yaml",
     NULL,
     {"label: Sida\nunknown_fields: allow\npermalink: /{slug}/\nfields:\n  title: { type: text, required: true }\n"}},
    {"s/kinds/page.yaml",
     "kind, override",
     {"", "label: Sida\nunknown_fields: allow\npermalink: /sidor/{slug}/\nfields:\n"
          "  title: { type: text, required: true }\n  lead: { type: text, default: Ingress }\n"}},

    /* ---- templates ---- */
    {"shared/templates/base.html",
     "template, shared",
     {"<!doctype html>\n<html lang=\"{{ page.lang }}\">\n", "<!doctype html>\n<html lang='{{ page.lang }}'>\n"}},
    {"shared/templates/base.html",
     NULL,
     {"<title>{% block title %}{{ page.title }}{% endblock %} | {{ site.title }}</title>\n"
      "<link rel=\"stylesheet\" href=\"{{ asset(\"/css/site.css\") }}\">\n"
      "{% for e in site.menu(\"main\") %}<a href=\"{{ e.url }}\"{% if e.current %} aria-current=\"page\""
      "{% elif e.active %} class=\"on\"{% endif %}>{{ e.title }}</a>\n{% endfor %}"
      "{% for a in page.alternates %}<a href=\"{{ a.url }}\" hreflang=\"{{ a.lang }}\">{{ a.name }}"
      "{% if a.current %}*{% endif %}</a>\n{% endfor %}"
      "{% block main %}{% endblock %}\n{{ page.params.mark }} {{ \"foot\"|t }} "
      "<a href=\"{{ \"collection/nyheter\"|url }}\">x</a>\n"}},
    {"s/templates/base.html",
     "template, override",
     {"",
      "{% extends \"shared:base.html\" %}{% block title %}{{ super() }} ({{ site.params.color }}){% endblock %}\n"}},
    {"s/templates/news.html",
     NULL,
     {"{% extends \"base.html\" %}{% block title %}{{ doc.title }}{% endblock %}\n"
      "{% block main %}<h1>{{ doc.title }}</h1>{{ doc.date|date(\"long\") }} {{ doc.lead }} {{ doc.mark }} {{ doc.fact "
      "}}\n"
      "{% include \"card.html\" %}{% set map = doc.file(\"karta.gif\") %}{% if map %}{{ map.size }} {{ map.width }} {{ "
      "map.url }}{% endif %}\n"
      "{% if doc.image %}{% set i = doc.file(doc.image.src) %}{% if i and i.url %}<img src=\"{{ i.url }}\" "
      "alt=\"{{ doc.image.alt }}\">{% endif %}{% endif %}\n"
      "{% set r = doc.ref(\"report\") %}{% if r %}<a href=\"{{ r.url }}\">{{ r.title }}</a>{% endif %}\n"
      "{% for d in site.collection(\"nyheter\").where({\"topics\": \"kultur\"}).limit(2) %}{{ d.title }},{% endfor "
      "%}\n"}},
    {"s/templates/news.html",
     "template, raising",
     {"", "{% if doc.image and doc.lead %}{{ doc.imge.alt }}{% endif %}\n"},
     .withholds = true},
    {"s/templates/news.html",
     "template",
     {"{{ doc.body }}{% endblock %}\n", "<div>{{ doc.body }}</div>{% endblock %}\n"}},
    {"shared/templates/card.html", "partial", {"<b>{{ doc.lang }}</b>\n", "<b>{{ doc.kind }}</b>\n", "-\n"}},
    {"s/templates/card.html", "partial, override", {"", "<b>{{ doc.slug or doc.title }}</b>\n"}},
    {"s/templates/macros.html",
     "macro",
     {"{% macro entry(d) %}<a href=\"{{ d.url }}\">{{ d.title }}</a>{% endmacro %}\n",
      "{% macro entry(d) %}<a href='{{ d.url }}'>{{ d.title }} {{ d.date }}</a>{% endmacro %}\n"}},
    {"s/templates/other.html", NULL, {"{% extends \"base.html\" %}{% block main %}"}},
    {"s/templates/other.html", "template", {"<h2>{{ doc.title }}</h2>{{ doc.body }}", "{{ doc.body }}{{ doc.extra }}"}},
    {"s/templates/other.html", NULL, {"{% endblock %}\n"}},
    {"s/templates/report.html",
     NULL,
     {"{% extends \"base.html\" %}{% block main %}<h1>{{ doc.title }}</h1>{{ doc.body }}"
      "{% set f = doc.file(doc.file_name or \"tabell.pdf\") %}"
      "{% if f and f.url %}<a href=\"{{ f.url }}\">{{ f.format }}, {{ f.size|filesize }}</a>{% endif %}"}},
    {"s/templates/report.html", "template", {"{% endblock %}\n", "Rapport{% endblock %}\n"}},
    {"s/templates/page.html",
     NULL,
     {"{% extends \"base.html\" %}{% block main %}{{ doc.title|shout }} {{ doc.lead }}{{ doc.body }}"}},
    {"s/templates/page.html", "template", {"{% endblock %}\n", "{{ \"page\"|t }}{% endblock %}\n"}},
    {"s/templates/list.html",
     NULL,
     {"{% extends \"base.html\" %}{% block main %}<h1>{{ page.title }} {{ page.number }}/{{ page.count }}</h1>\n"
      "{% import \"macros.html\" as m %}"
      "{% for d in documents %}{{ m.entry(d) }} {{ d.topics|length }}\n{% endfor %}"
      "{% if page.prev %}<a href=\"{{ page.prev }}\">&lt;</a>{% endif %}"
      "{% if page.next %}<a href=\"{{ page.next }}\">&gt;</a>{% endif %}"}},
    {"s/templates/list.html", "template", {"{% endblock %}\n", "\n<hr>{% endblock %}\n"}},
    {"s/templates/topic.html",
     "template",
     {"{% extends \"list.html\" %}{% block title %}{{ page.taxonomy }}: {{ page.term }}{% endblock %}\n",
      "{% extends \"list.html\" %}{% block title %}{{ page.term }}{% endblock %}\n"}},
    {"s/templates/topics.html",
     NULL,
     {"{% extends \"base.html\" %}{% block main %}{% for t in site.terms(\"topics\") %}"
      "<a href=\"{{ t.url }}\">{{ t.title }} ({{ t.count }})</a>\n{% endfor %}{% endblock %}\n"}},
    {NEIGHBOUR "templates/card.html", "partial, override", {"", "<em>{{ doc.title }}</em>\n"}},
    {"s/templates/kultur.html", "template, override", {"", "{% for d in documents %}{{ d.title }}\n{% endfor %}\n"}},
    {"s/templates/default.html", NULL, {"{% for d in documents %}- {{ d.title }} {{ d.lang }}\n{% endfor %}\n"}},
    {"s/templates/start.html",
     NULL,
     {"{% extends \"base.html\" %}{% block main %}{{ page.params.tone }} {{ today() }}\n"
      "{% for d in site.collection(\"nyheter\").limit(3) %}<a href=\"{{ d.url }}\">{{ d.title }}</a>\n{% endfor %}"
      "{% for t in site.terms(\"topics\") %}{{ t.title }}={{ t.count }} {% endfor %}"
      "{% for l in site.languages %}{{ l.lang }}:{{ l.name }} {% endfor %}{% endblock %}\n"}},
    {"s/templates/404.html", "template", {"<h1>{{ \"missing\"|t }}</h1>", "<h1>404 {{ \"missing\"|t }}</h1>"}},
    {"s/templates/404.html",
     NULL,
     {"{{ fact() }} <a href=\"{{ \"collection/nyheter\"|url }}\">x</a> "
      "{{ \"-\" if site.params.extra is mapping else site.params.extra }}\n"}},
    {"s/templates/stat.html", NULL, {"<p>{{ page.params.count }}: {{ page.params.newest }}</p>\n"}},
    {"s/templates/list.html", "fault, template", {"", "{% if %}\n"}, .stops = true},
    {"s/templates/macros.html", "fault, macro", {"", "{% macro %}\n"}, .stops = true},

    /* ---- messages and data ---- */
    {"shared/i18n/sv.yaml", "message, shared", {"foot: Sidfot\npage: Sida\n", "foot: Foten\npage: Sida\n"}},
    {"shared/i18n/sv.yaml", "message, shared", {"missing: Saknas\n", "missing: Borta\n"}},
    {"s/i18n/sv.yaml", "message", {"", "foot: Fot\n", "foot: Fot\nunread: Oläst\n"}},
    {"s/i18n/en.yaml", "message", {"", "foot: Footer\nmissing: Not here\n", "foot: Foot\n"}},
    {"s/data/places.yaml", "data", {"- Umeå\n", "- Luleå\n", "- Kiruna\n"}},
    {"s/data/more.yaml", "data", {"", "n: 1\n"}},
    {"s/data/numbers.yaml", "data", {"a: 1\nb: [1, 2]\n", "a: 1\nb: [1, 2.0]\n", "b: [1, 2]\na: 1\n"}},
    {"s/i18n/sv.yaml", "fault, message", {"", "foot: [\n"}, .stops = true},
    {"s/data/facts.yaml", "fault, data", {"", "first: [\n"}, .stops = true},
    {"s/data/facts.yaml", "data", {"first: Ett\n", "first: Två\n", "first:   Ett # samma\n", "second: Annat\n"}},

    /* ---- scripts ---- */
    {NEWS_HOOK,
     NULL,
     {"local notis = require \"notis\"\n"
      "notis.on(\"document\", { kind = \"news\" }, function(doc)\n"
      "  for link in doc.body:each(\"link\") do\n"
      "    local f = link:file()\n"
      "    if f and f.format == \"pdf\" then link:append(\" (\" .. notis.format.size(f.size) .. \")\") end\n"
      "  end\n"
      "  for image in doc.body:each(\"image\") do\n"
      "    local f = image:file()\n"
      "    if f and f.width then image.title = f.width .. \" x \" .. f.height end\n"
      "  end\n"
      "  local map = doc:file(\"karta.gif\")\n"
      "  doc.mark = (doc.mark or \"\") .. (map and map.size or \"-\")\n"}},
    {NEWS_HOOK,
     "hook",
     {"  doc.fact = notis.data(\"data/facts.yaml\").first\n", "  doc.fact = \"Faktum\"\n",
      "  doc.fact = notis.format.date(notis.now(\"month\"), \"month\")\n"}},
    {NEWS_HOOK,
     "hook, derived",
     {"", "  if doc.title:find(\"Å\") then\n"
          "    doc:derive(\"kort\", { kind = \"page\", title = \"Kort \" .. doc.title, slug = \"kort-\" .. "
          "notis.slug(doc.title), draft = doc.fact == \"Ett\" })\n  end\n"}},
    {NEWS_HOOK, "hook, state", {"", "  if doc.file and doc.title:find(\"W\") then doc.embargo = doc.date end\n"}},
    {NEWS_HOOK,
     "hook, raising",
     {"", "  if doc.report and doc.title:find(\"W\") then error(\"nej\") end\n"},
     .withholds = true},
    {NEWS_HOOK, NULL, {"end)\n"}},
    {"s/scripts/15-block.lua",
     "hook, block",
     {"", "local notis = require \"notis\"\n"
          "notis.block(\"fakta\", function(text) return notis.node(\"paragraph\", { id = \"fakta\", text }) end)\n"}},
    {"s/scripts/20-item.lua",
     "hook, shortcode",
     {"", "local notis = require \"notis\"\n"
          "notis.on(\"item\", function(item)\n"
          "  item.bytes = item.bytes:gsub('{{< youtube id=\"(%w+)\" >}}', '[Film](https://film.example/%1)')\n"
          "end)\n"}},
    {"s/scripts/30-collect.lua",
     NULL,
     {"local notis = require \"notis\"\n"
      "notis.on(\"collect\", function(site, collect)\n"
      "  local count, newest = 0, { notis.data(\"data/places.yaml\")[1] }\n"
      "  for doc in site:collection(\"nyheter\"):limit(3):each() do newest[#newest + 1] = doc.title end\n"
      "  local om = site:document(\"text/content/page/p0.md\")\n"
      "  local found, more = pcall(notis.data, \"data/more.yaml\")\n"
      "  newest[#newest + 1] = found and tostring(more.n) or \"none\"\n"
      "  for k, v in pairs(notis.data(\"data/numbers.yaml\")) do newest[#newest + 1] = k .. tostring(v) end\n"
      "  for _ in site:documents():each() do count = count + 1 end\n"
      "  collect:page { path = \"/statistik/\", template = \"stat.html\","
      " params = { count = count, newest = table.concat(newest, \", \") } }\n"
      "  collect:collection(\"urval\", { documents = site:collection(\"nyheter\"):where{ topics = \"kultur\" },"
      " path = \"/urval/\", per_page = 2, template = \"list.html\" })\n"}},
    {"s/scripts/30-collect.lua",
     "hook, collect",
     {"  collect:redirect(\"/gammal-statistik/\", \"/statistik/\")\n",
      "  collect:redirect(\"/aldre-statistik/\", \"collection/nyheter\")\n", ""}},
    {"s/scripts/30-collect.lua",
     "hook, collect",
     {"  collect:document { id = \"samlad\", kind = \"page\", title = \"Samlad \" .. #newest, slug = \"samlad\" }\n",
      "  collect:document { id = \"samlad\", kind = \"page\", title = \"Samlad\", slug = \"samlad\", lang = \"en\" }\n",
      "  collect:document { id = \"samlad\", kind = \"news\", title = \"Samlad\", slug = \"samlad\", topics = { "
      "\"kultur\" }, date = \"2024-06-14\" }\n",
      ""}},
    {"s/scripts/30-collect.lua", NULL, {"end)\n"}},
    {"s/scripts/40-page.lua",
     NULL,
     {"local notis = require \"notis\"\n"
      "notis.on(\"page\", function(page)\n"}},
    {"s/scripts/40-page.lua",
     "hook, page",
     {"  page.params.mark = notis.asset(\"/css/site.css\")\n",
      "  page.params.mark = (page.home or \"-\") .. (page.title or \"-\")\n",
      "  if page.template == \"page.html\" then page.template = \"other.html\" end\n"}},
    {"s/scripts/40-page.lua", NULL, {"end)\n"}},
    {"s/scripts/45-output.lua",
     "hook, output",
     {"",
      "require(\"notis\").on(\"output\", function(page, bytes)\n"
      "  if page.output == \"html\" then return bytes .. \"<!-- \" .. page.path .. \" -->\\n\" end\nend)\n",
      "require(\"notis\").on(\"output\", function(page, bytes)\n"
      "  if page.output == \"html\" then return bytes .. \"<!-- \" .. #bytes .. \" -->\\n\" end\nend)\n"}},
    {"s/scripts/50-names.lua",
     "hook, names",
     {"local notis = require \"notis\"\nnotis.global(\"today\", function() return tostring(notis.now(\"day\")) end)\n",
      "local notis = require \"notis\"\n-- En rad till.\n"
      "notis.global(\"today\", function() return \"i dag \" .. tostring(notis.now(\"hour\")) end)\n"}},
    {"s/scripts/50-names.lua",
     NULL,
     {"notis.global(\"fact\", function() return notis.data(\"data/facts.yaml\").first end)\n"}},
    {"s/scripts/50-names.lua",
     "hook, names",
     {"notis.filter(\"shout\", function(x) return x:upper() end)\n",
      "notis.filter(\"shout\", function(x) return x .. \"!\" end)\n"}},
    {"s/scripts/60-more.lua", "fault, script", {"", "notis.on(\n"}, .stops = true},

    /* ---- texts of the other site ---- */
    {NEIGHBOUR "content/page/p0.md", "neighbour", {"---\ntitle: Om grannen\n---\nText.\n", ""}},
    {NEIGHBOUR "content/news/n0.md", NULL, {"---\ndate: 2024-04-10\ntopics: [kultur, Å]\nreport: r0\n"}},
    {NEIGHBOUR "content/news/n0.md", "neighbour", {"title: Granne\n", "title: Ågranne\n", "title: [\n"}},
    {NEIGHBOUR "content/news/n0.md", NULL, {"---\nSe [om](../page/p0.md).\n"}},
    {NEIGHBOUR "content/report/r0.md", "neighbour", {"---\ntitle: Rapport\n---\nText.\n", "---\ntitle: Å\n---\n"}},

    /* ---- files ---- */
    {"s/content/news/karta.gif",
     "file",
     {"GIF89a\x25\x01\x17\x01\x80\x01\x01", "GIF89a\x26\x01\x18\x01\x80\x01\x01", "",
      "GIF89a\x25\x01\x17\x01\x80\x01\x01;", "ingen bild"}},
    {"s/content/news/rapport.pdf", "file", {"%PDF-1.4 ett", "%PDF-1.4 två", "%PDF-1.4 lång rapport", ""}},
    {"s/content/news/bilder/delad.svg",
     "file",
     {"<svg xmlns='http://www.w3.org/2000/svg' width='8' height='9'/>",
      "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", ""}},
    {"s/content/news/{d}/karta.gif", "file", {"", "GIF89a\x15\x01\x17\x01\x80\x01\x01"}},
    {"s/content/en/news/karta.gif", "file", {"", "GIF89a\x16\x01\x17\x01\x80\x01\x01"}},
    {"s/content/report/tabell.pdf", "file", {"%PDF-1.4 tabell", "%PDF-1.4 tabeller", "%PDF-1.4 Tabell", ""}},
    {"s/content/report/delad.svg", "file", {"", "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='2'/>"}},
    {"s/content/page/oanvand.txt", "file", {"Ingen hänvisar hit.\n", "", "Ingen alls.\n"}},
    {"s/static/logo.svg",
     "static file",
     {"<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>",
      "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='5'/>", ""}},
    {"s/static/css/site.css", "static file", {"", "p { color: red }\n", "p { color: tan }\n"}},
    {"shared/static/css/site.css", "static file", {"p { margin: 0 }\n", "p { margin: 1em }\n"}},
    {"s/static/arkiv/index.html", "static file", {"", "<p>Arkiv</p>\n", "<p>Arkivet</p>\n"}},
    {"s/static/nyheter/index.html", "static file", {"", "<p>I vägen</p>\n"}},
};

const size_t region_part_count = sizeof region_parts / sizeof *region_parts;
