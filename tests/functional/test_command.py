#!/usr/bin/env python3
"""The command as people and programs meet it: help, mistakes, languages, exit codes, lists, progress, carets."""

import fcntl
import json
import os
import pty
import re
import select
import shutil
import subprocess

from workspace import NOTIS_YAML, SITE_YAML, TIMEOUT, Case, Workspace, main, text

NEWS = """permalink: /n/{date.year}/{slug}/
template: article.html
fields:
  title: { type: text, required: true, max: 20 }
  date: { type: datetime, required: true }
"""


class Help(Case):
    def test_in_both_languages(self):
        for language, example, options, codes in [("en", "Example", "Options:", "Exit codes"),
                                                  ("sv", "Exempel", "Flaggor:", "Slutkoder")]:
            for words in [["help"], ["--help"], ["-h"], [], ["help", "build"], ["build", "--help"], ["help", "check"],
                          ["help", "list"], ["help", "config"], ["help", "new"]]:
                run = self.ws.run(*words, "--lang", language)
                self.assertEqual((run.code, run.err), (0, ""), words)
                for word in (example, options, codes, "notis "):
                    self.assertIn(word, run.out, words)

    def test_each_command_is_told_of_itself(self):
        for command in ["build", "check", "list", "config", "new"]:
            self.assertTrue(self.ws.run("help", command).out.startswith(f"notis {command} "), command)
            self.assertEqual(self.ws.run("help", command).out, self.ws.run(command, "--help").out)

    def test_every_option_of_the_help_is_known(self):
        self.assertEqual(self.ws.build().code, 0)
        named = set(re.findall(r"(?<![\w-])--[a-z-]+", self.ws.run("help").out))
        self.assertGreaterEqual(named, {"--workspace", "--out", "--workers", "--at", "--format", "--lang", "--quiet"})
        for option in named:
            run = self.ws.run("check", option)
            self.assertNotIn("there is no option", run.err, option)

    def test_the_session_chooses_the_language(self):
        for variables, swedish in [({"LC_ALL": "sv_SE.UTF-8"}, True), ({"LC_ALL": "", "LANG": "sv_SE.UTF-8"}, True),
                                   ({"LC_ALL": "en_GB.UTF-8", "LANG": "sv_SE"}, False), ({"LC_ALL": "C"}, False)]:
            self.assertEqual("Exempel" in self.ws.run("help", env=variables).out, swedish, variables)

    def test_version(self):
        run = self.ws.run("--version")
        self.assertRegex(run.out, r"^notis \d+\.\d+\.\d+\n$")


class Mistakes(Case):
    def told(self, words, *parts):
        run = self.ws.run(*words)
        self.assertEqual((run.code, run.out), (2, ""), words)
        for part in parts:
            self.assertIn(part, run.err, words)

    def test_commands(self):
        self.told(["buidl"], '"buidl"', '"build"')
        self.told(["chek"], '"check"')
        self.told(["something"], '"something"', "notis help")
        self.told(["help", "buidl"], '"buidl"', '"build"')
        self.told(["list"], "sites", "documents", "pages", "hooks", "plugins")
        self.told(["list", "pagse"], '"pagse"', "documents")

    def test_options(self):
        self.told(["build", "--worker", "2"], '"--worker"', '"--workers"')
        self.told(["build", "-x"], '"-x"')
        self.told(["build", "--out"], '"--out"')
        for option, value in [("--workers", "0"), ("--workers", "many"), ("--workers", "-1"), ("--workers", "99999999999"),
                              ("--workers", "2x"), ("--at", "igår"), ("--at", "2025-02-30"), ("--format", "xml"),
                              ("--lang", "de"), ("--out", "")]:
            self.told(["build", option, value], f'"{option}"')
        self.told(["build", "--quiet=yes"], '"--quiet"')

    def test_in_swedish(self):
        run = self.ws.run("buidl", "--lang", "sv")
        self.assertIn("kommando ”buidl”", run.err)
        run = self.ws.run("--lang", "sv", "build", "--worker")
        self.assertIn("flagga ”--worker”", run.err)

    def test_sites(self):
        run = self.ws.build("t")
        self.says(run, "site_unknown", file="notis.yaml", line=2)
        self.assertEqual(run.code, 2)

    def test_workspaces(self):
        run = self.ws.run("build", "--format", "json", "-C", "finns-inte")
        self.assertIn("finns-inte", self.says(run, "workspace_absent")["message"])
        self.assertEqual(run.code, 2)


