#!/usr/bin/env python3
"""Files beside texts and in static/: where they are published, when they are not, and what is told of them."""

import os
import re
import resource
import unittest

from publish import png
from workspace import Case, main, text

SITE = """title: Region
url: https://region.example/
sources:
  text: { use: source_markdown, path: content, match: "**/*.md" }
"""


class Files(Case):
    def setUp(self):
        super().setUp()
        self.ws.write("s/site.yaml", SITE)
        self.ws.write("s/kinds/news.yaml", "permalink: /nyheter/{slug}/\nfields:\n  title: { type: text }\n"
                      "  image: { type: image }\n  file: { type: file }\n  extra: { type: list, of: { type: file } }\n")
        self.ws.write("s/templates/news.html", "<!doctype html>{{ doc.body }}\n")

    def build(self):
        run = self.ws.build()
        self.sound(run)
        return run

    def pages(self):
        return self.ws.published()

    def test_a_file_goes_beside_the_page_of_the_text_that_refers_to_it(self):
        self.ws.write("s/content/nyheter/a.md", text("A", "![Karta](bilder/karta.png) [rapport](rapport.pdf#page=2)\n",
                                                     kind="news", file="bilaga.csv", image="topp.png",
                                                     extra="[lista.txt]"))
        files = {"bilder/karta.png": png(30, 20), "rapport.pdf": b"%PDF-1.4\n", "bilaga.csv": b"a;b\n",
                 "topp.png": png(4, 3), "lista.txt": b"x"}
        for name, data in files.items():
            self.ws.write("s/content/nyheter/" + name, data)
        run = self.build()
        self.assertEqual(run.diags, [], str(run))
        pages = self.pages()
        for name, data in files.items():
            self.assertEqual(pages["nyheter/a/" + name], data)
        self.assertEqual(len(pages), 3 + len(files))
        page = pages["nyheter/a/index.html"].decode()
        self.assertIn('<img src="/nyheter/a/bilder/karta.png" alt="Karta" width="30" height="20" />', page)
        self.assertIn('href="/nyheter/a/rapport.pdf#page=2"', page)

    def test_a_name_with_escapes(self):
        """As a link names it, in a field too, and a name that only looks as if it had some."""
        self.ws.write("s/content/a.md", text("A", "![Ett](en%20bild.png) ![Två](50%20.png)\n", kind="news",
                                             image="en%20bild.png"))
        self.ws.write("s/content/en bild.png", png(30, 20))
        self.ws.write("s/content/50%20.png", png(4, 3))
        self.assertEqual(self.build().diags, [])
        page = self.pages()["nyheter/a/index.html"].decode()
        self.assertIn('<img src="/nyheter/a/en%20bild.png" alt="Ett" width="30" height="20" />', page)
        self.assertIn('<img src="/nyheter/a/50%2520.png" alt="Två" width="4" height="3" />', page)

    def test_one_file_of_two_texts_goes_beside_both(self):
        for name in "ab":
            self.ws.write(f"s/content/{name}.md", text(name, "[x](x.pdf)\n", kind="news"))
        self.ws.write("s/content/x.pdf", b"x")
        self.assertEqual(self.build().diags, [])
        self.assertLessEqual({"nyheter/a/x.pdf", "nyheter/b/x.pdf"}, set(self.pages()))

    def test_it_goes_when_nobody_refers_to_it_and_is_told_of(self):
        self.ws.write("s/content/om.md", text("Om", "[x](x.pdf)\n"))
        self.ws.write("s/content/x.pdf", b"x")
        self.assertEqual(self.build().diags, [])
        self.assertIn("om/x.pdf", self.pages())
        self.ws.write("s/content/om.md", text("Om"))
        run = self.build()
        self.says(run, "file_unused", file="s/content/x.pdf", severity="warning")
        self.assertEqual((run.code, "om/x.pdf" in self.pages()), (0, False))

    def test_many_without_use_are_counted(self):
        for i in range(25):
            self.ws.write(f"s/content/{i:02}.pdf", b"x")
        run = self.build()
        self.assertEqual(len(run.all("file_unused")), 20)
        self.assertIn("5", self.says(run, "files_unused_more")["message"])

    def test_litter_is_no_file(self):
        for name in ("Thumbs.db", ".DS_Store", "om.md~", "~$rapport.docx", "desktop.ini"):
            self.ws.write("s/content/" + name, b"x")
        self.assertEqual(self.build().diags, [])

    def test_files_of_a_text_that_could_not_be_read_are_left_in_peace(self):
        self.ws.write("s/content/n/a.md", text("A", "[x](x.pdf)\n"))
        self.ws.write("s/content/n/x.pdf", b"x")
        self.build()
        self.ws.write("s/content/n/a.md", "---\ntitle: [\n---\n[x](x.pdf)\n")
        run = self.build()
        self.assertEqual([d["code"] for d in run.diags if d["code"].startswith("file")], [], str(run))
        self.assertIn("a/x.pdf", self.pages())

    def test_a_changed_file_is_published_again_and_a_touched_one_is_not(self):
        self.ws.write("s/content/om.md", text("Om", "[x](x.pdf)\n"))
        self.ws.write("s/content/x.pdf", b"ett")
        self.build()
        os.utime(self.ws.path("s/content/x.pdf"), (1, 1))
        self.assertEqual(self.build().sites["s"]["written"], 0)
        self.ws.write("s/content/x.pdf", "två".encode())
        self.assertEqual(self.build().sites["s"]["written"], 1)
        self.assertEqual(self.pages()["om/x.pdf"], "två".encode())

    def test_names(self):
        self.ws.write("s/content/om.md", text("Om", "[a](<kartå 1.png>) [b](100%25.pdf) [c](hej%23x.pdf)\n"))
        self.ws.write("s/content/karta\u030a 1.png", png(1, 1))
        self.ws.write("s/content/100%.pdf", b"x")
        self.ws.write("s/content/hej#x.pdf", b"x")
        run = self.build()
        self.assertEqual(run.diags, [], str(run))
        self.assertLessEqual({"om/kart\u00e5 1.png", "om/100%.pdf", "om/hej#x.pdf"}, set(self.pages()))
        hrefs = re.findall('href="([^"]*)"', self.pages()["om/index.html"].decode())
        self.assertEqual(hrefs, ["/om/kart%C3%A5%201.png", "/om/100%25.pdf", "/om/hej%23x.pdf"])

    def test_where_a_file_must_lie(self):
        self.ws.write("s/content/bild.png", png(1, 1))
        self.ws.write("s/content/djupt/a.md", text("A", "[x](../bild.png)\n\n[y](../../static/y.txt)\n"))
        self.ws.write("s/content/om.md", text("Om", "![x](bild.png)\n"))
        self.ws.write("s/static/y.txt", "y")
        run = self.build()
        self.says(run, "link_file_elsewhere", file="s/content/djupt/a.md", line=4, column=5)
        self.assertEqual(len(run.diags), 1, str(run))
        self.assertIn('href="/y.txt"', self.pages()["a/index.html"].decode())

    def test_a_picture_that_is_missing_or_is_none(self):
        self.ws.write("s/content/a.md", text("A", "![Borta](borta.png)\n\nText ![trasig](trasig.png).\n", kind="news",
                                             image="saknas.png"))
        self.ws.write("s/content/trasig.png", "inte en bild")
        run = self.build()
        self.says(run, "link_no_file", file="s/content/a.md", line=4, column=8)
        self.says(run, "link_no_file", file="s/content/a.md", line=6, column=10)
        self.says(run, "image_broken", file="s/content/a.md", line=8, column=16)
        page = self.pages()["nyheter/a/index.html"].decode()
        self.assertNotIn("borta", page)
        self.assertNotIn("<p></p>", page)
        self.assertIn("trasig.png", page)

    def test_two_texts_want_one_address_for_different_files(self):
        self.ws.write("s/kinds/news.yaml", "permalink: /n/{slug}.html\nfields:\n  title: { type: text }\n")
        for name in "ab":
            self.ws.write(f"s/content/{name}/{name}.md", text(name, "[x](x.pdf)\n", kind="news"))
            self.ws.write(f"s/content/{name}/x.pdf", name)
        run = self.build()
        self.says(run, "path_taken", file="s/content/b/x.pdf")
        self.says(run, "link_file_displaced", file="s/content/b/b.md", line=5)
        self.assertEqual(self.pages()["n/x.pdf"], b"a")

    def test_two_sources_claim_one_file(self):
        self.ws.write("s/site.yaml", SITE + '  fler: { use: source_markdown, path: content/fler, match: "*.md" }\n')
        self.ws.write("s/content/fler/a.md", text("A"))
        run = self.build()
        found = self.says(run, "item_two_sources", file="s/content/fler/a.md", severity="warning")
        self.assertIn("”text” och ”fler”" if "”" in found["message"] else '"text" and "fler"', found["message"])
        self.assertEqual(set(self.pages()), {"om/index.html", "kontakt/index.html", "a/index.html"})

    def test_a_source_of_its_own_takes_its_texts_from_those_beside(self):
        self.ws.write("s/site.yaml", SITE + '  fler: { use: source_markdown, path: content, match: "**/*.markdown" }\n')
        self.ws.write("s/content/x.markdown", text("X"))
        self.assertEqual(self.build().diags, [])
        self.assertIn("x/index.html", self.pages())

    def test_a_film_of_two_gigabytes(self):
        size = 2 << 30
        where = self.ws.path("s/content/film.mp4")
        self.ws.write("s/content/om.md", text("Om", "[film](film.mp4)\n"))
        with open(where, "wb") as file:
            file.truncate(size)
            file.seek(size - 5)
            file.write(b"slut!")
        if os.stat(where).st_blocks * 512 > size // 2:
            raise unittest.SkipTest("the file system keeps no holes")
        memory = 512 << 20
        sanitized = "asan" in str(self.ws.program) or "tsan" in str(self.ws.program)
        limit = None if sanitized else lambda: resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        run = self.ws.build(prepare=limit)
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        there = os.stat(self.ws.path("public/s/om/film.mp4"))
        self.assertEqual(there.st_size, size)
        self.assertLess(there.st_blocks * 512, 64 << 20)
        with open(self.ws.path("public/s/om/film.mp4"), "rb") as file:
            file.seek(size - 6)
            self.assertEqual(file.read(), b"\0slut!")


if __name__ == "__main__":
    main()
