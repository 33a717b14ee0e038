// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultTypes} from "../../src/interfaces/ISettlementVault.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {VaultHandler} from "./handlers/VaultHandler.sol";
import {LedgerModel} from "./stores/LedgerModel.sol";

/// The money rules of the vault, after any sequence of what the handler does. README.md maps rules to tests.
contract VaultInvariantTest is VaultTest {
    LedgerModel private model;
    VaultHandler private handler;

    function setUp() public override {
        super.setUp();
        model = new LedgerModel();
        handler = new VaultHandler(vault, dollar, model, settler, guardian);
    }

    /// forge calls only these
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function totals() private view returns (uint256 spending, uint256 released, uint256 earning) {
        for (uint32 account = 1; account <= vault.spendingAccounts(); ++account) {
            spending += vault.spendingBalanceOf(account);
            (,,, uint64 releasedNano) = vault.spendingAccount(account);
            released += releasedNano;
        }
        for (uint32 account; account < vault.earningAccounts(); ++account) {
            earning += vault.earningBalanceOf(account);
        }
    }

    function invariant_M3_noNanoIsMadeOrLost() external view {
        (uint256 spending, uint256 released, uint256 earning) = totals();
        vm.assertEq(
            spending + released + earning + model.paidNano(),
            model.depositedNano(),
            "Invariant violation M3: balances and payments are not the deposits"
        );
    }

    function invariant_M4_treesEqualDebitsEqualCredits() external view {
        vm.assertEq(
            model.treesNano() + model.partsNano(), model.debitsNano(), "Invariant violation M4: trees and debits differ"
        );
        vm.assertEq(model.debitsNano(), model.creditsNano(), "Invariant violation M4: debits and credits differ");
    }

    function invariant_M5_headersAreOneChain() external view {
        bytes32 previous;
        for (uint256 i; i < model.headers(); ++i) {
            ISettlementVaultTypes.EpochHeader memory header = model.headerAt(i);
            vm.assertEq(header.previousHeader, previous, "Invariant violation M5: a link is missing");
            previous = model.hashes(i);
            vm.assertEq(vault.headerOf(header.epoch, header.part), previous, "Invariant violation M5: a header is lost");
        }
        (bytes32 headHash,,,,) = vault.head();
        vm.assertEq(headHash, previous, "Invariant violation M5: the head is not the last header");
    }

    function invariant_M6_theVaultIsSolvent() external view {
        (uint256 spending, uint256 released, uint256 earning) = totals();
        vm.assertGe(
            dollar.balanceOf(address(vault)) * SCALE,
            spending + released + earning,
            "Invariant violation M6: the vault owes more than it holds"
        );
    }

    function invariant_M6_everyBalanceIsTheModels() external view {
        for (uint32 account; account <= vault.spendingAccounts(); ++account) {
            assertSpending(account, model.spendingNano(account), "Invariant violation M6: a spending balance moved");
        }
        for (uint32 account; account < vault.earningAccounts(); ++account) {
            assertEarning(account, model.earningNano(account), "Invariant violation M6: an earning balance moved");
        }
    }

    function invariant_M7_withdrawalsAreTheModels() external view {
        for (uint32 account = 1; account <= vault.spendingAccounts(); ++account) {
            (, uint32 last, uint64 openNano, uint64 releasedNano) = vault.spendingAccount(account);
            vm.assertEq(uint256(last), model.lastRequest(account), "Invariant violation M7: a request is lost");
            vm.assertEq(uint256(openNano), model.openRequestNano(account), "Invariant violation M7: a request changed");
            vm.assertEq(uint256(releasedNano), model.releasedNano(account), "Invariant violation M7: a release moved");
        }
    }

    /// A pause ends by itself within three days of its beginning.
    function invariant_M7_aPauseEnds() external view {
        vm.assertLe(
            vault.pausedUntil(),
            block.timestamp + vault.PAUSE_FOR(),
            "Invariant violation M7: a pause outlasts its time"
        );
    }
}
