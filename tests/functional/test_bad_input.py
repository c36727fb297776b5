#!/usr/bin/env python3
"""Input that is wrong, hostile or unlucky: each is told with its place, the rest is published, nothing is half done."""

import fcntl
import os
import resource
import shutil
import signal
import subprocess

from workspace import BUILD, NOTIS_YAML, SITE_YAML, Case, main, text

GOOD = {"alla/index.html", "kontakt/index.html", "om/index.html"}
NEWS = """permalink: /n/{slug}/
template: article.html
unknown_fields: %s
fields:
  title: { type: text, required: true }
  date: { type: datetime, required: true }
"""
HOOKS = 'local notis = require "notis"\n'
NOBODY = 65534


class Told(Case):
    def withheld(self, code, *place, **files):
        """One text is at fault: it is told at this place, and everything else is published."""
        run = self.build()
        self.place(run, code, *place)
        self.assertEqual(run.code, 1, str(run))
        self.assertTrue(run.sites["s"]["published"])
        self.assertEqual(set(self.ws.published()), GOOD | files.get("also", set()))
        self.assertEqual(self.ws.leftovers(), [])
        return run

    def refused(self, code, *place, exit=2):
        """Nothing can be published: it is told at this place, and what lies there stays as it is."""
        before = self.ws.published()
        run = self.build()
        self.place(run, code, *place)
        self.assertEqual(run.code, exit, str(run))
        self.assertEqual(self.ws.published(), before)
        self.assertEqual(self.ws.leftovers(), [])
        return run

    def build(self, *args, **options):
        run = self.ws.build(*args, **options)
        self.sound(run)
        return run

    def place(self, run, code, file=None, line=None, column=None):
        return self.says(run, code, file=file, line=line, column=column)


