// The secret of a one-time link: it is behind the # so that no server log sees it, and it leaves the address bar as
// soon as the page has it, so that no history and no shared screen keeps it.
let held: string | null = null;

export function takeToken(): string {
  const token = decodeURIComponent(location.hash.slice(1));
  if (token) {
    held = token;
    history.replaceState(null, "", location.pathname);
  }
  return held ?? "";
}
