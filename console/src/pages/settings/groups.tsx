// Settings → Groups and rights: the groups of users and what being in one allows.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import { useTitle } from "../../title.ts";
import type { Group, Page } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { Empty } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { useRowKeys } from "../../ui/rows.ts";
import { GroupDialog } from "./group-dialog.tsx";
import { MembersDialog } from "./members.tsx";
import { Reading } from "./reading.tsx";
import { SettingsHead } from "./settings-head.tsx";
import { SettingsTable } from "./settings-table.tsx";

type Open = { kind: "new" } | { kind: "edit" | "members" | "delete"; group: Group } | null;

function Right({ allowed, name }: { allowed: boolean; name: string }): JSX.Element {
  return (
    <span class={allowed ? "right on" : "right"}>
      <Icon name={allowed ? "check" : "close"} size={14} />
      <span class="visually-hidden">
        {name}: {allowed ? t("groups.yes") : t("groups.no")}
      </span>
    </span>
  );
}

function GroupRow({ group, open }: { group: Group; open: (what: Open) => void }): JSX.Element {
  return (
    <tr data-id={group.id}>
      <td>
        <button type="button" class="row-link group-link" onClick={() => open({ kind: "edit", group })}>
          <b dir="auto">{group.name}</b>
          <code>{group.code}</code>
        </button>
      </td>
      <td data-label={t("groups.column_members")}>
        <button type="button" class="text-button tabular" onClick={() => open({ kind: "members", group })}>
          {t("count.people", { n: group.members })}
        </button>
      </td>
      <td data-label={t("groups.may_send_short")}>
        <Right allowed={group.may_send_notifications} name={t("groups.may_send_short")} />
      </td>
      <td data-label={t("groups.may_edit_short")}>
        <Right allowed={group.may_edit_rules} name={t("groups.may_edit_short")} />
      </td>
      <td data-label={t("groups.sees")}>{t(`groups.sees_${group.sees}`)}</td>
      <td class="cell-menu">
        <Drop label={t("groups.menu", { name: group.name })} menu align="end" faceClass="icon-button" face={<Icon name="dots" />}>
          {(close) => (
            <>
              <MenuItem icon="pencil" onClick={() => (close(), open({ kind: "edit", group }))}>
                {t("action.edit")}
              </MenuItem>
              <MenuItem icon="users" onClick={() => (close(), open({ kind: "members", group }))}>
                {t("groups.edit_members")}
              </MenuItem>
              <hr />
              <MenuItem icon="trash" bad onClick={() => (close(), open({ kind: "delete", group }))}>
                {t("groups.delete")}
              </MenuItem>
            </>
          )}
        </Drop>
      </td>
    </tr>
  );
}

function GroupsTable({ items, open }: { items: Group[]; open: (what: Open) => void }): JSX.Element {
  return (
    <SettingsTable columns={[t("groups.column_group"), t("groups.column_members"), t("groups.may_send_short"), t("groups.may_edit_short"), t("groups.sees")]}>
      {items.map((group) => (
        <GroupRow key={group.id} group={group} open={open} />
      ))}
    </SettingsTable>
  );
}

function GroupDialogs({ open, close, changed }: { open: Open; close: () => void; changed: () => void }): JSX.Element | null {
  if (!open) return null;
  if (open.kind === "new") return <GroupDialog group={null} onClose={close} changed={changed} />;
  if (open.kind === "edit") return <GroupDialog group={open.group} onClose={close} changed={changed} />;
  if (open.kind === "members") return <MembersDialog group={open.group} onClose={close} changed={changed} />;
  const { group } = open;
  return (
    <Confirm
      title={t("groups.delete_title", { name: group.name })}
      text={t("groups.delete_text", { n: group.members })}
      action={t("groups.delete")}
      onClose={close}
      run={async () => {
        await api.delete(`/v1/groups/${encodeURIComponent(group.id)}`);
        changed();
        say(t("groups.deleted", { name: group.name }));
      }}
    />
  );
}

export function GroupsPage(): JSX.Element {
  useTitle(t("nav.groups"));
  const groups = useResource("groups", () => api.get<Page<Group>>("/v1/groups"));
  const open = useSignal<Open>(null);
  const items = groups.data.value?.items;
  const show = (what: Open) => {
    open.value = what;
  };
  useRowKeys(() => items?.map((group) => group.id) ?? []);
  const create = (
    <Button kind="primary" icon="plus" onClick={() => show({ kind: "new" })}>
      {t("groups.new")}
    </Button>
  );
  return (
    <section>
      <SettingsHead title={t("nav.groups")} intro={t("groups.intro")} action={create} />
      <Reading of={groups}>
        {({ items }) =>
          items.length ? (
            <GroupsTable items={items} open={show} />
          ) : (
            <Empty icon="users" title={t("groups.none")} action={create}>
              {t("groups.none_text")}
            </Empty>
          )
        }
      </Reading>
      <GroupDialogs open={open.value} close={() => show(null)} changed={() => void groups.reload()} />
    </section>
  );
}
