// The boxes by which rows of a table are chosen: one in a row, and one in the head for all. Not here: what is chosen.
import type { JSX } from "preact";
import { t } from "../i18n/index.ts";

interface RowCheckProps {
  id: string;
  checked: boolean;
  toggle: (id: string, range: boolean) => void;
  /** What is chosen, for those who do not see the row. */
  label?: string;
}

export function RowCheck({ id, checked, toggle, label = t("list.select_row") }: RowCheckProps): JSX.Element {
  return (
    <td class="cell-check">
      <label class="row-check">
        <input type="checkbox" checked={checked} tabIndex={-1} aria-label={label} onClick={(event) => toggle(id, event.shiftKey)} />
      </label>
    </td>
  );
}

export function AllCheck({ chosen, all, toggleAll }: { chosen: number; all: number; toggleAll: (on: boolean) => void }): JSX.Element {
  return (
    <th class="cell-check">
      <label class="row-check">
        <input
          type="checkbox"
          checked={chosen > 0 && chosen === all}
          aria-label={t("list.select_all")}
          ref={(box) => {
            if (box) box.indeterminate = chosen > 0 && chosen < all;
          }}
          onChange={(event) => toggleAll(event.currentTarget.checked)}
        />
      </label>
    </th>
  );
}
