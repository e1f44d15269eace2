"""The official Python client of RetailCRM, unchanged, against a running Bellwire: every call that it has.

Usage: python python_client.py URL KEY. The key has the scope `retailcrm`. What Bellwire supports is told as a story; what
it does not must answer with a clear error in JSON. Not here: what goes over the wire byte by byte, which is tests/it's.
"""

import inspect
import sys
import traceback

import retailcrm

URL, KEY = sys.argv[1:3]
called = set()
checks = []


class Client(retailcrm.v5):
    """Notes which calls were made; changes nothing of them."""

    def __getattribute__(self, name):
        if not name.startswith("_"):
            called.add(name)
        return object.__getattribute__(self, name)


client = Client(URL, KEY)


def check(story):
    checks.append(story)
    return story


def ok(response, status=200):
    body = response.get_response()
    assert response.get_status_code() == status and response.is_successful(), (response.get_status_code(), body)
    assert body["success"] is True, body
    return body


def refused(response, status, message, field=None):
    body = response.get_response()
    assert (response.get_status_code(), body["success"]) == (status, False), (response.get_status_code(), body)
    assert response.get_error_msg() == message, body
    if field is not None:
        assert field in response.get_errors(), body
    return body


def order(external_id, **fields):
    return {"externalId": external_id, "firstName": "Eva", "lastName": "Doe", **fields}


@check
def service():
    assert "5.0" in ok(client.api_versions())["versions"]
    credentials = ok(client.api_credentials())
    assert "order_write" in credentials["scopes"] and credentials["siteAccess"] == "access_full"
    assert ok(client.system_info())["publicUrl"].startswith("http")
    settings = ok(client.settings())["settings"]
    assert settings["system_language"]["value"] == "en" and settings["timezone"]["value"]
    ok(client.statistic_update())


@check
def keys():
    refused(Client(URL, "bwk_" + "A" * 43).orders(), 403, 'Wrong "apiKey" value.')
    refused(Client(URL, "").orders(), 400, '"apiKey" is missing.')


@check
def people():
    page = ok(client.users())
    assert page["pagination"] == {"limit": 20, "totalCount": 2, "currentPage": 1, "totalPageCount": 1}
    ann = next(user for user in page["users"] if user["email"] == "ann@example.com")
    assert (ann["firstName"], ann["lastName"], ann["status"], ann["isAdmin"]) == ("Ann", "Lee", "free", False)
    assert ann["groups"][0]["code"] == "sales"
    assert [u["id"] for u in ok(client.users({"email": "ann@example.com"}))["users"]] == [ann["id"]]
    assert len(ok(client.users({"groups": ["sales"]}))["users"]) == 1
    assert ok(client.users({"isAdmin": 1}))["users"][0]["email"] == "root@example.com"
    assert ok(client.user(ann["id"]))["user"]["id"] == ann["id"]
    for status in ["busy", "dinner", "break", "free"]:
        ok(client.user_status(ann["id"], status))
        assert ok(client.user(ann["id"]))["user"]["status"] == status
    refused(client.user_status(ann["id"], "asleep"), 400, "Validation error", "status")
    refused(client.user_status(999999, "free"), 404, "Not found")
    refused(client.user(999999), 404, "Not found")
    groups = ok(client.user_groups())
    assert [g["code"] for g in groups["groups"]] == ["sales"] and groups["pagination"]["totalCount"] == 1


