// Sums as the reader's language writes them. The server sends decimals as text or number, so that no cent is lost on the
// way; here they are only drawn and, while an order is typed, added up. Pure.

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(language: string, currency: string | null): Intl.NumberFormat {
  const key = `${language}|${currency ?? ""}`;
  let made = formats.get(key);
  if (!made) {
    const plain: Intl.NumberFormatOptions = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    try {
      made = new Intl.NumberFormat(language, currency ? { style: "currency", currency, currencyDisplay: "narrowSymbol" } : plain);
    } catch {
      // A shop's own word for a currency.
      made = new Intl.NumberFormat(language, plain);
    }
    formats.set(key, made);
  }
  return made;
}

/** "€1,150.00"; what is no number stays as it came. */
export function money(sum: string | number | null, currency: string | null, language: string): string {
  if (sum === null || sum === "") return "";
  const value = Number(sum);
  return Number.isFinite(value) ? formatOf(language, currency).format(value) : String(sum);
}

/** A number as somebody typed it, with a comma or a point; null when it is none, or when "1,150" may mean two things. */
export function typedNumber(text: string): number | null {
  if (/,\d{3}$/.test(text.trim())) return null;
  const plain = text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) : null;
}

/** The same as the server reads it: a comma becomes a point, anything else is the server's to refuse. */
export function spelledNumber(text: string): string {
  const trimmed = text.trim();
  return typedNumber(trimmed) === null ? trimmed : trimmed.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
}