class ExitCodes(Case):
    def test_good(self):
        self.assertEqual([self.ws.run(command).code for command in ("build", "check", "help", "config")], [0] * 4)

    def test_warnings_are_good(self):
        self.ws.write("s/content/tom.md", "")
        run = self.ws.build()
        self.assertEqual(run.code, 0)
        self.assertTrue(run.diags)

    def test_content(self):
        self.ws.write("s/content/a.md", text("A", kind="nej"))
        self.assertEqual([self.ws.run(command).code for command in ("build", "check")], [1, 1])

    def test_settings(self):
        self.ws.write("s/site.yaml", SITE_YAML + "x: 1\n")
        self.assertEqual([self.ws.run(command).code for command in ("build", "check", "config")], [2] * 3)

    def test_settings_outrank_content(self):
        shutil.copytree(self.ws.path("s"), self.ws.path("t"))
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, t]\n")
        self.ws.write("s/content/a.md", text("A", kind="nej"))
        self.ws.write("t/site.yaml", SITE_YAML + "x: 1\n")
        self.assertEqual(self.ws.build().code, 2)


class Json(Case):
    def test_each_line_is_one_object(self):
        self.ws.write('s/content/cita"t\n\x01.md', b"---\ntitle: \"\xc3\xa5\"\nkind: \"ne\\\"j\\n\"\n---\n")
        for path in (b"s/content/r\xe5.md", "s/content/b.md"):
            self.ws.write(path, b"\xff")
        run = self.ws.build()
        lines = [json.loads(line) for line in run.out.splitlines()]
        self.assertEqual({line["type"] for line in lines}, {"diagnostic", "site"})
        self.assertEqual(run.err, "")
        for diag in run.diags:
            self.assertLessEqual({"type", "severity", "code", "message"}, set(diag))
            self.assertIn(diag["severity"], ("error", "warning", "note"))
        site = run.sites["s"]
        self.assertEqual((site["documents"], site["published"]), (2, True))

    def test_columns_are_characters(self):
        self.ws.write("s/content/a.md", '---\ntitle: A\nåäö: [🙂, *nej]\n---\n')
        self.says(self.ws.build(), "yaml_alias_unknown", line=3, column=10)

    def test_workspace_errors_too(self):
        run = self.ws.run("build", "--format", "json", "-C", "/finns/inte")
        self.assertEqual([line["type"] for line in map(json.loads, run.out.splitlines())], ["diagnostic"])


