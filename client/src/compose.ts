/**
 * The create form, an entry of its own so that pages that only show notifications do not carry it. Registers
 * <bellwire-compose>.
 *
 * Deliberately not here: the bell and the popups (define.ts).
 */
import { BellwireCompose } from "./elements/compose.js";

if (!customElements.get("bellwire-compose")) customElements.define("bellwire-compose", BellwireCompose);

export { BellwireCompose };

declare global {
  interface HTMLElementTagNameMap {
    "bellwire-compose": BellwireCompose;
  }
}
