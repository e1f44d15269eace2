// A dry run: a record or something that happened to it, and for each trigger whether it would fire, which part of its filter
// and condition decided that, and what its actions would do. Nothing happens.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";
import { PopupView } from "../../../compose/preview.tsx";
import { api, isProblem, withQuery } from "../../../http.ts";
import { dayAndTime, now } from "../../../format.ts";
import { language, t } from "../../../i18n/index.ts";
import { useResource } from "../../../resource.ts";
import { zone } from "../../../session.ts";
import type { Severity } from "../../../wire.ts";
import type { DryRunItem, Explanation, PastEvent, TriggerDraft } from "../../../wire-rules.ts";
import { Button } from "../../../ui/button.tsx";
import { SelectField } from "../../../ui/field.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { wording } from "../../../ui/states.tsx";
import { RecordPicker, type PickedType } from "../../records/record-picker.tsx";
import { actionIcon, actionName } from "../words.ts";
import { parts, values } from "./explain.ts";

function Explained({ label, explanation }: { label: string; explanation: Explanation | null }): JSX.Element | null {
  if (!explanation) return null;
  const named = values(explanation);
  return (
    <div class="explained">
      <h3>
        {label}
        <span class={explanation.value === "true" ? "verdict yes" : "verdict no"}>
          <Icon name={explanation.value === "true" ? "check" : "close"} size={13} />
          {t(explanation.value === "true" ? "dryrun.holds" : "dryrun.holds_not")}
        </span>
      </h3>
      <pre class="explained-source" tabIndex={0}>
        {parts(explanation).map((part, index) =>
          part.tone ? (
            <mark key={index} class={`decided ${part.tone}`} title={part.value}>
              {part.text}
            </mark>
          ) : (
            part.text
          ),
        )}
      </pre>
      {named.length ? (
        <dl class="explained-values">
          {named.map(({ text, value }) => (
            <div key={text}>
              <dt>
                <code>{text}</code>
              </dt>
              <dd dir="auto">{value === "null" ? t("dryrun.nothing") : value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </div>
  );
}

function shownPreview(preview: Record<string, unknown>): { title: string; body: string; severity: Severity } | null {
  const { title, body, severity } = preview;
  return typeof title === "string" && typeof body === "string" ? { title, body, severity: (severity as Severity | undefined) ?? "info" } : null;
}

function WouldDo({ action }: { action: DryRunItem["actions"][number] }): JSX.Element {
  const popup = action.preview ? shownPreview(action.preview) : null;
  return (
    <li>
      <span class="would-head">
        <Icon name={actionIcon(action.type)} size={14} />
        <b>{actionName(action.type)}</b>
      </span>
      <span class="prose" dir="auto">
        {action.summary}
      </span>
      {popup ? <PopupView kind="custom" title={popup.title} body={popup.body} severity={popup.severity} line="" /> : null}
      {action.problem ? (
        <span class="help error">
          <Icon name="alert" size={14} />
          <span>{action.problem}</span>
        </span>
      ) : null}
    </li>
  );
}

export function DryRunResult({ item, isOne }: { item: DryRunItem; isOne: boolean }): JSX.Element {
  const verdict = (
    <span class={item.fires ? "verdict yes" : "verdict no"}>
      <Icon name={item.fires ? "check" : "close"} size={13} />
      {t(item.fires ? "dryrun.fires" : "dryrun.fires_not")}
    </span>
  );
  const body = (
    <>
      {item.fires ? null : <p class="prose">{item.why}</p>}
      <Explained label={t("triggers.filter")} explanation={item.filter} />
      <Explained label={t("triggers.condition")} explanation={item.condition} />
      {item.fires && item.actions.length ? (
        <div class="would-do">
          <h3>{t("dryrun.would_do")}</h3>
          <ol>
            {item.actions.map((action, index) => (
              <WouldDo key={index} action={action} />
            ))}
          </ol>
        </div>
      ) : null}
    </>
  );
  if (isOne) {
    return (
      <div class="dry-result" role="status">
        <div class="dry-verdict">{verdict}</div>
        {body}
      </div>
    );
  }
  return (
    <details class="dry-item">
      <summary>
        <Icon name="right" size={14} />
        <b dir="auto">{item.trigger.name}</b>
        <span class="spring" />
        {verdict}
      </summary>
      <div class="dry-body">
        {body}
        {item.trigger.id ? (
          <a class="site-link" href={`/settings/triggers/${encodeURIComponent(item.trigger.id)}`}>
            {t("dryrun.open_trigger")}
          </a>
        ) : null}
      </div>
    </details>
  );
}

const PAST = ["record_changed", "custom", "task"] as const;

/** What sort of thing happened; one that this page does not know is shown as it came. */
function pastName(type: string): string {
  const known = PAST.find((one) => one === type);
  return known ? t(`dryrun.past_${known}`) : type;
}

interface Target {
  record: Signal<{ id: string; title: string } | null>;
  event: Signal<string>;
}

function TargetFields({ type, target, onType }: { type: PickedType; target: Target; onType: ((type: PickedType) => void) | null }): JSX.Element {
  const record = target.record.value;
  // What happens to tasks is listed of all of them together.
  const about = record && type !== "task" ? record : null;
  const events = useResource(`dryrun/${about ? `${type}/${about.id}` : ""}`, () =>
    api.get<{ items: PastEvent[] }>(withQuery("/v1/triggers/events", { record_type: about ? type : null, record_id: about?.id, limit: 20 })),
  );
  const items = (events.data.value?.items ?? []).filter((event) => type !== "task" || (event.type === "task" && record === null));
  // What happened to it last is the usual question.
  const newest = about ? (items[0]?.id ?? "") : "";
  useEffect(() => {
    if (record && target.event.peek() === "") target.event.value = newest;
  }, [newest]);
  const label = ({ at, type, title }: PastEvent) => [dayAndTime(at, language.value, zone.value, now.value), pastName(type), record ? "" : title].filter(Boolean).join(" · ");
  return (
    <>
      {onType ? (
        <div class="tabs" role="group" aria-label={t("triggers.record")}>
          {(["order", "customer", "task"] as const).map((value) => (
            <button key={value} type="button" class="tab" aria-pressed={value === type ? "true" : "false"} onClick={() => onType(value)}>
              {t(`triggers.record_${value}`)}
            </button>
          ))}
        </div>
      ) : null}
      <RecordPicker
        key={type}
        type={type}
        label={t(`triggers.record_${type}`)}
        value={record}
        error={undefined}
        onValue={(value) => {
          target.record.value = value;
          target.event.value = "";
        }}
      />
      <SelectField<string>
        label={t("dryrun.what_happened")}
        value={target.event.value}
        options={[{ value: "", label: t(record ? "dryrun.as_it_is" : "dryrun.choose_event") }, ...(items.some(({ id }) => id === target.event.value) || !target.event.value ? [] : [{ value: target.event.value, label: t("dryrun.that_event") }]), ...items.map((item) => ({ value: item.id, label: label(item) }))]}
        onValue={(value) => (target.event.value = value)}
      />
    </>
  );
}

/** Runs over a draft, or over all triggers when there is none. */
export function DryRun({ draft, type: wanted, event = "" }: { draft: TriggerDraft | null; type: PickedType | null; event?: string }): JSX.Element {
  const chosenType = useSignal<PickedType>("order");
  const type = wanted ?? chosenType.value;
  const target: Target = { record: useSignal(null), event: useSignal(event) };
  const answer = useSignal<DryRunItem[] | null>(null);
  const failed = useSignal<string | null>(null);
  const busy = useSignal(false);
  const record = target.record.value;
  const isReady = record !== null || target.event.value !== "";
  async function run(): Promise<void> {
    busy.value = true;
    failed.value = null;
    try {
      const { items } = await api.post<{ items: DryRunItem[] }>("/v1/triggers/dry-run", { record: record && { type, id: record.id }, event_id: target.event.value || null, trigger: draft && { ...draft, code: null, name: draft.name.trim() || t("triggers.new") } });
      answer.value = items;
    } catch (error) {
      if (!isProblem(error)) throw error;
      answer.value = null;
      failed.value = error.errors[0]?.message ?? wording(error);
    } finally {
      busy.value = false;
    }
  }
  // Who comes with an event sees at once what it would do.
  useEffect(() => {
    if (event) void run();
  }, []);
  const choose = (next: PickedType) => {
    chosenType.value = next;
    target.record.value = null;
    target.event.value = "";
  };
  return (
    <section class="rule-preview dry-run" aria-labelledby="dry-run">
      <h2 id="dry-run">{t("dryrun.title")}</h2>
      <p class="help">{t(draft ? "dryrun.text" : "dryrun.text_all")}</p>
      <TargetFields type={type} target={target} onType={wanted ? null : choose} />
      <Button icon="play" busy={busy.value} disabled={!isReady} onClick={() => void run()}>
        {t("dryrun.run")}
      </Button>
      {failed.value ? (
        <p class="help error" role="alert">
          <Icon name="alert" size={14} />
          <span>{failed.value}</span>
        </p>
      ) : null}
      {answer.value ? (
        answer.value.length ? (
          <div class={draft ? "" : "dry-list"}>
            {answer.value.map((item, index) => (
              <DryRunResult key={item.trigger.id ?? index} item={item} isOne={draft !== null} />
            ))}
          </div>
        ) : (
          <p class="help">{t("dryrun.no_triggers")}</p>
        )
      ) : null}
    </section>
  );
}
