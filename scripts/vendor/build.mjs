// Rebuilds static/vendor from the pinned packages: `npm ci && npm run build` in this folder.
// Users of iotdash never run it; its results are committed and tests compare their checksums.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const vendor = join(here, "..", "..", "static", "vendor");
const modules = join(here, "node_modules");
const rows = [];

const versionOf = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"))).version;
const licenceOf = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"))).license;
// A manifest storage follows these comments and fails on maps that are not shipped.
const withoutSourceMap = (text) => text.replace(/\/\*# sourceMappingURL=[^*]*\*\/|\/\/# sourceMappingURL=\S*/g, "");

function open(library, version) {
  const folder = join(vendor, library);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, version), { recursive: true });
  return join(folder, version);
}

function record(library, version, licence, packages, files) {
  for (const file of files) {
    const path = `${library}/${version}/${file}`;
    const sha256 = createHash("sha256").update(readFileSync(join(vendor, path))).digest("hex");
    rows.push({ path, library, version, licence, packages, sha256 });
  }
}

function tabler() {
  const version = versionOf("@tabler/core");
  const out = open("tabler", version);
  const css = readFileSync(join(modules, "@tabler/core/dist/css/tabler.min.css"), "utf8");
  writeFileSync(join(out, "tabler.min.css"), withoutSourceMap(css));
  cpSync(join(here, "licences/tabler.txt"), join(out, "LICENSE.txt"));
  record("tabler", version, "MIT", `@tabler/core ${version}`, ["tabler.min.css", "LICENSE.txt"]);
}

function htmx() {
  const version = versionOf("htmx.org");
  const out = open("htmx", version);
  const script = readFileSync(join(modules, "htmx.org/dist/htmx.min.js"), "utf8");
  writeFileSync(join(out, "htmx.min.js"), withoutSourceMap(script));
  cpSync(join(modules, "htmx.org/LICENSE"), join(out, "LICENSE.txt"));
  record("htmx", version, "0BSD", `htmx.org ${version}`, ["htmx.min.js", "LICENSE.txt"]);
}

function inter() {
  const version = versionOf("@fontsource-variable/inter");
  const out = open("inter", version);
  const files = ["inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2"];
  for (const file of files) cpSync(join(modules, "@fontsource-variable/inter/files", file), join(out, file));
  cpSync(join(modules, "@fontsource-variable/inter/LICENSE"), join(out, "LICENSE.txt"));
  record("inter", version, "OFL-1.1", `@fontsource-variable/inter ${version}`, [...files, "LICENSE.txt"]);
}

function symbol(name) {
  const svg = readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  const body = svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"));
  const shapes = body.replace(/<path stroke="none"[^>]*>/g, "").replace(/\s+/g, " ").replace(/> </g, "><").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

function icons() {
  const version = versionOf("@tabler/icons");
  const out = open("tabler-icons", version);
  const names = readFileSync(join(here, "icons.txt"), "utf8").trim().split("\n");
  const head = '<svg xmlns="http://www.w3.org/2000/svg">';
  writeFileSync(join(out, "icons.svg"), `${head}\n${names.map(symbol).join("\n")}\n</svg>\n`);
  cpSync(join(modules, "@tabler/icons/LICENSE"), join(out, "LICENSE.txt"));
  record("tabler-icons", version, "MIT", `@tabler/icons ${version}`, ["icons.svg", "LICENSE.txt"]);
}

async function codemirror() {
  const version = versionOf("@codemirror/view");
  const out = open("codemirror", version);
  const outfile = join(out, "codemirror.min.js");
  const options = { bundle: true, minify: true, format: "iife", globalName: "CodeMirror6", target: "es2020" };
  const result = await build({
    ...options, entryPoints: [join(here, "codemirror.mjs")], outfile, metafile: true, legalComments: "none",
  });
  const inputs = Object.keys(result.metafile.inputs).filter((path) => path.includes("node_modules/"));
  const names = inputs.map((path) => path.split("node_modules/").pop().match(/^(@[^/]+\/)?[^/]+/)[0]);
  const packages = [...new Set(names)].sort();
  const texts = packages.map((name) => `${name}\n\n${readFileSync(join(modules, name, "LICENSE"), "utf8")}`);
  writeFileSync(join(out, "LICENSE.txt"), texts.join("\n----\n\n"));
  if (packages.some((name) => licenceOf(name) !== "MIT")) throw new Error("a bundled package is not MIT");
  const sources = packages.map((name) => `${name} ${versionOf(name)}`).join(", ");
  record("codemirror", version, "MIT", sources, ["codemirror.min.js", "LICENSE.txt"]);
}

function uplot() {
  const version = versionOf("uplot");
  const out = open("uplot", version);
  cpSync(join(modules, "uplot/dist/uPlot.iife.min.js"), join(out, "uplot.min.js"));
  cpSync(join(modules, "uplot/dist/uPlot.min.css"), join(out, "uplot.min.css"));
  cpSync(join(modules, "uplot/LICENSE"), join(out, "LICENSE.txt"));
  record("uplot", version, "MIT", `uplot ${version}`, ["uplot.min.js", "uplot.min.css", "LICENSE.txt"]);
}

function ledger() {
  const lines = rows.map((r) => `| ${r.path} | ${r.licence} | ${r.packages} | \`${r.sha256}\` |`);
  const text = [
    "# Vendored files",
    "",
    "Made by `npm ci && npm run build` in `scripts/vendor/` (versions pinned there, with a lock file).",
    "Never edited by hand: a test compares every file with its checksum.",
    "",
    "| file | licence | source packages | sha256 |",
    "|---|---|---|---|",
    ...lines,
    "",
  ];
  writeFileSync(join(vendor, "VENDORED.md"), text.join("\n"));
}

mkdirSync(vendor, { recursive: true });
tabler();
htmx();
inter();
icons();
await codemirror();
uplot();
ledger();
