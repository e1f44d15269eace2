// Puts a .br and a .gz beside every built text file, so that the server can send them without compressing
// anything itself, and fails when the first load outgrows its budget. It does not build; `vite build` does.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, extname } from "node:path";
import { brotliCompressSync, gzipSync, constants } from "node:zlib";

const dist = new URL("../dist/", import.meta.url).pathname;
const FIRST_LOAD_BUDGET = 60_000;
const TEXT = new Set([".html", ".js", ".css", ".svg", ".json", ".txt"]);

function files(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

const sizes = new Map();
for (const path of files(dist)) {
  if (!TEXT.has(extname(path))) continue;
  const raw = readFileSync(path);
  const br = brotliCompressSync(raw, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
  });
  writeFileSync(`${path}.br`, br);
  writeFileSync(`${path}.gz`, gzipSync(raw, { level: 9 }));
  sizes.set(path.slice(dist.length), { raw: raw.length, br: br.length });
}

// First load: the page, what it names, and the largest of the catalogues that are fetched by language.
const html = readFileSync(join(dist, "index.html"), "utf8");
const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
const catalogues = [...sizes].filter(([name]) => /^assets\/(en|ru|es)-/.test(name)).map(([, size]) => size.br);
const first = [...new Set(["index.html", ...named])].reduce((sum, name) => sum + (sizes.get(name)?.br ?? 0), 0);
const total = first + Math.max(0, ...catalogues);

for (const [name, size] of sizes) console.log(`${name.padEnd(44)} ${String(size.raw).padStart(8)} ${String(size.br).padStart(8)} br`);
console.log(`first load ${(total / 1000).toFixed(1)} kB brotli of ${FIRST_LOAD_BUDGET / 1000} kB`);
if (total > FIRST_LOAD_BUDGET) {
  console.error("The first load is over its budget: split what is not needed for it, or remove something.");
  process.exit(1);
}
