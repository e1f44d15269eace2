// Settings → System notifications: which events are told, of a changed record which fields, and who hears of records that
// nobody is responsible for. Each switch is saved as it is moved, and taken back when that fails.
import type { JSX } from "preact";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useResource, type Resource } from "../../resource.ts";
import { useTitle } from "../../title.ts";
import type { Group, Page, SystemChoices, SystemNotifications } from "../../wire.ts";
import { Check } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { attempt } from "../../ui/toast.tsx";
import { Reading } from "./reading.tsx";
import { SettingsHead } from "./settings-head.tsx";
import "../../styles/records.css";

type Saved = Resource<SystemNotifications>;

function choicesOf({ active, order_groups, customer_groups, unassigned }: SystemNotifications): SystemChoices {
  return { active, order_groups, customer_groups, unassigned };
}

async function choose(saved: Saved, part: Partial<SystemChoices>): Promise<void> {
  const before = saved.data.peek();
  if (!before) return;
  saved.data.value = { ...before, ...part };
  const done = await attempt(() => api.put("/v1/system-notifications", { ...choicesOf(before), ...part }));
  if (!done) await saved.reload();
}

function toggled(list: readonly string[], value: string, on: boolean): string[] {
  return on ? [...list.filter((other) => other !== value), value] : list.filter((other) => other !== value);
}

function FieldGroups({ name, all, chosen, change }: { name: string; all: SystemNotifications["field_groups"]; chosen: string[]; change: (next: string[]) => void }): JSX.Element {
  return (
    <div class="rule-fields" role="group" aria-label={t("system.fields_of", { name })}>
      {all.map(({ group, name: label }) => {
        const isOn = chosen.includes(group);
        return (
          <button key={group} type="button" class={isOn ? "chip set" : "chip"} aria-pressed={isOn ? "true" : "false"} onClick={() => change(toggled(chosen, group, !isOn))}>
            <Icon name={isOn ? "check" : "plus"} size={13} />
            <span>{label}</span>
          </button>
        );
      })}
    </div>
  );
}

/** The rules that tell only of some fields. */
const BY_FIELD: Record<string, "order_groups" | "customer_groups"> = { order_changed: "order_groups", customer_changed: "customer_groups" };

function Rules({ saved, data, type }: { saved: Saved; data: SystemNotifications; type: "order" | "customer" }): JSX.Element {
  const rules = data.rules.filter(({ rule }) => rule.startsWith(`${type}_`));
  return (
    <section class="card flush" aria-labelledby={`rules-${type}`}>
      <h2 class="card-bar" id={`rules-${type}`}>
        <Icon name={type === "order" ? "bag" : "user"} />
        {t(type === "order" ? "nav.orders" : "nav.customers")}
      </h2>
      {rules.map(({ rule, name }) => {
        const isOn = data.active.includes(rule);
        const groups = BY_FIELD[rule];
        return (
          <div class="rule" key={rule}>
            <label class="switch-row">
              <span>{name}</span>
              <input type="checkbox" role="switch" class="switch" checked={isOn} onChange={(event) => void choose(saved, { active: toggled(data.active, rule, event.currentTarget.checked) })} />
            </label>
            {groups && isOn ? <FieldGroups name={name} all={data.field_groups.filter(({ records }) => records.includes(type))} chosen={data[groups]} change={(next) => void choose(saved, { [groups]: next })} /> : null}
          </div>
        );
      })}
    </section>
  );
}

function Unassigned({ saved, data, groups }: { saved: Saved; data: SystemNotifications; groups: Group[] | undefined }): JSX.Element {
  return (
    <section class="card" aria-labelledby="rules-unassigned">
      <h2 id="rules-unassigned">{t("system.unassigned")}</h2>
      <p class="prose">{t("system.unassigned_text")}</p>
      <div class="check-list tall">
        {groups?.map((group) => (
          <Check
            key={group.id}
            label={group.name}
            after={t("count.people", { n: group.members })}
            checked={data.unassigned.includes(group.id)}
            onValue={(on) => void choose(saved, { unassigned: toggled(data.unassigned, group.id, on) })}
          />
        ))}
        {groups?.length === 0 ? <p class="check-none">{t("compose.no_groups")}</p> : null}
      </div>
    </section>
  );
}

export function SystemNotificationsPage(): JSX.Element {
  useTitle(t("nav.system_notifications"));
  const saved = useResource("system-notifications", () => api.get<SystemNotifications>("/v1/system-notifications"));
  const groups = useResource("groups", () => api.get<Page<Group>>("/v1/groups"));
  return (
    <section>
      <SettingsHead title={t("nav.system_notifications")} intro={t("system.intro")} />
      <Reading of={saved}>
        {(data) => (
          <div class="stack">
            <Rules saved={saved} data={data} type="order" />
            <Rules saved={saved} data={data} type="customer" />
            <Unassigned saved={saved} data={data} groups={groups.data.value?.items} />
          </div>
        )}
      </Reading>
    </section>
  );
}
