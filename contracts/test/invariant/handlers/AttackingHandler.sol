// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {
    ISettlementVault,
    ISettlementVaultErrors,
    ISettlementVaultTypes
} from "../../../src/interfaces/ISettlementVault.sol";
import {TestDollar} from "../../../src/local/TestDollar.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {LedgerModel} from "../stores/LedgerModel.sol";
import {MovingHandler} from "./MovingHandler.sol";

/// @title The same, and what must be refused in every state: each attack fails for its own reason and moves nothing.
contract AttackingHandler is MovingHandler, ISettlementVaultErrors {
    address internal constant STRANGER = address(0xbad);

    constructor(ISettlementVault vault_, TestDollar dollar_, LedgerModel model_, address settler_, address guardian_)
        MovingHandler(vault_, dollar_, model_, settler_, guardian_)
    {}

    /// @param why selector of the error that must answer; zero for any
    function refused(address who, bytes memory call, bytes4 why, string memory attack) internal {
        vm.prank(who);
        (bool accepted, bytes memory answer) = address(vault).call(call);
        vm.assertFalse(accepted, attack);
        if (why != 0) vm.assertEq(bytes32(bytes4(answer)), bytes32(why), attack);
        did(attack);
    }

    function settleCall(Epochs.Epoch memory epoch) internal view returns (bytes memory) {
        return abi.encodeCall(vault.settle, (epoch.header, epoch.words, epoch.releases));
    }

    /// @dev An epoch of one part that follows the head and says it moves `debitNano` and `creditNano`.
    function nextEpoch(uint32 from, uint256 debitNano, uint256 creditNano)
        internal
        view
        returns (Epochs.Epoch memory epoch)
    {
        epoch.header = model.following(0);
        epoch.words = Epochs.wordsOf(Epochs.one(from, debitNano), Epochs.one(0, creditNano));
        epoch.header.partSumNano = uint64(debitNano);
        epoch.header.receiptsSumNano = uint64(debitNano);
        epoch.header.wordsHash = Epochs.hashOf(epoch.words, epoch.releases);
    }

    function canSettleAWhole() internal view returns (bool) {
        return !isPaused() && model.following(0).part == 0 && vault.spendingAccounts() != 0;
    }

    function overdraw(uint256 who) external counted {
        if (!canSettleAWhole()) return;
        uint32 account = uint32(1 + who % vault.spendingAccounts());
        uint256 tooMuchNano = model.spendingNano(account) + model.leftNano(account) + 1;
        refused(
            settler,
            settleCall(nextEpoch(account, tooMuchNano, tooMuchNano)),
            BalanceUnderflow.selector,
            "an epoch debits more than a balance"
        );
    }

    function payWhatNobodyOwes(uint256 who, uint256 amountNano) external counted {
        if (!canSettleAWhole()) return;
        uint32 account = uint32(1 + who % vault.spendingAccounts());
        amountNano = bounded(amountNano, 0, model.spendingNano(account));
        refused(
            settler,
            settleCall(nextEpoch(account, amountNano, amountNano + 1)),
            Unbalanced.selector,
            "an epoch credits more than it debits"
        );
    }

    function settleAsAStranger() external counted {
        if (!canSettleAWhole()) return;
        refused(STRANGER, settleCall(nextEpoch(1, 0, 0)), 0, "a stranger settles");
    }

    function settleWhilePaused() external counted {
        if (!isPaused()) return;
        refused(settler, settleCall(nextEpoch(1, 0, 0)), VaultPaused.selector, "an epoch settles while paused");
    }

    function depositWhilePaused() external counted {
        if (!isPaused()) return;
        bytes memory call = abi.encodeCall(vault.depositFor, (STRANGER, 1));
        refused(STRANGER, call, VaultPaused.selector, "a deposit while paused");
    }

    /// The head moves by compare-and-swap: a header that differs from the settled one in anything is refused.
    function postFork(uint64 l2Block) external counted {
        ISettlementVaultTypes.EpochHeader memory header = lastPosted.header;
        if (isPaused() || header.epoch == 0 || header.l2Block == l2Block) return;
        header.l2Block = l2Block;
        refused(
            settler,
            abi.encodeCall(vault.settle, (header, lastPosted.words, lastPosted.releases)),
            HeaderDoesNotFollow.selector,
            "a second header for a settled part"
        );
    }

    function voidTooSoon() external counted {
        (,, uint32 part, uint32 parts, uint64 settledAt) = vault.head();
        if (block.timestamp >= settledAt + vault.VOID_AFTER() || part + 1 == parts) return;
        bytes memory call = abi.encodeCall(vault.voidRemainder, ());
        refused(settler, call, VoidTooSoon.selector, "half an epoch is given up too soon");
    }

    function voidNothing() external counted {
        (,, uint32 part, uint32 parts,) = vault.head();
        if (part + 1 != parts) return;
        bytes memory call = abi.encodeCall(vault.voidRemainder, ());
        refused(settler, call, NothingToVoid.selector, "a whole epoch is given up");
    }

    /// The admin too, whatever time passes.
    function nameASettlerAtOnce() external counted {
        bytes memory call = abi.encodeCall(IAccessControl.grantRole, (vault.SETTLER_ROLE(), admin()));
        refused(admin(), call, SettlerNotAnnounced.selector, "the admin makes itself a settler at once");
    }

    function takeEarningsOfAnother(uint256 which) external counted {
        uint32 account = uint32(which % vault.earningAccounts());
        bytes memory call = abi.encodeCall(vault.withdrawEarnings, (account, scale, STRANGER));
        refused(STRANGER, call, NotAccountOwner.selector, "a stranger takes earnings");
    }

    /// Whoever is proposed: not the stranger.
    function acceptEarningsOfAnother(uint256 which) external counted {
        uint32 account = uint32(which % vault.earningAccounts());
        bytes memory call = abi.encodeCall(vault.acceptEarningOwner, (account));
        refused(STRANGER, call, NotProposedOwner.selector, "a stranger makes itself an owner");
    }

    function migrateTooSoon(uint256 who) external counted {
        if (mayMigrate()) return;
        bytes memory call = abi.encodeCall(vault.migrate, ());
        refused(requesterAt(who), call, NoSuccessorYet.selector, "an owner moves before the notice is over");
    }

    function retireAsAStranger() external counted {
        refused(STRANGER, abi.encodeCall(vault.retire, (address(0))), 0, "a stranger retires the vault");
    }

    /// Whatever was announced: the admin has no account, and another's it cannot move.
    function migrateAsTheAdmin() external counted {
        if (!mayMigrate()) return;
        refused(admin(), abi.encodeCall(vault.migrate, ()), NoSpendingAccount.selector, "the admin moves money");
    }

    function leaveTooEarly(uint256 who) external counted {
        (,,,, uint64 settledAt) = vault.head();
        uint64 period = vault.ESCAPE_AFTER();
        uint32 account = vault.spendingAccountOf(requesterAt(who));
        if (account == 0 || block.timestamp >= settledAt + period) return;
        bool waits = model.openRequestNano(account) != 0;
        if (waits && block.timestamp >= model.requestedAt(account) + period) return;
        bytes memory call = abi.encodeCall(vault.escape, (STRANGER));
        refused(requesterAt(who), call, EscapeNotOpen.selector, "an escape while epochs come and nothing waits");
    }

    function cancelNothing(uint256 who) external counted {
        uint32 account = vault.spendingAccountOf(requesterAt(who));
        if (account == 0 || model.openRequestNano(account) != 0) return;
        bytes memory call = abi.encodeCall(vault.cancelRequest, ());
        refused(requesterAt(who), call, NoOpenRequest.selector, "a request that is not open is cancelled");
    }

    function pauseTooLate() external counted {
        (,,,, uint64 settledAt) = vault.head();
        if (block.timestamp < vault.pausableFrom()) return;
        if (block.timestamp < settledAt + vault.ESCAPE_AFTER() - 1 days) return;
        refused(guardian, abi.encodeCall(vault.pause, ()), PauseTooLate.selector, "a pause before everyone may leave");
    }

    function pauseTooSoon() external counted {
        if (block.timestamp >= vault.pausableFrom()) return;
        refused(guardian, abi.encodeCall(vault.pause, ()), PauseTooSoon.selector, "a pause too soon after another");
    }
}
