// The head of a record's card: what it is called, its status and manager, each changed where it stands, the sum, and
// what else can be done to it.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { language, t } from "../../i18n/index.ts";
import { go } from "../../router.ts";
import { isAdministrator } from "../../session.ts";
import type { RecordCard, RecordState, RecordType } from "../../wire.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import { entriesOf, type Directory } from "./directory.ts";
import { money } from "./money.ts";
import { ManagerMenu } from "./people.tsx";
import type { Marks } from "./sections.ts";
import { Status } from "./status.tsx";
import { EraseDialog, saveExport } from "../person.tsx";
import { apiOf, hrefOf } from "./type.ts";

export interface HeadProps {
  type: RecordType;
  card: RecordCard;
  directory: Directory;
  marks: Marks;
  changed: () => Promise<void>;
}

async function write({ type, card, changed }: HeadProps, part: RecordState, back: RecordState): Promise<void> {
  const send = async (state: RecordState) => {
    await api.patch(apiOf(type, card.id), state);
    await changed();
  };
  if (await attempt(() => send(part))) say(t("form.saved"), { undo: () => send(back) });
}

function StatusPick(props: HeadProps): JSX.Element | null {
  const { card, directory, marks } = props;
  const entries = entriesOf(directory, "statuses");
  const shown = entries.filter((entry) => entry.active || entry.code === card.status?.code);
  if (!card.status && shown.length === 0) return null;
  const face = card.status ? <Status status={card.status} entries={entries} /> : <span class="faint">{t("records.no_status")}</span>;
  return (
    <Drop
      label={t("records.pick_status", { name: card.status?.name ?? t("records.no_status") })}
      faceClass={marks.has("status") ? "pick marked" : "pick"}
      face={
        <>
          {face}
          <Icon name="down" size={14} />
        </>
      }
    >
      {(close) =>
        shown.map((entry) => (
          <button
            key={entry.code}
            type="button"
            class="menu-item"
            aria-pressed={entry.code === card.status?.code ? "true" : "false"}
            onClick={() => {
              close();
              if (entry.code !== card.status?.code) void write(props, { status: entry.code }, { status: card.status?.code ?? null });
            }}
          >
            <Status status={entry} entries={entries} />
            {entry.code === card.status?.code ? <Icon name="check" size={14} /> : null}
          </button>
        ))
      }
    </Drop>
  );
}

function ManagerPick(props: HeadProps): JSX.Element {
  const { card, directory, marks } = props;
  return (
    <ManagerMenu
      label={t("records.pick_manager", { name: card.manager?.name ?? t("records.unassigned") })}
      faceClass={marks.has("manager") ? "pick marked" : "pick"}
      face={
        <>
          {card.manager ? <Avatar name={card.manager.name} /> : <i class="nobody" />}
          <span class="clip" dir="auto">
            {card.manager?.name ?? t("records.unassigned")}
          </span>
          <Icon name="down" size={14} />
        </>
      }
      directory={directory}
      current={card.manager?.id ?? null}
      choose={(person) => void write(props, { manager: person?.id ?? null }, { manager: card.manager?.id ?? null })}
    />
  );
}

export function CardHead(props: HeadProps): JSX.Element {
  const { type, card, marks } = props;
  const deleting = useSignal(false);
  const erasing = useSignal(false);
  const sum = money(card.total_sum, card.currency, language.value);
  return (
    <header class="card-head" data-marked={["status", "manager", "total_sum"].some((name) => marks.has(name)) ? "true" : undefined}>
      <div class="card-title">
        <h1 dir="auto">{type === "order" ? t("records.order_title", { title: card.title }) : card.title}</h1>
        {sum ? <span class={marks.has("total_sum") ? "card-sum tabular marked" : "card-sum tabular"}>{sum}</span> : null}
      </div>
      <div class="card-actions">
        <a class="button" href={`${hrefOf(type, card.id)}/edit`}>
          <Icon name="pencil" />
          <span>{t("action.edit")}</span>
        </a>
        <Drop label={t("records.actions")} menu align="end" faceClass="icon-button" face={<Icon name="dots" />}>
          {(close) => (
            <>
              {type === "customer" ? (
                <MenuItem icon="bag" href={`/orders?customer=${encodeURIComponent(card.id)}`} onClick={close}>
                  {t("records.orders_of")}
                </MenuItem>
              ) : null}
              {type === "customer" && isAdministrator.value ? (
                <MenuItem icon="link" onClick={() => (close(), void saveExport(apiOf(type, card.id), `customer-${card.number}`))}>
                  {t("person.export")}
                </MenuItem>
              ) : null}
              <MenuItem icon="trash" bad onClick={() => (close(), (deleting.value = true))}>
                {t(`records.delete_${type}`)}
              </MenuItem>
              {type === "customer" && isAdministrator.value ? (
                <MenuItem icon="trash" bad onClick={() => (close(), (erasing.value = true))}>
                  {t("person.erase")}
                </MenuItem>
              ) : null}
            </>
          )}
        </Drop>
      </div>
      <div class="card-picks">
        {type === "order" ? <StatusPick {...props} /> : null}
        <ManagerPick {...props} />
      </div>
      {erasing.value ? (
        <EraseDialog
          kind="customer"
          path={apiOf(type, card.id)}
          name={card.title}
          onClose={() => (erasing.value = false)}
          done={() => go(hrefOf(type), { replace: true })}
        />
      ) : null}
      {deleting.value ? (
        <Confirm
          title={t(`records.delete_${type}_title`, { title: card.title })}
          text={t("records.delete_text")}
          action={t(`records.delete_${type}`)}
          onClose={() => (deleting.value = false)}
          run={async () => {
            await api.delete(apiOf(type, card.id));
            go(hrefOf(type), { replace: true });
            say(t("records.is_deleted", { title: card.title }));
          }}
        />
      ) : null}
    </header>
  );
}
