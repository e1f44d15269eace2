// Choosing who is responsible, from a button: me, nobody, or one of the account's people, found by typing when they
// are many.
import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../../i18n/index.ts";
import { session } from "../../session.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Drop } from "../../ui/menu.tsx";
import type { Directory } from "./directory.ts";

const MANY = 8;

export interface Person {
  id: string;
  name: string;
}

/** Everybody who may be chosen, oneself first. */
export function choices(directory: Directory): Person[] {
  const user = session.value?.user;
  if (!user) return directory.people;
  return [{ id: user.id, name: user.name }, ...directory.people.filter((person) => person.id !== user.id)];
}

export function FindField({ label, onText }: { label: string; onText: (text: string) => void }): JSX.Element {
  return (
    <label class="search inline full drop-search">
      <Icon name="search" />
      <input type="search" aria-label={label} placeholder={label} onInput={(event) => onText(event.currentTarget.value.trim().toLowerCase())} />
    </label>
  );
}

export interface ManagerMenuProps {
  label: string;
  face: ComponentChildren;
  faceClass: string;
  directory: Directory;
  current: string | null | undefined;
  choose: (person: Person | null) => void;
}

export function ManagerMenu({ label, face, faceClass, directory, current, choose }: ManagerMenuProps): JSX.Element {
  const text = useSignal("");
  const people = choices(directory);
  const shown = people.filter((person) => person.name.toLowerCase().includes(text.value));
  const item = (person: Person | null, close: () => void) => {
    const isCurrent = current !== undefined && (person?.id ?? null) === current;
    return (
      <button
        key={person?.id ?? "none"}
        type="button"
        class="menu-item"
        aria-pressed={isCurrent ? "true" : "false"}
        onClick={() => {
          close();
          text.value = "";
          if (!isCurrent) choose(person);
        }}
      >
        {person ? <Avatar name={person.name} /> : <i class="nobody" />}
        <span dir="auto">{person ? person.name : t("records.nobody")}</span>
        {person && person.id === session.value?.user.id ? <small class="faint">{t("records.me")}</small> : null}
        {isCurrent ? <Icon name="check" size={14} /> : null}
      </button>
    );
  };
  return (
    <Drop label={label} face={face} faceClass={faceClass}>
      {(close) => (
        <>
          {people.length > MANY ? <FindField label={t("records.find_person")} onText={(value) => (text.value = value)} /> : null}
          {text.value ? null : item(null, close)}
          {shown.map((person) => item(person, close))}
          {shown.length === 0 ? <p class="check-none">{t("users.none_found")}</p> : null}
        </>
      )}
    </Drop>
  );
}
