// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BlockingToken, FalseToken, FeeToken, ReentrantToken} from "../utils/tokens/HostileTokens.sol";
import {AttackingHandler} from "./handlers/AttackingHandler.sol";
import {BondHandler} from "./handlers/BondHandler.sol";
import {BlockingHandler, FalseHandler, FeeHandler, ReentrantHandler} from "./handlers/HostileHandlers.sol";
import {VaultHandler} from "./handlers/VaultHandler.sol";
import {RandomCalls} from "./RandomCalls.sol";
import {LedgerModel} from "./stores/LedgerModel.sol";

/// A handler that turns back before it does anything would let every invariant hold: within 8,000 random calls each
/// action happened, and each way out was taken in each of the states that must not close it.
contract HandlersReachTest is RandomCalls {
    function assertWayOut(VaultHandler handler, string memory what) private view {
        assertReached(handler, string.concat(what, ", paused"));
        assertReached(handler, string.concat(what, ", in mid-epoch"));
        assertReached(handler, string.concat(what, ", operator gone"));
    }

    function test_everyActionAndStateIsReached() external {
        VaultHandler handler = new AttackingHandler(vault, dollar, new LedgerModel(true), settler, guardian);
        run(handler, new bytes4[](0));
        assertWayOut(handler, "requestWithdrawal");
        assertWayOut(handler, "takeReleased");
        assertWayOut(handler, "withdrawEarnings");
        assertReached(handler, "escape, in mid-epoch");
        assertReached(handler, "escape, operator gone");
        assertWayOut(handler, "cancelRequest");
        assertWayOut(handler, "migrate");
        assertWayOut(handler, "acceptEarningOwner");
        assertReached(handler, "escape while epochs come, paused");
        assertReached(handler, "escape while epochs come, in mid-epoch");
        string[31] memory others = [
            "deposit",
            "donate",
            "openEarningAccount",
            "proposeEarningOwner",
            "retire",
            "retire, taken back",
            "a stranger makes itself an owner",
            "an owner moves before the notice is over",
            "a stranger retires the vault",
            "the admin moves money",
            "pause",
            "settle, whole",
            "settle, a part",
            "voidRemainder",
            "repost",
            "repost, paused",
            "settle draws what escaped",
            "a pause before everyone may leave",
            "an epoch debits more than a balance",
            "an epoch credits more than it debits",
            "a stranger settles",
            "an epoch settles while paused",
            "a deposit while paused",
            "a second header for a settled part",
            "half an epoch is given up too soon",
            "a whole epoch is given up",
            "the admin makes itself a settler at once",
            "a stranger takes earnings",
            "an escape while epochs come and nothing waits",
            "a request that is not open is cancelled",
            "a pause too soon after another"
        ];
        for (uint256 i; i < others.length; ++i) {
            assertReached(handler, others[i]);
        }
    }

    function test_everyActionOnABondIsReached() external {
        vault = newVaultWithoutBond(dollar);
        VaultHandler handler = new BondHandler(vault, dollar, new LedgerModel(true), settler, guardian);
        run(handler, bondActions());
        assertWayOut(handler, "withdrawBond");
        string[15] memory others = [
            "postBond",
            "takeReward",
            "lock",
            "unlock",
            "unlock after the window",
            "slash",
            "slash after the window",
            "slashForEarner",
            "an earner compensated after the window",
            "an epoch settles without the bond for it",
            "compensated twice",
            "compensated after the window",
            "a bond leaves while it is held",
            "a stranger takes a bond",
            "a bond is taken without the tribunal"
        ];
        for (uint256 i; i < others.length; ++i) {
            assertReached(handler, others[i]);
        }
    }

    function test_feeOnTransfer_withdrawalsAreReached() external {
        dollar = new FeeToken();
        vault = newVault(dollar);
        VaultHandler handler = new FeeHandler(vault, dollar, new LedgerModel(false), settler, guardian);
        run(handler, new bytes4[](0));
        assertWayOut(handler, "withdrawEarnings");
        assertReached(handler, "escape");
        assertReached(handler, "the operator covers what escaped");
    }

    function test_reentrant_attacksAreReached() external {
        dollar = new ReentrantToken();
        vault = newVault(dollar);
        VaultHandler handler = new ReentrantHandler(vault, dollar, new LedgerModel(true), settler, guardian);
        run(handler, new bytes4[](0));
        assertReached(handler, "re-entry");
        assertWayOut(handler, "withdrawEarnings");
    }

    function test_blocklisting_blockedOwnersLeave() external {
        dollar = new BlockingToken();
        vault = newVault(dollar);
        BlockingHandler handler = new BlockingHandler(vault, dollar, new LedgerModel(true), settler, guardian);
        bytes4[] memory more = new bytes4[](2);
        (more[0], more[1]) = (handler.blockOwner.selector, handler.payTheBlocked.selector);
        run(handler, more);
        assertReached(handler, "block");
        assertReached(handler, "a blocked address is paid");
        assertWayOut(handler, "withdrawEarnings");
    }

    function test_falseReturning_failuresAreReached() external {
        dollar = new FalseToken();
        vault = newVault(dollar);
        FalseHandler handler = new FalseHandler(vault, dollar, new LedgerModel(true), settler, guardian);
        bytes4[] memory more = new bytes4[](2);
        (more[0], more[1]) = (handler.failingDeposit.selector, handler.failingWithdrawal.selector);
        run(handler, more);
        assertReached(handler, "a deposit that brings nothing");
        assertReached(handler, "earnings that do not arrive");
    }
}