@check
def customers():
    made = ok(client.customer_create({"externalId": "c1", "firstName": "Eva", "email": "eva@example.com",
                                      "phones": [{"number": "+34 600"}]}), 201)
    refused(client.customer_create({"externalId": "c1"}), 400, "Errors in the entity format", "externalId")
    refused(client.customer_create({"externalId": "c2", "email": "nobody"}), 400, "Errors in the entity format", "email")
    seen = ok(client.customer("c1"))["customer"]
    assert (seen["id"], seen["firstName"], seen["phones"]) == (made["id"], "Eva", [{"number": "+34 600"}])
    assert seen["customFields"] == []
    assert ok(client.customer(made["id"], "id"))["customer"]["externalId"] == "c1"
    ok(client.customer_edit({"externalId": "c1", "lastName": "Doe"}))
    ok(client.customer_edit({"id": made["id"], "vip": True}, "id"))
    seen = ok(client.customer("c1"))["customer"]
    assert (seen["lastName"], seen["vip"], seen["firstName"]) == ("Doe", True, "Eva")
    refused(client.customer("nobody"), 404, "Not found")
    refused(client.customer_edit({"externalId": "nobody", "vip": True}), 404, "Not found")
    uploaded = ok(client.customers_upload([{"externalId": "c3", "firstName": "Pia"}, {"firstName": "No id"}]), 201)
    assert [c["externalId"] for c in uploaded["uploadedCustomers"]] == ["c3", None]
    nameless = uploaded["uploadedCustomers"][1]["id"]
    ok(client.customers_fix_external_ids([{"id": nameless, "externalId": "c4"}]))
    assert ok(client.customer("c4"))["customer"]["id"] == nameless
    refused(client.customers_fix_external_ids([{"id": nameless, "externalId": "c1"}]), 400,
            "Errors in the entity format", "customers[0].externalId")
    assert [c["externalId"] for c in ok(client.customers({"name": "pia"}))["customers"]] == ["c3"]
    assert len(ok(client.customers({"ids": [made["id"], nameless]}))["customers"]) == 2
    assert len(ok(client.customers({"externalIds": ["c1", "c3", "cx"]}))["customers"]) == 2
    assert ok(client.customers())["pagination"]["totalCount"] == 3
    history = ok(client.customers_history({"customerId": made["id"]}))["history"]
    assert (history[0]["created"], history[0]["field"]) == (True, "id")
    assert [(h["field"], h["newValue"]) for h in history[1:]] == [("last_name", "Doe"), ("vip", True)]


@check
def orders():
    made = ok(client.order_create(order("o1", number="A-1", status="new", customer={"externalId": "c1"},
        items=[{"productName": "Tea", "initialPrice": 10, "quantity": 2, "offer": {"externalId": "tea"}}],
        delivery={"code": "courier", "cost": 5, "address": {"city": "Madrid"}})), 201)
    assert made["order"]["totalSumm"] == 25 and made["order"]["id"] == made["id"]
    assert made["order"]["customer"]["externalId"] == "c1"
    refused(client.order_create(order("o1")), 400, "Errors in the entity format", "externalId")
    refused(client.order_create(order("o2", customer={"externalId": "nobody"})), 400,
            "Errors in the entity format", "customer")
    seen = ok(client.order("o1"))["order"]
    assert (seen["number"], seen["status"], seen["delivery"]["address"]["city"]) == ("A-1", "new", "Madrid")
    assert ok(client.order(made["id"], "id"))["order"]["externalId"] == "o1"
    ann = ok(client.users({"email": "ann@example.com"}))["users"][0]["id"]
    edited = ok(client.order_edit({"externalId": "o1", "status": "delivering", "managerId": ann}))
    assert (edited["id"], edited["order"]["status"], edited["order"]["managerId"]) == (made["id"], "delivering", ann)
    ok(client.order_edit({"id": made["id"], "managerComment": "Ring twice"}, "id"))
    refused(client.order_edit({"externalId": "o1", "managerId": 999999}), 400, "Errors in the entity format", "managerId")
    refused(client.order("nothing"), 404, "Not found")


@check
def order_lists():
    uploaded = ok(client.orders_upload([order(f"u{n}", status="complete", number=f"U-{n}") for n in range(25)]), 201)
    assert len(uploaded["uploadedOrders"]) == 25 and uploaded["failedOrders"] == []
    mixed = client.orders_upload([order("u1", status="new"), order("u99", email="nobody")])
    body = refused(mixed, 460, "Orders are loaded with errors", "[1].email")
    assert [o["externalId"] for o in body["uploadedOrders"]] == ["u1"]
    assert body["failedOrders"] == [{"externalId": "u99"}]
    page = ok(client.orders({"extendedStatus": ["complete"]}, page=2))
    assert page["pagination"] == {"limit": 20, "totalCount": 24, "currentPage": 2, "totalPageCount": 2}
    assert len(page["orders"]) == 4
    assert len(ok(client.orders({"numbers": ["U-3", "A-1"]}))["orders"]) == 2
    assert [o["externalId"] for o in ok(client.orders({"customerExternalId": "c1"}))["orders"]] == ["o1"]
    ann = ok(client.users({"email": "ann@example.com"}))["users"][0]["id"]
    assert [o["externalId"] for o in ok(client.orders({"managers": [ann]}))["orders"]] == ["o1"]
    assert ok(client.orders({"managers": [999999]}))["orders"] == []
    assert ok(client.orders({"minPrice": 20, "maxPrice": 30}))["pagination"]["totalCount"] == 1
    assert ok(client.orders({"createdAtFrom": "2000-01-01", "createdAtTo": "2001-01-01"}))["orders"] == []
    refused(client.orders({"weather": "fine"}), 400, "Errors in the input parameters", "filter[weather]")
    refused(client.orders(limit=3), 400, "Errors in the input parameters", "limit")
    statuses = ok(client.orders_statuses([], ["o1", "u2", "ux"]))["orders"]
    assert sorted((o["externalId"], o["status"], o["group"]) for o in statuses) == [
        ("o1", "delivering", "delivery"), ("u2", "complete", "complete")]
    nameless = ok(client.order_create({"firstName": "Phone"}), 201)["id"]
    ok(client.orders_fix_external_ids([{"id": nameless, "externalId": "fixed"}]))
    assert ok(client.order("fixed"))["order"]["id"] == nameless


