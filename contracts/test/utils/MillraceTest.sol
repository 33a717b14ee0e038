// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @title What every test starts from.
abstract contract MillraceTest {
    /// forge recognises a test contract by it
    bool public constant IS_TEST = true;

    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    function actor(string memory name) internal returns (address account) {
        account = address(uint160(uint256(keccak256(bytes(name)))));
        vm.label(account, name);
    }

    function deployed(string memory artifact, bytes memory arguments) internal returns (address contract_) {
        bytes memory creation = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            contract_ := create(0, add(creation, 32), mload(creation))
            if iszero(contract_) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
        }
    }

    function bounded(uint256 seed, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + seed % (most - least + 1);
    }
}
