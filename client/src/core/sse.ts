/**
 * A parser for server-sent events, fed with bytes as they arrive.
 *
 * Deliberately not here: the connection. An unfinished frame at the end of a stream is dropped by
 * simply not being asked for; the server sends it again after the cursor.
 */

export interface Frame {
  /** The cursor after this frame; empty before the first id. */
  id: string;
  event: string;
  data: string;
}

/** A frame beyond this is not ours: the reader gives up instead of filling the memory. */
export const MAX_FRAME = 1_000_000;

export class SseParser {
  /** The server's wish for the first pause before a reconnect, once it has named one. */
  retry: number | null = null;
  #decoder = new TextDecoder();
  #line = "";
  #afterCr = false;
  #id = "";
  #event = "";
  #data: string[] = [];
  #size = 0;

  /** Takes the next bytes and returns the frames that they complete; a RangeError beyond MAX_FRAME. */
  push(bytes: Uint8Array): Frame[] {
    let text = this.#decoder.decode(bytes, { stream: true });
    const frames: Frame[] = [];
    if (text === "") return frames;
    // A CR at the end of the last chunk has ended its line already; an LF now belongs to it.
    if (this.#afterCr && text.startsWith("\n")) text = text.slice(1);
    this.#afterCr = text.endsWith("\r");
    const lines = text.split(/\r\n|\r|\n/);
    const rest = lines.pop() ?? "";
    for (const line of lines) {
      const frame = this.#take(this.#line + line);
      this.#line = "";
      if (frame) frames.push(frame);
    }
    this.#line += rest;
    if (this.#line.length + this.#size > MAX_FRAME) throw new RangeError("Event longer than 1 MB");
    return frames;
  }

  #take(line: string): Frame | null {
    if (line === "") return this.#dispatch();
    // What begins with a colon is a comment: a field without a name.
    const [, field, value = ""] = /^([^:]*):? ?([^]*)/.exec(line)!;
    if (field === "data") {
      this.#data.push(value);
      this.#size += line.length;
    } else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
    return null;
  }

  #dispatch(): Frame | null {
    const [event, data] = [this.#event || "message", this.#data];
    this.#event = "";
    this.#data = [];
    this.#size = 0;
    return data.length ? { id: this.#id, event, data: data.join("\n") } : null;
  }
}