@check
def order_history():
    """Page by page from sinceId: every number once, none skipped."""
    seen, since = [], 0
    while True:
        page = ok(client.orders_history({"sinceId": since}, limit=20))
        if not page["history"]:
            break
        seen += page["history"]
        since = page["history"][-1]["id"]
    assert len(seen) == ok(client.orders_history(limit=100))["pagination"]["totalCount"]
    assert [h["id"] for h in seen] == sorted({h["id"] for h in seen})
    made = next(h for h in seen if h["order"]["externalId"] == "o1" and h.get("created"))
    assert (made["field"], made["newValue"], made["source"]) == ("status", {"code": "new"}, "api")
    assert made["apiKey"] == {"current": True}
    of_order = ok(client.orders_history({"orderExternalId": "o1"}))["history"]
    changes = {h["field"]: h for h in of_order[1:]}
    assert changes["status"]["oldValue"] == {"code": "new"} and changes["status"]["newValue"] == {"code": "delivering"}
    assert set(changes["manager"]["newValue"]) == {"id"} and changes["manager_comment"]["newValue"] == "Ring twice"


@check
def payments():
    made = ok(client.order_payment_create({"order": {"externalId": "o1"}, "type": "cash", "amount": 20,
                                           "externalId": "p1"}), 201)
    ok(client.order_payment_edit({"externalId": "p1", "status": "paid", "paidAt": "2026-03-01 10:00:00"}))
    ok(client.order_payment_edit({"id": made["id"], "amount": 25}, "id"))
    seen = ok(client.order("o1"))["order"]["payments"][str(made["id"])]
    assert (seen["amount"], seen["status"], seen["type"]) == (25, "paid", "cash")
    assert ok(client.order("o1"))["order"]["prepaySum"] == 25
    ok(client.order_payment_delete(made["id"]))
    assert ok(client.order("o1"))["order"]["payments"] in ({}, [])
    refused(client.order_payment_delete(made["id"]), 404, "Not found")
    refused(client.order_payment_create({"type": "cash"}), 400, "Validation error", "payment.order")


@check
def notifications():
    ok(client.notifications_send({"type": "api.info", "message": "<p>To all who run it</p>", "userGroups": ["superadmins"]}))
    users = [user["id"] for user in ok(client.users())["users"]]
    ok(client.notifications_send({"type": "api.error", "message": "By number", "userIds": users}))
    ok(client.notifications_send({"type": "api.error", "message": "By text", "userIds": [str(users[0])],
                                  "userGroups": ["sales"]}))
    refused(client.notifications_send({"type": "api.info", "message": "Nobody"}), 400, "Validation error", "userGroups")
    refused(client.notifications_send({"type": "sms", "message": "x", "userIds": users}), 400, "Validation error", "type")
    refused(client.notifications_send({"type": "api.info", "message": "x", "userGroups": ["none"]}), 400,
            "Errors in the entity format", "userGroups[0]")


MAPS = ["delivery_services", "delivery_types", "order_methods", "order_types", "payment_statuses", "payment_types",
        "product_statuses", "sites", "statuses"]
