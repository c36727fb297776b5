#!/usr/bin/env python3
"""What lies where a site is published: files that were altered or are missing come back, and what Notis did not put
there is named and left alone."""

import os
import shutil

from workspace import NOTIS_YAML, Case, main, text

AT = ("--at", "2025-01-01")


class Published(Case):
    def setUp(self):
        super().setUp()
        self.good = self.settled()

    def build(self, code=0):
        run = self.ws.build(*AT)
        self.sound(run)
        self.assertEqual(run.code, code, str(run))
        return run

    def settled(self):
        self.build()
        return self.ws.published()

    def out(self, path):
        return self.ws.path("public/s/" + path)

    def written(self, run):
        return run.sites["s"]["written"], run.sites["s"]["removed"]

    def heals(self, written=1):
        """The next build brings back what it published before, and the one after that has nothing to do."""
        run = self.build()
        self.assertEqual(self.ws.published(), self.good, str(run))
        self.assertEqual(self.written(run), (written, 0))
        self.assertEqual(self.written(self.build()), (0, 0))

    def blocked(self, path):
        """One thing is in the way: it is named, everything else is published, and when it is gone so is the fault."""
        run = self.build(1)
        self.says(run, "publish_in_the_way", file="public/s/" + path)
        self.only(run, "publish_in_the_way")
        self.assertTrue(run.sites["s"]["published"], str(run))
        self.assertEqual(self.ws.leftovers(), [])
        return run


class Ours(Published):
    def test_altered_files_are_rewritten(self):
        for content in (b"", b"Altered by hand", self.good["om/index.html"] + b" "):
            with self.subTest(content):
                self.ws.write("public/s/om/index.html", content)
                self.heals()

    def test_missing_files_come_back(self):
        self.ws.delete("public/s/om/index.html")
        self.heals()
        shutil.rmtree(self.out("kontakt"))
        self.heals()
        shutil.rmtree(self.ws.path("public"))
        self.heals(len(self.good))

    def test_the_same_bytes_in_another_file(self):
        """A copy, a checkout or a touch changes stamps only: nothing is written, and the new stamps are remembered."""
        shutil.copytree(self.ws.path("public"), self.ws.path("kopia"))
        shutil.rmtree(self.ws.path("public"))
        os.rename(self.ws.path("kopia"), self.ws.path("public"))
        stamps = {path: os.stat(self.out(path)).st_ino for path in self.good}
        self.heals(0)
        self.assertEqual({path: os.stat(self.out(path)).st_ino for path in self.good}, stamps)

    def test_a_link_in_a_files_place_is_replaced(self):
        self.ws.write("annan.html", "annan")
        self.ws.delete("public/s/om/index.html")
        os.symlink(self.ws.path("annan.html"), self.out("om/index.html"))
        self.heals()
        self.assertFalse(os.path.islink(self.out("om/index.html")))
        with open(self.ws.path("annan.html")) as file:
            self.assertEqual(file.read(), "annan")

    def test_empty_folders_go(self):
        self.ws.write("s/static/a/b/c.txt", "c")
        self.build()
        shutil.rmtree(self.ws.path("s/static"))
        self.build()
        self.assertFalse(os.path.exists(self.out("a")))

    def test_a_ledger_that_was_lost(self):
        """What has the bytes that Notis would put there is taken for its own."""
        shutil.rmtree(self.ws.path(".notis"))
        self.build()
        self.assertEqual(self.ws.published(), self.good)
        self.ws.delete("s/content/om.md")
        self.build()
        self.assertNotIn("om/index.html", self.ws.published())

    def test_a_ledger_that_ends_in_the_middle_of_a_line(self):
        before = self.ws.ledger()
        with open(self.ws.path(".notis/state/s/ledger"), "ab") as ledger:
            ledger.write(b"0123456789abcdef put 01234")
        self.ws.write("s/content/om.md", text("Om oss", "Nytt.\n"))
        self.assertEqual(self.build().diags, [])
        self.assertEqual([path for path, *_ in self.ws.ledger()], [path for path, *_ in before])
        self.assertEqual(self.written(self.build()), (0, 0))

    def test_a_build_that_finds_nothing_to_do_writes_no_state(self):
        path = self.ws.path(".notis/state/s/ledger")
        before = os.stat(path)
        later = self.ws.build("--at", "2025-01-02")
        self.assertEqual(self.written(later), (0, 0))
        after = os.stat(path)
        self.assertEqual((after.st_ino, after.st_size, after.st_mtime_ns),
                         (before.st_ino, before.st_size, before.st_mtime_ns))

    def test_the_ledger_does_not_grow_for_ever(self):
        for turn in range(40):
            for i in range(40):
                self.ws.write(f"s/content/t{i}.md", text(f"T{i}", f"{turn}\n"))
            self.build()
        size = os.path.getsize(self.ws.path(".notis/state/s/ledger"))
        self.assertLess(size, 1200 * 200)
        self.assertEqual(len(self.ws.ledger()), 43)


