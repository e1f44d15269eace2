/**
 * Keeps one stream of server-sent events open: resume by cursor, watchdog, back-off, and the signs
 * that tell it to reconnect at once.
 *
 * Deliberately not here: what the events mean (client.ts), and how a request is signed (api.ts).
 * The reader is fetch and not EventSource, which cannot send a token and hides status codes.
 */
import { FIRST_PAUSE, pauseBefore } from "./backoff.js";
import type { Env, Timer } from "./env.js";
import { ApiError, problemOf } from "./problem.js";
import { SseParser, type Frame } from "./sse.js";

/** The server speaks at least every 20 s; after this long it is taken for gone. */
export const SILENCE_LIMIT = 45_000;
/** On coming back to the page a connection silent for longer is not trusted. */
export const SILENCE_DOUBT = 25_000;
/** A connection that lived this long has earned a fresh back-off. */
export const HEALTHY_AFTER = 60_000;
/** Wall clock and monotonic clock drift apart like this only when the machine slept. */
export const CLOCK_JUMP = 10_000;
const TICK = 5_000;
/** How many frames are read before the browser may do something else. */
const AT_ONCE = 50;

/**
 * `idle` not started, or the page is put away; `connecting`; `live`; `waiting` for the next attempt;
 * `signed_out` and `ended`: it will not try again by itself.
 */
export type StreamState = "idle" | "connecting" | "live" | "waiting" | "signed_out" | "ended";

/** What the stream wants from its owner. */
export interface StreamOwner {
  /** Loads the state from nothing; `apply` is called only if nobody overtook it. */
  snapshot(signal: AbortSignal): Promise<{ cursor: string; apply(): void }>;
  open(cursor: string, signal: AbortSignal): Promise<Response>;
  /** The token has ended. */
  renew(): void;
  frame(frame: Frame): void;
  /** The server spoke, if only to say that it is there. */
  heard(): void;
  state(state: StreamState): void;
}

export class Stream {
  state: StreamState = "idle";
  #env: Env;
  #owner: StreamOwner;
  #cursor: string | null = null;
  /** Of the attempt under way; what belongs to an older one finds its signal aborted. */
  #abort = new AbortController();
  #failures = 0;
  #firstPause = FIRST_PAUSE;
  #heardAt = 0;
  #liveAt = -Infinity;
  #snapshotAt = -Infinity;
  /** The server asked for peace until then. */
  #notBefore = -Infinity;
  #pause: Timer = null;
  #tick: Timer = null;
  #clockGap = 0;
  #ends: (() => void)[] = [];

  constructor(env: Env, owner: StreamOwner) {
    this.#env = env;
    this.#owner = owner;
  }