LISTS = ["cost_groups", "cost_items", "legal_entities", "price_types", "stores", "units"]


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@check
def references():
    groups = ok(client.status_groups())["statusGroups"]
    assert set(groups) == {"new", "approval", "assembling", "delivery", "complete", "cancel"}
    assert groups["new"]["statuses"] == ["new"]
    statuses = ok(client.statuses())["statuses"]
    assert statuses["new"] == {"name": "New", "code": "new", "active": True, "ordering": 10, "group": "new"}
    for name in MAPS:
        if name == "sites":
            continue
        fields = {"code": "added", "name": "Added", "active": True, "ordering": 7}
        ok(getattr(client, name + "_edit")(fields), 201)
        entry = ok(getattr(client, name)())[camel(name)]["added"]
        assert {key: entry[key] for key in fields} == fields, (name, entry)
        ok(getattr(client, name + "_edit")({"code": "added", "name": "Renamed"}))
        assert ok(getattr(client, name)())[camel(name)]["added"]["name"] == "Renamed", name
    for name in LISTS:
        ok(getattr(client, name + "_edit")({"code": "added", "name": "Added"}), 201)
        assert ok(getattr(client, name)())[camel(name)][0]["name"] == "Added", name
    for name, key in [("countries", "countriesIso"), ("currencies", "currencies"), ("couriers", "couriers"),
                      ("mg_channels", "mgChannels"), ("subscriptions", "subscriptions")]:
        assert ok(getattr(client, name)())[key] == [], name
    refused(client.statuses_edit({"code": "odd", "name": "Odd", "group": "none"}), 400,
            "Errors in the entity format", "group")


@check
def custom_fields():
    ok(client.custom_field_create({"entity": "order", "code": "nps", "name": "Score", "type": "integer"}), 201)
    assert ok(client.custom_field("nps", "order"))["customField"]["type"] == "integer"
    # This call of the client takes code and entity out of the field before it sends it.
    ok(client.custom_field_edit({"entity": "order", "code": "nps", "name": "Net score"}))
    fields = ok(client.custom_fields({"entity": "order"}))["customFields"]
    assert [(f["code"], f["name"]) for f in fields] == [("nps", "Net score")]
    for external_id, score in [("o1", 9), ("u1", 3), ("u2", 10)]:
        ok(client.order_edit({"externalId": external_id, "customFields": {"nps": score}}))
    found = ok(client.orders({"customFields": {"nps": {"min": 9}}}))["orders"]
    assert sorted(o["externalId"] for o in found) == ["o1", "u2"]
    assert found[0]["customFields"]["nps"] in (9, 10)
    assert [o["externalId"] for o in ok(client.orders({"customFields": {"nps": 3}}))["orders"]] == ["u1"]
    refused(client.orders({"customFields": {"none": 3}}), 400, "Errors in the entity format",
            "filter[customFields][none]")
    refused(client.order_edit({"externalId": "o1", "customFields": {"none": 3}}), 400,
            "Errors in the entity format", "customFields.none")
    ok(client.custom_dictionary_create({"code": "colours", "name": "Colours",
                                        "elements": [{"code": "red", "name": "Red"}]}), 201)
    ok(client.custom_dictionary_edit({"code": "colours", "elements": [{"code": "blue", "name": "Blue"}]}))
    elements = ok(client.custom_dictionary("colours"))["customDictionary"]["elements"]
    assert sorted(e["code"] for e in elements) == ["blue", "red"]
    assert "colours" in [d["code"] for d in ok(client.custom_dictionaries())["customDictionaries"]]


@check
def sites():
    """Last: from two sites on, records need to say of which they are."""
    ok(client.sites_edit({"code": "north", "name": "North"}), 201)
    ok(client.sites_edit({"code": "south", "name": "South"}), 201)
    assert set(ok(client.sites())["sites"]) == {"north", "south"}
    refused(client.order_create(order("s1")), 400, "Parameter 'site' is missing")
    ok(client.order_create(order("s1"), "north"), 201)
    ok(client.order_create(order("s1"), "south"), 201)
    refused(client.order("s1"), 400, "Parameter 'site' is missing")
    assert ok(client.order("s1", site="south"))["order"]["site"] == "south"
    assert [o["site"] for o in ok(client.orders({"sites": ["north"]}))["orders"]] == ["north"]
    refused(client.order_create(order("s2"), "west"), 400, "Errors in the entity format", "site")


