#!/usr/bin/env python3
"""Three real bodies of text, as others wrote them: what of them is published and what is not, and why; faults put into
copies of them, told where they were put; translations found by their keys. What is expected is read from the texts by
a small reader of this file."""

import datetime
import re
import shutil
import unittest
from zoneinfo import ZoneInfo

from publish import SOURCE, Page, Run, corpora, main, published, scratch

SITES = SOURCE / "tests/functional/sites"
AT = "2024-06-01"


def workspace(*sites):
    """The sites with their texts, in a folder of their own."""
    folders = {"digitalgov": "digitalgov-news", "digg": "digg-opensource", "cds": "cds-canada"}
    root, ground = corpora(*(folders[site] for site in sites)), scratch() / "sites"
    for site in sites:
        shutil.copytree(SITES / site, ground / site)
        shutil.copytree(root / folders[site] / "content", ground / site / "content")
    (ground / "notis.yaml").write_text(f"notis: 1\nsites: [{', '.join(sites)}]\nout: public/{{site}}\n")
    return ground


def front_matter(path):
    """The scalars of a front matter by key, each with its line; quotes taken away."""
    text = path.read_text(encoding="utf-8-sig")
    found = re.match(r"\s*---\r?\n(.*?)\r?\n---", text, re.S)
    fields = {}
    for match in re.finditer(r"(?m)^([\w-]+):[ \t]*(.*?)[ \t]*$", found.group(1) if found else ""):
        fields.setdefault(match[1], match[2].strip("\"'"))
    return fields


def moment(text, zone):
    """A date in any of the forms that these texts have: with a zone or by the site's own clock."""
    match = re.fullmatch(r"(\d+)-(\d+)-(\d+)(?:[T ](\d+):(\d+):(\d+)(?:\.\d+)?)? *(Z|[+-]\d{4})?", text)
    numbers, offset = [int(n or 0) for n in match.groups()[:6]], match[7]
    if offset is None:
        return datetime.datetime(*numbers, tzinfo=ZoneInfo(zone))
    minutes = 0 if offset == "Z" else int(offset[0] + "1") * (int(offset[1:3]) * 60 + int(offset[3:5]))
    return datetime.datetime(*numbers, tzinfo=datetime.timezone(datetime.timedelta(minutes=minutes)))


def listing(ground, at=AT):
    """What `list documents` says: by id, the state and the address."""
    rows = [line.split("\t") for line in Run(ground, "list", "documents", at=at).out.splitlines() if "\t" in line]
    return {row[1]: (row[4], row[5] if len(row) > 5 else "") for row in rows}


def diagnostics(run):
    return [d for d in run.diagnostics if d["type"] == "diagnostic"]


def place(d, site):
    return d["code"], d["file"].split(f"/{site}/", 1)[-1].removeprefix(f"{site}/"), d.get("line", 0), d.get("column", 0)


class Digitalgov(unittest.TestCase):
    ZONE = "America/New_York"
    GOLDEN = SITES / "digitalgov/withheld.txt"

    @classmethod
    def setUpClass(cls):
        cls.ground = workspace("digitalgov")
        cls.run_ = Run(cls.ground, at=AT)
        cls.files = published(cls.ground / "public/digitalgov")
        cls.listed = listing(cls.ground)
        base = cls.ground / "digitalgov"
        cls.news = {f"text/{p.relative_to(base)}": front_matter(p) for p in sorted((base / "content/news").rglob("*.md"))}

    def expected(self):
        """What is not published, by its own front matter: states first, and of two on one address the later."""
        now, held, taken = moment(AT, self.ZONE), {}, {}
        for name, fields in self.news.items():
            date = moment(fields["date"], self.ZONE)
            if fields.get("draft") == "true":
                held[name] = "draft"
            elif date > now:
                held[name] = "future"
            elif fields.get("expirydate") and moment(fields["expirydate"], self.ZONE) <= now:
                held[name] = "expired"
            else:
                slug = fields.get("slug") or name.rsplit("/", 1)[1].removesuffix(".md")
                taken.setdefault((fields["date"].split()[0], slug), []).append((date, name))
        for rivals in taken.values():
            held |= {name: "withheld" for _, name in sorted(rivals)[1:]}
        return held

    def test_every_news_item_is_published_or_stands_in_the_list(self):
        self.assertEqual(len(self.news), 369)
        held = self.expected()
        golden = dict(line.split(": ") for line in self.GOLDEN.read_text().splitlines())
        self.assertEqual(golden, held)
        self.assertEqual({name: self.listed[name][0] for name in self.news if self.listed[name][0] != "published"}, held)
        found = [name for name in self.news if self.listed[name][1].lstrip("/") + "index.html" in self.files]
        self.assertEqual(set(found), set(self.news) - set(held))
        self.assertGreaterEqual(len(found), 330)

    def test_what_is_at_fault_has_its_place(self):
        at_fault = [name.removeprefix("text/") for name, state in self.expected().items() if state == "withheld"]
        told = [place(d, "digitalgov") for d in diagnostics(self.run_) if d["severity"] == "error"]
        self.assertEqual([(code, file) for code, file, _, _ in told], [("path_taken", file) for file in at_fault])
        self.assertTrue(all(line for _, _, line, _ in told))


