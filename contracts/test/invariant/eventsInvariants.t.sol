// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../utils/Epochs.sol";
import {Vm} from "../utils/Vm.sol";
import {RecordingHandler} from "./handlers/RecordingHandler.sol";
import {LedgerModel} from "./stores/LedgerModel.sol";
import {LogBook} from "./stores/LogBook.sol";
import {VaultChecks} from "./VaultChecks.sol";

/// A vault whose every event is heard from its first on.
abstract contract EventsTest is VaultChecks {
    LogBook[] internal readers;

    function hearAll(LogBook[] memory readers_) internal {
        vm.recordLogs();
        vault = newVaultWithoutBond(dollar);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Epochs.Epoch memory none;
        for (uint256 i; i < readers_.length; ++i) {
            readers_[i].hear(vault, logs, none);
        }
        readers = readers_;
        use(dollar, new RecordingHandler(vault, dollar, new LedgerModel(true), settler, guardian, readers_));
    }
}

/// After any sequence of what the handler does, who reads the events knows what the vault's storage says.
contract EventsInvariantTest is EventsTest {
    function setUp() public override {
        super.setUp();
        LogBook[] memory one = new LogBook[](1);
        one[0] = new LogBook(0);
        hearAll(one);
    }

    function invariant_eventsRebuildEveryAccount() external view {
        string memory what = readers[0].difference(vault);
        vm.assertTrue(bytes(what).length == 0, string.concat("Invariant violation: not what the events say: ", what));
    }

    /// The totals, and what the vault must hold: what tokens were sent without a deposit is no event of the vault's.
    function invariant_eventsRebuildTheTotals() external view {
        LogBook reader = readers[0];
        vm.assertEq(
            reader.totalNano() + reader.paidNano(),
            reader.depositedNano(),
            "Invariant violation M3: by the events balances and payments are not the deposits"
        );
        vm.assertGe(
            dollar.balanceOf(address(vault)) * SCALE,
            reader.totalNano(),
            "Invariant violation M6: the vault holds less than the events say it owes"
        );
    }
}
