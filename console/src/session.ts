// Who is signed in, on which server: the two answers that every page needs, and the ways in and out.
// What the pages look like while it is unknown is app.tsx's affair.
import { computed, signal } from "@preact/signals";
import { api, isProblem, whenSignedOut, type Problem } from "./http.ts";
import { browserLanguage, setLanguage } from "./i18n/index.ts";
import { forgetAll } from "./resource.ts";
import type { Choose, Session, Status } from "./wire.ts";

export const status = signal<Status | null>(null);
/** undefined: not known yet; null: nobody. */
export const session = signal<Session | null | undefined>(undefined);
export const startProblem = signal<Problem | null>(null);
/** Set when a session ended by itself, so that the sign-in page can say so. */
export const endedByItself = signal(false);

export const isAdministrator = computed(() => session.value?.user.role === "administrator");
export const maySend = computed(() => session.value?.rights.may_send_notifications === true || isAdministrator.value);
export const mayEditRules = computed(() => session.value?.rights.may_edit_rules === true || isAdministrator.value);
export const zone = computed(() => session.value?.user.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);

/** Takes a fresh answer of the server as the session. */
export async function enter(next: Session): Promise<void> {
  await setLanguage(next.user.language);
  forgetAll();
  endedByItself.value = false;
  session.value = next;
}

function leave(): void {
  forgetAll();
  session.value = null;
}

export async function startSession(): Promise<void> {
  whenSignedOut(() => {
    if (!session.value) return;
    endedByItself.value = true;
    leave();
  });
  startProblem.value = null;
  const words = setLanguage(browserLanguage());
  try {
    const [state, who] = await Promise.all([
      api.get<Status>("/v1/status"),
      api.get<Session>("/v1/session", { anonymous: true }).catch((error: unknown) => {
        if (isProblem(error) && error.status === 401) return null;
        throw error;
      }),
      words,
    ]);
    status.value = state;
    if (who) await enter(who);
    else session.value = null;
  } catch (error) {
    if (isProblem(error)) startProblem.value = error;
    else throw error;
  }
}

/** Asks for the session again, after a change of name, language, zone or rights. */
export async function refreshSession(): Promise<void> {
  await adopt(await api.get<Session>("/v1/session"));
}

/** The same user with another name, language or other rights. */
async function adopt(fresh: Session): Promise<void> {
  await setLanguage(fresh.user.language);
  session.value = fresh;
}

export async function signIn(email: string, password: string, account?: string): Promise<Choose | null> {
  const body = account ? { email, password, account } : { email, password };
  const answer = await api.post<Session | Choose>("/v1/session", body, { anonymous: true });
  if ("choose" in answer) return answer;
  await enter(answer);
  return null;
}

export async function signOut(everywhere = false): Promise<void> {
  if (everywhere) await api.post("/v1/session/sign-out-everywhere");
  else await api.delete("/v1/session");
  leave();
}

/** Looks who the cookie says that we are: nobody any more, or somebody else, because all windows share it. */
export async function checkSession(): Promise<void> {
  if (session.value === undefined) return;
  try {
    const fresh = await api.get<Session>("/v1/session", { anonymous: true });
    if (fresh.user.id !== session.value?.user.id) await enter(fresh);
    else if (JSON.stringify(fresh) !== JSON.stringify(session.value)) await adopt(fresh);
  } catch (error) {
    if (!isProblem(error) || error.status !== 401 || !session.value) return;
    endedByItself.value = true;
    leave();
  }
}

/** Another window of this browser may have signed out, or in as somebody else. */
export function watchOtherWindows(): void {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void checkSession();
  });
}
