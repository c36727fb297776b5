// Every feed, as two readers see it: each entry's title, date, id and link are those of the document that it is about.
// The document is found by the id, a tag URI that ends in the document's own id; what it says is read from its file.
// node run.mjs feeds FOLDER SITES [CORPORA], where SITES is the workspace and CORPORA holds the JSON Feed schema.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { parseFeed } from "feedsmith";
import RssParser from "rss-parser";
import { fileOf, filesBelow } from "./site.mjs";

// The site's own words for what it says: enough YAML for the front matter of our own sites.
function frontMatter(file) {
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  const head = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(text)?.[1] ?? "";
  const value = (key) => {
    const raw = new RegExp(`^${key}:[ \\t]*(.*)$`, "m").exec(head)?.[1]?.trim();
    if (raw === undefined) return undefined;
    const quoted = /^(["'])(.*)\1$/.exec(raw);
    return quoted ? (quoted[1] === "'" ? quoted[2].replaceAll("''", "'") : JSON.parse(raw)) : raw;
  };
  return { title: value("title"), date: value("date"), updated: value("updated") };
}

// What the clock showed in Stockholm, as an instant: without a zone a date is the site's.
function instant(written) {
  if (/[zZ]$|[+-]\d{2}:?\d{2}$/.test(written)) return new Date(written.replace(" ", "T")).getTime();
  const [date, time = "00:00"] = written.split(/[T ]/);
  const asUtc = Date.parse(`${date}T${time.length === 4 ? "0" + time : time}Z`);
  const shown = (at) => Date.parse(new Date(at).toLocaleString("sv-SE", { timeZone: "Europe/Stockholm" }).replace(" ", "T") + "Z");
  const guess = asUtc - (shown(asUtc) - asUtc);
  return asUtc - (shown(guess) - guess);
}

const pathOf = (id) => decodeURIComponent(/^tag:[^:]+:(.*)$/.exec(id ?? "")?.[1] ?? "").replace(/^[^/]+\//, "").replace(/#.*$/, "");

function fromFeedsmith(text) {
  const { format, feed } = parseFeed(text);
  if (format === "rss") return { format, title: feed.title, entries: feed.items.map((i) => ({ title: i.title, id: i.guid?.value ?? i.guid, link: i.link, date: i.pubDate })) };
  if (format === "atom") return { format, title: feed.title?.value ?? feed.title, entries: feed.entries.map((e) => ({ title: e.title?.value ?? e.title, id: e.id, link: (e.links.find((l) => !l.rel || l.rel === "alternate") ?? {}).href, date: e.published })) };
  return { format, title: feed.title, entries: feed.items.map((i) => ({ title: i.title, id: i.id, link: i.url, date: i.date_published })) };
}

async function fromRssParser(text) {
  const feed = await new RssParser().parseString(text);
  return feed.items.map((i) => ({ title: i.title, id: i.guid ?? i.id, link: i.link, date: i.isoDate ?? i.pubDate }));
}

function compare(site, name, reader, entry, workspace, verdict) {
  const where = `${site.name}/${name} (${reader}) ${entry.id ?? entry.title}`;
  const file = join(workspace, site.name, pathOf(entry.id));
  if (!/^tag:[^,]+,\d{4}/.test(entry.id ?? "")) return verdict.fault(where, "its id is no tag URI");
  if (!existsSync(file)) return verdict.fault(where, `no such document: ${pathOf(entry.id)}`);
  const told = frontMatter(file);
  if ((entry.title ?? "").trim() !== told.title) verdict.fault(where, `title "${entry.title}" where the text has "${told.title}"`);
  if (!told.date || new Date(entry.date).getTime() !== instant(told.date)) verdict.fault(where, `date ${entry.date} where the text has ${told.date}`);
  const link = new URL(entry.link);
  const page = fileOf(site.root, link.pathname);
  if (!page) return verdict.fault(where, `its link leads nowhere: ${entry.link}`);
  if (!readFileSync(join(site.root, page), "utf8").includes(`href="${entry.link}"`)) verdict.fault(where, `its page has another address than ${entry.link}`);
}

export default async function feeds(sites, verdict, [workspace, corpora]) {
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  const schemaFile = corpora && filesBelow(join(corpora, "jsonfeed"), ".json").find((file) => /schema/.test(file));
  const schema = schemaFile && ajv.compile(JSON.parse(readFileSync(join(corpora, "jsonfeed", schemaFile), "utf8")));
  for (const site of sites) {
    const kinds = new Set();
    for (const name of [...filesBelow(site.root, ".xml"), ...filesBelow(site.root, ".json")]) {
      if (/^sitemap/.test(posix.basename(name))) continue;
      const text = readFileSync(join(site.root, name), "utf8");
      const { format, title, entries } = fromFeedsmith(text);
      kinds.add(format);
      if (!title) verdict.fault(`${site.name}/${name}`, "the feed has no title");
      if (!entries.length) verdict.fault(`${site.name}/${name}`, "the feed has no entries");
      if (new Set(entries.map((e) => e.id)).size !== entries.length) verdict.fault(`${site.name}/${name}`, "two entries with one id");
      for (const entry of entries) compare(site, name, "feedsmith", entry, workspace, verdict);
      if (format !== "json") for (const entry of await fromRssParser(text)) compare(site, name, "rss-parser", entry, workspace, verdict);
      if (format === "json" && schema && !schema(JSON.parse(text))) verdict.fault(`${site.name}/${name}`, ajv.errorsText(schema.errors));
      if (format === "json" && !schema) console.log("skipped: JSON Feed's schema (no corpora)");
      verdict.looked += entries.length;
    }
    for (const format of ["rss", "atom", "json"]) if (!kinds.has(format)) verdict.fault(site.name, `no feed of the sort ${format}`);
  }
}
