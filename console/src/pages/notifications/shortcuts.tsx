// The keys of a page, listed behind "?". Without others they are those of the notifications.
import type { JSX } from "preact";
import { t, type Key } from "../../i18n/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { isMac } from "../../ui/keys.ts";

export type Shortcut = readonly [string[], Key];

const KEYS: readonly Shortcut[] = [
  [["j", "k"], "keys.move"],
  [["Enter"], "keys.open"],
  [["x"], "keys.select"],
  [["e"], "keys.archive"],
  [["u"], "keys.unread"],
  [["Esc"], "keys.close"],
  [["/"], "keys.search"],
  [["F8"], "keys.popups"],
  [[isMac ? "⌘" : "Ctrl", "Enter"], "keys.send"],
];

export function Shortcuts({ keys = KEYS, onClose }: { keys?: readonly Shortcut[]; onClose: () => void }): JSX.Element {
  return (
    <Dialog title={t("keys.title")} onClose={onClose}>
      <dl class="dialog-body shortcuts">
        {keys.map(([names, key]) => (
          <div key={key}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{t(key)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
