// One template: what it says, to whom, how, with the preview beside it. What is typed is kept over a reload.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useKept } from "../../../kept.ts";
import { useResource } from "../../../resource.ts";
import { go, query } from "../../../router.ts";
import { useTitle } from "../../../title.ts";
import { TEMPLATE_EVENTS, type Template, type TemplateDraft, type TemplateEvent } from "../../../wire-rules.ts";
import { IconButton } from "../../../ui/button.tsx";
import { SelectField } from "../../../ui/field.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { Failure, SkeletonRows } from "../../../ui/states.tsx";
import { say } from "../../../ui/toast.tsx";
import { useForm } from "../../form.ts";
import { CodeField } from "../code-field.tsx";
import { ActiveSwitch, Editor, NameFields, Section } from "../parts.tsx";
import { RuleMenu } from "../rule-menu.tsx";
import { problemsAt } from "../place.ts";
import { useVariables } from "../variables.tsx";
import { VersionsDialog } from "../versions.tsx";
import { templateEventName } from "../words.ts";
import { saveFile, testSend } from "./actions.ts";
import { describeTemplate, draftOf, emptyTemplate, hrefOfTemplate, pathOfTemplate, sentOf } from "./draft.ts";
import { Channels, OwnLetter } from "./letter.tsx";
import { Look, type PartProps } from "./look.tsx";
import { TemplatePreviewPanel, usePreview } from "./preview.tsx";
import { Recipients, useNames } from "./recipients.tsx";
import "../../../styles/records.css";
import "../../../styles/rules.css";

const LIST = "/settings/templates";
const FIELDS = ["name", "code", "event", "title", "body", "severity", "sticky", "seconds", "link", "actions", "channels", "recipients", "email"];

function Text({ draft, set, variables, problemsOf, errorOf }: PartProps): JSX.Element {
  return (
    <>
      <CodeField
        single
        label={t("compose.title")}
        variables={variables}
        problems={problemsOf("title")}
        error={errorOf("title")}
        value={draft.title}
        onValue={(title) => set({ title })}
      />
      <CodeField
        label={t("compose.body")}
        help={t("templates.body_help")}
        variables={variables}
        problems={problemsOf("body")}
        error={errorOf("body")}
        value={draft.body}
        onValue={(body) => set({ body })}
        tools={(insert) => (
          <>
            <IconButton icon="bold" label={t("compose.bold")} onClick={() => insert("<b>", "</b>")} />
            <IconButton icon="italic" label={t("compose.italic")} onClick={() => insert("<i>", "</i>")} />
            <IconButton icon="link" label={t("compose.link")} onClick={() => insert('<a href="https://">', "</a>")} />
          </>
        )}
      />
    </>
  );
}

function UsedBy({ template }: { template: Template }): JSX.Element {
  return (
    <section class="rule-preview" aria-labelledby="template-used">
      <h2 id="template-used">{t("templates.where_used")}</h2>
      {template.used_by.length ? (
        <ul class="used-by">
          {template.used_by.map(({ type, id, name }) => (
            <li key={id}>
              <a href={`/settings/${type === "trigger" ? "triggers" : "marketing-rules"}/${encodeURIComponent(id)}`}>
                <Icon name={type === "trigger" ? "zap" : "spark"} size={14} />
                <span dir="auto">{name}</span>
              </a>
            </li>
          ))}
        </ul>
      ) : (
        <p class="help">{t("templates.unused_text")}</p>
      )}
    </section>
  );
}

interface FormProps {
  template: Template | null;
  initial: TemplateDraft;
  reload: () => Promise<void>;
}

