#!/usr/bin/env python3
"""Lists, feeds, terms, menus, redirects and pages of site.yaml in three languages, below a base path: where each stands,
what it shows, and where it leads. What is expected is worked out by hand from the texts below."""

from workspace import Case, main, text

SITE = """title: Regionen
url: https://x.example/bas/
languages:
  sv: { name: Svenska }
  en: { name: English, path: /en/ }
  se: { name: Davvisámegiella, fallback: [sv] }
sources:
  text: { use: source_markdown, path: content, match: "**/*.md" }
collections:
  nyheter:
    kind: news
    sort: [-date, title]
    path: /nyheter/
    title: { sv: Nyheter, en: News }
    per_page: 2
    outputs: { html: {}, lista: {}, rad: { path: flode.txt, limit: 3 } }
  toppen: { kind: news, sort: [-date], outputs: { lista: { path: /topp.txt } } }
  arkiv: { kind: news, sort: [-date], path: /arkiv/, per_page: 2, number_from: oldest, page_path: "del-{number}/" }
  engelska: { kind: news, where: { lang: en }, path: /only-english/ }
  olika: { kind: news, sort: title, path: { sv: /olika/, en: /different/ } }
taxonomies:
  topics:
    of: [news]
    path: "/amnen/{term}/"
    index: /amnen/
    sort: [-date]
    title: { sv: Ämnen, en: Topics }
    index_template: page.html
    outputs: { html: {}, lista: { path: lista.txt } }
    terms: { kultur: { title: { sv: Kultur, en: Culture } } }
menus:
  main:
    om: { to: content/om.md, weight: 9, title: { sv: Om oss, en: About } }
    nyheter: { to: collection/nyheter, weight: 1 }
    ut: { to: "https://y.example/?a=b", weight: 2, title: Ut }
    kultur: { to: topics/kultur }
    start: { to: pages/start, weight: -1 }
  tom: {}
redirects:
  /nyhetslista.html: collection/nyheter
  /gammal/: content/om.md#kontakt
  /ut/: https://y.example/
  /via/: /gammal/
pages:
  start: { path: /, template: page.html, title: { sv: Start, en: Home }, params: { x: 1 } }
  not_found: { path: /404.html, template: page.html, sitemap: false, languages: [sv] }
outputs: { rad: { path: /karta.txt, limit: 4 } }
"""
NEWS = """label: Nyhet
permalink: /nyheter/{slug}/
fields:
  title:   { type: text, required: true }
  date:    { type: date }
  topics:  { type: list, of: { type: term } }
unknown_fields: allow
"""
# Outputs that say where they stand and which texts they were given.
OUTPUT = """local notis = require "notis"
notis.output { name = "output_%s", version = "1", extension = "txt", takes = { "collection", "site" },
  render = function(page)
    for _, d in ipairs(page:documents()) do page:write(d.title .. " ") end
    return page.path
  end }
"""
PAGE = "{{ page.url }}|{{ page.lang }}|{{ page.title }}|{{ page.params.x }}\n"
LIST = ("{{ page.url }}|{{ page.lang }}|{{ page.title }}|{{ page.number }}/{{ page.count }}|{{ page.prev }}|{{ page.next }}|"
        "{% for d in documents %}{{ d.title }} {% endfor %}\n")
MENU = "{% for e in site.menu('main') %}{{ e.title }} {{ e.url }} {{ e.lang or '-' }}\n{% endfor %}"
WORDS = ["collection/nyheter", "collection/nyheter/rad", "topics", "topics/kultur", "topics/kultur/lista", "pages/start",
         "content/om.md", "content/om.md#x", "/nyheter/sida/2/", "/css/a.css", "mailto:a@b.example", "#innehall"]
ADDRESSES = "".join("{{ '%s' | url }}\n" % word for word in WORDS)
ALTERNATES = "{% for a in page.alternates %}{{ a.lang }} {{ a.url }} {{ a.current }}\n{% endfor %}"


def news(number, lang="sv", **more):
    return text(f"{lang}{number}", date=f"2024-01-0{number}", lang=lang, kind="news", topics="[Kultur]", **more)


