// Form fields: label above, help below, the error in the place of the help. What a form means and sends is in the pages.
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icon.tsx";

export interface FieldProps {
  label: string;
  help?: ComponentChildren;
  error?: string | undefined;
  /** Shown after the label, for what may stay empty. */
  note?: string;
  children: (attributes: { id: string; "aria-describedby": string; "aria-invalid": "true" | undefined }) => ComponentChildren;
}

export function Field({ label, help, error, note, children }: FieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        {label}
        {note ? <span class="note">{note}</span> : null}
      </label>
      {children({ id, "aria-describedby": `${id}-help`, "aria-invalid": error ? "true" : undefined })}
      <FieldHelp id={`${id}-help`} error={error}>
        {help}
      </FieldHelp>
    </div>
  );
}

export function FieldHelp(props: { id: string; error?: string | undefined; children?: ComponentChildren }): JSX.Element {
  if (props.error) {
    return (
      <p class="help error" id={props.id}>
        <Icon name="alert" size={14} />
        <span>{props.error}</span>
      </p>
    );
  }
  return (
    <p class="help" id={props.id}>
      {props.children}
    </p>
  );
}

interface InputProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  help?: ComponentChildren;
  error?: string | undefined;
  note?: string;
  type?: "text" | "email" | "password" | "date" | "datetime-local" | "time" | "color";
  autocomplete?: "off" | "name" | "username" | "current-password" | "new-password";
  inputMode?: "email" | "url" | "decimal" | "numeric" | "tel";
  placeholder?: string;
  maxLength?: number;
  min?: string;
  required?: boolean;
  readOnly?: boolean;
  spellcheck?: boolean;
  dir?: "auto";
}

export function TextField({ label, help, error, note, onValue, ...rest }: InputProps): JSX.Element {
  return (
    <Field label={label} help={help} error={error} note={note ?? ""}>
      {(attributes) => (
        <input class="input" {...(rest as object)} {...attributes} onInput={(event) => onValue(event.currentTarget.value)} />
      )}
    </Field>
  );
}

export interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onValue: (value: T) => void;
  help?: ComponentChildren;
  error?: string | undefined;
}

export function SelectField<T extends string>(props: SelectProps<T>): JSX.Element {
  return (
    <Field label={props.label} help={props.help} error={props.error}>
      {(attributes) => (
        <select class="input" {...attributes} value={props.value} onChange={(event) => props.onValue(event.currentTarget.value as T)}>
          {props.options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === props.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface CheckProps {
  label: ComponentChildren;
  checked: boolean;
  onValue: (checked: boolean) => void;
  help?: ComponentChildren;
  after?: ComponentChildren;
  disabled?: boolean;
}

export function Check({ label, checked, onValue, help, after, disabled }: CheckProps): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onValue(event.currentTarget.checked)} />
      <span class="check-text">
        <span>{label}</span>
        {help ? <small>{help}</small> : null}
      </span>
      {after ? <span class="check-after">{after}</span> : null}
    </label>
  );
}
