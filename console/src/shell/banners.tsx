// The banners across the top of every page: announcements of that form that stand. They come, change and go by the stream,
// and one that is closed is closed in every tab.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { t } from "../i18n/index.ts";
import { banners, inbox } from "../live.tsx";
import { safeHref } from "../../../client/src/text/body.ts";
import { BannerView } from "./banner-view.tsx";

/** Draws itself anew each second while a countdown runs. */
function useSeconds(isOn: boolean): void {
  const tick = useSignal(0);
  void tick.value;
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = window.setInterval(() => (tick.value += 1), 1000);
    return () => clearInterval(timer);
  }, [isOn]);
}

export function Banners(): JSX.Element | null {
  const items = banners.value;
  useSeconds(items.some((item) => item.announcement?.from));
  if (!items.length) return null;
  return (
    <section class="banners" aria-label={t("banner.label")}>
      {items.map((item) => (
        <BannerView
          key={item.id}
          severity={item.severity}
          title={item.title}
          body={item.body}
          from={item.announcement?.from ?? null}
          to={item.announcement?.to ?? null}
          link={item.link ? (safeHref(item.link, location.origin)?.href ?? null) : null}
          close={item.announcement?.mandatory ? null : () => void inbox().close([item.id], "user")}
        />
      ))}
    </section>
  );
}
