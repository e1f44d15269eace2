// One item opened beside the list: the whole text, who it came from, what it is about, and its state. Opening reads it.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { safeHref } from "../../../../client/src/text/body.ts";
import { api, isProblem, type Problem } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { inbox, itemById, putItems } from "../../live.tsx";
import { RichText } from "../../rich-text.tsx";
import { setQuery } from "../../router.ts";
import type { Item } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { KindTile, kindName, severityIcon, severityName } from "../../ui/kind.tsx";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { archive, closePopups, markRead, markUnread, unarchive } from "./actions.ts";
import { dueAt, DueFact, finish, isReminder, SnoozeMenu, snoozedUntil } from "./reminder.tsx";
import { recordKey } from "./rows.tsx";

export function closeDetail(): void {
  setQuery({ item: null }, { replace: true });
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ item }: { item: Item }): JSX.Element {
  const until = snoozedUntil(item);
  const closed = t(`inbox.closed_by_${item.closed_by ?? "user"}`);
  return (
    <dl class="facts">
      {item.sender ? <Fact name={t("inbox.fact_from")}>{item.sender}</Fact> : null}
      {item.audience.length ? <Fact name={t("inbox.fact_to")}>{item.audience.join(", ")}</Fact> : null}
      {item.record ? (
        <Fact name={t(recordKey(item.record.type))}>
          <OutLink href={item.record.url}>{item.record.external_id ?? `№ ${item.record.number}`}</OutLink>
        </Fact>
      ) : null}
      {dueAt(item) ? (
        <Fact name={t("inbox.fact_due")}>
          <DueFact item={item} />
        </Fact>
      ) : null}
      <Fact name={t("inbox.fact_arrived")}>
        <Time at={item.created_at} style="full" />
      </Fact>
      {item.read_at ? (
        <Fact name={t("inbox.fact_read")}>
          <Time at={item.read_at} style="full" />
        </Fact>
      ) : null}
      <Fact name={t("inbox.fact_popup")}>
        {until ? (
          <>
            {t("inbox.fact_snoozed")} <Time at={until} style="full" />
          </>
        ) : item.closed_at ? (
          <>
            {closed}, <Time at={item.closed_at} style="full" />
          </>
        ) : (
          t("inbox.popup_stands")
        )}
      </Fact>
      {item.expires_at ? (
        <Fact name={t("inbox.fact_expires")}>
          <Time at={item.expires_at} style="full" />
        </Fact>
      ) : null}
    </dl>
  );
}

function OutLink({ href, children, strong, button }: { href: string; children: ComponentChildren; strong?: boolean; button?: boolean }): JSX.Element {
  const safe = safeHref(href, location.origin);
  if (!safe) return <span>{children}</span>;
  const foreign = safe.isForeign ? { target: "_blank", rel: "noopener noreferrer" } : {};
  return (
    <a class={strong ? "button primary" : button ? "button" : undefined} href={safe.href} {...foreign}>
      <span>{children}</span>
      {safe.isForeign ? <Icon name="external" size={14} /> : null}
    </a>
  );
}

function Head({ item }: { item: Item }): JSX.Element {
  return (
    <div class="detail-head">
      <IconButton class="only-narrow" icon="back" label={t("action.back")} onClick={closeDetail} />
      <span class={`badge tone-${item.severity}`}>
        <Icon name={severityIcon(item.severity)} size={13} />
        {severityName(item.severity)}
      </span>
      <span class="faint">{kindName(item.kind)}</span>
      <span class="spring" />
      <IconButton
        icon={item.read_at ? "mail" : "mailOpen"}
        label={item.read_at ? t("inbox.mark_unread") : t("inbox.mark_read")}
        onClick={() => void (item.read_at ? markUnread([item]) : markRead([item]))}
      />
      <IconButton
        icon={item.archived_at ? "unarchive" : "archive"}
        label={item.archived_at ? t("inbox.unarchive") : t("inbox.archive")}
        onClick={() => void (item.archived_at ? unarchive([item]) : archive([item]))}
      />
      <IconButton class="only-wide" icon="close" label={t("action.close")} onClick={closeDetail} />
    </div>
  );
}

function ItemView({ item }: { item: Item }): JSX.Element {
  if (item.withdrawn_at) {
    return (
      <>
        <Head item={item} />
        <Empty icon="undo" title={t("inbox.withdrawn_title")}>
          {t("inbox.withdrawn_text")}
        </Empty>
      </>
    );
  }
  return (
    <>
      <Head item={item} />
      <div class="detail-title">
        <KindTile item={item} />
        {item.title ? <RichText class="detail-name" html={item.title} /> : <span class="detail-name">{kindName(item.kind)}</span>}
      </div>
      <RichText class="detail-text prose" html={item.body} />
      <div class="detail-actions">
        {isReminder(item) ? (
          <Button kind="primary" icon="check" onClick={() => void finish(item)}>
            {t("action.done")}
          </Button>
        ) : null}
        {item.link ? (
          <OutLink href={item.link} {...(isReminder(item) ? {} : { strong: true })} button>
            {t("inbox.open_link")}
          </OutLink>
        ) : null}
        <SnoozeMenu
          item={item}
          faceClass="button"
          face={
            <>
              <Icon name="clock" />
              <span>{t("inbox.snooze")}</span>
              <Icon name="down" size={14} />
            </>
          }
        />
        {item.closed_at || snoozedUntil(item) ? null : <Button onClick={() => void closePopups([item])}>{t("inbox.close_popup")}</Button>}
      </div>
      <Facts item={item} />
    </>
  );
}

export function Detail({ id }: { id: string }): JSX.Element {
  const item = itemById(id);
  const problem = useSignal<Problem | null>(null);
  const panel = useRef<HTMLElement>(null);
  const load = () => {
    problem.value = null;
    api
      .get<Item>(`/v1/inbox/${encodeURIComponent(id)}`)
      .then((found) => putItems([found]))
      .catch((error: unknown) => {
        if (isProblem(error)) problem.value = error;
      });
  };
  useEffect(() => {
    if (!item) load();
    panel.current?.scrollTo(0, 0);
  }, [id]);
  const present = Boolean(item);
  useEffect(() => {
    if (item && !item.read_at && !item.withdrawn_at) void inbox().read(id);
  }, [id, present]);
  return (
    <aside class="detail" ref={panel} aria-label={t("inbox.detail")}>
      {item ? (
        <ItemView item={item} />
      ) : problem.value?.status === 404 ? (
        <Empty icon="bell" title={t("inbox.gone_title")} action={<Button onClick={closeDetail}>{t("inbox.back_to_list")}</Button>}>
          {t("inbox.gone_text")}
        </Empty>
      ) : problem.value ? (
        <Failure problem={problem.value} retry={load} />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </aside>
  );
}
