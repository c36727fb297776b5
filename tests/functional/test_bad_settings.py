#!/usr/bin/env python3
"""Settings that are wrong, or lead where nothing may be published: told at their place, and nothing is touched."""

import os
import shutil
import tempfile

from told import GOOD, Told
from workspace import NOTIS_YAML, SITE_YAML, main, text

HOOKS = 'local notis = require "notis"\n'


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
        self.refused("config_bad_path", "s/site.yaml", 6, 47)
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
        self.assertTrue(run.sites["s"]["published"])
        self.assertEqual(run.codes(), ["publish_in_the_way"])
        self.assertEqual(set(self.ws.published()), GOOD - {"om/index.html"} | {"om"})
        with open(self.ws.path("public/s/om"), "rb") as file:
            self.assertEqual(file.read(), "någon annans".encode())
        self.ws.delete("public/s/om")
        run = self.build()
        self.assertEqual(run.code, 0, str(run))
        self.assertEqual(set(self.ws.published()), GOOD)
        self.assertEqual(self.ws.leftovers(), [])


class Lists(Told):
    """What lists, languages, pages and redirects may not say."""

    def test_faults(self):
        for more, code, line, column in [
                ("languages: { sv: {}, \"12\": {} }\n", "config_bad_language", 7, 22),
                ("languages: { sv: {}, Svenska: {} }\n", "config_bad_language", 7, 22),
                ("languages: { sv: {}, abcdefghi: {} }\n", "config_bad_language", 7, 22),
                ("languages: { sv: { fallback: [\"s v\"] } }\n", "config_bad_language", 7, 31),
                ("languages: { sv: {}, en: { path: en/ } }\n", "config_bad_path", 7, 34),
                ("languages: { sv: {}, en: { path: /a//b/ } }\n", "config_bad_path", 7, 34),
                ("languages: { sv: {}, en: { path: \"/a\\nb/\" } }\n", "config_bad_path", 7, 34),
                ("languages: { sv: {}, en: { path: /?a/ } }\n", "config_bad_path", 7, 34),
                ("languages: { sv: {}, en: { path: \"/" + "a" * 200000 + "/../b/\" } }\n", "config_bad_path", 7, 34),
                ("languages: { sv: { pth: / } }\n", "config_unknown_key_near", 7, 20),
                ("since: 24\n", "config_bad_year", 7, 8),
                ("links: { missing: warning }\n", "config_choice", 7, 19),
                ("taxonomies: { t: { path: /t/ } }\n", "config_placeholder", 7, 26),
                ("taxonomies: { t: { of: [nyhet], path: \"/t/{term}/\" } }\n", "config_unknown_kind", 7, 25),
                ("taxonomies: { t: { path: { en: \"/t/{term}/\" } } }\n", "lang_unknown", 7, 28),
                ("taxonomies: { t: { path: \"/t/{term}/\", outputs: { rss: { path: /rss.xml } } } }\n",
                 "config_placeholder", 7, 51),
                ("taxonomies: { t: { path: \"/t/{term}/\", number_from: nyast } }\n", "config_choice", 7, 53),
                ("taxonomies: { t: { path: \"/t/{term}/\", page_path: sida/ } }\n", "config_placeholder", 7, 51),
                ("taxonomies: { t: { path: \"/t/{term}/\", page_path: \"/{number}/\" } }\n", "config_page_path", 7, 51),
                ("taxonomies: { t: { path: \"/t/{term}/\", page_path: \"../{number}/\" } }\n", "config_page_path", 7, 51),
                ("taxonomies: { t: { path: \"/t/{term}/\", page_path: \"{number}?/\" } }\n", "config_page_path", 7, 51),
                ("taxonomies: { t: { path: \"/t/{term}/\", page_path: \"\\n{number}/\" } }\n", "config_page_path", 7, 51),
                ("menus: { main: { a: { title: A } } }\n", "config_missing_key", 7, 18),
                ("menus: { main: { a: { to: /, titel: A } } }\n", "config_unknown_key_near", 7, 30),
                ("redirects: { gammal: / }\n", "config_bad_path", 7, 14),
                ("redirects: { /a/: [b] }\n", "config_wrong_type", 7, 19),
                ("pages: { p: { template: x.html } }\n", "config_missing_key", 7, 10),
                ("pages: { p: { path: p/ } }\n", "config_bad_path", 7, 21),
                ("pages: { p: { path: /p/, languages: [xx] } }\n", "lang_unknown", 7, 38),
                ("outputs: { sitemap: {} }\n", "config_missing_key", 7, 12),
                ("outputs: { sitemap: { path: /s.xml, limit: 0 } }\n", "config_bad_amount", 7, 44)]:
            with self.subTest(more):
                self.setUp()
                self.ws.write("s/site.yaml", SITE_YAML + more)
                self.refused(code, "s/site.yaml", line, column)

    def test_faults_of_a_collection(self):
        for more, code in [
                ("outputs: { html: { path: x } }", "config_unknown_key"),
                ("outputs: { rss: { path: ../x } }", "config_bad_path"),
                ("outputs: { rss: { path: 'x?y' } }", "config_bad_path"),
                ("outputs: { rss: { path: x//y } }", "config_bad_path"),
                ("outputs: { rss: { limit: -1 } }", "config_bad_amount"),
                ("title: { en: News }", "lang_unknown")]:
            with self.subTest(more):
                self.setUp()
                self.ws.write("s/site.yaml", SITE_YAML.replace("path: /alla/", "path: /alla/, " + more))
                run = self.ws.build()
                self.assertEqual(run.code, 2, str(run))
                self.says(run, code, file="s/site.yaml", line=6)

    def test_addresses_of_no_website(self):
        for url in ("https://", "https:///x", "https://x.example/a b", "https://x.example/bås/", "https://x.example/?a",
                    "https://x.example/#a", "https://x.example//a/", "https://x.example/../a", "ftp://x.example/",
                    "'https://x.example/\"><script>'", '"https://x.example/\\n"'):
            with self.subTest(url):
                self.setUp()
                self.ws.write("s/site.yaml", SITE_YAML.replace("https://region.example/", url))
                self.refused("config_bad_url", "s/site.yaml", 2, 6)

    def test_a_menu_that_leads_to_a_program(self):
        for to in ("javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x"):
            with self.subTest(to):
                self.ws.write("s/site.yaml", SITE_YAML + f"menus: {{ m: {{ a: {{ to: '{to}' }} }} }}\n"
                              f"redirects: {{ /x/: '{to}' }}\n")
                run = self.ws.build()
                self.says(run, "address_absent", file="s/site.yaml", line=7)
                self.says(run, "redirect_absent", file="s/site.yaml", line=8)
                self.assertNotIn("x/index.html", self.ws.published())


