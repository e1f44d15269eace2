/**
 * What a host in React writes, as the documentation shows it: checked by the compiler and never run. The two elements are made
 * known to JSX once, with their attributes.
 */
import { useEffect, useRef, useState, type DetailedHTMLProps, type HTMLAttributes, type JSX } from "react";
import { createClient, type BellwireBell, type BellwirePopups } from "../../src/index.js";
import "../../src/define.js";

type Props<E extends HTMLElement> = DetailedHTMLProps<HTMLAttributes<E>, E>;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "bellwire-bell": Props<BellwireBell> & { server?: string; "token-url"?: string; create?: "" | "task" | "notification task" };
      "bellwire-popups": Props<BellwirePopups> & { attention?: "none"; hotkey?: string };
    }
  }
}

const client = createClient({ server: "https://bellwire.example", user: "7", token: () => fetch("/my/bellwire-token").then((r) => r.json()) });

export function useUnread(): number {
  const [count, setCount] = useState(client.store.unread);
  useEffect(() => client.store.subscribe(() => setCount(client.store.unread)), []);
  return count;
}

export function Header({ go }: { go: (path: string) => void }): JSX.Element {
  const bell = useRef<BellwireBell>(null);
  useEffect(() => {
    const element = bell.current;
    const follow = (event: HTMLElementEventMap["bellwire:before-navigate"]) => {
      const url = new URL(event.detail.url);
      if (url.origin !== location.origin) return;
      event.preventDefault();
      go(url.pathname);
    };
    element?.addEventListener("bellwire:before-navigate", follow);
    return () => element?.removeEventListener("bellwire:before-navigate", follow);
  }, [go]);
  return (
    <header>
      <button onClick={() => bell.current?.open()}>{useUnread()}</button>
      <bellwire-bell ref={bell} server="https://bellwire.example" token-url="/my/bellwire-token" create="notification task" />
      <bellwire-popups attention="none" />
      {/* @ts-expect-error nothing else can be created */}
      <bellwire-bell create="order" />
    </header>
  );
}
