// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondChecks} from "./BondChecks.sol";
import {BondHandler} from "./handlers/BondHandler.sol";
import {LedgerModel} from "./stores/LedgerModel.sol";

/// The money rules of the vault, after any sequence of what the handler does.
contract VaultInvariantTest is BondChecks {
    function setUp() public override {
        super.setUp();
        vault = newVaultWithoutBond(dollar);
        useBonds(dollar, new BondHandler(vault, dollar, new LedgerModel(true), settler, guardian));
    }

    function invariant_M3_noNanoIsMadeOrLost() external view {
        checkConservation();
    }

    function invariant_M4_treesEqualDebitsEqualCredits() external view {
        checkEpochsBalance();
    }

    function invariant_M5_headersAreOneChain() external view {
        checkChain();
    }

    function invariant_M6_theVaultIsSolvent() external view {
        checkSolvency();
    }

    /// No debt is in it: a balance below zero would be above 2^63, and no model's.
    function invariant_M6_everyBalanceIsTheModels() external view {
        checkBalances();
    }

    function invariant_M7_withdrawalsAreTheModels() external view {
        checkWithdrawals();
    }

    function invariant_M7_noCreditIsLost() external view {
        checkCredits();
    }

    function invariant_M7_everyoneCanLeave() external {
        checkEveryoneCanLeave();
    }

    function invariant_M7_noPartOfARequestIsLost() external view {
        checkRequests();
    }

    function invariant_M7_whoWaitsLeaves() external {
        checkWhoWaitsLeaves();
    }

    function invariant_M7_aPauseEnds() external view {
        checkAPauseEnds();
    }

    function invariant_B1_everyClaimIsCovered() external view {
        checkClaimsAreCovered();
    }

    function invariant_B4_nothingOfABondIsMadeOrLost() external view {
        checkBondConservation();
    }

    function invariant_B5_whatNothingHoldsLeaves() external {
        checkTheSettlerCanLeave();
    }

    function invariant_M6_bondsAreCoveredToo() external view {
        checkSolvencyWithBonds();
    }
}
