// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {
    ISettlementVault,
    ISettlementVaultErrors,
    ISettlementVaultEvents,
    ISettlementVaultTypes
} from "../../src/interfaces/ISettlementVault.sol";
import {ISettlerBonds, ISettlerBondsErrors, ISettlerBondsEvents} from "../../src/interfaces/ISettlerBonds.sol";
import {TestDollar} from "../../src/local/TestDollar.sol";
import {Epochs} from "./Epochs.sol";
import {MillraceTest} from "./MillraceTest.sol";

/// @title A vault on a dollar of six decimals, with named actors; base units are 1,000 nano-USD.
abstract contract VaultTest is
    MillraceTest,
    ISettlementVaultErrors,
    ISettlementVaultEvents,
    ISettlementVaultTypes,
    ISettlerBondsErrors,
    ISettlerBondsEvents
{
    uint8 internal constant SHARD_DEPTH = 2;
    uint64 internal constant SCALE = 1000;

    address internal admin = actor("admin");
    address internal settler = actor("settler");
    address internal guardian = actor("guardian");
    address internal treasury = actor("treasury");
    address internal requester = actor("requester");
    address internal provider = actor("provider");
    address internal stranger = actor("stranger");
    address internal tribunal = actor("tribunal");

    uint32 internal constant BUCKET = 8 hours;
    uint64 internal constant FINE_NANO = 10e9;
    /// What tests that are not about bonds have one for.
    uint64 internal constant AMPLE_BOND_NANO = 2 ** 62;

    TestDollar internal dollar;
    ISettlementVault internal vault;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        dollar = new TestDollar(6);
        vault = newVault(dollar);
    }

    function newVault(IERC20 token) internal returns (ISettlementVault) {
        return newVault(token, SHARD_DEPTH, settler, guardian, treasury);
    }

    function newVault(IERC20 token, uint8 shardDepth, address settler_, address guardian_, address treasury_)
        internal
        returns (ISettlementVault)
    {
        return newVault(token, shardDepth, 0, settler_, guardian_, treasury_);
    }

    /// @dev The artifact that is shipped, not one compiled with the tests' own settings.
    function newVault(
        IERC20 token,
        uint8 shardDepth,
        uint64 minFirstDepositNano,
        address settler_,
        address guardian_,
        address treasury_
    ) internal returns (ISettlementVault) {
        bytes memory arguments = abi.encode(
            token, shardDepth, minFirstDepositNano, admin, settler_, guardian_, treasury_, bondTerms()
        );
        ISettlementVault made = newVault(arguments);
        // none was made if the test expects that
        if (address(made).code.length != 0) postBond(made, settler_, AMPLE_BOND_NANO);
        return made;
    }

    function newVaultWithoutBond(IERC20 token) internal returns (ISettlementVault) {
        return newVault(abi.encode(token, SHARD_DEPTH, uint64(0), admin, settler, guardian, treasury, bondTerms()));
    }

    function bondTerms() internal view returns (ISettlerBonds.BondTerms memory) {
        return ISettlerBonds.BondTerms({tribunal: tribunal, bucketSeconds: BUCKET, cover: 5, fineNano: FINE_NANO});
    }

    function newVault(bytes memory arguments) internal returns (ISettlementVault) {
        return ISettlementVault(deployed("out/SettlementVault.sol/SettlementVault.json", arguments));
    }

    /// @dev Of base units that nobody else has.
    function postBond(ISettlementVault vault_, address settler_, uint64 amountNano) internal {
        TestDollar money = TestDollar(vault_.token());
        uint256 amountToken = amountNano / vault_.SCALE();
        money.mint(address(this), amountToken);
        money.approve(address(vault_), amountToken);
        vault_.postBond(settler_, amountToken);
    }

    function deposit(address owner, uint256 amountToken) internal returns (uint32 account) {
        dollar.mint(owner, amountToken);
        vm.prank(owner);
        dollar.approve(address(vault), amountToken);
        vm.prank(owner);
        (account,) = vault.deposit(amountToken);
    }

    function openEarning(address owner) internal returns (uint32 account) {
        vm.prank(owner);
        return vault.openEarningAccount();
    }

    function request(address owner, uint64 amountNano) internal returns (uint32) {
        vm.prank(owner);
        return vault.requestWithdrawal(amountNano);
    }

    /// @dev Named after its notice, beside the settler there is.
    function successorOf(string memory name) internal returns (address successor) {
        successor = actor(name);
        bytes32 role = vault.SETTLER_ROLE();
        vm.prank(admin);
        vault.announceSettler(successor);
        vm.warp(vault.settlerFrom(successor));
        vm.prank(admin);
        IAccessControl(address(vault)).grantRole(role, successor);
    }

    function pauseVault() internal {
        vm.prank(guardian);
        vault.pause();
    }

    /// @dev A whole epoch of one part that follows the head.
    function epochOf(Epochs.Amount[] memory debits, Epochs.Amount[] memory credits, uint256[] memory releases)
        internal
        view
        returns (Epochs.Epoch memory epoch)
    {
        epoch = partOf(debits, credits, releases, 0, 1);
        epoch.header.receiptsSumNano = epoch.header.partSumNano;
    }

    /// @dev One part that follows the head, whose epoch claims a receipts sum of zero until the test says otherwise.
    function partOf(
        Epochs.Amount[] memory debits,
        Epochs.Amount[] memory credits,
        uint256[] memory releases,
        uint32 part,
        uint32 parts
    ) internal view returns (Epochs.Epoch memory epoch) {
        (bytes32 headHash, uint64 headEpoch,,,) = vault.head();
        epoch.words = Epochs.wordsOf(debits, credits);
        epoch.releases = releases;
        epoch.header.previousHeader = headHash;
        epoch.header.epoch = part == 0 ? headEpoch + 1 : headEpoch;
        epoch.header.part = part;
        epoch.header.parts = parts;
        epoch.header.receiptsRoot = keccak256(abi.encode("root", epoch.header.epoch));
        epoch.header.receiptsCount = 1;
        epoch.header.levels = vault.SHARD_DEPTH();
        epoch.header.partSumNano = uint64(Epochs.sumOf(debits));
        epoch.header.wordsHash = Epochs.hashOf(epoch.words, releases);
    }

    function settle(Epochs.Epoch memory epoch) internal {
        vm.prank(settler);
        vault.settle(epoch.header, epoch.words, epoch.releases);
    }

    /// @dev For an epoch whose words a test has changed.
    function resealAndSettle(Epochs.Epoch memory epoch) internal {
        epoch.header.wordsHash = Epochs.hashOf(epoch.words, epoch.releases);
        settle(epoch);
    }

    /// @dev For an epoch whose words a test has changed so that the vault must refuse it.
    function expectRefusal(Epochs.Epoch memory epoch, bytes memory why) internal {
        epoch.header.wordsHash = Epochs.hashOf(epoch.words, epoch.releases);
        vm.prank(settler);
        vm.expectRevert(why);
        vault.settle(epoch.header, epoch.words, epoch.releases);
    }

    /// @dev Tokens that epochs may draw for those who have left.
    function approveAsSettler(uint256 amountToken) internal {
        dollar.mint(settler, amountToken);
        vm.prank(settler);
        dollar.approve(address(vault), amountToken);
    }

    function moveAndSettle(uint32 from, uint32 to, uint64 amountNano) internal {
        settle(epochOf(Epochs.one(from, amountNano), Epochs.one(to, amountNano), Epochs.noReleases()));
    }

    function assertSpending(uint32 account, uint256 nano, string memory broken) internal view {
        vm.assertEq(uint256(vault.spendingBalanceOf(account)), nano, broken);
    }

    function assertEarning(uint32 account, uint256 nano, string memory broken) internal view {
        vm.assertEq(uint256(vault.earningBalanceOf(account)), nano, broken);
    }
}
