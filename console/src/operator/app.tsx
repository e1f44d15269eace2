// The operator's pages: a way in of their own, four places, and nothing of any account.
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { isLanguage, language, LANGUAGE_NAMES, LANGUAGES, t, type Key } from "../i18n/index.ts";
import { go, match, path } from "../router.ts";
import { setTheme, theme, THEMES } from "../theme.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Drop, MenuItem } from "../ui/menu.tsx";
import { Empty } from "../ui/states.tsx";
import { attempt } from "../ui/toast.tsx";
import { AccountsPage } from "./accounts.tsx";
import { AnnouncementPage } from "./announcement.tsx";
import { AnnouncementsPage } from "./announcements.tsx";
import { HealthPage } from "./health.tsx";
import { LogPage } from "./log.tsx";
import { chooseLanguage, operator, signOut, startOperator } from "./session.ts";
import { OperatorLink, OperatorSignIn } from "./sign-in.tsx";
import "../styles/operator.css";

const PLACES: readonly { href: string; icon: IconName; key: Key }[] = [
  { href: "/operator/announcements", icon: "megaphone", key: "operator.announcements" },
  { href: "/operator/accounts", icon: "store", key: "operator.accounts" },
  { href: "/operator/log", icon: "log", key: "operator.log" },
  { href: "/operator/health", icon: "shield", key: "operator.health" },
];

function Places({ look }: { look: "side-nav" | "operator-bar" }): JSX.Element {
  return (
    <nav class={look} aria-label={t("nav.label")}>
      {PLACES.map((place) => (
        <a key={place.href} class="nav-link" href={place.href} aria-current={path.value.startsWith(place.href) ? "page" : undefined}>
          <Icon name={place.icon} />
          <span class="nav-label">{t(place.key)}</span>
        </a>
      ))}
    </nav>
  );
}

function Menu(): JSX.Element | null {
  const who = operator.value;
  if (!who) return null;
  return (
    <Drop label={t("user_menu.label", { name: who.name })} face={<Avatar name={who.name} />} faceClass="avatar-button" align="end" menu>
      {() => (
        <>
          <div class="menu-who" role="presentation">
            <b dir="auto">{who.name}</b>
            <small>{who.email}</small>
            <small>{t("operator.role")}</small>
          </div>
          <hr />
          {LANGUAGES.map((name) => (
            <MenuItem key={name} icon="languages" checked={language.value === name} onClick={() => void attempt(() => (isLanguage(name) ? chooseLanguage(name) : Promise.resolve()))}>
              {LANGUAGE_NAMES[name]}
            </MenuItem>
          ))}
          <hr />
          {THEMES.map((name) => (
            <MenuItem key={name} icon={name === "dark" ? "moon" : name === "light" ? "sun" : "monitor"} checked={theme.value === name} onClick={() => setTheme(name)}>
              {t(`theme.${name}`)}
            </MenuItem>
          ))}
          <hr />
          <MenuItem icon="signOut" onClick={() => void attempt(signOut)}>
            {t("user_menu.sign_out")}
          </MenuItem>
        </>
      )}
    </Drop>
  );
}

function Shell({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <div class="shell operator-shell">
      <header class="header">
        <a class="logo" href="/operator/announcements" aria-label={t("operator.title")}>
          <Icon name="bell" size={20} />
          <span>Bellwire</span>
        </a>
        <span class="badge tone-brass">{t("operator.role")}</span>
        <span class="spring" />
        <Menu />
      </header>
      <Places look="side-nav" />
      <main id="main" class="main" tabIndex={-1}>
        <Places look="operator-bar" />
        {children}
      </main>
    </div>
  );
}

function Page(): JSX.Element {
  const here = path.value.replace(/(.)\/$/, "$1");
  const id = match("/operator/announcements/:id", here)?.["id"];
  useEffect(() => {
    if (here === "/operator" || here === "/operator/sign-in") go("/operator/announcements", { replace: true });
  }, [here]);
  if (here === "/operator/accounts") return <AccountsPage />;
  if (here === "/operator/log") return <LogPage />;
  if (here === "/operator/health") return <HealthPage />;
  if (id) return <AnnouncementPage key={id} id={id} />;
  if (here === "/operator/announcements" || here === "/operator" || here === "/operator/sign-in") return <AnnouncementsPage />;
  return (
    <Empty whole icon="search" title={t("missing.title")}>
      {t("missing.text")}
    </Empty>
  );
}

export function OperatorApp(): JSX.Element {
  useEffect(() => {
    if (operator.peek() === undefined) void startOperator();
  }, []);
  if (path.value === "/operator/invitation") return <OperatorLink />;
  if (operator.value === undefined) return <div class="outside" aria-busy="true" />;
  if (operator.value === null) return <OperatorSignIn />;
  return (
    <Shell>
      <Page />
    </Shell>
  );
}
