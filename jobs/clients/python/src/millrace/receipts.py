"""The way from one charge to the header of its epoch, rebuilt from the topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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
    """That a charge was sealed, in the form that `verifyReceipt` of the vault takes; `siblings` from the leaf to the root.

    `wrong_totals` are the request ids of the shard's leaves, by index, that do not carry on what the leaves before them credit
    their earners. The proof holds all the same; but an earner's total in the shard, which its last leaf shows, is wrong.
    """

    epoch: int
    receipt: dict[str, Any]
    header: Header
    siblings: Sequence[SumNode]
    wrong_totals: Sequence[str]


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
        structs = [struct_of(tree[index]) for index in sorted(tree)]
        leaves = [leaf_of(each, domain) for each in structs]
        levels = part["header"]["levels"] - shard_depth
        roots = [EMPTY] * 2**shard_depth
        for source in part["sources"]:
            root = SumNode(unhex(source["root"]), source["sumNano"])
            roots[source["shard"]] = raised(root, levels - depth_of(source["receipts"]))
        below = SumTree(leaves, levels).siblings(wanted["index"])
        above = SumTree(roots, shard_depth).siblings(wanted["shard"])
        return ReceiptProof(wanted["epoch"], struct_of(wanted), part["header"], below + above, wrong_totals(structs))


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


def wrong_totals(shard: Iterable[dict[str, Any]]) -> list[str]:
    """Of the structs of an epoch's shard, by index, the request ids of those that do not carry on the totals before them."""
    earned: Counter[int] = Counter()
    wrong = []
    for receipt in shard:
        carries_on = True
        for line in receipt["credits"]:
            account, amount = line >> 64 & 0xFFFF_FFFF, line & 0xFFFF_FFFF_FFFF_FFFF
            carries_on &= line >> 96 == earned[account]
            earned[account] += amount
        if not carries_on:
            wrong.append(receipt["requestId"])
    return wrong


def struct_of(receipt: Receipt) -> dict[str, Any]:
    """The vault's struct of a record; credits are words of before << 96 | account << 64 | amount, without those of no amount.

    Amounts are nano-USD; `before` is what the leaves before it, in its shard of its epoch, credit the account.
    """
    charge, before = receipt["charge"], receipt["earnedBefore"]
    lines = [
        (before["providerNano"], charge["providerAccount"], charge["creditNano"]),
        (before["treasuryNano"], _TREASURY, charge["feeNano"]),
    ]
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
        "credits": [earned << 96 | account << 64 | amount for earned, account, amount in lines if amount != 0],
        "outcome": charge["outcome"],
        "allocation": _NO_ALLOCATION,
        "admittedMillis": charge["admittedMillis"],
        "shard": receipt["shard"],
        "index": receipt["index"],
    }
