"""Makes the bench's content and the two equal sites around it: one for Notis, one for Hugo.

The same number of items and the same seed give the same bytes on every machine. The words are made up but read as
Swedish; each item is about 4.5 KB, with tags, lists, links, and a table in every tenth.
"""

import random
from datetime import datetime, timedelta
from pathlib import Path

STARTS = "sam reg vår häl kul tra för upp mål skol vatt energi arbet byg näring folk led fram ö ty rör miljö".split()
MIDDLES = "ar el ings er ande lig else a o stads lands norr e tids språk hets".split()
ENDS = "en et ar or na are ning skap het lig a t is erna arna".split()
SMALL = "och i att som för på av en ett med till är har inte om den det de vi kan från under efter mellan över".split()
TOPICS = ["kultur", "vård", "trafik", "miljö", "näringsliv", "utbildning", "forskning", "folkhälsa"]
PLACES = ["Umeå", "Luleå", "Kiruna", "Östersund", "Härnösand", "Skellefteå", "Arjeplog", "Åre", "Övertorneå"]
ASCII = str.maketrans("åäöÅÄÖ", "aaoAAO")


class Writer:
    def __init__(self, seed, count):
        self.random = random.Random(seed)
        self.count = count
        self.words = [self.make_word() for _ in range(3000)]

    def make_word(self):
        r = self.random
        return r.choice(STARTS) + r.choice(MIDDLES) * r.randint(0, 1) + r.choice(ENDS)

    def phrase(self, n):
        r = self.random
        return " ".join(r.choice(SMALL) if r.random() < 0.42 else r.choice(self.words) for _ in range(n))

    def sentence(self):
        r = self.random
        text = self.phrase(r.randint(7, 18))
        kind = r.random()
        if kind < 0.06:
            text += f" *{self.phrase(2)}*"
        elif kind < 0.11:
            text += f" **{self.phrase(2)}**"
        elif kind < 0.16:
            text += f" [{self.phrase(2)}](https://exempel.example/{r.randint(1, 9999)})"
        elif kind < 0.18:
            text += f" `{r.choice(self.words)}`"
        return text[0].upper() + text[1:] + "."

    def paragraph(self):
        return " ".join(self.sentence() for _ in range(self.random.randint(3, 6)))

    def bullets(self):
        return "\n".join(f"- {self.phrase(self.random.randint(3, 9))}" for _ in range(self.random.randint(3, 6)))

    def table(self):
        rows = ["| Område | 2022 | 2023 |", "|:---|---:|---:|"]
        rows += [f"| {self.phrase(2)} | {self.random.randint(1, 9999)} | {self.random.randint(1, 9999)} |" for _ in range(8)]
        return "\n".join(rows)

    def body(self, number):
        parts, size = [], 0
        while size < 4150:
            parts.append(self.paragraph())
            if len(parts) % 4 == 2:
                parts.append("## " + self.phrase(4).capitalize())
            if len(parts) % 6 == 5:
                parts.append(self.bullets())
            if number % 10 == 0 and len(parts) == 5:
                parts.append(self.table())
            size = sum(len(p.encode()) + 2 for p in parts)
        return "\n\n".join(parts) + "\n"

    def item(self, number):
        r = self.random
        place = r.choice(PLACES)
        title = f"{self.phrase(3).capitalize()} i {place} {number}"
        slug = f"{self.words[number % len(self.words)]}-i-{place}-{number}".lower().translate(ASCII)
        date = datetime(2015, 1, 2, 8) + timedelta(minutes=number * (5_200_000 // self.count))
        topics = ", ".join(r.sample(TOPICS, r.randint(1, 3)))
        text = f"---\ntitle: {title}\ndate: {date:%Y-%m-%dT%H:%M:00}+01:00\ntopics: [{topics}]\nauthor: {self.phrase(2)}\n---\n"
        return slug, text + self.body(number)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def content(folder, count, seed):
    """Returns the bytes written."""
    writer, total = Writer(seed, count), 0
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        slug, text = writer.item(number)
        data = text.encode()
        (folder / f"{slug}.md").write_bytes(data)
        total += len(data)
    return total


PAGE_HEAD = """<!DOCTYPE html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%(title)s – Region Norr</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><a href="/">Region Norr</a>
<nav><ul><li><a href="/nyheter/">Nyheter</a></li><li><a href="/om/">Om</a></li></ul></nav></header>
<main>
"""
PAGE_FOOT = "</main>\n<footer><p>Region Norr, Storgatan 1</p></footer>\n</body>\n</html>\n"

NOTIS = {
    "notis.yaml": "notis: 1\nsites: [bench]\nout: public/{site}\n",
    "bench/site.yaml": """title: Region Norr
url: https://bench.example/
timezone: Europe/Stockholm
languages: { sv: { name: Svenska } }
sources:
  text: { use: source_markdown, path: content, match: "**/*.md", kind: news }
collections:
  nyheter: { kind: news, sort: [-date], path: /nyheter/, per_page: 10, template: list.html }
""",
    "bench/kinds/news.yaml": """label: Nyhet
permalink: /nyheter/{date.year}/{slug}/
template: news.html
outputs: [html]
fields:
  title:  { type: text, required: true }
  date:   { type: datetime, required: true }
  author: { type: text }
  topics: { type: list, of: term }
  lead:   { type: text }
""",
    "bench/scripts/10-lead.lua": """local notis = require "notis"

-- A news item without a lead gets its first paragraph, as text.
notis.on("document", { kind = "news" }, function(doc)
  if doc.lead then return end
  local first = doc.body:first("paragraph")
  if first then doc.lead = first:text() end
end)
""",
    "bench/templates/base.html": PAGE_HEAD % {"title": "{% block title %}{% endblock %}"}
    + "{% block main %}{% endblock %}"
    + PAGE_FOOT,
    "bench/templates/news.html": """{% extends "base.html" %}
{% block title %}{{ doc.title }}{% endblock %}
{% block main %}
<article>
<h1>{{ doc.title }}</h1>
<p class="lead">{{ doc.lead }}</p>
<p><time>{{ doc.date | date("short") }}</time> {{ doc.author }}</p>
<ul>{% for topic in doc.topics %}<li>{{ topic }}</li>{% endfor %}</ul>
{{ doc.body }}
</article>
{% endblock %}
""",
    "bench/templates/list.html": """{% extends "base.html" %}
{% block title %}Nyheter, sida {{ page.number }}{% endblock %}
{% block main %}
<h1>Nyheter</h1>
<ul>
{% for item in documents %}<li><a href="{{ item.url }}">{{ item.title }}</a> <time>{{ item.date | date("short") }}</time></li>
{% endfor %}</ul>
{% if page.prev %}<a href="{{ page.prev }}">Nyare</a>{% endif %}
{% if page.next %}<a href="{{ page.next }}">Äldre</a>{% endif %}
{% endblock %}
""",
}

HUGO = {
    "hugo.toml": """baseURL = "https://bench.example/"
languageCode = "sv"
title = "Region Norr"
paginate = 10
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "404", "home", "robotsTXT"]
timeZone = "Europe/Stockholm"
[permalinks]
nyheter = "/nyheter/:year/:filename/"
[markup.goldmark.renderer]
unsafe = true
""",
    "layouts/_default/baseof.html": PAGE_HEAD % {"title": '{{ block "title" . }}{{ end }}'}
    + '{{ block "main" . }}{{ end }}'
    + PAGE_FOOT,
    "layouts/_default/single.html": """{{ define "title" }}{{ .Title }}{{ end }}
{{ define "main" }}
<article>
<h1>{{ .Title }}</h1>
<p class="lead">{{ with findRE "<p>(.|\\n)*?</p>" .Content 1 }}{{ index . 0 | plainify }}{{ end }}</p>
<p><time>{{ .Date.Format "2006-01-02" }}</time> {{ .Params.author }}</p>
<ul>{{ range .Params.topics }}<li>{{ . }}</li>{{ end }}</ul>
{{ .Content }}
</article>
{{ end }}
""",
    "layouts/_default/list.html": """{{ define "title" }}Nyheter, sida {{ .Paginator.PageNumber }}{{ end }}
{{ define "main" }}
<h1>Nyheter</h1>
<ul>
{{ range .Paginator.Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> <time>{{ .Date.Format "2006-01-02" }}</time></li>
{{ end }}</ul>
{{ with .Paginator.Prev }}<a href="{{ .URL }}">Nyare</a>{{ end }}
{{ with .Paginator.Next }}<a href="{{ .URL }}">Äldre</a>{{ end }}
{{ end }}
""",
}


def sites(root, count, seed):
    """root/notis, root/hugo with the same items; returns where the items are and how many bytes they have."""
    for name, text in NOTIS.items():
        write(root / "notis" / name, text)
    for name, text in HUGO.items():
        write(root / "hugo" / name, text)
    items = root / "notis/bench/content"
    size = content(items, count, seed)
    (root / "hugo/content").mkdir(parents=True)
    # a link, so that both read the very same files
    (root / "hugo/content/nyheter").mkdir()
    for path in items.iterdir():
        (root / "hugo/content/nyheter" / path.name).hardlink_to(path)
    return items, size
