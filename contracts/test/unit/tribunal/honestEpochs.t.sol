// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

/// A random honest epoch is never proven false and answers every challenge; a field that is falsified is proven, or leaves a
/// challenge that nothing answers.
contract HonestEpochsTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint256 private seed;

    function random(uint256 least, uint256 most) private returns (uint256) {
        seed = uint256(keccak256(abi.encode(seed)));
        return bounded(seed, least, most);
    }

    /// @dev Up to two charges of each of some requesters, at prices old and new, some of tasks that failed.
    /// @param sequence of the first of each
    function randomEpoch(uint64 sequence) private returns (EpochBooks.Charge[] memory all) {
        uint256[] memory counts = new uint256[](REQUESTERS + 1);
        uint256 count;
        for (uint256 account = 1; account <= REQUESTERS; ++account) {
            counts[account] = random(0, 2);
            if (count == 0 && counts[account] == 0) counts[account] = 1;
            count += counts[account];
        }
        all = new EpochBooks.Charge[](count);
        count = 0;
        for (uint32 shard; shard < 2 ** SHARD_DEPTH; ++shard) {
            uint32 index;
            for (uint32 account = 1; account <= REQUESTERS; ++account) {
                if (account % 2 ** SHARD_DEPTH != shard) continue;
                for (uint64 i; i < counts[account]; ++i) {
                    all[count] = randomCharge(account, sequence + i);
                    (all[count].receipt.shard, all[count].receipt.index) = (shard, index++);
                    ++count;
                }
            }
        }
    }

    function randomCharge(uint32 account, uint64 sequence) private returns (EpochBooks.Charge memory charge) {
        charge = honest(account, sequence, uint64(random(0, 5) == 0 ? 0 : random(1, 1000)));
        uint32 version = uint32(random(1, 3));
        (uint64 price,, uint64 from) = registry.priceOf(MODEL, version);
        charge.receipt.admittedMillis = from * 1000 + uint64(random(0, 999));
        charge.evidence.request.deadline = charge.receipt.admittedMillis + uint64(random(0, 1000));
        charge.evidence.request.maxFeeNano = 0;
        setPrice(charge, version, price);
        charge.evidence.request.maxFeeNano = charge.receipt.debitNano + uint64(random(0, 1000));
        sign(charge);
    }

    /// @dev An epoch that debits somebody: one of failed tasks only has nothing to accuse.
    function settleRandom(uint256 seed_, uint64 sequence) private returns (EpochBooks.Book memory book) {
        seed = seed_;
        EpochBooks.Charge[] memory all = randomEpoch(sequence);
        if (debitsOf(all).length == 0) return settleRandom(seed, sequence);
        return settleBook(all);
    }

    function isRefused(bytes memory call) private {
        (bool done,) = address(court).call(call);
        vm.assertFalse(done, "an honest charge is proven false");
    }

    /// By itself, by its request, and by some leaf of its epoch and of the one before.
    function testFuzz_noProofOfAnHonestCharge(uint256 seed_) external {
        EpochBooks.Book memory before = settleRandom(seed_, 1);
        EpochBooks.Book memory book = settleRandom(seed_ / 2, 5);
        for (uint256 i; i < book.charges.length; ++i) {
            Statement memory statement = book.statement(0, book.charges[i].receipt.requesterAccount);
            Leaf memory leaf = book.leaf(i);
            isRefused(abi.encodeCall(court.proveLeaf, (statement, leaf)));
            isRefused(abi.encodeCall(court.proveAgainstRequest, (statement, leaf, book.charges[i].evidence.request)));
            isNoPair(statement, leaf, book);
            isNoPair(statement, leaf, before);
        }
    }

    function isNoPair(Statement memory statement, Leaf memory leaf, EpochBooks.Book memory book) private {
        Leaf memory other = book.leaf(random(0, book.charges.length - 1));
        isRefused(abi.encodeCall(court.provePair, (statement, leaf, other)));
        Statement memory paid = book.statement(0, other.receipt.requesterAccount);
        isRefused(abi.encodeCall(court.provePairOfEpochs, (statement, leaf, paid, other)));
    }

    /// Of every account its statement and every position of the tree.
    function testFuzz_everyChallengeOfAnHonestEpochIsAnswered(uint256 seed_) external {
        EpochBooks.Book memory book = settleRandom(seed_, 1);
        vm.deal(challenger, 1000 * DEPOSIT);
        uint32 account = uint32(debitsOf(book.charges)[0].account);
        challengeStatement(book, account);
        answerStatement(book, account);
        for (uint32 place; place < book.tree[0].length; ++place) {
            uint32 shard = uint32(place >> book.shardLevels);
            uint32 index = uint32(place % 2 ** book.shardLevels);
            challengeLeaf(book, account, shard, index);
            answerPlace(book, account, shard, index);
        }
        vm.assertEq(uint256(locksOf(book, account)), 0, "a challenge is not answered");
        assertCompensated(book, 0, account, false);
    }

    function answerPlace(EpochBooks.Book memory book, uint32 account, uint32 shard, uint32 index) private {
        for (uint256 i; i < book.charges.length; ++i) {
            Receipt memory receipt = book.charges[i].receipt;
            if (receipt.shard == shard && receipt.index == index) return answerLeaf(book, i, account);
        }
        (bytes32[] memory siblings, uint64[] memory sumsNano) = book.path(shard, index);
        court.answerEmpty(book.parts[0].header, account, shard, index, siblings, sumsNano);
    }

    /// Any field of any leaf, whoever signed what: the charge of it cannot stand.
    function testFuzz_aFalseFieldIsProvenOrCannotBeAnswered(uint256 seed_, uint8 field, uint64 other) external {
        seed = seed_;
        EpochBooks.Charge[] memory all = randomEpoch(1);
        uint256 i = random(0, all.length - 1);
        while (all[i].receipt.debitNano == 0) {
            all[i] = moved(randomCharge(all[i].receipt.requesterAccount, all[i].receipt.sequence), all[i]);
        }
        bytes32 before = vault.hashReceipt(all[i].receipt);
        falsify(all[i], field, other);
        // A number that no second leaf contradicts is one.
        if (field % 12 == 2 && debitors(all, all[i].receipt.requesterAccount) == 1) return;
        if (vault.hashReceipt(all[i].receipt) == before || all[i].receipt.debitNano == 0) return;
        EpochBooks.Book memory book = settleBook(all);
        Receipt memory receipt = all[i].receipt;
        challengeLeaf(book, receipt.requesterAccount, receipt.shard, receipt.index);
        (bool answered,) = address(court)
            .call(
                abi.encodeCall(
                    court.answerLeaf, (book.parts[0].header, receipt.requesterAccount, book.leaf(i), all[i].evidence)
                )
            );
        vm.assertTrue(!answered || isProven(book, i), "a false charge stands");
    }

    function moved(EpochBooks.Charge memory charge, EpochBooks.Charge memory to)
        private
        pure
        returns (EpochBooks.Charge memory)
    {
        (charge.receipt.shard, charge.receipt.index) = (to.receipt.shard, to.receipt.index);
        return charge;
    }

    /// @dev The allocation is nobody's promise yet, so it may say anything.
    function falsify(EpochBooks.Charge memory charge, uint8 field, uint64 other) private pure {
        field %= 12;
        Receipt memory receipt = charge.receipt;
        if (field == 0) receipt.requestId = bytes32(uint256(other));
        if (field == 1) receipt.requesterAccount = 1 + uint32(other % REQUESTERS);
        if (field == 2) receipt.sequence = 1 + other % 6;
        if (field == 3) receipt.providerAccount = uint32(other % 4);
        if (field == 4) receipt.model = bytes32(uint256(other));
        if (field == 5) receipt.units = other;
        if (field == 6) receipt.priceNanoPerMillion = other;
        if (field == 7) receipt.priceVersion = uint32(other % 5);
        if (field == 8) receipt.debitNano = 1 + other % 100_000;
        if (field == 9) receipt.credits[other % receipt.credits.length] ^= 1 << (other % 96);
        if (field == 10) receipt.outcome = bytes32(uint256(other));
        // Between the time of its price and its deadline a request may have come at any.
        if (field == 11) receipt.admittedMillis = charge.evidence.request.deadline + 1 + other % 2 ** 32;
    }

    function debitors(EpochBooks.Charge[] memory all, uint32 account) private pure returns (uint256 leaves) {
        for (uint256 i; i < all.length; ++i) {
            if (all[i].receipt.requesterAccount == account) ++leaves;
        }
    }

    /// @dev By itself, by its request, or by another leaf of the epoch.
    function isProven(EpochBooks.Book memory book, uint256 i) private returns (bool proven) {
        Statement memory statement = book.statement(0, book.charges[i].receipt.requesterAccount);
        Leaf memory leaf = book.leaf(i);
        (proven,) = address(court).call(abi.encodeCall(court.proveLeaf, (statement, leaf)));
        if (proven) return true;
        for (uint256 j; j < book.charges.length && !proven; ++j) {
            (proven,) = address(court).call(abi.encodeCall(court.provePair, (statement, leaf, book.leaf(j))));
        }
    }
}
