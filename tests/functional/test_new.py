#!/usr/bin/env python3
"""`notis new`: sites, texts and scripts to begin with; and the first three minutes as the manual tells them."""

import os
import re
import shutil
import subprocess

from publish import Page
from workspace import PROGRAM, SOURCE, TIMEOUT, Case, main

KIND = """permalink: /m/{slug}/
fields:
  title: { type: text, required: true }
  when: { type: date, required: true, hint: "Dagen då mötet hålls" }
  place: { type: text, required: true, min: 3 }
  seats: { type: integer, required: true, min: 5 }
  open: { type: boolean, required: true }
  form: { type: enum, values: [öppet, slutet], required: true }
  web: { type: url, required: true }
  contact: { type: map, required: true, fields: { mail: { type: email, required: true }, phone: { type: text } } }
  tags: { type: list, of: term, required: true, min: 1 }
  note: { type: markdown }
"""


def shell(page):
    """The commands of a page, in order, without the one that never ends."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if not line.startswith(("python3 -m http.server", "./dev"))]


class New(Case):
    plain = True
    AT = "2025-06-02"

    def new(self, *words, lang="en"):
        return self.ws.run("new", *words, "--lang", lang, "--at", self.AT)

    def made(self, *words, **options):
        run = self.new(*words, **options)
        self.assertEqual((run.code, run.err), (0, ""), str(run))
        return run.out.splitlines()

    def read(self, path):
        with open(self.ws.path(path), encoding="utf-8") as file:
            return file.read()

    def clean_build(self):
        run = self.ws.build("--at", self.AT)
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        return run

    def h1(self, site, path):
        return Page(self.ws.published(f"public/{site}")[path].decode()).texts["h1"]


class FirstMinutes(New):
    def follow(self, page, word):
        """Every command of the page, in one shell, where nothing is yet: what each of them says."""
        commands = shell(page)
        self.assertIn("notis new site min-region", commands)
        environment = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "LC_ALL": word}
        script = "\n".join(["set -e", *(f"{command}\necho =====" for command in commands)])
        done = subprocess.run(["sh", "-c", script], cwd=self.ws.root, env=environment, capture_output=True, text=True,
                              timeout=TIMEOUT)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return list(zip(commands, (part.splitlines() for part in done.stdout.split("=====\n"))))

    def check(self, page, word):
        told = self.follow(page, word)
        [file] = next(lines for command, lines in told if command.startswith("notis new news"))
        title = next(re.search('"(.*)"', command).group(1) for command, _ in told if "new news" in command)
        if page.name == "start.md":
            self.assertIn(file, page.read_text(encoding="utf-8"))
        published = self.ws.published("arbetsyta/public/min-region")
        [path] = [p for p in published if "ny-bro-over-alven" in p]
        self.assertEqual(Page(published[path].decode()).texts["h1"], [title])
        self.assertIn("/" + path.removesuffix("index.html"), Page(published["index.html"].decode()).links)
        text = self.read("arbetsyta/" + file)
        self.ws.write("arbetsyta/" + file, text.replace("\n---\n", "\n---\n\nBron öppnar på lördag.\n", 1))
        run = self.ws.run("build", "-C", "arbetsyta", "--format", "json")
        self.assertEqual((run.code, run.diags), (0, []), str(run))
        self.assertIn("<p>Bron öppnar på lördag.</p>", self.ws.published("arbetsyta/public/min-region")[path].decode())

    def test_the_manual(self):
        self.check(SOURCE / "docs/start.md", "sv_SE.UTF-8")

    def test_the_readme(self):
        self.check(SOURCE / "README.md", "C.UTF-8")


class Sites(New):
    def test_alone_it_publishes(self):
        for lang, about, word in [("sv", "om", "Till innehållet"), ("en", "about", "Skip to the content")]:
            made = self.made("site", f"Region {lang}", lang=lang)
            self.assertIn(f"region-{lang}/site.yaml", made)
            self.clean_build()
            pages = self.ws.published(f"public/region-{lang}")
            for path, page in pages.items():
                if path.endswith(".html"):
                    parsed = Page(page.decode())
                    self.assertEqual((parsed.lang, len(parsed.texts["h1"])), (lang, 1), path)
                    self.leads("/", parsed, pages, path)
                    self.assertIn(word, page.decode(), path)
                    self.assertIn(("main", "content"), [(t, a.get("id")) for t, a in parsed.elements])
            self.assertIn(f"{about}/index.html", pages)

    def leads(self, base, page, pages, path):
        """Every link of the page begins with the base path, and leads to a file that is published."""
        for link in page.links:
            if link.startswith(("#", "https://")):
                continue
            self.assertTrue(link.startswith(base), f"{path}: {link}")
            file = link.removeprefix(base).partition("?")[0]
            self.assertIn(file + "index.html" if file.endswith("/") or not file else file, pages, path)

    def test_below_a_base_path(self):
        for lang, news, here in [("sv", "nyheter/2025/rubrik/", "Nyheter"), ("en", "news/2025/rubrik/", "News")]:
            self.made("site", lang, lang=lang)
            self.made("news", "Rubrik", lang, lang=lang)
            site = self.read(f"{lang}/site.yaml")
            address = f"https://{lang}.example/"
            self.assertIn(address, site)
            self.ws.write(f"{lang}/site.yaml", site.replace(address, address + "bas/under/"))
            self.clean_build()
            pages = self.ws.published(f"public/{lang}")
            for path, page in pages.items():
                if path.endswith(".html"):
                    self.leads("/bas/under/", Page(page.decode()), pages, path)
            start = Page(pages["index.html"].decode())
            self.assertIn("/bas/under/" + news, start.links)
            self.assertIn(("a", {"href": "/bas/under/", "aria-current": "page"}), start.elements)
            self.assertEqual(start.texts["h1"], [here])
            self.assertEqual(len(start.texts["a"]), 6, "the skip link, the site, three of the menu, the news item")

    def test_its_name_is_its_title(self):
        for name, folder, title in [("min-region", "min-region", "Min region"), ("123", "123", "123"),
                                    ('Åäö & "x": #1', "aao-x-1", 'Åäö & "x": #1'), ("true", "true", "True")]:
            self.made("site", name)
            self.clean_build()
            page = Page(self.ws.published(f"public/{folder}")["index.html"].decode())
            self.assertEqual(page.texts["title"], [f"News – {title}"])

    def test_the_workspace_takes_it_up(self):
        self.made("site", "a")
        for before, after in [
                ("notis: 1\nsites: [a] # alla\n", "notis: 1\nsites: [a, b] # alla\n"),
                ("notis: 1\nsites:\n- a\nout: public/{site}\n", "notis: 1\nsites:\n- a\n- b\nout: public/{site}\n"),
                ("notis: 1\nsites:\n  - a", "notis: 1\nsites:\n  - a\n  - b\n"),
                ("notis: 1\nsites: [a, b]\n", "notis: 1\nsites: [a, b]\n")]:
            self.ws.write("notis.yaml", before)
            self.made("site", "b")
            self.assertEqual(self.read("notis.yaml"), after)
            self.clean_build()
            shutil.rmtree(self.ws.path("b"))

    def test_settings_it_cannot_change_are_left(self):
        for before in ["notis: 1\nsites: [a,\n  c]\n", "notis: 1\nsites: &x [a]\nlimits: *x\n", "notis: [\n", ""]:
            self.ws.write("notis.yaml", before)
            run = self.new("site", "b")
            self.assertEqual(run.code, 2, before)
            self.assertIn('"sites" in notis.yaml could not be changed', run.err)
            self.assertEqual(self.read("notis.yaml"), before)
            shutil.rmtree(self.ws.path("b"))

    def test_what_is_there_is_left(self):
        self.ws.write("b", "fil")
        run = self.new("site", "b")
        self.assertEqual((run.code, run.out), (2, ""))
        self.assertIn("b is there already", run.err)
        self.assertEqual(self.read("b"), "fil")
        self.assertFalse(os.path.exists(self.ws.path("notis.yaml")))

    def test_names_that_are_none(self):
        for name in ["", " ", "...", "\n", "🎉", b"\xff\xfe"]:
            run = self.ws.run("new", "site", name)
            self.assertEqual((run.code, run.out), (2, ""), repr(name))
            self.assertNotIn("Sanitizer", run.err)
        self.assertEqual(os.listdir(self.ws.root), [])


class Texts(New):
    def setUp(self):
        super().setUp()
        self.made("site", "s", lang="sv")

    def test_every_title(self):
        long = "Ett långt ord om våra vägar " * 10 + "och broar i hela länet"
        self.assertGreater(len(long), 300)
        for title, slug in [
                ("Ny bro över Umeälven", "ny-bro-over-umealven"), ('"Citat" och \'annat\'', "citat-och-annat"),
                ("Rubrik: med kolon # och nummer", "rubrik-med-kolon-och-nummer"), ("Fest 🎉", "fest"),
                ("🎉🎉", "news-2025-06-02"), ("NO", "no"), ("2025", "2025"), ("[a, b]", "a-b"), ("{slug} {title}", "slug-title"),
                ("\\ bakåt \\n", "bakat-n"), ("&ankare *x", "ankare-x"), ("Två\nrader\thär", "tva-rader-har"),
                (long, None), ("ord" * 100, "ordordordordordordordordordordordordordordordordordordordordordordordordordo")]:
            [file] = self.made("news", title)
            if slug and len(slug) < 70:
                self.assertEqual(file, f"s/content/news/{slug}.md")
            self.assertLessEqual(len(os.path.basename(file)), 83)
            self.clean_build()
            path = f"nyheter/2025/{os.path.basename(file).removesuffix('.md')}/index.html"
            self.assertEqual(self.h1("s", path), [" ".join(title.split())])

    def test_a_leading_dash(self):
        run = self.new("news", "-5 grader")
        self.assertEqual(run.code, 2)
        self.assertIn('notis new news -- "-5 grader"', run.err)
        run = self.ws.run("new", "--lang", "en", "--at", self.AT, "news", "--", "-5 grader")
        self.assertEqual((run.code, run.out), (0, "s/content/news/5-grader.md\n"), str(run))
        run = self.ws.run("new", "--at", self.AT, "news", "--", "--at")
        self.assertEqual((run.code, run.out), (0, "s/content/news/at.md\n"), str(run))
        self.clean_build()
        self.assertEqual(self.h1("s", "nyheter/2025/5-grader/index.html"), ["-5 grader"])

    def test_nothing_is_written_over(self):
        [file] = self.made("news", "Rubrik")
        self.ws.write(file, "eget")
        run = self.new("news", "rubrik!", lang="sv")
        self.assertEqual((run.code, run.out), (2, ""))
        self.assertIn("s/content/news/rubrik.md finns redan", run.err)
        self.assertEqual(self.read(file), "eget")
        os.unlink(self.ws.path(file))
        os.symlink("/nosuch/folder", self.ws.path(file))
        self.assertEqual(self.new("news", "Rubrik").code, 2)
        self.assertTrue(os.path.islink(self.ws.path(file)))

    def test_where_it_cannot_be_written(self):
        self.ws.write("s/content/news", "en fil")
        run = self.new("news", "Rubrik")
        self.assertEqual((run.code, run.out), (2, ""))
        self.assertIn("s/content/news/rubrik.md cannot be written", run.err)

    def test_date_and_place(self):
        self.assertIn("\ndate: 2025-06-02\n", self.read(self.made("news", "Nu")[0]))
        run = self.ws.run("new", "report", "Då", "--at", "2024-12-31T23:30:00Z", "--format", "json")
        self.assertEqual(run.lines(), [{"type": "file", "file": "s/content/report/da.md"}])
        self.assertIn("\ndate: 2025-01-01\n", self.read("s/content/report/da.md"), "half past midnight in Stockholm")
        self.assertEqual(self.made("article", "Kontakt"), ["s/content/article/kontakt.md"])
        self.assertEqual(self.new("news", "Tyst", "--quiet").out, "")

    def test_a_hook(self):
        self.assertEqual(self.made("hook", "20 Länkar"), ["s/scripts/20-lankar.lua"])
        self.made("news", "Rubrik")
        self.ws.write("s/content/news/rubrik.md", self.read("s/content/news/rubrik.md") + "\n[ut](https://x.example/)\n")
        self.clean_build()
        page = self.ws.published("public/s")["nyheter/2025/rubrik/index.html"].decode()
        self.assertIn('<a href="https://x.example/" class="external">ut</a>', page)

    def test_the_sites_archetypes(self):
        self.ws.write("s/archetypes/news.md", '---\ntitle: "{title}!"\ndate: {date}\n---\n{title} {slug} {year} {nix} {\n')
        self.ws.write("s/archetypes/hook.lua", "-- {title}\n")
        self.assertEqual(self.read(self.made("news", 'A "b"')[0]),
                         '---\ntitle: "A \\"b\\"!"\ndate: 2025-06-02\n---\nA "b" a-b 2025 {nix} {\n')
        self.assertEqual(self.read(self.made("hook", "x")[0]), "-- x\n")
        self.clean_build()

    def test_an_archetype_that_is_inherited(self):
        self.ws.write("delat/archetypes/news.md", "---\ntitle: {title}\ndate: {date}\n---\nDelad.\n")
        self.ws.write("s/site.yaml", self.read("s/site.yaml") + "extends: [../delat]\n")
        self.assertNotIn("Delad", self.read(self.made("news", "Egen")[0]))
        os.unlink(self.ws.path("s/archetypes/news.md"))
        self.assertIn("Delad", self.read(self.made("news", "Annan")[0]))
        self.clean_build()

    def test_a_kind_without_archetype(self):
        self.ws.write("s/kinds/mote.yaml", KIND)
        self.ws.write("s/templates/mote.html", "<h1>{{ doc.title }}</h1>")
        [file] = self.made("mote", 'Möte: "vår"')
        self.clean_build()
        self.assertEqual(self.h1("s", "m/mote-var/index.html"), ['Möte: "vår"'])
        text = self.read(file)
        self.assertIn('# Dagen då mötet hålls\nwhen: 2025-06-02\n', text)
        self.assertIn('\n# note: "…"\n', text)

    def test_the_folder_of_a_kind(self):
        source = 'texter: { use: source_markdown, path: content, match: "**/*.md" }'
        self.ws.write("s/content/nyheter/gammal.md", "---\nkind: news\ntitle: G\ndate: 2024-01-01\n---\n")
        [file] = self.made("news", "Ny")
        self.assertEqual(file, "s/content/nyheter/ny.md")
        self.assertTrue(self.read(file).startswith("---\nkind: news\n"))
        self.clean_build()
        self.assertEqual(self.h1("s", "nyheter/2025/ny/index.html"), ["Ny"])
        self.ws.write("s/site.yaml", self.read("s/site.yaml").replace(source, source.replace("path: content", "path: content/nyheter, kind: news"))
                      .replace("    om:        { to: content/om.md, weight: 3 }\n", ""))
        self.assertEqual(self.made("news", "Två"), ["s/content/nyheter/tva.md"])
        run = self.new("report", "R")
        self.assertEqual(run.code, 2)
        self.assertIn("s has no folder for texts of the kind report", run.err)
        self.clean_build()

    def test_which_site(self):
        self.made("site", "t")
        run = self.new("news", "Rubrik")
        self.assertEqual((run.code, run.out), (2, ""))
        self.assertIn("one of s, t", run.err)
        self.assertEqual(self.made("news", "Rubrik", "t"), ["t/content/news/rubrik.md"])
        run = self.new("news", "Rubrik", "u")
        self.assertEqual(run.code, 2)
        self.assertIn('no site "u"', run.err)

    def test_mistakes(self):
        for words, told in [([], "say what is to be made"), (["news"], "say what is to be made"),
                            (["nws", "A"], "article, news, report, hook, site"), (["news", "a", "s", "c"], '"c" is one word too many'),
                            (["site", "a", "b"], "one word too many"), (["news", ""], "no letters"), (["news", "\n "], "no letters"),
                            (["news", b"\xff"], "UTF-8"), (["../x", "A"], "nothing that can be made"),
                            (["news", "A", "--nix"], 'no option "--nix"')]:
            run = self.new(*words)
            self.assertEqual((run.code, run.out), (2, ""), words)
            self.assertIn(told, run.err, words)

    def test_settings_at_fault_are_told(self):
        self.ws.write("s/site.yaml", "titel: x\n")
        run = self.new("news", "Rubrik")
        self.assertEqual(run.code, 2)
        self.assertIn("titel", run.out + run.err)
        self.ws.delete("notis.yaml")
        run = self.new("news", "Rubrik")
        self.assertEqual(run.code, 2)
        self.assertIn("notis new site", run.out + run.err)


if __name__ == "__main__":
    main()
