// Who gets it: groups as boxes with their sizes, and single users by search. How many people that is together is
// counted by the server (reach.ts), because a user may be in two groups.
import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../http.ts";
import { t } from "../i18n/index.ts";
import { useResource } from "../resource.ts";
import type { Group, Page, User } from "../wire.ts";
import { Person } from "../ui/avatar.tsx";
import { IconButton } from "../ui/button.tsx";
import { Combobox } from "../ui/combobox.tsx";
import { Check, Field, FieldHelp } from "../ui/field.tsx";
import { wording } from "../ui/states.tsx";
import type { Draft } from "./draft.ts";

export interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  errorOf: (field: string) => string | undefined;
}

export function GroupBoxes({ draft, change, errorOf }: PartProps): JSX.Element {
  const id = useId();
  const groups = useResource("groups", () => api.get<Page<Group>>("/v1/groups"));
  const list = groups.data.value?.items;
  function toggle(code: string, on: boolean): void {
    change({ groups: on ? [...draft.groups, code] : draft.groups.filter((other) => other !== code) });
  }
  return (
    <fieldset class="field" aria-describedby={`${id}-help`}>
      <legend>{t("compose.groups")}</legend>
      <div class="check-list">
        {list?.map((group) => (
          <Check
            key={group.id}
            label={group.name}
            checked={draft.groups.includes(group.code)}
            onValue={(on) => toggle(group.code, on)}
            after={t("count.people", { n: group.members })}
          />
        ))}
        {list?.length === 0 ? <p class="check-none">{t("compose.no_groups")}</p> : null}
        {!list && groups.problem.value ? <p class="check-none">{wording(groups.problem.value)}</p> : null}
        {!list && !groups.problem.value ? <div class="check-list-wait" /> : null}
      </div>
      <FieldHelp id={`${id}-help`} error={errorOf("groups")}>
        {null}
      </FieldHelp>
    </fieldset>
  );
}

export function UserPicker({ draft, change, errorOf }: PartProps): JSX.Element {
  const text = useSignal("");
  const found = useSignal<User[]>([]);
  const timer = useRef(0);
  function search(value: string): void {
    text.value = value;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(async () => {
      const page = await api.get<Page<User>>(withQuery("/v1/users", { q: value.trim(), limit: 8 })).catch(() => null);
      if (page && text.peek() === value) found.value = page.items;
    }, 150);
  }
  const chosen = new Set(draft.users.map((user) => user.id));
  const options = found.value
    .filter((user) => !chosen.has(user.id) && user.state !== "locked")
    .map((user) => ({ value: user.id, face: <Person name={user.name} detail={user.email} /> }));
  function choose(id: string): void {
    const user = found.value.find((candidate) => candidate.id === id);
    if (user) change({ users: [...draft.users, { id: user.id, name: user.name }] });
    text.value = "";
    found.value = [];
  }
  return (
    <Field label={t("compose.users")} note={t("form.optional")} error={errorOf("users")}>
      {(attributes) => (
        <div class="picker" onFocusIn={() => (found.value.length === 0 ? search(text.peek()) : undefined)}>
          {draft.users.map((user) => (
            <span class="token" key={user.id}>
              <span dir="auto">{user.name}</span>
              <IconButton
                icon="close"
                label={t("compose.remove_user", { name: user.name })}
                onClick={() => change({ users: draft.users.filter((other) => other.id !== user.id) })}
              />
            </span>
          ))}
          <Combobox
            id={attributes.id}
            describedBy={attributes["aria-describedby"]}
            invalid={attributes["aria-invalid"] === "true"}
            text={text.value}
            placeholder={t("compose.users_placeholder")}
            options={options}
            nothing={t("compose.users_none")}
            onText={search}
            onChoose={choose}
            onBackspace={() => change({ users: draft.users.slice(0, -1) })}
          />
        </div>
      )}
    </Field>
  );
}
