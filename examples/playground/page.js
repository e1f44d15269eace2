/** The buttons of the playground. Deliberately not here: anything that a real page would copy beside createClient. */
import { createClient } from "/client/bellwire.js";
import "/client/bellwire-compose.js";

const client = createClient();
const byId = (id) => document.getElementById(id);
const one = (n = 1) => ({
  title: `Order ${1000 + n}`,
  body: `<b>Status:</b> New → Paid`,
  kind: "system",
  record: { type: "order", id: `${n}`, number: n, external_id: null, url: "/" },
});
const task = (title) => ({
  title,
  body: "About the lamp. Order A-10428, €1,150.00",
  kind: "task",
  severity: "error",
  sticky: true,
  due_at: new Date(Date.now() - 12 * 60_000).toISOString(),
});
const SETS = {
  one: () => one(),
  task: () => task("Call Ann back"),
  refused: () => task("A task that is refused"),
  many: () => Array.from({ length: 12 }, (_, n) => one(n)),
  flood: () => Array.from({ length: 300 }, (_, n) => one(n)),
};

for (const button of document.querySelectorAll("[data-send]")) {
  const send = () => fetch("/send", { method: "POST", body: JSON.stringify(SETS[button.dataset.send]()) });
  button.addEventListener("click", () => setTimeout(send, 1_000));
}

const showRole = () => (byId("role").value = client.coordination.presents ? "shows the popups" : "leaves the popups to another");
client.coordination.subscribe(showRole);
showRole();

document.addEventListener("bellwire:create", () => document.querySelector("bellwire-compose").scrollIntoView());
byId("dialog").addEventListener("click", () => document.querySelector("dialog").showModal());
byId("title").addEventListener("click", () => (document.title = `Changed at ${new Date().toLocaleTimeString()}`));
byId("sound").checked = client.sound;
byId("sound").addEventListener("change", (event) => (client.sound = event.target.checked));
byId("theme").addEventListener("change", () => document.body.classList.toggle("loud"));
byId("rtl").addEventListener("change", (event) => (document.documentElement.dir = event.target.checked ? "rtl" : "ltr"));
byId("dark").addEventListener("change", (event) => (document.documentElement.style.colorScheme = event.target.checked ? "dark" : ""));
