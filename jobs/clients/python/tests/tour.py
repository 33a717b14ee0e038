"""A requester's whole way, from a new key to its money back: python3 tests/tour.py STACK_FOLDER KEY_FILE

Fails at the first thing that is not as it should be; prints what was charged, and the vector of the first answer.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from millrace import Answer, MillraceClient, NoAnswerYet, NotYet, ReceiptProof, RequestRefused, read_stack
from millrace.rpc import until

DEPOSIT = 5_000_000_000
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


def first_answer(client: MillraceClient) -> Answer:
    """The engine hears of a deposit a moment after it is final."""

    def ask() -> Answer | None:
        try:
            return client.ask("Call me Ishmael.", max_fee_nano=FEE)
        except RequestRefused as error:
            holds(error.code == "UNKNOWN_ACCOUNT", str(error))
            return None

    answer = until("an answer was", SECONDS, ask)
    holds(0 < answer.debit_nano <= FEE, "it costs what was agreed")
    holds(client.is_signed_by_provider(answer), "signed")
    turned = dataclasses.replace(answer, embedding=[-component for component in answer.embedding])
    another = dataclasses.replace(answer, request_id="0x" + "11" * 32)
    for forged in (turned, another, dataclasses.replace(answer, embedding=["a"])):
        holds(not client.is_signed_by_provider(forged), "another vector or request is not signed")
    return answer


def refusals(client: MillraceClient) -> None:
    refused(client, "FEE_CAP_TOO_LOW", "There now is your insular city.", max_fee_nano=1)
    unread = refused(client, "SCHEMA", "", max_fee_nano=FEE)
    holds(unread.rejection["requestId"] is None, "known by where it lies")
    refused(client, "INPUT_ARRAY", ["a", "b"], max_fee_nano=FEE)
    refused(client, "UNKNOWN_MODEL", "a", max_fee_nano=FEE, model="0x" + "11" * 32)
    refused(client, "EXPIRED", "a", max_fee_nano=FEE, deadline_seconds=-1)
    raises(ValueError, lambda: client.ask("a", max_fee_nano=2**64), "no uint64")
    raises(ValueError, lambda: client.answer_to("0x" + "11" * 32, 1), "of no request")


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
    holds(client.vault.verify_receipt(proof), "the vault finds the same")
    owner = client.vault.earning_owner_of(proof.receipt["providerAccount"])
    holds(owner == answer.result["provider"]["address"], "who earns is who signed")

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


def money_back(client: MillraceClient, charged: int) -> None:
    until("the end of what was charged was", SECONDS, lambda: client.balance() == DEPOSIT - charged or None)
    left = client.balance()
    holds(client.withdraw(left) == left - left % 1000, "all of it, in whole units of the token")
    holds(client.vault.take_released() == 0, "less than a unit stays")
    holds(client.cancel_withdrawal() == 0, "all of it was released")
    # what the first has left over does not count as the release of the second
    client.deposit(1_000_000)
    holds(client.withdraw(1_000_000) == 1_000_000, "a second time")
    client.deposit(1_000_000)
    raises(NotYet, lambda: client.withdraw(1_000_000, 0), "no epoch comes at once")
    holds(client.cancel_withdrawal() == 1_000_000, "what is open is taken back")
    holds(client.balance() >= 1_000_000, "and stays")


def main(folder: str, key_file: str) -> None:
    with MillraceClient(read_stack(folder), Path(key_file).read_text().strip()) as client:
        holds(client.balance() == 0, "a new key")
        raises(ValueError, lambda: client.deposit(DEPOSIT + 1), "no whole amount of the token")
        client.deposit(DEPOSIT)
        holds(client.balance() == DEPOSIT, "paid in")
        first = first_answer(client)
        refusals(client)
        more = many(client)
        proofs(client, first, more[0])
        charged = sum(answer.debit_nano for answer in [first, *more])
        money_back(client, charged)
    print(json.dumps({"chargedNano": charged, "embedding": first.embedding}))


main(*sys.argv[1:])
