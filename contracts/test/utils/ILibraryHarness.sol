// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {ITribunalTypes} from "../../src/interfaces/ITribunal.sol";

/// @title The libraries behind an address, compiled as the vault is and not with the tests' own settings.
interface ILibraryHarness {
    function debit(uint256[] calldata slots, uint256[] calldata words, uint256 last) external returns (uint256);
    function credit(uint256[] calldata slots, uint256[] calldata words, uint256 last) external returns (uint256);
    function debitAccount(uint32 account, uint64 amountNano) external;
    function creditAccount(uint32 account, uint64 amountNano) external;
    function balanceOf(uint32 account) external view returns (uint64);
    function subtract(uint256 slot, uint256 balances, uint256 debits) external pure returns (uint256);
    function add(uint256 slot, uint256 balances, uint256 credits) external pure returns (uint256);
    function hash(uint256[] calldata slots, uint256[] calldata words) external pure returns (bytes32);
    function sum(uint256[] calldata words) external pure returns (uint256);
    function verify(
        bytes32 leaf,
        uint64 leafSumNano,
        uint256 path,
        bytes32[] calldata siblings,
        uint64[] calldata sumsNano,
        bytes32 root,
        uint64 rootSumNano
    ) external pure returns (bool);
    function faultOfLeaf(IModelRegistry registry, ITribunalTypes.Receipt calldata receipt)
        external
        view
        returns (ITribunalTypes.Fault);
    function faultOfRequest(
        ITribunalTypes.Receipt calldata receipt,
        ITribunalTypes.InferenceRequest calldata request,
        uint32 account
    ) external pure returns (ITribunalTypes.Fault);
    function faultOfPair(
        ITribunalTypes.Receipt calldata receipt,
        ITribunalTypes.Receipt calldata other,
        uint64 earlierEpoch
    ) external pure returns (ITribunalTypes.Fault);
    function addedBy(uint256[] calldata lines, uint32 account, uint256 shownNano)
        external
        pure
        returns (uint256 addedNano, uint256 afterNano);
}
