// The latest orders of a customer, on his card, with the way to all of them.
import type { JSX } from "preact";
import { api, withQuery } from "../../http.ts";
import { language, t } from "../../i18n/index.ts";
import { useResource } from "../../resource.ts";
import type { RecordPage } from "../../wire.ts";
import { Time } from "../../ui/time.tsx";
import { entriesOf, type Directory } from "./directory.ts";
import { money } from "./money.ts";
import { Status } from "./status.tsx";
import { hrefOf } from "./type.ts";

const SHOWN = 5;

export function OrdersOf({ customer, directory }: { customer: string; directory: Directory }): JSX.Element | null {
  const orders = useResource(`orders-of/${customer}`, () => api.get<RecordPage>(withQuery("/v1/orders", { customer, limit: SHOWN })));
  const page = orders.data.value;
  if (!page || page.items.length === 0) return null;
  return (
    <section class="card card-section" aria-labelledby="record-orders">
      <h2 id="record-orders">{t("nav.orders")}</h2>
      <ul class="orders-of">
        {page.items.map((row) => (
          <li key={row.id}>
            <a class="clip" href={hrefOf("order", row.id)} dir="auto">
              {row.title}
            </a>
            {row.status ? <Status status={row.status} entries={entriesOf(directory, "statuses")} /> : <span />}
            <span class="tabular">{money(row.total_sum, row.currency, language.value)}</span>
            <Time at={row.created_at} />
          </li>
        ))}
      </ul>
      {page.next ? <a href={`/orders?customer=${encodeURIComponent(customer)}`}>{t("records.all_orders", { n: page.total })}</a> : null}
    </section>
  );
}
