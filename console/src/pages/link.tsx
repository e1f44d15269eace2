// Where an invitation and a password link lead: look whom it is for, choose a password, be signed in.
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, isProblem, type Problem } from "../http.ts";
import { t } from "../i18n/index.ts";
import { go } from "../router.ts";
import { enter } from "../session.ts";
import { useTitle } from "../title.ts";
import type { Session } from "../wire.ts";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import { Alert, Failure, SkeletonRows, wording } from "../ui/states.tsx";
import { useForm } from "./form.ts";
import { takeToken } from "./one-time-link.ts";
import { OutsideFrame } from "./outside.tsx";

interface LinkFacts {
  kind: "invitation" | "password_reset";
  name: string;
  email: string;
  account_name: string;
}

function LinkForm({ facts, token }: { facts: LinkFacts; token: string }): JSX.Element {
  const invited = facts.kind === "invitation";
  const name = useSignal(facts.name);
  const password = useSignal("");
  const form = useForm(["name", "password"]);
  async function use(): Promise<void> {
    const done = await form.run(async () => {
      const body = { token, password: password.value, ...(invited ? { name: name.value.trim() } : {}) };
      await enter(await api.post<Session>("/v1/links/use", body, { anonymous: true }));
    });
    if (done) go("/notifications", { replace: true });
  }
  return (
    <form
      class="card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void use();
      }}
    >
      {form.problem ? <Alert>{form.problem.status === 404 ? t("link.used") : wording(form.problem)}</Alert> : null}
      <TextField label={t("field.email")} type="email" autocomplete="username" readOnly value={facts.email} onValue={() => {}} />
      {invited ? (
        <TextField label={t("field.your_name")} autocomplete="name" error={form.error("name")} value={name.value} onValue={(value) => (name.value = value)} />
      ) : null}
      <TextField
        label={t("field.new_password")}
        type="password"
        autocomplete="new-password"
        help={t("field.password_help")}
        error={form.error("password")}
        value={password.value}
        onValue={(value) => ((password.value = value), form.clear())}
      />
      <Button type="submit" kind="primary" busy={form.busy} class="full">
        {invited ? t("link.join") : t("link.set_password")}
      </Button>
    </form>
  );
}

export function LinkPage(): JSX.Element {
  const token = useMemo(takeToken, []);
  const facts = useSignal<LinkFacts | null>(null);
  const problem = useSignal<Problem | null>(null);
  const look = () => {
    problem.value = null;
    api
      .post<LinkFacts>("/v1/links/look", { token }, { anonymous: true })
      .then((found) => (facts.value = found))
      .catch((error: unknown) => {
        if (isProblem(error)) problem.value = error;
      });
  };
  useEffect(look, []);
  const invited = facts.value?.kind === "invitation";
  const title = facts.value ? (invited ? t("link.invitation_title", { account: facts.value.account_name }) : t("link.password_title")) : t("link.title");
  useTitle(title);
  if (problem.value && problem.value.status !== 0 && problem.value.status < 500 && problem.value.status !== 429) {
    return (
      <OutsideFrame title={t("link.bad_title")}>
        <div class="card">
          <p>{t("link.bad_text")}</p>
          <a class="button" href="/">
            <span>{t("sign_in.action")}</span>
          </a>
        </div>
      </OutsideFrame>
    );
  }
  return (
    <OutsideFrame title={title} intro={facts.value ? (invited ? t("link.invitation_intro") : t("link.password_intro")) : undefined}>
      {facts.value ? (
        <LinkForm facts={facts.value} token={token} />
      ) : problem.value ? (
        <Failure problem={problem.value} retry={look} />
      ) : (
        <div class="card">
          <SkeletonRows rows={3} />
        </div>
      )}
    </OutsideFrame>
  );
}
