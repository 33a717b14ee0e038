// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A settlement token for local chains and tests only.
/// @notice Warning: anyone can mint. Never deploy it where a token is worth something.
contract TestDollar is ERC20 {
    uint8 private immutable DECIMALS;

    constructor(uint8 decimals_) ERC20("Millrace Test Dollar", "tUSD") {
        DECIMALS = decimals_;
    }

    function mint(address to, uint256 amountToken) external {
        _mint(to, amountToken);
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }
}
