// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

contract AnswerEmptyTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;

    function answer(EpochBooks.Book memory book, uint32 shard, uint32 index) private {
        (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(shard, index);
        court.answerEmpty(book.parts[0].header, VICTIM, shard, index, siblings, sumsNano);
    }

    function refuses(
        EpochBooks.Book memory book,
        uint32 shard,
        uint32 index,
        bytes32[] memory siblings,
        uint64[] memory sumsNano
    ) private {
        vm.expectRevert(abi.encodeWithSelector(PositionNotEmpty.selector, 1, shard, index));
        court.answerEmpty(book.parts[0].header, VICTIM, shard, index, siblings, sumsNano);
    }

    /// Three charges a requester: the shards of two hold six leaves in eight places, those of one hold three.
    function test_answersEveryEmptyPlaceAndNoOther() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(3));
        uint256 empty;
        for (uint32 shard; shard < 4; ++shard) {
            for (uint32 index; index < 8; ++index) {
                challengeLeaf(book, VICTIM, shard, index);
                if (book.tree[0][shard << 3 | index].hash == 0) {
                    answer(book, shard, index);
                    ++empty;
                } else {
                    (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(shard, index);
                    refuses(book, shard, index, siblings, sumsNano);
                }
            }
        }
        vm.assertEq(empty, 14, "empty places");
        vm.assertEq(uint256(locksOf(book, VICTIM)), 18, "locks");
    }

    function test_answersInAnEmptyShard() external {
        EpochBooks.Charge[] memory all = new EpochBooks.Charge[](1);
        all[0] = honest(VICTIM, 1, 100);
        all[0].receipt.shard = 3;
        EpochBooks.Book memory book = settleBook(all);
        for (uint32 shard; shard < 3; ++shard) {
            challengeLeaf(book, VICTIM, shard, 0);
            answer(book, shard, 0);
        }
    }

    /// A settler that seals nothing and debits something cannot say that nothing lies there.
    function test_RevertWhen_theRootIsNothingAndTheSumIsNot() external {
        EpochBooks.Charge[] memory all = honestEpoch(1);
        EpochBooks.Book memory book = bookOf(all);
        for (uint256 level; level < book.tree.length; ++level) {
            for (uint256 i; i < book.tree[level].length; ++i) {
                (book.tree[level][i].hash, book.tree[level][i].sumNano) = (0, 0);
            }
        }
        settleTree(book, debitsOf(all));
        challengeLeaf(book, VICTIM, 0, 0);
        (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(0, 0);
        refuses(book, 0, 0, siblings, sumsNano);
    }

    function test_RevertWhen_anEmptySiblingHasASum() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(3));
        challengeLeaf(book, VICTIM, 2, 7);
        (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(2, 7);
        vm.assertEq(siblings[0], bytes32(0), "its neighbour is empty");
        sumsNano[0] = 1;
        refuses(book, 2, 7, siblings, sumsNano);
    }

    function test_RevertWhen_thePathHasAnotherLength() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(3));
        challengeLeaf(book, VICTIM, 2, 7);
        (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(2, 7);
        refuses(book, 2, 7, siblings, new uint64[](siblings.length + 1));
        refuses(book, 2, 7, siblings, new uint64[](0));
        bytes32[] memory shorter = new bytes32[](siblings.length - 1);
        uint64[] memory shorterSums = new uint64[](shorter.length);
        for (uint256 i; i < shorter.length; ++i) {
            (shorter[i], shorterSums[i]) = (siblings[i + 1], sumsNano[i + 1]);
        }
        refuses(book, 2, 7, shorter, shorterSums);
        answer(book, 2, 7);
    }

    /// The turns of a leaf's path, one fewer, lead to two empty places of another shard.
    function test_RevertWhen_aHigherNodeIsShownForTheLeaf() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(3));
        challengeLeaf(book, VICTIM, 1, 3);
        vm.assertEq(book.tree[1][1 << 3 | 3].hash, bytes32(0), "the higher node is empty");
        vm.assertTrue(book.tree[0][1 << 3 | 3].hash != 0, "the leaf is not");
        (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(2, 6);
        bytes32[] memory shorter = new bytes32[](siblings.length - 1);
        uint64[] memory shorterSums = new uint64[](shorter.length);
        for (uint256 i; i < shorter.length; ++i) {
            (shorter[i], shorterSums[i]) = (siblings[i + 1], sumsNano[i + 1]);
        }
        refuses(book, 1, 3, shorter, shorterSums);
    }

    function test_RevertWhen_theHeaderIsNotTheVaults() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(3));
        challengeLeaf(book, VICTIM, 2, 7);
        (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(2, 7);
        book.parts[0].header.epoch = 2;
        vm.expectRevert(abi.encodeWithSelector(NotTheVaultsHeader.selector, 2, 0));
        court.answerEmpty(book.parts[0].header, VICTIM, 2, 7, siblings, sumsNano);
    }

    function test_RevertWhen_nobodyHasAsked() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(3));
        (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(2, 7);
        bytes32 id = court.challengeOf(1, 0, VICTIM, Kind.Leaf, 2 << 32 | 7);
        vm.expectRevert(abi.encodeWithSelector(NotOpen.selector, id));
        court.answerEmpty(book.parts[0].header, VICTIM, 2, 7, siblings, sumsNano);
    }
}
