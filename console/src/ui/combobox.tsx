// A text field that suggests: the options come from the caller, already filtered. Follows the ARIA combobox pattern
// with a list box; several values are the caller's chips.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";

export interface Option {
  value: string;
  face: ComponentChildren;
}

export interface ComboboxProps {
  id?: string;
  /** Where no label element names it. */
  label?: string;
  describedBy?: string;
  invalid?: boolean;
  text: string;
  placeholder?: string;
  options: Option[];
  /** Said in the list when there is nothing to choose. */
  nothing: string;
  onText: (text: string) => void;
  onChoose: (value: string) => void;
  onBackspace?: () => void;
  onLeave?: () => void;
}

interface Keys {
  open: Signal<boolean>;
  active: Signal<number>;
  choose: (value: string) => void;
}

function onKey(event: KeyboardEvent, props: ComboboxProps, { open, active, choose }: Keys): void {
  const count = props.options.length;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    active.value = open.value && count > 0 ? (active.value + step + count) % count : 0;
    open.value = true;
  } else if (event.key === "Enter" && open.value && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    const option = props.options[active.value];
    if (option) choose(option.value);
  } else if (event.key === "Escape" && open.value) {
    event.preventDefault();
    event.stopPropagation();
    open.value = false;
  } else if (event.key === "Backspace" && props.text === "") props.onBackspace?.();
}

export function Combobox(props: ComboboxProps): JSX.Element {
  const listId = useId();
  const open = useSignal(false);
  const active = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const choose = (value: string) => {
    props.onChoose(value);
    open.value = false;
    active.value = 0;
    input.current?.focus();
  };
  return (
    <div class="combobox">
      <input
        ref={input}
        id={props.id}
        class="input"
        role="combobox"
        aria-label={props.label}
        autocomplete="off"
        aria-autocomplete="list"
        aria-expanded={open.value ? "true" : "false"}
        aria-controls={listId}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid ? "true" : undefined}
        aria-activedescendant={open.value && props.options.length ? `${listId}-${active.value}` : undefined}
        placeholder={props.placeholder}
        value={props.text}
        onInput={(event) => {
          props.onText(event.currentTarget.value);
          open.value = true;
          active.value = 0;
        }}
        onClick={() => {
          open.value = true;
        }}
        onBlur={() => {
          open.value = false;
          props.onLeave?.();
        }}
        onKeyDown={(event) => onKey(event, props, { open, active, choose })}
      />
      {open.value ? (
        <OptionList id={listId} options={props.options} nothing={props.nothing} active={active.value} choose={choose} />
      ) : null}
    </div>
  );
}

interface OptionListProps {
  id: string;
  options: Option[];
  nothing: string;
  active: number;
  choose: (value: string) => void;
}

function OptionList({ id, options, nothing, active, choose }: OptionListProps): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  // In a dialog that scrolls the list would open out of sight.
  useEffect(() => list.current?.scrollIntoView({ block: "nearest" }), [options.length]);
  return (
    <ul ref={list} class="options" id={id} role="listbox" onPointerDown={(event) => event.preventDefault()}>
      {options.length === 0 ? <li class="options-none">{nothing}</li> : null}
      {options.map((option, index) => (
        <li
          key={option.value}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active ? "true" : "false"}
          ref={(node) => {
            if (index === active) node?.scrollIntoView({ block: "nearest" });
          }}
          onClick={() => choose(option.value)}
        >
          {option.face}
        </li>
      ))}
    </ul>
  );
}
