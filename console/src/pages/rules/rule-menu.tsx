// What can be done with a template, a trigger or a marketing rule, from its row and from its editor: the same entries in the
// same order. Those that a sort does not have are left out.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import { Icon } from "../../ui/icon.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { remove } from "./deleting.ts";

export interface RuleMenuProps {
  rule: { id: string; name: string };
  /** Its address under /v1. */
  path: string;
  /** The page of its list; copies are begun beneath it. */
  list: string;
  hasLog?: boolean;
  test?: () => void;
  versions?: () => void;
  download?: () => void;
  /** It is deleted. */
  gone?: () => void;
}

export function RuleMenu({ rule, path, list, hasLog = false, test, versions, download, gone }: RuleMenuProps): JSX.Element {
  const id = encodeURIComponent(rule.id);
  return (
    <Drop label={t("rules.menu", { name: rule.name })} menu align="end" faceClass="icon-button" face={<Icon name="dots" />}>
      {(close) => (
        <>
          {hasLog ? (
            <MenuItem icon="lists" href={`/action-log?rule=${id}`} onClick={close}>
              {t("nav.action_log")}
            </MenuItem>
          ) : null}
          {test ? (
            <MenuItem icon="send" onClick={() => (close(), test())}>
              {t("templates.test")}
            </MenuItem>
          ) : null}
          {versions ? (
            <MenuItem icon="retry" onClick={() => (close(), versions())}>
              {t("rules.versions")}
            </MenuItem>
          ) : null}
          <MenuItem icon="copy" href={`${list}/new?copy=${id}`} onClick={close}>
            {t("rules.duplicate")}
          </MenuItem>
          {download ? (
            <MenuItem icon="downward" onClick={() => (close(), download())}>
              {t("templates.export")}
            </MenuItem>
          ) : null}
          <MenuItem
            icon="trash"
            bad
            onClick={async () => {
              close();
              if (await remove(path, rule.name)) gone?.();
            }}
          >
            {t("rules.delete")}
          </MenuItem>
        </>
      )}
    </Drop>
  );
}
