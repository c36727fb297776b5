#!/usr/bin/env python3
"""`--profile`: its counts are the steps that ran, its parts make up no more than the whole, and what is slow is first."""

import unittest

from watching import WatchCase
from workspace import main, text

# One page takes forty million instructions more than the others.
HOOKS = """local notis = require "notis"
notis.on("document", function(doc) doc.lead = "x" end)
notis.on("page", function(page)
  if page.path == "kontakt/index.html" then for i = 1, 20000000 do local x = i end end
end)
"""
ROUNDING = 0.001  # of some hundred figures, each cut to the microsecond


class Profile(WatchCase):
    def setUp(self):
        super().setUp()
        self.ws.write("s/scripts/10-krokar.lua", HOOKS)
        self.ws.write("s/templates/article.html", "{% include 'del.html' %}<p>{{ doc.title }}</p>")
        self.ws.write("s/templates/del.html", "<p>del</p>")

    def profile(self, lines):
        found = [line for line in lines if line["type"] == "profile"]
        self.assertEqual(len(found), 1, str(lines))
        return found[0]

    def sums(self, profile, steps):
        ran = {kind: counts["run"] for kind, counts in steps.items()}
        self.assertEqual({kind: profile["steps"][kind]["count"] for kind in ran}, ran)
        parts = sum(step["seconds"] for step in profile["steps"].values())
        self.assertAlmostEqual(parts, profile["busy"], delta=ROUNDING)
        self.assertAlmostEqual(sum(profile["phases"].values()), profile["seconds"], delta=ROUNDING)
        self.assertLessEqual(profile["busy"], profile["seconds"] * (profile["workers"] + 1) + ROUNDING)
        self.assertLessEqual(profile["efficiency"], 1.001)
        made = sum(profile["steps"][kind]["seconds"] for kind in ("document", "page", "output", "parse", "collect"))
        self.assertLessEqual(sum(hook["seconds"] for hook in profile["hooks"]), made + ROUNDING)
        render = profile["steps"]["render"]["seconds"] + profile["steps"]["query"]["seconds"] + ROUNDING
        self.assertLessEqual(sum(output["seconds"] for output in profile["outputs"]), render)
        self.assertLessEqual(sum(template["seconds"] for template in profile["templates"]), render)
        for page in profile["pages"]:
            self.assertLessEqual(sum(page["steps"].values()), page["seconds"] + ROUNDING)

    def test_build(self):
        for workers in ("1", "4"):
            self.ws.write("s/content/om.md", text(f"Om oss {workers}"))
            self.ws.write("s/scripts/20.lua", f"-- {workers}\n")
            run = self.ws.build("--profile", "--workers", workers, "--allow-removals")
            self.assertEqual(run.code, 0, str(run))
            profile = self.profile(run.lines())
            self.sums(profile, run.sites["s"]["steps"])

    def test_what_is_slow_is_first(self):
        profile = self.profile(self.ws.check("--profile", "--workers", "1").lines())
        self.assertEqual(profile["pages"][0]["path"], "kontakt/index.html")
        self.assertEqual(max(profile["pages"][0]["steps"], key=profile["pages"][0]["steps"].get), "page")
        self.assertEqual([(hook["hook"], hook["event"]) for hook in profile["hooks"][:1]],
                         [("s/scripts/10-krokar.lua:3", "page")])
        counts = {template["template"]: template["count"] for template in profile["templates"]}
        self.assertEqual(counts, {"s/templates/article.html": 2, "s/templates/del.html": 2, "s/templates/list.html": 1})
        self.assertEqual([(output["output"], output["count"]) for output in profile["outputs"]], [("html", 3)])

    def test_watch(self):
        """Each round has figures of its own."""
        watch = self.watch("--profile")
        first = self.profile(watch.seen)
        self.assertEqual(first["steps"]["parse"]["count"], 2)
        self.ws.write("s/content/om.md", text("Ny"))
        lines = watch.wait(lambda line: line["type"] == "profile" and line["steps"]["parse"]["count"] == 1)
        site = [line for line in lines if line["type"] == "site"][-1]
        self.sums(lines[-1], site["steps"])
        self.ends_well(watch)

    def test_text(self):
        run = self.ws.run("build", "--profile", "--lang", "sv")
        self.assertEqual(run.code, 0, str(run))
        for words in ("Trådarnas arbete", "Krokar", "De långsammaste sidorna", "page s/scripts/10-krokar.lua:3"):
            self.assertIn(words, run.out)
        self.assertNotIn("Trådarnas", self.ws.run("build", "--lang", "sv").out)


if __name__ == "__main__":
    main()
