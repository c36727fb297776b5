// The checks of published sites: node run.mjs CHECK FOLDER, where FOLDER holds a folder for each site.
// With --expect-faults it succeeds only if the check finds every word that follows.
import { sitesIn, Verdict } from "./site.mjs";

const [check, folder, ...rest] = process.argv.slice(2);
const { default: look } = await import(`./${check}.mjs`);
const sites = sitesIn(folder);
const verdict = new Verdict(check);
await Promise.all(sites.map((site) => site.serve()));
try {
  await look(sites, verdict, rest);
} finally {
  sites.forEach((site) => site.close());
}
const good = verdict.end();
if (rest[0] !== "--expect-faults") process.exit(good ? 0 : 1);
const missed = rest.slice(1).filter((word) => !verdict.faults.some((fault) => fault.includes(word)));
for (const word of missed) console.log(`${check}: nothing was said of "${word}"`);
process.exit(missed.length ? 1 : 0);
