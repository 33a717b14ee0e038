// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVault} from "../../../src/interfaces/ISettlementVault.sol";
import {FeeToken} from "../../utils/tokens/HostileTokens.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";
import {Vm} from "../../utils/Vm.sol";

/// A settler that posts two epochs in one transaction.
contract TwoEpochs {
    function settle(ISettlementVault vault, Epochs.Epoch calldata first, Epochs.Epoch calldata second) external {
        vault.settle(first.header, first.words, first.releases);
        vault.settle(second.header, second.words, second.releases);
    }
}

/// Epochs that debit what has left by the hatch: the settler pays it in the same transaction, and nobody else.
contract SettleShortfallTest is VaultTest {
    uint32 private account;
    uint32 private earning;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
        earning = openEarning(provider);
    }

    function leaveByTheHatch(address owner) private {
        vm.warp(block.timestamp + 7 days);
        vm.prank(owner);
        vault.escape(owner);
    }

    function debiting(uint256 amountNano) private view returns (Epochs.Epoch memory) {
        return epochOf(Epochs.one(account, amountNano), Epochs.one(earning, amountNano), Epochs.noReleases());
    }

    function test_operatorCoversWhatLeftAndTheEpochSettles() external {
        Epochs.Epoch memory late =
            epochOf(Epochs.one(account, 2100), Epochs.one(earning, 2100), Epochs.release(account, 1, 2500));
        request(requester, 2500);
        leaveByTheHatch(requester);
        approveAsSettler(5);
        vm.expectEmit(address(vault));
        emit Deposited(account, requester, settler, 3000);
        vm.expectEmit(address(vault));
        emit ReleaseSkipped(account, requester, 1, 2500);
        settle(late);
        assertEarning(earning, 2100, "the provider was not paid");
        assertSpending(account, 900, "what is over of a unit is not the owner's");
        vm.assertEq(dollar.balanceOf(settler), 2, "more or less was drawn than was missing");
        vm.assertEq(
            dollar.balanceOf(address(vault)) - AMPLE_BOND_NANO / SCALE, 3, "the vault holds another amount than it owes"
        );
    }

    function test_whatStayedIsTakenFirst() external {
        request(requester, 4000);
        for (uint256 day; day < 7; ++day) {
            vm.warp(block.timestamp + 1 days);
            settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        }
        vm.prank(requester);
        vault.escape(requester);
        approveAsSettler(2);
        settle(debiting(8000));
        assertSpending(account, 0, "a balance stayed");
        vm.assertEq(dollar.balanceOf(settler), 0, "drawn otherwise than what was missing");
    }

    function test_manyWhoLeftAreCoveredByOneTransfer() external {
        for (uint160 i = 1; i < 4; ++i) {
            deposit(address(0x5000 + i), 1);
        }
        uint32 other = deposit(stranger, 10);
        vm.assertEq(uint256(other), 5, "an account of another slot");
        vm.warp(block.timestamp + 7 days);
        vm.prank(requester);
        vault.escape(requester);
        vm.prank(stranger);
        vault.escape(stranger);
        approveAsSettler(5);
        settle(epochOf(Epochs.two(account, 2000, other, 2500), Epochs.one(earning, 4500), Epochs.noReleases()));
        assertEarning(earning, 4500, "the provider was not paid");
        assertSpending(account, 0, "two units were missing");
        assertSpending(other, 500, "half a unit is over");
        vm.assertEq(dollar.balanceOf(settler), 0, "two units and three are five");
    }

    function test_eachLaneOfASlotIsMadeUpForItself() external {
        for (uint160 i = 2; i <= 7; ++i) {
            deposit(address(0x5000 + i), 10);
        }
        vm.warp(block.timestamp + 7 days);
        Epochs.Amount[] memory debits = new Epochs.Amount[](4);
        for (uint32 i; i < 4; ++i) {
            debits[i] = Epochs.Amount(4 + i, 1000 * (i + 1) + 1);
            vm.prank(address(uint160(0x5004 + i)));
            vault.escape(address(0x6000));
        }
        approveAsSettler(14);
        settle(epochOf(debits, Epochs.one(earning, 10_004), Epochs.noReleases()));
        for (uint32 i = 4; i < 8; ++i) {
            assertSpending(i, 999, "what is over of the last unit");
        }
        vm.assertEq(dollar.balanceOf(settler), 0, "two, three, four and five units are fourteen");
    }

    function test_whatLeftTwiceIsMadeUpForTwice() external {
        leaveByTheHatch(requester);
        deposit(requester, 10);
        leaveByTheHatch(requester);
        approveAsSettler(15);
        settle(debiting(15_000));
        assertEarning(earning, 15_000, "the provider was not paid");
    }

    function test_twoEpochsOfOneTransactionDrawEachForItself() external {
        TwoEpochs both = new TwoEpochs();
        vault = newVault(dollar, SHARD_DEPTH, address(both), guardian, treasury);
        account = deposit(requester, 10);
        earning = openEarning(provider);
        leaveByTheHatch(requester);
        dollar.mint(address(both), 4);
        vm.prank(address(both));
        dollar.approve(address(vault), 4);
        Epochs.Epoch memory first = debiting(2000);
        Epochs.Epoch memory second = debiting(2000);
        second.header.previousHeader = vault.hashHeader(first.header);
        second.header.epoch = 2;
        both.settle(vault, first, second);
        assertEarning(earning, 4000, "the provider was not paid twice");
        vm.assertEq(dollar.balanceOf(address(both)), 0, "drawn otherwise than two and two units");
    }

    /// Each epoch draws for itself, and what was made up for once is not made up for again.
    function test_RevertWhen_moreIsMissingThanHasLeft() external {
        leaveByTheHatch(requester);
        approveAsSettler(100);
        settle(debiting(6000));
        expectRefusal(debiting(4001), abi.encodeWithSelector(BalanceUnderflow.selector, 0, 0, uint256(4001) << 64));
        settle(debiting(4000));
        assertEarning(earning, 10_000, "the provider was not paid");
        vm.assertEq(dollar.balanceOf(settler), 90, "drawn otherwise than ten units");
    }

    function test_RevertWhen_nobodyHasLeft() external {
        approveAsSettler(100);
        expectRefusal(
            debiting(10_001), abi.encodeWithSelector(BalanceUnderflow.selector, 0, 10_000 << 64, uint256(10_001) << 64)
        );
    }

    /// Account 5 is in lane 1 of its slot, as account 1 is of another, which has left nothing.
    function test_onlyThoseWhoMissSomethingAreCovered() external {
        for (uint160 i = 1; i < 4; ++i) {
            deposit(address(0x5000 + i), 1);
        }
        uint32 other = deposit(stranger, 10);
        vm.assertEq(uint256(other), 5, "an account of another slot");
        vm.warp(block.timestamp + 7 days);
        vm.prank(stranger);
        vault.escape(stranger);
        approveAsSettler(3);
        Epochs.Epoch memory epoch =
            epochOf(Epochs.two(account, 10_000, other, 2500), Epochs.one(earning, 12_500), Epochs.noReleases());
        vm.recordLogs();
        settle(epoch);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 covered;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == Deposited.selector) {
                ++covered;
                vm.assertEq(uint256(logs[i].topics[1]), other, "another account's money");
            }
        }
        vm.assertEq(covered, 1, "more or fewer were covered than missed something");
        assertSpending(other, 500, "half a unit is over");
    }

    function test_RevertWhen_theSettlerHasNotApproved() external {
        leaveByTheHatch(requester);
        dollar.mint(settler, 100);
        expectRefusal(debiting(1000), abi.encodeWithSelector(ShortfallNotCovered.selector, settler, 1, 0));
    }

    function test_RevertWhen_theSettlerHasLessThanItApproved() external {
        leaveByTheHatch(requester);
        approveAsSettler(2);
        vm.prank(settler);
        dollar.approve(address(vault), 100);
        expectRefusal(debiting(3000), abi.encodeWithSelector(ShortfallNotCovered.selector, settler, 3, 2));
    }

    /// Of a token that keeps a fee less arrives; the settler uses depositFor there.
    function test_RevertWhen_lessArrivesThanIsDrawn() external {
        dollar = new FeeToken();
        vault = newVault(dollar);
        account = deposit(requester, 100);
        earning = openEarning(provider);
        leaveByTheHatch(requester);
        approveAsSettler(100);
        expectRefusal(debiting(10_000), abi.encodeWithSelector(ShortfallNotCovered.selector, settler, 10, 9));
    }

    /// The guard bit of a debit is never taken for an amount that is missing.
    function test_RevertWhen_aDebitOfWhoLeftSetsTheGuardBit() external {
        leaveByTheHatch(requester);
        Epochs.Epoch memory epoch = debiting(1000);
        epoch.words.debits[0] |= uint256(1) << 127;
        expectRefusal(epoch, abi.encodeWithSelector(LaneOutOfRange.selector, 0, epoch.words.debits[0]));
    }
}
