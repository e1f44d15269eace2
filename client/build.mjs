/**
 * Builds dist/: the package's entries as modules that share chunks, and bellwire.js, the one file
 * for a script tag, with its compressed twins. Fails when that file grows over its budget.
 *
 * Deliberately not here: types; tsc writes them (see the build script in package.json).
 */
import { build, transform } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { minify } from "terser";
import { innerNames, shortPrivates } from "./shorten.mjs";

/** kB as everybody counts bundles: 1000 bytes. */
const BUDGET_BROTLI = 20_400;
const OUT = new URL("./dist/", import.meta.url);

/** Drops the tokens that no stylesheet of an element asks for; the page's own copy keeps all. */
async function usedTokens(css) {
  const dir = new URL("./src/elements/", import.meta.url);
  const sheets = (await readdir(dir)).filter((name) => name.endsWith(".css"));
  const rules = (await Promise.all(sheets.map((name) => readFile(new URL(name, dir), "utf8")))).join();
  const declaration = /--([\w-]+):([^;}]+);?/g;
  const values = new Map([...css.matchAll(declaration)].map(([, name, value]) => [name, value.trim().replaceAll(", ", ",")]));
  const used = new Set();
  const use = (text) => {
    for (const [, name] of text.matchAll(/var\(--([\w-]+)/g)) {
      if (used.has(name) || !values.has(name)) continue;
      used.add(name);
      use(values.get(name));
    }
  };
  use(rules);
  const root = [...values].filter(([name]) => used.has(name)).map(([name, value]) => `--${name}:${value}`);
  return `:root{${root.join(";")}}`;
}

/** `import css from "./x.css?inline"` is the minified text, as in Vite. */
const inlineCss = {
  name: "inline-css",
  setup(it) {
    it.onResolve({ filter: /\.css\?inline$/ }, ({ path, resolveDir }) => ({
      path: new URL(path.replace("?inline", ""), `file://${resolveDir}/`).pathname,
      namespace: "inline-css",
    }));
    it.onLoad({ filter: /.*/, namespace: "inline-css" }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true, target: "chrome125" });
      const isTokens = path.endsWith("/tokens.css");
      return { contents: isTokens ? await usedTokens(code) : code.trim(), loader: "text" };
    });
  },
};

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  plugins: [inlineCss],
  absWorkingDir: new URL(".", import.meta.url).pathname,
};

const modules = await build({
  ...common,
  entryPoints: ["src/index.ts", "src/define.ts", "src/core.ts"],
  outdir: "dist",
  splitting: true,
  chunkNames: "part-[hash]",
  write: false,
});
const bundle = await build({
  ...common,
  entryPoints: ["src/bellwire.ts"],
  plugins: [inlineCss, shortPrivates],
  // A field without a value needs no place of its own.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  minify: true,
  write: false,
});
const shrunk = await minify(bundle.outputFiles[0].text, {
  module: true,
  ecma: 2022,
  mangle: { properties: innerNames },
  compress: { passes: 5, pure_getters: true, unsafe_arrows: true, unsafe_methods: true, unsafe: true, inline: 1, keep_fargs: false },
});
const file = Buffer.from(shrunk.code);
const brotli = brotliCompressSync(file, {
  // A window no larger than the file: distances within it are the shorter to write.
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 16, [constants.BROTLI_PARAM_SIZE_HINT]: file.length },
});
const readme = await readFile(new URL("README.md", import.meta.url), "utf8");
const stated = Number(/\*\*@bellwire\/client\*\* \| ([\d.]+) br/.exec(readme)?.[1]);
const gzip = gzipSync(file, { level: 9 });

const kB = (bytes) => `${(bytes / 1000).toFixed(2)} kB`;
console.log(`bellwire.js ${kB(file.length)}, gzip ${kB(gzip.length)}, brotli ${kB(brotli.length)} of ${kB(BUDGET_BROTLI)}`);
if (brotli.length > BUDGET_BROTLI) {
  console.error("bellwire.js is over its budget");
  process.exit(1);
}
if (Math.abs(stated - brotli.length / 1000) > 0.15) {
  console.error(`README.md says ${stated} kB of bellwire.js; it is ${kB(brotli.length)}`);
  process.exit(1);
}

// Nothing is written before everything is known to be good: a failed build leaves the last good one.
await mkdir(OUT, { recursive: true });
for (const name of await readdir(OUT)) {
  if (name.startsWith("part-")) await rm(new URL(name, OUT));
}
for (const { path, contents } of modules.outputFiles) await writeFile(path, contents);
await writeFile(new URL("bellwire.js.br", OUT), brotli);
await writeFile(new URL("bellwire.js.gz", OUT), gzip);
await writeFile(new URL("bellwire.js", OUT), file);
