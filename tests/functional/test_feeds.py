#!/usr/bin/env python3
"""Feeds and sitemaps as others read them: every entry compared with the texts that the test wrote, by Python's own parsers;
RFC 4287's and RSS 2.0's demands; the schemas of JSON Feed and of sitemaps."""

import datetime
import email.utils
import json
import re
import shutil
import subprocess
import unittest
import urllib.parse
import xml.etree.ElementTree as xml
from zoneinfo import ZoneInfo

from publish import Page, corpora
from workspace import Case, main

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
ROOT = "https://region.example/bas"
ZONE = ZoneInfo("Europe/Stockholm")

SITE = """title: Region Väst
url: https://region.example/bas/
since: 2024
languages: { sv: { name: Svenska } }
sources:
  text: { use: source_markdown, path: content, match: "**/*.md" }
collections:
  nyheter:
    kind: news
    sort: [-date, title]
    path: /nyheter/
    title: Nyheter
    outputs: { html: {}, rss: { path: rss.xml }, atom: { path: atom.xml }, jsonfeed: { path: feed.json } }
  senaste:
    kind: news
    sort: [-date, title]
    outputs: { rss: { path: /senaste.xml, limit: 2 }, atom: { path: /senaste-atom.xml, limit: 2 } }
  tomt:
    kind: news
    where: { title: "finns inte" }
    path: /tomt/
    outputs: { rss: { path: rss.xml }, atom: { path: atom.xml }, jsonfeed: { path: feed.json } }
outputs: { sitemap: { path: /sitemap.xml } }
pages: { not_found: { path: /404.html, template: 404.html, sitemap: false } }
"""
KIND = """permalink: /nyheter/{slug}/
template: news.html
outputs: [html]
fields:
  title: { type: text, required: true }
  date: { type: datetime }
  updated: { type: datetime }
  lead: { type: markdown }
  topics: { type: list, of: term }
"""
TEMPLATES = {
    "news.html": "<!doctype html><title>{{ doc.title }}</title>\n{{ doc.body }}\n",
    "list.html": "<!doctype html><title>Lista</title>\n",
    "404.html": "<!doctype html><title>Finns inte</title>\n",
    "start.html": "<!doctype html><title>Start</title>\n",
}
RICH = """Se [den andra](den-andra.md#delen), [roten](/nyheter/) och [ute](https://ute.example/?a=1&b=2).[^1]

## Rubrik

> ]]> & <b class="x">fet</b>

<p id="mitt-id"><a href="#mitt-id">här</a> <script>alert(1)</script></p>

| a | b |
|---|---|
| 1 | 2 |

[^1]: En not med [länk](den-andra.md).
"""
# One for each trap.
TEXTS = {
    "plain": {"title": "En vanlig nyhet", "date": "2024-04-10", "lead": "Ingress & mer", "topics": ["Kultur", "Hälsa"]},
    "time": {"title": "Med klockslag", "date": "2024-03-31 01:30", "updated": "2024-04-12T08:00:00Z"},
    "markup": {"title": "Kött & potatis: <b>ja</b> \"nej\" 'kanske'", "date": "2024-01-02", "lead": "Med *kursiv* och [länk](https://x.example/)"},
    "cdata": {"title": "Slut ]]> på allt <![CDATA[ <!-- ", "date": "2024-01-03"},
    "control": {"title": "Styr\u0001tecken\u000b\ufffe slut", "date": "2024-01-04"},
    "emoji": {"title": "Fest 🎉 👩‍👩‍👧 i Umeå", "date": "2024-01-05"},
    "rtl": {"title": "שלום עולם \u202eabc\u202c", "date": "2024-01-06"},
    "nbsp": {"title": "Ett\u00a0hårt\u2009blanksteg\u00ad", "date": "2024-01-07"},
    "long": {"title": "å" * 30000, "date": "2024-01-08"},
    "den-andra": {"title": "Den andra", "date": "2024-01-09"},
    "rich": {"title": "Allt på en gång", "date": "2024-01-10"},
    "undated": {"title": "Utan datum"},
    "empty": {"title": "Utan text", "date": "2024-01-11", "lead": "Bara ingress"},
}
BODIES = {"rich": RICH, "empty": "", "den-andra": "Text.\n\n## Delen\n\nEn till.[^1]\n\n[^1]: Annan not.\n"}


