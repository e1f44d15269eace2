// A banner: severity, words, a countdown to a maintenance window and then to its end, a link, and a cross unless it must
// stay. Which banners stand is banners.tsx's.
import type { JSX } from "preact";
import { present, now } from "../format.ts";
import { language, t } from "../i18n/index.ts";
import { RichText } from "../rich-text.tsx";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { severityIcon } from "../ui/kind.tsx";
import type { Severity } from "../wire.ts";
import "../styles/banner.css";

export interface BannerProps {
  severity: Severity;
  title: string;
  body: string;
  from: string | null;
  to: string | null;
  link: string | null;
  close: (() => void) | null;
}

/** "3 d 4 h", "2 h 5 min", "40 s": the two largest parts. */
export function span(ms: number, language: string): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "day"],
    [Math.floor(seconds / 3600) % 24, "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds < 3600 ? seconds % 60 : 0, "second"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? [parts[3]!] : parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => count.toLocaleString(language, { style: "unit", unit, unitDisplay: "short" })).join(" ");
}

function Countdown({ from, to }: { from: string; to: string }): JSX.Element {
  // Read, so that it is drawn anew as time passes.
  void now.value;
  const at = present();
  const begins = Date.parse(from);
  const key = at < begins ? "banner.begins_in" : "banner.ends_in";
  return (
    <span class="banner-time" role="timer">
      {t(key, { span: span((at < begins ? begins : Date.parse(to)) - at, language.value) })}
    </span>
  );
}

export function BannerView({ severity, title, body, from, to, link, close }: BannerProps): JSX.Element {
  return (
    <div class={`banner ${severity}`}>
      <Icon name={severityIcon(severity)} />
      <div class="banner-text">
        {title ? <RichText inline class="banner-title" html={title} /> : null} <RichText inline html={body} />
      </div>
      {from && to ? <Countdown from={from} to={to} /> : null}
      {link ? (
        <a class="banner-link" href={link}>
          {t("banner.more")}
        </a>
      ) : null}
      {close ? <IconButton icon="close" label={t("banner.close")} onClick={close} /> : null}
    </div>
  );
}
