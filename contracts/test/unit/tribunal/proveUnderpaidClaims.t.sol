// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {EarningsTest} from "./EarningsTest.sol";

/// What is shown in several transactions adds up, and is begun anew with the statement of part 0.
contract ProveUnderpaidClaimsTest is EarningsTest {
    using EpochBooks for EpochBooks.Book;

    function test_severalTransactionsAddUp() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(2), 1);
        Leaf[] memory leaves = lastLeaves(book, providerAccount);
        vm.assertGe(leaves.length, 2, "one shard only");
        vm.assertFalse(show(book, providerAccount, statements(book, providerAccount), noLeaves()), "too early");
        // What one has shown is nothing that another has.
        address another = vm.addr(4711);
        Leaf[] memory last = single(leaves[leaves.length - 1]);
        vm.prank(another);
        vm.assertFalse(
            court.proveUnderpaid(book.parts[0].header, providerAccount, statements(book, providerAccount), last),
            "by what another has shown"
        );
        bool proven;
        for (uint256 i; i < leaves.length; ++i) {
            vm.assertFalse(proven, "too early");
            proven = show(book, providerAccount, noStatements(), single(leaves[i]));
            if (proven) continue;
            refuses(
                book,
                providerAccount,
                noStatements(),
                single(leaves[i]),
                abi.encodeWithSelector(LeavesNotAscending.selector, 1, leaves[i].receipt.shard, leaves[i].receipt.index)
            );
        }
        vm.assertTrue(proven, "not proven");
    }

    /// Who has lost count, or has shown a later leaf by mistake, begins anew: what it has shown before is forgotten.
    function test_partZeroBeginsAnew() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(2), 1);
        Leaf[] memory leaves = lastLeaves(book, providerAccount);
        Leaf[] memory last = single(leaves[leaves.length - 1]);
        CreditStatement[] memory shown = statements(book, providerAccount);
        vm.assertFalse(show(book, providerAccount, shown, last), "too early");
        bytes memory why =
            abi.encodeWithSelector(LeavesNotAscending.selector, 1, leaves[0].receipt.shard, leaves[0].receipt.index);
        refuses(book, providerAccount, noStatements(), single(leaves[0]), why);
        vm.assertTrue(show(book, providerAccount, shown, leaves), "not proven");
    }

    /// What was credited is forgotten with what was earned, and of two parts the second is to be shown again too.
    function test_whoBeginsAnewShowsAllPartsAgain() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        for (uint256 i; i < all.length; ++i) {
            setCredits(all[i].receipt, 0);
        }
        EpochBooks.Book memory book = settleInTwo(all, 4, 7);
        CreditStatement[] memory shown = statements(book, providerAccount);
        (CreditStatement[] memory first, CreditStatement[] memory second) = (single(shown[0]), single(shown[1]));
        Leaf[] memory leaves = lastLeaves(book, providerAccount);
        vm.assertFalse(show(book, providerAccount, shown, noLeaves()), "too early");
        vm.assertFalse(show(book, providerAccount, first, leaves), "by a part's statement of before");
        vm.expectEmit(address(court));
        uint64 earnedNano = earned(all);
        uint64 movedNano = book.parts[0].header.partSumNano;
        emit UnderpaymentProven(1, providerAccount, challenger, 0, earnedNano, earnedNano - 7, victims(movedNano));
        vm.assertTrue(show(book, providerAccount, second, noLeaves()), "not proven");
    }

    /// Leaves of before count for nothing, or an honest epoch could be shown twice.
    function test_whoBeginsAnewShowsAllLeavesAgain() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(2), 1);
        Leaf[] memory leaves = lastLeaves(book, providerAccount);
        CreditStatement[] memory shown = statements(book, providerAccount);
        Leaf[] memory some = new Leaf[](leaves.length - 1);
        for (uint256 i; i < some.length; ++i) {
            some[i] = leaves[i];
        }
        vm.assertFalse(show(book, providerAccount, shown, some), "too early");
        vm.assertFalse(show(book, providerAccount, shown, single(leaves[some.length])), "by leaves of before");
        vm.assertFalse(show(book, providerAccount, shown, some), "by a leaf of before");
        vm.assertTrue(show(book, providerAccount, noStatements(), single(leaves[some.length])), "not proven");
    }

    function test_RevertWhen_leavesComeBeforePartZero() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(1), 1);
        bytes memory why = abi.encodeWithSelector(ClaimNotBegun.selector, 1, providerAccount);
        refuses(book, providerAccount, noStatements(), lastLeaves(book, providerAccount), why);
        refuses(book, providerAccount, noStatements(), noLeaves(), why);
    }

    /// Whatever is shown, and begun anew, in whatever order: of an honest epoch nothing is proven, and of one that is a
    /// nano-USD short everything still is.
    function testFuzz_whateverWasShownBefore(uint256 seed) external {
        uint256 movedNano = seed % 2;
        EpochBooks.Book memory book = settleMoved(honestEpoch(2), movedNano);
        CreditStatement[] memory shown = statements(book, providerAccount);
        bool proven;
        for (uint256 i; i < 12 && !proven; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            Leaf[] memory leaves =
                draw % 4 == 0 ? noLeaves() : single(book.leaf(bounded(draw / 4, 0, book.charges.length - 1)));
            vm.prank(challenger);
            (bool done, bytes memory answer) = address(court)
                .call(
                    abi.encodeCall(
                        court.proveUnderpaid,
                        (book.parts[0].header, providerAccount, draw >> 128 & 3 == 0 ? shown : noStatements(), leaves)
                    )
                );
            proven = done && abi.decode(answer, (bool));
        }
        vm.assertFalse(proven && movedNano == 0, "an honest settler was convicted");
        if (!proven) vm.assertTrue(prove(book, providerAccount) == (movedNano == 1), "who began anew");
    }
}