class Settings(Told):
    def test_unknown_key_of_the_workspace(self):
        self.ws.write("notis.yaml", "notis: 1\nsites: [s]\nworker: 3\n")
        run = self.refused("config_unknown_key_near", "notis.yaml", 3, 1)
        self.assertIn('"workers"', run.errors[0]["hint"])

    def test_unknown_key_of_a_site(self):
        self.ws.build()
        self.ws.write("s/site.yaml", SITE_YAML + "tittle: x\n")
        run = self.refused("config_unknown_key_near", "s/site.yaml", 7, 1)
        self.assertIn('"title"', run.errors[0]["hint"])

    def test_a_key_like_no_other(self):
        self.ws.write("s/site.yaml", SITE_YAML + "params: {}\nblomsterlökar: x\n")
        run = self.refused("config_unknown_key", "s/site.yaml", 8, 1)
        self.assertIn("collections", run.errors[0]["hint"])

    def test_unknown_key_in_a_map(self):
        self.ws.write("s/site.yaml", SITE_YAML.replace("sort:", "srot:"))
        self.refused("config_unknown_key_near", "s/site.yaml", 6, 26)

    def test_unknown_setting_of_a_source(self):
        self.ws.build()
        self.ws.write("s/site.yaml", SITE_YAML.replace("path: content", "path: content, smrt: true"))
        self.refused("markdown_unknown_option", "s/site.yaml", 4, 3, exit=1)

    def test_faults_of_a_kind(self):
        self.ws.write("s/kinds/x.yaml", "permalink: /{titel}/\nfields:\n  title: { type: txt }\n  d: {}\n"
                      "  e: { type: enum }\n  m: { type: text, requried: true }\n")
        run = self.refused("kind_permalink_field", "s/kinds/x.yaml", 1, 12)
        self.place(run, "kind_unknown_type_near", "s/kinds/x.yaml", 3, 18)
        self.place(run, "kind_no_type", "s/kinds/x.yaml", 4, 6)
        self.place(run, "kind_no_values", "s/kinds/x.yaml", 5, 6)
        self.place(run, "kind_unknown_key_near", "s/kinds/x.yaml", 6, 20)

    def test_wrong_types(self):
        for path, content, line, column in [
                ("notis.yaml", "notis: 1\nsites: s\n", 2, 8),
                ("notis.yaml", "notis: ett\nsites: [s]\n", 1, 8),
                ("notis.yaml", "notis: 1\nsites: [3]\n", 2, 9),
                ("notis.yaml", "notis: 1\nsites: [s]\nplugins: [{}]\n", 3, 11),
                ("s/site.yaml", SITE_YAML.replace("Region", "[a]"), 1, 8),
                ("s/site.yaml", SITE_YAML.replace("path: content", "path: [a]"), 4, 39),
                ("s/site.yaml", SITE_YAML.replace("kind: article", "kind: [1]"), 6, 18),
                ("s/site.yaml", SITE_YAML + "extends: [1]\n", 7, 11)]:
            with self.subTest(content):
                self.setUp()
                self.ws.write(path, content)
                self.refused("config_wrong_type", path, line, column)

    def test_amounts_and_numbers(self):
        for path, content, code, line, column in [
                ("notis.yaml", NOTIS_YAML + "workers: many\n", "config_bad_workers", 3, 10),
                ("notis.yaml", NOTIS_YAML + "workers: 4000000000\n", "config_bad_workers", 3, 10),
                ("notis.yaml", NOTIS_YAML + "workers: -1\n", "config_bad_workers", 3, 10),
                ("notis.yaml", NOTIS_YAML + "limits: { item: mycket }\n", "config_bad_amount", 3, 17),
                ("notis.yaml", NOTIS_YAML + "limits: { removals: 200 % }\n", "config_bad_amount", 3, 21),
                ("notis.yaml", "notis: 2\nsites: [s]\n", "config_bad_version", 1, 8),
                ("s/site.yaml", SITE_YAML.replace("/alla/", "/alla/, per_page: -1"), "config_bad_amount", 6, 65),
                ("s/site.yaml", SITE_YAML + "timezone: Mars/Olympus\n", "config_bad_zone", 7, 11),
                ("s/site.yaml", SITE_YAML.replace("https://region.example/", "region"), "config_bad_url", 2, 6)]:
            with self.subTest(content):
                self.setUp()
                self.ws.write(path, content)
                self.refused(code, path, line, column)

    def test_a_limit_is_never_raised(self):
        self.ws.write("s/site.yaml", SITE_YAML + "limits: { item: 1 GB }\n")
        run = self.build()
        self.place(run, "config_limit_raised", "s/site.yaml", 7, 17)
        self.assertEqual(run.code, 0)

    def test_missing_files(self):
        for path, code, at in [("notis.yaml", "workspace_absent", None), ("s/site.yaml", "site_absent", "s/site.yaml")]:
            with self.subTest(path):
                self.setUp()
                self.ws.delete(path)
                self.refused(code, at)
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, finns-inte]\n")
        run = self.build()
        self.place(run, "site_absent", "notis.yaml", 2, 12)
        self.place(run, "site_absent", "s/site.yaml")

    def test_one_sites_fault_is_its_own(self):
        shutil.copytree(self.ws.path("s"), self.ws.path("t"))
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, t]\n")
        self.ws.write("t/site.yaml", "title: [\n")
        run = self.build()
        self.assertTrue(run.sites["s"]["published"])
        self.assertFalse(run.sites["t"]["published"])
        self.assertEqual(set(self.ws.published()), GOOD)
        self.assertEqual(self.ws.published("public/t"), {})
        self.assertEqual(run.code, 2)

    def test_empty_files_of_settings(self):
        for path in ["notis.yaml", "s/site.yaml", "s/kinds/news.yaml"]:
            with self.subTest(path):
                self.setUp()
                self.ws.write(path, "")
                run = self.refused("config_not_map", path, 1, 1)
                self.only(run, "config_not_map")

    def test_duplicate_keys(self):
        for path, content, line in [("notis.yaml", NOTIS_YAML + "sites: [b]\n", 3),
                                    ("s/site.yaml", SITE_YAML + "title: B\n", 7)]:
            with self.subTest(path):
                self.setUp()
                self.ws.write(path, content)
                self.only(self.refused("yaml_duplicate_key", path, line, 1), "yaml_duplicate_key")

    def test_sites_that_are_one(self):
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, ./s]\n")
        self.refused("site_twice", "notis.yaml", 2, 12)
        self.ws.write("notis.yaml", "notis: 1\nsites: [../s]\n")
        self.refused("site_absent", "notis.yaml", 2, 9)

    def test_extends(self):
        for value, code in [("../../x", "extends_absent"), ("/etc", "extends_absent"), ("../finns-inte", "extends_absent"),
                            (".", "extends_circle")]:
            with self.subTest(value):
                self.setUp()
                self.ws.write("s/site.yaml", SITE_YAML + f"extends: {value}\n")
                self.refused(code, "s/site.yaml", 7, 10)

    def test_crlf_and_bom_are_no_faults(self):
        self.ws.write("notis.yaml", b"\xef\xbb\xbf" + NOTIS_YAML.replace("\n", "\r\n").encode())
        self.ws.write("s/site.yaml", b"\xef\xbb\xbf" + SITE_YAML.replace("\n", "\r\n").encode())
        run = self.build()
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        self.assertEqual(set(self.ws.published()), GOOD)

    def test_invalid_utf8(self):
        self.ws.write("s/site.yaml", SITE_YAML.encode() + b"params: { a: r\xe5d }\n")
        self.only(self.refused("yaml_encoding", "s/site.yaml", 7, 15), "yaml_encoding")

    def test_messages_that_are_none(self):
        self.ws.write("s/i18n/sv.yaml", "- a\n")
        self.refused("config_not_map", "s/i18n/sv.yaml", 1, 1)


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
        self.ws.write("s/content/e.md", text("E", "![" * 10000 + "x" + "](y)" * 10000 + "\n"))
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


