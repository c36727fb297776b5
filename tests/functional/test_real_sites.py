#!/usr/bin/env python3
"""Two real bodies of text, published as they are, and the demonstration site. Everything that is expected is read from
the texts themselves, by a small parser of this file."""

import datetime
import re
import shutil
import sys
import unittest
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from publish import SOURCE, Page, Run, corpora, main, published, scratch

CORPORA = {"digitalgov": "digitalgov-news", "digg": "digg-opensource"}
URLS = {"digitalgov": "https://digitalgov.example/", "digg": "https://digg.example/"}
COLLIDES = "content/news/2023/11/2023-11-20-infrastructure-as-a-public-service.md"
# Their aliases are addresses of other texts, or aliases of theirs.
ALIAS_TAKEN = ["content/news/2021/09/2021-09-02-spotlight-chat-planning-a-federal-prize-competition.md",
               "content/topics/diversity-equity-and-inclusion/_index.md",
               "content/topics/human-centered-design/_index.md"]
NOT_A_FIELD = "content/news/2020/08/2020-08-04-measure-performance-to-make-continuous-improvements.md"
# As their front matter has it: `draft: true`, and an `expirydate` before the day that the tests are run as if on.
HELD = {"content/news/2019/12/2019-12-04-typography.md": "draft",
        "content/news/2021/08/2021-08-24-collaboration-usability-and-trust-lessons-learned-from-a-bureau-wide-"
        "usability-group.md": "expired"}
# The old address that another text names as its own: it leads there now.
HELD_ADDRESS = "2021/08/24/collaboration-usability-and-trust-lessons-learned-from-a-bureau-wide-usability-group/index.html"
SUCCESSOR = b"/2021/09/01/building-a-bureau-wide-usability-collaboration-group-lessons-learned-from-the-u-s-geological-survey/"


def front_matter(text):
    """Title and date of a front matter. A scalar may go on over lines."""
    inside = re.match(r"\s*---\r?\n(.*?)\r?\n---", text, re.S).group(1)
    fields = {}
    for key in ("title", "date"):
        match = re.search(rf"^{key}:[ ]*(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\"'\s][^\n]*(?:\n +[^\n]+)*)", inside, re.M)
        if match:
            fields[key] = scalar(match.group(1))
    return fields


def scalar(text):
    if text[0] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if text[0] == "'":
        return text[1:-1].replace("''", "'")
    return re.split(r"\s#", text)[0].strip()


def new_york(moment):
    """The same moment by New York's clock; since 2007 summer lasts from March's second Sunday to November's first."""
    def sunday(month, number):
        first = datetime.datetime(moment.year, month, 1, 7 if month == 3 else 6, tzinfo=datetime.timezone.utc)
        return first + datetime.timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))
    summer = sunday(3, 2) <= moment < sunday(11, 1)
    return moment.astimezone(datetime.timezone(datetime.timedelta(hours=-4 if summer else -5)))


def instant(text):
    """"2019-01-28 5:37:44 -0400"; without a zone it is New York's."""
    day, clock, *zone = text.split()
    numbers = [int(n) for n in (day + "-" + clock.replace(":", "-")).split("-")]
    if zone:
        sign = -1 if zone[0][0] == "-" else 1
        offset = sign * datetime.timedelta(hours=int(zone[0][1:3]), minutes=int(zone[0][3:5]))
        return datetime.datetime(*numbers, tzinfo=datetime.timezone(offset))
    guess = datetime.datetime(*numbers, tzinfo=datetime.timezone(datetime.timedelta(hours=-5)))
    return guess.replace(tzinfo=new_york(guess).tzinfo)


def swedish(text):
    """Sorting as a Swedish dictionary does, for the letters of these titles: words first, å ä ö last."""
    order = " -–,./()0123456789abcdefghijklmnopqrstuvwxyzåäö"
    return [order.index(c) for c in text.lower().replace("é", "e") if c in order]


def words(text):
    return " ".join(text.split())


def file_of(url):
    path = unquote(urlsplit(url).path).lstrip("/")
    return path + "index.html" if not path or path.endswith("/") else path


