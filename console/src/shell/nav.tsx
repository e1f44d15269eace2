// The ways to the pages: at the left, or as a bar at the bottom of a narrow screen. Only what exists and what the
// signed-in user may open is listed.
import type { JSX } from "preact";
import { t, type Key } from "../i18n/index.ts";
import { unread } from "../live.tsx";
import { path } from "../router.ts";
import { isAdministrator, maySend } from "../session.ts";
import { Icon, type IconName } from "../ui/icon.tsx";

export interface Place {
  href: string;
  icon: IconName;
  key: Key;
}

export const SETTINGS: readonly Place[] = [
  { href: "/settings/users", icon: "users", key: "nav.users" },
  { href: "/settings/groups", icon: "shield", key: "nav.groups" },
  { href: "/settings/api-keys", icon: "key", key: "nav.api_keys" },
  { href: "/settings/origins", icon: "globe", key: "nav.origins" },
  { href: "/settings/account", icon: "settings", key: "nav.account" },
];

function isHere(href: string): boolean {
  return path.value === href || path.value.startsWith(`${href}/`);
}

function NavLink({ place, count }: { place: Place; count?: number }): JSX.Element {
  return (
    <a class="nav-link" href={place.href} aria-current={isHere(place.href) ? "page" : undefined}>
      <Icon name={place.icon} />
      <span class="nav-label">{t(place.key)}</span>
      {count ? (
        <span class="nav-count">
          {count > 999 ? "999+" : count}
          <span class="visually-hidden"> {t("nav.unread_suffix")}</span>
        </span>
      ) : null}
    </a>
  );
}

export function SideNav(): JSX.Element {
  return (
    <nav class="side-nav" aria-label={t("nav.label")}>
      <NavLink place={{ href: "/notifications", icon: "bell", key: "nav.notifications" }} count={unread.value} />
      {maySend.value ? <NavLink place={{ href: "/sent", icon: "send", key: "nav.sent" }} /> : null}
      {isAdministrator.value ? (
        <>
          <h2 class="nav-title">{t("nav.settings")}</h2>
          {SETTINGS.map((place) => (
            <NavLink key={place.href} place={place} />
          ))}
        </>
      ) : null}
      <h2 class="nav-title">{t("nav.you")}</h2>
      <NavLink place={{ href: "/profile", icon: "user", key: "nav.profile" }} />
    </nav>
  );
}

export function BottomBar(): JSX.Element {
  return (
    <nav class="bottom-bar" aria-label={t("nav.label")}>
      <NavLink place={{ href: "/notifications", icon: "bell", key: "nav.notifications" }} count={unread.value} />
      {maySend.value ? <NavLink place={{ href: "/sent", icon: "send", key: "nav.sent" }} /> : null}
      {isAdministrator.value ? <NavLink place={{ href: "/settings", icon: "settings", key: "nav.settings" }} /> : null}
      <NavLink place={{ href: "/profile", icon: "user", key: "nav.profile" }} />
    </nav>
  );
}
