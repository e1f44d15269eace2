// The sender's view of one notification: how it looks, who has seen, read and closed it, and the recall.
import type { ComponentChildren, JSX } from "preact";
import { useSignal, type Signal } from "@preact/signals";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import { plainText } from "../../rich-text.tsx";
import { useTitle } from "../../title.ts";
import type { Sent } from "../../wire.ts";
import { PopupView } from "../../compose/preview.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Alert, Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { say } from "../../ui/toast.tsx";
import { Recipients, type RecipientState } from "./recipients.tsx";
import { useRefresh } from "../../refresh.ts";
import { audienceOf, canBeRecalled, Meter, percent, StateBadge } from "./state.tsx";

interface StatProps {
  sent: Sent;
  name: RecipientState;
  count: number;
  label: string;
  chosen: Signal<RecipientState>;
}

function Stat({ sent, name, count, label, chosen }: StatProps): JSX.Element {
  const on = chosen.value === name;
  return (
    <button type="button" class="stat" aria-pressed={on ? "true" : "false"} onClick={() => (chosen.value = on ? "all" : name)}>
      <span class="stat-label">{label}</span>
      <span class="stat-value">
        <b class="tabular">{count.toLocaleString()}</b>
        {name === "all" ? null : <small>{percent(count, sent.recipients)}</small>}
      </span>
      <Meter part={count} whole={sent.recipients} label={label} />
    </button>
  );
}

function Stats({ sent, chosen }: { sent: Sent; chosen: Signal<RecipientState> }): JSX.Element {
  return (
    <div class="stats" role="group" aria-label={t("sent.filter")}>
      <Stat sent={sent} chosen={chosen} name="all" count={sent.recipients} label={t("sent.recipients")} />
      <Stat sent={sent} chosen={chosen} name="seen" count={sent.seen} label={t("sent.seen")} />
      <Stat sent={sent} chosen={chosen} name="read" count={sent.read} label={t("sent.read")} />
      <Stat sent={sent} chosen={chosen} name="closed" count={sent.closed} label={t("sent.closed")} />
      <Stat sent={sent} chosen={chosen} name="unseen" count={Math.max(0, sent.recipients - sent.seen)} label={t("sent.unseen")} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function SentFacts({ sent }: { sent: Sent }): JSX.Element {
  return (
    <dl class="facts">
      <Fact name={t("sent.fact_to")}>{audienceOf(sent)}</Fact>
      {sent.sender ? <Fact name={t("sent.fact_by")}>{sent.sender}</Fact> : null}
      <Fact name={sent.state === "scheduled" ? t("sent.fact_scheduled") : t("sent.fact_sent")}>
        <Time at={sent.send_at ?? sent.created_at} style="full" />
      </Fact>
      {sent.expires_at ? (
        <Fact name={t("inbox.fact_expires")}>
          <Time at={sent.expires_at} style="full" />
        </Fact>
      ) : null}
      {sent.recalled_at ? (
        <Fact name={t("sent.fact_recalled")}>
          <Time at={sent.recalled_at} style="full" />
        </Fact>
      ) : null}
      <Fact name={t("sent.fact_popup")}>{sent.sticky ? t("compose.stays") : t("compose.leaves")}</Fact>
      {sent.link ? <Fact name={t("compose.link")}>{sent.link}</Fact> : null}
    </dl>
  );
}

function Recall({ sent, changed }: { sent: Sent; changed: () => void }): JSX.Element | null {
  const asking = useSignal(false);
  if (!canBeRecalled(sent)) return null;
  const scheduled = sent.state === "scheduled";
  return (
    <>
      <Button icon="undo" onClick={() => (asking.value = true)}>
        {scheduled ? t("sent.cancel") : t("sent.recall")}
      </Button>
      {asking.value ? (
        <Confirm
          title={scheduled ? t("sent.cancel_title") : t("sent.recall_title")}
          text={scheduled ? t("sent.cancel_text") : t("sent.recall_text", { n: sent.recipients })}
          action={scheduled ? t("sent.cancel") : t("sent.recall")}
          onClose={() => (asking.value = false)}
          run={async () => {
            await api.post(`/v1/notifications/${encodeURIComponent(sent.id)}/recall`);
            say(scheduled ? t("sent.cancelled") : t("sent.recalled"));
            changed();
          }}
        />
      ) : null}
    </>
  );
}

function SentView({ sent, reload }: { sent: Sent; reload: () => void }): JSX.Element {
  const chosen = useSignal<RecipientState>("all");
  const name = plainText(sent.title) || plainText(sent.body) || t("sent.withdrawn_body");
  useTitle(name.slice(0, 60));
  return (
    <>
      <div class="page-head">
        <h1 class="clip" dir="auto">
          {name}
        </h1>
        <StateBadge state={sent.state} />
        <span class="spring" />
        <Recall sent={sent} changed={reload} />
      </div>
      {sent.state === "recalled" ? <Alert kind="info">{t("sent.recalled_note")}</Alert> : null}
      {sent.state === "scheduled" ? <Alert kind="info">{t("sent.scheduled_note")}</Alert> : null}
      <div class="sent-layout">
        <div class="sent-main">
          <Stats sent={sent} chosen={chosen} />
          <Recipients id={sent.id} state={chosen.value} live={sent.state === "sent" || sent.state === "sending"} scheduled={sent.state === "scheduled"} />
        </div>
        <div class="sent-side">
          <div class="preview-stage">
            <PopupView title={sent.title} body={sent.body} severity={sent.severity} line={[sent.sender, audienceOf(sent)].filter(Boolean).join(" · ")} />
          </div>
          <SentFacts sent={sent} />
        </div>
      </div>
    </>
  );
}

export function SentDetail({ id }: { id: string }): JSX.Element {
  useTitle(t("nav.sent"));
  const path = `/v1/notifications/${encodeURIComponent(id)}`;
  const sent = useResource(`sent/${id}`, () => api.get<Sent>(path));
  const data = sent.data.value;
  useRefresh(() => void sent.reload(), data !== undefined && data.state !== "recalled" && data.state !== "expired");
  return (
    <section>
      <a class="back-link" href="/sent">
        <Icon name="back" size={14} />
        <span>{t("nav.sent")}</span>
      </a>
      {data ? (
        <SentView sent={data} reload={() => void sent.reload()} />
      ) : sent.problem.value?.status === 404 ? (
        <Empty icon="send" title={t("sent.gone_title")}>
          {t("sent.gone_text")}
        </Empty>
      ) : sent.problem.value ? (
        <Failure problem={sent.problem.value} retry={() => void sent.reload()} />
      ) : (
        <SkeletonRows />
      )}
    </section>
  );
}
