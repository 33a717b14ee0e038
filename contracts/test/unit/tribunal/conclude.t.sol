// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

contract ConcludeTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;
    uint64 private constant PLACE = 3 << 32;

    function test_compensatesWhatNobodyAnswers() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        bytes32 id = challengeLeaf(book, VICTIM, 3, 0);
        passResponse();
        uint64 debitNano = debitOf(book, 0, VICTIM);
        vm.expectEmit(address(court));
        emit Concluded(id, stranger, true);
        vm.expectEmit(address(court));
        emit FaultProven(1, VICTIM, challenger, 0, Fault.Unanswered, debitNano, victims(debitNano));
        vm.prank(stranger);
        court.conclude(1, 0, VICTIM, Kind.Leaf, PLACE);
        assertConvicted(book, VICTIM);
        vm.assertEq(court.depositOf(challenger), DEPOSIT, "the challenger has not its deposit");
        vm.assertEq(uint256(locksOf(book, VICTIM)), 0, "the bond is still locked");
        vm.assertTrue(bonds().rewardOf(challenger) != 0, "the challenger has no reward");
    }

    function test_compensatesAfterTheWindow() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        challengeLeaf(book, VICTIM, 3, 0);
        passResponse();
        endWindow();
        court.conclude(1, 0, VICTIM, Kind.Leaf, PLACE);
        assertConvicted(book, VICTIM);
    }

    function test_RevertWhen_thereIsTime() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        bytes32 id = challengeLeaf(book, VICTIM, 3, 0);
        uint256 deadline = vm.getBlockTimestamp() + RESPONSE;
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(ResponseNotOver.selector, id, deadline, deadline));
        court.conclude(1, 0, VICTIM, Kind.Leaf, PLACE);
    }

    function refusesAsNotOpen(bytes32 id) private {
        vm.expectRevert(abi.encodeWithSelector(NotOpen.selector, id));
        court.conclude(1, 0, VICTIM, Kind.Leaf, PLACE);
    }

    function test_RevertWhen_nobodyHasAsked() external {
        settleBook(honestEpoch(2));
        refusesAsNotOpen(court.challengeOf(1, 0, VICTIM, Kind.Leaf, PLACE));
    }

    function test_RevertWhen_itWasAnswered() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        bytes32 id = challengeLeaf(book, VICTIM, 3, 0);
        answerLeaf(book, firstOf(book.charges, VICTIM));
        passResponse();
        refusesAsNotOpen(id);
    }

    function test_RevertWhen_itWasConcluded() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        bytes32 id = challengeLeaf(book, VICTIM, 3, 0);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Leaf, PLACE);
        refusesAsNotOpen(id);
    }

    /// Two challenges of one statement pay its victim once, and both challengers have their deposits back.
    function test_compensatesAStatementOnce() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        challengeLeaf(book, VICTIM, 3, 0);
        bytes32 second = challengeLeaf(book, VICTIM, 3, 1);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Leaf, PLACE);
        uint64 reward = bonds().rewardOf(challenger);
        vm.expectEmit(address(court));
        emit Concluded(second, stranger, false);
        vm.prank(stranger);
        court.conclude(1, 0, VICTIM, Kind.Leaf, PLACE + 1);
        assertConvicted(book, VICTIM);
        vm.assertEq(uint256(bonds().rewardOf(challenger)), reward, "rewarded twice");
        vm.assertEq(court.depositOf(challenger), 2 * DEPOSIT, "the challenger has not its deposits");
        vm.assertEq(uint256(locksOf(book, VICTIM)), 0, "the bond is still locked");
    }

    /// A proof comes in between: what is open then can be ended, answered or not.
    function test_endsWhatAProofHasDecided() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        uint256 i = firstOf(all, VICTIM);
        all[i].receipt.priceVersion = 7;
        EpochBooks.Book memory book = settleBook(all);
        challengeLeaf(book, VICTIM, 3, 0);
        challengeLeaf(book, VICTIM, 3, 1);
        court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        answerLeaf(book, i + 1);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Leaf, PLACE);
        assertConvicted(book, VICTIM);
        vm.assertEq(uint256(locksOf(book, VICTIM)), 0, "the bond is still locked");
    }
}
