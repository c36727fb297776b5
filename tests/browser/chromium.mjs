// One Chromium of Debian's, and a few tabs at a time.
import { chromium } from "playwright-core";
import { existsSync } from "node:fs";

const path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);

export async function withBrowser(work) {
  const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

// Calls work(page, item) for each item, in as many tabs of the same settings as there are cores to use.
export async function inTabs(browser, settings, items, work, tabs = 3) {
  const queue = [...items];
  const context = await browser.newContext(settings);
  await Promise.all(Array.from({ length: Math.min(tabs, queue.length) }, async () => {
    const page = await context.newPage();
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(page, item);
  }));
  await context.close();
}
