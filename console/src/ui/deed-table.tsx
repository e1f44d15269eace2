// The table of an audit log: who did what, when, and to what. Its rows are the log's own; the log of an account and that of the
// server say different things of their acts.
import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/index.ts";

export function DeedTable({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <table class="table people-table audit-table">
      <thead>
        <tr>
          <th scope="col" class="cell-when">
            {t("audit.column_when")}
          </th>
          <th scope="col">{t("audit.column_who")}</th>
          <th scope="col">{t("audit.column_what")}</th>
          <th scope="col">{t("audit.column_subject")}</th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
