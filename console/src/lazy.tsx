// Pages that are not needed for the first look are fetched when they are opened, with the texts that only they have. If
// that fails, because the network or a newer version of the server took a file away, the page says so and offers to load
// afresh.
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { Problem } from "./http.ts";
import { withAllTexts } from "./i18n/index.ts";
import { Failure, SkeletonRows } from "./ui/states.tsx";

export interface LazyOptions {
  /** Drawn until it is there. */
  waiting?: () => JSX.Element | null;
  /** All that it says is among the texts of the first look. */
  isFirst?: boolean;
}

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>, { waiting = () => <SkeletonRows />, isFirst = false }: LazyOptions = {}): ComponentType<P> {
  const loaded = signal<{ component: ComponentType<P> } | null>(null);
  const failed = signal(false);
  const fetchIt = () => {
    failed.value = false;
    (isFirst ? load() : withAllTexts(load()))
      .then((component) => (loaded.value = { component }))
      .catch(() => (failed.value = true));
  };
  return function Lazy(props: P): JSX.Element | null {
    useEffect(() => {
      if (!loaded.peek()) fetchIt();
    }, []);
    if (failed.value) return <Failure problem={new Problem(0, "", "", "", [], null)} retry={() => location.reload()} />;
    const Component = loaded.value?.component;
    return Component ? <Component {...props} /> : waiting();
  };
}
