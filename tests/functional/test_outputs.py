#!/usr/bin/env python3
"""What an output can ask of its page and documents, asked by one in Lua: whole addresses, tag URIs, HTML that leaves the
site, plain text and times. Expected values are worked out by hand from the texts and the specifications named."""

import json
import unittest

from workspace import Case, main, text

NOTIS_YAML = """notis: 1
sites: [s]
plugins: [plugins]
"""
SITE_YAML = """title: Region Väst
url: https://Region.example:8443/bas/
timezone: Europe/Stockholm
sources:
  text: {{ use: source_markdown, path: content, match: "**/*.md" }}
{more}"""
KIND = """permalink: /{slug}/
outputs: [html, probe]
unknown_fields: allow
fields:
  title: { type: text }
  date: { type: datetime }
  day: { type: date }
  lead: { type: markdown }
  number: { type: integer }
"""
# Each line of the page is a name and what the output was told, as JSON strings, so that any text can stand there.
PROBE = """local notis = require "notis"
local function quoted(text) return (text:gsub('[%c"\\\\]', function(c) return ("\\\\u%04x"):format(c:byte()) end)) end
notis.output {
  name = "output_probe", extension = "txt", takes = { "document", "site" }, page_limit = 3,
  render = function(page)
    local function say(name, value)
      page:write(('{"%s": "%s"}\\n'):format(name, quoted(tostring(value))))
    end
    local doc = page.document
    for _, name in ipairs { "path", "url", "title", "lang", "home", "number", "count" } do say(name, page[name]) end
    say("alternates", #page.alternates)
    for _, url in ipairs { "/om/", "/bas/om/", "/basta/", "om/", "#a", "https://x.example/", "//x.example/y", "mailto:a@b" } do
      say("absolute " .. url, page:absolute_url(url))
    end
    if not doc then
      say("params", page.params.color)
      say("pages", #page:site_pages())
      return
    end
    say("doc url", doc.url)
    say("tag", page:document_tag(doc))
    say("html", page:document_html(doc))
    say("whole html", page:document_html(doc, "", true))
    say("lead html", page:document_html(doc, "lead", true))
    say("title html", page:document_html(doc, "title", true))
    say("no html", page:document_html(doc, "missing", true))
    say("text", page:document_text(doc))
    say("lead text", page:document_text(doc, "lead"))
    say("title text", page:document_text(doc, "title"))
    say("number text", page:document_text(doc, "number"))
    say("no text", page:document_text(doc, "missing"))
    say("no file", page:document_file(doc, "missing.pdf"))
    for _, style in ipairs { "rfc822", "rfc3339", "long" } do say("date " .. style, page:format_time(doc.date, style)) end
    for _, style in ipairs { "rfc3339", "long" } do say("day " .. style, page:format_time(doc.day, style)) end
  end,
}
"""
BODY = """Se [om oss](om.md#mål), [roten](/bas/om/) och [fil](fil.pdf).[^1]

## Mål

![Karta & plan](karta.png)

<p id="rå"><a href="../x/">rå</a></p>

[^1]: Not.
"""


class Outputs(Case):
    def setUp(self):
        super().setUp()
        self.site()
        self.ws.write("notis.yaml", NOTIS_YAML)
        self.ws.write("plugins/output_probe.lua", PROBE)
        self.ws.write("s/kinds/article.yaml", KIND)
        self.ws.write("s/content/mapp å/första.md",
                      text("A & B", BODY, slug="x", date="2024-01-10 09:30", day="2024-07-01",
                           number=7, lead='"Kort *ingress* & <b>"'))

    def site(self, more=""):
        self.ws.write("s/site.yaml", SITE_YAML.format(more=more))

    def told(self, path="x/index.txt"):
        run = self.ws.build("--at", "2024-06-01")
        page = self.ws.published().get(path)
        self.assertIsNotNone(page, str(run))
        said = {}
        for line in page.decode().splitlines():
            said.update(json.loads(line))
        return said

    def expect(self, said, **wanted):
        for name, value in wanted.items():
            self.assertEqual(said[name.replace("_", " ")], value, name)

    def test_addresses(self):
        said = self.told()
        self.expect(said, path="x/index.txt", doc_url="/bas/x/", title="nil", home="nil", alternates="0")
        root = "https://Region.example:8443"
        for url, whole in {"/om/": "/bas/om/", "/bas/om/": "/bas/om/", "/basta/": "/bas/basta/", "om/": "/bas/om/",
                           "#a": "/bas/#a"}.items():
            self.assertEqual(said["absolute " + url], root + whole)
        self.assertEqual(said["absolute https://x.example/"], "https://x.example/")
        self.assertEqual(said["absolute //x.example/y"], "https://x.example/y")
        self.assertEqual(said["absolute mailto:a@b"], "mailto:a@b")

    def test_tags_stay(self):
        # RFC 4151, 2.1: the authority has no port, and what is no pchar is percent-encoded (å is C3 A5 in UTF-8).
        tag = "tag:region.example,2020:text/content/mapp%20%C3%A5/f%C3%B6rsta.md"
        self.expect(self.told(), tag=tag)
        self.ws.write("s/content/mapp å/första.md",
                      text("Helt annan", slug="y", date="2025-01-10 09:30", day="2024-07-01", lead="L"))
        self.expect(self.told("y/index.txt"), tag=tag)

    def test_html(self):
        said = self.told()
        page = "https://Region.example:8443/bas/x/"
        whole = said["whole html"]
        self.assertIn('id="', said["html"])
        self.assertNotIn('id="', whole)
        self.assertIn(f'href="{page}#fn-1"', whole)
        self.assertIn('<a href="https://Region.example:8443/bas/om/">roten</a>', whole)
        self.assertIn('<p><a href="https://Region.example:8443/bas/x/">rå</a></p>', whole)
        for attribute in ("href", "src"):
            for address in whole.split(f'{attribute}="')[1:]:
                self.assertTrue(address.startswith("https://Region.example:8443/bas/"), address[:60])
        self.expect(said, lead_html="<p>Kort <em>ingress</em> &amp; <b></p>\n", title_html="A &amp; B", no_html="nil")

    def test_text_and_times(self):
        self.expect(self.told(), title_text="A & B", lead_text="Kort ingress &", number_text="7", no_text="",
                    no_file="nil", date_rfc822="Wed, 10 Jan 2024 09:30:00 +0100", date_rfc3339="2024-01-10T09:30:00+01:00",
                    date_long="10 januari 2024", day_rfc3339="2024-07-01", day_long="1 juli 2024")

    def test_a_page_of_the_site(self):
        self.ws.write("s/scripts/pages.lua", 'require("notis").on("collect", function(site, c)\n'
                      '  c:page{ path = "/karta.txt", output = "probe", params = { color = "röd" } }\nend)\n')
        said = self.told("karta.txt")
        self.expect(said, url="/bas/karta.txt", params="röd", lang="sv")


if __name__ == "__main__":
    main()
