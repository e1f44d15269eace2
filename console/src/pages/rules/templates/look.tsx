// How the popup looks and behaves: severity, how long it stands, sound, where a click leads, its buttons.
import type { JSX } from "preact";
import { t } from "../../../i18n/index.ts";
import type { SourceProblem, TemplateDraft, Variable } from "../../../wire-rules.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Check, Field, TextField } from "../../../ui/field.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { SEVERITIES, severityIcon, severityName } from "../../../ui/kind.tsx";
import { CodeField } from "../code-field.tsx";

const MOST_ACTIONS = 3;
const DEFAULT_SECONDS = 10;

export interface PartProps {
  draft: TemplateDraft;
  set: (part: Partial<TemplateDraft>) => void;
  variables: readonly Variable[] | undefined;
  problemsOf: (field: string) => SourceProblem[];
  errorOf: (field: string) => string | undefined;
}

type Stay = "own" | "seconds" | "sticky";

function stayOf({ sticky, seconds }: TemplateDraft): Stay {
  if (sticky) return "sticky";
  return seconds === null ? "own" : "seconds";
}

function Stays({ draft, set, errorOf }: PartProps): JSX.Element {
  const stay = stayOf(draft);
  const choose = (value: Stay) => set({ sticky: value === "sticky", seconds: value === "seconds" ? (draft.seconds ?? DEFAULT_SECONDS) : null });
  return (
    <div class="pair">
      <Field label={t("templates.stays")} error={errorOf("sticky")}>
        {(attributes) => (
          <select class="input" {...attributes} value={stay} onChange={(event) => choose(event.currentTarget.value as Stay)}>
            {(["own", "seconds", "sticky"] as const).map((value) => (
              <option key={value} value={value} selected={value === stay}>
                {t(`templates.stay_${value}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {stay === "seconds" ? (
        <Field label={t("templates.seconds")} error={errorOf("seconds")}>
          {(attributes) => (
            <input class="input" type="number" min="3" max="600" {...attributes} value={draft.seconds ?? ""} onInput={(event) => set({ seconds: Math.round(event.currentTarget.valueAsNumber) || null, sticky: false })} />
          )}
        </Field>
      ) : null}
    </div>
  );
}

function Actions({ draft, set, variables, problemsOf, errorOf }: PartProps): JSX.Element {
  const change = (index: number, part: Partial<TemplateDraft["actions"][number]>) => set({ actions: draft.actions.map((action, at) => (at === index ? { ...action, ...part } : action)) });
  return (
    <div class="field">
      <span class="field-label">{t("templates.actions")}</span>
      {draft.actions.map((action, index) => (
        <div class="popup-action" key={index}>
          <TextField label={t("templates.action_label")} maxLength={60} error={errorOf(`actions[${index}].label`)} value={action.label} onValue={(label) => change(index, { label })} />
          <CodeField
            single
            label={t("templates.action_url")}
            placeholder="https://"
            variables={variables}
            problems={problemsOf(`actions[${index}].url`)}
            error={errorOf(`actions[${index}].url`)}
            value={action.url}
            onValue={(url) => change(index, { url })}
          />
          <IconButton icon="trash" label={t("templates.remove_action", { name: action.label || String(index + 1) })} onClick={() => set({ actions: draft.actions.filter((_, at) => at !== index) })} />
        </div>
      ))}
      {draft.actions.length < MOST_ACTIONS ? (
        <Button small icon="plus" class="add-row" onClick={() => set({ actions: [...draft.actions, { label: "", url: "" }] })}>
          {t("templates.add_action")}
        </Button>
      ) : null}
    </div>
  );
}

export function Look(props: PartProps): JSX.Element {
  const { draft, set, variables, problemsOf, errorOf } = props;
  return (
    <>
      <fieldset class="field">
        <legend>{t("compose.severity")}</legend>
        <div class="segments">
          {SEVERITIES.map((severity) => (
            <label key={severity} class={`segment tone-${severity}`}>
              <input type="radio" name="severity" value={severity} checked={draft.severity === severity} onChange={() => set({ severity })} />
              <Icon name={severityIcon(severity)} size={15} />
              <span>{severityName(severity)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Stays {...props} />
      <Check label={t("templates.sound")} help={t("templates.sound_help")} checked={draft.sound} onValue={(sound) => set({ sound })} />
      <CodeField
        single
        label={t("compose.link")}
        note={t("form.optional")}
        help={t("templates.link_help")}
        placeholder="https://"
        variables={variables}
        problems={problemsOf("link")}
        error={errorOf("link")}
        value={draft.link ?? ""}
        onValue={(link) => set({ link: link || null })}
      />
      <Actions {...props} />
    </>
  );
}
