// The value of a comparison, by the type of its field: yes or no, a number, a day, one of those that are known, or text; several
// of them for "one of".
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../../../i18n/index.ts";
import type { Comparison, VariableType } from "../../../wire-rules.ts";
import { IconButton } from "../../../ui/button.tsx";
import { Combobox } from "../../../ui/combobox.tsx";
import type { Choice } from "./choices.ts";
import { needsValue, takesMany, typed } from "./tree.ts";

export interface ValueInputProps {
  comparison: Comparison;
  type: VariableType;
  choices: Choice[] | null;
  label: string;
  onValue: (value: unknown) => void;
}

function Many({ comparison, type, choices, label, onValue }: ValueInputProps): JSX.Element {
  const text = useSignal("");
  const values = Array.isArray(comparison.value) ? comparison.value : [];
  const nameOf = (value: unknown) => choices?.find((choice) => choice.value === value)?.label ?? String(value);
  const add = (value: unknown) => {
    if (value !== "" && !values.includes(value)) onValue([...values, value]);
    text.value = "";
  };
  const wanted = text.value.trim();
  const found = (choices ?? []).filter(({ value, label: name }) => !values.includes(value) && name.toLowerCase().includes(wanted.toLowerCase()));
  const options = found.map(({ value, label: name }) => ({ value, face: <span dir="auto">{name}</span> }));
  const offered = wanted !== "" && !choices ? [{ value: wanted, face: <span dir="auto">{t("builder.add_value", { value: wanted })}</span> }] : options;
  return (
    <div class="many-values">
      {values.map((value) => (
        <span class="token" key={String(value)}>
          <span class="clip" dir="auto">
            {nameOf(value)}
          </span>
          <IconButton icon="close" label={t("compose.remove_user", { name: nameOf(value) })} onClick={() => onValue(values.filter((other) => other !== value))} />
        </span>
      ))}
      <Combobox
        label={label}
        text={text.value}
        placeholder={t(choices ? "builder.choose_values" : "builder.type_values")}
        options={offered}
        nothing={t("builder.no_values")}
        onText={(next) => (text.value = next)}
        onChoose={(value) => add(typed(type, value))}
        onBackspace={() => (values.length ? onValue(values.slice(0, -1)) : undefined)}
      />
    </div>
  );
}

function Choose({ label, value, choices, onValue }: { label: string; value: string; choices: Choice[]; onValue: (value: string) => void }): JSX.Element {
  const isKnown = value === "" || choices.some((choice) => choice.value === value);
  return (
    <select class="input" aria-label={label} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
      <option value="" disabled selected={value === ""}>
        {t("builder.choose_value")}
      </option>
      {isKnown ? null : (
        <option value={value} selected>
          {value}
        </option>
      )}
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value} selected={choice.value === value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

export function ValueInput(props: ValueInputProps): JSX.Element | null {
  const { comparison, type, choices, label, onValue } = props;
  if (!needsValue(comparison.operator)) return null;
  if (takesMany(comparison.operator)) return <Many {...props} />;
  const { value } = comparison;
  if (type === "bool") {
    return <Choose label={label} value={typeof value === "boolean" ? String(value) : ""} choices={[{ value: "true", label: t("rules.yes") }, { value: "false", label: t("rules.no") }]} onValue={(text) => onValue(text === "true")} />;
  }
  const text = value === undefined || value === null ? "" : String(value);
  if (choices && comparison.operator !== "contains" && comparison.operator !== "matches") return <Choose label={label} value={text} choices={choices} onValue={onValue} />;
  if (type === "date" || type === "datetime") return <input class="input" type="date" aria-label={label} value={text.slice(0, 10)} onInput={(event) => onValue(event.currentTarget.value)} />;
  return (
    <input
      class="input"
      aria-label={label}
      autocomplete="off"
      placeholder={t("builder.value")}
      {...(type === "number" || type === "money" ? { inputMode: "decimal" as const } : {})}
      value={text}
      onInput={(event) => onValue(typed(type, event.currentTarget.value))}
    />
  );
}
