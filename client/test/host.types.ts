/**
 * What a host in TypeScript writes, to be checked by the compiler and never run: the elements by their tags, the events with
 * their details, the client's calls.
 */
import { createClient, type ClientEvents, type Item } from "../src/index.js";
import "../src/define.js";
import "../src/compose.js";

export async function host(): Promise<void> {
  const client = createClient({ server: "https://bellwire.example", token: async () => ({ token: "…" }), user: "7" });
  document.querySelector("bellwire-bell")?.open();
  document.createElement("bellwire-compose").reset();
  document.addEventListener("bellwire:before-show", (event) => {
    const { item }: { item: Item } = event.detail;
    if (item.kind === "announcement") event.preventDefault();
  });
  document.querySelector("bellwire-popups")?.addEventListener("bellwire:close", ({ detail: { ids, by } }) => {
    const closed: [string[], "user" | "timeout"] = [ids, by];
    console.log(closed);
  });
  document.addEventListener("bellwire:sent", ({ detail }) => detail.recipients.toFixed());
  document.addEventListener("bellwire:create", ({ detail: { what } }) => console.log(what === "task"));
  const end: () => void = client.on("state", (state: ClientEvents["state"]) => console.log(state));
  await client.snooze("item", "tomorrow");
  await client.act("item", "done");
  // @ts-expect-error a span that the server does not know
  await client.snooze("item", "2m");
  // @ts-expect-error no such event
  client.on("nothing", () => {});
  end();
}
