// Settings → Statuses and lists: the entries that codes in records are of. They grow by use; here they get names, an
// order, a group, and are put out of use.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { t, type Key } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import { query, setQuery } from "../../router.ts";
import { useTitle } from "../../title.ts";
import type { CustomField, Entry, ReferenceList } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Check, SelectField } from "../../ui/field.tsx";
import { Empty } from "../../ui/states.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import { Status } from "../records/status.tsx";
import { CodedDialog } from "./coded-dialog.tsx";
import { moved } from "./order.ts";
import { Reading } from "./reading.tsx";
import { SettingsHead } from "./settings-head.tsx";
import { SettingsTable } from "./settings-table.tsx";
import "../../styles/records.css";

const KNOWN: Record<string, Key> = {
  statuses: "lists.statuses",
  "status-groups": "lists.status_groups",
  "order-types": "lists.order_types",
  "order-methods": "lists.order_methods",
  "delivery-types": "lists.delivery_types",
  "payment-types": "lists.payment_types",
  "payment-statuses": "lists.payment_statuses",
  "product-statuses": "lists.product_statuses",
  stores: "lists.stores",
};

function pathOf(list: string, code: string): string {
  return `/v1/reference-lists/${encodeURIComponent(list)}/${encodeURIComponent(code)}`;
}

function put(list: string, { code, name, parent, ordering, active }: Entry): Promise<unknown> {
  return api.put(pathOf(list, code), { name, parent, ordering, active });
}

interface EntryValues {
  name: string;
  code: string;
  parent: string;
  active: boolean;
}

interface EntryDialogProps {
  list: string;
  groups: Entry[];
  title: string;
  entry: Entry | null;
  last: number;
  onClose: () => void;
  saved: () => void;
}

function EntryDialog({ list, groups, title, entry, last, onClose, saved }: EntryDialogProps): JSX.Element {
  const initial: EntryValues = { name: entry?.name ?? "", code: entry?.code ?? "", parent: entry?.parent ?? "", active: entry?.active ?? true };
  return (
    <CodedDialog<EntryValues>
      kept={`entry.${list}.${entry?.code ?? "new"}`}
      title={title}
      codeHelp={t("lists.code_help")}
      initial={initial}
      isNew={entry === null}
      fields={["parent", "active"]}
      onClose={onClose}
      saved={saved}
      save={({ name, code, parent, active }) => put(list, { name: name.trim(), code: code.trim(), parent: parent.trim() || null, active, ordering: entry?.ordering ?? last + 10 })}
    >
      {(values, set, form) => (
        <>
          {list === "statuses" ? (
            <SelectField<string>
              label={t("lists.parent")}
              help={t("lists.parent_help")}
              value={values.parent}
              error={form.error("parent")}
              options={[{ value: "", label: "–" }, ...groups.map(({ code, name }) => ({ value: code, label: name }))]}
              onValue={(parent) => set({ parent })}
            />
          ) : null}
          <Check label={t("lists.active")} help={t("lists.active_help")} checked={values.active} onValue={(active) => set({ active })} />
        </>
      )}
    </CodedDialog>
  );
}

async function remove(list: string, entry: Entry, changed: () => void): Promise<void> {
  const done = await attempt(() => api.delete(pathOf(list, entry.code)));
  changed();
  if (!done) return;
  say(t("lists.removed", { name: entry.name }), {
    undo: async () => {
      await put(list, entry);
      changed();
    },
  });
}

interface EntriesProps {
  list: string;
  groups: Entry[];
  entries: Entry[];
  changed: () => void;
}

function EntryRow({ list, groups, entries, at, open, changed }: EntriesProps & { at: number; open: () => void }): JSX.Element {
  const entry = entries[at]!;
  const move = async (to: number) => {
    await attempt(() => Promise.all(moved(entries, at, to).map((one) => put(list, one))));
    changed();
  };
  return (
    <tr class={entry.active ? "" : "dim"}>
      <td>
        <button type="button" class="group-link" onClick={open}>
          {list === "statuses" ? <Status status={entry} entries={entries} /> : <b dir="auto">{entry.name}</b>}
          <code>{entry.code}</code>
        </button>
      </td>
      {list === "statuses" ? (
        <td class="cell-parent" data-label={t("lists.parent")}>
          {groups.find((group) => group.code === entry.parent)?.name ?? entry.parent}
        </td>
      ) : null}
      <td class="cell-active" data-label={t("lists.active")}>
        <input
          type="checkbox"
          role="switch"
          class="switch"
          aria-label={t("lists.active_name", { name: entry.name })}
          checked={entry.active}
          onChange={(event) => void attempt(() => put(list, { ...entry, active: event.currentTarget.checked })).then(changed)}
        />
      </td>
      <td class="cell-menu cell-order">
        <IconButton icon="upward" label={t("lists.up", { name: entry.name })} disabled={at === 0} onClick={() => void move(at - 1)} />
        <IconButton icon="downward" label={t("lists.down", { name: entry.name })} disabled={at === entries.length - 1} onClick={() => void move(at + 1)} />
        <IconButton icon="trash" label={t("sites.remove", { name: entry.name })} onClick={() => void remove(list, entry, changed)} />
      </td>
    </tr>
  );
}

