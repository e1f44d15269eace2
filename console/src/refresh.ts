// Keeps a page current while somebody looks at it. The stream carries only one's own inbox, so what happens beside it
// (who has read a message, which orders changed) is asked again every few seconds, and at once when the tab comes back.
import { useEffect, useRef } from "preact/hooks";

const EVERY_MS = 4_000;

export function useRefresh(refresh: () => void, active: boolean, every = EVERY_MS): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    if (!active) return;
    const look = () => {
      if (!document.hidden) latest.current();
    };
    const timer = setInterval(look, every);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [active, every]);
}
