// One marketing rule, block by block, with the scheme of its blocks and its results beside it. What is typed is kept over a
// reload.
import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useKept } from "../../../kept.ts";
import { useResource } from "../../../resource.ts";
import { go, query } from "../../../router.ts";
import { useTitle } from "../../../title.ts";
import type { ActionType, MarketingDraft, MarketingRule, Segment, Template, TemplateDraft } from "../../../wire-rules.ts";
import { Failure, SkeletonRows } from "../../../ui/states.tsx";
import { say } from "../../../ui/toast.tsx";
import { useForm } from "../../form.ts";
import { useDirectory } from "../../records/directory.ts";
import type { ActionContext } from "../action-fields.tsx";
import { ActionList } from "../action-list.tsx";
import { ActiveSwitch, Editor, NameFields, Section, Warnings } from "../parts.tsx";
import { RuleMenu } from "../rule-menu.tsx";
import { usePeople } from "../people.ts";
import { readAll, useTemplates } from "../triggers/all.ts";
import { makeTemplate } from "../triggers/coming.ts";
import { ITS_TEMPLATE } from "../triggers/examples.ts";
import { useNames } from "../templates/recipients.tsx";
import { useVariables } from "../variables.tsx";
import { VersionsDialog } from "../versions.tsx";
import { FrequencyBlock, MechanicBlock, SegmentsBlock, TimingBlock } from "./blocks.tsx";
import { birthday, describeRule, draftOf, emptyRule, hrefOfRule, pathOfRule, type Block } from "./draft.ts";
import { Results, Scheme } from "./side.tsx";
import "../../../styles/records.css";
import "../../../styles/rules.css";

const LIST = "/settings/marketing-rules";
const FIELDS = ["name", "code", "mechanic", "segments", "frequency", "cap", "window", "timing", "retry_h", "actions"];
const ACTIONS: readonly ActionType[] = ["notify", "create_task", "email"];
const FIELDS_OF: Record<Block, readonly string[]> = {
  name: ["name", "code"], mechanic: ["mechanic"], segments: ["segments"], frequency: ["frequency", "cap"], timing: ["timing", "window", "retry_h"], actions: ["actions"],
};

interface Values extends MarketingDraft {
  /** The template that comes with an example, until it is made. */
  comes: TemplateDraft | null;
}

interface FormProps {
  rule: MarketingRule | null;
  initial: Values;
  kept: string;
  reload: () => Promise<void>;
}

