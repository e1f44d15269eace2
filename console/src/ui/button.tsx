// Buttons: one look for each weight of action, a busy state that keeps the width, and icon buttons that carry a name.
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon.tsx";

type Native = Omit<JSX.IntrinsicElements["button"], "icon" | "size">;

export interface ButtonProps extends Native {
  kind?: "plain" | "primary" | "danger" | "quiet";
  icon?: IconName;
  busy?: boolean;
  small?: boolean;
  children?: ComponentChildren;
}

export function Button({ kind = "plain", icon, busy, small, children, class: extra, ...rest }: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      {...rest}
      class={`button ${kind} ${small ? "small" : ""} ${extra ?? ""}`}
      aria-busy={busy ? "true" : undefined}
      onClick={busy ? (event: Event) => event.preventDefault() : rest.onClick}
    >
      {icon ? <Icon name={icon} /> : null}
      {children === undefined ? null : <span>{children}</span>}
      {busy ? <i class="spinner" /> : null}
    </button>
  );
}

export interface IconButtonProps extends Native {
  icon: IconName;
  label: string;
  pressed?: boolean;
}

export function IconButton({ icon, label, pressed, class: extra, ...rest }: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      {...rest}
      class={`icon-button ${extra ?? ""}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed === undefined ? undefined : pressed ? "true" : "false"}
    >
      <Icon name={icon} />
    </button>
  );
}
