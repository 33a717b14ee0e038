package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.stack.EvmSession;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FinalityWatchTest {

    private final FakeNode node = new FakeNode();
    private final FinalityWatch watch = new FinalityWatch(node);

    @Test
    void check_chainThatGrows_newestFinalBlock() throws IOException {
        node.settleOn(4, "0xa4");
        assertThat(watch.check()).isEqualTo(4);

        node.settleOn(9, "0xa9");
        assertThat(watch.check()).isEqualTo(9);
        assertThat(node.open).as("connections left open").isZero();
    }

    @Test
    void check_finalBlockReplaced_saysWhichAndByWhat() throws IOException {
        node.settleOn(4, "0xa4");
        watch.check();
        node.settleOn(9, "0xb9");
        node.hashes.put(4L, "0xb4");

        assertThatThrownBy(watch::check)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("block 4")
                .hasMessageContaining("0xa4 became 0xb4");
    }

    @Test
    void check_nodeBehindItself_keepsWhatWasFinal() throws IOException {
        node.settleOn(9, "0xa9");
        watch.check();
        node.settleOn(4, "0xa4");

        assertThat(watch.check()).as("final once is final").isEqualTo(9);

        node.settleOn(10, "0xa10");
        node.hashes.put(9L, "0xb9");
        assertThatThrownBy(watch::check).hasMessageContaining("block 9");
    }

    @Test
    void check_nodeAway_passesAndIsForgotten() throws IOException {
        node.settleOn(4, "0xa4");
        watch.check();
        node.away = true;
        assertThatThrownBy(watch::check).isInstanceOf(IOException.class);

        node.away = false;
        node.settleOn(5, "0xa5");
        assertThat(watch.check()).isEqualTo(5);
        assertThat(node.open).as("connections left open").isZero();
    }

    private static final class FakeNode implements FinalityWatch.Node {

        private final Map<Long, String> hashes = new HashMap<>();
        private long newest;
        private boolean away;
        private int open;

        void settleOn(long number, String hash) {
            newest = number;
            hashes.put(number, hash);
        }

        @Override
        public FinalityWatch.Blocks connect() {
            open++;
            return new FinalityWatch.Blocks() {
                @Override
                public EvmSession.Head finalized() throws IOException {
                    return new EvmSession.Head(newest, hashOf(newest));
                }

                @Override
                public String hashOf(long number) throws IOException {
                    if (away) {
                        throw new IOException("connection refused");
                    }
                    return hashes.getOrDefault(number, "unknown");
                }

                @Override
                public void close() {
                    open--;
                }
            };
        }
    }
}
