// The fields of a record on its card, by section, with what a link wants marked in brass and what has just changed
// glowing. What a value reads like comes from the server, in the reader's language.
import type { ComponentChildren, JSX } from "preact";
import { t } from "../../i18n/index.ts";
import type { HistoryRow, RecordCard, RecordField, RecordType } from "../../wire.ts";
import { Icon } from "../../ui/icon.tsx";
import { lastChange } from "./calls.ts";
import type { Directory } from "./directory.ts";
import { grouped, type Marks, type Section } from "./sections.ts";
import { hrefOf } from "./type.ts";

function link(field: RecordField, card: RecordCard, text: string): ComponentChildren {
  if (field.name === "customer" && card.customer) return <a href={hrefOf("customer", card.customer.id)}>{text}</a>;
  if (field.name === "email") return <a href={`mailto:${text}`}>{text}</a>;
  if (field.name === "phone" || field.name === "additional_phone") return <a href={`tel:${text.replace(/[^+\d]/g, "")}`}>{text}</a>;
  return text;
}

function display(field: RecordField, directory: Directory): string {
  const site = field.name === "site" ? directory.sites.find(({ code }) => code === field.value) : undefined;
  if (site) return site.name;
  if (field.display !== null && field.display !== "") return field.display;
  if (field.value === null || field.value === undefined) return "";
  return typeof field.value === "object" ? JSON.stringify(field.value) : String(field.value);
}

/** What it was before, where a link says that it changed. */
function Before({ rows, name }: { rows: readonly HistoryRow[]; name: string }): JSX.Element | null {
  const change = lastChange(rows, name);
  if (!change) return null;
  const old = change.old_display ?? (change.old === null || change.old === undefined ? t("records.empty_value") : String(change.old));
  return <small class="field-before">{t("records.before", { value: old })}</small>;
}

const IN_HEAD = new Set(["status", "manager"]);

export interface FieldsProps {
  type: RecordType;
  card: RecordCard;
  directory: Directory;
  marks: Marks;
  glowing: ReadonlySet<string>;
  history: readonly HistoryRow[];
}

function FieldRow({ field, card, directory, marks, glowing, history }: Omit<FieldsProps, "type"> & { field: RecordField }): JSX.Element {
  const isMarked = marks.has(field.name);
  const classes = ["record-field"];
  if (isMarked) classes.push("marked");
  if (glowing.has(field.name)) classes.push("glow");
  return (
    <div class={classes.join(" ")} data-marked={isMarked ? "true" : undefined}>
      <dt>
        {field.label}
        {isMarked ? <span class="visually-hidden"> {t("records.marked")}</span> : null}
      </dt>
      <dd dir="auto">
        <span class="field-value">{link(field, card, display(field, directory))}</span>
        {isMarked ? <Before rows={history} name={field.name} /> : null}
      </dd>
    </div>
  );
}

/** Marked fields that have no value any more: the card would not show them. */
function emptied(card: RecordCard, marks: Marks, history: readonly HistoryRow[]): RecordField[] {
  const shown = new Set(card.fields.map((field) => field.name));
  const names = new Set(history.filter((row) => !row.part && marks.has(row.field) && !shown.has(row.field)).map((row) => row.field));
  return [...names].map((name) => ({ name, label: history.find((row) => row.field === name)?.label ?? name, value: null, display: t("records.empty_value") }));
}

export function sectionName(type: RecordType, section: Section): string {
  if (section === "main") return t(`record.${type}`);
  return type === "customer" && section === "delivery" ? t("records.section_address") : t(`records.section_${section}`);
}

export function Fields({ type, card, ...rest }: FieldsProps): JSX.Element {
  // Status and manager stand in the head; here they only tell what they were before.
  const shown = card.fields.filter((field) => !IN_HEAD.has(field.name) || rest.marks.has(field.name));
  const groups = grouped(type, [...shown, ...emptied(card, rest.marks, rest.history)]);
  return (
    <>
      {groups.map(({ section, fields }) => (
        <section class="card card-section" key={section} aria-labelledby={`record-${section}`}>
          <h2 id={`record-${section}`}>{sectionName(type, section)}</h2>
          <dl class="record-fields">
            {fields.map((field) => (
              <FieldRow key={field.name} field={field} card={card} {...rest} />
            ))}
          </dl>
          {section === "main" && card.url ? (
            <a class="site-link" href={card.url} target="_blank" rel="noopener noreferrer">
              <span>{t("records.on_site")}</span>
              <Icon name="external" size={14} />
            </a>
          ) : null}
        </section>
      ))}
    </>
  );
}
