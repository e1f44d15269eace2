// Making an API key: a name, what it may do (each scope explained), when it ends; then the key itself, shown once.
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { localToInstant } from "../../format.ts";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { zone } from "../../session.ts";
import { SCOPES, type ApiKey, type Scope } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { CopyBox } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Check, FieldHelp, TextField } from "../../ui/field.tsx";
import { sends } from "../../ui/keys.ts";
import { Alert, wording } from "../../ui/states.tsx";
import { useForm } from "../form.ts";

function KeyView({ secret, name, onClose }: { secret: string; name: string; onClose: () => void }): JSX.Element {
  return (
    <Dialog title={t("keys_api.made_title", { name })} onClose={onClose} keep>
      <div class="dialog-body">
        <Alert kind="warning">{t("keys_api.made_text")}</Alert>
        <CopyBox text={secret} label={t("keys_api.column_key")} />
      </div>
      <div class="dialog-foot">
        <span class="spring" />
        <Button kind="primary" onClick={onClose}>
          {t("keys_api.copied_it")}
        </Button>
      </div>
    </Dialog>
  );
}

function ScopeBoxes({ scopes, toggle, error }: { scopes: Scope[]; toggle: (scope: Scope, on: boolean) => void; error: string | undefined }): JSX.Element {
  const id = useId();
  return (
    <fieldset class="field" aria-describedby={id}>
      <legend>{t("keys_api.column_scopes")}</legend>
      <div class="check-list tall">
        {SCOPES.map((scope) => (
          <Check
            key={scope}
            label={t(`scope.${scope}`)}
            help={t(`scope.${scope}_help`)}
            after={<code>{scope}</code>}
            checked={scopes.includes(scope)}
            onValue={(on) => toggle(scope, on)}
          />
        ))}
      </div>
      <FieldHelp id={id} error={error}>
        {t("keys_api.scopes_help")}
      </FieldHelp>
    </fieldset>
  );
}

function EndField(props: { value: string; error: string | undefined; onValue: (value: string) => void }): JSX.Element {
  return <TextField label={t("keys_api.column_expires")} note={t("form.optional")} type="date" help={t("keys_api.expires_help")} {...props} />;
}

export function NewKeyDialog({ onClose, changed }: { onClose: () => void; changed: () => void }): JSX.Element {
  const name = useSignal("");
  const scopes = useSignal<Scope[]>([]);
  const expires = useSignal("");
  const secret = useSignal<string | null>(null);
  const missing = useSignal(false);
  const form = useForm(["name", "scopes", "expires_at"]);
  async function create(): Promise<void> {
    missing.value = scopes.value.length === 0;
    if (missing.value) return;
    const expires_at = expires.value ? localToInstant(expires.value, zone.value) : null;
    const body = { name: name.value.trim(), scopes: scopes.value, ...(expires_at ? { expires_at } : {}) };
    await form.run(async () => {
      secret.value = (await api.post<{ api_key: ApiKey; key: string }>("/v1/api-keys", body)).key;
      changed();
    });
  }
  function toggle(scope: Scope, on: boolean): void {
    scopes.value = on ? [...scopes.value, scope] : scopes.value.filter((other) => other !== scope);
    missing.value = false;
    form.clear();
  }
  if (secret.value) return <KeyView key="made" secret={secret.value} name={name.value} onClose={onClose} />;
  return (
    <Dialog key="form" title={t("keys_api.new")} onClose={onClose} keep={name.value !== ""} onKeyDown={(event) => sends(event) && void create()}>
      <form
        class="dialog-body"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        <TextField
          label={t("field.name")}
          help={t("keys_api.name_help")}
          autocomplete="off"
          error={form.error("name")}
          value={name.value}
          onValue={(value) => ((name.value = value), form.clear())}
        />
        <ScopeBoxes scopes={scopes.value} toggle={toggle} error={missing.value ? t("keys_api.no_scope") : form.error("scopes")} />
        <EndField value={expires.value} error={form.error("expires_at")} onValue={(value) => ((expires.value = value), form.clear())} />
        <button type="submit" hidden />
      </form>
      <div class="dialog-foot">
        <span class="spring" />
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={form.busy} onClick={() => void create()}>
          {t("keys_api.create")}
        </Button>
      </div>
    </Dialog>
  );
}
