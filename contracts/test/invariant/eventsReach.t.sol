// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EventsTest} from "./eventsInvariants.t.sol";
import {RandomCalls} from "./RandomCalls.sol";
import {LogBook} from "./stores/LogBook.sol";

/// Each event happened and was needed: who misses one of them has other books than the vault.
contract EventsReachTest is EventsTest, RandomCalls {
    bytes32[21] private needed = [
        SpendingAccountOpened.selector,
        EarningAccountOpened.selector,
        Deposited.selector,
        WithdrawalRequested.selector,
        WithdrawalReleased.selector,
        WithdrawalCancelled.selector,
        WithdrawalTaken.selector,
        Escaped.selector,
        EarningsWithdrawn.selector,
        EarningOwnerProposed.selector,
        EarningOwnerChanged.selector,
        SuccessorAnnounced.selector,
        EpochSettled.selector,
        EpochVoided.selector,
        Paused.selector,
        SettlerTurn.selector,
        BondPosted.selector,
        BondWithdrawn.selector,
        Slashed.selector,
        SlashedForEarner.selector,
        RewardTaken.selector
    ];
    LogBook private complete;

    function setUp() public override {
        super.setUp();
        LogBook[] memory all = new LogBook[](needed.length + 1);
        for (uint256 i; i < needed.length; ++i) {
            all[i] = new LogBook(needed[i]);
        }
        complete = new LogBook(0);
        all[needed.length] = complete;
        hearAll(all);
        run(handler, bondActions());
    }

    function test_everyEventIsHeard() external view {
        for (uint256 i; i < needed.length; ++i) {
            vm.assertTrue(complete.heard(needed[i]) != 0, string.concat("never emitted: event ", vm.toString(i)));
        }
        vm.assertTrue(complete.heard(ReleaseSkipped.selector) != 0, "no release was ever skipped");
        string memory what = complete.difference(vault);
        vm.assertTrue(bytes(what).length == 0, string.concat("the events do not give the vault's books: ", what));
    }

    function test_whoeverMissesAnEventIsWrong() external view {
        for (uint256 i; i < needed.length; ++i) {
            string memory what = readers[i].difference(vault);
            vm.assertTrue(bytes(what).length != 0, string.concat("nothing needs event ", vm.toString(i)));
        }
    }
}
