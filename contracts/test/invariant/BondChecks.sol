// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestDollar} from "../../src/local/TestDollar.sol";
import {BondHandler} from "./handlers/BondHandler.sol";
import {VaultChecks} from "./VaultChecks.sol";

/// @title What must hold of the settler's bond in every state that its handler reaches: B1 to B5 of README.md.
abstract contract BondChecks is VaultChecks {
    BondHandler internal bonds;

    function useBonds(TestDollar token, BondHandler handler_) internal {
        bonds = handler_;
        use(token, handler_);
    }

    function checkClaimsAreCovered() internal view {
        vm.assertLe(
            bonds.claimableNano(), bonds.bondNano(), "Invariant violation B1: a claim would find the bond too small"
        );
    }

    /// Nothing of a bond is made or lost but by the rules.
    function checkBondConservation() internal view {
        vm.assertEq(
            bonds.bondNano() + bonds.rewardNano() + bonds.goneNano(),
            bonds.postedNano(),
            "Invariant violation B4: bond and rewards are not what was posted"
        );
    }

    function checkSolvencyWithBonds() internal view {
        vm.assertGe(
            dollar.balanceOf(address(vault)) * SCALE,
            owedNano() + bonds.bondNano() + bonds.rewardNano(),
            "Invariant violation M6: the vault owes more than it holds, bonds and rewards included"
        );
    }

    function checkTheSettlerCanLeave() internal {
        bonds.settlerLeaves();
    }
}
