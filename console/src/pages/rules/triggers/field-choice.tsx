// The field of a comparison: found by typing its name or its path.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../../../i18n/index.ts";
import type { Variable } from "../../../wire-rules.ts";
import { Combobox } from "../../../ui/combobox.tsx";
import { matching } from "../variables.tsx";

const OFFERED = 60;

export interface FieldChoiceProps {
  label: string;
  value: string;
  variables: readonly Variable[];
  onValue: (path: string) => void;
}

export function FieldChoice({ label, value, variables, onValue }: FieldChoiceProps): JSX.Element {
  const typed = useSignal<string | null>(null);
  const current = variables.find(({ path }) => path === value);
  const options = matching(variables, typed.value ?? "")
    .slice(0, OFFERED)
    .map(({ path, label: name }) => ({
      value: path,
      face: (
        <span class="field-option">
          <span>{name}</span>
          <code>{path}</code>
        </span>
      ),
    }));
  return (
    <div class="field-choice" title={value}>
      <Combobox
        label={label}
        text={typed.value ?? current?.label ?? value}
        placeholder={t("builder.choose_field")}
        options={options}
        nothing={t("rules.no_variable")}
        onText={(text) => (typed.value = text)}
        onChoose={(path) => {
          typed.value = null;
          onValue(path);
        }}
        onLeave={() => (typed.value = null)}
      />
    </div>
  );
}