class Published(unittest.TestCase):
    """What is asked of every site alike."""

    def assert_links(self, site_url, files, path, page):
        for link in page.links:
            target = urlsplit(urljoin(urljoin(site_url, path.removesuffix("index.html")), link))
            if target.scheme not in ("http", "https") or target.netloc != urlsplit(site_url).netloc:
                continue
            self.assertNotEqual(link, "", f"{path}: an empty link")
            name = file_of(target.path)
            self.assertIn(name, files, f"{path}: {link}")
            if target.fragment:
                self.assertIn(unquote(target.fragment), Page(files[name].decode()).ids, f"{path}: {link}")


class RealSites(Published):
    @classmethod
    def setUpClass(cls):
        root = corpora(*CORPORA.values())
        cls.workspace = scratch() / "sites"
        shutil.copytree(SOURCE / "tests/functional/sites", cls.workspace)
        for site, corpus in CORPORA.items():
            shutil.copytree(root / corpus / "content", cls.workspace / site / "content")
        cls.run_ = Run(cls.workspace)
        cls.texts, cls.files, cls.pages, cls.urls, cls.states = {}, {}, {}, {}, {}
        for site in CORPORA:
            base = cls.workspace / site
            cls.texts[site] = {str(p.relative_to(base)): front_matter(p.read_text(encoding="utf-8-sig"))
                               for p in sorted((base / "content").rglob("*.md"))
                               if str(p.relative_to(base)) not in HELD}
            cls.files[site] = published(cls.workspace / "public" / site)
            cls.pages[site] = {name: Page(data.decode()) for name, data in cls.files[site].items()
                               if name.endswith(".html")}
        listing = Run(cls.workspace, "list", "documents").out
        for line in listing.splitlines():
            site, document, _, _, state, *url = line.split("\t")
            cls.states[document.removeprefix("text/")] = state
            if url:
                cls.urls[site, document.removeprefix("text/")] = url[0]

    def page_of(self, site, text):
        return self.pages[site].get(file_of(self.urls[site, text]))

    def lists(self, site, first):
        """The list pages in order, by their own links."""
        url, pages = first, []
        while url:
            page = self.pages[site][file_of(url)]
            pages.append(page)
            url = next((a["href"] for tag, a in page.elements if tag == "a" and a.get("rel") == "next"), None)
        return pages

    def listed(self, site, first):
        """The links of the list items of all list pages, with their texts."""
        found = []
        for page in self.lists(site, first):
            links = [a.get("href") for tag, a in page.elements if tag == "a"]
            texts = [words(t) for t in page.texts["a"]]
            inside = [(href, text) for href, text in zip(links, texts)]
            known = set(u for (s, _), u in self.urls.items() if s == site) | {""}
            found += [(h, t) for h, t in inside if h in known]
        return found

    def test_every_text_is_a_page_or_a_diagnostic(self):
        self.assertEqual({site: len(texts) for site, texts in self.texts.items()}, {"digitalgov": 419, "digg": 58})
        said = {(d["code"], d["severity"], d["site"], d["file"].split("/digitalgov/")[-1], d["line"] > 0)
                for d in self.run_.diagnostics if d["type"] == "diagnostic"}
        taken = {("redirect_taken", "warning", "digitalgov", text, True) for text in ALIAS_TAKEN}
        self.assertEqual(said, {*taken, ("path_taken", "error", "digitalgov", COLLIDES, True),
                                ("fields_unknown", "warning", "digitalgov", NOT_A_FIELD, True)})
        self.assertEqual(self.run_.code, 1)
        counts = {d["site"]: (d["documents"], d["withheld"]) for d in self.run_.diagnostics if d["type"] == "site"}
        self.assertEqual(counts, {"digitalgov": (418, 1), "digg": (58, 0)})
        for site, texts in self.texts.items():
            missing = [text for text in texts if not self.urls.get((site, text)) or not self.page_of(site, text)]
            self.assertEqual(missing, [COLLIDES] if site == "digitalgov" else [])
            own = [file_of(self.urls[site, text]) for text in texts if text not in missing]
            self.assertEqual(len(own), len(set(own)))

    def test_what_is_held_is_nowhere(self):
        self.assertEqual({text: state for text, state in self.states.items() if state not in ("published", "withheld")},
                         HELD)
        for site, files in self.files.items():
            for name, data in files.items():
                if name != HELD_ADDRESS:
                    self.assertNotRegex(name, "typography|collaboration-usability-and-trust")
                self.assertNotIn(b"Typography and Media", data, name)
                self.assertNotIn(b"everything, including the kitchen sink", data, name)

        self.assertIn(b'http-equiv="refresh" content="0; url=' + SUCCESSOR, self.files["digitalgov"][HELD_ADDRESS])

    def test_titles_are_those_of_the_texts(self):
        for site, texts in self.texts.items():
            for text, fields in texts.items():
                if text == COLLIDES:
                    continue
                page = self.page_of(site, text)
                self.assertEqual(words(page.texts["h1"][0]), words(fields["title"]), text)
                self.assertTrue(words(page.texts["title"][0]).startswith(words(fields["title"])), text)

    def test_news_stand_under_their_day_in_new_york(self):
        """Which for one of them is the day after the one that it names: 23:00 -0500 is midnight in summer."""
        for text, fields in self.texts["digitalgov"].items():
            if "/news/" in text and text != COLLIDES and not text.endswith("_index.md"):
                day = new_york(instant(fields["date"])).strftime("/%Y/%m/%d/")
                self.assertTrue(self.urls["digitalgov", text].startswith(day), f"{text}: {fields['date']}")

    def test_lists_have_every_news_item_once_and_in_order(self):
        news = {self.urls["digitalgov", text]: instant(fields["date"]) for text, fields in
                self.texts["digitalgov"].items() if text.startswith("content/news/") and text != COLLIDES}
        links = [href for href, _ in self.listed("digitalgov", "/news/") if href == "" or href in news]
        self.assertEqual(len(links), len(set(links)))
        self.assertEqual(set(links), set(news))
        moments = [news[href] for href in links]
        self.assertEqual(moments, sorted(moments, reverse=True))

    def test_swedish_order(self):
        titles = [text for _, text in self.listed("digg", "/sidor/")]
        own = [words(f["title"]) for text, f in self.texts["digg"].items() if text.split("/")[1] == "sv"]
        self.assertEqual(sorted(titles), sorted(own))
        self.assertEqual(titles, sorted(titles, key=swedish))
        self.assertTrue(titles[-1].startswith("Ö"))

    def test_languages(self):
        for text in self.texts["digg"]:
            self.assertEqual(self.page_of("digg", text).lang, text.split("/")[1], text)
        self.assertEqual({page.lang for page in self.lists("digg", "/sidor/")}, {"sv"})
        self.assertEqual({page.lang for page in self.pages["digitalgov"].values()}, {"en"})

    def test_nothing_is_left_unrendered(self):
        for site, files in self.files.items():
            for name, data in files.items():
                self.assertNotRegex(data.decode(), r"\{\{[^{]|\{%", f"{site}/{name}")

    def test_links_of_lists_lead_somewhere(self):
        for site, first in (("digitalgov", "/news/"), ("digg", "/sidor/")):
            for page in self.lists(site, first):
                self.assert_links(URLS[site], self.files[site], file_of(first), page)


