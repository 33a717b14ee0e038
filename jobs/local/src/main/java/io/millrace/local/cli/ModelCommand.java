package io.millrace.local.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.infer.DjlModelEngine;
import io.millrace.infer.ModelManifest;
import io.millrace.infer.ModelRunner;
import io.millrace.infer.RowTokenizer;
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
                "Checks a model's folder, has the model embed a text, prints the id under which it"
                        + " is registered.",
        mixinStandardHelpOptions = true)
final class ModelCommand implements Callable<Integer> {

    private static final String TEXT = "The mill turns as long as the river runs.";

    @Parameters(
            paramLabel = "FOLDER",
            description = "With manifest.json and the files that it names.")
    private Path folder = Path.of("");

    @Option(
            names = "--json",
            description =
                    "Last line of standard output: {\"id\", \"name\", \"dimension\","
                            + " \"maxTokens\", \"pooling\"}.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Logs.toStandardError();
        Console console = Console.open(json);
        Path home = folder.toAbsolutePath().normalize();
        ModelManifest manifest = ModelManifest.read(home);
        requireEmbeds(manifest, home.resolveSibling("."));
        console.line("name        " + manifest.name());
        console.line("id          " + manifest.id());
        console.line("dimension   " + manifest.dimension());
        console.line("max. tokens " + manifest.maxTokens());
        console.line("pooling     " + manifest.pooling().manifestName());
        console.line("it embeds what it is given, as long as its manifest says");
        ObjectNode result =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("id", manifest.id())
                        .put("name", manifest.name())
                        .put("dimension", manifest.dimension())
                        .put("maxTokens", manifest.maxTokens())
                        .put("pooling", manifest.pooling().manifestName());
        console.result(result);
        return 0;
    }

    /** Also the longest row that the manifest promises. */
    private static void requireEmbeds(ModelManifest manifest, Path models) throws Exception {
        DjlModelEngine engine = new DjlModelEngine(models.toString(), 1);
        try (RowTokenizer tokenizer = engine.tokenizer(manifest.id());
                ModelRunner runner = engine.runner(manifest.id())) {
            long[] row = tokenizer.tokens(TEXT);
            long[] longest = new long[manifest.maxTokens()];
            for (int i = 0; i < longest.length; i++) {
                longest[i] = row[Math.min(i, row.length - 1)];
            }
            try {
                runner.embed(new long[][] {row, longest});
            } catch (Exception e) {
                throw new StackException(
                        "model %s does not run as its manifest says: %s"
                                .formatted(manifest.name(), e.getMessage()),
                        e);
            }
        }
    }
}
