#!/usr/bin/env python3
"""Drafts, embargoes, dates in the future and expired texts, as a region's site has them: nothing of them is in any file
before their time, everything is when it has come, and nothing after."""

import re
import struct
import zlib

from told import Told
from workspace import Case, main

COUNT = 100  # of each state
STATES = ("draft", "embargo", "future", "expired")
AT = "2024-06-10T12:00"

# All that a site can be made of; what comes to reach texts in a new way belongs here.
SITE = {
    "s/site.yaml": """title: Region
url: https://region.example/
timezone: Europe/Stockholm
languages: { sv: { name: Svenska }, en: { name: English } }
sources:
  text: { use: source_markdown, path: content, match: "**/*.md", kind: news }
collections:
  nyheter:
    { kind: news, sort: [-date, title], path: /nyheter/, per_page: 20, number_from: oldest, template: list.html,
      outputs: { html: {}, rss: { path: rss.xml, limit: 500 }, atom: { path: atom.xml, limit: 500 },
                 jsonfeed: { path: feed.json, limit: 500 } } }
  kultur:  { kind: news, where: { open: true }, sort: [title], path: /kultur/, template: list.html }
  alla:    { sort: [-id], path: /alla/, template: list.html }
taxonomies:
  topics: { of: [news], path: "/amnen/{term}/", index: /amnen/, template: list.html, index_template: terms.html,
            title: Ämnen, outputs: { html: {}, rss: { path: rss.xml } } }
menus:
  main: { nyheter: { to: collection/nyheter }, oppen: { to: content/oppen.md } }
redirects: { /nytt/: collection/nyheter }
pages:
  start: { path: /, template: terms.html, title: Start }
outputs: { sitemap: { path: /sitemap.xml } }
""",
    "s/kinds/news.yaml": """permalink: "/nyheter/{slug}/"
template: news.html
unknown_fields: allow
outputs: [html]
fields:
  title:  { type: text, required: true }
  date:   { type: datetime }
  lead:   { type: markdown }
  topics: { type: list, of: term }
  file:   { type: file }
  image:  { type: image }
  open:   { type: boolean, default: true }
""",
    "s/kinds/note.yaml": "permalink: /lappar/{slug}/\ntemplate: news.html\nunknown_fields: allow\n"
                         "fields:\n  title: { type: text }\n",
    "s/templates/news.html": """<!doctype html><html lang="{{ page.lang }}"><title>{{ doc.title }}</title>
{{ doc.lead }}{{ doc.body }}{% for t in doc.topics %}<i>{{ t }}</i>{% endfor %}<b>{{ doc.file }}</b>
{% for d in site.collection("nyheter").limit(5) %}<a href="{{ d.url }}">{{ d.title }}</a>{% endfor %}
""",
    "s/templates/list.html": """<!doctype html>{% for d in documents %}<a href="{{ d.url }}">{{ d.title }}</a>{{ d.lead }}
{% for t in d.topics %}<i>{{ t }}</i>{% endfor %}{% if d.image %}{{ d.image.alt }}{% endif %}{% endfor %}
{% for d in site.collection("alla") %}{{ d.id }} {{ d.file }}{% endfor %}
""",
    "s/templates/terms.html": """<!doctype html>{% for t in site.terms("topics") %}<a href="{{ t.url }}">{{ t.title }}
{{ t.count }}</a>{% endfor %}{% for m in site.menu("main") %}<a href="{{ m.url }}">{{ m.title }}</a>{% endfor %}
""",
    "s/templates/all.html": "<!doctype html>{{ page.params.said }}\n",
    "s/scripts/10-all.lua": """local notis = require "notis"
notis.on("document", { kind = "news" }, function(doc)
  doc.seen = doc.title
  if doc.derives then
    doc:derive("lapp", { kind = "note", title = doc.title, slug = doc.slug, lead = doc.lead })
  end
end)
notis.on("collect", function(site, collect)
  local said = {}
  for doc in site:collection("alla"):each() do
    said[#said + 1] = doc.id .. " " .. tostring(doc.title) .. " " .. doc.body:text()
  end
  collect:page { path = "/sagt/", template = "all.html", params = { said = table.concat(said, "\\n") } }
end)
notis.on("page", function(page)
  if page.document then page.params.seen = page.document.seen end
end)
notis.on("output", function(page, bytes)
  return bytes .. "<!-- " .. tostring(page.params.seen) .. " -->"
end)
""",
    "s/static/om.txt": "Alltid här.\n",
    "s/content/oppen.md": "---\ntitle: Öppen\ndate: 2024-01-01\nslug: oppen\n---\nAlltid här.\n",
}


