package io.millrace.watch.follow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of every kind are found, however many others there are. */
class RowsTest {

    @TempDir private Path folder;

    /** The one that steals is the last of them. */
    @Test
    void waiting_thousandsOfEpochs_eachHasItsTurn() throws IOException {
        try (WatchStore store = WatchStore.open(folder, "chain 1 vault 0xaa");
                WatchStore.Batch batch = store.batch()) {
            for (long epoch = 1; epoch <= 3_000; epoch++) {
                batch.put(Kind.WAITING.key(epoch), 7 * epoch);
            }
            batch.write();
            Rows rows = new Rows(store);
            List<Rows.Waiting> seen = new ArrayList<>();

            rows.forEachWaiting(seen::add);

            assertThat(seen)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 3_000)
                                    .mapToObj(epoch -> new Rows.Waiting(epoch, 7 * epoch))
                                    .toList());
            assertThat(rows.waitingCount()).isEqualTo(3_000);
            assertThat(rows.isNoneWaiting()).isFalse();
        }
    }
}
