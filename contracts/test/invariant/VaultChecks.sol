// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultTypes} from "../../src/interfaces/ISettlementVault.sol";
import {TestDollar} from "../../src/local/TestDollar.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {VaultHandler} from "./handlers/VaultHandler.sol";
import {LedgerModel} from "./stores/LedgerModel.sol";

/// @title What must hold of a vault in every state that its handler reaches. README.md maps rules to tests.
abstract contract VaultChecks is VaultTest {
    LedgerModel internal model;
    VaultHandler internal handler;

    function use(TestDollar token, VaultHandler handler_) internal {
        dollar = token;
        handler = handler_;
        vault = handler_.vault();
        model = handler_.model();
    }

    /// forge calls only these
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// A campaign whose calls all turn back at once proves nothing (see also handlersReach.t.sol).
    function afterInvariant() public virtual {
        vm.assertGe(8 + handler.effects() * 8, handler.calls(), "the handler did nothing in seven calls of eight");
    }

    function totals() private view returns (uint256 spending, uint256 released, uint256 earning) {
        for (uint32 account = 1; account <= vault.spendingAccounts(); ++account) {
            spending += vault.spendingBalanceOf(account);
            (,,, uint64 releasedNano,,) = vault.spendingAccount(account);
            released += releasedNano;
        }
        for (uint32 account; account < vault.earningAccounts(); ++account) {
            earning += vault.earningBalanceOf(account);
        }
    }

    function owedNano() internal view returns (uint256) {
        (uint256 spending, uint256 released, uint256 earning) = totals();
        return spending + released + earning;
    }

    function checkConservation() internal view {
        vm.assertEq(
            owedNano() + model.paidNano(),
            model.depositedNano(),
            "Invariant violation M3: balances and payments are not the deposits"
        );
    }

    function checkEpochsBalance() internal view {
        vm.assertEq(
            model.treesNano() + model.partsNano(), model.debitsNano(), "Invariant violation M4: trees and debits differ"
        );
        vm.assertEq(model.debitsNano(), model.creditsNano(), "Invariant violation M4: debits and credits differ");
    }

    function checkChain() internal view {
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

    function checkSolvency() internal view {
        vm.assertGe(
            dollar.balanceOf(address(vault)) * SCALE,
            owedNano(),
            "Invariant violation M6: the vault owes more than it holds"
        );
    }

    function checkBalances() internal view {
        for (uint32 account; account <= vault.spendingAccounts(); ++account) {
            assertSpending(account, model.spendingNano(account), "Invariant violation M6: a spending balance moved");
        }
        for (uint32 account; account < vault.earningAccounts(); ++account) {
            assertEarning(account, model.earningNano(account), "Invariant violation M6: an earning balance moved");
        }
    }

    /// What epochs credited is on the earning accounts or with their owners, however long ago it was credited.
    function checkCredits() internal view {
        (,, uint256 earning) = totals();
        vm.assertEq(
            earning + model.withdrawnNano(),
            model.creditsNano() + model.compensatedNano(),
            "Invariant violation M7: a credit is lost"
        );
    }

    function checkWithdrawals() internal view {
        for (uint32 account = 1; account <= vault.spendingAccounts(); ++account) {
            (, uint32 last, uint64 openNano, uint64 releasedNano,,) = vault.spendingAccount(account);
            vm.assertEq(uint256(last), model.lastRequest(account), "Invariant violation M7: a request is lost");
            vm.assertEq(uint256(openNano), model.openRequestNano(account), "Invariant violation M7: a request changed");
            vm.assertEq(uint256(releasedNano), model.releasedNano(account), "Invariant violation M7: a release moved");
        }
    }

    /// What was asked for is open, or was released, cancelled or taken by the hatch.
    function checkRequests() internal view {
        uint256 openNano;
        for (uint32 account = 1; account <= vault.spendingAccounts(); ++account) {
            (,, uint64 requestNano,,,) = vault.spendingAccount(account);
            openNano += requestNano;
        }
        vm.assertEq(
            openNano + model.closedNano(), model.askedNano(), "Invariant violation M7: a part of a request is lost"
        );
    }

    /// From this state on the operator settles and releases nothing, and the guardian pauses what it can: whoever's
    /// request is older than the period leaves with what is open of it, or with what the balance still has of it.
    function checkWhoWaitsLeaves() internal {
        for (uint32 account = 1; account <= vault.spendingAccounts(); ++account) {
            (,, uint64 openNano,, uint64 requestedAt,) = vault.spendingAccount(account);
            uint256 opensAt = requestedAt + vault.ESCAPE_AFTER();
            if (openNano != 0 && block.timestamp < opensAt) vm.warp(opensAt);
        }
        handler.settleNothing();
        handler.pause();
        for (uint32 account = 1; account <= vault.spendingAccounts(); ++account) {
            leaveWithWhatIsOpen(account);
        }
    }

    function leaveWithWhatIsOpen(uint32 account) private {
        (address owner,, uint64 openNano, uint64 releasedNano,,) = vault.spendingAccount(account);
        uint64 balanceNano = vault.spendingBalanceOf(account);
        uint64 leavingNano = openNano < balanceNano ? openNano : balanceNano;
        if (openNano == 0 || leavingNano + releasedNano < SCALE) return;
        address payee = handler.payeeOf(owner);
        vm.prank(owner);
        uint64 paidNano = vault.escape(payee);
        vm.assertGe(
            uint256(paidNano),
            (leavingNano + releasedNano) / SCALE * SCALE,
            "Invariant violation M7: who waits could not leave with what is open"
        );
    }

    /// From this state on the operator is gone and the guardian pauses what it can: earnings and releases are paid at
    /// once, and seven days after the last epoch every owner leaves with all that is whole units. Each call must succeed.
    /// (What an invariant does is undone after it.)
    function checkEveryoneCanLeave() internal {
        handler.pause();
        for (uint32 account; account < vault.earningAccounts(); ++account) {
            withdrawWhole(account);
        }
        for (uint32 account = 1; account <= vault.spendingAccounts(); ++account) {
            (address owner,,, uint64 releasedNano,,) = vault.spendingAccount(account);
            if (releasedNano < SCALE) continue;
            address payee = handler.payeeOf(owner);
            vm.prank(owner);
            vault.takeReleased(payee);
        }
        (,,,, uint64 settledAt) = vault.head();
        uint256 opensAt = settledAt + vault.ESCAPE_AFTER();
        if (block.timestamp < opensAt) vm.warp(opensAt);
        handler.pause();
        for (uint32 account = 1; account <= vault.spendingAccounts(); ++account) {
            leaveWhole(account);
        }
    }

    function withdrawWhole(uint32 account) private {
        uint64 balanceNano = vault.earningBalanceOf(account);
        if (balanceNano < SCALE) return;
        address owner = vault.earningOwnerOf(account);
        address payee = handler.payeeOf(owner);
        vm.prank(owner);
        vault.withdrawEarnings(account, balanceNano, payee);
        vm.assertLt(vault.earningBalanceOf(account), SCALE, "Invariant violation M7: earnings were held back");
    }

    function leaveWhole(uint32 account) private {
        (address owner,,, uint64 releasedNano,,) = vault.spendingAccount(account);
        if (vault.spendingBalanceOf(account) + releasedNano < SCALE) return;
        address payee = handler.payeeOf(owner);
        vm.prank(owner);
        vault.escape(payee);
        (,,, releasedNano,,) = vault.spendingAccount(account);
        vm.assertLt(
            vault.spendingBalanceOf(account) + releasedNano, SCALE, "Invariant violation M7: an owner could not leave"
        );
    }

    /// A pause ends by itself within three days of its beginning.
    function checkAPauseEnds() internal view {
        vm.assertLe(
            vault.pausedUntil(),
            block.timestamp + vault.PAUSE_FOR(),
            "Invariant violation M7: a pause outlasts its time"
        );
        (,,,, uint64 settledAt) = vault.head();
        vm.assertLe(
            vault.pausedUntil() + 1 days,
            settledAt + vault.ESCAPE_AFTER(),
            "Invariant violation M7: a pause leaves no day for an epoch before everyone may leave"
        );
    }
}
