/**
 * Builds dist/: the package's entries as modules that share chunks, and bellwire.js, the one file
 * for a script tag, with its compressed twins. Fails when that file grows over its budget.
 *
 * Deliberately not here: types; tsc writes them (see the build script in package.json).
 */
import { build, transform } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** kB as everybody counts bundles: 1000 bytes. */
const BUDGET_BROTLI = 21_000;
const OUT = new URL("./dist/", import.meta.url);

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
      return { contents: code.trim(), loader: "text", watchFiles: [path] };
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

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
await build({
  ...common,
  entryPoints: ["src/index.ts", "src/define.ts", "src/core.ts"],
  outdir: "dist",
  splitting: true,
  chunkNames: "part-[hash]",
});
await build({ ...common, entryPoints: ["src/bellwire.ts"], outfile: "dist/bellwire.js", minify: true });

const file = await readFile(new URL("bellwire.js", OUT));
const brotli = brotliCompressSync(file, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: file.length },
});
const gzip = gzipSync(file, { level: 9 });
await writeFile(new URL("bellwire.js.br", OUT), brotli);
await writeFile(new URL("bellwire.js.gz", OUT), gzip);

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(`bellwire.js ${kB(file.length)}, gzip ${kB(gzip.length)}, brotli ${kB(brotli.length)} of ${kB(BUDGET_BROTLI)}`);
if (brotli.length > BUDGET_BROTLI) {
  console.error("bellwire.js is over its budget");
  process.exit(1);
}
