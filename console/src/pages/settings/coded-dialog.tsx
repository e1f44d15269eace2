// The dialog of a thing with a name and a code that stays: a site, an entry of a list, a custom field. What else it has is
// drawn by its page.
import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../../i18n/index.ts";
import { useKept } from "../../kept.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { sends } from "../../ui/keys.ts";
import { Alert, wording } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { useForm, type FormState } from "../form.ts";
import { codeFrom } from "./code.ts";

export interface Coded {
  name: string;
  code: string;
}

export interface CodedDialogProps<T extends Coded> {
  /** Under which what is typed is kept. */
  kept: string;
  title: string;
  codeHelp: string;
  initial: T;
  isNew: boolean;
  fields: readonly (keyof T & string)[];
  children?: (values: T, set: (part: Partial<T>) => void, form: FormState) => ComponentChildren;
  save: (values: T) => Promise<unknown>;
  onClose: () => void;
  saved: () => void;
}

export function CodedDialog<T extends Coded>({ kept, title, codeHelp, initial, isNew, fields, children, save, onClose, saved }: CodedDialogProps<T>): JSX.Element {
  const { values, changed, forget } = useKept<T>(kept, initial);
  const ownCode = useSignal(!isNew);
  const form = useForm(["name", "code", ...fields]);
  const set = (part: Partial<T>) => {
    values.value = { ...values.value, ...part };
    form.clear();
  };
  async function send(): Promise<void> {
    if (!(await form.run(() => save(values.value)))) return;
    forget();
    saved();
    onClose();
    say(t("form.saved"));
  }
  return (
    <Dialog title={title} onClose={onClose} keep={changed} onKeyDown={(event) => sends(event) && void send()}>
      <form
        class="dialog-body"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        <TextField
          label={t("field.name")}
          autocomplete="off"
          error={form.error("name")}
          value={values.value.name}
          onValue={(name) => set((ownCode.value ? { name } : { name, code: codeFrom(name) }) as Partial<T>)}
        />
        <TextField
          label={t("groups.code")}
          help={codeHelp}
          autocomplete="off"
          spellcheck={false}
          error={form.error("code")}
          readOnly={!isNew}
          value={values.value.code}
          onValue={(code) => {
            ownCode.value = code !== "";
            set({ code } as Partial<T>);
          }}
        />
        {children?.(values.value, set, form)}
        <button type="submit" hidden />
      </form>
      <div class="dialog-foot">
        <span class="spring" />
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={form.busy} disabled={!values.value.code || !values.value.name.trim()} onClick={() => void send()}>
          {t("action.save")}
        </Button>
      </div>
    </Dialog>
  );
}
