// A dry run over all triggers at once.
import type { JSX } from "preact";
import { t } from "../../../i18n/index.ts";
import { query } from "../../../router.ts";
import { useTitle } from "../../../title.ts";
import { Icon } from "../../../ui/icon.tsx";
import { DryRun } from "./dry-run.tsx";
import "../../../styles/records.css";
import "../../../styles/rules.css";

export function DryRunPage(): JSX.Element {
  useTitle(t("dryrun.title"));
  return (
    <section class="dry-run-page">
      <a class="back-link" href="/settings/triggers">
        <Icon name="back" size={14} />
        <span>{t("nav.triggers")}</span>
      </a>
      <div class="page-head">
        <h1>{t("dryrun.page_title")}</h1>
      </div>
      <DryRun key={query.value.get("event") ?? ""} draft={null} type={null} event={query.value.get("event") ?? ""} />
    </section>
  );
}
