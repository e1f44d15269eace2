// The relays of an account, in the order in which they are tried, each with how it fares.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../../../i18n/index.ts";
import type { Relay } from "../../../wire-mail.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Confirm } from "../../../ui/dialog.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { Alert } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { attempt } from "../../../ui/toast.tsx";
import { within } from "../../form.ts";
import { RelayDialog } from "./relay-dialog.tsx";
import { moved, newRelay } from "./relay.ts";

const MOST = 5;

function RelayHealth({ relay }: { relay: Relay }): JSX.Element {
  const state = relay.state;
  if (!state || (!state.last_ok_at && !state.last_error)) return <span class="badge tone-quiet">{t("relay.unused")}</span>;
  if (state.breaker !== "closed" || (state.last_error && !state.last_ok_at)) {
    return (
      <span class="relay-health">
        <span class="badge tone-error">
          <Icon name="warning" size={13} />
          {t("relay.down")}
        </span>
        <small class="faint">{state.last_error}</small>
      </span>
    );
  }
  return (
    <span class="relay-health">
      <span class="badge tone-success">
        <Icon name="check" size={13} />
        {t("relay.up")}
      </span>
      {state.last_ok_at ? (
        <small class="faint">
          <Time at={state.last_ok_at} style="relative" />
        </small>
      ) : null}
    </span>
  );
}

interface RowProps {
  relay: Relay;
  isFirst: boolean;
  isLast: boolean;
  move: (step: 1 | -1) => void;
  edit: () => void;
  remove: () => void;
}

function RelayRow({ relay, isFirst, isLast, move, edit, remove }: RowProps): JSX.Element {
  return (
    <li class="relay">
      <button type="button" class="relay-name" onClick={edit}>
        <b>{relay.host}</b>
        <small class="faint">
          {t(`relay.security_${relay.security}`)} · {relay.port}
          {relay.user ? ` · ${relay.user}` : ""}
        </small>
      </button>
      <RelayHealth relay={relay} />
      <span class="relay-actions">
        <IconButton icon="upward" label={t("relay.earlier", { name: relay.host })} disabled={isFirst} onClick={() => move(-1)} />
        <IconButton icon="downward" label={t("relay.later", { name: relay.host })} disabled={isLast} onClick={() => move(1)} />
        <IconButton icon="trash" label={t("relay.remove_name", { name: relay.host })} onClick={remove} />
      </span>
    </li>
  );
}

export interface RelaysCardProps {
  relays: Relay[];
  serverRelays: string[];
  /** `secrets` by place in the list; a relay without one keeps the one that it has. */
  save: (relays: Relay[], secrets: Record<number, string>) => Promise<unknown>;
}

export function RelaysCard({ relays, serverRelays, save }: RelaysCardProps): JSX.Element {
  const editing = useSignal<number | null>(null);
  const removing = useSignal<Relay | null>(null);
  const at = editing.value;
  const isNew = at !== null && at >= relays.length;
  return (
    <section class="card" aria-labelledby="email-relays">
      <h2 id="email-relays">{t("relay.title")}</h2>
      <p class="prose">{t("relay.text")}</p>
      {relays.length === 0 ? (
        serverRelays.length > 0 ? (
          <Alert kind="info">{t("relay.server_serves", { names: serverRelays.join(", ") })}</Alert>
        ) : (
          <Alert kind="warning">{t("relay.none")}</Alert>
        )
      ) : (
        <ol class="relays">
          {relays.map((relay, index) => (
            <RelayRow
              key={relay.id ?? index}
              relay={relay}
              isFirst={index === 0}
              isLast={index === relays.length - 1}
              move={(step) => void attempt(() => save(moved(relays, index, step), {}))}
              edit={() => (editing.value = index)}
              remove={() => (removing.value = relay)}
            />
          ))}
        </ol>
      )}
      <div class="form-foot start">
        <Button icon="plus" kind={relays.length === 0 ? "primary" : "plain"} disabled={relays.length >= MOST} onClick={() => (editing.value = relays.length)}>
          {t("relay.add")}
        </Button>
      </div>
      {at !== null ? (
        <RelayDialog
          relay={relays[at] ?? newRelay(relays.length)}
          isNew={isNew}
          onClose={() => (editing.value = null)}
          save={(relay, secret) =>
            within(`relays[${at}]`, () => save(isNew ? [...relays, relay] : relays.map((other, index) => (index === at ? relay : other)), secret === null ? {} : { [at]: secret }))
          }
        />
      ) : null}
      {removing.value ? (
        <Confirm
          title={t("relay.remove_title", { name: removing.value.host })}
          text={t("relay.remove_text")}
          action={t("relay.remove")}
          onClose={() => (removing.value = null)}
          run={async () => {
            const gone = removing.value;
            await save(relays.filter((relay) => relay !== gone), {});
          }}
        />
      ) : null}
    </section>
  );
}
