// The fields of each sort of action. Which actions there are, their order and their delays is action-list.tsx.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { path } from "../../router.ts";
import type { Action, SourceProblem, TaskPerformer, Template, TemplateEvent, Variable } from "../../wire-rules.ts";
import type { CustomField } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Check, SelectField, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { CodeField } from "./code-field.tsx";
import { SpanField } from "./parts.tsx";
import type { People } from "./people.ts";
import { fits, templateEventName } from "./words.ts";

export interface ActionContext {
  event: TemplateEvent;
  templates: readonly Template[];
  people: People;
  custom: readonly CustomField[];
  variables: readonly Variable[] | undefined;
  problemsOf: (field: string) => SourceProblem[];
  errorOf: (field: string) => string | undefined;
}

interface FieldsProps<T extends Action["type"]> {
  action: Extract<Action, { type: T }>;
  /** `actions[0]`: how problems name it. */
  name: string;
  context: ActionContext;
  put: (action: Action) => void;
}

/** Templates that fit the event first; one that does not is still shown when it is chosen, with the warning. */
function TemplateChoice({ action, name, context, put }: FieldsProps<"notify"> | FieldsProps<"email">): JSX.Element {
  const { event, templates } = context;
  const chosen = templates.find(({ id }) => id === action.template);
  const offered = templates.filter((template) => fits(template.event, event) || template === chosen);
  const isUnknown = action.template !== "" && !chosen;
  const isMisfit = chosen !== undefined && !fits(chosen.event, event);
  const make = `/settings/templates/new?event=${event}&back=${encodeURIComponent(path.value)}`;
  return (
    <div class="template-choice">
      <SelectField<string>
        label={t("triggers.template")}
        error={context.errorOf(`${name}.template`)}
        value={action.template}
        options={[
          { value: "", label: offered.length ? t("triggers.choose_template") : t("triggers.no_template_fits") },
          ...(isUnknown ? [{ value: action.template, label: t("triggers.template_gone") }] : []),
          ...offered.map((template) => ({ value: template.id, label: template.active ? template.name : t("triggers.template_off", { name: template.name }) })),
        ]}
        onValue={(template) => put({ ...action, template })}
      />
      <span class="template-links">
        {chosen ? (
          <a href={`/settings/templates/${encodeURIComponent(chosen.id)}?back=${encodeURIComponent(path.value)}`}>
            <Icon name="pencil" size={13} />
            <span>{t("triggers.open_template")}</span>
          </a>
        ) : null}
        <a href={make}>
          <Icon name="plus" size={13} />
          <span>{t("templates.new")}</span>
        </a>
      </span>
      {isMisfit ? (
        <p class="help warned">
          <Icon name="warning" size={14} />
          <span>{t("triggers.misfit", { template: templateEventName(chosen.event), event: templateEventName(event) })}</span>
        </p>
      ) : null}
    </div>
  );
}

function EmailFields(props: FieldsProps<"email">): JSX.Element {
  const { action, put } = props;
  return (
    <>
      <TemplateChoice {...props} />
      <SelectField<"customer" | "recipients">
        label={t("triggers.letter_to")}
        value={action.to}
        options={(["recipients", "customer"] as const).map((value) => ({ value, label: t(`triggers.letter_to_${value}`) }))}
        onValue={(to) => put({ ...action, to })}
      />
    </>
  );
}

function performerKey(performer: TaskPerformer): string {
  if (performer.type === "manager") return "manager";
  return performer.type === "user" ? `user:${performer.id}` : `group:${performer.code}`;
}

function TaskFields({ action, name, context, put }: FieldsProps<"create_task">): JSX.Element {
  const { people, variables, problemsOf, errorOf } = context;
  const performers = new Map<string, { performer: TaskPerformer; label: string }>([
    ["manager", { performer: { type: "manager" }, label: t("templates.to_manager") }],
    ...people.groups.map(({ code, name: label }) => [`group:${code}`, { performer: { type: "group", code } as TaskPerformer, label: t("templates.to_group_name", { name: label }) }] as const),
    ...people.users.map(({ id, name: label }) => [`user:${id}`, { performer: { type: "user", id } as TaskPerformer, label }] as const),
  ]);
  return (
    <>
      <CodeField single label={t("tasks.text")} variables={variables} problems={problemsOf(`${name}.text`)} error={errorOf(`${name}.text`)} value={action.text} onValue={(text) => put({ ...action, text })} />
      <CodeField label={t("tasks.comment")} note={t("form.optional")} variables={variables} problems={problemsOf(`${name}.comment`)} error={errorOf(`${name}.comment`)} value={action.comment ?? ""} onValue={(comment) => put({ ...action, comment: comment || null })} />
      <div class="pair">
        <SelectField<string>
          label={t("tasks.performer")}
          error={errorOf(`${name}.performer`)}
          value={performerKey(action.performer)}
          options={[...performers].map(([value, { label }]) => ({ value, label }))}
          onValue={(key) => put({ ...action, performer: performers.get(key)?.performer ?? { type: "manager" } })}
        />
        {action.due_in_s === null ? null : <SpanField label={t("triggers.due_in")} error={errorOf(`${name}.due_in_s`)} seconds={action.due_in_s} onSeconds={(due_in_s) => put({ ...action, due_in_s })} />}
      </div>
      <Check label={t("triggers.has_due")} checked={action.due_in_s !== null} onValue={(on) => put({ ...action, due_in_s: on ? 3_600 : null })} />
    </>
  );
}

