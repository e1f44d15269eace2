// The Node client for RetailCRM that others wrote, unchanged, against a running Bellwire: every call that it has. It sends
// its key in the query, bodies in JSON whose fields are JSON in texts, and numbered brackets, where the Python client has
// none of that. Run after the other one on the same server: node node_client.js URL KEY.
//
// What Bellwire supports is told as a story; what it does not must answer with a clear error in JSON.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const RetailCRM = createRequire(import.meta.url)("node-retailcrm-api");
const [url, apiKey] = process.argv.slice(2);
const siteCode = "north";
const client = connect(apiKey);

function connect(key) {
  return RetailCRM({ url, apiKey: key, siteCode, version: RetailCRM.VERSIONS.V5 });
}

const called = new Set();
const sections = Object.keys(client).filter((name) => typeof client[name] === "object" && hasCalls(client[name]));
for (const section of sections) {
  for (const [name, call] of Object.entries(client[section])) {
    client[section][name] = (...args) => {
      called.add(`${section}.${name}`);
      return call(...args);
    };
  }
}

function hasCalls(section) {
  return section !== null && Object.values(section).some((value) => typeof value === "function");
}

function ok(response, status = 200) {
  const body = response.getBody();
  assert.deepEqual([response.statusCode(), body.success], [status, true], JSON.stringify(body));
  assert.ok(response.isSuccessful());
  return body;
}

function refused(response, status, message) {
  const body = response.getBody();
  assert.deepEqual([response.statusCode(), body.success, response.errorMsg()], [status, false, message], JSON.stringify(body));
  return body;
}

