// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISettlementVault} from "../../../src/interfaces/ISettlementVault.sol";
import {TestDollar} from "../../../src/local/TestDollar.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {ReentrantToken} from "../../utils/tokens/HostileTokens.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// @title A successor that says it is of the same token, and takes another amount than it is given.
contract GreedyVault {
    address public immutable token;
    uint256 private immutable takes;

    constructor(address token_, uint256 takes_) {
        (token, takes) = (token_, takes_);
    }

    function depositFor(address, uint256) external returns (uint32, uint64) {
        if (takes != 0) IERC20(token).transferFrom(msg.sender, address(this), takes);
        return (1, 1);
    }
}

/// @title A successor that tells an owner of its deposit before it takes it, and the owner that moves there.
contract TellingVault {
    address public immutable token;

    constructor(address token_) {
        token = token_;
    }

    function depositFor(address owner, uint256 amountToken) external returns (uint32, uint64) {
        OwnerThatIsTold(owner).tell();
        IERC20(token).transferFrom(msg.sender, address(this), amountToken);
        return (1, 1);
    }
}

/// @title An owner that asks its vault for more while it is moving out of it.
contract OwnerThatIsTold {
    address private immutable vault;
    bytes private asks;
    bool public hasMore;
    bytes public answer;

    constructor(address vault_, bytes memory asks_) {
        (vault, asks) = (vault_, asks_);
    }

    function tell() external {
        (hasMore, answer) = vault.call(asks);
    }
}

