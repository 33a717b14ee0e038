"""Signatures as the EVM takes them: 65 bytes r, s, v with v 27 or 28 and the low one of the two s.

OpenSSL signs, in constant time. What it lacks is Ethereum's way from a signature back to its key. That is done here in plain
Python: all of its numbers are public, so how long it takes tells nobody anything.
"""

from __future__ import annotations

from Cryptodome.Hash import keccak
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

_FIELD = 2**256 - 2**32 - 977
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_BASE = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
# only its length counts: what is signed is a digest already
_DIGEST = ec.ECDSA(utils.Prehashed(SHA256()))

Affine = tuple[int, int]
Jacobian = tuple[int, int, int]


def keccak256(text: bytes) -> bytes:
    """Ethereum's hash: Keccak as it was before it became SHA-3."""
    return bytes(keccak.new(digest_bits=256, data=text).digest())


class Key:
    """A private key. It signs; nothing gives it away again, not its repr either."""

    def __init__(self, private_key: str) -> None:
        """`private_key` is 32 bytes as hexadecimal, with 0x or without. Raises ValueError, which does not show it."""
        try:
            secret = bytes.fromhex(private_key.removeprefix("0x"))
        except ValueError:
            secret = b""
        number = int.from_bytes(secret, "big")
        if len(secret) != 32 or not 0 < number < _ORDER:
            raise ValueError("the private key is not 32 bytes of hexadecimal, or not one of secp256k1")
        self._key = ec.derive_private_key(number, ec.SECP256K1())
        public = self._key.public_key().public_numbers()
        self.address = _address((public.x, public.y))

    def sign(self, digest: bytes) -> bytes:
        """Signs 32 bytes that are a digest already."""
        r, s = utils.decode_dss_signature(self._key.sign(digest, _DIGEST))
        s = min(s, _ORDER - s)
        for v in (27, 28):
            signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v])
            if recover(digest, signature) == self.address:
                return signature
        raise AssertionError("OpenSSL's signature does not lead to its key")


def recover(digest: bytes, signature: bytes) -> str:
    """The address that has signed, lower case. Raises ValueError for what nobody can have signed in the one accepted form."""
    if len(signature) != 65 or signature[64] not in (27, 28):
        raise ValueError("a signature is 65 bytes, the last of them 27 or 28")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    if not (0 < r < _ORDER and 0 < s <= _ORDER // 2):
        raise ValueError("r or s of the signature is out of its range")
    square = (pow(r, 3, _FIELD) + 7) % _FIELD
    y = pow(square, (_FIELD + 1) // 4, _FIELD)
    if y * y % _FIELD != square:
        raise ValueError("r of the signature is of no point")
    point = (r, y if y % 2 == signature[64] - 27 else _FIELD - y)
    inverse = pow(r, -1, _ORDER)
    public = _sum_of_products(-int.from_bytes(digest, "big") * inverse % _ORDER, _BASE, s * inverse % _ORDER, point)
    if public is None:
        raise ValueError("the signature is of no key")
    return _address(public)


def _address(public: Affine) -> str:
    return "0x" + keccak256(public[0].to_bytes(32, "big") + public[1].to_bytes(32, "big"))[12:].hex()


def _sum_of_products(a: int, p: Affine, b: int, q: Affine) -> Affine | None:
    """a·p + b·q, both factors bit by bit together (Shamir's trick); None is the point at infinity."""
    both = _affine(_plus((*p, 1), q))
    total: Jacobian | None = None
    for bit in range(max(a.bit_length(), b.bit_length()) - 1, -1, -1):
        total = _twice(total)
        term = ((None, q), (p, both))[a >> bit & 1][b >> bit & 1]
        if term is not None:
            total = _plus(total, term)
    return _affine(total)


def _twice(point: Jacobian | None) -> Jacobian | None:
    if point is None:
        return None
    x, y, z = point
    s = 4 * x * y * y % _FIELD
    m = 3 * x * x % _FIELD
    x2 = (m * m - 2 * s) % _FIELD
    return x2, (m * (s - x2) - 8 * pow(y, 4, _FIELD)) % _FIELD, 2 * y * z % _FIELD


def _plus(point: Jacobian | None, other: Affine) -> Jacobian | None:
    if point is None:
        return (*other, 1)
    x, y, z = point
    h = (other[0] * z * z - x) % _FIELD
    r = (other[1] * z * z * z - y) % _FIELD
    if h == 0:
        return _twice(point) if r == 0 else None
    h2 = h * h % _FIELD
    h3 = h * h2 % _FIELD
    v = x * h2 % _FIELD
    x3 = (r * r - h3 - 2 * v) % _FIELD
    return x3, (r * (v - x3) - y * h3) % _FIELD, h * z % _FIELD


def _affine(point: Jacobian | None) -> Affine | None:
    if point is None:
        return None
    x, y, z = point
    inverse = pow(z, -1, _FIELD)
    return x * inverse**2 % _FIELD, y * inverse**3 % _FIELD
