// Reading from the server into components: one value by key, or a list that grows by its cursor. What was read before
// is shown again at once and refreshed behind it, so that going back never blinks. No writes here.
import { useEffect, useMemo } from "preact/hooks";
import { signal, type Signal } from "@preact/signals";
import { isProblem, Problem } from "./http.ts";
import type { Page } from "./wire.ts";

export interface Resource<T> {
  data: Signal<T | undefined>;
  problem: Signal<Problem | null>;
  loading: Signal<boolean>;
  reload: () => Promise<void>;
}

export interface Listing<T> extends Resource<T[]> {
  next: Signal<string | null>;
  more: () => Promise<void>;
}

const remembered = new Map<string, unknown>();

/** What a key stood for before, or something new that it stands for from now on. */
export function remember<T>(key: string, make: () => T): T {
  const known = remembered.get(key) as T | undefined;
  const value = known ?? make();
  remembered.set(key, value);
  return value;
}

/** Forgets everything, because another user may come. */
export function forgetAll(): void {
  remembered.clear();
}

export function asProblem(error: unknown): Problem {
  if (isProblem(error)) return error;
  throw error;
}

function makeResource<T>(read: () => Promise<T>): Resource<T> {
  const data = signal<T | undefined>(undefined);
  const problem = signal<Problem | null>(null);
  const loading = signal(false);
  let turn = 0;
  async function reload(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const value = await read();
      if (mine !== turn) return;
      data.value = value;
      problem.value = null;
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }
  return { data, problem, loading, reload };
}

/** One value. It is read again whenever a component that uses it is mounted. */
export function useResource<T>(key: string, read: () => Promise<T>): Resource<T> {
  const resource = useMemo(() => remember(key, () => makeResource(read)), [key]);
  useEffect(() => void resource.reload(), [resource]);
  return resource;
}

function makeListing<T>(read: (cursor: string | null) => Promise<Page<T>>): Listing<T> {
  const next = signal<string | null>(null);
  const inner = makeResource(async () => {
    const page = await read(null);
    next.value = page.next;
    return page.items;
  });
  async function more(): Promise<void> {
    const cursor = next.value;
    if (!cursor || inner.loading.value) return;
    inner.loading.value = true;
    try {
      const page = await read(cursor);
      if (next.value !== cursor) return;
      inner.data.value = [...(inner.data.value ?? []), ...page.items];
      next.value = page.next;
      inner.problem.value = null;
    } catch (error) {
      inner.problem.value = asProblem(error);
    } finally {
      inner.loading.value = false;
    }
  }
  return { ...inner, next, more };
}

/** A list of pages. */
export function useListing<T>(key: string, read: (cursor: string | null) => Promise<Page<T>>): Listing<T> {
  const listing = useMemo(() => remember(key, () => makeListing(read)), [key]);
  useEffect(() => void listing.reload(), [listing]);
  return listing;
}
