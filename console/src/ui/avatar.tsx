// A person as two letters on one of eight tints, the same tint for the same name everywhere. The letters are drawn by
// the style sheet: they are a picture, not text to be read out or copied.
import type { JSX } from "preact";

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

function tintOf(name: string): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return hash % 8;
}

export function Avatar({ name }: { name: string }): JSX.Element {
  return (
    <span class={`avatar tint${tintOf(name)}`} data-initials={initials(name)} aria-hidden="true" />
  );
}

export function Person({ name, detail }: { name: string; detail?: string | null }): JSX.Element {
  return (
    <span class="person">
      <Avatar name={name} />
      <span class="person-text">
        <span class="person-name" dir="auto">
          {name}
        </span>
        {detail ? <small>{detail}</small> : null}
      </span>
    </span>
  );
}
