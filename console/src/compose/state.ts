// Whether the dialog that creates a notification is open, for the header, the bell and the empty states alike.
import { signal } from "@preact/signals";
import { maySend } from "../session.ts";

export const composerOpen = signal(false);

export function openComposer(): void {
  if (maySend.value) composerOpen.value = true;
}

export function closeComposer(): void {
  composerOpen.value = false;
}
