// Health: what holds now, what held before, and the few numbers that say how the server does.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { useResource } from "../resource.ts";
import { useTitle } from "../title.ts";
import { Icon } from "../ui/icon.tsx";
import { Empty, Failure, SkeletonRows } from "../ui/states.tsx";
import { Time } from "../ui/time.tsx";
import { api } from "./session.ts";
import type { Health, Held } from "./wire.ts";

/** How often the page looks again. */
const LOOK_MS = 15_000;

function Standing({ held }: { held: Held }): JSX.Element {
  return (
    <li class="alert warning">
      <Icon name="warning" />
      <div>
        <b>{held.title}</b>
        <p>{held.text}</p>
        <small>
          {held.account ? `${held.account} · ` : ""}
          {t("operator.since")} <Time at={held.raised_at} />
        </small>
      </div>
    </li>
  );
}

function History({ items }: { items: Held[] }): JSX.Element {
  return (
    <table class="table people-table operator-table">
      <thead>
        <tr>
          <th scope="col">{t("operator.what")}</th>
          <th scope="col">{t("operator.account")}</th>
          <th scope="col">{t("operator.began")}</th>
          <th scope="col">{t("operator.ended")}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((held) => (
          <tr key={held.raised_at + held.code + (held.account ?? "")}>
            <td>
              <div>
                <b>{held.title}</b>
                <small class="operator-line">{held.text}</small>
              </div>
            </td>
            <td data-label={t("operator.account")}>{held.account ?? <span class="faint">{t("operator.whole_server")}</span>}</td>
            <td data-label={t("operator.began")}>
              <Time at={held.raised_at} />
            </td>
            <td data-label={t("operator.ended")}>{held.cleared_at ? <Time at={held.cleared_at} /> : <span class="badge tone-warning">{t("operator.holds")}</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function HealthPage(): JSX.Element {
  useTitle(t("operator.health"));
  const health = useResource("operator-health", () => api.get<Health>("/v1/operator/health"));
  useEffect(() => {
    const timer = window.setInterval(() => (document.hidden ? undefined : void health.reload()), LOOK_MS);
    return () => clearInterval(timer);
  }, [health]);
  const found = health.data.value;
  return (
    <section>
      <div class="page-head">
        <h1>{t("operator.health")}</h1>
      </div>
      <p class="page-intro">{t("operator.health_intro")}</p>
      {found === undefined ? (
        health.problem.value ? (
          <Failure problem={health.problem.value} retry={() => void health.reload()} />
        ) : (
          <SkeletonRows />
        )
      ) : (
        <>
          {found.standing.length ? (
            <ul class="operator-standing" aria-label={t("operator.holds")}>
              {found.standing.map((held) => (
                <Standing key={held.raised_at + held.code + (held.account ?? "")} held={held} />
              ))}
            </ul>
          ) : (
            <div class="alert success" role="status">
              <Icon name="success" />
              <span>{t("operator.all_well")}</span>
            </div>
          )}
          <dl class="operator-numbers">
            {found.numbers.map((number) => (
              <div key={number.name}>
                <dt>{t(`operator.number_${number.name}` as "operator.number_work_due")}</dt>
                <dd>
                  {number.value.toLocaleString()} {number.unit}
                </dd>
              </div>
            ))}
          </dl>
          <h2 class="operator-part">{t("operator.history")}</h2>
          {found.history.length ? (
            <History items={found.history} />
          ) : (
            <Empty icon="shield" title={t("operator.no_history")}>
              {t("operator.no_history_text")}
            </Empty>
          )}
        </>
      )}
    </section>
  );
}
