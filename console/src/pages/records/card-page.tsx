// One order or customer: its head, fields, items and payments, what was told of it, and what happened to it. A link from
// a notification names the fields that it tells of; they stand out in brass.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, withQuery, type Problem } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { onItem } from "../../live.tsx";
import { plainText, RichText } from "../../rich-text.tsx";
import { useListing, useResource } from "../../resource.ts";
import { query } from "../../router.ts";
import { useRefresh } from "../../refresh.ts";
import { useTitle } from "../../title.ts";
import type { HistoryRow, Item, Page, RecordCard, RecordType } from "../../wire.ts";
import { Icon } from "../../ui/icon.tsx";
import { KindTile } from "../../ui/kind.tsx";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { CardHead } from "./card-head.tsx";
import { useDirectory } from "./directory.ts";
import { Fields } from "./fields.tsx";
import { History } from "./history.tsx";
import { TasksOf } from "../tasks/tasks-of.tsx";
import { OrdersOf } from "./orders-of.tsx";
import { Parts } from "./parts.tsx";
import { Marks } from "./sections.ts";
import { apiOf, hrefOf } from "./type.ts";
import "../../styles/records.css";

const LOOK_MS = 10_000;
const GLOW_MS = 2_400;

function Notifications({ items }: { items: Item[] }): JSX.Element | null {
  if (items.length === 0) return null;
  return (
    <section class="card card-section" aria-labelledby="record-notifications">
      <h2 id="record-notifications">{t("records.told")}</h2>
      <ul class="told">
        {items.map((item) => (
          <li key={item.id}>
            <KindTile item={item} />
            <a class="told-text" href={`/notifications?item=${encodeURIComponent(item.id)}`}>
              <RichText class="told-title" html={item.title || item.body} inline />
              {item.title ? <span class="told-body">{plainText(item.body)}</span> : null}
            </a>
            <Time at={item.created_at} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The names of fields whose values have changed since the last look. */
function useChanged(card: RecordCard | undefined): ReadonlySet<string> {
  const before = useRef<ReadonlyMap<string, string> | null>(null);
  const glowing = useSignal<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (!card) return;
    const last = before.current;
    const now = new Map(card.fields.map((field) => [field.name, JSON.stringify(field.value)]));
    before.current = now;
    if (!last) return;
    const changed = [...now].filter(([name, value]) => last.get(name) !== value).map(([name]) => name);
    if (changed.length === 0) return;
    glowing.value = new Set(changed);
    const timer = setTimeout(() => (glowing.value = new Set()), GLOW_MS);
    return () => clearTimeout(timer);
  }, [card]);
  return glowing.value;
}

function useFirstMark(root: { current: HTMLElement | null }, isThere: boolean, marks: string): void {
  useEffect(() => {
    if (!isThere || !marks) return;
    const first = root.current?.querySelector("[data-marked]");
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    first?.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }, [isThere, marks]);
}

function CardView({ type, card, history, reload }: { type: RecordType; card: RecordCard; history: ReturnType<typeof useHistory>; reload: () => Promise<void> }): JSX.Element {
  useTitle(card.title);
  const root = useRef<HTMLDivElement>(null);
  const directory = useDirectory(type);
  const marks = Marks.from(query.value);
  const glowing = useChanged(card);
  useFirstMark(root, true, query.value.get("changed") ?? "");
  return (
    <div class="record-card" ref={root}>
      <CardHead type={type} card={card} directory={directory} marks={marks} changed={reload} />
      <div class="record-layout">
        <div class="record-main">
          {type === "order" ? <Parts card={card} directory={directory} marks={marks} /> : null}
          {type === "customer" ? <OrdersOf customer={card.id} directory={directory} /> : null}
          <Fields type={type} card={card} directory={directory} marks={marks} glowing={glowing} history={history.data.value ?? []} />
        </div>
        <div class="record-side">
          <TasksOf type={type} card={card} />
          <Notifications items={card.notifications} />
          <History list={history} type={type} />
        </div>
      </div>
    </div>
  );
}

function useHistory(type: RecordType, id: string) {
  return useListing<HistoryRow>(`history/${type}/${id}`, (cursor) => api.get<Page<HistoryRow>>(withQuery(`${apiOf(type, id)}/history`, { cursor, limit: 50 })));
}

function Gone({ type, problem, retry }: { type: RecordType; problem: Problem; retry: () => void }): JSX.Element {
  if (problem.status !== 404 && problem.status !== 403) return <Failure problem={problem} retry={retry} />;
  const state = problem.status === 403 ? "forbidden" : "gone";
  return (
    <Empty
      whole
      icon={state === "forbidden" ? "lock" : type === "order" ? "bag" : "user"}
      title={t(`records.${state}_${type}`)}
      action={
        <a class="button" href={hrefOf(type)}>
          <span>{t(`records.to_${type}`)}</span>
        </a>
      }
    >
      {t(`records.${state}_text`)}
    </Empty>
  );
}

export function CardPage({ type, id }: { type: RecordType; id: string }): JSX.Element {
  useTitle(t(type === "order" ? "nav.orders" : "nav.customers"));
  const card = useResource(`record/${type}/${id}`, () => api.get<RecordCard>(apiOf(type, id)));
  const history = useHistory(type, id);
  useEffect(() => onItem((item) => void (item.record?.type === type && item.record.id === id ? card.reload() : undefined)), [card]);
  useRefresh(() => void card.reload(), card.data.value !== undefined, LOOK_MS);
  const changed = card.data.value?.changed_at;
  const shown = useRef(changed);
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== changed) void history.reload();
    shown.current = changed;
  }, [changed]);
  // A record that is gone or out of reach now is not shown from memory.
  const problem = card.problem.value;
  const isLost = problem?.status === 404 || problem?.status === 403;
  const data = isLost ? undefined : card.data.value;
  return (
    <section>
      <a class="back-link" href={hrefOf(type)}>
        <Icon name="back" size={14} />
        <span>{t(type === "order" ? "nav.orders" : "nav.customers")}</span>
      </a>
      {data ? (
        <CardView key={id} type={type} card={data} history={history} reload={card.reload} />
      ) : problem ? (
        <Gone type={type} problem={problem} retry={() => void card.reload()} />
      ) : (
        <SkeletonRows />
      )}
    </section>
  );
}
