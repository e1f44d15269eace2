// Settings → Allowed origins: the web applications that may embed the bell and the popups, and the lines that do it.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api, withQuery } from "../../http.ts";
import { rich, t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import { useTitle } from "../../title.ts";
import type { Account, AllowedOrigin, Page } from "../../wire.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { CopyBox } from "../../ui/copy.tsx";
import { TextField } from "../../ui/field.tsx";
import { Alert, Empty, Failure, SkeletonRows, wording } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import { useForm } from "../form.ts";
import { originFrom } from "./origin.ts";
import { SettingsHead } from "./settings-head.tsx";
import { SettingsTable } from "./settings-table.tsx";

function AddOrigin({ changed }: { changed: () => void }): JSX.Element {
  const typed = useSignal("");
  const bad = useSignal(false);
  const form = useForm(["origin"]);
  async function add(): Promise<void> {
    const origin = originFrom(typed.value);
    bad.value = origin === null;
    if (!origin) return;
    const done = await form.run(() => api.post("/v1/allowed-origins", { origin }));
    if (!done) return;
    typed.value = "";
    changed();
    say(t("origins.added", { origin }));
  }
  return (
    <form
      class="card inline-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
      <TextField
        label={t("origins.field")}
        placeholder="https://crm.example.com"
        inputMode="url"
        autocomplete="off"
        spellcheck={false}
        help={t("origins.field_help")}
        error={bad.value ? t("origins.bad") : form.error("origin")}
        value={typed.value}
        onValue={(value) => ((typed.value = value), (bad.value = false), form.clear())}
      />
      <Button type="submit" icon="plus" busy={form.busy}>
        {t("origins.add")}
      </Button>
    </form>
  );
}

async function remove(origin: string, changed: () => void): Promise<void> {
  const done = await attempt(() => api.delete(withQuery("/v1/allowed-origins", { origin })));
  changed();
  if (!done) return;
  say(t("origins.removed", { origin }), {
    undo: async () => {
      await api.post("/v1/allowed-origins", { origin });
      changed();
    },
  });
}

function OriginsTable({ items, changed }: { items: AllowedOrigin[]; changed: () => void }): JSX.Element {
  return (
    <SettingsTable columns={[t("origins.column_origin"), t("origins.column_added")]}>
      {items.map(({ origin, created_at }) => (
        <tr key={origin}>
          <td>
            <code class="plain">{origin}</code>
          </td>
          <td data-label={t("origins.column_added")}>
            <Time at={created_at} style="relative" />
          </td>
          <td class="cell-menu">
            <IconButton icon="trash" label={t("origins.remove", { origin })} onClick={() => void remove(origin, changed)} />
          </td>
        </tr>
      ))}
    </SettingsTable>
  );
}

function Embedding(): JSX.Element {
  const account = useResource("account", () => api.get<Account>("/v1/account"));
  const server = (account.data.value?.public_url ?? location.origin).replace(/\/$/, "");
  const snippet = [
    `<script type="module" src="${server}/client/bellwire.js"></script>`,
    `<bellwire-bell server="${server}" token-url="/my/bellwire-token"></bellwire-bell> <bellwire-popups></bellwire-popups>`,
  ].join("\n");
  const endpoint = ["POST /v1/tokens", "Authorization: Bearer bwk_…", "", '{"user": "ann@example.com"}'].join("\n");
  return (
    <section class="card">
      <h2>{t("embed.title")}</h2>
      <p class="prose">{t("embed.text")}</p>
      <CopyBox text={snippet} label={t("embed.title")} lines />
      <p class="prose">
        {rich("embed.token", {
          path: <code>/my/bellwire-token</code>,
          scope: <a href="/settings/api-keys">{t("scope.tokens")}</a>,
        })}
      </p>
      <pre class="snippet">{endpoint}</pre>
    </section>
  );
}

export function OriginsPage(): JSX.Element {
  useTitle(t("nav.origins"));
  const origins = useResource("origins", () => api.get<Page<AllowedOrigin>>("/v1/allowed-origins"));
  const items = origins.data.value?.items;
  const changed = () => void origins.reload();
  return (
    <section>
      <SettingsHead title={t("nav.origins")} intro={t("origins.intro")} />
      <div class="stack">
        <AddOrigin changed={changed} />
        {!items && origins.problem.value ? (
          <Failure problem={origins.problem.value} retry={changed} />
        ) : !items ? (
          <SkeletonRows rows={3} />
        ) : items.length === 0 ? (
          <Empty icon="globe" title={t("origins.none")}>
            {t("origins.none_text")}
          </Empty>
        ) : (
          <OriginsTable items={items} changed={changed} />
        )}
        <Embedding />
      </div>
    </section>
  );
}
