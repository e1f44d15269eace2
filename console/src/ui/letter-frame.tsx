// Shows the HTML of a letter. The console's own policy forbids the styles that letters are made of, and a letter must be
// able to do nothing here: so it is posted into a frame, and comes back with a policy of its own (no script, no origin).
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export interface LetterFrameProps {
  html: string;
  /** What is inside, for those who do not see it. */
  title: string;
  scheme?: "light" | "dark";
  narrow?: boolean;
}

/** The letter as somebody has it whose programs are light, or dark, whatever ours are. */
export function inScheme(html: string, scheme: "light" | "dark" | undefined): string {
  if (!scheme) return html;
  return html
    .replaceAll("@media (prefers-color-scheme: dark)", scheme === "dark" ? "@media all" : "@media not all")
    .replaceAll('content="light dark"', `content="${scheme}"`)
    .replaceAll("color-scheme: light dark;", `color-scheme: ${scheme};`);
}

export function LetterFrame({ html, title, scheme, narrow }: LetterFrameProps): JSX.Element {
  const name = `letter${useId()}`;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.submit(), [html, scheme]);
  const look = ["letter-frame", scheme ?? "", narrow ? "narrow" : ""].filter(Boolean).join(" ");
  return (
    <div class={look}>
      <form ref={form} method="post" action="/letters/frame" target={name} hidden>
        <textarea name="html" value={inScheme(html, scheme)} readOnly />
      </form>
      {/* A new frame for each letter: its first page leaves no trace in the history of the tab. */}
      <iframe key={`${scheme ?? ""}${html}`} name={name} title={title} sandbox="allow-popups allow-popups-to-escape-sandbox" />
    </div>
  );
}
