// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VaultTest} from "../../utils/VaultTest.sol";

/// @title A vault whose settler has no bond yet, one requester with a hundred dollars, and a time at which a bucket begins.
abstract contract BondTest is VaultTest {
    uint256 internal constant UNIT = 2 ** 22;
    uint256 internal constant ROOM = 7 * FINE_NANO;
    uint256 internal constant START = 1_800_000_000;

    address internal challenger = actor("challenger");
    uint32 internal account;
    uint32 internal earning;

    function setUp() public virtual override {
        super.setUp();
        vault = newVaultWithoutBond(dollar);
        account = deposit(requester, 100e6);
        earning = openEarning(provider);
    }

    function bond(uint256 amountNano) internal {
        postBond(vault, settler, uint64(amountNano));
    }

    /// @dev What has to be there for `units` of exposure, in whole base units.
    function needed(uint256 units) internal pure returns (uint256) {
        uint256 nano = 5 * units * UNIT + ROOM;
        return (nano + SCALE - 1) / SCALE * SCALE;
    }

    function later(uint256 buckets) internal {
        vm.warp(START + buckets * BUCKET);
    }

    function bondNano(address settler_) internal view returns (uint64 amountNano) {
        (amountNano,) = vault.bondOf(settler_, 0);
    }

    function heldNano(address settler_) internal view returns (uint256 neededNano) {
        (, neededNano) = vault.bondOf(settler_, 0);
    }

    function lock(uint64 epoch, uint64 debitNano) internal {
        vm.prank(tribunal);
        vault.lock(epoch, 0, account, debitNano);
    }

    function unlock(uint64 epoch) internal {
        vm.prank(tribunal);
        vault.unlock(epoch, 0, account);
    }

    function slash(uint64 epoch, uint64 debitNano) internal returns (uint64 victimNano) {
        vm.prank(tribunal);
        return vault.slash(epoch, 0, account, debitNano, challenger);
    }

    function releasedNano(uint32 account_) internal view returns (uint64 amountNano) {
        (,,, amountNano,,) = vault.spendingAccount(account_);
    }
}
