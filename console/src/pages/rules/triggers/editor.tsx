// One trigger: its event, filter, condition, actions and how often, with a dry run beside it. What is typed is kept over a
// reload; a template that comes with an example is made together with the trigger.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useKept } from "../../../kept.ts";
import { useResource } from "../../../resource.ts";
import { go, path, query } from "../../../router.ts";
import { useTitle } from "../../../title.ts";
import { ACTION_TYPES, PERIODS, type Period, type Template, type TemplateDraft, type TemplateEvent, type Trigger, type TriggerDraft } from "../../../wire-rules.ts";
import { Check, Field } from "../../../ui/field.tsx";
import { Failure, SkeletonRows } from "../../../ui/states.tsx";
import { say } from "../../../ui/toast.tsx";
import { useForm, type FormState } from "../../form.ts";
import { useDirectory } from "../../records/directory.ts";
import type { PickedType } from "../../records/record-picker.tsx";
import { ActionList } from "../action-list.tsx";
import type { ActionContext } from "../action-fields.tsx";
import { ActiveSwitch, Editor, NameFields, Section, Warnings } from "../parts.tsx";
import { RuleMenu } from "../rule-menu.tsx";
import { usePeople } from "../people.ts";
import { useNames } from "../templates/recipients.tsx";
import { useVariables } from "../variables.tsx";
import { VersionsDialog } from "../versions.tsx";
import { templateEventOf } from "../words.ts";
import { useTemplates, useTriggers } from "./all.ts";
import { makeTemplate } from "./coming.ts";
import { Condition } from "./condition.tsx";
import { describeTrigger, draftOf, emptyTrigger, hrefOfTrigger, pathOfTrigger } from "./draft.ts";
import { DryRun } from "./dry-run.tsx";
import { EventField } from "./event-field.tsx";
import { ExampleCards } from "./example-cards.tsx";
import { EXAMPLES, ITS_TEMPLATE, startOf, type Example, type Started } from "./examples.ts";
import "../../../styles/records.css";
import "../../../styles/rules.css";

const LIST = "/settings/triggers";
const FIELDS = ["name", "code", "ordering", "event", "filter", "condition", "actions", "repeat"];

interface Values extends TriggerDraft {
  /** The template that comes with an example, until it is made. */
  comes: TemplateDraft | null;
}

/** Only changes and the rules after them have something that changed. */
function hasChanges(draft: TriggerDraft, event: TemplateEvent): boolean {
  return (draft.event.type === "order_changed" && event === "order") || draft.event.type === "customer_changed";
}

function recordTypeOf(event: TemplateEvent): PickedType | null {
  return event === "order" || event === "customer" || event === "task" ? event : null;
}

function Repeat({ draft, form, set }: { draft: TriggerDraft; form: FormState; set: (part: Partial<TriggerDraft>) => void }): JSX.Element {
  const { once_per_record, at_most } = draft.repeat;
  return (
    <div class="repeat-rules">
      <Check label={t("triggers.once")} help={t("triggers.once_help")} checked={once_per_record} onValue={(on) => set({ repeat: { ...draft.repeat, once_per_record: on } })} />
      <Check label={t("triggers.at_most")} help={t("triggers.at_most_help")} checked={at_most !== null} onValue={(on) => set({ repeat: { ...draft.repeat, at_most: on ? { times: 1, per: "day" } : null } })} />
      {at_most ? (
        <Field label={t("triggers.at_most_field")} error={form.error("repeat.at_most.times") ?? form.error("repeat")}>
          {(attributes) => (
            <span class="span-field">
              <input class="input" type="number" min="1" {...attributes} value={at_most.times} onInput={(event) => set({ repeat: { ...draft.repeat, at_most: { ...at_most, times: event.currentTarget.valueAsNumber || 0 } } })} />
              <select class="input" aria-label={t("triggers.period")} value={at_most.per} onChange={(event) => set({ repeat: { ...draft.repeat, at_most: { ...at_most, per: event.currentTarget.value as Period } } })}>
                {PERIODS.map((per) => (
                  <option key={per} value={per} selected={per === at_most.per}>
                    {t(`triggers.per_${per}`)}
                  </option>
                ))}
              </select>
            </span>
          )}
        </Field>
      ) : null}
    </div>
  );
}

interface FormProps {
  trigger: Trigger | null;
  initial: Values;
  kept: string;
  reload: () => Promise<void>;
}

