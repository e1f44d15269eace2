// Settings → Users: find, invite, and open somebody. What is done to one user is in user-dialog.tsx and user-actions.ts.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";
import { api, withQuery } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useListing, useResource, type Listing } from "../../resource.ts";
import { query, setQuery } from "../../router.ts";
import { session } from "../../session.ts";
import { useTitle } from "../../title.ts";
import type { Group, Page, User, UserState } from "../../wire.ts";
import { Person } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { More } from "../../ui/more.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { useRowKeys } from "../../ui/rows.ts";
import { InviteDialog } from "./invite.tsx";
import { SettingsHead } from "./settings-head.tsx";
import { SettingsTable } from "./settings-table.tsx";
import { UserMenu } from "./user-actions.tsx";
import { UserDialog } from "./user-dialog.tsx";

const STATES: readonly UserState[] = ["active", "invited", "locked"];
const STATE_LOOKS: Record<UserState, { icon: IconName; tone: string }> = {
  active: { icon: "check", tone: "tone-quiet" },
  invited: { icon: "mail", tone: "tone-info" },
  locked: { icon: "lock", tone: "tone-warning" },
};

export function UserStateBadge({ state }: { state: UserState }): JSX.Element {
  return (
    <span class={`badge ${STATE_LOOKS[state].tone}`}>
      <Icon name={STATE_LOOKS[state].icon} size={13} />
      {t(`user_state.${state}`)}
    </span>
  );
}

function SearchField({ value }: { value: string }): JSX.Element {
  const timer = useRef(0);
  return (
    <label class="search inline">
      <Icon name="search" />
      <input
        type="search"
        aria-label={t("users.search")}
        placeholder={t("users.search")}
        defaultValue={value}
        onInput={(event) => {
          const q = event.currentTarget.value.trim();
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => setQuery({ q: q || null }, { replace: true }), 250);
        }}
      />
    </label>
  );
}

function FilterChips({ groups, group, state }: { groups: Group[]; group: string | null; state: string | null }): JSX.Element {
  const name = groups.find((candidate) => candidate.code === group)?.name ?? group;
  return (
    <div class="chips">
      <Drop
        label={t("users.filter_state")}
        menu
        faceClass={state ? "chip set" : "chip"}
        face={<span>{state ? t(`user_state.${state as UserState}`) : `+ ${t("users.filter_state")}`}</span>}
      >
        {(close) =>
          [null, ...STATES].map((value) => (
            <MenuItem key={value} checked={state === value} onClick={() => (close(), setQuery({ state: value }))}>
              {value ? t(`user_state.${value}`) : t("users.any_state")}
            </MenuItem>
          ))
        }
      </Drop>
      <Drop label={t("users.filter_group")} menu faceClass={group ? "chip set" : "chip"} face={<span>{name ?? `+ ${t("users.filter_group")}`}</span>}>
        {(close) => (
          <>
            <MenuItem checked={!group} onClick={() => (close(), setQuery({ group: null }))}>
              {t("users.any_group")}
            </MenuItem>
            {groups.map((each) => (
              <MenuItem key={each.code} checked={group === each.code} onClick={() => (close(), setQuery({ group: each.code }))}>
                {each.name}
              </MenuItem>
            ))}
          </>
        )}
      </Drop>
    </div>
  );
}

interface RowProps {
  user: User;
  groups: Group[];
  edit: () => void;
  changed: () => void;
}

function UserRow({ user, groups, edit, changed }: RowProps): JSX.Element {
  const names = user.groups.map((code) => groups.find((group) => group.code === code)?.name ?? code);
  return (
    <tr data-id={user.id} class={user.state === "locked" ? "dim" : ""}>
      <td>
        <button type="button" class="row-link person-link" onClick={edit}>
          <Person name={user.name} detail={user.email} />
          {user.id === session.value?.user.id ? <span class="badge tone-quiet">{t("users.you")}</span> : null}
        </button>
      </td>
      <td data-label={t("users.column_role")}>{t(`role.${user.role}`)}</td>
      <td data-label={t("users.column_groups")} class="cell-groups">
        {names.length ? names.join(", ") : <span class="faint">–</span>}
      </td>
      <td data-label={t("users.column_state")}>
        <UserStateBadge state={user.state} />
      </td>
      <td data-label={t("users.column_seen")}>{user.last_seen_at ? <Time at={user.last_seen_at} style="relative" /> : <span class="faint">{t("users.never")}</span>}</td>
      <td class="cell-menu">
        <UserMenu user={user} edit={edit} changed={changed} />
      </td>
    </tr>
  );
}

function UsersTable({ items, groups, editing, changed }: { items: User[]; groups: Group[]; editing: Signal<User | null>; changed: () => void }): JSX.Element {
  return (
    <SettingsTable columns={[t("users.column_user"), t("users.column_role"), t("users.column_groups"), t("users.column_state"), t("users.column_seen")]} look="users-table">
      {items.map((user) => (
        <UserRow key={user.id} user={user} groups={groups} edit={() => (editing.value = user)} changed={changed} />
      ))}
    </SettingsTable>
  );
}

function UsersBody({ list, groups, editing, invite }: { list: Listing<User>; groups: Group[]; editing: Signal<User | null>; invite: () => void }): JSX.Element {
  const items = list.data.value;
  const changed = () => void list.reload();
  if (!items) return list.problem.value ? <Failure problem={list.problem.value} retry={changed} /> : <SkeletonRows />;
  if (items.length === 0) {
    const filtered = query.value.get("q") || query.value.get("group") || query.value.get("state");
    return filtered ? (
      <Empty icon="search" title={t("users.none_found")} action={<Button onClick={() => setQuery({ q: null, group: null, state: null })}>{t("inbox.clear_filters")}</Button>} />
    ) : (
      <Empty icon="users" title={t("users.none")} action={<Button kind="primary" icon="userPlus" onClick={invite}>{t("users.invite")}</Button>} />
    );
  }
  return (
    <>
      <UsersTable items={items} groups={groups} editing={editing} changed={changed} />
      <More list={list} />
    </>
  );
}

export function UsersPage(): JSX.Element {
  useTitle(t("nav.users"));
  const q = query.value.get("q") ?? "";
  const group = query.value.get("group");
  const state = query.value.get("state");
  const list = useListing<User>(`users:${q}:${group}:${state}`, (cursor) => api.get<Page<User>>(withQuery("/v1/users", { q, group, state, cursor, limit: 50 })));
  const groups = useResource("groups", () => api.get<Page<Group>>("/v1/groups")).data.value?.items ?? [];
  const editing = useSignal<User | null>(null);
  const inviting = useSignal(false);
  const invite = () => (inviting.value = true);
  useRowKeys(() => list.data.peek()?.map((user) => user.id) ?? []);
  return (
    <section>
      <SettingsHead
        title={t("nav.users")}
        intro={t("users.intro")}
        action={
          <Button kind="primary" icon="userPlus" onClick={invite}>
            {t("users.invite")}
          </Button>
        }
      />
      <div class="filter-bar">
        <SearchField value={q} />
        <FilterChips groups={groups} group={group} state={state} />
      </div>
      <UsersBody list={list} groups={groups} editing={editing} invite={invite} />
      {inviting.value ? <InviteDialog groups={groups} onClose={() => (inviting.value = false)} changed={() => void list.reload()} /> : null}
      {editing.value ? <UserDialog user={editing.value} groups={groups} onClose={() => (editing.value = null)} changed={() => void list.reload()} /> : null}
    </section>
  );
}
