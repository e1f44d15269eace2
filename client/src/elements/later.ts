/**
 * What comes after the first paint (lazy.ts), as one module.
 */
export { channelLocks } from "../core/channel-locks.js";
export { stayAbove } from "./above-dialogs.js";
export { Attention } from "./attention.js";
export { enter, glide, leave } from "./motion.js";
export { PanelView } from "./panel.js";
export { PopupFocus } from "./popup-focus.js";
export { PopupVoice } from "./popup-voice.js";
export { openSpans } from "./spans.js";
