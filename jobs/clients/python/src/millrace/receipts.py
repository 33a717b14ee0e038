"""The way from one charge to the header of its epoch, rebuilt from the topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .deployment import Deployment
from .ethereum import unhex
from .merkle_sum import EMPTY, SumNode, SumTree, depth_of, lies_under, raised
from .records import Epoch, Header, Receipt
from .topic_scan import scan
from .typed_data import RECEIPT, Domain

_RECEIPTS = "settlement.receipts"
_EPOCHS = "settlement.epochs"
_NO_ALLOCATION = "0x" + "00" * 32
_TREASURY = 0
# by so much the clocks of this machine and of Kafka's producers may differ
_CLOCKS_APART_MILLIS = 600_000


@dataclass(frozen=True)
class ReceiptProof:
    """That a charge was sealed, in the form that `verifyReceipt` of the vault takes; `siblings` from the leaf to the root."""

    epoch: int
    receipt: dict[str, Any]
    header: Header
    siblings: Sequence[SumNode]


class Sealed:
    """What the topics tell of sealed charges, until it is enough to prove the one that is wanted."""

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id
        self._trees: dict[tuple[int, int], dict[int, Receipt]] = {}
        self._epochs: dict[int, Epoch] = {}
        self._wanted: Receipt | None = None

    def take(self, topic: str, record: Any) -> bool:
        """Takes the next record, and says whether it is enough."""
        if topic == _EPOCHS:
            self._epochs[record["header"]["epoch"]] = record
        else:
            if record["charge"]["requestId"] == self._request_id:
                self._wanted = record
            self._trees.setdefault((record["epoch"], record["shard"]), {})[record["index"]] = record
        return self._whole() is not None

    def _whole(self) -> tuple[Receipt, dict[int, Receipt], Epoch] | None:
        if self._wanted is None or self._wanted["epoch"] not in self._epochs:
            return None
        epoch, shard = self._wanted["epoch"], self._wanted["shard"]
        part, tree = self._epochs[epoch], self._trees[epoch, shard]
        counts = [source["receipts"] for source in part["sources"] if source["shard"] == shard]
        return (self._wanted, tree, part) if counts == [len(tree)] else None

    def proof(self, domain: Domain, shard_depth: int) -> ReceiptProof | None:
        """None as long as something is missing."""
        whole = self._whole()
        if whole is None:
            return None
        wanted, tree, part = whole
        leaves = [leaf_of(struct_of(tree[index]), domain) for index in sorted(tree)]
        levels = part["header"]["levels"] - shard_depth
        roots = [EMPTY] * 2**shard_depth
        for source in part["sources"]:
            root = SumNode(unhex(source["root"]), source["sumNano"])
            roots[source["shard"]] = raised(root, levels - depth_of(source["receipts"]))
        below = SumTree(leaves, levels).siblings(wanted["index"])
        above = SumTree(roots, shard_depth).siblings(wanted["shard"])
        return ReceiptProof(wanted["epoch"], struct_of(wanted), part["header"], below + above)


def find_proof(
    deployment: Deployment, domain: Domain, shard_depth: int, request_id: str, asked_millis: int
) -> ReceiptProof | None:
    """The proof of a request's charge; None if it is not sealed yet.

    `asked_millis` says when the request was sent, so that older records need not be read; 0 reads them all. Raises what
    `topic_scan.scan` does.
    """
    sealed = Sealed(request_id)
    scan(deployment, [_EPOCHS, _RECEIPTS], max(asked_millis - _CLOCKS_APART_MILLIS, 0), sealed.take)
    return sealed.proof(domain, shard_depth)


def leads_to_its_header(proof: ReceiptProof, domain: Domain, shard_depth: int) -> bool:
    """Whether the leaf leads to the root that the header names. Whose header it is, only the vault knows."""
    header, receipt = proof.header, proof.receipt
    return header["levels"] == len(proof.siblings) and lies_under(
        SumNode(unhex(header["receiptsRoot"]), header["receiptsSumNano"]),
        leaf_of(receipt, domain),
        receipt["shard"],
        receipt["index"],
        shard_depth,
        proof.siblings,
    )


def leaf_of(receipt: dict[str, Any], domain: Domain) -> SumNode:
    return SumNode(unhex(domain.digest(RECEIPT, receipt)), receipt["debitNano"])


def struct_of(receipt: Receipt) -> dict[str, Any]:
    """The vault's struct of a record; credits are words of account << 64 | amount in nano-USD, without those of zero."""
    charge = receipt["charge"]
    lines = [(charge["providerAccount"], charge["creditNano"]), (_TREASURY, charge["feeNano"])]
    return {
        "requestId": charge["requestId"],
        "requesterAccount": charge["requesterAccount"],
        "sequence": charge["sequence"],
        "providerAccount": charge["providerAccount"],
        "model": charge["model"],
        "units": charge["units"],
        "priceNanoPerMillion": charge["price"]["nanoPerMillion"],
        "priceVersion": charge["price"]["version"],
        "debitNano": charge["debitNano"],
        "credits": [account << 64 | amount for account, amount in lines if amount != 0],
        "outcome": charge["outcome"],
        "allocation": _NO_ALLOCATION,
        "admittedMillis": charge["admittedMillis"],
        "shard": receipt["shard"],
        "index": receipt["index"],
    }