const stories = {
  async service() {
    assert.ok(ok(await client.availableVersions()).versions.includes("5.0"));
    assert.deepEqual(ok(await client.credentials()).sitesAvailable, ["north", "south"]);
    ok(await client.statistic.listUpdate());
    refused(await connect("wrong").orders.list(), 403, 'Wrong "apiKey" value.');
    // The client itself wants a key, but not one of letters.
    refused(await connect(" ").orders.list(), 400, '"apiKey" is missing.');
  },

  async people() {
    const { users } = ok(await client.users.list({ email: "ann@example.com" }));
    assert.equal(users.length, 1);
    assert.equal(ok(await client.users.fetch(users[0].id)).user.firstName, "Ann");
    ok(await client.users.updateStatus(users[0], "dinner"));
    assert.equal(ok(await client.users.list({ status: "dinner" })).users[0].id, users[0].id);
    ok(await client.users.updateStatus(users[0].id));
    // This client asks at an address of its own.
    assert.equal(ok(await client.users.listGroups()).groups[0].code, "sales");
  },

  async customers() {
    const { id } = ok(await client.customers.create({ externalId: "n1", firstName: "Nora" }), 201);
    ok(await client.customers.updateById({ id, lastName: "Ek" }));
    ok(await client.customers.updateByExternalId({ externalId: "n1", email: "nora@example.com" }));
    const { customer } = ok(await client.customers.fetchById(id));
    assert.deepEqual([customer.externalId, customer.lastName, customer.site], ["n1", "Ek", siteCode]);
    assert.equal(ok(await client.customers.fetchByExternalId("n1")).customer.email, "nora@example.com");
    const uploaded = ok(await client.customers.upload([{ externalId: "n2" }, { firstName: "Nils" }]), 201).uploadedCustomers;
    ok(await client.customers.fixExternalIds([{ id: uploaded[1].id, externalId: "n3" }]));
    const found = ok(await client.customers.list({ externalIds: ["n1", "n2", "n3"] }));
    assert.equal(found.pagination.totalCount, 3);
    const { history } = ok(await client.customers.history({ customerId: id }));
    assert.deepEqual(history.map((entry) => entry.field), ["id", "last_name", "email"]);
    ok(await client.customers.createCustomField({ code: "size", name: "Size", type: "string" }), 201);
    ok(await client.customers.updateCustomField({ code: "size", name: "Shoe size" }));
    assert.equal(ok(await client.customers.fetchCustomField("size")).customField.name, "Shoe size");
  },

  async orders() {
    const made = ok(
      await client.orders.create({
        externalId: "n1",
        number: "N-1",
        customer: { externalId: "n1", site: siteCode },
        items: [{ productName: "Кофе ☕", initialPrice: 3.5, quantity: 2 }],
      }),
      201,
    );
    assert.equal(made.order.totalSumm, 7);
    ok(await client.orders.updateById({ id: made.id, status: "complete" }));
    ok(await client.orders.updateByExternalId({ externalId: "n1", customerComment: "Danke" }));
    const { order } = ok(await client.orders.fetchById(made.id));
    assert.deepEqual([order.status, order.customerComment, order.items[0].productName], ["complete", "Danke", "Кофе ☕"]);
    assert.equal(ok(await client.orders.fetchByExternalId("n1")).order.id, made.id);
    refused(await client.orders.fetchByExternalId("nothing"), 404, "Not found");
    const uploaded = ok(await client.orders.upload([{ externalId: "n2", status: "new" }, {}]), 201).uploadedOrders;
    ok(await client.orders.fixExternalIds([{ id: uploaded[1].id, externalId: "n3" }]));
    const { orders } = ok(await client.orders.statuses([made.id], ["n2"]));
    assert.deepEqual(orders.map((o) => [o.externalId, o.status]).sort(), [["n1", "complete"], ["n2", "new"]]);
    const page = ok(await client.orders.list({ sites: [siteCode], externalIds: ["n1", "n2", "n3"] }));
    assert.equal(page.pagination.totalCount, 3);
    const { history } = ok(await client.orders.history({ orderId: made.id }));
    assert.ok(history[0].created && history.some((entry) => entry.field === "customer_comment"));
  },

  async payments() {
    const { id } = ok(await client.orders.createPayment({ order: { externalId: "n1" }, type: "cash", externalId: "np" }), 201);
    ok(await client.orders.updatePaymentById({ id, amount: 7 }));
    ok(await client.orders.updatePaymentByExternalId({ externalId: "np", status: "paid" }));
    const { payments } = ok(await client.orders.fetchByExternalId("n1")).order;
    assert.deepEqual([payments[id].amount, payments[id].status], [7, "paid"]);
    ok(await client.orders.removePayment(id));
    refused(await client.orders.removePayment({ id }), 404, "Not found");
  },

  async references() {
    for (const name of ["DeliveryService", "DeliveryType", "OrderMethod", "OrderType", "PaymentStatus", "PaymentType",
      "ProductStatus", "Status", "Store", "PriceType", "CostGroup", "CostItem", "LegalEntity", "Site"]) {
      const { list, key } = names(name);
      ok(await client.references[`update${name}`]({ code: "node", name: "From Node" }), 201);
      const entries = ok(await client.references[list]())[key];
      const entry = Array.isArray(entries) ? entries.find((e) => e.code === "node") : entries.node;
      assert.equal(entry.name, "From Node", name);
    }
    assert.ok(ok(await client.references.listStatusGroups()).statusGroups.approval);
    assert.deepEqual(ok(await client.references.listCountries()).countriesIso, []);
    assert.deepEqual(ok(await client.references.listCouriers()).couriers, []);
  },

  async customFields() {
    const fields = client.customfields;
    ok(await fields.create({ code: "gift", name: "Gift", type: "boolean" }, "order"), 201);
    ok(await fields.update({ code: "gift", name: "A gift" }, "order"));
    assert.equal(ok(await fields.fetch("gift", "order")).customField.name, "A gift");
    assert.ok(ok(await fields.list({ entity: "order" })).customFields.some((field) => field.code === "gift"));
    ok(await client.orders.updateByExternalId({ externalId: "n1", customFields: { gift: true } }));
    assert.equal(ok(await client.orders.list({ customFields: { gift: 1 } })).orders[0].externalId, "n1");
    ok(await fields.createDictionary({ code: "sizes", elements: [{ code: "s", name: "S" }] }), 201);
    ok(await fields.updateDictionary({ code: "sizes", elements: [{ code: "m", name: "M" }] }));
    assert.equal(ok(await fields.fetchDictionary("sizes")).customDictionary.elements.length, 2);
    assert.ok(ok(await fields.listDictionaries()).customDictionaries.length > 0);
  },

  async tasks() {
    const [ann] = ok(await client.users.list({ email: "ann@example.com" })).users;
    const task = { text: "Call about the order", datetime: "2031-05-17 10:02", performerId: ann.id, order: { externalId: "n1" } };
    const { id } = ok(await client.tasks.create(task), 201);
    const seen = ok(await client.tasks.fetch(id)).task;
    assert.deepEqual([seen.text, seen.datetime, seen.performer, seen.order.externalId, seen.complete],
      [task.text, task.datetime, ann.id, "n1", false]);
    ok(await client.tasks.update({ id, complete: true }));
    const { tasks } = ok(await client.tasks.list({ performers: [ann.id], status: "completed", text: "about the order" }));
    assert.deepEqual(tasks.map((found) => found.id), [id]);
    refused(await client.tasks.create({ commentary: "nothing" }), 400, "Errors in the entity format");
    refused(await client.tasks.fetch(999999), 404, "Not found");
  },

  async absent() {
    const whole = ["costs", "delivery", "modules", "packs", "segments", "stores", "telephony"];
    const single = ["customers.combine", "customers.listNotes", "customers.createNote", "customers.removeNote",
      "orders.combine", "references.createCourier", "references.updateCourier"];
    const calls = whole.flatMap((section) => Object.keys(client[section]).map((name) => `${section}.${name}`));
    for (const call of [...calls, ...single]) {
      const [section, name] = call.split(".");
      const thing = { id: 1, code: "x" };
      const response = await attempt(() => client[section][name](/^(fetch|manager)/.test(name) ? 1 : thing, thing));
      if (response === undefined) continue;
      assert.deepEqual([response.statusCode(), response.errorMsg()], [404, "API method not found"], call);
    }
  },

  async allOfThem() {
    const all = sections.flatMap((section) => Object.keys(client[section]).map((name) => `${section}.${name}`));
    assert.deepEqual(all.filter((call) => !called.has(call)), []);
  },
};

/** The client itself refuses the calls that version 5 no longer has. */
async function attempt(call) {
  try {
    return await call();
  } catch (error) {
    assert.match(error.message, /is not available/);
    return undefined;
  }
}

/** `PaymentStatus` is listed by `listPaymentStatuses` under `paymentStatuses`. */
function names(one) {
  const many = one.endsWith("y") ? `${one.slice(0, -1)}ies` : one.endsWith("s") ? `${one}es` : `${one}s`;
  return { list: `list${many}`, key: many[0].toLowerCase() + many.slice(1) };
}

let failed = 0;
for (const [name, story] of Object.entries(stories)) {
  try {
    await story();
    console.log(`ok - node: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - node: ${name}\n${error.stack ?? error}`);
  }
}
console.log(`# pass ${Object.keys(stories).length - failed}\n# fail ${failed}`);
process.exitCode = failed === 0 ? 0 : 1;