class Inheriting(Told):
    def layers(self, **extends):
        for name, below in extends.items():
            self.ws.write(f"{name}/site.yaml", f"extends: {below}\nparams: {{ {name}: {name}, last: {name} }}\n")

    def test_a_circle(self):
        self.layers(a="[../b]", b="[../a]")
        self.ws.write("s/site.yaml", SITE_YAML + "extends: [../a]\n")
        self.refused("extends_circle", "b/site.yaml", 1, 11)

    def test_what_two_share_is_furthest(self):
        """s extends a and b, and both extend c: nearest first, that is s, a, b, c."""
        self.layers(a="[../c]", b="[../c]", c="[]")
        self.ws.write("s/site.yaml", SITE_YAML + "extends: [../a, ../b]\n")
        self.ws.write("s/templates/article.html", "{{ site.params.last }} {{ site.params.b }} {{ site.params.c }}")
        for layer in "abc":
            self.ws.write(f"{layer}/static/x.txt", layer)
        for layer in "bc":
            self.ws.write(f"{layer}/static/y.txt", layer)
        run = self.build()
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        self.assertEqual(self.ws.published()["om/index.html"], b"a b c")
        self.assertEqual(self.ws.published()["x.txt"], b"a")
        self.assertEqual(self.ws.published()["y.txt"], b"b")

    def test_a_link_out_of_the_workspace(self):
        with tempfile.TemporaryDirectory() as outside:
            with open(os.path.join(outside, "site.yaml"), "w", encoding="utf-8") as file:
                file.write("params: { hemligt: x }\n")
            os.symlink(outside, self.ws.path("ute"))
            self.ws.write("s/site.yaml", SITE_YAML + "extends: [../ute]\n")
            run = self.refused("extends_outside", "s/site.yaml", 7, 11)
            self.assertNotIn("hemligt", run.out)

    def test_a_link_within_the_workspace(self):
        self.layers(a="[]")
        os.symlink("a", self.ws.path("b"))
        self.ws.write("s/site.yaml", SITE_YAML + "extends: [../b]\n")
        self.assertEqual(self.build().code, 0)

    def test_too_many(self):
        self.layers(**{f"l{n}": f"[../l{n + 1}]" for n in range(1, 20)})
        self.ws.write("s/site.yaml", SITE_YAML + "extends: [../l1]\n")
        self.refused("extends_many", "l15/site.yaml", 1, 11)


if __name__ == "__main__":
    main()
