// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TribunalTest} from "../../utils/TribunalTest.sol";

contract ConstructorTest is TribunalTest {
    function test_keepsWhatItWasGiven() external view {
        vm.assertEq(court.VAULT(), address(vault), "vault");
        vm.assertEq(court.REGISTRY(), address(registry), "registry");
        vm.assertEq(uint256(court.RESPONSE()), RESPONSE, "response");
        vm.assertEq(court.DEPOSIT(), DEPOSIT, "deposit");
    }

    function test_RevertWhen_theVaultNamesAnother() external {
        vm.expectRevert(abi.encodeWithSelector(NotTheVaultsTribunal.selector, address(court)));
        this.deploy(RESPONSE);
    }

    function deploy(uint32 responseSeconds) external {
        deployed("out/Tribunal.sol/Tribunal.json", abi.encode(vault, registry, responseSeconds, DEPOSIT));
    }

    function test_twoRoundsFitIntoTheWindow() external {
        uint32 most = 3 * bonds().BUCKET();
        deployNamed(most);
    }

    function test_RevertWhen_twoRoundsDoNotFit() external {
        uint256 most = 3 * bonds().BUCKET();
        refuses(uint32(most) + 1, most);
    }

    function test_RevertWhen_thereIsNoTimeToAnswer() external {
        refuses(0, 3 * bonds().BUCKET());
    }

    function refuses(uint32 responseSeconds, uint256 most) private {
        vm.expectRevert(abi.encodeWithSelector(ResponseOutOfRange.selector, responseSeconds, most));
        this.deployNamed(responseSeconds);
    }

    /// @dev With a vault that names it.
    function deployNamed(uint32 responseSeconds) public {
        newTribunal(responseSeconds);
    }
}
