/**
 * The way to the inside in the package, where the bundler of the page makes a chunk of it.
 */
import type { Later } from "./lazy.js";

export function fetchLater(): Promise<Later> {
  return import("./later.js");
}
