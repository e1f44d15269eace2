// What can be done to many tasks at once: finish, hand on, delete. The first two can be undone, the third asks first.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../../i18n/index.ts";
import type { Task } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { complete, deleteTasks, reassign } from "./actions.ts";
import { PerformerMenu } from "./parts.tsx";
import type { Performers } from "./performers.ts";

export interface BulkBarProps {
  tasks: Task[];
  performers: Performers;
  clear: () => void;
}

export function BulkBar({ tasks, performers, clear }: BulkBarProps): JSX.Element {
  const deleting = useSignal(false);
  const open = tasks.filter((task) => !task.done);
  return (
    <div class="bulk-bar" role="toolbar" aria-label={t("list.bulk")}>
      <b>{t("list.selected", { n: tasks.length })}</b>
      <Button
        small
        icon="check"
        disabled={open.length === 0}
        onClick={() => {
          clear();
          void complete(open);
        }}
      >
        {t("tasks.complete")}
      </Button>
      <PerformerMenu
        label={t("records.assign")}
        faceClass="button small"
        face={
          <>
            <Icon name="user" />
            <span>{t("records.assign")}</span>
          </>
        }
        performers={performers}
        current={undefined}
        choose={(choice) => {
          clear();
          void reassign(tasks, choice, performers.groupCode);
        }}
      />
      <Button small icon="trash" onClick={() => (deleting.value = true)}>
        {t("tasks.delete")}
      </Button>
      <IconButton icon="close" class="bulk-clear" label={t("list.clear_selection")} onClick={clear} />
      {deleting.value ? (
        <Confirm
          title={t("tasks.delete_title", { n: tasks.length })}
          text={t("tasks.delete_text", { n: tasks.length })}
          action={t("tasks.delete")}
          onClose={() => (deleting.value = false)}
          run={async () => {
            await deleteTasks(tasks);
            clear();
          }}
        />
      ) : null}
    </div>
  );
}
