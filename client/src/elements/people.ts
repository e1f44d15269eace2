/**
 * Chooses single users by name: a search field, what it finds, and those chosen, each a button that takes them away.
 *
 * Deliberately not here: groups, and how many all of them are together (compose.ts).
 */
import type { Client } from "../core/client.js";
import { make, setAttribute } from "./dom.js";

const PAUSE_MS = 200;
const MOST_FOUND = 8;

interface Person {
  id: string;
  name: string;
  email: string | null;
}

export class PeopleView {
  readonly element = make("div", "people");
  readonly input = make("input", "", { type: "search", autocomplete: "off" });
  #client: () => Client | null;
  #onChange: () => void;
  #removeLabel = (name: string): string => name;
  #found = make("div", "found", { role: "group" });
  #chosen = make("div", "found", { role: "group" });
  #people = new Map<string, Person>();
  #timer = 0;
  #asked = 0;

  constructor(client: () => Client | null, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
    this.element.append(this.#chosen, this.input, this.#found);
    this.input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.#find(), PAUSE_MS);
    });
    this.input.addEventListener("keydown", (event) => {
      // Enter here takes the first that was found and does not send the form.
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.#found.querySelector("button")?.click();
    });
  }

  get ids(): string[] {
    return [...this.#people.keys()];
  }

  /** Texts, in the language of now. */
  label(find: string, remove: (name: string) => string): void {
    setAttribute(this.input, "placeholder", find);
    setAttribute(this.input, "aria-label", find);
    this.#removeLabel = remove;
    for (const button of this.#chosen.children) setAttribute(button, "aria-label", remove(button.textContent!));
  }

  clear(): void {
    this.#people.clear();
    this.input.value = "";
    this.#found.replaceChildren();
    this.#drawChosen();
  }

  async #find(): Promise<void> {
    const text = this.input.value.trim();
    const asked = ++this.#asked;
    const path = `/v1/users?state=active&limit=${MOST_FOUND}&q=${encodeURIComponent(text)}`;
    const answer = text ? await this.#client()?.api.get<{ items: Person[] }>(path).catch(() => null) : null;
    // An answer that was overtaken by the next letter says nothing.
    if (asked !== this.#asked) return;
    const people = (answer?.items ?? []).filter(({ id }) => !this.#people.has(id));
    this.#found.replaceChildren(...people.map((person) => this.#offer(person)));
  }

  #offer(person: Person): HTMLButtonElement {
    const button = make("button", "found-user", { type: "button" }, person.name || person.email || person.id);
    button.addEventListener("click", () => {
      this.#people.set(person.id, person);
      this.input.value = "";
      this.#found.replaceChildren();
      this.#drawChosen();
      this.input.focus();
      this.#onChange();
    });
    return button;
  }

  #drawChosen(): void {
    const buttons = [...this.#people.values()].map(({ id, name, email }) => {
      const text = name || email || id;
      const button = make("button", "chosen", { type: "button", "aria-label": this.#removeLabel(text) }, text);
      button.addEventListener("click", () => {
        this.#people.delete(id);
        this.#drawChosen();
        this.input.focus();
        this.#onChange();
      });
      return button;
    });
    this.#chosen.replaceChildren(...buttons);
  }
}
