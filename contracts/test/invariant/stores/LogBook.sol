// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ISettlementVault,
    ISettlementVaultEvents,
    ISettlementVaultTypes
} from "../../../src/interfaces/ISettlementVault.sol";
import {ISettlerBondsEvents} from "../../../src/interfaces/ISettlerBonds.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {Vm} from "../../utils/Vm.sol";

/// @title The vault's accounts as one who only reads its events has them.
/// @notice EpochSettled names a header, and the header commits to the words: so who sealed the epoch, or reads the
/// calldata of its transaction, knows what it debits and credits. Everything else is in the events themselves.
contract LogBook is ISettlementVaultEvents, ISettlementVaultTypes, ISettlerBondsEvents {
    struct Spending {
        address owner;
        uint32 lastRequest;
        uint256 balanceNano;
        uint256 openRequestNano;
        uint256 releasedNano;
    }

    struct Earning {
        address owner;
        address proposed;
        uint256 balanceNano;
    }

    error WordsOfAnotherHeader(bytes32 header, bytes32 logged);

    /// An event that this reader misses; zero for one that misses none.
    bytes32 public immutable deafTo;

    Spending[] private spending;
    Earning[] private earning;
    mapping(bytes32 topic => uint256 times) public heard;
    bytes32 public head;
    uint64 public epoch;
    uint32 public part;
    uint32 public parts = 1;
    /// One more than the slot at which an epoch was cut short; zero for the others.
    mapping(uint64 epoch => uint256) private cutAt;
    uint64 public pausedUntil;
    address public successor;
    uint64 public successorFrom;
    /// Whose turn it is, which bonds and rewards were heard of, and what is in them.
    address public turnOf;
    address[] private bonded;
    mapping(address settler => uint256) public bondNano;
    mapping(address challenger => uint256) public rewardNano;
    uint256 public depositedNano;
    uint256 public paidNano;

    constructor(bytes32 deafTo_) {
        deafTo = deafTo_;
    }

    /// @dev An account that was never heard to open exists all the same, as for one who missed it.
    function spendingAt(uint32 account) private returns (Spending storage) {
        while (spending.length <= account) {
            spending.push();
        }
        return spending[account];
    }

    function earningAt(uint32 account) private returns (Earning storage) {
        while (earning.length <= account) {
            earning.push();
        }
        return earning[account];
    }

    /// @param posted what an EpochSettled among `logs` settles
    function hear(ISettlementVault vault, Vm.Log[] calldata logs, Epochs.Epoch calldata posted) external {
        for (uint256 i; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (logs[i].emitter != address(vault) || topic == deafTo) continue;
            ++heard[topic];
            if (topic == EpochSettled.selector) settled(vault, logs[i], posted);
            else if (topic == EpochVoided.selector) voided(logs[i]);
            else if (topic == Paused.selector) pausedUntil = abi.decode(logs[i].data, (uint64));
            else if (topic == SpendingAccountOpened.selector) spendingOpened(logs[i].topics);
            else if (topic == EarningAccountOpened.selector) earningOpened(logs[i].topics);
            else if (topic == EarningOwnerProposed.selector) earningProposed(logs[i].topics);
            else if (topic == EarningOwnerChanged.selector) earningChanged(logs[i].topics);
            else if (topic == SuccessorAnnounced.selector) announced(logs[i]);
            else if (topic == EarningsWithdrawn.selector) withdrawn(logs[i]);
            else if (topic == SettlerTurn.selector) turnOf = address(uint160(uint256(logs[i].topics[1])));
            else if (!bondMoved(topic, logs[i])) moved(topic, logs[i]);
        }
    }

    function bondMoved(bytes32 topic, Vm.Log calldata log) private returns (bool) {
        address who = address(uint160(uint256(log.topics.length > 1 ? log.topics[1] : bytes32(0))));
        unchecked {
            if (topic == BondPosted.selector) {
                bonded.push(who);
                bondNano[who] += abi.decode(log.data, (uint64));
            } else if (topic == BondWithdrawn.selector) {
                (, uint64 amountNano) = abi.decode(log.data, (address, uint64));
                bonded.push(who);
                bondNano[who] -= amountNano;
            } else if (topic == RewardTaken.selector) {
                (, uint64 amountNano) = abi.decode(log.data, (address, uint64));
                rewardNano[who] -= amountNano;
            } else if (topic == Slashed.selector || topic == SlashedForEarner.selector) {
                (,,, uint64 wrongedNano, uint64 reward, uint64 takenNano) =
                    abi.decode(log.data, (uint64, uint32, uint64, uint64, uint64, uint64));
                address challenger = address(uint160(uint256(log.topics[3])));
                uint32 account = uint32(uint256(log.topics[2]));
                bonded.push(challenger);
                bondNano[who] -= takenNano;
                rewardNano[challenger] += reward;
                depositedNano += wrongedNano;
                if (topic == Slashed.selector) spendingAt(account).releasedNano += wrongedNano;
                else earningAt(account).balanceNano += wrongedNano;
            } else {
                return false;
            }
        }
        return true;
    }

    function voided(Vm.Log calldata log) private {
        parts = part + 1;
        (,, uint32 debitSlot) = abi.decode(log.data, (uint32, uint64, uint32));
        cutAt[uint64(uint256(log.topics[1]))] = uint256(debitSlot) + 1;
    }

    function spendingOpened(bytes32[] calldata topics) private {
        spendingAt(uint32(uint256(topics[1]))).owner = address(uint160(uint256(topics[2])));
    }

    function earningOpened(bytes32[] calldata topics) private {
        earningAt(uint32(uint256(topics[1]))).owner = address(uint160(uint256(topics[2])));
    }

    function earningProposed(bytes32[] calldata topics) private {
        earningAt(uint32(uint256(topics[1]))).proposed = address(uint160(uint256(topics[3])));
    }

    function earningChanged(bytes32[] calldata topics) private {
        Earning storage it = earningAt(uint32(uint256(topics[1])));
        (it.owner, it.proposed) = (address(uint160(uint256(topics[3]))), address(0));
    }

    function announced(Vm.Log calldata log) private {
        successor = address(uint160(uint256(log.topics[1])));
        successorFrom = abi.decode(log.data, (uint64));
    }

    function withdrawn(Vm.Log calldata log) private {
        (, uint64 amountNano) = abi.decode(log.data, (address, uint64));
        Earning storage it = earningAt(uint32(uint256(log.topics[1])));
        unchecked {
            it.balanceNano -= amountNano;
        }
        paidNano += amountNano;
    }

    /// @dev Of a skipped release nothing follows, nor of who may settle and pause.
    function moved(bytes32 topic, Vm.Log calldata log) private {
        bool ofAccount = topic == Deposited.selector || topic == WithdrawalRequested.selector
            || topic == WithdrawalReleased.selector || topic == WithdrawalTaken.selector || topic == Escaped.selector
            || topic == WithdrawalCancelled.selector;
        if (!ofAccount) return;
        Spending storage it = spendingAt(uint32(uint256(log.topics[1])));
        // Who misses an event must come out wrong, not stop.
        unchecked {
            if (topic == Deposited.selector) {
                uint64 amountNano = abi.decode(log.data, (uint64));
                it.balanceNano += amountNano;
                depositedNano += amountNano;
            } else if (topic == WithdrawalRequested.selector) {
                it.lastRequest = uint32(uint256(log.topics[3]));
                it.openRequestNano = abi.decode(log.data, (uint64));
            } else if (topic == WithdrawalReleased.selector) {
                uint64 amountNano = abi.decode(log.data, (uint64));
                it.openRequestNano -= amountNano;
                it.balanceNano -= amountNano;
                it.releasedNano += amountNano;
            } else if (topic == WithdrawalCancelled.selector) {
                it.openRequestNano -= abi.decode(log.data, (uint64));
            } else if (topic == WithdrawalTaken.selector) {
                (, uint64 amountNano) = abi.decode(log.data, (address, uint64));
                it.releasedNano -= amountNano;
                paidNano += amountNano;
            } else {
                (uint64 amountNano, uint64 spendingNano) = abi.decode(log.data, (uint64, uint64));
                if (uint32(uint256(log.topics[3])) == it.lastRequest) it.openRequestNano = 0;
                it.balanceNano -= spendingNano;
                it.releasedNano = it.releasedNano + spendingNano - amountNano;
                paidNano += amountNano;
            }
        }
    }

    function settled(ISettlementVault vault, Vm.Log calldata log, Epochs.Epoch calldata posted) private {
        head = log.topics[3];
        (epoch, part) = (uint64(uint256(log.topics[1])), uint32(uint256(log.topics[2])));
        parts = abi.decode(log.data, (uint32));
        bytes32 given = vault.hashHeader(posted.header);
        if (given != head || Epochs.hashOf(posted.words, posted.releases) != posted.header.wordsHash) {
            revert WordsOfAnotherHeader(given, head);
        }
        // Releases are heard as events of their own.
        unchecked {
            for (uint256 i; i < posted.words.debits.length * 4; ++i) {
                (uint32 id, uint256 amountNano) = lane(posted.words.debitSlots, posted.words.debits, i);
                if (amountNano != 0) spendingAt(id).balanceNano -= amountNano;
            }
            for (uint256 i; i < posted.words.credits.length * 4; ++i) {
                (uint32 id, uint256 amountNano) = lane(posted.words.creditSlots, posted.words.credits, i);
                if (amountNano != 0) earningAt(id).balanceNano += amountNano;
            }
        }
    }

    function lane(uint256[] calldata slots, uint256[] calldata words, uint256 i)
        private
        pure
        returns (uint32 id, uint256 amountNano)
    {
        uint256 slot = uint32(slots[i / 32] >> (32 * (i / 4 % 8)));
        return (uint32(slot * 4 + i % 4), uint64(words[i / 4] >> (64 * (i % 4))));
    }

    /// @return what the vault's storage has otherwise; empty if it has nothing otherwise
    function difference(ISettlementVault vault) external view returns (string memory what) {
        if (vault.spendingAccounts() != (spending.length == 0 ? 0 : spending.length - 1)) return "spending accounts";
        if (vault.earningAccounts() != earning.length) return "earning accounts";
        for (uint32 id = 1; id < spending.length; ++id) {
            what = differenceOf(vault, id);
            if (bytes(what).length != 0) return what;
        }
        for (uint32 id; id < earning.length; ++id) {
            if (vault.earningOwnerOf(id) != earning[id].owner) return "owner of earnings";
            if (vault.proposedEarningOwnerOf(id) != earning[id].proposed) return "proposed owner of earnings";
            if (vault.earningBalanceOf(id) != earning[id].balanceNano) return "earning balance";
        }
        (bytes32 headHash, uint64 headEpoch, uint32 headPart, uint32 headParts,) = vault.head();
        if (headHash != head || headEpoch != epoch || headPart != part || headParts != parts) return "head";
        for (uint64 id = 1; id <= headEpoch; ++id) {
            (bool cut, uint32 debitSlot) = vault.voidedEpoch(id);
            if (cutAt[id] != (cut ? uint256(debitSlot) + 1 : 0)) return "an epoch cut short";
        }
        if (vault.pausedUntil() != pausedUntil) return "pause";
        (address next, uint64 from) = vault.successor();
        if (next != successor || from != successorFrom) return "successor";
        if (vault.settlerOf(headEpoch, headPart) != turnOf) return "turn";
        for (uint256 i; i < bonded.length; ++i) {
            (uint64 amountNano,) = vault.bondOf(bonded[i], 0);
            if (amountNano != bondNano[bonded[i]]) return "bond";
            if (vault.rewardOf(bonded[i]) != rewardNano[bonded[i]]) return "reward";
        }
    }

    function differenceOf(ISettlementVault vault, uint32 id) private view returns (string memory) {
        Spending storage it = spending[id];
        (address owner, uint32 lastRequest, uint64 openRequestNano, uint64 releasedNano,,) = vault.spendingAccount(id);
        if (owner != it.owner || vault.spendingAccountOf(owner) != id) return "owner of a spending account";
        if (vault.spendingBalanceOf(id) != it.balanceNano) return "spending balance";
        if (lastRequest != it.lastRequest) return "requests";
        if (openRequestNano != it.openRequestNano) return "open request";
        if (releasedNano != it.releasedNano) return "released";
        return "";
    }

    /// What all accounts hold together.
    function totalNano() external view returns (uint256 sumNano) {
        for (uint256 id; id < spending.length; ++id) {
            sumNano += spending[id].balanceNano + spending[id].releasedNano;
        }
        for (uint256 id; id < earning.length; ++id) {
            sumNano += earning[id].balanceNano;
        }
    }
}
