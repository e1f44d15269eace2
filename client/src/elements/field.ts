/**
 * One field of the create form: a label, a control, and what the server says is wrong with it.
 *
 * Deliberately not here: which fields there are and what they mean (compose.ts).
 */
import { make, setAttribute, setHidden, setText } from "./dom.js";

let count = 0;

export class Field<T extends HTMLElement = HTMLElement> {
  readonly element: HTMLElement;
  readonly control: T;
  /** The server's name of what is entered here. */
  readonly name: string;
  #label: HTMLElement;
  #wrong = make("span", "wrong");

  /** A control with a label, or, when it is a group of controls, a fieldset with a legend. */
  constructor(name: string, control: T, isGroup = false) {
    this.name = name;
    this.control = control;
    const id = `bw-field-${++count}`;
    this.#wrong.id = `${id}-wrong`;
    this.#label = isGroup ? make("legend") : make("label", "", { for: id });
    if (!isGroup) control.id = id;
    this.element = make(isGroup ? "fieldset" : "div", "field", {}, this.#label, control, this.#wrong);
    setAttribute(control, "aria-describedby", this.#wrong.id);
    this.refuse("");
  }

  label(text: string): void {
    setText(this.#label, text);
  }

  /** Says what is wrong; an empty text takes it back. */
  refuse(text: string): void {
    setText(this.#wrong, text);
    setHidden(this.#wrong, !text);
    setAttribute(this.control, "aria-invalid", text ? "true" : null);
  }
}
