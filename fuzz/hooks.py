"""What Schemathesis is told about Bellwire: who calls what, and which ids there are.

Loaded by Schemathesis; `run.py` says by BELLWIRE_FUZZ which server it is and what lives there. Not here: what is checked.
"""

import json
import os
import re

import requests
import schemathesis

SETTING = json.loads(os.environ["BELLWIRE_FUZZ"])
URL, KEY = SETTING["url"], SETTING["key"]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
counts = {}


def token():
    """A new one for each call: among the calls are those that sign a user out everywhere."""
    answer = requests.post(
        f"{URL}/v1/tokens", json={"user": SETTING["user"]}, headers={"Authorization": f"Bearer {KEY}"}, timeout=30
    )
    answer.raise_for_status()
    return answer.json()["token"]


def is_own(operation):
    """A key has no inbox: what only users may call is called by one."""
    return operation.definition.raw.get("description") == "For users."


def known(operation, count, made_up):
    """The path's own ids, on two calls of three where nothing is deleted: made-up ones get no further than "not found"."""
    if operation.method.upper() == "DELETE":
        spares = SETTING["spares"].get(operation.path, [])
        chosen = {"id": spares.pop()} if spares else {}
    else:
        chosen = SETTING["ids"].get(operation.path, {}) if count % 3 != 2 else {}
    # Schemathesis makes up what it saw in answers, too: that may be the key by which it calls, or the user for whom it does.
    if "id" in made_up and "id" not in chosen and UUID.fullmatch(str(made_up["id"])):
        chosen = {**chosen, "id": f"gone-{count}"}
    return chosen


def lead(lines, count):
    """Paths of a batch are plain text in the document; some of them are made to lead somewhere."""
    paths = ["/v1/orders/A-1", "/v1/customers/C-1?silent=true", "/v1/orders", "/v1/events"]
    for place, line in enumerate(lines):
        if isinstance(line, dict) and isinstance(line.get("path"), str) and (place + count) % 2 == 0:
            line["path"] = paths[(place + count) // 2 % len(paths)]
            line["method"] = ["PUT", "PUT", "POST", "POST"][(place + count) // 2 % len(paths)]


@schemathesis.hook
def before_call(context, case, **kwargs):
    operation = case.operation
    count = counts[operation.label] = counts.get(operation.label, -1) + 1
    chosen = known(operation, count, case.path_parameters)
    case.path_parameters.update({name: value for name, value in chosen.items() if name in case.path_parameters})
    if operation.path == "/v1/batch" and isinstance(case.body, list):
        lead(case.body, count)
    case.headers["Authorization"] = f"Bearer {token() if is_own(operation) else KEY}"
