// What the codes and ids in records stand for: reference lists, sites, custom fields, and the people who can be made
// responsible. Whoever may not read one of them gets it empty, and the pages offer less.
import { api, isProblem, withQuery } from "../../http.ts";
import { useResource } from "../../resource.ts";
import type { CustomField, Entry, Page, RecordType, ReferenceList, Site, User } from "../../wire.ts";

export interface Directory {
  lists: ReadonlyMap<string, Entry[]>;
  sites: Site[];
  people: { id: string; name: string }[];
  custom: CustomField[];
  /** False until it has been read. */
  isRead: boolean;
}

const NOTHING: Directory = { lists: new Map(), sites: [], people: [], custom: [], isRead: false };

/** What is read, or nothing where it may not be. */
export async function orNone<T>(reading: Promise<{ items: T[] }>): Promise<T[]> {
  try {
    return (await reading).items;
  } catch (error) {
    if (isProblem(error) && (error.status === 403 || error.status === 404)) return [];
    throw error;
  }
}

export async function everybody(): Promise<{ items: User[] }> {
  const items: User[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<User> = await api.get<Page<User>>(withQuery("/v1/users", { cursor, limit: 100 }));
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return { items };
}

async function read(type: RecordType): Promise<Directory> {
  const [lists, sites, custom, users] = await Promise.all([
    orNone(api.get<{ items: ReferenceList[] }>("/v1/reference-lists")),
    orNone(api.get<{ items: Site[] }>("/v1/sites")),
    orNone(api.get<{ items: CustomField[] }>(withQuery("/v1/custom-fields", { record_type: type }))),
    orNone(everybody()),
  ]);
  const people = users.filter((user) => user.state !== "locked").map(({ id, name }) => ({ id, name }));
  people.sort((a, b) => a.name.localeCompare(b.name));
  return { lists: new Map(lists.map(({ list, entries }) => [list, entries])), sites, custom, people, isRead: true };
}

/** Read when the page opens; what it was before is good until then. */
export function useDirectory(type: RecordType): Directory {
  return useResource(`directory/${type}`, () => read(type)).data.value ?? NOTHING;
}

export function entriesOf(directory: Directory, list: string): Entry[] {
  return directory.lists.get(list) ?? [];
}
