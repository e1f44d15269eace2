// What the operator does to an account, each in a dialog: found it, label it, limit it, close it with a reason, delete it.
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { newKey } from "../http.ts";
import { language, LANGUAGE_NAMES, LANGUAGES, t } from "../i18n/index.ts";
import { useForm, type FormState } from "../pages/form.ts";
import { Button } from "../ui/button.tsx";
import { CopyBox } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { Alert, wording } from "../ui/states.tsx";
import { say } from "../ui/toast.tsx";
import type { Language } from "../wire.ts";
import { api } from "./session.ts";
import type { Limits, ServerAccount } from "./wire.ts";

export interface OfAccount {
  account: ServerAccount;
  onClose: () => void;
  changed: () => void;
}

export function pathOf(account: ServerAccount, verb = ""): string {
  return `/v1/operator/accounts/${encodeURIComponent(account.code)}${verb}`;
}

interface AskProps {
  title: string;
  form: FormState;
  action: string;
  danger?: boolean;
  /** The action waits for something typed. */
  isOff?: boolean;
  keep?: boolean;
  submit: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog with a form, its complaint above, and its two buttons below. */
function Ask({ title, form, action, danger, isOff, keep, submit, onClose, children }: AskProps): JSX.Element {
  return (
    <Dialog title={title} onClose={onClose} keep={keep ?? false}>
      <form
        class="dialog-body"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isOff) void submit();
        }}
      >
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        {children}
        <button type="submit" hidden />
      </form>
      <div class="dialog-foot">
        <span class="spring" />
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind={danger ? "danger" : "primary"} busy={form.busy} disabled={isOff ?? false} onClick={() => void submit()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}

interface Founded {
  account: ServerAccount;
  invitation_url: string | null;
}

/** A code that a name suggests: its Latin letters and digits. */
function codeOf(name: string): string {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 32);
}

export function FoundDialog({ onClose, changed }: { onClose: () => void; changed: () => void }): JSX.Element {
  const values = useSignal({ name: "", code: "", email: "", person: "", plan: "", language: language.value });
  const isOwnCode = useSignal(false);
  const founded = useSignal<Founded | null>(null);
  const key = useSignal(useMemo(newKey, []));
  const form = useForm(["code", "name", "plan", "language", "administrator"]);
  const set = (part: Partial<typeof values.value>) => {
    values.value = { ...values.value, ...part };
    key.value = newKey();
    form.clear();
  };
  async function found(): Promise<void> {
    const { name, code, email, person, plan, language: spoken } = values.value;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const body = { code: code.trim(), name: name.trim(), plan: plan.trim() || null, language: spoken, zone, administrator: { email: email.trim(), name: person.trim() || null } };
    const done = await form.run(async () => {
      founded.value = await api.post<Founded>("/v1/operator/accounts", body, key.value);
    });
    if (done) changed();
  }
  const { name, code, email, person, plan, language: spoken } = values.value;
  if (founded.value) {
    return (
      <Dialog key="founded" title={t("operator.founded_title", { name: founded.value.account.name })} onClose={onClose} keep>
        <div class="dialog-body">
          <p class="prose">{t("operator.founded_text", { email })}</p>
          {founded.value.invitation_url ? <CopyBox text={founded.value.invitation_url} label={t("users.invitation_link")} /> : null}
        </div>
        <div class="dialog-foot">
          <span class="spring" />
          <Button kind="primary" onClick={onClose}>
            {t("action.done")}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Ask key="form" title={t("operator.found")} form={form} action={t("operator.found_action")} keep={Boolean(name || email)} submit={found} onClose={onClose}>
      <TextField label={t("operator.account_name")} autocomplete="off" maxLength={100} dir="auto" error={form.error("name")} value={name} onValue={(next) => set({ name: next, ...(isOwnCode.value ? {} : { code: codeOf(next) }) })} />
      <TextField label={t("operator.code")} help={t("operator.code_help")} autocomplete="off" spellcheck={false} error={form.error("code")} value={code} onValue={(next) => ((isOwnCode.value = next !== ""), set({ code: next }))} />
      <TextField label={t("operator.administrator_email")} type="email" inputMode="email" autocomplete="off" help={t("operator.administrator_help")} error={form.error("administrator.email")} value={email} onValue={(next) => set({ email: next })} />
      <TextField label={t("operator.administrator_name")} note={t("form.optional")} autocomplete="off" dir="auto" error={form.error("administrator.name")} value={person} onValue={(next) => set({ person: next })} />
      <div class="operator-pair">
        <TextField label={t("operator.plan")} note={t("form.optional")} autocomplete="off" error={form.error("plan")} value={plan} onValue={(next) => set({ plan: next })} />
        <SelectField<Language> label={t("operator.language")} value={spoken} options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))} error={form.error("language")} onValue={(next) => set({ language: next })} />
      </div>
    </Ask>
  );
}

