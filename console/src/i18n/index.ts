// The console's texts: t() by typed key, plurals by Intl.PluralRules, and pieces of text with elements inside.
// A catalogue is fetched when its language is chosen, in two parts: what the first look needs, and the rest, which comes
// with the first page that is not part of it (withAllTexts). Texts of the server and of client/ are not here.
import { signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import type { Language } from "../wire.ts";
import { speak } from "../http.ts";
import { fill, pieces, pluralForm, type Params, type Text } from "./message.ts";
import type en from "./en.json";
import type laterEn from "./later.en.json";

type FirstKey = keyof typeof en;
type LaterKey = keyof typeof laterEn;
export type Key = FirstKey | LaterKey;
type Catalogue = Record<Key, Text>;

export const LANGUAGES: readonly Language[] = ["en", "ru", "es"];
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", ru: "Русский", es: "Español" };

const loaders: Record<Language, () => Promise<Record<FirstKey, Text>>> = {
  en: () => import("./en.json").then((module) => module.default),
  ru: () => import("./ru.json").then((module) => module.default),
  es: () => import("./es.json").then((module) => module.default),
};

const laterLoaders: Record<Language, () => Promise<Record<LaterKey, Text>>> = {
  en: () => import("./later.en.json").then((module) => module.default),
  ru: () => import("./later.ru.json").then((module) => module.default),
  es: () => import("./later.es.json").then((module) => module.default),
};

/** What is wanted, and whether all of it is there. */
let wanted: Language = "en";
let wantsAll = false;
let hasAll = false;
let latest: Promise<void> = Promise.resolve();

const catalogue = signal<Partial<Catalogue>>({});
export const language = signal<Language>("en");

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.includes(value as Language);
}

/** What the browser asks for, as far as we have it. */
export function browserLanguage(): Language {
  for (const tag of navigator.languages) {
    const short = tag.slice(0, 2).toLowerCase();
    if (isLanguage(short)) return short;
  }
  return "en";
}

/** Fetches first, so that a page never shows half of each language; what comes after a later wish is not shown. */
function fetchTexts(): Promise<void> {
  const [of, all] = [wanted, wantsAll];
  const mine = Promise.all([loaders[of](), all ? laterLoaders[of]() : {}]).then((parts): Promise<void> | undefined => {
    if (latest !== mine) return latest;
    hasAll = all;
    catalogue.value = Object.assign({}, ...parts) as Catalogue;
    language.value = of;
    document.documentElement.lang = of;
    speak(of);
    return undefined;
  });
  latest = mine as Promise<void>;
  return latest;
}

/** Without the texts of the next language the present one stays. */
export async function setLanguage(next: Language): Promise<void> {
  wanted = next;
  await fetchTexts().catch(() => undefined);
}

/** For what is not part of the first look: what is loaded, once its texts are there too. */
export async function withAllTexts<T>(loading: Promise<T>): Promise<T> {
  wantsAll = true;
  const [loaded] = await Promise.all([loading, hasAll ? undefined : fetchTexts()]);
  return loaded;
}

/** The text of a key. With plural forms, `n` chooses; numbers are written as the language writes them. */
export function t(key: Key, params: Params = {}): string {
  return fill(pluralForm(catalogue.value[key] ?? key, params, language.value), params, language.value);
}

/** The same with elements in the places of `{name}`. */
export function rich(key: Key, params: Record<string, ComponentChild>): ComponentChild[] {
  const plain = pluralForm(catalogue.value[key] ?? key, params as Params, language.value);
  return pieces(plain).map((piece) => {
    if (typeof piece === "string") return piece;
    const value = params[piece.name];
    return typeof value === "number" ? value.toLocaleString(language.value) : value;
  });
}
