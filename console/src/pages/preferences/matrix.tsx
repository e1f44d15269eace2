// The matrix kind × channel. A locked cell shows the lock and cannot be moved by a user; an administrator sets the locks.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import type { Kind } from "../../wire.ts";
import { SWITCHES, type Preferences, type Switch } from "../../wire-mail.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { kindIcon, kindName, KINDS } from "../../ui/kind.tsx";
import { isLocked, withLock } from "./locks.ts";

export interface MatrixProps {
  values: Preferences;
  set: (part: Partial<Preferences>) => void;
  /** An administrator moves every cell, and locks it. */
  locks: boolean;
}

function Cell({ values, set, locks, kind, channel }: MatrixProps & { kind: Kind; channel: Switch }): JSX.Element {
  const locked = isLocked(values.locked, kind, channel);
  const off = channel === "email" && !values.email && !locked;
  const name = t("prefs.cell", { kind: kindName(kind), channel: t(`prefs.channel_${channel}`) });
  const change = (on: boolean) => set({ matrix: { ...values.matrix, [kind]: { ...values.matrix[kind], [channel]: on } } });
  return (
    <td class={off ? "matrix-cell off" : "matrix-cell"}>
      <input
        type="checkbox"
        role="switch"
        class="switch"
        aria-label={locked && !locks ? t("prefs.cell_locked", { cell: name }) : name}
        checked={values.matrix[kind][channel]}
        disabled={(locked && !locks) || (off && !locks)}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      {locks ? (
        <IconButton
          icon={locked ? "lock" : "unlock"}
          label={t("prefs.lock_cell", { cell: name })}
          pressed={locked}
          onClick={() => set({ locked: withLock(values.locked, kind, channel, !locked) })}
        />
      ) : locked ? (
        <span class="matrix-lock" title={t("prefs.locked")}>
          <Icon name="lock" size={13} />
        </span>
      ) : null}
    </td>
  );
}

export function Matrix(props: MatrixProps): JSX.Element {
  return (
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">{t("prefs.column_kind")}</span>
          </th>
          <th scope="col">{t("prefs.channel_bell")}</th>
          {SWITCHES.map((channel) => (
            <th scope="col" key={channel}>
              {t(`prefs.channel_${channel}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {KINDS.map((kind) => (
          <tr key={kind}>
            <th scope="row">
              <span class="matrix-kind">
                <Icon name={kindIcon({ kind, record: null })} />
                <span>
                  {kindName(kind)}
                  <small>{t(`prefs.kind_${kind}`)}</small>
                </span>
              </span>
            </th>
            <td class="matrix-cell" title={t("prefs.bell_always")}>
              <Icon name="check" />
              <span class="visually-hidden">{t("prefs.bell_always")}</span>
            </td>
            {SWITCHES.map((channel) => (
              <Cell key={channel} {...props} kind={kind} channel={channel} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
