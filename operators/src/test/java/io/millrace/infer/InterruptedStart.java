package io.millrace.infer;

import io.millrace.infer.store.ModelManifest;
import java.nio.file.Path;

/**
 * A process whose first task is cancelled while its tokenizer and model load; the second must find
 * the libraries as if nothing had been. Argument: the model's directory.
 */
final class InterruptedStart {

    private InterruptedStart() {}

    /** Ends with an exception, and so with a status other than zero, if the second start fails. */
    public static void main(String[] args) throws Exception {
        Path tokenizer = Path.of(args[0]).resolve(ModelManifest.TOKENIZER_FILE);
        Thread cancelled =
                new Thread(
                        () -> {
                            Thread.currentThread().interrupt();
                            try {
                                DjlTokenizer.open(tokenizer).close();
                            } catch (Exception | LinkageError e) {
                                System.out.println("the cancelled start ended with " + e);
                            }
                        });
        cancelled.start();
        cancelled.join();

        try (RowTokenizer opened = DjlTokenizer.open(tokenizer)) {
            System.out.println("the next start counts " + opened.tokens("a mill").length);
        }
    }
}
