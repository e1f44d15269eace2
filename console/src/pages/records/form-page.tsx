// Making and editing an order or customer by hand. What is typed is kept over a reload; only what was changed is sent, so
// that two people who edit different fields do not undo each other.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, isProblem, type Problem } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useKept } from "../../kept.ts";
import { useResource } from "../../resource.ts";
import { go } from "../../router.ts";
import { session, zone } from "../../session.ts";
import { useTitle } from "../../title.ts";
import type { RecordCard, RecordType, Written } from "../../wire.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { isMac, sends } from "../../ui/keys.ts";
import { Alert, Failure, SkeletonRows, wording } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { useDirectory, type Directory } from "./directory.ts";
import { FieldInput } from "./field-input.tsx";
import { sortErrors } from "./form-errors.ts";
import { changedState, formFields, valuesOf, type FormField, type FormValue, type FormValues } from "./form-fields.ts";
import { sectionName } from "./fields.tsx";
import { LinesEditor } from "./lines-editor.tsx";
import { SECTIONS } from "./sections.ts";
import { apiOf, hrefOf } from "./type.ts";
import "../../styles/records.css";

interface FormProps {
  type: RecordType;
  card: RecordCard | null;
  directory: Directory;
}

/** Who makes a record is responsible for it, unless he says otherwise; who administers usually is not. */
function proposed(values: FormValues): FormValues {
  const user = session.peek()?.user;
  return user?.role === "manager" ? { ...values, fields: { ...values.fields, manager: user.id } } : values;
}

function useRecordForm({ type, card, directory }: FormProps) {
  // A record stays in the site that it was made in.
  const fields = formFields(type, directory.custom).filter((field) => card === null || field.kind !== "site");
  const customer = card?.customer ?? null;
  // What the record was when the form was opened; a change that comes in meanwhile is not taken for one's own.
  const before = useRef(valuesOf(fields, card?.state ?? {}, zone.value, customer)).current;
  const { values, changed, forget } = useKept<FormValues>(`${type}.${card?.id ?? "new"}`, card ? before : proposed(before));
  const problem = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  async function save(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    try {
      const state = changedState(fields, before, values.value, zone.value);
      const written = card ? await api.patch<Written>(apiOf(type, card.id), state) : await api.post<Written>(apiOf(type), state);
      forget();
      problem.value = null;
      go(hrefOf(type, written.id), { replace: true });
      say(card ? t("form.saved") : t(`records.is_made_${type}`));
    } catch (error) {
      if (!isProblem(error)) throw error;
      problem.value = error;
    } finally {
      busy.value = false;
    }
  }
  return { fields, values, changed, forget, problem, busy, save };
}

function known(field: FormField, card: RecordCard | null): { value: string; label: string } | null {
  if (field.kind === "manager" && card?.manager) return { value: card.manager.id, label: card.manager.name };
  if (field.path === "status" && card?.status) return { value: card.status.code, label: card.status.name };
  return null;
}

interface SectionsProps {
  type: RecordType;
  card: RecordCard | null;
  fields: FormField[];
  values: FormValues;
  directory: Directory;
  errorAt: (path: string) => string | undefined;
  set: (part: Partial<FormValues>) => void;
}

function Sections({ type, card, fields, values, directory, errorAt, set }: SectionsProps): JSX.Element {
  const currency = typeof values.fields["currency"] === "string" ? values.fields["currency"] : null;
  const lines = (part: "items" | "payments") => (
    <LinesEditor part={part} lines={values[part]} currency={currency} directory={directory} errorAt={errorAt} onLines={(next) => set({ [part]: next })} />
  );
  return (
    <>
      {SECTIONS.map((section) => {
        const own = fields.filter((field) => field.section === section);
        if (own.length === 0) return null;
        const title = sectionName(type, section);
        return (
          <>
            {type === "order" && section === "delivery" ? lines("items") : null}
            {type === "order" && section === "custom" ? lines("payments") : null}
            <fieldset class="card card-section" key={section}>
              <legend class="visually-hidden">{title}</legend>
              <h2 aria-hidden="true">{title}</h2>
              <div class="form-grid">
                {own.map((field) => (
                  <FieldInput
                    key={field.path}
                    field={field}
                    value={values.fields[field.path] ?? ""}
                    directory={directory}
                    error={errorAt(field.path)}
                    known={known(field, card)}
                    onValue={(value: FormValue) => set({ fields: { ...values.fields, [field.path]: value } })}
                  />
                ))}
              </div>
            </fieldset>
          </>
        );
      })}
      {type === "order" && !fields.some((field) => field.section === "custom") ? lines("payments") : null}
    </>
  );
}

