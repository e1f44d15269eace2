// One thing that left on behalf of a rule: what is sent, every try, and once more.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useRefresh } from "../../../refresh.ts";
import { useResource } from "../../../resource.ts";
import { useTitle } from "../../../title.ts";
import type { ErrandStory } from "../../../wire-rules.ts";
import { Button } from "../../../ui/button.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { Time } from "../../../ui/time.tsx";
import { attempt, say } from "../../../ui/toast.tsx";
import { canResend, DeliveryBadge } from "../../deliveries/state.tsx";
import { Reading } from "../../settings/reading.tsx";
import { errandReason } from "./errand-words.ts";
import "../../../styles/records.css";
import "../../../styles/mail.css";
import "../../../styles/rules.css";

function Story({ story }: { story: ErrandStory }): JSX.Element {
  const rule = `/settings/${story.rule.type === "trigger" ? "triggers" : "marketing-rules"}/${encodeURIComponent(story.rule.id)}`;
  return (
    <div class="delivery-layout">
      <div class="delivery-side">
        <dl class="card facts delivery-facts">
          <div class="fact">
            <dt>{t("rules.state")}</dt>
            <dd>
              <DeliveryBadge state={story.state} />
              <span>{errandReason(story.channel, story.reason)}</span>
              {story.detail ? <code class="delivery-detail">{story.detail}</code> : null}
            </dd>
          </div>
          <div class="fact">
            <dt>{t("actionlog.rule")}</dt>
            <dd>
              <a href={rule} dir="auto">
                {story.rule.name}
              </a>
            </dd>
          </div>
          <div class="fact">
            <dt>{t("deliveries.written")}</dt>
            <dd>
              <Time at={story.created_at} style="full" />
            </dd>
          </div>
          {story.next_at ? (
            <div class="fact">
              <dt>{t("deliveries.next")}</dt>
              <dd>
                <Time at={story.next_at} style="full" />
              </dd>
            </div>
          ) : null}
        </dl>
        <section class="card" aria-labelledby="errand-tries">
          <h2 id="errand-tries">{t("deliveries.attempts")}</h2>
          {story.attempt_log.length ? (
            <ol class="tries">
              {story.attempt_log.map((told) => (
                <li key={told.n}>
                  <b>{t("deliveries.attempt", { n: told.n })}</b>
                  <span>{errandReason(story.channel, told.reason) || told.outcome}</span>
                  <Time at={told.at} style="full" />
                  <small class="faint">{t("actionlog.ms", { n: told.duration_ms })}</small>
                </li>
              ))}
            </ol>
          ) : (
            <p class="faint">{t("deliveries.no_attempts")}</p>
          )}
        </section>
      </div>
      <section class="card" aria-labelledby="errand-request">
        <h2 id="errand-request">{t("errands.request")}</h2>
        <pre class="letter-text" tabIndex={0}>
          {JSON.stringify(story.request, null, 2)}
        </pre>
      </section>
    </div>
  );
}

export function ErrandPage({ id }: { id: string }): JSX.Element {
  const path = `/v1/http-deliveries/${encodeURIComponent(id)}`;
  const read = useResource(path, () => api.get<ErrandStory>(path));
  const busy = useSignal(false);
  const story = read.data.value;
  useTitle(story?.address ?? t("errands.title"));
  useRefresh(() => void read.reload(), story !== undefined && story.ended_at === null);
  async function resend(): Promise<void> {
    busy.value = true;
    if (await attempt(() => api.post(`${path}/resend`))) say(t("errands.resent"));
    await read.reload();
    busy.value = false;
  }
  return (
    <section>
      <a class="back-link" href="/action-log/sent">
        <Icon name="back" size={14} />
        <span>{t("errands.title")}</span>
      </a>
      <div class="page-head">
        <h1 class="errand-address">{story?.address ?? t("errands.title")}</h1>
        <span class="spring" />
        {story && canResend(story) ? (
          <Button icon="retry" busy={busy.value} onClick={() => void resend()}>
            {t("deliveries.resend")}
          </Button>
        ) : null}
      </div>
      <Reading of={read}>{(data) => <Story story={data} />}</Reading>
    </section>
  );
}
