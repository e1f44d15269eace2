// What can be done to many records at once: make somebody responsible, set a status. Each can be undone.
import type { JSX } from "preact";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import type { RecordRow, RecordState, RecordType } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Drop } from "../../ui/menu.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import { entriesOf, type Directory } from "./directory.ts";
import { ManagerMenu } from "./people.tsx";
import { openTask } from "../tasks/state.ts";
import { Status } from "./status.tsx";
import { apiOf } from "./type.ts";

/** So many writes go at once; the rest wait for their turn. */
const AT_ONCE = 6;

/** Changes each record by its own part, and offers to change it back. */
export async function changeEach(
  type: RecordType,
  parts: readonly { row: RecordRow; to: RecordState; back: RecordState }[],
  done: (ids: string[]) => Promise<void>,
): Promise<void> {
  const write = async (side: "to" | "back") => {
    const waiting = [...parts];
    const worker = async () => {
      for (let part = waiting.shift(); part; part = waiting.shift()) await api.patch(apiOf(type, part.row.id), part[side]);
    };
    try {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, parts.length) }, worker));
    } finally {
      await done(parts.map((part) => part.row.id));
    }
  };
  if (await attempt(() => write("to"))) say(t("records.changed_many", { n: parts.length }), { undo: () => write("back") });
}

export interface BulkBarProps {
  type: RecordType;
  rows: RecordRow[];
  directory: Directory;
  clear: () => void;
  done: (ids: string[]) => Promise<void>;
}

export function BulkBar({ type, rows, directory, clear, done }: BulkBarProps): JSX.Element {
  const statuses = entriesOf(directory, "statuses").filter((entry) => entry.active);
  const change = (part: (row: RecordRow) => { to: RecordState; back: RecordState }) => {
    clear();
    void changeEach(type, rows.map((row) => ({ row, ...part(row) })), done);
  };
  return (
    <div class="bulk-bar" role="toolbar" aria-label={t("list.bulk")}>
      <b>{t("list.selected", { n: rows.length })}</b>
      <ManagerMenu
        label={t("records.assign")}
        faceClass="button small"
        face={
          <>
            <Icon name="user" />
            <span>{t("records.assign")}</span>
          </>
        }
        directory={directory}
        current={undefined}
        choose={(person) => change((row) => ({ to: { manager: person?.id ?? null }, back: { manager: row.manager?.id ?? null } }))}
      />
      {type === "order" && statuses.length > 0 ? (
        <Drop
          label={t("records.set_status")}
          faceClass="button small"
          face={
            <>
              <Icon name="check" />
              <span>{t("records.set_status")}</span>
            </>
          }
        >
          {(close) =>
            statuses.map((entry) => (
              <button
                key={entry.code}
                type="button"
                class="menu-item"
                onClick={() => {
                  close();
                  change((row) => ({ to: { status: entry.code }, back: { status: row.status?.code ?? null } }));
                }}
              >
                <Status status={entry} entries={statuses} />
              </button>
            ))
          }
        </Drop>
      ) : null}
      <Button
        small
        icon="alarm"
        onClick={() => {
          clear();
          openTask({ records: rows.map(({ id, title }) => ({ type, id, title })) });
        }}
      >
        {t("records.make_tasks")}
      </Button>
      <IconButton icon="close" class="bulk-clear" label={t("list.clear_selection")} onClick={clear} />
    </div>
  );
}