/** Fields of the record itself that a rule may set, beside the custom ones. */
const PLAIN_FIELDS = { order: ["status", "manager_comment", "delivery_date"], customer: ["vip", "bad", "notes"] } as const;

function ChangeFields({ action, name, context, put }: FieldsProps<"change_field">): JSX.Element {
  const { custom, variables, problemsOf, errorOf } = context;
  const records = (["order", "customer"] as const).filter((record) => record === "customer" || context.event !== "customer");
  const labels = new Map((variables ?? []).map(({ path: at, label }) => [at, label]));
  const offered = [
    ...custom.filter(({ record_type }) => record_type === action.record).map(({ code, name: label }) => ({ value: `custom_${code}`, label })),
    ...PLAIN_FIELDS[action.record].map((field) => ({ value: field as string, label: labels.get(`${action.record}.${field}`) ?? labels.get(`${action.record}.${field}.code`) ?? field })),
  ];
  const isOther = action.field !== "" && !offered.some(({ value }) => value === action.field);
  return (
    <>
      <div class="pair">
        <SelectField<"order" | "customer">
          label={t("triggers.record")}
          value={action.record}
          options={records.map((value) => ({ value, label: t(value === "order" ? "triggers.record_order" : "triggers.record_customer") }))}
          onValue={(record) => put({ ...action, record, field: "" })}
        />
        <SelectField<string>
          label={t("triggers.field")}
          error={errorOf(`${name}.field`)}
          value={action.field}
          options={[{ value: "", label: t("triggers.choose_field") }, ...(isOther ? [{ value: action.field, label: action.field }] : []), ...offered]}
          onValue={(field) => put({ ...action, field })}
        />
      </div>
      <CodeField single label={t("triggers.new_value")} help={t("triggers.new_value_help")} variables={variables} problems={problemsOf(`${name}.value`)} error={errorOf(`${name}.value`)} value={action.value} onValue={(value) => put({ ...action, value })} />
    </>
  );
}

function ManagerFields({ action, name, context, put }: FieldsProps<"change_manager">): JSX.Element {
  return (
    <SelectField<string>
      label={t("triggers.new_manager")}
      error={context.errorOf(`${name}.user`)}
      value={action.user ?? ""}
      options={[{ value: "", label: t("records.nobody") }, ...context.people.users.map(({ id, name: label }) => ({ value: id, label }))]}
      onValue={(user) => put({ ...action, user: user || null })}
    />
  );
}

function HttpFields({ action, name, context, put }: FieldsProps<"http">): JSX.Element {
  const { variables, problemsOf, errorOf } = context;
  const change = (index: number, part: Partial<{ name: string; value: string }>) => put({ ...action, params: action.params.map((param, at) => (at === index ? { ...param, ...part } : param)) });
  return (
    <>
      <div class="method-and-url">
        <SelectField<"GET" | "POST"> label={t("triggers.method")} value={action.method} options={(["POST", "GET"] as const).map((value) => ({ value, label: value }))} onValue={(method) => put({ ...action, method })} />
        <CodeField single label={t("triggers.url")} placeholder="https://" variables={variables} problems={problemsOf(`${name}.url`)} error={errorOf(`${name}.url`)} value={action.url} onValue={(url) => put({ ...action, url })} />
      </div>
      {action.method === "POST" ? (
        <SelectField<"form" | "json"> label={t("triggers.body")} value={action.body} options={(["json", "form"] as const).map((value) => ({ value, label: t(`triggers.body_${value}`) }))} onValue={(body) => put({ ...action, body })} />
      ) : null}
      <div class="field">
        <span class="field-label">{t("triggers.params")}</span>
        {action.params.map((param, index) => (
          <div class="popup-action" key={index}>
            <TextField label={t("field.name")} autocomplete="off" spellcheck={false} error={errorOf(`${name}.params[${index}].name`)} value={param.name} onValue={(value) => change(index, { name: value })} />
            <CodeField single label={t("builder.value")} variables={variables} problems={problemsOf(`${name}.params[${index}].value`)} error={errorOf(`${name}.params[${index}].value`)} value={param.value} onValue={(value) => change(index, { value })} />
            <IconButton icon="trash" label={t("triggers.remove_param", { name: param.name || String(index + 1) })} onClick={() => put({ ...action, params: action.params.filter((_, at) => at !== index) })} />
          </div>
        ))}
        <Button small icon="plus" class="add-row" onClick={() => put({ ...action, params: [...action.params, { name: "", value: "" }] })}>
          {t("triggers.add_param")}
        </Button>
      </div>
      <p class="help">{t("triggers.http_help")}</p>
    </>
  );
}

export function ActionFields({ action, name, context, put }: { action: Action; name: string; context: ActionContext; put: (action: Action) => void }): JSX.Element {
  switch (action.type) {
    case "notify":
      return <TemplateChoice action={action} name={name} context={context} put={put} />;
    case "email":
      return <EmailFields action={action} name={name} context={context} put={put} />;
    case "create_task":
      return <TaskFields action={action} name={name} context={context} put={put} />;
    case "change_field":
      return <ChangeFields action={action} name={name} context={context} put={put} />;
    case "change_manager":
      return <ManagerFields action={action} name={name} context={context} put={put} />;
    case "http":
      return <HttpFields action={action} name={name} context={context} put={put} />;
  }
}
