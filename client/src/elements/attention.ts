/**
 * The signal in the tab strip that something waits: a number before the title and on the icon, and on
 * the app's icon where the page is installed. The page may change its title and icon meanwhile; what
 * is put back is what the page wants then, node by node.
 *
 * Deliberately not here: when there is something to signal (popups.ts).
 */

const SIZE = 64;
const ICONS = 'link[rel~="icon"]';

export class Attention {
  #count = 0;
  #prefix = "";
  #observer = new MutationObserver(() => this.#draw());
  #mine: HTMLLinkElement | null = null;
  #drawn = "";
  /** The count and the icon that it was drawn over. */
  #key = "";
  /** The page's own icons, each with the comment that keeps its place. */
  #theirs = new Map<Comment, HTMLLinkElement>();
  /** The page's policy lets no drawn icon through. */
  #isForbidden = false;

  show(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    this.#draw();
    void navigator.setAppBadge?.(count).catch(() => {});
  }

  #draw(): void {
    this.#unobserved(() => {
      this.#drawTitle();
      this.#drawIcon();
    });
  }

  /** What we change ourselves is nothing to follow. */
  #unobserved(run: () => void): void {
    this.#observer.disconnect();
    run();
    if (!this.#count) return;
    const what = { childList: true, subtree: true, characterData: true, attributeFilter: ["href"] };
    this.#observer.observe(document.head, what);
  }

  #drawTitle(): void {
    const title = document.head.querySelector("title");
    const text = title?.textContent ?? "";
    const bare = text.startsWith(this.#prefix) ? text.slice(this.#prefix.length) : text;
    this.#prefix = this.#count ? `(${this.#count > 99 ? "99+" : this.#count}) ` : "";
    if (this.#prefix + bare === text) return;
    if (title) title.textContent = this.#prefix + bare;
    else document.title = this.#prefix;
  }

  #drawIcon(): void {
    const mine = this.#mine;
    // The page has pointed our icon elsewhere, taking it for its own.
    if (mine && mine.href !== this.#drawn) {
      const [first] = this.#theirs.values();
      if (first) first.href = mine.href;
      mine.remove();
    }
    if (!this.#count || this.#isForbidden) {
      this.#key = "";
      return this.#restore();
    }
    const theirs = [...document.head.querySelectorAll<HTMLLinkElement>(ICONS)].filter((link) => link !== mine);
    const icon = theirs.at(-1) ?? [...this.#theirs.values()].at(-1);
    const count = this.#count;
    const key = `${count} ${icon?.href}`;
    if (!theirs.length && key === this.#key) return;
    this.#key = key;
    const image = new Image(SIZE, SIZE);
    const drawn = () => {
      const url = badge(image, count);
      const probe = new Image();
      // Shown only once the policy has let it through: a refused icon would leave the tab without any.
      probe.onload = () => key === this.#key && this.#unobserved(() => this.#replace(theirs, url));
      probe.onerror = () => {
        this.#isForbidden = true;
        this.#draw();
      };
      probe.src = url;
    };
    // An icon of another origin that does not allow it would forbid reading the canvas: then there is a plain one.
    image.crossOrigin = "anonymous";
    image.onload = image.onerror = drawn;
    image.src = icon?.href ?? "/favicon.ico";
  }

  #replace(theirs: HTMLLinkElement[], url: string): void {
    for (const link of theirs) {
      const place = new Comment();
      link.replaceWith(place);
      this.#theirs.set(place, link);
    }
    this.#mine ??= Object.assign(document.createElement("link"), { rel: "icon" });
    this.#mine.href = this.#drawn = url;
    document.head.append(this.#mine);
  }

  #restore(): void {
    this.#mine?.remove();
    this.#mine = null;
    // A place that the page has removed takes its icon with it.
    for (const [place, link] of this.#theirs) if (place.isConnected) place.replaceWith(link);
    this.#theirs.clear();
  }
}

/** The icon with the count over its corner; the plain tile where it could not be read. */
function badge(image: HTMLImageElement, count: number): string {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
  const at = canvas.getContext("2d")!;
  const fill = (color: string, x: number, y: number, size: number, radius: number) => {
    at.fillStyle = color;
    at.beginPath();
    at.roundRect(x, y, size, size, radius);
    at.fill();
  };
  if (image.naturalWidth) at.drawImage(image, 0, 0, SIZE, SIZE);
  else fill("#456", 0, 0, SIZE, 14);
  fill("#c22", 20, 20, 44, 22);
  at.font = "bold 36px sans-serif";
  at.textAlign = "center";
  at.fillStyle = "#fff";
  at.fillText(count > 9 ? "9+" : `${count}`, 42, 55);
  return canvas.toDataURL();
}