function useRuleForm({ rule, initial, kept, reload }: FormProps) {
  const { values, changed, forget } = useKept<Values>(kept, initial);
  const form = useForm(FIELDS);
  const set = (part: Partial<Values>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function save(): Promise<void> {
    let saved: MarketingRule | undefined;
    const went = await form.run(async () => {
      const { comes, actions } = values.value;
      const made = await makeTemplate(comes, actions);
      if (made) values.value = { ...values.value, comes: null, actions: made };
      const body = { ...draftOf(values.value), name: values.value.name.trim(), code: values.value.code.trim() || null };
      saved = await (rule ? api.put<MarketingRule>(pathOfRule(rule), body) : api.post<MarketingRule>("/v1/marketing-rules", body));
    });
    if (!went || !saved) return;
    forget();
    if (rule) await reload();
    else go(hrefOfRule(saved), { replace: true });
    say(t("form.saved"));
  }
  return { values, changed, forget, form, set, save };
}

function BlockSection({ block, text, children }: { block: Block; text?: string; children: ComponentChildren }): JSX.Element {
  return (
    <div id={`block-${block}`} class="rule-block">
      <Section title={t(`marketing.block_${block}`)} text={text}>
        {children}
      </Section>
    </div>
  );
}

function RuleForm(props: FormProps): JSX.Element {
  const { rule, reload } = props;
  const versions = useSignal(false);
  const { values, changed, forget, form, set, save } = useRuleForm(props);
  const draft = values.value;
  const variables = useVariables("customer");
  const names = useNames(variables);
  const people = usePeople();
  const templates = useTemplates();
  const { custom } = useDirectory("customer");
  const segments = useResource("all-segments", () => readAll<Segment>("/v1/segments"));
  const coming: Template[] = draft.comes
    ? [{ ...draft.comes, id: ITS_TEMPLATE, name: t("examples.its_template", { name: draft.comes.name }), version: 0, updated_at: "", updated_by: null, use_count: 0, used_by: [] }]
    : [];
  const context: ActionContext = { event: "customer", templates: [...coming, ...templates], people, custom, variables, problemsOf: form.placed, errorOf: form.error };
  const part = { draft, form, set };
  return (
    <Editor
      title={rule?.name ?? t("marketing.new")}
      back={{ href: LIST, label: t("nav.marketing_rules") }}
      isNew={rule === null}
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
          {rule ? <RuleMenu rule={rule} path={pathOfRule(rule)} list={LIST} hasLog versions={() => (versions.value = true)} gone={() => go(LIST)} /> : null}
        </span>
      }
      side={
        <>
          <Scheme draft={draft} bad={(block) => FIELDS_OF[block].some((field) => form.error(field) !== undefined)} />
          {rule ? <Results rule={rule} /> : null}
        </>
      }
    >
      <Warnings list={rule?.warnings} />
      <BlockSection block="name">
        <NameFields values={draft} form={form} isNew={rule === null} set={set} />
      </BlockSection>
      <BlockSection block="mechanic" text={t("marketing.mechanic_help")}>
        <MechanicBlock {...part} custom={custom} />
      </BlockSection>
      <BlockSection block="segments" text={t("marketing.segments_help")}>
        <SegmentsBlock {...part} segments={segments.data.value ?? []} made={() => void segments.reload()} />
      </BlockSection>
      <BlockSection block="frequency">
        <FrequencyBlock {...part} />
      </BlockSection>
      <BlockSection block="timing">
        <TimingBlock {...part} />
      </BlockSection>
      <BlockSection block="actions">
        <ActionList actions={draft.actions} types={ACTIONS} context={context} error={form.error("actions")} onActions={(actions) => set({ actions })} />
      </BlockSection>
      {versions.value && rule ? (
        <VersionsDialog<MarketingDraft>
          path={pathOfRule(rule)}
          name={rule.name}
          current={rule}
          describe={(thing) => describeRule(thing, segments.data.value ?? [], templates, names)}
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

export function MarketingRulePage({ id }: { id: string | null }): JSX.Element {
  const copy = id ? null : query.value.get("copy");
  const isExample = !id && query.value.get("example") === "birthday";
  const wanted = id ?? copy;
  const read = useResource<MarketingRule | null>(withQuery("marketing-rule", { id: wanted }), () => (wanted ? api.get<MarketingRule>(pathOfRule({ id: wanted })) : Promise.resolve(null)));
  const data = read.data.value;
  useTitle(id ? (data?.name ?? t("nav.marketing_rules")) : t("marketing.new"));
  if (data === undefined) return read.problem.value ? <Failure problem={read.problem.value} retry={() => void read.reload()} /> : <SkeletonRows />;
  const rule = id ? data : null;
  const kept = rule ? `marketing.${rule.id}.${rule.version}` : `marketing.new.${copy ?? (isExample ? "birthday" : "")}`;
  return <RuleForm key={kept} kept={kept} rule={rule} initial={initialOf(rule, data, isExample)} reload={() => read.reload()} />;
}

function initialOf(rule: MarketingRule | null, copied: MarketingRule | null, isExample: boolean): Values {
  if (rule) return { ...draftOf(rule), comes: null };
  if (copied) return { ...draftOf(copied), name: t("rules.copy_of", { name: copied.name }), code: "", active: false, comes: null };
  if (!isExample) return { ...emptyRule(), comes: null };
  const { draft, template } = birthday();
  return { ...draft, comes: template };
}
