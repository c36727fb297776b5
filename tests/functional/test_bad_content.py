#!/usr/bin/env python3
"""Content as it comes: what is wrong with a text is told at its file, line and column, and the others are published.

The places are counted by hand in the texts that stand here; columns count characters, from 1."""

import os
import resource
import unittest

from publish import png
from told import GOOD, Told
from workspace import main, text

SITE = """title: Region
url: https://region.example/
sources:
  text: { use: source_markdown, path: content, match: "**/*.md" }
collections:
  alla: { kind: article, sort: [title], path: /alla/, template: list.html }
"""
TERMS = 'taxonomies:\n  topics: { of: [article], path: "/amnen/{term}/", template: list.html }\n'
KIND = """permalink: /{slug}/
fields:
  title: { type: text, required: true, max: 90 }
  date: { type: datetime }
  open: { type: boolean }
  count: { type: integer }
  share: { type: number }
  code: { type: text }
  land: { type: enum, values: [NO, SE] }
  topics: { type: list, of: term }
  see: { type: ref }
  seen: { type: list, of: { type: ref } }
  image: { type: image, fields: { src: { type: file }, alt: { type: text } } }
"""


class BadContent(Told):
    def setUp(self):
        super().setUp()
        self.ws.write("s/site.yaml", SITE)
        self.ws.write("s/kinds/article.yaml", KIND)

    def page(self, path):
        return self.ws.published()[path].decode()

    def warned(self, run, code, *place, pages=()):
        """It is told at this place, and everything is published all the same."""
        found = self.place(run, code, *place)
        self.assertEqual((found["severity"], run.code), ("warning", 0), str(run))
        self.assertEqual(set(self.ws.published()), GOOD | set(pages), str(run))
        return found

    # ---- addresses ----

    def test_two_texts_on_one_address(self):
        self.ws.write("s/content/a/bron.md", text("Bron", date="2024-02-01"))
        self.ws.write("s/content/b/bron.md", text("Bron igen", date="2024-03-01"))
        run = self.withheld("path_taken", "s/content/b/bron.md", 1, 1, also={"bron/index.html"})
        found = self.says(run, "path_taken")["message"]
        self.assertTrue("content/a/bron.md" in found and "content/b/bron.md" in found and "bron/" in found, found)
        self.assertIn("<title>Bron<", self.page("bron/index.html"))

    # ---- words ----

    def test_a_term_that_differs_in_case(self):
        self.ws.write("s/site.yaml", SITE + TERMS)
        self.ws.write("s/content/a.md", text("A", topics="[Kultur, Mål]"))
        self.ws.write("s/content/b.md", text("B", topics="[Mål, Kultur]"))
        self.ws.write("s/content/c.md", "---\ntitle: C\ntopics:\n  - mål\n  - kultur\n---\n")
        run = self.build()
        pages = {f"{name}/index.html" for name in ("a", "b", "c", "amnen/kultur", "amnen/mal")}
        for line, word, usual in ((4, "mål", "Mål"), (5, "kultur", "Kultur")):
            found = self.warned(run, "term_spelled_twice", "s/content/c.md", line, 5, pages=pages)
            self.assertIn(f'"{word}" is mostly written "{usual}"', found["message"])
        self.only(run, "term_spelled_twice")
        self.assertEqual(self.page("amnen/kultur/index.html").count("<li>"), 3)

    def test_a_long_title(self):
        self.ws.write("s/content/a.md", text("å" * 30000))
        run = self.withheld("fields_too_long", "s/content/a.md", 2, 8)
        self.assertLess(len(run.out), 4000)

    def test_a_day_that_does_not_exist(self):
        self.ws.write("s/content/a.md", text("A", date="2021-04-31"))
        run = self.withheld("fields_no_such_date", "s/content/a.md", 3, 7)
        self.assertIn("2021-04-31", self.says(run, "fields_no_such_date")["message"])

    def test_words_that_yaml_has_been_known_to_change(self):
        """By YAML 1.2 NO is a word and no truth value, and 0123 is not in base 8."""
        self.ws.write("s/templates/article.html", "{{ doc.land }}|{{ doc.code }}|{{ doc.title }}")
        self.ws.write("s/content/a.md", text("NO", land="NO", code="0123"))
        run = self.build()
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        self.assertEqual(self.page("a/index.html"), "NO|0123|NO")

    def test_the_same_words_where_something_else_is_wanted(self):
        for field, value, code in (("open", "NO", "fields_not_boolean"), ("count", "NO", "fields_not_integer"),
                                   ("share", "NO", "fields_not_number"), ("count", "0123", "fields_not_integer"),
                                   ("share", "0123", "fields_not_number"), ("open", "0123", "fields_not_boolean")):
            with self.subTest(field=field, value=value):
                self.ws.write("s/content/a.md", text("A", **{field: value}))
                self.withheld(code, "s/content/a.md", 3, len(field) + 3)

    # ---- references ----

    def test_references_in_a_circle(self):
        for name, to in ("ab", "bc", "ca"):
            self.ws.write(f"s/content/{name}.md", text(name.upper(), see=to))
        found = self.warned(self.build(), "ref_circle", "s/content/a.md", 3, 6, pages={f"{n}/index.html" for n in "abc"})
        self.assertIn("content/a.md → content/b.md → content/c.md → content/a.md", found["message"])

    def test_a_reference_to_itself(self):
        self.ws.write("s/content/a.md", text("A", see="a"))
        found = self.warned(self.build(), "ref_circle", "s/content/a.md", 3, 6, pages={"a/index.html"})
        self.assertIn("content/a.md → content/a.md", found["message"])

    def test_folders_that_extend_each_other(self):
        self.build()
        self.ws.write("s/site.yaml", SITE + "extends: [../a]\n")
        self.ws.write("a/site.yaml", "extends: [../b]\n")
        self.ws.write("b/site.yaml", "title: B\nextends:\n  - ../a\n")
        self.refused("extends_circle", "b/site.yaml", 3, 5)

    # ---- files ----

    def test_a_name_in_decomposed_letters(self):
        """Its address and what others call it are those of the composed letters (Unicode's NFC)."""
        self.ws.write("s/content/a\u030a.md", text("Å", "![Å](a\u030a.png)\n"))
        self.ws.write("s/content/\u00e5.png", png(3, 2))
        self.ws.write("s/content/b.md", text("B", "[å](\u00e5.md) [å](a\u030a.md)\n", see="\u00e5"))
        run = self.build()
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        self.assertEqual(self.page("b/index.html").count('<a href="/a/">'), 2)
        self.assertEqual(self.ws.published()["a/\u00e5.png"], png(3, 2))

    def test_a_fault_in_a_file_with_such_a_name(self):
        self.ws.write("s/content/a\u030a.md", text("Å", date="2021-04-31"))
        self.withheld("fields_no_such_date", "s/content/a\u030a.md", 3, 7)  # as it is called on the disk

    def test_two_names_that_are_one(self):
        self.ws.write("s/content/\u00e5.md", text("NFC"))
        self.ws.write("s/content/a\u030a.md", text("NFD"))
        self.withheld("item_twice", "s/content/\u00e5.md", also={"a/index.html"})

    def test_two_sources_for_one_file(self):
        self.ws.write("s/site.yaml", SITE.replace("collections:", '  fler: { use: source_markdown, path: content/fler, '
                                                  'match: "*.md" }\ncollections:'))
        self.ws.write("s/content/fler/a.md", text("A"))
        found = self.warned(self.build(), "item_two_sources", "s/content/fler/a.md", pages={"a/index.html"})
        self.assertIn('"text" and "fler"', found["message"])

    def test_an_image_that_is_none(self):
        self.ws.write("s/content/a.md", text("A", "Ett stycke.\n\nHär är ![en bild](bild.png).\n"))
        self.ws.write("s/content/bild.png", "Det här är en text.")
        self.withheld("image_broken", "s/content/a.md", 6, 19, also={"a/index.html", "a/bild.png"})

    def test_a_field_with_an_image_that_is_none(self):
        self.ws.write("s/content/a.md", text("A", image="{ alt: Å, src: bild.png }"))
        self.ws.write("s/content/bild.png", b"\x89PNG\r\n\x1a\n")
        self.withheld("image_broken", "s/content/a.md", 3, 23, also={"a/index.html", "a/bild.png"})

    def test_a_film_that_nobody_shows(self):
        """Two gigabytes of it are neither read nor published."""
        where = self.ws.path("s/content/film.mp4")
        with open(where, "wb") as file:
            file.truncate(2 << 30)
        if os.stat(where).st_blocks:
            raise unittest.SkipTest("the file system keeps no holes")
        memory = 512 << 20
        sanitized = "asan" in str(self.ws.program) or "tsan" in str(self.ws.program)
        run = self.build(prepare=None if sanitized else lambda: resource.setrlimit(resource.RLIMIT_DATA, (memory, memory)))
        self.warned(run, "file_unused", "s/content/film.mp4")

    # ---- all of it ----

    def test_each_is_told_in_one_run(self):
        """No fault hides another, and in what order files are found does not show."""
        self.ws.write("s/content/a/x.md", text("X", date="2024-01-01"))
        self.ws.write("s/content/b/x.md", text("X", date="2024-01-02"))
        self.ws.write("s/content/c.md", text("å" * 30000))
        self.ws.write("s/content/d.md", text("D", date="2021-04-31", open="NO", count="0123"))
        self.ws.write("s/content/e.md", text("E", see="e"))
        self.ws.write("s/content/f.md", text("F", "![f](f.png)\n"))
        self.ws.write("s/content/f.png", "text")
        wanted = [("path_taken", "s/content/b/x.md", 1, 1), ("fields_too_long", "s/content/c.md", 2, 8),
                  ("fields_no_such_date", "s/content/d.md", 3, 7), ("fields_not_boolean", "s/content/d.md", 4, 7),
                  ("fields_not_integer", "s/content/d.md", 5, 8), ("ref_circle", "s/content/e.md", 3, 6),
                  ("image_broken", "s/content/f.md", 4, 6)]
        for workers in ("1", "3"):
            run = self.build("--workers", workers)
            self.assertEqual([(d["code"], d["file"], d["line"], d["column"]) for d in run.diags], wanted, str(run))
        self.assertEqual(set(self.ws.published()), GOOD | {f"{n}/index.html" for n in "xef"} | {"f/f.png"})


if __name__ == "__main__":
    main()
