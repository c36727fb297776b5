#!/usr/bin/env python3
"""notis verify: the command, what it says, and what it leaves behind."""

import json
import os

from workspace import Case, main, text


class Verify(Case):
    def setUp(self):
        super().setUp()
        for i in range(4):
            self.ws.write(f"s/content/t{i}.md", text(f"T{i}"))
        self.ws.write("s/static/bild.bin", "bild")

    def verify(self, *words):
        run = self.ws.run("verify", "--format", "json", *words)
        verdicts = [json.loads(line) for line in run.out.splitlines() if '"verified"' in line]
        return run, verdicts

    def test_what_is_equal(self):
        run, verdicts = self.verify()
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        self.assertEqual([(v["site"], v["files"], v["differ"]) for v in verdicts], [("s", len(self.ws.published()), 0)])
        self.assertFalse(os.path.exists(self.ws.path(".notis/verify")))
        self.ws.write("s/content/t1.md", text("Ändrad"))
        self.assertEqual(self.verify()[0].code, 0)
        self.assertIn("Ändrad", self.ws.published()["alla/index.html"].decode())

    def test_files_that_are_gone_or_altered_are_mended_first(self):
        self.assertEqual(self.ws.build().code, 0)
        before = self.ws.published()
        self.ws.write("public/s/alla/index.html", "annat")
        self.ws.delete("public/s/bild.bin")
        self.ws.write("public/s/eget.html", "Notis skrev inte den här.")
        run, verdicts = self.verify()
        self.assertEqual((run.code, verdicts[0]["differ"]), (0, 0), str(run))
        after = self.ws.published()
        self.assertEqual(after.pop("eget.html"), "Notis skrev inte den här.".encode())
        self.assertEqual(after, before)

    def test_a_ledger_that_is_damaged(self):
        self.assertEqual(self.ws.build().code, 0)
        self.ws.write(".notis/state/s/ledger", "skräp\n")
        run, verdicts = self.verify()
        self.assertEqual((run.code, verdicts[0]["differ"]), (0, 0), str(run))

    def test_a_page_that_a_fault_keeps(self):
        self.assertEqual(self.ws.build().code, 0)
        self.ws.write("s/content/t2.md", "---\ntitle: [\n---\nTrasig.\n")
        run, verdicts = self.verify()
        self.assertEqual((run.code, verdicts[0]["differ"]), (1, 0), str(run))
        self.assertIn("t2/index.html", " ".join(self.ws.published()))

    def test_a_site_that_is_stopped_is_not_compared(self):
        self.ws.write("s/templates/list.html", "{% if %}")
        run, verdicts = self.verify()
        self.assertEqual((run.code, verdicts), (1, []), str(run))

    def test_the_instant_is_the_same(self):
        self.ws.write("s/content/senare.md", text("Senare", embargo="2025-06-01"))
        run, verdicts = self.verify("--at", "2025-01-01")
        self.assertEqual((run.code, verdicts[0]["differ"]), (0, 0), str(run))
        self.assertNotIn("Senare", self.ws.published()["alla/index.html"].decode())
        run, verdicts = self.verify("--at", "2025-07-01")
        self.assertEqual((run.code, verdicts[0]["differ"]), (0, 0), str(run))
        self.assertIn("Senare", self.ws.published()["alla/index.html"].decode())

    def test_in_words(self):
        run = self.ws.run("verify", "--lang", "sv")
        self.assertEqual(run.code, 0, str(run))
        self.assertIn(f"{len(self.ws.published())} filer är som ett bygge från grunden gör dem", run.out)
        self.assertTrue(self.ws.run("help", "verify").out.startswith("notis verify "))

    def test_a_site_that_there_is_not(self):
        self.assertEqual(self.ws.run("verify", "ingen").code, 2)


if __name__ == "__main__":
    main()
