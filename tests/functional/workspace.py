"""A workspace in a temporary folder, and the program run on it. Every functional test in Python begins here.

A test case makes a Workspace, writes files into it, and calls build(), check() or run(). The diagnostics come back as
the dictionaries that `--format json` prints, one a line."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("NOTIS_SOURCE_DIR", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("NOTIS_BUILD_DIR", SOURCE / "build")).resolve()
PROGRAM = BUILD / "notis"
SKIPPED = 77  # ctest's SKIP_RETURN_CODE

# No test waits longer than this for the program; under sanitizers it is ten times slower.
TIMEOUT = 60

NOTIS_YAML = """notis: 1
sites: [s]
"""
SITE_YAML = """title: Region
url: https://region.example/
sources:
  text: { use: source_markdown, path: content, match: "**/*.md" }
collections:
  alla: { kind: article, sort: [title], path: /alla/, template: list.html }
"""
# Not of any kind's own rules: title and body, and every other field is allowed.
TEMPLATES = {
    "article.html": "<!doctype html><title>{{ doc.title }}</title>\n{{ doc.body }}\n",
    "default.html": "<!doctype html><title>{{ doc.title }}</title>\n{{ doc.body }}\n",
    "list.html": "<!doctype html><ul>{% for d in documents %}<li>{{ d.title }}</li>{% endfor %}</ul>\n",
}


def text(title, body="Brödtext.\n", **fields):
    """A text with its front matter."""
    more = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\ntitle: {title}\n{more}---\n{body}"


class Run:
    """What one run of the program came to."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    @property
    def diags(self):
        return [line for line in self.lines() if line["type"] == "diagnostic"]

    @property
    def errors(self):
        return [d for d in self.diags if d["severity"] == "error"]

    @property
    def sites(self):
        return {line["site"]: line for line in self.lines() if line["type"] == "site"}

    def codes(self):
        return [d["code"] for d in self.diags]

    def all(self, code):
        return [d for d in self.diags if d["code"] == code]

    def __str__(self):
        return f"exit {self.code}\n--- out\n{self.out}\n--- err\n{self.err}"


class Workspace:
    """A folder with one site, `s`, and two good texts; files given as path=content replace or add to them."""

    def __init__(self, name="arbetsyta", plain=False):
        self._temporary = tempfile.mkdtemp(prefix="notis-")
        os.chmod(self._temporary, 0o755)
        self.root = Path(self._temporary) / name
        self.root.mkdir()
        self.program = PROGRAM
        if plain:
            return
        self.write("notis.yaml", NOTIS_YAML)
        self.write("s/site.yaml", SITE_YAML)
        self.write("s/content/om.md", text("Om oss"))
        self.write("s/content/kontakt.md", text("Kontakt"))
        for path, template in TEMPLATES.items():
            self.write("s/templates/" + path, template)

    def remove(self):
        shutil.rmtree(self._temporary, ignore_errors=True)

    def path(self, path):
        return os.path.join(os.fsencode(self.root), path if isinstance(path, bytes) else path.encode())

    def write(self, path, content):
        where = self.path(path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def delete(self, path):
        os.unlink(self.path(path))

    def run(self, *args, env=None, cwd=None, prepare=None, files=None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NOTIS_")}
        environment["LC_ALL"] = "C.UTF-8"
        environment.update(env or {})
        got = subprocess.run([str(self.program), *args], cwd=cwd or self.root, env=environment, timeout=TIMEOUT,
                             stdin=subprocess.DEVNULL, capture_output=True, preexec_fn=prepare)
        return Run(got.returncode, got.stdout.decode(), got.stderr.decode(errors="replace"))

    def build(self, *args, **options):
        return self.run("build", "--format", "json", *args, **options)

    def check(self, *args, **options):
        return self.run("check", "--format", "json", *args, **options)

    def published(self, out="public/s"):
        """Every file below the output folder: its path, and its bytes. A watch may remove one that was listed."""
        found = {}
        root = self.path(out)
        for folder, _, names in os.walk(root):
            for name in names:
                where = os.path.join(folder, name)
                with contextlib.suppress(FileNotFoundError), open(where, "rb") as file:
                    found[os.path.relpath(where, root).decode(errors="surrogateescape")] = file.read()
        return found

    def ledger(self, site="s"):
        """What the ledger says last of each path, without the stamps, which name inodes and times."""
        with open(self.path(f".notis/state/{site}/ledger"), "rb") as file:
            lines = [line[17:].split(b"\t") for line in file.read().splitlines()[1:]]
        said = {}
        for head, *names in lines:
            if head == b"gone":
                said.pop(names[0], None)
            elif head.startswith(b"put "):
                said[names[0]] = (head.split()[1], names[1])
        return sorted((path, *about) for path, about in said.items())

    def journal(self, site="s"):
        return os.path.exists(self.path(f".notis/state/{site}/journal"))

    def leftovers(self):
        """What a finished commit must not leave: a journal, staged files, half-written ones."""
        found = []
        for folder, folders, names in os.walk(os.fsencode(self.root)):
            for name in folders + names:
                where = os.path.join(folder, name)
                if name == b"journal" or b".notis-stage" in name or name.endswith((b".tmp", b".new", b"~")):
                    found.append(os.path.relpath(where, os.fsencode(self.root)).decode())
        return found


class Case(unittest.TestCase):
    """A test with a workspace of its own."""

    plain = False
    maxDiff = 4000

    def setUp(self):
        self.ws = Workspace(plain=self.plain)
        self.addCleanup(self.ws.remove)

    def says(self, run, code, **wanted):
        """Exactly one diagnostic of that code has these members; it is returned."""
        found = [d for d in run.all(code) if all(d.get(k) == v for k, v in wanted.items())]
        self.assertEqual(len(found), 1, f"{code} {wanted}\n{run}")
        return found[0]

    def only(self, run, *codes):
        self.assertEqual(sorted(set(run.codes())), sorted(set(codes)), str(run))

    def sound(self, run):
        """It ended by itself: no signal, no fault of the engine, nothing from a sanitizer."""
        self.assertIn(run.code, (0, 1, 2), str(run))
        self.assertNotIn("Sanitizer", run.err)
        self.assertNotIn("runtime error", run.err)


def strict():
    return os.environ.get("NOTIS_STRICT") == "1"


def main():
    """Runs the file's tests; 77 when some were skipped, each with its reason, and 1 instead with NOTIS_STRICT=1."""
    program = unittest.main(module="__main__", exit=False, verbosity=1)
    result = program.result
    for case, reason in result.skipped:
        print(f"skipped: {case.id()}: {reason}")
    if not result.wasSuccessful():
        sys.exit(1)
    if result.skipped:
        sys.exit(1 if strict() else SKIPPED)
