"""What a replay must beat sevenfold (R3): the values of analyzer/decode/bodies.hpp out of the same bodies, with what every
Python has, json and sqlite3. extract.py FILE, which replay_bench writes; prints how many seconds of CPU it took."""

import json
import re
import sqlite3
import sys
import time
from datetime import datetime

UNITS = {"ns": 1e-3, "µs": 1, "us": 1, "ms": 1e3, "s": 1e6, "m": 6e7, "h": 3.6e9}
PART = re.compile(r"([0-9.]+)([a-zµ]+)")


def moment(text):
    # Nanoseconds are more than Python's datetime takes.
    seconds, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(seconds + "." + (fraction + "000000")[:6] + "+00:00")


def duration(text):
    """Microseconds of what Go prints, like 1m2.5s."""
    return sum(float(number) * UNITS[unit] for number, unit in PART.findall(text)) if text else None


def routez(body):
    return (
        body["server_id"], body.get("server_name"), moment(body["now"]),
        [
            (one["rid"], one["remote_id"], one.get("remote_name"), one.get("account"), one["ip"], one["port"],
             moment(one["start"]), duration(one.get("rtt")), one["pending_size"], one["in_msgs"], one["out_msgs"])
            for one in body["routes"]
        ],
    )


def gateway(one):
    connection = one["connection"]
    return (connection["cid"], connection["name"], connection["ip"], connection["port"],
            moment(connection["start"]), duration(connection.get("rtt")), connection["pending_bytes"])


def gatewayz(body):
    return (
        body["server_id"], moment(body["now"]), body.get("name"),
        {remote: (one.get("configured"), gateway(one)) for remote, one in body["outbound_gateways"].items()},
        {remote: [gateway(one) for one in all_of_it] for remote, all_of_it in body["inbound_gateways"].items()},
    )


def by_link(counts):
    return counts and (counts.get("routes"), counts.get("gateways"), counts.get("leafs"))


def meta_group(meta):
    return meta and (meta.get("leader"), meta.get("cluster_size"),
                     sorted(one["name"] for one in meta.get("replicas", ()) if one.get("offline")))


def varz(body):
    cluster = body.get("cluster", {})
    own = body.get("gateway", {})
    jetstream = body.get("jetstream", {})
    return (
        body["server_id"], body.get("server_name"), body.get("version"), body.get("host"), body.get("port"),
        body.get("http_port"), moment(body["start"]), moment(body["now"]),
        moment(body.get("config_load_time") or body["start"]),
        cluster.get("name"), cluster.get("addr"), cluster.get("cluster_port"), sorted(cluster.get("urls", ())),
        cluster.get("pool_size"),
        own.get("name"), own.get("host"), own.get("port"), own.get("advertise"),
        [(one["name"], sorted(one.get("urls", ()))) for one in own.get("gateways", ())
         if one["name"] != own.get("name")],
        "config" in jetstream, jetstream.get("config", {}).get("domain"), meta_group(jetstream.get("meta")),
        body.get("system_account"), by_link(body.get("slow_consumer_stats")),
        by_link(body.get("stale_connection_stats")),
        [(name, moment(until)) for name, until in
         [("", body.get("tls_cert_not_after"))] +
         [(name, body.get(name, {}).get("tls_cert_not_after"))
          for name in ("cluster", "gateway", "leaf", "mqtt", "websocket")] if until],
        body.get("leafnodes"), body.get("connections"), body.get("subscriptions"), body.get("in_msgs"),
        body.get("out_msgs"),
    )


def healthz(body):
    return body["status"], [(one.get("type"), one.get("error")) for one in body.get("errors", ())]


READERS = {"varz": varz, "routez": routez, "gatewayz": gatewayz, "healthz": healthz}


def main():
    began = time.process_time()
    bodies = sqlite3.connect(sys.argv[1]).execute("SELECT endpoint, body FROM body")
    for endpoint, body in bodies:
        READERS[endpoint](json.loads(body))
    print(time.process_time() - began)


if __name__ == "__main__":
    main()
