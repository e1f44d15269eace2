// The people whom a notification was sent to, and what each has done with it. A row glows when its person does something.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useListing } from "../../resource.ts";
import type { Page, Recipient } from "../../wire.ts";
import { Person } from "../../ui/avatar.tsx";
import { Icon } from "../../ui/icon.tsx";
import { More } from "../../ui/more.tsx";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { useRefresh } from "../../refresh.ts";

export type RecipientState = "all" | "seen" | "read" | "closed" | "unseen";
const PAGE = 50;

function When({ at, note }: { at: string | null; note?: string }): JSX.Element {
  if (!at) return <span class="faint">–</span>;
  return (
    <span class="when" title={note}>
      <Icon name="check" size={13} />
      <Time at={at} style="relative" />
    </span>
  );
}

function deeds(recipient: Recipient): string {
  return [recipient.seen_at, recipient.read_at, recipient.closed_at].join("|");
}

/** The ids of those whose deeds have changed since the last look. */
function useGlow(items: Recipient[] | undefined): ReadonlySet<string> {
  const before = useRef(new Map<string, string>());
  const glowing = useSignal<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (!items) return;
    const changed = items.filter((item) => before.current.has(item.user.id) && before.current.get(item.user.id) !== deeds(item));
    before.current = new Map(items.map((item) => [item.user.id, deeds(item)]));
    if (changed.length === 0) return;
    glowing.value = new Set(changed.map((item) => item.user.id));
    const timer = setTimeout(() => (glowing.value = new Set()), 2_400);
    return () => clearTimeout(timer);
  }, [items]);
  return glowing.value;
}

function RecipientRow({ recipient, glow }: { recipient: Recipient; glow: boolean }): JSX.Element {
  const { user, seen_at, read_at, closed_at, closed_by } = recipient;
  const by = t(`inbox.closed_by_${closed_by ?? "user"}`);
  return (
    <tr class={glow ? "glow" : ""}>
      <td>
        <Person name={user.name} detail={user.email} />
      </td>
      <td data-label={t("sent.seen")}>
        <When at={seen_at} />
      </td>
      <td data-label={t("sent.read")}>
        <When at={read_at} />
      </td>
      <td data-label={t("sent.closed")}>
        <When at={closed_at} note={by} />
        {closed_at && closed_by === "timeout" ? <small class="faint">{t("sent.by_itself")}</small> : null}
      </td>
    </tr>
  );
}

export interface RecipientsProps {
  id: string;
  state: RecipientState;
  live: boolean;
  scheduled: boolean;
}

export function Recipients({ id, state, live, scheduled }: RecipientsProps): JSX.Element {
  const list = useListing<Recipient>(`recipients/${id}/${state}`, (cursor) =>
    api.get<Page<Recipient>>(withQuery(`/v1/notifications/${encodeURIComponent(id)}/recipients`, { state, cursor, limit: PAGE })),
  );
  const items = list.data.value;
  const glowing = useGlow(items);
  useRefresh(() => void list.reload(), live && (items?.length ?? 0) <= PAGE);
  if (!items) return list.problem.value ? <Failure problem={list.problem.value} retry={() => void list.reload()} /> : <SkeletonRows rows={5} />;
  if (items.length === 0) {
    return (
      <Empty icon="users" title={scheduled ? t("sent.nobody_yet") : t("sent.nobody")}>
        {scheduled ? t("sent.nobody_yet_text") : t(`sent.nobody_${state}`)}
      </Empty>
    );
  }
  return (
    <>
      <table class="table people-table">
        <thead>
          <tr>
            <th scope="col">{t("sent.column_person")}</th>
            <th scope="col">{t("sent.seen")}</th>
            <th scope="col">{t("sent.read")}</th>
            <th scope="col">{t("sent.closed")}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((recipient) => (
            <RecipientRow key={recipient.user.id} recipient={recipient} glow={glowing.has(recipient.user.id)} />
          ))}
        </tbody>
      </table>
      <More list={list} />
    </>
  );
}
