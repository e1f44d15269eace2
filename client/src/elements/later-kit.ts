/**
 * What the second file takes from the first, in this order. The build reads the names off this list.
 */
import { PopupTimers } from "../core/popups.js";
import { capital } from "../text/locale.js";
import { isUnread, newestFirst } from "../core/types.js";
import { renderBody } from "./body-dom.js";
import { button, isInView, make, setAttribute, setHidden, setLabel, setText, ViewList } from "./dom.js";
import { icon, ICONS } from "./icons.js";
import { ItemView } from "./item-view.js";
import { adopt } from "./sheet.js";

export const KIT = [button, isInView, make, setAttribute, setHidden, setLabel, setText, ViewList, icon, ICONS, ItemView, PopupTimers, isUnread, newestFirst, adopt, renderBody, capital] as const;
