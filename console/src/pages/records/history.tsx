// What happened to a record, newest first: who, when, through which door, and each field's old and new value.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import type { Listing } from "../../resource.ts";
import type { HistoryRow, RecordType } from "../../wire.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { calls, type Call } from "./calls.ts";

const SOURCE_ICONS: Record<HistoryRow["source"], IconName> = { api: "key", user: "user", code: "bell" };

function value(display: string | null, raw: unknown): string {
  if (display) return display;
  if (raw === null || raw === undefined || raw === "") return t("records.empty_value");
  return typeof raw === "object" ? JSON.stringify(raw) : String(raw);
}

function ChangeLine({ row }: { row: HistoryRow }): JSX.Element {
  // Under the bare name of the list the part itself came or went; the label says which.
  if (row.part && (row.field === "order_product" || row.field === "payments")) {
    const isNew = row.new !== null && row.new !== undefined;
    return (
      <li class="change">
        <span class="change-label" dir="auto">
          {row.label}
        </span>
        <span class={isNew ? "change-new" : "change-old"}>{t(isNew ? "records.part_added" : "records.part_removed")}</span>
      </li>
    );
  }
  return (
    <li class="change">
      <span class="change-label" dir="auto">
        {row.label}
      </span>
      <span class="change-values">
        <span class="change-old" dir="auto">
          {value(row.old_display, row.old)}
        </span>
        <Icon name="to" size={13} />
        <span class="visually-hidden">{t("records.became")}</span>
        <span class="change-new" dir="auto">
          {value(row.new_display, row.new)}
        </span>
      </span>
    </li>
  );
}

function CallView({ call, type }: { call: Call; type: RecordType | "task" }): JSX.Element {
  const who = call.by ?? t(`records.source_${call.source}`);
  return (
    <li class="call">
      <span class="call-face">{call.source === "user" && call.by ? <Avatar name={call.by} /> : <Icon name={SOURCE_ICONS[call.source]} size={15} />}</span>
      <div class="call-body">
        <p class="call-head">
          <b dir="auto">{who}</b>
          {call.kind === "create" ? <span>{t(`records.made_${type}`)}</span> : null}
          {call.kind === "delete" ? <span>{t(`records.deleted_${type}`)}</span> : null}
          {call.by ? <small class="faint">{t(`records.source_${call.source}`)}</small> : null}
          <Time at={call.at} style="relative" />
        </p>
        {call.kind === "update" ? (
          <ul class="changes">
            {call.rows.map((row) => (
              <ChangeLine key={row.seq} row={row} />
            ))}
          </ul>
        ) : null}
      </div>
    </li>
  );
}

export function History({ list, type }: { list: Listing<HistoryRow>; type: RecordType | "task" }): JSX.Element {
  const rows = list.data.value;
  return (
    <section class="card card-section" aria-labelledby="record-history">
      <h2 id="record-history">{t("records.history")}</h2>
      {rows ? (
        <ol class="calls">
          {calls(rows).map((call) => (
            <CallView key={call.key} call={call} type={type} />
          ))}
        </ol>
      ) : list.problem.value ? (
        <Failure problem={list.problem.value} retry={() => void list.reload()} />
      ) : (
        <SkeletonRows rows={3} />
      )}
      {rows && list.next.value ? (
        <Button class="calls-more" busy={list.loading.value} onClick={() => void list.more()}>
          {t("records.earlier")}
        </Button>
      ) : null}
    </section>
  );
}
