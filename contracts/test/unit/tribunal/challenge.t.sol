// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

contract ChallengeTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;

    function challengeOfStatement(uint64 demandedNano) private view returns (bytes32) {
        return court.challengeOf(1, 0, VICTIM, Kind.Statement, demandedNano);
    }

    function test_opensAStatement() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(2));
        uint64 debitNano = debitOf(settled, 0, VICTIM);
        uint32 deadline = uint32(vm.getBlockTimestamp()) + RESPONSE;
        vm.expectEmit(address(court));
        emit Challenged(1, VICTIM, challengeOfStatement(debitNano), challenger, 0, Kind.Statement, debitNano, deadline);
        bytes32 id = challengeStatement(settled, VICTIM);
        vm.assertEq(id, challengeOfStatement(debitNano), "another id");
        assertOpen(id, deadline, debitNano);
        vm.assertEq(uint256(locksOf(settled, VICTIM)), 1, "the bond is not locked");
        vm.assertEq(address(court).balance, DEPOSIT, "no deposit");
    }

    function assertOpen(bytes32 id, uint32 deadline, uint64 debitNano) private view {
        (address by, uint32 until, uint64 nano) = court.challenges(id);
        vm.assertEq(by, challenger, "challenger");
        vm.assertEq(uint256(until), deadline, "deadline");
        vm.assertEq(uint256(nano), debitNano, "debit");
    }

    function test_challengesOfTwoEpochsAreTwo() external view {
        bytes32 ofTheNext = court.challengeOf(2, 0, VICTIM, Kind.Statement, 5);
        vm.assertTrue(ofTheNext != challengeOfStatement(5), "one challenge of two epochs");
    }

    function test_opensALeaf() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(2));
        uint64 debitNano = debitOf(settled, 0, VICTIM);
        uint32 deadline = uint32(vm.getBlockTimestamp()) + RESPONSE;
        bytes32 expected = court.challengeOf(1, 0, VICTIM, Kind.Leaf, 3 << 32 | 1);
        vm.expectEmit(address(court));
        emit Challenged(1, VICTIM, expected, challenger, 0, Kind.Leaf, 3 << 32 | 1, deadline);
        bytes32 id = challengeLeaf(settled, VICTIM, 3, 1);
        vm.assertEq(id, expected, "another id");
        assertOpen(id, deadline, debitNano);
        vm.assertEq(uint256(locksOf(settled, VICTIM)), 1, "the bond is not locked");
    }

    function test_ofAnAccountManyAtOnceLockOnceEach() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(2));
        challengeStatement(settled, VICTIM);
        challengeLeaf(settled, VICTIM, 3, 0);
        challengeLeaf(settled, VICTIM, 3, 1);
        vm.assertEq(uint256(locksOf(settled, VICTIM)), 3, "locks");
        answerStatement(settled, VICTIM);
        answerLeaf(settled, firstOf(settled.charges, VICTIM));
        answerLeaf(settled, firstOf(settled.charges, VICTIM) + 1);
        vm.assertEq(uint256(locksOf(settled, VICTIM)), 0, "an answer frees no lock");
    }

    function test_RevertWhen_theDepositIsMissing() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(1));
        Statement memory statement = settled.statement(0, VICTIM);
        vm.expectRevert(abi.encodeWithSelector(WrongDeposit.selector, 0, DEPOSIT));
        court.challengeStatement(statement, new Statement[](0));
    }

    function test_RevertWhen_theDepositIsTooLarge() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(1));
        Statement memory statement = settled.statement(0, VICTIM);
        vm.expectRevert(abi.encodeWithSelector(WrongDeposit.selector, DEPOSIT + 1, DEPOSIT));
        vm.prank(challenger);
        court.challengeLeaf{value: DEPOSIT + 1}(statement, 0, 0);
    }

    function refusesAgain(EpochBooks.Book memory settled, bytes32 id) private {
        Statement memory statement = settled.statement(0, VICTIM);
        vm.expectRevert(abi.encodeWithSelector(AlreadyChallenged.selector, id));
        vm.prank(challenger);
        court.challengeStatement{value: DEPOSIT}(statement, new Statement[](0));
    }

    function test_RevertWhen_itIsOpen() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(1));
        refusesAgain(settled, challengeStatement(settled, VICTIM));
    }

    function test_RevertWhen_itWasAnswered() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(1));
        bytes32 id = challengeStatement(settled, VICTIM);
        answerStatement(settled, VICTIM);
        refusesAgain(settled, id);
    }

    function test_RevertWhen_theStatementWasCompensated() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(1));
        challengeLeaf(settled, VICTIM, 3, 0);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Leaf, 3 << 32);
        Statement memory statement = settled.statement(0, VICTIM);
        vm.expectRevert(abi.encodeWithSelector(AlreadyCompensated.selector, 1, 0, VICTIM));
        vm.prank(challenger);
        court.challengeStatement{value: DEPOSIT}(statement, new Statement[](0));
    }

    function test_RevertWhen_theWindowIsOver() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(1));
        endWindow();
        Statement memory statement = settled.statement(0, VICTIM);
        vm.expectRevert(abi.encodeWithSelector(NotAnswerable.selector, 1, 0, VICTIM));
        vm.prank(challenger);
        court.challengeStatement{value: DEPOSIT}(statement, new Statement[](0));
    }

    function refusesPosition(EpochBooks.Book memory settled, uint32 shard, uint32 index) private {
        Statement memory statement = settled.statement(0, VICTIM);
        vm.expectRevert(abi.encodeWithSelector(PositionOutsideTheTree.selector, 1, shard, index));
        vm.prank(challenger);
        court.challengeLeaf{value: DEPOSIT}(statement, shard, index);
    }

    /// What nobody could answer, nobody can ask.
    function test_RevertWhen_thePositionIsOutsideTheTree() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(2));
        refusesPosition(settled, 0, 4);
        refusesPosition(settled, 4, 0);
        refusesPosition(settled, type(uint32).max, type(uint32).max);
        challengeLeaf(settled, VICTIM, 3, 3);
    }

    function test_RevertWhen_theHeaderIsNotTheVaults() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(1));
        Statement memory statement = settled.statement(0, VICTIM);
        statement.header.levels += 1;
        vm.expectRevert(abi.encodeWithSelector(NotTheVaultsHeader.selector, 1, 0));
        vm.prank(challenger);
        court.challengeLeaf{value: DEPOSIT}(statement, 0, 0);
    }

    function test_demandsTheSumOfAllParts() external {
        EpochBooks.Book memory settled = settleHalf(honestEpoch(2), VICTIM);
        settleRest(settled, VICTIM, 7);
        uint64 debitNano = debitOf(settled, 0, VICTIM);
        bytes32 id = challengeParts(settled, 0, 1);
        vm.assertEq(id, challengeOfStatement(debitNano + 7), "another sum is demanded");
        (,, uint64 accusedNano) = court.challenges(id);
        vm.assertEq(uint256(accusedNano), debitNano, "another part is accused");
        id = challengeParts(settled, 1, 0);
        vm.assertEq(id, court.challengeOf(1, 1, VICTIM, Kind.Statement, debitNano + 7), "another sum is demanded");
    }

    function challengeParts(EpochBooks.Book memory settled, uint256 accused, uint256 other) private returns (bytes32) {
        Statement[] memory others = new Statement[](1);
        others[0] = settled.statement(other, VICTIM);
        vm.prank(challenger);
        return court.challengeStatement{value: DEPOSIT}(settled.statement(accused, VICTIM), others);
    }

    function refusesParts(Statement memory accused, Statement[] memory others, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(challenger);
        court.challengeStatement{value: DEPOSIT}(accused, others);
    }

    function test_RevertWhen_aPartCountsTwice() external {
        EpochBooks.Book memory settled = settleHalf(honestEpoch(2), VICTIM);
        settleRest(settled, VICTIM, 7);
        Statement[] memory others = new Statement[](1);
        others[0] = settled.statement(1, VICTIM);
        refusesParts(settled.statement(1, VICTIM), others, abi.encodeWithSelector(PartsNotAscending.selector, 1, 1));
        others = new Statement[](2);
        (others[0], others[1]) = (settled.statement(1, VICTIM), settled.statement(1, VICTIM));
        refusesParts(settled.statement(0, VICTIM), others, abi.encodeWithSelector(PartsNotAscending.selector, 1, 1));
    }

    function test_RevertWhen_anotherEpochIsCounted() external {
        EpochBooks.Book memory first = settleBook(honestEpoch(1));
        EpochBooks.Book memory second = settleHalf(honestEpoch(1, 2), VICTIM);
        settleRest(second, VICTIM, 7);
        Statement[] memory others = new Statement[](1);
        others[0] = second.statement(1, VICTIM);
        refusesParts(first.statement(0, VICTIM), others, abi.encodeWithSelector(PartsNotAscending.selector, 2, 1));
    }

    function test_RevertWhen_anotherAccountIsCounted() external {
        EpochBooks.Book memory settled = settleHalf(honestEpoch(2), VICTIM);
        settleRest(settled, VICTIM, 7);
        Statement[] memory others = new Statement[](1);
        others[0] = settled.statement(1, VICTIM + 1);
        refusesParts(
            settled.statement(0, VICTIM), others, abi.encodeWithSelector(AnotherAccount.selector, VICTIM, VICTIM + 1)
        );
    }

    function test_RevertWhen_anotherPartIsNotOpened() external {
        EpochBooks.Book memory settled = settleHalf(honestEpoch(2), VICTIM);
        settleRest(settled, VICTIM, 7);
        Statement[] memory others = new Statement[](1);
        others[0] = settled.statement(1, VICTIM);
        others[0].amounts[0] += 1 << 192;
        refusesParts(
            settled.statement(0, VICTIM), others, abi.encodeWithSelector(StatementNotOpened.selector, 1, 1, VICTIM)
        );
    }

    /// Of three parts of one epoch, in all of which the victim is debited.
    function test_demandsTheSumOfThreeParts() external {
        EpochBooks.Book memory settled = bookOf(honestEpoch(1));
        settled.parts = new Epochs.Epoch[](3);
        for (uint32 part; part < 3; ++part) {
            settled.parts[part] = partOf(
                Epochs.one(VICTIM, part + 1), Epochs.one(providerAccount, part + 1), Epochs.noReleases(), part, 3
            );
            settled.parts[part].header.receiptsSumNano = 6;
            settle(settled.parts[part]);
        }
        Statement[] memory others = new Statement[](2);
        (others[0], others[1]) = (settled.statement(1, VICTIM), settled.statement(2, VICTIM));
        Statement memory accused = settled.statement(0, VICTIM);
        vm.prank(challenger);
        bytes32 id = court.challengeStatement{value: DEPOSIT}(accused, others);
        vm.assertEq(id, challengeOfStatement(6), "another sum is demanded");
    }

    function test_ofTwoAccountsOnePlaceIsTwoChallenges() external {
        EpochBooks.Book memory settled = settleBook(honestEpoch(1));
        bytes32 first = challengeLeaf(settled, VICTIM, 3, 0);
        vm.assertTrue(first != challengeLeaf(settled, 4, 3, 0), "one challenge of two statements");
    }
}
