// One delivery: what became of it and why, attempt by attempt with what was said, and the letter itself.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { t, type Key } from "../../i18n/index.ts";
import { useRefresh } from "../../refresh.ts";
import { useResource } from "../../resource.ts";
import { useTitle } from "../../title.ts";
import type { Attempt, DeliveryStory } from "../../wire-mail.ts";
import { Button } from "../../ui/button.tsx";
import { Dialogue } from "../../ui/dialogue.tsx";
import { Icon } from "../../ui/icon.tsx";
import { kindName } from "../../ui/kind.tsx";
import { LetterTabs } from "../../ui/letter-tabs.tsx";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import { canRelease, canResend, DeliveryBadge, reasonText } from "./state.tsx";
import "../../styles/mail.css";

const LOOK_MS = 3_000;
const OUTCOMES = ["sent", "retry", "reject", "unknown", "gone"];

function outcomeText(outcome: string): string {
  return OUTCOMES.includes(outcome) ? t(`deliveries.outcome_${outcome}` as Key) : outcome;
}

function AttemptView({ told, isLast }: { told: Attempt; isLast: boolean }): JSX.Element {
  return (
    <li class="attempt">
      <details open={isLast}>
        <summary>
          <Icon name="right" size={14} />
          <b>{t("deliveries.attempt", { n: told.n })}</b>
          <span class="attempt-outcome">{outcomeText(told.outcome)}</span>
          <span class="spring" />
          <Time at={told.at} style="full" />
        </summary>
        <div class="attempt-body">
          <p class="prose">
            {[told.relay, reasonText(told.reason)].filter(Boolean).join(" · ")}
          </p>
          <Dialogue lines={told.dialogue} />
        </div>
      </details>
    </li>
  );
}

function Fact({ name, children }: { name: string; children: JSX.Element | string }): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ story }: { story: DeliveryStory }): JSX.Element {
  return (
    <dl class="card facts delivery-facts">
      <Fact name={t("deliveries.column_state")}>
        <>
          <DeliveryBadge state={story.state} />
          {story.reason ? <span class="delivery-why">{reasonText(story.reason)}</span> : null}
          {story.detail ? <code class="delivery-detail">{story.detail}</code> : null}
        </>
      </Fact>
      {story.user ? (
        <Fact name={t("deliveries.user")}>
          <a href={`/deliveries?user=${encodeURIComponent(story.user.id)}`}>{story.user.name}</a>
        </Fact>
      ) : null}
      <Fact name={t("deliveries.kind")}>{kindName(story.kind)}</Fact>
      <Fact name={t("deliveries.written")}>
        <Time at={story.created_at} style="full" />
      </Fact>
      {story.ended_at ? (
        <Fact name={t("deliveries.ended")}>
          <Time at={story.ended_at} style="full" />
        </Fact>
      ) : (
        <>
          {story.next_at ? (
            <Fact name={t("deliveries.next")}>
              <Time at={story.next_at} style="full" />
            </Fact>
          ) : null}
          <Fact name={t("deliveries.until")}>
            <Time at={story.expires_at} style="full" />
          </Fact>
        </>
      )}
      {story.relay ? <Fact name={t("deliveries.relay")}>{story.relay}</Fact> : null}
    </dl>
  );
}

function Actions({ story, changed }: { story: DeliveryStory; changed: () => Promise<void> }): JSX.Element {
  const busy = useSignal(false);
  const act = async (what: "resend" | "release") => {
    busy.value = true;
    if (await attempt(() => api.post(`/v1/deliveries/${encodeURIComponent(story.id)}/${what}`))) say(t(`deliveries.done_${what}`, { n: 1 }));
    await changed();
    busy.value = false;
  };
  return (
    <>
      {canRelease(story) ? (
        <Button icon="play" busy={busy.value} onClick={() => void act("release")}>
          {t("deliveries.release")}
        </Button>
      ) : null}
      {canResend(story) ? (
        <Button icon="retry" busy={busy.value} onClick={() => void act("resend")}>
          {t("deliveries.resend")}
        </Button>
      ) : null}
    </>
  );
}

function Story({ story, changed }: { story: DeliveryStory; changed: () => Promise<void> }): JSX.Element {
  useTitle(story.address);
  return (
    <>
      <div class="page-head">
        <h1 class="clip">{story.address}</h1>
        <span class="spring" />
        <Actions story={story} changed={changed} />
      </div>
      <div class="delivery-layout">
        <div class="delivery-side">
          <Facts story={story} />
          <section class="card" aria-labelledby="delivery-attempts">
            <h2 id="delivery-attempts">{t("deliveries.attempts")}</h2>
            {story.attempt_log.length === 0 ? (
              <p class="prose">{t("deliveries.no_attempts")}</p>
            ) : (
              <ol class="attempts">
                {story.attempt_log.map((told, index) => (
                  <AttemptView key={told.n} told={told} isLast={index === story.attempt_log.length - 1} />
                ))}
              </ol>
            )}
          </section>
        </div>
        <section class="card" aria-labelledby="delivery-letter">
          <h2 id="delivery-letter">{t("deliveries.letter")}</h2>
          {story.letter ? <LetterTabs letter={story.letter} /> : <p class="prose">{t("deliveries.no_letter")}</p>}
        </section>
      </div>
    </>
  );
}

export function DeliveryPage({ id }: { id: string }): JSX.Element {
  useTitle(t("nav.deliveries"));
  const story = useResource(`delivery:${id}`, () => api.get<DeliveryStory>(`/v1/deliveries/${encodeURIComponent(id)}`));
  const data = story.data.value;
  useRefresh(() => void story.reload(), data !== undefined && !data.ended_at, LOOK_MS);
  return (
    <section>
      <a class="back-link" href="/deliveries">
        <Icon name="back" size={14} />
        <span>{t("nav.deliveries")}</span>
      </a>
      {data ? (
        <Story story={data} changed={story.reload} />
      ) : story.problem.value?.status === 404 ? (
        <Empty whole icon="mail" title={t("deliveries.gone")}>
          {t("deliveries.gone_text")}
        </Empty>
      ) : story.problem.value ? (
        <Failure problem={story.problem.value} retry={() => void story.reload()} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </section>
  );
}