class Lists(Case):
    def setUp(self):
        super().setUp()
        self.ws.write("s/kinds/news.yaml", NEWS)
        self.ws.write("s/content/news/å.md", text("Nyhet", date="2024-04-10"))
        self.ws.write("s/static/a.css", "x")
        self.ws.write("s/scripts/20-b.lua", 'local notis = require "notis"\nnotis.on("output", function(page, bytes) end)\n')
        self.ws.write("s/scripts/10-a.lua", 'local notis = require "notis"\n\n'
                      'notis.on("document", { kind = "news" }, function(doc) end)\nnotis.on("output", function(page, bytes) end)\n')

    def list(self, what, *sites):
        run = self.ws.run("list", what, *sites)
        self.assertEqual((run.code, run.err), (0, ""))
        self.assertFalse(os.path.exists(self.ws.path("public")))
        return [line.split("\t") for line in run.out.splitlines()]

    def test_sites(self):
        self.assertEqual(self.list("sites"), [["s", "Region", "https://region.example"]])

    def test_documents(self):
        self.assertEqual(self.list("documents"), [["s", "text/content/kontakt.md", "article", "sv", "published", "/kontakt/"],
                                                  ["s", "text/content/news/å.md", "news", "sv", "published",
                                                   "/n/2024/a/"],
                                                  ["s", "text/content/om.md", "article", "sv", "published", "/om/"]])

    def test_pages(self):
        pages = self.list("pages", "s")
        self.assertEqual([page[1] for page in pages],
                         ["a.css", "alla/index.html", "kontakt/index.html", "n/2024/a/index.html", "om/index.html"])
        self.assertEqual([page[2] for page in pages], ["static", "html", "html", "html", "html"])

    def test_hooks_in_the_order_they_run(self):
        self.assertEqual(self.list("hooks"), [["s", "document", "news", "s/scripts/10-a.lua:3"],
                                              ["s", "output", "*", "s/scripts/10-a.lua:4"],
                                              ["s", "output", "*", "s/scripts/20-b.lua:2"]])

    def test_plugins(self):
        plugins = {line[0]: line[1] for line in self.list("plugins")}
        for name, what in [("source_markdown", "source"), ("source_commonmark", "source"), ("output_html", "output"),
                           ("target_dir", "target")]:
            self.assertEqual(plugins.get(name), what)


class Config(Case):
    def test_the_origin_of_each_value(self):
        self.ws.write("shared/site.yaml", "title: Ärvd\nparams:\n  a: 1\n  b: [x, y]\n")
        self.ws.write("s/site.yaml", SITE_YAML + "extends: ../shared\nparams:\n  a: 2\n  c: {}\n")
        run = self.ws.run("config")
        self.assertEqual((run.code, run.err), (0, ""))
        lines = run.out.splitlines()
        self.assertEqual(lines[0], "# s")
        for line in ['title: "Region"  # s/site.yaml:1', 'url: "https://region.example/"  # s/site.yaml:2',
                     "  a: 2  # s/site.yaml:9", '  - "x"  # shared/site.yaml:4', "  c: {}  # s/site.yaml:10"]:
            self.assertIn(line, [shown.replace("    -", "  -") for shown in lines], run.out)
        for line in lines[1:]:
            self.assertRegex(line, r"  # (s|shared)/site\.yaml:\d+$")

    def test_json(self):
        run = self.ws.run("config", "--format", "json")
        self.assertEqual(json.loads(run.out)["title"], "Region")


