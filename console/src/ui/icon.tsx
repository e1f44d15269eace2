// The icons of the pages: Lucide's paths drawn as our own svg elements, only those named here. Which icon stands for
// which kind is kind.tsx's business.
import {
  AlarmClockPlus, Archive, ArchiveRestore, ArrowDown, ArrowLeft, ArrowRight, ArrowUp, BellRing, Bold, Calendar, Check, CheckCheck, ChevronDown, ChevronLeft, ChevronRight,
  CircleAlert, CircleCheck, Clock, Copy, Ellipsis, ExternalLink, FileText, Filter, Globe, Info, Italic, KeyRound, Keyboard, Languages,
  Link, List, ListOrdered, Lock, LockOpen, LogOut, Mail, MailOpen, Monitor, Moon, Pause, Pencil, Pilcrow, Play, Plus, RotateCcw,
  Search, Send, Settings, ShieldCheck, SlidersHorizontal, Store, Sun, Trash2, TriangleAlert, Undo2, Unlink, UserPlus, Users, WifiOff, X,
} from "lucide";
import type { JSX } from "preact";

/** The kinds wear the same simpler shapes in the lists as client/ draws in the bell and the popups. */
const KIND_SHAPES: Record<"bell" | "alarm" | "megaphone" | "bag" | "user" | "zap" | "spark", [string, { d: string }][]> = {
  bell: [["path", { d: "M6 8a6 6 0 0 1 12 0c0 7 3 9 3 9H3s3-2 3-9M10.3 21a2 2 0 0 0 3.4 0" }]],
  alarm: [["path", { d: "M20 13a8 8 0 1 1-16 0 8 8 0 0 1 16 0ZM12 9v4l2 2M5 3 2 6M22 6l-3-3" }]],
  megaphone: [["path", { d: "m3 11 18-5v12L3 14zM11.6 16.8a3 3 0 1 1-5.8-1.6" }]],
  bag: [["path", { d: "M6 2 3 6v14a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2V6l-3-4zM3 6h18M16 10a4 4 0 0 1-8 0" }]],
  user: [["path", { d: "M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2M16 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z" }]],
  zap: [["path", { d: "M13 2 3 14h9l-1 8 10-12h-9z" }]],
  spark: [["path", { d: "M12 3c1 7 2 8 9 9-7 1-8 2-9 9-1-7-2-8-9-9 7-1 8-2 9-9z" }]],
};

const ICONS = {
  ...KIND_SHAPES,
  alarmPlus: AlarmClockPlus, archive: Archive, unarchive: ArchiveRestore, back: ArrowLeft, to: ArrowRight, downward: ArrowDown, upward: ArrowUp, bellRing: BellRing, bold: Bold, calendar: Calendar,
  check: Check, checks: CheckCheck, down: ChevronDown, left: ChevronLeft, right: ChevronRight, alert: CircleAlert, success: CircleCheck,
  clock: Clock, copy: Copy, dots: Ellipsis, external: ExternalLink, template: FileText, segment: Filter, log: List, globe: Globe, info: Info,
  italic: Italic, key: KeyRound, keyboard: Keyboard, languages: Languages, link: Link, lists: ListOrdered, lock: Lock, unlock: LockOpen,
  signOut: LogOut, mail: Mail, mailOpen: MailOpen, monitor: Monitor, moon: Moon, pause: Pause,
  pencil: Pencil, paragraph: Pilcrow, play: Play, plus: Plus, retry: RotateCcw, search: Search, send: Send, settings: Settings, shield: ShieldCheck, sliders: SlidersHorizontal, store: Store,
  sun: Sun, trash: Trash2, warning: TriangleAlert, undo: Undo2, unlink: Unlink,
  userPlus: UserPlus, users: Users, offline: WifiOff, close: X,
};

export type IconName = keyof typeof ICONS;

/** Always beside a word or on a labelled button, therefore hidden from assistive technology. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {ICONS[name].map(([Tag, attributes], index) => {
        const Shape = Tag as unknown as "path";
        return <Shape key={index} {...(attributes as object)} />;
      })}
    </svg>
  );
}
