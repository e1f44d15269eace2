// The versions of a template, a trigger or a marketing rule: when, by whom, what differs from how it is now, and the way back to one.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import type { Version } from "../../wire-rules.ts";
import { diffLines } from "./diff.ts";

export interface VersionsProps<T> {
  /** Its address under /v1. */
  path: string;
  name: string;
  current: T & { version: number };
  /** The fields to compare, as text, in their order. */
  describe: (thing: T) => [label: string, text: string][];
  onClose: () => void;
  changed: () => void;
}

function Comparison<T>({ older, newer, describe }: { older: T; newer: T; describe: VersionsProps<T>["describe"] }): JSX.Element {
  const now = new Map(describe(newer));
  const before = new Map(describe(older));
  const labels = [...new Set([...now.keys(), ...before.keys()])].filter((label) => now.get(label) !== before.get(label));
  if (labels.length === 0) return <p class="faint">{t("rules.same")}</p>;
  return (
    <>
      {labels.map((label) => (
        <section class="diff" key={label}>
          <h3>{label}</h3>
          <div class="diff-lines" tabIndex={0} role="group" aria-label={label}>
            {diffLines(before.get(label) ?? "", now.get(label) ?? "").map(({ sign, text }, index) => (
              <div key={index} class={sign === "-" ? "diff-line gone" : sign === "+" ? "diff-line added" : "diff-line"}>
                <span class="diff-sign" aria-hidden="true">
                  {sign === "-" ? "−" : sign}
                </span>
                {sign === " " ? null : <span class="visually-hidden">{t(sign === "-" ? "rules.diff_then" : "rules.diff_now")} </span>}
                <span>{text || " "}</span>
              </div>
            ))}
          </div>
        </section>
      ))}
    </>
  );
}

export function VersionsDialog<T>({ path, name, current, describe, onClose, changed }: VersionsProps<T>): JSX.Element {
  const list = useResource(`versions${path}`, () => api.get<{ items: Version<T>[] }>(`${path}/versions`));
  const chosen = useSignal<number | null>(null);
  const busy = useSignal(false);
  const items = list.data.value?.items ?? [];
  const picked = items.find(({ version }) => version === chosen.value) ?? items.find(({ version }) => version !== current.version) ?? items[0];
  const state = picked?.template ?? picked?.trigger ?? picked?.rule;
  const isCurrent = picked?.version === current.version;
  async function rollBack(): Promise<void> {
    if (!picked) return;
    busy.value = true;
    const went = await attempt(() => api.post(`${path}/roll-back`, { version: picked.version }));
    busy.value = false;
    if (!went) return;
    changed();
    onClose();
    say(t("rules.rolled_back", { n: picked.version }), {
      undo: async () => {
        await api.post(`${path}/roll-back`, { version: current.version });
        changed();
      },
    });
  }
  return (
    <Dialog wide title={t("rules.versions_of", { name })} onClose={onClose}>
      <div class="dialog-body versions">
        {list.data.value ? (
          <>
            <ol class="version-list">
              {items.map((item) => (
                <li key={item.version}>
                  <button type="button" class="version" aria-pressed={item.version === picked?.version ? "true" : "false"} onClick={() => (chosen.value = item.version)}>
                    <b>
                      {t("rules.version", { n: item.version })}
                      {item.version === current.version ? <span class="badge tone-quiet">{t("rules.current")}</span> : null}
                    </b>
                    <small>
                      <Time at={item.at} style="full" />
                    </small>
                    <small>{item.by ?? ""}</small>
                  </button>
                </li>
              ))}
            </ol>
            <div class="version-diff">
              {picked && state ? (
                isCurrent ? (
                  <p class="faint">{t("rules.is_current")}</p>
                ) : (
                  <>
                    <p class="diff-legend">{t("rules.diff_legend", { then: picked.version, now: current.version })}</p>
                    <Comparison older={state} newer={current} describe={describe} />
                  </>
                )
              ) : null}
            </div>
          </>
        ) : list.problem.value ? (
          <Failure problem={list.problem.value} retry={() => void list.reload()} />
        ) : (
          <SkeletonRows rows={4} />
        )}
      </div>
      <div class="dialog-foot">
        <Button onClick={onClose}>{t("action.close")}</Button>
        <Button kind="primary" busy={busy.value} disabled={!picked || isCurrent} onClick={() => void rollBack()}>
          {picked && !isCurrent ? t("rules.roll_back_to", { n: picked.version }) : t("rules.roll_back")}
        </Button>
      </div>
    </Dialog>
  );
}
