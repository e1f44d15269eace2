/**
 * What can be done with an item beyond reading it: the buttons that the server names, each waiting, done
 * or refused, and for how long to snooze, which unfolds beneath them.
 *
 * Deliberately not here: which actions there are (the server says), closing (card.ts), marks and archive (row.ts).
 */
import type { Client } from "../core/client.js";
import type { ApiError } from "../core/problem.js";
import type { Item, Span } from "../core/types.js";
import { safeHref } from "../text/body.js";
import type { BellwireElement } from "./base.js";
import { aim } from "./body-dom.js";
import { button, make, setAttribute, setHidden } from "./dom.js";

const MINUTES: readonly (readonly [Span, number])[] = [["5m", 5], ["15m", 15], ["30m", 30], ["1h", 60]];

type Doing = (client: Client) => Promise<void>;

export class ActionsView {
  readonly element = make("div", "actions");
  #host: BellwireElement;
  #key = "";
  #isBusy = false;

  constructor(host: BellwireElement) {
    this.#host = host;
  }

  /** Not drawn anew while somebody is choosing, unless there is something else to choose from. */
  draw({ id, actions = [], snoozed_until }: Item): void {
    const { locale } = this.#host;
    const key = JSON.stringify([actions, snoozed_until, locale.language]);
    if (key === this.#key) return;
    this.#key = key;
    const buttons = actions.map(({ code, label, url = "" }) => {
      if (code === "link") return this.#link(label, url);
      return code === "snooze" ? this.#snooze(id, label) : [this.#button(label, (client) => client.act(id, code))];
    });
    this.element.replaceChildren(...buttons.flat());
  }

  /** A button of a template: a real link, which the item follows like its own. */
  #link(label: string, url: string): HTMLElement[] {
    const link = safeHref(url, location.origin);
    if (!link) return [];
    const anchor = make("a", "action", { dir: "auto" });
    aim(anchor, link);
    anchor.append(label);
    return [anchor];
  }

  #snooze(id: string, label: string): HTMLElement[] {
    const { locale } = this.#host;
    const span = (text: string, name: Span) => this.#button(text, (client) => client.snooze(id, name));
    const spans = MINUTES.map(([name, minutes]) => span(locale.span(minutes * 60_000), name));
    const menu = make("div", "spans", { role: "group", "aria-label": label }, ...spans, span(`${locale.tomorrow}, 9:00`, "tomorrow"));
    const toggle = button("action snooze", "", () => {
      unfold(!!menu.hidden);
      // By keyboard one goes on inside; who clicks keeps the focus where it was.
      if (toggle.matches(":focus-visible") && !menu.hidden) spans[0]!.focus();
    });
    toggle.append(label);
    const unfold = (isOpen: boolean) => {
      setHidden(menu, !isOpen);
      setAttribute(toggle, "aria-expanded", String(isOpen));
    };
    const keyed = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || menu.hidden) return;
      // Neither the panel nor the popups are left by this one.
      event.preventDefault();
      event.stopPropagation();
      unfold(false);
      toggle.focus();
    };
    toggle.addEventListener("keydown", keyed);
    menu.addEventListener("keydown", keyed);
    unfold(false);
    return [toggle, menu];
  }

  #button(label: string, run: Doing): HTMLButtonElement {
    const element = button("action", "", () => this.#run(element, run));
    element.dir = "auto";
    element.append(label);
    return element;
  }

  /** One at a time. What went well takes the item away by itself. */
  async #run(button: HTMLButtonElement, run: Doing): Promise<void> {
    const { client, locale } = this.#host;
    if (!client || this.#isBusy) return;
    const show = (state: string) => setAttribute(button, "data-state", state);
    this.element.querySelector(".failed")?.remove();
    this.#isBusy = true;
    show("pending");
    try {
      await run(client);
      show("done");
    } catch (error) {
      show("failed");
      const text = (error as ApiError).problem?.detail || locale.text("not_done");
      this.element.append(make("span", "failed", { role: "alert" }, text));
    }
    this.#isBusy = false;
  }
}
