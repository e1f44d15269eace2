// What an administrator does to one user from the list. Locking and removing have their undo; a reset of the password
// gives a link to hand over.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import type { User } from "../../wire.ts";
import { CopyBox } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";
import { attempt, say } from "../../ui/toast.tsx";
import { PreferencesForm } from "../preferences/form.tsx";
import { EraseDialog, saveExport } from "../person.tsx";

function pathOf(user: User, verb = ""): string {
  return `/v1/users/${encodeURIComponent(user.id)}${verb}`;
}

async function setLocked(user: User, locked: boolean, changed: () => void): Promise<void> {
  const done = await attempt(() => api.post(pathOf(user, locked ? "/lock" : "/unlock")));
  changed();
  if (!done) return;
  say(t(locked ? "users.locked" : "users.unlocked", { name: user.name }), {
    undo: async () => {
      await api.post(pathOf(user, locked ? "/unlock" : "/lock"));
      changed();
    },
  });
}

async function remove(user: User, changed: () => void): Promise<void> {
  const done = await attempt(() => api.delete(pathOf(user)));
  changed();
  if (!done) return;
  say(t("users.removed", { name: user.name }), {
    undo: async () => {
      await api.post(pathOf(user, "/restore"));
      changed();
    },
  });
}

async function signOutUser(user: User): Promise<void> {
  if (await attempt(() => api.post(pathOf(user, "/sign-out")))) say(t("users.signed_out", { name: user.name }));
}

/** A link that is shown once, to be handed over by whatever means there are. */
export function LinkDialog({ title, text, url, onClose }: { title: string; text: string; url: string; onClose: () => void }): JSX.Element {
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-body">
        <p class="prose">{text}</p>
        <CopyBox text={url} label={title} />
      </div>
    </Dialog>
  );
}

export function UserMenu({ user, edit, changed }: { user: User; edit: () => void; changed: () => void }): JSX.Element {
  const link = useSignal<string | null>(null);
  const choosing = useSignal(false);
  async function reset(): Promise<void> {
    await attempt(async () => {
      link.value = (await api.post<{ url: string }>(pathOf(user, "/reset-password"))).url;
    });
  }
  const locked = user.state === "locked";
  const erasing = useSignal(false);
  return (
    <>
      <Drop label={t("users.menu", { name: user.name })} menu align="end" faceClass="icon-button" face={<Icon name="dots" />}>
        {(close) => (
          <>
            <MenuItem icon="pencil" onClick={() => (close(), edit())}>
              {t("action.edit")}
            </MenuItem>
            <MenuItem icon="bell" onClick={() => (close(), void (choosing.value = true))}>
              {t("users.preferences")}
            </MenuItem>
            <MenuItem icon="link" onClick={() => (close(), void reset())}>
              {user.state === "invited" ? t("users.new_invitation") : t("users.reset_password")}
            </MenuItem>
            <MenuItem icon="signOut" onClick={() => (close(), void signOutUser(user))}>
              {t("users.sign_out")}
            </MenuItem>
            <MenuItem icon={locked ? "unlock" : "lock"} onClick={() => (close(), void setLocked(user, !locked, changed))}>
              {locked ? t("users.unlock") : t("users.lock")}
            </MenuItem>
            <hr />
            <MenuItem icon="trash" bad onClick={() => (close(), void remove(user, changed))}>
              {t("users.remove")}
            </MenuItem>
            <MenuItem icon="link" onClick={() => (close(), void saveExport(pathOf(user), `user-${user.number}`))}>
              {t("person.export")}
            </MenuItem>
            <MenuItem icon="trash" bad onClick={() => (close(), (erasing.value = true))}>
              {t("person.erase")}
            </MenuItem>
          </>
        )}
      </Drop>
      {choosing.value ? (
        <Dialog title={t("users.preferences_of", { name: user.name })} onClose={() => (choosing.value = false)}>
          <PreferencesForm path={pathOf(user, "/preferences")} done={() => (choosing.value = false)} />
        </Dialog>
      ) : null}
      {erasing.value ? <EraseDialog kind="user" path={pathOf(user)} name={user.name} onClose={() => (erasing.value = false)} done={changed} /> : null}
      {link.value ? (
        <LinkDialog title={t("users.reset_title", { name: user.name })} text={t("users.reset_text")} url={link.value} onClose={() => (link.value = null)} />
      ) : null}
    </>
  );
}
