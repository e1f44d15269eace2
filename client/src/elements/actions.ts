/**
 * What can be done with an item beyond reading it: the buttons that the server names, each waiting, done
 * or refused.
 *
 * Deliberately not here: which actions there are (the server says), the menu of Snooze (spans.ts), closing (card.ts), marks and archive (row.ts).
 */
import type { Client } from "../core/client.js";
import type { ApiError } from "../core/problem.js";
import type { Item, Span } from "../core/types.js";
import { safeHref } from "../text/body.js";
import type { BellwireElement } from "./base.js";
import { aim } from "./body-dom.js";
import { button, make, setAttribute } from "./dom.js";
import { later, loadLater } from "./lazy.js";

type Doing = (client: Client) => Promise<unknown>;

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
      return code === "snooze" ? this.#snooze(id, label, snoozed_until) : [this.#button(label, (client) => client.act(id, code))];
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

  #snooze(id: string, label: string, until: string | null): HTMLElement[] {
    const toggle = button("action snooze", "", async () => {
      // A press beside an open menu has closed it; this one did no more than that.
      if (toggle.ariaExpanded === "true") return;
      const chosen = (span: Span) =>
        this.#run(toggle, async (client) => {
          await client.snooze(id, span);
          this.#host.putAway([id]);
        });
      if (!later) await this.#run(toggle, loadLater);
      setAttribute(toggle, "data-state", null);
      later?.openSpans(toggle, label, this.#host.locale, chosen, until && (() => this.#host.client?.reopen([id])));
    });
    setAttribute(toggle, "aria-haspopup", "menu");
    toggle.append(label);
    return [toggle];
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
