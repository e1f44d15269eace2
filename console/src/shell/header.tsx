// The head of every page: logo, search, Create notification, the bell, and the menu of the signed-in user.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { openComposer } from "../compose/state.ts";
import { t, type Key } from "../i18n/index.ts";
import { BellElement } from "../live.tsx";
import { go, path, query, setQuery } from "../router.ts";
import { openTask } from "../pages/tasks/state.ts";
import { maySend, session, signOut } from "../session.ts";
import { setTheme, theme, THEMES } from "../theme.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { useKeys } from "../ui/keys.ts";
import { Drop, MenuItem } from "../ui/menu.tsx";
import { attempt, say } from "../ui/toast.tsx";

export function Logo(): JSX.Element {
  return (
    <a class="logo" href="/notifications" aria-label="Bellwire">
      <Icon name="bell" size={20} />
      <span>Bellwire</span>
    </a>
  );
}

const THEME_ICONS: Record<(typeof THEMES)[number], IconName> = { system: "monitor", light: "sun", dark: "moon" };

const SEARCHED: Record<string, Key> = { "/notifications": "search.label", "/orders": "search.orders", "/customers": "search.customers", "/tasks": "search.tasks", "/deliveries": "search.deliveries" };

/** Narrows the list that is open; from any other page it leads to the notifications. */
export function Search(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal(query.value.get("q") ?? "");
  const timer = useRef(0);
  const label = t(SEARCHED[path.value] ?? "search.label");
  const wanted = path.value in SEARCHED ? (query.value.get("q") ?? "") : "";
  useEffect(() => {
    if (document.activeElement !== input.current) text.value = wanted;
  }, [wanted]);
  useKeys({ "/": () => input.current?.select() });
  function search(at: "typing" | "enter"): void {
    clearTimeout(timer.current);
    const value = text.value.trim();
    if (path.peek() in SEARCHED) setQuery({ q: value || null, item: null }, { replace: true });
    else if (at === "enter" && value) go(`/notifications?q=${encodeURIComponent(value)}`);
  }
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search("enter");
      }}
    >
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => search("typing"), 250);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}

function ThemeItems(): JSX.Element {
  return (
    <>
      {THEMES.map((name) => (
        <MenuItem key={name} icon={THEME_ICONS[name]} checked={theme.value === name} onClick={() => setTheme(name)}>
          {t(`theme.${name}`)}
        </MenuItem>
      ))}
    </>
  );
}

function UserMenu(): JSX.Element | null {
  const who = session.value;
  if (!who) return null;
  async function leave(everywhere: boolean): Promise<void> {
    if ((await attempt(() => signOut(everywhere))) && everywhere) say(t("user_menu.signed_out_everywhere"));
  }
  return (
    <Drop label={t("user_menu.label", { name: who.user.name })} face={<Avatar name={who.user.name} />} faceClass="avatar-button" align="end" menu>
      {(close) => (
        <>
          <div class="menu-who" role="presentation">
            <b dir="auto">{who.user.name}</b>
            <small>{who.user.email}</small>
            <small>{who.account.name}</small>
          </div>
          <hr />
          <MenuItem icon="user" href="/profile" onClick={close}>
            {t("nav.profile")}
          </MenuItem>
          <hr />
          <ThemeItems />
          <hr />
          <MenuItem icon="signOut" onClick={() => void leave(false)}>
            {t("user_menu.sign_out")}
          </MenuItem>
          <MenuItem icon="globe" onClick={() => void leave(true)}>
            {t("user_menu.sign_out_everywhere")}
          </MenuItem>
        </>
      )}
    </Drop>
  );
}

export function Header(): JSX.Element {
  return (
    <header class="header">
      <Logo />
      <Search />
      <span class="spring" />
      {maySend.value ? (
        <Button kind="primary" icon="megaphone" class="create" aria-label={t("compose.open")} onClick={() => openComposer()}>
          {t("compose.open")}
        </Button>
      ) : null}
      <IconButton icon="alarmPlus" label={t("tasks.new")} onClick={() => openTask()} />
      <BellElement />
      <UserMenu />
    </header>
  );
}
