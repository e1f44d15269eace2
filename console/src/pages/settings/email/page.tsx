// Settings → E-mail: through which relays letters go, from whom they are, a letter to try it, and what they look like.
import type { JSX } from "preact";
import { api } from "../../../http.ts";
import { t } from "../../../i18n/index.ts";
import { useResource } from "../../../resource.ts";
import { useTitle } from "../../../title.ts";
import type { EmailSettings, Relay } from "../../../wire-mail.ts";
import { say } from "../../../ui/toast.tsx";
import { Reading } from "../reading.tsx";
import { SettingsHead } from "../settings-head.tsx";
import { BrandingCard } from "./branding.tsx";
import { RelaysCard } from "./relays.tsx";
import { SenderCard } from "./sender.tsx";
import { TestLetter } from "./test-letter.tsx";
import "../../../styles/mail.css";

/** What is sent of a relay: its place is its priority, and a password only where one was typed. */
function relayBody(relay: Relay, place: number, secret: string | undefined): object {
  const { id, host, port, security, allow_plain, auth, user } = relay;
  return { ...(id ? { id } : {}), host: host.trim(), port, security, allow_plain, auth, user: user.trim(), priority: place, ...(secret === undefined ? {} : { secret }) };
}

export function EmailPage(): JSX.Element {
  useTitle(t("nav.email"));
  const settings = useResource("email", () => api.get<EmailSettings>("/v1/email"));
  async function save(part: Partial<EmailSettings>, secrets: Record<number, string> = {}): Promise<void> {
    const before = settings.data.peek();
    if (!before) return;
    const next = { ...before, ...part };
    const relays = next.relays.map((relay, place) => relayBody(relay, place, secrets[place]));
    settings.data.value = await api.put<EmailSettings>("/v1/email", { relays, sender: next.sender, branding: next.branding });
    say(t("form.saved"));
  }
  return (
    <section class="email-page">
      <SettingsHead title={t("nav.email")} intro={t("email.intro")} />
      <Reading of={settings}>
        {(data) => (
          <div class="stack">
            <RelaysCard relays={data.relays} serverRelays={data.server_relays} save={(relays, secrets) => save({ relays }, secrets)} />
            <SenderCard key={`s${JSON.stringify(data.sender)}`} sender={data.sender} save={(sender) => save({ sender })} />
            <TestLetter />
            <BrandingCard key={`b${JSON.stringify(data.branding)}`} branding={data.branding} save={(branding) => save({ branding })} />
          </div>
        )}
      </Reading>
    </section>
  );
}
