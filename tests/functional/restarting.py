"""What the tests of a process that comes after another share: a site that has been built, with something to say."""

import os

from workspace import Case, text

AT = ("--at", "2025-01-01")
HOOK = 'local notis = require "notis"\nnotis.on("document", function(doc) doc.title = doc.title .. "!" end)\n'


class Restarting(Case):
    at = AT

    def setUp(self):
        super().setUp()
        self.ws.write("s/scripts/a.lua", HOOK)
        for n in range(5):
            self.ws.write(f"s/content/n{n}.md", text(f"Nyhet {n}"))
        self.ws.write("s/content/trasig.md", text("Trasig", "[död](finns-inte.md)\n"))
        self.furnish()
        self.first = self.build()
        self.good = self.ws.published()

    def furnish(self):
        """What a test case has beside that."""

    def build(self, *args, **options):
        run = self.ws.build(*self.at, *args, **options)
        self.sound(run)
        return run

    def ran(self, run):
        """How many steps ran, but for the plan and its questions, which each process makes anew."""
        steps = run.sites["s"]["steps"]
        return {kind: steps[kind]["run"] for kind in steps if steps[kind]["run"] and kind not in ("plan", "query")}

    def stamps(self, *folders):
        """The stamp of every file there, but for the lock, which holds the number of the process."""
        found = {}
        for top in folders:
            for folder, _, files in os.walk(self.ws.path(top)):
                for name in files:
                    st = os.lstat(os.path.join(folder, name))
                    found[os.path.join(folder, name)] = (st.st_ino, st.st_size, st.st_mtime_ns, st.st_ctime_ns)
        found.pop(self.ws.path(".notis/state/lock"), None)
        return found

    def holds(self, run):
        """Nothing was made anew, and what it said and published is what the first one did."""
        self.assertEqual(self.ran(run), {}, str(run))
        self.same(run)

    def same(self, run, *also):
        """What it said, but for these codes, and what it published is what the first one did."""
        self.assertEqual([d for d in run.diags if d["code"] not in also], self.first.diags)
        self.assertEqual(run.code, self.first.code)
        self.assertEqual(self.ws.published(), self.good)
        self.assertEqual(self.ws.leftovers(), [])
