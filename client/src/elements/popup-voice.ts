/**
 * The voice of what arrives: a sound, if wanted, and two live regions that exist before the first popup
 * and never go away, polite for most, assertive for what cannot wait.
 *
 * Deliberately not here: how often something is said (core/announcer.ts).
 */
import { Announcer, isUrgent } from "../core/announcer.js";
import type { Client } from "../core/client.js";
import { isQuiet } from "../core/quiet.js";
import type { Item } from "../core/types.js";
import type { Locale } from "../text/locale.js";
import { renderBody } from "./body-dom.js";
import { chime } from "./sound.js";
import { make } from "./dom.js";

/** Nobody listens to a whole page read aloud; the popup and the bell have the rest. */
const LONGEST = 240;

export class PopupVoice {
  #polite = make("div", "unseen", { role: "status" });
  #urgent = make("div", "unseen", { role: "alert" });

  constructor(root: HTMLElement) {
    root.append(this.#polite, this.#urgent);
  }

  /** Speaks of what arrives; returns what ends that. */
  follow(client: Client, locale: () => Locale): () => void {
    const announcer = new Announcer(client.env, (items) => {
      this.#arrived(items, locale());
      if (client.sound && !isQuiet(client.session?.popups?.quiet, client.env.now())) chime();
    });
    const ends = [
      client.on("announce", (item) => announcer.arrived(item)),
      client.on("error", () => this.#say(this.#polite, locale().text("not_done"))),
      () => announcer.stop(),
    ];
    return () => ends.forEach((end) => end());
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

function lineOf(item: Item): string {
  // Blocks and line breaks part words on screen; in the bare text a space does.
  const [title, body] = [item.title, item.body].map((html) => renderBody(html.replaceAll("<", " <")).textContent);
  const line = title ? `${title}. ${body}` : body!;
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
