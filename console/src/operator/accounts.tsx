// Accounts of the server: how each stands, how many people it has, and what the operator does with it. Nothing of what is in them.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";
import { withQuery } from "../http.ts";
import { t } from "../i18n/index.ts";
import { SettingsTable } from "../pages/settings/settings-table.tsx";
import { useListing, type Listing } from "../resource.ts";
import { query, setQuery } from "../router.ts";
import { useTitle } from "../title.ts";
import { Button } from "../ui/button.tsx";
import { Chip } from "../ui/chips.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Drop, MenuItem } from "../ui/menu.tsx";
import { More } from "../ui/more.tsx";
import { Empty, Failure, SkeletonRows } from "../ui/states.tsx";
import { Time } from "../ui/time.tsx";
import { attempt, say } from "../ui/toast.tsx";
import type { Page } from "../wire.ts";
import { DeleteDialog, FoundDialog, LabelDialog, LimitsDialog, pathOf, SuspendDialog, type OfAccount } from "./account-dialogs.tsx";
import { api } from "./session.ts";
import type { AccountState, ServerAccount } from "./wire.ts";

const STATES = ["open", "suspended", "deleted"] as const;
const LOOKS: Record<AccountState, { icon: IconName; tone: string }> = {
  open: { icon: "check", tone: "tone-quiet" },
  suspended: { icon: "lock", tone: "tone-warning" },
  deleted: { icon: "trash", tone: "tone-error" },
};

type Deed = "label" | "limits" | "suspend" | "delete";
const DIALOGS: Record<Deed, (props: OfAccount) => JSX.Element> = { label: LabelDialog, limits: LimitsDialog, suspend: SuspendDialog, delete: DeleteDialog };

function State({ account }: { account: ServerAccount }): JSX.Element {
  const { icon, tone } = LOOKS[account.state];
  return (
    <div class="operator-state">
      <span class={`badge ${tone}`}>
        <Icon name={icon} size={13} />
        {t(`operator.state_${account.state}`)}
      </span>
      {account.state === "suspended" && account.suspended_at ? (
        <small class="operator-line">
          {t("operator.since")} <Time at={account.suspended_at} style="short" />
          {account.suspended_reason ? (
            <span class="operator-reason" dir="auto" title={account.suspended_reason}>
              {account.suspended_reason}
            </span>
          ) : null}
        </small>
      ) : null}
      {account.delete_at ? (
        <small class="operator-line">
          {t("operator.erased_at")} <Time at={account.delete_at} />
        </small>
      ) : null}
    </div>
  );
}

function Menu({ account, choose, changed }: { account: ServerAccount; choose: (deed: Deed) => void; changed: () => void }): JSX.Element {
  const act = async (verb: "resume" | "restore"): Promise<void> => {
    const done = await attempt(() => api.post(pathOf(account, `/${verb}`)));
    changed();
    if (done) say(t(verb === "resume" ? "operator.resumed_said" : "operator.restored_said", { name: account.name }));
  };
  const isDeleted = account.state === "deleted";
  return (
    <Drop label={t("operator.menu", { name: account.name })} menu align="end" faceClass="icon-button" face={<Icon name="dots" />}>
      {(close) => (
        <>
          <MenuItem icon="pencil" onClick={() => (close(), choose("label"))}>
            {t("operator.plan_and_version")}
          </MenuItem>
          <MenuItem icon="sliders" onClick={() => (close(), choose("limits"))}>
            {t("operator.limits")}
          </MenuItem>
          {account.state === "suspended" ? (
            <MenuItem icon="unlock" onClick={() => (close(), void act("resume"))}>
              {t("operator.resume")}
            </MenuItem>
          ) : null}
          {account.state === "open" ? (
            <MenuItem icon="lock" onClick={() => (close(), choose("suspend"))}>
              {t("operator.suspend")}
            </MenuItem>
          ) : null}
          <hr />
          {isDeleted ? (
            <MenuItem icon="undo" onClick={() => (close(), void act("restore"))}>
              {t("operator.restore")}
            </MenuItem>
          ) : (
            <MenuItem icon="trash" bad onClick={() => (close(), choose("delete"))}>
              {t("operator.delete_account")}
            </MenuItem>
          )}
        </>
      )}
    </Drop>
  );
}

function limitsText({ limits }: ServerAccount): string | null {
  const parts = [
    limits.users === null ? null : t("operator.at_most_users", { n: limits.users }),
    limits.events_per_minute === null ? null : t("operator.at_most_events", { n: limits.events_per_minute }),
    limits.calls_per_minute === null ? null : t("operator.at_most_calls", { n: limits.calls_per_minute }),
  ];
  return parts.filter(Boolean).join(" · ") || null;
}

