/**
 * Builds dist/: the package's entries as modules that share chunks, and for script tags bellwire.js with the elements and
 * bellwire-compose.js with the create form, each in one file with compressed twins. Fails when one grows over its budget.
 *
 * Deliberately not here: types; tsc writes them (see the build script in package.json).
 */
import { build, transform } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { minify } from "terser";
import { innerNames, shortPrivates } from "./shorten.mjs";

/** In bytes, with Brotli; kB are of 1000, as everybody counts bundles. */
const BUDGETS = { "bellwire.js": 20_750, "bellwire-compose.js": 3_100 };
const OUT = new URL("./dist/", import.meta.url);

/** Drops the tokens that no stylesheet of these elements asks for; the page's own copy keeps all. */
async function usedTokens(css, sheets) {
  const read = (name) => readFile(new URL(`./src/elements/${name}.css`, import.meta.url), "utf8");
  const rules = (await Promise.all(sheets.map(read))).join();
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

/** `import css from "./x.css?inline"` is the minified text, as in Vite; the tokens are those that the sheets use. */
const inlineCss = (...sheets) => ({
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
      return { contents: isTokens ? await usedTokens(code, sheets) : code.trim(), loader: "text" };
    });
  },
});

/** The one file of the create form takes from the file of the elements beside it what that has already. */
const besideElements = {
  name: "beside-elements",
  setup(it) {
    it.onResolve({ filter: /\/(shared|base|dom|strings)\.js$/ }, () => ({ path: "./bellwire.js", external: true }));
  },
};

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  absWorkingDir: new URL(".", import.meta.url).pathname,
  write: false,
};

/** What holds for our code and not for any. */
const BOLD = { pure_getters: true, unsafe_arrows: true, unsafe_methods: true, unsafe: true };
/** Shorter as text and longer with Brotli, which likes one way of saying a thing. */
const PLAIN = { if_return: false, conditionals: false, lhs_constants: false };

/** One file for a script tag. Names of members that the two files know of each other stay as they are. */
async function oneFile(entry, plugins, mangle) {
  const bundle = await build({
    ...common,
    entryPoints: [entry],
    plugins: [...plugins, shortPrivates],
    // A field without a value needs no place of its own.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    minifySyntax: true,
    minifyWhitespace: true,
  });
  const shrunk = await minify(bundle.outputFiles[0].text, {
    module: true,
    ecma: 2022,
    mangle,
    compress: { ...BOLD, ...PLAIN, passes: 5, inline: 2, keep_fargs: false },
  });
  const file = Buffer.from(shrunk.code);
  // A window no larger than the file, and distances within it written the shorter way.
  const size = {
    [constants.BROTLI_PARAM_LGWIN]: 16,
    [constants.BROTLI_PARAM_NPOSTFIX]: 1,
    [constants.BROTLI_PARAM_NDIRECT]: 8,
    [constants.BROTLI_PARAM_SIZE_HINT]: file.length,
  };
  const brotli = brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, ...size } });
  return { file, brotli, gzip: gzipSync(file, { level: 9 }) };
}

const modules = await build({
  ...common,
  entryPoints: ["src/index.ts", "src/define.ts", "src/compose.ts", "src/core.ts"],
  plugins: [inlineCss("item", "bell", "popups", "compose")],
  outdir: "dist",
  splitting: true,
  chunkNames: "part-[hash]",
});
const files = {
  "bellwire.js": await oneFile("src/bellwire.ts", [inlineCss("item", "bell", "popups", "compose")], { properties: innerNames }),
  "bellwire-compose.js": await oneFile("src/compose.ts", [inlineCss(), besideElements], true),
};

const readme = await readFile(new URL("README.md", import.meta.url), "utf8");
const STATED = {
  "bellwire.js": /\*\*@bellwire\/client\*\* \| ([\d.]+) br/,
  "bellwire-compose.js": /\*\*its create form\*\* \| ([\d.]+) br/,
};
const kB = (bytes) => `${(bytes / 1000).toFixed(2)} kB`;
const faults = Object.entries(files).flatMap(([name, { file, brotli, gzip }]) => {
  const [budget, stated] = [BUDGETS[name], Number(STATED[name].exec(readme)?.[1])];
  console.log(`${name} ${kB(file.length)}, gzip ${kB(gzip.length)}, brotli ${kB(brotli.length)} of ${kB(budget)}`);
  const isUntrue = !(Math.abs(stated - brotli.length / 1000) <= 0.15);
  return [
    ...(brotli.length > budget ? [`${name} is over its budget`] : []),
    ...(isUntrue ? [`README.md says ${stated} kB of ${name}; it is ${kB(brotli.length)}`] : []),
  ];
});
if (faults.length) {
  for (const fault of faults) console.error(fault);
  process.exit(1);
}

// Nothing is written before everything is known to be good: a failed build leaves the last good one.
await mkdir(OUT, { recursive: true });
for (const name of await readdir(OUT)) {
  if (name.startsWith("part-")) await rm(new URL(name, OUT));
}
for (const { path, contents } of modules.outputFiles) await writeFile(path, contents);
for (const [name, { file, brotli, gzip }] of Object.entries(files)) {
  await writeFile(new URL(`${name}.br`, OUT), brotli);
  await writeFile(new URL(`${name}.gz`, OUT), gzip);
  await writeFile(new URL(name, OUT), file);
}
