// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    IAccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/IAccessControlDefaultAdminRules.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {TestDollar} from "../../../src/local/TestDollar.sol";
import {ISettlementVault} from "../../../src/interfaces/ISettlementVault.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract ConstructorTest is VaultTest {
    function test_startsAtEpochZeroWithTheTreasury() external view {
        (bytes32 headHash, uint64 epoch, uint32 part, uint32 parts, uint64 settledAt) = vault.head();
        vm.assertEq(headHash, bytes32(0), "the chain does not start at the zero hash");
        vm.assertEq(uint256(epoch), 0, "the chain does not start at epoch 0");
        vm.assertTrue(part == 0 && parts == 1, "epoch 0 is not complete in one part");
        vm.assertEq(uint256(settledAt), block.timestamp, "the hatch does not count from deployment");
        vm.assertEq(vault.earningOwnerOf(0), treasury, "earning account 0 is not the treasury's");
        vm.assertEq(uint256(vault.earningAccountOf(treasury)), 0, "the treasury has another account");
        vm.assertEq(uint256(vault.earningAccounts()), 1, "more than the treasury's account is open");
        vm.assertEq(uint256(vault.spendingAccounts()), 0, "a spending account is open");
        vm.assertEq(uint256(vault.SCALE()), SCALE, "six decimals are not 1,000 nano-USD");
        IAccessControl roles = IAccessControl(address(vault));
        vm.assertTrue(roles.hasRole(vault.SETTLER_ROLE(), settler), "the settler cannot settle");
        vm.assertTrue(roles.hasRole(vault.GUARDIAN_ROLE(), guardian), "the guardian cannot pause");
        vm.assertFalse(roles.hasRole(vault.SETTLER_ROLE(), admin), "the admin can settle");
        vm.assertEq(IAccessControlDefaultAdminRules(address(vault)).defaultAdmin(), admin, "the admin is another");
    }

    /// Who grants roles by a script, or watches for RoleGranted, knows these by their names' hashes.
    function test_rolesAreTheHashesOfTheirNames() external view {
        vm.assertEq(vault.SETTLER_ROLE(), keccak256("SETTLER_ROLE"), "SETTLER_ROLE");
        vm.assertEq(vault.GUARDIAN_ROLE(), keccak256("GUARDIAN_ROLE"), "GUARDIAN_ROLE");
    }

    function test_aNewAdminWaitsTwoDays() external view {
        uint48 delay = IAccessControlDefaultAdminRules(address(vault)).defaultAdminDelay();
        vm.assertEq(uint256(delay), 2 days, "another delay");
    }

    function test_theDeepestShardTreeIsTaken() external {
        ISettlementVault deep = newVault(dollar, 16, settler, guardian, treasury);
        vm.assertEq(uint256(deep.SHARD_DEPTH()), 16, "another depth");
    }

    function testFuzz_scaleBringsAnyDecimalsToNano(uint8 decimals) external {
        decimals = uint8(bounded(decimals, 0, 9));
        ISettlementVault other = newVault(new TestDollar(decimals));
        vm.assertEq(uint256(other.SCALE()) * 10 ** decimals, 1e9, "one token is not 10^9 nano-USD");
    }

    function test_RevertWhen_tokenHasTenDecimals() external {
        TestDollar fine = new TestDollar(10);
        vm.expectRevert(abi.encodeWithSelector(TokenDecimalsTooMany.selector, 10, 9));
        newVault(fine);
    }

    function test_RevertWhen_shardTreeIsTooDeep() external {
        vm.expectRevert(abi.encodeWithSelector(ShardDepthTooDeep.selector, 17, 16));
        newVault(dollar, 17, settler, guardian, treasury);
    }

    function test_RevertWhen_tokenIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        newVault(IERC20(address(0)), SHARD_DEPTH, settler, guardian, treasury);
    }

    function test_RevertWhen_settlerIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        newVault(dollar, SHARD_DEPTH, address(0), guardian, treasury);
    }

    function test_RevertWhen_guardianIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        newVault(dollar, SHARD_DEPTH, settler, address(0), treasury);
    }

    function test_RevertWhen_treasuryIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        newVault(dollar, SHARD_DEPTH, settler, guardian, address(0));
    }
}
