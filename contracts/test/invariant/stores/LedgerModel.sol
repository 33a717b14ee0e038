// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultTypes} from "../../../src/interfaces/ISettlementVault.sol";
import {Epochs} from "../../utils/Epochs.sol";

/// @title What the vault must be, kept the plain way: one number for each balance, a list for the chain.
/// @notice Also draws the epochs, because only it knows what can be debited and released.
contract LedgerModel {
    uint256 private constant SCALE = 1000;
    /// Whether settle draws what has left; a token that keeps a fee does not let it.
    bool public immutable draws;

    constructor(bool draws_) {
        draws = draws_;
    }

    mapping(uint32 account => uint256) public spendingNano;
    mapping(uint32 account => uint256) public releasedNano;
    mapping(uint32 account => uint256) public openRequestNano;
    mapping(uint32 account => uint256) public requestedAt;
    mapping(uint32 account => uint32) public lastRequest;
    mapping(uint32 account => uint256) public earningNano;
    /// By the hatch, and not made up for by the settler.
    mapping(uint32 account => uint256) public leftNano;
    uint256 public depositedNano;
    uint256 public paidNano;
    /// The part of it that came from earning accounts.
    uint256 public withdrawnNano;
    /// What earning accounts have out of bonds.
    uint256 public compensatedNano;
    /// All that was ever asked for, and how much of it is not open any more: released, cancelled or gone by the hatch.
    uint256 public askedNano;
    uint256 public closedNano;
    uint256 public debitsNano;
    uint256 public creditsNano;
    /// Sums of the receipts trees of complete epochs, and of the parts of the one in progress.
    uint256 public treesNano;
    uint256 public partsNano;
    /// What the parts still to come of the epoch in progress must debit.
    uint256 public pendingNano;
    /// From which account on they debit: of the slot where the last part ended.
    uint32 public firstDebited;
    /// Levels that a tree of every vault may have.
    uint8 private constant MOST_SHARD_DEPTH = 16;
    ISettlementVaultTypes.EpochHeader[] private chain;
    bytes32[] public hashes;

    function deposited(uint32 account, uint256 amountNano) external {
        spendingNano[account] += amountNano;
        depositedNano += amountNano;
    }

    function requested(uint32 account, uint32 request, uint256 amountNano) external {
        lastRequest[account] = request;
        openRequestNano[account] = amountNano;
        requestedAt[account] = block.timestamp;
        askedNano += amountNano;
    }

    /// @dev Out of a settler's bond: as much as if it had been deposited and released.
    function compensated(uint32 account, uint256 amountNano) external {
        releasedNano[account] += amountNano;
        depositedNano += amountNano;
    }

    /// @dev Out of a settler's bond: as much as if it had been deposited and credited.
    function earnerCompensated(uint32 account, uint256 amountNano) external {
        earningNano[account] += amountNano;
        depositedNano += amountNano;
        compensatedNano += amountNano;
    }

    function cancelled(uint32 account) external {
        close(account);
    }

    function close(uint32 account) private {
        closedNano += openRequestNano[account];
        openRequestNano[account] = 0;
    }

    function taken(uint32 account, uint256 amountNano) external {
        releasedNano[account] -= amountNano;
        paidNano += amountNano;
    }

    function escaped(uint32 account, uint256 goneNano, uint256 amountNano) external {
        releasedNano[account] = goneNano + releasedNano[account] - amountNano;
        spendingNano[account] -= goneNano;
        leftNano[account] += goneNano;
        close(account);
        paidNano += amountNano;
    }

    function withdrawn(uint32 account, uint256 amountNano) external {
        earningNano[account] -= amountNano;
        paidNano += amountNano;
        withdrawnNano += amountNano;
    }

    function settled(bytes32 hash, ISettlementVaultTypes.EpochHeader calldata header) external {
        hashes.push(hash);
        chain.push(header);
        partsNano += header.partSumNano;
        if (header.part + 1 == header.parts) {
            treesNano += header.receiptsSumNano;
            partsNano = 0;
        }
    }

    /// The epoch in progress ends with its last part.
    function voided() external {
        ISettlementVaultTypes.EpochHeader storage last = chain[chain.length - 1];
        last.parts = last.part + 1;
        treesNano += partsNano;
        (partsNano, pendingNano) = (0, 0);
    }

    function headers() external view returns (uint256) {
        return chain.length;
    }

    function headerAt(uint256 i) external view returns (ISettlementVaultTypes.EpochHeader memory) {
        return chain[i];
    }

    function spendableNano(uint32 from, uint32 to) public view returns (uint256 sumNano) {
        for (uint32 account = from; account <= to; ++account) {
            sumNano += spendingNano[account];
        }
    }

    /// What the hatch lets `account` take of its spending balance.
    function leavingNano(uint32 account, uint256 settledAt, uint256 period) external view returns (uint256) {
        uint256 balanceNano = spendingNano[account];
        uint256 openNano = openRequestNano[account];
        if (block.timestamp >= settledAt + period) return balanceNano;
        if (openNano == 0 || block.timestamp < requestedAt[account] + period) return 0;
        return openNano < balanceNano ? openNano : balanceNano;
    }

    function drawableNano(uint32 from, uint32 to) external view returns (uint256 sumNano) {
        for (uint32 account = from; draws && account <= to; ++account) {
            sumNano += leftNano[account];
        }
    }

    /// @return header that follows the last, up to its sums and hashes
    function following(uint256 seed) external view returns (ISettlementVaultTypes.EpochHeader memory header) {
        header.epoch = 1;
        if (chain.length != 0) {
            ISettlementVaultTypes.EpochHeader memory last = chain[chain.length - 1];
            header.previousHeader = hashes[hashes.length - 1];
            if (last.part + 1 < last.parts) {
                header.epoch = last.epoch;
                header.part = last.part + 1;
                header.parts = last.parts;
                header.receiptsRoot = last.receiptsRoot;
                header.receiptsSumNano = last.receiptsSumNano;
                header.receiptsCount = last.receiptsCount;
                header.levels = last.levels;
                return header;
            }
            header.epoch = last.epoch + 1;
        }
        header.parts = uint32(1 + seed % 3);
        header.receiptsRoot = keccak256(abi.encode("root", seed));
        header.receiptsCount = uint64(seed % 1000);
        header.levels = MOST_SHARD_DEPTH;
    }

    /// @dev Fixes the sums of `header` and draws what it debits and credits, and applies that here.
    function drawAmounts(
        uint256 seed,
        ISettlementVaultTypes.EpochHeader memory header,
        uint32 spendingAccounts,
        uint32 earningAccounts
    )
        external
        returns (
            ISettlementVaultTypes.EpochHeader memory,
            Epochs.Amount[] memory debits,
            Epochs.Amount[] memory credits
        )
    {
        bool begins = header.part == 0;
        if (begins) firstDebited = 1;
        (uint32 from, uint32 to) = (firstDebited, spendingAccounts);
        bool ends = header.part + 1 == header.parts;
        if (!ends && begins && to != 0) to = uint32(1 + seed / 7 % to);
        // What the last part is to debit stays with those that it may debit.
        if (!ends && !begins) to = from / 4 * 4 + 3 < to ? from / 4 * 4 + 3 : to;
        uint256 spendable = spendableNano(from, to);
        uint256 sumNano = spendable * (seed % 5) / 8;
        if (!begins) sumNano = ends || pendingNano / 2 < spendable ? pendingNano / (ends ? 1 : 2) : spendable;
        header.partSumNano = uint64(sumNano);
        debits = drawDebits(seed, sumNano, from, to);
        if (to >= 4) firstDebited = to / 4 * 4;
        if (begins) {
            pendingNano = ends ? 0 : spendableNano(firstDebited, spendingAccounts) * (seed % 3) / 3;
            header.receiptsSumNano = uint64(sumNano + pendingNano);
        } else {
            pendingNano -= sumNano;
        }
        credits = drawCredits(seed, sumNano, earningAccounts);
        return (header, debits, credits);
    }

    /// @dev First random shares, then from the highest account down whatever is missing to `sumNano`.
    function drawDebits(uint256 seed, uint256 sumNano, uint32 from, uint32 to)
        private
        returns (Epochs.Amount[] memory debits)
    {
        debits = new Epochs.Amount[](to < from ? 0 : to - from + 1);
        uint256 left = sumNano;
        for (uint32 i; i < debits.length; ++i) {
            uint256 share = left * (uint256(keccak256(abi.encode(seed, "debit", i))) % 4) / 4;
            uint256 balance = spendingNano[from + i];
            debits[i] = Epochs.Amount(from + i, share < balance ? share : balance);
            left -= debits[i].amountNano;
        }
        for (uint256 i = debits.length; i != 0 && left != 0; --i) {
            uint256 more = spendingNano[uint32(from + i - 1)] - debits[i - 1].amountNano;
            if (more > left) more = left;
            debits[i - 1].amountNano += more;
            left -= more;
        }
        for (uint32 i; i < debits.length && left != 0; ++i) {
            uint256 missing = leftNano[from + i] < left ? leftNano[from + i] : left;
            uint256 madeUp = (missing + SCALE - 1) / SCALE * SCALE;
            debits[i].amountNano += missing;
            left -= missing;
            leftNano[from + i] -= missing;
            spendingNano[from + i] += madeUp;
            depositedNano += madeUp;
        }
        for (uint32 i; i < debits.length; ++i) {
            spendingNano[from + i] -= debits[i].amountNano;
            debitsNano += debits[i].amountNano;
        }
    }

    function drawCredits(uint256 seed, uint256 sumNano, uint32 accounts)
        private
        returns (Epochs.Amount[] memory credits)
    {
        credits = new Epochs.Amount[](accounts);
        uint256 left = sumNano;
        for (uint32 i; i < accounts; ++i) {
            uint256 share = left * (uint256(keccak256(abi.encode(seed, "credit", i))) % 4) / 4;
            credits[i] = Epochs.Amount(i, i + 1 == accounts ? left : share);
            left -= credits[i].amountNano;
            earningNano[i] += credits[i].amountNano;
            creditsNano += credits[i].amountNano;
        }
    }

    /// @dev For each account: nothing, a release that it waits for (whole, what is left, a part, or none of it), or a stale
    /// one; and one of nobody.
    function drawReleases(uint256 seed, uint32 accounts) external returns (uint256[] memory releases) {
        releases = new uint256[](accounts + 1);
        for (uint32 account = 1; account <= accounts; ++account) {
            uint256 random = uint256(keccak256(abi.encode(seed, "release", account)));
            uint256 choice = random % 3;
            uint256 open = openRequestNano[account];
            uint256 amountNano = open < spendingNano[account] ? open : spendingNano[account];
            uint256 request = lastRequest[account];
            if (choice == 0 || (choice == 1 && open == 0)) {
                request += 1;
                amountNano = type(uint64).max;
            } else if (choice == 1) {
                amountNano = amountNano * (random / 3 % 5) / 2;
                if (amountNano > open || amountNano > spendingNano[account]) {
                    amountNano = open < spendingNano[account] ? open : spendingNano[account];
                }
                spendingNano[account] -= amountNano;
                releasedNano[account] += amountNano;
                openRequestNano[account] -= amountNano;
                closedNano += amountNano;
            } else {
                request = request == 0 ? 0 : request - 1;
            }
            releases[account - 1] = uint256(account) << 96 | request << 64 | amountNano;
        }
        releases[accounts] = uint256(type(uint32).max) << 96 | 1 << 64 | 1;
    }
}
