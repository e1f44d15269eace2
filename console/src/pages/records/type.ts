// The two types of records: where they live on the server and in the pages. What is shown of them is in the pages.
import type { RecordType } from "../../wire.ts";

/** Both the address of the list and the last part of its path under /v1. */
export function hrefOf(type: RecordType, id?: string): string {
  return id === undefined ? `/${type}s` : `/${type}s/${encodeURIComponent(id)}`;
}

export function apiOf(type: RecordType, id?: string): string {
  return `/v1${hrefOf(type, id)}`;
}
