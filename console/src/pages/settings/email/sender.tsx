// From whom letters are: name and address.
import type { JSX } from "preact";
import { t } from "../../../i18n/index.ts";
import { useKept } from "../../../kept.ts";
import type { EmailSettings } from "../../../wire-mail.ts";
import { Button } from "../../../ui/button.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Alert, wording } from "../../../ui/states.tsx";
import { useForm, within } from "../../form.ts";

type Sender = EmailSettings["sender"];

export function SenderCard({ sender, save }: { sender: Sender; save: (sender: Sender) => Promise<unknown> }): JSX.Element {
  const { values, changed, forget } = useKept("email.sender", sender);
  const form = useForm(["name", "address"]);
  const set = (part: Partial<Sender>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function send(): Promise<void> {
    if (await form.run(() => within("sender", () => save(values.value)))) forget();
  }
  return (
    <form
      class="card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h2>{t("email.sender")}</h2>
      {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
      <div class="pair">
        <TextField label={t("email.sender_name")} autocomplete="off" error={form.error("name")} value={values.value.name} onValue={(name) => set({ name })} />
        <TextField
          label={t("email.sender_address")}
          type="email"
          inputMode="email"
          autocomplete="off"
          help={t("email.sender_help")}
          error={form.error("address")}
          value={values.value.address}
          onValue={(address) => set({ address })}
        />
      </div>
      <div class="form-foot">
        <Button type="submit" kind="primary" disabled={!changed} busy={form.busy}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}