export function LabelDialog({ account, onClose, changed }: OfAccount): JSX.Element {
  const plan = useSignal(account.plan ?? "");
  const version = useSignal(account.version ?? "");
  const form = useForm(["plan", "version"]);
  async function save(): Promise<void> {
    if (!(await form.run(() => api.put(pathOf(account, "/label"), { plan: plan.value, version: version.value })))) return;
    changed();
    onClose();
    say(t("operator.saved"));
  }
  return (
    <Ask title={t("operator.label", { name: account.name })} form={form} action={t("operator.save")} submit={save} onClose={onClose}>
      <TextField label={t("operator.plan")} note={t("form.optional")} autocomplete="off" help={t("operator.plan_help")} error={form.error("plan")} value={plan.value} onValue={(value) => (plan.value = value)} />
      <TextField label={t("operator.on_version")} note={t("form.optional")} autocomplete="off" error={form.error("version")} value={version.value} onValue={(value) => (version.value = value)} />
    </Ask>
  );
}

const LIMITS = ["users", "events_per_minute", "calls_per_minute"] as const;

export function LimitsDialog({ account, onClose, changed }: OfAccount): JSX.Element {
  const values = useSignal(Object.fromEntries(LIMITS.map((name) => [name, account.limits[name]?.toString() ?? ""])) as Record<keyof Limits, string>);
  const form = useForm(LIMITS);
  async function save(): Promise<void> {
    // What is no number goes as it was typed, and the server says so.
    const limit = (text: string) => (text.trim() === "" ? null : /^\d+$/.test(text.trim()) ? Number(text) : text);
    const body = Object.fromEntries(LIMITS.map((name) => [name, limit(values.value[name])]));
    if (!(await form.run(() => api.put(pathOf(account, "/limits"), body)))) return;
    changed();
    onClose();
    say(t("operator.saved"));
  }
  return (
    <Ask title={t("operator.limits_of", { name: account.name })} form={form} action={t("operator.save")} submit={save} onClose={onClose}>
      <p class="prose">{t("operator.limits_text")}</p>
      {LIMITS.map((name) => (
        <TextField
          key={name}
          label={t(`operator.limit_${name}`)}
          placeholder={t("operator.no_limit")}
          inputMode="numeric"
          autocomplete="off"
          help={name === "users" ? t("operator.limit_now", { n: account.people }) : t(`operator.limit_help_${name}`)}
          error={form.error(name)}
          value={values.value[name]}
          onValue={(value) => ((values.value = { ...values.value, [name]: value }), form.clear())}
        />
      ))}
    </Ask>
  );
}

export function SuspendDialog({ account, onClose, changed }: OfAccount): JSX.Element {
  const reason = useSignal("");
  const form = useForm(["reason"]);
  async function suspend(): Promise<void> {
    if (!(await form.run(() => api.post(pathOf(account, "/suspend"), { reason: reason.value })))) return;
    changed();
    onClose();
    say(t("operator.suspended_said", { name: account.name }));
  }
  return (
    <Ask title={t("operator.suspend_title", { name: account.name })} form={form} action={t("operator.suspend")} danger submit={suspend} onClose={onClose}>
      <p class="prose">{t("operator.suspend_text")}</p>
      <TextField label={t("operator.reason")} help={t("operator.reason_help")} autocomplete="off" maxLength={500} dir="auto" error={form.error("reason")} value={reason.value} onValue={(value) => ((reason.value = value), form.clear())} />
    </Ask>
  );
}

export function DeleteDialog({ account, onClose, changed }: OfAccount): JSX.Element {
  const typed = useSignal("");
  const form = useForm([]);
  async function remove(): Promise<void> {
    if (!(await form.run(() => api.delete(pathOf(account))))) return;
    changed();
    onClose();
    say(t("operator.deleted_said", { name: account.name }), {
      undo: async () => {
        await api.post(pathOf(account, "/restore"));
        changed();
      },
    });
  }
  return (
    <Ask title={t("operator.delete_title", { name: account.name })} form={form} action={t("operator.delete_account")} danger isOff={typed.value.trim() !== account.code} submit={remove} onClose={onClose}>
      <p class="prose">{t("operator.delete_text", { n: account.people })}</p>
      <TextField label={t("operator.type_code", { code: account.code })} autocomplete="off" spellcheck={false} value={typed.value} onValue={(value) => (typed.value = value)} />
    </Ask>
  );
}
