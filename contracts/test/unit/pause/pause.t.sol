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

    function test_RevertWhen_callerIsNotTheGuardian() external {
        bytes32 role = vault.GUARDIAN_ROLE();
        vm.prank(settler);
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, settler, role));
        vault.pause();
    }
}
