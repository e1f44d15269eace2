// All triggers and all templates of the account, for the choices that a rule makes among them.
import { api, withQuery } from "../../../http.ts";
import { useResource } from "../../../resource.ts";
import type { Page } from "../../../wire.ts";
import type { Template, Trigger } from "../../../wire-rules.ts";

const PAGE = 100;

export async function readAll<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await api.get<Page<T>>(withQuery(path, { cursor, limit: PAGE }));
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

const NO_TEMPLATES: Template[] = [];
const NO_TRIGGERS: Trigger[] = [];

export function useTemplates(): Template[] {
  return useResource("all-templates", () => readAll<Template>("/v1/templates")).data.value ?? NO_TEMPLATES;
}

export function useTriggers(): Trigger[] {
  return useResource("all-triggers", () => readAll<Trigger>("/v1/triggers")).data.value ?? NO_TRIGGERS;
}