class Files(Told):
    def test_a_directory_where_a_file_should_be(self):
        for path, exit in [("notis.yaml", 2), ("s/site.yaml", 2), ("s/templates/article.html", 1)]:
            with self.subTest(path):
                self.setUp()
                self.ws.delete(path)
                os.mkdir(self.ws.path(path))
                self.refused("file_directory", path, exit=exit)

    def test_a_folder_may_be_named_like_a_text(self):
        self.ws.write("s/content/a.md/b.md", text("B"))
        self.assertEqual(self.build().code, 0)
        self.assertEqual(set(self.ws.published()), GOOD | {"b/index.html"})

    def test_links_that_lead_out(self):
        self.ws.write("hemligt.md", text("Hemligt"))
        for target in ["/etc/passwd", "../../hemligt.md", "/etc", "../..", str(self.ws.root)]:
            with self.subTest(target):
                self.setUp()
                self.ws.write("hemligt.md", text("Hemligt"))
                os.symlink(target, self.ws.path("s/content/a.md"))
                self.withheld("file_outside", "s/content/a.md")

    def test_links_that_stay_inside(self):
        self.ws.write("s/delat/a.md", text("A"))
        os.symlink("../delat/a.md", self.ws.path("s/content/a.md"))
        os.symlink("../delat", self.ws.path("s/content/b"))
        run = self.build()
        self.assertIn("a/index.html", self.ws.published(), str(run))
        self.only(run, "path_taken")  # the same text twice: both links are followed

    def test_links_to_nothing_and_to_themselves(self):
        os.symlink("finns-inte.md", self.ws.path("s/content/a.md"))
        os.symlink("b.md", self.ws.path("s/content/b.md"))
        os.symlink(".", self.ws.path("s/content/c"))
        run = self.withheld("file_absent", "s/content/a.md")
        self.place(run, "file_outside", "s/content/b.md")
        self.place(run, "file_outside", "s/content/c")

    def test_other_files_that_lead_out(self):
        for path, exit in [("s/templates/article.html", 1), ("s/scripts/a.lua", 2), ("s/scripts/lib/a.lua", 2),
                           ("s/kinds/a.yaml", 2), ("s/i18n/sv.yaml", 2)]:
            with self.subTest(path):
                self.setUp()
                if os.path.exists(self.ws.path(path)):
                    self.ws.delete(path)
                self.ws.write(os.path.dirname(path) + "/.tom", "")
                os.symlink("/etc/passwd", self.ws.path(path))
                self.refused("file_outside", path, exit=exit)

    def test_a_static_file_at_fault_keeps_what_was_published(self):
        self.ws.write("s/static/a.txt", "a")
        self.ws.write("s/static/b.txt", "b")
        self.assertEqual(self.build().code, 0)
        self.ws.delete("s/static/a.txt")
        os.symlink("/etc/passwd", self.ws.path("s/static/a.txt"))
        self.ws.write("s/static/b.txt", "ny")
        run = self.withheld("file_outside", "s/static/a.txt", also={"a.txt", "b.txt"})
        self.assertEqual(self.ws.published()["a.txt"], b"a", str(run))
        self.assertEqual(self.ws.published()["b.txt"], b"ny")

    def test_pipes(self):
        os.mkfifo(self.ws.path("s/content/a.md"))
        self.withheld("file_special", "s/content/a.md")
        self.ws.delete("s/site.yaml")
        os.mkfifo(self.ws.path("s/site.yaml"))
        self.refused("file_special", "s/site.yaml")

    def test_names(self):
        long = "a" * 252
        names = {"rad\nbrytning": "rad-brytning", "cita\"t'": "cita-t", "mellan slag": "mellan-slag", "åäö": "aao",
                 "a\u030aka": "aka", long: long, "-q": "q", "tab\tb": "tab-b"}
        for name in names:
            self.ws.write(f"s/content/{name}.md", text("N"))
        run = self.build()
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        self.assertEqual(set(self.ws.published()), GOOD | {f"{slug}/index.html" for slug in names.values()})

    def test_names_that_give_no_address(self):
        self.ws.write("s/content/ .md", text("N"))
        self.withheld("permalink_missing", "s/content/ .md", 1, 1)

    def test_names_that_are_not_utf8(self):
        self.ws.write(b"s/content/r\xe5d.md", text("N"))
        self.withheld("file_bad_name", "s/content/r\ufffdd.md")

    def test_names_that_differ_in_bytes_only(self):
        self.ws.write("s/content/\u00e5ka.md", text("NFC"))
        self.ws.write("s/content/a\u030aka.md", text("NFD"))
        run = self.withheld("item_twice", "s/content/\u00e5ka.md", also={"aka/index.html"})
        self.assertIn(b"NFD", self.ws.published()["aka/index.html"], str(run))

    def test_static_files(self):
        names = ["rad\nbrytning.txt", "\u00e5.txt", "a\u030a.txt", "a" * 255, "a\tb\\c", "tom", "cita\"t'.txt"]
        for name in names:
            self.ws.write("s/static/" + name, name)
        self.ws.write("s/static/djup/" * 1 + "x/y/z.bin", bytes(range(256)))
        self.ws.write("s/static/.dold", "x")
        self.assertEqual(self.build().code, 0)
        pages = self.ws.published()
        self.assertEqual(set(pages), GOOD | set(names) | {"djup/x/y/z.bin"})
        self.assertEqual(pages["djup/x/y/z.bin"], bytes(range(256)))
        ledger = self.ws.ledger()
        self.assertEqual(len(ledger), len(pages))
        again = self.build()
        self.assertEqual((again.sites["s"]["written"], again.sites["s"]["removed"]), (0, 0), str(again))
        self.assertEqual(self.ws.ledger(), ledger)

    def test_a_source_without_its_folder(self):
        self.build()
        before = self.ws.published()
        shutil.rmtree(self.ws.path("s/content"))
        run = self.build()
        self.place(run, "file_absent", "s/content")
        self.says(run, "scan_partial")
        for page in ("om/index.html", "kontakt/index.html"):
            self.assertEqual(self.ws.published().get(page), before[page], str(run))