class Foreign(Published):
    def test_a_file_in_a_pages_place(self):
        self.ws.write("public/s/ny/index.html", "någon annans")
        self.ws.write("s/content/ny.md", text("Ny"))
        self.blocked("ny/index.html")
        self.assertEqual(self.ws.published()["ny/index.html"].decode(), "någon annans")
        self.assertIn(b"Ny", self.ws.published()["alla/index.html"])
        self.blocked("ny/index.html")
        self.ws.delete("public/s/ny/index.html")
        self.build()
        self.assertIn(b"Ny", self.ws.published()["ny/index.html"])

    def test_a_text_that_goes_again(self):
        self.ws.write("public/s/ny/index.html", "någon annans")
        self.ws.write("s/content/ny.md", text("Ny"))
        self.blocked("ny/index.html")
        self.ws.delete("s/content/ny.md")
        self.build()
        self.assertEqual(self.ws.published(), self.good | {"ny/index.html": "någon annans".encode()})

    def test_a_file_where_a_folder_must_be(self):
        self.ws.write("public/s/ny", "någon annans")
        self.ws.write("s/content/ny.md", text("Ny"))
        self.blocked("ny")
        self.ws.delete("public/s/ny")
        self.build()
        self.assertIn("ny/index.html", self.ws.published())

    def test_a_folder_where_a_file_must_be(self):
        self.ws.write("public/s/ny.txt/theirs", "någon annans")
        self.ws.write("s/static/ny.txt", "ny")
        self.blocked("ny.txt")
        self.ws.delete("public/s/ny.txt/theirs")
        os.rmdir(self.out("ny.txt"))
        self.build()
        self.assertEqual(self.ws.published()["ny.txt"], b"ny")

    def test_a_folder_in_the_place_of_a_published_file(self):
        self.ws.delete("public/s/om/index.html")
        self.ws.write("public/s/om/index.html/theirs", "någon annans")
        self.blocked("om/index.html")
        shutil.rmtree(self.out("om/index.html"))
        self.heals()

    def test_a_link_where_a_folder_must_be(self):
        """It leads out of the publication, and nothing is put, found or removed there."""
        os.mkdir(self.ws.path("ute"))
        self.ws.write("ute/theirs", "någon annans")
        os.symlink(self.ws.path("ute"), self.out("ny"))
        self.ws.write("s/content/ny.md", text("Ny"))
        self.blocked("ny")
        self.assertEqual(os.listdir(self.ws.path("ute")), [b"theirs"])
        os.unlink(self.out("ny"))
        self.build()
        self.assertIn("ny/index.html", self.ws.published())

    def test_a_folder_that_became_a_link(self):
        """The folder was copied and linked to: its file has the right bytes, but is not where it was published."""
        shutil.copytree(self.out("om"), self.ws.path("ute"))
        shutil.rmtree(self.out("om"))
        os.symlink(self.ws.path("ute"), self.out("om"))
        self.blocked("om")
        with open(self.ws.path("ute/index.html"), "rb") as file:
            self.assertEqual(file.read(), self.good["om/index.html"])
        os.unlink(self.out("om"))
        self.heals()

    def test_a_file_in_a_folder_that_goes(self):
        self.ws.write("public/s/om/theirs", "någon annans")
        self.ws.delete("s/content/om.md")
        self.build()
        self.assertEqual(self.ws.published()["om/theirs"].decode(), "någon annans")
        self.assertNotIn("om/index.html", self.ws.published())

    def test_many_in_the_way(self):
        """A folder that holds another site: each of its files is named, none is touched."""
        shutil.rmtree(self.ws.path(".notis"))
        for path in self.good:
            self.ws.write("public/s/" + path, "ett annat verktygs")
        run = self.build(1)
        self.assertEqual(len(run.all("publish_in_the_way")), len(self.good), str(run))
        self.assertEqual(set(self.ws.published().values()), {b"ett annat verktygs"})


class Removals(Case):
    def test_consent(self):
        self.ws.write("notis.yaml", NOTIS_YAML)
        for i in range(20):
            self.ws.write(f"s/content/t{i}.md", text(f"T{i}"))
        self.assertEqual(self.ws.build(*AT).code, 0)
        before, ledger = self.ws.published(), self.ws.ledger()
        for i in range(14):
            self.ws.delete(f"s/content/t{i}.md")
        for _ in range(2):
            run = self.ws.build(*AT)
            self.assertEqual(run.code, 1, str(run))
            self.says(run, "removals_too_many")
            self.assertEqual((self.ws.published(), self.ws.ledger(), self.ws.leftovers()), (before, ledger, []))
        run = self.ws.build(*AT, "--allow-removals")
        self.assertEqual((run.code, run.sites["s"]["removed"]), (0, 14), str(run))
        self.assertEqual(len(self.ws.published()), len(before) - 14)
        self.assertNotIn(b"T0<", self.ws.published()["alla/index.html"])


if __name__ == "__main__":
    main()
