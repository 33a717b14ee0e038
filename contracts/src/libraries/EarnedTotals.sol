// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The credit lines of leaves, each of which carries on the total of its earning account.
/// @notice A line is beforeNano << 96 | account << 64 | amountNano: `beforeNano` is what the lines before it, in its shard of
/// its epoch by index, credit the same account. So the last leaf of a shard that credits an account shows what all of them do.
library EarnedTotals {
    /// @notice Whether `line` credits `account` with `amountNano`, after whatever it was before.
    function isLine(uint256 line, uint32 account, uint256 amountNano) internal pure returns (bool) {
        return line >> 160 == 0 && accountOf(line) == account && uint64(line) == amountNano;
    }

    /// @notice Whether no line of `later` is of an account that had more before it than it says, by the lines `earlier` of a
    /// leaf before: those between may have added to it.
    function goesOn(uint256[] calldata earlier, uint256[] calldata later) internal pure returns (bool) {
        for (uint256 i; i < earlier.length; ++i) {
            for (uint256 j; j < later.length; ++j) {
                if (accountOf(earlier[i]) == accountOf(later[j]) && beforeOf(later[j]) < afterOf(earlier[i])) {
                    return false;
                }
            }
        }
        return true;
    }

    /// @notice What the lines of a leaf add to what was shown of an account in their shard. A line counts from the total
    /// before it, whatever lies between, and at least its own amount: one that falls back hides nothing.
    /// @param shownNano total that the last line shown before ends with, zero in a shard of which none was
    /// @return addedNano zero if no line is the account's
    /// @return afterNano total that the last line ends with
    function addedBy(uint256[] calldata lines, uint32 account, uint256 shownNano)
        internal
        pure
        returns (uint256 addedNano, uint256 afterNano)
    {
        afterNano = shownNano;
        for (uint256 i; i < lines.length; ++i) {
            if (accountOf(lines[i]) != account) continue;
            uint256 beyondNano = Math.saturatingSub(afterOf(lines[i]), afterNano);
            addedNano += Math.max(beyondNano, uint64(lines[i]));
            afterNano = afterOf(lines[i]);
        }
    }

    function accountOf(uint256 line) private pure returns (uint32) {
        return uint32(line >> 64);
    }

    function beforeOf(uint256 line) private pure returns (uint256) {
        return uint64(line >> 96);
    }

    /// @dev Wide: what a settler makes up may not fit into 64 bits.
    function afterOf(uint256 line) private pure returns (uint256) {
        return beforeOf(line) + uint64(line);
    }
}
