#!/usr/bin/env python3
"""A news item as it was copied out of a CMS, and what it may look like otherwise: each variant is the same text with a
stated change, and what is to come of it is worked out here from the change and the text, never from what was published.

What is said of every output stands in Seed.ways: a reader of each published form."""

import datetime
import email.utils
import html.parser
import json
import shutil
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path
from zoneinfo import ZoneInfo

from publish import SOURCE, corpora, png
from workspace import Case, main

SEED = next((corpora("seed") / "seed").glob("*.txt")).read_text(encoding="utf-8")
LINES = SEED.split("\n")
HEAD, TITLE, LEAD, ALT, LINK, FURNITURE = (LINES[i] for i in (0, 2, 4, 6, 18, 20))
BODY = [LINES[i] for i in (8, 10, 12, 14, 16)]
LINK_LINE = "Rapporten publiceras på Analysportal Norr direktlänk till rapporten"
CREDIT, SECOND = "Johan Gunséus", "Johanna Mårtensson"
PAGE = "nyheter/2024/{}/index.html"
ADDRESS = "https://region.example/nyheter/2024/seed/"
DAY = datetime.datetime(2024, 4, 10, tzinfo=ZoneInfo("Europe/Stockholm"))  # a day begins at midnight in the site's zone
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

SOURCES = """
  declared: { use: source_text, path: declared, kind: news, encoding: windows-1252 }
  strict: { use: source_text, path: strict, kind: news, encoding: utf-8 }
  english: { use: source_text, path: english, kind: news, kickers: [News], date_words: [Published on],
             months: [January, February, March, April, May, June, July, August, September, October, November, December],
             photo_by: [A photo by], name_ends: [showing], furniture: [Back to the list], lost_links: [direct link to] }
  plain: { use: source_text, path: plain, kind: news, lead: false, furniture: [], kickers: [] }
"""


