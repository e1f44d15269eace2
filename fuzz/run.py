"""Calls everything that /openapi.json names, with input that fits the document and input that does not, and holds each
answer against the document: no 5xx, no status, media type or shape that it does not name.

Usage: python fuzz/run.py. Starts target/release/bellwire (BELLWIRE names another) on a throwaway directory. Nothing is left
to chance: the same document gets the same calls. CASES and PHASES ask for more of them. Not here: the API of RetailCRM,
which has no such document, and the stream, which does not end.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import requests

HERE = pathlib.Path(__file__).parent
BELLWIRE = os.environ.get("BELLWIRE", "target/release/bellwire")
CASES = os.environ.get("CASES", "8")
PHASES = os.environ.get("PHASES", "examples,fuzzing")
# It takes a minute; this is for one that hangs.
LONGEST_S = 600
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
PASSWORD = "correct horse battery"


class Server:
    """Bellwire on a free port."""

    def __init__(self, folder):
        self.data, self.log = folder / "data", folder / "server.log"
        arguments = ["serve", "--data", self.data, "--listen", "127.0.0.1:0", "--log-format", "json"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen([BELLWIRE, *arguments], stdout=log, stderr=subprocess.STDOUT)
        self.url = self.address()

    def address(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"http://127\.0\.0\.1:\d+", self.log.read_text())
            if found:
                return found.group()
            time.sleep(0.05)
        raise SystemExit(f"the server does not start:\n{self.log.read_text()}")

    def admin(self, *arguments, stdin=""):
        done = subprocess.run(
            [BELLWIRE, *arguments, "--data", self.data], input=stdin, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"bellwire {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class Office:
    """What lives on the server, so that calls have something to be about."""

    def __init__(self, server):
        self.url = server.url
        server.admin("user", "add", "root@example.com", "--name", "Root", "--admin", "--password-stdin", stdin=PASSWORD)
        self.key = server.admin("key", "add", "fuzz", "--scope", "all")
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.key}"

    def call(self, method, path, body=None):
        answer = self.session.request(method, self.url + path, json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def invite(self, name, **more):
        made = self.call("POST", "/v1/users", {"email": f"{name}@example.com", "name": name, **more})
        return made["user"]["id"]

    def furnish(self):
        group = self.call("POST", "/v1/groups", {"code": "sales", "name": "Sales"})["id"]
        # Nobody calls what locks, renames or removes the reader.
        reader, other = self.invite("ann", groups=["sales"]), self.invite("bob")
        self.call("PUT", "/v1/custom-fields/order/gift", {"name": "Gift", "type": "boolean"})
        customer = self.call("PUT", "/v1/customers/C-1", {"first_name": "Eva"})["id"]
        state = {"customer": {"id": customer}, "items": [{"product_name": "Lamp", "quantity": 1, "initial_price": 9}]}
        order = self.call("PUT", "/v1/orders/A-1", state)["id"]
        sent = self.call("POST", "/v1/notifications", {"body": "Hello", "users": [reader]})["id"]
        task = self.call("POST", "/v1/tasks", {"text": "Call", "order": {"id": order}})["id"]
        ids = {
            "tasks": task, "users": other, "groups": group, "orders": order, "customers": customer,
            "notifications": sent, "inbox": self.item(reader),
        }
        return {
            "url": self.url,
            "key": self.key,
            "user": reader,
            "ids": self.paths(ids),
            "spares": self.spares(),
        }

    def item(self, reader):
        token = self.call("POST", "/v1/tokens", {"user": reader})["token"]
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            headers = {"Authorization": f"Bearer {token}"}
            items = requests.get(f"{self.url}/v1/inbox", headers=headers, timeout=30).json()["items"]
            if items:
                return items[0]["id"]
            time.sleep(0.05)
        raise SystemExit("the notification does not arrive")

    def paths(self, ids):
        """For each path with an id, the one that lives there."""
        known = {}
        for path in self.call("GET", "/openapi.json")["paths"]:
            resource = path.split("/")[2] if path.startswith("/v1/") else ""
            if "{id}" in path and resource in ids:
                known[path] = {"id": ids[resource]}
        # These are named by the shop's ids and by codes.
        known["/v1/custom-fields/{record_type}/{code}"] = {"record_type": "order"}
        known["/v1/reference-lists/{list}/{code}"] = {"list": "statuses"}
        return known

    def spares(self):
        """What may be deleted."""
        spares = {}
        for name in ("orders", "customers"):
            spares[f"/v1/{name}/{{id}}"] = [self.call("POST", f"/v1/{name}", {"first_name": "X"})["id"] for _ in range(9)]
        spares["/v1/groups/{id}"] = [
            self.call("POST", "/v1/groups", {"code": f"spare{n}", "name": "Spare"})["id"] for n in range(5)
        ]
        spares["/v1/api-keys/{id}"] = [
            self.call("POST", "/v1/api-keys", {"name": f"spare{n}", "scopes": ["read"]})["api_key"]["id"] for n in range(3)
        ]
        spares["/v1/tasks/{id}"] = [self.call("POST", "/v1/tasks", {"text": "Spare"})["id"] for _ in range(3)]
        spares["/v1/users/{id}"] = [self.invite(f"spare{n}") for n in range(3)]
        return spares


def drive(setting, folder):
    """Runs Schemathesis. Answers its own report, if it got that far."""
    report = folder / "report.json"
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{setting['url']}/openapi.json",
        "--phases", PHASES, "--max-examples", CASES, "--generation-deterministic",
        "--checks", CHECKS, "--continue-on-failure", "--no-shrink", "--workers", "1",
        "--exclude-path", "/v1/stream", "--suppress-health-check", "all", "--warnings", "off", "--no-color",
        "--request-timeout", "30", "--report", "json", "--report-json-path", str(report),
    ]  # fmt: skip
    ours = {
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "BELLWIRE_FUZZ": json.dumps(setting),
    }
    environment = {**os.environ, **ours}
    subprocess.run(command, cwd=folder, env=environment, timeout=LONGEST_S, check=False)
    return json.loads(report.read_text()) if report.exists() else None


def accepted(report):
    """Calls that got through to an effect or an answer: if there are few, little was tested."""
    phases = [phase for rates in (report or {}).get("valid_rates", {}).values() for phase in rates.values()]
    return sum(phase["accepted"] for phase in phases)


def main():
    with tempfile.TemporaryDirectory(prefix="bellwire-fuzz-") as name:
        folder = pathlib.Path(name)
        server = Server(folder)
        try:
            report = drive(Office(server).furnish(), folder)
            is_alive = server.process.poll() is None
        finally:
            server.stop()
        tested = report["operations"]["tested"] if report else 0
        bad = {operation for failure in report["failures"] for operation in failure["operations"]} if report else set()
        failed = len(bad) + len(report["errors"] if report else [1]) + (0 if is_alive else 1)
        if failed:
            print("".join(line for line in server.log.open() if '"ERROR"' in line)[-20_000:])
        print(f"{accepted(report)} calls did what they asked for")
        print(f"# pass {tested - len(bad)}\n# fail {failed}")
        sys.exit(1 if failed else 0)


main()
