// The way in: e-mail and password, the account where one has several, and in the demo ten people at a click.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../http.ts";
import { t } from "../i18n/index.ts";
import { useResource } from "../resource.ts";
import { go } from "../router.ts";
import { endedByItself, signIn, status } from "../session.ts";
import { becomePerson, personDetail, type Demo } from "../shell/demo-bar.tsx";
import { useTitle } from "../title.ts";
import type { Choose, Person as DemoPerson } from "../wire.ts";
import { Person } from "../ui/avatar.tsx";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Alert, Failure, SkeletonRows, wording } from "../ui/states.tsx";
import { attempt } from "../ui/toast.tsx";
import { useForm } from "./form.ts";
import { OutsideFrame } from "./outside.tsx";

function AccountChooser({ choice, choose, back }: { choice: Choose; choose: (code: string) => void; back: () => void }): JSX.Element {
  return (
    <div class="card">
      <h2>{t("sign_in.choose")}</h2>
      <ul class="choice-list">
        {choice.choose.map((account) => (
          <li key={account.code}>
            <button type="button" class="choice" onClick={() => choose(account.code)}>
              <span class="choice-text">
                <b>{account.name}</b>
                <small>{account.code}</small>
              </span>
              <Icon name="right" />
            </button>
          </li>
        ))}
      </ul>
      <Button kind="quiet" icon="back" onClick={back}>
        {t("action.back")}
      </Button>
    </div>
  );
}

function PasswordForm(): JSX.Element {
  const email = useSignal("");
  const password = useSignal("");
  const choice = useSignal<Choose | null>(null);
  const form = useForm(["email", "password"]);
  const enter = (account?: string) =>
    form.run(async () => {
      choice.value = await signIn(email.value.trim(), password.value, account);
    });
  if (choice.value) return <AccountChooser choice={choice.value} choose={(code) => void enter(code)} back={() => (choice.value = null)} />;
  return (
    <form
      class="card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
      <TextField
        label={t("field.email")}
        type="email"
        autocomplete="username"
        inputMode="email"
        required
        error={form.error("email")}
        value={email.value}
        onValue={(value) => ((email.value = value), form.clear())}
      />
      <TextField
        label={t("field.password")}
        type="password"
        autocomplete="current-password"
        required
        error={form.error("password")}
        value={password.value}
        onValue={(value) => ((password.value = value), form.clear())}
      />
      <Button type="submit" kind="primary" busy={form.busy} class="full">
        {t("sign_in.action")}
      </Button>
      <p class="help">{t("sign_in.forgotten")}</p>
    </form>
  );
}

function PersonCard({ person }: { person: DemoPerson }): JSX.Element {
  const busy = useSignal(false);
  async function enter(): Promise<void> {
    busy.value = true;
    await attempt(() => becomePerson(person));
    busy.value = false;
  }
  return (
    <button type="button" class="person-card" aria-busy={busy.value ? "true" : undefined} onClick={() => void enter()}>
      <Person name={person.name} detail={personDetail(person)} />
      {person.role === "administrator" ? <span class="badge tone-brass">{t("role.administrator")}</span> : null}
    </button>
  );
}

/** Who runs the server beside all accounts: his pages are others, and so is his session. */
function OperatorCard({ name }: { name: string }): JSX.Element {
  const busy = useSignal(false);
  async function enterAsOperator(): Promise<void> {
    busy.value = true;
    await attempt(async () => {
      await (await import("../operator/session.ts")).becomeOperator();
      go("/operator/accounts");
    });
    busy.value = false;
  }
  return (
    <section class="demo-operator" aria-label={t("demo.operator")}>
      <h2>{t("demo.operator")}</h2>
      <button type="button" class="person-card" aria-busy={busy.value ? "true" : undefined} onClick={() => void enterAsOperator()}>
        <Person name={name} detail={t("demo.operator_text")} />
        <span class="badge tone-brass">{t("operator.role")}</span>
      </button>
    </section>
  );
}

function DemoPeople(): JSX.Element {
  const demo = useResource<Demo>("demo", () => api.get<Demo>("/v1/demo"));
  const people = demo.data.value?.people;
  const operator = demo.data.value?.operator;
  return (
    <div class="card demo-people">
      <section class="demo-everybody" aria-label={t("demo.people")}>
        <h2>{t("demo.people")}</h2>
        {people ? (
          <div class="person-grid">
            {people.map((person) => (
              <PersonCard key={person.id} person={person} />
            ))}
          </div>
        ) : demo.problem.value ? (
          <Failure problem={demo.problem.value} retry={() => void demo.reload()} />
        ) : (
          <SkeletonRows rows={5} />
        )}
      </section>
      {operator ? <OperatorCard name={operator.name} /> : null}
      <div class="demo-hint">
        <Icon name="users" />
        <p>{t("demo.two_windows")}</p>
        <a class="button small" href="/?demo" target="_blank" rel="noopener">
          <span>{t("demo.second_window")}</span>
          <Icon name="external" size={14} />
        </a>
      </div>
    </div>
  );
}

export function SignIn(): JSX.Element {
  useTitle(t("sign_in.title"));
  const demo = status.value?.demo === true;
  return (
    <OutsideFrame title={demo ? t("demo.title") : t("sign_in.title")} intro={demo ? t("demo.intro") : undefined} wide={demo}>
      {endedByItself.value ? <Alert kind="info">{t("sign_in.ended")}</Alert> : null}
      {demo ? (
        <>
          <DemoPeople />
          <details class="more demo-password">
            <summary>
              <Icon name="right" size={14} />
              <span>{t("demo.with_password")}</span>
            </summary>
            <PasswordForm />
          </details>
        </>
      ) : (
        <PasswordForm />
      )}
    </OutsideFrame>
  );
}
