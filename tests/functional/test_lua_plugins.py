#!/usr/bin/env python3
"""Plugins in Lua, in a workspace of their own: the same bytes as their twins in C, and faults with their places."""

import shutil
import unittest

from publish import SOURCE, Run, main, published, scratch, write

TEXTS = {
    "bro.lines": "\nNy bro över älven\r\n\nBron öppnas i maj. Den är 120 meter\nlång.\n  \n\nMer om bron kommer i höst.",
    "en/mapp/kort.lines": "Kort\n",
    "fram.lines": "---\nlead: Inledning med *kursiv*\n---\nMed framsida\n\nEtt stycke.\n",
}


def site(source, output):
    return {
        "site.yaml": f"title: T\nurl: https://t.example/\nsources:\n  text: {{ use: {source}, path: content, kind: text }}\n",
        "kinds/text.yaml": f"permalink: /{{path}}/\noutputs: [{output}]\n"
                           "fields:\n  title: { type: text, required: true }\n  lead: { type: markdown }\n",
        **{f"content/{name}": text for name, text in TEXTS.items()},
    }


class LuaPlugins(unittest.TestCase):
    def workspace(self, sites, plugins=None):
        root = scratch()
        write(root, {"notis.yaml": f"notis: 1\nsites: [{', '.join(sites)}]\nplugins: [plugins]\nout: public/{{site}}\n"})
        for name, files in sites.items():
            write(root / name, files)
        if plugins is None:
            shutil.copytree(SOURCE / "plugins/template/lua", root / "plugins")
        else:
            write(root / "plugins", plugins)
        return root

    def said(self, run):
        return [(d["code"], "/".join(d["file"].split("/")[-2:]), d.get("line", 0)) for d in run.diagnostics
                if d["type"] == "diagnostic"]

    def test_the_same_bytes_as_in_c(self):
        root = self.workspace({"c": site("source_lines", "text"), "lua": site("source_lines_lua", "text_lua")})
        run = Run(root)
        self.assertEqual((run.code, self.said(run)), (0, []), str(run))
        ours, theirs = published(root / "public/lua"), published(root / "public/c")
        self.assertEqual(ours, theirs)
        self.assertEqual(sorted(ours), ["bro/index.txt", "en/mapp/kort/index.txt", "fram/index.txt"])
        self.assertEqual(ours["bro/index.txt"].decode(),
                         "Ny bro över älven\n=================\n\nBron öppnas i maj. Den är 120 meter\nlång.\n\n"
                         "Mer om bron kommer i höst.\n\n")

    def test_bytes_of_any_encoding(self):
        """With raw_bytes a source decodes by itself; without, bytes that are not UTF-8 never reach it."""
        script = """local notis = require "notis"
notis.source { name = "%s", raw_bytes = %s,
  discover = function(sink, config) sink:files(config.path, config.match) end,
  parse = function(item, builder)
    builder:field("title", (item.body:gsub("[\\128-\\255]", function(c)
      local b = string.byte(c)
      return string.char(0xC0 + b // 64, 0x80 + b %% 64)
    end)), 1, 1)
  end }
"""
        files = site("raw", "text_lua")
        files["site.yaml"] = files["site.yaml"].replace("kind: text }", "kind: text, match: '**/bro.*' }\n"
                                                        "  strict: { use: strict, path: content, kind: text, match: '**/vag.*' }")
        plugins = {"raw.lua": script % ("raw", "true"), "strict.lua": script % ("strict", "false")}
        plugins["output.lua"] = (SOURCE / "plugins/template/lua/output_text_lua.lua").read_text()
        root = self.workspace({"s": {k: v for k, v in files.items() if not k.startswith("content/")}}, plugins)
        (root / "s/content").mkdir()
        for name in ("bro", "vag"):
            (root / f"s/content/{name}.latin").write_bytes("Ny bro över älven".encode("latin-1"))
        run = Run(root)
        self.assertEqual(self.said(run), [("item_invalid_utf8", "content/vag.latin", 1)], str(run))
        self.assertIn("Ny bro över älven", published(root / "public/s")["bro/index.txt"].decode())

    def test_they_are_listed(self):
        root = self.workspace({"lua": site("source_lines_lua", "text_lua")})
        plugins = {line.split("\t")[0]: line.split("\t")[1:3] for line in Run(root, "list", "plugins").out.splitlines()}
        self.assertEqual(plugins["source_lines_lua"], ["source", "1.0"])
        self.assertEqual(plugins["target_folder_lua"], ["target", "1.0"])

    def test_faults_in_texts_are_told_alike(self):
        sites = {"c": site("source_lines", "text"), "lua": site("source_lines_lua", "text_lua")}
        for files in sites.values():
            write_to = {"content/tom.lines": " \n\t\n", "content/yaml.lines": "---\nlead: [\n---\nTitel\n"}
            files.update(write_to)
        run = Run(self.workspace(sites))
        told = {name: [(d["code"], d["file"].split(f"/{name}/")[-1], d.get("line", 0), d["message"]) for d in run.diagnostics
                       if d["type"] == "diagnostic" and d["site"] == name] for name in sites}
        self.assertEqual(told["lua"], told["c"])
        self.assertEqual({file for _, file, _, _ in told["c"]}, {"content/tom.lines", "content/yaml.lines"})
        self.assertEqual(run.code, 1)

    def test_files_that_are_no_plugins(self):
        good = "local notis = require 'notis'\n"
        source = good + "notis.source { name = '%s', discover = function() end, parse = function() end }\n"
        bad = {
            "a_syntax.lua": "local x = = 1\n",
            "b_nothing.lua": good,
            "c_raises.lua": good + "\nerror('nej')\n",
            "d_hook.lua": good + "notis.on('document', function() end)\n",
            "e_name.lua": source % "Not A Name",
            "f_once.lua": source % "twice",
            "g_again.lua": source % "twice",
            "g_names.lua": source % "one" + "notis.output { name = 'two', extension = 'x', render = function() end }\n",
            "h_key.lua": good + "notis.output { name = 'h', extension = 'x' }\n",
            "i_extension.lua": good + "notis.output { name = 'i', extension = '.x/y', render = function() end }\n",
            "j_loop.lua": good + "while true do end\n",
        }
        root = self.workspace({"s": site("source_lines", "text")}, bad)
        (root / "plugins/k_folder.lua").mkdir()
        run = Run(root)
        self.assertEqual(run.code, 2)
        self.assertEqual(self.said(run), [
            ("script_syntax", "plugins/a_syntax.lua", 1),
            ("script_plugin_nothing", "plugins/b_nothing.lua", 1),
            ("script_raised", "plugins/c_raises.lua", 3),
            ("script_not_site", "plugins/d_hook.lua", 2),
            ("plugin_name", "plugins/e_name.lua", 0),
            ("plugin_duplicate", "plugins/g_again.lua", 0),
            ("script_plugin_names", "plugins/g_names.lua", 3),
            ("script_plugin_key", "plugins/h_key.lua", 2),
            ("plugin_extension", "plugins/i_extension.lua", 0),
            ("script_budget", "plugins/j_loop.lua", 2),
            ("file_directory", "plugins/k_folder.lua", 0),
        ])
        self.assertFalse((root / "public").exists())

    def test_what_a_plugin_raises_is_its_texts_fault(self):
        source = """local notis = require "notis"
notis.source {
  name = "source_bad", version = "1",
  discover = function(sink, config) sink:files(config.path, "**/*.txt") end,
  parse = function(item, builder)
    builder:field("title", item.body)
    if item.body == "nil" then local x = nil + 1 end
    if item.body == "data" then notis.data("data/x.yaml") end
    if item.body == "now" then notis.now() end
    if item.body == "loop" then while true do end end
    if item.body == "node" then builder:open("item") end
    if item.body == "error" then notis.error(nil, "eget fel") end
    builder:add(notis.node("paragraph", { "a ", notis.node("link", { destination = "https://exempel.example/", "b" }) }), 1, 1)
    builder:open("paragraph")
    builder:text(notis.format.number(1234.5, { lang = "sv", decimals = 1 }))
    builder:close()
  end,
}
"""
        files = site("source_bad", "text")
        files = {name: text for name, text in files.items() if not name.startswith("content/")}
        for name in ("bra", "nil", "data", "now", "loop", "node", "error"):
            files[f"content/{name}.txt"] = name
        root = self.workspace({"s": files}, {"source_bad.lua": source})
        run = Run(root)
        told = {d["file"].split("/")[-1]: (d["code"], d["message"].split("plugins/")[-1].split(")")[0])
                for d in run.diagnostics if d["type"] == "diagnostic" and d["severity"] == "error"}
        self.assertEqual(told, {f"{name}.txt": ("script_plugin_stopped", f"source_bad.lua:{line}") for name, line in
                                (("nil", 7), ("data", 8), ("now", 9), ("loop", 10), ("node", 11), ("error", 12))})
        self.assertEqual(published(root / "public/s"), {"bra/index.txt": "bra\n===\n\na b\n\n1\u00a0234,5\n\n".encode()})
        self.assertEqual(run.code, 1)