class AsNobody(Told):
    """What only a user without privileges meets."""

    def setUp(self):
        super().setUp()
        if os.getuid() != 0:
            self.become = None
            return
        program = self.ws.root.parent / "notis"
        shutil.copy(BUILD / "notis", program)
        shutil.copytree(BUILD / "plugins", self.ws.root.parent / "plugins", ignore=shutil.ignore_patterns("CMakeFiles"))
        self.ws.program = program
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(self.ws.root)], check=True)

        def become():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

        self.become = become

    def build(self, *args, **options):
        return super().build(*args, prepare=self.become, **options)

    def test_a_text_that_may_not_be_read(self):
        self.build()
        os.chmod(self.ws.path("s/content/om.md"), 0)
        run = self.withheld("file_denied", "s/content/om.md")
        self.assertIn(b"Om oss", self.ws.published()["om/index.html"], str(run))

    def test_a_folder_that_may_not_be_read(self):
        self.ws.write("s/content/mapp/a.md", text("A"))
        if self.become:
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(self.ws.root)], check=True)
        self.assertEqual(self.build().code, 0)
        os.chmod(self.ws.path("s/content/mapp"), 0)
        self.addCleanup(os.chmod, self.ws.path("s/content/mapp"), 0o755)
        run = self.withheld("file_denied", "s/content/mapp", also={"a/index.html"})
        self.says(run, "scan_partial")

    def test_settings_and_scripts_that_may_not_be_read(self):
        self.build()
        os.chmod(self.ws.path("s/templates/list.html"), 0)
        self.refused("file_denied", "s/templates/list.html", exit=1)
        os.chmod(self.ws.path("s/site.yaml"), 0)
        self.refused("file_denied", "s/site.yaml")
        os.chmod(self.ws.path("notis.yaml"), 0)
        self.refused("file_denied", "notis.yaml")

    def test_a_static_file_that_may_not_be_read(self):
        self.ws.write("s/static/a.txt", "a")
        os.chmod(self.ws.path("s/static/a.txt"), 0)
        if self.become:
            os.chown(self.ws.path("s/static/a.txt"), 0, 0)
        self.withheld("file_denied", "s/static/a.txt")

    def test_an_output_folder_that_may_not_be_written(self):
        self.build()
        self.ws.write("s/content/ny.md", text("Ny"))
        if self.become:
            os.chmod(self.ws.path("s/content/ny.md"), 0o644)
        before = self.ws.published()
        os.chmod(self.ws.path("public/s"), 0o555)
        run = self.build()
        os.chmod(self.ws.path("public/s"), 0o755)
        self.assertTrue([d for d in run.errors if d["code"].startswith("durable_")], str(run))
        self.assertEqual(run.code, 1)
        self.assertFalse(run.sites["s"]["published"])
        self.assertEqual(self.ws.published(), before)
        self.assertEqual(self.build().code, 0)
        self.assertIn("ny/index.html", self.ws.published())

    def test_a_state_folder_that_may_not_be_written(self):
        self.build()
        self.ws.write("s/content/ny.md", text("Ny"))
        before = self.ws.published()
        os.chmod(self.ws.path(".notis/state/s"), 0o555)
        run = self.build()
        os.chmod(self.ws.path(".notis/state/s"), 0o755)
        self.assertFalse(run.sites["s"]["published"], str(run))
        self.assertTrue([d for d in run.errors if d["code"].startswith("durable_")], str(run))
        self.assertEqual(self.ws.published(), before)


