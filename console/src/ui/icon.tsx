// The icons of the pages: Lucide's paths drawn as our own svg elements, only those named here. Which icon stands for
// which kind is kind.tsx's business.
import {
  AlarmClock, Archive, ArchiveRestore, ArrowLeft, Bell, Bold, Calendar, Check, CheckCheck, ChevronDown, ChevronRight,
  CircleAlert, CircleCheck, Clock, Copy, Ellipsis, ExternalLink, Eye, Filter, Globe, Info, Italic, KeyRound, Keyboard, Languages,
  Link, Lock, LockOpen, LogOut, Mail, MailOpen, Megaphone, Monitor, Moon, Pause, Pencil, Pilcrow, Play, Plus, RotateCcw,
  Search, Send, Settings, ShieldCheck, ShoppingBag, Sparkles, Sun, Trash2, TriangleAlert, Undo2, Unlink, User, UserPlus, Users, WifiOff, X, Zap,
} from "lucide";
import type { JSX } from "preact";

const ICONS = {
  alarm: AlarmClock, archive: Archive, unarchive: ArchiveRestore, back: ArrowLeft, bell: Bell, bold: Bold, calendar: Calendar,
  check: Check, checks: CheckCheck, down: ChevronDown, right: ChevronRight, alert: CircleAlert, success: CircleCheck,
  clock: Clock, copy: Copy, dots: Ellipsis, external: ExternalLink, eye: Eye, filter: Filter, globe: Globe, info: Info,
  italic: Italic, key: KeyRound, keyboard: Keyboard, languages: Languages, link: Link, lock: Lock, unlock: LockOpen,
  signOut: LogOut, mail: Mail, mailOpen: MailOpen, megaphone: Megaphone, monitor: Monitor, moon: Moon, pause: Pause,
  pencil: Pencil, paragraph: Pilcrow, play: Play, plus: Plus, retry: RotateCcw, search: Search, send: Send, settings: Settings, shield: ShieldCheck,
  bag: ShoppingBag, spark: Sparkles, sun: Sun, trash: Trash2, warning: TriangleAlert, undo: Undo2, unlink: Unlink, user: User,
  userPlus: UserPlus, users: Users, offline: WifiOff, close: X, zap: Zap,
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
