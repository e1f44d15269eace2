// Accounts of the server: how many people each has, and what the operator calls it. Nothing of what is in them.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { withQuery } from "../http.ts";
import { t } from "../i18n/index.ts";
import { useForm } from "../pages/form.ts";
import { useListing } from "../resource.ts";
import { useTitle } from "../title.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import { Alert, Failure, SkeletonRows, wording } from "../ui/states.tsx";
import { Time } from "../ui/time.tsx";
import type { Page } from "../wire.ts";
import { api } from "./session.ts";
import type { ServerAccount } from "./wire.ts";

function LabelDialog({ account, onClose, saved }: { account: ServerAccount; onClose: () => void; saved: () => void }): JSX.Element {
  const plan = useSignal(account.plan ?? "");
  const version = useSignal(account.version ?? "");
  const form = useForm(["plan", "version"]);
  async function save(): Promise<void> {
    const path = `/v1/operator/accounts/${encodeURIComponent(account.code)}/label`;
    if (await form.run(() => api.put(path, { plan: plan.value, version: version.value }))) {
      saved();
      onClose();
    }
  }
  return (
    <Dialog title={account.name} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="dialog-body">
          {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
          <TextField label={t("operator.plan")} note={t("form.optional")} help={t("operator.plan_help")} error={form.error("plan")} value={plan.value} onValue={(value) => (plan.value = value)} />
          <TextField label={t("operator.on_version")} note={t("form.optional")} error={form.error("version")} value={version.value} onValue={(value) => (version.value = value)} />
        </div>
        <div class="dialog-foot">
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" kind="primary" busy={form.busy}>
            {t("operator.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function AccountsPage(): JSX.Element {
  useTitle(t("operator.accounts"));
  const wanted = useSignal("");
  const open = useSignal<ServerAccount | null>(null);
  const list = useListing<ServerAccount>(`operator-accounts-${wanted.value}`, (cursor) => api.get<Page<ServerAccount>>(withQuery("/v1/operator/accounts", { q: wanted.value, cursor })));
  const items = list.data.value;
  const none = <span class="faint">–</span>;
  return (
    <section>
      <div class="page-head">
        <h1>{t("operator.accounts")}</h1>
      </div>
      <p class="page-intro">{t("operator.accounts_intro")}</p>
      <div class="operator-search">
        <TextField label={t("operator.find_account")} value={wanted.value} autocomplete="off" onValue={(value) => (wanted.value = value)} />
      </div>
      {items === undefined ? (
        list.problem.value ? (
          <Failure problem={list.problem.value} retry={() => void list.reload()} />
        ) : (
          <SkeletonRows />
        )
      ) : (
        <table class="table people-table operator-table">
          <thead>
            <tr>
              <th scope="col">{t("operator.account")}</th>
              <th scope="col">{t("operator.plan")}</th>
              <th scope="col">{t("operator.on_version")}</th>
              <th scope="col">{t("operator.col_people")}</th>
              <th scope="col">{t("operator.col_last")}</th>
              <th class="cell-menu">
                <span class="visually-hidden">{t("list.actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((account) => (
              <tr key={account.code}>
                <td>
                  <b dir="auto">{account.name}</b>
                  <small class="operator-line">
                    <code>{account.code}</code> {account.suspended_at ? <span class="badge tone-quiet">{t("operator.suspended")}</span> : null}
                  </small>
                </td>
                <td data-label={t("operator.plan")}>{account.plan ?? none}</td>
                <td data-label={t("operator.on_version")}>{account.version ?? none}</td>
                <td data-label={t("operator.col_people")}>{t("operator.people_count", { n: account.people, heads: account.administrators })}</td>
                <td data-label={t("operator.col_last")}>{account.last_seen_at ? <Time at={account.last_seen_at} style="relative" /> : none}</td>
                <td class="cell-menu">
                  <IconButton icon="pencil" label={t("operator.label", { name: account.name })} onClick={() => (open.value = account)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {list.next.value ? (
        <div class="load-more">
          <Button onClick={() => void list.more()}>{t("operator.more")}</Button>
        </div>
      ) : null}
      {open.value ? <LabelDialog account={open.value} onClose={() => (open.value = null)} saved={() => void list.reload()} /> : null}
    </section>
  );
}
