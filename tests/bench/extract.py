"""What a replay must beat sevenfold (R3): the same values out of the same bodies with what every Python has, json and
sqlite3. extract.py FILE, which replay_bench writes; prints how many seconds of CPU it took."""

import json
import sqlite3
import sys
import time
from datetime import datetime


def moment(text):
    # Nanoseconds are more than Python's datetime takes.
    seconds, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(seconds + "." + (fraction + "000000")[:6] + "+00:00")


def routez(body):
    moment(body["now"])
    return [
        (one["rid"], one["remote_id"], one.get("remote_name"), one.get("account"), one["ip"], one["port"],
         moment(one["start"]), one.get("rtt"), one["pending_size"], one["in_msgs"], one["out_msgs"])
        for one in body["routes"]
    ]


def gateway(one):
    connection = one["connection"]
    return (connection["cid"], connection["name"], connection["ip"], connection["port"],
            moment(connection["start"]), connection.get("rtt"), connection["pending_bytes"])


def gatewayz(body):
    moment(body["now"])
    return (
        {remote: gateway(one) for remote, one in body["outbound_gateways"].items()},
        {remote: [gateway(one) for one in all_of_it] for remote, all_of_it in body["inbound_gateways"].items()},
    )


def varz(body):
    return (body["server_id"], body["server_name"], body["version"], moment(body["start"]), moment(body["now"]),
            body["cluster"].get("urls"), body["connections"], body["subscriptions"], body["in_msgs"],
            body["out_msgs"])


def healthz(body):
    return body["status"]


READERS = {"varz": varz, "routez": routez, "gatewayz": gatewayz, "healthz": healthz}


def main():
    began = time.process_time()
    bodies = sqlite3.connect(sys.argv[1]).execute("SELECT endpoint, body FROM body")
    for endpoint, body in bodies:
        READERS[endpoint](json.loads(body))
    print(time.process_time() - began)


if __name__ == "__main__":
    main()
