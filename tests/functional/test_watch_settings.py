#!/usr/bin/env python3
"""`notis watch` and everything that is no text: templates, scripts, settings and folders that are inherited. What is
broken is said and mended without a restart, and one engine at a time has the workspace."""

import os
import signal

from watching import Watch, WatchCase
from workspace import SITE_YAML, main, text

TEMPLATE = "<!doctype html><title>{{ doc.title }}</title>\n{{ doc.body }}\n"


class Inputs(WatchCase):
    def errors(self, lines):
        return [line["code"] for line in lines if line["type"] == "diagnostic" and line["severity"] == "error"]

    def breaks(self, watch, path, broken, code, pages=None):
        """Nothing of what is published changes (of those pages), and the first good version is enough."""
        before = self.ws.published()
        with open(self.ws.path(path), "rb") as file:
            good = file.read()
        self.ws.write(path, broken)
        self.assertEqual(self.errors(watch.settle()), [code])
        now = self.ws.published()
        self.assertEqual(sorted(now), sorted(before))
        for page in pages or before:
            self.assertEqual(now[page], before[page], page)
        self.ws.write(path, good)
        self.assertEqual(self.errors(watch.settle()), [])
        self.assertEqual(self.same_as_clean(watch), before)

    def test_broken_and_mended(self):
        self.ws.write("s/scripts/10-hook.lua", "local notis = require 'notis'\n")
        self.ws.write("s/kinds/article.yaml", "permalink: /{slug}/\nunknown_fields: allow\n"
                                              "fields:\n  title: { type: text, required: true }\n")
        w = self.watch()
        self.breaks(w, "s/content/om.md", "---\ntitle: [\n---\n", "yaml_syntax")
        self.breaks(w, "s/templates/article.html", "{{ 1 + }}", "template_expected_value")
        self.breaks(w, "s/scripts/10-hook.lua", "error(", "script_syntax")
        self.breaks(w, "s/kinds/article.yaml", "fields: 7\n", "fields_not_map")
        self.breaks(w, "s/site.yaml", SITE_YAML + "färg: röd\n", "config_unknown_key")
        self.ends_well(w)

    def test_every_folder(self):
        """Each of those that a site is made of, at a file that comes, changes and goes."""
        self.ws.write("s/templates/article.html",
                      TEMPLATE + "{{ notis_word() }}{{ data('data/tal.yaml').n }}{% include 'del.html' %}\n")
        self.ws.write("s/scripts/10-word.lua", "local notis = require 'notis'\n"
                      "notis.global('notis_word', function() return notis.data('data/ord.yaml').ord end)\n"
                      "notis.global('data', function(path) return notis.data(path) end)\n")
        self.ws.write("s/data/ord.yaml", "ord: ett\n")
        self.ws.write("s/data/tal.yaml", "n: 1\n")
        self.ws.write("s/templates/del.html", "del\n")
        self.ws.write("s/i18n/sv.yaml", "a: b\n")
        w = self.watch()
        edits = [("s/data/ord.yaml", "ord: två\n", "två"), ("s/templates/del.html", "del två\n", "del två"),
                 ("s/scripts/10-word.lua", "local notis = require 'notis'\n"
                  "notis.global('notis_word', function() return 'från skriptet' end)\n"
                  "notis.global('data', function(path) return notis.data(path) end)\n", "från skriptet"),
                 ("s/data/tal.yaml", "n: 7777\n", "7777")]
        for path, content, shown in edits:
            self.ws.write(path, content)
            self.until(w, "om/index.html", shown)
        self.ws.write("s/static/bild.txt", "bild")
        self.until(w, "bild.txt", "bild")
        self.ws.delete("s/static/bild.txt")
        self.until(w, "bild.txt", None)
        self.ends_well(w)

    def test_what_is_inherited(self):
        """A folder that is inherited changes, another is named before it is there, and then comes."""
        self.ws.write("gemensam/templates/article.html", "gemensam " + TEMPLATE)
        self.ws.delete("s/templates/article.html")
        self.ws.write("s/site.yaml", "extends: [../gemensam]\n" + SITE_YAML)
        w = self.watch()
        self.ws.write("gemensam/templates/article.html", "igen " + TEMPLATE)
        self.until(w, "om/index.html", "igen")
        self.ws.write("s/site.yaml", "extends: [../sen, ../gemensam]\n" + SITE_YAML)
        self.assertEqual(set(self.errors(w.settle())), {"extends_absent"})
        os.makedirs(self.ws.path("bredvid/templates"))
        self.ws.write("bredvid/templates/article.html", "sent " + TEMPLATE)
        os.rename(self.ws.path("bredvid"), self.ws.path("sen"))
        self.until(w, "om/index.html", "sent")
        self.ws.write("sen/templates/article.html", "senare " + TEMPLATE)
        self.until(w, "om/index.html", "senare")
        self.ends_well(w)

    def test_the_site_goes_and_comes_back(self):
        w = self.watch()
        before = self.ws.published()
        os.rename(self.ws.path("s"), self.ws.path("undan"))
        self.assertEqual(self.errors(w.settle()), ["site_absent"])
        self.assertEqual(self.ws.published(), before)
        os.rename(self.ws.path("undan"), self.ws.path("s"))
        self.assertEqual(self.errors(w.settle()), [])
        self.mark(w)
        self.same_as_clean(w)
        self.ends_well(w)

    def test_a_fault_stays_in_its_site(self):
        self.ws.write("t/site.yaml", SITE_YAML)
        for name in ("article.html", "list.html"):
            self.ws.write("t/templates/" + name, TEMPLATE)
        self.ws.write("t/content/t.md", text("T"))
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, t]\n")
        w = self.watch()
        self.ws.write("t/site.yaml", "title: [\n")
        lines = w.settle()
        self.assertEqual([line["site"] for line in lines if line["type"] == "site"], ["t"])
        self.mark(w)
        self.assertIn("mark1/index.html", self.ws.published())
        self.ends_well(w)


