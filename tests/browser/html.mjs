// Every page, through the Nu checker: no errors and no warnings.
import { spawnSync } from "node:child_process";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { filesBelow } from "./site.mjs";

const jar = join(dirname(fileURLToPath(import.meta.url)), "node_modules/vnu-jar/build/dist/vnu.jar");

export default async function html(sites, verdict) {
  for (const site of sites) {
    const files = [...site.pages, ...filesBelow(site.root, ".css"), ...filesBelow(site.root, ".svg")];
    const paths = files.map((file) => join(site.root, file));
    const run = spawnSync("java", ["-jar", jar, "--format", "json", "--stdout", "--verbose", "--also-check-css",
      "--also-check-svg", ...paths], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (run.error) throw run.error;
    const start = run.stdout.indexOf("{");
    const checked = run.stderr.split("\n").filter((line) => paths.includes(line.trim())).length; // --verbose names each
    if (start < 0) { verdict.fault(site.name, `the Nu checker said nothing that could be read: ${run.stderr.slice(0, 400)}`); continue; }
    for (const message of JSON.parse(run.stdout.slice(start)).messages) {
      const where = `${site.name}/${decodeURIComponent((message.url ?? "").split(site.root)[1] ?? message.url ?? "").replace(/^\//, "")}:${message.lastLine ?? 0}`;
      if (message.type === "info" && message.subType !== "warning") continue;
      verdict.fault(where, `${message.subType ?? message.type}: ${message.message}`);
    }
    if (checked !== paths.length) verdict.fault(site.name, `${paths.length} files are published, ${checked} were checked`);
    verdict.looked += checked;
  }
}
