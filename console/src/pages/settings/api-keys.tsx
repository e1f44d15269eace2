// Settings → API keys: the machines of the account. A key is shown once, when it is made; here is its beginning only.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import { useTitle } from "../../title.ts";
import type { ApiKey, Page } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Empty } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { say } from "../../ui/toast.tsx";
import { NewKeyDialog } from "./new-key.tsx";
import { Reading } from "./reading.tsx";
import { SettingsHead } from "./settings-head.tsx";
import { SettingsTable } from "./settings-table.tsx";

function KeyRow({ apiKey, revoke }: { apiKey: ApiKey; revoke: () => void }): JSX.Element {
  const expired = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) < Date.now();
  return (
    <tr class={expired ? "dim" : ""}>
      <td>
        <span class="key-name">
          <b dir="auto">{apiKey.name}</b>
          <code>{apiKey.prefix}…</code>
        </span>
      </td>
      <td data-label={t("keys_api.column_scopes")}>
        <span class="scopes">
          {apiKey.scopes.map((scope) => (
            <span class="badge tone-quiet" key={scope} title={t(`scope.${scope}_help`)}>
              {t(`scope.${scope}`)}
            </span>
          ))}
        </span>
      </td>
      <td data-label={t("keys_api.column_created")}>
        <Time at={apiKey.created_at} style="relative" />
        {apiKey.created_by ? <small class="faint block">{apiKey.created_by}</small> : null}
      </td>
      <td data-label={t("keys_api.column_used")}>
        {apiKey.last_used_at ? <Time at={apiKey.last_used_at} style="relative" /> : <span class="faint">{t("users.never")}</span>}
      </td>
      <td data-label={t("keys_api.column_expires")}>
        {apiKey.expires_at ? <Time at={apiKey.expires_at} style="relative" /> : <span class="faint">{t("keys_api.no_end")}</span>}
      </td>
      <td class="cell-menu">
        <IconButton icon="trash" label={t("keys_api.revoke_name", { name: apiKey.name })} onClick={revoke} />
      </td>
    </tr>
  );
}

function KeysTable({ items, revoke }: { items: ApiKey[]; revoke: (key: ApiKey) => void }): JSX.Element {
  return (
    <SettingsTable columns={[t("keys_api.column_key"), t("keys_api.column_scopes"), t("keys_api.column_created"), t("keys_api.column_used"), t("keys_api.column_expires")]}>
      {items.map((key) => (
        <KeyRow key={key.id} apiKey={key} revoke={() => revoke(key)} />
      ))}
    </SettingsTable>
  );
}

export function ApiKeysPage(): JSX.Element {
  useTitle(t("nav.api_keys"));
  const keys = useResource("api-keys", () => api.get<Page<ApiKey>>("/v1/api-keys"));
  const creating = useSignal(false);
  const revoking = useSignal<ApiKey | null>(null);
  const going = revoking.value;
  const create = (
    <Button kind="primary" icon="plus" onClick={() => (creating.value = true)}>
      {t("keys_api.new")}
    </Button>
  );
  return (
    <section>
      <SettingsHead title={t("nav.api_keys")} intro={t("keys_api.intro")} action={create} />
      <Reading of={keys}>
        {({ items }) =>
          items.length ? (
            <KeysTable items={items} revoke={(key) => (revoking.value = key)} />
          ) : (
            <Empty icon="key" title={t("keys_api.none")} action={create}>
              {t("keys_api.none_text")}
            </Empty>
          )
        }
      </Reading>
      {creating.value ? <NewKeyDialog onClose={() => (creating.value = false)} changed={() => void keys.reload()} /> : null}
      {going ? (
        <Confirm
          title={t("keys_api.revoke_title", { name: going.name })}
          text={t("keys_api.revoke_text")}
          action={t("keys_api.revoke")}
          onClose={() => (revoking.value = null)}
          run={async () => {
            await api.delete(`/v1/api-keys/${encodeURIComponent(going.id)}`);
            await keys.reload();
            say(t("keys_api.revoked", { name: going.name }));
          }}
        />
      ) : null}
    </section>
  );
}
