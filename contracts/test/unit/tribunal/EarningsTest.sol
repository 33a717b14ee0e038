// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

/// @title Epochs that credit who earned it, or the settler's crony, and proofs of it.
abstract contract EarningsTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 internal constant TREASURY = 0;

    address internal crony = actor("crony");
    uint32 internal cronyAccount;

    function setUp() public virtual override {
        super.setUp();
        cronyAccount = openEarning(crony);
    }

    function earned(EpochBooks.Charge[] memory charges) internal view returns (uint64) {
        return uint64(EpochBooks.earnedOf(charges, providerAccount));
    }

    /// @dev What the leaves credit, but for `movedNano` of the provider's that the crony has.
    function creditsOf(EpochBooks.Charge[] memory charges, uint256 movedNano)
        internal
        view
        returns (Epochs.Amount[] memory amounts_)
    {
        uint256[3] memory amounts = [
            EpochBooks.earnedOf(charges, TREASURY), EpochBooks.earnedOf(charges, providerAccount) - movedNano, movedNano
        ];
        uint32[3] memory accounts = [TREASURY, providerAccount, cronyAccount];
        uint256 count;
        for (uint256 i; i < 3; ++i) {
            if (amounts[i] != 0) ++count;
        }
        amounts_ = new Epochs.Amount[](count);
        count = 0;
        for (uint256 i; i < 3; ++i) {
            if (amounts[i] != 0) amounts_[count++] = Epochs.Amount(accounts[i], amounts[i]);
        }
    }

    function settleMoved(EpochBooks.Charge[] memory charges, uint256 movedNano)
        internal
        returns (EpochBooks.Book memory book)
    {
        book = bookOf(charges);
        settleCredits(book, creditsOf(charges, movedNano));
    }

    function settleCredits(EpochBooks.Book memory book, Epochs.Amount[] memory amounts) internal {
        book.parts = new Epochs.Epoch[](1);
        book.parts[0] = epochOf(debitsOf(book.charges), amounts, Epochs.noReleases());
        claimRoot(book, book.parts[0]);
        settle(book.parts[0]);
    }

    /// @dev Two parts: what accounts up to `account` are debited, and what the others are; the crony has `movedNano` of the
    /// provider's in the second.
    function settleInTwo(EpochBooks.Charge[] memory charges, uint256 account, uint256 movedNano)
        internal
        returns (EpochBooks.Book memory book)
    {
        book = bookOf(charges);
        Epochs.Amount[] memory debits = debitsOf(charges);
        book.parts = new Epochs.Epoch[](2);
        for (uint32 part; part < 2; ++part) {
            book.parts[part] = halfOf(debits, account, part, movedNano);
            claimRoot(book, book.parts[part]);
            book.parts[part].header.receiptsSumNano = book.root().sumNano;
            settle(book.parts[part]);
        }
    }

    function halfOf(Epochs.Amount[] memory debits, uint256 account, uint32 part, uint256 movedNano)
        private
        view
        returns (Epochs.Epoch memory)
    {
        uint256 from = part == 0 ? 0 : account;
        Epochs.Amount[] memory some = new Epochs.Amount[](part == 0 ? account : debits.length - account);
        for (uint256 i; i < some.length; ++i) {
            some[i] = debits[from + i];
        }
        uint256 sumNano = Epochs.sumOf(some);
        Epochs.Amount[] memory amounts = part == 0 || movedNano == 0
            ? Epochs.one(providerAccount, sumNano)
            : Epochs.two(providerAccount, sumNano - movedNano, cronyAccount, movedNano);
        return partOf(some, amounts, Epochs.noReleases(), part, 2);
    }

    /// @dev In each shard the last that credits `account`.
    function lastLeaves(EpochBooks.Book memory book, uint32 account) internal pure returns (Leaf[] memory leaves) {
        uint256 count;
        for (uint256 i; i < book.charges.length; ++i) {
            if (isLast(book, account, i)) ++count;
        }
        leaves = new Leaf[](count);
        count = 0;
        for (uint256 i; i < book.charges.length; ++i) {
            if (isLast(book, account, i)) leaves[count++] = book.leaf(i);
        }
    }

    function isLast(EpochBooks.Book memory book, uint32 account, uint256 i) private pure returns (bool) {
        if (!credits(book, account, i)) return false;
        for (uint256 j = i + 1; j < book.charges.length; ++j) {
            bool sameShard = book.charges[j].receipt.shard == book.charges[i].receipt.shard;
            if (sameShard && credits(book, account, j)) return false;
        }
        return true;
    }

    function credits(EpochBooks.Book memory book, uint32 account, uint256 i) private pure returns (bool) {
        uint256[] memory lines = book.charges[i].receipt.credits;
        for (uint256 j; j < lines.length; ++j) {
            if (uint32(lines[j] >> 64) == account) return true;
        }
        return false;
    }

    function statements(EpochBooks.Book memory book, uint32 account)
        internal
        pure
        returns (CreditStatement[] memory shown)
    {
        shown = new CreditStatement[](book.parts.length);
        for (uint256 i; i < shown.length; ++i) {
            shown[i] = book.creditStatement(i, account);
        }
    }

    function noStatements() internal pure returns (CreditStatement[] memory) {
        return new CreditStatement[](0);
    }

    function noLeaves() internal pure returns (Leaf[] memory) {
        return new Leaf[](0);
    }

    function single(CreditStatement memory statement) internal pure returns (CreditStatement[] memory shown) {
        shown = new CreditStatement[](1);
        shown[0] = statement;
    }

    function single(Leaf memory leaf) internal pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](1);
        leaves[0] = leaf;
    }

    /// @dev By the challenger, all that there is.
    function prove(EpochBooks.Book memory book, uint32 account) internal returns (bool) {
        return show(book, account, statements(book, account), lastLeaves(book, account));
    }

    function show(EpochBooks.Book memory book, uint32 account, CreditStatement[] memory shown, Leaf[] memory leaves)
        internal
        returns (bool)
    {
        vm.prank(challenger);
        return court.proveUnderpaid(book.parts[0].header, account, shown, leaves);
    }

    function refuses(
        EpochBooks.Book memory book,
        uint32 account,
        CreditStatement[] memory shown,
        Leaf[] memory leaves,
        bytes memory why
    ) internal {
        vm.prank(challenger);
        vm.expectRevert(why);
        court.proveUnderpaid(book.parts[0].header, account, shown, leaves);
    }
}
