#!/usr/bin/env python3
"""`notis explain`: on a small site where every answer can be worked out by hand, from the files alone."""

import json
import os
import shutil
import unittest

from watching import WatchCase
from workspace import SOURCE, Case, main, text

AT = "--at", "2025-03-01"
SITE = """title: Region
url: https://region.example/bas/
extends: [../delat]
languages: { sv: { name: Svenska, path: / }, en: { name: English, path: /en/ } }
sources:
  text: { use: source_markdown, path: content, match: "**/*.md" }
collections:
  alla: { kind: article, sort: [title], path: /alla/, template: list.html }
redirects: { /hem.html: /om/ }
"""
HOOKS = """local notis = require "notis"
notis.on("item", function(item)
  if item.id:find("kontakt") then item.bytes = item.bytes:gsub("Brödtext", "Text") end
end)
notis.on("document", function(doc)
  if doc.lang == "sv" then doc.lead = "Ingress" end
end)
notis.on("document", function(doc)
  if doc.title == "Om oss" then doc.body:first("paragraph"):remove() end
end)
notis.on("page", function(page)
  if page.output == "html" then page.params.menu = 1 end
end)
notis.on("output", function(page, bytes)
  return bytes .. "<!-- x -->"
end)
"""
FILES = {
    "notis.yaml": "notis: 1\nsites: [s]\n",
    "s/site.yaml": SITE,
    "delat/templates/base.html": "<!doctype html><title>{{ doc.title }}</title>\n{% block main %}{% endblock %}",
    "delat/templates/default.html": "{% extends \"base.html\" %}{% block main %}{{ doc.body }}{% endblock %}",
    "s/templates/list.html": "<ul>{% for d in documents %}<li><a href=\"{{ d.url }}\">{{ d.title }}</a></li>{% endfor %}</ul>"
                             "{{ page.count }}",
    "s/scripts/10-krokar.lua": HOOKS,
    "s/content/om.md": text("Om oss", aliases="[/gammal.html]"),
    "s/content/om.en.md": text("About us"),
    "s/content/kontakt.md": text("Kontakt"),
    "s/content/sen.md": text("Sen", embargo="2025-06-01"),
    "s/content/utkast.md": text("Utkast", draft="true"),
    "s/static/stil.css": "p { margin: 0 }\n",
}


