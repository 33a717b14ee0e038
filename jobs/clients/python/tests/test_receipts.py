from __future__ import annotations

import dataclasses
import unittest
from collections.abc import Callable
from typing import Any

from shared import vectors

from millrace.merkle_sum import SumNode, SumTree, depth_of, raised
from millrace.receipts import ReceiptProof, Sealed, leads_to_its_header, leaf_of, struct_of, wrong_totals
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
    fees = sum(range(index))
    before = {"providerNano": 160 * index - fees, "treasuryNano": fees}
    return {"epoch": EPOCH, "cut": 1, "shard": shard, "index": index, "earnedBefore": before, "charge": charge}


def record_of(vector: Any) -> Any:
    """The record of a shared vector's leaf, its credit lines taken apart; None if no charge has such credits or was allocated."""
    lines = [int(line) for line in vector["credits"]]
    amounts = [line % 2**64 for line in lines] + [0, 0]
    befores = [line >> 96 for line in lines] + [0, 0]
    if len(lines) > 2 or sum(amounts) != int(vector["debitNano"]) or int(vector["allocation"], 16) != 0:
        return None
    price = {"nanoPerMillion": int(vector["priceNanoPerMillion"]), "version": int(vector["priceVersion"])}
    names = ("requesterAccount", "sequence", "providerAccount", "units", "debitNano", "admittedMillis")
    charge = vector | {name: int(vector[name]) for name in names}
    charge |= {"price": price, "creditNano": amounts[0], "feeNano": amounts[1]}
    place = {"shard": int(vector["shard"]), "index": int(vector["index"])}
    return place | {"earnedBefore": {"providerNano": befores[0], "treasuryNano": befores[1]}, "charge": charge}


def in_shard(*lines: list[tuple[int, int, int]]) -> list[Any]:
    """Leaves of one shard: of each the total before, the account and the amount of its lines."""
    return [
        {"requestId": identity(index), "credits": [before << 96 | account << 64 | amount for before, account, amount in each]}
        for index, each in enumerate(lines)
    ]


def sealed_epoch(counts: dict[int, int], change: Callable[[list[Any]], None] = lambda of_first: None) -> tuple[list[Any], Any]:
    """Receipts, so many in each shard, those of the first shard changed, and the record of their epoch."""
    receipts = {shard: [receipt_of(shard, index) for index in range(count)] for shard, count in counts.items()}
    change(next(iter(receipts.values())))
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
        names = ("debitNano", "units", "sequence", "shard", "index", "requesterAccount")
        changes: list[tuple[str, Any]] = [(name, proof.receipt[name] + 1) for name in names]
        changes.append(("credits", [line + (1 << 96) for line in proof.receipt["credits"]]))
        for name, value in changes:
            receipt = proof.receipt | {name: value}
            self.assertFalse(leads_to_its_header(dataclasses.replace(proof, receipt=receipt), DOMAIN, SHARD_DEPTH), name)
        for name, value in (("receiptsRoot", identity(1)), ("receiptsSumNano", 1), ("levels", 4)):
            header: Any = proof.header | {name: value}
            self.assertFalse(leads_to_its_header(dataclasses.replace(proof, header=header), DOMAIN, SHARD_DEPTH), name)
        turned = dataclasses.replace(proof, siblings=proof.siblings[::-1])
        self.assertFalse(leads_to_its_header(turned, DOMAIN, SHARD_DEPTH))

    def test_the_leaf_of_a_record_is_the_one_that_the_contracts_know(self) -> None:
        file = vectors("receipt-leaf")
        domain = Domain(int(file["domain"]["chainId"]), file["domain"]["verifyingContract"])
        tested = []
        for case in file["cases"]:
            record = record_of(case)
            if record is not None:
                tested.append(case["name"])
                self.assertEqual(case["digest"], "0x" + leaf_of(struct_of(record), domain).hash.hex(), case["name"])
        self.assertIn("after others", tested)


class TotalsTest(unittest.TestCase):
    def test_totals_that_carry_on_are_not_complained_of(self) -> None:
        receipts, epoch = sealed_epoch({0: 5, 3: 2})
        for receipt in receipts:
            proof = proof_of(receipt["charge"]["requestId"], receipts, epoch)
            assert proof is not None
            self.assertEqual([], proof.wrong_totals)

    def test_a_leaf_that_does_not_carry_on_is_named_in_the_proofs_of_its_shard(self) -> None:
        def forgets(receipts: list[Any]) -> None:
            receipts[2]["earnedBefore"]["providerNano"] -= 1

        receipts, epoch = sealed_epoch({0: 5, 3: 2}, forgets)
        for receipt in receipts:
            proof = proof_of(receipt["charge"]["requestId"], receipts, epoch)
            assert proof is not None
            self.assertTrue(leads_to_its_header(proof, DOMAIN, SHARD_DEPTH), "the requester's charge is proven all the same")
            self.assertEqual([identity(2)] if receipt["shard"] == 0 else [], proof.wrong_totals)

    def test_every_account_has_its_total(self) -> None:
        right = [[(0, 7, 95), (0, 0, 5)], [(0, 8, 38), (5, 0, 2)], [], [(95, 7, 19)], [(38, 8, 1), (7, 0, 1)]]
        self.assertEqual([], wrong_totals(in_shard(*right)))
        for index, line in [(0, 0), (0, 1), (1, 0), (1, 1), (3, 0), (4, 1)]:
            for by in (-1, 1):
                before, account, amount = right[index][line]
                if before + by >= 0:
                    wrong = [list(each) for each in right]
                    wrong[index][line] = (before + by, account, amount)
                    self.assertEqual([identity(index)], wrong_totals(in_shard(*wrong)), (index, line, by))

    def test_the_treasury_as_provider_earns_its_fee_after_its_share(self) -> None:
        self.assertEqual([], wrong_totals(in_shard([(0, 0, 95), (95, 0, 5)], [(100, 0, 9)])))
        self.assertEqual([identity(0)], wrong_totals(in_shard([(0, 0, 95), (0, 0, 5)], [(100, 0, 9)])))

    def test_what_is_no_total_of_64_bits_is_wrong(self) -> None:
        self.assertEqual([identity(1)], wrong_totals(in_shard([(0, 7, 1)], [(2**64 + 1, 7, 1)])))