class Addresses(Told):
    def test_a_slug_never_leads_out(self):
        self.ws.write("s/content/a.md", text("A", slug="../../ut"))
        self.assertEqual(self.build().code, 0)
        self.assertEqual(set(self.ws.published()), GOOD | {"ut/index.html"})

    def test_a_permalink_never_leads_out(self):
        for link in ["/../../{slug}/", "/a/../{slug}/", "/{slug}/.."]:
            with self.subTest(link):
                self.setUp()
                self.ws.write("s/kinds/news.yaml", f"permalink: {link}\nfields:\n  title: {{ type: text }}\n")
                self.refused("kind_permalink", "s/kinds/news.yaml", 1, 12)

    def test_a_list_never_leads_out(self):
        self.ws.write("s/site.yaml", SITE_YAML.replace("/alla/", "/../alla/"))
        run = self.build()
        self.says(run, "path_outside", file="s/site.yaml", line=6)
        self.assertEqual(set(self.ws.published()), GOOD - {"alla/index.html"})
        self.assertFalse(os.path.exists(self.ws.path("public/alla")))

    def test_pages_of_hooks_never_lead_out(self):
        for path in ["/../../ut.html", "/a/../../ut.html", "/../ut/", "ut.html", "/a\\0b"]:
            with self.subTest(path):
                self.setUp()
                self.ws.write("s/scripts/a.lua", HOOKS + 'notis.on("collect", function(collect)\n'
                              f'  collect:page {{ path = "{path}", template = "default.html" }}\nend)\n')
                run = self.build()
                self.assertEqual(run.code, 1, str(run))
                self.assertEqual([d["file"] for d in run.errors], ["s/scripts/a.lua"], str(run))
                self.assertLessEqual(set(self.ws.published()), GOOD)
                self.assertFalse(os.path.exists(self.ws.path("public/ut.html")))

    def test_two_texts_on_one_address(self):
        self.ws.write("s/content/a.md", text("A", slug="samma", date="2024-02-01"))
        self.ws.write("s/content/b.md", text("B", slug="samma", date="2024-01-01"))
        run = self.withheld("path_taken", "s/content/a.md", 1, 1, also={"samma/index.html"})
        self.assertIn(b"<title>B<", self.ws.published()["samma/index.html"])
        message = run.errors[0]["message"]
        self.assertIn("content/a.md", message)
        self.assertIn("content/b.md", message)

    def test_a_static_file_on_a_texts_address(self):
        self.ws.write("s/static/om/index.html", "x")
        self.withheld("path_taken", "s/static/om/index.html")
        self.assertIn(b"Om oss", self.ws.published()["om/index.html"])

    def test_a_file_where_a_folder_must_be(self):
        self.ws.write("s/static/om", "x")
        self.withheld("path_blocked", "s/static/om")
        self.setUp()
        self.ws.write("s/static/a/b/c", "x")
        self.ws.write("s/kinds/fil.yaml", "permalink: /a\ntemplate: article.html\nfields:\n  title: { type: text }\n")
        self.ws.write("s/content/fil/x.md", text("X"))
        run = self.withheld("path_blocked", "s/static/a/b/c", also={"a"})
        self.assertEqual(self.build().code, 1, str(run))

    def test_publishing_among_the_sources(self):
        self.ws.write("shared/site.yaml", "params: { a: 1 }\n")
        self.ws.write("s/site.yaml", SITE_YAML + "extends: ../shared\n")
        os.symlink("s/content", self.ws.path("genväg"))
        for out, file in [("s/content/ut", None), ("s", None), (".", None), ("..", None), (".notis/state", None),
                          ("genväg/ut", None), ("shared/ut", "shared/site.yaml")]:
            with self.subTest(out):
                run = self.build("--out", out)
                self.place(run, "out_inside", file)
                self.assertEqual(run.code, 2)
                self.assertFalse(os.path.exists(self.ws.path("s/content/ut")))
        self.ws.write("notis.yaml", NOTIS_YAML + "out: s/ut\n")
        self.refused("out_inside", "notis.yaml", 3, 6)

    def test_two_sites_in_one_folder(self):
        shutil.copytree(self.ws.path("s"), self.ws.path("t"))
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, t]\nout: public\n")
        self.refused("out_shared", "notis.yaml", 3, 6)

    def test_a_file_that_notis_did_not_publish_is_in_the_way(self):
        self.ws.write("public/s/om", "någon annans")
        run = self.build()
        self.assertFalse(run.sites["s"]["published"])
        self.assertIn("target_not_folder", run.codes())
        with open(self.ws.path("public/s/om"), "rb") as file:
            self.assertEqual(file.read(), "någon annans".encode())
        self.ws.delete("public/s/om")
        run = self.build()
        self.assertEqual(run.code, 0, str(run))
        self.assertEqual(set(self.ws.published()), GOOD)
        self.assertEqual(self.ws.leftovers(), [])


