/**
 * The one file that a page loads by a script tag: registers the elements and exports the way to
 * make the client by hand.
 *
 * `attach`, `detach` and `speaks` are for the create form, which is a file of its own.
 *
 * Deliberately not here: the rest of the package's surface, so that the file stays small.
 */
import "./define.js";

export { renderBody } from "./elements/body-dom.js";
export { attach, createClient, detach, sharedClient, speaks } from "./elements/shared.js";

// What the create form's file beside this one builds on.
export { BellwireElement } from "./elements/base.js";
export { make, setAttribute, setHidden, setText } from "./elements/dom.js";
