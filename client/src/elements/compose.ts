/**
 * <bellwire-compose>: the form that creates a notification: message, groups, users, severity, link. It is a form and no
 * dialog, so that a page can put it wherever it wants one.
 *
 * Deliberately not here: who may send, which the server decides; and times to send and to expire, which the console has.
 */
import type { ApiError } from "../core/problem.js";
import type { Severity } from "../core/types.js";
import { COMPOSE_TEXTS, type ComposeKey } from "../text/compose-strings.js";
import { BellwireElement } from "./base.js";
import css from "./compose.css?inline";
import { make, setAttribute, setText } from "./dom.js";
import { Field } from "./field.js";
import { PeopleView } from "./people.js";

const PAUSE_MS = 300;
const ATTEMPTS = 3;
const SEVERITIES: readonly Severity[] = ["info", "success", "warning", "error"];
const LONGEST = "10000";

interface Group {
  code: string;
  name: string;
}

export class BellwireCompose extends BellwireElement {
  #text = new Field("body", make("textarea", "", { required: "", maxlength: LONGEST, dir: "auto" }));
  #groups = new Field("groups", make("div", "choices"), true);
  #people = new PeopleView(() => this.client, () => this.#changed());
  #users = new Field("users", this.#people.element, true);
  #severity = new Field("severity", make("select", "", {}, ...SEVERITIES.map((value) => make("option", "", { value }))));
  #link = new Field("link", make("input", "", { type: "text", inputmode: "url", dir: "ltr" }));
  #sticky = make("input", "", { type: "checkbox" });
  #stickyText = make("span");
  #send = make("button", "send", { type: "submit" });
  #status = make("span", "status", { role: "status" });
  #form = make("form", "form", { novalidate: "" });
  #said = (): string => "";
  #isBusy = false;
  #timer = 0;
  #counted = 0;
  /** One draft is sent once, however often the button is pressed. */
  #draft = "";

  constructor() {
    super(css);
    const sticky = make("label", "choice", {}, this.#sticky, this.#stickyText);
    const row = make("div", "row", {}, this.#severity.element, this.#link.element);
    const foot = make("div", "foot", {}, this.#send, this.#status);
    const fields = [this.#text, this.#groups, this.#users].map(({ element }) => element);
    this.#form.append(...fields, row, sticky, foot);
    this.root.append(this.#form);
    this.#form.addEventListener("input", () => this.#changed());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#form.requestSubmit();
    });
  }

  /** Empties the form for another message. */
  reset(): void {
    this.#form.reset();
    this.#people.clear();
    this.#refuse([]);
    this.#draft = "";
    this.#say(() => "");
  }

  protected override connected(until: (end: () => void) => void): void {
    until(() => clearTimeout(this.#timer));
  }

  protected override bound(): void {
    void this.#loadGroups();
  }

  protected override draw(): void {
    const { root } = this;
    this.#text.label(this.#t("text"));
    this.#groups.label(this.#t("groups"));
    this.#users.label(this.#t("users"));
    this.#severity.label(this.#t("severity"));
    this.#link.label(this.#t("link"));
    this.#people.label(this.#t("find"), (name) => this.#t("remove", name));
    SEVERITIES.forEach((name, index) => setText(this.#severity.control.children[index]!, this.#t(name)));
    setText(this.#stickyText, this.#t("sticky"));
    setText(this.#send, this.#t("send"));
    setText(this.#status, this.#said());
    setAttribute(this.#groups.element, "hidden", this.#groups.control.children.length ? null : "");
    setAttribute(root, "aria-busy", String(this.#isBusy));
  }

  #t(key: ComposeKey, n: number | string = ""): string {
    return this.locale.say(COMPOSE_TEXTS[key], n);
  }

  #say(text: () => string): void {
    this.#said = text;
    this.queue();
  }

  async #loadGroups(): Promise<void> {
    const { client } = this;
    const answer = await client?.api.get<{ items: Group[] }>("/v1/groups").catch(() => null);
    if (!answer || client !== this.client) return;
    const choices = answer.items.map(({ code, name }) => {
      const box = make("input", "", { type: "checkbox", value: code });
      return make("label", "choice", {}, box, make("span", "", { dir: "auto" }, name));
    });
    this.#groups.control.replaceChildren(...choices);
    this.queue();
  }

  /** What the server is asked for. */
  get #message(): Record<string, unknown> {
    const link = this.#link.control.value.trim();
    const boxes = this.#groups.control.querySelectorAll<HTMLInputElement>(":checked");
    return {
      body: asHtml(this.#text.control.value.trim()),
      groups: [...boxes].map((box) => box.value),
      users: this.#people.ids,
      severity: this.#severity.control.value,
      sticky: this.#sticky.checked,
      ...(link && { link }),
    };
  }

  /** Another text is another message, and its recipients are counted anew. */
  #changed(): void {
    this.#draft = "";
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#count(), PAUSE_MS);
  }

  async #count(): Promise<void> {
    const message = this.#message;
    const counted = ++this.#counted;
    const isAddressed = [message["groups"], message["users"]].flat().length > 0;
    const isWhole = isAddressed && message["body"] !== "";
    try {
      const answer = isWhole && (await this.client?.api.call<{ recipients: number }>("POST", "/v1/notifications/preview", message));
      if (counted !== this.#counted || this.#isBusy) return;
      this.#refuse([]);
      this.#say(() => (answer ? this.#t("recipients", answer.recipients) : ""));
    } catch (error) {
      if (counted === this.#counted) this.#failed(error as ApiError);
    }
  }

  async #submit(): Promise<void> {
    const { client } = this;
    if (!client || this.#isBusy) return;
    this.#isBusy = true;
    clearTimeout(this.#timer);
    this.#counted += 1;
    this.#draft ||= crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.#refuse([]);
    this.#say(() => this.#t("sending"));
    const options = { attempts: ATTEMPTS, idempotencyKey: this.#draft };
    try {
      const sent = await client.api.call<{ id: string; recipients: number }>("POST", "/v1/notifications", this.#message, options);
      this.reset();
      this.#say(() => this.#t("sent", sent.recipients));
      this.emit("sent", sent);
    } catch (error) {
      this.#failed(error as ApiError);
    }
    this.#isBusy = false;
    this.queue();
  }

  /** The draft stays; each field says what is wrong with it, and the first of them gets the focus. */
  #failed({ problem }: ApiError): void {
    const errors = problem?.errors ?? [];
    const unplaced = this.#refuse(errors);
    this.#say(() => unplaced || (errors.length ? "" : problem?.detail || this.#t("refused")));
    if (this.#isBusy) this.#form.querySelector<HTMLElement>("[aria-invalid] input, [aria-invalid]")?.focus();
  }

  /** Returns what belongs to no field of the form. */
  #refuse(errors: readonly { field: string; message: string }[]): string {
    const left = [...errors];
    for (const field of [this.#text, this.#groups, this.#users, this.#severity, this.#link]) {
      const index = left.findIndex((error) => error.field.split(/[.[]/)[0] === field.name);
      field.refuse(index < 0 ? "" : left.splice(index, 1)[0]!.message);
    }
    return left.map(({ message }) => message).join(" ");
  }
}

/** What was typed is text: nothing in it is markup, and its lines stay lines. */
function asHtml(text: string): string {
  const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "<br>" };
  return text.replace(/[&<>\n]/g, (char) => escapes[char]!);
}
