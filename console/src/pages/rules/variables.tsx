// What a text or a condition may use under its event: found by typing, with the type and a sample of each, and put in at the
// caret.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import type { TemplateEvent, Variable } from "../../wire-rules.ts";
import { Icon } from "../../ui/icon.tsx";
import { Drop } from "../../ui/menu.tsx";
import { FindField } from "../records/people.tsx";

const SHOWN = 80;

export function useVariables(event: TemplateEvent | null): readonly Variable[] | undefined {
  const asked = useResource(`variables/${event ?? ""}`, () => (event ? api.get<{ items: Variable[] }>(withQuery("/v1/templates/variables", { event })) : Promise.resolve({ items: [] })));
  return asked.data.value?.items;
}

export function sampleText(variable: Variable): string {
  const { sample } = variable;
  if (sample === null || sample === undefined) return "";
  if (typeof sample === "boolean") return t(sample ? "rules.yes" : "rules.no");
  return String(sample);
}

/** All words that were typed, in the label or in the path. */
export function matching(variables: readonly Variable[], text: string): Variable[] {
  const words = text.toLowerCase().trim().split(/\s+/);
  return variables.filter(({ label, path }) => words.every((word) => label.toLowerCase().includes(word) || path.toLowerCase().includes(word)));
}

interface VariableMenuProps {
  of: string;
  variables: readonly Variable[];
  choose: (path: string) => void;
}

export function VariableMenu({ of, variables, choose }: VariableMenuProps): JSX.Element {
  const text = useSignal("");
  return (
    <Drop
      label={t("rules.insert_into", { field: of })}
      align="end"
      faceClass="button quiet small"
      face={
        <>
          <Icon name="plus" size={14} />
          <span>{t("rules.insert")}</span>
        </>
      }
    >
      {(close) => (
        <div class="variable-menu" ref={(menu) => menu?.scrollIntoView({ block: "nearest" })}>
          <FindField label={t("rules.find_variable")} onText={(value) => (text.value = value)} />
          {matching(variables, text.value)
            .slice(0, SHOWN)
            .map((variable) => (
              <button
                key={variable.path}
                type="button"
                class="menu-item variable"
                onClick={() => {
                  close();
                  text.value = "";
                  choose(variable.path);
                }}
              >
                <span class="variable-name">
                  {variable.label}
                  <code>{variable.path}</code>
                </span>
                <small class="variable-sample" title={t(`rules.type_${variable.type}`)}>
                  {sampleText(variable) || t(`rules.type_${variable.type}`)}
                </small>
              </button>
            ))}
          {matching(variables, text.value).length === 0 ? <p class="options-none">{t("rules.no_variable")}</p> : null}
        </div>
      )}
    </Drop>
  );
}
