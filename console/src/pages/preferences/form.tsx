// A form of preferences: read, changed, saved as a whole. Used by the profile and by the account's defaults.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useKept } from "../../kept.ts";
import { inbox } from "../../live.tsx";
import { useResource } from "../../resource.ts";
import type { ClientSession, Preferences } from "../../wire-mail.ts";
import { Button } from "../../ui/button.tsx";
import { sends } from "../../ui/keys.ts";
import { Alert, wording } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { useForm } from "../form.ts";
import { Reading } from "../settings/reading.tsx";
import { PREFERENCE_FIELDS, PreferenceFields } from "./fields.tsx";
import { choicesOf } from "./locks.ts";
import "../../styles/mail.css";

export interface PreferencesFormProps {
  /** Where they are kept. */
  path: string;
  title?: string;
  /** An administrator's: with the locks. */
  locks?: boolean;
  /** Of somebody else, in a dialog that ends with saving. */
  done?: () => void;
}

interface FormProps extends PreferencesFormProps {
  initial: Preferences;
  saved: (next: Preferences) => void;
}

function Form({ path, title, locks = false, done, initial, saved }: FormProps): JSX.Element {
  const { values, changed, forget } = useKept(path, initial);
  const form = useForm(PREFERENCE_FIELDS);
  const own = !locks && !done;
  const card = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // The links beneath letters lead here.
    if (location.hash === "#notifications" && own) card.current?.scrollIntoView();
  }, []);
  async function save(): Promise<void> {
    await form.run(async () => {
      const body = locks ? { ...choicesOf(values.value), locked: values.value.locked } : choicesOf(values.value);
      saved(await api.put<Preferences>(path, body));
      // The popups of all tabs of this browser obey at once.
      if (own) inbox().session = await api.get<ClientSession>("/v1/session");
      forget();
      say(t("form.saved"));
      done?.();
    });
  }
  return (
    <form
      ref={card}
      class={done ? "dialog-body preferences" : "card narrow-form preferences"}
      id={own ? "notifications" : undefined}
      noValidate
      onKeyDown={(event) => sends(event) && void save()}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {title ? <h2>{title}</h2> : null}
      {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
      <PreferenceFields
        values={values.value}
        form={form}
        locks={locks}
        set={(part) => {
          values.value = { ...values.value, ...part };
          form.clear();
        }}
      />
      <div class="form-foot">
        <Button type="submit" kind="primary" disabled={!changed} busy={form.busy}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}

export function PreferencesForm(props: PreferencesFormProps): JSX.Element {
  const read = useResource(props.path, () => api.get<Preferences>(props.path));
  return <Reading of={read}>{(data) => <Form key={JSON.stringify(data)} {...props} initial={data} saved={(next) => (read.data.value = next)} />}</Reading>;
}
