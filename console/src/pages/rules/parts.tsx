// Small parts that the pages of templates, triggers and marketing rules share: the switch, the name with its code, a span of
// time, the frame of an editor.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Field, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { isMac, sends } from "../../ui/keys.ts";
import { Alert, wording } from "../../ui/states.tsx";
import type { FormState } from "../form.ts";
import { codeFrom } from "../settings/code.ts";
import { inUnit, SECONDS, unitOf, type Unit, UNITS } from "./span.ts";

export function ActiveSwitch({ name, active, onValue }: { name: string; active: boolean; onValue: (active: boolean) => void }): JSX.Element {
  const label = t("rules.active_name", { name });
  return <input type="checkbox" role="switch" class="switch" aria-label={label} title={label} checked={active} onChange={(event) => onValue(event.currentTarget.checked)} />;
}

interface NameFieldsProps {
  values: { name: string; code: string };
  form: FormState;
  isNew: boolean;
  set: (part: { name?: string; code?: string }) => void;
  children?: ComponentChildren;
}

/** A name, and the code that follows it until somebody writes another. */
export function NameFields({ values, form, isNew, set, children }: NameFieldsProps): JSX.Element {
  const ownCode = useSignal(!isNew || (values.code !== "" && values.code !== codeFrom(values.name)));
  return (
    <div class={children ? "rule-name with-more" : "rule-name"}>
      <TextField label={t("field.name")} autocomplete="off" error={form.error("name")} value={values.name} onValue={(name) => set(ownCode.value ? { name } : { name, code: codeFrom(name) })} />
      <TextField
        label={t("groups.code")}
        autocomplete="off"
        spellcheck={false}
        help={isNew ? t("rules.code_help") : undefined}
        error={form.error("code")}
        value={values.code}
        readOnly={!isNew}
        onValue={(code) => {
          ownCode.value = code !== "";
          set({ code });
        }}
      />
      {children}
    </div>
  );
}

export interface SpanFieldProps {
  label: string;
  seconds: number;
  onSeconds: (seconds: number) => void;
  help?: ComponentChildren;
  error?: string | undefined;
}

/** A number and a unit. */
export function SpanField({ label, seconds, onSeconds, help, error }: SpanFieldProps): JSX.Element {
  const unit = useSignal<Unit>(unitOf(seconds));
  return (
    <Field label={label} help={help} error={error}>
      {(attributes) => (
        <span class="span-field">
          <input
            class="input"
            type="number"
            min="0"
            {...attributes}
            value={inUnit(seconds, unit.value)}
            onInput={(event) => onSeconds(Math.max(0, Math.round((event.currentTarget.valueAsNumber || 0) * SECONDS[unit.value])))}
          />
          <select
            class="input"
            aria-label={t("rules.unit_of", { field: label })}
            value={unit.value}
            onChange={(event) => {
              const next = event.currentTarget.value as Unit;
              const amount = inUnit(seconds, unit.value);
              unit.value = next;
              onSeconds(Math.round(amount * SECONDS[next]));
            }}
          >
            {UNITS.map((value) => (
              <option key={value} value={value} selected={value === unit.value}>
                {t(`rules.unit_${value}`)}
              </option>
            ))}
          </select>
        </span>
      )}
    </Field>
  );
}

export function Section({ title, text, children, tools }: { title: string; text?: ComponentChildren; children: ComponentChildren; tools?: ComponentChildren }): JSX.Element {
  return (
    <section class="card rule-section" aria-label={title}>
      <div class="rule-section-head">
        <div>
          <h2>{title}</h2>
          {text ? <p class="help">{text}</p> : null}
        </div>
        {tools}
      </div>
      {children}
    </section>
  );
}

export interface EditorProps {
  title: string;
  back: { href: string; label: string };
  isNew: boolean;
  form: FormState;
  changed: boolean;
  ready: boolean;
  /** What stands at the end of the head: the switch and the menu. */
  tools: ComponentChildren;
  side: ComponentChildren;
  save: () => void;
  /** Drops what was typed. */
  forget: () => void;
  children: ComponentChildren;
}

export function Editor({ title, back, isNew, form, changed, ready, tools, side, save, forget, children }: EditorProps): JSX.Element {
  const root = useRef<HTMLFormElement>(null);
  const isRefused = useRef(false);
  // The first field that was refused comes into sight.
  useEffect(() => {
    if (form.busy) isRefused.current = true;
    else if (isRefused.current) {
      isRefused.current = false;
      const bad = root.current?.querySelector<HTMLElement>("[aria-invalid=true], .alert.error");
      bad?.scrollIntoView({ block: "center" });
      bad?.focus({ preventScroll: true });
    }
  }, [form.busy]);
  return (
    <section class="rule-editor">
      <a class="back-link" href={back.href}>
        <Icon name="back" size={14} />
        <span>{back.label}</span>
      </a>
      <div class="page-head">
        <h1 dir="auto">{title}</h1>
        <span class="spring" />
        {tools}
      </div>
      <div class="rule-layout">
        <form
          class="rule-form"
          ref={root}
          noValidate
          onKeyDown={(event) => {
            if (sends(event)) {
              event.preventDefault();
              save();
            } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
          }}
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          {form.problem ? (
            <Alert>
              {form.problem.errors.length ? form.problem.errors.map(({ field, message }) => <span class="block" key={field}>{`${field}: ${message}`}</span>) : wording(form.problem)}
            </Alert>
          ) : null}
          {children}
          <div class="record-form-foot">
            <Button type="submit" kind="primary" busy={form.busy} disabled={!ready || (!changed && !isNew)}>
              {isNew ? t("rules.create") : t("action.save")}
            </Button>
            <a class="button" href={back.href} onClick={forget}>
              <span>{t("action.cancel")}</span>
            </a>
            <span class="faint only-wide">{t("records.send_hint", { key: isMac ? "⌘" : "Ctrl" })}</span>
          </div>
        </form>
        <aside class="rule-side">{side}</aside>
      </div>
    </section>
  );
}

/** What of a rule will not work as it looks, above its form. */
export function Warnings({ list }: { list: readonly { message: string }[] | undefined }): JSX.Element | null {
  if (!list?.length) return null;
  return (
    <Alert kind="warning">
      {list.map(({ message }) => (
        <span class="block" key={message}>
          {message}
        </span>
      ))}
    </Alert>
  );
}
