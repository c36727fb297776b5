#!/usr/bin/env python3
"""Templates, scripts and plugins that do not load, never end, raise, or take all there is."""

import os
import shutil

from told import GOOD, Told
from workspace import BUILD, NOTIS_YAML, SITE_YAML, main, text

HOOKS = 'local notis = require "notis"\n'


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


class CollectHooks(Told):
    """What they add is held to what site.yaml is held to, and told with the folder of scripts as its place."""

    def collects(self, line):
        self.ws.write("s/scripts/a.lua", f'local notis = require "notis"\nnotis.on("collect", function(site, c) {line} end)\n')
        run = self.ws.build()
        self.sound(run)
        return run

    def test_addresses_that_no_page_can_have(self):
        for path in ("x", "/../x", "/a?b", "/a#b", "/a\\nb", "/a\\\\b", ""):
            for code, line in [("path_outside", f'c:collection("z", {{ path = "{path}", documents = {{}} }})'),
                               ("path_outside", f'c:redirect("{path}", "/om/")')]:
                if "collection" in line and not path.startswith("/"):
                    continue  # without a path it has no pages; another one is a bad setting, below
                with self.subTest(line):
                    diag = self.says(self.collects(line), code)
                    self.assertEqual(diag["file"], "s/scripts")
                    self.assertEqual(set(self.ws.published()), GOOD)

    def test_a_collection_that_cannot_be(self):
        run = self.collects('c:collection("z", { path = "/z/", per_page = -1, documents = {} })')
        self.assertEqual(self.says(run, "config_bad_amount")["file"], "s/scripts")
        run = self.collects('c:collection("z", { path = "z/", documents = {} })')
        self.assertEqual(self.says(run, "config_bad_path")["file"], "s/scripts")


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


if __name__ == "__main__":
    main()
