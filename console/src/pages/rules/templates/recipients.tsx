// Who gets it: people by what they are to the record, groups, single users, and whoever's address stands in a field. Resolved
// by the server when it is sent; here they are chosen.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../../../i18n/index.ts";
import type { Recipient, Variable } from "../../../wire-rules.ts";
import { Avatar } from "../../../ui/avatar.tsx";
import { Combobox, type Option } from "../../../ui/combobox.tsx";
import { FieldHelp } from "../../../ui/field.tsx";
import { Icon, type IconName } from "../../../ui/icon.tsx";
import { usePeople } from "../people.ts";
import { recipientText, type Names } from "../words.ts";

const ROLES: readonly Recipient[] = [
  { type: "manager" },
  { type: "performer" },
  { type: "customer_manager" },
  { type: "head", of: "manager" },
  { type: "head", of: "performer" },
  { type: "head", of: "customer_manager" },
];
const OFFERED = 40;

function iconOf(recipient: Recipient): IconName {
  if (recipient.type === "group") return "users";
  return recipient.type === "field" ? "mail" : "user";
}

/** Only fields that may hold an address are worth offering. */
function addressFields(variables: readonly Variable[] | undefined): Variable[] {
  return (variables ?? []).filter(({ path, type }) => type === "text" && (/mail/i.test(path) || path.includes("custom_")));
}

export function useNames(variables: readonly Variable[] | undefined): Names {
  const people = usePeople();
  return {
    people: new Map(people.users.flatMap(({ id, name, email }) => (email ? [[id, name] as const, [email, name] as const] : [[id, name] as const]))),
    groups: new Map(people.groups.map(({ code, name }) => [code, name])),
    fields: new Map((variables ?? []).map(({ path, label }) => [path, label])),
  };
}

interface RecipientsProps {
  value: Recipient[];
  variables: readonly Variable[] | undefined;
  error: string | undefined;
  onValue: (value: Recipient[]) => void;
}

export function Recipients({ value, variables, error, onValue }: RecipientsProps): JSX.Element {
  const text = useSignal("");
  const people = usePeople();
  const names = useNames(variables);
  const all: Recipient[] = [
    ...ROLES,
    ...people.groups.map(({ code }) => ({ type: "group", code }) as const),
    ...people.users.map(({ id }) => ({ type: "user", id }) as const),
    ...addressFields(variables).map(({ path }) => ({ type: "field", path }) as const),
  ];
  const keyOf = (recipient: Recipient) => JSON.stringify(recipient);
  const chosen = new Set(value.map(keyOf));
  const wanted = text.value.toLowerCase().trim();
  const options: Option[] = all
    .filter((recipient) => !chosen.has(keyOf(recipient)) && recipientText(recipient, names).toLowerCase().includes(wanted))
    .slice(0, OFFERED)
    .map((recipient) => ({
      value: keyOf(recipient),
      face: (
        <span class="recipient-option">
          {recipient.type === "user" ? <Avatar name={recipientText(recipient, names)} /> : <Icon name={iconOf(recipient)} />}
          <span dir="auto">{recipientText(recipient, names)}</span>
        </span>
      ),
    }));
  const remove = (recipient: Recipient) => onValue(value.filter((other) => keyOf(other) !== keyOf(recipient)));
  return (
    <div class="field">
      <div class="recipient-tokens">
        {value.map((recipient) => {
          const name = recipientText(recipient, names);
          return (
            <span class="token" key={keyOf(recipient)}>
              <Icon name={iconOf(recipient)} size={14} />
              <span class="clip" dir="auto">
                {name}
              </span>
              <button type="button" class="icon-button" aria-label={t("compose.remove_user", { name })} title={t("compose.remove_user", { name })} onClick={() => remove(recipient)}>
                <Icon name="close" />
              </button>
            </span>
          );
        })}
      </div>
      <label class="visually-hidden" for="rule-recipients">
        {t("templates.add_recipient")}
      </label>
      <Combobox
        id="rule-recipients"
        describedBy="rule-recipients-help"
        invalid={error !== undefined}
        text={text.value}
        placeholder={t("templates.add_recipient")}
        options={options}
        nothing={t("users.none_found")}
        onText={(next) => (text.value = next)}
        onChoose={(key) => {
          text.value = "";
          onValue([...value, JSON.parse(key) as Recipient]);
        }}
        onBackspace={() => (value.length ? remove(value.at(-1)!) : undefined)}
      />
      <FieldHelp id="rule-recipients-help" error={error}>
        {t("templates.recipients_help")}
      </FieldHelp>
    </div>
  );
}
