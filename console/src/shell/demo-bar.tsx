// The bar of the demo: whose eyes one looks through, another person at a click, and the flow of live messages, which
// can be paused, and the clock, which can be moved on. It is drawn only where the server says that it is a demo.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { now, setClock, timeOfDay } from "../format.ts";
import { api } from "../http.ts";
import { language, LANGUAGE_NAMES, t } from "../i18n/index.ts";
import { onItem, putItems } from "../live.tsx";
import { tasksChanged } from "../pages/tasks/state.ts";
import { useResource } from "../resource.ts";
import { go, path } from "../router.ts";
import { enter, session, status, zone } from "../session.ts";
import type { Person as DemoPerson, Session } from "../wire.ts";
import { Person } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { Drop } from "../ui/menu.tsx";
import { attempt } from "../ui/toast.tsx";

const STEP_MINUTES = 5;
const SLACK_MS = 60_000;

export interface Demo {
  people: DemoPerson[];
  operator?: { name: string; email: string } | null;
  paused: boolean;
  /** The demo's own present. */
  now?: string;
}

export async function becomePerson(person: DemoPerson): Promise<void> {
  await enter(await api.post<Session>("/v1/demo/sign-in", { user: person.id }, { anonymous: true }));
  // What was open belongs to the other person.
  go("/notifications", { replace: path.peek() === "/" });
}

export function personDetail(person: DemoPerson): string {
  return [LANGUAGE_NAMES[person.language], ...person.groups].join(" · ");
}

function FlowSwitch({ demo, changed }: { demo: Demo; changed: () => void }): JSX.Element {
  const busy = useSignal(false);
  async function toggle(): Promise<void> {
    busy.value = true;
    await attempt(() => api.post("/v1/demo/flow", { paused: !demo.paused }));
    changed();
    busy.value = false;
  }
  return (
    <button type="button" class="demo-button flow" title={demo.paused ? t("demo.resume") : t("demo.pause")} aria-busy={busy.value ? "true" : undefined} onClick={() => void toggle()}>
      <Icon name={demo.paused ? "play" : "pause"} size={14} />
      <span>{demo.paused ? t("demo.resume") : t("demo.pause")}</span>
      <i class={demo.paused ? "flow-dot" : "flow-dot live"} />
    </button>
  );
}

/** The demo's clock: a visitor need not wait for the next mark. */
function Clock({ changed }: { changed: () => void }): JSX.Element {
  const busy = useSignal(false);
  async function advance(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    await attempt(async () => setClock((await api.post<{ now: string }>("/v1/demo/clock", { advance_minutes: STEP_MINUTES })).now));
    // Popups and the bell say anew how late it is.
    putItems([]);
    changed();
    busy.value = false;
  }
  return (
    <button
      type="button"
      class="demo-button clock"
      title={t("demo.advance")}
      aria-busy={busy.value ? "true" : undefined}
      onClick={() => void advance()}
    >
      <Icon name="clock" size={14} />
      <span class="tabular" aria-live="polite">
        {timeOfDay(new Date(now.value).toISOString(), language.value, zone.value)}
      </span>
      <b>{t("demo.plus", { n: STEP_MINUTES })}</b>
      <span class="visually-hidden">{t("demo.advance")}</span>
    </button>
  );
}

export function DemoBar(): JSX.Element {
  const demo = useResource<Demo>("demo", () => api.get<Demo>("/v1/demo"));
  const people = demo.data.value?.people ?? [];
  const present = demo.data.value?.now;
  useEffect(() => {
    if (present) setClock(present);
  }, [demo.data.value]);
  // What comes from the future says that another tab has moved the clock.
  useEffect(() => onItem((item) => void (Date.parse(item.created_at) > now.peek() + SLACK_MS ? demo.reload() : undefined)), [demo]);
  return (
    <aside class="demo-bar" aria-label={t("demo.label")}>
      <b class="demo-tag">{t("demo.tag")}</b>
      <span class="demo-text">{t("demo.text")}</span>
      <span class="spring" />
      {status.value?.demo ? <Clock changed={tasksChanged} /> : null}
      <a class="demo-button mailbox-link" href="/demo/mailbox" title={t("nav.mailbox")}>
        <Icon name="mail" size={14} />
        <span>{t("nav.mailbox")}</span>
      </a>
      {demo.data.value ? <FlowSwitch demo={demo.data.value} changed={() => void demo.reload()} /> : null}
      <Drop
        label={t("demo.switch")}
        faceClass="demo-button"
        align="end"
        menu
        face={
          <>
            <Icon name="users" size={14} />
            <span>{t("demo.switch")}</span>
            <Icon name="down" size={14} />
          </>
        }
      >
        {(close) =>
          people.map((person) => (
            <button
              key={person.id}
              type="button"
              class="menu-item person-item"
              role="menuitemradio"
              aria-checked={person.id === session.value?.user.id ? "true" : "false"}
              onClick={() => {
                close();
                void attempt(() => becomePerson(person));
              }}
            >
              <Person name={person.name} detail={personDetail(person)} />
              {person.id === session.value?.user.id ? <Icon name="check" size={14} /> : null}
            </button>
          ))
        }
      </Drop>
    </aside>
  );
}
