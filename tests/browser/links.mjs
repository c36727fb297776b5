// Every link of every page: that what is ours is there, fragments too; that each page can be reached from the start page.
// linkinator follows what is linked, as a reader would; the crawl looks at every page there is.
import { LinkChecker } from "linkinator";
import { withBrowser, inTabs } from "./chromium.mjs";
import { fileOf, isRedirect, urlOf } from "./site.mjs";

const unlinked = (site, page) => /(^|\/)404\.html$/.test(page) || isRedirect(site.root, page);

async function follow(site, verdict) {
  const checker = new LinkChecker();
  const result = await checker.check({ path: site.origin + "/", recurse: true, checkFragments: true, concurrency: 20,
    linksToSkip: async (link) => !link.startsWith(site.origin) });
  for (const link of result.links.filter((link) => link.state === "BROKEN"))
    verdict.fault(`${site.name}${(link.parent ?? "").replace(site.origin, "")}`, `linkinator: ${link.url.replace(site.origin, "")} (${link.status ?? link.failureDetails?.[0] ?? ""})`);
}

/* c8 ignore next -- runs in the page */
function gather() {
  const attributes = [["href", "href"], ["src", "src"], ["poster", "poster"]];
  const links = attributes.flatMap(([name, property]) => [...document.querySelectorAll(`[${name}]`)].map((e) => ({
    written: e.getAttribute(name), url: new URL(e.getAttribute(name), document.baseURI).href, anchor: e.localName === "a", empty: !e.getAttribute(name) })));
  return { links, ids: [...document.querySelectorAll("[id]")].map((e) => e.id) };
}

export default async function links(sites, verdict) {
  for (const site of sites) await follow(site, verdict);
  await withBrowser(async (browser) => {
    for (const site of sites) {
      const found = new Map();
      await inTabs(browser, { javaScriptEnabled: true }, site.pages, async (tab, page) => {
        await tab.route("**/*", (route) => route.request().resourceType() === "document" ? route.continue() : route.abort());
        if (isRedirect(site.root, page)) return;
        await tab.goto(site.origin + encodeURI(urlOf(page)), { waitUntil: "domcontentloaded" });
        found.set(page, await tab.evaluate(gather));
        verdict.looked++;
      });
      const reached = new Set();
      for (const [page, { links: all }] of found) {
        for (const link of all) {
          const url = new URL(link.url);
          if (link.empty) verdict.fault(`${site.name}/${page}`, "an empty address");
          if (url.origin !== site.origin) continue;
          const file = fileOf(site.root, url.pathname);
          if (!file) { verdict.fault(`${site.name}/${page}`, `leads nowhere: ${link.written}`); continue; }
          if (link.anchor) reached.add(file);
          const fragment = decodeURIComponent(url.hash.slice(1));
          if (fragment && found.has(file) && !found.get(file).ids.includes(fragment)) verdict.fault(`${site.name}/${page}`, `no such place: ${link.written}`);
        }
      }
      for (const page of found.keys())
        if (page !== "index.html" && !reached.has(page) && !unlinked(site, page)) verdict.fault(`${site.name}/${page}`, "no page links here");
    }
  });
}
