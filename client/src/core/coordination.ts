/**
 * Which tab shows popups, as far as the elements ask. A host that knows better can hand in its own
 * answer; the usual one is Tabs (tabs.ts).
 *
 * Deliberately not here: the election itself.
 */

export interface Coordination {
  /** Whether this tab is the presenter: the one that shows popups. */
  readonly presents: boolean;
  /** Calls back whenever `presents` or `missed` has changed; returns what ends that. */
  subscribe(run: () => void): () => void;
  /** Gives the role up for good, at sign-out. */
  stop(): void;
  /** Items announced while no tab was active. */
  readonly missed?: ReadonlySet<string>;
}

/** A tab that knows of no others. */
export const alone = (): Coordination => ({ presents: true, subscribe: () => () => {}, stop() {} });