class Templates(Told):
    def faulty(self, template):
        self.build()
        self.ws.write("s/templates/article.html", template)

    def test_a_template_that_does_not_load(self):
        for template, code, line, column in [
                ("<p>\n{{ doc.title \n", "template_unclosed_output", 2, 1),
                ("<p>\n{{ doc.title | slugg }}", "template_unknown_filter_near", 2, 16),
                ("<p>\n{% if doc.title %}", "template_unclosed_block", 2, 4),
                ("{% extends 'article.html' %}\n", "template_extends_cycle", 1, 12),
                ("{% include '../site.yaml' %}", "template_absent", 1, 12),
                (b"<p>\n r\xe5d\n", "template_bad_utf8", 2, 3)]:
            with self.subTest(template):
                self.setUp()
                self.faulty(template)
                self.refused(code, "s/templates/article.html", line, column, exit=1)

    def test_a_template_that_fails_on_one_page(self):
        self.faulty("<p>\n{% if doc.title == 'Kontakt' %}{{ 1 / 0 }}{% endif %}{{ doc.title }}\n")
        self.withheld("template_divide_zero", "s/templates/article.html", 2, 37)
        pages = self.ws.published()
        self.assertNotIn(b"doctype", pages["om/index.html"])
        self.assertIn(b"doctype", pages["kontakt/index.html"])  # its newest good version

    def test_templates_without_end(self):
        for template, code in [
                ("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", "script_budget"),
                ("{% for a in range(100000000000) %}x{% endfor %}", "template_range"),
                ("{% include 'article.html' %}", "template_include_deep")]:
            with self.subTest(template):
                self.setUp()
                self.faulty(template)
                run = self.withheld(code, "s/templates/article.html", 1, self_column(template, code))
                self.assertIn(b"doctype", self.ws.published()["om/index.html"], str(run))

    def test_deep_templates(self):
        for template in ["{{ " + "(" * 10000 + "1" + ")" * 10000 + " }}", "{% if true %}" * 10000 + "{% endif %}" * 10000]:
            self.setUp()
            self.faulty(template)
            run = self.build()
            diag = self.says(run, "template_too_deep", file="s/templates/article.html", line=1)
            self.assertGreater(diag["column"], 1)
            self.assertFalse(run.sites["s"]["published"])

    def test_no_template_at_all(self):
        self.ws.delete("s/templates/article.html")
        self.ws.delete("s/templates/default.html")
        run = self.build()
        self.assertEqual({d["code"] for d in run.errors}, {"template_absent"}, str(run))
        self.assertEqual(run.code, 1)


def self_column(template, code):
    """Where the fault stands in its only line: the innermost loop's iterable, or the included name."""
    return {"script_budget": 41, "template_range": 13, "template_include_deep": 12}[code]


