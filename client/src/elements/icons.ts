/**
 * The icons, as path data on a 24 by 24 grid, after Lucide (ISC licence).
 *
 * Deliberately not here: size and colour, which are the stylesheets', and icons of the panel alone (panel.ts).
 */
import type { Item } from "../core/types.js";

export const ICONS = {
  bell: "M6 8a6 6 0 0 1 12 0c0 7 3 9 3 9H3s3-2 3-9M10.3 21a2 2 0 0 0 3.4 0",
  task: "M20 13a8 8 0 1 1-16 0 8 8 0 0 1 16 0ZM12 9v4l2 2M5 3 2 6M22 6l-3-3",
  one_time: "m3 11 18-5v12L3 14zM11.6 16.8a3 3 0 1 1-5.8-1.6",
  system: "M6 2 3 6v14a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2V6l-3-4zM3 6h18M16 10a4 4 0 0 1-8 0",
  customer: "M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2M16 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z",
  custom: "M13 2 3 14h9l-1 8 10-12h-9z",
  announcement: "M12 3c1 7 2 8 9 9-7 1-8 2-9 9-1-7-2-8-9-9 7-1 8-2 9-9z",
  close: "M18 6 6 18M6 6l12 12",
} as const;

const SVG = "http://www.w3.org/2000/svg";

export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** The icon of an item's kind; a system item shows what its record is. */
export function iconOf({ kind, record }: Item): string {
  return (kind === "system" && record?.type === "customer" ? ICONS.customer : ICONS[kind]) ?? ICONS.bell;
}
