// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Deploy} from "../../../script/Deploy.s.sol";
import {ModelRegistry} from "../../../src/ModelRegistry.sol";
import {SettlementVault} from "../../../src/SettlementVault.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract DeployTest is VaultTest {
    Deploy private deploy;

    /// @param bits of what `name` has to fit into
    function refuses(string memory name, uint8 bits, string memory otherwise) private {
        uint256 tooLarge = uint256(1) << bits;
        vm.setEnv(name, vm.toString(tooLarge));
        try deploy.run() returns (SettlementVault, ModelRegistry) {
            vm.assertTrue(false, string.concat("cut short: ", name));
        } catch (bytes memory why) {
            bytes memory expected =
                abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, bits, tooLarge);
            vm.assertEq(keccak256(why), keccak256(expected), name);
        }
        vm.stopBroadcast();
        vm.setEnv(name, otherwise);
    }

    /// One test, because the environment is the process's.
    function test_deploysWithDefaultsAndCutsNothingShort() external {
        deploy = new Deploy();
        vm.setEnv("TOKEN", vm.toString(address(dollar)));
        vm.setEnv("ADMIN", vm.toString(admin));
        vm.setEnv("SETTLER", vm.toString(settler));
        vm.setEnv("GUARDIAN", vm.toString(guardian));
        vm.setEnv("TREASURY", vm.toString(treasury));
        refuses("SHARD_DEPTH", 8, "4");
        refuses("MIN_FIRST_DEPOSIT", 64, "1000000000");
        refuses("PRICE_NOTICE", 64, "3600");
        refuses("MAX_PRICE", 64, "1000000000000");
        refuses("FEE_BASIS_POINTS", 16, "500");

        (SettlementVault deployed_, ModelRegistry registry) = deploy.run();
        vm.assertEq(uint256(deployed_.MIN_FIRST_DEPOSIT()), 1e9, "the least first deposit");
        vm.assertEq(uint256(registry.PRICE_NOTICE()), 1 hours, "notice of a price");
    }
}
