// Keeps numbers of the sender's pages current while somebody looks at them. The stream carries only one's own inbox, so
// who else has read a message is asked again every few seconds, and at once when the tab comes back.
import { useEffect, useRef } from "preact/hooks";

const EVERY_MS = 4_000;

export function useRefresh(refresh: () => void, active: boolean): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    if (!active) return;
    const look = () => {
      if (!document.hidden) latest.current();
    };
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [active]);
}
