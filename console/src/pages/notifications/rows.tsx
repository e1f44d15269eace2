// The table of inbox items. The link in a row's title is what j and k move among, so focus, Enter and screen readers
// agree about where one is.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { plainText, RichText } from "../../rich-text.tsx";
import { hrefWith, path, query } from "../../router.ts";
import type { Item } from "../../wire.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { KindTile, kindName } from "../../ui/kind.tsx";
import { AllCheck, RowCheck } from "../../ui/row-check.tsx";
import { followRow } from "../../ui/rows.ts";
import { Time } from "../../ui/time.tsx";
import { SnoozeMenu, WhenChip } from "./reminder.tsx";
import { archive, markRead, markUnread, unarchive } from "./actions.ts";

export interface RowsProps {
  items: Item[];
  open: string | null;
  selected: ReadonlySet<string>;
  glowing: ReadonlySet<string>;
  toggle: (id: string, range: boolean) => void;
  toggleAll: (on: boolean) => void;
}

function isUnread(item: Item): boolean {
  return !item.read_at && !item.archived_at && !item.withdrawn_at;
}

export function itemHref(id: string | null): string {
  return hrefWith(`${path.value}?${query.value}`, { item: id });
}

function whence(item: Item): string {
  if (item.sender) return item.audience.length ? t("inbox.from_to", { sender: item.sender, groups: item.audience.join(", ") }) : item.sender;
  if (item.record) return `${t(recordKey(item.record.type))} ${item.record.external_id ?? item.record.number}`;
  return kindName(item.kind);
}

export function recordKey(type: string): "record.order" | "record.customer" | "record.task" | "record.other" {
  return type === "order" || type === "customer" || type === "task" ? `record.${type}` : "record.other";
}

function RowActions({ item }: { item: Item }): JSX.Element {
  return (
    <span class="row-actions">
      <SnoozeMenu item={item} face={<Icon name="clock" />} faceClass="icon-button" align="end" tabIndex={-1} />
      <IconButton
        icon={item.read_at ? "mail" : "mailOpen"}
        label={item.read_at ? t("inbox.mark_unread") : t("inbox.mark_read")}
        tabIndex={-1}
        onClick={() => void (item.read_at ? markUnread([item]) : markRead([item]))}
      />
      <IconButton
        icon={item.archived_at ? "unarchive" : "archive"}
        label={item.archived_at ? t("inbox.unarchive") : t("inbox.archive")}
        tabIndex={-1}
        onClick={() => void (item.archived_at ? unarchive([item]) : archive([item]))}
      />
    </span>
  );
}

type RowProps = Pick<RowsProps, "open" | "selected" | "glowing" | "toggle"> & { item: Item };

function Row({ item, open, selected, glowing, toggle }: RowProps): JSX.Element {
  const classes = ["inbox-row"];
  if (isUnread(item)) classes.push("unread");
  if (open === item.id) classes.push("open");
  if (glowing.has(item.id)) classes.push("glow");
  const checked = selected.has(item.id);
  const title = item.title || null;
  const body = plainText(item.body);
  return (
    <tr class={classes.join(" ")} data-id={item.id} aria-selected={checked ? "true" : "false"}>
      <RowCheck id={item.id} checked={checked} toggle={toggle} />
      <td class="cell-tile">
        <KindTile item={item} />
      </td>
      <td class="cell-text">
        <a href={itemHref(item.id)} class="row-link" aria-current={open === item.id ? "true" : undefined}>
          {isUnread(item) ? <span class="visually-hidden">{t("inbox.unread_word")} </span> : null}
          {title ? <RichText class="row-title" html={title} inline /> : <span class="row-title">{body}</span>}
          {item.count > 1 ? <span class="row-count">{t("inbox.changes", { n: item.count })}</span> : null}
          <WhenChip item={item} />
          {isUnread(item) ? <i class="unread-dot" /> : null}
        </a>
        <span class="row-body" dir="auto">
          {title ? body : null}
        </span>
        <span class="row-whence only-narrow">{whence(item)}</span>
      </td>
      <td class="cell-whence" dir="auto">
        {whence(item)}
      </td>
      <td class="cell-time">
        <Time at={item.created_at} />
        <RowActions item={item} />
      </td>
    </tr>
  );
}

export function Rows({ items, toggleAll, ...rest }: RowsProps): JSX.Element {
  return (
    <table class="table inbox-table">
      <colgroup>
        <col class="col-check" />
        <col class="col-tile" />
        <col />
        <col class="col-whence" />
        <col class="col-time" />
      </colgroup>
      <thead>
        <tr>
          <AllCheck chosen={rest.selected.size} all={items.length} toggleAll={toggleAll} />
          <th colSpan={2} scope="col">
            {t("inbox.column_what")}
          </th>
          <th scope="col" class="cell-whence">
            {t("inbox.column_from")}
          </th>
          <th scope="col" class="cell-time">
            {t("inbox.column_when")}
          </th>
        </tr>
      </thead>
      <tbody onClick={followRow}>
        {items.map((item) => (
          <Row key={item.id} item={item} {...rest} />
        ))}
      </tbody>
    </table>
  );
}
