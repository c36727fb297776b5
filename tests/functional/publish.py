"""What the functional tests in Python share: workspaces in a directory of their own, the program run on them, and what it
published read by a parser that is not ours."""

import atexit
import html.parser
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

SOURCE = Path(os.environ.get("NOTIS_SOURCE_DIR", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("NOTIS_BUILD_DIR", SOURCE / "build"))
SKIPPED = 77


def corpora(*names):
    """The corpora's folder, or the end of this program as skipped (as failed with NOTIS_STRICT=1)."""
    root = Path(os.environ.get("NOTIS_CORPORA", SOURCE / ".." / "shared" / "corpora"))
    for name in names:
        if not (root / name).is_dir():
            print(f"skipped: no corpus {name} (NOTIS_CORPORA names the folder of corpora)")
            sys.exit(1 if os.environ.get("NOTIS_STRICT") == "1" else SKIPPED)
    return root


def scratch():
    path = Path(tempfile.mkdtemp(prefix="notis-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def png(width, height):
    """A whole PNG by the specification (W3C PNG, 5 and 11): signature, IHDR, IDAT, IEND."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + b"\0" * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Run:
    """One run of the program: its exit code, and its diagnostics as maps."""

    def __init__(self, workspace, *arguments, at="2024-06-01"):
        command = [str(BUILD / "notis"), *(arguments or ["build"]), "-C", str(workspace), "--at", at, "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        self.workspace, self.code, self.out, self.err = Path(workspace), done.returncode, done.stdout, done.stderr
        self.diagnostics = [json.loads(line) for line in (done.stdout + done.stderr).splitlines() if line.startswith("{")]

    def __str__(self):
        return f"exit {self.code}\n{self.out}{self.err}"


def published(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(Path(root).rglob("*")) if path.is_file()}


class Page(html.parser.HTMLParser):
    """A published page: its elements with attributes, its ids, its links and the text of chosen elements."""

    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

    def __init__(self, text):
        super().__init__()
        self.elements, self.ids, self.links, self.texts, self.open = [], set(), [], {}, []
        self.lang = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        self.texts.setdefault(tag, []).append("")
        if tag == "html":
            self.lang = attributes.get("lang")
        if "id" in attributes:
            self.ids.add(attributes["id"])
        for name in ("href", "src"):
            if name in attributes:
                self.links.append(attributes[name])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        for tag in set(self.open):
            self.texts[tag][-1] += data


def main():
    unittest.main(verbosity=1)
