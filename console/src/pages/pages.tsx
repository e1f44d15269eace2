// Path to page, for a signed-in user. A page that this user may not open is said to be missing, like one that is.
import type { ComponentType, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { match, path } from "../router.ts";
import { isAdministrator, maySend } from "../session.ts";
import { useTitle } from "../title.ts";
import { Empty } from "../ui/states.tsx";
import { lazy } from "../lazy.tsx";

const NotificationsPage = lazy(() => import("./notifications/page.tsx").then((module) => module.NotificationsPage));
const ProfilePage = lazy(() => import("./profile.tsx").then((module) => module.ProfilePage));
const SentPage = lazy(() => import("./sent/page.tsx").then((module) => module.SentPage));
const SentDetail = lazy<{ id: string }>(() => import("./sent/detail.tsx").then((module) => module.SentDetail));

const SETTINGS: Record<string, ComponentType> = {
  "/settings": lazy(() => import("./settings/index.tsx").then((module) => module.SettingsIndex)),
  "/settings/users": lazy(() => import("./settings/users.tsx").then((module) => module.UsersPage)),
  "/settings/groups": lazy(() => import("./settings/groups.tsx").then((module) => module.GroupsPage)),
  "/settings/api-keys": lazy(() => import("./settings/api-keys.tsx").then((module) => module.ApiKeysPage)),
  "/settings/origins": lazy(() => import("./settings/origins.tsx").then((module) => module.OriginsPage)),
  "/settings/account": lazy(() => import("./settings/account.tsx").then((module) => module.AccountPage)),
};

function Missing(): JSX.Element {
  useTitle(t("missing.title"));
  return (
    <Empty
      whole
      icon="search"
      title={t("missing.title")}
      action={
        <a class="button" href="/notifications">
          <span>{t("missing.action")}</span>
        </a>
      }
    >
      {t("missing.text")}
    </Empty>
  );
}

export function Pages(): JSX.Element {
  const here = path.value.replace(/(.)\/$/, "$1");
  if (here === "/notifications") return <NotificationsPage />;
  if (here === "/profile") return <ProfilePage />;
  if (maySend.value) {
    if (here === "/sent") return <SentPage />;
    const sent = match("/sent/:id", here);
    if (sent?.["id"]) return <SentDetail key={sent["id"]} id={sent["id"]} />;
  }
  const Settings = SETTINGS[here];
  if (Settings && isAdministrator.value) return <Settings key={here} />;
  return <Missing />;
}
