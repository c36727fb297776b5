// Pictures of one page of each sort, for people to look at: node run.mjs screenshots FOLDER OUT [page…].
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { withBrowser, inTabs } from "./chromium.mjs";
import { isRedirect, urlOf } from "./site.mjs";

const sorts = [/^index\.html$/, /^nyheter\/\d{4}\/[^/]+\/index\.html$/, /^rapporter\/[^/]+\/index\.html$/, /^nyheter\/index\.html$/,
  /^amnen\/[^/]+\/index\.html$/, /^amnen\/index\.html$/, /^404\.html$/, /^(en|fi|se)\/.*[^/]+\/[^/]+\/index\.html$/];

export default async function screenshots(sites, verdict, [out, ...wanted]) {
  mkdirSync(out, { recursive: true });
  await withBrowser(async (browser) => {
    for (const site of sites) {
      const pages = site.pages.filter((page) => !isRedirect(site.root, page));
      const chosen = wanted.length ? wanted.filter((page) => pages.includes(page)) : sorts.map((sort) => pages.find((page) => sort.test(page))).filter(Boolean);
      for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 360], ["dark", 360]])
        await inTabs(browser, { viewport: { width, height: 900 }, colorScheme: scheme }, new Set(chosen), async (tab, page) => {
          await tab.goto(site.origin + encodeURI(urlOf(page)));
          const name = page.replace(/\/?index\.html$/, "").replace(/\.html$/, "").replaceAll("/", "-") || "start";
          await tab.screenshot({ path: join(out, `${site.name}-${name}-${width}-${scheme}.png`), fullPage: true });
          verdict.looked++;
        });
    }
  });
}
