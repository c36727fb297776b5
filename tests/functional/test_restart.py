#!/usr/bin/env python3
"""A process that comes after another makes only what has changed, says what the one before it said, and publishes what
a build from nothing would."""

import os
import shutil

from workspace import Case, main, text

AT = ("--at", "2025-01-01")
HOOK = 'local notis = require "notis"\nnotis.on("document", function(doc) doc.title = doc.title .. "!" end)\n'


class Restart(Case):
    def setUp(self):
        super().setUp()
        self.ws.write("s/scripts/a.lua", HOOK)
        for n in range(5):
            self.ws.write(f"s/content/n{n}.md", text(f"Nyhet {n}"))
        self.ws.write("s/content/trasig.md", text("Trasig", "[död](finns-inte.md)\n"))
        self.first = self.build()
        self.good = self.ws.published()

    def build(self):
        return self.ws.build(*AT)

    def ran(self, run):
        """How many steps ran, but for the plan and its questions, which each process makes anew."""
        steps = run.sites["s"]["steps"]
        return {kind: steps[kind]["run"] for kind in steps if steps[kind]["run"] and kind not in ("plan", "query")}

    def stamps(self):
        found = {}
        for folder, _, files in os.walk(self.ws.path("public")):
            for name in files:
                st = os.lstat(os.path.join(folder, name))
                found[os.path.join(folder, name)] = (st.st_ino, st.st_mtime_ns, st.st_ctime_ns)
        return found

    def holds(self, run):
        self.assertEqual(self.ran(run), {}, str(run))
        self.assertEqual(run.diags, self.first.diags)
        self.assertEqual(run.code, self.first.code)
        self.assertEqual(self.ws.published(), self.good)

    def test_nothing_changed(self):
        self.assertIn("parse", self.ran(self.first))
        self.assertTrue(self.first.diags, "there is something to be said again")
        before = self.stamps()
        self.holds(self.build())
        self.assertEqual(self.stamps(), before)

    def test_one_text_changed(self):
        self.ws.write("s/content/n3.md", text("Nyhet 3", "En annan text.\n"))
        run = self.build()
        self.assertEqual(self.ran(run), {"parse": 1, "document": 1, "render": 1}, str(run))
        self.assertEqual(run.sites["s"]["written"], 1)

    def test_everything_touched(self):
        for folder, _, files in os.walk(self.ws.path("s")):
            for name in files:
                os.utime(os.path.join(folder, name))
        self.holds(self.build())

    def test_a_text_that_goes(self):
        os.remove(self.ws.path("s/content/n1.md"))
        again = self.build()
        shutil.rmtree(self.ws.path(".notis/memo"))
        after = self.ws.published()
        self.assertEqual(again.sites["s"]["removed"], 1)
        clean = self.build()
        self.assertEqual(clean.sites["s"]["written"], 0, "a build without memory finds nothing amiss")
        self.assertEqual(self.ws.published(), after)

    def test_a_damaged_memory(self):
        path = self.ws.path(".notis/memo/s")
        with open(path, "r+b") as memo:
            memo.truncate(os.path.getsize(path) // 2)
        run = self.build()
        self.assertEqual(len(run.all("memo_damaged")), 1, str(run))
        self.assertEqual([d for d in run.diags if d["code"] != "memo_damaged"], self.first.diags)
        self.assertEqual(self.ws.published(), self.good)
        self.holds(self.build())


if __name__ == "__main__":
    main()
