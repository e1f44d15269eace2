// What counts as an origin when somebody types one. Pure; the server decides in the end.

/** The origin of what was typed, or null: a bare host gets https, a path is cut off, other schemes are refused. */
export function originFrom(typed: string): string | null {
  const text = typed.trim();
  if (text === "" || /\s/.test(text) || text.includes("*")) return null;
  const local = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/i.test(text);
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  try {
    const url = new URL(hasScheme ? text : `${local ? "http" : "https"}://${text}`);
    if (url.protocol !== "https:" && url.protocol !== "http:") return null;
    if (url.username || url.password || url.hostname === "") return null;
    return url.origin;
  } catch {
    return null;
  }
}
