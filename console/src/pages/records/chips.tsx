// The filters of a list of records as chips. Each writes the address, nothing else; the list follows the address.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { language, t } from "../../i18n/index.ts";
import { setQuery } from "../../router.ts";
import { session } from "../../session.ts";
import type { RecordType } from "../../wire.ts";
import { Chip, ClearFilters, DateChip, DropFoot, rangeText, Removable, SearchChip } from "../../ui/chips.tsx";
import { Check, TextField } from "../../ui/field.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { entriesOf, type Directory } from "./directory.ts";
import { isNarrowed, NARROWING, type RecordFilter } from "./filter.ts";
import { FindField } from "./people.tsx";
import { Status } from "./status.tsx";

interface ChipProps {
  filter: RecordFilter;
  directory: Directory;
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
    <Chip name={name} chosen={chosen}>
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
    </Chip>
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
    <Chip name={name} chosen={chosen}>
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
    </Chip>
  );
}

function SiteChip({ filter, directory }: ChipProps): JSX.Element | null {
  if (directory.sites.length < 2) return null;
  const name = t("records.site");
  const chosen = directory.sites.find((site) => site.code === filter.site)?.name ?? filter.site;
  return (
    <Chip name={name} chosen={chosen} menu>
      {(close) =>
        [null, ...directory.sites].map((site) => (
          <MenuItem key={site?.code ?? ""} checked={filter.site === (site?.code ?? null)} onClick={() => (close(), setQuery({ site: site?.code ?? null }))}>
            {site ? site.name : t("records.any_site")}
          </MenuItem>
        ))
      }
    </Chip>
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
  const chosen = rangeText(shown(filter.least), shown(filter.most));
  return (
    <Chip name={name} chosen={chosen}>
      {(close) => <SumForm filter={filter} close={close} />}
    </Chip>
  );
}

export function Chips({ type, filter, directory, customer }: ChipProps & { type: RecordType; customer: string | null }): JSX.Element {
  return (
    <div class="chips">
      {type === "order" ? <StatusChip filter={filter} directory={directory} /> : null}
      <ManagerChip filter={filter} directory={directory} />
      <SiteChip filter={filter} directory={directory} />
      <DateChip name={t("records.created")} from={filter.from} to={filter.to} />
      <SumChip filter={filter} />
      {filter.customer ? <Removable icon="user" text={customer ?? t("record.customer")} clear={() => setQuery({ customer: null })} /> : null}
      <SearchChip q={filter.q} />
      {isNarrowed(filter) ? <ClearFilters clear={clearFilters} /> : null}
    </div>
  );
}