contract MigrateTest is VaultTest {
    bytes32 private constant ADMIN_ROLE = 0;

    ISettlementVault private next;
    uint32 private account;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
        next = newVault(dollar);
    }

    function retire(address to) private {
        vm.prank(admin);
        vault.retire(to);
    }

    function retireAndWait(address to) private {
        retire(to);
        (, uint64 from) = vault.successor();
        vm.warp(from);
    }

    function release(uint64 amountNano) private {
        uint32 number = request(requester, amountNano);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, number, amountNano)));
    }

    function migrate() private returns (uint64) {
        vm.prank(requester);
        return vault.migrate();
    }

    function refuses(address to) private {
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(NotASuccessor.selector, to));
        vault.retire(to);
    }

    function test_movesWhatWasReleasedIntoTheSuccessor() external {
        retireAndWait(address(next));
        release(4567);
        vm.expectEmit(address(vault));
        emit WithdrawalTaken(account, requester, address(next), 4000);
        vm.expectEmit(address(next));
        emit SpendingAccountOpened(1, requester);
        vm.expectEmit(address(next));
        emit Deposited(1, requester, address(vault), 4000);
        vm.assertEq(uint256(migrate()), 4000, "another amount was moved");

        vm.assertEq(uint256(next.spendingBalanceOf(1)), 4000, "the balance in the successor");
        vm.assertEq(next.spendingAccountOf(requester), 1, "the account in the successor");
        vm.assertEq(dollar.balanceOf(requester), 0, "the owner was paid as well");
        (,,, uint64 releasedNano,,) = vault.spendingAccount(account);
        vm.assertEq(uint256(releasedNano), 567, "the rest of a unit was lost");
        assertSpending(account, 10_000 - 4567, "the spending balance changed");
        vm.assertEq(dollar.allowance(address(vault), address(next)), 0, "the successor may take more");
    }

    /// What the stream has charged stays to be paid: it is in the balance, or was not released.
    function test_whatWasChargedIsPaidBefore() external {
        retireAndWait(address(next));
        uint32 number = request(requester, 10_000);
        settle(epochOf(Epochs.one(account, 3000), Epochs.one(0, 3000), Epochs.release(account, number, 7000)));
        vm.assertEq(uint256(migrate()), 7000, "the charge was not paid");
        assertEarning(0, 3000, "the charge");
        vm.assertEq(uint256(next.spendingBalanceOf(1)), 7000, "the balance in the successor");
    }

    function test_worksWhilePaused() external {
        retireAndWait(address(next));
        release(5000);
        pauseVault();
        vm.assertEq(uint256(migrate()), 5000, "a pause held an owner back");
    }

    /// Who does not move stays, and is settled, pays in and leaves as before.
    function test_whoStaysStays() external {
        retireAndWait(address(next));
        deposit(requester, 5);
        moveAndSettle(account, 0, 2000);
        release(4000);
        vm.prank(requester);
        vault.takeReleased(requester);
        vm.assertEq(dollar.balanceOf(requester), 4, "not paid");
        assertSpending(account, 9000, "the balance");
    }

    function test_isAnnouncedForEightDays() external {
        uint64 from = uint64(block.timestamp) + 8 days;
        vm.expectEmit(address(vault));
        emit SuccessorAnnounced(address(next), from);
        retire(address(next));
        (address to, uint64 since) = vault.successor();
        vm.assertEq(to, address(next), "the successor");
        vm.assertEq(uint256(since), from, "from");
        vm.assertLt(vault.ESCAPE_AFTER(), from - block.timestamp, "owners cannot have left before");
    }

    function test_isTakenBack() external {
        retireAndWait(address(next));
        vm.expectEmit(address(vault));
        emit SuccessorAnnounced(address(0), 0);
        retire(address(0));
        (address to, uint64 since) = vault.successor();
        vm.assertEq(to, address(0), "the successor");
        vm.assertEq(uint256(since), 0, "from");
        release(5000);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NoSuccessorYet.selector, address(0), 0, uint64(block.timestamp)));
        vault.migrate();
    }

    function testFuzz_whatLeavesArrives(uint64 amountNano, uint64 charged) external {
        retireAndWait(address(next));
        amountNano = uint64(bounded(amountNano, SCALE, 10_000));
        charged = uint64(bounded(charged, 0, 10_000 - amountNano));
        uint32 number = request(requester, amountNano);
        settle(
            epochOf(Epochs.one(account, charged), Epochs.one(0, charged), Epochs.release(account, number, amountNano))
        );
        uint64 moved = migrate();
        vm.assertEq(uint256(moved), amountNano / SCALE * SCALE, "not the whole units of what was released");
        vm.assertEq(uint256(next.spendingBalanceOf(1)), moved, "the balance in the successor");
        assertSpending(account, 10_000 - amountNano - charged, "the balance here");
    }

    function test_RevertWhen_theNoticeIsASecondShort() external {
        retire(address(next));
        release(5000);
        (, uint64 from) = vault.successor();
        vm.warp(from - 1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NoSuccessorYet.selector, address(next), from, from - 1));
        vault.migrate();
    }

    /// An admin cannot put another in its place while an owner's call is on its way.
    function test_RevertWhen_anotherSuccessorWasAnnouncedSince() external {
        retireAndWait(address(next));
        release(5000);
        address other = address(newVault(dollar));
        uint64 nowAt = uint64(block.timestamp);
        retire(other);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NoSuccessorYet.selector, other, nowAt + 8 days, nowAt));
        vault.migrate();
    }

    function test_RevertWhen_noSuccessorIsAnnounced() external {
        release(5000);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NoSuccessorYet.selector, address(0), 0, uint64(block.timestamp)));
        vault.migrate();
    }

    function test_RevertWhen_nothingWasReleased() external {
        retireAndWait(address(next));
        request(requester, 5000);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NothingToTake.selector, account));
        vault.migrate();
    }

    /// The admin too: what is another's it cannot move, nor its own without an account.
    function test_RevertWhen_callerHasNoAccount() external {
        retireAndWait(address(next));
        release(5000);
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(NoSpendingAccount.selector, admin));
        vault.migrate();
    }

    function test_RevertWhen_aStrangerRetiresTheVault() external {
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, ADMIN_ROLE)
        );
        vault.retire(address(next));
    }

    function test_RevertWhen_theSuccessorIsNone() external {
        refuses(address(vault));
        refuses(stranger);
        refuses(address(newVault(new TestDollar(6))));
    }

    function test_RevertWhen_theSuccessorTakesAnotherAmount() external {
        release(5000);
        GreedyVault idle = new GreedyVault(address(dollar), 0);
        retireAndWait(address(idle));
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(SuccessorTookOtherAmount.selector, address(idle), 5, 0));
        vault.migrate();
        GreedyVault modest = new GreedyVault(address(dollar), 4);
        retireAndWait(address(modest));
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(SuccessorTookOtherAmount.selector, address(modest), 5, 4));
        vault.migrate();
    }

    function test_RevertWhen_theSuccessorWantsMore() external {
        deposit(stranger, 10);
        release(5000);
        GreedyVault greedy = new GreedyVault(address(dollar), 6);
        retireAndWait(address(greedy));
        vm.prank(requester);
        (bool moved,) = address(vault).call(abi.encodeCall(vault.migrate, ()));
        vm.assertFalse(moved, "a successor took what is another's");
    }

    function assertReentryRefused(bool succeeded, bytes memory answer) private pure {
        vm.assertFalse(succeeded, "the re-entry succeeded");
        vm.assertEq(
            keccak256(answer),
            keccak256(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)),
            "the re-entry failed for another reason"
        );
    }

    /// @dev 5 units of its 10 are released, and the hatch is open to it.
    function ownerThatMoves(address owner) private {
        account = deposit(owner, 10);
        uint32 number = request(owner, 5000);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, number, 5000)));
        vm.warp(block.timestamp + vault.ESCAPE_AFTER());
    }

    /// Without the guard an owner whom the successor tells leaves by the hatch in the middle of its move.
    function test_reentrant_whatTheOwnerAsksInsideAMigration() external {
        address telling = address(new TellingVault(address(dollar)));
        retireAndWait(telling);
        bytes[3] memory asks = [
            abi.encodeCall(vault.takeReleased, (stranger)),
            abi.encodeCall(vault.escape, (stranger)),
            abi.encodeCall(vault.migrate, ())
        ];
        for (uint256 i; i < asks.length; ++i) {
            OwnerThatIsTold owner = new OwnerThatIsTold(address(vault), asks[i]);
            ownerThatMoves(address(owner));
            vm.prank(address(owner));
            vm.assertEq(uint256(vault.migrate()), 5000, "moved otherwise than once");
            assertReentryRefused(owner.hasMore(), owner.answer());
            vm.assertEq(dollar.balanceOf(telling), 5 * (i + 1), "the successor has another amount");
            vm.assertEq(dollar.balanceOf(stranger), 0, "paid as well as moved");
            assertSpending(account, 5000, "the balance here");
        }
    }

    function test_reentrant_whatATokenAsksInsideAMigration() external {
        ReentrantToken token = new ReentrantToken();
        (dollar, vault) = (token, newVault(token));
        next = newVault(token);
        retireAndWait(address(next));
        ownerThatMoves(address(token));
        token.arm(address(vault), abi.encodeCall(vault.escape, (stranger)));
        vm.prank(address(token));
        vm.assertEq(uint256(vault.migrate()), 5000, "moved otherwise than once");
        assertReentryRefused(token.attackSucceeded(), token.answer());
        vm.assertEq(uint256(next.spendingBalanceOf(1)), 5000, "the balance in the successor");
        vm.assertEq(token.balanceOf(stranger), 0, "paid as well as moved");
    }

    /// The owner still has it: out of this vault, or into the next with more.
    function test_RevertWhen_itIsTooLittleForTheSuccessor() external {
        address strict = address(newVault(dollar, SHARD_DEPTH, 6000, settler, guardian, treasury));
        retireAndWait(strict);
        release(5000);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(FirstDepositTooSmall.selector, 5000, 6000));
        vault.migrate();
        vm.prank(requester);
        vm.assertEq(uint256(vault.takeReleased(requester)), 5000, "it is lost");
    }
}
