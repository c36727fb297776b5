#!/usr/bin/env python3
"""The disk is full in every phase of a build: while pages are staged, the journal, the ledger, good versions of broken
texts. Nothing is half published, it is said, and with room again the next build does what this one could not."""

import os
import shutil
import subprocess

from workspace import NOTIS_YAML, Case, main, text

AT = ("--at", "2025-01-01", "--allow-removals")
BLOCK = 4096
MOST = 60  # blocks that a build of these edits never fills


class FullDisk(Case):
    plain = True

    def setUp(self):
        super().setUp()
        self.root = os.fsdecode(self.ws.root)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", self.root], capture_output=True)
        if mounted.returncode:
            self.skipTest("a small file system cannot be mounted here: " + mounted.stderr.decode().strip())
        self.addCleanup(subprocess.run, ["umount", "-l", self.root], check=True)
        self.ws.write("notis.yaml", NOTIS_YAML)
        self.ws.write("s/site.yaml", "title: T\nurl: https://t.example/\nsources:\n  text: { use: source_markdown, "
                      "path: content, match: '**/*.md' }\ncollections:\n  alla: { sort: [title], path: /alla/, "
                      "template: list.html }\n")
        self.ws.write("s/templates/article.html", "{{ doc.title }} {{ doc.body }}")
        self.ws.write("s/templates/list.html", "{% for d in documents %}{{ d.title }} {% endfor %}")
        for i in range(6):
            self.ws.write(f"s/content/t{i}.md", text(f"T{i}", "Text. " * 800))

    def save(self, name):
        shutil.copytree(self.root, self.ws.root.parent / name)

    def restore(self, name):
        for entry in os.listdir(self.root):
            path = os.path.join(self.root, entry)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        shutil.copytree(self.ws.root.parent / name, self.root, dirs_exist_ok=True)

    def fill(self, free):
        """Leaves that many blocks."""
        with open(self.root + "/ballast", "wb", buffering=0) as ballast:
            room = os.statvfs(self.root).f_bavail - free
            ballast.write(b"x" * (room * BLOCK))
        self.assertEqual(os.statvfs(self.root).f_bavail, free)

    def pages(self):
        return {path: content for path, content in self.ws.published().items() if not path.startswith(".notis-stage/")}

    def at_every_size(self, step):
        before = self.pages()
        self.save("edited")
        run = self.ws.build(*AT)
        after, expected = self.pages(), run.code
        self.assertNotEqual(before, after)
        failed = 0
        for free in range(0, MOST, step):
            with self.subTest(free=free):
                self.restore("edited")
                self.fill(free)
                run = self.ws.build(*AT)
                self.sound(run)
                for path, content in self.pages().items():
                    self.assertIn(content, (before.get(path), after.get(path)), f"{path} is half published\n{run}")
                if not run.sites["s"]["published"]:
                    failed += 1
                    self.assertTrue([d for d in run.errors if d["code"].startswith("durable_")], str(run))
                os.unlink(self.root + "/ballast")
                run = self.ws.build(*AT)
                self.assertEqual((run.code, self.pages(), self.ws.leftovers()), (expected, after, []), str(run))
        print(f"{failed} sizes were too small")
        self.assertGreater(failed, 0)
        return after

    def test_many_changes(self):
        self.assertEqual(self.ws.build(*AT).code, 0)
        for i in range(3):
            self.ws.write(f"s/content/t{i}.md", text(f"T{i} ny", "Nytt. " * 900))
        self.ws.write("s/content/ny.md", text("Ny", "Nytt. " * 900))
        self.ws.delete("s/content/t5.md")
        self.at_every_size(1)

    def test_one_page(self):
        self.assertEqual(self.ws.build(*AT).code, 0)
        self.ws.write("s/content/t0.md", text("T0", "Nytt. " * 900))
        self.at_every_size(2)

    def test_a_comparison(self):
        """The build beside meets the full disk: nothing is compared, nothing of it is left, and nobody is blamed."""
        self.assertEqual(self.ws.build(*AT).code, 0)
        before, failed = self.ws.published(), 0
        for free in range(0, MOST, 3):
            with self.subTest(free=free):
                self.fill(free)
                run = self.ws.run("verify", "--format", "json", "--at", "2025-01-01")
                os.unlink(self.root + "/ballast")
                self.sound(run)
                self.assertEqual((self.ws.published(), self.ws.leftovers()), (before, []))
                self.assertFalse(os.path.exists(self.ws.path(".notis/verify")))
                verified = [line["differ"] for line in run.lines() if line["type"] == "verified"]
                if run.code == 0:
                    self.assertEqual((run.errors, verified), ([], [0]), str(run))
                    continue
                failed += 1
                self.assertEqual((run.code, verified), (1, []), str(run))
                self.assertEqual(run.errors[-1]["code"], "verify_no_room", str(run))
                self.assertTrue(run.errors[0]["code"].startswith("durable_"), str(run))
        print(f"{failed} sizes were too small")
        self.assertGreater(failed, 0)

    def test_the_first_build(self):
        self.at_every_size(3)


if __name__ == "__main__":
    main()
