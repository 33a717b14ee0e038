// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    IAccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/IAccessControlDefaultAdminRules.sol";

import {ISettlementVault} from "../../../src/interfaces/ISettlementVault.sol";
import {ISettlerBonds} from "../../../src/interfaces/ISettlerBonds.sol";
import {TestDollar} from "../../../src/local/TestDollar.sol";
import {LedgerModel} from "../stores/LedgerModel.sol";
import {VaultHandler} from "./VaultHandler.sol";

/// @title The same, and owners that hand on what they earn, or move to the vault that follows.
abstract contract MovingHandler is VaultHandler {
    ISettlementVault private next;

    constructor(ISettlementVault vault_, TestDollar dollar_, LedgerModel model_, address settler_, address guardian_)
        VaultHandler(vault_, dollar_, model_, settler_, guardian_)
    {}

    function admin() internal view returns (address) {
        return IAccessControlDefaultAdminRules(address(vault)).defaultAdmin();
    }

    function ownsEarnings(address owner) private view returns (bool) {
        for (uint32 i; i < vault.earningAccounts(); ++i) {
            if (vault.earningOwnerOf(i) == owner) return true;
        }
        return false;
    }

    /// Anybody, an owner of earnings too, or nobody.
    function proposeEarningOwner(uint256 which, uint256 who) external counted {
        uint32 account = uint32(which % vault.earningAccounts());
        address proposed = who % 7 == 0 ? address(0) : providerAt(who);
        vm.prank(vault.earningOwnerOf(account));
        vault.proposeEarningOwner(account, proposed);
        vm.assertEq(vault.proposedEarningOwnerOf(account), proposed, "another is proposed");
        did("proposeEarningOwner");
    }

    function acceptEarningOwner(uint256 which) external counted {
        uint32 count = vault.earningAccounts();
        for (uint32 i; i < count; ++i) {
            uint32 account = uint32((which % count + i) % count);
            address proposed = vault.proposedEarningOwnerOf(account);
            if (proposed == address(0) || ownsEarnings(proposed)) continue;
            vm.prank(proposed);
            vault.acceptEarningOwner(account);
            vm.assertEq(vault.earningOwnerOf(account), proposed, "who accepts is not the owner");
            left("acceptEarningOwner");
            return;
        }
    }

    function retire(uint256 seed) external counted {
        if (address(next) == address(0)) next = newSuccessor();
        address to = seed % 9 == 0 ? address(0) : address(next);
        (address before,) = vault.successor();
        if (to == before) return;
        vm.prank(admin());
        vault.retire(to);
        did(to == address(0) ? "retire, taken back" : "retire");
    }

    /// @dev The first from `who` on that has something to take.
    function migrate(uint256 who) external counted {
        if (!mayMigrate()) return;
        for (uint256 i; i < 7; ++i) {
            address owner = requesterAt(who % 7 + i);
            uint32 account = vault.spendingAccountOf(owner);
            if (account == 0 || model.releasedNano(account) < scale) continue;
            uint256 before = next.spendingBalanceOf(next.spendingAccountOf(owner));
            beforeTransfer();
            vm.prank(owner);
            uint64 paidNano = vault.migrate();
            afterTransfer();
            uint256 arrivedNano = next.spendingBalanceOf(next.spendingAccountOf(owner)) - before;
            vm.assertEq(arrivedNano, arriving(paidNano / scale) * scale, "moved otherwise than said");
            model.taken(account, paidNano);
            left("migrate");
            return;
        }
    }

    function mayMigrate() internal view returns (bool) {
        (address to, uint64 from) = vault.successor();
        return to != address(0) && block.timestamp >= from;
    }

    function newSuccessor() private returns (ISettlementVault) {
        ISettlerBonds.BondTerms memory terms =
            ISettlerBonds.BondTerms({tribunal: address(this), bucketSeconds: 1 hours, cover: 5, fineNano: 0});
        bytes memory arguments =
            abi.encode(dollar, uint8(2), uint64(0), address(this), settler, guardian, address(this), terms);
        return ISettlementVault(deployed("out/SettlementVault.sol/SettlementVault.json", arguments));
    }
}
