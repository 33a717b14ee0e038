// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {ReceiptTrees} from "../../utils/ReceiptTrees.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

/// Ways to take money by what looks like an epoch, or to hold up an honest settler, and what comes of them.
contract AttacksTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;

    function cannotBeAnswered(EpochBooks.Book memory book, uint64 demandedNano) private {
        for (uint256 i; i < book.charges.length; ++i) {
            for (uint256 j; j < book.charges.length; ++j) {
                (bool answered,) = address(court)
                    .call(
                        abi.encodeCall(
                            court.answerStatement,
                            (book.parts[0].header, VICTIM, demandedNano, book.leaf(i), book.leaf(j))
                        )
                    );
                vm.assertFalse(answered, "a false debit is explained");
            }
        }
    }

    /// The victim is debited and no leaf says why: what another was charged is taken from it.
    function test_aDebitWithoutLeaves() external {
        EpochBooks.Charge[] memory all = new EpochBooks.Charge[](2);
        for (uint32 i; i < 2; ++i) {
            all[i] = honest(5, 1 + i, 100);
            (all[i].receipt.shard, all[i].receipt.index) = (1, i);
        }
        uint64 takenNano = 2 * all[0].receipt.debitNano;
        EpochBooks.Book memory book = settleBook(all, Epochs.one(VICTIM, takenNano));
        challengeStatement(book, VICTIM);
        cannotBeAnswered(book, takenNano);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Statement, takenNano);
        assertConvicted(book, VICTIM);
    }

    /// The victim pays its charges in two parts, each of which its leaves would explain.
    function test_leavesThatCountTwice() external {
        EpochBooks.Book memory book = settleHalf(honestEpoch(2), VICTIM);
        uint64 debitNano = debitOf(book, 0, VICTIM);
        settleRest(book, VICTIM, debitNano - 1);
        Statement[] memory others = new Statement[](1);
        others[0] = book.statement(1, VICTIM);
        Statement memory accused = book.statement(0, VICTIM);
        vm.prank(challenger);
        court.challengeStatement{value: DEPOSIT}(accused, others);
        cannotBeAnswered(book, 2 * debitNano - 1);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Statement, 2 * debitNano - 1);
        assertConvicted(book, VICTIM);
    }

    /// The sums below a node are not its own: whatever lies there cannot be shown.
    function test_aForgedSumInTheTree() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        EpochBooks.Book memory book = bookOf(all);
        uint256 shard = 3;
        ReceiptTrees.Node memory forged = book.tree[book.shardLevels][shard];
        forged.sumNano += 1000;
        for (uint256 level = book.shardLevels + 1; level < book.tree.length; ++level) {
            book.tree[level] = ReceiptTrees.above(book.tree[level - 1]);
        }
        Epochs.Amount[] memory debits = debitsOf(all);
        debits[VICTIM - 1].amountNano += 1000;
        settleTree(book, debits);
        uint64 debitNano = debitOf(book, 0, VICTIM);
        challengeStatement(book, VICTIM);
        cannotBeAnswered(book, debitNano);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Statement, debitNano);
        assertConvicted(book, VICTIM);
    }

    /// A node that nobody can open lies in the middle of the victim's row: its first and last leaf explain the debit, and the
    /// place between them does not.
    function test_aNodeThatHidesWhatIsBelow() external {
        EpochBooks.Charge[] memory all = new EpochBooks.Charge[](2);
        (all[0], all[1]) = (honest(VICTIM, 1, 100), honest(VICTIM, 4, 100));
        (all[0].receipt.shard, all[1].receipt.shard, all[1].receipt.index) = (3, 3, 3);
        EpochBooks.Book memory book = bookOf(all);
        uint256 places = book.tree[0].length;
        (book.tree[0][places - 3].hash, book.tree[0][places - 3].sumNano) = (keccak256("hidden"), 5000);
        for (uint256 level = 1; level < book.tree.length; ++level) {
            book.tree[level] = ReceiptTrees.above(book.tree[level - 1]);
        }
        settleTree(book, Epochs.one(VICTIM, book.root().sumNano));
        challengeStatement(book, VICTIM);
        court.answerStatement(book.parts[0].header, VICTIM, debitOf(book, 0, VICTIM), book.leaf(0), book.leaf(1));
        challengeLeaf(book, VICTIM, 3, 1);
        (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(3, 1);
        vm.expectRevert(abi.encodeWithSelector(PositionNotEmpty.selector, 1, 3, 1));
        court.answerEmpty(book.parts[0].header, VICTIM, 3, 1, siblings, sumsNano);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Leaf, 3 << 32 | 1);
        assertConvicted(book, VICTIM);
    }

    /// A settler that is its own victim, challenger and requester only burns money.
    function test_aSettlerThatChallengesItself() external {
        EpochBooks.Charge[] memory all = honestEpoch(1);
        uint256 i = firstOf(all, VICTIM);
        all[i].receipt.priceVersion = 7;
        EpochBooks.Book memory book = settleBook(all);
        (uint64 bondBefore,) = bonds().bondOf(settler, 0);
        vm.prank(settler);
        court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        (uint64 bondAfter,) = bonds().bondOf(settler, 0);
        uint256 lost = bondBefore - bondAfter;
        uint256 gained = uint256(released(VICTIM)) + bonds().rewardOf(settler);
        vm.assertGe(lost, gained + debitOf(book, 0, VICTIM) * 6 / 10, "it pays to convict oneself");
    }

    /// Whoever copies a proof has the reward; the victim has the same.
    function test_aCopiedProof() external {
        EpochBooks.Charge[] memory all = honestEpoch(1);
        uint256 i = firstOf(all, VICTIM);
        all[i].receipt.priceVersion = 7;
        EpochBooks.Book memory book = settleBook(all);
        Statement memory statement = book.statement(0, VICTIM);
        Leaf memory leaf = book.leaf(i);
        vm.prank(stranger);
        court.proveLeaf(statement, leaf);
        vm.expectRevert(abi.encodeWithSelector(AlreadyCompensated.selector, 1, 0, VICTIM));
        vm.prank(challenger);
        court.proveLeaf(statement, leaf);
        assertConvicted(book, VICTIM);
    }

    /// Of ten challenges of one account the bond holds what one would hold.
    function test_manyChallengesOfOneAccountLockOnce() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        (, uint256 heldBefore) = bonds().bondOf(settler, 0);
        challengeLeaf(book, VICTIM, 3, 0);
        (, uint256 heldByOne) = bonds().bondOf(settler, 0);
        for (uint32 place; place < 9; ++place) {
            challengeLeaf(book, VICTIM, place % 3, place / 3);
        }
        (, uint256 heldByTen) = bonds().bondOf(settler, 0);
        vm.assertEq(heldByOne - heldBefore, 2 * debitOf(book, 0, VICTIM), "a challenge holds another amount");
        vm.assertEq(heldByTen, heldByOne, "each challenge holds the bond anew");
    }

    /// In the last second of the window, by an account whose settler is dismissed and takes its bond: the challenge outlives
    /// both.
    function test_aChallengeAtTheWindowsEdge() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        challengeLeaf(book, VICTIM, 3, 0);
        endWindow();
        (uint64 bondNano, uint256 heldNano) = bonds().bondOf(settler, 0);
        vm.prank(settler);
        bonds().withdrawBond(bondNano - uint64(heldNano), settler);
        vm.assertEq(heldNano, 2 * debitOf(book, 0, VICTIM), "the bond left");
        court.conclude(1, 0, VICTIM, Kind.Leaf, 3 << 32);
        assertConvicted(book, VICTIM);
    }

    /// A pause stops no proof, no challenge and no answer.
    function test_whilePaused() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        uint256 i = firstOf(all, VICTIM);
        all[i].receipt.priceVersion = 7;
        EpochBooks.Book memory book = settleBook(all);
        pauseVault();
        challengeLeaf(book, 4, 0, 0);
        answerLeaf(book, 0);
        challengeLeaf(book, 5, 1, 0);
        court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        passResponse();
        court.conclude(1, 0, 5, Kind.Leaf, 1 << 32);
        assertConvicted(book, VICTIM);
        assertCompensated(book, 0, 5, true);
        vm.prank(vm.addr(VICTIM));
        vault.takeReleased(vm.addr(VICTIM));
    }

    /// Who settles next does not pay for who settled before.
    function test_theSuccessorDoesNotPay() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        uint256 i = firstOf(all, VICTIM);
        all[i].receipt.priceVersion = 7;
        address successor = successorOf("successor");
        postBond(vault, successor, AMPLE_BOND_NANO);
        EpochBooks.Book memory book = settleBook(all);
        Epochs.Epoch memory next = epochOf(Epochs.one(1, 5), Epochs.one(providerAccount, 5), Epochs.noReleases());
        vm.prank(successor);
        vault.settle(next.header, next.words, next.releases);
        court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        (uint64 bondNano,) = bonds().bondOf(successor, 0);
        vm.assertEq(uint256(bondNano), AMPLE_BOND_NANO / SCALE * SCALE, "the successor pays");
        (bondNano,) = bonds().bondOf(settler, 0);
        vm.assertLt(bondNano, AMPLE_BOND_NANO / SCALE * SCALE, "the thief does not pay");
    }
}