function TemplateForm({ template, initial, reload }: FormProps): JSX.Element {
  const { values, changed, forget } = useKept<TemplateDraft>(`template.${template?.id ?? `new${initial.event}${initial.name}`}.${template?.version ?? 0}`, initial);
  const form = useForm(FIELDS);
  const versions = useSignal(false);
  const draft = values.value;
  const variables = useVariables(draft.event);
  const names = useNames(variables);
  const preview = usePreview(draft);
  // Where a trigger wanted a template, one goes back there.
  const back = query.value.get("back") ?? LIST;
  const set = (part: Partial<TemplateDraft>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function save(): Promise<void> {
    let saved: Template | undefined;
    const went = await form.run(async () => {
      saved = await (template ? api.put<Template>(pathOfTemplate(template), sentOf(values.value)) : api.post<Template>("/v1/templates", sentOf(values.value)));
    });
    if (!went || !saved) return;
    forget();
    // First what it is now, and then that it is: whoever acts on the word finds the page as it stays.
    if (template && back === LIST) await reload();
    else go(back === LIST ? hrefOfTemplate(saved) : back, { replace: true });
    say(t("form.saved"));
  }
  const problems = preview.answer.value?.problems ?? [];
  // What the preview found is as it is now; what a save was refused for stands until the next key.
  const problemsOf = (field: string) => {
    const found = problemsAt(problems, field);
    return found.length ? found : form.placed(field);
  };
  const part: PartProps = { draft, set, variables, problemsOf, errorOf: form.error };
  return (
    <Editor
      title={template?.name ?? t("templates.new")}
      back={back === LIST ? { href: LIST, label: t("templates.heading") } : { href: back, label: t("action.back") }}
      isNew={template === null}
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
          {template ? (
            <RuleMenu
              rule={template}
              path={pathOfTemplate(template)}
              list={LIST}
              test={() => void testSend(template)}
              versions={() => (versions.value = true)}
              download={() => void saveFile([template.id])}
              gone={() => go(LIST)}
            />
          ) : null}
        </span>
      }
      side={
        <>
          <TemplatePreviewPanel draft={draft} state={preview} />
          {template ? <UsedBy template={template} /> : null}
        </>
      }
    >
      <Section title={t("templates.section_name")}>
        <NameFields values={draft} form={form} isNew={template === null} set={set} />
        <SelectField<TemplateEvent>
          label={t("templates.event")}
          help={t("templates.event_help")}
          error={form.error("event")}
          value={draft.event}
          options={TEMPLATE_EVENTS.map((value) => ({ value, label: templateEventName(value) }))}
          onValue={(event) => set({ event })}
        />
      </Section>
      <Section title={t("templates.section_text")} text={t("templates.section_text_help", { example: "{{ order.number }}" })}>
        <Text {...part} />
      </Section>
      <Section title={t("templates.recipients")}>
        <Recipients value={draft.recipients} variables={variables} error={form.error("recipients")} onValue={(recipients) => set({ recipients })} />
      </Section>
      <Section title={t("templates.section_look")}>
        <Look {...part} />
      </Section>
      <Section title={t("templates.channels")}>
        <Channels {...part} />
        <OwnLetter {...part} />
      </Section>
      {versions.value && template ? (
        <VersionsDialog<TemplateDraft>
          path={pathOfTemplate(template)}
          name={template.name}
          current={template}
          describe={(thing) => describeTemplate(thing, names)}
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

/** A new one: empty, or like another. */
function startOf(copied: Template | null): TemplateDraft {
  if (copied) return { ...draftOf(copied), name: t("rules.copy_of", { name: copied.name }), code: "" };
  const wanted = query.peek().get("event");
  return emptyTemplate(TEMPLATE_EVENTS.find((event) => event === wanted) ?? "order");
}

export function TemplatePage({ id }: { id: string | null }): JSX.Element {
  const copy = id ? null : query.value.get("copy");
  const wanted = id ?? copy;
  const read = useResource<Template | null>(withQuery("template", { id: wanted }), () => (wanted ? api.get<Template>(pathOfTemplate({ id: wanted })) : Promise.resolve(null)));
  const data = read.data.value;
  useTitle(id ? (data?.name ?? t("templates.heading")) : t("templates.new"));
  if (data === undefined) return read.problem.value ? <Failure problem={read.problem.value} retry={() => void read.reload()} /> : <SkeletonRows />;
  const template = id ? data : null;
  return <TemplateForm key={`${wanted}.${template?.version ?? 0}.${query.value.get("event") ?? ""}`} template={template} initial={template ? draftOf(template) : startOf(data)} reload={() => read.reload()} />;
}
