// The console's texts: t() by typed key, plurals by Intl.PluralRules, and pieces of text with elements inside.
// A catalogue is fetched when its language is chosen; the texts of records, which the first look does not need, come
// with their pages (withRecordTexts). Texts of the server and of client/ are not here.
import { signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import type { Language } from "../wire.ts";
import { speak } from "../http.ts";
import { fill, pieces, pluralForm, type Params, type Text } from "./message.ts";
import type en from "./en.json";
import type recordsEn from "./records.en.json";

type FirstKey = keyof typeof en;
type RecordKey = keyof typeof recordsEn;
export type Key = FirstKey | RecordKey;
type Catalogue = Record<Key, Text>;

export const LANGUAGES: readonly Language[] = ["en", "ru", "es"];
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", ru: "Русский", es: "Español" };

const loaders: Record<Language, () => Promise<Record<FirstKey, Text>>> = {
  en: () => import("./en.json").then((module) => module.default),
  ru: () => import("./ru.json").then((module) => module.default),
  es: () => import("./es.json").then((module) => module.default),
};

const recordLoaders: Record<Language, () => Promise<Record<RecordKey, Text>>> = {
  en: () => import("./records.en.json").then((module) => module.default),
  ru: () => import("./records.ru.json").then((module) => module.default),
  es: () => import("./records.es.json").then((module) => module.default),
};

let wantsRecords = false;

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

/** Fetches the catalogue first, so that a page never shows half of each language. */
export async function setLanguage(next: Language): Promise<void> {
  const wanted = wantsRecords ? [loaders[next](), recordLoaders[next]()] : [loaders[next]()];
  const loaded = await Promise.all(wanted).catch(() => null);
  if (!loaded) return;
  catalogue.value = Object.assign({}, ...loaded) as Catalogue;
  language.value = next;
  document.documentElement.lang = next;
  speak(next);
}

/** For the pages of records: what is loaded, once their texts are there too. */
export async function withRecordTexts<T>(loading: Promise<T>): Promise<T> {
  wantsRecords = true;
  const [loaded, texts] = await Promise.all([loading, recordLoaders[language.peek()]()]);
  catalogue.value = { ...catalogue.peek(), ...texts };
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
