"""A requester's whole way, from a new key to its money back: python3 tests/tour.py STACK_FOLDER KEY_FILE

Fails at the first thing that is not as it should be; prints what was charged, and the vector of the first answer.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from millrace import Answer, MillraceClient, NoAnswerYet, NotYet, ReceiptProof, RequestRefused, read_stack
from millrace.rpc import until

DEPOSIT = 5_000_000_000
PUT_BACK = 1_000_000
FEE = 10_000
SECONDS = 120


def holds(what: bool, why: str) -> None:
    if not what:
        raise AssertionError(why)


def raises(kind: type[Exception], action: Callable[[], Any], why: str) -> Exception:
    try:
        action()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} expected: {why}")


def refused(client: MillraceClient, code: str, text: str | list[str], **terms: Any) -> RequestRefused:
    error = raises(RequestRefused, lambda: client.ask(text, **terms), code)
    assert isinstance(error, RequestRefused)
    holds(error.code == code, f"{code} expected, not {error}")
    return error


def funded_answer(client: MillraceClient) -> Answer | None:
    """The engine hears of a deposit a moment after it is final; None until then."""
    try:
        return client.ask("Call me Ishmael.", max_fee_nano=FEE)
    except RequestRefused as error:
        holds(error.code in ("UNKNOWN_ACCOUNT", "INSUFFICIENT_FUNDS"), str(error))
        return None


def first_answer(client: MillraceClient) -> Answer:
    answer = until("an answer was", SECONDS, lambda: funded_answer(client))
    holds(0 < answer.debit_nano <= FEE, "it costs what was agreed")
    holds(client.is_signed_by_provider(answer), "signed")
    turned = dataclasses.replace(answer, embeddings=[[-component for component in answer.embedding]])
    another = dataclasses.replace(answer, request_id="0x" + "11" * 32)
    for forged in (turned, another, dataclasses.replace(answer, embeddings=[["a"]]), dataclasses.replace(answer, is_list=True)):
        holds(not client.is_signed_by_provider(forged), "another vector or request is not signed")
    return answer


def refusals(client: MillraceClient) -> None:
    refused(client, "FEE_CAP_TOO_LOW", "There now is your insular city.", max_fee_nano=1)
    unread = refused(client, "SCHEMA", "", max_fee_nano=FEE)
    holds(unread.rejection["requestId"] is None, "known by where it lies")
    refused(client, "SCHEMA", [], max_fee_nano=FEE)
    refused(client, "TOO_MANY_TEXTS", ["a"] * 129, max_fee_nano=FEE)
    refused(client, "UNKNOWN_MODEL", "a", max_fee_nano=FEE, model="0x" + "11" * 32)
    refused(client, "EXPIRED", "a", max_fee_nano=FEE, deadline_seconds=-1)
    raises(ValueError, lambda: client.ask("a", max_fee_nano=2**64), "no uint64")
    raises(ValueError, lambda: client.answer_to("0x" + "11" * 32, 1), "of no request")


def lists(client: MillraceClient, first: Answer) -> list[Answer]:
    """A list costs what its texts do together, rounded once, and gives what they give, bit for bit."""
    texts = ["Call me Ishmael.", *(f"sea number {i}" for i in range(127))]
    answer = client.ask(texts, max_fee_nano=128 * FEE)
    holds(len(answer.embeddings) == 128 and answer.embeddings[0] == first.embedding, "each its vector, in their order")
    holds(client.is_signed_by_provider(answer), "signed")
    one = client.ask(texts[:1], max_fee_nano=FEE)
    holds(one.embeddings == (first.embedding,) and client.is_signed_by_provider(one), "a list of one")
    for forged in (
        dataclasses.replace(answer, embeddings=answer.embeddings[::-1]),
        dataclasses.replace(answer, embeddings=answer.embeddings[:-1]),
        dataclasses.replace(one, is_list=False),
    ):
        holds(not client.is_signed_by_provider(forged), "other vectors are not signed")
    return [answer, one]


def many(client: MillraceClient) -> list[Answer]:
    """Many at a time: from many threads, and from one that waits for them afterwards."""
    with ThreadPoolExecutor(20) as pool:
        asked = list(pool.map(lambda i: client.ask(f"whale number {i}", max_fee_nano=FEE), range(20)))
    sent = [client.send(f"ship number {i}", max_fee_nano=FEE) for i in range(100)]
    raises(NoAnswerYet, lambda: client.answer_to(sent[-1], 0), "too soon")
    answers = asked + [client.answer_to(request_id, SECONDS) for request_id in sent]
    holds(len({answer.request_id for answer in answers}) == 120, "each its own")
    holds([answer.request_id for answer in answers[20:]] == sent, "each what was asked")
    holds(all(map(client.is_signed_by_provider, answers)), "each signed")
    raises(ValueError, lambda: client.answer_to(sent[0], 1), "given once")
    return answers


def proofs(client: MillraceClient, answer: Answer, other: Answer) -> None:
    proof = until("a receipt was", SECONDS, lambda: client.receipt(answer))
    until("its settlement was", SECONDS, lambda: client.verify(answer, proof) or None)
    holds(not proof.wrong_totals, "each leaf of the shard carries on what was earned before it")
    holds(client.vault.verify_receipt(proof), "the vault finds the same")
    account, signer = proof.receipt["providerAccount"], answer.result["provider"]["address"]
    holds(client.vault.signs_until(account, signer) > time.time(), "the account's signer has signed")
    holds(client.vault.earning_owner_of(account) != signer, "the key that signs is not the owner's")

    def changed(part: str, **values: Any) -> ReceiptProof:
        return dataclasses.replace(proof, **{part: getattr(proof, part) | values})

    dearer = changed("receipt", debitNano=answer.debit_nano + 1)
    holds(not client.verify(answer, dearer), "a charge of another amount")
    agrees = dataclasses.replace(answer, debit_nano=answer.debit_nano + 1)
    holds(not client.verify(agrees, dearer), "the same, and an answer that agrees")
    holds(not client.vault.verify_receipt(dearer), "nor does the vault find it")
    holds(not client.verify(other, proof), "another answer's")
    holds(not client.verify(answer, changed("header", l2Block=1)), "a header that was not settled")
    holds(not client.verify(answer, changed("header", receiptsRoot=None)), "no header at all")


def money_back(client: MillraceClient, charged: int) -> int:
    """Returns what is left over, less than a unit of the token: released and not taken."""
    until("the end of what was charged was", SECONDS, lambda: client.balance() == DEPOSIT - charged or None)
    left = client.balance()
    holds(client.withdraw(left) == left - left % 1000, "all of it, in whole units of the token")
    holds(client.vault.take_released() == 0, "less than a unit stays")
    holds(client.cancel_withdrawal() == 0, "all was released")
    return left % 1000


def part_of_the_money_back(client: MillraceClient, released: int) -> int:
    """What a charge that is not settled yet needs stays, and the request for it with it only until `withdraw` has returned."""
    client.deposit(PUT_BACK)
    answer = until("an answer was", SECONDS, lambda: funded_answer(client))
    asked = client.balance()
    came = client.withdraw(asked, SECONDS)
    # all of it if an epoch has settled the charge before the balance was read
    free = [(nano - nano % 1000) for nano in (released + asked - answer.debit_nano, released + asked)]
    holds(came in free, f"{came} of {asked}, perhaps less {answer.debit_nano}, and of {released} from before")
    holds(client.cancel_withdrawal() == 0, "nothing of it stays open")
    return answer.debit_nano


def cancellation(client: MillraceClient) -> None:
    client.deposit(PUT_BACK)
    before = client.balance()
    with contextlib.suppress(NotYet):
        client.withdraw(PUT_BACK, 0)
    cancelled = client.cancel_withdrawal()
    holds(cancelled in (0, PUT_BACK), "all or nothing is open, as an epoch was faster or not")
    holds(client.balance() == before - PUT_BACK + cancelled, "what was not released stays")


def main(folder: str, key_file: str) -> None:
    with MillraceClient(read_stack(folder), Path(key_file).read_text().strip()) as client:
        holds(client.balance() == 0, "a new key")
        raises(ValueError, lambda: client.deposit(DEPOSIT + 1), "no whole amount of the token")
        client.deposit(DEPOSIT)
        holds(client.balance() == DEPOSIT, "paid in")
        first = first_answer(client)
        refusals(client)
        asked = lists(client, first)
        proofs(client, asked[0], first)
        more = [*asked, *many(client)]
        proofs(client, first, more[0])
        charged = sum(answer.debit_nano for answer in [first, *more])
        released = money_back(client, charged)
        charged += part_of_the_money_back(client, released)
        cancellation(client)
    print(json.dumps({"chargedNano": charged, "embedding": first.embedding}))


main(*sys.argv[1:])
