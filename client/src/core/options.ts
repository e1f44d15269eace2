/**
 * What a host hands to a client and hears from it, as types.
 *
 * Deliberately not here: the client (client.ts).
 */
import type { Coordination } from "./coordination.js";
import type { ApiError } from "./problem.js";
import type { StreamState } from "./stream.js";
import type { TokenCallback } from "./tokens.js";
import type { Item, Session } from "./types.js";

export interface ClientOptions {
  /** Where Bellwire is; without it, the page's own origin. */
  server?: string;
  /** Gives the user's token. Without `token` and `tokenUrl` the server's cookie is used. */
  token?: TokenCallback;
  /** The host page's endpoint that answers with `{token, expires_at}`. */
  tokenUrl?: string;
  /** Language of the texts; without it the user's own, and the server is asked for that. */
  language?: string;
  /** IANA zone of the times, likewise. */
  zone?: string;
  /** Whether the bell offers to create a notification. */
  mayCreate?: boolean;
  /** Whether it offers to create a task. */
  mayCreateTask?: boolean;
  /** What identifies the user among those of this browser; without it the server is asked. */
  user?: string;
  coordination?: Coordination;
}

export interface ClientEvents {
  /** Of all tabs this is the one that tells the user of the item, by sound and speech; once per item. */
  announce: Item;
  /** An item arrived or changed. */
  item: { item: Item; isNew: boolean };
  /** Who the user is, or what he prefers, has been learnt or has changed. */
  session: Session;
  /** The connection's state changed. */
  state: StreamState;
  /** The server does not know the user any longer. */
  signedout: undefined;
  /** A change was refused and taken back. */
  error: ApiError;
}