class Scripts(Told):
    def hook(self, body, event="document"):
        """Twelve good texts, so that one at fault is no fifth; the hook's body stands from line 3 on."""
        for i in range(10):
            self.ws.write(f"s/content/t{i}.md", text(f"T{i}"))
        self.good = GOOD | {f"t{i}/index.html" for i in range(10)}
        self.assertEqual(self.build().code, 0)
        self.before = self.ws.published()
        self.ws.write("s/scripts/a.lua", f"{HOOKS}notis.on('{event}', function(doc)\n{body}\nend)\n")

    def test_scripts_that_do_not_load(self):
        for script, code, line, exit in [("local x = = 2\n", "script_syntax", 1, 1), ("\nerror('nej')\n", "script_raised", 2, 1),
                                         ("while true do end\n", "script_budget", 1, 1),
                                         (b"\x1bLua\x54\x00", "item_nul", 1, 2), (b"-- r\xe5d\n", "item_invalid_utf8", 1, 2)]:
            with self.subTest(script):
                self.setUp()
                self.build()
                self.ws.write("s/scripts/a.lua", script)
                run = self.build()
                self.says(run, code, file="s/scripts/a.lua", line=line)
                self.assertEqual(run.code, exit)
                self.assertFalse(run.sites["s"]["published"])
                self.assertEqual(set(self.ws.published()), GOOD)

    def test_one_text_is_withheld(self):
        only = "  if doc.title == 'Kontakt' then %s end"
        for body, code in [
                (only % "error('nej')", "script_raised_document"),
                (only % "error()", "script_raised_value"), (only % "error({})", "script_raised_value"),
                (only % "local function f(x) return 1 + f(x) end f(1)", "script_raised_document"),
                (only % "while true do end", "script_budget"),
                (only % "while true do pcall(function() while true do end end) end", "script_budget"),
                (only % "local s = ('a'):rep(1000) s:find(('a*'):rep(30) .. 'b')", "script_budget"),
                (only % "doc.title = ('x'):rep(1 << 40)", "script_memory"),
                (only % "local s = 'x' while true do s = s .. s end", "script_memory"),
                (only % "local t = {} for i = 1, 1e9 do t[i] = {i} end", "script_memory"),
                (only % "error('%s%n\\27[31m\\0x\\255')", "script_raised_document")]:
            with self.subTest(body):
                self.setUp()
                self.hook(body)
                run = self.build()
                found = run.all(code)
                self.assertEqual(len(found), 1, str(run))
                self.assertEqual(found[0]["file"], "s/scripts/a.lua")
                self.assertIn(found[0]["line"], (2, 3))  # memory runs out without a place of its own: the hook's
                self.assertEqual(run.code, 1)
                self.assertEqual((run.sites["s"]["documents"], run.sites["s"]["withheld"]), (11, 1))
                self.assertEqual(set(self.ws.published()), self.good)
                self.assertEqual(self.ws.published()["kontakt/index.html"], self.before["kontakt/index.html"])

    def test_more_than_a_fifth_stops_the_site(self):
        for event, body, code in [("document", "error('nej')", "hooks_failing"), ("item", "error('nej')", "hooks_failing"),
                                  ("page", "error('nej')", "hooks_failing_pages"),
                                  ("output", "error('nej')", "hooks_failing_pages"),
                                  ("collect", "error('nej')", "script_raised")]:
            with self.subTest(event):
                self.setUp()
                self.hook("  " + body, event)
                self.ws.write("s/content/ny.md", text("Ny"))
                run = self.build()
                self.says(run, code)
                self.assertFalse(run.sites["s"]["published"], str(run))
                self.assertEqual(self.ws.published(), self.before)
                self.assertEqual(run.code, 1)

    def test_exactly_a_fifth_does_not(self):
        self.hook("  if doc.title == 'T0' or doc.title == 'T1' then error('nej') end")
        run = self.build()  # 2 of 12
        self.assertTrue(run.sites["s"]["published"], str(run))
        self.assertEqual(run.all("hooks_failing"), [])
        self.assertEqual(len(run.all("script_raised_document")), 2)

    def test_all_errors_of_a_run(self):
        self.hook("  if doc.title == 'T0' then error('nej') end")
        self.ws.write("s/content/x.md", "---\ntitle: X\n")
        self.ws.write("s/content/y.md", b"---\ntitle: Y\n---\n\xff")
        self.ws.write("s/content/z.md", text("Z", kind="zebra"))
        os.symlink("/etc/passwd", self.ws.path("s/content/w.md"))
        run = self.build()
        self.assertEqual({d["code"] for d in run.errors}, {"script_raised_document", "front_matter_unclosed",
                                                            "item_invalid_utf8", "kind_unknown", "file_outside"}, str(run))


