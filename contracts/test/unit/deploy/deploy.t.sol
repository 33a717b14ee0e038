// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Deploy} from "../../../script/Deploy.s.sol";
import {ModelRegistry} from "../../../src/ModelRegistry.sol";
import {ProviderRegistry} from "../../../src/ProviderRegistry.sol";
import {SettlementVault} from "../../../src/SettlementVault.sol";
import {Tribunal} from "../../../src/Tribunal.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract DeployTest is VaultTest {
    Deploy private deploy;

    /// @param bits of what `name` has to fit into
    function refuses(string memory name, uint8 bits, string memory otherwise) private {
        uint256 tooLarge = uint256(1) << bits;
        vm.setEnv(name, vm.toString(tooLarge));
        try deploy.run() returns (SettlementVault, ModelRegistry, ProviderRegistry, Tribunal) {
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
        refuses("BUCKET", 32, "28800");
        refuses("COVER", 8, "5");
        refuses("FINE", 64, "10000000000");
        refuses("RESPONSE", 32, "64800");
        refuses("SIGNER_NOTICE", 32, "3600");
        refuses("PRICE_NOTICE", 64, "3600");
        refuses("MAX_PRICE", 64, "1000000000000");
        refuses("FEE_BASIS_POINTS", 16, "500");

        (SettlementVault deployed_, ModelRegistry registry, ProviderRegistry providers, Tribunal court) = deploy.run();
        vm.assertEq(uint256(deployed_.MIN_FIRST_DEPOSIT()), 1e9, "the least first deposit");
        vm.assertEq(deployed_.TRIBUNAL(), address(court), "the tribunal");
        vm.assertEq(court.VAULT(), address(deployed_), "the tribunal's vault");
        vm.assertEq(court.REGISTRY(), address(registry), "the tribunal's registry");
        vm.assertEq(court.PROVIDERS(), address(providers), "the tribunal's providers");
        vm.assertEq(providers.VAULT(), address(deployed_), "the providers' vault");
        vm.assertEq(uint256(providers.SIGNER_NOTICE()), 1 hours, "notice of a signer");
        vm.assertEq(uint256(court.RESPONSE()), 18 hours, "time to answer");
        vm.assertEq(court.DEPOSIT(), 0.0003 ether, "a challenge's deposit");
        vm.assertEq(uint256(deployed_.BUCKET()), 8 hours, "a bucket");
        vm.assertEq(uint256(deployed_.COVER()), 5, "the cover");
        vm.assertEq(uint256(deployed_.FINE_NANO()), 10e9, "the fine");
        vm.assertEq(uint256(registry.PRICE_NOTICE()), 1 hours, "notice of a price");
    }
}
