#!/usr/bin/env python3
"""The manual tells the truth: its examples load, parse and render, and its first steps lead where they say."""

import re
import unittest

from publish import SOURCE, Page, Run, main, published, scratch, write

PAGES = [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]
NOW = "2025-07-01"  # after the dates of the first steps
SITE = {
    "notis.yaml": "notis: 1\nsites: [s]\nout: public/{site}\n",
    "shared/templates/base.html": "{% block title %}{% endblock %}{% block main %}{% endblock %}",
    "s/site.yaml": "title: T\nextends: [../shared]\nurl: https://t.example/\nsources:\n"
                   "  text: { use: source_markdown, path: content, match: '**/*.md', kind: news }\n"
                   "collections:\n  nyheter: { kind: news }\n",
    "s/kinds/news.yaml": "permalink: /{path}/\nunknown_fields: allow\nfields:\n  title: { type: text }\n"
                         "  date: { type: datetime }\n  lead: { type: markdown }\n  topics: { type: list, of: term }\n",
    "s/templates/news.html": "{{ doc.body }}",
}
# What the examples of templates lead to: a list, a menu that has it, and a style sheet.
LEADING = {
    "s/site.yaml": SITE["s/site.yaml"].replace("{ kind: news }", "{ kind: news, path: /nyheter/, title: Nyheter }") +
                   "menus: { main: { nyheter: { to: collection/nyheter } } }\n",
    "s/static/css/site.css": "p { margin: 0 }\n",
    "s/templates/list.html": "",
}


def fences(page):
    """Every fenced example of a page: language, text, line."""
    found, language, fence = [], None, None
    for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
        mark = re.match(r"(`{3,})(\S*)", line)
        if fence is None and mark:
            fence, language, start, inside = mark.group(1), mark.group(2), number, []
        elif fence is not None and line == fence:
            found.append((language, "\n".join(inside) + "\n", start))
            fence = None
        elif fence is not None:
            inside.append(line)
    return found


def examples(*languages):
    for page in PAGES:
        for language, text, line in fences(page):
            if language in languages and page.name != "design.md":
                yield f"{page.name}:{line}", text


def faults(run):
    return [(d["code"], d["message"], d.get("line")) for d in run.diagnostics if d["type"] == "diagnostic"]


class Examples(unittest.TestCase):
    def workspace(self, files):
        root = scratch()
        write(root, {**SITE, **files})
        return root

    def test_lua(self):
        seen = {"script": 0, "wrong": 0, "plugin": 0, "inside": 0}
        for name, text in examples("lua"):
            files = {"s/content/a.md": "---\ntitle: T\n---\nEtt [b](c.html).\n\nTvå [b](c.html).\n", "s/content/c.html": ""}
            head = "" if "require" in text else 'local notis = require "notis" '
            if "notis.source" in text or "notis.output" in text or "notis.target" in text:
                sort = "plugin"
                files["notis.yaml"] = SITE["notis.yaml"] + "plugins: [plugins]\n"
                files["plugins/example.lua"] = text
            elif re.search(r"notis\.(on|filter|global|is|block)\b", text):
                sort = "wrong" if "-- wrong" in text else "script"
                files["s/scripts/example.lua"] = head + text
            else:
                sort = "inside"
                files["s/scripts/example.lua"] = head + 'notis.on("document", function(doc) local x = ' + text + " end)"
            run = Run(self.workspace(files))
            seen[sort] += 1
            if sort == "wrong":
                self.assertIn("cannot be changed", run.out + run.err, name)
                self.assertEqual(run.code, 1, name)
            else:
                self.assertEqual((run.code, faults(run)), (0, []), f"{name}\n{run}")
        self.assertGreaterEqual(seen["script"], 3, seen)
        self.assertEqual((seen["wrong"], seen["plugin"]), (1, 3), seen)

    def test_yaml(self):
        files = {f"s/data/{i}.yaml": text for i, (_, text) in enumerate(examples("yaml"))}
        self.assertGreater(len(files), 5)
        reads = "\n".join(f'notis.data("{name.removeprefix("s/")}")' for name in files)
        run = Run(self.workspace({**files, "s/content/a.md": "---\ntitle: T\n---\n", "s/scripts/a.lua":
                  f'local notis = require "notis"\nnotis.on("document", function(doc)\n{reads}\nend)\n'}))
        self.assertEqual((run.code, faults(run)), (0, []), str(run))

    def test_templates(self):
        for name, text in examples("html", "jinja"):
            run = Run(self.workspace({
                **LEADING, "s/templates/news.html": text,
                "s/content/a.md": "---\ntitle: T\ndate: 2024-01-01\nlead: L\ntopics: [a]\n---\nText\n"}))
            if "documents" in text:
                self.assertTrue(all("template_" in code for code, _, _ in faults(run)), f"{name}\n{run}")
                self.assertNotIn("syntax", str(faults(run)), name)
            else:
                self.assertEqual((run.code, faults(run)), (0, []), f"{name}\n{run}")


    def test_leading_about(self):
        """Its example leads where it says, in a site that does not begin at the root of its host, in two languages."""
        [(_, text)] = [(n, t) for n, t in examples("html") if "site.menu" in t]
        site = LEADING["s/site.yaml"].replace("t.example/", "t.example/bas/")
        site += "languages: { sv: { name: Svenska }, en: { name: English } }\n"
        run = Run(self.workspace({**LEADING, "s/site.yaml": site, "s/templates/news.html": text,
                                  "s/content/a.md": "---\ntitle: T\n---\n", "s/content/a.en.md": "---\ntitle: T\n---\n"}))
        self.assertEqual((run.code, faults(run)), (0, []), str(run))
        page = Page(published(run.workspace / "public/s")["a/index.html"].decode())
        menu, other, style, word = page.links
        self.assertEqual((menu, other, word), ("/bas/nyheter/", "/bas/en/a/", "/bas/nyheter/"))
        self.assertRegex(style, r"^/bas/css/site\.css\?v=\w+$")
        self.assertEqual(page.texts["a"], ["Nyheter", "English", "…"])
        self.assertIn(("a", {"href": "/bas/en/a/", "hreflang": "en", "lang": "en"}), page.elements)


