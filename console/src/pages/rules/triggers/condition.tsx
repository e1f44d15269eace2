// A filter or a condition: built from rows, or written as an expression. Both are the same text in the end. An expression that
// the builder cannot show stays text, and says so.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, isProblem } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import type { Built, CheckAnswer, Group, SourceProblem, TriggerEvent, Variable } from "../../../wire-rules.ts";
import { Icon } from "../../../ui/icon.tsx";
import { CodeField } from "../code-field.tsx";
import { Builder } from "./builder.tsx";
import { asRoot, finished, sameTree } from "./tree.ts";

const PAUSE_MS = 250;
const EXAMPLE = 'order.total_sum > 1000 and order.status.code == "new"';

export interface ConditionProps {
  label: string;
  text?: ComponentChildren;
  event: TriggerEvent;
  value: string | null;
  variables: readonly Variable[] | undefined;
  hasChanges: boolean;
  error: string | undefined;
  onValue: (value: string | null) => void;
}

type Mode = "builder" | "text";

function useCondition({ event, value, onValue }: ConditionProps) {
  const mode = useSignal<Mode>("builder");
  const root = useSignal<Group>({ all: [] });
  const problems = useSignal<SourceProblem[]>([]);
  const canShow = useSignal(true);
  const isRead = useSignal(value === null);
  // The expression that the rows stand for now, so that our own answer is not read back.
  const built = useRef<string | null>(null);
  const text = value ?? "";
  useEffect(() => {
    if (text.trim() === "") {
      problems.value = [];
      canShow.value = true;
      isRead.value = true;
      // Rows that are not finished yet say nothing, and stay.
      if (built.current !== "") root.value = { all: [] };
      built.current = "";
      return;
    }
    if (built.current === text) return;
    let isOver = false;
    const wait = setTimeout(
      async () => {
        const answer = await api.post<CheckAnswer>("/v1/triggers/check", { event, condition: text }).catch((error: unknown) => {
          if (!isProblem(error)) throw error;
          return null;
        });
        if (isOver || !answer) return;
        problems.value = answer.problems;
        canShow.value = answer.builder !== null;
        if (answer.builder) {
          root.value = asRoot(answer.builder);
          built.current = text;
        } else mode.value = "text";
        isRead.value = true;
      },
      isRead.peek() ? PAUSE_MS : 0,
    );
    return () => {
      isOver = true;
      clearTimeout(wait);
    };
  }, [text, JSON.stringify(event)]);

  const timer = useRef(0);
  const lastSent = useRef<Built | null>(null);
  function change(next: Group): void {
    root.value = next;
    clearTimeout(timer.current);
    const whole = finished(next);
    if (sameTree(whole, lastSent.current) && whole !== null) return;
    lastSent.current = whole;
    if (whole === null) {
      built.current = "";
      onValue(null);
      return;
    }
    timer.current = window.setTimeout(async () => {
      try {
        const { condition } = await api.post<{ condition: string }>("/v1/triggers/build", { builder: whole, event });
        if (lastSent.current !== whole) return;
        built.current = condition;
        problems.value = [];
        onValue(condition);
      } catch (error) {
        if (!isProblem(error)) throw error;
        problems.value = [{ field: "condition", line: null, column: null, message: error.errors[0]?.message ?? error.detail }];
      }
    }, PAUSE_MS);
  }
  return { mode, root, problems, canShow, isRead, change };
}

export function Condition(props: ConditionProps): JSX.Element {
  const { label, text, value, variables, hasChanges, error, onValue } = props;
  const { mode, root, problems, canShow, isRead, change } = useCondition(props);
  const shown: Mode = canShow.value ? mode.value : "text";
  const tab = (which: Mode) => (
    <button type="button" class="tab" aria-pressed={shown === which ? "true" : "false"} disabled={which === "builder" && !canShow.value} onClick={() => (mode.value = which)}>
      {t(`builder.mode_${which}`)}
    </button>
  );
  return (
    <section class="condition" aria-label={label}>
      <div class="condition-head">
        <div>
          <h3>{label}</h3>
          {text ? <p class="help">{text}</p> : null}
        </div>
        <div class="tabs" role="group" aria-label={t("builder.mode_of", { field: label })}>
          {tab("builder")}
          {tab("text")}
        </div>
      </div>
      {shown === "builder" ? (
        <>
          {isRead.value ? <Builder root={root.value} variables={variables ?? []} hasChanges={hasChanges} onRoot={change} /> : null}
          {problems.value.length || error ? (
            <p class="help error">
              <Icon name="alert" size={14} />
              <span>{problems.value[0]?.message ?? error}</span>
            </p>
          ) : null}
          {value ? (
            <details class="more expression">
              <summary>
                <Icon name="right" size={14} />
                <span>{t("builder.expression")}</span>
              </summary>
              <pre class="snippet" tabIndex={0}>
                {value}
              </pre>
            </details>
          ) : null}
        </>
      ) : (
        <>
          {canShow.value ? null : (
            <p class="builder-notice">
              <Icon name="info" size={14} />
              <span>{t(problems.value.length ? "builder.cannot_read" : "builder.cannot_show")}</span>
            </p>
          )}
          <CodeField
            mono
            label={t("builder.expression_of", { field: label })}
            placeholder={EXAMPLE}
            variables={variables}
            write={(path) => path}
            problems={problems.value}
            error={error}
            value={value ?? ""}
            onValue={(next) => onValue(next.trim() === "" ? null : next)}
          />
        </>
      )}
    </section>
  );
}
