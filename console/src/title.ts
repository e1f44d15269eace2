// The title of the tab, one per page. The unread count in front of it is the client's.
import { useEffect } from "preact/hooks";

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Bellwire`;
  }, [title]);
}
