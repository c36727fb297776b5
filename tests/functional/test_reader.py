#!/usr/bin/env python3
"""Every file below a site that the kernel sees opened was opened by the one reader, and nothing else of it is."""

import os
import re
import shutil
import subprocess

from workspace import NOTIS_YAML, SITE_YAML, Case, main, text

# The calls that open a file, or tell a program what one holds.
CALLS = "open,openat,openat2,creat,readlink,readlinkat,execve,truncate,mmap"
LINE = re.compile(r'^(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\) = (-?\d+)(.*)$')
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
DIRECTORY = re.compile(r"<([^>]*)>")


def unescape(quoted):
    """strace -xx writes every byte as \\xNN."""
    return bytes(int(byte, 16) for byte in re.findall(r"\\x([0-9a-f]{2})", quoted))


class Opened(Case):
    def setUp(self):
        super().setUp()
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        probe = subprocess.run(["strace", "-f", "-e", "trace=openat", "true"], capture_output=True)
        if probe.returncode:
            self.skipTest("ptrace is not permitted here: " + probe.stderr.decode(errors="replace").strip())
        ws = self.ws
        ws.write("notis.yaml", NOTIS_YAML + "plugins: []\n")
        ws.write("s/site.yaml", SITE_YAML + "extends: ../shared\n")
        ws.write("shared/site.yaml", "params: { a: 1 }\n")
        ws.write("shared/templates/bas.html", "{% block a %}{% endblock %}")
        ws.write("s/templates/article.html", '{% extends "shared:bas.html" %}{% block a %}{{ doc.title }}{{ doc.body }}{% endblock %}')
        ws.write("s/scripts/a.lua", 'local notis = require "notis"\nlocal x = require "x"\n'
                 'notis.on("document", function(doc) doc.n = notis.data("data/tal.yaml").n end)\n')
        ws.write("s/scripts/lib/x.lua", "return 1\n")
        ws.write("s/data/tal.yaml", "n: 3\n")
        ws.write("s/i18n/sv.yaml", "a: b\n")
        ws.write("s/kinds/news.yaml", "permalink: /n/{slug}/\ntemplate: article.html\nfields:\n  title: { type: text }\n")
        ws.write("s/content/news/åäö.md", text("Nyhet"))
        ws.write("s/static/css/a.css", "x")
        ws.write("s/static/orörd.txt", "x")
        os.symlink("om.md", ws.path("s/content/lank.md"))
        os.symlink("/etc/passwd", ws.path("s/content/ut.md"))

    def traced(self, *args):
        """The files below the workspace that were opened: by strace, and by the reader's own log."""
        trace, log = self.ws.root.parent / "trace", self.ws.root.parent / "log"
        environment = dict(os.environ, NOTIS_READ_LOG=str(log), LC_ALL="C.UTF-8", ASAN_OPTIONS="detect_leaks=0")
        command = ["strace", "-f", "-y", "-xx", "-s", "4096", "-o", str(trace), "-e", "trace=" + CALLS,
                   str(self.ws.program), *args]
        run = subprocess.run(command, cwd=self.ws.root, env=environment, capture_output=True, timeout=240)
        self.assertIn(run.returncode, (0, 1), run.stderr.decode())
        seen = set()
        with open(trace, "rb") as file:
            for line in file.read().decode().splitlines():
                seen |= self.paths(line)
        with open(log, "rb") as file:
            logged = {os.path.normpath(os.fsdecode(line)) for line in file.read().splitlines()}
        return seen, logged

    def paths(self, line):
        """What a line of the trace opened, absolute; a call on one of our own descriptors only maps or looks at it."""
        match = LINE.match(line)
        if not match or int(match[3]) < 0 or match[1] == "mmap":
            return set()
        named = QUOTED.search(match[2])
        if not named:
            return set()
        path = os.fsdecode(unescape(named[1]))
        directory = DIRECTORY.search(match[2][:named.start()])
        base = os.fsdecode(unescape(directory[1])) if directory else str(self.ws.root)
        return {os.path.normpath(os.path.join(base, path))}

    def below_sites(self, paths):
        roots = tuple(str(self.ws.root / name) + "/" for name in ("s", "shared"))
        return {path for path in paths if path.startswith(roots)}

    def test_a_build_opens_files_by_the_reader_only(self):
        seen, logged = self.traced("build", "--format", "json", "--workers", "2")
        seen, logged = self.below_sites(seen), self.below_sites(logged)
        root = str(self.ws.root)
        for path in ["s/site.yaml", "shared/site.yaml", "s/content/news/åäö.md", "s/content/om.md", "s/templates/article.html",
                     "shared/templates/bas.html", "s/scripts/a.lua", "s/scripts/lib/x.lua", "s/data/tal.yaml", "s/i18n/sv.yaml",
                     "s/kinds/news.yaml", "s/static/css/a.css", "s/static/orörd.txt", "s/content/lank.md"]:
            self.assertIn(f"{root}/{path}", seen)
        self.assertEqual(seen - logged, set(), "opened behind the reader's back")
        self.assertNotIn("/etc/passwd", self.traced("check")[0])

    def test_what_is_not_of_the_site_is_not_opened(self):
        for path in ["s/LÄSMIG.txt", "s/hemligt/nyckel", "s/content/.git/config", "s/content/bild.jpg", "s/data/oanvänd.yaml",
                     "s/templates/oanvänd.html", "s/content/a.md~"]:
            self.ws.write(path, "x")
        seen, _ = self.traced("build", "--format", "json")
        root = str(self.ws.root)
        for path in ["s/LÄSMIG.txt", "s/hemligt", "s/hemligt/nyckel", "s/content/.git", "s/content/bild.jpg",
                     "s/data/oanvänd.yaml", "s/templates/oanvänd.html", "s/content/a.md~", "s/content/ut.md"]:
            self.assertNotIn(f"{root}/{path}", seen)

    def test_the_command_shows_lines_through_the_reader(self):
        """The line that a diagnostic prints is a file of the site, too."""
        self.ws.write("s/content/fel.md", "---\ntitle: A\n")
        seen, logged = self.traced("build")
        self.assertIn(str(self.ws.root / "s/content/fel.md"), seen)
        self.assertEqual(self.below_sites(seen) - logged, set())


if __name__ == "__main__":
    main()
