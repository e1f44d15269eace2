// A segment: a name, a code, and the condition over customers, with how many fit it now and who some of them are.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, isProblem } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useKept } from "../../../kept.ts";
import type { Segment, SegmentCount } from "../../../wire-rules.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { sends } from "../../../ui/keys.ts";
import { Alert, wording } from "../../../ui/states.tsx";
import { say } from "../../../ui/toast.tsx";
import { useForm } from "../../form.ts";
import { NameFields } from "../parts.tsx";
import { Condition } from "../triggers/condition.tsx";
import { useVariables } from "../variables.tsx";

const PAUSE_MS = 400;

interface Values {
  name: string;
  code: string;
  condition: string | null;
}

/** How many fit, and some of them; counted anew a moment after the condition changes. */
function LiveCount({ condition }: { condition: string | null }): JSX.Element {
  const count = useSignal<SegmentCount | null>(null);
  const busy = useSignal(false);
  const failed = useSignal<string | null>(null);
  useEffect(() => {
    let isOver = false;
    busy.value = true;
    const wait = setTimeout(
      async () => {
        try {
          const answer = await api.post<SegmentCount>("/v1/segments/count", { condition: condition ?? "true" });
          if (isOver) return;
          count.value = answer;
          failed.value = null;
        } catch (error) {
          if (!isProblem(error)) throw error;
          if (!isOver) failed.value = error.errors[0]?.message ?? wording(error);
        } finally {
          if (!isOver) busy.value = false;
        }
      },
      count.peek() ? PAUSE_MS : 0,
    );
    return () => {
      isOver = true;
      clearTimeout(wait);
    };
  }, [condition]);
  if (failed.value) {
    return (
      <p class="help error">
        <Icon name="alert" size={14} />
        <span>{failed.value}</span>
      </p>
    );
  }
  return (
    <div class={busy.value ? "live-count asking" : "live-count"} role="status">
      <b>{count.value ? t("segments.count", { n: count.value.count }) : t("state.loading")}</b>
      {count.value?.sample.length ? (
        <ul>
          {count.value.sample.map(({ id, title }) => (
            <li key={id}>
              <a href={`/customers/${encodeURIComponent(id)}`} target="_blank" rel="noopener">
                {title}
              </a>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

export interface SegmentDialogProps {
  segment: Segment | null;
  onClose: () => void;
  saved: (segment: Segment) => void;
}

export function SegmentDialog({ segment, onClose, saved }: SegmentDialogProps): JSX.Element {
  const initial: Values = { name: segment?.name ?? "", code: segment?.code ?? "", condition: segment?.condition ?? null };
  const { values, changed, forget } = useKept<Values>(`segment.${segment?.id ?? "new"}`, initial);
  const form = useForm(["name", "code", "condition"]);
  const variables = useVariables("customer");
  const draft = values.value;
  const set = (part: Partial<Values>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function send(): Promise<void> {
    let answer: Segment | undefined;
    const body = { name: draft.name.trim(), code: draft.code.trim() || null, condition: draft.condition ?? "" };
    const went = await form.run(async () => {
      answer = await (segment ? api.put<Segment>(`/v1/segments/${encodeURIComponent(segment.id)}`, body) : api.post<Segment>("/v1/segments", body));
    });
    if (!went || !answer) return;
    forget();
    saved(answer);
    onClose();
    say(t("form.saved"));
  }
  return (
    <Dialog wide title={segment?.name ?? t("segments.new")} onClose={onClose} keep={changed} onKeyDown={(event) => sends(event) && void send()}>
      <div class="dialog-body segment-form">
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        <NameFields values={draft} form={form} isNew={segment === null} set={set} />
        <Condition
          label={t("segments.condition")}
          text={t("segments.condition_help")}
          event={{ type: "customer_changed" }}
          value={draft.condition}
          variables={variables?.filter(({ path }) => path.startsWith("customer."))}
          hasChanges={false}
          error={form.error("condition")}
          onValue={(condition) => set({ condition })}
        />
        <LiveCount condition={draft.condition} />
      </div>
      <div class="dialog-foot">
        <span class="spring" />
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={form.busy} disabled={!draft.name.trim() || !draft.condition} onClick={() => void send()}>
          {t(segment ? "action.save" : "rules.create")}
        </Button>
      </div>
    </Dialog>
  );
}
