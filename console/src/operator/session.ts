// Which operator is signed in, and calls that end his session when the server says that it is over. A user's session in the
// same browser is none of it.
import { signal } from "@preact/signals";
import { isProblem, request } from "../http.ts";
import { browserLanguage, isLanguage, setLanguage } from "../i18n/index.ts";
import { forgetAll } from "../resource.ts";
import type { Language } from "../wire.ts";

export interface Operator {
  id: string;
  name: string;
  email: string;
  language: Language | null;
  version: string;
}

/** undefined: not known yet; null: nobody. */
export const operator = signal<Operator | null | undefined>(undefined);
export const endedByItself = signal(false);

async function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  try {
    return await request<T>(method, path, { anonymous: true, ...(body === undefined ? {} : { body }), ...(key === undefined ? {} : { key }) });
  } catch (error) {
    if (isProblem(error) && error.status === 401 && operator.peek()) {
      endedByItself.value = true;
      leave();
    }
    throw error;
  }
}

export const api = {
  get: <T>(path: string) => call<T>("GET", path),
  /** `key`: of a call that is not to happen twice. */
  post: <T>(path: string, body: unknown = {}, key?: string) => call<T>("POST", path, body, key),
  put: <T>(path: string, body: unknown) => call<T>("PUT", path, body),
  patch: <T>(path: string, body: unknown) => call<T>("PATCH", path, body),
  delete: (path: string) => call<undefined>("DELETE", path),
};

async function enter(who: Operator): Promise<void> {
  await setLanguage(isLanguage(who.language) ? who.language : browserLanguage());
  forgetAll();
  endedByItself.value = false;
  operator.value = who;
}

function leave(): void {
  forgetAll();
  operator.value = null;
}

export async function startOperator(): Promise<void> {
  try {
    await enter(await api.get<Operator>("/v1/operator/session"));
  } catch (error) {
    if (!isProblem(error)) throw error;
    operator.value = null;
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  await enter(await api.post<Operator>("/v1/operator/session", { email, password }));
}

export async function takeLink(token: string, password: string): Promise<void> {
  await enter(await api.post<Operator>("/v1/operator/links/use", { token, password }));
}

/** The demo has nothing to hide. */
export async function becomeOperator(): Promise<void> {
  await enter(await api.post<Operator>("/v1/demo/operator"));
}

export async function signOut(): Promise<void> {
  await api.delete("/v1/operator/session");
  leave();
}

export async function chooseLanguage(language: Language): Promise<void> {
  const who = await api.patch<Operator>("/v1/operator/session", { language });
  await setLanguage(language);
  operator.value = who;
}
