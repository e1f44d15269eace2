// The end of a list that has further pages: a button, and where wished what presses it before the end is in sight.
import type { JSX } from "preact";
import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Button } from "./button.tsx";

export interface Paged {
  readonly next: ReadonlySignal<string | null>;
  readonly loading: ReadonlySignal<boolean>;
  more(): Promise<void>;
}

export function More({ list }: { list: Paged }): JSX.Element | null {
  if (!list.next.value) return null;
  return (
    <div class="load-more">
      <Button busy={list.loading.value} onClick={() => void list.more()}>
        {t("list.more")}
      </Button>
    </div>
  );
}

/** The same, and it reads on by itself. */
export function ReadOn({ list, length }: { list: Paged; length: number }): JSX.Element | null {
  const ref = useRef<HTMLDivElement>(null);
  const further = list.next.value !== null;
  useEffect(() => {
    if (!ref.current) return;
    const watcher = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && void list.more(), { rootMargin: "600px" });
    watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, [list, length, further]);
  return <div ref={ref}>{further ? <More list={list} /> : null}</div>;
}
