// The filters of a list of records as chips. Each writes the address, nothing else; the list follows the address.
import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { dateOnly } from "../../format.ts";
import { language, t } from "../../i18n/index.ts";
import { setQuery } from "../../router.ts";
import { session } from "../../session.ts";
import type { RecordType } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Check, Field, TextField } from "../../ui/field.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { entriesOf, type Directory } from "./directory.ts";
import { isNarrowed, NARROWING, type RecordFilter } from "./filter.ts";
import { FindField } from "./people.tsx";
import { Status } from "./status.tsx";

interface ChipProps {
  filter: RecordFilter;
  directory: Directory;
}

/** "Status: New, Approval" when something is chosen, else "+ Status". */
function face(name: string, chosen: string | null, icon: IconName = "plus"): ComponentChildren {
  if (!chosen) {
    return (
      <>
        <Icon name={icon} size={14} />
        <span>{name}</span>
      </>
    );
  }
  return <span class="chip-text">{t("records.chip", { name, chosen })}</span>;
}

function chipClass(isSet: boolean): string {
  return isSet ? "chip set" : "chip";
}

export function clearFilters(): void {
  setQuery(Object.fromEntries(NARROWING.map((name) => [name, null])));
}

function toggled(list: readonly string[], value: string, on: boolean): string | null {
  return (on ? [...list, value] : list.filter((other) => other !== value)).join(",") || null;
}

function StatusChip({ filter, directory }: ChipProps): JSX.Element | null {
  const entries = entriesOf(directory, "statuses");
  if (entries.length === 0 && filter.status.length === 0) return null;
  const nameOf = (code: string) => entries.find((entry) => entry.code === code)?.name ?? code;
  const name = t("records.status");
  const chosen = filter.status.map(nameOf).join(", ");
  const shown = entries.filter((entry) => entry.active || filter.status.includes(entry.code));
  return (
    <Drop label={chosen ? t("records.chip", { name, chosen }) : name} faceClass={chipClass(chosen !== "")} face={face(name, chosen)}>
      {() => (
        <div class="drop-checks">
          {shown.map((entry) => (
            <Check
              key={entry.code}
              label={<Status status={entry} entries={entries} />}
              checked={filter.status.includes(entry.code)}
              onValue={(on) => setQuery({ status: toggled(filter.status, entry.code, on) }, { replace: true })}
            />
          ))}
        </div>
      )}
    </Drop>
  );
}

function ManagerChip({ filter, directory }: ChipProps): JSX.Element {
  const text = useSignal("");
  const me = session.value?.user.id;
  const others = directory.people.filter((person) => person.id !== me);
  const all = [{ id: "me", name: t("records.me_name") }, { id: "none", name: t("records.nobody") }, ...others];
  const nameOf = (id: string) => all.find((person) => person.id === id)?.name ?? id;
  const name = t("records.manager");
  const chosen = filter.manager.map((id) => (id === "me" ? t("records.me") : nameOf(id))).join(", ");
  const shown = all.filter((person) => person.name.toLowerCase().includes(text.value));
  return (
    <Drop label={chosen ? t("records.chip", { name, chosen }) : name} faceClass={chipClass(chosen !== "")} face={face(name, chosen)}>
      {() => (
        <div class="drop-checks">
          {all.length > 10 ? <FindField label={t("records.find_person")} onText={(value) => (text.value = value)} /> : null}
          {shown.map((person) => (
            <Check
              key={person.id}
              label={person.name}
              checked={filter.manager.includes(person.id)}
              onValue={(on) => setQuery({ manager: toggled(filter.manager, person.id, on) }, { replace: true })}
            />
          ))}
        </div>
      )}
    </Drop>
  );
}

function SiteChip({ filter, directory }: ChipProps): JSX.Element | null {
  if (directory.sites.length < 2) return null;
  const name = t("records.site");
  const chosen = directory.sites.find((site) => site.code === filter.site)?.name ?? filter.site;
  return (
    <Drop label={chosen ? t("records.chip", { name, chosen }) : name} menu faceClass={chipClass(chosen !== null)} face={face(name, chosen)}>
      {(close) =>
        [null, ...directory.sites].map((site) => (
          <MenuItem key={site?.code ?? ""} checked={filter.site === (site?.code ?? null)} onClick={() => (close(), setQuery({ site: site?.code ?? null }))}>
            {site ? site.name : t("records.any_site")}
          </MenuItem>
        ))
      }
    </Drop>
  );
}

