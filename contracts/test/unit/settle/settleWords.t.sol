// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// The words: which balances they may touch, and that they balance (M2, M3, M4).
contract SettleWordsTest is VaultTest {
    uint64 private constant MOST = 2 ** 63 - 1;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 1; i <= 9; ++i) {
            deposit(address(uint160(i)), 10 * i);
            openEarning(address(uint160(i)));
        }
    }

    function test_touchesOnlyTheLanesItNames() external {
        settle(epochOf(Epochs.two(3, 30_000, 4, 1), Epochs.two(2, 10_000, 9, 20_001), Epochs.noReleases()));
        for (uint32 i = 1; i <= 9; ++i) {
            uint256 debited = i == 3 ? 30_000 : i == 4 ? 1 : 0;
            uint256 credited = i == 2 ? 10_000 : i == 9 ? 20_001 : 0;
            assertSpending(i, uint256(i) * 10_000 - debited, "a spending lane");
            assertEarning(i, credited, "an earning lane");
        }
    }

    function test_RevertWhen_aBalanceIsExceededByOneNano() external {
        expectRefusal(
            epochOf(Epochs.one(5, 50_001), Epochs.one(1, 50_001), Epochs.noReleases()),
            abi.encodeWithSelector(BalanceUnderflow.selector, 1, wordOf(4), uint256(50_001) << 64)
        );
    }

    /// A borrow that left its lane would be paid by the next account.
    function test_RevertWhen_aBalanceIsExceededAndTheNeighbourIsRich() external {
        expectRefusal(
            epochOf(Epochs.two(1, MOST, 2, 1), Epochs.one(1, uint256(MOST) + 1), Epochs.noReleases()),
            abi.encodeWithSelector(BalanceUnderflow.selector, 0, wordOf(0), uint256(MOST) << 64 | uint256(1) << 128)
        );
    }

    function wordOf(uint32 first) private view returns (uint256 word) {
        for (uint32 lane; lane < 4; ++lane) {
            word |= uint256(vault.spendingBalanceOf(first + lane)) << (64 * lane);
        }
    }

    function test_RevertWhen_spendingAccountZeroIsDebited() external {
        expectRefusal(
            epochOf(Epochs.one(0, 1), Epochs.one(1, 1), Epochs.noReleases()),
            abi.encodeWithSelector(BalanceUnderflow.selector, 0, wordOf(0), 1)
        );
    }

    function test_RevertWhen_aDebitIsOfALaterAccount() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(10, 1), Epochs.one(1, 1), Epochs.noReleases());
        expectRefusal(epoch, abi.encodeWithSelector(AccountNotOpen.selector, 2, 9));
    }

    function test_RevertWhen_aCreditIsOfALaterAccountInTheLastSlot() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 1), Epochs.one(10, 1), Epochs.noReleases());
        expectRefusal(epoch, abi.encodeWithSelector(AccountNotOpen.selector, 2, 9));
    }

    function test_RevertWhen_aCreditIsOfALaterSlot() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 1), Epochs.one(12, 1), Epochs.noReleases());
        expectRefusal(epoch, abi.encodeWithSelector(AccountNotOpen.selector, 3, 9));
    }

    /// Slots above 2^30 would be words of the other ledger.
    function test_RevertWhen_aSlotIsBeyondTheLedger() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 1), Epochs.one(1, 1), Epochs.noReleases());
        epoch.words.debitSlots[0] = 2 ** 30;
        expectRefusal(epoch, abi.encodeWithSelector(AccountNotOpen.selector, 2 ** 30, 9));
    }

    function test_RevertWhen_aSlotComesTwice() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.two(1, 1, 4, 1), Epochs.one(1, 2), Epochs.noReleases());
        epoch.words.debitSlots[0] = 0;
        expectRefusal(epoch, abi.encodeWithSelector(SlotsNotAscending.selector, 0, 0));
    }

    function test_RevertWhen_slotsDescend() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 2), Epochs.two(1, 1, 4, 1), Epochs.noReleases());
        epoch.words.creditSlots[0] = 1;
        expectRefusal(epoch, abi.encodeWithSelector(SlotsNotAscending.selector, 1, 0));
    }

    function test_RevertWhen_slotWordsAreTooMany() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 1), Epochs.one(1, 1), Epochs.noReleases());
        // the hash is of the words that belong to amounts, so it does not tell
        epoch.words.debitSlots = new uint256[](2);
        vm.prank(settler);
        vm.expectRevert(abi.encodeWithSelector(SlotCountMismatch.selector, 2, 1));
        vault.settle(epoch.header, epoch.words, epoch.releases);
    }

    function test_RevertWhen_aSlotNumberIsLeftOver() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 1), Epochs.one(1, 1), Epochs.noReleases());
        epoch.words.creditSlots[0] |= 1 << 32;
        expectRefusal(epoch, abi.encodeWithSelector(SlotCountMismatch.selector, 1, 1));
    }

    function test_RevertWhen_aDebitSetsTheGuardBit() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 1), Epochs.one(1, 1), Epochs.noReleases());
        epoch.words.debits[0] = uint256(2 ** 63) << 64;
        expectRefusal(epoch, abi.encodeWithSelector(LaneOutOfRange.selector, 0, uint256(2 ** 63) << 64));
    }

    function test_RevertWhen_aCreditSetsTheGuardBit() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 1), Epochs.one(1, 1), Epochs.noReleases());
        epoch.words.credits[0] = uint256(2 ** 63) << 64;
        expectRefusal(epoch, abi.encodeWithSelector(LaneOutOfRange.selector, 0, uint256(2 ** 63) << 64));
    }

    function test_RevertWhen_anEarningBalanceReachesTheGuardBit() external {
        uint256 whole = MOST / SCALE * SCALE;
        uint32 rich = deposit(requester, whole / SCALE);
        uint32 richer = deposit(stranger, whole / SCALE);
        // A bucket of exposure takes eighteen million dollars.
        for (uint256 left = whole; left != 0;) {
            uint256 amountNano = left < 2 ** 53 ? left : 2 ** 53;
            moveAndSettle(rich, 1, uint64(amountNano));
            left -= amountNano;
            vm.warp(block.timestamp + BUCKET);
        }
        expectRefusal(
            epochOf(Epochs.one(richer, 1000), Epochs.one(1, 1000), Epochs.noReleases()),
            abi.encodeWithSelector(BalanceOverflow.selector, 0, whole << 64, uint256(1000) << 64)
        );
    }

    function test_RevertWhen_creditsExceedDebits() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 10), Epochs.one(1, 11), Epochs.noReleases());
        expectRefusal(epoch, abi.encodeWithSelector(Unbalanced.selector, 10, 11, 10));
    }

    function test_RevertWhen_debitsExceedCredits() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 10), Epochs.one(1, 9), Epochs.noReleases());
        expectRefusal(epoch, abi.encodeWithSelector(Unbalanced.selector, 10, 9, 10));
    }

    function test_RevertWhen_onlyTheCreditsReachThePartSum() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 9), Epochs.one(1, 10), Epochs.noReleases());
        epoch.header.partSumNano = 10;
        epoch.header.receiptsSumNano = 10;
        expectRefusal(epoch, abi.encodeWithSelector(Unbalanced.selector, 9, 10, 10));
    }

    function test_RevertWhen_thePartSumIsAnother() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 10), Epochs.one(1, 10), Epochs.noReleases());
        epoch.header.partSumNano = 9;
        epoch.header.receiptsSumNano = 9;
        expectRefusal(epoch, abi.encodeWithSelector(Unbalanced.selector, 10, 10, 9));
    }

    function test_RevertWhen_theReceiptsSumIsNotReached() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(1, 10), Epochs.one(1, 10), Epochs.noReleases());
        epoch.header.receiptsSumNano = 11;
        expectRefusal(epoch, abi.encodeWithSelector(SumNotReached.selector, 1, 10, 11));
    }
}
