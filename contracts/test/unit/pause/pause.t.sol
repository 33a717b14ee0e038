// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract PauseTest is VaultTest {
    function test_endsByItself() external {
        uint64 until = uint64(block.timestamp) + 3 days;
        vm.expectEmit(address(vault));
        emit Paused(guardian, until);
        pauseVault();
        vm.assertEq(uint256(vault.pausedUntil()), until, "end of the pause");
        vm.warp(until);
        vm.assertEq(uint256(deposit(requester, 1)), 1, "the pause did not end");
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
    }

    function test_mayBeRepeatedTenDaysAfterItBegan() external {
        pauseVault();
        vm.warp(block.timestamp + 10 days);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        pauseVault();
        vm.assertEq(uint256(vault.pausedUntil()), block.timestamp + 3 days, "end of the second pause");
    }

    function test_RevertWhen_repeatedBefore() external {
        uint256 began = block.timestamp;
        pauseVault();
        vm.warp(began + 10 days - 1);
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(PauseTooSoon.selector, began + 10 days, began + 10 days - 1));
        vault.pause();
    }

    /// Or a pause would let everyone out although the operator is there.
    function test_endsADayBeforeTheHatchOpensToEveryone() external {
        (,,,, uint64 settledAt) = vault.head();
        vm.warp(settledAt + 5 days);
        pauseVault();
        vm.assertEq(uint256(vault.pausedUntil()), settledAt + 6 days, "end of the pause");
        vm.warp(settledAt + 6 days);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
    }

    /// A request that the operator had three days to answer before a pause waits for no pause.
    function test_endsADayBeforeTheHatchOfWhoeverAskedInTheThreeDaysBefore() external {
        deposit(requester, 10);
        uint256 askedAt = block.timestamp;
        request(requester, 4000);
        vm.warp(askedAt + 3 days);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        pauseVault();
        vm.assertEq(vault.pausedUntil() + 1 days, askedAt + vault.ESCAPE_AFTER(), "a day to release it");
    }

    function test_aShorterPauseCountsFromItsBeginning() external {
        (,,,, uint64 settledAt) = vault.head();
        vm.warp(settledAt + 5 days);
        pauseVault();
        vm.assertEq(uint256(vault.pausableFrom()), settledAt + 15 days, "when the next one may begin");
    }

    function test_mayBeginUntilADayBeforeTheHatchOpens() external {
        (,,,, uint64 settledAt) = vault.head();
        uint64 latest = settledAt + 6 days;
        vm.warp(latest - 1);
        pauseVault();
        vm.assertEq(uint256(vault.pausedUntil()), latest, "a second is a pause too");
    }

    function test_RevertWhen_theHatchOpensInADay() external {
        (,,,, uint64 settledAt) = vault.head();
        uint64 latest = settledAt + 6 days;
        vm.warp(latest);
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(PauseTooLate.selector, latest, latest));
        vault.pause();
    }

    function test_RevertWhen_callerIsNotTheGuardian() external {
        bytes32 role = vault.GUARDIAN_ROLE();
        vm.prank(settler);
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, settler, role));
        vault.pause();
    }
}
