// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISettlementVault} from "../../../src/interfaces/ISettlementVault.sol";
import {TestDollar} from "../../../src/local/TestDollar.sol";
import {BlockingToken, FalseToken, ReentrantToken} from "../../utils/tokens/HostileTokens.sol";
import {LedgerModel} from "../stores/LedgerModel.sol";
import {AttackingHandler} from "./AttackingHandler.sol";

/// @title One unit in ten of every transfer is lost on its way.
contract FeeHandler is AttackingHandler {
    constructor(ISettlementVault vault_, TestDollar dollar_, LedgerModel model_, address settler_, address guardian_)
        AttackingHandler(vault_, dollar_, model_, settler_, guardian_)
    {}

    function arriving(uint256 amountToken) internal pure override returns (uint256) {
        return amountToken - amountToken / 10;
    }

    function sendingFor(uint256 amountToken) internal pure override returns (uint256) {
        return amountToken * 10 / 9 + 1;
    }
}

/// @title The token is itself requester and provider, and calls back from every transfer.
contract ReentrantHandler is AttackingHandler {
    address private constant LOOT = address(0xbad);

    constructor(ISettlementVault vault_, TestDollar dollar_, LedgerModel model_, address settler_, address guardian_)
        AttackingHandler(vault_, dollar_, model_, settler_, guardian_)
    {}

    function requesterAt(uint256 seed) internal view override returns (address) {
        return seed % 7 == 0 ? address(dollar) : super.requesterAt(seed);
    }

    function providerAt(uint256 seed) internal view override returns (address) {
        return seed % 6 == 0 ? address(dollar) : super.providerAt(seed);
    }

    /// @dev Each attack in turn; each would succeed in some state if the vault did not guard.
    function beforeTransfer() internal override {
        uint256 turn = calls % 4;
        bytes memory attack;
        if (turn == 0) attack = abi.encodeCall(vault.takeReleased, (LOOT));
        if (turn == 1) attack = abi.encodeCall(vault.escape, (LOOT));
        if (turn == 2) attack = abi.encodeCall(vault.withdrawEarnings, (earningAccountOfToken(), scale, LOOT));
        if (turn == 3) attack = abi.encodeCall(vault.depositFor, (LOOT, 1));
        dollar.mint(address(dollar), 1);
        vm.prank(address(dollar));
        dollar.approve(address(vault), type(uint256).max);
        ReentrantToken(address(dollar)).arm(address(vault), attack);
    }

    function afterTransfer() internal override {
        ReentrantToken token = ReentrantToken(address(dollar));
        vm.assertFalse(token.attackSucceeded(), "a call from inside a transfer was let in");
        vm.assertEq(
            keccak256(token.answer()),
            keccak256(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)),
            "a call from inside a transfer failed for another reason"
        );
        did("re-entry");
    }

    function earningAccountOfToken() private view returns (uint32 account) {
        for (account = vault.earningAccounts() - 1; account != 0; --account) {
            if (vault.earningOwnerOf(account) == address(dollar)) return account;
        }
    }
}

/// @title The issuer blocks owners: they are paid elsewhere, and hold up nobody.
contract BlockingHandler is AttackingHandler {
    constructor(ISettlementVault vault_, TestDollar dollar_, LedgerModel model_, address settler_, address guardian_)
        AttackingHandler(vault_, dollar_, model_, settler_, guardian_)
    {}

    function payeeOf(address owner) public view override returns (address) {
        bool isBlocked = BlockingToken(address(dollar)).isBlocked(owner);
        return isBlocked ? address(uint160(owner) + 0x10000) : owner;
    }

    function blockOwner(uint256 who, uint256 role) external counted {
        BlockingToken(address(dollar)).blockAddress(role % 2 == 0 ? providerAt(who) : requesterAt(who));
        did("block");
    }

    function payTheBlocked(uint256 which) external counted {
        uint32 account = uint32(which % vault.earningAccounts());
        address owner = vault.earningOwnerOf(account);
        if (payeeOf(owner) == owner || model.earningNano(account) < scale) return;
        bytes memory call = abi.encodeCall(vault.withdrawEarnings, (account, scale, owner));
        refused(owner, call, BlockingToken.Blocked.selector, "a blocked address is paid");
    }
}

/// @title Transfers that fail without a revert.
contract FalseHandler is AttackingHandler {
    constructor(ISettlementVault vault_, TestDollar dollar_, LedgerModel model_, address settler_, address guardian_)
        AttackingHandler(vault_, dollar_, model_, settler_, guardian_)
    {}

    function failingDeposit(uint256 who) external counted {
        if (isPaused()) return;
        failing(requesterAt(who), abi.encodeCall(vault.deposit, (1)), "a deposit that brings nothing");
    }

    function failingWithdrawal(uint256 which) external counted {
        uint32 account = uint32(which % vault.earningAccounts());
        if (model.earningNano(account) < scale) return;
        address owner = vault.earningOwnerOf(account);
        bytes memory call = abi.encodeCall(vault.withdrawEarnings, (account, scale, owner));
        failing(owner, call, "earnings that do not arrive");
    }

    function failing(address who, bytes memory call, string memory what) private {
        FalseToken(address(dollar)).refuse(true);
        refused(who, call, SafeERC20.SafeERC20FailedOperation.selector, what);
        FalseToken(address(dollar)).refuse(false);
    }
}
