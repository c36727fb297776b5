#!/usr/bin/env python3
"""A site in several languages: whose words stand on a page, and whose dates; and that nothing of it is the machine's."""

from workspace import NOTIS_YAML, Case, main, text

SITE = """title: Region
url: https://region.example/
timezone: Europe/Stockholm
languages:
  sv: { name: Svenska }
  en: { name: English }
  se: { name: Davvisámegiella }
  smj: { name: Julevsámegiella }
  sma: { name: Åarjelsaemien gïele, fallback: [se, sv] }
  fit: { name: Meänkieli }
sources:
  text: { use: source_markdown, path: content, match: "**/*.md" }
"""
KIND = "permalink: /{lang}/{date.year}/{slug}/\ntemplate: article.html\nfields:\n  title: { type: text }\n" \
       "  date: { type: datetime }\n  topics: { type: list, of: { type: term } }\nunknown_fields: allow\n"
LANGUAGES = ("sv", "en", "se", "smj", "sma", "fit")


class Languages(Case):
    plain = True

    def setUp(self):
        super().setUp()
        ws = self.ws
        ws.write("notis.yaml", NOTIS_YAML)
        ws.write("s/site.yaml", SITE)
        ws.write("s/kinds/article.yaml", KIND.replace("{lang}", "sida"))
        ws.write("s/templates/article.html", "{{ 'published'|t }}|{{ 'only'|t }}|{{ doc.date|date('d MMMM') }}|{{ 1234.5|number }}"
                 "|{{ notis_date(doc.date) }}")
        ws.write("s/scripts/a.lua", 'local notis = require "notis"\n'
                 'notis.global("notis_date", function(d) return notis.format.date(d, "long") end)\n')
        ws.write("s/i18n/sv.yaml", "published: Publicerad\nonly: Bara\n")
        ws.write("s/i18n/en.yaml", "published: Published\n")
        ws.write("s/i18n/se.yaml", "published: Almmuhuvvon\n")
        for lang in LANGUAGES:
            self.page(lang, "2024-05-10")

    def page(self, lang, date):
        self.ws.write(f"s/content/{lang}.md", text(lang, lang=lang, date=date, slug=lang))

    def parts(self, lang, year=2024):
        return self.ws.published()[f"sida/{year}/{lang}/index.html"].decode().replace("\u00a0", "_").split("|")

    def test_words_and_dates_of_whom(self):
        """Unicode's data: 10 maj, 10 May, 10 miessemánnu, 10 toukokuuta."""
        run = self.ws.build()
        self.assertEqual(run.code, 0, str(run))
        self.assertEqual(run.diags, [])
        self.assertEqual(self.parts("sv"), ["Publicerad", "Bara", "10 maj", "1_234,5", "10 maj 2024"])
        self.assertEqual(self.parts("en"), ["Published", "Bara", "10 May", "1,234.5", "May 10, 2024"])
        self.assertEqual(self.parts("se")[:3], ["Almmuhuvvon", "Bara", "10 miessemánnu"])
        self.assertEqual(self.parts("smj"), ["Publicerad", "Bara", "10 maj", "1_234,5", "10 maj 2024"])
        self.assertEqual(self.parts("sma")[:3], ["Almmuhuvvon", "Bara", "10 miessemánnu"])
        self.assertEqual(self.parts("fit")[:4], ["Publicerad", "Bara", "10 toukokuuta", "1_234,5"])

    def test_a_message_that_nobody_has(self):
        self.ws.write("s/i18n/sv.yaml", "published: Publicerad\n")
        run = self.ws.build()
        self.assertEqual({d["code"] for d in run.diags}, {"template_message_absent"})
        self.assertEqual({d["severity"] for d in run.diags}, {"warning"})
        self.assertEqual(self.parts("se")[:2], ["Almmuhuvvon", "only"])

    def test_nothing_is_the_machine_s(self):
        published = set()
        for env in ({}, {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"}, {"LC_ALL": "C", "LANG": "C"},
                    {"LC_ALL": "ar_EG", "TZ": "Asia/Tokyo"}, {"LC_ALL": "", "LANG": "", "TZ": "America/New_York"}):
            run = self.ws.build("--out", "public/" + str(len(published) + 1) + "/{site}", env=env)
            self.assertEqual(run.code, 0, str(run))
            published.add(repr(sorted(self.ws.published(f"public/{len(published) + 1}/s").items())))
            self.assertEqual(len(published), 1, str(env))

    def test_a_time_is_the_site_s(self):
        """Address, filter and script agree where the year is another than at the offset that was written."""
        for lang, date, year, shown in (("sv", "2023-12-31T23:30:00Z", 2024, "1 januari"),
                                        ("smj", "2024-01-01 05:00 +0800", 2023, "31 december"),
                                        ("fit", "2023-12-31", 2023, "31 joulukuuta")):
            self.page(lang, date)
            self.ws.build()
            self.assertEqual(self.parts(lang, year)[2], shown)
            self.assertIn(str(year), self.parts(lang, year)[4])

    def test_bad_fallback(self):
        self.ws.write("s/site.yaml", SITE.replace("fallback: [se, sv]", "fallback: [7]"))
        self.only(self.ws.build(), "config_wrong_type")


class Terms(Case):
    """Terms are told of at the line that holds them, once the plan asks for them."""

    def setUp(self):
        super().setUp()
        self.ws.write("s/site.yaml", SITE + "taxonomies: { topics: { of: article } }\n")
        self.ws.write("s/kinds/article.yaml", KIND.replace("{lang}", "sida").replace("{date.year}/", ""))
        self.ws.write("s/templates/list.html", "")

    def test_a_query_of_a_term(self):
        self.ws.write("s/templates/article.html", "{% for d in site.collection('topics/kultur') %}{{ d.title }} {% endfor %}")
        self.ws.write("s/content/a.md", text("A", topics="[Kultur]"))
        self.ws.write("s/content/b.md", text("B", topics="\n  - Vård\n  - kultur"))
        self.ws.write("s/content/c.md", text("C", topics="[Kultur]", lang="en"))
        run = self.ws.build()
        self.assertEqual(run.code, 0, str(run))
        self.assertEqual(self.ws.published()["sida/a/index.html"], b"A B ")
        self.assertEqual(self.ws.published()["sida/c/index.html"], b"C ")

    def test_no_such_taxonomy(self):
        self.ws.write("s/templates/article.html", "{% for d in site.collection('tpics/kultur') %}{% endfor %}")
        run = self.ws.build()
        self.assertEqual({d["code"] for d in run.diags}, {"collection_unknown"})


if __name__ == "__main__":
    main()