def quoted(value):
    """As JSON, which is YAML but for the pairs of surrogates."""
    return json.dumps(value, ensure_ascii=False).replace("\ufffe", "\\ufffe")


def write_text(ws, name, fields, body=None):
    front = "".join(f"{key}: {value if key in ('date', 'updated') else quoted(value)}\n" for key, value in fields.items())
    body = BODIES.get(name, f"Brödtext i {name}.\n") if body is None else body
    ws.write(f"s/content/{name}.md", f"---\nslug: {name}\n{front}---\n{body}")


def moment(written):
    """The instant that a date in front matter names: midnight, or that time, in the site's zone."""
    if not written:
        return None
    if len(written) == 10:
        written += " 00:00"
    found = datetime.datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def tag(name):
    return "tag:region.example,2024:" + urllib.parse.quote(f"text/content/{name}.md", safe="/-._~")


def in_xml(text):
    """Without the characters that XML 1.0 (2.2) has no room for."""
    return re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def in_order(names):
    """As the collection sorts: newest first, those without a date last."""
    dated = sorted((n for n in names if TEXTS[n].get("date")), key=lambda n: moment(TEXTS[n]["date"]), reverse=True)
    return dated + [n for n in names if not TEXTS[n].get("date")]


class Feeds(Case):
    def setUp(self):
        super().setUp()
        for name in ("om", "kontakt"):
            self.ws.delete(f"s/content/{name}.md")
        self.ws.write("s/kinds/news.yaml", KIND)
        for name, template in TEMPLATES.items():
            self.ws.write("s/templates/" + name, template)
        self.ws.write("s/site.yaml", SITE.replace("content, match", "content, kind: news, match"))
        for name, fields in TEXTS.items():
            write_text(self.ws, name, fields)

    def published(self, at="2024-06-01"):
        run = self.ws.build("--at", at, "--allow-removals")
        self.assertEqual(run.errors, [], str(run)[:3000])
        return self.ws.published()

    # ---- each format, read back ----

    def check_entry(self, name, entry, xml_text):
        title = TEXTS[name]["title"]
        self.assertEqual(entry["title"], in_xml(title) if xml_text else title, name)
        self.assertEqual(entry["id"], tag(name))
        self.assertEqual(entry["url"], f"{ROOT}/nyheter/{name}/")
        self.assertEqual(entry["date"], moment(TEXTS[name].get("date")), name)
        self.assertEqual(entry["terms"], TEXTS[name].get("topics", []))
        wanted = {"plain": "Ingress & mer", "markup": "Med kursiv och länk", "empty": "Bara ingress"}.get(name)
        self.assertEqual(entry["summary"], wanted, name)
        self.check_html(name, entry["html"])

    def check_html(self, name, text):
        """Whole addresses, as a browser resolves those of the published page; nothing with an id, no scripts."""
        if name == "empty":
            self.assertIn(text, (None, ""))
            return
        page = Page(self.files[f"nyheter/{name}/index.html"].decode())
        here = f"{ROOT}/nyheter/{name}/"
        entry = Page(text)
        self.assertEqual(entry.links, [urllib.parse.urljoin(here, link) for link in page.links])
        self.assertEqual(entry.ids, set())
        self.assertNotIn("<script", text)
        passed_over = ("title", "script", "section", "div")  # the last two are about how a page is heard
        found, wanted = ([tag for tag, _ in x.elements if tag not in passed_over] for x in (entry, page))
        self.assertEqual(found, wanted)

    def rss(self, data):
        channel = xml.fromstring(data).find("channel")
        for name in ("title", "link", "description"):
            self.assertEqual(len(channel.findall(name)), 1, name)
        for item in channel.findall("item"):
            for child in ("title", "link", "guid", "pubDate", "description", "enclosure"):
                self.assertLessEqual(len(item.findall(child)), 1, child)
            self.assertEqual(item.find("guid").get("isPermaLink"), "false")
            date = item.findtext("pubDate")
            if date:  # RFC 822, 5.1, with the year's four digits: English whatever the site's language
                self.assertRegex(date, r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|"
                                       r"Nov|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}$")
        return channel, [{"title": i.findtext("title"), "id": i.findtext("guid"), "url": i.findtext("link"),
                          "date": email.utils.parsedate_to_datetime(i.findtext("pubDate")) if i.find("pubDate") is not None
                          else None,
                          "terms": [c.text for c in i.findall("category")], "summary": i.findtext("description"),
                          "html": i.findtext(CONTENT)} for i in channel.findall("item")]

    def one(self, element, name):
        found = element.findall(ATOM + name)
        self.assertEqual(len(found), 1, name)
        return found[0]

    def check_atom_element(self, element):
        """RFC 4287: what both feeds and entries must have (4.1.1, 4.1.2), and the forms of it."""
        for name in ("id", "title", "updated"):
            self.one(element, name)
        self.assertRegex(element.findtext(ATOM + "id"), r"^[a-z]+:\S+$")  # 4.2.6: an absolute IRI
        for name in ("updated", "published"):
            for date in element.findall(ATOM + name):  # 3.3: RFC 3339 with upper-case T and Z
                self.assertRegex(date.text, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
        links = [(x.get("rel", "alternate"), x.get("type"), x.get("hreflang")) for x in element.findall(ATOM + "link")]
        alternates = [link for link in links if link[0] == "alternate"]
        self.assertEqual(len(alternates), len(set(alternates)))
        for link in element.findall(ATOM + "link"):
            self.assertRegex(link.get("href"), r"^https://")

    def atom(self, data):
        feed = xml.fromstring(data)
        self.assertEqual(feed.tag, ATOM + "feed")
        self.check_atom_element(feed)
        self.assertTrue(self.one(feed, "author").findtext(ATOM + "name"))  # 4.1.1: or every entry has one
        self.assertEqual(sum(link.get("rel") == "self" for link in feed.findall(ATOM + "link")), 1)
        ids, entries = [e.findtext(ATOM + "id") for e in feed.findall(ATOM + "entry")], []
        self.assertEqual(len(ids), len(set(ids)))
        for e in feed.findall(ATOM + "entry"):
            self.check_atom_element(e)
            alternate = [x.get("href") for x in e.findall(ATOM + "link") if x.get("rel", "alternate") == "alternate"]
            content = e.findall(ATOM + "content")
            self.assertTrue(len(content) <= 1 and (content or alternate))  # 4.1.2
            for part in content:
                self.assertEqual((part.get("type"), len(part)), ("html", 0))  # 4.1.3.3: no child elements
            published = e.findtext(ATOM + "published")
            entries.append({"title": e.findtext(ATOM + "title"), "id": e.findtext(ATOM + "id"), "url": alternate[0],
                            "date": published and datetime.datetime.fromisoformat(published),
                            "updated": datetime.datetime.fromisoformat(e.findtext(ATOM + "updated")),
                            "terms": [c.get("term") for c in e.findall(ATOM + "category")],
                            "summary": e.findtext(ATOM + "summary"), "html": e.findtext(ATOM + "content")})
        return feed, entries

    def jsonfeed(self, data):
        feed = json.loads(data)
        entries = []
        for item in feed["items"]:
            self.assertTrue("content_html" in item or "content_text" in item)
            date = item.get("date_published")
            entries.append({"title": item["title"], "id": item["id"], "url": item["url"],
                            "date": date and datetime.datetime.fromisoformat(date), "terms": item.get("tags", []),
                            "summary": item.get("summary"), "html": item.get("content_html")})
        return feed, entries

    def read(self, folder="nyheter"):
        return {"rss": self.rss(self.files[f"{folder}/rss.xml"]), "atom": self.atom(self.files[f"{folder}/atom.xml"]),
                "jsonfeed": self.jsonfeed(self.files[f"{folder}/feed.json"])}

    def test_every_entry_is_the_document(self):
        self.files = self.published()
        for form, (_, entries) in self.read().items():
            self.assertEqual([e["id"] for e in entries], [tag(n) for n in in_order(TEXTS)], form)
            for name, entry in zip(in_order(TEXTS), entries):
                with self.subTest(form=form, name=name):
                    self.check_entry(name, entry, form != "jsonfeed")

    def test_what_the_feed_says_of_itself(self):
        self.files = self.published()
        read = self.read()
        newest = datetime.datetime.fromisoformat("2024-04-12T08:00:00Z")
        channel = read["rss"][0]
        self.assertEqual(channel.findtext("title"), "Nyheter – Region Väst")
        self.assertEqual(channel.findtext("link"), ROOT + "/nyheter/")
        self.assertEqual(channel.findtext("language"), "sv")
        self.assertEqual(email.utils.parsedate_to_datetime(channel.findtext("lastBuildDate")), newest)
        link = channel.find(ATOM + "link")
        self.assertEqual((link.get("rel"), link.get("href")), ("self", ROOT + "/nyheter/rss.xml"))
        atom = read["atom"][0]
        links = {x.get("rel"): x.get("href") for x in atom.findall(ATOM + "link")}
        self.assertEqual(links, {"self": ROOT + "/nyheter/atom.xml", "alternate": ROOT + "/nyheter/"})
        self.assertEqual(datetime.datetime.fromisoformat(atom.findtext(ATOM + "updated")), newest)
        self.assertEqual(atom.get("{http://www.w3.org/XML/1998/namespace}lang"), "sv")
        feed = read["jsonfeed"][0]
        self.assertEqual((feed["version"], feed["title"], feed["home_page_url"], feed["feed_url"], feed["language"]),
                         ("https://jsonfeed.org/version/1.1", "Nyheter – Region Väst", ROOT + "/nyheter/",
                          ROOT + "/nyheter/feed.json", "sv"))

    def test_titles_are_of_the_feeds_language(self):
        """The list's title, a term's label and the language's code; a term without a label is what the texts write."""
        site = SITE.replace("content, match", "content, kind: news, match").replace("title: Nyheter", "title: { sv: Nyheter, en: News }")
        site = site.replace("{ sv: { name: Svenska } }", "{ sv: { name: Svenska }, en: { name: English } }")
        self.ws.write("s/site.yaml", site + """taxonomies:
  topics:
    of: [news]
    path: { sv: "/amnen/{term}/", en: "/en/topics/{term}/" }
    terms: { kultur: { title: { sv: Kultur, en: Culture } } }
    outputs: { html: {}, rss: { path: rss.xml }, atom: { path: atom.xml }, jsonfeed: { path: feed.json } }
menus: { main: { nyheter: { to: collection/nyheter }, kultur: { to: topics/kultur } } }
""")
        self.ws.write("s/templates/list.html", '<!doctype html><title>{{ page.title }}</title>{% for e in site.menu("main") %}'
                      '<a href="{{ e.url }}">{{ e.title }}</a>{% endfor %}\n')
        self.ws.write("s/content/bridge.en.md", "---\ntitle: A bridge\ndate: 2024-02-01\ntopics: [kultur, Health]\n---\nText.\n")
        self.files = self.published()
        for base, lang, title in (("nyheter", "sv", "Nyheter"), ("en/nyheter", "en", "News"), ("amnen/kultur", "sv", "Kultur"),
                                  ("en/topics/kultur", "en", "Culture"), ("en/topics/health", "en", "Health")):
            with self.subTest(base):
                whole, read = title + " – Region Väst", self.read(base)
                self.assertEqual((read["rss"][0].findtext("title"), read["rss"][0].findtext("language")), (whole, lang))
                self.assertEqual(read["rss"][0].findtext("description"), whole)
                self.assertEqual(read["atom"][0].findtext(ATOM + "title"), whole)
                self.assertEqual(read["atom"][0].get("{http://www.w3.org/XML/1998/namespace}lang"), lang)
                self.assertEqual((read["jsonfeed"][0]["title"], read["jsonfeed"][0]["language"]), (whole, lang))
                page = Page(self.files[base + "/index.html"].decode())
                self.assertEqual(page.texts["title"], [title])
                self.assertEqual(page.texts["a"], ["Nyheter", "Kultur"] if lang == "sv" else ["News", "Culture"])

    def test_when_entries_were_updated(self):
        self.files = self.published()
        updated = {e["id"]: e["updated"] for e in self.read()["atom"][1]}
        self.assertEqual(updated[tag("time")], moment("2024-04-12T08:00:00+00:00"))
        self.assertEqual(updated[tag("plain")], moment("2024-04-10"))
        # A text without a date has the instant of the tag URIs' year, which never moves.
        self.assertEqual(updated[tag("undated")], moment("2024-01-01T00:00:00+00:00"))

    def test_an_empty_list(self):
        self.files = self.published()
        for form, (feed, entries) in self.read("tomt").items():
            self.assertEqual(entries, [], form)
        self.assertIsNone(self.read("tomt")["rss"][0].find("lastBuildDate"))

    def test_a_limit(self):
        self.files = self.published()
        newest = [tag(n) for n in in_order(TEXTS)[:2]]
        self.assertEqual([e["id"] for e in self.rss(self.files["senaste.xml"])[1]], newest)
        self.assertEqual([e["id"] for e in self.atom(self.files["senaste-atom.xml"])[1]], newest)

    def test_the_json_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("no jsonschema for Python")
        schema = json.loads((corpora("jsonfeed") / "jsonfeed/schema-v1.1.json").read_text())
        files = self.published()
        for name in ("nyheter/feed.json", "tomt/feed.json"):
            jsonschema.Draft7Validator(schema).validate(json.loads(files[name]))

    # ---- what stays ----

    def feeds(self, files):
        return {name: data for name, data in files.items() if name.endswith((".xml", ".json"))}

    def test_the_clock_is_not_in_them(self):
        self.assertEqual(self.feeds(self.published(at="2024-06-01")), self.feeds(self.published(at="2031-12-24T23:59")))

    def test_ids_stay_when_all_else_changes(self):
        self.published()
        write_text(self.ws, "plain", {"title": "Ny rubrik", "date": "2024-05-01"}, "Helt annat.\n")
        self.ws.write("s/kinds/news.yaml", KIND.replace("/nyheter/{slug}/", "/arkiv/{slug}.html"))
        self.files = self.published()
        for form, (_, entries) in self.read().items():
            found = {e["id"]: e for e in entries}
            self.assertEqual(found[tag("plain")]["title"], "Ny rubrik", form)
            self.assertEqual(found[tag("plain")]["url"], ROOT + "/arkiv/plain.html", form)
            self.assertEqual(sorted(found), sorted(tag(n) for n in TEXTS), form)

    def test_an_edit_gives_what_a_clean_build_gives(self):
        self.published()
        write_text(self.ws, "plain", {"title": "Ny rubrik", "date": "2024-05-01", "topics": ["Annat"]}, "Se [om](rich.md).\n")
        edited = self.published()
        for folder in ("public", ".notis"):
            shutil.rmtree(self.ws.root / folder)
        self.assertEqual(edited, self.published())

    # ---- the sitemap ----

    def test_the_sitemap_has_the_pages(self):
        files = self.published()
        root = xml.fromstring(files["sitemap.xml"])
        pages = {name for name in files if name.endswith("index.html")}
        wanted = {f"{ROOT}/{name.removesuffix('index.html')}" for name in pages}
        self.assertEqual({u.findtext(SITEMAP + "loc") for u in root}, wanted)
        changed = {u.findtext(SITEMAP + "loc"): u.findtext(SITEMAP + "lastmod") for u in root}
        self.assertEqual(changed[ROOT + "/nyheter/plain/"], "2024-04-10")
        self.assertEqual(moment(changed[ROOT + "/nyheter/time/"]), moment("2024-04-12T08:00:00+00:00"))
        self.assertIsNone(changed[ROOT + "/nyheter/undated/"])
        self.assertIsNone(changed[ROOT + "/nyheter/"])
        self.validate(files["sitemap.xml"])

    def test_a_large_site_has_an_index(self):
        whole = {u.findtext(SITEMAP + "loc") for u in xml.fromstring(self.published()["sitemap.xml"])}
        site = SITE.replace("content, match", "content, kind: news, match")
        self.ws.write("s/site.yaml", site.replace("{ path: /sitemap.xml }", "{ path: /sitemap.xml, limit: 4 }"))
        files = self.published()
        parts = [p.findtext(SITEMAP + "loc") for p in xml.fromstring(files["sitemap.xml"])]
        self.assertEqual(parts, [f"{ROOT}/sitemap-{i + 1}.xml" for i in range((len(whole) + 3) // 4)])
        found = []
        for part in parts:
            data = files[part.removeprefix(ROOT + "/")]
            self.validate(data)
            found += [u.findtext(SITEMAP + "loc") for u in xml.fromstring(data)]
        self.assertEqual(sorted(found), sorted(whole))

    def test_each_page_names_its_languages(self):
        site = SITE.replace("content, match", "content, kind: news, match")
        site = site.replace("{ sv: { name: Svenska } }", "{ sv: { name: Svenska }, en: { name: English } }")
        self.ws.write("s/site.yaml", site.replace("pages: {", "pages: { start: { path: /, template: start.html },"))
        files = self.published()
        for url in xml.fromstring(files["sitemap.xml"]):
            if url.findtext(SITEMAP + "loc") not in (ROOT + "/", ROOT + "/en/"):
                continue
            links = {x.get("hreflang"): x.get("href") for x in url.findall(XHTML + "link")}
            self.assertEqual(links, {"sv": ROOT + "/", "en": ROOT + "/en/", "x-default": ROOT + "/"})
        self.validate(files["sitemap.xml"])

    def validate(self, data):
        """By the sitemaps' own schema, which lets other elements in when something declares them."""
        if not shutil.which("xmllint"):
            self.skipTest("no xmllint (libxml2-utils)")
        schema = corpora("sitemap-xsd") / "sitemap-xsd/sitemap.xsd"
        self.ws.write("x/xhtml.xsd", '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified" '
                      'targetNamespace="http://www.w3.org/1999/xhtml"><xs:element name="link"><xs:complexType>'
                      '<xs:attribute name="rel" use="required" fixed="alternate"/><xs:attribute name="hreflang" '
                      'use="required" type="xs:NMTOKEN"/><xs:attribute name="href" use="required" type="xs:anyURI"/>'
                      '</xs:complexType></xs:element></xs:schema>')
        self.ws.write("x/all.xsd", '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
                      f'<xs:import namespace="{SITEMAP[1:-1]}" schemaLocation="{schema.resolve().as_uri()}"/>'
                      f'<xs:import namespace="{XHTML[1:-1]}" schemaLocation="xhtml.xsd"/></xs:schema>')
        self.ws.write("x/map.xml", data)
        done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", "all.xsd", "map.xml"], cwd=self.ws.root / "x",
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    main()