class Site(Case):
    def setUp(self):
        super().setUp()
        ws = self.ws
        ws.delete("s/content/kontakt.md")
        ws.write("notis.yaml", "notis: 1\nsites: [s]\nplugins: [plugins]\n")
        ws.write("plugins/output_lista.lua", OUTPUT % "lista")
        ws.write("plugins/output_rad.lua", OUTPUT % "rad")
        ws.write("s/site.yaml", SITE)
        ws.write("s/kinds/news.yaml", NEWS)
        ws.write("s/templates/news.html", "{{ doc.title }}")
        ws.write("s/templates/page.html", PAGE)
        ws.write("s/templates/list.html", LIST)
        ws.write("s/static/css/a.css", "a{}\n")
        ws.write("s/content/om.md", text("Om", "## Kontakt\n\n## X\n"))
        for number in range(1, 6):
            ws.write(f"s/content/n{number}.md", news(number))
        ws.write("s/content/e1.md", news(1, "en"))

    def good(self, *args):
        run = self.ws.build(*args)
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        self.files = {path: bytes_.decode().strip() for path, bytes_ in self.ws.published().items()}
        return run

    def shows(self, **pages):
        for path, expected in pages.items():
            self.assertEqual(self.files.get(path), expected, path)


    def line(self, beginning):
        """The number of the line of site.yaml that begins so."""
        with open(self.ws.path("s/site.yaml"), encoding="utf-8") as file:
            return 1 + next(i for i, line in enumerate(file) if line.startswith(beginning))


