// The published sites that the checks look at: their files, and a server for each on the loopback.
import { createServer } from "node:http";
import { readFileSync, readdirSync, statSync, existsSync } from "node:fs";
import { extname, join, posix, relative, sep } from "node:path";

const types = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
  ".jpg": "image/jpeg", ".webp": "image/webp", ".xml": "application/xml", ".json": "application/json",
  ".csv": "text/csv; charset=utf-8", ".pdf": "application/pdf",
};

export function filesBelow(root, extension = "") {
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"));
  return found.sort();
}

export const urlOf = (file) => "/" + (posix.basename(file) === "index.html" ? posix.dirname(file).replace(/^\.$/, "") + "/" : file).replace(/^\//, "");

// The file that an URL's path names, or null.
export function fileOf(root, path) {
  let name = decodeURIComponent(path).replace(/^\/+/, "");
  if (name === "" || name.endsWith("/")) name += "index.html";
  const full = join(root, name);
  return existsSync(full) && statSync(full).isFile() ? name : null;
}

export class Site {
  constructor(name, root) {
    this.name = name;
    this.root = root;
    this.pages = filesBelow(root, ".html");
  }

  async serve() {
    this.server = createServer((request, response) => {
      const path = new URL(request.url, "http://localhost").pathname;
      const file = fileOf(this.root, path);
      response.writeHead(file ? 200 : 404, { "content-type": types[extname(file ?? "")] ?? "application/octet-stream" });
      response.end(file ? readFileSync(join(this.root, file)) : "");
    });
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  close() { this.server?.close(); }
}

// A page that only sends the reader on is not one to be read.
export const isRedirect = (root, page) => /<meta http-equiv="?refresh"?/i.test(readFileSync(join(root, page), "utf8").slice(0, 600));

export function sitesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    .map((entry) => new Site(entry.name, join(folder, entry.name)));
}

// Gathers what is wrong; the check fails if anything is, or if it looked at nothing.
export class Verdict {
  constructor(check) { this.check = check; this.faults = []; this.looked = 0; }
  fault(where, what) { this.faults.push(`${where}: ${what}`); }
  end() {
    for (const fault of this.faults.slice(0, 200)) console.log(fault);
    if (this.faults.length > 200) console.log(`… and ${this.faults.length - 200} more`);
    console.log(`${this.check}: ${this.looked} looked at, ${this.faults.length} faults`);
    if (this.looked === 0) console.log(`${this.check}: there was nothing to look at`);
    return this.faults.length === 0 && this.looked > 0;
  }
}