class Checks(Case):
    def test_nothing_is_written(self):
        self.ws.write("s/content/a.md", text("A", kind="nej"))
        before = sorted(os.walk(self.ws.root))
        run = self.ws.check()
        self.assertEqual(run.code, 1)
        self.assertFalse(run.sites["s"]["published"])
        self.assertEqual(run.sites["s"]["pages"], 3)
        self.assertEqual(sorted(os.walk(self.ws.root)), before)

    def test_it_takes_no_lock(self):
        self.ws.build()
        with open(self.ws.path(".notis/state/lock"), "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.ws.check().code, 0)
            self.assertEqual(self.ws.run("list", "pages").code, 0)
            self.assertEqual(self.ws.run("config").code, 0)
            self.assertEqual(self.ws.build().code, 2)

    def test_it_says_what_build_says(self):
        self.ws.write("s/content/a.md", text("A", kind="nej"))
        self.ws.write("s/templates/article.html", "{{ nej }}")
        self.assertEqual(self.ws.check().diags, self.ws.build().diags)


class Options(Case):
    def test_out(self):
        elsewhere = self.ws.root.parent / "annan plats"
        self.assertEqual(self.ws.build("--out", str(elsewhere) + "/{site}/x").code, 0)
        self.assertTrue((elsewhere / "s/x/om/index.html").exists())
        self.assertFalse((self.ws.root / "public").exists())
        os.mkdir(self.ws.root.parent / "här")
        run = self.ws.build("-C", str(self.ws.root), "--out", "ut", cwd=self.ws.root.parent / "här")
        self.assertEqual(run.code, 0)
        self.assertTrue((self.ws.root.parent / "här/ut/om/index.html").exists(), "from where the user stands")

    def test_at(self):
        self.ws.write("s/scripts/a.lua", 'local notis = require "notis"\nnotis.on("document", function(doc)\n'
                      '  doc.title = notis.format.date(notis.now("day"), "iso")\nend)\n')
        for at, shown in [("2025-01-01", b"2025-01-01"), ("2024-12-31T23:30:00Z", b"2025-01-01"),
                          ("2024-12-31 22:59", b"2024-12-31")]:
            run = self.ws.build("--at", at)
            self.assertEqual(run.code, 0, str(run))
            self.assertIn(shown, self.ws.published()["om/index.html"], at)

    def test_workers_give_the_same_bytes(self):
        found = set()
        for i in range(40):
            self.ws.write(f"s/content/t{i}.md", text(f"T{i}"))
        for workers in ("1", "2", "8"):
            self.assertEqual(self.ws.build("--workers", workers, "--out", "ut" + workers).code, 0)
            found.add(tuple(sorted(self.ws.published("ut" + workers).items())))
        self.assertEqual(len(found), 1)

    def test_quiet(self):
        self.assertEqual(self.ws.run("build", "--quiet").out, "")
        self.ws.write("s/content/tom.md", "")
        run = self.ws.run("build", "-q")
        self.assertIn("item_empty", run.err)
        self.assertEqual(run.out, "")


class Elsewhere(Case):
    def test_a_folder_with_a_space_and_an_a_with_a_ring(self):
        ws = Workspace("en mapp på å")
        self.addCleanup(ws.remove)
        ws.write("s/content/fel.md", text("A", kind="nej"))
        here = ws.build()
        self.assertEqual(here.sites["s"]["documents"], 2)
        self.assertEqual(here.diags[0]["file"], "s/content/fel.md")
        pages, ledger = ws.published(), ws.ledger()
        self.assertEqual(len(pages), 3)
        run = ws.build("-C", "en mapp på å", cwd=ws.root.parent)
        self.assertEqual(run.diags[0]["file"], "en mapp på å/s/content/fel.md", "a path that the user can open")
        self.assertEqual(run.sites["s"]["written"], 0)
        run = ws.build("-C", str(ws.root), cwd="/")
        self.assertEqual(run.diags[0]["file"], str(ws.root) + "/s/content/fel.md")
        self.assertEqual((ws.published(), ws.ledger()), (pages, ledger))


class Printed(Case):
    def test_plain_lines_when_no_terminal_listens(self):
        run = self.ws.run("build")
        self.assertNotIn("\033", run.out + run.err)
        self.assertNotIn("\r", run.out + run.err)
        self.assertRegex(run.out.splitlines()[0], r"^s: 2 documents, 3 files, 3 written, 0 removed \(\d+\.\d\d s\)$")
        self.assertEqual(run.err, "")

    def test_the_line_the_caret_and_the_hint(self):
        self.ws.write("s/content/a.md", '---\ntitle: A\nåäö: [🙂å, *nej]\n---\n')
        run = self.ws.run("build")
        lines = run.err.splitlines()
        self.assertTrue(lines[0].startswith("s/content/a.md:3:11: error: "), run.err)
        self.assertTrue(lines[0].endswith("[yaml_alias_unknown]"), run.err)
        self.assertEqual(lines[1], "    3 | åäö: [🙂å, *nej]")
        self.assertEqual(lines[2].index("^"), lines[1].index("*"))
        self.assertTrue(lines[3].startswith("      = "), run.err)

    def test_carets_in_long_lines_and_of_controls(self):
        self.ws.write("s/content/a.md", "---\ntitle: A\nx: [" + "ååååå, " * 100 + "*nej, " + "ååååå, " * 100 + "]\n---\n")
        lines = self.ws.run("build").err.splitlines()
        self.assertLess(len(lines[1]), 200)
        self.assertEqual(lines[1][lines[2].index("^"):][:4], "*nej")
        self.ws.write("s/content/a.md", b"---\ntitle: A\nx: \x1b[31m\n---\n")
        run = self.ws.run("build")
        self.assertNotIn("\033", run.err)

    def test_the_span_of_an_unknown_key(self):
        self.ws.write("s/site.yaml", SITE_YAML + "åtgärd: x\n")
        lines = self.ws.run("build").err.splitlines()
        self.assertEqual(lines[2].count("^"), len("åtgärd"))

    def test_alike_ones_are_grouped(self):
        for i in range(20):
            self.ws.write(f"s/content/t{i:02}.md", text(f"T{i}", kind="nej"))
        run = self.ws.run("build")
        self.assertEqual(run.err.count("[kind_unknown]"), 1, run.err)
        self.assertIn("19", run.err)
        self.assertIn("s/content/t01.md:3", run.err)
        self.assertEqual(len(self.ws.build().all("kind_unknown")), 20)

    def test_a_few_are_each_shown(self):
        for i in range(3):
            self.ws.write(f"s/content/t{i}.md", text(f"T{i}", kind="nej"))
        run = self.ws.run("build")
        for i in range(3):
            self.assertIn(f"s/content/t{i}.md:3:7: ", run.err)

    def test_all_errors_of_a_run_in_order(self):
        self.ws.write("s/content/b.md", "---\ntitle: A\n")
        self.ws.write("s/content/a.md", b"---\ntitle: A\n---\n\xff")
        self.ws.write("s/content/c.md", text("C", kind="nej"))
        run = self.ws.run("build")
        self.assertEqual(re.findall(r"^(s/content/\w\.md):", run.err, re.M),
                         ["s/content/a.md", "s/content/b.md", "s/content/c.md"])

    def test_in_swedish(self):
        self.ws.write("s/content/a.md", text("A", kind="nej"))
        run = self.ws.run("build", "--lang", "sv")
        self.assertIn("s/content/a.md:3:7: fel: sorten ”nej” finns inte [kind_unknown]", run.err)
        self.assertIn("2 dokument", run.out)


class Terminal(Case):
    def on_terminal(self, *args, **variables):
        """The program on a pseudo-terminal: its exit code and everything that it wrote there."""
        main_end, its_end = pty.openpty()
        environment = dict({k: v for k, v in os.environ.items() if k != "NO_COLOR"}, LC_ALL="C.UTF-8", TERM="xterm", **variables)
        process = subprocess.Popen([str(self.ws.program), *args], cwd=self.ws.root, env=environment, stdin=its_end,
                                   stdout=its_end, stderr=its_end)
        os.close(its_end)
        seen = b""
        while select.select([main_end], [], [], TIMEOUT)[0]:
            try:
                got = os.read(main_end, 65536)
            except OSError:  # the other end is closed
                break
            if not got:
                break
            seen += got
        os.close(main_end)
        return process.wait(timeout=TIMEOUT), seen.decode()

    def test_progress(self):
        code, seen = self.on_terminal("build")
        self.assertEqual(code, 0, seen)
        for phase in ("reading texts", "making the pages", "publishing"):
            self.assertIn(f"\r\033[Ks: {phase}", seen)
        last = seen.rindex("\r\033[K")
        self.assertRegex(seen[last:], r"^\r\033\[Ks: 2 documents")

    def test_no_progress_when_it_was_not_asked_for(self):
        for args in (("build", "--quiet"), ("build", "--format", "json")):
            code, seen = self.on_terminal(*args)
            self.assertEqual(code, 0)
            self.assertNotIn("\033", seen)

    def test_colors(self):
        self.ws.write("s/content/a.md", text("A", kind="nej"))
        self.assertIn("\033[1;31m", self.on_terminal("build")[1])
        self.assertNotIn("\033[1;31m", self.on_terminal("build", NO_COLOR="1")[1])


if __name__ == "__main__":
    main()
