from __future__ import annotations

import unittest

from shared import vectors

from millrace.ethereum import unhex
from millrace.secp256k1 import Key, keccak256, recover

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class Secp256k1Test(unittest.TestCase):
    def setUp(self) -> None:
        case = vectors("request-digest")["cases"][0]
        self.digest, self.signature, self.signer = unhex(case["digest"]), unhex(case["signature"]), case["signer"]

    def test_signatures_of_many_digests_have_the_accepted_form(self) -> None:
        key = Key("0x" + "00" * 31 + "07")
        for number in range(50):
            digest = keccak256(bytes([number]))
            signature = key.sign(digest)
            self.assertEqual(key.address, recover(digest, signature))
            self.assertLessEqual(int.from_bytes(signature[32:64], "big"), ORDER // 2)

    def test_another_digest_is_another_signer(self) -> None:
        self.assertNotEqual(self.signer, recover(keccak256(self.digest), self.signature))

    def test_the_high_s_of_the_same_signature_is_refused(self) -> None:
        r, s, v = self.signature[:32], int.from_bytes(self.signature[32:64], "big"), self.signature[64]
        with self.assertRaises(ValueError):
            recover(self.digest, r + (ORDER - s).to_bytes(32, "big") + bytes([55 - v]))

    def test_malformed_signatures_are_refused(self) -> None:
        r, s, v = self.signature[:32], self.signature[32:64], self.signature[64:]
        zero, order, no_point = bytes(32), ORDER.to_bytes(32, "big"), (5).to_bytes(32, "big")
        for wrong in (b"", r + s, r + s + b"\0", zero + s + v, r + zero + v, order + s + v, no_point + s + v):
            with self.subTest(wrong.hex()), self.assertRaises(ValueError):
                recover(self.digest, wrong)

    def test_wrong_keys_are_refused_without_being_shown(self) -> None:
        for wrong in ("", "0x" + "00" * 32, "5ecre7" * 10, "0x" + "ff" * 32, "0x" + "5e" * 33):
            with self.subTest(wrong):
                with self.assertRaises(ValueError) as raised:
                    Key(wrong)
                self.assertNotIn(wrong[2:] or "0x", str(raised.exception))

    def test_a_key_does_not_show_itself(self) -> None:
        key = Key("0x" + "5e" * 32)
        self.assertNotIn("5e5e", repr(key) + str(vars(key)))
