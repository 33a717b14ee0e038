// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILibraryHarness} from "../../utils/ILibraryHarness.sol";
import {MillraceTest} from "../../utils/MillraceTest.sol";

/// Trees that no honest sealer makes: their roots are true to their nodes, so only the sums tell.
contract MerkleSumTest is MillraceTest {
    bytes32 private constant LEAF = keccak256("leaf");
    uint64 private constant LEAF_SUM = 5;

    ILibraryHarness private library_;

    function setUp() external {
        library_ = ILibraryHarness(deployed("out/LibraryHarness.sol/LibraryHarness.json", ""));
    }

    /// Whether the leaf is proven beside `sibling` in the tree of the two, whose sum wraps around if it must.
    function provenBeside(bytes32 sibling, uint64 siblingSum) private view returns (bool) {
        bytes32[] memory siblings = new bytes32[](1);
        uint64[] memory sums = new uint64[](1);
        (siblings[0], sums[0]) = (sibling, siblingSum);
        bytes32 root = keccak256(abi.encodePacked(uint8(1), LEAF, LEAF_SUM, sibling, siblingSum));
        uint64 rootSum;
        unchecked {
            rootSum = LEAF_SUM + siblingSum;
        }
        return library_.verify(LEAF, LEAF_SUM, 0, siblings, sums, root, rootSum);
    }

    function test_anEmptySiblingHasNoSum() external view {
        vm.assertTrue(provenBeside(0, 0), "an empty sibling is refused");
        vm.assertFalse(provenBeside(0, 1), "nothing has a sum");
    }

    function test_theGreatestSumIsTakenAndNotOneMore() external view {
        vm.assertTrue(provenBeside(keccak256("sibling"), type(uint64).max - LEAF_SUM), "the greatest sum is refused");
        vm.assertFalse(provenBeside(keccak256("sibling"), type(uint64).max - LEAF_SUM + 1), "a sum wrapped around");
    }
}
