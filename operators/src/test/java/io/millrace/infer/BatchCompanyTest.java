package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.Models;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An answer is the same, bit for bit, whatever shares its batch, however much it is padded, in
 * whichever place and with any number of threads: else it could not be checked by running it again.
 */
class BatchCompanyTest {

    private static final long SEED = 20_261_129;
    private static final int TEXTS = 12;

    static Set<String> models() {
        return BundledModels.names();
    }

    @ParameterizedTest
    @MethodSource("models")
    void embed_inAnyCompany_isBitForBitTheSame(String name) throws Exception {
        Path directory = Path.of("target", "models-" + name).toAbsolutePath();
        ModelManifest manifest = BundledModels.unpack(directory, name);
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        List<long[]> rows = new ArrayList<>();
        try (RowTokenizer tokenizer =
                new DjlModelEngine(directory.toString(), 1).tokenizer(manifest.id())) {
            for (int i = 0; i < TEXTS; i++) {
                String text = Models.text(random, 1 + random.nextInt(80));
                rows.add(
                        manifest.task().takesQuery()
                                ? tokenizer.tokens(Models.text(random, 1 + random.nextInt(9)), text)
                                : tokenizer.tokens(text));
            }
        }
        List<float[]> alone = new ArrayList<>();
        for (int threads = 1; threads <= 2; threads++) {
            try (ModelRunner runner =
                    new DjlModelEngine(directory.toString(), threads).runner(manifest.id())) {
                for (int i = 0; alone.size() < TEXTS; i++) {
                    alone.add(runner.run(new long[][] {rows.get(i)})[0]);
                }
                for (int size : new int[] {2, 5, TEXTS}) {
                    assertSame(runner, rows, alone, size, random);
                }
            }
        }
    }

    private static void assertSame(
            ModelRunner runner, List<long[]> rows, List<float[]> alone, int size, Random random)
            throws Exception {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, random);
        for (int from = 0; from < order.size(); from += size) {
            List<Integer> batch = order.subList(from, Math.min(order.size(), from + size));
            float[][] together = runner.run(batch.stream().map(rows::get).toArray(long[][]::new));
            for (int i = 0; i < together.length; i++) {
                assertThat(Arrays.equals(together[i], alone.get(batch.get(i))))
                        .as("row %d in batches of %d", batch.get(i), size)
                        .isTrue();
            }
        }
    }
}
