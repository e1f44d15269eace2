/**
 * The voice of what arrives: a sound, if wanted, and a line in one of two live regions, polite for most, assertive for what
 * cannot wait.
 *
 * Deliberately not here: how often something is said (core/announcer.ts), and the regions, which exist before the first
 * popup and never go away (popups.ts).
 */
import { Announcer, isUrgent } from "../core/announcer.js";
import type { Client } from "../core/client.js";
import { isQuiet } from "../core/quiet.js";
import type { Item } from "../core/types.js";
import type { Locale } from "../text/locale.js";
import { renderBody } from "./body-dom.js";
import { chime } from "./sound.js";

/** Nobody listens to a whole page read aloud; the popup and the bell have the rest. */
const LONGEST = 240;

export class PopupVoice {
  #polite: HTMLElement;
  #urgent: HTMLElement;
  #locale: () => Locale;
  #announcer: Announcer;

  constructor(client: Client, [polite, urgent]: readonly HTMLElement[], locale: () => Locale) {
    this.#polite = polite!;
    this.#urgent = urgent!;
    this.#locale = locale;
    this.#announcer = new Announcer(client.env, (items) => {
      this.#arrived(items, locale());
      const mayBeHeard = client.sound && !isQuiet(client.session?.popups?.quiet, client.env.now());
      if (mayBeHeard && items.some(sounds)) chime();
    });
  }

  arrived(item: Item): void {
    this.#announcer.arrived(item);
  }

  /** A change was taken back. */
  failed(): void {
    this.#say(this.#polite, this.#locale().text("not_done"));
  }

  stop(): void {
    this.#announcer.stop();
  }

  #arrived(items: readonly Item[], locale: Locale): void {
    const region = items.some(isUrgent) ? this.#urgent : this.#polite;
    const [first] = items;
    if (items.length === 1 && first) this.#say(region, lineOf(first));
    else this.#say(region, locale.text("new_count", items.length));
  }

  #say(region: HTMLElement, text: string): void {
    // The same words twice are two announcements only if the text differs.
    region.textContent = region.textContent === text ? `${text}\u00a0` : text;
  }
}

/** What a rule sent is heard only if its template says so. */
function sounds({ rule, sound }: Item): boolean {
  return !rule || !!sound;
}

function lineOf(item: Item): string {
  // Blocks and line breaks part words on screen; in the bare text a space does.
  const [title, body] = [item.title, item.body].map((html) => renderBody(html.replaceAll("<", " <")).textContent);
  const line = title ? `${title}. ${body}` : body!;
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