class Lists(Site):
    def test_numbered_from_the_newest(self):
        self.good()
        self.shows(**{
            "nyheter/index.html": "/bas/nyheter/|sv|Nyheter|1/3||/bas/nyheter/sida/2/|sv5 sv4",
            "nyheter/sida/2/index.html": "/bas/nyheter/sida/2/|sv|Nyheter|2/3|/bas/nyheter/|/bas/nyheter/sida/3/|sv3 sv2",
            "nyheter/sida/3/index.html": "/bas/nyheter/sida/3/|sv|Nyheter|3/3|/bas/nyheter/sida/2/||sv1",
            "en/nyheter/index.html": "/bas/en/nyheter/|en|News|1/1|||en1"})
        self.assertNotIn("se/nyheter/index.html", self.files)  # no text is in that language

    def test_numbered_from_the_oldest(self):
        self.good()
        self.shows(**{"arkiv/index.html": "/bas/arkiv/|sv||2/2||/bas/arkiv/del-1/|sv5 sv4 sv3",
                      "arkiv/del-1/index.html": "/bas/arkiv/del-1/|sv||1/2|/bas/arkiv/||sv2 sv1",
                      "en/arkiv/index.html": "/bas/en/arkiv/|en||1/1|||en1"})
        self.ws.write("s/content/n6.md", news(6))
        self.good()
        self.shows(**{"arkiv/index.html": "/bas/arkiv/|sv||3/3||/bas/arkiv/del-2/|sv6 sv5",
                      "arkiv/del-2/index.html": "/bas/arkiv/del-2/|sv||2/3|/bas/arkiv/|/bas/arkiv/del-1/|sv4 sv3",
                      "arkiv/del-1/index.html": "/bas/arkiv/del-1/|sv||1/3|/bas/arkiv/del-2/||sv2 sv1"})

    def test_feeds(self):
        self.good()
        self.shows(**{"nyheter/flode.txt": "sv5 sv4 sv3 nyheter/flode.txt",
                      "nyheter/lista.txt": "sv5 sv4 sv3 sv2 sv1 nyheter/lista.txt",
                      "en/nyheter/flode.txt": "en1 en/nyheter/flode.txt",
                      "topp.txt": "sv5 sv4 sv3 sv2 sv1 topp.txt",
                      "en/topp.txt": "en1 en/topp.txt",
                      "amnen/kultur/lista.txt": "sv5 sv4 sv3 sv2 sv1 amnen/kultur/lista.txt"})

    def test_thirty_entries(self):
        for number in range(31):
            self.ws.write(f"s/content/x{number}.md", text(f"x{number}", date="2023-01-01", kind="news"))
        self.good()
        self.assertEqual(len(self.files["topp.txt"].split()) - 1, 30)

    def test_lists_of_one_language(self):
        self.good()
        self.shows(**{"only-english/index.html": "/bas/only-english/|en||1/1|||en1",
                      "olika/index.html": "/bas/olika/|sv||1/1|||sv1 sv2 sv3 sv4 sv5",
                      "different/index.html": "/bas/different/|en||1/1|||en1"})
        self.assertNotIn("en/only-english/index.html", self.files)
        self.ws.write("s/content/s1.md", news(1, "se"))
        self.good()
        self.shows(**{"se/nyheter/index.html": "/bas/se/nyheter/|se|Nyheter|1/1|||se1"})
        self.assertFalse([path for path in self.files if path.startswith("se/olika")])

    def test_terms(self):
        self.good()
        self.shows(**{"amnen/kultur/index.html": "/bas/amnen/kultur/|sv|Kultur|1/1|||sv5 sv4 sv3 sv2 sv1",
                      "en/amnen/kultur/index.html": "/bas/en/amnen/kultur/|en|Culture|1/1|||en1",
                      "amnen/index.html": "/bas/amnen/|sv|Ämnen|",
                      "en/amnen/index.html": "/bas/en/amnen/|en|Topics|"})
        self.assertNotIn("se/amnen/index.html", self.files)

    def test_pages(self):
        self.good()
        self.shows(**{"index.html": "/bas/|sv|Start|1", "en/index.html": "/bas/en/|en|Home|1",
                      "se/index.html": "/bas/se/|se|Start|1", "404.html": "/bas/404.html|sv||"})
        self.assertNotIn("en/404.html", self.files)

    def test_alternates(self):
        self.ws.write("s/templates/list.html", ALTERNATES)
        self.ws.write("s/templates/page.html", ALTERNATES)
        self.good()
        self.shows(**{"nyheter/index.html": "sv /bas/nyheter/ true\nen /bas/en/nyheter/ false",
                      "en/nyheter/index.html": "sv /bas/nyheter/ false\nen /bas/en/nyheter/ true",
                      "nyheter/sida/2/index.html": "sv /bas/nyheter/sida/2/ true",
                      "arkiv/index.html": "sv /bas/arkiv/ true\nen /bas/en/arkiv/ false",
                      "amnen/kultur/index.html": "sv /bas/amnen/kultur/ true\nen /bas/en/amnen/kultur/ false",
                      "amnen/index.html": "sv /bas/amnen/ true\nen /bas/en/amnen/ false",
                      "se/index.html": "sv /bas/ false\nen /bas/en/ false\nse /bas/se/ true"})

    def test_one_language_is_as_before(self):
        one = SITE.split("languages:")[0] + "sources:" + SITE.split("sources:")[1]
        for said, now in [("{ sv: Nyheter, en: News }", "Nyheter"), ("{ sv: Ämnen, en: Topics }", "Ämnen"),
                          ("{ sv: Kultur, en: Culture }", "Kultur"), ("{ sv: Om oss, en: About }", "Om"),
                          ("{ sv: Start, en: Home }", "Start"), ("{ sv: /olika/, en: /different/ }", "/olika/"),
                          ("  engelska: { kind: news, where: { lang: en }, path: /only-english/ }\n", "")]:
            one = one.replace(said, now)
        self.ws.write("s/site.yaml", one)
        self.ws.delete("s/content/e1.md")
        self.ws.write("s/templates/page.html", PAGE + ALTERNATES)
        self.good()
        self.shows(**{"nyheter/index.html": "/bas/nyheter/|sv|Nyheter|1/3||/bas/nyheter/sida/2/|sv5 sv4",
                      "index.html": "/bas/|sv|Start|1"})
        self.assertFalse([path for path in self.files if path.startswith(("en/", "se/"))])

    def test_workers_do_not_show(self):
        self.good("--workers", "1", "--out", "ett")
        self.good("--workers", "4", "--out", "fyra")
        self.assertEqual(self.ws.published("ett"), self.ws.published("fyra"))
        self.assertIn("nyheter/index.html", self.ws.published("ett"))


