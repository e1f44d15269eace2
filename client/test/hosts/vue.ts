/**
 * What a host in Vue writes, as the documentation shows it: checked by the compiler and never run.
 */
import { defineComponent, h, onUnmounted, ref, type DefineComponent, type Ref } from "vue";
import { createClient, type BellwireBell } from "../../src/index.js";
import "../../src/define.js";

/** Makes the elements known to templates. */
declare module "vue" {
  interface GlobalComponents {
    "bellwire-bell": DefineComponent<{ server?: string; tokenUrl?: string; create?: "" | "task" | "notification task" }>;
    "bellwire-popups": DefineComponent<{ attention?: "none"; hotkey?: string }>;
  }
}

const client = createClient({ server: "https://bellwire.example", user: "7", token: async () => (await fetch("/my/bellwire-token")).json() });

export function useUnread(): Ref<number> {
  const count = ref(client.store.unread);
  onUnmounted(client.store.subscribe(() => (count.value = client.store.unread)));
  return count;
}

export const Header = defineComponent(() => {
  const bell = ref<BellwireBell | null>(null);
  const count = useUnread();
  const follow = (event: HTMLElementEventMap["bellwire:before-navigate"]) => {
    if (event.detail.url.startsWith(location.origin)) event.preventDefault();
  };
  return () => [
    h("button", { onClick: () => bell.value?.open() }, count.value),
    h("bellwire-bell", { ref: bell, server: "https://bellwire.example", "onBellwire:before-navigate": follow }),
    h("bellwire-popups"),
  ];
});

// @ts-expect-error a state that there is not
export const isOff: boolean = client.state === "off";
