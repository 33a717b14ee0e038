// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {ITribunalTypes} from "../../src/interfaces/ITribunal.sol";
import {ChargeRules} from "../../src/libraries/ChargeRules.sol";
import {EarnedTotals} from "../../src/libraries/EarnedTotals.sol";
import {MerkleSum} from "../../src/libraries/MerkleSum.sol";
import {PackedWords} from "../../src/libraries/PackedWords.sol";
import {ILibraryHarness} from "../utils/ILibraryHarness.sol";

/// @title See ILibraryHarness.
contract LibraryHarness is ILibraryHarness {
    using PackedWords for PackedWords.Ledger;

    PackedWords.Ledger private ledger;

    function debit(uint256[] calldata slots, uint256[] calldata words, uint256 last)
        external
        override
        returns (uint256)
    {
        return ledger.debit(slots, words, last, makeNothingUp);
    }

    function makeNothingUp(uint256, uint256 balances, uint256) private pure returns (uint256) {
        return balances;
    }

    function credit(uint256[] calldata slots, uint256[] calldata words, uint256 last)
        external
        override
        returns (uint256)
    {
        return ledger.credit(slots, words, last);
    }

    function debitAccount(uint32 account, uint64 amountNano) external override {
        ledger.debitAccount(account, amountNano);
    }

    function creditAccount(uint32 account, uint64 amountNano) external override {
        ledger.creditAccount(account, amountNano);
    }

    function balanceOf(uint32 account) external view override returns (uint64) {
        return ledger.balanceOf(account);
    }

    function subtract(uint256 slot, uint256 balances, uint256 debits) external pure override returns (uint256) {
        return PackedWords.subtract(slot, balances, debits);
    }

    function add(uint256 slot, uint256 balances, uint256 credits) external pure override returns (uint256) {
        return PackedWords.add(slot, balances, credits);
    }

    function hash(uint256[] calldata slots, uint256[] calldata words) external pure override returns (bytes32) {
        return PackedWords.hash(slots, words);
    }

    function sum(uint256[] calldata words) external pure override returns (uint256) {
        uint256 folded;
        for (uint256 i; i < words.length; ++i) {
            folded += PackedWords.fold(words[i]);
        }
        return PackedWords.unfold(folded);
    }

    function verify(
        bytes32 leaf,
        uint64 leafSumNano,
        uint256 path,
        bytes32[] calldata siblings,
        uint64[] calldata sumsNano,
        bytes32 root,
        uint64 rootSumNano
    ) external pure override returns (bool) {
        return MerkleSum.verify(leaf, leafSumNano, path, siblings, sumsNano, root, rootSumNano);
    }

    function faultOfLeaf(IModelRegistry registry, ITribunalTypes.Receipt calldata receipt)
        external
        view
        override
        returns (ITribunalTypes.Fault)
    {
        return ChargeRules.faultOfLeaf(registry, receipt);
    }

    function faultOfRequest(
        ITribunalTypes.Receipt calldata receipt,
        ITribunalTypes.InferenceRequest calldata request,
        uint32 account
    ) external pure override returns (ITribunalTypes.Fault) {
        return ChargeRules.faultOfRequest(receipt, request, account);
    }

    function faultOfPair(
        ITribunalTypes.Receipt calldata receipt,
        ITribunalTypes.Receipt calldata other,
        uint64 earlierEpoch
    ) external pure override returns (ITribunalTypes.Fault) {
        return earlierEpoch == 0
            ? ChargeRules.faultInEpoch(receipt, other)
            : ChargeRules.faultAfterEpoch(receipt, other, earlierEpoch);
    }

    function addedBy(uint256[] calldata lines, uint32 account, uint256 shownNano)
        external
        pure
        override
        returns (uint256 addedNano, uint256 afterNano)
    {
        return EarnedTotals.addedBy(lines, account, shownNano);
    }
}
