from __future__ import annotations

import unittest
from typing import Any, cast

from millrace.client import Answer, _vector
from millrace.records import Result


def answer(*data: Any) -> Answer:
    """The part of an answer that is made of what a model gave for a list of texts."""
    return Answer("0x11", True, tuple(_vector(text) for text in data), 1, 1, cast(Result, {"data": data}))


class AnswerTest(unittest.TestCase):
    def test_scores_are_by_label_and_hashed_in_the_order_of_the_labels(self) -> None:
        first = {"object": "classification", "index": 0, "scores": [{"label": "b", "score": 0.75}, {"label": "a", "score": 0.25}]}
        found = answer(first, first | {"index": 1})
        self.assertEqual([{"b": 0.75, "a": 0.25}] * 2, found.scores)
        self.assertEqual(((0.75, 0.25),) * 2, found.embeddings)
        self.assertEqual([], found.relevance)

    def test_relevance_is_one_number_a_text(self) -> None:
        scores = [0.5, 0.125]
        found = answer(*({"object": "reranking", "index": i, "relevance_score": score} for i, score in enumerate(scores)))
        self.assertEqual(scores, found.relevance)
        self.assertEqual(((0.5,), (0.125,)), found.embeddings)
        self.assertEqual([], found.scores)
