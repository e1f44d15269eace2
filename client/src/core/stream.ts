/**
 * Keeps one stream of server-sent events open: resume by cursor, watchdog, back-off, one token
 * refresh, and the signs that tell it to reconnect at once.
 *
 * Deliberately not here: what the events mean (client.ts), and how a request is signed (api.ts).
 * The reader is fetch and not EventSource, which cannot send a token and hides status codes.
 */
import { FIRST_PAUSE, pauseBefore } from "./backoff.js";
import type { Env, Timer } from "./env.js";
import { ApiError, problemOf } from "./problem.js";
import { FrameTooLong, SseParser, type Frame } from "./sse.js";

/** The server speaks at least every 20 s; after this long it is taken for gone. */
export const SILENCE_LIMIT = 45_000;
/** On coming back to the page a connection silent for longer is not trusted. */
export const SILENCE_DOUBT = 25_000;
/** A connection that lived this long has earned a fresh back-off. */
export const HEALTHY_AFTER = 60_000;
/** Wall clock and monotonic clock drift apart like this only when the machine slept. */
export const CLOCK_JUMP = 10_000;
const TICK = 5_000;

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
  /** Gets a fresh token; false when there is none to be had. */
  renew(): Promise<boolean>;
  frame(frame: Frame): void;
  state(state: StreamState): void;
}

export class Stream {
  state: StreamState = "idle";
  #env: Env;
  #owner: StreamOwner;
  #cursor: string | null = null;
  /** Each attempt has a number; whatever belongs to an older one is ignored. */
  #attempt = 0;
  #abort: AbortController | null = null;
  #failures = 0;
  #firstPause = FIRST_PAUSE;
  #heardAt = 0;
  #liveAt = 0;
  #snapshotAt = -Infinity;
  /** The server asked for peace until then. */
  #notBefore = -Infinity;
  #renewed = false;
  #isAway = false;
  #isStarted = false;
  #pause: Timer = null;
  #tick: Timer = null;
  #clockGap = 0;
  #off: (() => void)[] = [];

