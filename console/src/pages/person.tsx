// What is kept of a person, as a file; and erasing it, after a question that names what goes.
import type { JSX } from "preact";
import { api } from "../http.ts";
import { t } from "../i18n/index.ts";
import { Confirm } from "../ui/dialog.tsx";
import { attempt, say } from "../ui/toast.tsx";

/** `/v1/users/ID` or `/v1/customers/ID`. */
export async function saveExport(path: string, name: string): Promise<void> {
  await attempt(async () => {
    const data = await api.post<unknown>(`${path}/export`);
    const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${name}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  });
}

interface EraseProps {
  kind: "user" | "customer";
  path: string;
  name: string;
  onClose: () => void;
  done: () => void;
}

export function EraseDialog({ kind, path, name, onClose, done }: EraseProps): JSX.Element {
  return (
    <Confirm
      title={t("person.erase_title", { name })}
      text={t(`person.erase_${kind}_text`)}
      action={t("person.erase_action")}
      onClose={onClose}
      run={async () => {
        await api.post(`${path}/erase`);
        say(t("person.erased"));
        done();
      }}
    />
  );
}
