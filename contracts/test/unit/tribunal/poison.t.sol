// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

/// What a stolen settler's key leaves in the chain of epochs, so that whoever settles honestly after it is convicted by it.
/// Nothing of it counts that had no bond, and what had one can be made void.
contract PoisonTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;
    uint32 private constant CRONY = 5;
    address private successor;

    function setUp() public override {
        super.setUp();
        successor = successorOf("successor");
        postBond(vault, successor, AMPLE_BOND_NANO);
    }

    /// @dev One leaf that nobody signed.
    function leafOf(uint32 account, uint64 sequence, bytes32 requestId, uint64 debitNano)
        private
        view
        returns (EpochBooks.Charge[] memory all)
    {
        all = new EpochBooks.Charge[](1);
        all[0] = honest(account, sequence, debitNano / 20);
        all[0].receipt.shard = account % 4;
        if (requestId != 0) all[0].receipt.requestId = requestId;
    }

    /// @dev What the victim asked before the theft, and is charged for by the successor.
    function inFlight() private view returns (EpochBooks.Charge[] memory all) {
        all = new EpochBooks.Charge[](1);
        all[0] = honest(VICTIM, 1, 100);
        all[0].receipt.shard = VICTIM % 4;
    }

    function settleHonestly(EpochBooks.Charge[] memory all) private returns (EpochBooks.Book memory book) {
        address thief = settler;
        settler = successor;
        book = settleBook(all);
        settler = thief;
    }

    function refuses(EpochBooks.Book memory book, Statement memory paid, Leaf memory other, bytes memory why) private {
        Statement memory statement = book.statement(0, VICTIM);
        Leaf memory leaf = book.leaf(0);
        vm.expectRevert(why);
        court.provePairOfEpochs(statement, leaf, paid, other);
        assertCompensated(book, 0, VICTIM, false);
    }

    function proves(EpochBooks.Book memory book, EpochBooks.Book memory before, Fault fault) private {
        Statement memory statement = book.statement(0, VICTIM);
        Leaf memory leaf = book.leaf(0);
        Statement memory paid = before.statement(0, VICTIM);
        Leaf memory other = before.leaf(0);
        vm.prank(challenger);
        Fault found = court.provePairOfEpochs(statement, leaf, paid, other);
        vm.assertEq(uint256(found), uint256(fault), "another fault");
        assertConvicted(book, VICTIM);
    }

    /// An epoch of nothing needs no bond. There is no statement in it that could be opened.
    function test_RevertWhen_nothingIsDebitedAtAll() external {
        bytes32[2] memory ids = [bytes32(0), inFlight()[0].receipt.requestId];
        for (uint256 i; i < ids.length; ++i) {
            EpochBooks.Book memory poison = bookOf(leafOf(VICTIM, type(uint64).max, ids[i], 0));
            // A word of nothing, so that there is a place to point at.
            settleTree(poison, Epochs.one(VICTIM, 0));
            EpochBooks.Charge[] memory all = inFlight();
            all[0].receipt.sequence += uint64(i);
            EpochBooks.Book memory book = settleHonestly(all);
            refuses(
                book,
                poison.statement(0, VICTIM),
                poison.leaf(0),
                abi.encodeWithSelector(NothingDebited.selector, 2 * i + 1, 0, VICTIM)
            );
        }
    }

    /// The thief has a bond, and lets another pay for the epoch: what is charged to the victim is not debited.
    function test_RevertWhen_anotherIsDebitedForTheVictimsLeaf() external {
        EpochBooks.Charge[] memory all = leafOf(VICTIM, 1, inFlight()[0].receipt.requestId, 2000);
        EpochBooks.Book memory poison = settleBook(all, Epochs.one(CRONY, 2000));
        EpochBooks.Book memory book = settleHonestly(inFlight());
        refuses(
            book,
            poison.statement(0, VICTIM),
            poison.leaf(0),
            abi.encodeWithSelector(StatementNotOpened.selector, 1, 0, VICTIM)
        );
        refuses(
            book,
            poison.statement(0, CRONY),
            poison.leaf(0),
            abi.encodeWithSelector(AnotherAccount.selector, CRONY, VICTIM)
        );
    }

    /// The victim's request is charged to a crony, which is debited for it and says nothing.
    function test_RevertWhen_theRequestIsChargedToACrony() external {
        EpochBooks.Charge[] memory all = leafOf(CRONY, 1, inFlight()[0].receipt.requestId, 2000);
        EpochBooks.Book memory poison = settleBook(all);
        EpochBooks.Book memory book = settleHonestly(inFlight());
        refuses(book, poison.statement(0, CRONY), poison.leaf(0), abi.encodeWithSelector(NoFault.selector));
    }

    /// The victim is debited for something, and another leaf of it costs nothing.
    function test_RevertWhen_theLeafDebitsNothing() external {
        EpochBooks.Charge[] memory all = new EpochBooks.Charge[](2);
        all[0] = leafOf(VICTIM, 1, 0, 0)[0];
        all[0].receipt.requestId = inFlight()[0].receipt.requestId;
        all[1] = leafOf(VICTIM, 2, 0, 2000)[0];
        all[1].receipt.index = 1;
        EpochBooks.Book memory poison = settleBook(all);
        EpochBooks.Charge[] memory next = inFlight();
        next[0].receipt.sequence = 3;
        refuses(
            settleHonestly(next), poison.statement(0, VICTIM), poison.leaf(0), abi.encodeWithSelector(NoFault.selector)
        );
    }

    /// A part of nothing is posted after the victim's own settler's, so that its turn seems to go on.
    function test_RevertWhen_aPartOfNothingFollowsTheVictimsTurn() external {
        settleHonestly(leafOf(VICTIM, 1, 0, 2000));
        EpochBooks.Book memory poison = bookOf(leafOf(VICTIM, type(uint64).max, 0, 0));
        settleTree(poison, Epochs.one(VICTIM, 0));
        vm.assertTrue(bonds().settlerOf(2, 0) == successor, "a part of nothing makes a turn");
        EpochBooks.Charge[] memory all = inFlight();
        all[0].receipt.sequence = 2;
        EpochBooks.Book memory book = settleHonestly(all);
        refuses(
            book,
            poison.statement(0, VICTIM),
            poison.leaf(0),
            abi.encodeWithSelector(NothingDebited.selector, 2, 0, VICTIM)
        );
    }

    /// The victim is debited, and its leaf is not to be explained: it is compensated, and the leaf counts no more.
    function test_RevertWhen_theThiefsStatementIsVoid() external {
        EpochBooks.Book memory poison = settleBook(leafOf(VICTIM, 1, inFlight()[0].receipt.requestId, 20));
        challengeLeaf(poison, VICTIM, 3, 0);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Leaf, 3 << 32);
        refuses(
            settleHonestly(inFlight()),
            poison.statement(0, VICTIM),
            poison.leaf(0),
            abi.encodeWithSelector(LeafVoid.selector, 1, VICTIM)
        );
    }

    /// What was signed and paid stands, and leaves whoever comes next a number above it.
    function test_RevertWhen_theNumberIsAboveWhatEpochsHaveRoomFor() external {
        uint64 most = 1 << 32;
        EpochBooks.Book memory poison = settleBook(leafOf(VICTIM, most + 1, 0, 2000));
        EpochBooks.Charge[] memory all = inFlight();
        all[0].receipt.requestId = keccak256("another");
        EpochBooks.Book memory book = settleHonestly(all);
        refuses(book, poison.statement(0, VICTIM), poison.leaf(0), abi.encodeWithSelector(NoFault.selector));
    }

    function test_provesTheHighestNumberThatCounts() external {
        uint64 most = 1 << 32;
        EpochBooks.Book memory before = settleBook(leafOf(VICTIM, most, 0, 2000));
        EpochBooks.Charge[] memory all = inFlight();
        all[0].receipt.requestId = keccak256("another");
        all[0].receipt.sequence = most;
        proves(settleHonestly(all), before, Fault.Sequence);
    }

    /// Whoever settled before, what was paid is not to be charged again.
    function test_provesADoubleChargeAfterAHandover() external {
        EpochBooks.Book memory before = settleBook(inFlight());
        EpochBooks.Charge[] memory all = inFlight();
        all[0].receipt.sequence = 2;
        proves(settleHonestly(all), before, Fault.DoubleCharge);
    }

    function test_provesANumberThatDoesNotGrowAfterAHandover() external {
        EpochBooks.Book memory before = settleBook(leafOf(VICTIM, 7, 0, 2000));
        proves(settleHonestly(inFlight()), before, Fault.Sequence);
    }
}
