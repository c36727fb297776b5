#!/usr/bin/env python3
"""A build killed before and after each write, rename, removal and sync: every file is whole, and the next start ends it."""

import shutil
import signal
import subprocess
import time

from workspace import NOTIS_YAML, Case, main, text

AT = ("--at", "2025-01-01")


def first(ws):
    """A site with everything that the edits below change."""
    ws.write("notis.yaml", NOTIS_YAML + "limits: { removals: 100 % }\n")
    ws.write("s/kinds/fil.yaml", "permalink: /{slug}\ntemplate: article.html\nfields:\n  title: { type: text }\n")
    for i in range(4):
        ws.write(f"s/content/t{i}.md", text(f"T{i}"))
    ws.write("s/content/borta.md", text("Borta"))
    ws.write("s/content/fil/blir-mapp.md", text("Blir mapp"))
    ws.write("s/static/bild.bin", b"\0gammal" * 50)
    ws.write("s/static/mapp/blir-fil", "x")
    ws.write("s/static/bort/djupt/ned.txt", "x")


def edits(ws):
    """Changed, new, removed; a file that becomes a folder, and a folder that becomes a file."""
    ws.write("s/content/t0.md", text("T0 ändrad"))
    ws.write("s/content/t1.md", text("T1", "Ny brödtext.\n"))
    ws.write("s/content/ny.md", text("Ny"))
    ws.delete("s/content/borta.md")
    ws.delete("s/content/fil/blir-mapp.md")
    ws.write("s/static/blir-mapp/nu.txt", "mapp")
    ws.write("s/static/bild.bin", b"\0ny" * 70)
    shutil.rmtree(ws.path("s/static/mapp"))
    ws.write("s/static/mapp", "fil")
    shutil.rmtree(ws.path("s/static/bort"))


class Killed(Case):
    def setUp(self):
        super().setUp()
        first(self.ws)

    def build(self, failpoint=None):
        return self.ws.build(*AT, env={"NOTIS_FAILPOINT": str(failpoint)} if failpoint else None)

    def save(self, name):
        shutil.copytree(self.ws.root, self.ws.root.parent / name, symlinks=True)

    def restore(self, name):
        shutil.rmtree(self.ws.root)
        shutil.copytree(self.ws.root.parent / name, self.ws.root, symlinks=True)

    def count(self):
        run = self.build("count")
        numbers = [int(word) for word in run.err.split() if word.isdigit()]
        self.assertTrue(numbers, f"this build has no failpoints\n{run}")
        self.assertEqual(run.code, 0, str(run))
        return numbers[-1]

    def pages(self):
        return {path: content for path, content in self.ws.published().items() if not path.startswith(".notis-stage/")}

    def kill_everywhere(self, before):
        """From the saved workspace: never killed, then killed at each failpoint and started again."""
        self.restore("start")
        total = self.count()
        after, ledger = self.pages(), self.ws.ledger()
        self.assertNotEqual(before, after)
        self.assertEqual(self.ws.leftovers(), [])
        half = 0
        for point in range(1, total + 1):
            self.restore("start")
            run = self.build(point)
            self.assertEqual(run.code, -signal.SIGKILL, f"failpoint {point}\n{run}")
            for path, content in self.pages().items():
                self.assertIn(content, (before.get(path), after.get(path)), f"{path} is neither old nor new at {point}")
            half += self.pages() not in (before, after)
            run = self.build()
            self.assertEqual((run.code, run.errors), (0, []), f"after failpoint {point}\n{run}")
            self.assertEqual(self.pages(), after, f"after failpoint {point}")
            self.assertEqual(self.ws.ledger(), ledger, f"after failpoint {point}")
            self.assertEqual(self.ws.leftovers(), [], f"after failpoint {point}")
            again = self.build()
            self.assertEqual((again.sites["s"]["written"], again.sites["s"]["removed"]), (0, 0), str(again))
        self.assertGreater(half, 5, "the kills must also come in the middle of the change")
        return total

    def test_the_first_build(self):
        self.save("start")
        print(f"the first build: {self.kill_everywhere({})} failpoints")

    def test_a_build_after_edits(self):
        self.assertEqual(self.build().code, 0)
        before = self.pages()
        edits(self.ws)
        self.save("start")
        print(f"a build after edits: {self.kill_everywhere(before)} failpoints")

    def test_a_kill_while_completing(self):
        """The start that completes a journal is killed too, at each of its own failpoints."""
        self.assertEqual(self.build().code, 0)
        edits(self.ws)
        self.save("edited")
        total = self.count()
        after, ledger = self.pages(), self.ws.ledger()
        for first_point in range(total // 2, total + 1, 7):
            self.restore("edited")
            self.assertEqual(self.build(first_point).code, -signal.SIGKILL)
            self.save("killed")
            for point in range(1, self.count() + 1, 3):
                self.restore("killed")
                self.assertEqual(self.build(point).code, -signal.SIGKILL)
                run = self.build()
                self.assertEqual(run.code, 0, f"{first_point}, then {point}\n{run}")
                self.assertEqual((self.pages(), self.ws.ledger(), self.ws.leftovers()), (after, ledger, []),
                                 f"{first_point}, then {point}")
            shutil.rmtree(self.ws.root.parent / "killed")

    def test_a_large_first_build_at_any_instant(self):
        """No failpoints: as the machine has it, also between them, and while the memo is written."""
        for i in range(1000):
            self.ws.write(f"s/content/m/{i}.md", text(f"Text {i}", "Brödtext. " * 50))
        self.save("before")
        start = time.monotonic()
        self.assertEqual(self.build().code, 0)
        took, good = time.monotonic() - start, self.ws.published()
        for part in (1, 3, 5, 7):
            with self.subTest(part=part):
                self.restore("before")
                build = subprocess.Popen([self.ws.program, "build", "--quiet", *AT], cwd=self.ws.root,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    build.wait(took * part / 8)
                except subprocess.TimeoutExpired:
                    build.kill()
                    build.wait()
                for path, content in self.ws.published().items():
                    if not path.startswith(".notis-stage/"):
                        self.assertEqual(content, good[path], path)
                for _ in range(2):
                    run = self.build()
                    self.assertEqual((run.code, run.diags), (0, []), str(run))
                    self.assertEqual((self.ws.published(), self.ws.leftovers()), (good, []))

    def test_new_edits_after_a_kill(self):
        """The sources have changed again when the engine starts: the journal is completed, then the newest is published."""
        self.assertEqual(self.build().code, 0)
        edits(self.ws)
        self.save("edited")
        total = self.count()
        self.ws.write("s/content/t2.md", text("T2 senare"))
        self.ws.delete("s/content/ny.md")
        self.build()
        after = self.pages()
        for point in range(1, total + 1, 3):
            self.restore("edited")
            self.build(point)
            self.ws.write("s/content/t2.md", text("T2 senare"))
            self.ws.delete("s/content/ny.md")
            run = self.build()
            self.assertEqual((run.code, self.pages(), self.ws.leftovers()), (0, after, []), f"failpoint {point}\n{run}")


if __name__ == "__main__":
    main()
