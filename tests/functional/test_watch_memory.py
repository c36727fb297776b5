#!/usr/bin/env python3
"""`notis watch` whose memory fails it while it runs: a disk that fills, a folder that nobody may write in, a file that
somebody writes over. It is said once, publishing goes on, and the next start is right."""

import os
import subprocess

from watching import WatchCase
from workspace import main, text

MEMO = ".notis/memo"
TOLD = ("memo_unusable", "memo_damaged")


class WatchMemory(WatchCase):
    def setUp(self):
        super().setUp()
        for n in range(20):
            self.ws.write(f"s/content/n{n}.md", text(f"Nyhet {n}", f"Stycke {n}. " * 400))

    def mount(self):
        """A small file system of its own for what is remembered."""
        folder = os.fsdecode(self.ws.path(MEMO))
        os.makedirs(folder)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], capture_output=True)
        if mounted.returncode:
            self.skipTest("a small file system cannot be mounted here: " + mounted.stderr.decode().strip())
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        return folder

    def told(self, watch):
        return [line["code"] for line in watch.seen if line["type"] == "diagnostic" and line["code"] in TOLD]

    def edit(self, watch, number):
        """One text, and then every page, whose body the memory may have."""
        self.ws.write("s/content/n3.md", text(f"Ändrad {number}", f"Nytt stycke {number}. " * 400))
        self.shows(watch, "n3/index.html", f"Ändrad {number}")
        self.ws.write("s/templates/article.html", "<!doctype html><title>{{ doc.title }}</title>\n{{ doc.body }}"
                      f"<p>{number}</p>\n")
        self.shows(watch, "n7/index.html", f"<p>{number}</p>")

    def shows(self, watch, page, shown):
        watch.settle()
        while shown.encode() not in self.ws.published()[page]:
            watch.settle()

    def is_right(self):
        """From a process that comes after, and from the one after that."""
        published = self.ws.published()
        run = self.ws.build()
        self.assertEqual(run.code, 0, str(run))
        self.assertEqual(run.diags, [])
        again = self.ws.build()
        self.assertEqual([again.sites["s"]["steps"][kind]["run"] for kind in ("parse", "render")], [0, 0], str(again))
        self.assertEqual(self.ws.published(), published)
        self.assertEqual(self.clean(), published)

    def clean(self):
        out = self.ws.root.parent / "clean"
        subprocess.run(["cp", "-a", "--", self.ws.path("s"), self.ws.path("notis.yaml"), self.made(out)], check=True)
        run = self.ws.run("build", "-C", str(out))
        self.assertEqual(run.code, 0, str(run))
        return self.ws.published(str(out / "public/s"))

    def made(self, folder):
        folder.mkdir()
        return folder

    def test_the_disk_fills(self):
        folder = self.mount()
        w = self.watch()
        self.edit(w, 1)
        self.assertEqual(self.told(w), [])
        with open(folder + "/ballast", "wb", buffering=0) as ballast:
            ballast.write(b"x" * (4 << 20))
        self.assertEqual(os.statvfs(folder).f_bavail, 0)
        for number in range(2, 6):
            self.edit(w, number)
        self.assertEqual(self.told(w), ["memo_unusable"])
        self.ends_well(w)
        os.unlink(folder + "/ballast")
        self.is_right()

    def test_nobody_may_write(self):
        folder = self.mount()
        self.assertEqual(self.ws.build().code, 0)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        w = self.watch()
        for number in range(3):
            self.edit(w, number)
        self.assertEqual(self.told(w), ["memo_unusable"])
        self.ends_well(w)
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        self.is_right()

    def test_it_is_written_over(self):
        w = self.watch()
        self.edit(w, 1)
        with open(self.ws.path(MEMO + "/s"), "r+b") as memo:
            size = os.fstat(memo.fileno()).st_size
            memo.write(b"annat" * (size // 5))
        for number in range(2, 6):
            self.edit(w, number)
        told = self.told(w)
        self.assertEqual(len(told), len(set(told)), told)
        self.ends_well(w)
        self.ws.build()  # it may be the one to find it
        self.is_right()


if __name__ == "__main__":
    main()
