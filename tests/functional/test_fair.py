#!/usr/bin/env python3
"""Regions in one watch, of which one has a hook without end: the clock of the other goes on."""

import datetime

from watching import WatchCase
from workspace import SITE_YAML, TEMPLATES, main, text

ENDLESS = 'local notis = require "notis"\nnotis.on("document", function(doc) while true do end end)\n'
TEXTS = 400  # a budget for each is more than a minute


class Fair(WatchCase):
    def test_an_embargo_beside_an_endless_hook(self):
        self.ws.write("notis.yaml", "notis: 1\nsites: [s, ill]\nworkers: 2\n")
        self.ws.write("ill/site.yaml", SITE_YAML)
        for path, template in TEMPLATES.items():
            self.ws.write("ill/templates/" + path, template)
        for i in range(TEXTS):
            self.ws.write(f"ill/content/t{i}.md", text(f"T{i}"))
        w = self.watch()
        self.ws.write("ill/scripts/hook.lua", ENDLESS)
        self.ws.write("s/content/om.md", text("Nytt om oss"))
        w.wait(lambda line: line["type"] == "site" and b"Nytt" in self.ws.published()["om/index.html"])
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
        self.ws.write("s/content/sen.md", text("Sen", embargo=soon.strftime("%Y-%m-%dT%H:%M:%SZ")))
        w.wait(lambda line: line["type"] == "site" and "sen/index.html" in self.ws.published())
        told = [line["site"] for line in w.seen[w.seen.index({"type": "watching"}):] if line["type"] == "site"]
        self.assertNotIn("ill", told)
        self.ends_well(w)


if __name__ == "__main__":
    main()