class FirstSteps(unittest.TestCase):
    def test_start(self):
        """docs/start.md, step by step, as somebody does who reads it for the first time."""
        steps = [(language, text) for language, text, _ in fences(SOURCE / "docs/start.md") if language != "sh"]
        self.assertEqual([language for language, _ in steps],
                         ["", "yaml", "yaml", "markdown", "html", "", "lua", "html", "yaml", "html"])
        _, workspace, site, text, template, _, hook, lead, collections, listing = (text for _, text in steps)
        root = scratch()
        write(root, {"notis.yaml": workspace, "bygden/site.yaml": site, "bygden/content/badplats.md": text,
                     "bygden/templates/article.html": template})
        self.assertEqual([str(p.relative_to(root)) for p in sorted(root.rglob("*")) if p.is_file()],
                         ["bygden/content/badplats.md", "bygden/site.yaml", "bygden/templates/article.html", "notis.yaml"])
        run = Run(root, at=NOW)
        self.assertEqual((run.code, faults(run)), (0, []), str(run))
        [(path, page)] = published(root / "public/bygden").items()
        self.assertEqual(Page(page.decode()).texts["h1"], ["Byns nya badplats"])
        self.assertEqual(Page(page.decode()).texts["title"], ["Byns nya badplats – Bygden"])
        self.assertIn("<em>sjutton grader</em>", page.decode())

        write(root, {"bygden/content/badplats.md": text.replace("2025-06-02", "2025-06-31")})
        wrong = Run(root, at=NOW)
        self.assertEqual([(d["line"], d["column"]) for d in wrong.diagnostics if d["type"] == "diagnostic"], [(3, 7)])
        self.assertEqual(published(root / "public/bygden")[path], page)
        write(root, {"bygden/content/badplats.md": text})

        write(root, {"bygden/scripts/10-lead.lua": hook,
                     "bygden/templates/article.html": template.replace("</h1>\n", "</h1>\n" + lead)})
        run = Run(root, at=NOW)
        self.assertEqual((run.code, faults(run)), (0, []), str(run))
        page = published(root / "public/bygden")[path].decode()
        self.assertIn("<p><strong>Bryggan är på plats och vattnet håller sjutton grader.</strong></p>", page)
        self.assertNotIn("<em>", page)

        write(root, {"bygden/site.yaml": site + collections, "bygden/templates/list.html": listing})
        run = Run(root, at=NOW)
        self.assertEqual((run.code, faults(run)), (0, []), str(run))
        pages = published(root / "public/bygden")
        self.assertEqual(sorted(pages), sorted(["index.html", path]))
        listed = Page(pages["index.html"].decode())
        self.assertEqual((listed.links, listed.lang), (["/" + path.removesuffix("index.html")], "sv"))

    def test_readme(self):
        steps = {re.search(r"^(?:#|<!--) ?(\S+)", text).group(1) if language != "markdown" else "text": text
                 for language, text, _ in fences(SOURCE / "README.md") if language != "sh"}
        root = scratch()
        write(root, {"notis.yaml": steps["notis.yaml"], "bygden/site.yaml": steps["bygden/site.yaml"],
                     "bygden/content/badplats.md": steps["text"],
                     "bygden/templates/article.html": steps["bygden/templates/article.html"]})
        run = Run(root, at=NOW)
        self.assertEqual((run.code, faults(run)), (0, []), str(run))
        [page] = published(root / "public/bygden").values()
        self.assertEqual(Page(page.decode()).texts["h1"], ["Byns nya badplats"])

    def test_what_is_linked_is_there(self):
        later = {"templates.md"}  # written with the templates
        for page in PAGES:
            text = re.sub(r"(`{3,}).*?\1|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
                if not target.startswith("http") and target not in later:
                    self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")


if __name__ == "__main__":
    main()
