// Path to page, for a signed-in user. A page that this user may not open is said to be missing, like one that is.
import type { ComponentType, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { match, path } from "../router.ts";
import { isAdministrator, mayEditRules, maySend, session } from "../session.ts";
import { useTitle } from "../title.ts";
import type { RecordType } from "../wire.ts";
import { Empty } from "../ui/states.tsx";
import { lazy } from "../lazy.tsx";

const NotificationsPage = lazy(() => import("./notifications/page.tsx").then((module) => module.NotificationsPage), { isFirst: true });
const ProfilePage = lazy(() => import("./profile.tsx").then((module) => module.ProfilePage));
const SentPage = lazy(() => import("./sent/page.tsx").then((module) => module.SentPage));
const SentDetail = lazy<{ id: string }>(() => import("./sent/detail.tsx").then((module) => module.SentDetail));

const RecordsPage = lazy<{ type: RecordType }>(() => import("./records/list-page.tsx").then((module) => module.RecordsPage));
const CardPage = lazy<{ type: RecordType; id: string }>(() => import("./records/card-page.tsx").then((module) => module.CardPage));
const FormPage = lazy<{ type: RecordType; id: string | null }>(() => import("./records/form-page.tsx").then((module) => module.FormPage));

const TasksPage = lazy(() => import("./tasks/list-page.tsx").then((module) => module.TasksPage));
const TaskPage = lazy<{ id: string }>(() => import("./tasks/card-page.tsx").then((module) => module.TaskPage));
const DeliveriesPage = lazy(() => import("./deliveries/page.tsx").then((module) => module.DeliveriesPage));
const DeliveryPage = lazy<{ id: string }>(() => import("./deliveries/detail.tsx").then((module) => module.DeliveryPage));
const SuspendedPage = lazy(() => import("./deliveries/suspended.tsx").then((module) => module.SuspendedPage));
const MailboxPage = lazy(() => import("./mailbox/page.tsx").then((module) => module.MailboxPage));

/** For whoever may edit rules, beside administrators. */
const RULES: Record<string, ComponentType> = {
  "/settings": lazy(() => import("./settings/index.tsx").then((module) => module.SettingsIndex)),
  "/settings/templates": lazy(() => import("./rules/templates/page.tsx").then((module) => module.TemplatesPage)),
  "/settings/triggers": lazy(() => import("./rules/triggers/page.tsx").then((module) => module.TriggersPage)),
  "/settings/triggers/dry-run": lazy(() => import("./rules/triggers/dry-run-page.tsx").then((module) => module.DryRunPage)),
  "/settings/marketing-rules": lazy(() => import("./rules/marketing/page.tsx").then((module) => module.MarketingPage)),
  "/settings/segments": lazy(() => import("./rules/segments/page.tsx").then((module) => module.SegmentsPage)),
  "/action-log": lazy(() => import("./rules/log/page.tsx").then((module) => module.ActionLogPage)),
  "/action-log/sent": lazy(() => import("./rules/log/errands-page.tsx").then((module) => module.ErrandsPage)),
};

const ErrandPage = lazy<{ id: string }>(() => import("./rules/log/errand-page.tsx").then((module) => module.ErrandPage));

/** The editors: at `new` of one that is not there yet. */
const RULE_EDITORS: Record<string, ComponentType<{ id: string | null }>> = {
  "/settings/templates": lazy<{ id: string | null }>(() => import("./rules/templates/editor.tsx").then((module) => module.TemplatePage)),
  "/settings/triggers": lazy<{ id: string | null }>(() => import("./rules/triggers/editor.tsx").then((module) => module.TriggerPage)),
  "/settings/marketing-rules": lazy<{ id: string | null }>(() => import("./rules/marketing/editor.tsx").then((module) => module.MarketingRulePage)),
};

const SETTINGS: Record<string, ComponentType> = {
  "/settings/users": lazy(() => import("./settings/users.tsx").then((module) => module.UsersPage)),
  "/settings/groups": lazy(() => import("./settings/groups.tsx").then((module) => module.GroupsPage)),
  "/settings/audit-log": lazy(() => import("./settings/audit-log.tsx").then((module) => module.AuditLogPage)),
  "/settings/api-keys": lazy(() => import("./settings/api-keys.tsx").then((module) => module.ApiKeysPage)),
  "/settings/origins": lazy(() => import("./settings/origins.tsx").then((module) => module.OriginsPage)),
  "/settings/system-notifications": lazy(() => import("./settings/system-notifications.tsx").then((module) => module.SystemNotificationsPage)),
  "/settings/email": lazy(() => import("./settings/email/page.tsx").then((module) => module.EmailPage)),
  "/settings/preferences": lazy(() => import("./settings/preferences.tsx").then((module) => module.DefaultPreferencesPage)),
  "/settings/sites": lazy(() => import("./settings/sites.tsx").then((module) => module.SitesPage)),
  "/settings/lists": lazy(() => import("./settings/lists.tsx").then((module) => module.ListsPage)),
  "/settings/custom-fields": lazy(() => import("./settings/custom-fields.tsx").then((module) => module.CustomFieldsPage)),
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

function recordsAt(here: string): JSX.Element | null {
  for (const type of ["order", "customer"] as const) {
    const base = `/${type}s`;
    if (here === base) return <RecordsPage key={base} type={type} />;
    if (here === `${base}/new`) return <FormPage key={here} type={type} id={null} />;
    const card = match(`${base}/:id`, here)?.["id"];
    if (card) return <CardPage key={here} type={type} id={card} />;
    const form = match(`${base}/:id/edit`, here)?.["id"];
    if (form) return <FormPage key={here} type={type} id={form} />;
  }
  return null;
}

function tasksAt(here: string): JSX.Element | null {
  if (here === "/tasks") return <TasksPage />;
  const id = match("/tasks/:id", here)?.["id"];
  return id ? <TaskPage key={here} id={id} /> : null;
}

function deliveriesAt(here: string): JSX.Element | null {
  if (here === "/deliveries") return <DeliveriesPage />;
  if (here === "/deliveries/suspended") return <SuspendedPage />;
  const id = match("/deliveries/:id", here)?.["id"];
  return id ? <DeliveryPage key={id} id={id} /> : null;
}

function rulesAt(here: string): JSX.Element | null {
  const Rules = RULES[here];
  if (Rules) return <Rules key={here} />;
  const errand = match("/action-log/sent/:id", here)?.["id"];
  if (errand) return <ErrandPage key={here} id={errand} />;
  for (const [base, RuleEditor] of Object.entries(RULE_EDITORS)) {
    const id = match(`${base}/:id`, here)?.["id"];
    if (id) return <RuleEditor key={here} id={id === "new" ? null : id} />;
  }
  return null;
}

export function Pages(): JSX.Element {
  const here = path.value.replace(/(.)\/$/, "$1");
  if (here === "/notifications") return <NotificationsPage />;
  if (here === "/profile") return <ProfilePage />;
  const records = tasksAt(here) ?? recordsAt(here);
  if (records) return records;
  if (maySend.value) {
    if (here === "/sent") return <SentPage />;
    const sent = match("/sent/:id", here);
    if (sent?.["id"]) return <SentDetail key={sent["id"]} id={sent["id"]} />;
  }
  if (here === "/demo/mailbox" && session.value?.demo) return <MailboxPage />;
  const deliveries = isAdministrator.value ? deliveriesAt(here) : null;
  if (deliveries) return deliveries;
  const rules = mayEditRules.value ? rulesAt(here) : null;
  if (rules) return rules;
  const Settings = SETTINGS[here];
  if (Settings && isAdministrator.value) return <Settings key={here} />;
  return <Missing />;
}
