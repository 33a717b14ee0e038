// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VaultTest} from "../utils/VaultTest.sol";
import {AttackingHandler} from "./handlers/AttackingHandler.sol";
import {BondHandler} from "./handlers/BondHandler.sol";
import {MovingHandler} from "./handlers/MovingHandler.sol";
import {VaultHandler} from "./handlers/VaultHandler.sol";

/// @title A run of random calls of a handler, always the same one, and what it has reached.
abstract contract RandomCalls is VaultTest {
    uint256 private constant CALLS = 8000;

    error ActionFailed(uint256 call, bytes4 action, bytes answer);

    function bondActions() internal pure returns (bytes4[] memory actions) {
        bytes4[13] memory all = [
            BondHandler.postBond.selector,
            BondHandler.withdrawBond.selector,
            BondHandler.takeReward.selector,
            BondHandler.lock.selector,
            BondHandler.lock.selector,
            BondHandler.unlock.selector,
            BondHandler.slash.selector,
            BondHandler.slash.selector,
            BondHandler.slashForEarner.selector,
            BondHandler.settleWithoutABond.selector,
            BondHandler.withdrawHeldBond.selector,
            BondHandler.withdrawBondOfAnother.selector,
            BondHandler.judgeWithoutBeingTheTribunal.selector
        ];
        actions = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) {
            actions[i] = all[i];
        }
    }

    function run(VaultHandler handler, bytes4[] memory more) internal {
        bytes4[45] memory actions = [
            VaultHandler.deposit.selector,
            VaultHandler.deposit.selector,
            VaultHandler.donate.selector,
            VaultHandler.openEarningAccount.selector,
            VaultHandler.requestWithdrawal.selector,
            VaultHandler.requestWithdrawal.selector,
            VaultHandler.cancelRequest.selector,
            VaultHandler.takeReleased.selector,
            VaultHandler.takeReleased.selector,
            VaultHandler.escape.selector,
            VaultHandler.escape.selector,
            VaultHandler.withdrawEarnings.selector,
            VaultHandler.pause.selector,
            VaultHandler.pause.selector,
            VaultHandler.pass.selector,
            VaultHandler.operatorGone.selector,
            VaultHandler.settle.selector,
            VaultHandler.settle.selector,
            VaultHandler.voidRemainder.selector,
            VaultHandler.voidRemainder.selector,
            VaultHandler.repost.selector,
            MovingHandler.proposeEarningOwner.selector,
            MovingHandler.acceptEarningOwner.selector,
            MovingHandler.retire.selector,
            MovingHandler.migrate.selector,
            MovingHandler.migrate.selector,
            MovingHandler.migrate.selector,
            AttackingHandler.acceptEarningsOfAnother.selector,
            AttackingHandler.migrateTooSoon.selector,
            AttackingHandler.retireAsAStranger.selector,
            AttackingHandler.migrateAsTheAdmin.selector,
            AttackingHandler.overdraw.selector,
            AttackingHandler.payWhatNobodyOwes.selector,
            AttackingHandler.settleAsAStranger.selector,
            AttackingHandler.settleWhilePaused.selector,
            AttackingHandler.depositWhilePaused.selector,
            AttackingHandler.postFork.selector,
            AttackingHandler.voidTooSoon.selector,
            AttackingHandler.voidNothing.selector,
            AttackingHandler.nameASettlerAtOnce.selector,
            AttackingHandler.takeEarningsOfAnother.selector,
            AttackingHandler.leaveTooEarly.selector,
            AttackingHandler.cancelNothing.selector,
            AttackingHandler.pauseTooSoon.selector,
            AttackingHandler.pauseTooLate.selector
        ];
        for (uint256 i; i < CALLS; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("reach", i)));
            uint256 which = seed % (actions.length + more.length);
            bytes4 action = which < actions.length ? actions[which] : more[which - actions.length];
            bytes memory arguments = abi.encode(seed >> 192, uint64(seed >> 64), seed >> 128);
            (bool ok, bytes memory answer) = address(handler).call(bytes.concat(action, arguments));
            if (!ok) revert ActionFailed(i, action, answer);
        }
    }

    function assertReached(VaultHandler handler, string memory what) internal view {
        vm.assertTrue(handler.reached(what) != 0, string.concat("never reached: ", what));
    }
}
