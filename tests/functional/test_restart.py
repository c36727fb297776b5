#!/usr/bin/env python3
"""A process that comes after another makes only what has changed, says what the one before it said, and publishes what
a build from nothing would."""

import os
import shutil

from restarting import Restarting
from workspace import main, text


class Restart(Restarting):
    def test_nothing_changed(self):
        self.assertIn("parse", self.ran(self.first))
        self.assertTrue(self.first.diags, "there is something to be said again")
        self.build()  # files that were written in the moment of a look are looked at once more, which is remembered
        before = self.stamps("public", ".notis")
        self.assertTrue(any(b"/memo/s" in path for path in before), before)
        self.holds(self.build())
        self.assertEqual(self.stamps("public", ".notis"), before)

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


if __name__ == "__main__":
    main()
