/**
 * What makes the one file smaller beyond what minifiers do: private members become plain ones with a
 * letter for a name, and members that no page ever sees lose their names.
 *
 * Deliberately not here: the modules of the package, which keep every name and every `#`.
 */
import { readdir, readFile } from "node:fs/promises";

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/**
 * Members that no page ever sees. None is the key of a text, a field of the wire or of messages among tabs, nor a name of the
 * DOM that is used here; some are names of the DOM that are not.
 */
const INNER_NAMES =
  /^(monotonic|isForeign|setUnread|onSignedOut|dayKey|dayLabel|isInside|follow|keyed|snapshot|commit|upTo|remember|arrived|forget|lift|prune|ago|clock|renew|copy|nudge|heard|isSynced|isAlone|leads|synced|stands|hear|freed|isHeld|side|meta|timed|want|drop|post|memory|changed|opened|views|sync|lost|lay|breathe|stored|box|listen|focused|visible|env|element|host|time|tokens|reset|span|moment|refused|isRefused|text|apply|announce|channel)$/;

/** A private member stands in this form and no other; colours and selectors are quoted. */
const PRIVATE = /(?<![\w"'`&/(])#([a-zA-Z]\w*)/g;
/** On whose objects the members of a class lie as well. */
const HEIRS = { "base.ts": ["bell.ts", "popups.ts", "compose.ts"], "item-view.ts": ["card.ts", "row.ts"] };
const SRC = new URL("./src/", import.meta.url);

/**
 * A letter for each private name: the same in all modules, and another than those of names that it meets in one. Few
 * letters that keep coming back in the same places are what compresses well.
 */
async function lettersOf() {
  const files = (await readdir(SRC, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const uses = new Map();
  const homes = new Map();
  for (const file of files) {
    const name = file.split("/").at(-1);
    for (const [, member] of (await readFile(new URL(file, SRC), "utf8")).matchAll(PRIVATE)) {
      uses.set(member, (uses.get(member) ?? 0) + 1);
      homes.set(member, [...(homes.get(member) ?? []), name, ...(HEIRS[name] ?? [])]);
    }
  }
  const taken = new Map();
  const letters = new Map();
  for (const member of [...uses.keys()].sort((a, b) => uses.get(b) - uses.get(a))) {
    const around = homes.get(member).map((home) => taken.get(home) ?? taken.set(home, new Set()).get(home));
    const letter = LETTERS.find((letter) => around.every((names) => !names.has(letter)));
    if (!letter) throw new Error(`no letter is left for #${member}`);
    for (const names of around) names.add(letter);
    letters.set(member, letter);
  }
  return letters;
}

const letters = await lettersOf();

/** How the minifier is to name members; the letters above are taken. */
export const innerNames = { regex: INNER_NAMES, builtins: true, reserved: [...new Set(letters.values())] };

/** An esbuild plugin: `this.#timers` becomes `this.t`. */
export const shortPrivates = {
  name: "short-privates",
  setup(it) {
    it.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replace(PRIVATE, (_, name) => letters.get(name)), loader: "ts" };
    });
  },
};
