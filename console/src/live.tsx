// The bridge to client/: one client for the signed-in user, its store as signals, and its two elements as components.
// The order and the filters of the notifications page are its own (pages/notifications/list.ts).
import { computed, effect, signal } from "@preact/signals";
import type { HTMLAttributes, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { createClient } from "../../client/src/elements/shared.ts";
import type { Client } from "../../client/src/core/client.ts";
import type { ClientEvents } from "../../client/src/core/options.ts";
import "../../client/src/define.ts";
import { openComposer } from "./compose/state.ts";
import { present } from "./format.ts";
import { t } from "./i18n/index.ts";
import { openTask } from "./pages/tasks/state.ts";
import { go, path } from "./router.ts";
import { checkSession, maySend, session } from "./session.ts";
import { say } from "./ui/toast.tsx";
import type { Item } from "./wire.ts";

const client = signal<Client | null>(null);
/** Grows with every change of the store; reading it makes a component follow. */
export const storeVersion = signal(0);
/** Counts the times that the connection came back: lists are read again, in case something was missed. */
export const restarts = signal(0);

export const unread = computed(() => {
  storeVersion.value;
  return client.value?.store.unread ?? 0;
});

const listeners = new Set<(item: Item) => void>();

/** Calls back with every item that arrives or changes; returns what ends that. */
export function onItem(run: (item: Item) => void): () => void {
  listeners.add(run);
  return () => listeners.delete(run);
}

/** Announcements that stand across the top of the page and not as popups. */
export const banners = computed((): Item[] => {
  storeVersion.value;
  return client.value?.store.standing().filter(isBanner) ?? [];
});

function isBanner(item: Item): boolean {
  return item.announcement?.form === "banner";
}

/** The client of the signed-in user. */
export function inbox(): Client {
  if (!client.value) throw new Error("nobody is signed in");
  return client.value;
}

export function putItems(items: readonly Item[]): void {
  client.peek()?.store.put(items);
}

/** The item as it is now, with what the user has just done to it; as it was when the store has let go of it. */
export function viewOf(item: Item): Item {
  return client.peek()?.store.get(item.id) ?? item;
}

export function itemById(id: string): Item | null {
  storeVersion.value;
  return client.value?.store.get(id) ?? null;
}

/** The operator's pages have no inbox, whoever else is signed in in this browser. */
const isOperators = computed(() => /^\/operator(\/|$)/.test(path.value));

/** What identifies a client: another user, language or zone makes another one. */
const identity = computed(() => {
  const user = isOperators.value ? null : session.value?.user;
  return user ? [user.id, user.language, user.zone, String(maySend.value)].join("|") : null;
});

function takenBack(error: ClientEvents["error"]): string {
  if (error.status === 0) return t("error.taken_back_offline");
  return error.problem.detail || t("error.taken_back");
}

/** Keeps a client for as long as somebody is signed in. */
export function startLive(): void {
  effect(() => {
    const user = identity.value ? session.peek()?.user : null;
    if (!user) return;
    const made = createClient({ user: user.id, language: user.language, zone: user.zone, mayCreate: maySend.peek(), mayCreateTask: true });
    if (session.peek()?.demo) made.env.now = present;
    let wasLive = made.state === "live";
    const stops = [
      made.on("state", (state) => {
        if (state !== "live") return;
        if (wasLive) restarts.value += 1;
        wasLive = true;
      }),
      made.store.subscribe(() => (storeVersion.value = storeVersion.peek() + 1)),
      made.on("item", ({ item }) => listeners.forEach((run) => run(item))),
      // Changed on another device; what was set here is known already.
      made.on("session", ({ user }) => {
        const known = session.peek()?.user;
        if (user.language !== known?.language || user.zone !== known.zone) void checkSession();
      }),
      made.on("signedout", () => void checkSession()),
      made.on("error", (error) => say(takenBack(error), { bad: true })),
    ];
    client.value = made;
    return () => {
      stops.forEach((stop) => stop());
      // Another language makes another client; nobody signed in silences every tab.
      if (session.peek()) made.stop();
      else made.signOut();
      client.value = null;
    };
  });
}

interface NavigateDetail {
  url: string;
}

/** Links of notifications to the console's own pages are followed without a reload. */
function followInside(event: Event): void {
  const url = new URL((event as CustomEvent<NavigateDetail>).detail.url, location.href);
  if (url.origin !== location.origin || !/^\/(notifications|tasks|orders|customers|sent|settings|action-log|profile)(\/|$)/.test(url.pathname)) return;
  event.preventDefault();
  go(url.pathname + url.search);
}

/** The bell's + offers both. */
function wantsTask(event: Event): boolean {
  return (event as CustomEvent<{ what?: string } | null>).detail?.what === "task";
}

function useElementEvents(ref: { current: HTMLElement | null }): void {
  useEffect(() => {
    const element = ref.current;
    // The demo's clock is moved by hand, and what is late is so by that one.
    if (element && session.peek()?.demo) Object.assign(element, { now: present });
    const create = (event: Event) => (wantsTask(event) ? openTask() : openComposer());
    element?.addEventListener("bellwire:create", create);
    element?.addEventListener("bellwire:before-navigate", followInside);
    return () => {
      element?.removeEventListener("bellwire:create", create);
      element?.removeEventListener("bellwire:before-navigate", followInside);
    };
  }, []);
}

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "bellwire-bell": HTMLAttributes<HTMLElement>;
      "bellwire-popups": HTMLAttributes<HTMLElement>;
    }
  }
}

export function BellElement(): JSX.Element {
  const ref = useRef<HTMLElement>(null);
  useElementEvents(ref);
  return <bellwire-bell ref={ref} />;
}

/** A banner has a place of its own in the shell. */
function leaveBanners(event: Event): void {
  if (isBanner((event as CustomEvent<{ item: Item }>).detail.item)) event.preventDefault();
}

export function PopupsElement(): JSX.Element {
  const ref = useRef<HTMLElement>(null);
  useElementEvents(ref);
  useEffect(() => ref.current?.addEventListener("bellwire:before-show", leaveBanners), []);
  return <bellwire-popups ref={ref} />;
}
