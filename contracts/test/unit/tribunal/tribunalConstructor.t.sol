// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TribunalTest} from "../../utils/TribunalTest.sol";

contract ConstructorTest is TribunalTest {
    function test_keepsWhatItWasGiven() external view {
        vm.assertEq(court.VAULT(), address(vault), "vault");
        vm.assertEq(court.REGISTRY(), address(registry), "registry");
        vm.assertEq(court.PROVIDERS(), address(providers), "providers");
        vm.assertEq(uint256(court.RESPONSE()), RESPONSE, "response");
        vm.assertEq(court.DEPOSIT(), DEPOSIT, "deposit");
    }

    function test_RevertWhen_theVaultNamesAnother() external {
        vm.expectRevert(abi.encodeWithSelector(NotTheVaultsTribunal.selector, address(court)));
        this.deploy(RESPONSE);
    }

    function deploy(uint32 responseSeconds) external {
        deployed("out/Tribunal.sol/Tribunal.json", abi.encode(vault, registry, providers, responseSeconds, DEPOSIT));
    }

    /// Signers of another vault's accounts would convict this one's settler, or let anybody sign.
    function test_RevertWhen_theProvidersAreAnotherVaults() external {
        (address theirs, address theirVault) = (address(providers), address(vault));
        // made in a call from outside, which is a transaction of its own here and counts a nonce too
        tribunal = tribunalAfterVault();
        vault = newVaultWithoutBond(dollar);
        vm.expectRevert(abi.encodeWithSelector(NotTheVaultsProviders.selector, theirs, theirVault));
        this.deploy(RESPONSE);
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
