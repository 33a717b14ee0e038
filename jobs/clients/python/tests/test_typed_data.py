from __future__ import annotations

import unittest
from typing import Any

from shared import vectors

from millrace.ethereum import unhex
from millrace.secp256k1 import Key, recover
from millrace.typed_data import HEADER, OUTCOME, RECEIPT, REQUEST, Domain, fields, input_hash, list_output_hash, output_hash

STRUCTS = [("request-digest", REQUEST), ("outcome-digest", OUTCOME), ("receipt-leaf", RECEIPT), ("epoch-header", HEADER)]


def struct_of(kind: str, case: dict[str, Any]) -> dict[str, Any]:
    """The vectors have numbers as decimal strings."""
    return {name: number(case[name]) if field.startswith("uint") else case[name] for field, name in fields(kind)}


def number(value: Any) -> Any:
    return [int(each) for each in value] if isinstance(value, list) else int(value)


def domain_of(file: dict[str, Any]) -> Domain:
    return Domain(int(file["domain"]["chainId"]), file["domain"]["verifyingContract"])


class TypedDataTest(unittest.TestCase):
    def test_every_case_has_its_digest(self) -> None:
        for name, kind in STRUCTS:
            file = vectors(name)
            self.assertEqual(kind, file["typeString"])
            self.assertTrue(file["cases"])
            for case in file["cases"]:
                with self.subTest(name, case=case["name"]):
                    self.assertEqual(case["digest"], domain_of(file).digest(kind, struct_of(kind, case)))

    def test_every_signature_leads_to_its_signer_and_every_key_signs(self) -> None:
        for name in ("request-digest", "outcome-digest"):
            for case in vectors(name)["cases"]:
                with self.subTest(name, case=case["name"]):
                    digest, key = unhex(case["digest"]), Key(case["privateKey"])
                    self.assertEqual(case["signer"], recover(digest, unhex(case["signature"])))
                    self.assertEqual(case["signer"], key.address)
                    self.assertEqual(case["signer"], recover(digest, key.sign(digest)))

    def test_every_input_has_its_hash(self) -> None:
        cases = vectors("request-digest")["cases"]
        self.assertTrue(any("query" in case for case in cases))
        for case in cases:
            with self.subTest(case["name"]):
                self.assertEqual(case["inputHash"], input_hash(case["input"], case.get("query")))

    def test_every_vector_has_its_hash(self) -> None:
        for case in vectors("outcome-digest")["cases"]:
            with self.subTest(case["name"]):
                each = [[float(component) for component in vector] for vector in case.get("embeddings", [case.get("embedding")])]
                found = list_output_hash(each) if "embeddings" in case else output_hash(each[0])
                self.assertEqual(case["outputHash"], found)

    def test_a_component_beyond_float32_is_no_error(self) -> None:
        self.assertEqual(output_hash([float("inf")]), output_hash([1e39]))

    def test_what_does_not_fit_its_type_is_refused(self) -> None:
        file = vectors("request-digest")
        good = struct_of(REQUEST, file["cases"][0])
        wrong: list[tuple[str, Any]] = [("maxFeeNano", each) for each in (2**64, -1, 1.0, "1")]
        wrong += [("model", "0x11"), ("requester", "11"), ("requester", None)]
        for name, value in wrong:
            with self.subTest(name, value=value), self.assertRaises(ValueError):
                domain_of(file).digest(REQUEST, good | {name: value})
