// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    IAccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/IAccessControlDefaultAdminRules.sol";

import {ISettlementVault, ISettlementVaultTypes} from "../../../src/interfaces/ISettlementVault.sol";
import {ISettlerBondsErrors} from "../../../src/interfaces/ISettlerBonds.sol";
import {TestDollar} from "../../../src/local/TestDollar.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {LedgerModel} from "../stores/LedgerModel.sol";
import {AttackingHandler} from "./AttackingHandler.sol";

/// @title The same, with a settler whose bond is no larger than it must be, and a tribunal that locks, frees and slashes.
/// @notice Every statement that an epoch makes is a claim that could be made: of which none may find the bond too small.
contract BondHandler is AttackingHandler, ISettlerBondsErrors {
    struct Claim {
        uint64 epoch;
        uint32 part;
        uint32 account;
        uint64 debitNano;
        uint32 locks;
        bool compensated;
        uint256 bucket;
    }

    address private constant CHALLENGER = address(0x5000);
    uint256 private constant BUCKETS = 7;

    /// What an earning account has of a part: that much could have been credited to another instead.
    struct Earned {
        uint64 epoch;
        uint32 part;
        uint32 account;
        uint64 creditNano;
        bool compensated;
        uint256 bucket;
    }

    address private immutable tribunal;
    Claim[] private claims;
    Earned[] private earnings;
    uint256 public postedNano;
    /// Of what was posted: taken out again, given to victims, earned and taken by challengers, and lost to all.
    uint256 public goneNano;

    constructor(ISettlementVault vault_, TestDollar dollar_, LedgerModel model_, address settler_, address guardian_)
        AttackingHandler(vault_, dollar_, model_, settler_, guardian_)
    {
        tribunal = vault_.TRIBUNAL();
    }

    function bucketNow() private view returns (uint256) {
        return block.timestamp / vault.BUCKET();
    }

    function inWindow(Claim storage claim) private view returns (bool) {
        return inWindow(claim.bucket);
    }

    function inWindow(uint256 bucket) private view returns (bool) {
        return bucketNow() < bucket + BUCKETS;
    }

    /// What all claims together would take that can still be made, now or when their challenges end.
    function claimableNano() external view returns (uint256 sumNano) {
        for (uint256 i; i < claims.length; ++i) {
            Claim storage claim = claims[i];
            if (!claim.compensated && (claim.locks != 0 || inWindow(claim))) sumNano += 2 * claim.debitNano;
        }
        for (uint256 i; i < earnings.length; ++i) {
            if (!earnings[i].compensated && inWindow(earnings[i].bucket)) sumNano += 3 * earnings[i].creditNano;
        }
    }

    function bondNano() public view returns (uint64 amountNano) {
        (amountNano,) = vault.bondOf(settler, 0);
    }

    function rewardNano() public view returns (uint256) {
        return vault.rewardOf(CHALLENGER);
    }

    function beforePost(Epochs.Epoch memory epoch) internal override {
        (uint64 amountNano, uint256 neededNano) = vault.bondOf(settler, epoch.header.partSumNano);
        if (epoch.header.partSumNano == 0 || neededNano <= amountNano) return;
        post(neededNano - amountNano);
    }

    function afterPost(Epochs.Epoch memory epoch) internal override {
        ISettlementVaultTypes.SlotWords memory words = epoch.words;
        (uint64 number, uint32 part) = (epoch.header.epoch, epoch.header.part);
        for (uint256 i; i < words.debits.length * 4; ++i) {
            (uint32 account, uint64 amountNano) = lane(words.debitSlots, words.debits, i);
            if (amountNano != 0) claims.push(Claim(number, part, account, amountNano, 0, false, bucketNow()));
        }
        for (uint256 i; i < words.credits.length * 4; ++i) {
            (uint32 account, uint64 amountNano) = lane(words.creditSlots, words.credits, i);
            if (amountNano != 0) earnings.push(Earned(number, part, account, amountNano, false, bucketNow()));
        }
    }

    function lane(uint256[] memory slots, uint256[] memory words, uint256 i)
        private
        pure
        returns (uint32 account, uint64 amountNano)
    {
        uint256 slot = uint32(slots[i / 32] >> (32 * (i / 4 % 8)));
        return (uint32(slot * 4 + i % 4), uint64(words[i / 4] >> (64 * (i % 4))));
    }

    function post(uint256 amountNano) private {
        uint256 amountToken = (amountNano + scale - 1) / scale;
        dollar.mint(address(this), amountToken);
        dollar.approve(address(vault), amountToken);
        postedNano += vault.postBond(settler, amountToken);
        did("postBond");
    }

    function postBond(uint256 amountNano) external counted {
        post(bounded(amountNano, 1, 1e9));
    }

    function withdrawBond(uint256 amountNano) external counted {
        (uint64 hasNano, uint256 heldNano) = vault.bondOf(settler, 0);
        if (hasNano < heldNano + scale) return;
        amountNano = bounded(amountNano, scale, hasNano - heldNano);
        vm.prank(settler);
        goneNano += vault.withdrawBond(uint64(amountNano), settler);
        vm.assertGe(uint256(bondNano()), heldNano, "a bond left below what is held of it");
        left("withdrawBond");
    }

    function takeReward() external counted {
        if (rewardNano() < scale) return;
        vm.prank(CHALLENGER);
        goneNano += vault.takeReward(CHALLENGER);
        left("takeReward");
    }

    /// @dev Of the newest eight: older ones are seldom in the window.
    function lock(uint256 which) external counted {
        if (claims.length == 0) return;
        Claim storage claim = claims[claims.length - 1 - which % (claims.length < 8 ? claims.length : 8)];
        if (claim.compensated || !inWindow(claim)) return;
        vm.prank(tribunal);
        vault.lock(claim.epoch, claim.part, claim.account, claim.debitNano);
        ++claim.locks;
        did("lock");
    }

    /// @dev The first from `which` on that is locked.
    function unlock(uint256 which) external counted {
        for (uint256 i; i < claims.length; ++i) {
            Claim storage claim = claims[(which % claims.length + i) % claims.length];
            if (claim.locks == 0) continue;
            vm.prank(tribunal);
            vault.unlock(claim.epoch, claim.part, claim.account);
            --claim.locks;
            did(inWindow(claim) ? "unlock" : "unlock after the window");
            return;
        }
    }

    function slash(uint256 which) external counted {
        if (claims.length == 0) return;
        Claim storage claim = claims[claims.length - 1 - which % claims.length];
        bytes memory call =
            abi.encodeCall(vault.slash, (claim.epoch, claim.part, claim.account, claim.debitNano, CHALLENGER));
        if (claim.compensated) return refused(tribunal, call, AlreadyCompensated.selector, "compensated twice");
        if (claim.locks == 0 && !inWindow(claim)) {
            return refused(tribunal, call, NotAnswerable.selector, "compensated after the window");
        }
        (uint256 bondBefore, uint256 rewardBefore) = (bondNano(), rewardNano());
        vm.prank(tribunal);
        uint64 victimNano = vault.slash(claim.epoch, claim.part, claim.account, claim.debitNano, CHALLENGER);
        claim.compensated = true;
        model.compensated(claim.account, victimNano);
        vm.assertEq(uint256(victimNano), claim.debitNano + claim.debitNano / 5, "a victim has less than 120 percent");
        goneNano += bondBefore - bondNano() - (rewardNano() - rewardBefore);
        did(inWindow(claim) ? "slash" : "slash after the window");
    }

    /// @dev The tribunal sees to it that it is once for each account, and no more than the part moved.
    function slashForEarner(uint256 which) external counted {
        if (earnings.length == 0) return;
        Earned storage it = earnings[earnings.length - 1 - which % earnings.length];
        if (it.compensated) return;
        bytes memory call =
            abi.encodeCall(vault.slashForEarner, (it.epoch, it.part, it.account, it.creditNano, CHALLENGER));
        if (!inWindow(it.bucket)) {
            return refused(tribunal, call, NotAnswerable.selector, "an earner compensated after the window");
        }
        (uint256 bondBefore, uint256 rewardBefore) = (bondNano(), rewardNano());
        vm.prank(tribunal);
        uint64 earnerNano = vault.slashForEarner(it.epoch, it.part, it.account, it.creditNano, CHALLENGER);
        it.compensated = true;
        model.earnerCompensated(it.account, earnerNano);
        vm.assertEq(uint256(earnerNano), it.creditNano + it.creditNano / 5, "an earner has less than 120 percent");
        goneNano += bondBefore - bondNano() - (rewardNano() - rewardBefore);
        did("slashForEarner");
    }

    /// A base unit more than is free.
    /// The richest is debited of all it has, for which no bond was posted.
    function settleWithoutABond() external counted {
        if (!canSettleAWhole()) return;
        uint32 rich = 1;
        for (uint32 account = 2; account <= vault.spendingAccounts(); ++account) {
            if (model.spendingNano(account) > model.spendingNano(rich)) rich = account;
        }
        uint64 debitNano = uint64(model.spendingNano(rich));
        (uint64 hasNano, uint256 neededNano) = vault.bondOf(settler, debitNano);
        if (debitNano == 0 || neededNano <= hasNano) return;
        refused(
            settler,
            settleCall(nextEpoch(rich, debitNano, debitNano)),
            BondTooSmall.selector,
            "an epoch settles without the bond for it"
        );
    }

    function withdrawHeldBond() external counted {
        (uint64 hasNano, uint256 heldNano) = vault.bondOf(settler, 0);
        uint256 tooMuchNano = hasNano < heldNano ? scale : hasNano - heldNano + 1;
        bytes memory call = abi.encodeCall(vault.withdrawBond, (uint64(tooMuchNano), STRANGER));
        refused(settler, call, BondTooSmall.selector, "a bond leaves while it is held");
    }

    function withdrawBondOfAnother() external counted {
        bytes memory call = abi.encodeCall(vault.withdrawBond, (scale, STRANGER));
        refused(STRANGER, call, BondTooSmall.selector, "a stranger takes a bond");
    }

    function judgeWithoutBeingTheTribunal(uint256 who, uint256 which) external counted {
        if (claims.length == 0) return;
        address admin = IAccessControlDefaultAdminRules(address(vault)).defaultAdmin();
        address[5] memory others = [admin, settler, guardian, requesterAt(who), providerAt(who)];
        Claim storage claim = claims[which % claims.length];
        refused(
            others[who % 5],
            abi.encodeCall(vault.slash, (claim.epoch, claim.part, claim.account, claim.debitNano, STRANGER)),
            NotTheTribunal.selector,
            "a bond is taken without the tribunal"
        );
    }

    /// Every challenge ends, the window passes, and the settler has all that is left of its bond.
    function settlerLeaves() external counted {
        for (uint256 i; i < claims.length; ++i) {
            for (; claims[i].locks != 0; --claims[i].locks) {
                vm.prank(tribunal);
                vault.unlock(claims[i].epoch, claims[i].part, claims[i].account);
            }
        }
        vm.warp(block.timestamp + BUCKETS * vault.BUCKET());
        uint64 amountNano = bondNano();
        if (amountNano < scale) return;
        vm.prank(settler);
        goneNano += vault.withdrawBond(amountNano, settler);
        vm.assertLt(uint256(bondNano()), scale, "Invariant violation B5: a bond is held by nothing");
        did("settlerLeaves");
    }
}