function Row({ account, choose, changed }: { account: ServerAccount; choose: (deed: Deed) => void; changed: () => void }): JSX.Element {
  const none = <span class="faint">–</span>;
  const limits = limitsText(account);
  return (
    <tr class={account.state === "open" ? "" : "dim"}>
      <td>
        <div class="operator-name">
          <b dir="auto">{account.name}</b>
          <small class="operator-line">
            <code>{account.code}</code>
          </small>
        </div>
      </td>
      <td data-label={t("operator.state")}>
        <State account={account} />
      </td>
      <td data-label={t("operator.plan")}>
        <div>
          {account.plan ?? none}
          {account.version ? <small class="operator-line">{t("operator.version_is", { version: account.version })}</small> : null}
        </div>
      </td>
      <td data-label={t("operator.col_people")}>
        <div>
          {t("operator.people_n", { n: account.people })}
          <small class="operator-line">{limits ?? t("operator.administrators_n", { n: account.administrators })}</small>
        </div>
      </td>
      <td data-label={t("operator.col_last")}>{account.last_seen_at ? <Time at={account.last_seen_at} style="relative" /> : <span class="faint">{t("users.never")}</span>}</td>
      <td class="cell-menu">
        <Menu account={account} choose={choose} changed={changed} />
      </td>
    </tr>
  );
}

function SearchField({ value }: { value: string }): JSX.Element {
  const timer = useRef(0);
  return (
    <label class="search inline">
      <Icon name="search" />
      <input
        type="search"
        aria-label={t("operator.find_account")}
        placeholder={t("operator.find_account")}
        maxLength={200}
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

interface BodyProps {
  list: Listing<ServerAccount>;
  isNarrowed: boolean;
  open: Signal<{ account: ServerAccount; deed: Deed } | null>;
}

function Body({ list, isNarrowed, open }: BodyProps): JSX.Element {
  const items = list.data.value;
  const changed = () => void list.reload();
  if (!items) return list.problem.value ? <Failure problem={list.problem.value} retry={changed} /> : <SkeletonRows />;
  if (items.length === 0) {
    return (
      <Empty icon="search" title={t("operator.no_account")} action={isNarrowed ? <Button onClick={() => setQuery({ q: null, state: null })}>{t("inbox.clear_filters")}</Button> : null}>
        {t("operator.no_account_text")}
      </Empty>
    );
  }
  return (
    <>
      <SettingsTable columns={[t("operator.account"), t("operator.state"), t("operator.plan"), t("operator.col_people"), t("operator.col_last")]} look="operator-table accounts-table">
        {items.map((account) => (
          <Row key={account.code} account={account} choose={(deed) => (open.value = { account, deed })} changed={changed} />
        ))}
      </SettingsTable>
      <More list={list} />
    </>
  );
}

export function AccountsPage(): JSX.Element {
  useTitle(t("operator.accounts"));
  const q = query.value.get("q") ?? "";
  const state = STATES.find((known) => known === query.value.get("state")) ?? null;
  const open = useSignal<{ account: ServerAccount; deed: Deed } | null>(null);
  const founding = useSignal(false);
  const list = useListing<ServerAccount>(`operator-accounts:${q}:${state ?? ""}`, (cursor) => api.get<Page<ServerAccount>>(withQuery("/v1/operator/accounts", { q, state, cursor, limit: 50 })));
  const Chosen = open.value && DIALOGS[open.value.deed];
  return (
    <section>
      <div class="page-head">
        <h1>{t("operator.accounts")}</h1>
        <span class="spring" />
        <Button kind="primary" icon="plus" onClick={() => (founding.value = true)}>
          {t("operator.found")}
        </Button>
      </div>
      <p class="page-intro">{t("operator.accounts_intro")}</p>
      <div class="filter-bar">
        <SearchField key={q === "" ? "empty" : "some"} value={q} />
        <div class="chips">
          <Chip name={t("operator.state")} chosen={state && t(`operator.state_${state}`)} menu>
            {(close) =>
              [null, ...STATES].map((one) => (
                <MenuItem key={one ?? ""} checked={state === one} onClick={() => (close(), setQuery({ state: one }))}>
                  {one ? t(`operator.state_${one}`) : t("operator.state_any")}
                </MenuItem>
              ))
            }
          </Chip>
        </div>
      </div>
      <Body list={list} isNarrowed={Boolean(q || state)} open={open} />
      {founding.value ? <FoundDialog onClose={() => (founding.value = false)} changed={() => void list.reload()} /> : null}
      {open.value && Chosen ? <Chosen account={open.value.account} onClose={() => (open.value = null)} changed={() => void list.reload()} /> : null}
    </section>
  );
}
