"""`notis watch` as another program sees it: a process that prints lines of JSON, which a test waits for."""

import json
import os
import queue
import shutil
import signal
import subprocess
import threading
import time

from workspace import Case, PROGRAM

PATIENCE = 120  # seconds for a line; under sanitizers on a busy machine


class Watch:
    """The process. Lines are kept in the order they came; wait() goes on from where it was. In words they are texts,
    as a person reads them."""

    def __init__(self, ws, *args, env=None, words=False, **process):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NOTIS_")}
        environment.update({"LC_ALL": "C.UTF-8"}, **(env or {}))
        form = [] if words else ["--format", "json"]
        self.words = words
        self.process = subprocess.Popen([str(PROGRAM), "watch", *form, *args], cwd=ws.root, env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT if words else subprocess.PIPE, **process)
        self.seen, self._lines, self.err = [], queue.Queue(), []
        self._readers = [threading.Thread(target=self._read)]
        if not words:
            self._readers.append(threading.Thread(target=self._read_err))
        for reader in self._readers:
            reader.start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(line.decode().rstrip() if self.words else json.loads(line))
        self._lines.put(None)

    def _read_err(self):
        self.err.append(self.process.stderr.read().decode(errors="replace"))

    def next(self):
        try:
            line = self._lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"no line came; the last were {self.seen[-5:]}") from None
        if line is None:
            self.process.wait()
            raise AssertionError(f"the watch ended with {self.process.returncode}: {self.seen[-5:]} {self.err}")
        self.seen.append(line)
        return line

    def wait(self, wanted):
        """The next line of which wanted(line) is true; and those that came before it since the last wait."""
        lines = []
        while not lines or not wanted(lines[-1]):
            lines.append(self.next())
        return lines

    def settle(self):
        """Until everything that came is in; in words that is said when it begins."""
        return self.wait(lambda line: line.startswith("watching") if self.words else line["type"] == "watching")

    def stop(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join()
        self.process.stdout.close()
        if not self.words:
            self.process.stderr.close()
        return self.process.returncode


class WatchCase(Case):
    def watch(self, *args, **options):
        watch = Watch(self.ws, *args, **options)
        self.addCleanup(watch.stop)
        watch.settle()
        return watch

    def mark(self, watch, at=None):
        """Events come in order: when a text that is written now is published, so is all that was written before."""
        self.marks = getattr(self, "marks", 0) + 1
        name = at or f"mark{self.marks}"
        path = f"s/content/{name}.md"
        self.ws.write(path, f"---\ntitle: Mark {self.marks}\n---\n")
        lines, title = [], f"<title>Mark {self.marks}</title>".encode()
        while True:
            lines += watch.settle()
            page = self.ws.published().get(f"{name}/index.html", b"")
            if title in page:
                return lines

    def until(self, watch, page, shown):
        """Until that page is published and holds the text; None: until it is gone. Then it equals a clean build."""
        while True:
            watch.settle()
            found = self.ws.published().get(page)
            if found is None and shown is None or None not in (found, shown) and shown.encode() in found:
                return self.same_as_clean(watch)

    def clean(self, site="s"):
        """What the same files give when built from nothing, elsewhere: the state is the watch's."""
        copy = self.ws.root.parent / f"clean{time.monotonic_ns()}"
        shutil.copytree(self.ws.root, copy, symlinks=True, ignore=shutil.ignore_patterns(".notis", "public"))
        run = self.ws.build(site, cwd=copy)
        self.assertIn(run.code, (0, 1), str(run))
        return self.ws.published(str(copy / "public" / site))

    def same_as_clean(self, watch):
        self.assertIsNone(watch.process.poll())
        published, clean = self.ws.published(), self.clean()
        self.assertEqual(sorted(published), sorted(clean))
        for path, page in clean.items():
            self.assertEqual(published[path], page, path)
        return published

    def ends_well(self, watch, number=signal.SIGINT):
        self.assertEqual(watch.stop(number), 0, watch.err)
        self.assertNotIn("Sanitizer", "".join(watch.err))
        self.assertEqual(self.ws.leftovers(), [])
