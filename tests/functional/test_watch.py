#!/usr/bin/env python3
"""`notis watch`: however a file is saved, moved or deleted, what is published comes to equal a clean build, and half a
file never is published."""

import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from watching import WatchCase
from workspace import main, text

OLD, NEW = text("Om oss", "Det gamla.\n"), text("Om oss", "Det nya, som är ett längre stycke än det gamla var.\n")
VIM = shutil.which("vim") or shutil.which("vim.tiny")


class Saving(WatchCase):
    """One file, as programs save it."""

    def setUp(self):
        super().setUp()
        self.ws.write("s/content/om.md", OLD)
        self.file = self.ws.path("s/content/om.md").decode()
        self.w = self.watch("--allow-removals")

    def saved(self):
        self.mark(self.w)
        self.assertIn("Det nya", self.same_as_clean(self.w)["om/index.html"].decode())
        self.ends_well(self.w)

    def put(self, path, content, mode="wb"):
        with open(path, mode) as file:
            file.write(content.encode())
            file.flush()
            os.fsync(file.fileno())

    def test_vim_renames_and_writes_anew(self):
        probe = os.path.join(os.path.dirname(self.file), "4913")
        self.put(probe, "")
        os.unlink(probe)
        os.rename(self.file, self.file + "~")
        self.put(self.file, NEW)
        os.chmod(self.file, 0o644)
        os.unlink(self.file + "~")
        self.saved()

    def test_vim_copies_and_writes_over(self):
        shutil.copy2(self.file, self.file + "~")
        self.put(self.file, NEW)
        os.unlink(self.file + "~")
        self.saved()

    @unittest.skipUnless(VIM, "no vim here")
    def test_vim_itself(self):
        for how in ("no", "yes"):
            subprocess.run([VIM, "-Nes", "-u", "NONE", "-c", f"set backup writebackup backupcopy={how}", "-c",
                            "%s/Det gamla/Det nya/e", "-c", "wq", self.file], check=True, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, timeout=60)
            self.mark(self.w)
            self.assertIn("Det nya", self.same_as_clean(self.w)["om/index.html"].decode())
            self.put(self.file, OLD)

    def emacs(self, save):
        """As its manual says: a link that leads nowhere is the lock, and what is typed is saved beside the file."""
        lock = os.path.join(os.path.dirname(self.file), ".#om.md")
        os.symlink("user@host.1234:1700000000", lock)
        auto = os.path.join(os.path.dirname(self.file), "#om.md#")
        for length in (30, 50):
            self.put(auto, NEW[:length])
        self.mark(self.w)
        self.assertIn("Det gamla", self.same_as_clean(self.w)["om/index.html"].decode())
        save()
        os.unlink(auto)
        os.unlink(lock)
        if os.path.exists(self.file + "~"):
            os.unlink(self.file + "~")
        self.saved()

    def test_emacs_renames_and_writes_anew(self):
        def save():
            os.rename(self.file, self.file + "~")
            self.put(self.file, NEW)
            os.chmod(self.file, 0o644)

        self.emacs(save)

    def test_emacs_backs_up_by_copying(self):
        def save():
            shutil.copy2(self.file, self.file + "~")
            self.put(self.file, NEW)

        self.emacs(save)

    def test_emacs_holds_the_file_precious(self):
        def save():
            os.link(self.file, self.file + "~")
            self.put(self.file + "aB3xYz", NEW)
            os.chmod(self.file + "aB3xYz", 0o644)
            os.rename(self.file + "aB3xYz", self.file)

        self.emacs(save)

    def test_vs_code_truncates_and_writes(self):
        self.put(self.file, NEW)
        self.saved()

    def test_a_temporary_file_renamed_over(self):
        """As gedit, Kate, rsync and most others do; rsync's begins with a dot."""
        for name in (".om.md.Xy12Zq", "om.md.tmp"):
            temporary = os.path.join(os.path.dirname(self.file), name)
            self.put(temporary, NEW)
            os.rename(temporary, self.file)
        self.saved()

    def test_sed(self):
        subprocess.run(["sed", "-i", "s/Det gamla/Det nya/", self.file], check=True)
        self.saved()

    def test_cp_over(self):
        other = str(self.ws.root.parent / "other.md")
        self.put(other, NEW)
        subprocess.run(["cp", other, self.file], check=True)
        self.saved()

    def test_mv_over(self):
        other = str(self.ws.root.parent / "other.md")
        self.put(other, NEW)
        subprocess.run(["mv", other, self.file], check=True)
        self.saved()

    def test_appended_to(self):
        self.put(self.file, "Det nya.\n", mode="ab")
        self.saved()

    @unittest.skipUnless(shutil.which("rsync"), "no rsync here")
    def test_rsync(self):
        other = str(self.ws.root.parent / "other.md")
        self.put(other, NEW)
        for how in ([], ["--inplace"]):
            subprocess.run(["rsync", "-I", *how, other, self.file], check=True)
            self.mark(self.w)
        self.saved()

    @unittest.skipUnless(shutil.which("git"), "no git here")
    def test_git_checkout(self):
        def git(*args):
            subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t.example", *args], cwd=self.ws.root,
                           check=True, capture_output=True)

        git("init", "-q", "-b", "one")
        git("add", "s")
        git("commit", "-qm", "one")
        git("checkout", "-qb", "two")
        self.put(self.file, NEW)
        for n in range(200):
            self.ws.write(f"s/content/new/{n % 7}/{n}.md", text(f"Ny {n}"))
        self.ws.delete("s/content/kontakt.md")
        git("add", "-A", "s")
        git("commit", "-qm", "two")
        for branch in ("one", "two", "one", "two"):
            git("checkout", "-q", branch)
            self.mark(self.w)
            self.same_as_clean(self.w)
            os.unlink(self.ws.path(f"s/content/mark{self.marks}.md"))
        self.saved()

    def test_a_slow_writer(self):
        """Half a file is there for as long as the writer likes. Others' edits wait for it."""
        half = NEW[: NEW.index(", som är")]
        with open(self.file, "wb") as file:
            file.write(half.encode())
            file.flush()
            lines = self.w.wait(lambda line: line["type"] == "waiting")
            self.assertEqual(lines[-1], {"type": "waiting", "site": "s", "file": "s/content/om.md"})
            self.ws.write("s/content/kontakt.md", text("Nya vägar"))
            self.assertNotIn("site", [line["type"] for line in lines])
            self.assertIn("Det gamla", self.ws.published()["om/index.html"].decode())
            file.write(NEW[len(half):].encode())
        self.w.wait(lambda line: line["type"] == "site")
        self.assertIn("än det gamla var", self.ws.published()["om/index.html"].decode())
        self.saved()

    def test_halves_while_others_are_saved(self):
        """A text is written in two halves, again and again, while epochs go on: no reader ever sees a half."""
        other = self.ws.path("s/content/kontakt.md").decode()
        for n in range(60):
            whole = text("Om oss", f"Början {n}. " + "Mitten. " * 40 + f"Slutet {n}.\n")
            half = whole[: len(whole) // 2]
            with open(self.file, "wb") as file:
                file.write(half.encode())
                file.flush()
                for k in range(12):
                    self.put(other + ".tmp", text(f"Kontakt {n} {k}"))
                    os.rename(other + ".tmp", other)
                    page = self.ws.published()["om/index.html"].decode()
                    self.assertTrue("Slutet" in page or "Det gamla" in page, page)
                file.write(whole[len(half):].encode())
        self.put(self.file, NEW)
        self.saved()


class Costs(WatchCase):
    """What is opened for an edit: what was edited, and not all that the site has."""

    def setUp(self):
        super().setUp()
        for n in range(40):
            self.ws.write(f"s/content/t{n % 4}/{n}.md", text(f"Text {n}"))
        self.ws.write("s/content/t1/bild.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
        self.log = self.ws.root.parent / "opened"
        self.w = self.watch("--allow-removals", env={"NOTIS_READ_LOG": str(self.log)})

    def opened(self, page, shown, edit):
        """Those of the site that were opened until the page showed it."""
        self.log.write_text("")
        edit()
        while shown not in self.ws.published().get(page, b"").decode():
            self.w.settle()
        site = f"{self.ws.root}/s/"
        return {line.removeprefix(site) for line in self.log.read_text().splitlines() if line.startswith(site)}

    def write(self, path, content):
        """In one event."""
        other = self.ws.root.parent / "other"
        other.write_text(content)
        os.rename(other, self.ws.path(path))

    def test_a_text(self):
        opened = self.opened("3/index.html", "Ny trea", lambda: self.write("s/content/t3/3.md", text("Ny trea")))
        self.assertEqual(opened, {"content/t3/3.md"})
        opened = self.opened("99/index.html", "Ny", lambda: self.write("s/content/t3/99.md", text("Ny")))
        self.assertEqual(opened - {"content/t3/99.md"}, set())
        self.same_as_clean(self.w)

    def test_a_folder(self):
        self.ws.write("annan/100.md", text("Hundra"))
        opened = self.opened("100/index.html", "Hundra",
                             lambda: os.rename(self.ws.path("annan"), self.ws.path("s/content/annan")))
        self.assertEqual(opened, {"content/annan", "content/annan/100.md"})
        self.same_as_clean(self.w)

    def test_a_template(self):
        """The inputs are read again, and no source is listed nor any text read."""
        template = "<title>{{ doc.title }}</title>\nNy mall {{ doc.body }}\n"
        opened = self.opened("3/index.html", "Ny mall", lambda: self.write("s/templates/article.html", template))
        self.assertIn("templates/article.html", opened)
        self.assertEqual([path for path in opened if path.startswith("content")], [])
        self.same_as_clean(self.w)

    def test_what_is_of_no_interest(self):
        """What editors and file managers leave beside the texts is not opened."""
        self.log.write_text("")
        for name in ("om.md~", ".om.md.swp", "Thumbs.db"):
            self.ws.write(f"s/content/{name}", "x")
            self.ws.delete(f"s/content/{name}")
        self.mark(self.w)
        opened = {line for line in self.log.read_text().splitlines() if "/content" in line}
        self.assertEqual(opened, {self.ws.path("s/content/mark1.md").decode()})
        self.ends_well(self.w)


class Trees(WatchCase):
    """Folders, links and many files."""

    def settled(self, watch):
        self.mark(watch)
        return self.same_as_clean(watch)

    def test_folders_that_come_move_and_go(self):
        w = self.watch("--allow-removals")
        for n in range(20):
            self.ws.write(f"s/content/ny/{n % 3}/djup/{n}.md", text(f"Text {n}"))
        self.assertIn("0/index.html", self.settled(w))
        os.rename(self.ws.path("s/content/ny"), self.ws.path("s/content/flyttad"))
        self.ws.write("s/content/flyttad/1/djup/1.md", text("Skriven efter flytten"))
        pages = self.settled(w)
        self.assertIn("Skriven efter flytten", pages["1/index.html"].decode())
        os.rename(self.ws.path("s/content/flyttad"), self.ws.path("utanfor"))
        self.ws.write("utanfor/0/djup/0.md", text("Inte längre vår"))
        self.settled(w)
        os.rename(self.ws.path("utanfor"), self.ws.path("s/content/inne"))
        self.assertIn("Inte längre vår", self.settled(w)["0/index.html"].decode())
        shutil.rmtree(self.ws.path("s/content/inne/0"))
        self.ws.delete("s/content/om.md")
        self.assertNotIn("om/index.html", self.settled(w))
        self.ends_well(w)

    def test_links(self):
        self.ws.write("s/.lager/en.md", text("En"))
        self.ws.write("s/.lager/mapp/tva.md", text("Två"))
        os.symlink("../.lager/mapp", self.ws.path("s/content/mapp"))
        w = self.watch()
        self.ws.write("s/.lager/mapp/tva.md", text("Två igen"))
        self.assertIn("Två igen", self.settled(w)["tva/index.html"].decode())
        os.symlink("../.lager/en.md", self.ws.path("s/content/en.md"))
        self.assertIn("en/index.html", self.settled(w))
        self.ws.write("s/.lager/en.md", text("En igen"))
        self.assertIn("En igen", self.settled(w)["en/index.html"].decode())
        self.ws.delete("s/content/en.md")
        self.assertNotIn("en/index.html", self.settled(w))
        self.ends_well(w)

    def test_a_burst(self):
        """A thousand files come in few rounds, without a wait before the first."""
        w = self.watch("--allow-removals")
        for n in range(1000):
            self.ws.write(f"s/content/t{n % 10}/{n}.md", text(f"Text {n}"))
        lines = self.mark(w)
        rounds = [line for line in lines if line["type"] == "site"]
        print(f"a burst of 1,000 files: {len(rounds)} rounds")
        self.assertLess(len(rounds), 100)
        self.assertEqual(len(self.same_as_clean(w)), 1000 + 4)
        for n in range(1000):
            self.ws.delete(f"s/content/t{n % 10}/{n}.md")
            self.ws.write(f"s/content/t{n % 10}/u{n}.md", text(f"Text {n}", slug=f"u{n}"))
        self.mark(w)
        self.same_as_clean(w)
        self.ends_well(w)

    def test_events_that_the_kernel_dropped(self):
        """While the process stands still more happens than its queue holds."""
        most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
        w = self.watch()
        w.process.send_signal(signal.SIGSTOP)
        for n in range(most // 2 + 100):
            os.chmod(self.ws.path("s/content/om.md"), 0o644)
            os.chmod(self.ws.path("s/content/kontakt.md"), 0o644)
        self.ws.write("s/content/om.md", text("Om igen"))
        self.ws.write("s/content/sent/sist.md", text("Sent"))
        w.process.send_signal(signal.SIGCONT)
        while "sist/index.html" not in self.ws.published():
            w.settle()
        self.same_as_clean(w)
        self.ws.write("s/content/sent/sist.md", text("Senare"))  # in a folder that no event told of
        self.until(w, "sist/index.html", "Senare")
        self.ends_well(w)

    def test_edits_during_an_epoch(self):
        """A template that every page uses changes, and while they are made so do texts, it and a script."""
        for n in range(300):
            self.ws.write(f"s/content/t/{n}.md", text(f"Text {n}"))
        w = self.watch()
        for n in range(8):
            self.ws.write("s/templates/article.html", f"<title>{{{{ doc.title }}}}</title>{n}{{{{ doc.body }}}}\n")
            for k in range(10):
                self.ws.write(f"s/content/t/{k * 7}.md", text(f"Text {k} varv {n}"))
            self.ws.write("s/scripts/10-hook.lua", 'local notis = require "notis"\n'
                          f'notis.on("document", function(doc) doc.varv = {n} end)\n')
        self.mark(w)
        self.same_as_clean(w)
        self.ends_well(w)

    def test_without_watches(self):
        """The system has no watches left: the trees are looked through, and a warning says so."""
        w = self.watch(env={"NOTIS_WATCH_LIMIT": "3"})
        self.assertIn("watch_polls", [line.get("code") for line in w.seen])
        self.ws.write("s/content/djupt/nere/nere.md", text("Nere"))
        self.assertIn("nere/index.html", self.settled(w))
        self.ends_well(w)


if __name__ == "__main__":
    main()
