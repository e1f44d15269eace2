// A button that opens something small below it: a menu of actions, or a panel with fields. Closes by Esc, by a press
// elsewhere, and by leaving it with Tab; arrow keys move among menu items.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Icon, type IconName } from "./icon.tsx";

const EDGE = 8;

export interface DropProps {
  label: string;
  /** What stands on the button. */
  face: ComponentChildren;
  faceClass: string;
  align?: "start" | "end";
  menu?: boolean;
  tabIndex?: number;
  children: (close: () => void) => ComponentChildren;
}

function moveFocus(root: HTMLElement, step: 1 | -1): void {
  const items = [...root.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}

/** On a narrow screen a panel that begins, or ends, at its button may reach over the edge. */
function keepInside(panel: HTMLElement | null | undefined): void {
  if (!panel) return;
  const { left, right } = panel.getBoundingClientRect();
  if (panel.classList.contains("end")) {
    if (left < EDGE) panel.style.marginInlineEnd = `${left - EDGE}px`;
    return;
  }
  const over = Math.min(right - document.documentElement.clientWidth + EDGE, left - EDGE);
  if (over > 0) panel.style.marginInlineStart = `${-over}px`;
}

export function Drop({ label, face, faceClass, align = "start", menu, tabIndex, children }: DropProps): JSX.Element {
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    open.value = false;
    button.current?.focus();
  };
  useLayoutEffect(() => keepInside(root.current?.querySelector<HTMLElement>(".drop-panel")), [open.value]);
  useEffect(() => {
    if (!open.value) return;
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) open.value = false;
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    root.current?.querySelector<HTMLElement>(".drop-panel :is(button, a, input, select)")?.focus({ preventScroll: true });
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open.value]);
  function onKeyDown(event: KeyboardEvent): void {
    if (!open.value || !root.current) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      moveFocus(root.current, event.key === "ArrowDown" ? 1 : -1);
    }
  }
  return (
    <div class="drop" ref={root} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class={faceClass}
        tabIndex={tabIndex}
        aria-label={label}
        aria-haspopup={menu ? "menu" : "dialog"}
        aria-expanded={open.value ? "true" : "false"}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {face}
      </button>
      {open.value ? (
        <div class={`drop-panel ${align}`} role={menu ? "menu" : "group"} aria-label={label}>
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}

export interface MenuItemProps {
  icon?: IconName;
  children: ComponentChildren;
  onClick?: () => void;
  href?: string;
  bad?: boolean;
  checked?: boolean;
}

export function MenuItem({ icon, children, onClick, href, bad, checked }: MenuItemProps): JSX.Element {
  const inner = (
    <>
      {icon ? <Icon name={icon} /> : null}
      <span>{children}</span>
      {checked ? <Icon name="check" size={14} /> : null}
    </>
  );
  const classes = bad ? "menu-item bad" : "menu-item";
  if (href) {
    return (
      <a class={classes} role="menuitem" href={href} onClick={onClick}>
        {inner}
      </a>
    );
  }
  const role = checked === undefined ? "menuitem" : "menuitemradio";
  return (
    <button type="button" class={classes} role={role} aria-checked={checked} onClick={onClick}>
      {inner}
    </button>
  );
}
