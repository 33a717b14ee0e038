// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestDollar} from "../../../src/local/TestDollar.sol";

/// @title A token that keeps one base unit in ten of every transfer.
contract FeeToken is TestDollar(6) {
    function _update(address from, address to, uint256 amountToken) internal override {
        super._update(from, to, amountToken);
        if (from != address(0)) super._update(to, address(0xfee), amountToken / 10);
    }
}

/// @title A token that reports failure by returning false, and moves nothing.
contract FalseToken is TestDollar(6) {
    bool public refusing;

    function refuse(bool refusing_) external {
        refusing = refusing_;
    }

    function transfer(address to, uint256 amountToken) public override returns (bool) {
        return refusing ? false : super.transfer(to, amountToken);
    }

    function transferFrom(address from, address to, uint256 amountToken) public override returns (bool) {
        return refusing ? false : super.transferFrom(from, to, amountToken);
    }
}

/// @title A token that says it moved what it did not.
contract LyingToken is TestDollar(6) {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @title A token whose issuer can block an address.
contract BlockingToken is TestDollar(6) {
    mapping(address account => bool) public isBlocked;

    error Blocked(address account);

    function blockAddress(address account) external {
        isBlocked[account] = true;
    }

    function _update(address from, address to, uint256 amountToken) internal override {
        if (isBlocked[from]) revert Blocked(from);
        if (isBlocked[to]) revert Blocked(to);
        super._update(from, to, amountToken);
    }
}

/// @title A token that calls back before it moves anything, as one with hooks may.
contract ReentrantToken is TestDollar(6) {
    address private target;
    bytes private attack;
    bytes public answer;
    bool public attackSucceeded;

    function arm(address target_, bytes calldata attack_) external {
        target = target_;
        attack = attack_;
    }

    function _update(address from, address to, uint256 amountToken) internal override {
        if (target != address(0) && from != address(0)) {
            address called = target;
            target = address(0);
            (attackSucceeded, answer) = called.call(attack);
        }
        super._update(from, to, amountToken);
    }
}
