from __future__ import annotations

import dataclasses
import unittest
from typing import Any

from millrace.merkle_sum import SumNode, SumTree, depth_of, raised
from millrace.receipts import ReceiptProof, Sealed, leads_to_its_header, leaf_of, struct_of
from millrace.typed_data import Domain

DOMAIN = Domain(31337, "0x" + "aa" * 20)
SHARD_DEPTH = 2
EPOCH = 2**53 + 1


def identity(number: int) -> str:
    return f"0x{number:064x}"


def receipt_of(shard: int, index: int) -> Any:
    charge = {
        "requestId": identity(100 * shard + index), "requesterAccount": 1, "sequence": index + 1, "providerAccount": 7,
        "model": identity(5), "units": 8, "price": {"nanoPerMillion": 20_000_000, "version": 1, "feeBasisPoints": 100},
        "debitNano": 160, "creditNano": 160 - index, "feeNano": index, "outcome": identity(6), "admittedMillis": 1,
    }  # fmt: skip
    return {"epoch": EPOCH, "cut": 1, "shard": shard, "index": index, "charge": charge}


def sealed_epoch(counts: dict[int, int]) -> tuple[list[Any], Any]:
    """Receipts, so many in each shard, and the record of their epoch."""
    receipts = {shard: [receipt_of(shard, index) for index in range(count)] for shard, count in counts.items()}
    levels = max(map(depth_of, counts.values()))
    sources, roots = [], [SumNode(bytes(32), 0)] * 2**SHARD_DEPTH
    for shard, of_shard in receipts.items():
        tree = SumTree([leaf_of(struct_of(each), DOMAIN) for each in of_shard], depth_of(len(of_shard)))
        roots[shard] = raised(tree.root, levels - depth_of(len(of_shard)))
        hashed = "0x" + tree.root.hash.hex()
        sources.append({"shard": shard, "root": hashed, "sumNano": tree.root.sum_nano, "receipts": len(of_shard)})
    root = SumTree(roots, SHARD_DEPTH).root
    total = {"receiptsRoot": "0x" + root.hash.hex(), "receiptsSumNano": root.sum_nano}
    header = {"epoch": EPOCH, "levels": levels + SHARD_DEPTH} | total
    return [each for of_shard in receipts.values() for each in of_shard], {"header": header, "sources": sources}


def proof_of(request_id: str, receipts: list[Any], epoch: Any) -> ReceiptProof | None:
    sealed = Sealed(request_id)
    for receipt in receipts:
        sealed.take("settlement.receipts", receipt)
    sealed.take("settlement.epochs", epoch)
    return sealed.proof(DOMAIN, SHARD_DEPTH)


class ReceiptsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.receipts, self.epoch = sealed_epoch({0: 5, 3: 1})

    def test_every_receipt_leads_to_its_header(self) -> None:
        for receipt in self.receipts:
            proof = proof_of(receipt["charge"]["requestId"], self.receipts, self.epoch)
            assert proof is not None
            self.assertTrue(leads_to_its_header(proof, DOMAIN, SHARD_DEPTH))
            self.assertFalse(leads_to_its_header(proof, Domain(1, "0x" + "aa" * 20), SHARD_DEPTH), "of another chain")

    def test_the_order_of_records_and_copies_of_them_do_not_matter(self) -> None:
        wanted = self.receipts[2]["charge"]["requestId"]
        expected = proof_of(wanted, self.receipts, self.epoch)
        self.assertEqual(expected, proof_of(wanted, self.receipts[::-1] + self.receipts[:3], self.epoch))

    def test_it_is_enough_with_the_last_record_and_not_before(self) -> None:
        sealed = Sealed(self.receipts[0]["charge"]["requestId"])
        records = [("settlement.epochs", self.epoch)] + [("settlement.receipts", each) for each in self.receipts]
        told = [sealed.take(*record) for record in records]
        self.assertEqual([False] * 5 + [True, True], told)

    def test_what_is_not_sealed_yet_has_no_proof(self) -> None:
        wanted = self.receipts[0]["charge"]["requestId"]
        self.assertIsNone(proof_of(identity(77), self.receipts, self.epoch), "no such request")
        self.assertIsNone(proof_of(wanted, self.receipts[:4], self.epoch), "a leaf is missing")
        self.assertIsNone(Sealed(wanted).proof(DOMAIN, SHARD_DEPTH))

    def test_a_falsified_proof_does_not_lead_there(self) -> None:
        proof = proof_of(self.receipts[1]["charge"]["requestId"], self.receipts, self.epoch)
        assert proof is not None
        for name in ("debitNano", "units", "sequence", "shard", "index", "requesterAccount"):
            receipt = proof.receipt | {name: proof.receipt[name] + 1}
            self.assertFalse(leads_to_its_header(dataclasses.replace(proof, receipt=receipt), DOMAIN, SHARD_DEPTH), name)
        for name, value in (("receiptsRoot", identity(1)), ("receiptsSumNano", 1), ("levels", 4)):
            header: Any = proof.header | {name: value}
            self.assertFalse(leads_to_its_header(dataclasses.replace(proof, header=header), DOMAIN, SHARD_DEPTH), name)
        turned = dataclasses.replace(proof, siblings=proof.siblings[::-1])
        self.assertFalse(leads_to_its_header(turned, DOMAIN, SHARD_DEPTH))
