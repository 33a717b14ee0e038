// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestDollar} from "../../src/local/TestDollar.sol";
import {BlockingToken, FalseToken, FeeToken, ReentrantToken} from "../utils/tokens/HostileTokens.sol";
import {BlockingHandler, FalseHandler, FeeHandler, ReentrantHandler} from "./handlers/HostileHandlers.sol";
import {LedgerModel} from "./stores/LedgerModel.sol";
import {VaultChecks} from "./VaultChecks.sol";

/// All money rules at once, on tokens that do not do what they are told.
abstract contract HostileTokenInvariantTest is VaultChecks {
    function useVaultOf(TestDollar token, bool draws) internal returns (LedgerModel) {
        dollar = token;
        vault = newVault(token);
        return new LedgerModel(draws);
    }

    function invariant_M3_to_M7_hold() external view {
        checkConservation();
        checkEpochsBalance();
        checkSolvency();
        checkBalances();
        checkWithdrawals();
        checkCredits();
        checkRequests();
    }

    /// Where the sequence ended.
    function afterInvariant() public override {
        super.afterInvariant();
        checkEveryoneCanLeave();
    }
}

contract FeeTokenInvariantTest is HostileTokenInvariantTest {
    function setUp() public override {
        super.setUp();
        LedgerModel ledger = useVaultOf(new FeeToken(), false);
        use(dollar, new FeeHandler(vault, dollar, ledger, settler, guardian));
    }
}

contract ReentrantTokenInvariantTest is HostileTokenInvariantTest {
    function setUp() public override {
        super.setUp();
        LedgerModel ledger = useVaultOf(new ReentrantToken(), true);
        use(dollar, new ReentrantHandler(vault, dollar, ledger, settler, guardian));
    }
}

contract BlockingTokenInvariantTest is HostileTokenInvariantTest {
    function setUp() public override {
        super.setUp();
        LedgerModel ledger = useVaultOf(new BlockingToken(), true);
        use(dollar, new BlockingHandler(vault, dollar, ledger, settler, guardian));
    }
}

contract FalseTokenInvariantTest is HostileTokenInvariantTest {
    function setUp() public override {
        super.setUp();
        LedgerModel ledger = useVaultOf(new FalseToken(), true);
        use(dollar, new FalseHandler(vault, dollar, ledger, settler, guardian));
    }
}
