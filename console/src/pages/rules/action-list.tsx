// The actions of a rule in their order: added from a menu, moved, taken out, each at once or later.
import type { JSX } from "preact";
import { t } from "../../i18n/index.ts";
import type { Action, ActionType } from "../../wire-rules.ts";
import { IconButton } from "../../ui/button.tsx";
import { Check } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { ActionFields, type ActionContext } from "./action-fields.tsx";
import { SpanField } from "./parts.tsx";
import { actionIcon, actionName } from "./words.ts";

export function emptyAction(type: ActionType, record: "order" | "customer" = "order"): Action {
  const timed = { delay_s: 0, recheck: true };
  switch (type) {
    case "notify":
      return { type, template: "", ...timed };
    case "email":
      return { type, template: "", to: "recipients", ...timed };
    case "create_task":
      return { type, text: "", comment: null, due_in_s: 3_600, performer: { type: "manager" }, ...timed };
    case "change_field":
      return { type, record, field: "", value: "", ...timed };
    case "change_manager":
      return { type, user: null, ...timed };
    case "http":
      return { type, method: "POST", url: "", params: [], body: "json", ...timed };
  }
}

interface ActionCardProps {
  action: Action;
  index: number;
  count: number;
  context: ActionContext;
  /** What becomes of it: another, none, or a place further up or down. */
  put: (action: Action | null) => void;
  move: (step: 1 | -1) => void;
}

function ActionCard({ action, index, count, context, put, move }: ActionCardProps): JSX.Element {
  const title = actionName(action.type);
  const n = index + 1;
  return (
    <div class="action-card" aria-label={t("triggers.action_n", { n, name: title })} role="group">
      <div class="action-head">
        <span class="action-face">
          <Icon name={actionIcon(action.type)} />
        </span>
        <h3>{title}</h3>
        <span class="spring" />
        {count > 1 ? (
          <>
            <IconButton icon="upward" label={t("triggers.move_up", { n })} disabled={index === 0} onClick={() => move(-1)} />
            <IconButton icon="downward" label={t("triggers.move_down", { n })} disabled={index === count - 1} onClick={() => move(1)} />
          </>
        ) : null}
        <IconButton icon="trash" label={t("triggers.remove_action", { n })} onClick={() => put(null)} />
      </div>
      <ActionFields action={action} name={`actions[${index}]`} context={context} put={put} />
      <div class="action-timing">
        <Check label={t("triggers.delayed")} checked={action.delay_s > 0} onValue={(on) => put({ ...action, delay_s: on ? 3_600 : 0 })} />
        {action.delay_s > 0 ? (
          <div class="action-delay">
            <SpanField label={t("triggers.delay")} seconds={action.delay_s} onSeconds={(delay_s) => put({ ...action, delay_s })} />
            <Check label={t("triggers.recheck")} help={t("triggers.recheck_help")} checked={action.recheck} onValue={(recheck) => put({ ...action, recheck })} />
          </div>
        ) : null}
      </div>
    </div>
  );
}

export interface ActionListProps {
  actions: Action[];
  types: readonly ActionType[];
  context: ActionContext;
  error: string | undefined;
  onActions: (actions: Action[]) => void;
}

export function ActionList({ actions, types, context, error, onActions }: ActionListProps): JSX.Element {
  const record = context.event === "customer" ? "customer" : "order";
  function move(index: number, step: 1 | -1): void {
    const next = [...actions];
    const [moved] = next.splice(index, 1);
    if (moved) next.splice(index + step, 0, moved);
    onActions(next);
  }
  return (
    <>
      {actions.length ? (
        <ol class="actions">
          {actions.map((action, index) => (
            <li key={index}>
              <ActionCard
                action={action}
                index={index}
                count={actions.length}
                context={context}
                put={(next) => onActions(actions.flatMap((other, at) => (at === index ? (next ? [next] : []) : [other])))}
                move={(step) => move(index, step)}
              />
            </li>
          ))}
        </ol>
      ) : (
        <p class="help">{t("triggers.no_actions")}</p>
      )}
      {error ? (
        <p class="help error">
          <Icon name="alert" size={14} />
          <span>{error}</span>
        </p>
      ) : null}
      <Drop
        label={t("triggers.add_action")}
        menu
        faceClass="button small add-row"
        face={
          <>
            <Icon name="plus" />
            <span>{t("triggers.add_action")}</span>
          </>
        }
      >
        {(close) =>
          types.map((type) => (
            <MenuItem key={type} icon={actionIcon(type)} onClick={() => (close(), onActions([...actions, emptyAction(type, record)]))}>
              {actionName(type)}
            </MenuItem>
          ))
        }
      </Drop>
    </>
  );
}
