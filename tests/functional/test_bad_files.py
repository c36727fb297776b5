#!/usr/bin/env python3
"""Files, folders and disks as they should not be: links that lead out, names, rights, no room, another engine."""

import fcntl
import os
import resource
import shutil
import signal
import subprocess

from told import GOOD, Told
from workspace import BUILD, main, text

NOBODY = 65534


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
        self.place(run, "file_circle", "s/content/b.md")
        self.place(run, "file_circle", "s/content/c")

    def test_folders_without_end(self):
        self.ws.write("s/content/" + "a/" * 64 + "b.md", text("B"))
        self.withheld("file_too_deep", "s/content/" + "a/" * 63 + "a")

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
