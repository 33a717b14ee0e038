// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {IModelRegistry} from "../../../src/interfaces/IModelRegistry.sol";
import {MillraceTest} from "../../utils/MillraceTest.sol";

contract ModelRegistryTest is MillraceTest {
    bytes32 private constant MODEL = keccak256("manifest");
    uint64 private constant NOTICE = 1 hours;
    uint64 private constant MOST = 1e12;
    uint16 private constant FEE = 500;

    address private admin = actor("admin");
    address private publisher = actor("publisher");
    address private evaluator = actor("evaluator");
    address private guardian = actor("guardian");
    IModelRegistry private registry;

    function setUp() external {
        vm.warp(1_800_000_000);
        registry = newRegistry(admin);
        grant(registry.PUBLISHER_ROLE(), publisher);
        grant(registry.EVALUATOR_ROLE(), evaluator);
        grant(registry.GUARDIAN_ROLE(), guardian);
    }

    function newRegistry(address admin_) private returns (IModelRegistry) {
        return
            IModelRegistry(deployed("out/ModelRegistry.sol/ModelRegistry.json", abi.encode(admin_, NOTICE, MOST, FEE)));
    }

    function grant(bytes32 role, address to) private {
        vm.prank(admin);
        IAccessControl(address(registry)).grantRole(role, to);
    }

    function register() private {
        vm.prank(publisher);
        registry.register(MODEL, 20_000_000, "ipfs://manifest");
    }

    function activate() private {
        vm.prank(evaluator);
        registry.activate(MODEL, "evidence");
    }

    function revoke() private {
        vm.prank(guardian);
        registry.revoke(MODEL, "evidence");
    }

    function assertModel(IModelRegistry.Status status, uint32 version, uint64 price, uint256 effectiveFrom)
        private
        view
    {
        (address owner, IModelRegistry.Status is_, uint32 isVersion, uint64 isPrice, uint64 isFrom) =
            registry.modelOf(MODEL);
        vm.assertEq(owner, publisher, "publisher");
        vm.assertEq(uint256(is_), uint256(status), "status");
        vm.assertTrue(isVersion == version && isPrice == price, "price");
        vm.assertEq(uint256(isFrom), effectiveFrom, "effective from");
    }

    function unauthorized(address caller, bytes32 role) private {
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, caller, role));
    }

    function test_rolesAreTheHashesOfTheirNames() external view {
        vm.assertEq(registry.PUBLISHER_ROLE(), keccak256("PUBLISHER_ROLE"), "PUBLISHER_ROLE");
        vm.assertEq(registry.EVALUATOR_ROLE(), keccak256("EVALUATOR_ROLE"), "EVALUATOR_ROLE");
        vm.assertEq(registry.GUARDIAN_ROLE(), keccak256("GUARDIAN_ROLE"), "GUARDIAN_ROLE");
    }

    function test_registerProposesWithAPriceAtOnce() external {
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelRegistered(MODEL, publisher, "ipfs://manifest");
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelStatusChanged(MODEL, IModelRegistry.Status.Proposed, 0);
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelPriced(MODEL, 1, 20_000_000, FEE, uint64(block.timestamp));
        register();
        assertModel(IModelRegistry.Status.Proposed, 1, 20_000_000, block.timestamp);
    }

    function test_activateThenRevoke() external {
        register();
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelStatusChanged(MODEL, IModelRegistry.Status.Active, "evidence");
        activate();
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelStatusChanged(MODEL, IModelRegistry.Status.Revoked, "evidence");
        revoke();
        assertModel(IModelRegistry.Status.Revoked, 1, 20_000_000, block.timestamp);
    }

    function test_aProposedModelMayBeRevoked() external {
        register();
        revoke();
        assertModel(IModelRegistry.Status.Revoked, 1, 20_000_000, block.timestamp);
    }

    function test_aPriceTakesEffectAfterTheNotice() external {
        register();
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelPriced(MODEL, 2, 5, FEE, uint64(block.timestamp) + NOTICE);
        vm.prank(publisher);
        registry.setPrice(MODEL, 5);
        assertModel(IModelRegistry.Status.Proposed, 2, 5, block.timestamp + NOTICE);
    }

    /// Two prices with one beginning would leave it to the reader which of them a request pays.
    function test_noTwoVersionsBeginInTheSameSecond() external {
        register();
        vm.prank(publisher);
        registry.setPrice(MODEL, 5);
        vm.prank(publisher);
        registry.setPrice(MODEL, 6);
        assertModel(IModelRegistry.Status.Proposed, 3, 6, block.timestamp + NOTICE + 1);
    }

    function test_theHighestPriceMayBeSet() external {
        register();
        vm.prank(publisher);
        registry.setPrice(MODEL, MOST);
    }

    function test_RevertWhen_adminIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.AdminZero.selector));
        newRegistry(address(0));
    }

    function test_RevertWhen_theModelIdIsZero() external {
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelIdZero.selector));
        registry.register(0, 1, "");
    }

    function test_RevertWhen_theModelExists() external {
        register();
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelExists.selector, MODEL));
        register();
    }

    function test_RevertWhen_aRevokedModelIsRegisteredAgain() external {
        register();
        revoke();
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelExists.selector, MODEL));
        register();
    }

    function test_RevertWhen_registeredAboveTheHighestPrice() external {
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.PriceTooHigh.selector, MOST + 1, MOST));
        registry.register(MODEL, MOST + 1, "");
    }

    function test_RevertWhen_pricedAboveTheHighestPrice() external {
        register();
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.PriceTooHigh.selector, MOST + 1, MOST));
        registry.setPrice(MODEL, MOST + 1);
    }

    function test_RevertWhen_anotherSetsThePrice() external {
        register();
        grant(registry.PUBLISHER_ROLE(), evaluator);
        vm.prank(evaluator);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotPublisher.selector, MODEL, publisher, evaluator));
        registry.setPrice(MODEL, 1);
    }

    function test_RevertWhen_aDismissedPublisherSetsThePrice() external {
        register();
        bytes32 role = registry.PUBLISHER_ROLE();
        vm.prank(admin);
        IAccessControl(address(registry)).revokeRole(role, publisher);
        vm.prank(publisher);
        unauthorized(publisher, role);
        registry.setPrice(MODEL, 1);
    }

    function assertTerms(uint32 version, uint64 price, uint16 fee, uint256 effectiveFrom) private view {
        (uint64 isPrice, uint16 isFee, uint64 isFrom) = registry.priceOf(MODEL, version);
        vm.assertEq(uint256(isPrice), uint256(price), "price of a version");
        vm.assertEq(uint256(isFee), uint256(fee), "fee of a version");
        vm.assertEq(uint256(isFrom), effectiveFrom, "beginning of a version");
    }

    /// A charge is judged by the terms of its time, however long ago that was.
    function test_everyVersionKeepsItsTerms() external {
        register();
        uint256 first = block.timestamp;
        vm.prank(admin);
        registry.setFee(700);
        vm.prank(publisher);
        (uint32 version, uint64 effectiveFrom) = registry.setPrice(MODEL, 5);
        vm.assertEq(uint256(version), 2, "number of the second version");
        vm.assertEq(uint256(effectiveFrom), first + NOTICE, "beginning said");
        vm.prank(admin);
        registry.setFee(0);
        vm.prank(publisher);
        registry.setPrice(MODEL, 6);
        assertTerms(1, 20_000_000, FEE, first);
        assertTerms(2, 5, 700, first + NOTICE);
        assertTerms(3, 6, 0, first + NOTICE + 1);
    }

    function test_versionsOfOneModelAreNotAnothers() external {
        register();
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.PriceUnknown.selector, keccak256("another"), 1));
        registry.priceOf(keccak256("another"), 1);
    }

    function test_RevertWhen_aVersionIsNotAnnounced() external {
        register();
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.PriceUnknown.selector, MODEL, 2));
        registry.priceOf(MODEL, 2);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.PriceUnknown.selector, MODEL, 0));
        registry.priceOf(MODEL, 0);
    }

    function test_theFeeOfThePricesToComeIsSaid() external {
        vm.assertEq(uint256(registry.feeBasisPoints()), uint256(FEE), "fee at the beginning");
        vm.expectEmit(address(registry));
        emit IModelRegistry.FeeSet(10_000);
        vm.prank(admin);
        registry.setFee(10_000);
        vm.assertEq(uint256(registry.feeBasisPoints()), 10_000, "fee that was set");
    }

    function test_RevertWhen_theFeeIsMoreThanAll() external {
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.FeeTooHigh.selector, 10_001, 10_000));
        registry.setFee(10_001);
    }

    function test_RevertWhen_aStrangerSetsTheFee() external {
        vm.prank(publisher);
        unauthorized(publisher, bytes32(0));
        registry.setFee(1);
    }

    function test_RevertWhen_aRevokedModelIsPriced() external {
        register();
        revoke();
        vm.prank(publisher);
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.WrongStatus.selector, MODEL, IModelRegistry.Status.Revoked)
        );
        registry.setPrice(MODEL, 1);
    }

    function test_RevertWhen_anUnknownModelIsPriced() external {
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelUnknown.selector, MODEL));
        registry.setPrice(MODEL, 1);
    }

    function test_RevertWhen_anUnknownModelIsActivated() external {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelUnknown.selector, MODEL));
        activate();
    }

    function test_RevertWhen_activatedTwice() external {
        register();
        activate();
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.WrongStatus.selector, MODEL, IModelRegistry.Status.Active)
        );
        activate();
    }

    function test_RevertWhen_revokedTwice() external {
        register();
        revoke();
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.WrongStatus.selector, MODEL, IModelRegistry.Status.Revoked)
        );
        revoke();
    }

    function test_RevertWhen_anUnknownModelIsRevoked() external {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelUnknown.selector, MODEL));
        revoke();
    }

    function test_RevertWhen_aStrangerRegisters() external {
        bytes32 role = registry.PUBLISHER_ROLE();
        vm.prank(admin);
        unauthorized(admin, role);
        registry.register(MODEL, 1, "");
    }

    function test_RevertWhen_aStrangerActivates() external {
        bytes32 role = registry.EVALUATOR_ROLE();
        vm.prank(publisher);
        unauthorized(publisher, role);
        registry.activate(MODEL, 0);
    }

    function test_RevertWhen_aStrangerRevokes() external {
        bytes32 role = registry.GUARDIAN_ROLE();
        vm.prank(publisher);
        unauthorized(publisher, role);
        registry.revoke(MODEL, 0);
    }
}
