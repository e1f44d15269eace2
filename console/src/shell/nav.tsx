// The ways to the pages: at the left, or as a bar at the bottom of a narrow screen. Only what exists and what the
// signed-in user may open is listed.
import type { JSX } from "preact";
import { t, type Key } from "../i18n/index.ts";
import { unread } from "../live.tsx";
import { useOverdue } from "../pages/tasks/count.ts";
import { overdue } from "../pages/tasks/state.ts";
import { path } from "../router.ts";
import { isAdministrator, mayEditRules, maySend } from "../session.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Drop, MenuItem } from "../ui/menu.tsx";

export interface Place {
  href: string;
  icon: IconName;
  key: Key;
}

export const SETTINGS: readonly Place[] = [
  { href: "/settings/users", icon: "users", key: "nav.users" },
  { href: "/settings/groups", icon: "shield", key: "nav.groups" },
  { href: "/settings/system-notifications", icon: "bellRing", key: "nav.system_notifications" },
  { href: "/settings/email", icon: "mail", key: "nav.email" },
  { href: "/settings/preferences", icon: "bell", key: "nav.preferences" },
  { href: "/settings/sites", icon: "store", key: "nav.sites" },
  { href: "/settings/lists", icon: "lists", key: "nav.lists" },
  { href: "/settings/custom-fields", icon: "sliders", key: "nav.custom_fields" },
  { href: "/settings/api-keys", icon: "key", key: "nav.api_keys" },
  { href: "/settings/origins", icon: "globe", key: "nav.origins" },
  { href: "/settings/audit-log", icon: "shield", key: "nav.audit_log" },
  { href: "/settings/account", icon: "settings", key: "nav.account" },
];

export const RULES: readonly Place[] = [
  { href: "/settings/templates", icon: "template", key: "nav.templates" },
  { href: "/settings/triggers", icon: "zap", key: "nav.triggers" },
  { href: "/settings/marketing-rules", icon: "spark", key: "nav.marketing_rules" },
  { href: "/settings/segments", icon: "segment", key: "nav.segments" },
];

function isHere(href: string): boolean {
  return path.value === href || path.value.startsWith(`${href}/`);
}

function NavLink({ place, count, counted = "nav.unread_suffix" }: { place: Place; count?: number; counted?: Key }): JSX.Element {
  return (
    <a class="nav-link" href={place.href} aria-current={isHere(place.href) ? "page" : undefined}>
      <Icon name={place.icon} />
      <span class="nav-label">{t(place.key)}</span>
      {count ? (
        <span class="nav-count">
          {count > 999 ? "999+" : count}
          <span class="visually-hidden"> {t(counted)}</span>
        </span>
      ) : null}
    </a>
  );
}

const NOTIFICATIONS: Place = { href: "/notifications", icon: "bell", key: "nav.notifications" };
const TASKS: Place = { href: "/tasks", icon: "alarm", key: "nav.tasks" };
const ORDERS: Place = { href: "/orders", icon: "bag", key: "nav.orders" };
const CUSTOMERS: Place = { href: "/customers", icon: "user", key: "nav.customers" };
const SENT: Place = { href: "/sent", icon: "send", key: "nav.sent" };
const DELIVERIES: Place = { href: "/deliveries", icon: "mailOpen", key: "nav.deliveries" };
const ACTION_LOG: Place = { href: "/action-log", icon: "log", key: "nav.action_log" };
const PROFILE: Place = { href: "/profile", icon: "user", key: "nav.profile" };

export function SideNav(): JSX.Element {
  useOverdue();
  return (
    <nav class="side-nav" aria-label={t("nav.label")}>
      <NavLink place={NOTIFICATIONS} count={unread.value} />
      <NavLink place={TASKS} count={overdue.value} counted="nav.overdue_suffix" />
      <NavLink place={ORDERS} />
      <NavLink place={CUSTOMERS} />
      {maySend.value ? <NavLink place={SENT} /> : null}
      {isAdministrator.value ? <NavLink place={DELIVERIES} /> : null}
      {mayEditRules.value ? (
        <>
          <NavLink place={ACTION_LOG} />
          <h2 class="nav-title">{t("nav.rules")}</h2>
          {RULES.map((place) => (
            <NavLink key={place.href} place={place} />
          ))}
        </>
      ) : null}
      {isAdministrator.value ? (
        <>
          <h2 class="nav-title">{t("nav.settings")}</h2>
          {SETTINGS.map((place) => (
            <NavLink key={place.href} place={place} />
          ))}
        </>
      ) : null}
      <h2 class="nav-title">{t("nav.you")}</h2>
      <NavLink place={PROFILE} />
    </nav>
  );
}

/** What the bottom bar has no room for. */
function More(): JSX.Element {
  const places: Place[] = [
    ...(maySend.value ? [SENT] : []),
    ...(isAdministrator.value ? [DELIVERIES] : []),
    ...(mayEditRules.value ? [ACTION_LOG, { href: "/settings", icon: "settings", key: "nav.settings" } as const] : []),
    PROFILE,
  ];
  return (
    <Drop
      label={t("nav.more")}
      menu
      align="end"
      faceClass={places.some((place) => isHere(place.href)) ? "nav-link here" : "nav-link"}
      face={
        <>
          <Icon name="dots" />
          <span class="nav-label">{t("nav.more")}</span>
        </>
      }
    >
      {(close) =>
        places.map((place) => (
          <MenuItem key={place.href} icon={place.icon} href={place.href} onClick={close}>
            {t(place.key)}
          </MenuItem>
        ))
      }
    </Drop>
  );
}

export function BottomBar(): JSX.Element {
  return (
    <nav class="bottom-bar" aria-label={t("nav.label")}>
      <NavLink place={NOTIFICATIONS} count={unread.value} />
      <NavLink place={TASKS} count={overdue.value} counted="nav.overdue_suffix" />
      <NavLink place={ORDERS} />
      <NavLink place={CUSTOMERS} />
      <More />
    </nav>
  );
}