function dayText(day: string): string {
  return dateOnly(`${day}T12:00:00Z`, language.value, "UTC");
}

function range(from: string | null, to: string | null): string | null {
  if (from && to) return from === to ? from : `${from} – ${to}`;
  if (from) return t("records.since", { value: from });
  return to ? t("records.until", { value: to }) : null;
}

function DropFoot({ none, clear, close }: { none: boolean; clear: () => void; close: () => void }): JSX.Element {
  return (
    <div class="drop-form-foot">
      <Button small kind="quiet" disabled={none} onClick={clear}>
        {t("action.clear")}
      </Button>
      <Button small onClick={close}>
        {t("action.done")}
      </Button>
    </div>
  );
}

function DateChip({ filter }: { filter: RecordFilter }): JSX.Element {
  const { from, to } = filter;
  const name = t("records.created");
  const chosen = range(from && dayText(from), to && dayText(to));
  return (
    <Drop label={chosen ? t("records.chip", { name, chosen }) : name} faceClass={chipClass(chosen !== null)} face={face(name, chosen)}>
      {(close) => (
        <div class="drop-form">
          {(["from", "to"] as const).map((side) => (
            <Field key={side} label={t(`inbox.date_${side}`)}>
              {(attributes) => (
                <input
                  {...attributes}
                  class="input"
                  type="date"
                  value={filter[side] ?? ""}
                  max={side === "from" ? (to ?? undefined) : undefined}
                  min={side === "to" ? (from ?? undefined) : undefined}
                  onChange={(event) => setQuery({ [side]: event.currentTarget.value || null }, { replace: true })}
                />
              )}
            </Field>
          ))}
          <DropFoot none={!from && !to} close={close} clear={() => setQuery({ from: null, to: null }, { replace: true })} />
        </div>
      )}
    </Drop>
  );
}

function SumForm({ filter, close }: { filter: RecordFilter; close: () => void }): JSX.Element {
  const least = useSignal(filter.least ?? "");
  const most = useSignal(filter.most ?? "");
  const apply = () => {
    setQuery({ least: least.value.trim() || null, most: most.value.trim() || null });
    close();
  };
  return (
    <form
      class="drop-form"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <TextField label={t("records.sum_from")} inputMode="decimal" autocomplete="off" value={least.value} onValue={(value) => (least.value = value)} />
      <TextField label={t("records.sum_to")} inputMode="decimal" autocomplete="off" value={most.value} onValue={(value) => (most.value = value)} />
      <DropFoot
        none={!filter.least && !filter.most}
        close={apply}
        clear={() => {
          setQuery({ least: null, most: null });
          close();
        }}
      />
      <button type="submit" hidden />
    </form>
  );
}

function SumChip({ filter }: { filter: RecordFilter }): JSX.Element {
  const name = t("records.sum");
  const shown = (text: string | null) => text && Number(text.replace(",", ".")).toLocaleString(language.value);
  const chosen = range(shown(filter.least), shown(filter.most));
  return (
    <Drop label={chosen ? t("records.chip", { name, chosen }) : name} faceClass={chipClass(chosen !== null)} face={face(name, chosen)}>
      {(close) => <SumForm filter={filter} close={close} />}
    </Drop>
  );
}

/** A filter that comes from elsewhere and can only be taken away. */
function Removable({ text, icon, clear }: { text: string; icon: IconName; clear: () => void }): JSX.Element {
  return (
    <button type="button" class="chip set" onClick={clear} aria-label={t("records.remove_filter", { name: text })}>
      <Icon name={icon} size={14} />
      <span class="chip-text">{text}</span>
      <Icon name="close" size={13} />
    </button>
  );
}

export function Chips({ type, filter, directory, customer }: ChipProps & { type: RecordType; customer: string | null }): JSX.Element {
  return (
    <div class="chips">
      {type === "order" ? <StatusChip filter={filter} directory={directory} /> : null}
      <ManagerChip filter={filter} directory={directory} />
      <SiteChip filter={filter} directory={directory} />
      <DateChip filter={filter} />
      <SumChip filter={filter} />
      {filter.customer ? <Removable icon="user" text={customer ?? t("record.customer")} clear={() => setQuery({ customer: null })} /> : null}
      {filter.q ? <Removable icon="search" text={t("inbox.searching", { q: filter.q })} clear={() => setQuery({ q: null })} /> : null}
      {isNarrowed(filter) ? (
        <button type="button" class="chip-clear" onClick={clearFilters}>
          {t("inbox.clear_filters")}
        </button>
      ) : null}
    </div>
  );
}
