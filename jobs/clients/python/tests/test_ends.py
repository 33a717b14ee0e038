from __future__ import annotations

import unittest
from typing import Any

from millrace.ends import Ends


def answer(request_id: str, **more: Any) -> Any:
    return {"id": request_id, "status": "answered", **more}


def refusal(partition: int, offset: int, **more: Any) -> Any:
    return {"code": "DUPLICATE", "partition": partition, "offset": offset, **more}


class EndsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.ends = Ends()
        self.ends.expect("a", 1, False)

    def end(self) -> Any:
        pending = self.ends.of("a")
        assert pending is not None
        self.assertEqual(pending.end is not None, pending.done.is_set())
        return pending.end

    def test_a_record_tells_whose_end_it_is_and_nobodys_if_it_changes_nothing(self) -> None:
        self.ends.placed("a", 0, 3)
        self.assertIsNone(self.ends.take(answer("b")))
        self.assertEqual("a", self.ends.take(refusal(0, 3)))
        self.assertEqual("a", self.ends.take(answer("a")))
        self.assertIsNone(self.ends.take(refusal(0, 3)))

    def test_an_answer_that_nobody_waits_for_is_passed_over(self) -> None:
        self.ends.take(answer("b"))
        self.assertIsNone(self.ends.of("b"))

    def test_a_refusal_without_an_id_is_known_by_its_place_also_before_the_acknowledgement(self) -> None:
        self.ends.take(refusal(1, 7))
        self.ends.take(refusal(1, 8))
        self.assertIsNone(self.end())
        self.ends.placed("a", 1, 7)
        self.assertEqual(7, self.end()["offset"])

    def test_a_refusal_at_the_place_of_a_copy_is_not_the_requests_end(self) -> None:
        self.ends.placed("a", 0, 3)
        self.ends.take(refusal(0, 4, requestId="a"))
        self.assertIsNone(self.end())

    def test_an_answer_replaces_a_refusal_and_not_the_other_way_round(self) -> None:
        self.ends.placed("a", 0, 3)
        self.ends.take(refusal(0, 3))
        self.ends.take(answer("a"))
        self.ends.take(refusal(0, 3))
        self.assertEqual("answered", self.end()["status"])

    def test_of_two_answers_the_last_counts(self) -> None:
        self.ends.placed("a", 0, 3)
        self.ends.take(answer("a", n=1))
        self.ends.take(answer("a", n=2))
        self.assertEqual(2, self.end()["n"])

    def test_what_is_forgotten_has_no_end_any_more(self) -> None:
        self.ends.placed("a", 0, 3)
        self.ends.forget("a")
        self.assertIsNone(self.ends.take(answer("a")))
        self.assertIsNone(self.ends.take(refusal(0, 3)))
        self.assertIsNone(self.ends.of("a"))

    def test_an_acknowledgement_of_what_is_forgotten_changes_nothing(self) -> None:
        self.ends.forget("a")
        self.ends.placed("a", 0, 3)
        self.assertIsNone(self.ends.take(refusal(0, 3)))

    def test_strays_are_dropped_once_every_request_has_its_place(self) -> None:
        self.ends.take(refusal(1, 7))
        self.ends.placed("a", 0, 3)
        self.ends.expect("b", 1, False)
        self.ends.placed("b", 1, 7)
        pending = self.ends.of("b")
        assert pending is not None
        self.assertIsNone(pending.end)

    def test_a_request_that_was_not_acknowledged_is_told_once_and_may_be_answered_yet(self) -> None:
        pending = self.ends.of("a")
        assert pending is not None
        self.ends.unacknowledged("a", "timed out")
        self.assertTrue(pending.done.is_set())
        self.assertEqual("timed out", self.ends.reopen(pending))
        self.assertFalse(pending.done.is_set())
        self.ends.take(answer("a"))
        self.assertTrue(pending.done.is_set())
        self.assertIsNone(self.ends.reopen(pending))
        self.assertEqual("answered", self.end()["status"])
