/**
 * The core without a DOM: stream, store, calls, and the grammar of bodies, for a host that draws by
 * itself or runs elsewhere. It wants an `Env`; in a browser take `browserEnv` from the main entry.
 *
 * Deliberately not here: elements.
 */
export { Api, type ApiOptions, type CallOptions } from "./core/api.js";
export { Announcer, isUrgent } from "./core/announcer.js";
export { Client } from "./core/client.js";
export { Claim, type Locks } from "./core/claim.js";
export { alone, type Coordination } from "./core/coordination.js";
export type { Channel, Env, Signal, Timer } from "./core/env.js";
export { Feed, openFeed, type FeedState } from "./core/feed.js";
export type { ClientEvents, ClientOptions } from "./core/options.js";
export { choose, MOST_TIMED, PopupTimers, SEEN_MS, STAY_MS, type Stack } from "./core/popups.js";
export { ApiError, type FieldError, type Problem } from "./core/problem.js";
export { SseParser, type Frame } from "./core/sse.js";
export { Store } from "./core/store.js";
export { Stream, type StreamOwner, type StreamState } from "./core/stream.js";
export { Tabs, type Message, type TabsOwner } from "./core/tabs.js";
export { Tokens, type Token, type TokenCallback } from "./core/tokens.js";
export * from "./core/types.js";
export { parseBody, plainText, safeHref, type BodyElement, type BodyNode, type SafeLink } from "./text/body.js";
export { Locale, pickLanguage } from "./text/locale.js";
