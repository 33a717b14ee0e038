// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../utils/Epochs.sol";
import {VaultTest} from "../utils/VaultTest.sol";

/// What one whole settlement transaction costs: 21,000, calldata and execution, on accounts whose words are not zero, with
/// distinct five-byte debits. The figures go to snapshots/settle.json.
abstract contract SettleGasTest is VaultTest {
    uint256 private immutable REQUESTERS;
    uint256 private immutable PROVIDERS;
    bytes private settleCall;

    constructor(uint256 requesters, uint256 providers) {
        REQUESTERS = requesters;
        PROVIDERS = providers;
    }

    function setUp() public override {
        super.setUp();
        dollar.mint(address(this), type(uint128).max);
        dollar.approve(address(vault), type(uint128).max);
        for (uint256 i = 1; i <= REQUESTERS; ++i) {
            vault.depositFor(address(uint160(i)), 1e11 + i);
        }
        for (uint256 i = 1; i < PROVIDERS; ++i) {
            openEarning(address(uint160(i)));
        }
        settle(busyEpoch());
        Epochs.Epoch memory measured = busyEpoch();
        settleCall = abi.encodeCall(vault.settle, (measured.header, measured.words, measured.releases));
    }

    function busyEpoch() private view returns (Epochs.Epoch memory) {
        Epochs.Amount[] memory debits = new Epochs.Amount[](REQUESTERS);
        Epochs.Amount[] memory credits = new Epochs.Amount[](PROVIDERS);
        (, uint64 epoch,,,) = vault.head();
        for (uint256 i; i < REQUESTERS; ++i) {
            uint256 amountNano = bounded(uint256(keccak256(abi.encode(epoch, i))), 2 ** 32, 2 ** 40 - 1);
            debits[i] = Epochs.Amount(i + 1, amountNano);
            credits[i % PROVIDERS].account = i % PROVIDERS;
            credits[i % PROVIDERS].amountNano += amountNano;
        }
        return epochOf(debits, credits, Epochs.noReleases());
    }

    /// @param name of the figure in snapshots/settle.json
    /// @return gasUsed by the whole transaction
    function settleMetered(string memory name) internal returns (uint256 gasUsed) {
        vm.pauseGasMetering();
        bytes memory data = settleCall;
        address target = address(vault);
        bool settled;
        vm.prank(settler);
        vm.resumeGasMetering();
        // Solidity's own call would copy the data once more, and that would be metered.
        assembly ("memory-safe") {
            settled := call(gas(), target, 0, add(data, 32), mload(data), 0, 0)
        }
        vm.pauseGasMetering();
        gasUsed = vm.lastCallGas().gasTotalUsed;
        vm.assertTrue(settled, "the epoch was refused");
        vm.snapshotValue("settle", name, gasUsed);
        vm.resumeGasMetering();
    }
}

contract Settle500AccountsGasTest is SettleGasTest(400, 100) {
    function test_gas_settle500Accounts() external {
        vm.assertLe(settleMetered("500 accounts") / 500, 1650, "gas per account");
    }
}

contract Settle2000AccountsGasTest is SettleGasTest(1600, 400) {
    function test_gas_settle2000Accounts() external {
        vm.assertLe(settleMetered("2,000 accounts") / 2000, 1500, "gas per account");
    }
}

contract Settle10000AccountsGasTest is SettleGasTest(8000, 2000) {
    /// EIP-7825 and Base cap a transaction at 2^24 gas.
    function test_gas_settle10000Accounts() external {
        vm.assertLt(settleMetered("10,000 accounts"), 16_700_000, "gas of the transaction");
    }
}
