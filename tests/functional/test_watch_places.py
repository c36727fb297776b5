#!/usr/bin/env python3
"""`notis watch` where the ground moves: folders that go, come back as something else, are unmounted or cannot be read
for a while, more edits than anybody can count, and files that have two names."""

import os
import shutil
import subprocess
import time
import unittest

from watching import Watch, WatchCase
from workspace import NOTIS_YAML, PROGRAM, main, text

NOBODY = 65534


def can_run_as(user):
    """As root only; and the program must be within that user's reach."""
    if os.geteuid() != 0:
        return False
    try:
        return subprocess.run([str(PROGRAM), "help"], user=user, group=user, extra_groups=[], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except PermissionError:
        return False


class Places(WatchCase):
    def setUp(self):
        super().setUp()
        for n in range(6):
            self.ws.write(f"s/content/mapp/{n}.md", text(f"Text {n}"))
        self.folder = self.ws.path("s/content/mapp").decode()

    def settled(self, watch):
        self.mark(watch)
        return self.same_as_clean(watch)

    def alive(self, watch, page, path):
        """Is what lies there watched still?"""
        self.ws.write(path, text("Ännu en gång"))
        self.until(watch, page, "Ännu en gång")

    def test_too_many_removals(self):
        """They are said once, though the round of every edit is refused, and forgotten when the texts are back."""
        for n in range(30):
            self.ws.write(f"s/content/mapp/{n}.md", text(f"Text {n}"))
        shutil.copytree(self.ws.path("s"), self.ws.path("t"))
        self.ws.write("notis.yaml", NOTIS_YAML.replace("[s]", "[s, t]"))
        w = self.watch(words=True)
        os.rename(self.folder, self.ws.path("borta"))
        w.wait(lambda line: "removals_too_many" in line)
        for n in range(8):
            self.ws.write("s/content/om.md", text(f"Om {n}"))
            self.ws.write("t/content/om.md", text(f"Om {n}"))
            w.wait(lambda line: line.startswith("t: "))
        self.assertNotIn(b"Om 7", self.ws.published()["om/index.html"])
        os.rename(self.ws.path("borta"), self.folder)
        w.wait(lambda line: line.startswith("s: 32 documents"))
        self.assertEqual(len([line for line in w.seen if "removals_too_many" in line]), 1, w.seen)
        self.assertIn(b"Om 7", self.same_as_clean(w)["om/index.html"])
        self.ends_well(w)

    def test_a_folder_goes_and_comes_back(self):
        w = self.watch("--allow-removals")
        shutil.rmtree(self.folder)
        self.assertNotIn("3/index.html", self.settled(w))
        self.ws.write("s/content/mapp/3.md", text("Tillbaka"))
        self.assertIn("Tillbaka", self.settled(w)["3/index.html"].decode())
        self.alive(w, "3/index.html", "s/content/mapp/3.md")
        self.ends_well(w)

    def shows(self, watch, page, shown):
        """As until(), where no clean build may come in between."""
        watch.settle()
        while shown.encode() not in self.ws.published().get(page, b""):
            watch.settle()

    def remove_state(self):
        """In one go: the watch may be writing there."""
        gone = self.ws.root.parent / "gone"
        os.rename(self.ws.path(".notis"), gone)
        shutil.rmtree(gone, ignore_errors=True)

    def test_the_state_is_removed(self):
        """The lock went with it; the next edit takes it anew, and no other engine may begin."""
        w = self.watch()
        self.remove_state()
        self.ws.write("s/content/mapp/3.md", text("Efteråt"))
        self.until(w, "3/index.html", "Efteråt")
        run = self.ws.build()
        self.assertIn(str(w.process.pid), self.says(run, "state_locked")["message"])
        self.ends_well(w)

    def test_another_engine_has_been_here(self):
        """What it left is what the watch goes on from."""
        w = self.watch()
        self.remove_state()
        self.assertEqual(self.ws.build().code, 0)
        self.ws.write("s/content/mapp/3.md", text("Efteråt"))
        self.until(w, "3/index.html", "Efteråt")
        self.assertIn(str(w.process.pid), self.says(self.ws.build(), "state_locked")["message"])
        self.ends_well(w)

    def test_another_engine_is_here(self):
        """Nothing is published beside it, and everything when it has ended."""
        w = self.watch()
        self.remove_state()
        other = self.watch()
        self.ws.write("s/content/mapp/3.md", text("Efteråt"))
        self.shows(other, "3/index.html", "Efteråt")
        lines = w.wait(lambda line: line["type"] == "site")
        told = [line for line in lines if line["type"] == "diagnostic"]
        self.assertEqual([line["code"] for line in told], ["state_lost"])
        self.assertIn(str(other.process.pid), told[0]["message"])
        self.assertFalse(lines[-1]["published"])
        self.ends_well(other)
        self.ws.write("s/content/mapp/4.md", text("Fyra på nytt"))
        self.shows(w, "4/index.html", "Fyra på nytt")
        self.assertIn("Efteråt", self.same_as_clean(w)["3/index.html"].decode())
        self.ends_well(w)

    def test_a_folder_becomes_a_file_and_a_folder(self):
        w = self.watch("--allow-removals")
        shutil.rmtree(self.folder)
        self.ws.write("s/content/mapp", "inte längre en mapp\n")
        self.assertNotIn("3/index.html", self.settled(w))
        self.ws.delete("s/content/mapp")
        self.ws.write("s/content/mapp/7.md", text("Sju"))
        self.assertIn("7/index.html", self.settled(w))
        self.ws.delete("s/content/mapp/7.md")
        os.rename(self.ws.path("s/content/om.md"), self.ws.path("s/content/mapp/om.md"))
        self.settled(w)
        self.alive(w, "om/index.html", "s/content/mapp/om.md")
        self.ends_well(w)

    def test_a_folder_is_replaced_by_another(self):
        """With a file in it that somebody reads, and writes that go to the folder that was moved away."""
        w = self.watch("--allow-removals")
        self.ws.write("annan/3.md", text("Den andra trean"))
        self.ws.write("annan/9.md", text("Nio"))
        with open(self.folder + "/3.md", "rb"):
            os.rename(self.folder, self.ws.path("undan"))
            os.rename(self.ws.path("annan"), self.folder)
            pages = self.settled(w)
        self.assertIn("Den andra trean", pages["3/index.html"].decode())
        self.assertNotIn("1/index.html", pages)
        self.ws.write("undan/3.md", text("Ingen ser"))
        self.alive(w, "9/index.html", "s/content/mapp/9.md")
        self.ends_well(w)

    def test_all_of_content_goes_and_comes_back(self):
        """Where a source's folder is not, nobody knows what is gone: nothing is removed."""
        w = self.watch("--allow-removals")
        before = self.settled(w)
        os.rename(self.ws.path("s/content"), self.ws.path("undan"))
        lines = w.settle()
        self.assertIn("scan_partial", [line.get("code") for line in lines])
        self.assertEqual(self.ws.published(), before)
        os.rename(self.ws.path("undan"), self.ws.path("s/content"))
        w.settle()
        self.assertEqual(self.settled(w).keys() - before.keys(), {"mark2/index.html"})
        self.alive(w, "3/index.html", "s/content/mapp/3.md")
        self.ends_well(w)

    def test_a_link_that_leads_nowhere_for_a_while(self):
        """The scan cannot tell what is there, and removes nothing, until it can."""
        w = self.watch("--allow-removals")
        before = self.settled(w)
        os.symlink("../.lager/sen.md", self.ws.path("s/content/sen.md"))
        lines = w.wait(lambda line: line.get("code") == "scan_partial")
        lines += w.settle()
        self.ws.delete("s/content/kontakt.md")
        w.settle()
        self.assertIn("kontakt/index.html", self.ws.published())
        self.ws.write("s/.lager/sen.md", text("Sen"))
        self.until(w, "sen/index.html", "Sen")
        self.assertNotIn("kontakt/index.html", self.ws.published())
        self.assertEqual(set(before) - set(self.ws.published()), {"kontakt/index.html"})
        self.alive(w, "sen/index.html", "s/.lager/sen.md")
        self.ends_well(w)

    def watch_as_nobody(self):
        for path, folders, names in os.walk(self.ws.root.parent):
            for name in [path, *(os.path.join(path, n) for n in folders + names)]:
                os.chown(name, NOBODY, NOBODY)
        w = Watch(self.ws, "--allow-removals", user=NOBODY, group=NOBODY, extra_groups=[])
        self.addCleanup(w.stop)
        w.settle()
        return w

    @unittest.skipUnless(can_run_as(NOBODY), "not run as root, or nobody cannot run the program")
    def test_a_folder_that_could_not_be_read_at_first(self):
        os.chmod(self.folder, 0)
        w = self.watch_as_nobody()
        self.assertNotIn("3/index.html", self.ws.published())
        os.chmod(self.folder, 0o755)
        while "3/index.html" not in self.ws.published():
            w.settle()
        self.ws.write("s/content/mapp/3.md", text("Nu sedd"))
        while b"Nu sedd" not in self.ws.published()["3/index.html"]:
            w.settle()
        self.assertEqual(w.stop(), 0, w.err)

    @unittest.skipUnless(can_run_as(NOBODY), "not run as root, or nobody cannot run the program")
    def test_a_folder_that_cannot_be_read_for_a_while(self):
        w = self.watch_as_nobody()
        before = self.ws.published()
        os.chmod(self.folder, 0)
        self.assertIn("scan_partial", [line.get("code") for line in w.settle()])
        self.ws.write("s/content/mapp/3.md", text("Osedd"))
        self.ws.write("s/content/om.md", text("Under tiden"))
        while b"Under tiden" not in self.ws.published()["om/index.html"]:
            w.settle()
        self.assertEqual(self.ws.published()["3/index.html"], before["3/index.html"])
        os.chmod(self.folder, 0o755)
        while b"Osedd" not in self.ws.published()["3/index.html"]:
            w.settle()
        self.ws.write("s/content/mapp/3.md", text("Sedd igen"))
        while b"Sedd igen" not in self.ws.published()["3/index.html"]:
            w.settle()
        self.assertEqual(self.ws.published().keys(), before.keys())
        self.assertEqual(w.stop(), 0, w.err)

    def mount(self, where):
        made = subprocess.run(["mount", "-t", "tmpfs", "none", where], capture_output=True)
        if made.returncode:
            self.skipTest("this user may mount nothing here")
        self.addCleanup(subprocess.run, ["umount", where], capture_output=True)

    def test_a_file_system_is_unmounted(self):
        """What it held is gone, and what lay below comes to light and is watched."""
        self.mount(self.folder)
        self.ws.write("s/content/mapp/monterad.md", text("Monterad"))
        w = self.watch("--allow-removals")
        self.alive(w, "monterad/index.html", "s/content/mapp/monterad.md")
        subprocess.run(["umount", self.folder], check=True)
        pages = self.settled(w)
        self.assertNotIn("monterad/index.html", pages)
        self.assertIn("3/index.html", pages)
        self.alive(w, "3/index.html", "s/content/mapp/3.md")
        self.ends_well(w)


class Many(WatchCase):
    def test_ten_thousand_edits(self):
        """As fast as they can be made, to files that are there, come, go and are moved: when it rests it is right."""
        for n in range(300):
            self.ws.write(f"s/content/t{n % 7}/{n}.md", text(f"Text {n}"))
        w = self.watch("--allow-removals")
        begun = time.monotonic()
        for n in range(10000):
            path, away = f"s/content/t{n % 7}/{n % 300}.md", f"s/content/x{n % 3}/{n % 300}.md"
            if n % 50 == 7:
                self.ws.write(away, text(f"Ny {n}", slug=f"ny-{n % 300}"))
            elif n % 50 == 8 and os.path.exists(self.ws.path(away)):
                self.ws.delete(away)
            elif n % 900 == 450:
                os.rename(self.ws.path("s/content/t3"), self.ws.path("s/content/t3b"))
                os.rename(self.ws.path("s/content/t3b"), self.ws.path("s/content/t3"))
            else:
                self.ws.write(path, text(f"Text {n % 300} varv {n}"))
        seconds = time.monotonic() - begun
        lines = self.mark(w)
        rounds = sum(line["type"] == "site" for line in lines)
        print(f"10,000 edits in {seconds:.1f} s: {rounds} rounds")
        self.same_as_clean(w)
        self.ends_well(w)

    def test_one_file_by_two_names(self):
        """A hard link is written by one name and shown by both."""
        self.ws.write("s/content/a/ett.md", text("Ett"))
        os.makedirs(self.ws.path("s/content/b"))
        os.link(self.ws.path("s/content/a/ett.md"), self.ws.path("s/content/b/tva.md"))
        w = self.watch("--allow-removals")
        self.ws.write("s/content/a/ett.md", text("Båda"))
        self.until(w, "ett/index.html", "Båda")
        self.assertIn("Båda", self.ws.published()["tva/index.html"].decode())
        os.link(self.ws.path("s/content/b/tva.md"), self.ws.path("s/content/b/tre.md"))
        self.until(w, "tre/index.html", "Båda")
        self.ws.write("s/content/b/tre.md", text("Alla tre"))
        self.until(w, "ett/index.html", "Alla tre")
        self.ends_well(w)

    def test_names_that_are_the_same_text(self):
        """Two ways to write å: the first has the address, and when it goes the other has it."""
        self.ws.write("s/content/a\u030a.md", text("Sammansatt", slug="ao"))
        w = self.watch("--allow-removals")
        self.ws.write("s/content/\u00e5.md", text("Ett tecken", slug="ao"))
        w.wait(lambda line: line.get("code") == "item_twice")
        self.mark(w)
        self.assertIn("Sammansatt", self.same_as_clean(w)["ao/index.html"].decode())
        self.ws.delete("s/content/a\u030a.md")
        self.until(w, "ao/index.html", "Ett tecken")
        self.ends_well(w)

    def test_two_sources_that_want_one_file(self):
        """The first named has it; a look by path comes to what a scan of everything comes to."""
        with open(self.ws.path("s/site.yaml"), encoding="utf-8") as file:
            settings = file.read()
        self.ws.write("s/site.yaml", settings.replace("sources:\n", "sources:\n  inre: { use: source_markdown, "
                                                      "path: content/inre, match: '**/*.md' }\n"))
        w = self.watch("--allow-removals")
        self.ws.write("s/content/inre/x.md", text("Inre"))
        w.wait(lambda line: line.get("code") == "item_two_sources")
        self.mark(w)
        self.same_as_clean(w)
        self.ws.delete("s/content/inre/x.md")
        self.until(w, "x/index.html", None)
        self.assertNotIn("item_two_sources", [line.get("code") for line in self.mark(w)])
        self.ends_well(w)


if __name__ == "__main__":
    main()