class Leading(Site):
    def test_menu(self):
        self.ws.write("s/templates/page.html", MENU)
        self.good()
        self.shows(**{
            "index.html": "Start /bas/ sv\nKultur /bas/amnen/kultur/ sv\nNyheter /bas/nyheter/ sv\n"
                          "Ut https://y.example/?a=b -\nOm oss /bas/om/ sv",
            "en/index.html": "Home /bas/en/ en\nCulture /bas/en/amnen/kultur/ en\nNews /bas/en/nyheter/ en\n"
                             "Ut https://y.example/?a=b -\nAbout /bas/om/ sv",
            "se/index.html": "Start /bas/se/ se\nKultur /bas/amnen/kultur/ sv\nNyheter /bas/nyheter/ sv\n"
                             "Ut https://y.example/?a=b -\nOm oss /bas/om/ sv"})

    def test_menu_that_leads_nowhere(self):
        self.ws.write("s/templates/page.html", MENU)
        self.ws.write("s/site.yaml", SITE.replace("to: collection/nyheter", "to: collection/nyhter"))
        run = self.ws.build()
        self.says(run, "address_absent", file="s/site.yaml", line=self.line("    nyheter: { to"), column=20)
        self.only(run, "address_absent")
        self.assertEqual(self.ws.published()["index.html"].decode().count("\n"), 4)

    def test_menu_to_a_place_that_is_not_there(self):
        self.ws.write("s/templates/page.html", MENU)
        self.ws.write("s/site.yaml", SITE.replace("{ to: content/om.md,", "{ to: content/om.md#kntakt,"))
        run = self.ws.build()
        said = self.says(run, "link_no_anchor_near", file="s/site.yaml", line=self.line("    om: { to"), column=15)
        self.assertIn("#kontakt", said["hint"])
        self.only(run, "link_no_anchor_near")
        self.assertEqual(self.ws.published()["index.html"].decode().count("\n"), 4)

    def test_words_in_templates(self):
        self.ws.write("s/templates/page.html", ADDRESSES)
        self.good()
        self.assertEqual(self.files["index.html"].split("\n"), [
            "/bas/nyheter/", "/bas/nyheter/flode.txt", "/bas/amnen/", "/bas/amnen/kultur/", "/bas/amnen/kultur/lista.txt",
            "/bas/", "/bas/om/", "/bas/om/#x", "/bas/nyheter/sida/2/", "/bas/css/a.css", "mailto:a@b.example",
            "#innehall"])
        self.assertEqual(self.files["en/index.html"].split("\n"), [
            "/bas/en/nyheter/", "/bas/en/nyheter/flode.txt", "/bas/en/amnen/", "/bas/en/amnen/kultur/",
            "/bas/en/amnen/kultur/lista.txt", "/bas/en/", "/bas/om/", "/bas/om/#x", "/bas/nyheter/sida/2/",
            "/bas/css/a.css", "mailto:a@b.example", "#innehall"])

    def test_words_that_lead_nowhere(self):
        for word in ["collection/x", "topics/x", "content/x.md", "/x/", "pages/x", "", "../om.md"]:
            with self.subTest(word):
                self.ws.write("s/templates/page.html", "a\n{{ '%s' | url }}" % word)
                run = self.ws.build()
                self.assertEqual(run.code, 1)
                self.says(run, "address_absent", file="s/templates/page.html", line=2)

    def test_redirects(self):
        self.ws.write("s/content/n1.md", news(1, aliases="[/forr/ett/, /ett.html]"))
        self.good()
        for path, to in [("nyhetslista.html", "/bas/nyheter/"), ("gammal/index.html", "/bas/om/#kontakt"),
                         ("ut/index.html", "https://y.example/"), ("via/index.html", "/bas/gammal/"),
                         ("forr/ett/index.html", "/bas/nyheter/n1/"), ("ett.html", "/bas/nyheter/n1/")]:
            self.assertIn(f'<meta http-equiv="refresh" content="0; url={to}">', self.files[path], path)

    def test_places_in_texts(self):
        self.ws.write("s/content/om.en.md", text("About", "## Contact\n\n<b id=\"x\">x</b>\n"))
        self.ws.write("s/site.yaml", SITE.replace("om: { to: content/om.md,", "om: { to: content/om.md#kontakt,"))
        self.ws.write("s/templates/page.html", MENU + "{{ 'content/om.md#x' | url }} {{ '/om#kontakt' | url }}")
        self.good()
        self.assertIn("Om oss /bas/om/#kontakt sv", self.files["index.html"])
        self.assertIn("/bas/om/#x /bas/om/#kontakt", self.files["index.html"])
        self.assertIn("About /bas/en/om/ en", self.files["en/index.html"])  # the translation has no such place
        self.assertIn("/bas/en/om/#x /bas/om/#kontakt", self.files["en/index.html"])

    def test_places_that_are_not_there(self):
        self.ws.write("s/site.yaml", SITE.replace("om: { to: content/om.md,", "om: { to: content/om.md#kontak,"))
        self.ws.write("s/templates/page.html", MENU)
        self.ws.write("s/templates/list.html", "\n {{ '/om/#borta' | url }}")
        run = self.ws.build()
        near = self.says(run, "link_no_anchor_near", file="s/site.yaml", line=self.line("    om: { to"))
        self.assertIn("#kontakt", near["hint"])
        self.says(run, "link_no_anchor", file="s/templates/list.html", line=2)
        self.assertNotIn("/bas/om/", self.ws.published()["index.html"].decode())
        run = self.redirects("  /a/: content/om.md#borta\n")
        self.says(run, "redirect_absent", file="s/site.yaml", line=self.line("  /a/:"))

    def redirects(self, lines):
        before, after = SITE.split("redirects:\n")
        self.ws.write("s/site.yaml", before + "redirects:\n" + lines + "pages:" + after.split("pages:")[1])
        return self.ws.build()

    def test_redirects_in_a_circle(self):
        run = self.redirects("  /a/: /b/\n  /b/: /c/\n  /c/: /b/\n  /d/: /d/\n  /e/: /nyheter/\n")
        for path in "abcd":
            self.says(run, "redirect_circle", file="s/site.yaml", line=self.line(f"  /{path}/:"), column=3)
        self.only(run, "redirect_circle")
        there = {p.split("/")[0] for p in self.ws.published()}
        self.assertEqual(there & set("abcde"), {"e"})

    def test_redirects_to_nothing(self):
        run = self.redirects("  /a/: /b/\n  /b/: content/borta.md\n  /c/: /css/a.css\n")
        self.says(run, "redirect_absent", file="s/site.yaml", line=self.line("  /a/:"))
        self.says(run, "redirect_absent", file="s/site.yaml", line=self.line("  /b/:"))
        self.only(run, "redirect_absent")
        self.assertIn("c/index.html", self.ws.published())

    def test_paths_that_are_taken(self):
        self.ws.write("s/content/n1.md", news(1, aliases="[/om/, /nyheter/n1/]"))
        run = self.redirects("  /nyheter/: /om/\n")
        taken = self.says(run, "redirect_taken", file="s/site.yaml", line=self.line("  /nyheter/:"),
                          severity="warning")
        self.assertIn("collection/nyheter", taken["message"])
        self.assertIn("text/content/om.md", self.says(run, "redirect_taken", file="s/content/n1.md")["message"])
        self.assertEqual(run.code, 0)

    def test_a_text_that_goes_takes_its_words_along(self):
        self.ws.write("s/templates/page.html", MENU)
        self.good()
        self.ws.delete("s/content/om.md")
        run = self.ws.build()
        self.says(run, "redirect_absent", line=self.line("  /gammal/"))
        self.says(run, "redirect_absent", line=self.line("  /via/"))
        self.says(run, "address_absent", line=self.line("    om: { to"))
        self.assertNotIn("/bas/om/", self.ws.published()["index.html"].decode())


class Whole(Site):
    def test_parts(self):
        self.good()
        listed = [p for p, t in self.files.items() if p.endswith(".html") and "http-equiv" not in t and p != "404.html"]
        parts = [p for p in self.files if p.startswith("karta")]
        count = -(-len(listed) // 4)
        self.assertGreater(count, 1)
        self.assertEqual(sorted(parts), sorted(["karta.txt"] + [f"karta-{n}.txt" for n in range(1, count + 1)]))

    def test_no_parts(self):
        self.ws.write("s/site.yaml", SITE.replace("limit: 4 } }", "limit: 4000 } }"))
        self.good()
        self.assertEqual([p for p in self.files if p.startswith("karta")], ["karta.txt"])

    def test_an_output_that_does_not_take_sites(self):
        self.ws.write("plugins/output_rad.lua", (OUTPUT % "rad").replace(', "site"', ""))
        run = self.ws.build()
        self.says(run, "output_refuses", file="s/site.yaml")


if __name__ == "__main__":
    main()
