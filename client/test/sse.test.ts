/** The parser of server-sent events: every spelling of the format, cut at every byte. */
import { describe, expect, it } from "vitest";
import { MAX_FRAME, SseParser, type Frame } from "../src/core/sse.js";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Feeds a text in pieces of a size and returns all frames. */
function parse(text: string, size = Infinity): Frame[] {
  const parser = new SseParser();
  const all = bytes(text);
  const frames: Frame[] = [];
  for (let at = 0; at < all.length; at += size) frames.push(...parser.push(all.subarray(at, at + size)));
  return frames;
}

const TABLE: [name: string, text: string, frames: Partial<Frame>[]][] = [
  ["one frame with LF", "id: 1.2\nevent: item\ndata: x\n\n", [{ id: "1.2", event: "item", data: "x" }]],
  ["CR alone ends lines", "event: item\rdata: x\r\r", [{ event: "item", data: "x" }]],
  ["CRLF ends lines", "event: item\r\ndata: x\r\n\r\n", [{ event: "item", data: "x" }]],
  ["mixed ends", "event: item\rdata: x\r\ndata: y\n\r\n", [{ event: "item", data: "x\ny" }]],
  ["a byte order mark", "\ufeffdata: x\n\n", [{ data: "x" }]],
  ["a comment says nothing", ": hello\n\ndata: x\n:\n\n", [{ data: "x" }]],
  ["several lines of data", "data: a\ndata:\ndata: b\n\n", [{ data: "a\n\nb" }]],
  ["one space after the colon goes", "data:  x\n\n", [{ data: " x" }]],
  ["no space after the colon", "data:x\n\n", [{ data: "x" }]],
  ["a field without a colon is empty", "data\n\n", [{ data: "" }]],
  ["an unknown field", "colour: red\ndata: x\n\n", [{ data: "x" }]],
  ["no event name is message", "data: x\n\n", [{ event: "message" }]],
  ["the event name does not last", "event: item\ndata: x\n\ndata: y\n\n", [{ event: "item" }, { event: "message" }]],
  ["the id lasts", "id: 7\ndata: x\n\ndata: y\n\n", [{ id: "7" }, { id: "7" }]],
  ["an empty id clears it", "id: 7\ndata: x\n\nid\ndata: y\n\n", [{ id: "7" }, { id: "" }]],
  ["an id with NUL is ignored", "id: 7\ndata: x\n\nid: 8\0\ndata: y\n\n", [{ id: "7" }, { id: "7" }]],
  ["a frame without data is none", "event: item\n\ndata: x\n\n", [{ event: "message", data: "x" }]],
  ["an id without data counts", "id: 9\n\ndata: x\n\n", [{ id: "9" }]],
  ["an unfinished frame is dropped", "data: x\n\ndata: half", [{ data: "x" }]],
  ["a frame without its blank line is dropped", "data: x\n", []],
  ["text beyond ASCII", "data: Zoë → 日本 🔔\n\n", [{ data: "Zoë → 日本 🔔" }]],
];

describe("SseParser", () => {
  for (const [name, text, frames] of TABLE) {
    it(name, () => {
      for (const size of [Infinity, 1, 2, 3, 5]) {
        const parsed = parse(text, size);
        expect(parsed).toHaveLength(frames.length);
        frames.forEach((frame, index) => expect(parsed[index]).toMatchObject(frame));
      }
    });
  }

  it("takes the server's retry, digits only", () => {
    const parser = new SseParser();
    parser.push(bytes("retry: 2500\n"));
    expect(parser.retry).toBe(2_500);
    parser.push(bytes("retry: soon\nretry: -1\nretry:\n"));
    expect(parser.retry).toBe(2_500);
  });

  it("gives up on a line beyond 1 MB", () => {
    const parser = new SseParser();
    const piece = bytes("x".repeat(64_000));
    const feed = () => {
      for (let sent = 0; sent <= MAX_FRAME; sent += piece.length) parser.push(piece);
    };
    parser.push(bytes("data: "));
    expect(feed).toThrow(RangeError);
  });

  it("gives up on a frame of many lines beyond 1 MB", () => {
    const parser = new SseParser();
    const lines = bytes(`data: ${"x".repeat(1_000)}\n`.repeat(50));
    const feed = () => {
      for (let sent = 0; sent <= MAX_FRAME + lines.length; sent += lines.length) parser.push(lines);
    };
    expect(feed).toThrow(RangeError);
  });

  it("counts each frame by itself", () => {
    const parser = new SseParser();
    const frame = bytes(`data: ${"x".repeat(50_000)}\n\n`);
    for (let index = 0; index < 40; index++) expect(parser.push(frame)).toHaveLength(1);
  });
});
