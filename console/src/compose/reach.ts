// How many people a draft will reach: asked from the server a moment after the audience stops changing. It counts
// only; the body that goes along is whatever there is, because the server wants one.
import { useEffect, useRef } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";
import { api } from "../http.ts";
import type { Draft } from "./draft.ts";

export interface Reach {
  /** null while it is being asked or could not be answered. */
  people: number | null;
  asking: boolean;
}

const PAUSE = 200;

export function useReach(draft: Draft): Signal<Reach> {
  const reach = useSignal<Reach>({ people: 0, asking: false });
  const timer = useRef(0);
  const groups = draft.groups.join("\n");
  const users = draft.users.map((user) => user.id).join("\n");
  useEffect(() => {
    clearTimeout(timer.current);
    if (!groups && !users) {
      reach.value = { people: 0, asking: false };
      return;
    }
    const abort = new AbortController();
    reach.value = { people: reach.peek().people, asking: true };
    timer.current = window.setTimeout(async () => {
      const body = { body: "…", groups: groups ? groups.split("\n") : [], users: users ? users.split("\n") : [] };
      try {
        const answer = await api.post<{ recipients: number }>("/v1/notifications/preview", body, { signal: abort.signal });
        reach.value = { people: answer.recipients, asking: false };
      } catch {
        if (!abort.signal.aborted) reach.value = { people: null, asking: false };
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer.current);
      abort.abort();
    };
  }, [groups, users]);
  return reach;
}