/** The form's values and how they are saved. */
function useTriggerForm({ trigger, initial, kept, reload }: FormProps) {
  const { values, changed, forget } = useKept<Values>(kept, initial);
  const form = useForm(FIELDS);
  const set = (part: Partial<Values>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function save(): Promise<void> {
    let saved: Trigger | undefined;
    const went = await form.run(async () => {
      const { comes, actions } = values.value;
      const made = await makeTemplate(comes, actions);
      if (made) values.value = { ...values.value, comes: null, actions: made };
      const body = { ...draftOf(values.value), name: values.value.name.trim(), code: values.value.code.trim() || null };
      saved = await (trigger ? api.put<Trigger>(pathOfTrigger(trigger), body) : api.post<Trigger>("/v1/triggers", body));
    });
    if (!went || !saved) return;
    forget();
    if (trigger) await reload();
    else go(hrefOfTrigger(saved), { replace: true });
    say(t("form.saved"));
  }
  return { values, changed, forget, form, set, save };
}

function TriggerForm(props: FormProps): JSX.Element {
  const { trigger, reload } = props;
  const { values, changed, forget, form, set, save } = useTriggerForm(props);
  const versions = useSignal(false);
  const draft = values.value;
  const others = useTriggers().filter(({ id }) => id !== trigger?.id);
  const event = templateEventOf(draft.event, others);
  const variables = useVariables(event);
  const names = useNames(variables);
  const people = usePeople();
  const [orders, customers] = [useDirectory("order"), useDirectory("customer")];
  const templates = useTemplates();
  const coming: Template[] = draft.comes
    ? [{ ...draft.comes, id: ITS_TEMPLATE, name: t("examples.its_template", { name: draft.comes.name }), version: 0, updated_at: "", updated_by: null, use_count: 0, used_by: [] }]
    : [];
  const context: ActionContext = {
    event,
    templates: [...coming, ...templates],
    people,
    custom: [...orders.custom, ...customers.custom],
    variables,
    problemsOf: form.placed,
    errorOf: form.error,
  };
  const condition = (field: "filter" | "condition") => (
    <Condition
      label={t(`triggers.${field}`)}
      text={t(`triggers.${field}_help`)}
      event={draft.event}
      value={draft[field]}
      variables={variables}
      hasChanges={hasChanges(draft, event)}
      error={form.error(field)}
      onValue={(value) => set({ [field]: value })}
    />
  );
  return (
    <Editor
      title={trigger?.name ?? t("triggers.new")}
      back={{ href: LIST, label: t("nav.triggers") }}
      isNew={trigger === null}
      form={form}
      changed={changed}
      ready={draft.name.trim() !== ""}
      forget={forget}
      save={() => void save()}
      tools={
        <span class="head-actions">
          <label class="head-switch">
            <span>{t("rules.on")}</span>
            <ActiveSwitch name={draft.name} active={draft.active} onValue={(active) => set({ active })} />
          </label>
          {trigger ? <RuleMenu rule={trigger} path={pathOfTrigger(trigger)} list={LIST} hasLog versions={() => (versions.value = true)} gone={() => go(LIST)} /> : null}
        </span>
      }
      side={<DryRun key={event} draft={draftOf(draft)} type={recordTypeOf(event)} />}
    >
      <Warnings list={trigger?.warnings} />
      <Section title={t("templates.section_name")}>
        <NameFields values={draft} form={form} isNew={trigger === null} set={set}>
          <Field label={t("triggers.ordering")} help={t("triggers.ordering_help")} error={form.error("ordering")}>
            {(attributes) => <input class="input" type="number" {...attributes} value={draft.ordering} onInput={(input) => set({ ordering: Math.round(input.currentTarget.valueAsNumber) || 0 })} />}
          </Field>
        </NameFields>
      </Section>
      <Section title={t("triggers.section_when")}>
        <EventField event={draft.event} variables={variables} others={others} error={form.error("event")} onEvent={(next) => set({ event: next })} />
        {condition("filter")}
        {condition("condition")}
      </Section>
      <Section title={t("triggers.section_what")}>
        <ActionList actions={draft.actions} types={ACTION_TYPES} context={context} error={form.error("actions")} onActions={(actions) => set({ actions })} />
      </Section>
      <Section title={t("triggers.repeat")}>
        <Repeat draft={draft} form={form} set={set} />
      </Section>
      {versions.value && trigger ? (
        <VersionsDialog<TriggerDraft>
          path={pathOfTrigger(trigger)}
          name={trigger.name}
          current={trigger}
          describe={(thing) => describeTrigger(thing, templates, names)}
          onClose={() => (versions.value = false)}
          changed={() => {
            forget();
            reload();
          }}
        />
      ) : null}
    </Editor>
  );
}

function begun(copied: Trigger | null, example: Example | null, status: string): Started {
  if (copied) return { draft: { ...draftOf(copied), name: t("rules.copy_of", { name: copied.name }), code: "", active: false }, template: null };
  if (example && example !== "birthday") return startOf(example, status);
  return { draft: emptyTrigger(), template: null };
}

export function TriggerPage({ id }: { id: string | null }): JSX.Element {
  const copy = id ? null : query.value.get("copy");
  const example = EXAMPLES.find((name) => !id && name === query.value.get("example")) ?? null;
  const wanted = id ?? copy;
  const directory = useDirectory("order");
  const read = useResource<Trigger | null>(withQuery("trigger", { id: wanted }), () => (wanted ? api.get<Trigger>(pathOfTrigger({ id: wanted })) : Promise.resolve(null)));
  const data = read.data.value;
  useTitle(id ? (data?.name ?? t("nav.triggers")) : t("triggers.new"));
  if (data === undefined || !directory.isRead) return read.problem.value ? <Failure problem={read.problem.value} retry={() => void read.reload()} /> : <SkeletonRows />;
  const trigger = id ? data : null;
  const statuses = directory.lists.get("statuses") ?? [];
  const started = begun(trigger ? null : data, example, (statuses[1] ?? statuses[0])?.code ?? "assembling");
  const kept = trigger ? `trigger.${trigger.id}.${trigger.version}` : `trigger.new.${copy ?? example ?? ""}`;
  return (
    <>
      <TriggerForm key={kept} kept={kept} trigger={trigger} initial={trigger ? { ...draftOf(trigger), comes: null } : { ...started.draft, comes: started.template }} reload={() => read.reload()} />
      {!id && !copy && !example && path.value.endsWith("/new") ? <ExampleCards examples={EXAMPLES} /> : null}
    </>
  );
}
