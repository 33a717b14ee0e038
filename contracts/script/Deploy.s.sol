// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ISettlerBonds} from "../src/interfaces/ISettlerBonds.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {ProviderRegistry} from "../src/ProviderRegistry.sol";
import {SettlementVault} from "../src/SettlementVault.sol";
import {Tribunal} from "../src/Tribunal.sol";

interface Vm {
    function envAddress(string calldata name) external view returns (address);
    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);
    function getNonce(address account) external view returns (uint64);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function readCallers() external view returns (uint8 mode, address sender, address origin);
    function startBroadcast() external;
    function stopBroadcast() external;
}

/// @title Deploys the model registry, the vault, its registry of providers and its tribunal on an existing settlement token.
/// @notice TOKEN, ADMIN, SETTLER, GUARDIAN and TREASURY are addresses. These have defaults, and larger values than fit revert:
/// SHARD_DEPTH (4), MIN_FIRST_DEPOSIT (10^9 nano-USD), PRICE_NOTICE (3600 seconds), MAX_PRICE (10^12 nano-USD per million
/// units), FEE_BASIS_POINTS (500); SIGNER_NOTICE (3600 seconds) of providers; of the bonds, for a chain of the OP stack, BUCKET (28800 seconds), COVER (5) and FINE
/// (10^10 nano-USD), and RESPONSE (64800 seconds) and DEPOSIT (3 * 10^14 wei) of the tribunal: on Arbitrum 50400, 108000 and
/// 6 * 10^14 for BUCKET, RESPONSE and DEPOSIT.
/// The settler then posts a bond; the admin grants the registry's three roles, and announces a second settler: one takes
/// eight days. Use: forge script script/Deploy.s.sol --rpc-url $RPC --broadcast, with a signer's option
contract Deploy {
    bool public constant IS_SCRIPT = true;
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    function run()
        external
        returns (SettlementVault vault, ModelRegistry registry, ProviderRegistry providers, Tribunal tribunal)
    {
        address admin = vm.envAddress("ADMIN");
        vm.startBroadcast();
        registry = new ModelRegistry({
            admin: admin,
            priceNotice: SafeCast.toUint64(vm.envOr("PRICE_NOTICE", 1 hours)),
            maxPrice: SafeCast.toUint64(vm.envOr("MAX_PRICE", 1e12)),
            feeBasisPoints_: SafeCast.toUint16(vm.envOr("FEE_BASIS_POINTS", 500))
        });
        vault = newVault(admin);
        providers = new ProviderRegistry({
            vault: address(vault), noticeSeconds: SafeCast.toUint32(vm.envOr("SIGNER_NOTICE", 1 hours))
        });
        tribunal = new Tribunal({
            vault: address(vault),
            registry: address(registry),
            providers: address(providers),
            responseSeconds: SafeCast.toUint32(vm.envOr("RESPONSE", 18 hours)),
            depositWei: vm.envOr("DEPOSIT", 0.0003 ether)
        });
        vm.stopBroadcast();
    }

    /// @dev It names the contract that is created second after it, which refuses a vault that names another.
    function newVault(address admin) private returns (SettlementVault) {
        (, address sender,) = vm.readCallers();
        return new SettlementVault({
            token_: IERC20(vm.envAddress("TOKEN")),
            shardDepth: SafeCast.toUint8(vm.envOr("SHARD_DEPTH", 4)),
            minFirstDepositNano: SafeCast.toUint64(vm.envOr("MIN_FIRST_DEPOSIT", 1e9)),
            admin: admin,
            settler: vm.envAddress("SETTLER"),
            guardian: vm.envAddress("GUARDIAN"),
            treasury: vm.envAddress("TREASURY"),
            terms: ISettlerBonds.BondTerms({
                tribunal: vm.computeCreateAddress(sender, vm.getNonce(sender) + 2),
                bucketSeconds: SafeCast.toUint32(vm.envOr("BUCKET", 8 hours)),
                cover: SafeCast.toUint8(vm.envOr("COVER", 5)),
                fineNano: SafeCast.toUint64(vm.envOr("FINE", 10e9))
            })
        });
    }
}
