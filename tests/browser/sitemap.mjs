// The sitemap: valid by its schema, every address a page that is there, every page that is read by people there once,
// and alternates that answer each other. node run.mjs sitemap FOLDER CORPORA
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { fileOf, filesBelow, isRedirect } from "./site.mjs";

// The public schema lets no element of another name space in: a driver that declares xhtml:link does.
function validate(file, corpora, verdict, where) {
  const folder = corpora && join(corpora, "sitemap-xsd");
  if (!folder || !existsSync(folder)) return console.log("skipped: the sitemap's schema (no corpora)");
  const schemas = filesBelow(folder, ".xsd");
  const index = readFileSync(file, "utf8").includes("<sitemapindex");
  const wanted = schemas.find((name) => (index ? /siteindex\.xsd$/ : /sitemap\.xsd$/).test(name));
  if (!wanted) return;
  const temporary = mkdtempSync(join(tmpdir(), "notis-xsd-"));
  const link = join(temporary, "link.xsd"), driver = join(temporary, "driver.xsd");
  writeFileSync(link, `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/1999/xhtml">
<xs:element name="link"><xs:complexType><xs:attribute name="rel" type="xs:string" use="required"/><xs:attribute name="hreflang" type="xs:string" use="required"/>
<xs:attribute name="href" type="xs:anyURI" use="required"/></xs:complexType></xs:element></xs:schema>`);
  writeFileSync(driver, `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="http://www.sitemaps.org/schemas/sitemap/0.9" schemaLocation="${pathToFileURL(resolve(folder, wanted))}"/>
<xs:import namespace="http://www.w3.org/1999/xhtml" schemaLocation="${pathToFileURL(link)}"/></xs:schema>`);
  const run = spawnSync("xmllint", ["--nonet", "--noout", "--schema", driver, file], { encoding: "utf8" });
  rmSync(temporary, { recursive: true });
  if (run.error) throw run.error;
  if (run.status !== 0) for (const line of run.stderr.split("\n").filter((l) => /error/.test(l)).slice(0, 10)) verdict.fault(where, line.replace(/^.*?error : /, ""));
}

const addresses = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1].replaceAll("&amp;", "&"));

export default async function sitemap(sites, verdict, [corpora]) {
  for (const site of sites) {
    const files = filesBelow(site.root, ".xml").filter((file) => /(^|\/)sitemap[^/]*\.xml$/.test(file));
    if (!files.length) verdict.fault(site.name, "there is no sitemap");
    const listed = new Map();
    for (const file of files) {
      const text = readFileSync(join(site.root, file), "utf8");
      validate(join(site.root, file), corpora, verdict, `${site.name}/${file}`);
      if (text.includes("<sitemapindex")) continue;
      for (const [entry] of text.matchAll(/<url>[\s\S]*?<\/url>/g)) {
        const [url] = addresses(entry, /<loc>([^<]*)<\/loc>/g);
        if (listed.has(url)) verdict.fault(`${site.name}/${file}`, `twice: ${url}`);
        listed.set(url, addresses(entry, /<xhtml:link[^>]*href="([^"]*)"/g));
        verdict.looked++;
      }
    }
    const there = new Set();
    for (const [url, alternates] of listed) {
      const page = fileOf(site.root, new URL(url).pathname);
      if (!page) { verdict.fault(`${site.name}/sitemap`, `no such page: ${url}`); continue; }
      there.add(page);
      for (const other of alternates)
        if (!listed.get(other)?.includes(url)) verdict.fault(`${site.name}/sitemap`, `${url} names ${other} as its translation, which does not answer`);
    }
    for (const page of site.pages)
      if (!there.has(page) && !isRedirect(site.root, page) && !/(^|\/)404\.html$/.test(page)) verdict.fault(`${site.name}/${page}`, "is not in the sitemap");
  }
}
