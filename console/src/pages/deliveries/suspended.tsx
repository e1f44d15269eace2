// Addresses that letters came back from for good, and that are left in peace until a date or until somebody here says so.
import type { JSX } from "preact";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import { useTitle } from "../../title.ts";
import type { SuspendedAddress } from "../../wire-mail.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Empty } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import { Reading } from "../settings/reading.tsx";
import "../../styles/mail.css";

function Row({ of, released }: { of: SuspendedAddress; released: () => void }): JSX.Element {
  const release = async () => {
    if (await attempt(() => api.post(`/v1/addresses/${encodeURIComponent(of.address)}/release`))) say(t("suspended.released", { address: of.address }));
    released();
  };
  return (
    <tr>
      <td>
        <b>{of.address}</b>
      </td>
      <td data-label={t("suspended.reason")}>
        <code class="delivery-detail">{of.reason}</code>
      </td>
      <td data-label={t("suspended.since")}>
        <Time at={of.suspended_at} />
      </td>
      <td data-label={t("suspended.until")}>
        <Time at={of.until} />
      </td>
      <td class="cell-menu wide">
        <Button small onClick={() => void release()}>
          {t("suspended.release")}
        </Button>
      </td>
    </tr>
  );
}

export function SuspendedPage(): JSX.Element {
  useTitle(t("suspended.title"));
  const read = useResource("suspended", () => api.get<{ items: SuspendedAddress[] }>("/v1/addresses/suspended"));
  return (
    <section>
      <a class="back-link" href="/deliveries">
        <Icon name="back" size={14} />
        <span>{t("nav.deliveries")}</span>
      </a>
      <div class="page-head">
        <h1>{t("suspended.title")}</h1>
      </div>
      <p class="page-intro">{t("suspended.intro")}</p>
      <Reading of={read}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="success" title={t("suspended.none")}>
              {t("suspended.none_text")}
            </Empty>
          ) : (
            <table class="table people-table">
              <thead>
                <tr>
                  <th scope="col">{t("deliveries.column_to")}</th>
                  <th scope="col">{t("suspended.reason")}</th>
                  <th scope="col">{t("suspended.since")}</th>
                  <th scope="col">{t("suspended.until")}</th>
                  <th class="cell-menu wide">
                    <span class="visually-hidden">{t("list.actions")}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((of) => (
                  <Row key={of.address} of={of} released={() => void read.reload()} />
                ))}
              </tbody>
            </table>
          )
        }
      </Reading>
    </section>
  );
}
