// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {ITribunalTypes} from "../interfaces/ITribunal.sol";
import {EarnedTotals} from "./EarnedTotals.sol";

/// @title What an honest charge is: each rule once, for proofs and for answers.
/// @notice They are those by which the stream charges and its audit checks.
library ChargeRules {
    uint256 private constant UNITS_PER_PRICE = 1_000_000;
    uint256 private constant ALL_BASIS_POINTS = 10_000;
    uint64 private constant MILLIS = 1000;
    uint8 private constant ANSWERED = 1;
    uint32 private constant TREASURY = 0;
    /// An account's leaves in an epoch have indices of so many bits.
    uint256 private constant INDEX_BITS = 32;

    /// @notice What is wrong with a leaf by itself and by the price history, None if nothing.
    function faultOfLeaf(IModelRegistry registry, ITribunalTypes.Receipt calldata receipt)
        internal
        view
        returns (ITribunalTypes.Fault)
    {
        if (!addsUp(receipt)) return ITribunalTypes.Fault.WrongArithmetic;
        (bool inForce, uint256 feeBasisPoints) = price(registry, receipt);
        if (!inForce) return ITribunalTypes.Fault.WrongPrice;
        return creditsAddUp(receipt, feeBasisPoints) ? ITribunalTypes.Fault.None : ITribunalTypes.Fault.WrongCredits;
    }

    /// @notice What is wrong with a leaf by the request that it names, None if nothing.
    /// @param account the requester's
    function faultOfRequest(
        ITribunalTypes.Receipt calldata receipt,
        ITribunalTypes.InferenceRequest calldata request,
        uint32 account
    ) internal pure returns (ITribunalTypes.Fault) {
        if (receipt.debitNano > request.maxFeeNano) {
            return ITribunalTypes.Fault.Overcharged;
        }
        if (receipt.requesterAccount != account) return ITribunalTypes.Fault.WrongAccount;
        if (receipt.model != request.model) return ITribunalTypes.Fault.WrongModel;
        if (receipt.admittedMillis > request.deadline) return ITribunalTypes.Fault.AfterDeadline;
        return ITribunalTypes.Fault.None;
    }

    /// @notice What is wrong with a leaf by another of the same epoch, None if nothing or if it is the same leaf.
    function faultInEpoch(ITribunalTypes.Receipt calldata receipt, ITribunalTypes.Receipt calldata other)
        internal
        pure
        returns (ITribunalTypes.Fault)
    {
        bool oneShard = receipt.shard == other.shard;
        if (oneShard && receipt.index == other.index) return ITribunalTypes.Fault.None;
        if (receipt.requestId == other.requestId) return ITribunalTypes.Fault.DoubleCharge;
        bool inOrder;
        if (receipt.requesterAccount == other.requesterAccount) {
            inOrder = oneShard && distance(receipt.index, other.index) == distance(receipt.sequence, other.sequence);
        } else {
            bool isAfter = receipt.requesterAccount > other.requesterAccount;
            inOrder = !oneShard || isAfter == (receipt.index > other.index);
        }
        if (!inOrder) return ITribunalTypes.Fault.Sequence;
        bool total = !oneShard
            || (receipt.index < other.index
                    ? EarnedTotals.goesOn(receipt.credits, other.credits)
                    : EarnedTotals.goesOn(other.credits, receipt.credits));
        return total ? ITribunalTypes.Fault.None : ITribunalTypes.Fault.WrongTotal;
    }

    /// @notice What is wrong with a leaf by one of an epoch before, None if nothing. What debited nothing, or another account,
    /// contradicts nothing; nor does a number that no honest stream can have come to by `earlierEpoch`.
    function faultAfterEpoch(
        ITribunalTypes.Receipt calldata receipt,
        ITribunalTypes.Receipt calldata earlier,
        uint64 earlierEpoch
    ) internal pure returns (ITribunalTypes.Fault) {
        if (receipt.requesterAccount != earlier.requesterAccount || earlier.debitNano == 0) {
            return ITribunalTypes.Fault.None;
        }
        if (receipt.requestId == earlier.requestId) return ITribunalTypes.Fault.DoubleCharge;
        // So whoever settles next can always number on.
        bool grows = receipt.sequence > earlier.sequence || earlier.sequence > uint256(earlierEpoch) << INDEX_BITS;
        return grows ? ITribunalTypes.Fault.None : ITribunalTypes.Fault.Sequence;
    }

    /// @notice Whether an outcome is the one that the leaf charges; its digest is compared elsewhere.
    function isChargedBy(ITribunalTypes.Outcome calldata outcome, ITribunalTypes.Receipt calldata receipt)
        internal
        pure
        returns (bool)
    {
        return outcome.requestId == receipt.requestId && outcome.providerAccount == receipt.providerAccount
            && outcome.units == receipt.units && (outcome.status == ANSWERED || outcome.units == 0);
    }

    /// @dev Units times price, rounded up once.
    function addsUp(ITribunalTypes.Receipt calldata receipt) private pure returns (bool) {
        uint256 millionfold = uint256(receipt.units) * receipt.priceNanoPerMillion;
        return receipt.debitNano == (millionfold + UNITS_PER_PRICE - 1) / UNITS_PER_PRICE;
    }

    /// @dev The version counts from its own time on until the next one's: versions ascend in time.
    function price(IModelRegistry registry, ITribunalTypes.Receipt calldata receipt)
        private
        view
        returns (bool inForce, uint256 feeBasisPoints)
    {
        uint32 version = receipt.priceVersion;
        (,, uint32 newest,,) = registry.modelOf(receipt.model);
        if (version == 0 || version > newest) return (false, 0);
        (uint64 nanoPerMillion, uint16 basisPoints, uint64 from) = registry.priceOf(receipt.model, version);
        if (nanoPerMillion != receipt.priceNanoPerMillion || !counts(from, receipt)) return (false, 0);
        if (version != newest) {
            (,, from) = registry.priceOf(receipt.model, version + 1);
            if (counts(from, receipt)) return (false, 0);
        }
        return (true, basisPoints);
    }

    function counts(uint64 fromSeconds, ITribunalTypes.Receipt calldata receipt) private pure returns (bool) {
        return fromSeconds <= receipt.admittedMillis / MILLIS;
    }

    /// @dev The provider's line, then the treasury's of the fee, which is rounded down; a line of nothing is left out. The
    /// treasury may be the provider: then its second line goes on from the first.
    function creditsAddUp(ITribunalTypes.Receipt calldata receipt, uint256 feeBasisPoints) private pure returns (bool) {
        uint256[] calldata credits = receipt.credits;
        uint256 feeNano = receipt.debitNano * feeBasisPoints / ALL_BASIS_POINTS;
        uint256 lines;
        if (feeNano != receipt.debitNano) {
            if (credits.length == lines) return false;
            if (!EarnedTotals.isLine(credits[lines], receipt.providerAccount, receipt.debitNano - feeNano)) {
                return false;
            }
            ++lines;
        }
        if (feeNano != 0) {
            if (credits.length == lines || !EarnedTotals.isLine(credits[lines], TREASURY, feeNano)) return false;
            ++lines;
        }
        if (credits.length != lines) return false;
        return lines != 2 || receipt.providerAccount != TREASURY || EarnedTotals.goesOn(credits[:1], credits[1:]);
    }

    function distance(uint256 a, uint256 b) private pure returns (int256) {
        return int256(a) - int256(b);
    }
}