  /** Begins after a cursor, or with the state from nothing. */
  start(cursor: string | null = null): void {
    if (this.#ends.length) return;
    const env = this.#env;
    this.#cursor = cursor;
    this.#failures = 0;
    this.#clockGap = env.now() - this.#time;
    this.#ends = [
      env.on("online", () => this.nudge()),
      env.on("visibility", () => env.visible() && this.nudge()),
      // In the back-forward cache or frozen, a connection would rot.
      env.on("hide", () => this.#isTrying && this.#halt("idle")),
      env.on("show", () => (this.state === "idle" ? void this.#connect() : this.nudge())),
      () => env.clearTimeout(this.#tick),
    ];
    this.#tick = env.setTimeout(() => this.#onTick(), TICK);
    void this.#connect();
  }

  /** Ends everything and forgets the cursor. */
  stop(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#cursor = null;
    this.#halt("idle");
  }

  /** Something speaks for connecting now: does so unless the connection is fresh or forbidden. */
  nudge(): void {
    const isFresh = this.#isOpen && this.#time - this.#heardAt <= SILENCE_DOUBT;
    if (this.#isTrying && !isFresh && this.#time >= this.#notBefore) void this.#connect();
  }

  get #time(): number {
    return this.#env.monotonic();
  }

  get #isOpen(): boolean {
    return this.state === "live" || this.state === "connecting";
  }

  get #isTrying(): boolean {
    return this.#isOpen || this.state === "waiting";
  }

  async #connect(): Promise<void> {
    const signal = this.#begin();
    this.#heardAt = this.#time;
    this.#to("connecting");
    try {
      if (this.#cursor === null) {
        const snapshot = await this.#owner.snapshot(signal);
        if (signal.aborted) return;
        snapshot.apply();
        this.#cursor = snapshot.cursor;
        this.#snapshotAt = this.#heardAt = this.#time;
      }
      const response = await this.#owner.open(this.#cursor, signal);
      if (signal.aborted) return;
      const type = response.headers.get("content-type");
      // An error page with status 200 is a failure like any other.
      if (response.status !== 200) throw await problemOf(response, this.#env.now());
      if (type?.startsWith("text/event-stream")) await this.#read(response.body!.getReader(), signal);
      if (!signal.aborted) this.#again();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>, signal: AbortSignal): Promise<void> {
    const parser = new SseParser();
    this.#heardAt = this.#liveAt = this.#time;
    this.#to("live");
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted || done) return;
      this.#heardAt = this.#time;
      this.#owner.heard();
      const frames = parser.push(value);
      this.#firstPause = parser.retry ?? this.#firstPause;
      let taken = 0;
      for (const frame of frames) {
        this.#take(frame);
        // A frame may have ended this attempt; what stands after it belongs to nobody.
        // Each pause is a chance to draw, and drawing costs more than reading.
        if (++taken % AT_ONCE === 0) await this.#env.breathe?.();
        if (signal.aborted) return;
      }
    }
  }

  #take(frame: Frame): void {
    if (frame.event === "resync") {
      this.#cursor = null;
      // A server that answers a fresh cursor with resync must not be asked in a tight loop.
      return this.#time - this.#snapshotAt < HEALTHY_AFTER ? this.#again() : void this.#connect();
    }
    if (frame.event === "bye") return this.#bye(frame.data);
    try {
      this.#owner.frame(frame);
    } catch (error) {
      // A frame that its reader stumbles over is reported, and the next one read: asking for it
      // again would only stumble again.
      queueMicrotask(() => {
        throw error;
      });
    }
    this.#cursor = frame.id || this.#cursor;
  }

  /**
   * `expired`: the stream ended with its token, and a fresh one is asked for at once. Shutdown, too
   * slow, and a token that was stillborn: after a pause like any other loss.
   */
  #bye(data: string): void {
    if (data.includes("signed_out")) this.#halt("signed_out");
    else if (data.includes("expired") && this.#time - this.#liveAt > TICK) {
      this.#owner.renew();
      void this.#connect();
    } else this.#again();
  }

  #fail(error: unknown): void {
    // A frame beyond all measure would come again after the same cursor: start from the state instead.
    if (error instanceof RangeError) this.#cursor = null;
    const { status = 0, retryAfter = null } = error instanceof ApiError ? error : {};
    if (status === 204 || status === 410) this.#halt("ended");
    // Refused with a fresh token as well (api.ts).
    else if (status === 401) this.#halt("signed_out");
    else this.#again(retryAfter);
  }

  /** Plans the next attempt. The server's Retry-After wins over our own arithmetic. */
  #again(retryAfter: number | null = null): void {
    const wasHealthy = this.state === "live" && this.#time - this.#liveAt >= HEALTHY_AFTER;
    this.#failures = wasHealthy ? 1 : this.#failures + 1;
    const { random } = this.#env;
    let pause = pauseBefore(this.#failures, random(), this.#firstPause);
    if (retryAfter !== null) {
      pause = retryAfter + Math.round(random() * FIRST_PAUSE);
      this.#notBefore = this.#time + pause;
    }
    this.#halt("waiting");
    this.#pause = this.#env.setTimeout(() => void this.#connect(), pause);
  }

  #onTick(): void {
    const gap = this.#env.now() - this.#time;
    const hasJumped = Math.abs(gap - this.#clockGap) > CLOCK_JUMP;
    this.#clockGap = gap;
    const mayTry = this.#isOpen || (this.state === "waiting" && this.#time >= this.#notBefore);
    if (hasJumped && mayTry) void this.#connect();
    else if (this.#isOpen && this.#time - this.#heardAt > SILENCE_LIMIT) this.#again();
    this.#tick = this.#env.setTimeout(() => this.#onTick(), TICK);
  }

  /** Ends the attempt under way and the wait for the next, and begins one with a signal of its own. */
  #begin(): AbortSignal {
    this.#env.clearTimeout(this.#pause);
    this.#abort.abort();
    this.#abort = new AbortController();
    return this.#abort.signal;
  }

  #halt(state: StreamState): void {
    this.#begin();
    this.#to(state);
  }

  #to(state: StreamState): void {
    if (this.state === state) return;
    this.state = state;
    this.#owner.state(state);
  }
}
