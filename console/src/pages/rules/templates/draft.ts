// A template that is being written: its beginning, what of a template is sent, what its versions are compared by, and the
// file that templates travel in. Pure but for the wording.
import { t } from "../../../i18n/index.ts";
import type { Template, TemplateDraft, TemplateEvent } from "../../../wire-rules.ts";
import { severityName } from "../../../ui/kind.tsx";
import { recipientText, templateEventName, type Names } from "../words.ts";

export function emptyTemplate(event: TemplateEvent): TemplateDraft {
  const whom = event === "task" ? "performer" : event === "customer" ? "customer_manager" : "manager";
  return {
    code: "",
    name: "",
    active: true,
    event,
    title: "",
    body: "",
    severity: "info",
    sticky: false,
    seconds: null,
    sound: true,
    link: null,
    actions: [],
    channels: ["popup", "email"],
    recipients: event === "custom" || event === "schedule" || event === "any" ? [] : [{ type: whom }],
    email: null,
  };
}

export function draftOf(template: TemplateDraft): TemplateDraft {
  const { code, name, active, event, title, body, severity, sticky, seconds, sound, link, actions, channels, recipients, email } = template;
  return { code, name, active, event, title, body, severity, sticky, seconds, sound, link, actions, channels, recipients, email };
}

/** Without a code the server makes one from the name. */
export type Sent<T extends { code: string }> = Omit<T, "code"> & { code: string | null };

/** What is empty is not sent as text. */
export function sentOf(draft: TemplateDraft): Sent<TemplateDraft> {
  return {
    ...draft,
    name: draft.name.trim(),
    code: draft.code.trim() || null,
    link: draft.link?.trim() || null,
    actions: draft.actions.filter(({ label, url }) => label.trim() || url.trim()),
  };
}

function yes(is: boolean): string {
  return t(is ? "rules.yes" : "rules.no");
}

export function describeTemplate(template: TemplateDraft, names: Names): [string, string][] {
  const lines = (list: readonly string[]) => list.join("\n");
  return [
    [t("field.name"), template.name],
    [t("rules.state"), t(template.active ? "rules.on" : "rules.off")],
    [t("templates.event"), templateEventName(template.event)],
    [t("compose.title"), template.title],
    [t("compose.body"), template.body],
    [t("compose.severity"), severityName(template.severity)],
    [t("templates.stays"), template.sticky ? t("compose.sticky") : template.seconds === null ? t("templates.seconds_own") : t("templates.seconds_n", { n: template.seconds })],
    [t("templates.sound"), yes(template.sound)],
    [t("compose.link"), template.link ?? ""],
    [t("templates.actions"), lines(template.actions.map(({ label, url }) => `${label}: ${url}`))],
    [t("templates.channels"), lines(template.channels.map((channel) => t(`templates.channel_${channel}`)))],
    [t("templates.recipients"), lines(template.recipients.map((recipient) => recipientText(recipient, names)))],
    [t("mail.subject"), template.email?.subject ?? ""],
    [t("templates.email_body"), template.email?.body ?? ""],
  ];
}

/** What a file holds, or null when it is no file of templates. */
export function readFile(text: string): unknown[] | null {
  try {
    const parsed = JSON.parse(text) as { templates?: unknown } | null;
    return Array.isArray(parsed?.templates) ? parsed.templates : null;
  } catch {
    return null;
  }
}


export function hrefOfTemplate(template: Pick<Template, "id">): string {
  return `/settings/templates/${encodeURIComponent(template.id)}`;
}

export function pathOfTemplate(template: Pick<Template, "id">): string {
  return `/v1/templates/${encodeURIComponent(template.id)}`;
}