class Demonstration(Published):
    """The two regions, as they are published at a stated instant."""

    SITES = {"vasterbotten": ("sv", "en"), "norrbotten": ("sv", "en", "fi")}

    @classmethod
    def setUpClass(cls):
        cls.out = scratch()
        cls.run_ = Run(SOURCE / "sites", "build", "--out", str(cls.out / "{site}"), at="2025-06-01")
        cls.texts, cls.files, cls.pages, cls.urls = {}, {}, {}, {}
        for site in cls.SITES:
            content = SOURCE / "sites" / site / "content"
            cls.texts[site] = {path: path.read_text(encoding="utf-8") for path in sorted(content.rglob("*.md"))}
            cls.files[site] = published(cls.out / site)
            cls.pages[site] = {name: Page(data.decode()) for name, data in cls.files[site].items()
                               if name.endswith(".html")}

    def each(self):
        for site, pages in self.pages.items():
            for name, page in pages.items():
                yield site, name, page

    def articles(self):
        """The pages that people read, without redirects."""
        return ((site, name, page) for site, name, page in self.each()
                if "http-equiv" not in self.files[site][name].decode())

    def published_texts(self, site):
        return {path: text for path, text in self.texts[site].items() if "\ndraft: true\n" not in text}

    def test_no_diagnostics(self):
        self.assertEqual([d for d in self.run_.diagnostics if d["type"] == "diagnostic"], [], str(self.run_))
        self.assertEqual(self.run_.code, 0)

    def test_there_is_enough_of_each(self):
        for site in self.SITES:
            texts = self.published_texts(site)
            own = [str(path) for path in texts if not re.search(r"\.(en|fi)\.md$", str(path))]
            self.assertGreaterEqual(sum("/nyheter/" in path for path in own), 10)
            self.assertGreaterEqual(sum("/rapporter/" in path for path in own), 4)
            self.assertEqual(len(self.texts[site]) - len(texts), 1, "one draft")

    def test_each_text_has_its_page_in_its_language(self):
        for site in self.SITES:
            found = {(page.lang, words(page.texts["h1"][0])) for s, _, page in self.articles() if s == site}
            for path, text in self.published_texts(site).items():
                lang = re.search(r"(?:\.(en|fi))?\.md$", str(path)).group(1) or "sv"
                self.assertIn((lang, words(front_matter(text)["title"])), found, path)

    def test_drafts_reach_nothing(self):
        for site in self.SITES:
            everything = b"".join(self.files[site].values()).decode(errors="replace")
            for path, text in self.texts[site].items():
                if path not in self.published_texts(site):
                    self.assertNotIn(front_matter(text)["title"], everything)

    def test_static_files_are_as_they_were(self):
        for site in self.SITES:
            for layer in (site, "shared"):
                base = SOURCE / "sites" / layer / "static"
                for path in base.rglob("*"):
                    name = str(path.relative_to(base))
                    own = SOURCE / "sites" / site / "static" / name
                    if path.is_file() and (layer == site or not own.exists()):
                        self.assertEqual(self.files[site][name], path.read_bytes())

    def test_files_beside_texts_are_published_once_for_each_page(self):
        for site in self.SITES:
            beside = [path for path in (SOURCE / "sites" / site / "content").rglob("*")
                      if path.is_file() and path.suffix != ".md"]
            self.assertGreater(len(beside), 5)
            for path in beside:
                copies = [name for name in self.files[site] if name.endswith("/" + path.name)]
                texts = [text for place, text in self.published_texts(site).items() if path.name in text]
                self.assertEqual(len(copies), len(texts), path)
                for name in copies:
                    self.assertEqual(self.files[site][name], path.read_bytes())

    def test_pages(self):
        for site, name, page in self.articles():
            self.assertEqual(len(page.texts.get("h1", [])), 1, name)
            self.assertIn(page.lang, self.SITES[site], name)
            self.assertEqual(page.lang, name.split("/")[0] if name.split("/")[0] in ("en", "fi") else "sv", name)
            self.assertTrue(words(page.texts["title"][0]), name)
            self.assertNotRegex(self.files[site][name].decode(), r"\{\{|\{%", name)

    def test_every_page_says_that_it_is_an_example(self):
        says = {"sv": "Exempelinnehåll", "en": "Example content", "fi": "Esimerkkisisältöä"}
        for site, name, page in self.articles():
            self.assertIn(says[page.lang], self.files[site][name].decode(), name)

    def test_links(self):
        for site, name, page in self.each():
            config = (SOURCE / "sites" / site / "site.yaml").read_text()
            self.assertTrue(page.links)
            self.assert_links(re.search(r"^url: *(\S+)", config, re.M).group(1), self.files[site], name, page)


if __name__ == "__main__":
    main()
