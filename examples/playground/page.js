/** The buttons of the playground. Deliberately not here: anything that a real page would copy beside createClient. */
import { createClient } from "/client/bellwire.js";

const client = createClient();
const byId = (id) => document.getElementById(id);
const one = (n = 1) => ({
  title: `Order ${1000 + n}`,
  body: `<b>Status:</b> New → Paid`,
  kind: "system",
  record: { type: "order", id: `${n}`, number: n, external_id: null, url: "/" },
});
const SETS = {
  one: () => one(),
  task: () => ({ title: "Call Ann back", body: "Due at 10:00", kind: "task", severity: "warning", sticky: true }),
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

byId("dialog").addEventListener("click", () => document.querySelector("dialog").showModal());
byId("title").addEventListener("click", () => (document.title = `Changed at ${new Date().toLocaleTimeString()}`));
byId("sound").checked = client.sound;
byId("sound").addEventListener("change", (event) => (client.sound = event.target.checked));
byId("theme").addEventListener("change", () => document.body.classList.toggle("loud"));
byId("rtl").addEventListener("change", (event) => (document.documentElement.dir = event.target.checked ? "rtl" : "ltr"));
byId("dark").addEventListener("change", (event) => (document.documentElement.style.colorScheme = event.target.checked ? "dark" : ""));
