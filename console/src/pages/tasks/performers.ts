// Who can be given a task: oneself, the groups, the people. Whoever may not read them gets fewer to choose from.
import { api } from "../../http.ts";
import { useResource } from "../../resource.ts";
import { session } from "../../session.ts";
import type { Group, Page, Performer, TaskState } from "../../wire.ts";
import { everybody, orNone } from "../records/directory.ts";

export interface Choice {
  /** `user:ID` or `group:CODE`: the value in forms and in the address, where a user is his id alone. */
  key: string;
  type: "user" | "group";
  id: string;
  name: string;
  state: NonNullable<TaskState["performer"]>;
}

export interface Performers {
  groups: Choice[];
  people: Choice[];
  groupCode: (id: string) => string | null;
  isRead: boolean;
}

function person({ id, name }: { id: string; name: string }): Choice {
  return { key: `user:${id}`, type: "user", id, name, state: { user: id } };
}

function group({ id, code, name }: Group): Choice {
  return { key: `group:${code}`, type: "group", id, name, state: { group: code } };
}

interface Read {
  groups: Group[];
  people: { id: string; name: string }[];
}

async function read(): Promise<Read> {
  const [groups, users] = await Promise.all([orNone(api.get<Page<Group>>("/v1/groups")), orNone(everybody())]);
  const people = users.filter((user) => user.state !== "locked").sort((a, b) => a.name.localeCompare(b.name));
  return { groups, people };
}

/** Oneself first, then the groups and the others. */
export function usePerformers(): Performers {
  const found = useResource<Read>("performers", read).data.value;
  const me = session.value?.user;
  const groups = found?.groups ?? [];
  const others = (found?.people ?? []).filter(({ id }) => id !== me?.id);
  return {
    groups: groups.map(group),
    people: [...(me ? [person(me)] : []), ...others.map(person)],
    groupCode: (id) => groups.find((known) => known.id === id || known.code === id)?.code ?? null,
    isRead: found !== undefined,
  };
}

/** A performer as he is sent. */
export function performerState(performer: Performer | null, groupCode: (id: string) => string | null): TaskState["performer"] {
  if (!performer) return null;
  return performer.type === "user" ? { user: performer.id } : { group: groupCode(performer.id) ?? performer.id };
}
