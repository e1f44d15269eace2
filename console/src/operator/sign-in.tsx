// The operator's ways in: address and password, or the link that the command line printed.
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { isProblem } from "../http.ts";
import { t } from "../i18n/index.ts";
import { useForm } from "../pages/form.ts";
import { takeToken } from "../pages/one-time-link.ts";
import { OutsideFrame } from "../pages/outside.tsx";
import { go } from "../router.ts";
import { useTitle } from "../title.ts";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import { Alert, SkeletonRows, wording } from "../ui/states.tsx";
import { api, endedByItself, signIn, takeLink } from "./session.ts";

export function OperatorSignIn(): JSX.Element {
  useTitle(t("operator.sign_in"));
  const email = useSignal("");
  const password = useSignal("");
  const form = useForm(["email", "password"]);
  return (
    <OutsideFrame title={t("operator.sign_in")} intro={t("operator.sign_in_intro")}>
      {endedByItself.value ? <Alert kind="info">{t("sign_in.ended")}</Alert> : null}
      <form
        class="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void form.run(() => signIn(email.value.trim(), password.value));
        }}
      >
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        <TextField label={t("field.email")} type="email" autocomplete="username" inputMode="email" required error={form.error("email")} value={email.value} onValue={(value) => ((email.value = value), form.clear())} />
        <TextField label={t("field.password")} type="password" autocomplete="current-password" required error={form.error("password")} value={password.value} onValue={(value) => ((password.value = value), form.clear())} />
        <Button type="submit" kind="primary" busy={form.busy} class="full">
          {t("sign_in.action")}
        </Button>
        <p class="help">{t("operator.forgotten")}</p>
      </form>
    </OutsideFrame>
  );
}

export function OperatorLink(): JSX.Element {
  const token = useMemo(takeToken, []);
  const email = useSignal<string | null>(null);
  const isBad = useSignal(false);
  const password = useSignal("");
  const form = useForm(["password"]);
  useTitle(t("operator.link"));
  useEffect(() => {
    api
      .post<{ email: string }>("/v1/operator/links/look", { token })
      .then((found) => (email.value = found.email))
      .catch((error: unknown) => {
        if (isProblem(error)) isBad.value = true;
      });
  }, []);
  if (isBad.value) {
    return (
      <OutsideFrame title={t("link.bad_title")}>
        <div class="card">
          <p>{t("operator.link_bad")}</p>
          <a class="button" href="/operator/sign-in">
            <span>{t("sign_in.action")}</span>
          </a>
        </div>
      </OutsideFrame>
    );
  }
  return (
    <OutsideFrame title={t("operator.link")} intro={t("operator.sign_in_intro")}>
      {email.value === null ? (
        <div class="card">
          <SkeletonRows rows={3} />
        </div>
      ) : (
        <form
          class="card"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void form.run(() => takeLink(token, password.value)).then((done) => (done ? go("/operator/announcements", { replace: true }) : undefined));
          }}
        >
          {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
          <TextField label={t("field.email")} type="email" autocomplete="username" readOnly value={email.value} onValue={() => {}} />
          <TextField label={t("field.new_password")} type="password" autocomplete="new-password" help={t("field.password_help")} error={form.error("password")} value={password.value} onValue={(value) => ((password.value = value), form.clear())} />
          <Button type="submit" kind="primary" busy={form.busy} class="full">
            {t("link.set_password")}
          </Button>
        </form>
      )}
    </OutsideFrame>
  );
}