class Reading(html.parser.HTMLParser):
    """A page's paragraphs, what surrounds them, and the fields that its template wrote."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.fields, self.paragraphs, self.heading, self.open = [], None, [], "", []
        self.feed(page)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.open.append(tag)
        if tag == "p":
            self.paragraphs.append("")

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if "script" in self.open:
            self.fields = json.loads(data)
        elif "p" in self.open:
            self.paragraphs[-1] += data
        elif "h1" in self.open:
            self.heading += data


def place(text, part, code):
    """Where the first of that text stands, in lines and characters."""
    before = text[:text.index(part)]
    return code, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def told(text, *more, alt=ALT, second=True, link=True):
    """The three questions that the seed leaves open, where they stand in this variant of it."""
    found = [place(text, alt, "text_image_no_file")] if alt else []
    found += [place(text, SECOND, "text_name_unclear")] if alt and second else []
    found += [place(text, "Analysportal", "text_link_lost")] if link else []
    return sorted([*found, *more])


class Variant:
    def __init__(self, text, diags, raw=None, at="content", paragraphs=None, published=True, **fields):
        self.text, self.diags, self.at, self.published = text, sorted(diags), at, published
        self.raw = text.encode() if raw is None else raw
        self.paragraphs = [*BODY, LINK_LINE] if paragraphs is None else paragraphs
        self.fields = {"kicker": "NYHETER", "title": TITLE, "date": "2024-04-10", "updated": None, "lead": LEAD,
                       "image": {"src": None, "alt": ALT, "caption": None, "credit": CREDIT}, "more_images": None,
                       "links": [{"text": "Analysportal Norr", "url": None}]} | fields


def changed(old, new, diags=told, **options):
    """The seed with one part replaced; diags says of the new text what is to be told of it."""
    assert SEED.count(old) == 1, old
    text = SEED.replace(old, new)
    return Variant(text, diags(text), **options)


def image(**parts):
    return {"src": None, "alt": None, "caption": None, "credit": None} | parts


def variants():
    v = {"seed": Variant(SEED, [("text_image_no_file", 7, 1), ("text_name_unclear", 7, 75), ("text_link_lost", 19, 25)])}

    # the head
    v["no-kicker"] = changed(HEAD, "2024-04-10", kicker=None)
    v["long-date"] = changed(HEAD, "NYHETER 10 april 2024")
    v["den-date"] = changed(HEAD, "Publicerad den 10 april 2024", kicker=None)
    v["short-month"] = changed(HEAD, "Nyheter | 10 apr. 2024", kicker="Nyheter")
    v["time"] = changed(HEAD, "NYHETER 2024-04-10 kl. 09.30", date="2024-04-10T09:30:00+02:00")
    v["long-time"] = changed(HEAD, "NYHETER 10 april 2024, klockan 9:05", date="2024-04-10T09:05:00+02:00")
    v["date-first"] = changed(HEAD, "2024-04-10 NYHETER")
    v["two-lines"] = changed(HEAD, "NYHETER\n10 april 2024")
    v["no-break-space"] = changed(HEAD, "NYHETER\u00a02024-04-10\u00a0")
    v["updated"] = changed(HEAD, HEAD + "\nSenast uppdaterad den 2 maj 2024", updated="2024-05-02")
    second = SEED.replace(BODY[2], BODY[2] + "\n\n2024-05-02")
    v["two-dates"] = Variant(second, told(second, place(second, "2024-05-02", "text_second_date")),
                             paragraphs=[*BODY[:3], "2024-05-02", *BODY[3:], LINK_LINE])
    v["no-such-day"] = changed(HEAD, "NYHETER 31 april 2024", published=False,
                               diags=lambda t: told(t, ("fields_no_such_date", 1, 9)))
    v["odd-date"] = changed(HEAD, "NYHETER 10/4 2024", published=False,
                            diags=lambda t: told(t, ("text_date_unread", 1, 9), ("fields_missing", 1, 1)))

    v["kicker-later"] = changed(BODY[1], "Nyheter", paragraphs=[BODY[0], "Nyheter", *BODY[2:], LINK_LINE])

    # the title and the lead
    upper = TITLE.upper()
    v["upper-title"] = changed(TITLE, upper, title=upper)
    v["no-title"] = changed(TITLE + "\n\n", "", published=False,
                            diags=lambda t: told(t, ("text_no_title", 3, 1), ("fields_missing", 1, 1)))
    v["no-short-title"] = changed(TITLE, "Målen nås.", published=False,
                                  diags=lambda t: told(t, ("text_no_title", 3, 1), ("fields_missing", 1, 1)))
    v["no-lead"] = changed(LEAD + "\n\n", "", lead=None)
    v["only-lead"] = Variant(f"{HEAD}\n\n{TITLE}\n\n{LEAD}\n", [], lead=None, image=None, links=None, paragraphs=[LEAD])
    v["lines"] = changed(BODY[0], "Först detta.\nSedan detta.", paragraphs=["Först detta.\nSedan detta.", *BODY[1:], LINK_LINE])
    v["markup"] = changed(BODY[0], "Ett <b>fel</b> & ett *val*", paragraphs=["Ett <b>fel</b> & ett *val*", *BODY[1:], LINK_LINE])

    # pictures
    more = "Ett foto taget av Anna Berg som visar is"
    v["two-images"] = changed(BODY[1], BODY[1] + "\n\n" + more, more_images=[{"alt": more, "credit": "Anna Berg"}],
                              diags=lambda t: told(t, place(t, more, "text_image_no_file")))
    shows = "Ett foto som visar spelare och tränare i elhockey"
    for name, line, parts in (
            ("foto", f"{shows}\nFoto: {CREDIT}", {"alt": shows, "credit": CREDIT}),
            ("fotograf", f"{shows}. Fotograf: {CREDIT}", {"alt": shows + ".", "credit": CREDIT}),
            ("caption", f"Elhockey i Umeå. Foto: {CREDIT}", {"caption": "Elhockey i Umeå.", "credit": CREDIT}),
            ("only-credit", f"FOTO: {CREDIT}", {"credit": CREDIT}),
            ("no-credit", shows, {"alt": shows})):
        v[name] = changed(ALT, line, image=image(**parts), diags=lambda t: told(t, alt=line.split("\n")[0], second=False))
    day = f"Ett foto taget av {CREDIT} som visar spelare, en kall dag"
    v["no-name-last"] = changed(ALT, day, image=image(alt=day, credit=CREDIT), diags=lambda t: told(t, alt=day, second=False))
    unclear = "Ett foto taget av en besökare som visar spelare"
    v["unnamed"] = changed(ALT, unclear, image=image(alt=unclear),
                           diags=lambda t: told(t, place(t, unclear, "text_credit_unclear"), alt=unclear, second=False))
    v["no-image"] = changed(ALT + "\n\n", "", image=None, diags=lambda t: told(t, alt=None))

    # the link
    v["apart"] = changed("Norrdirektlänk", "Norr direktlänk")
    v["no-name"] = changed("Analysportal Norrdirektlänk till rapporten", "webben, direktlänk till rapporten",
                           links=[{"text": "direktlänk till rapporten", "url": None}],
                           paragraphs=[*BODY, "Rapporten publiceras på webben, direktlänk till rapporten"],
                           diags=lambda t: told(t, place(t, "direktlänk", "text_link_lost"), link=False))
    v["no-link"] = changed(LINK, "Rapporten finns nu.", links=None, paragraphs=[*BODY, "Rapporten finns nu."],
                           diags=lambda t: told(t, link=False))

    v["sentence"] = changed("publiceras på Analysportal", "rör Umeå. Analysportal",
                            paragraphs=[*BODY, LINK_LINE.replace("publiceras på Analysportal", "rör Umeå. Analysportal")])
    both = "Läs på Öppna Sidandirektlänk till länet, och på Ånge Webbdirektlänk till målen."
    v["two-links"] = changed(LINK, both, links=[{"text": "Öppna Sidan", "url": None}, {"text": "Ånge Webb", "url": None}],
                             paragraphs=[*BODY, both.replace("Sidand", "Sidan d").replace("Webbd", "Webb d")], at="declared",
                             diags=lambda t: told(t, place(t, "Öppna", "text_link_lost"), place(t, "Ånge", "text_link_lost"), link=False))
    v["two-links"].raw = v["two-links"].text.encode("cp1252")

    # furniture, order, white space
    v["no-furniture"] = changed("\n\n" + FURNITURE, "")
    twice = f"{FURNITURE}\n\n{SEED}"
    v["furniture-twice"] = Variant(twice, told(twice))
    v["arrow"] = changed(FURNITURE, "« Tillbaka till  nyhetslistan")
    order = "\n\n".join([ALT, "NYHETER", TITLE, LEAD, *BODY, LINK, "Publicerad: 10 april 2024", FURNITURE])
    v["other-order"] = Variant(order, told(order))
    v["final-newline"] = Variant(SEED + "\n", told(SEED))
    trailing = "\n".join(line + " \t" for line in LINES)
    v["trailing-spaces"] = Variant(trailing, told(trailing))
    doubled = SEED.replace("\n\n", "\n\n\n")
    v["doubled"] = Variant(doubled, told(doubled))
    v["crlf"] = Variant(SEED, told(SEED), raw=SEED.replace("\n", "\r\n").encode())
    v["cr"] = Variant(SEED, told(SEED), raw=SEED.replace("\n", "\r").encode())
    v["bom"] = Variant(SEED, told(SEED), raw=b"\xef\xbb\xbf" + SEED.encode())
    v["bom-place"] = changed(HEAD, "NYHETER 31 april 2024", published=False,
                             diags=lambda t: told(t, ("fields_no_such_date", 1, 9)))
    v["bom-place"].raw = b"\xef\xbb\xbf" + v["bom-place"].raw

    # encodings
    narrow = SEED.encode("cp1252")
    v["cp1252-declared"] = Variant(SEED, told(SEED), raw=narrow, at="declared")
    v["cp1252-found"] = Variant(SEED, told(SEED, place(SEED, "å", "text_read_as_1252")), raw=narrow)
    v["cp1252-not"] = Variant(SEED, told(SEED, ("text_is_utf8", 0, 0)), at="declared")
    v["cp1252-refused"] = Variant(SEED, [place(SEED, "å", "item_invalid_utf8")], raw=narrow, at="strict", published=False)
    v["damaged"] = Variant(SEED, [place(SEED, BODY[2], "item_invalid_utf8")], published=False,
                           raw=SEED.encode().replace(BODY[2].encode(), b"\xe5" + BODY[2].encode()))
    v["no-letter"] = Variant(SEED, [place(SEED, BODY[2], "text_not_1252")], published=False,
                             raw=narrow.replace(BODY[2].encode("cp1252"), b"\x81" + BODY[2].encode("cp1252")))
    v["nul"] = Variant(SEED, [place(SEED, BODY[2], "item_nul")], published=False,
                       raw=SEED.encode().replace(BODY[2].encode(), b"\0" + BODY[2].encode()))

    # front matter answers the questions, and has the last word
    answers = ("---\ntitle: En annan rubrik\ndate: 2024-04-11\n"
               f"image: {{ alt: Elhockey, credit: {CREDIT} }}\nlinks: [{{ text: Portalen, url: https://portal.example/ }}]\n---\n")
    v["answered"] = Variant(answers + SEED, [], title="En annan rubrik", date="2024-04-11", lead=TITLE,
                            image=image(alt="Elhockey", credit=CREDIT),
                            links=[{"text": "Portalen", "url": "https://portal.example/"}],
                            paragraphs=[LEAD, *BODY, LINK_LINE])
    v["same-title"] = Variant(f"---\ntitle: \"{TITLE}\"\n---\n{SEED}", told(f"---\ntitle: \"{TITLE}\"\n---\n{SEED}"))
    narrow_front = f"---\nkicker: Åtgärd\n---\n{SEED}"
    v["cp1252-front"] = Variant(narrow_front, told(narrow_front), raw=narrow_front.encode("cp1252"), at="declared",
                                kicker="Åtgärd")

    # other phrases
    english = ("News 10 April 2024\n\nA report\n\nThe lead.\n\nA photo by Ann Hill showing players, Joan Moor\n\nThe body.\n\n"
               "Read it at Open Portaldirect link to the report\n\nBack to the list\n\nTillbaka till nyhetslistan\n")
    v["english"] = Variant(english, [place(english, "A photo", "text_image_no_file"), place(english, "Joan", "text_name_unclear"),
                                     place(english, "Open", "text_link_lost")],
                           at="english", kicker="News", title="A report", lead="The lead.",
                           image=image(alt="A photo by Ann Hill showing players, Joan Moor", credit="Ann Hill"),
                           links=[{"text": "Open Portal", "url": None}],
                           paragraphs=["The body.", "Read it at Open Portal direct link to the report", FURNITURE])
    plain = SEED.replace(HEAD, "2024-04-10")
    v["plain"] = Variant(plain, told(plain), at="plain", kicker=None, lead=None,
                         paragraphs=[LEAD, *BODY, LINK_LINE, FURNITURE])
    return v


class Seed(Case):
    """All variants in one site: they are many, and none may disturb another."""

    plain = True

    @classmethod
    def setUpClass(cls):
        cls.variants = variants()

    def setUp(self):
        super().setUp()
        self.ws.write("notis.yaml", "notis: 1\nsites: [s]\n")
        shutil.copytree(SOURCE / "tests/functional/sites/seed", self.ws.root / "s")
        site = Path(self.ws.root / "s/site.yaml")
        self.site = site.read_text()
        site.write_text(self.site.replace("sources:", "sources:" + SOURCES.rstrip()).replace("limit: 30", "limit: 200"))

    def write(self, names):
        for name in names:
            self.ws.write(f"s/{self.variants[name].at}/{name}.txt", self.variants[name].raw)

    def build(self, *args, **options):
        run = self.ws.build("--at", "2024-06-01", *args, **options)
        self.sound(run)
        return run

    def test_variants(self):
        self.assertGreaterEqual(len(self.variants), 16)
        self.write(self.variants)
        run = self.build()
        files = self.ws.published()
        items = {item.findtext("link"): item for item in xml.fromstring(files["nyheter/rss.xml"]).findall("channel/item")}
        self.assertEqual(len(items), sum(variant.published for variant in self.variants.values()))
        for name, variant in self.variants.items():
            with self.subTest(name):
                file = f"s/{variant.at}/{name}.txt"
                said = sorted((d["code"], d.get("line", 0), d.get("column", 0)) for d in run.diags if d["file"] == file)
                self.assertEqual(said, variant.diags)
                self.assertEqual(PAGE.format(name) in files, variant.published)
                if variant.published:
                    self.as_expected(variant, files[PAGE.format(name)].decode())
                    item = items[ADDRESS.replace("seed", name)]
                    self.assertEqual((item.findtext("title"), item.findtext("description")),
                                     (variant.fields["title"], variant.fields["lead"]))
                    self.assertEqual(Reading(item.findtext(CONTENT)).paragraphs, variant.paragraphs)
        self.assertEqual({d["severity"] for d in run.diags if d["code"].startswith("text_")}, {"warning", "error"})

    def as_expected(self, variant, page):
        got = Reading(page)
        self.assertEqual(got.fields, variant.fields)
        self.assertEqual(got.heading, variant.fields["title"])
        head = [variant.fields["kicker"]] if variant.fields["kicker"] else []
        lead = [variant.fields["lead"]] if variant.fields["lead"] else []
        paragraphs = [p for p in got.paragraphs if p not in head]
        self.assertEqual(paragraphs[1:], [*lead, *variant.paragraphs])
        self.assertEqual([a for tag, a in got.tags if tag == "img" and not a.get("src")], [])
        self.assertEqual([a for tag, a in got.tags if tag == "a" and not a.get("href")], [])
        if FURNITURE not in variant.paragraphs:
            self.assertNotIn("Tillbaka", page)

    def test_the_seed_alone(self):
        """As it is, and in a site of its own: three questions, all of them warnings, and every output without furniture."""
        self.ws.write("s/site.yaml", self.site)
        self.write(["seed"])
        run = self.build()
        self.assertEqual(run.code, 0, str(run))
        self.assertEqual(len(run.diags), 3, str(run))
        self.assertEqual({d["severity"] for d in run.diags}, {"warning"})
        files, ways = self.ws.published(), self.ways()
        self.assertEqual(set(files), set(ways))
        for name, check in ways.items():
            with self.subTest(name):
                check(files[name].decode())
                for word in ("Tillbaka till", "nyhetslistan", ".png", ".jpg"):
                    self.assertNotIn(word, files[name].decode())

    def ways(self):
        """Each published form, and what reads it."""
        return {PAGE.format("seed"): lambda page: self.as_expected(self.variants["seed"], page),
                "nyheter/index.html": lambda page: self.assertIn(f">{TITLE}</a> {LEAD}", page),
                "nyheter/rss.xml": self.in_rss, "nyheter/atom.xml": self.in_atom, "nyheter/feed.json": self.in_json,
                "sitemap.xml": self.in_sitemap}

    def in_feed(self, entry):
        """What a reader is shown. The picture has no file: what is said of it is no text of the item."""
        self.assertEqual({key: entry[key] for key in entry if key != "content"},
                         {"title": TITLE, "link": ADDRESS, "id": "tag:region.example,2024:pasted/content/seed.txt",
                          "date": DAY, "summary": LEAD})
        got = Reading(entry["content"])
        self.assertEqual(got.paragraphs, [*BODY, LINK_LINE])
        self.assertEqual({tag for tag, _ in got.tags}, {"p", "span"})  # no picture, and no link

    def in_rss(self, feed):
        [item] = xml.fromstring(feed).findall("channel/item")
        self.in_feed({"title": item.findtext("title"), "link": item.findtext("link"), "id": item.findtext("guid"),
                      "date": email.utils.parsedate_to_datetime(item.findtext("pubDate")),
                      "summary": item.findtext("description"), "content": item.findtext(CONTENT)})

    def in_atom(self, feed):
        [entry] = xml.fromstring(feed).findall(ATOM + "entry")
        [link] = [a.get("href") for a in entry.findall(ATOM + "link") if a.get("rel", "alternate") == "alternate"]
        self.assertEqual(entry.findtext(ATOM + "updated"), entry.findtext(ATOM + "published"))
        self.assertEqual(entry.find(ATOM + "content").get("type"), "html")
        self.in_feed({"title": entry.findtext(ATOM + "title"), "link": link, "id": entry.findtext(ATOM + "id"),
                      "date": datetime.datetime.fromisoformat(entry.findtext(ATOM + "published")),
                      "summary": entry.findtext(ATOM + "summary"), "content": entry.findtext(ATOM + "content")})

    def in_json(self, feed):
        [item] = json.loads(feed)["items"]
        self.assertNotIn("image", item)
        self.in_feed({"title": item["title"], "link": item["url"], "id": item["id"], "summary": item["summary"],
                      "date": datetime.datetime.fromisoformat(item["date_published"]), "content": item["content_html"]})

    def in_sitemap(self, sitemap):
        pages = {page.findtext(SITEMAP + "loc"): page.findtext(SITEMAP + "lastmod")
                 for page in xml.fromstring(sitemap).findall(SITEMAP + "url")}
        self.assertEqual(set(pages), {ADDRESS, "https://region.example/nyheter/"})
        self.assertEqual(datetime.datetime.fromisoformat(pages[ADDRESS]).replace(tzinfo=DAY.tzinfo).date(), DAY.date())

    def test_the_seed_with_its_picture(self):
        """Front matter names the file that the text lost: the picture is shown with the text's own words and credit."""
        self.ws.write("s/site.yaml", self.site)
        front = f"---\nimage: {{ src: elhockey.png, alt: {json.dumps(ALT, ensure_ascii=False)}, credit: {CREDIT} }}\n---\n"
        self.ws.write("s/content/seed.txt", front + SEED)
        self.ws.write("s/content/elhockey.png", png(30, 20))
        run = self.build()
        self.assertEqual(run.codes(), ["text_link_lost"], str(run))
        files = self.ws.published()
        self.assertEqual(files["nyheter/2024/seed/elhockey.png"], png(30, 20))
        page = Reading(files[PAGE.format("seed")].decode())
        self.assertIn(("img", {"src": "/nyheter/2024/seed/elhockey.png", "alt": ALT, "width": "30", "height": "20"}), page.tags)
        self.assertIn(f"<figcaption> Foto: {CREDIT}</figcaption>", files[PAGE.format("seed")].decode())
        self.assertEqual(page.paragraphs[-6:], [*BODY, LINK_LINE])

    def test_settings(self):
        self.write(["seed"])
        for setting, code in (("kickers: Nyheter", "text_bad_option"), ("kickers: [1]", "text_bad_option"),
                              ("kickers: [\"\"]", "text_bad_option"), ("months: [januari]", "text_bad_option"),
                              ("encoding: latin-1", "text_bad_option"), ("lead: kanske", "text_bad_option"),
                              ("furniture: { a: b }", "text_bad_option"), ("fotografer: [Foto]", "text_unknown_option")):
            with self.subTest(setting):
                self.ws.write("s/site.yaml", self.site.replace("kind: news }", f"kind: news, {setting} }}", 1))
                run = self.build()
                self.assertEqual(run.code, 1, str(run))
                self.only(run, code)
                self.assertEqual(self.ws.published(), {})

    def test_hostile(self):
        """Long and odd texts are read in time that grows with their length."""
        for name, text in {"marks": "<" * 400000, "words": "A " * 300000, "links": "Norrdirektlänk till x. " * 20000,
                           "commas": "Foto: A" + ", A" * 200000, "den": "den " * 200000, "cr": "\r" * 500000,
                           "foto": "A. Foto: " * 50000, "empty": "", "only-mark": "\ufeff", "dates": "2024-04-10\n" * 20000}.items():
            self.ws.write(f"s/content/{name}.txt", text)
        self.write(["seed"])
        run = self.build()
        self.assertIn(PAGE.format("seed"), self.ws.published(), str(run)[:2000])
        asked = [d for d in run.diags if d.get("file", "").endswith("/links.txt") and d["code"].startswith("text_")]
        self.assertEqual(len(asked), 50)


if __name__ == "__main__":
    main()
