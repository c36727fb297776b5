#!/usr/bin/env python3
"""Texts that are wrong, hostile or unlucky: each is withheld with its place, and everything else is published."""

from told import GOOD, Told
from workspace import SITE_YAML, main, text

NEWS = """permalink: /n/{slug}/
template: article.html
unknown_fields: %s
fields:
  title: { type: text, required: true }
  date: { type: datetime, required: true }
"""


class Texts(Told):
    def test_unknown_fields(self):
        for rule, code, good in [("warn", "fields_unknown_near", True), ("error", "fields_unknown_refused_near", False)]:
            with self.subTest(rule):
                self.setUp()
                self.ws.write("s/kinds/news.yaml", NEWS % rule)
                self.ws.write("s/content/news/a.md", text("A", date="2024-04-10", titel="x"))
                run = self.build()
                diag = self.place(run, code, "s/content/news/a.md", 4, 1)
                self.assertIn('"title"', diag["hint"])
                self.assertEqual(set(self.ws.published()), GOOD | ({"n/a/index.html"} if good else set()))
                self.assertEqual(run.code, 0 if good else 1)

    def test_wrong_types_of_fields(self):
        self.ws.write("s/kinds/news.yaml", NEWS % "warn")
        self.ws.write("s/content/news/a.md", text("A", date="igår"))
        self.ws.write("s/content/news/b.md", "---\ntitle: [B]\ndate: 2024-13-01\n---\n")
        self.ws.write("s/content/news/c.md", "\n---\ntitle: C\n---\n")
        run = self.withheld("fields_not_datetime", "s/content/news/a.md", 3, 7)
        self.place(run, "fields_not_text", "s/content/news/b.md", 2, 8)
        self.place(run, "fields_no_such_date", "s/content/news/b.md", 3, 7)
        self.place(run, "fields_missing", "s/content/news/c.md", 2, 1)

    def test_common_words_of_wrong_types(self):
        self.ws.write("s/content/a.md", "---\ntitle: A\nkind: [1]\nslug: 3\nlang: {}\ntemplate: true\n---\n")
        run = self.build()
        self.assertEqual([(d["code"], d["line"], d["column"]) for d in run.diags],
                         [("fields_not_text", 3, 7), ("fields_not_text", 4, 7), ("fields_not_text", 5, 7),
                          ("fields_not_text", 6, 11)], str(run))
        self.assertEqual(set(self.ws.published()), GOOD)

    def test_an_address_too_long_for_a_file(self):
        """Nothing but the text itself is withheld."""
        self.ws.write("s/content/a.md", text("A", slug="x" * 256))
        self.ws.write("s/content/b.md", text("B", slug="y" * 255))
        run = self.build()
        self.place(run, "path_too_long", "s/content/a.md", 1, 1)
        self.assertEqual(set(self.ws.published()), GOOD | {"y" * 255 + "/index.html"})

    def test_very_many_ways_to_write_a_term(self):
        """The first hundred are told, the rest counted."""
        self.ws.write("s/site.yaml", SITE_YAML + "taxonomies: { topics: { of: article } }\n")
        self.ws.write("s/content/a.md", text("A", topics="\n" + "".join(f"  - a{'!' * i}\n" for i in range(251))))
        run = self.build()
        self.assertEqual(len(run.all("term_spelled_twice")), 100, str(run))
        self.assertIn("150 more terms", self.says(run, "terms_spelled_more")["message"])

    def test_a_kind_that_is_not(self):
        self.ws.write("s/content/a.md", text("A", kind="nyhet"))
        self.withheld("kind_unknown", "s/content/a.md", 3, 7)

    def test_a_template_that_is_not(self):
        for name in ["finns-inte.html", "../site.yaml", "../../notis.yaml", "/etc/passwd"]:
            with self.subTest(name):
                self.setUp()
                self.ws.write("s/content/a.md", text("A", template=name))
                self.withheld("template_absent", "s/content/a.md", 3, 11)

    def test_invalid_utf8(self):
        for content, line, column in [(b"---\ntitle: A\n---\nr\xc3\xa5d \xe5\n", 4, 5), (b"---\ntitle: r\xe5d\n---\n", 2, 9),
                                      ("---\ntitle: A\n---\n".encode("utf-16"), 1, 1),
                                      (b"---\ntitle: A\n---\n\xed\xa0\x80", 4, 1), (b"\xc0\xafx", 1, 1)]:
            with self.subTest(content):
                self.setUp()
                self.ws.write("s/content/a.md", content)
                self.withheld("item_invalid_utf8", "s/content/a.md", line, column)

    def test_nul(self):
        self.ws.write("s/content/a.md", b"---\ntitle: A\n---\nr\0d\n")
        self.withheld("item_nul", "s/content/a.md", 4, 2)

    def test_crlf_and_bom_are_no_faults(self):
        self.ws.write("s/content/a.md", text("A", "Rad\n\nTvå\n"))
        self.ws.write("s/content/b.md", b"\xef\xbb\xbf" + text("A", "Rad\n\nTvå\n").replace("\n", "\r\n").encode())
        run = self.build()
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        pages = self.ws.published()
        self.assertEqual(pages["a/index.html"], pages["b/index.html"])
        self.ws.write("s/content/b.md", b"\xef\xbb\xbfUtan huvud\n")
        self.assertEqual(self.build().code, 0)
        self.assertNotIn(b"\xef\xbb\xbf", self.ws.published()["b/index.html"])

    def test_empty_files(self):
        for content in ["", "\n\n", "\ufeff"]:
            with self.subTest(content):
                self.setUp()
                self.ws.write("s/content/a.md", content)
                run = self.build()
                self.place(run, "item_empty", "s/content/a.md")
                self.assertEqual(len(run.diags), 1, str(run))
                self.assertEqual(run.code, 0, str(run))

    def test_unclosed_front_matter(self):
        self.ws.write("s/content/a.md", "---\ntitle: A\nBrödtext\n")
        self.withheld("front_matter_unclosed", "s/content/a.md", 1, 1)

    def test_front_matter_that_is_no_map(self):
        for content in ["bara text", "- a", "3"]:
            with self.subTest(content):
                self.setUp()
                self.ws.write("s/content/a.md", f"---\n{content}\n---\n")
                self.withheld("fields_not_fields", "s/content/a.md", 2, 1)

    def test_broken_yaml(self):
        for content, code, line, column in [("x:\n\ty: 1", "yaml_tab", 4, 1), ('x: "A', "yaml_unclosed_quote", 3, 4),
                                            ("x: 1\ntitle: B", "yaml_duplicate_key", 4, 1),
                                            ("x: *nej", "yaml_alias_unknown", 3, 4)]:
            with self.subTest(content):
                self.setUp()
                self.ws.write("s/content/a.md", f"---\ntitle: A\n{content}\n---\n")
                self.withheld(code, "s/content/a.md", line, column)

    def test_fifty_megabytes(self):
        self.ws.write("s/content/a.md", b"x" * (50 << 20))
        self.withheld("file_too_large", "s/content/a.md")

    def test_a_limit_of_the_site(self):
        self.ws.write("s/site.yaml", SITE_YAML + "limits: { item: 100 }\n")
        self.ws.write("s/content/a.md", text("A", "x" * 100))
        self.withheld("file_too_large", "s/content/a.md")

    def test_huge_strings(self):
        self.ws.write("s/content/a.md", text("A" * (4 << 20)))
        self.ws.write("s/content/b.md", text("B", "x" * (4 << 20)))
        run = self.build()
        self.assertEqual((run.code, run.diags), (0, []), str(run)[:2000])
        self.assertIn(b"A" * (4 << 20), self.ws.published()["a/index.html"])
        self.assertIn(b"x" * (4 << 20), self.ws.published()["b/index.html"])

    def test_deep_markdown(self):
        self.ws.write("s/content/a.md", text("A", "> " * 10000 + "x\n"))
        self.ws.write("s/content/b.md", text("B", "[" * 10000 + "x" + "]" * 10000 + "\n"))
        self.ws.write("s/content/c.md", text("C", "*a " * 10000 + "b*" * 10000 + "\n"))
        self.ws.write("s/content/d.md", text("D", "- " * 10000 + "x\n"))
        self.ws.write("s/content/e.md", text("E", "![" * 10000 + "x" + "](#)" * 10000 + "\n"))
        run = self.build()
        made = set(self.ws.published()) - GOOD
        told = {d["file"] for d in run.errors if d.get("line")}
        for name in "abcde":
            self.assertTrue((f"{name}/index.html" in made) != (f"s/content/{name}.md" in told), f"{name}\n{run}"[:3000])

    def test_deep_yaml(self):
        for content, line, column in [("x: " + "[" * 10000 + "]" * 10000, 3, None),
                                      ("".join(" " * i + "a:\n" for i in range(1000)), None, None)]:
            self.setUp()
            self.ws.write("s/content/a.md", f"---\ntitle: A\n{content}\n---\n")
            run = self.build()
            diag = run.all("yaml_too_deep")[0]
            self.assertEqual(diag["file"], "s/content/a.md")
            self.assertGreaterEqual(diag["line"], 3)
            if line:
                self.assertEqual(diag["line"], line)
            self.assertEqual(set(self.ws.published()), GOOD)
        self.ws.write("s/site.yaml", SITE_YAML + "params: { a: " + "[" * 10000 + "]" * 10000 + " }\n")
        run = self.build()
        self.assertEqual(run.all("yaml_too_deep")[0]["line"], 7)
        self.assertEqual(run.code, 2)

    def test_aliases_that_explode(self):
        bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        bomb += "".join(f"a{i}: &a{i} [{','.join(['*a%d' % (i - 1)] * 10)}]\n" for i in range(1, 12))
        self.ws.write("s/content/a.md", f"---\ntitle: A\n{bomb}---\n")
        run = self.build()
        diag = self.says(run, "yaml_alias_limit", file="s/content/a.md")
        # a4 is the first that makes 100,000 values; it stands on line 3 + 4.
        self.assertEqual(diag["line"], 7)
        self.assertEqual(set(self.ws.published()), GOOD)


if __name__ == "__main__":
    main()
