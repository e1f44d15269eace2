/**
 * The way to the inside from the file for script tags: a second file beside it. Its name holds a hash of its content, so
 * that an old page never gets a new one, and the browser checks the whole hash before it runs a line.
 *
 * Deliberately not here: imports of the second file; it gets what it needs handed over (later-kit.ts), because a page may have
 * loaded the first under any name.
 */
import { make } from "./dom.js";
import { KIT } from "./later-kit.js";
import type { Later } from "./lazy.js";

/** Filled in by the build. */
declare const LATER_FILE: string;
declare const LATER_HASH: string;

let tries = "";

export async function fetchLater(): Promise<Later> {
  // What failed under one address stays failed under it.
  const { href } = new URL(LATER_FILE + tries, import.meta.url);
  tries += "?";
  // `import()` alone knows no integrity.
  const link = make("link", "", { rel: "modulepreload", crossorigin: "", integrity: LATER_HASH, href });
  await new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = reject;
    document.head.append(link);
  }).finally(() => link.remove());
  return (await import(href)).default(KIT);
}
