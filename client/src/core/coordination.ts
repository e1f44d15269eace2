/**
 * Which tab shows popups. The elements ask only this interface, so an election among tabs can take
 * the place of the first form without touching them.
 *
 * Deliberately not here: the election itself. Until it exists every tab is alone and presents.
 */

export interface Coordination {
  /** Whether this tab is the presenter: the one that shows popups. */
  readonly presents: boolean;
  /** Calls back whenever `presents` has changed; returns what ends that. */
  subscribe(run: () => void): () => void;
  /** Gives the role up for good, at sign-out. */
  stop(): void;
}

/** A tab that knows of no others. */
export const alone = (): Coordination => ({ presents: true, subscribe: () => () => {}, stop() {} });