class Explain(WatchCase):
    plain = True

    def setUp(self):
        super().setUp()
        for path, content in FILES.items():
            self.ws.write(path, content)

    def built(self):
        run = self.ws.build(*AT)
        self.assertEqual(run.code, 0, str(run))

    def explain(self, *words, **options):
        run = self.ws.run("explain", *words, *AT, "--format", "json", **options)
        self.sound(run)
        lines = [json.loads(line) for line in run.out.splitlines()]
        found = [line for line in lines if line["type"] == "explanation"]
        self.assertEqual(len(found), 1, str(run))
        self.assertEqual(run.code, 0, str(run))
        return found[0]

    def refused(self, code, *words):
        run = self.ws.run("explain", *words, *AT, "--format", "json")
        self.assertEqual(run.code, 2, str(run))
        return self.says(run, code)

    def test_page(self):
        page = self.explain("/om/")
        self.assertEqual([page[k] for k in ("about", "site", "path", "url", "output", "language", "planned_by")],
                         ["page", "s", "om/index.html", "/om/", "html", "sv", "text/content/om.md"])
        self.assertEqual(page["document"], {"id": "text/content/om.md", "file": "s/content/om.md", "kind": "article",
                                            "language": "sv"})
        self.assertFalse(page["withheld"])
        # article.html is nowhere, default.html is the shared one, and extends base.html.
        self.assertEqual([(t["template"], t["file"]) for t in page["templates"]],
                         [("article.html", None), ("default.html", "delat/templates/default.html"),
                          ("base.html", "delat/templates/base.html")])

    def test_hooks(self):
        """By the lines of the script: what each does to this text, and to its page."""
        hooks = {h["line"]: h for h in self.explain("om/index.html")["hooks"]}
        self.assertEqual([(line, h["event"]) for line, h in hooks.items()],
                         [(2, "item"), (5, "document"), (8, "document"), (11, "page"), (14, "output")])
        self.assertTrue(all(h["file"] == "s/scripts/10-krokar.lua" for h in hooks.values()))
        self.assertFalse(hooks[2]["bytes"])
        self.assertEqual(hooks[5]["changes"], [{"field": "lead", "after": "Ingress"}])
        self.assertFalse(hooks[5]["body"])
        self.assertEqual((hooks[8]["changes"], hooks[8]["body"]), ([], True))
        self.assertEqual(hooks[11]["changes"], [{"field": "menu", "after": 1}])
        self.assertEqual(hooks[14]["length_after"] - hooks[14]["length_before"], len("<!-- x -->"))
        other = {h["line"]: h for h in self.explain("kontakt/index.html")["hooks"]}
        self.assertEqual(other[2]["length_before"] - other[2]["length_after"], len("Brödtext") - len("Text") + 1)
        self.assertFalse(other[8]["body"])

    def test_reads(self):
        """The text's title stands in its second line; the English page reads nothing of the Swedish text."""
        reads = self.explain("om/index.html")["reads"]
        self.assertTrue(all(read["holds"] for read in reads))
        fields = [r for r in reads if r["class"] == "field" and r["step"] == "render"]
        self.assertEqual([(r["field"], r["file"], r["line"]) for r in fields], [("title", "s/content/om.md", 2)])
        self.assertEqual([r["file"] for r in reads if r["class"] == "body"], ["s/content/om.md"])
        self.assertIn({"class": "plugin", "plugin": "output/html", "step": "render", "holds": True}, reads)
        self.assertEqual([r["file"] for r in reads if r["class"] == "script" and "file" in r and r["step"] == "page"],
                         ["s/scripts/10-krokar.lua"])

    def test_list(self):
        page = self.explain("/alla/")
        self.assertEqual((page["collection"], page["number"], page["count"], page["shown"]), ("alla", 1, 1, 2))
        self.assertNotIn("document", page)
        lists = [r for r in page["reads"] if r.get("question") == "list"]
        self.assertEqual([(r["collection"], r["language"]) for r in lists], [("alla", "sv")])
        self.assertEqual([(r["path"], r["step"]) for r in page["reads"] if r.get("question") == "count"],
                         [("alla/index.html", "render")])
        self.assertEqual(sorted((r["field"], r["file"]) for r in page["reads"] if r["class"] == "field"),
                         [("title", "s/content/kontakt.md"), ("title", "s/content/om.md")])

    def test_document(self):
        document = self.explain("text/content/om.md")
        self.assertEqual((document["about"], document["state"], document["url"]), ("document", "published", "/om/"))
        self.assertEqual(document["pages"], [{"path": "om/index.html", "url": "/om/", "output": "html", "withheld": False}])
        self.assertEqual(document["readers"], [{"path": "alla/index.html", "url": "/alla/", "output": "html",
                                                "collection": "alla", "fields": ["title"], "body": False, "address": True}])
        self.assertEqual(document["translations"], [{"language": "en", "url": "/en/om/", "document": "text/content/om.en.md"}])
        self.assertEqual([(r["url"], r["planned_by"]) for r in document["redirects"]],
                         [("/gammal.html", "text/content/om.md"), ("/hem.html", "redirects /hem.html")])
        self.assertEqual(document["faults"], [])

    def test_kept_back(self):
        late = self.explain("s/content/sen.md")
        self.assertEqual((late["state"], late["until"], late["pages"]), ("embargo", "2025-06-01T00:00:00+02:00", []))
        self.assertEqual([h["event"] for h in late["hooks"]], ["item"])  # what is held back meets no other hook
        self.assertEqual(self.explain("content/utkast.md")["state"], "draft")

    def test_every_way_to_say_it(self):
        self.built()
        for word in ("om/index.html", "/om/", "/om", "/bas/om/", "https://region.example/bas/om/", "/om/?a=b#c",
                     "public/s/om/index.html", str(self.ws.root / "public/s/om/index.html")):
            self.assertEqual((word, self.explain(word)["path"]), (word, "om/index.html"))
        for word in ("text/content/om.md", "s/content/om.md", "content/om.md", "./s/content/om.md", "om.md",
                     str(self.ws.root / "s/content/om.md")):
            self.assertEqual((word, self.explain(word)["id"]), (word, "text/content/om.md"))
        run = self.ws.run("explain", "content/om.md", *AT, "--format", "json", "-C", "..", cwd=self.ws.root / "s")
        self.assertEqual(json.loads(run.out)["id"], "text/content/om.md", str(run))

    def test_files(self):
        html = ["en/om/index.html", "kontakt/index.html", "om/index.html"]
        paths = lambda word: [page["path"] for page in self.explain(word)["pages"]]
        self.assertEqual(paths("delat/templates/base.html"), html)
        self.assertEqual(paths("templates/list.html"), ["alla/index.html", "en/alla/index.html"])
        self.assertEqual(paths("s/static/stil.css"), ["stil.css"])
        script = self.explain("s/scripts/10-krokar.lua")
        self.assertEqual([d["id"] for d in script["documents"]],
                         ["text/content/kontakt.md", "text/content/om.en.md", "text/content/om.md", "text/content/sen.md",
                          "text/content/utkast.md"])
        self.assertEqual(self.explain("stil.css")["copy_of"], "s/static/stil.css")
        self.assertEqual(self.explain("/hem.html")["redirect"], "/bas/om/")

    def test_withheld(self):
        """Its newest good version stands in for a text that breaks; one that never was good has none."""
        self.built()
        self.ws.write("s/content/om.md", "---\ntitle: [\n---\n")
        self.ws.write("s/content/trasig.md", "---\ntitle: [\n---\n")
        document = self.explain("content/om.md")
        self.assertEqual((document["state"], document["older_for"]), ("published", "text"))
        self.assertEqual({fault["severity"] for fault in document["faults"]}, {"error"})
        self.assertEqual(self.explain("om/index.html")["document"]["id"], "text/content/om.md")
        never = self.explain("content/trasig.md")
        self.assertEqual((never["state"], never["withheld_for"]), ("withheld", "text"))
        self.assertNotIn("older_for", never)

    def test_unknown(self):
        self.built()
        self.assertIn("om/index.html", self.refused("explain_unknown_near", "omm/index.html")["hint"])
        self.refused("explain_unknown", "något-helt-annat-som-inte-finns")
        self.ws.write("public/s/egen.html", "x")
        self.refused("explain_foreign", "public/s/egen.html")
        self.refused("explain_foreign", "egen.html")
        self.assertEqual(self.ws.run("explain").code, 2)
        self.assertEqual(self.ws.run("explain", "om.md", "nowhere").code, 2)

    def test_ambiguous(self):
        """Two sites have the same page, and the name of one tells which."""
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, t, u]\n")
        for site in "tu":
            for path, content in FILES.items():
                if path.startswith("s/"):
                    self.ws.write(site + path[1:], content)
        said = self.refused("explain_ambiguous", "om/index.html")
        self.assertIn("3", said["message"])
        self.assertIn("t: om/index.html", said["hint"])
        self.assertEqual(self.explain("om/index.html", "t")["site"], "t")

    def test_nothing_is_touched(self):
        self.built()
        before, state = self.ws.published(), self.ws.ledger()
        self.ws.write("s/content/om.md", text("Annat"))
        self.assertEqual(self.explain("om/index.html")["rendered"]["now"], True)
        self.explain("--last")
        self.assertEqual((self.ws.published(), self.ws.ledger()), (before, state))

    def test_last(self):
        """Without an earlier round all is new; every page has one line."""
        last = self.explain("--last")
        self.assertEqual(last["about"], "last")
        reasons = {page["path"]: page["rendered"]["reason"] for page in last["pages"] + last["pending"]}
        self.assertEqual(set(reasons.values()), {"new"})
        self.assertEqual(set(reasons), {"alla/index.html", "en/alla/index.html", "en/om/index.html", "gammal.html",
                                        "hem.html", "kontakt/index.html", "om/index.html", "stil.css"})

    def test_texts(self):
        """People read the same in both languages; long lists are cut, and say by how much."""
        for i in range(30):
            self.ws.write(f"s/content/n{i}.md", text(f"Nummer {i}"))
        english = self.ws.run("explain", "delat/templates/base.html", *AT)
        self.assertEqual(english.code, 0, str(english))
        self.assertIn("and 13 more", english.out)
        swedish = self.ws.run("explain", "/om/", *AT, "--lang", "sv")
        self.assertIn("lead: inget → \"Ingress\"", swedish.out)
        self.assertIn("efterfrågad och inte funnen", swedish.out)
        for word in ("/alla/", "content/sen.md", "--last", "stil.css", "/hem.html"):
            self.assertEqual(self.ws.run("explain", word, *AT).code, 0, word)

    def test_a_watch_is_at_work(self):
        watch = self.watch()
        run = self.ws.run("explain", "/om/", *AT, "--format", "json")
        self.assertEqual(run.code, 2, str(run))
        self.assertIn(str(watch.process.pid), self.says(run, "explain_locked")["message"])
        self.ends_well(watch)


class Demonstration(Case):
    plain = True

    def test_everything(self):
        """Whatever the demonstration sites hold can be explained."""
        sites = os.path.join(self.ws.root, "sites")
        shutil.copytree(SOURCE / "sites", sites)
        pages = self.ws.run("list", "pages", "-C", sites, "--at", "2025-07-01", "vasterbotten").out.splitlines()
        documents = self.ws.run("list", "documents", "-C", sites, "--at", "2025-07-01", "vasterbotten").out.splitlines()
        words = [line.split("\t")[1] for line in pages[::9] + documents[::4]]
        self.assertGreater(len(words), 10)
        for word in words:
            run = self.ws.run("explain", word, "vasterbotten", "-C", sites, "--at", "2025-07-01", "--format", "json")
            self.assertEqual(run.code, 0, f"{word}\n{run}")
            self.assertEqual(json.loads(run.out)["type"], "explanation")


if __name__ == "__main__":
    main()
