// Settings → Sites: the shops that records come from, and where each has its own page of an order and of a customer.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import { useTitle } from "../../title.ts";
import type { Site } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Empty } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { CodedDialog } from "./coded-dialog.tsx";
import { Reading } from "./reading.tsx";
import { SettingsHead } from "./settings-head.tsx";
import { SettingsTable } from "./settings-table.tsx";
import { previewOf } from "./template.ts";
import "../../styles/records.css";

interface SiteValues {
  name: string;
  code: string;
  order_url: string;
  customer_url: string;
}

function valuesOf(site: Site | null): SiteValues {
  return { name: site?.name ?? "", code: site?.code ?? "", order_url: site?.order_url ?? "", customer_url: site?.customer_url ?? "" };
}

function pathOf(code: string): string {
  return `/v1/sites/${encodeURIComponent(code)}`;
}

function SiteDialog({ site, onClose, saved }: { site: Site | null; onClose: () => void; saved: () => void }): JSX.Element {
  return (
    <CodedDialog<SiteValues>
      kept={`site.${site?.code ?? "new"}`}
      title={site?.name ?? t("sites.new")}
      codeHelp={t("sites.code_help")}
      initial={valuesOf(site)}
      isNew={site === null}
      fields={["order_url", "customer_url"]}
      onClose={onClose}
      saved={saved}
      save={({ code, name, order_url, customer_url }) => api.put(pathOf(code), { name, order_url: order_url.trim() || null, customer_url: customer_url.trim() || null })}
    >
      {(values, set, form) =>
        (["order_url", "customer_url"] as const).map((field) => {
          const preview = previewOf(values[field], field === "order_url" ? "A-10428" : "C-77");
          return (
            <TextField
              key={field}
              label={t(`sites.${field}`)}
              note={t("form.optional")}
              placeholder={field === "order_url" ? "https://shop.example/orders/{external_id}" : "https://shop.example/customers/{external_id}"}
              inputMode="url"
              autocomplete="off"
              spellcheck={false}
              help={preview ? t("sites.preview", { url: preview }) : t("sites.url_help", { place: "{external_id}" })}
              error={form.error(field)}
              value={values[field]}
              onValue={(value) => set({ [field]: value })}
            />
          );
        })
      }
    </CodedDialog>
  );
}

function SitesTable({ items, open, remove }: { items: Site[]; open: (site: Site) => void; remove: (site: Site) => void }): JSX.Element {
  return (
    <SettingsTable columns={[t("records.site"), t("sites.order_url"), t("sites.customer_url")]}>
      {items.map((site) => (
        <tr key={site.code}>
          <td>
            <button type="button" class="group-link" onClick={() => open(site)}>
              <b dir="auto">{site.name}</b>
              <code>{site.code}</code>
            </button>
          </td>
          {(["order_url", "customer_url"] as const).map((field) => (
            <td key={field} data-label={t(`sites.${field}`)} class="cell-url">
              {site[field] ?? <span class="faint">–</span>}
            </td>
          ))}
          <td class="cell-menu">
            <IconButton icon="trash" label={t("sites.remove", { name: site.name })} onClick={() => remove(site)} />
          </td>
        </tr>
      ))}
    </SettingsTable>
  );
}

export function SitesPage(): JSX.Element {
  useTitle(t("nav.sites"));
  const sites = useResource("sites", () => api.get<{ items: Site[] }>("/v1/sites"));
  const open = useSignal<Site | "new" | null>(null);
  const removing = useSignal<Site | null>(null);
  const changed = () => void sites.reload();
  const create = (
    <Button kind="primary" icon="plus" onClick={() => (open.value = "new")}>
      {t("sites.new")}
    </Button>
  );
  const going = removing.value;
  return (
    <section>
      <SettingsHead title={t("nav.sites")} intro={t("sites.intro")} action={create} />
      <Reading of={sites}>
        {({ items }) =>
          items.length ? (
            <SitesTable items={items} open={(site) => (open.value = site)} remove={(site) => (removing.value = site)} />
          ) : (
            <Empty icon="store" title={t("sites.none")} action={create}>
              {t("sites.none_text")}
            </Empty>
          )
        }
      </Reading>
      {open.value ? <SiteDialog site={open.value === "new" ? null : open.value} onClose={() => (open.value = null)} saved={changed} /> : null}
      {going ? (
        <Confirm
          title={t("sites.remove_title", { name: going.name })}
          text={t("sites.remove_text")}
          action={t("users.remove")}
          onClose={() => (removing.value = null)}
          run={async () => {
            await api.delete(pathOf(going.code));
            await sites.reload();
            say(t("lists.removed", { name: going.name }));
          }}
        />
      ) : null}
    </section>
  );
}
