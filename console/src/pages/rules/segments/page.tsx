// Settings → Segments: saved conditions over customers, with how many fit each of them.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useListing } from "../../../resource.ts";
import { query } from "../../../router.ts";
import { useTitle } from "../../../title.ts";
import type { Page } from "../../../wire.ts";
import type { Segment } from "../../../wire-rules.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { Empty } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { attempt, say } from "../../../ui/toast.tsx";
import { SettingsHead } from "../../settings/settings-head.tsx";
import { SettingsTable } from "../../settings/settings-table.tsx";
import { Finder } from "../finder.tsx";
import { Listed } from "../listed.tsx";
import { SegmentDialog } from "./dialog.tsx";
import "../../../styles/records.css";
import "../../../styles/rules.css";

export function SegmentsPage(): JSX.Element {
  useTitle(t("nav.segments"));
  const narrowed = { q: query.value.get("q") };
  const list = useListing<Segment>(`segments:${narrowed.q ?? ""}`, (cursor) => api.get<Page<Segment>>(withQuery("/v1/segments", { ...narrowed, cursor, limit: 50 })));
  const open = useSignal<Segment | "new" | null>(null);
  const create = (
    <Button kind="primary" icon="plus" onClick={() => (open.value = "new")}>
      {t("segments.new")}
    </Button>
  );
  async function remove(segment: Segment): Promise<void> {
    const { name, code, condition } = segment;
    if (!(await attempt(() => api.delete(`/v1/segments/${encodeURIComponent(segment.id)}`)))) return;
    await list.reload();
    say(t("rules.deleted", { name }), {
      undo: async () => {
        await api.post("/v1/segments", { name, code, condition });
        await list.reload();
      },
    });
  }
  return (
    <section>
      <SettingsHead title={t("nav.segments")} intro={t("segments.intro")} action={create} />
      <Finder label={t("segments.find")} />
      <Listed
        list={list}
        narrowed={narrowed}
        empty={
          <Empty icon="users" title={t("segments.none")} action={create}>
            {t("segments.none_text")}
          </Empty>
        }
      >
        {(items) => (
          <SettingsTable look="rules-table" columns={[t("field.name"), t("segments.condition"), t("segments.customers")]}>
            {items.map((segment) => (
              <tr key={segment.id}>
                <td>
                  <button type="button" class="group-link rule-link" onClick={() => (open.value = segment)}>
                    <span class="kind-tile tone-brass">
                      <Icon name="users" />
                    </span>
                    <span class="rule-link-text">
                      <b dir="auto">{segment.name}</b>
                      <small>{segment.code}</small>
                    </span>
                  </button>
                </td>
                <td data-label={t("segments.condition")} class="cell-source">
                  <code class="plain">{segment.condition}</code>
                </td>
                <td data-label={t("segments.customers")}>
                  {segment.count === null ? (
                    <span class="faint">–</span>
                  ) : (
                    <span class="counted">
                      <b class="tabular">{t("segments.count", { n: segment.count })}</b>
                      {segment.counted_at ? (
                        <small class="faint">
                          <Time at={segment.counted_at} style="relative" />
                        </small>
                      ) : null}
                    </span>
                  )}
                </td>
                <td class="cell-menu">
                  <IconButton icon="trash" label={t("segments.remove", { name: segment.name })} onClick={() => void remove(segment)} />
                </td>
              </tr>
            ))}
          </SettingsTable>
        )}
      </Listed>
      {open.value ? <SegmentDialog segment={open.value === "new" ? null : open.value} onClose={() => (open.value = null)} saved={() => void list.reload()} /> : null}
    </section>
  );
}
