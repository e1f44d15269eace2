// How a message is put together: plural choice and placeholders. Pure, so that it is tested without a page.

export type Text = string | { zero?: string; one?: string; two?: string; few?: string; many?: string; other: string };
export type Params = Record<string, string | number>;

const rules = new Map<string, Intl.PluralRules>();

function ruleOf(language: string): Intl.PluralRules {
  let rule = rules.get(language);
  if (!rule) {
    rule = new Intl.PluralRules(language);
    rules.set(language, rule);
  }
  return rule;
}

export function pluralForm(text: Text, params: Params, language: string): string {
  if (typeof text === "string") return text;
  const n = Number(params["n"] ?? 0);
  if (n === 0 && text.zero !== undefined) return text.zero;
  return text[ruleOf(language).select(n)] ?? text.other;
}

/** Text and the names between braces, in order. */
export function pieces(text: string): (string | { name: string })[] {
  return text
    .split(/(\{[a-z_]+\})/)
    .filter(Boolean)
    .map((part) => (/^\{[a-z_]+\}$/.test(part) ? { name: part.slice(1, -1) } : part));
}

export function fill(text: string, params: Params, language: string): string {
  if (!text.includes("{")) return text;
  return pieces(text)
    .map((piece) => {
      if (typeof piece === "string") return piece;
      const value = params[piece.name];
      return typeof value === "number" ? value.toLocaleString(language) : (value ?? `{${piece.name}}`);
    })
    .join("");
}
