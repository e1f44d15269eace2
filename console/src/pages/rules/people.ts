// The users and groups that rules name, for choosing and for showing. Whoever may not list them gets none.
import { api } from "../../http.ts";
import { useResource } from "../../resource.ts";
import type { Group, Page } from "../../wire.ts";
import { everybody, orNone } from "../records/directory.ts";

export interface People {
  users: { id: string; name: string; email: string | null }[];
  groups: { code: string; name: string }[];
}

const NOBODY: People = { users: [], groups: [] };

async function read(): Promise<People> {
  const [users, groups] = await Promise.all([orNone(everybody()), orNone(api.get<Page<Group>>("/v1/groups"))]);
  return {
    users: users.filter(({ state }) => state !== "locked").map(({ id, name, email }) => ({ id, name, email })).sort((a, b) => a.name.localeCompare(b.name)),
    groups: groups.map(({ code, name }) => ({ code, name })),
  };
}

export function usePeople(): People {
  return useResource("rules/people", read).data.value ?? NOBODY;
}
