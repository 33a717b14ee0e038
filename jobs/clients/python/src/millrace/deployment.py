"""Where an engine is reached, and the contracts that its signatures are bound to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Deployment:
    """Kafka, the chain and what is asked there by default.

    `rpc_url` is the JSON-RPC of a node of the L2: yours, if you are to trust nobody. `chain_id` is EIP-155's, `vault` the
    SettlementVault's address, `model` the id that is asked unless a request names another. `kafka` holds further settings of
    librdkafka, as TLS and SASL need them.
    """

    brokers: Sequence[str]
    rpc_url: str = field(repr=False)
    chain_id: int
    vault: str
    model: str
    kafka: Mapping[str, str | int | float | bool] = field(default_factory=dict, repr=False)


def read_stack(folder: str | Path) -> Deployment:
    """The local stack that `millrace up --dir FOLDER` runs."""
    stack = json.loads((Path(folder) / "stack.json").read_text("utf-8"))
    return Deployment(
        brokers=[stack["bootstrapServers"]],
        rpc_url=stack["rpcUrl"],
        chain_id=stack["chainId"],
        vault=stack["vault"],
        model=stack["model"],
    )