# A fault: what to change in the front matter or body of a good text, and where it then is: its line as the text after the
# change has it, and the characters before it.
BASE = """---
date: 2021-05-21 09:31:00 -0500
title: Good news from the agency
slug: {}
weight: 1
topics:
  - content-strategy
---

The body of a good text.
"""
FAULTS = {
    "bad-date": ("date: 2021-05-21", "date: 2021-04-31", "fields_no_such_date", 2, 7),
    "bad-hour": ("09:31:00", "25:31:00", "fields_no_such_date", 2, 7),
    "unclosed-quote": ("title: Good", 'title: "Good', "yaml_unclosed_quote", 3, 8),
    "tab": ("  - content-strategy", "\t- content-strategy", "yaml_tab", 7, 1),
    "duplicate-key": ("weight: 1", "title: Once more", "yaml_duplicate_key", 5, 1),
    "missing-title": ("title: Good news from the agency\n", "", "fields_missing", 1, 1),
    "unknown-kind": ("weight: 1", "kind: nevs", "kind_unknown", 5, 7),
    "bad-embargo": ("weight: 1", "embargo: some day", "fields_not_datetime", 5, 10),
    "wrong-type": ("weight: 1", "weight: heavy", "fields_not_integer", 5, 9),
    "no-list": ("topics:\n  - content-strategy", "topics: { a: b }", "fields_not_list", 6, 9),
    "bad-url": ("weight: 1", "source_url: not an address", "fields_not_url", 5, 13),
    "bad-byte": ("good text", "good \udce5 text", "item_invalid_utf8", 10, 20),
    "nul": ("good text", "good \0 text", "item_nul", 10, 20),
    "unclosed": ("---\n\nThe body", "\nThe body", "front_matter_unclosed", 1, 1),
    "unknown-alias": ("weight: 1", "weight: *one", "yaml_alias_unknown", 5, 9),
}


class Injected(unittest.TestCase):
    def test_faults_are_told_where_they_were_put(self):
        ground = workspace("digitalgov")
        base = ground / "digitalgov/content/news"
        good = len(listing(ground))
        for name, (old, new, *_) in FAULTS.items():
            text = BASE.format(name)
            self.assertEqual(text.count(old), 1, name)
            (base / f"{name}.md").write_bytes(text.replace(old, new).encode(errors="surrogateescape"))
        run = Run(ground, at=AT)
        told = {}
        for code, file, line, column in (place(d, "digitalgov") for d in diagnostics(run)):
            if file.removeprefix("content/news/").removesuffix(".md") in FAULTS:
                told.setdefault(file.removeprefix("content/news/").removesuffix(".md"), []).append((code, line, column))
        for name, (_, _, *wanted) in FAULTS.items():
            with self.subTest(name):
                self.assertEqual(told.get(name), [tuple(wanted)])
        site = next(d for d in run.diagnostics if d["type"] == "site")
        self.assertEqual((run.code, site["published"]), (1, True))
        self.assertEqual(len([1 for state, _ in listing(ground).values() if state == "published"]),
                         len([1 for state, _ in listing(workspace("digitalgov")).values() if state == "published"]))
        self.assertGreater(good, 400)


SHORTCODE = re.compile(r"\{\{[<%]\s*([A-Za-z_][\w.-]*(?:/[\w.-]+)*)/?(?=[\s>%])")


