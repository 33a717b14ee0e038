// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVault} from "../../../src/interfaces/ISettlementVault.sol";
import {TestDollar} from "../../../src/local/TestDollar.sol";
import {Vm} from "../../utils/Vm.sol";
import {LedgerModel} from "../stores/LedgerModel.sol";
import {LogBook} from "../stores/LogBook.sol";
import {BondHandler} from "./BondHandler.sol";

/// @title The same, with readers of the vault's events beside it.
contract RecordingHandler is BondHandler {
    LogBook[] private readers;

    /// @param readers_ have heard what was emitted before
    constructor(
        ISettlementVault vault_,
        TestDollar dollar_,
        LedgerModel model_,
        address settler_,
        address guardian_,
        LogBook[] memory readers_
    ) BondHandler(vault_, dollar_, model_, settler_, guardian_) {
        readers = readers_;
    }

    function beforeAct() internal override {
        vm.recordLogs();
    }

    function afterAct() internal override {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < readers.length; ++i) {
            readers[i].hear(vault, logs, lastPosted);
        }
    }
}
