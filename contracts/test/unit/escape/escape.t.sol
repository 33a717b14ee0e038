// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract EscapeTest is VaultTest {
    uint32 private account;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
    }

    function escapeAs(address owner) private returns (uint64) {
        vm.prank(owner);
        return vault.escape(owner);
    }

    function test_paysSpendingAndReleasedOnceTheHatchIsOpen() external {
        request(requester, 2500);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, 1, 2500)));
        vm.warp(block.timestamp + 7 days);
        vm.expectEmit(address(vault));
        emit Escaped(account, requester, 0, 10_000, 7500);
        vm.assertEq(uint256(escapeAs(requester)), 10_000, "another amount was paid");
        vm.assertEq(dollar.balanceOf(requester), 10, "tokens paid");
        assertSpending(account, 0, "a balance was left to spend");
    }

    function test_whatIsLeftOfAUnitStaysReleased() external {
        uint32 earning = openEarning(provider);
        moveAndSettle(account, earning, 1);
        vm.warp(block.timestamp + 7 days);
        vm.assertEq(uint256(escapeAs(requester)), 9000, "more or less than whole units was paid");
        (,,, uint64 releasedNano,,) = vault.spendingAccount(account);
        vm.assertEq(uint256(releasedNano), 999, "the rest of a unit was lost");
        assertSpending(account, 0, "a balance was left to spend");
    }

    function test_closesTheOpenRequest() external {
        request(requester, 2500);
        vm.warp(block.timestamp + 7 days);
        vm.expectEmit(address(vault));
        emit Escaped(account, requester, 1, 10_000, 10_000);
        escapeAs(requester);
        (,, uint64 openNano,,,) = vault.spendingAccount(account);
        vm.assertEq(uint256(openNano), 0, "the request is still open");
    }

    /// Sends an empty epoch every day: the operator lives, and releases nothing.
    function passWeekOfEpochs() private {
        for (uint256 day; day < 7; ++day) {
            vm.warp(block.timestamp + 1 days);
            settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        }
    }

    function test_whoWaitsSevenDaysLeavesWhateverEpochsCome() external {
        request(requester, 2500);
        passWeekOfEpochs();
        vm.expectEmit(address(vault));
        emit Escaped(account, requester, 1, 2000, 2500);
        vm.assertEq(uint256(escapeAs(requester)), 2000, "another amount was paid");
        vm.assertEq(dollar.balanceOf(requester), 2, "tokens paid");
        assertSpending(account, 7500, "more than what was open left");
        (,, uint64 openNano, uint64 releasedNano,,) = vault.spendingAccount(account);
        vm.assertTrue(openNano == 0 && releasedNano == 500, "the request is open, or the rest of a unit was lost");
    }

    /// A part, or nothing, released on the sixth day opens the hatch on the seventh all the same, for the rest.
    function test_aReleasedPartDoesNotMoveTheHatch() external {
        request(requester, 5000);
        vm.warp(block.timestamp + 6 days);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, 1, 2000)));
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, 1, 0)));
        vm.prank(requester);
        vault.takeReleased(requester);
        vm.warp(block.timestamp + 1 days);
        vm.assertEq(uint256(escapeAs(requester)), 3000, "not what was still open");
        assertSpending(account, 5000, "more than what was open left");
    }

    function test_neverMoreThanTheBalance() external {
        uint32 earning = openEarning(provider);
        request(requester, 10_000);
        moveAndSettle(account, earning, 6000);
        passWeekOfEpochs();
        vm.assertEq(uint256(escapeAs(requester)), 4000, "not what the balance had left");
        (,, uint64 openNano,,,) = vault.spendingAccount(account);
        vm.assertEq(uint256(openNano), 0, "the request is still open");
    }

    function test_RevertWhen_theRequestWaitsLessThanSevenDays() external {
        uint256 askedAt = block.timestamp;
        request(requester, 2500);
        passWeekOfEpochs();
        vm.warp(askedAt + 7 days - 1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(EscapeNotOpen.selector, askedAt + 7 days, askedAt + 7 days - 1));
        vault.escape(requester);
    }

    function test_RevertWhen_allOfTheRequestWasReleased() external {
        request(requester, 2500);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, 1, 2500)));
        passWeekOfEpochs();
        uint256 nowAt = block.timestamp;
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(EscapeNotOpen.selector, nowAt + 7 days, nowAt));
        vault.escape(requester);
    }

    function test_RevertWhen_anotherWaits() external {
        deposit(stranger, 10);
        request(requester, 2500);
        passWeekOfEpochs();
        uint256 nowAt = block.timestamp;
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(EscapeNotOpen.selector, nowAt + 7 days, nowAt));
        vault.escape(stranger);
    }

    /// The owner of a request that waits leaves while the vault is paused. (Nobody can pause when everyone may leave.)
    function test_aPauseDoesNotCloseTheHatch() external {
        request(requester, 2500);
        vm.warp(block.timestamp + 6 days);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        pauseVault();
        vm.warp(block.timestamp + 1 days);
        vm.assertEq(uint256(escapeAs(requester)), 2000, "a pause held an escape back");
    }

    function test_RevertWhen_receiverIsTheVault() external {
        vm.warp(block.timestamp + 7 days);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(ReceiverIsTheVault.selector));
        vault.escape(address(vault));
    }

    function test_RevertWhen_anEpochCameWithinSevenDays() external {
        vm.warp(block.timestamp + 6 days);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        uint256 settledAt = block.timestamp;
        vm.warp(settledAt + 7 days - 1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(EscapeNotOpen.selector, settledAt + 7 days, settledAt + 7 days - 1));
        vault.escape(requester);
    }

    /// Posting the settled epoch again proves nothing new, so it must not keep the hatch shut.
    function test_aRepostedEpochDoesNotMoveTheHatch() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases());
        settle(epoch);
        vm.warp(block.timestamp + 7 days);
        settle(epoch);
        vm.assertEq(uint256(escapeAs(requester)), 10_000, "the hatch was shut by a re-post");
    }

    function test_RevertWhen_nothingIsLeft() external {
        vm.warp(block.timestamp + 7 days);
        escapeAs(requester);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NothingToTake.selector, account));
        vault.escape(requester);
    }

    function test_RevertWhen_receiverIsZero() external {
        vm.warp(block.timestamp + 7 days);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        vault.escape(address(0));
    }

    function test_RevertWhen_callerHasNoAccount() external {
        vm.warp(block.timestamp + 7 days);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(NoSpendingAccount.selector, stranger));
        vault.escape(stranger);
    }
}