class Shortcodes(unittest.TestCase):
    """What the hooks of these sites take away, told of when they do not."""

    def said(self, run):
        return {d["message"].split('"')[1]: (d["count"], *place(d, d["site"])) for d in diagnostics(run)
                if d["code"] == "shortcode_unknown"}

    def counted(self, texts):
        """How often each name is used outside code, and the first place, by the order of the files' names."""
        found = {}
        for file, text in sorted(texts.items()):
            body = re.sub(r"\A\s*---\r?\n.*?\n---", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)
            body = re.sub(r"(?ms)^```.*?^```|`[^`\n]+`", lambda m: re.sub(r"[^\n]", " ", m[0]), body)
            for match in SHORTCODE.finditer(body):
                line, column = body.count("\n", 0, match.start()) + 1, match.start() - body.rfind("\n", 0, match.start())
                count, *first = found.get(match[1], (0, "shortcode_unknown", file, line, column))
                found[match[1]] = (count + 1, *first)
        return found

    def test_each_name_is_told_of_once(self):
        for site, names in (("digitalgov", 17), ("digg", 9)):
            ground = workspace(site)
            shutil.rmtree(ground / site / "scripts")
            shown = {name.split("/", 1)[1] for name, (state, _) in listing(ground).items() if state == "published"}
            texts = {file: (ground / site / file).read_text(encoding="utf-8-sig") for file in shown}
            runs = [Run(ground, "check", *more, at=AT) for more in ((), ("--workers", "1"), ("--workers", "7"))]
            self.assertEqual(self.said(runs[0]), self.counted(texts))
            self.assertEqual(len(self.said(runs[0])), names)
            for run in runs[1:]:
                self.assertEqual(diagnostics(run), diagnostics(runs[0]))

    def test_what_a_hook_replaces_is_not_told_of(self):
        ground = scratch() / "small"
        texts = {"a.md": "---\ntitle: A\n---\nFörst `{{< tal 0 >}}`, så {{< tal 1 >}}.\n\n    {{< tal 2 >}}\n",
                 "b.md": "---\ntitle: B\n---\n{{< tal 3 >}} {{% ruta %}}\nText.\n{{% /ruta %}} [ruta]x[/ruta]\n\n<div>\n{{< karta >}}\n</div>\n",
                 "c.md": "---\ntitle: C\ndraft: true\n---\n{{< hemlig >}}\n"}
        scripts = {"none": "", "item": """notis.on("item", function(item) item.bytes = item.bytes:gsub("{{< tal (%d) >}}", "%1") end)""",
                   "document": """notis.on("document", function(doc)
  for node in doc.body:each("text") do node.text = node.text:gsub("{{%% ruta %%}}", "") end end)"""}
        every = {"tal": (2, "shortcode_unknown", "content/a.md", 4, 27), "ruta": (1, "shortcode_unknown", "content/b.md", 4, 15),
                 "karta": (1, "shortcode_unknown", "content/b.md", 9, 1)}
        for site, script in scripts.items():
            base = ground / site
            for file, text in texts.items():
                (base / "content").mkdir(parents=True, exist_ok=True)
                (base / "content" / file).write_text(text)
            (base / "site.yaml").write_text("title: T\nurl: https://t.example/\nsources: { text: { use: source_markdown, path: content } }\n")
            (base / "scripts").mkdir()
            (base / "templates").mkdir()
            (base / "templates/article.html").write_text("{{ doc.body }}")
            (base / "scripts/10.lua").write_text('local notis = require "notis"\n' + script)
        (ground / "notis.yaml").write_text(f"notis: 1\nsites: [{', '.join(scripts)}]\nout: public/{{site}}\n")
        run = Run(ground, at=AT)
        said = {site: {d["message"].split('"')[1]: (d["count"], *place(d, site)) for d in diagnostics(run) if d["site"] == site}
                for site in scripts}
        self.assertEqual(said["none"], every)
        shorter = ("ruta", (1, "shortcode_unknown", "content/b.md", 4, 3))  # "3 " stands before it now
        self.assertEqual(said["item"], dict([shorter, ("karta", every["karta"])]))
        self.assertEqual(said["document"], {name: every[name] for name in ("tal", "karta")})
        page = published(ground / "public/none")["b/index.html"].decode()
        self.assertIn("{{% ruta %}}", page)


