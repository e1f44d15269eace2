/**
 * Builds dist/: the package's entries as modules that share chunks, and for script tags bellwire.js with the elements,
 * bellwire-later-HASH.js, which that one loads when the page has come to rest, and bellwire-compose.js with the create form,
 * each with compressed twins. Fails when one grows over its budget.
 *
 * Deliberately not here: types; tsc writes them (see the build script in package.json).
 */
import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { minify } from "terser";
import { innerNames, shortPrivates } from "./shorten.mjs";

/** In bytes, with Brotli; kB are of 1000, as everybody counts bundles. */
const BUDGETS = { "bellwire.js": 16_384, "bellwire-later.js": 7_500, "bellwire-compose.js": 3_100 };
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
  // Two colours and nothing between them; host-tokens.ts says it at length again.
  const short = (value) => value.replace(/light-dark\(oklch\(([^)]+)\),oklch\(([^)]+)\)\)/, "$1|$2");
  const root = [...values].filter(([name]) => used.has(name)).map(([name, value]) => `--${name}:${short(value)}`);
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

/** In the one file what comes later is not a chunk of a bundler but a file beside it. */
const laterBeside = {
  name: "later-beside",
  setup(it) {
    const beside = (name) => () => ({ path: new URL(`./src/elements/${name}`, import.meta.url).pathname });
    it.onResolve({ filter: /\/later-door\.js$/ }, beside("later-file.ts"));
    it.onResolve({ filter: /^\.\/channel-locks\.js$/ }, beside("channel-locks-file.ts"));
  },
};

/** The file of what comes later is handed what it shares with the first, by the list in later-kit.ts. */
const kit = /KIT = \[(.*)\]/.exec(await readFile(new URL("src/elements/later-kit.ts", import.meta.url), "utf8"))[1];
const laterText = await readFile(new URL("src/elements/later.ts", import.meta.url), "utf8");
const given = [...laterText.matchAll(/^export \{ (.*) \}/gm)].map(([, names]) => names).join(", ");
const handedOver = {
  name: "handed-over",
  setup(it) {
    const filter = /\/(body-dom|dom|icons|item-view|locale|popups|types|sheet)\.js$/;
    it.onResolve({ filter }, () => ({ path: "kit", namespace: "kit", sideEffects: false }));
    it.onResolve({ filter: /later-wrap\.ts$/ }, () => ({ path: "wrap", namespace: "wrap" }));
    it.onLoad({ filter: /.*/, namespace: "wrap" }, () => ({
      contents: `import { ${given} } from "./later.js"; LATER = { ${given} };`,
      resolveDir: new URL("./src/elements/", import.meta.url).pathname,
    }));
    it.onLoad({ filter: /.*/, namespace: "kit" }, () => ({ contents: `export const [${kit}] = KIT;` }));
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

/** One file, and the names that its inner members got; those that the create form's file knows stay as they are. */
async function oneFile(entry, plugins, properties, more = {}, names = {}) {
  const bundle = await build({
    ...common,
    ...more,
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
    mangle: { properties },
    nameCache: names,
    compress: { ...BOLD, ...PLAIN, passes: 5, inline: 2, keep_fargs: false },
  });
  return { text: shrunk.code, names: { props: names.props } };
}

function packed(text) {
  const file = Buffer.from(text);
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
  plugins: [inlineCss("item", "bell", "panel", "spans", "popups", "compose")],
  outdir: "dist",
  splitting: true,
  chunkNames: "part-[hash]",
});
const sheets = inlineCss("item", "bell", "panel", "spans", "popups", "compose");
const first = await oneFile("src/bellwire.ts", [sheets, laterBeside], innerNames);
// The two know each other's members by the same short names, and are only ever met together: by its hash one names the other.
const wrap = { banner: { js: "export default (KIT) => { let LATER;" }, footer: { js: "return LATER }" } };
const later = await oneFile("src/elements/later-wrap.ts", [sheets, handedOver], innerNames, wrap, first.names);
const compose = await oneFile("src/compose.ts", [inlineCss(), besideElements], false);
const hash = createHash("sha384").update(later.text).digest();
const laterName = `bellwire-later-${hash.toString("hex").slice(0, 8)}.js`;
const named = first.text.replace("LATER_FILE", `"${laterName}"`).replace("LATER_HASH", `"sha384-${hash.toString("base64")}"`);
const files = {
  "bellwire.js": packed(named),
  "bellwire-later.js": packed(later.text),
  "bellwire-compose.js": packed(compose.text),
};

const readme = await readFile(new URL("README.md", import.meta.url), "utf8");
const STATED = {
  "bellwire.js": /\*\*@bellwire\/client\*\* \| ([\d.]+) br/,
  "bellwire-later.js": /\*\*what it loads later\*\* \| ([\d.]+) br/,
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
  if (/^(part|later|bellwire-later)-/.test(name)) await rm(new URL(name, OUT));
}
for (const { path, contents } of modules.outputFiles) await writeFile(path, contents);
for (const [plain, { file, brotli, gzip }] of Object.entries(files)) {
  const name = plain === "bellwire-later.js" ? laterName : plain;
  await writeFile(new URL(`${name}.br`, OUT), brotli);
  await writeFile(new URL(`${name}.gz`, OUT), gzip);
  await writeFile(new URL(name, OUT), file);
}
