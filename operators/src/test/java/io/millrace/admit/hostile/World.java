package io.millrace.admit.hostile;

import io.millrace.admit.AdmitOptions;
import io.millrace.admit.ModelTask;
import io.millrace.admit.TokenCounter;
import io.millrace.chain.VaultEvent;
import io.millrace.infer.DjlTokenCounterFactory;
import io.millrace.testing.Fixtures;
import io.millrace.testing.Models;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The deployment that the hostile requests are sent to: its parties, models, prices and limits. */
final class World {

    static final Eip712Domain DOMAIN = Fixtures.DOMAIN;
    static final AdmitOptions OPTIONS = AdmitOptions.defaults(DOMAIN);
    static final int MAX_RECORD_BYTES = 262_144;
    static final int MAX_INPUT_CHARS = 16_384;
    static final int MAX_TOKENS = 256;
    static final long HORIZON_MILLIS = 3_600_000;

    static final long START_MILLIS = 1_795_000_000_000L;

    /** From here on a request costs a third more. */
    static final long PRICE_RISE_MILLIS = START_MILLIS + 60_000;

    static final String MODEL = Models.MINILM.id();
    static final String TWIN = Fixtures.id("active and served too");
    static final String RANKER = Fixtures.id("active and served, ranks texts");
    static final String PROPOSED = Fixtures.id("proposed");
    static final String REVOKED = Fixtures.id("revoked");
    static final String UNPRICED = Fixtures.id("active, its first price announced for later");
    static final String UNSERVED = Fixtures.id("active, loaded nowhere");

    /** What the registry said, in its order. */
    static final List<VaultEvent> REGISTRY =
            List.of(
                    Fixtures.modelPriced(MODEL, 1, 1_000_000, 0),
                    Fixtures.modelPriced(MODEL, 2, 1_333_333, PRICE_RISE_MILLIS),
                    Fixtures.modelPriced(TWIN, 1, 1_000_000, 0),
                    Fixtures.modelPriced(TWIN, 2, 1_333_333, PRICE_RISE_MILLIS),
                    Fixtures.modelPriced(RANKER, 1, 1_000_000, 0),
                    Fixtures.modelPriced(RANKER, 2, 1_333_333, PRICE_RISE_MILLIS),
                    Fixtures.modelPriced(PROPOSED, 1, 1_000_000, 0),
                    Fixtures.modelPriced(REVOKED, 1, 1_000_000, 0),
                    Fixtures.modelPriced(UNPRICED, 1, 1_000_000, Long.MAX_VALUE),
                    Fixtures.modelPriced(UNSERVED, 1, 1_000_000, 0),
                    Fixtures.modelStatus(MODEL, 2),
                    Fixtures.modelStatus(TWIN, 2),
                    Fixtures.modelStatus(RANKER, 2),
                    Fixtures.modelStatus(PROPOSED, 1),
                    Fixtures.modelStatus(REVOKED, 3),
                    Fixtures.modelStatus(UNPRICED, 2),
                    Fixtures.modelStatus(UNSERVED, 2));

    /** Keys of requesters with a spending account, number i + 1 for the i-th. */
    static final List<byte[]> FUNDED = keys("funded", 12);

    /** The first few of them, whose money is short at every other request. */
    static final int POOR = 4;

    /** Keys of requesters that never deposited. */
    static final List<byte[]> STRANGERS = keys("stranger", 3);

    private World() {}

    /** The price of {@code tokens}: at a nano-USD each, then at four thirds of one, rounded up. */
    static long feeNano(int tokens, long appendMillis) {
        return appendMillis < PRICE_RISE_MILLIS
                ? tokens
                : (tokens * 1_333_333L + 999_999L) / 1_000_000L;
    }

    /** Spending account of an owner, 0 for a stranger. */
    static int account(String requester) {
        return FUNDED.stream().map(Secp256k1::address).toList().indexOf(requester) + 1;
    }

    private static List<byte[]> keys(String role, int number) {
        return IntStream.range(0, number).mapToObj(i -> Keccak.hashUtf8(role + i)).toList();
    }

    /** The real model's own tokenizer, for every model that is loaded here. */
    record Served(TokenCounter.Factory real) implements TokenCounter.Factory {

        private static final long serialVersionUID = 1L;

        Served() {
            this(new DjlTokenCounterFactory(Models.DIRECTORY.toString()));
        }

        @Override
        public void look() {
            real.look();
        }

        @Override
        public boolean serves(String model) {
            return Set.of(MODEL, TWIN, RANKER, PROPOSED, REVOKED, UNPRICED).contains(model);
        }

        @Override
        public TokenCounter open(String model) {
            TokenCounter counter = real.open(MODEL);
            return model.equals(RANKER) ? new Ranking(counter) : counter;
        }
    }

    /** The same tokenizer for a model of another task. */
    private record Ranking(TokenCounter real) implements TokenCounter {

        @Override
        public int count(String input) {
            return real.count(input);
        }

        @Override
        public int count(String query, String input) {
            return real.count(query, input);
        }

        @Override
        public ModelTask task() {
            return ModelTask.RERANKING;
        }

        @Override
        public int maxTokens() {
            return real.maxTokens();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
