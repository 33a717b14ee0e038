// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

/// What every proof has to show: the statement and the leaf of a settled epoch.
contract AccuseTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;

    /// @dev An epoch whose first charge of the victim is false.
    function falseEpoch() private returns (EpochBooks.Book memory book, uint256 i) {
        EpochBooks.Charge[] memory charges = honestEpoch(2);
        i = firstOf(charges, VICTIM);
        charges[i].receipt.priceVersion = 7;
        book = settleBook(charges);
    }

    function refuses(Statement memory statement, Leaf memory leaf, bytes memory why) private {
        vm.expectRevert(why);
        court.proveLeaf(statement, leaf);
    }

    function notOpened() private pure returns (bytes memory) {
        return abi.encodeWithSelector(StatementNotOpened.selector, 1, 0, VICTIM);
    }

    function test_RevertWhen_theHeaderIsNotTheVaults() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Statement memory statement = book.statement(0, VICTIM);
        statement.header.receiptsCount += 1;
        refuses(statement, book.leaf(i), abi.encodeWithSelector(NotTheVaultsHeader.selector, 1, 0));
    }

    function test_RevertWhen_anAmountIsAnother() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Statement memory statement = book.statement(0, VICTIM);
        statement.amounts[statement.place] += 1 << 192;
        refuses(statement, book.leaf(i), notOpened());
    }

    function test_RevertWhen_theCreditsAreOthers() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Statement memory statement = book.statement(0, VICTIM);
        statement.creditsHash = ~statement.creditsHash;
        refuses(statement, book.leaf(i), notOpened());
    }

    function test_RevertWhen_theReleasesAreOthers() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Statement memory statement = book.statement(0, VICTIM);
        statement.releasesHash = ~statement.releasesHash;
        refuses(statement, book.leaf(i), notOpened());
    }

    function test_RevertWhen_theChunkIsNotThere() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Statement memory statement = book.statement(0, VICTIM);
        statement.chunk = 1;
        refuses(statement, book.leaf(i), notOpened());
    }

    function test_RevertWhen_thePlaceIsNotThere() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Statement memory statement = book.statement(0, VICTIM);
        statement.place = 2;
        refuses(statement, book.leaf(i), notOpened());
    }

    function test_RevertWhen_thePlaceIsAnothers() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Statement memory statement = book.statement(0, VICTIM);
        statement.place = 1;
        refuses(statement, book.leaf(i), notOpened());
    }

    /// The same bytes in another shape: two slot words and one amount instead of one and two.
    function test_RevertWhen_theWordsAreCutAnew() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Statement memory statement = book.statement(0, VICTIM);
        vm.assertEq(statement.amounts.length, 2, "two slots are debited");
        uint256[] memory slots = new uint256[](2);
        (slots[0], slots[1]) = (statement.slots[0], statement.amounts[0]);
        uint256[] memory amounts = new uint256[](1);
        amounts[0] = statement.amounts[1];
        (statement.slots, statement.amounts, statement.place) = (slots, amounts, 0);
        refuses(statement, book.leaf(i), notOpened());
    }

    function test_RevertWhen_nothingIsDebited() external {
        EpochBooks.Charge[] memory charges = honestEpoch(1);
        uint256 i = firstOf(charges, VICTIM);
        charges[i] = honest(VICTIM, 1, 0);
        charges[i].receipt.priceVersion = 7;
        (charges[i].receipt.shard, charges[i].receipt.index) = (3, 0);
        EpochBooks.Book memory book = settleBook(charges);
        refuses(book.statement(0, VICTIM), book.leaf(i), abi.encodeWithSelector(NothingDebited.selector, 1, 0, VICTIM));
    }

    function test_RevertWhen_theLeafIsAnotherAccounts() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        refuses(book.statement(0, 4), book.leaf(i), abi.encodeWithSelector(AnotherAccount.selector, 4, VICTIM));
    }

    function test_RevertWhen_theLeafIsNotInTheEpoch() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Leaf memory leaf = book.leaf(i);
        leaf.receipt.units += 1;
        refuses(book.statement(0, VICTIM), leaf, abi.encodeWithSelector(LeafNotProven.selector, 1, 3, 0));
    }

    function test_RevertWhen_thePathIsShort() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        Leaf memory leaf = book.leaf(i);
        leaf.siblings = new bytes32[](leaf.siblings.length - 1);
        leaf.sumsNano = new uint64[](leaf.siblings.length);
        refuses(book.statement(0, VICTIM), leaf, abi.encodeWithSelector(LeafNotProven.selector, 1, 3, 0));
    }

    /// Leaves that say more of their place than the tree has could be shown in two places.
    function test_RevertWhen_theIndexIsBeyondTheTree() external {
        EpochBooks.Charge[] memory charges = honestEpoch(2);
        uint256 i = firstOf(charges, VICTIM);
        charges[i].receipt.index |= 1 << 20;
        EpochBooks.Book memory book = settleBook(charges);
        refuses(book.statement(0, VICTIM), book.leaf(i), abi.encodeWithSelector(LeafNotProven.selector, 1, 3, 1 << 20));
    }

    function test_RevertWhen_theShardIsBeyondTheTree() external {
        EpochBooks.Charge[] memory charges = honestEpoch(2);
        uint256 i = firstOf(charges, VICTIM);
        charges[i].receipt.shard |= 4;
        EpochBooks.Book memory book = settleBook(charges);
        refuses(book.statement(0, VICTIM), book.leaf(i), abi.encodeWithSelector(LeafNotProven.selector, 1, 7, 0));
    }

    /// A header of more levels than its tree has: a shorter path would lead to the root from another position.
    function test_RevertWhen_theTreeIsNotAsDeepAsItSays() external {
        EpochBooks.Charge[] memory charges = honestEpoch(2);
        charges[0].receipt.priceVersion = 7;
        EpochBooks.Book memory book = bookOf(charges);
        book.parts = new Epochs.Epoch[](1);
        book.parts[0] = epochOf(debitsOf(charges), Epochs.one(0, Epochs.sumOf(debitsOf(charges))), Epochs.noReleases());
        claimRoot(book, book.parts[0]);
        book.parts[0].header.levels += 1;
        settle(book.parts[0]);
        refuses(book.statement(0, 4), book.leaf(0), abi.encodeWithSelector(LeafNotProven.selector, 1, 0, 0));
    }

    /// The vault's domain names its chain, which may split: then epochs are hashed anew on one of the two.
    function test_convictsOnTheNewChainOfASplit() external {
        vm.chainId(4711);
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        assertConvicted(book, VICTIM);
    }

    /// The window is over, so nobody has a bond behind it any more.
    function test_RevertWhen_theWindowIsOver() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        endWindow();
        refuses(book.statement(0, VICTIM), book.leaf(i), abi.encodeWithSelector(NotAnswerable.selector, 1, 0, VICTIM));
    }

    function test_RevertWhen_theStatementWasCompensated() external {
        (EpochBooks.Book memory book, uint256 i) = falseEpoch();
        court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        refuses(
            book.statement(0, VICTIM), book.leaf(i), abi.encodeWithSelector(AlreadyCompensated.selector, 1, 0, VICTIM)
        );
    }

    /// Half an epoch has debited too.
    function test_provesInHalfAnEpoch() external {
        EpochBooks.Charge[] memory charges = honestEpoch(2);
        uint256 i = firstOf(charges, VICTIM);
        charges[i].receipt.priceVersion = 7;
        EpochBooks.Book memory book = settleHalf(charges, VICTIM);
        court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        assertConvicted(book, VICTIM);
    }

    /// Of 130 slots the third chunk has two.
    function test_opensEveryChunk() external {
        for (uint160 i = 1; i <= 516; ++i) {
            deposit(address(i), 10);
        }
        vm.deal(challenger, 130 * DEPOSIT);
        EpochBooks.Charge[] memory charges = honestEpoch(1);
        EpochBooks.Book memory book = bookOf(charges);
        Epochs.Amount[] memory debits = new Epochs.Amount[](130);
        for (uint256 i; i < 130; ++i) {
            debits[i] = Epochs.Amount(4 * i + 1, 1000 + i);
        }
        book.parts = new Epochs.Epoch[](1);
        book.parts[0] = epochOf(debits, Epochs.one(0, Epochs.sumOf(debits)), Epochs.noReleases());
        settle(book.parts[0]);
        uint64 debitNano;
        for (uint32 i; i < 130; ++i) {
            Statement memory statement = book.statement(0, 4 * i + 1);
            vm.prank(challenger);
            bytes32 id = court.challengeStatement{value: DEPOSIT}(statement, new Statement[](0));
            (,, debitNano) = court.challenges(id);
            vm.assertEq(uint256(debitNano), 1000 + i, "another debit is opened");
        }
    }
}