@check
def tasks():
    ann = ok(client.users({"email": "ann@example.com"}))["users"][0]["id"]
    eva = ok(client.customers({"email": "eva@example.com"}))["customers"][0]["id"]
    number = ok(client.task_create({"text": "Call Eva", "commentary": "about the tea", "datetime": "2031-05-17 10:02",
        "performerId": ann, "phone": "+34 600", "customer": {"id": eva}}), 201)["id"]
    seen = ok(client.task(number))["task"]
    assert (seen["text"], seen["datetime"], seen["performer"]) == ("Call Eva", "2031-05-17 10:02", ann)
    assert (seen["performerType"], seen["complete"]) == ("user", False)
    ok(client.task_edit({"id": number, "text": "Write to Eva", "complete": True}))
    assert ok(client.task(number))["task"]["complete"] is True
    found = ok(client.tasks({"performers": [ann], "status": "completed", "text": "write"}))
    assert [task["id"] for task in found["tasks"]] == [number] and found["pagination"]["totalCount"] == 1
    assert ok(client.tasks())["pagination"]["totalCount"] == 1
    assert ok(client.tasks_comments(number))["comments"] == []
    history = ok(client.tasks_history({"taskId": number}))["history"]
    assert [row["field"] for row in history] == ["id", "text", "complete"] and history[0]["created"]
    refused(client.task_create({"commentary": "nothing"}), 400, "Errors in the entity format", "text")
    refused(client.task_edit({"id": number, "performerId": 999999}), 400, "Errors in the entity format", "performerId")
    refused(client.task(999999), 404, "Not found")


# What Bellwire has no use for, or not yet.
ABSENT = """
cost cost_create cost_delete cost_edit costs costs_delete costs_upload couriers_create couriers_edit currencies_create
currencies_edit customer_note_create customer_note_delete customer_notes customer_subscription customers_combine
delivery_calculate delivery_shipment delivery_shipment_create delivery_shipment_edit delivery_shipments delivery_tracking
file files files_delete files_download files_edit files_upload integration_module integration_module_edit
integration_module_update_scopes inventories inventories_upload offers order_links_create orders_combine
orders_delivery_cancel orders_loyalty_apply orders_loyalty_cancel_bonus_operations orders_plates_print pack pack_create
pack_delete pack_edit packs packs_history payment_check payment_create_invoice payment_invoice payment_invoice_import
payment_update_invoice prices_upload product_groups product_groups_create product_groups_edit products
products_batch_create products_batch_edit products_properties products_properties_values segments subscriptions_edit
telephony_call_event telephony_calls_upload telephony_manager
verification_sms_confirm verification_sms_status web_analytics_client_ids_upload web_analytics_sources_upload
web_analytics_visits_upload
""".split()


class Anything(dict):
    """An argument that has every key."""

    def __missing__(self, key):
        return "x"


@check
def absent():
    families = ("customer_corporate", "customers_corporate", "customers_combine_corporate", "customer_interaction", "loyalty_")
    names = ABSENT + [name for name in methods() if name.startswith(families)]
    assert len(names) > 100, names
    for name in names:
        needed = [p for p in inspect.signature(getattr(client, name)).parameters.values() if p.default is p.empty]
        response = getattr(client, name)(*[Anything(id=1, code="x") if is_object(p.name) else "x" for p in needed])
        try:
            refused(response, 404, "API method not found")
        except AssertionError as error:
            raise AssertionError(name, *error.args) from error


def is_object(name):
    plain = ("uid", "code", "channel", "site", "customer_id", "amount", "comment", "status", "phone", "ids", "check_id",
             "plate_id", "uid_corporate", "activation_date", "expire_date")
    return name not in plain


def methods():
    public = inspect.getmembers(retailcrm.v5, inspect.isfunction)
    return [name for name, _ in public if not name.startswith("_") and name not in ("get", "post")]


@check
def all_of_them():
    assert set(methods()) <= called, sorted(set(methods()) - called)


failed = 0
for story in checks:
    try:
        story()
        print(f"ok - python: {story.__name__}")
    except Exception:  # one story must not end the others
        failed += 1
        print(f"not ok - python: {story.__name__}")
        traceback.print_exc(file=sys.stdout)
print(f"# pass {len(checks) - failed}\n# fail {failed}")
sys.exit(1 if failed else 0)
