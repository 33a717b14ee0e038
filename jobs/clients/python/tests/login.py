"""One answer from brokers with TLS and a login, and its proof: python3 tests/login.py DOOR.json KEY_FILE"""

import json
import sys
from pathlib import Path

from millrace import Answer, Deployment, MillraceClient
from millrace.rpc import until

SECONDS = 120

file, key = sys.argv[1:]
door = json.loads(Path(file).read_text("utf-8"))
deployment = Deployment(
    brokers=door["brokers"],
    rpc_url=door["rpcUrl"],
    chain_id=door["chainId"],
    vault=door["vault"],
    model=door["model"],
    kafka={
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": door["ca"],
        "sasl.mechanism": "PLAIN",
        "sasl.username": door["username"],
        "sasl.password": door["password"],
    },
)


def settled(client: MillraceClient, answer: Answer) -> bool | None:
    """None until the vault confirms the charge."""
    proof = client.receipt(answer)
    return proof is not None and client.verify(answer, proof) or None


with MillraceClient(deployment, Path(key).read_text("utf-8").strip()) as client:
    answer = client.ask("Call me Ishmael.", max_fee_nano=10_000)
    until("its settlement was", SECONDS, lambda: settled(client, answer))
    print("verified")
