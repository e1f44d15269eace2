// What left on behalf of rules: HTTP requests, and letters to people who are no users. Each with what became of it; and the
// secret that requests are signed with, for administrators.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useRefresh } from "../../../refresh.ts";
import { useListing, useResource } from "../../../resource.ts";
import { query } from "../../../router.ts";
import { isAdministrator } from "../../../session.ts";
import { useTitle } from "../../../title.ts";
import type { Page } from "../../../wire.ts";
import type { Errand } from "../../../wire-rules.ts";
import { Button } from "../../../ui/button.tsx";
import { CopyBox } from "../../../ui/copy.tsx";
import { Confirm, Dialog } from "../../../ui/dialog.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { followRow, useRowKeys } from "../../../ui/rows.ts";
import { Empty } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { say } from "../../../ui/toast.tsx";
import { DeliveryBadge } from "../../deliveries/state.tsx";
import { Reading } from "../../settings/reading.tsx";
import { ChoiceChip, Finder } from "../finder.tsx";
import { Listed } from "../listed.tsx";
import { errandReason } from "./errand-words.ts";
import "../../../styles/records.css";
import "../../../styles/mail.css";
import "../../../styles/rules.css";

const channelName = (channel: "http" | "email") => t(`errands.channel_${channel}`);

const PAGE = 50;
const LOOK_MS = 5_000;
const STATES = ["queued", "sending", "sent", "dead"] as const;

function SecretDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const secret = useResource("http-secret", () => api.get<{ secret: string }>("/v1/http-secret"));
  const isRotating = useSignal(false);
  if (isRotating.value) {
    return (
      <Confirm
        title={t("errands.rotate")}
        text={t("errands.rotate_text")}
        action={t("errands.rotate")}
        onClose={() => (isRotating.value = false)}
        run={async () => {
          secret.data.value = await api.post<{ secret: string }>("/v1/http-secret");
          say(t("form.saved"));
        }}
      />
    );
  }
  return (
    <Dialog title={t("errands.secret")} onClose={onClose}>
      <div class="dialog-body">
        <p class="prose">{t("errands.secret_text")}</p>
        <Reading of={secret}>{(data) => <CopyBox text={data.secret} label={t("errands.secret")} />}</Reading>
      </div>
      <div class="dialog-foot">
        <Button onClick={() => (isRotating.value = true)}>{t("errands.rotate")}</Button>
        <span class="spring" />
        <Button kind="primary" onClick={onClose}>
          {t("action.done")}
        </Button>
      </div>
    </Dialog>
  );
}

function Row({ errand }: { errand: Errand }): JSX.Element {
  return (
    <tr class="rule-row" data-id={errand.id}>
      <td>
        <a class="row-link rule-link" href={`/action-log/sent/${encodeURIComponent(errand.id)}`}>
          <span class="kind-tile tone-brass">
            <Icon name={errand.channel === "http" ? "globe" : "mail"} />
          </span>
          <b class="errand-address">{errand.address}</b>
        </a>
      </td>
      <td data-label={t("actionlog.rule")} dir="auto">
        {errand.rule.name}
      </td>
      <td data-label={t("rules.state")}>
        <span class="counted">
          <DeliveryBadge state={errand.state} />
          <small class="faint">{errandReason(errand.channel, errand.reason)}</small>
        </span>
      </td>
      <td class="cell-time">
        <Time at={errand.ended_at ?? errand.created_at} />
      </td>
    </tr>
  );
}

export function ErrandsPage(): JSX.Element {
  useTitle(t("errands.title"));
  const of = (name: string) => query.value.get(name);
  const narrowed = { q: of("q"), channel: of("channel"), state: of("state") };
  const list = useListing<Errand>(`errands:${JSON.stringify(narrowed)}`, (cursor) => api.get<Page<Errand>>(withQuery("/v1/http-deliveries", { ...narrowed, cursor, limit: PAGE })));
  const isAsking = useSignal(false);
  const items = list.data.value ?? [];
  useRefresh(() => void (items.length <= PAGE ? list.reload() : undefined), true, LOOK_MS);
  useRowKeys(() => items.map(({ id }) => id));
  return (
    <section>
      <a class="back-link" href="/action-log">
        <Icon name="back" size={14} />
        <span>{t("nav.action_log")}</span>
      </a>
      <div class="page-head">
        <h1>{t("errands.title")}</h1>
        <span class="spring" />
        {isAdministrator.value ? (
          <Button icon="key" onClick={() => (isAsking.value = true)}>
            {t("errands.secret")}
          </Button>
        ) : null}
      </div>
      <p class="page-intro">{t("errands.intro")}</p>
      <Finder label={t("errands.find")}>
        <ChoiceChip name="channel" label={t("errands.channel")} any={t("errands.any_channel")} options={(["http", "email"] as const).map((value) => ({ value, label: channelName(value) }))} />
        <ChoiceChip name="state" label={t("rules.state")} any={t("deliveries.any_state")} options={STATES.map((value) => ({ value, label: t(`deliveries.state_${value}`) }))} />
      </Finder>
      <Listed
        list={list}
        narrowed={narrowed}
        empty={
          <Empty icon="globe" title={t("errands.none")}>
            {t("errands.none_text")}
          </Empty>
        }
      >
        {(rows) => (
          <table class="table people-table rules-table">
            <thead>
              <tr>
                <th scope="col">{t("errands.to")}</th>
                <th scope="col">{t("actionlog.rule")}</th>
                <th scope="col">{t("rules.state")}</th>
                <th scope="col" class="cell-time">
                  {t("sent.column_when")}
                </th>
              </tr>
            </thead>
            <tbody onClick={followRow}>
              {rows.map((errand) => (
                <Row key={errand.id} errand={errand} />
              ))}
            </tbody>
          </table>
        )}
      </Listed>
      {isAsking.value ? <SecretDialog onClose={() => (isAsking.value = false)} /> : null}
    </section>
  );
}