class Workspaces(WatchCase):
    def test_notis_yaml(self):
        self.ws.write("t/site.yaml", SITE_YAML)
        self.ws.write("t/templates/article.html", TEMPLATE)
        self.ws.write("t/templates/list.html", TEMPLATE)
        self.ws.write("t/content/t.md", text("T"))
        w = self.watch()
        self.ws.write("notis.yaml", "notis: 1\nsites: [s\n")
        w.wait(lambda line: line.get("code") == "yaml_unclosed_list")
        self.mark(w)  # the sites go on as they were
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, t]\n")
        w.wait(lambda line: line["type"] == "reloading")
        lines = w.settle()
        self.assertEqual(sorted(line["site"] for line in lines if line["type"] == "site"), ["s", "t"])
        self.assertIn("t/index.html", self.ws.published("public/t"))
        self.mark(w)
        self.same_as_clean(w)
        self.ends_well(w)

    def test_one_at_a_time(self):
        w = self.watch()
        for command in (["build"], ["watch"]):
            run = self.ws.run(*command, "--format", "json")
            self.assertEqual(run.code, 2, str(run))
            self.assertIn(str(w.process.pid), self.says(run, "state_locked")["message"])
        self.assertEqual(self.ws.check().code, 0)
        self.mark(w)
        self.ends_well(w)
        self.assertEqual(self.ws.build().code, 0)

    def test_a_lock_that_nobody_holds(self):
        """A watch that was killed leaves its number behind, and no lock."""
        w = self.watch()
        w.stop(signal.SIGKILL)
        self.assertIn(str(w.process.pid), (self.ws.root / ".notis/state/lock").read_text())
        self.ws.write("s/content/om.md", text("Om oss", "Nytt.\n"))
        run = self.ws.build()
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        self.assertIn(b"Nytt", self.ws.published()["om/index.html"])

    def test_signals(self):
        """Also in the middle of a build."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.ends_well(self.watch(), number)
        for n in range(400):
            self.ws.write(f"s/content/t{n}.md", text(f"Text {n}"))
        w = Watch(self.ws)
        self.addCleanup(w.stop)
        while not (self.ws.root / ".notis/state/lock").stat().st_size:
            pass
        w.process.send_signal(signal.SIGINT)
        w.process.wait(60)
        self.assertIn(w.process.returncode, (0, -signal.SIGINT), w.err)  # or before it knew of signals
        self.assertEqual(self.ws.build().code, 0)
        self.assertEqual(self.ws.leftovers(), [])


if __name__ == "__main__":
    main()