  constructor(env: Env, owner: StreamOwner) {
    this.#env = env;
    this.#owner = owner;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#isAway = this.#renewed = false;
    this.#failures = 0;
    this.#clockGap = this.#env.now() - this.#env.monotonic();
    this.#off = [
      this.#env.on("online", () => this.nudge()),
      this.#env.on("visibility", () => this.#env.visible() && this.nudge()),
      this.#env.on("hide", () => this.#putAway()),
      this.#env.on("show", () => this.#takeUp()),
    ];
    this.#tick = this.#env.setTimeout(() => this.#onTick(), TICK);
    void this.#connect();
  }

  /** Ends everything and forgets the cursor. */
  stop(): void {
    this.#isStarted = false;
    for (const off of this.#off) off();
    this.#off = [];
    this.#env.clearTimeout(this.#tick);
    this.#drop();
    this.#cursor = null;
    this.#to("idle");
  }

  /** Something speaks for connecting now: does so unless the connection is fresh or forbidden. */
  nudge(): void {
    const isOpen = this.state === "live" || this.state === "connecting";
    if (!isOpen && this.state !== "waiting") return;
    if (isOpen && this.#env.monotonic() - this.#heardAt <= SILENCE_DOUBT) return;
    if (this.#env.monotonic() < this.#notBefore) return;
    void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#drop();
    const attempt = this.#attempt;
    const abort = (this.#abort = new AbortController());
    this.#heardAt = this.#env.monotonic();
    this.#to("connecting");
    try {
      if (this.#cursor === null) {
        const snapshot = await this.#owner.snapshot(abort.signal);
        if (attempt !== this.#attempt) return;
        snapshot.apply();
        this.#cursor = snapshot.cursor;
        this.#snapshotAt = this.#heardAt = this.#env.monotonic();
      }
      const response = await this.#owner.open(this.#cursor, abort.signal);
      if (attempt !== this.#attempt) return;
      await this.#accept(response);
      await this.#read(response, attempt);
      if (attempt === this.#attempt) this.#again();
    } catch (error) {
      if (attempt === this.#attempt) await this.#fail(error, attempt);
    }
  }

  /** Anything but an event stream is a refusal, an error page with status 200 included. */
  async #accept(response: Response): Promise<void> {
    const type = response.headers.get("content-type") ?? "";
    if (response.status === 200 && type.startsWith("text/event-stream")) {
      this.#renewed = false;
      this.#heardAt = this.#liveAt = this.#env.monotonic();
      this.#to("live");
      return;
    }
    if (response.status === 200) throw new ApiError(0, { title: "Not an event stream" });
    throw await problemOf(response, this.#env.now());
  }

  async #read(response: Response, attempt: number): Promise<void> {
    const reader = response.body?.getReader();
    if (!reader) return;
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (attempt !== this.#attempt || done) return;
      this.#heardAt = this.#env.monotonic();
      for (const frame of parser.push(value)) {
        this.#take(frame);
        // A frame may have ended this attempt; what stands after it belongs to nobody.
        if (attempt !== this.#attempt) return;
      }
      if (parser.retry !== null) this.#firstPause = parser.retry;
    }
  }

  #take(frame: Frame): void {
    if (frame.event === "resync") return this.#resync();
    if (frame.event === "bye") return this.#bye(frame);
    this.#owner.frame(frame);
    if (frame.id !== "") this.#cursor = frame.id;
  }

  #resync(): void {
    this.#cursor = null;
    // A server that answers a fresh cursor with resync must not be asked in a tight loop.
    if (this.#env.monotonic() - this.#snapshotAt < HEALTHY_AFTER) return this.#again();
    void this.#connect();
  }

  #bye(frame: Frame): void {
    const reason = /"reason"\s*:\s*"(\w+)"/.exec(frame.data)?.[1];
    if (reason === "signed_out") return this.#signedOut();
    // `expired`: the stream ended with its token, and a fresh one is asked for at once. Shutdown,
    // too slow, and a token that was stillborn: after a pause like any other loss.
    if (reason !== "expired" || this.#env.monotonic() - this.#liveAt < TICK) return this.#again();
    const attempt = ++this.#attempt;
    void this.#renew(attempt);
  }

  async #fail(error: unknown, attempt: number): Promise<void> {
    if (error instanceof FrameTooLong) this.#cursor = null;
    if (!(error instanceof ApiError)) return this.#again();
    if (error.status === 401) {
      if (this.#renewed) return this.#signedOut();
      this.#renewed = true;
      return this.#renew(attempt);
    }
    if (error.status === 204 || error.status === 410) {
      this.#drop();
      return this.#to("ended");
    }
    this.#again(error.retryAfter);
  }

  async #renew(attempt: number): Promise<void> {
    try {
      const isRenewed = await this.#owner.renew();
      if (attempt !== this.#attempt) return;
      // With cookies there is nothing to renew: the next answer tells whether we are still known.
      if (!isRenewed && this.#renewed) return this.#signedOut();
      this.#renewed = true;
      void this.#connect();
    } catch {
      if (attempt === this.#attempt) this.#again();
    }
  }

  /** Plans the next attempt. The server's Retry-After wins over our own arithmetic. */
  #again(retryAfter: number | null = null): void {
    if (this.#liveAt > 0 && this.#env.monotonic() - this.#liveAt >= HEALTHY_AFTER) this.#failures = 0;
    this.#liveAt = 0;
    this.#drop();
    this.#failures += 1;
    let pause = pauseBefore(this.#failures, this.#env.random(), this.#firstPause);
    if (retryAfter !== null) {
      pause = retryAfter + Math.round(this.#env.random() * FIRST_PAUSE);
      this.#notBefore = this.#env.monotonic() + pause;
    }
    this.#to("waiting");
    this.#pause = this.#env.setTimeout(() => void this.#connect(), pause);
  }

  #signedOut(): void {
    this.#drop();
    this.#to("signed_out");
  }

  /** The page goes into the back-forward cache or is frozen: a connection kept there would rot. */
  #putAway(): void {
    this.#isAway = true;
    this.#drop();
    if (this.state !== "signed_out" && this.state !== "ended") this.#to("idle");
  }

  #takeUp(): void {
    if (!this.#isAway) return this.nudge();
    this.#isAway = false;
    if (this.state === "idle") void this.#connect();
  }

  #onTick(): void {
    const gap = this.#env.now() - this.#env.monotonic();
    const hasJumped = Math.abs(gap - this.#clockGap) > CLOCK_JUMP;
    this.#clockGap = gap;
    const isOpen = this.state === "live" || this.state === "connecting";
    const mayTry = this.state === "waiting" && this.#env.monotonic() >= this.#notBefore;
    if (hasJumped && (isOpen || mayTry)) void this.#connect();
    else if (isOpen && this.#env.monotonic() - this.#heardAt > SILENCE_LIMIT) this.#again();
    this.#tick = this.#env.setTimeout(() => this.#onTick(), TICK);
  }

  /** Ends the attempt under way, if any, and the wait for the next. */
  #drop(): void {
    this.#attempt += 1;
    this.#env.clearTimeout(this.#pause);
    this.#abort?.abort();
    this.#abort = null;
  }

  #to(state: StreamState): void {
    if (this.state === state) return;
    this.state = state;
    this.#owner.state(state);
  }
}
