// Who is in a group: one list of boxes over the users of the account, with a field to find one.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, isProblem, withQuery, type Problem } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import type { Group, Page, User } from "../../wire.ts";
import { Person } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Check } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { sends } from "../../ui/keys.ts";
import { Alert, Failure, SkeletonRows, wording } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { useForm } from "../form.ts";

async function everybody(): Promise<User[]> {
  const users: User[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<User> = await api.get<Page<User>>(withQuery("/v1/users", { cursor, limit: 100 }));
    users.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return users;
}

function MemberList({ users, chosen, toggle }: { users: User[]; chosen: ReadonlySet<string>; toggle: (id: string) => void }): JSX.Element {
  const q = useSignal("");
  const wanted = q.value.trim().toLowerCase();
  const shown = users.filter((user) => !wanted || `${user.name} ${user.email ?? ""}`.toLowerCase().includes(wanted));
  return (
    <>
      <label class="search inline full">
        <Icon name="search" />
        <input type="search" aria-label={t("users.search")} placeholder={t("users.search")} onInput={(event) => (q.value = event.currentTarget.value)} />
      </label>
      <div class="check-list tall">
        {shown.map((user) => (
          <Check key={user.id} label={<Person name={user.name} detail={user.email} />} checked={chosen.has(user.id)} onValue={() => toggle(user.id)} />
        ))}
        {shown.length === 0 ? <p class="check-none">{t("users.none_found")}</p> : null}
      </div>
    </>
  );
}

export function MembersDialog({ group, onClose, changed }: { group: Group; onClose: () => void; changed: () => void }): JSX.Element {
  const users = useSignal<User[] | null>(null);
  const problem = useSignal<Problem | null>(null);
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const form = useForm([]);
  const load = () => {
    problem.value = null;
    everybody()
      .then((all) => {
        users.value = all;
        chosen.value = new Set(all.filter((user) => user.groups.includes(group.code)).map((user) => user.id));
      })
      .catch((error: unknown) => {
        if (isProblem(error)) problem.value = error;
      });
  };
  useEffect(load, []);
  const toggle = (id: string) => {
    const next = new Set(chosen.value);
    if (!next.delete(id)) next.add(id);
    chosen.value = next;
  };
  async function save(): Promise<void> {
    const done = await form.run(() => api.put(`/v1/groups/${encodeURIComponent(group.id)}/members`, { users: [...chosen.value] }));
    if (!done) return;
    changed();
    onClose();
    say(t("form.saved"));
  }
  return (
    <Dialog title={t("groups.members_title", { name: group.name })} onClose={onClose} keep onKeyDown={(event) => sends(event) && void save()}>
      <div class="dialog-body">
        {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
        {users.value ? (
          <MemberList users={users.value} chosen={chosen.value} toggle={toggle} />
        ) : problem.value ? (
          <Failure problem={problem.value} retry={load} />
        ) : (
          <SkeletonRows rows={6} />
        )}
      </div>
      <div class="dialog-foot">
        <p class="reach">{t("count.people", { n: chosen.value.size })}</p>
        <span class="spring" />
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" disabled={!users.value} busy={form.busy} onClick={() => void save()}>
          {t("action.save")}
        </Button>
      </div>
    </Dialog>
  );
}
