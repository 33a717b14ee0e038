// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// An epoch in several transactions.
contract SettlePartsTest is VaultTest {
    uint32 private account;
    uint32 private earning;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
        earning = openEarning(provider);
    }

    function part(uint32 number, uint64 amountNano) private view returns (Epochs.Epoch memory epoch) {
        epoch = partOf(Epochs.one(account, amountNano), Epochs.one(earning, amountNano), Epochs.noReleases(), number, 3);
        epoch.header.receiptsSumNano = 6000;
    }

    function test_threePartsMakeAnEpoch() external {
        settle(part(0, 1000));
        settle(part(1, 2000));
        settle(part(2, 3000));
        assertSpending(account, 4000, "the parts do not add up");
        assertEarning(earning, 6000, "the parts do not add up");
        (, uint64 epoch, uint32 last, uint32 parts,) = vault.head();
        vm.assertTrue(epoch == 1 && last == 2 && parts == 3, "the head is elsewhere");
        moveAndSettle(account, earning, 1);
        (, epoch, last, parts,) = vault.head();
        vm.assertTrue(epoch == 2 && last == 0 && parts == 1, "the next epoch does not follow");
    }

    function test_aPartPostedAgainIsASilentSuccess() external {
        Epochs.Epoch memory first = part(0, 1000);
        settle(first);
        settle(first);
        settle(part(1, 2000));
        settle(first);
        assertSpending(account, 7000, "a re-post moved money");
    }

    function test_RevertWhen_anEpochBeginsBeforeTheLastPart() external {
        settle(part(0, 1000));
        bytes32 headHash = vault.headerOf(1, 0);
        Epochs.Epoch memory next = epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases());
        expectRefusal(next, abi.encodeWithSelector(HeaderDoesNotFollow.selector, headHash, 2, 0, headHash, 1, 0));
    }

    function test_RevertWhen_aPartIsSkipped() external {
        settle(part(0, 1000));
        bytes32 headHash = vault.headerOf(1, 0);
        expectRefusal(
            part(2, 5000), abi.encodeWithSelector(HeaderDoesNotFollow.selector, headHash, 1, 2, headHash, 1, 0)
        );
    }

    function test_RevertWhen_theRootChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.receiptsRoot = bytes32(uint256(1));
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theSumChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.receiptsSumNano = 6001;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theCountChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.receiptsCount = 2;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theDepthChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.levels += 1;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theNumberOfPartsChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 5000);
        epoch.header.parts = 2;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theNumberOfPartsBecomesOne() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 5000);
        epoch.header.parts = 1;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_aPartAlreadyExceedsTheSum() external {
        settle(part(0, 1000));
        expectRefusal(part(1, 5001), abi.encodeWithSelector(SumNotReached.selector, 1, 6001, 6000));
    }

    function test_RevertWhen_theLastPartFallsShort() external {
        settle(part(0, 1000));
        settle(part(1, 2000));
        expectRefusal(part(2, 2999), abi.encodeWithSelector(SumNotReached.selector, 1, 5999, 6000));
    }

    function test_anEpochMayHave1024Parts() external {
        Epochs.Epoch memory first = part(0, 1000);
        first.header.parts = 1024;
        settle(first);
        (,,, uint32 parts,) = vault.head();
        vm.assertEq(uint256(parts), 1024, "parts of the head");
    }

    function test_RevertWhen_theEpochHasMoreThan1024Parts() external {
        Epochs.Epoch memory first = part(0, 1000);
        first.header.parts = 1025;
        expectRefusal(first, abi.encodeWithSelector(PartsOutOfRange.selector, 1, 1025, 1024));
    }

    function test_RevertWhen_theCutChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.cutDigest = bytes32(uint256(1));
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theBlockOfTheCutChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.l2Block = 1;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    /// @dev A part of four that debits 1 nano-USD of each account.
    function debiting(uint32[] memory accounts, uint32 number) private view returns (Epochs.Epoch memory epoch) {
        Epochs.Amount[] memory debits = new Epochs.Amount[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            debits[i] = Epochs.Amount(accounts[i], 1);
        }
        Epochs.Amount[] memory credits = accounts.length == 0 ? Epochs.none() : Epochs.one(earning, accounts.length);
        epoch = partOf(debits, credits, Epochs.noReleases(), number, 4);
        epoch.header.receiptsSumNano = 6000;
    }

    function every(uint32 step, uint32 from, uint32 to) private pure returns (uint32[] memory accounts) {
        accounts = new uint32[]((to - from) / step + 1);
        for (uint32 i; i < accounts.length; ++i) {
            accounts[i] = from + i * step;
        }
    }

    function openAccounts(uint160 count) private {
        for (uint160 i = 1; i <= count; ++i) {
            deposit(address(i), 10);
        }
    }

    function test_aPartGoesOnInTheSlotWhereTheLastEnded() external {
        openAccounts(12);
        settle(debiting(every(1, 1, 5), 0));
        settle(debiting(every(1, 5, 9), 1));
        settle(debiting(new uint32[](0), 2));
        assertSpending(5, 9998, "the account at the cut");
        assertSpending(9, 9999, "the account behind the cut");
    }

    /// Otherwise nobody could tell which debits of half an epoch are whole.
    function test_RevertWhen_aPartGoesBackToAnEarlierSlot() external {
        openAccounts(12);
        settle(debiting(every(4, 4, 8), 0));
        expectRefusal(debiting(every(1, 7, 9), 1), abi.encodeWithSelector(SlotsNotAscending.selector, 2, 1));
    }

    function test_RevertWhen_aPartGoesBackPastOneWithoutDebits() external {
        openAccounts(12);
        settle(debiting(every(4, 4, 8), 0));
        settle(debiting(new uint32[](0), 1));
        expectRefusal(debiting(every(1, 7, 9), 2), abi.encodeWithSelector(SlotsNotAscending.selector, 2, 1));
    }

    /// Slot numbers are eight to a word: the last of nine is in the second.
    function test_RevertWhen_aPartGoesBackBehindManySlots() external {
        openAccounts(40);
        settle(debiting(every(4, 4, 36), 0));
        expectRefusal(debiting(every(1, 35, 36), 1), abi.encodeWithSelector(SlotsNotAscending.selector, 9, 8));
    }

    function test_theNextEpochBeginsAtAnySlot() external {
        openAccounts(12);
        moveAndSettle(8, earning, 1);
        settle(debiting(every(1, 1, 1), 0));
        assertSpending(1, 9999, "the first account of the next epoch");
    }
}
