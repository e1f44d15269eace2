/** The stream's decisions: when it connects, waits, refreshes, gives up. Time is the test's. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../src/core/api.js";
import { Stream, type StreamState } from "../src/core/stream.js";
import { Tokens } from "../src/core/tokens.js";
import type { Frame } from "../src/core/sse.js";
import { eventStream, FakeEnv, json } from "./fake-env.js";

let env: FakeEnv;
let stream: Stream;
let frames: Frame[];
let states: StreamState[];
let snapshots: number;
let streams: ReturnType<typeof eventStream>[];
let tokensGiven: number;

const opened = () => env.requests.filter(({ url }) => url.endsWith("/v1/stream"));
const last = () => streams.at(-1)!;
const serve = () => {
  streams.push(eventStream());
  return last().response;
};

function start(withTokens = false): void {
  const tokens = withTokens ? new Tokens(() => `token-${++tokensGiven}`) : null;
  const api = new Api(env, { tokens, onSignedOut: () => {} });
  stream = new Stream(env, {
    snapshot: async () => ({ cursor: `e.${++snapshots}`, apply() {} }),
    open: (cursor, signal) => api.stream(cursor, signal),
    renew: () => api.renew(),
    frame: (frame) => void frames.push(frame),
    heard() {},
    state: (state) => void states.push(state),
  });
  stream.start();
}

beforeEach(() => {
  env = new FakeEnv();
  frames = [];
  states = [];
  streams = [];
  snapshots = tokensGiven = 0;
  env.answer = serve;
});

describe("connecting", () => {
  it("loads the state first and streams from its cursor", async () => {
    start();
    await env.settle();
    expect(opened()).toHaveLength(1);
    expect(opened()[0]!.headers["last-event-id"]).toBe("e.1");
    expect(states).toEqual(["connecting", "live"]);
  });

  it("resumes after the last frame that it has read", async () => {
    start();
    await env.settle();
    last().send("id: e.5\nevent: item\ndata: {}\n\nid: e.6\nevent: item\ndata: half");
    await env.settle();
    last().cut();
    await env.advance(1_000);
    expect(opened().map(({ headers }) => headers["last-event-id"])).toEqual(["e.1", "e.5"]);
    expect(snapshots).toBe(1);
    expect(frames).toHaveLength(1);
  });

  it("goes on after a frame that its reader stumbles over", async () => {
    const thrown: unknown[] = [];
    vi.stubGlobal("queueMicrotask", (run: () => void) => {
      try {
        run();
      } catch (error) {
        thrown.push(error);
      }
    });
    start();
    frames.push = () => {
      throw new Error("bad frame");
    };
    await env.settle();
    last().send("id: e.5\nevent: item\ndata: {}\n\n");
    await env.settle();
    vi.unstubAllGlobals();
    expect(thrown).toHaveLength(1);
    expect(stream.state).toBe("live");
  });

  it("takes an error page with status 200 for a failure", async () => {
    env.answer = () => new Response("<html>", { headers: { "content-type": "text/html" } });
    start();
    await env.settle();
    expect(stream.state).toBe("waiting");
  });

  it("ends for good on 204 and 410", async () => {
    for (const status of [204, 410]) {
      env.answer = () => new Response(null, { status });
      start();
      await env.advance(120_000);
      expect(stream.state).toBe("ended");
    }
    expect(opened()).toHaveLength(2);
  });
});

describe("back-off", () => {
  it("doubles from a second to thirty, with full jitter", async () => {
    env.chance = 0.999;
    env.answer = () => Promise.reject(new TypeError("no network"));
    start();
    await env.settle();
    const pauses = [];
    for (let index = 0; index < 7; index++) {
      const [before, from] = [opened().length, env.mono];
      while (opened().length === before) await env.advance(100);
      pauses.push(Math.round((env.mono - from) / 1_000));
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  it("makes no more than one request per slot when connections die at once", async () => {
    env.chance = 0.999;
    env.answer = () => {
      const response = serve();
      last().cut();
      return response;
    };
    start();
    await env.advance(60_000);
    expect(opened().length).toBeLessThanOrEqual(7);
  });

  it("starts afresh after a minute of health", async () => {
    env.chance = 0.999;
    start();
    for (let index = 0; index < 3; index++) {
      await env.settle();
      last().cut();
      await env.advance(31_000);
    }
    for (let minute = 0; minute < 4; minute++) {
      last().send(":\n\n");
      await env.advance(20_000);
    }
    last().cut();
    const before = opened().length;
    await env.advance(1_000);
    expect(opened()).toHaveLength(before + 1);
  });

  it("does not take the age of an earlier connection for health", async () => {
    env.chance = 0.999;
    start();
    await env.settle();
    for (let minute = 0; minute < 4; minute++) {
      last().send(":\n\n");
      await env.advance(20_000);
    }
    env.answer = () => Promise.reject(new TypeError("no network"));
    last().cut();
    const before = opened().length;
    await env.advance(60_000);
    expect(opened().length - before).toBeLessThanOrEqual(6);
  });

  it("begins with the server's retry", async () => {
    env.chance = 0.999;
    start();
    await env.settle();
    last().send("retry: 5000\n\n");
    await env.settle();
    last().end();
    await env.advance(4_900);
    expect(opened()).toHaveLength(1);
    await env.advance(200);
    expect(opened()).toHaveLength(2);
  });

  it("obeys Retry-After, also against a nudge", async () => {
    env.answer = () => json({}, 503, { "retry-after": "12" });
    start();
    await env.advance(11_900);
    env.fire("online");
    await env.settle();
    expect(opened()).toHaveLength(1);
    await env.advance(1_200);
    expect(opened()).toHaveLength(2);
  });
});

describe("silence", () => {
  it("reconnects when nothing was heard for 45 seconds", async () => {
    start();
    await env.advance(44_000);
    expect(opened()).toHaveLength(1);
    await env.advance(8_000);
    expect(opened()).toHaveLength(2);
    expect(opened()[0]!.signal!.aborted).toBe(true);
  });

  it("takes a comment for a sign of life", async () => {
    start();
    for (let index = 0; index < 6; index++) {
      await env.advance(20_000);
      last().send(":\n\n");
    }
    await env.settle();
    expect(opened()).toHaveLength(1);
  });

  it("does not wait for ever for an answer", async () => {
    env.answer = () => new Promise(() => {});
    start();
    await env.advance(55_000);
    expect(opened().length).toBeGreaterThanOrEqual(2);
  });
});

describe("signs that speak for connecting now", () => {
  it("reconnects on online when it was waiting", async () => {
    env.chance = 0.999;
    env.answer = () => Promise.reject(new TypeError("no network"));
    start();
    await env.advance(4_000);
    const before = opened().length;
    env.fire("online");
    await env.settle();
    expect(opened()).toHaveLength(before + 1);
  });

  it("trusts a connection heard within 25 seconds, and no longer", async () => {
    start();
    await env.advance(20_000);
    env.fire("visibility");
    await env.settle();
    expect(opened()).toHaveLength(1);
    await env.advance(6_000);
    env.isVisible = false;
    env.fire("visibility");
    await env.settle();
    expect(opened()).toHaveLength(1);
    env.isVisible = true;
    env.fire("visibility");
    await env.settle();
    expect(opened()).toHaveLength(2);
  });

  it("lets go when the page is put away and comes back from its cursor", async () => {
    start();
    await env.settle();
    last().send("id: e.9\nevent: item\ndata: {}\n\n");
    await env.settle();
    env.fire("hide");
    expect(opened()[0]!.signal!.aborted).toBe(true);
    await env.advance(600_000);
    expect(opened()).toHaveLength(1);
    env.fire("show");
    await env.settle();
    expect(opened()).toHaveLength(2);
    expect(opened()[1]!.headers["last-event-id"]).toBe("e.9");
  });

  it("notices that the machine slept", async () => {
    start();
    await env.advance(10_000);
    env.wall += 8 * 3_600_000;
    await env.advance(6_000);
    expect(opened()).toHaveLength(2);
    await env.advance(20_000);
    expect(opened()).toHaveLength(2);
  });
});

describe("tokens", () => {
  it("refreshes once on 401, then goes on", async () => {
    let isFirst = true;
    env.answer = () => {
      if (!isFirst) return serve();
      isFirst = false;
      return json({}, 401);
    };
    start(true);
    await env.settle();
    expect(stream.state).toBe("live");
    expect(opened().map(({ headers }) => headers["authorization"])).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  for (const [how, withTokens, requests] of [["a second 401", true, 2], ["the first 401 with a cookie", false, 1]] as const) {
    it(`is signed out after ${how}`, async () => {
      env.answer = () => json({}, 401);
      start(withTokens);
      await env.advance(300_000);
      expect(stream.state).toBe("signed_out");
      expect(opened()).toHaveLength(requests);
    });
  }

  it("never sends cookies beside a token", async () => {
    start(true);
    await env.settle();
    expect(opened()[0]).toMatchObject({ credentials: "omit", headers: { authorization: "Bearer token-1" } });
  });

  it("sends them only to its own origin without one", async () => {
    start();
    await env.settle();
    expect(opened()[0]!.credentials).toBe("same-origin");
  });
});

describe("bye", () => {
  const bye = (reason: string) => last().send(`event: bye\ndata: {"reason":"${reason}"}\n\n`);

  it("signed_out ends it", async () => {
    start();
    await env.settle();
    bye("signed_out");
    await env.advance(300_000);
    expect(stream.state).toBe("signed_out");
    expect(opened()).toHaveLength(1);
  });

  it("expired gets a fresh token and connects at once", async () => {
    start(true);
    await env.advance(15_000);
    bye("expired");
    await env.settle();
    expect(opened()).toHaveLength(2);
    expect(opened()[1]!.headers["authorization"]).toBe("Bearer token-2");
  });

  it("expired right after the start is no reason to hurry", async () => {
    env.chance = 0.999;
    env.answer = () => {
      const response = serve();
      bye("expired");
      return response;
    };
    start(true);
    await env.advance(10_000);
    expect(opened().length).toBeLessThanOrEqual(4);
  });

  for (const reason of ["shutdown", "too_slow"]) {
    it(`${reason} comes back after a pause`, async () => {
      start();
      await env.settle();
      bye(reason);
      await env.settle();
      expect(stream.state).toBe("waiting");
      await env.advance(1_000);
      expect(stream.state).toBe("live");
    });
  }
});

describe("resync", () => {
  it("loads the state anew and streams from its cursor", async () => {
    start();
    for (let index = 0; index < 4; index++) {
      await env.advance(20_000);
      last().send(":\n\n");
    }
    last().send("event: resync\ndata: {}\n\n");
    await env.settle();
    expect(snapshots).toBe(2);
    expect(opened()[1]!.headers["last-event-id"]).toBe("e.2");
  });

  it("does not spin when every fresh cursor is answered with resync", async () => {
    env.chance = 0.999;
    env.answer = () => {
      streams.push(eventStream());
      last().send("event: resync\ndata: {}\n\n");
      return last().response;
    };
    start();
    await env.advance(30_000);
    expect(snapshots).toBeLessThanOrEqual(6);
  });

  it("starts from the state after a frame beyond all measure", async () => {
    start();
    await env.settle();
    for (let index = 0; index < 20; index++) last().send(`data: ${"x".repeat(60_000)}\n`);
    await env.advance(2_000);
    expect(snapshots).toBe(2);
  });
});

it("leaves nothing behind when stopped", async () => {
  start();
  await env.settle();
  stream.stop();
  await env.advance(600_000);
  expect(env.listeners).toBe(0);
  expect(env.timers).toBe(0);
  expect(opened()).toHaveLength(1);
  expect(opened()[0]!.signal!.aborted).toBe(true);
});
