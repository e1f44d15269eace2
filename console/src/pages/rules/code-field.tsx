// A field for a text with variables, or for an expression: grows with what is in it, underlines the place of an error, says
// line and column, and takes variables at the caret. What is right and wrong the server says.
import type { ComponentChildren, JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import type { SourceProblem, Variable } from "../../wire-rules.ts";
import { Icon } from "../../ui/icon.tsx";
import { markedPieces, offsetOf } from "./place.ts";
import { VariableMenu } from "./variables.tsx";

export interface CodeFieldProps {
  label: string;
  note?: string;
  help?: ComponentChildren;
  value: string;
  onValue: (value: string) => void;
  problems?: readonly SourceProblem[];
  /** What is wrong without a place. */
  error?: string | undefined;
  /** One line: Enter begins no new one. */
  single?: boolean;
  /** Letters of one width, for expressions. */
  mono?: boolean;
  placeholder?: string;
  variables?: readonly Variable[] | undefined;
  /** What a chosen variable is written as. */
  write?: (path: string) => string;
  tools?: (insert: (before: string, after: string) => void) => ComponentChildren;
}

const inBraces = (path: string) => `{{ ${path} }}`;

export function CodeField(props: CodeFieldProps): JSX.Element {
  const { label, note, value, problems = [], error, single, mono, variables, write = inBraces } = props;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const isBad = problems.length > 0 || error !== undefined;
  function insert(before: string, after: string): void {
    const field = area.current;
    if (!field) return;
    const chosen = field.value.slice(field.selectionStart, field.selectionEnd);
    const at = field.selectionStart + before.length;
    field.setRangeText(before + chosen + after, field.selectionStart, field.selectionEnd, "end");
    props.onValue(field.value);
    field.focus();
    if (after) field.setSelectionRange(at, at + chosen.length);
  }
  function goTo(problem: SourceProblem): void {
    const at = offsetOf(value, problem);
    area.current?.focus();
    if (at !== null) area.current?.setSelectionRange(at, Math.min(value.length, at + 1));
  }
  return (
    <div class="field">
      <div class="code-head">
        <label for={id}>
          {label}
          {note ? <span class="note">{note}</span> : null}
        </label>
        <span class="spring" />
        {props.tools?.(insert)}
        {variables ? <VariableMenu of={label} variables={variables} choose={(path) => insert(write(path), "")} /> : null}
      </div>
      <div class={`code-field ${mono ? "mono" : ""} ${single ? "single" : ""}`}>
        <pre class="code-under" aria-hidden="true">
          {markedPieces(value, problems).map((piece, index) => (piece.bad ? <mark key={index}>{piece.text}</mark> : piece.text))}
          {"\n"}
        </pre>
        <textarea
          ref={area}
          id={id}
          class="input"
          rows={1}
          dir="auto"
          spellcheck={!mono}
          autocomplete="off"
          autocapitalize="off"
          value={value}
          placeholder={props.placeholder}
          aria-invalid={isBad ? "true" : undefined}
          aria-describedby={`${id}-help`}
          onInput={(event) => props.onValue(single ? event.currentTarget.value.replace(/\n/g, " ") : event.currentTarget.value)}
          onKeyDown={(event) => {
            if (single && event.key === "Enter" && !event.metaKey && !event.ctrlKey) event.preventDefault();
          }}
        />
      </div>
      <div class={isBad ? "help code-errors" : "help"} id={`${id}-help`}>
        {isBad ? (
          <>
            {problems.map((problem, index) => (
              <p class="help error" key={index}>
                <Icon name="alert" size={14} />
                <span>
                  {problem.line === null ? null : (
                    <button type="button" class="text-button place" onClick={() => goTo(problem)}>
                      {t("rules.at_place", { line: problem.line, column: problem.column ?? 1 })}
                    </button>
                  )}{" "}
                  {problem.message}
                </span>
              </p>
            ))}
            {error !== undefined && problems.length === 0 ? (
              <p class="help error">
                <Icon name="alert" size={14} />
                <span>{error}</span>
              </p>
            ) : null}
          </>
        ) : (
          props.help
        )}
      </div>
    </div>
  );
}
