#!/usr/bin/env python3
"""Links between texts, to files and from the root: where they lead on the published page, and what is told of those that
lead nowhere. Where a link ought to lead is written here by hand, as docs/links.md has it."""

import re

from workspace import Case, main, text

SITE = """title: Region
url: https://region.example{base}
sources:
  text: {{ use: source_markdown, path: content, match: "**/*.md" }}
{more}"""
PAGE = "<!doctype html><title>{{ doc.title }}</title>\n{{ doc.body }}\n"


class Links(Case):
    def setUp(self):
        super().setUp()
        self.site()
        self.ws.write("s/kinds/news.yaml", "permalink: /nyheter/{slug}/\nfields:\n  title: { type: text }\n"
                      "  lead: { type: markdown }\n  image: { type: image }\n  file: { type: file }\n"
                      "  report: { type: ref }\n  parent: { type: ref }\n")
        self.ws.write("s/kinds/note.yaml", "fields:\n  title: { type: text }\n")
        self.ws.write("s/templates/news.html", "<!doctype html>{{ doc.lead }}{{ doc.body }}\n")
        self.ws.write("s/content/nyheter/a.md", text("A", "# Rubrik ett\n\nText.\n", kind="news"))

    def site(self, base="/", more=""):
        self.ws.write("s/site.yaml", SITE.format(base=base, more=more))

    def linked(self, path, *bodies, **fields):
        """Publishes a text with these paragraphs; its page's paragraphs, and the run."""
        self.ws.write(path, text("Länkar", "\n\n".join(bodies) + "\n", **fields))
        run = self.ws.build()
        self.sound(run)
        return run

    def page(self, path="om/index.html"):
        return self.ws.published()[path].decode()

    def hrefs(self, path="om/index.html"):
        return re.findall(r'href="([^"]*)"', self.page(path))

    def test_to_files_seen_from_the_text(self):
        run = self.linked("s/content/om.md", "[a](nyheter/a.md)", "[b](./nyheter/../nyheter/a.md#rubrik-ett)",
                          "[c](nyheter/a.md?x=1)", "[d](https://annan.example/a.md)", "[e](mailto:a@b.example)",
                          "[f](//cdn.example/x)", "[g](#top)", "[h](#)", "[i](kontakt.md)")
        self.assertEqual(run.diags, [], str(run))
        self.assertEqual(self.hrefs(), ["/nyheter/a/", "/nyheter/a/#rubrik-ett", "/nyheter/a/?x=1",
                                        "https://annan.example/a.md", "mailto:a@b.example", "//cdn.example/x", "#top",
                                        "#", "/kontakt/"])

    def test_names_in_swedish(self):
        self.ws.write("s/content/å ä.md", text("Å"))
        run = self.linked("s/content/om.md", "[a](<å ä.md>)", "[b](%C3%A5%20%C3%A4.md)", "[c](<a\u030a a\u0308.md>)")
        self.assertEqual(run.diags, [], str(run))
        self.assertEqual(self.hrefs(), ["/a-a/"] * 3)

    def test_under_a_base_path(self):
        self.site(base="/bas/")
        run = self.linked("s/content/om.md", "[a](nyheter/a.md)", "[b](/nyheter/a/)", "[c](/bas/nyheter/a/)",
                          "[d](/nyheter/a)", "[e](/nyheter/a/#rubrik-ett)")
        self.assertEqual(run.diags, [], str(run))
        self.assertEqual(self.hrefs(), ["/bas/nyheter/a/"] * 4 + ["/bas/nyheter/a/#rubrik-ett"])

    def test_what_leads_nowhere_is_told_and_left_out(self):
        run = self.linked("s/content/om.md", "För [saknad](nyheter/b.md) finns inte.", "[ankare](nyheter/a.md#annat)",
                          "[sida](/finns-inte/)", "[eget](#ingenstans)", "[ut](../../../etc/passwd)", "[text][1]", "",
                          "[1]: borta.md")
        for code, line, column in [("link_no_file", 4, 14), ("link_no_anchor", 6, 10), ("link_no_page", 8, 8),
                                   ("link_no_anchor", 10, 8), ("link_no_file", 12, 6)]:
            self.says(run, code, file="s/content/om.md", line=line, column=column, severity="error")
        self.assertEqual(len(run.diags), 6, str(run))
        self.assertEqual(run.code, 1)
        self.assertEqual(self.hrefs(), [])
        self.assertIn("<p>För saknad finns inte.</p>", self.page())
        self.assertTrue(run.sites["s"]["published"])

    def test_of_very_many_the_rest_is_counted(self):
        run = self.linked("s/content/om.md", "[x](y.md) " * 250)
        self.assertEqual(len(run.all("link_no_file")), 100)
        self.assertIn("150", self.says(run, "links_more", file="s/content/om.md")["message"])

    def test_the_nearest_anchor_is_proposed(self):
        run = self.linked("s/content/om.md", "[a](nyheter/a.md#rubrik-et)")
        self.assertIn("rubrik-ett", self.says(run, "link_no_anchor_near")["hint"])

    def test_anchors_of_every_sort(self):
        self.ws.write("s/content/mal.md", text("Mål", "# Årets mål!\n\n<a name=\"gammal\"></a> <b id='b'>x</b>\n\n"
                                               "<div class=\"id\" id=\"ruta\">y</div>\n"))
        run = self.linked("s/content/om.md", *[f"[x](mal.md#{a})" for a in ("arets-mal", "gammal", "b", "ruta")])
        self.assertEqual(run.diags, [], str(run))
        self.assertEqual(len(self.hrefs()), 4)

    def test_in_markup_fields(self):
        self.ws.write("s/content/nyheter/b.md",
                      "---\ntitle: B\nkind: news\nlead: |\n  Se [a](a.md).\n\n  Och [c](c.md).\n---\nText.\n")
        run = self.ws.build()
        self.says(run, "link_no_file", file="s/content/nyheter/b.md", line=7, column=11)
        self.assertEqual(self.hrefs("nyheter/b/index.html"), ["/nyheter/a/"])
        self.assertIn("Och c.", self.page("nyheter/b/index.html"))

    def test_as_the_site_wants_it(self):
        for word, severity in [("warn", "warning"), ("ignore", None)]:
            with self.subTest(word):
                self.site(more=f"links: {{ missing: {word} }}\n")
                run = self.linked("s/content/om.md", "[a](b.md)")
                self.assertEqual([d["severity"] for d in run.diags], [severity] if severity else [])
                self.assertEqual((run.code, self.hrefs()), (0, []))
        self.site(more="links: { missing: strunta }\n")
        self.says(self.ws.build(), "config_choice", file="s/site.yaml")

    def test_to_texts_that_are_not_published(self):
        self.ws.write("s/content/anteckning.md", text("Anteckning", kind="note"))
        self.ws.write("s/content/trasig.md", "---\ntitle: [\n---\n")
        run = self.linked("s/content/om.md", "[a](anteckning.md)", "[b](trasig.md)")
        self.assertEqual(len(run.all("link_unpublished")), 2, str(run))

    def test_they_follow_what_moves(self):
        self.linked("s/content/om.md", "[a](nyheter/a.md#rubrik-ett)")
        self.ws.write("s/content/nyheter/a.md", text("A", "# Rubrik ett\n", kind="news", slug="ny"))
        self.assertEqual(self.ws.build().diags, [])
        self.assertEqual(self.hrefs(), ["/nyheter/ny/#rubrik-ett"])
        self.ws.write("s/content/nyheter/a.md", text("A", "# Rubrik två\n", kind="news", slug="ny"))
        self.assertEqual(self.ws.build().codes(), ["link_no_anchor"])
        self.assertEqual(self.hrefs(), [])
        self.ws.delete("s/content/nyheter/a.md")
        self.assertEqual(self.ws.build().codes(), ["link_no_file"])

    def test_what_scripts_put_into_a_text(self):
        self.ws.write("s/scripts/a.lua", """local notis = require "notis"
notis.on("document", function(doc)
  for link in doc.body:each("link") do link.destination = link.destination:gsub("gammal", "ny") end
end)
""")
        run = self.linked("s/content/om.md", "Rad.", "En [a](gammal.md) länk.")
        found = self.says(run, "link_no_file", file="s/content/om.md", line=6)
        self.assertIn("ny.md", found["message"])

    # ---- references ----

    def test_references(self):
        self.ws.write("s/content/rapport.md", text("Rapport"))
        run = self.linked("s/content/nyheter/b.md", "Text.", kind="news", report="../rapport.md")
        self.assertEqual(run.diags, [], str(run))
        for word in ("content/rapport.md", "rapport", "text/content/rapport.md"):
            run = self.linked("s/content/nyheter/b.md", "Text.", kind="news", report=word)
            self.assertEqual(run.diags, [], word + str(run))

    def test_templates_get_the_text_that_the_field_means(self):
        self.ws.write("s/kinds/memo.yaml", "permalink: /m/{path}/\nfields:\n  title: { type: text }\n"
                      "  report: { type: ref, kind: report }\n  seen: { type: list, of: { type: ref, kind: report } }\n")
        self.ws.write("s/kinds/report.yaml", "permalink: /r/{slug}/\nfields:\n  title: { type: text }\n")
        self.ws.write("s/templates/memo.html", '{{ doc.ref("report").url }} {{ doc.ref("report", "note").title }} '
                      '{% for r in doc.ref("seen") %}{{ r.url }}{% endfor %}')
        for kind in ("report", "note"):
            self.ws.write(f"s/content/{kind}/samma.md", text(kind, kind=kind))
        run = self.linked("s/content/b.md", "Text.", kind="memo", report="samma", seen="[samma]")
        self.assertEqual(run.diags, [], str(run))
        self.assertEqual(self.page("m/b/index.html"), "/r/samma/ note /r/samma/")

    def test_a_reference_to_nothing_withholds(self):
        self.ws.write("s/content/nyheter/c.md", text("C", kind="news", report="b"))
        run = self.linked("s/content/nyheter/b.md", "Text.", kind="news", report="finns-inte")
        self.says(run, "ref_unresolved", file="s/content/nyheter/b.md", line=4, column=9)
        self.says(run, "ref_unresolved", file="s/content/nyheter/c.md", line=4, column=9)
        self.assertEqual(set(self.ws.published()),
                         {"om/index.html", "kontakt/index.html", "nyheter/a/index.html"})
        self.assertEqual((run.sites["s"]["withheld"], run.code), (2, 1))

    def test_what_was_published_stays_when_a_reference_breaks(self):
        """The page of c and the file beside it, though what c refers to is gone; and not once c is a draft."""
        self.ws.write("s/content/nyheter/b.md", text("B", kind="news"))
        self.ws.write("s/content/nyheter/c/karta.txt", "karta")
        self.ws.write("s/content/nyheter/c/index.md", text("C", "[karta](karta.txt)\n", kind="news", report="b"))
        self.linked("s/content/om.md", "Text.")
        before = self.ws.published()
        kept = {"nyheter/c/index.html", "nyheter/c/karta.txt"}
        self.assertLessEqual(kept, set(before))
        (self.ws.root / "s/content/nyheter/b.md").unlink()
        self.says(self.ws.build(), "ref_unresolved", file="s/content/nyheter/c/index.md")
        after = self.ws.published()
        self.assertEqual(set(before) - set(after), {"nyheter/b/index.html"})
        self.assertEqual([after[p] for p in kept], [before[p] for p in kept])
        self.ws.write("s/content/nyheter/c/index.md", text("C", kind="news", report="b", draft="true"))
        self.ws.build()
        self.assertEqual(set(after) - set(self.ws.published()), kept)

    def test_a_name_that_two_have(self):
        self.ws.write("s/content/x/samma.md", text("X"))
        self.ws.write("s/content/y/samma.md", text("Y"))
        run = self.linked("s/content/nyheter/b.md", "Text.", kind="news", report="samma")
        self.says(run, "ref_unresolved", line=4)

    def test_a_circle(self):
        self.ws.write("s/content/nyheter/b.md", text("B", kind="news", parent="c"))
        self.ws.write("s/content/nyheter/c.md", text("C", kind="news", parent="d"))
        self.ws.write("s/content/nyheter/d.md", text("D", kind="news", parent="b"))
        run = self.linked("s/content/nyheter/e.md", "Text.", kind="news", parent="b")
        found = self.says(run, "ref_circle", file="s/content/nyheter/b.md", line=4, severity="warning")
        chain = " → ".join(f"content/nyheter/{n}.md" for n in "bcdb")
        self.assertIn(chain, found["message"])
        self.assertEqual(len(run.diags), 1, str(run))

    def test_of_a_long_circle_the_beginning_is_told(self):
        for i in range(300):
            self.ws.write(f"s/content/nyheter/n{i:03}.md", text("N", kind="news", parent=f"n{(i + 1) % 300:03}"))
        told = self.says(self.linked("s/content/om.md", "Text."), "ref_circle")["message"]
        self.assertIn("n000.md → content/nyheter/n001.md", told)
        self.assertIn("… → content/nyheter/n000.md", told)
        self.assertLess(len(told), 400)

    def test_a_long_chain_that_ends_in_nothing(self):
        for i in range(2000):
            self.ws.write(f"s/content/nyheter/n{i:04}.md", text("N", kind="news", parent=f"n{i + 1:04}"))
        run = self.linked("s/content/om.md", "Text.")
        self.assertEqual(len(run.all("ref_unresolved")), 2000)
        self.assertEqual(run.sites["s"]["withheld"], 2000)

    def test_an_address_that_is_given_up(self):
        """b is withheld, so that c has the address that both want, and what refers to c is published."""
        self.ws.write("s/content/nyheter/b.md", text("B", kind="news", slug="en", report="finns-inte"))
        self.ws.write("s/content/nyheter/c.md", text("C", kind="news", slug="en"))
        run = self.linked("s/content/nyheter/d.md", "Text.", kind="news", report="c")
        self.says(run, "ref_unresolved", file="s/content/nyheter/b.md")
        self.assertEqual(len(run.diags), 1, str(run))
        self.assertIn("nyheter/en/index.html", self.ws.published())
        self.assertIn("nyheter/d/index.html", self.ws.published())

    def test_pictures_have_their_size_however_they_are_written(self):
        self.site(base="/bas/")
        head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + bytes([0, 0, 0, 30, 0, 0, 0, 20, 8, 2, 0, 0, 0])
        self.ws.write("s/content/a b.png", head)
        self.ws.write("s/static/i/å.png", head)
        run = self.linked("s/content/om.md", "![x](<a b.png>)", "![x](a%20b.png)", "![x](/i/%C3%A5.png)",
                          "![x](/bas/i/å.png)")
        self.assertEqual(run.diags, [], str(run))
        self.assertEqual(re.findall(r'src="([^"]*)" alt="x" width="30" height="20"', self.page()),
                         ["/bas/om/a%20b.png"] * 2 + ["/bas/i/%C3%A5.png"] * 2)

    # ---- very much of it ----

    def test_very_many_anchors(self):
        count = 60000
        headings = "\n".join(f"# R{i}" for i in range(count))
        run = self.linked("s/content/om.md", headings + "\n", "\n".join(f"[x](#r{i})" for i in range(count)))
        self.assertEqual(run.diags, [], str(run)[:2000])
        run = self.linked("s/content/om.md", headings + "\n", "\n".join(f"[x](#s{i})" for i in range(count)))
        self.assertEqual(self.says(run, "links_more")["message"].split()[0], str(count - 100))


if __name__ == "__main__":
    main()
