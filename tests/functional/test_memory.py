#!/usr/bin/env python3
"""What Notis remembers from one process to the next, in every weather: damaged, deleted, of another site or engine,
copied, where nothing can be written. What is published never depends on it, and what is lost is said once."""

import os
import random
import shutil
import sqlite3
import subprocess

from restarting import AT, Restarting
from workspace import NOTIS_YAML, Case, Workspace, main, text

MEMO = ".notis/memo/s"
COLLECT = """local notis = require "notis"
notis.on("collect", function(site, collect)
  collect:page { path = "/egen/", template = "egen.html" }
end)
"""


class Memory(Restarting):
    def furnish(self):
        self.ws.write("s/scripts/c.lua", COLLECT)
        self.ws.write("s/templates/egen.html", "<!doctype html><title>Egen</title>\n")
        self.ws.write("s/content/bild.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"></svg>')
        self.ws.write("s/content/medbild.md", text("Med bild", "![En bild](bild.svg)\n"))
        self.ws.write("s/static/a.css", "body { color: black }\n")

    def memo(self):
        return os.fsdecode(self.ws.path(MEMO))

    def heals(self, codes=(), ran=None):
        """The build says these things beside what it should, and the next one is as if nothing had been."""
        run = self.build()
        self.assertEqual(sorted(set(run.codes()) - set(self.first.codes())), sorted(codes), str(run))
        self.assertEqual(len(run.diags), len(self.first.diags) + len(codes), str(run))
        self.same(run, *codes)
        if ran is not None:
            self.assertEqual(self.ran(run), ran, str(run))
        self.holds(self.build())
        return run

    def everything(self):
        return self.ran(self.first)


class Damage(Memory):
    def test_a_bit_in_every_table(self):
        flipped = 0
        for table in range(6):
            with self.subTest(table=table):
                memo = sqlite3.connect(self.memo())
                rows = memo.execute(f"SELECT key, bytes FROM t{table} ORDER BY key").fetchall()
                for key, content in rows[len(rows) // 2:][:1]:
                    altered = bytearray(content)
                    altered[len(altered) // 2] ^= 4
                    memo.execute(f"UPDATE t{table} SET bytes = ? WHERE key = ?", (bytes(altered), key))
                    flipped += 1
                memo.commit()
                memo.close()
                if rows and table in (0, 1, 2, 5):  # what is read when a process begins
                    self.heals(["memo_damaged"])
                else:
                    self.holds(self.build())
        self.assertGreaterEqual(flipped, 5)

    def test_a_body_that_is_needed(self):
        memo = sqlite3.connect(self.memo())
        memo.execute("UPDATE t3 SET bytes = zeroblob(length(bytes))")
        memo.commit()
        memo.close()
        path = "s/templates/article.html"
        self.ws.write(path, "<!doctype html><p>{{ doc.title }}\n{{ doc.body }}\n")
        run = self.build()
        shutil.rmtree(self.ws.path(".notis/memo"))
        after = self.ws.published()
        self.assertEqual(self.build().sites["s"]["written"], 0, str(run))
        self.assertEqual(self.ws.published(), after)

    def test_bits_anywhere(self):
        chance = random.Random(4)
        sound = self.ws.root.parent / "sound"
        shutil.copyfile(self.memo(), sound)
        size = os.path.getsize(sound)
        for at in list(range(0, 100, 7)) + [chance.randrange(size) for _ in range(30)]:
            with self.subTest(at=at):
                shutil.copyfile(sound, self.memo())
                with open(self.memo(), "r+b") as memo:
                    memo.seek(at)
                    bit = memo.read(1)[0] ^ 1 << chance.randrange(8)
                    memo.seek(at)
                    memo.write(bytes([bit]))
                run = self.build()
                self.assertLessEqual(len(run.all("memo_damaged")), 1, str(run))
                self.same(run, "memo_damaged", "memo_unusable")

    def test_cut_off(self):
        size = os.path.getsize(self.memo())
        for end in (0, 1, 100, 4096, size // 3, size // 2, size - 1):
            with self.subTest(end=end):
                with open(self.memo(), "r+b") as memo:
                    memo.truncate(end)
                run = self.build()
                self.assertLessEqual(len(run.all("memo_damaged")), 1, str(run))
                self.same(run, "memo_damaged")
                self.holds(self.build())

    def test_no_memo(self):
        shutil.rmtree(self.ws.path(".notis/memo"))
        self.heals(ran=self.everything())

    def test_not_a_memo(self):
        self.ws.write(MEMO, "Kära dagbok\n" * 4000)
        self.heals(["memo_damaged"], self.everything())

    def test_of_another_site(self):
        other = Workspace()
        self.addCleanup(other.remove)
        other.write("s/content/annan.md", text("Någon annan"))
        other.build(*AT)
        shutil.copyfile(other.path(MEMO), self.memo())
        self.heals()


class NoPlace(Memory):
    """Nothing can be remembered: it is said, and everything else is as it was."""

    def without(self):
        for _ in range(2):
            run = self.build()
            self.says(run, "memo_unusable")
            self.same(run, "memo_unusable")

    def test_a_folder_where_the_file_should_be(self):
        os.unlink(self.memo())
        os.mkdir(self.memo())
        self.without()
        os.rmdir(self.memo())
        self.heals(ran=self.everything())

    def test_a_file_where_the_folder_should_be(self):
        shutil.rmtree(self.ws.path(".notis/memo"))
        self.ws.write(".notis/memo", "")
        self.without()
        os.unlink(self.ws.path(".notis/memo"))
        self.heals(ran=self.everything())

    def test_a_link_that_leads_nowhere(self):
        shutil.rmtree(self.ws.path(".notis/memo"))
        os.symlink("/finns/inte", self.ws.path(".notis/memo"))
        self.without()


class Places(Memory):
    """The same files in another place, or with other stamps."""

    def anew(self, root):
        shutil.rmtree(self.ws.root)
        shutil.move(root, self.ws.root)

    def test_copied(self):
        for how in ("-a", "-r"):
            with self.subTest(how=how):
                copy = self.ws.root.parent / "kopia"
                subprocess.run(["cp", how, self.ws.root, copy], check=True)
                self.anew(copy)
                self.holds(self.build())

    def test_moved(self):
        place = self.ws.root.parent / "en annan plats"
        self.ws.root.rename(place)
        self.ws.root = place
        self.holds(self.build())

    def test_checked_out(self):
        """Each file is another one with the same bytes."""
        for folder, _, files in os.walk(self.ws.path("s")):
            for name in files:
                path = os.path.join(folder, name)
                shutil.copyfile(path, path + b"#")
                os.rename(path + b"#", path)
        self.holds(self.build())

    def test_restored_without_publication(self):
        """As where only what is remembered is kept, and neither state nor what was published."""
        shutil.rmtree(self.ws.path("public"))
        shutil.rmtree(self.ws.path(".notis/state"))
        self.same(self.build())

    def test_state_altered(self):
        with open(self.ws.path(".notis/state/s/ledger"), "r+b") as ledger:
            content = ledger.read()
            ledger.seek(len(content) // 2)
            ledger.write(b"?????")
        run = self.build()
        self.assertEqual(self.ran(run).keys() - {"render"}, set(), str(run))
        self.assertEqual(self.ws.published(), self.good)
        self.holds(self.build())
        os.unlink(self.ws.path(".notis/state/s/ledger"))
        self.build()
        self.assertEqual(self.ws.published(), self.good)


class Others(Memory):
    def test_another_engine(self):
        """The same program, but for the number that the linker gave it."""
        with open(self.ws.program, "rb") as file:
            program = bytearray(file.read())
        note = program.find(b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0")
        self.assertGreater(note, 0)
        program[note + 16] ^= 1
        ours, other = self.ws.program, self.ws.root.parent / "notis"
        os.symlink(ours.parent / "plugins", other.parent / "plugins")
        other.write_bytes(program)
        other.chmod(0o755)
        self.ws.program = other
        self.heals(ran=self.everything())
        self.ws.program = ours
        self.heals(ran=self.everything())

    def test_another_plugin(self):
        """One that has been built anew, of other bytes, is another engine."""
        ours, beside = self.ws.program, self.ws.root.parent
        shutil.copy(ours, beside / "notis")
        shutil.copytree(ours.parent / "plugins", beside / "plugins")
        self.ws.program = beside / "notis"
        self.same(self.build())
        with open(beside / "plugins/source_markdown.so", "rb") as file:
            plugin = bytearray(file.read())
        note = plugin.find(b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0")
        self.assertGreater(note, 0)
        plugin[note + 16] ^= 1
        os.unlink(beside / "plugins/source_markdown.so")
        (beside / "plugins/source_markdown.so").write_bytes(plugin)
        self.heals(ran=self.everything())

    def test_another_number_of_workers(self):
        for workers in (1, 4, 2):
            self.ws.write("notis.yaml", NOTIS_YAML + f"workers: {workers}\n")
            self.holds(self.build())

    def test_other_limits(self):
        self.ws.write("notis.yaml", NOTIS_YAML + "limits: { hook_memory: 32 MB, removals: 50 }\n")
        self.same(self.build())

    def test_another_place_for_what_is_published(self):
        self.ws.write("notis.yaml", NOTIS_YAML + "out: annat/{site}\n")
        run = self.build()
        self.assertEqual(self.ws.published("annat/s"), self.good, str(run))

    def test_others_do_not_touch_it(self):
        before = self.stamps(".notis")
        self.ws.write("s/content/n1.md", text("Ändrad"))
        for args in (("check",), ("list",)):
            self.sound(self.ws.run(*args))
            self.assertEqual(self.stamps(".notis"), before, args)

    def test_what_could_not_be_listed_stays(self):
        self.ws.write("s/content/mapp/inne.md", text("Inne"))
        self.first = self.build()
        self.good = self.ws.published()
        os.rename(self.ws.path("s/content/mapp"), self.ws.path("mapp"))
        os.symlink("/finns/inte", self.ws.path("s/content/mapp"))
        run = self.build()
        self.assertEqual(run.sites["s"]["removed"], 0, str(run))
        self.assertEqual(set(self.ws.published()), set(self.good))
        os.unlink(self.ws.path("s/content/mapp"))
        os.rename(self.ws.path("mapp"), self.ws.path("s/content/mapp"))
        self.same(self.build())
        self.holds(self.build())


class Sites(Case):
    def test_one_site_and_then_all(self):
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, t]\n")
        shutil.copytree(self.ws.path("s"), self.ws.path("t"))
        self.assertEqual(self.ws.build("s", *AT).code, 0)
        run = self.ws.build(*AT)
        steps = {site: run.sites[site]["steps"] for site in run.sites}
        self.assertEqual((steps["s"]["parse"]["run"], steps["s"]["render"]["run"]), (0, 0), str(run))
        self.assertGreater(steps["t"]["parse"]["run"], 0)
        self.assertEqual(self.ws.published("public/s"), self.ws.published("public/t"))
        before = self.ws.published("public")
        self.assertEqual(self.ws.build("t", *AT).sites["t"]["written"], 0)
        self.assertEqual(self.ws.published("public"), before)


class Growth(Restarting):
    def rows(self, table):
        memo = sqlite3.connect(self.ws.path(MEMO))
        count = memo.execute(f"SELECT count(*) FROM t{table}").fetchone()[0]
        memo.close()
        return count

    def test_what_came_and_went(self):
        few, bodies = self.rows(2), self.rows(3)
        for n in range(1100):
            self.ws.write(f"s/content/m/m{n}.md", text(f"M{n}"))
        self.build()
        shutil.rmtree(self.ws.path("s/content/m"))
        self.at = (*AT, "--allow-removals")
        run = self.build()
        self.same(run)
        self.assertEqual(self.ran(run), self.ran(self.first), "begun anew, and nothing is said of it")
        self.assertEqual((self.rows(2), self.rows(3)), (few, bodies))
        self.holds(self.build())

    def test_the_body_of_what_went(self):
        bodies = self.rows(3)
        self.ws.write("s/content/en.md", text("En"))
        self.build()
        self.assertGreater(self.rows(3), bodies)
        self.ws.delete("s/content/en.md")
        self.build()
        self.assertEqual(self.rows(3), bodies)


class Clock(Restarting):
    """A text that is held until one instant, and one that runs out at another."""

    def furnish(self):
        self.ws.write("s/content/sen.md", text("Sen", embargo="2025-02-01T00:00:00Z"))
        self.ws.write("s/content/kort.md", text("Kort", expires="2025-03-01T00:00:00Z"))

    def test_over_the_instants_and_back(self):
        seen = set()
        for day in ("2025-01-01", "2025-02-02", "2025-03-02", "2025-02-02", "2025-01-01", "2025-03-02"):
            self.at = ("--at", day, "--allow-removals")
            run = self.build()
            pages = self.ws.published()
            shown = ("sen/index.html" in pages, "kort/index.html" in pages)
            self.assertEqual(shown, (day >= "2025-02-01", day < "2025-03-01"), str(run))
            kept = self.ws.path(".notis/memo")
            os.rename(kept, self.ws.path("undan"))
            self.build()
            self.assertEqual(self.ws.published(), pages, day)
            shutil.rmtree(kept)
            os.rename(self.ws.path("undan"), kept)
            seen.add(shown)
        self.assertEqual(len(seen), 3)


if __name__ == "__main__":
    main()
