// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ModelRegistry} from "../src/ModelRegistry.sol";
import {SettlementVault} from "../src/SettlementVault.sol";

interface Vm {
    function envAddress(string calldata name) external view returns (address);
    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);
    function startBroadcast() external;
    function stopBroadcast() external;
}

/// @title Deploys the vault and the model registry on an existing settlement token.
/// @notice TOKEN, ADMIN, SETTLER, GUARDIAN and TREASURY are addresses; SHARD_DEPTH (4), MIN_FIRST_DEPOSIT (10^9 nano-USD),
/// PRICE_NOTICE (3600 seconds),
/// MAX_PRICE (10^12 nano-USD per million units) and FEE_BASIS_POINTS (500) have defaults; larger values than fit revert. The admin then grants the registry's three roles. Use:
/// forge script script/Deploy.s.sol --rpc-url $RPC --broadcast, with a signer's option
contract Deploy {
    bool public constant IS_SCRIPT = true;
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    function run() external returns (SettlementVault vault, ModelRegistry registry) {
        address admin = vm.envAddress("ADMIN");
        vm.startBroadcast();
        vault = new SettlementVault({
            token_: IERC20(vm.envAddress("TOKEN")),
            shardDepth: SafeCast.toUint8(vm.envOr("SHARD_DEPTH", 4)),
            minFirstDepositNano: SafeCast.toUint64(vm.envOr("MIN_FIRST_DEPOSIT", 1e9)),
            admin: admin,
            settler: vm.envAddress("SETTLER"),
            guardian: vm.envAddress("GUARDIAN"),
            treasury: vm.envAddress("TREASURY")
        });
        registry = new ModelRegistry({
            admin: admin,
            priceNotice: SafeCast.toUint64(vm.envOr("PRICE_NOTICE", 1 hours)),
            maxPrice: SafeCast.toUint64(vm.envOr("MAX_PRICE", 1e12)),
            feeBasisPoints_: SafeCast.toUint16(vm.envOr("FEE_BASIS_POINTS", 500))
        });
        vm.stopBroadcast();
    }
}
