// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TribunalTest} from "../utils/TribunalTest.sol";

/// The tests' chain takes contracts of any size, others do not.
contract CodeSizeTest is TribunalTest {
    /// EIP-170 and EIP-3860.
    uint256 private constant MOST = 24_576;
    uint256 private constant MOST_CREATION = 2 * MOST;

    function test_theVaultCanBeDeployed() external view {
        bytes memory creation = vm.getCode("out/SettlementVault.sol/SettlementVault.json");
        vm.assertLe(address(vault).code.length, MOST, "the vault has too much code");
        // with nine words of arguments
        vm.assertLe(creation.length + 12 * 32, MOST_CREATION, "the vault's creation has too much code");
    }

    function test_theTribunalCanBeDeployed() external view {
        bytes memory creation = vm.getCode("out/Tribunal.sol/Tribunal.json");
        vm.assertLe(address(court).code.length, MOST, "the tribunal has too much code");
        vm.assertLe(creation.length + 5 * 32, MOST_CREATION, "the tribunal's creation has too much code");
    }
}