class Plugins(Told):
    def use(self, way):
        os.makedirs(self.ws.path("tillägg"))
        shutil.copy(BUILD / "tests" / "badplugins" / f"bad_{way}.so", self.ws.path("tillägg").decode())
        self.ws.write("notis.yaml", NOTIS_YAML + "plugins: [tillägg]\n")

    def test_plugins_that_cannot_be_loaded(self):
        for way, code in [("abi", "plugin_abi"), ("short", "plugin_struct_size"), ("short_api", "plugin_struct_size"),
                          ("symbol", "plugin_no_entry"), ("null", "plugin_no_descriptor"), ("name", "plugin_name"),
                          ("nothing", "plugin_offers_nothing"), ("undefined", "plugin_load")]:
            with self.subTest(way):
                self.setUp()
                self.use(way)
                run = self.build()
                diag = self.says(run, code)
                self.assertTrue(diag["file"].endswith(f"tillägg/bad_{way}.so"), str(run))
                self.assertEqual(run.code, 2)
                self.assertEqual(self.ws.published(), {})

    def test_files_that_are_no_plugins(self):
        self.ws.write("tillägg/inte.so", "inget delat objekt")
        self.ws.write("tillägg/tom.so", "")
        self.ws.write("tillägg/läsmig.txt", "")
        self.ws.write("notis.yaml", NOTIS_YAML + "plugins: [tillägg]\n")
        run = self.build()
        self.assertEqual([os.path.basename(d["file"]) for d in run.all("plugin_load")], ["inte.so", "tom.so"], str(run))

    def test_no_folder_of_plugins(self):
        self.ws.write("notis.yaml", NOTIS_YAML + "plugins: [tillägg]\n")
        run = self.build()
        self.assertTrue(self.says(run, "plugin_directory")["file"].endswith("tillägg"))

    def test_a_source_that_cannot_start(self):
        self.build()
        before = self.ws.published()
        self.use("open")
        self.ws.write("s/site.yaml", SITE_YAML.replace("collections:", "  dålig: { use: bad }\ncollections:"))
        run = self.build()
        diag = self.says(run, "plugin_message", file="s/site.yaml", line=5, column=3)
        self.assertEqual((diag["message"], diag["hint"]), ("no connection", "Is the server up?"))
        self.assertFalse(run.sites["s"]["published"])
        self.assertEqual(self.ws.published(), before)

    def test_a_plugin_that_is_not(self):
        self.ws.write("s/site.yaml", SITE_YAML.replace("source_markdown", "source_finns_inte"))
        self.refused("source_unknown", "s/site.yaml", 4, 3, exit=1)


class Disks(Told):
    def test_a_full_disk(self):
        place = str(self.ws.root / "litet")
        os.mkdir(place)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", place], capture_output=True)
        if mounted.returncode:
            self.skipTest("a small file system cannot be mounted here: " + mounted.stderr.decode().strip())
        try:
            self.assertEqual(self.build("--out", "litet/ut").code, 0)
            before = self.ws.published("litet/ut")
            self.ws.write("s/content/stor.md", text("Stor", "x" * 200000))
            run = self.build("--out", "litet/ut")
            self.assertIn("durable_write", run.codes(), str(run))
            self.assertEqual(run.code, 1)
            self.assertEqual({k: v for k, v in self.ws.published("litet/ut").items() if ".notis-stage" not in k}, before)
            self.ws.delete("s/content/stor.md")
            run = self.build("--out", "litet/ut")
            self.assertEqual(run.code, 0, str(run))
            self.assertEqual(self.ws.published("litet/ut"), before)
        finally:
            subprocess.run(["umount", "-l", place], check=True)

    def test_a_file_that_may_not_grow(self):
        """The kernel refuses writes beyond a limit, as a disk does in the middle of a file."""
        self.build()
        before = self.ws.published()
        self.ws.write("s/content/stor.md", text("Stor", "x" * 100000))

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (50000, 50000))

        run = self.ws.build(prepare=limit)
        self.assertIn("durable_write", run.codes(), str(run))
        self.assertEqual(self.ws.published(), before)
        self.assertEqual(self.build().code, 0)
        self.assertIn("stor/index.html", self.ws.published())
        self.assertEqual(self.ws.leftovers(), [])


class Locks(Told):
    def test_a_second_engine(self):
        self.build()
        before = self.ws.published()
        self.ws.write("s/content/ny.md", text("Ny"))
        with open(self.ws.path(".notis/state/lock"), "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.seek(0)
            lock.write("4711\n")
            lock.truncate()
            lock.flush()
            run = self.build()
            self.assertIn("4711", self.says(run, "state_locked")["message"])
            self.assertEqual(run.code, 2)
            self.assertEqual(self.ws.published(), before)
            self.assertEqual(self.ws.check().code, 0)
        self.assertEqual(self.build().code, 0)
        self.assertIn("ny/index.html", self.ws.published())

    def test_damaged_state(self):
        self.build()
        before = self.ws.published()
        for file, content in [("ledger", b"skrot"), ("ledger", b""), ("journal", b"notis-journal 1\nskrot"), ("journal", b"")]:
            with self.subTest(file):
                self.ws.write(f".notis/state/s/{file}", content)
                run = self.build()
                self.sound(run)
                self.assertEqual(self.ws.published(), before)
                self.assertEqual(self.build().diags, [], str(run))


if __name__ == "__main__":
    main()
