// What can be done with a template beside editing it: a test to oneself, and a file of it.
import { api, withQuery } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import type { Template } from "../../../wire-rules.ts";
import { attempt, say } from "../../../ui/toast.tsx";
import { pathOfTemplate } from "./draft.ts";

export async function testSend(template: Pick<Template, "id">): Promise<void> {
  if (await attempt(() => api.post(`${pathOfTemplate(template)}/test`))) say(t("templates.tested"));
}

/** All of them when none is named. */
export async function saveFile(ids?: readonly string[]): Promise<void> {
  await attempt(async () => {
    const file = await api.get<{ templates: unknown[] }>(withQuery("/v1/templates/export", { ids: ids?.join(",") }));
    const url = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: "application/json" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: "bellwire-templates.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    say(t("templates.exported", { n: file.templates.length }));
  });
}
