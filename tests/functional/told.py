"""What the tests of bad input share: the good pages, and the two things that a fault may come to."""

from workspace import Case

GOOD = {"alla/index.html", "kontakt/index.html", "om/index.html"}


class Told(Case):
    def withheld(self, code, *place, **files):
        """One text is at fault: it is told at this place, and everything else is published."""
        run = self.build()
        self.place(run, code, *place)
        self.assertEqual(run.code, 1, str(run))
        self.assertTrue(run.sites["s"]["published"])
        self.assertEqual(set(self.ws.published()), GOOD | files.get("also", set()))
        self.assertEqual(self.ws.leftovers(), [])
        return run

    def refused(self, code, *place, exit=2):
        """Nothing can be published: it is told at this place, and what lies there stays as it is."""
        before = self.ws.published()
        run = self.build()
        self.place(run, code, *place)
        self.assertEqual(run.code, exit, str(run))
        self.assertEqual(self.ws.published(), before)
        self.assertEqual(self.ws.leftovers(), [])
        return run

    def build(self, *args, **options):
        run = self.ws.build(*args, **options)
        self.sound(run)
        return run

    def place(self, run, code, file=None, line=None, column=None):
        return self.says(run, code, file=file, line=line, column=column)