class LuaOutput(unittest.TestCase):
    def test_it_writes_html_renders_templates_and_reads_fields(self):
        output = """local notis = require "notis"
notis.output {
  name = "output_all", version = "1", extension = "txt", takes = { "document", "collection" },
  render = function(page)
    local doc = page.document
    page:write("path " .. page.path .. "\\n")
    page:html(doc.body)
    page:html(doc.lead)
    page:write("lead " .. doc.lead:text() .. " " .. doc.date.year .. " " .. tostring(doc.missing) .. "\\n")
    page:render()
    return "site " .. page:site("title") .. "\\n"
  end,
}
"""
        root = scratch()
        write(root, {
            "notis.yaml": "notis: 1\nsites: [s]\nplugins: [plugins]\nout: public/{site}\n",
            "plugins/output_all.lua": output,
            "s/site.yaml": "title: T\nurl: https://t.example/\nsources:\n"
                           "  text: { use: source_markdown, path: content, match: '**/*.md', kind: text }\n",
            "s/kinds/text.yaml": "permalink: /{path}/\noutputs: [all]\nfields:\n  title: { type: text }\n"
                                 "  date: { type: datetime }\n  lead: { type: markdown }\n  missing: { type: text }\n",
            "s/templates/text.html": "mall {{ doc.title }}\n",
            "s/content/a.md": "---\ntitle: A & B\ndate: 2024-05-01\nlead: Se *b*\n---\n[till b](b.md#x)\n",
            "s/content/b.md": "---\ntitle: B\ndate: 2024-05-01\nlead: Se a\n---\n# X\n",
        })
        run = Run(root)
        self.assertEqual(run.code, 0, str(run))
        self.assertEqual(published(root / "public/s")["a/index.txt"].decode(),
                         'path a/index.txt\n<p><a href="/b/#x">till b</a></p>\n<p>Se <em>b</em></p>\n'
                         "lead Se b 2024 nil\nmall A &amp; Bsite T\n")


if __name__ == "__main__":
    main()
