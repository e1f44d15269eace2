// The table of a settings page: named columns, and a last one with what can be done with the row. Its rows are the page's.
import type { ComponentChildren, JSX } from "preact";
import { t } from "../../i18n/index.ts";

interface SettingsTableProps {
  columns: readonly (string | false)[];
  /** A class beside that of all such tables. */
  look?: string;
  /** Of the rows. */
  onClick?: (event: MouseEvent) => void;
  children: ComponentChildren;
}

export function SettingsTable({ columns, look = "", onClick, children }: SettingsTableProps): JSX.Element {
  return (
    <table class={`table people-table ${look}`.trim()}>
      <thead>
        <tr>
          {columns.map((name) =>
            name ? (
              <th key={name} scope="col">
                {name}
              </th>
            ) : null,
          )}
          <th class="cell-menu">
            <span class="visually-hidden">{t("list.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody onClick={onClick}>{children}</tbody>
    </table>
  );
}
