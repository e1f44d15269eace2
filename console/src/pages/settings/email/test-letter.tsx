// A letter to try it: to whom, and the whole of what the relay answered, whether it went or not.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { session } from "../../../session.ts";
import type { TestAnswer } from "../../../wire-mail.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialogue } from "../../../ui/dialogue.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Alert, wording } from "../../../ui/states.tsx";
import { useForm } from "../../form.ts";

export function TestLetter(): JSX.Element {
  const to = useSignal(session.value?.user.email ?? "");
  const answer = useSignal<TestAnswer | null>(null);
  const form = useForm(["to"]);
  async function send(): Promise<void> {
    answer.value = null;
    await form.run(async () => {
      answer.value = await api.post<TestAnswer>("/v1/email/test", { to: to.value.trim() });
    });
  }
  const told = answer.value;
  return (
    <section class="card" aria-labelledby="email-test">
      <h2 id="email-test">{t("email.test")}</h2>
      {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
      <form
        class="try-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextField label={t("email.test_to")} type="email" inputMode="email" error={form.error("to")} value={to.value} onValue={(value) => ((to.value = value), form.clear())} />
        <Button type="submit" icon="send" busy={form.busy} disabled={!to.value.trim()}>
          {t("email.test_send")}
        </Button>
      </form>
      {told ? (
        <div class="try-answer" role="status">
          <Alert kind={told.sent ? "success" : "warning"}>{told.sent ? t("email.test_sent", { to: to.value }) : t("email.test_failed", { reason: told.reason ?? "" })}</Alert>
          <Dialogue lines={told.dialogue} />
        </div>
      ) : null}
    </section>
  );
}
