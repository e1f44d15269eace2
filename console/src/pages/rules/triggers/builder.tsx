// The visual builder of conditions: rows of field, operator and value, in groups of which all or any must hold. All of it is
// plain fields and buttons, so that the keyboard is enough.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../../../i18n/index.ts";
import type { Built, Comparison, Group, Operator, Variable } from "../../../wire-rules.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { useKnown, type Known } from "./choices.ts";
import { FieldChoice } from "./field-choice.tsx";
import { adapted, groupOf, isGroup, joinOf, operatorsFor, partsOf, replaceAt, type Path } from "./tree.ts";
import { ValueInput } from "./value-input.tsx";

/** Deeper groups nobody reads. */
const DEEPEST = 3;

export interface BuilderProps {
  root: Group;
  variables: readonly Variable[];
  /** Whether the event brings a change set. */
  hasChanges: boolean;
  onRoot: (root: Group) => void;
}

interface Shared {
  variables: readonly Variable[];
  hasChanges: boolean;
  known: Known;
  put: (path: Path, node: Built | null) => void;
}

function operatorName(operator: Operator, variable: Variable | undefined): string {
  const isTime = variable?.type === "date" || variable?.type === "datetime";
  return t(isTime && /^(more|less|at_least|at_most)$/.test(operator) ? `builder.time_${operator as "more"}` : `builder.op_${operator}`);
}

function Row({ comparison, path, shared }: { comparison: Comparison; path: Path; shared: Shared }): JSX.Element {
  const { variables, hasChanges, known, put } = shared;
  const variable = variables.find((one) => one.path === comparison.field);
  const possible = operatorsFor(variable ?? { path: comparison.field, type: "text" }, hasChanges);
  // What an expression already says stays possible.
  const operators = possible.includes(comparison.operator) ? possible : [...possible, comparison.operator];
  const n = path.map((at) => at + 1).join(".");
  function chooseField(field: string): void {
    const next = variables.find((one) => one.path === field);
    if (!next) return;
    const allowed = operatorsFor(next, hasChanges);
    const operator = next.type === variable?.type && allowed.includes(comparison.operator) ? comparison.operator : allowed[0]!;
    const isSameSort = next.type === variable?.type && known.of(field) === null && known.of(comparison.field) === null;
    put(path, adapted(isSameSort ? { field, operator, value: comparison.value } : { field, operator, ...(next.type === "bool" ? { value: true } : {}) }, operator));
  }
  return (
    <div class="builder-row" role="group" aria-label={t("builder.row", { n })}>
      <FieldChoice label={t("builder.field_of", { n })} value={comparison.field} variables={variables} onValue={chooseField} />
      <select
        class="input builder-operator"
        aria-label={t("builder.operator_of", { n })}
        value={comparison.operator}
        onChange={(event) => put(path, adapted({ ...comparison, operator: event.currentTarget.value as Operator }, comparison.operator))}
      >
        {operators.map((operator) => (
          <option key={operator} value={operator} selected={operator === comparison.operator}>
            {operatorName(operator, variable)}
          </option>
        ))}
      </select>
      <div class="builder-value">
        <ValueInput
          key={`${comparison.field}${comparison.operator}`}
          comparison={comparison}
          type={variable?.type ?? "text"}
          choices={known.of(comparison.field)}
          label={t("builder.value_of", { n })}
          onValue={(value) => put(path, { ...comparison, value })}
        />
      </div>
      <IconButton icon="close" label={t("builder.remove", { n })} onClick={() => put(path, null)} />
    </div>
  );
}

function GroupView({ group, path, shared }: { group: Group; path: Path; shared: Shared }): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const parts = partsOf(group);
  const join = joinOf(group);
  const name = path.length ? t("builder.group", { n: path.map((at) => at + 1).join(".") }) : t("builder.conditions");
  function add(node: Built): void {
    shared.put(path, groupOf(join, [...parts, node]));
    // The new row takes the focus once it is drawn.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(":scope > li:last-child input")?.focus());
  }
  return (
    <div class={path.length ? "builder-group inner" : "builder-group"} role="group" aria-label={name}>
      {parts.length > 1 || path.length ? (
        <div class="builder-join">
          <select class="input" aria-label={t("builder.join_of", { group: name })} value={join} onChange={(event) => shared.put(path, groupOf(event.currentTarget.value as "all", parts))}>
            {(["all", "any"] as const).map((value) => (
              <option key={value} value={value} selected={value === join}>
                {t(`builder.${value}`)}
              </option>
            ))}
          </select>
          <span class="spring" />
          {path.length ? <IconButton icon="close" label={t("builder.remove_group", { group: name })} onClick={() => shared.put(path, null)} /> : null}
        </div>
      ) : null}
      <ul ref={list}>
        {parts.map((part, at) => (
          <li key={at} class="builder-part">
            {isGroup(part) ? <GroupView group={part} path={[...path, at]} shared={shared} /> : <Row comparison={part} path={[...path, at]} shared={shared} />}
          </li>
        ))}
      </ul>
      <div class="builder-add">
        <Button small icon="plus" onClick={() => add({ field: "", operator: "is", value: "" })}>
          {t("builder.add")}
        </Button>
        {path.length < DEEPEST - 1 ? (
          <Button small kind="quiet" icon="plus" onClick={() => add(groupOf(join === "all" ? "any" : "all", [{ field: "", operator: "is", value: "" }]))}>
            {t("builder.add_group")}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

export function Builder({ root, variables, hasChanges, onRoot }: BuilderProps): JSX.Element {
  const known = useKnown();
  const put = (path: Path, node: Built | null) => onRoot(replaceAt(root, path, node));
  return <GroupView group={root} path={[]} shared={{ variables, hasChanges, known, put }} />;
}