def word(part, state, n):
    return f"zq{part}{state}{n:03d}q"


def day(n):
    """The day that decides about the nth text of a state: 11 to 30 June, in turn."""
    return f"2024-06-{11 + n % 20:02d}"


def front(state, n):
    if state == "draft":
        return "draft: true\ndate: 2024-01-01"
    if state == "embargo":
        return f"date: 2024-01-01\nembargo: {day(n)} 12:00"
    if state == "future":
        return f"date: {day(n)} 12:00"
    return f"date: 2024-01-01\nexpires: 2024-06-{1 + n % 10:02d}"


def text(state, n):
    w = {part: word(part, state, n) for part in ("title", "lead", "body", "topic", "file", "alt", "slug", "image")}
    return (f"---\ntitle: {w['title']}\n{front(state, n)}\nlead: Om {w['lead']}\ntopics: [{w['topic']}]\nslug: {w['slug']}\n"
            f"file: {w['file']}.txt\nderives: {'true' if n % 3 else 'false'}\nlang: {'sv' if n % 4 else 'en'}\n"
            f"image: {{ src: {w['image']}.png, alt: {w['alt']} }}\naliases: [/{word('alias', state, n)}/]\n---\n"
            f"## {w['body']}\n\n[{w['body']}]({w['file']}.txt) ![{w['alt']}]({w['image']}.png)\n")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(said):
    """A PNG of one grey pixel, with a comment."""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
            + chunk(b"tEXt", b"Comment\0" + said.encode()) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b""))


def at_home(state, n, path):
    """A path in the language of the nth text."""
    return path if n % 4 else "en/" + path


WORDS = re.compile(rb"zq[a-z]+?(?:draft|embargo|future|expired)[0-9]{3}q")


def found(files):
    """Every such word, in the bytes and in the names."""
    words = set()
    for name, data in files.items():
        words |= set(WORDS.findall(name.lower().encode(errors="surrogateescape"))) | set(WORDS.findall(data.lower()))
    return {w.decode() for w in words}


