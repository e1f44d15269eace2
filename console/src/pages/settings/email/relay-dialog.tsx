// The dialog of one relay: where it is, how the connection is kept from others, who we say we are. The password goes in
// and never comes out again.
import type { JSX } from "preact";
import { useKept } from "../../../kept.ts";
import { useSignal } from "@preact/signals";
import { t } from "../../../i18n/index.ts";
import { AUTHS, SECURITIES, type Auth, type Relay, type Security } from "../../../wire-mail.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Check, SelectField, TextField } from "../../../ui/field.tsx";
import { sends } from "../../../ui/keys.ts";
import { Alert, wording } from "../../../ui/states.tsx";
import { useForm } from "../../form.ts";
import { isLoopback, PORTS } from "./relay.ts";

export interface RelayDialogProps {
  relay: Relay;
  isNew: boolean;
  onClose: () => void;
  /** `secret` is null where it stays as it is. */
  save: (relay: Relay, secret: string | null) => Promise<unknown>;
}

type Fields = Omit<Relay, "state" | "port"> & { port: string };

function RelayFields({ values, set, error }: { values: Fields; set: (part: Partial<Fields>) => void; error: (field: string) => string | undefined }): JSX.Element {
  const risky = values.security === "plain" && !isLoopback(values.host);
  return (
    <>
      <div class="host-and-port">
        <TextField label={t("relay.host")} placeholder={t("relay.host_example")} autocomplete="off" spellcheck={false} inputMode="url" error={error("host")} value={values.host} onValue={(host) => set({ host })} />
        <TextField label={t("relay.port")} autocomplete="off" inputMode="numeric" error={error("port")} value={values.port} onValue={(port) => set({ port })} />
      </div>
      <SelectField<Security>
        label={t("relay.security")}
        help={t(`relay.security_${values.security}_help`)}
        value={values.security}
        error={risky && values.allow_plain ? undefined : error("security")}
        options={SECURITIES.map((value) => ({ value, label: t(`relay.security_${value}`) }))}
        onValue={(security) => set({ security, ...(Object.values(PORTS).includes(values.port) ? { port: PORTS[security] } : {}) })}
      />
      {risky ? <Check label={t("relay.allow_plain")} help={t("relay.allow_plain_help")} checked={values.allow_plain} onValue={(allow_plain) => set({ allow_plain })} /> : null}
      <SelectField<Auth>
        label={t("relay.auth")}
        value={values.auth}
        error={error("auth")}
        options={AUTHS.map((value) => ({ value, label: value === "xoauth2" ? t("relay.auth_oauth") : t(`relay.auth_${value}`) }))}
        onValue={(auth) => set({ auth })}
      />
    </>
  );
}

export function RelayDialog({ relay, isNew, onClose, save }: RelayDialogProps): JSX.Element {
  const { state: _, ...rest } = relay;
  const { values, changed, forget } = useKept<Fields>(`relay.${relay.id ?? "new"}`, { ...rest, port: String(relay.port) });
  // Not kept over a reload, like every password.
  const secret = useSignal("");
  const form = useForm(["host", "port", "security", "auth", "user", "secret"]);
  const set = (part: Partial<Fields>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function send(): Promise<void> {
    const { port, ...fields } = values.value;
    const next = { ...fields, port: Number(port), state: relay.state };
    if (!(await form.run(() => save(next, secret.value === "" ? null : secret.value)))) return;
    forget();
    onClose();
  }
  return (
    <Dialog title={isNew ? t("relay.new") : relay.host} onClose={onClose} keep={changed || secret.value !== ""} onKeyDown={(event) => sends(event) && void send()}>
      <form
        class="dialog-body"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        <RelayFields values={values.value} set={set} error={form.error} />
        {values.value.auth === "none" ? null : (
          <div class="pair">
            <TextField label={t("relay.user")} autocomplete="off" spellcheck={false} error={form.error("user")} value={values.value.user} onValue={(user) => set({ user })} />
            <TextField
              label={t(values.value.auth === "xoauth2" ? "relay.token" : "relay.password")}
              type="password"
              autocomplete="new-password"
              placeholder={relay.has_secret ? t("relay.password_kept") : ""}
              error={form.error("secret")}
              value={secret.value}
              onValue={(value) => ((secret.value = value), form.clear())}
            />
          </div>
        )}
        <button type="submit" hidden />
      </form>
      <div class="dialog-foot">
        <span class="spring" />
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={form.busy} disabled={!values.value.host.trim()} onClick={() => void send()}>
          {t("action.save")}
        </Button>
      </div>
    </Dialog>
  );
}