function RecordForm(props: FormProps): JSX.Element {
  const { type, card, directory } = props;
  const form = useRecordForm(props);
  const root = useRef<HTMLFormElement>(null);
  const { problem } = form;
  const errors = sortErrors(problem.value?.errors ?? [], form.fields, form.values.value);
  useEffect(() => {
    if (problem.value) (root.current?.querySelector<HTMLElement>("[aria-invalid=true]") ?? root.current?.querySelector<HTMLElement>(".alert"))?.scrollIntoView({ block: "center" });
    root.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus({ preventScroll: true });
  }, [problem.value]);
  const set = (part: Partial<FormValues>) => {
    form.values.value = { ...form.values.value, ...part };
    problem.value = null;
  };
  const back = card ? hrefOf(type, card.id) : hrefOf(type);
  const isPlaced = problem.value !== null && errors.at.size > 0 && errors.others.length === 0;
  return (
    <form
      class="record-form"
      ref={root}
      noValidate
      onKeyDown={(event) => {
        if (sends(event)) void form.save();
        // In a field of many fields Enter alone saves nothing.
        else if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void form.save();
      }}
    >
      {problem.value && !isPlaced ? (
        <Alert>
          {errors.others.length ? errors.others.map(({ field, message }) => <span class="block" key={field}>{`${field}: ${message}`}</span>) : wording(problem.value)}
        </Alert>
      ) : null}
      <Sections type={type} card={card} fields={form.fields} values={form.values.value} directory={directory} errorAt={(path) => errors.at.get(path)} set={set} />
      {/* At the start of the line: popups stand at its end. */}
      <div class="record-form-foot">
        <Button type="submit" kind="primary" busy={form.busy.value} disabled={!form.changed}>
          {card ? t("action.save") : t(`records.make_${type}`)}
        </Button>
        <a class="button" href={back} onClick={form.forget}>
          <span>{t("action.cancel")}</span>
        </a>
        <span class="faint only-wide">{t("records.send_hint", { key: isMac ? "⌘" : "Ctrl" })}</span>
      </div>
    </form>
  );
}

export function FormPage({ type, id }: { type: RecordType; id: string | null }): JSX.Element {
  const directory = useDirectory(type);
  const card = useResource<RecordCard | null>(`form/${type}/${id ?? "new"}`, () => (id ? api.get<RecordCard>(apiOf(type, id)) : Promise.resolve(null)));
  const data = card.data.value;
  const title = id ? (data?.title ?? t("action.edit")) : t(`records.new_${type}`);
  useTitle(title);
  const back = id ? hrefOf(type, id) : hrefOf(type);
  return (
    <section class="record-form-page">
      <a class="back-link" href={back}>
        <Icon name="back" size={14} />
        <span>{id ? (data?.title ?? t("action.back")) : t(type === "order" ? "nav.orders" : "nav.customers")}</span>
      </a>
      <div class="page-head">
        <h1 dir="auto">{title}</h1>
      </div>
      {data !== undefined && directory.isRead ? (
        <RecordForm key={`${id}${directory.custom.length}`} type={type} card={data} directory={directory} />
      ) : card.problem.value ? (
        <Failure problem={card.problem.value} retry={() => void card.reload()} />
      ) : (
        <SkeletonRows />
      )}
    </section>
  );
}
