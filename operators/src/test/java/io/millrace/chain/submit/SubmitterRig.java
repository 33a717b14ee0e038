package io.millrace.chain.submit;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWords;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.testing.FakeVaultClient;
import io.millrace.testing.ManualClock;
import io.millrace.testing.MemoryJournal;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A submitter on an in-memory chain, and what it takes to crash and restart it. */
final class SubmitterRig {

    static final SubmitOptions OPTIONS =
            new SubmitOptions(
                    FakeVaultClient.IDENTITY,
                    1_000,
                    10_000,
                    40_000,
                    30_000,
                    SubmitOptions.MAX_TRANSACTION_GAS,
                    100,
                    SubmitOptions.LOW_BALANCE_WEI,
                    new MarketFeePolicy(1_000, 1_000_000_000L, 1_000_000_000L, 5));

    /** What a crash between two lines looks like. */
    static final class Crash extends RuntimeException {}

    final FakeVaultClient chain = new FakeVaultClient();
    final MemoryJournal journal = new MemoryJournal();
    final ManualClock clock = new ManualClock(1_700_000_000_000L);
    final List<SettlementRecord> settled = new ArrayList<>();
    SubmitMetrics metrics = new SubmitMetrics();

    SubmitOptions options = OPTIONS;
    TestSigner signer = new TestSigner(TestSigner.KEY);

    /** What lies in the epoch log, which the submitter may not have been given yet. */
    final List<SealedPart> stored = new ArrayList<>();

    EpochSubmitter submitter = start();

    /** A process that knows the journal and the log, nothing else. */
    void restart(SealedPart... log) throws SettlementHaltedException {
        submitter = start();
        add(log);
    }

    /** The parts lie in the log, and come from it now. */
    void add(SealedPart... parts) throws SettlementHaltedException {
        for (SealedPart part : parts) {
            if (!stored.contains(part)) {
                stored.add(part);
            }
            submitter.add(part, clock.millis());
        }
    }

    /** One poll, then the time until the next is due passes. */
    void step() throws SettlementHaltedException {
        long wait = submitter.step();
        clock.advance(wait == EpochSubmitter.IDLE ? OPTIONS.pollMillis() : wait);
    }

    /** Polls and blocks in turn until all is final. */
    void settleAll() throws SettlementHaltedException {
        for (int i = 0; i < 100 && metrics.unsettledParts() > 0; i++) {
            step();
            chain.mine(1);
        }
    }

    private EpochSubmitter start() {
        metrics = new SubmitMetrics();
        return new EpochSubmitter(context(), journal.history(), settled::add);
    }

    SubmitContext context() {
        return new SubmitContext(
                chain,
                signer,
                journal,
                () ->
                        stored.isEmpty()
                                ? Optional.empty()
                                : Optional.of(stored.get(stored.size() - 1)),
                options,
                clock,
                metrics);
    }

    /** A key of nobody. */
    record TestSigner(byte[] key) implements Signer {

        static final byte[] KEY = Keccak.hashUtf8("a key of the tests");

        @Override
        public String address() {
            return Secp256k1.address(key);
        }

        @Override
        public byte[] sign(byte[] digest) {
            return Secp256k1.sign(digest, key);
        }
    }

    /** {@code count} parts, one an epoch, each continuing the one before. */
    static List<SealedPart> chainOf(int count) {
        List<SealedPart> parts = new ArrayList<>();
        String previous = Hex.ZERO_32;
        for (int i = 1; i <= count; i++) {
            SealedPart part = part(previous, i, "root " + i);
            parts.add(part);
            previous = part.hash();
        }
        return parts;
    }

    static SealedPart part(String previous, long epoch, String root) {
        return part(previous, epoch, root, 0, 1);
    }

    /** One part of an epoch. */
    static SealedPart part(String previous, long epoch, String root, int part, int parts) {
        EpochHeader header =
                new EpochHeader(
                        previous,
                        epoch,
                        part,
                        parts,
                        Hex.encode(Keccak.hashUtf8(root)),
                        500,
                        3,
                        6,
                        500,
                        Hex.encode(Keccak.hashUtf8("words")),
                        Hex.encode(Keccak.hashUtf8("cut")),
                        4);
        SealedPart unnamed = sealed(Hex.ZERO_32, header);
        return sealed(FakeVaultClient.headerHash(VaultAbi.settle(unnamed)), header);
    }

    private static SealedPart sealed(String hash, EpochHeader header) {
        String one = Hex.encode(Eip712Domain.word(1));
        SlotWords words =
                new SlotWords(List.of(one), List.of(one), List.of(Hex.ZERO_32), List.of(one));
        return new SealedPart(hash, header, words, List.of(), 2, List.of(), List.of());
    }
}
