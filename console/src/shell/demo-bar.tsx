// The bar of the demo: whose eyes one looks through, another person at a click, and the flow of live messages, which
// can be paused. It is drawn only where the server says that it is a demo.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../http.ts";
import { LANGUAGE_NAMES, t } from "../i18n/index.ts";
import { useResource } from "../resource.ts";
import { go, path } from "../router.ts";
import { enter, session } from "../session.ts";
import type { Person as DemoPerson, Session } from "../wire.ts";
import { Person } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { Drop } from "../ui/menu.tsx";
import { attempt } from "../ui/toast.tsx";

export interface Demo {
  people: DemoPerson[];
  paused: boolean;
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

export function DemoBar(): JSX.Element {
  const demo = useResource<Demo>("demo", () => api.get<Demo>("/v1/demo"));
  const people = demo.data.value?.people ?? [];
  return (
    <aside class="demo-bar" aria-label={t("demo.label")}>
      <b class="demo-tag">{t("demo.tag")}</b>
      <span class="demo-text">{t("demo.text")}</span>
      <span class="spring" />
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