class Leaks(Case):
    def setUp(self):
        super().setUp()
        for path in ("s/content/om.md", "s/content/kontakt.md"):
            self.ws.delete(path)
        for path, content in SITE.items():
            self.ws.write(path, content)
        for state in STATES:
            for n in range(COUNT):
                folder = f"s/content/{state}/{n % 7}/"
                self.ws.write(f"{folder}text-{state}-{n}.md", text(state, n))
                self.ws.write(f"{folder}{word('file', state, n)}.txt", word("bytes", state, n))
                self.ws.write(f"{folder}{word('image', state, n)}.png", picture(word("pixel", state, n)))

    def build(self, at, *args):
        run = self.ws.build("--at", at, *args)
        self.sound(run)
        self.assertEqual(run.diags, [], str(run))  # not even that nobody refers to the files of what is withheld
        return run

    def test_nothing_leaks(self):
        run = self.build(AT)
        files = self.ws.published()
        for name in ("nyheter/oppen/index.html", "amnen/index.html", "nyheter/rss.xml", "sitemap.xml"):
            self.assertIn(name, files)
        self.assertEqual(found(files), set())
        self.assertEqual(run.sites["s"]["held"], {state: COUNT for state in STATES})
        self.assertEqual((run.sites["s"]["documents"], run.sites["s"]["withheld"]), (1, 0))
        for name in files:
            for state in STATES:
                self.assertNotIn(f"text-{state}", name)
        state_folder = self.ws.published(".notis/state/s")  # nor in what is kept of the publication
        self.assertEqual(found(state_folder), set())

    def check_lists(self, files, due):
        """What lists texts lists those that are due: a test that publishes nothing finds nothing."""
        for name in ("nyheter/rss.xml", "nyheter/atom.xml", "nyheter/feed.json", "sitemap.xml", "sagt/index.html",
                     "alla/index.html", "nyheter/index.html"):
            self.assertEqual(bool(found({name: files[name]})), bool(due), name)

    def check_beside(self, files, due):
        """Files beside texts lie beside the pages of those that are due, whole, and nowhere else."""
        wanted = {"om.txt": SITE["s/static/om.txt"].encode()}
        for of in due:
            folder = at_home(*of, f"nyheter/{word('slug', *of)}/")
            wanted[f"{folder}{word('file', *of)}.txt"] = word("bytes", *of).encode()
            wanted[f"{folder}{word('image', *of)}.png"] = picture(word("pixel", *of))
        self.assertEqual({name: data for name, data in files.items() if name.endswith((".txt", ".png"))}, wanted)

    def check_terms(self, files, due):
        """A topic has a page and a feed in the languages of its texts, and stands in their lists of topics."""
        folders = {at_home(*of, f"amnen/{word('topic', *of)}/") for of in due}
        self.assertEqual({name for name in files if "amnen/zq" in name},
                         {folder + name for folder in folders for name in ("index.html", "rss.xml")})
        for lang, prefix in (("sv", ""), ("en", "en/")):
            there = {word("topic", *of) for of in due if at_home(*of, "") == prefix}
            index = files.get(f"{prefix}amnen/index.html", b"")
            self.assertEqual({w for w in found({"": index}) if w.startswith("zqtopic")}, there, lang)

    def test_exactly_those_whose_time_has_come(self):
        self.build(AT)
        for at, date in (("2024-06-15T11:59:59", 14), ("2024-06-15T12:00", 15), ("2024-06-30T12:00", 30)):
            self.build(at, "--allow-removals")
            files = self.ws.published()
            due = {(state, n) for state in ("embargo", "future") for n in range(COUNT) if 11 + n % 20 <= date}
            for part in ("title", "lead", "body", "topic", "alt", "slug", "alias", "file", "bytes", "image", "pixel"):
                self.assertEqual({w for w in found(files) if w.startswith("zq" + part)}, {word(part, *d) for d in due}, part)
            self.check_lists(files, due)
            self.check_beside(files, due)
            self.check_terms(files, due)
            for state, n in due:
                self.assertIn(f"{word('alias', state, n)}/index.html", files)
            clean = self.ws.path("clean").decode() + at.replace(":", "")
            self.ws.run("build", "--at", at, "--out", clean)
            self.assertEqual(self.ws.published(clean), files)

    def test_what_has_expired_is_removed(self):
        self.build("2024-05-31", "--allow-removals")
        before = {w for w in found(self.ws.published()) if w.startswith("zqtitle")}
        self.assertEqual(before, {word("title", "expired", n) for n in range(COUNT)})
        run = self.build("2024-06-05")  # a text that says so itself needs no consent
        after = {w for w in found(self.ws.published()) if w.startswith("zqtitle")}
        self.assertEqual(after, {word("title", "expired", n) for n in range(COUNT) if 1 + n % 10 > 5})
        self.assertEqual(run.sites["s"]["held"]["expired"], COUNT // 2)


class Words(Told):
    """What the author and the maintainer are told."""

    def write(self, name, fields, body="Text.\n"):
        self.ws.write(f"s/content/{name}.md", f"---\ntitle: {name}\n{fields}\n---\n{body}")

    def test_summary(self):
        self.write("a", "draft: true")
        self.write("b", "draft: true")
        self.write("c", "embargo: 2024-07-01")
        self.write("d", "date: 2024-07-01")
        run = self.ws.run("build", "--at", AT, "--lang", "sv")
        self.assertIn("2 dokument, 3 filer, 3 skrivna, 0 borttagna; 2 som utkast, 1 med embargo, 1 med framtida datum (",
                      run.out)
        self.write("d", "date: 2024-07-01\nexpires: 2024-05-01")
        run = self.ws.run("check", "--at", AT, "--lang", "en")
        self.assertIn("2 documents, 3 files; 2 as draft, 1 under embargo, 1 expired (", run.out)
        self.assertNotIn(";", self.ws.run("check", "--at", AT, "--quiet").out)

    def test_list(self):
        self.write("a", "draft: true")
        self.write("c", "embargo: 2024-07-01")
        self.write("d", "date: 2024-07-01")
        self.write("e", "expires: 2024-05-01")
        self.write("f", "date: 2021-04-31")
        run = self.ws.run("list", "documents", "--at", AT)
        rows = [line.split("\t")[1:] for line in run.out.splitlines()]
        self.assertEqual(rows, [["text/content/a.md", "article", "sv", "draft"],
                                ["text/content/c.md", "article", "sv", "embargo"],
                                ["text/content/d.md", "article", "sv", "future"],
                                ["text/content/e.md", "article", "sv", "expired"],
                                ["text/content/f.md", "-", "-", "withheld"],
                                ["text/content/kontakt.md", "article", "sv", "published", "/kontakt/"],
                                ["text/content/om.md", "article", "sv", "published", "/om/"]])

    def test_bad_values(self):
        for fields, code, column in (("draft: ja", "fields_not_boolean", 8),
                                     ("embargo: snart", "fields_not_datetime", 10),
                                     ("expires: 2021-04-31", "fields_no_such_date", 10),
                                     ("date: 2021-04-31", "fields_no_such_date", 7),
                                     ("embargo: 2024-03-31 02:30", "fields_time_skipped", 10),
                                     ("aliases: gammal/", "fields_not_alias", 10),
                                     ("lang: de", "lang_unknown", 7)):
            self.write("a", fields)
            self.withheld(code, "s/content/a.md", 3, column)

    def test_an_hour_that_comes_twice(self):
        self.write("a", "embargo: 2024-10-27 02:30")
        run = self.build("--at", "2024-10-27T00:45:00Z")
        self.place(run, "fields_time_twice", "s/content/a.md", 3, 10)
        self.assertEqual(run.sites["s"]["held"]["embargo"], 1)
        self.assertNotIn("a/index.html", self.ws.published())
        self.build("--at", "2024-10-27T01:30:00Z")
        self.assertIn("a/index.html", self.ws.published())

    def test_a_published_text_becomes_a_draft(self):
        self.write("a", "date: 2024-01-01")
        self.build("--at", AT)
        self.assertIn("a/index.html", self.ws.published())
        self.write("a", "date: 2024-01-01\ndraft: true")
        self.build("--at", AT)
        self.assertNotIn("a/index.html", self.ws.published())
        self.write("a", "date: 2024-01-01\ndraft: kanske")  # a fault leaves what was published: nothing now
        self.build("--at", AT)
        self.assertNotIn("a/index.html", self.ws.published())

    def test_a_very_long_title(self):
        self.ws.write("s/content/lang-titel.md", "---\ntitle: " + "ö" * 30000 + "\n---\nText.\n")
        run = self.build("--at", AT)
        self.assertEqual(run.code, 0, str(run))
        self.assertIn(("ö" * 30000).encode(), self.ws.published()["lang-titel/index.html"])
        self.ws.write("s/kinds/article.yaml", "permalink: /{slug}/\nfields:\n  title: { type: text, max: 90 }\n")
        run = self.build("--at", AT)
        said = self.place(run, "fields_too_long", "s/content/lang-titel.md", 2, 8)
        self.assertIn("30000", said["message"])
        self.assertLess(len(said["message"]), 400)

    def test_words_that_other_readers_of_yaml_misread(self):
        self.ws.write("s/templates/article.html", "{{ doc.land }}|{{ doc.kod }}|{{ doc.ja }}|{{ doc.title }}")
        self.ws.write("s/content/a.md", "---\ntitle: NO\nland: NO\nkod: 0123\nja: on\n---\n")
        self.build("--at", AT)
        self.assertEqual(self.ws.published()["a/index.html"].decode(), "NO|0123|on|NO")

    def test_a_name_in_decomposed_letters(self):
        self.ws.write("s/content/a\u030a-o\u0308.md", "---\ntitle: Å\n---\n")
        run = self.ws.run("list", "documents", "--at", AT)
        self.assertIn("s\ttext/content/\u00e5-\u00f6.md\tarticle\tsv\tpublished\t/a-o/", run.out.splitlines())


if __name__ == "__main__":
    main()