class Digg(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ground = workspace("digg")
        cls.run_ = Run(cls.ground, at=AT)
        cls.files = published(cls.ground / "public/digg")
        cls.listed = listing(cls.ground)

    def test_both_languages(self):
        for lang, lead in (("sv", ""), ("en", "en/")):
            texts = sorted((self.ground / "digg/content" / lang).rglob("*.md"))
            self.assertEqual(len(texts), 29)
            for text in texts:
                inside = text.relative_to(self.ground / "digg/content" / lang).with_suffix("")
                parts = [p for p in inside.parts if p != "_index"]
                slug = [re.sub(r"[^a-z0-9]+", "-", p.lower()).strip("-") for p in parts]
                file = lead + "".join(p + "/" for p in slug) + "index.html"
                self.assertIn(file, self.files, text)
                page = Page(self.files[file].decode())
                self.assertEqual(page.lang, lang, file)
                title = front_matter(text)["title"]
                self.assertEqual(" ".join(page.texts["h1"][0].split()), title, file)


class Cds(unittest.TestCase):
    ZONE = "America/Toronto"

    @classmethod
    def setUpClass(cls):
        cls.ground = workspace("cds")
        cls.run_ = Run(cls.ground, at=AT)
        cls.files = published(cls.ground / "public/cds")
        cls.listed = listing(cls.ground)
        base = cls.ground / "cds"
        cls.texts = {str(p.relative_to(base)): front_matter(p) for p in sorted((base / "content").rglob("*"))
                     if p.suffix in (".md", ".html")}
        cls.pages = {text: Page(cls.files[file].decode()) for text in cls.texts
                     if (file := cls.file_of(text)) in cls.files}

    @classmethod
    def url_of(cls, text):
        return cls.listed[f"{'text' if text.endswith('.md') else 'html'}/{text}"][1]

    @classmethod
    def file_of(cls, text):
        return cls.url_of(text).lstrip("/") + "index.html"

    def test_every_text_is_a_page(self):
        self.assertEqual(len(self.texts), 473)
        self.assertEqual(set(self.pages), set(self.texts), str(diagnostics(self.run_))[:3000])

    def test_pairs_by_key_link_each_other(self):
        keys = {}
        for text, fields in self.texts.items():
            key = fields.get("translationKey") or fields.get("TranslationKey")
            if key:
                keys.setdefault(key, []).append(text)
        pairs = [texts for texts in keys.values() if [t.split("/")[1] for t in texts] == ["en", "fr"]]
        self.assertEqual((len(pairs), len(keys)), (193, 195))
        for english, french in pairs:
            for text, other in ((english, french), (french, english)):
                links = [a["href"] for tag, a in self.pages[text].elements if tag == "a" and a.get("rel") == "alternate"]
                self.assertEqual(links, [self.url_of(other)], text)
                self.assertEqual(self.pages[text].lang, text.split("/")[1])
        for text in [texts[0] for texts in keys.values() if len(texts) == 1]:
            self.assertNotIn("alternate", [a.get("rel") for tag, a in self.pages[text].elements if tag == "a"], text)

    def test_dates(self):
        """The five forms that the texts have, each read as the moment it is."""
        forms = set()
        for text, fields in self.texts.items():
            meta = {a.get("name"): a.get("content") for tag, a in self.pages[text].elements if tag == "meta"}
            for name, key in (("date", "date"), ("updated", "dateUpdated")):
                if not fields.get(key):
                    self.assertEqual(meta[name], "", text)
                    continue
                written = re.search(rf"(?m)^{key}: *(.*?) *$", (self.ground / "cds" / text).read_text())[1]
                forms.add(re.sub(r"\d+", "9", written.replace('"', "'")))
                got = datetime.datetime.fromisoformat(meta[name].replace("Z", "+00:00"))
                wanted = moment(fields[key], self.ZONE)
                self.assertEqual(got.replace(microsecond=0, tzinfo=got.tzinfo or wanted.tzinfo), wanted, text)
        self.assertEqual(forms, {"9-9-9T9:9:9.9Z", "'9-9-9T9:9:9.9Z'", "'9-9-9 9:9:9 -9'", "'9-9-9T9:9:9'", "'9-9-9'"})


if __name__ == "__main__":
    main()