function ListTable({ open, ...rest }: EntriesProps & { open: (entry: Entry) => void }): JSX.Element {
  return (
    <SettingsTable columns={[t("field.name"), rest.list === "statuses" && t("lists.parent"), t("lists.active")]} look="entries-table">
      {rest.entries.map((entry, at) => (
        <EntryRow key={entry.code} {...rest} at={at} open={() => open(entry)} />
      ))}
    </SettingsTable>
  );
}

/** The lists that fields point to, and those of custom fields, also while they are empty. */
function names(lists: ReferenceList[], custom: CustomField[]): { list: string; name: string }[] {
  const own = custom.filter((field) => field.type === "dictionary").map((field) => ({ list: `dictionary:${field.dictionary ?? field.code}`, name: field.name }));
  const all = [...Object.entries(KNOWN).map(([list, key]) => ({ list, name: t(key) })), ...own];
  const others = lists.filter(({ list }) => list !== "sites" && !all.some((one) => one.list === list)).map(({ list }) => ({ list, name: list.replace(/^dictionary:/, "") }));
  return [...all, ...others];
}

function Lists({ lists, custom, changed }: { lists: ReferenceList[]; custom: CustomField[]; changed: () => void }): JSX.Element {
  const open = useSignal<Entry | "new" | null>(null);
  const all = names(lists, custom);
  const current = all.find((one) => one.list === query.value.get("list")) ?? all[0]!;
  const entriesOf = (wanted: string) => lists.find(({ list }) => list === wanted)?.entries ?? [];
  const entries = entriesOf(current.list);
  const groups = entriesOf("status-groups");
  const create = (
    <Button kind="primary" icon="plus" onClick={() => (open.value = "new")}>
      {t("lists.add")}
    </Button>
  );
  const editing = open.value;
  return (
    <>
      <SettingsHead title={t("nav.lists")} intro={t("lists.intro")} action={entries.length ? create : null} />
      <div class="filter-bar">
        <div class="chips" role="group" aria-label={t("nav.lists")}>
          {all.map(({ list, name }) => (
            <button key={list} type="button" class={list === current.list ? "chip set" : "chip"} aria-pressed={list === current.list ? "true" : "false"} onClick={() => setQuery({ list })}>
              <span class="chip-text">{name}</span>
            </button>
          ))}
        </div>
      </div>
      {entries.length ? (
        <ListTable list={current.list} groups={groups} entries={entries} open={(entry) => (open.value = entry)} changed={changed} />
      ) : (
        <Empty icon="lists" title={t("lists.none")} action={create}>
          {t("lists.none_text")}
        </Empty>
      )}
      {editing ? (
        <EntryDialog
          key={editing === "new" ? "" : editing.code}
          list={current.list}
          groups={groups}
          title={editing === "new" ? current.name : editing.name}
          entry={editing === "new" ? null : editing}
          last={entries.at(-1)?.ordering ?? 0}
          onClose={() => (open.value = null)}
          saved={changed}
        />
      ) : null}
    </>
  );
}

export function ListsPage(): JSX.Element {
  useTitle(t("nav.lists"));
  const lists = useResource("reference-lists", () => api.get<{ items: ReferenceList[] }>("/v1/reference-lists"));
  const custom = useResource("custom-fields", () => api.get<{ items: CustomField[] }>("/v1/custom-fields"));
  return (
    <section>
      {lists.data.value ? null : <SettingsHead title={t("nav.lists")} intro={t("lists.intro")} />}
      <Reading of={lists}>{({ items }) => <Lists lists={items} custom={custom.data.value?.items ?? []} changed={() => void lists.reload()} />}</Reading>
    </section>
  );
}
