// Every page in a real browser, light and dark, wide and narrow: no accessibility violations by axe, nothing that scrolls
// sideways, one h1, a language, every image loaded and with an alternative text.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { withBrowser, inTabs } from "./chromium.mjs";
import { urlOf, isRedirect } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const looks = [["light", 1280], ["dark", 1280], ["light", 320], ["dark", 320]];

/* c8 ignore next -- runs in the page */
async function inspect() {
  const faults = [];
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) faults.push(`${headings} h1 elements`);
  if (!document.documentElement.lang) faults.push("the page has no language");
  const root = document.documentElement;
  if (root.scrollWidth > window.innerWidth) {
    const wide = [...document.querySelectorAll("body *")].find((e) => e.getBoundingClientRect().right > window.innerWidth + 1
      && getComputedStyle(e.parentElement).overflowX === "visible");
    faults.push(`scrolls sideways: ${root.scrollWidth} px in ${window.innerWidth}, ${wide ? `<${wide.localName} class="${wide.className}">` : "?"}`);
  }
  for (const image of document.images) {
    image.loading = "eager";
    await image.decode().catch(() => {});
    if (!image.complete || !image.naturalWidth) faults.push(`an image does not load: ${image.getAttribute("src")}`);
    if (!image.hasAttribute("alt")) faults.push(`an image has no alt: ${image.getAttribute("src")}`);
  }
  const result = await axe.run(document, { resultTypes: ["violations"] });
  for (const violation of result.violations)
    for (const node of violation.nodes) faults.push(`axe ${violation.id}: ${node.target.join(" ")}: ${violation.help}`);
  return faults;
}

export default async function access(sites, verdict) {
  await withBrowser(async (browser) => {
    for (const site of sites) {
      const pages = site.pages.filter((page) => !isRedirect(site.root, page));
      for (const [scheme, width] of looks) {
        const settings = { viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: "reduce", bypassCSP: true };
        await inTabs(browser, settings, pages, async (tab, page) => {
          await tab.goto(site.origin + encodeURI(urlOf(page)), { waitUntil: "load" });
          await tab.evaluate(axe);
          for (const fault of await tab.evaluate(inspect)) verdict.fault(`${site.name}/${page} (${scheme}, ${width})`, fault);
          verdict.looked++;
        });
      }
    }
  });
}
