package io.millrace.local.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.infer.DjlModelEngine;
import io.millrace.infer.ModelRunner;
import io.millrace.infer.RowTokenizer;
import io.millrace.infer.store.ModelManifest;
import io.millrace.local.stack.StackException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a publisher runs before a model is registered. */
@Command(
        name = "model",
        description =
                "Checks a model's folder, has the model read a text, prints the id under which it"
                        + " is registered.",
        mixinStandardHelpOptions = true)
final class ModelCommand implements Callable<Integer> {

    private static final String QUERY = "What turns the mill?";
    private static final String TEXT = "The mill turns as long as the river runs.";

    @Parameters(
            paramLabel = "FOLDER",
            description = "With manifest.json and the files that it names.")
    private Path folder = Path.of("");

    @Option(
            names = "--json",
            description =
                    "Last line of standard output: {\"id\", \"name\", \"task\", \"maxTokens\"} and,"
                            + " as the task is, {\"dimension\", \"pooling\"} or {\"labels\","
                            + " \"activation\"}.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Logs.toStandardError();
        Console console = Console.open(json);
        Path home = folder.toAbsolutePath().normalize();
        ModelManifest manifest = ModelManifest.read(home);
        requireRuns(manifest, home.resolveSibling("."));
        console.line("name        " + manifest.name());
        console.line("id          " + manifest.id());
        console.line("task        " + manifest.task().wireName());
        console.line("max. tokens " + manifest.maxTokens());
        ObjectNode result =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("id", manifest.id())
                        .put("name", manifest.name())
                        .put("task", manifest.task().wireName())
                        .put("maxTokens", manifest.maxTokens());
        if (manifest.head() instanceof ModelManifest.Embedding embedding) {
            console.line("dimension   " + embedding.dimension());
            console.line("pooling     " + embedding.pooling().manifestName());
            result.put("dimension", embedding.dimension())
                    .put("pooling", embedding.pooling().manifestName());
        } else if (manifest.head() instanceof ModelManifest.Scores scores) {
            console.line("labels      " + String.join(", ", scores.labels()));
            console.line("activation  " + scores.activation().manifestName());
            scores.labels().forEach(result.putArray("labels")::add);
            result.put("activation", scores.activation().manifestName());
        }
        console.line("it answers what it is given, as long as its manifest says");
        console.result(result);
        return 0;
    }

    /** Also the longest row that the manifest promises. */
    private static void requireRuns(ModelManifest manifest, Path models) throws Exception {
        DjlModelEngine engine = new DjlModelEngine(models.toString(), 1);
        try (RowTokenizer tokenizer = engine.tokenizer(manifest.id());
                ModelRunner runner = engine.runner(manifest.id())) {
            long[] row =
                    manifest.task().takesQuery()
                            ? tokenizer.tokens(QUERY, TEXT)
                            : tokenizer.tokens(TEXT);
            long[] longest = new long[manifest.maxTokens()];
            for (int i = 0; i < longest.length; i++) {
                longest[i] = row[Math.min(i, row.length - 1)];
            }
            try {
                runner.run(new long[][] {row, longest});
            } catch (Exception e) {
                throw new StackException(
                        "model %s does not run as its manifest says: %s"
                                .formatted(manifest.name(), e.getMessage()),
                        e);
            }
        }
    }
}
