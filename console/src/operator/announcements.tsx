// Announcements: all that were written, how far each has come, and how it fares.
import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { useListing } from "../resource.ts";
import { withQuery } from "../http.ts";
import { RichText } from "../rich-text.tsx";
import { useTitle } from "../title.ts";
import { Button } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Empty, Failure, SkeletonRows } from "../ui/states.tsx";
import { Time } from "../ui/time.tsx";
import type { Page } from "../wire.ts";
import { api } from "./session.ts";
import { firstText } from "./draft.ts";
import type { Announcement, Chosen, Stage } from "./wire.ts";

const LOOKS: Record<Stage, { icon: IconName; tone: string }> = {
  draft: { icon: "pencil", tone: "tone-quiet" },
  scheduled: { icon: "clock", tone: "tone-info" },
  standing: { icon: "megaphone", tone: "tone-brass" },
  expired: { icon: "clock", tone: "tone-quiet" },
  recalled: { icon: "undo", tone: "tone-quiet" },
};

export function StageBadge({ stage }: { stage: Stage }): JSX.Element {
  return (
    <span class={`badge ${LOOKS[stage].tone}`}>
      <Icon name={LOOKS[stage].icon} size={13} />
      {t(`operator.stage_${stage}`)}
    </span>
  );
}

export function whom(chosen: Chosen): string {
  if (chosen.type === "all") return t("operator.whom_all");
  if (chosen.type === "plan") return t("operator.whom_plan", { plan: chosen.plan });
  if (chosen.type === "version") return t("operator.whom_version", { version: chosen.version });
  return chosen.codes.join(", ");
}

/** "12 people · 2 accounts", alone or in a sentence. */
export function reached(people: number, accounts: number, key: "operator.delivered" | "operator.reach"): string {
  return t(key, { people: t("operator.people_n", { n: people }), accounts: t("operator.accounts_n", { n: accounts }) });
}

function Row({ item }: { item: Announcement }): JSX.Element {
  const text = firstText(item.texts);
  const { counts } = item;
  return (
    <tr>
      <td>
        <div class="operator-name">
          <a class="row-link" href={`/operator/announcements/${item.id}`}>
            <RichText inline html={text.title || text.body} />
          </a>
          <small class="operator-line">
            {item.origin === "operator" ? (item.by ?? t("operator.by_shell")) : t(`operator.origin_${item.origin}`)} · <Time at={item.published_at ?? item.created_at} />
          </small>
        </div>
      </td>
      <td data-label={t("operator.state")}>
        <div class="operator-state">
          <StageBadge stage={item.state} />
          {item.state === "scheduled" && item.starts_at ? (
            <small class="operator-line">
              {t("operator.starts_at")} <Time at={item.starts_at} />
            </small>
          ) : null}
        </div>
      </td>
      <td data-label={t("operator.whom")} class="cell-groups">
        <div>
          {whom(item.accounts)}
          <small class="operator-line">{t(`operator.people_${item.people}`)}</small>
        </div>
      </td>
      <td data-label={t("operator.fares")}>
        {item.published_at && item.state !== "scheduled" ? (
          <div>
            {reached(counts.delivered, counts.accounts, "operator.delivered")}
            <small class="operator-line">{item.question ? t("operator.answered", { yes: counts.accepted, no: counts.declined }) : t("operator.seen_closed", { seen: counts.seen, closed: counts.closed })}</small>
          </div>
        ) : (
          <span class="faint">–</span>
        )}
      </td>
    </tr>
  );
}

export function AnnouncementsPage(): JSX.Element {
  useTitle(t("operator.announcements"));
  const list = useListing<Announcement>("operator-announcements", (cursor) => api.get<Page<Announcement>>(withQuery("/v1/operator/announcements", { cursor })));
  const items = list.data.value;
  const create = (
    <a class="button primary" href="/operator/announcements/new">
      <Icon name="plus" />
      <span>{t("operator.new")}</span>
    </a>
  );
  return (
    <section>
      <div class="page-head">
        <h1>{t("operator.announcements")}</h1>
        <span class="spring" />
        {create}
      </div>
      <p class="page-intro">{t("operator.announcements_intro")}</p>
      {items === undefined ? (
        list.problem.value ? (
          <Failure problem={list.problem.value} retry={() => void list.reload()} />
        ) : (
          <SkeletonRows />
        )
      ) : items.length ? (
        <table class="table people-table operator-table">
          <thead>
            <tr>
              <th scope="col">{t("operator.what")}</th>
              <th scope="col">{t("operator.state")}</th>
              <th scope="col">{t("operator.whom")}</th>
              <th scope="col">{t("operator.fares")}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <Row key={item.id} item={item} />
            ))}
          </tbody>
        </table>
      ) : (
        <Empty icon="megaphone" title={t("operator.none")} action={create}>
          {t("operator.none_text")}
        </Empty>
      )}
      {list.next.value ? (
        <div class="load-more">
          <Button busy={list.loading.value} onClick={() => void list.more()}>
            {t("operator.more")}
          </Button>
        </div>
      ) : null}
    </section>
  );
}
