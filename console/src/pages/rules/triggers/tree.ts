// The tree of the visual builder: groups of comparisons, changed by path, and made fit to be sent. What an expression looks
// like the server knows (/v1/triggers/build and /check); here is only what a tree is. Pure.
import type { Built, Comparison, Group, Operator, Variable, VariableType } from "../../../wire-rules.ts";

export type Path = readonly number[];

export function isGroup(node: Built): node is Group {
  return "all" in node || "any" in node;
}

export function joinOf(group: Group): "all" | "any" {
  return "all" in group ? "all" : "any";
}

export function partsOf(group: Group): Built[] {
  return "all" in group ? group.all : group.any;
}

export function groupOf(join: "all" | "any", parts: Built[]): Group {
  return join === "all" ? { all: parts } : { any: parts };
}

/** The builder always begins with a group. */
export function asRoot(node: Built | null): Group {
  if (node === null) return { all: [] };
  return isGroup(node) ? node : { all: [node] };
}

/** The tree with the node at a path replaced, or taken out with null. */
export function replaceAt(root: Group, path: Path, node: Built | null): Group {
  const [index, ...rest] = path;
  if (index === undefined) return node !== null && isGroup(node) ? node : { all: [] };
  const parts = partsOf(root).flatMap((part, at) => {
    if (at !== index) return [part];
    if (rest.length === 0) return node === null ? [] : [node];
    return isGroup(part) ? [replaceAt(part, rest, node)] : [part];
  });
  return groupOf(joinOf(root), parts);
}

const WITHOUT_VALUE: ReadonlySet<Operator> = new Set<Operator>(["is_empty", "is_set", "changed"]);
const MANY: ReadonlySet<Operator> = new Set<Operator>(["in", "not_in"]);

export function needsValue(operator: Operator): boolean {
  return !WITHOUT_VALUE.has(operator);
}

export function takesMany(operator: Operator): boolean {
  return MANY.has(operator);
}

function hasValue({ operator, value }: Comparison): boolean {
  if (!needsValue(operator)) return true;
  if (takesMany(operator)) return Array.isArray(value) && value.length > 0;
  return value !== undefined && value !== null && value !== "";
}

/** Without what is not finished yet: a row without a value says nothing. Null when nothing is left. */
export function finished(node: Built): Built | null {
  if (!isGroup(node)) {
    if (node.field === "" || !hasValue(node)) return null;
    return needsValue(node.operator) ? node : { field: node.field, operator: node.operator };
  }
  const parts = partsOf(node).map(finished).filter((part): part is Built => part !== null);
  return parts.length === 0 ? null : groupOf(joinOf(node), parts);
}

const CHANGES: readonly Operator[] = ["changed", "changed_to", "changed_from"];
const BY_TYPE: Record<VariableType, readonly Operator[]> = {
  text: ["is", "is_not", "in", "not_in", "contains", "matches", "is_set", "is_empty"],
  number: ["is", "is_not", "more", "at_least", "less", "at_most", "is_set", "is_empty"],
  money: ["is", "is_not", "more", "at_least", "less", "at_most", "is_set", "is_empty"],
  bool: ["is"],
  date: ["is", "more", "at_least", "less", "at_most", "is_set", "is_empty"],
  datetime: ["more", "at_least", "less", "at_most", "is_set", "is_empty"],
  list: ["contains", "is_set", "is_empty"],
  object: ["is_set", "is_empty"],
};

/** Only what belongs to the record itself is in its change set. */
function canChange({ path, change }: Pick<Variable, "path" | "change">): boolean {
  return change === undefined ? /^(order|customer|task)\./.test(path) : change !== null;
}

export function operatorsFor(variable: Pick<Variable, "path" | "type" | "change">, hasChanges: boolean): Operator[] {
  const usual = BY_TYPE[variable.type] ?? BY_TYPE.text;
  if (!hasChanges || !canChange(variable)) return [...usual];
  return [...usual, ...(variable.type === "list" || variable.type === "object" ? ["changed" as const] : CHANGES)];
}

/** The value that is left when the operator or the field of a row becomes another. */
export function adapted(comparison: Comparison, before: Operator): Comparison {
  const { field, operator, value } = comparison;
  if (!needsValue(operator)) return { field, operator };
  if (takesMany(operator)) return { field, operator, value: Array.isArray(value) ? value : value === undefined || value === "" ? [] : [value] };
  if (takesMany(before) && Array.isArray(value)) return { field, operator, value: value[0] ?? "" };
  return comparison;
}

/** What was typed, as the type that the field has. */
export function typed(type: VariableType, text: string): string | number {
  if (type !== "number" && type !== "money") return text;
  const number = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && Number.isFinite(number) ? number : text;
}

export function sameTree(a: Built | null, b: Built | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
